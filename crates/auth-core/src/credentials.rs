//! What a session is created from.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use client_runtime::Secret;

/// What a session is created from. `Debug` shows the kind and names, never a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A name, usually an e-mail address, and a password.
    Password {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A key that is sent as it is, and never expires by itself.
    ApiKey(Secret),
    /// A token that can be exchanged for a session once.
    OneTimeToken {
        /// The token.
        token: Secret,
        /// The bearer token that the exchange itself is authorised by, where the vendor wants one.
        bearer: Option<Secret>,
    },
    /// An API key that mints tokens for one application of the account.
    AppAccess {
        /// The key.
        api_key: Secret,
        /// The application's id or uid.
        app_id: String,
        /// How long the minted token should live.
        lifetime: Option<Duration>,
    },
    /// Whatever a third party's [`Authenticator`](crate::Authenticator) understands.
    Custom(CustomCredentials),
}

impl Credentials {
    /// A name and a password.
    pub fn password(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Password { username: username.into(), password: password.into() }
    }

    /// A key that is sent as it is.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self::ApiKey(key.into())
    }

    /// Credentials of another type, for an authenticator that knows it.
    pub fn custom(value: impl Any + Send + Sync) -> Self {
        Self::Custom(CustomCredentials(Arc::new(value)))
    }

    /// The kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::ApiKey(_) => "API key",
            Self::OneTimeToken { .. } => "one-time token",
            Self::AppAccess { .. } => "app access",
            Self::Custom(_) => "custom",
        }
    }

    /// Whether they are the token themselves: nothing is issued for them, so nothing is stored or ended at the vendor.
    pub fn is_static(&self) -> bool {
        matches!(self, Self::ApiKey(_))
    }

    /// Whether signing in with the same credentials again gives another token.
    ///
    /// A one-time token is spent by its exchange, and a key that is sent as it is stays what it is.
    pub fn is_reusable(&self) -> bool {
        !matches!(self, Self::OneTimeToken { .. } | Self::ApiKey(_))
    }
}

/// Credentials of a type that only their authenticator knows.
#[derive(Clone)]
pub struct CustomCredentials(Arc<dyn Any + Send + Sync>);

impl CustomCredentials {
    /// The value, if it has this type.
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for CustomCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomCredentials(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        for credentials in [
            Credentials::password("me", "canary"),
            Credentials::api_key("canary"),
            Credentials::OneTimeToken { token: "canary".into(), bearer: Some("canary".into()) },
            Credentials::AppAccess { api_key: "canary".into(), app_id: "app".into(), lifetime: None },
            Credentials::custom("canary".to_owned()),
        ] {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("canary"), "{}", credentials.kind());
        }
    }
}
