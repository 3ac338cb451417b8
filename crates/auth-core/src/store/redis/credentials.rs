//! User names and passwords that change while a store is in use.

use std::fmt;

use ::redis::RedisConnectionInfo;
use client_runtime::Secret;
use tokio::time::timeout_at;

use super::deadline::Deadline;
use super::failure::Failure;
use crate::{AuthError, AuthErrorKind, AuthFuture};

/// The user name and password of a [`RedisStore`](crate::RedisStore), as returned by the callback of
/// [`RedisStoreBuilder::credentials`](crate::RedisStoreBuilder::credentials). `Debug` shows neither.
#[derive(Clone)]
pub struct RedisCredentials {
    user: Option<String>,
    password: Secret,
}

impl RedisCredentials {
    /// An ACL user, with a password or token.
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

/// The callback of the caller.
pub(super) struct Asked(Box<dyn Fn() -> AuthFuture<'static, RedisCredentials> + Send + Sync>);

impl Asked {
    pub(super) fn new<F, T>(ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<RedisCredentials, AuthError>> + Send + 'static,
    {
        Self(Box::new(move || Box::pin(ask())))
    }

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
