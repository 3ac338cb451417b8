//! User names and passwords that change while a store is in use.

use std::fmt;

use ::redis::RedisConnectionInfo;
use client_runtime::Secret;
use tokio::time::timeout_at;

use super::RedisStoreBuilder;
use super::deadline::Deadline;
use super::failure::Failure;
use crate::{AuthError, AuthErrorKind, AuthFuture};

/// The login of a [`RedisStore`](crate::RedisStore), as the callback of [`RedisStoreBuilder::credentials`] returns it.
/// `Debug` shows neither the name nor the password.
#[derive(Clone)]
pub struct RedisCredentials {
    user: Option<String>,
    password: Secret,
}

impl RedisCredentials {
    /// A user of an access list, with a password or token.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { user: Some(user.into()), password: password.into() }
    }

    /// A password, for the user that the URL names, or else for the default user (`requirepass`).
    pub fn password(password: impl Into<Secret>) -> Self {
        Self { user: None, password: password.into() }
    }

    fn sign(self, login: RedisConnectionInfo) -> RedisConnectionInfo {
        let login = login.set_password(self.password.expose());
        match self.user {
            Some(user) => login.set_username(user),
            None => login,
        }
    }
}

impl fmt::Debug for RedisCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCredentials").finish_non_exhaustive()
    }
}

impl RedisStoreBuilder {
    /// Requests the user name and the password anew for every connection, where they change: leases of a vault, tokens
    /// of a cloud's identity service. They override those of the URL.
    ///
    /// ```no_run
    /// # async fn lease() -> Result<(String, String), std::io::Error> { Ok(Default::default()) }
    /// # fn example() -> Result<(), auth_core::AuthError> {
    /// use auth_core::{AuthError, AuthErrorKind, RedisCredentials, RedisStore};
    ///
    /// let store = RedisStore::builder("rediss://redis.example:6379")
    ///     .credentials(|| async {
    ///         let (user, password) = lease().await.map_err(|_| {
    ///             AuthError::new(AuthErrorKind::Transport).with_message("the vault can't be reached")
    ///         })?;
    ///         Ok(RedisCredentials::new(user, password))
    ///     })
    ///     .build()?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An open connection keeps its user: Redis asks for a password once. After a change of the password, the
    /// connection stays usable until Redis closes it or answers that it is signed out (`NOAUTH`). The request that gets
    /// this answer is sent once more over a new connection, with new credentials, which its caller doesn't notice.
    /// Credentials aren't requested in advance: the callback should have an answer at hand that is valid now.
    ///
    /// It is called once the server is reached, by one request at a time, and its time counts towards
    /// [the time limit](Self::time_limit); at the limit its future is dropped.
    ///
    /// If it fails, the request fails with [`Storage`](AuthErrorKind::Storage), which is transient if the callback's
    /// error is. Only the kind of that error is reported: its message and its cause may contain the secret, so the
    /// callback has to log them. Credentials that Redis refuses are a transient error too, since the next connection
    /// requests others.
    pub fn credentials<F, T>(mut self, ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<RedisCredentials, AuthError>> + Send + 'static,
    {
        self.credentials = Some(Asked(Box::new(move || Box::pin(ask()))));
        self
    }
}

/// The callback of the caller.
pub(super) struct Asked(Box<dyn Fn() -> AuthFuture<'static, RedisCredentials> + Send + Sync>);

impl Asked {
    /// Adds the credentials to the login of a connection.
    pub(super) async fn sign(
        &self,
        login: RedisConnectionInfo,
        deadline: Deadline,
    ) -> Result<RedisConnectionInfo, Failure> {
        match timeout_at(deadline.at, (self.0)()).await {
            Ok(Ok(credentials)) => Ok(credentials.sign(login)),
            Ok(Err(error)) => Err(Failure::NoCredentials { kind: error.kind(), transient: error.is_transient() }),
            Err(_) => Err(Failure::NoCredentials { kind: AuthErrorKind::Timeout, transient: true }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_name_nor_password_is_printed() {
        let both = RedisCredentials::new("canary", "canary");
        let shown = format!("{both:?} {both:#?} {:?}", RedisCredentials::password("canary"));
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn the_user_of_the_url_stays_if_no_other_is_named() {
        let login = || RedisConnectionInfo::default().set_username("url").set_password("old");
        let signed = RedisCredentials::password("new").sign(login());
        assert_eq!((signed.username(), signed.password()), (Some("url"), Some("new")));
        let signed = RedisCredentials::new("other", "new").sign(login());
        assert_eq!((signed.username(), signed.password()), (Some("other"), Some("new")));
    }
}
