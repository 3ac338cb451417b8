//! Authenticated encryption of sessions with a key that the user supplies. "Seal" and "open" are its two directions.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

use super::failure::storage;
use crate::{AuthError, AuthErrorKind};

const KEY: usize = 32;
const NONCE: usize = 24;

/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key for stores that encrypt sessions: 32 random bytes, kept where the sessions are not.
///
/// `Debug` shows nothing of it, clones share one copy, and the copy is overwritten when the last clone is dropped.
///
/// Sessions are encrypted with XChaCha20-Poly1305, each time under a new random nonce. An encrypted session can be read
/// only for the account it was written for. Account names, revisions and the hashes of intents stay readable. Encryption
/// protects tokens from readers of a file or a backup; it doesn't keep a writer of the file from restoring an older
/// copy.
///
/// ```
/// use auth_core::EncryptionKey;
///
/// // The output of `openssl rand -base64 32`, from the environment or a secret manager.
/// let key = EncryptionKey::from_base64("q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=")?;
/// assert_eq!(format!("{key:?}"), "EncryptionKey(..)");
/// # Ok::<(), auth_core::AuthError>(())
/// ```
///
/// # Changing the key
///
/// ```
/// # use auth_core::EncryptionKey;
/// # let (new_bytes, old_bytes) = ([2; 32], [1; 32]);
/// let key = EncryptionKey::from_bytes(new_bytes).also_decrypt_with(EncryptionKey::from_bytes(old_bytes));
/// # let _ = key;
/// ```
///
/// Every session is encrypted with the new key at its next write; after the longest life of a session the old key can be
/// dropped. Give the new key to all processes before one writes with it: processes with the old key alone can't read
/// it.
#[derive(Clone)]
pub struct EncryptionKey(Arc<Keys>);

#[derive(Clone)]
struct Keys {
    current: Zeroizing<[u8; KEY]>,
    /// These keys only open.
    old: Vec<EncryptionKey>,
}

impl EncryptionKey {
    /// A key of 32 bytes. They must be random, not a password. Wiping the array is up to the caller.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Keys { current: Zeroizing::new(bytes), old: Vec::new() }))
    }

    /// A key in base64, with or without padding. White space around it is ignored.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) if the string isn't base64, or not that of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, AuthError> {
        let refused = |why: String| {
            AuthError::new(AuthErrorKind::InvalidInput).with_message(format!(
                "an encryption key is 32 bytes in base64, as `openssl rand -base64 32` gives them: this text {why}"
            ))
        };
        // Large enough never to grow, which would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 3));
        BASE64.decode_vec(text.trim(), &mut bytes).map_err(|_| refused("is no base64".to_owned()))?;
        let key = <&[u8; KEY]>::try_from(bytes.as_slice()).map_err(|_| refused(format!("has {}", bytes.len())))?;
        Ok(Self::from_bytes(*key))
    }

    /// Also decrypts sessions that were encrypted with another key, or one of its own old keys. Only this key encrypts.
    #[must_use]
    pub fn also_decrypt_with(mut self, old: Self) -> Self {
        Arc::make_mut(&mut self.0).old.push(old);
        self
    }

    /// Nonce and ciphertext, which only this key can open, for this account and version of the format.
    pub(super) fn seal(&self, version: u32, account: &str, plain: &[u8]) -> Result<Vec<u8>, AuthError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| storage("the system gives no random numbers: see the cause").with_source(error))?;
        let payload = Payload { msg: plain, aad: &bound_to(version, account) };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).map_err(|_| storage("encryption failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens data sealed by this key or an old one, for this account and version of the format.
    pub(super) fn open(&self, version: u32, account: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: ciphertext, aad: &bound_to(version, account) };
        match self.cipher().decrypt(&(*nonce).into(), payload) {
            Ok(plain) => Some(Zeroizing::new(plain)),
            Err(_) => self.0.old.iter().find_map(|old| old.open(version, account, sealed)),
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0.current).into())
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(..)")
    }
}

/// The associated data that binds a sealed session to its version and account.
fn bound_to(version: u32, account: &str) -> Vec<u8> {
    [b"auth-core session ".as_slice(), &version.to_be_bytes(), account.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_32_bytes_of_base64() {
        let text = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        let sealed = EncryptionKey::from_bytes([7; 32]).seal(1, "a", b"plain").unwrap();
        for text in [text.as_str(), text.trim_end_matches('='), &format!("  {text}\n")] {
            let key = EncryptionKey::from_base64(text).unwrap();
            assert_eq!(key.open(1, "a", &sealed).unwrap().as_slice(), b"plain");
        }
        for (text, why) in
            [("", "has 0"), ("Y2FuYXJ5", "has 6"), ("canary!", "no base64"), (&text.repeat(2), "no base64")]
        {
            let error = EncryptionKey::from_base64(text).unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
            assert!(error.to_string().contains(why) && !error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn sealed_data_is_bound_to_its_version_and_account() {
        let key = EncryptionKey::from_bytes([7; 32]);
        let sealed = key.seal(1, "a", b"plain").unwrap();
        assert!(key.open(1, "a", &sealed).is_some());
        assert!(key.open(2, "a", &sealed).is_none());
        assert!(key.open(1, "b", &sealed).is_none());
        for length in 0..sealed.len() {
            assert!(key.open(1, "a", &sealed[..length]).is_none(), "cut to {length}");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(1, "a", &changed).is_none(), "changed at {at}");
        }
    }

    #[test]
    fn debug_shows_no_byte_of_a_key() {
        let key = EncryptionKey::from_bytes([0xca; 32]).also_decrypt_with(EncryptionKey::from_bytes([0xcb; 32]));
        assert_eq!(format!("{key:?} {key:#?}"), "EncryptionKey(..) EncryptionKey(..)");
    }
}
