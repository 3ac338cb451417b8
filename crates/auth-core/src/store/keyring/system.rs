//! The keyring of the operating system.

use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};

use super::Keyring;
use crate::AuthError;
use crate::store::failure::storage;

/// The entries of one service. The connection to the keyring is made on demand, and again after a failure: the daemon
/// behind it may be restarted.
pub(super) struct SystemKeyring {
    service: String,
    connection: Mutex<Option<Arc<CredentialStore>>>,
}

impl SystemKeyring {
    pub(super) fn new(service: String) -> Self {
        Self { service, connection: Mutex::default() }
    }

    /// Runs `work` on an entry; `None` if it doesn't exist.
    fn with<T>(
        &self,
        name: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, AuthError> {
        let entry = self.connection()?.build(&self.service, name, platform::modifiers().as_ref());
        match entry.and_then(|entry| work(&entry)) {
            Ok(done) => Ok(Some(done)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => {
                *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Err(explained(error))
            }
        }
    }

    fn connection(&self) -> Result<Arc<CredentialStore>, AuthError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = &*connection {
            return Ok(Arc::clone(there));
        }
        let new = platform::connect().map_err(|error| with_cause(storage(platform::NONE), error))?;
        Ok(Arc::clone(connection.insert(new)))
    }
}

impl Keyring for SystemKeyring {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, AuthError> {
        self.with(name, Entry::get_secret)
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), AuthError> {
        match self.with(name, |entry| entry.set_secret(secret))? {
            Some(()) => Ok(()),
            None => Err(storage("the keyring took the session and then had no entry for it: check the keyring")),
        }
    }

    fn delete(&self, name: &str) -> Result<(), AuthError> {
        self.with(name, Entry::delete_credential).map(drop)
    }

    fn most_bytes(&self) -> Option<usize> {
        platform::MOST_BYTES
    }
}

/// The error in our words: some of these errors contain the stored bytes.
fn explained(error: Error) -> AuthError {
    let (what, transient) = match &error {
        Error::NoStorageAccess(_) => {
            ("the keyring is locked, or refuses this program: unlock it and allow access", true)
        }
        Error::PlatformFailure(_) => ("the keyring failed: see the cause, and the log of its daemon", true),
        Error::Ambiguous(_) => ("the keyring has several entries for this account: remove all but one", false),
        Error::TooLong(..) => ("the name of the service, or the session, is too long for this keyring", false),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            ("what the keyring has for this account is damaged: remove the entry, and sign in again", false)
        }
        _ => ("the keyring can't do this: use another store", false),
    };
    with_cause(storage(what).with_transient(transient), error)
}

/// Errors of the platform describe the failure; the others may contain the stored bytes.
fn with_cause(said: AuthError, error: Error) -> AuthError {
    match error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => said.with_source(Cause(cause)),
        _ => said,
    }
}

/// A boxed error doesn't implement `Error` itself.
#[derive(Debug)]
struct Cause(Box<dyn std::error::Error + Send + Sync>);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::CredentialStore;

    pub(super) const NONE: &str = "the login keychain can't be opened: log in as this user, or use a `FileStore`";
    pub(super) const MOST_BYTES: Option<usize> = None;

    pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    pub(super) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
        None
    }
}

#[cfg(windows)]
mod platform {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::CredentialStore;

    pub(super) const NONE: &str = "the Credential Manager can't be opened: log in as this user, or use a `FileStore`";
    /// `CRED_MAX_CREDENTIAL_BLOB_SIZE`.
    pub(super) const MOST_BYTES: Option<usize> = Some(2560);

    pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
        // Service and user have to be distinguishable in the name of the entry.
        let configuration = HashMap::from([("service_no_divider", "true")]);
        Ok(windows_native_keyring_store::Store::new_with_configuration(&configuration)?)
    }

    pub(super) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
        // By default entries follow their user to other machines, but the locks don't.
        Some(HashMap::from([("persistence", "Local")]))
    }
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
mod platform {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::CredentialStore;

    pub(super) const NONE: &str = "there is no keyring here: no Secret Service answers on the D-Bus session bus; log in to \
                                   a desktop session, start gnome-keyring-daemon, KWallet or KeePassXC, or use a \
                                   `FileStore` with `encrypted`";
    pub(super) const MOST_BYTES: Option<usize> = None;

    pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    pub(super) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
        None
    }
}

#[cfg(not(any(
    target_os = "macos",
    windows,
    all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))
)))]
mod platform {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Error};

    pub(super) const NONE: &str = "this system has no keyring that auth-core knows: use `KeyringStore::over` with one";
    pub(super) const MOST_BYTES: Option<usize> = None;

    pub(super) fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
        Err(Error::NoDefaultStore)
    }

    pub(super) fn modifiers() -> Option<HashMap<&'static str, &'static str>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_error_contains_the_stored_bytes() {
        let kept = || b"canary".to_vec();
        for error in [
            Error::BadEncoding(kept()),
            Error::BadDataFormat(kept(), "canary".into()),
            Error::BadStoreFormat("canary".to_owned()),
            Error::TooLong("canary".to_owned(), 1),
            Error::Invalid("canary".to_owned(), "canary".to_owned()),
            Error::NotSupportedByStore("canary".to_owned()),
        ] {
            let error = explained(error);
            let source = std::error::Error::source(&error).map(|source| format!("{source:?}"));
            let shown = format!("{error} {error:?} {source:?}");
            assert!(!shown.contains("canary") && !shown.contains("99, 97, 110"), "{shown}");
        }
    }
}
