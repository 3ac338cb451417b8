//! User names and passwords that change while a store is in use.

use std::fmt;

use ::redis::RedisConnectionInfo;
use client_runtime::{BoxFuture, Secret};
use tokio::time::timeout_at;

use super::RedisStoreBuilder;
use super::deadline::Deadline;
use super::failure::Failure;
use crate::{AuthError, AuthErrorKind};

/// Who a [`RedisStore`](crate::RedisStore) is in Redis: what the callback of
/// [`RedisStoreBuilder::credentials`] returns. `Debug` shows neither the name nor the password.
#[derive(Clone)]
pub struct RedisCredentials {
    user: Option<String>,
    password: Secret,
}

impl RedisCredentials {
    /// A user of an access list, and their password or token.
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
    /// Asks for the user name and the password anew for every connection, where they change: leases of a vault, tokens of a
    /// cloud's identity service. What the URL says of them gives way.
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
    /// A connection that is open keeps its user: Redis asks for a password once. When the password has changed, the
    /// connection goes on until Redis closes it or says that it is signed out (`NOAUTH`). The request that learns of it is
    /// sent once more over a new connection, with new credentials, and its caller notices nothing. Nothing is asked ahead of
    /// time: the callback should have an answer at hand that is valid now.
    ///
    /// It is called when the server has been reached, by one request at a time, and its time counts towards
    /// [the time limit](Self::time_limit); when that is over, its future is dropped.
    ///
    /// If it fails, the request fails with [`Storage`](AuthErrorKind::Storage), which is transient if the callback's error is.
    /// Of that error, only the kind is told: its message and its cause may know the secret, so they belong into a log of the
    /// callback's. Credentials that Redis refuses are a transient error too, since the next connection asks for others.
    pub fn credentials<F, T>(mut self, ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<RedisCredentials, AuthError>> + Send + 'static,
    {
        self.credentials = Some(Asked(Box::new(move || Box::pin(ask()))));
        self
    }
}

/// The callback.
pub(super) struct Asked(Box<dyn Fn() -> BoxFuture<'static, Result<RedisCredentials, AuthError>> + Send + Sync>);

impl Asked {
    /// Completes how a connection is signed in.
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
