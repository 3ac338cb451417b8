//! Fingerprints of credentials.

use std::fmt;

use sha2::{Digest, Sha256};

/// Identifies the credentials that a session was created with: a SHA-256, never the credentials.
///
/// It is stored with the session. A manager that holds credentials ignores a stored session that was created with
/// others: after the rotation of an API key, the new one is used though the session of the old one is still stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of the parts that identify credentials. `kind` separates credentials of different kinds.
    ///
    /// A password must not be a part: it could be guessed from its hash, and changing it doesn't change the user.
    pub fn of(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind].iter().chain(parts) {
            // With the length of each part, so that the boundaries count.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// A fingerprint read from a store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for a store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows nothing: the hash of a short value could be guessed.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_credentials_have_different_fingerprints() {
        let fingerprint = Fingerprint::of("key", &["ab", "c"]);
        assert_eq!(fingerprint, Fingerprint::of("key", &["ab", "c"]));
        for other in [
            Fingerprint::of("key", &["a", "bc"]),
            Fingerprint::of("key", &["abc"]),
            Fingerprint::of("keyab", &["c"]),
            Fingerprint::of("token", &["ab", "c"]),
        ] {
            assert_ne!(fingerprint, other);
        }
        assert_eq!(Fingerprint::from_bytes(*fingerprint.as_bytes()), fingerprint);
    }
}
