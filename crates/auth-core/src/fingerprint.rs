//! Which credentials a session was signed in with.

use std::fmt;

use sha2::{Digest, Sha256};

/// Which credentials a session was signed in with: a SHA-256, never the credentials.
///
/// It is kept with the session. A manager that holds credentials doesn't take up a stored session that was signed in with
/// others: an API key that was rotated is used from then on, though the session of the old one is still stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of what makes credentials these and no others. `kind` keeps credentials of different kinds apart.
    ///
    /// A password isn't part of it: it can be guessed from its hash, and whoever changes it is the same user.
    pub fn of(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind].iter().chain(parts) {
            // With their lengths, so that parts can't run together.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// A fingerprint as it was read from a store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for a store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows nothing: the hash of something short could be guessed.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_credentials_have_another_one() {
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
