//! The keyring behind a store.

use crate::AuthError;

/// The backend of a [`KeyringStore`](crate::KeyringStore): a keyring, which stores bytes under a name.
///
/// Implement it for a keyring that the store doesn't support, or for tests.
///
/// Calls may block, and may return late or never: a keyring may ask its user for a password first. The store calls from
/// a thread of its own, one call at a time.
///
/// Errors are of the kind [`Storage`](crate::AuthErrorKind::Storage) and never show the stored bytes.
pub trait Keyring: Send + Sync {
    /// Reads the bytes under a name.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, AuthError>;

    /// Writes bytes under a name, in place of earlier ones.
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), AuthError>;

    /// Deletes the bytes under a name, if there are any.
    fn delete(&self, name: &str) -> Result<(), AuthError>;

    /// The largest number of bytes that fit under a name; `None` if sessions of any size do.
    fn most_bytes(&self) -> Option<usize> {
        None
    }
}
