//! Credentials: the input of a login.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use client_runtime::Secret;

use crate::{AuthError, AuthErrorKind, AuthFuture, Fingerprint};

/// The input of a login. `Debug` shows the kind and names, never a secret.
///
/// Aivo and PacerPro take [`Password`](Self::Password); Svix takes [`AppAccess`](Self::AppAccess),
/// [`OneTimeToken`](Self::OneTimeToken) and [`ApiKey`](Self::ApiKey).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// A user name, usually an e-mail address, and a password.
    #[non_exhaustive]
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A key that is sent as it is, and doesn't expire by itself.
    ApiKey(Secret),
    /// A token that can be exchanged for a session once.
    OneTimeToken(OneTimeToken),
    /// An API key that mints tokens for one application of the account.
    AppAccess(AppAccess),
    /// Credentials of a type that a third party's [`Authenticator`](crate::Authenticator) understands.
    Custom(CustomCredentials),
    /// A callback that fetches the credentials for each login.
    Provider(CredentialsProvider),
}

impl Credentials {
    /// A user name and a password.
    pub fn password(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Password { username: username.into(), password: password.into() }
    }

    /// A key that is sent as it is.
    pub fn api_key(key: impl Into<Secret>) -> Self {
        Self::ApiKey(key.into())
    }

    /// Credentials of another type, for an authenticator that knows it. [`CustomCredentials`] can also name their
    /// account.
    pub fn custom(value: impl Any + Send + Sync) -> Self {
        CustomCredentials::new(value).into()
    }

    /// Credentials that a callback fetches anew for each login: from a secret manager, a rotated file, or a prompt.
    /// `account` names their account, which has to be known beforehand.
    ///
    /// ```
    /// use auth_core::{AuthError, Credentials};
    ///
    /// async fn read_from_vault() -> Result<String, AuthError> {
    ///     // …
    ///     # Ok("correct horse".to_owned())
    /// }
    ///
    /// let credentials = Credentials::provider("me@example.com", || async {
    ///     Ok(Credentials::password("me@example.com", read_from_vault().await?))
    /// });
    /// # let _ = credentials;
    /// ```
    pub fn provider<F, R>(account: impl Into<String>, fetch: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Self, AuthError>> + Send + 'static,
    {
        Self::Provider(CredentialsProvider { account: account.into(), fetch: Arc::new(move || Box::pin(fetch())) })
    }

    /// The kind, for messages: `password`, `API key` and so on.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::ApiKey(_) => "API key",
            Self::OneTimeToken(_) => "one-time token",
            Self::AppAccess(_) => "app access",
            Self::Custom(_) => "custom",
            Self::Provider(_) => "provider",
        }
    }

    /// Their account, where they name one: the user name that belongs to a password, the application of an app access,
    /// the account of [`CustomCredentials`] and of providers.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Password { username, .. } => Some(username),
            Self::AppAccess(access) => Some(&access.app_id),
            Self::Custom(custom) => custom.account.as_deref(),
            Self::Provider(provider) => Some(&provider.account),
            Self::ApiKey(_) | Self::OneTimeToken(_) => None,
        }
    }

    /// Identifies these credentials, so that a manager can tell their sessions from those of others.
    ///
    /// It is computed from the user name, since a password may change; from the key, the application or the token of the
    /// other kinds. `None` for a provider, until it is [resolved](Self::resolve), and for custom credentials without
    /// one.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match self {
            Self::Password { username, .. } => Some(Fingerprint::of(self.kind(), &[username])),
            Self::ApiKey(key) => Some(Fingerprint::of(self.kind(), &[key.expose()])),
            Self::OneTimeToken(once) => Some(Fingerprint::of(self.kind(), &[once.token.expose()])),
            Self::AppAccess(access) => {
                Some(Fingerprint::of(self.kind(), &[access.api_key.expose(), access.app_id.as_str()]))
            }
            Self::Custom(custom) => custom.fingerprint,
            Self::Provider(_) => None,
        }
    }

    /// Whether they are the token themselves, as an API key is: the vendor issues nothing for them, so there is nothing
    /// to store, or to end at the vendor.
    pub fn is_static(&self) -> bool {
        matches!(self, Self::ApiKey(_))
    }

    /// Whether signing in with the same credentials again gives another token.
    ///
    /// A one-time token is spent by its exchange, and a key that is sent as it is never changes.
    pub fn is_reusable(&self) -> bool {
        match self {
            Self::ApiKey(_) | Self::OneTimeToken(_) => false,
            Self::Custom(custom) => !custom.is_single_use,
            Self::Password { .. } | Self::AppAccess(_) | Self::Provider(_) => true,
        }
    }

    /// Calls a provider, and returns the credentials that it fetched; other credentials are returned as they are. A
    /// [`SessionManager`](crate::SessionManager) does this before a login, so an authenticator gets no provider from it.
    ///
    /// # Errors
    ///
    /// The error of the provider; [`InvalidInput`](AuthErrorKind::InvalidInput) if it returns another provider.
    ///
    /// # Cancel safety
    ///
    /// The provider's future is dropped with this one.
    pub async fn resolve(&self) -> Result<Cow<'_, Self>, AuthError> {
        let Self::Provider(provider) = self else { return Ok(Cow::Borrowed(self)) };
        match (provider.fetch)().await? {
            Self::Provider(_) => Err(AuthError::new(AuthErrorKind::InvalidInput)
                .with_message("a provider of credentials gave another provider instead of credentials")),
            credentials => Ok(Cow::Owned(credentials)),
        }
    }
}

/// A token that can be exchanged for a session once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OneTimeToken {
    /// The token.
    pub token: Secret,
    /// The bearer token that authorises the exchange itself, where the vendor wants one.
    pub bearer: Option<Secret>,
}

impl OneTimeToken {
    /// A token that needs no bearer, or uses that of the client.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: token.into(), bearer: None }
    }

    /// Sets the bearer token that authorises the exchange.
    #[must_use]
    pub fn with_bearer(mut self, bearer: impl Into<Secret>) -> Self {
        self.bearer = Some(bearer.into());
        self
    }
}

impl From<OneTimeToken> for Credentials {
    fn from(token: OneTimeToken) -> Self {
        Self::OneTimeToken(token)
    }
}

/// An API key that mints tokens for one application of the account.
///
/// ```
/// use std::time::Duration;
/// use auth_core::{AppAccess, Credentials};
///
/// let access = AppAccess::new("testsk_key.eu", "my-app").with_lifetime(Duration::from_secs(3600)).with_read_only(true);
/// assert_eq!(Credentials::from(access).account(), Some("my-app"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppAccess {
    /// The key.
    pub api_key: Secret,
    /// The application's id or uid.
    pub app_id: String,
    /// How long the minted token should live; `None` leaves it to the vendor.
    pub lifetime: Option<Duration>,
    /// Whether the token may only read; `None` leaves it to the vendor.
    pub read_only: Option<bool>,
    /// Features of the vendor's portal that the token enables, in addition to those that every user has.
    pub feature_flags: Vec<String>,
}

impl AppAccess {
    /// Access to an application, with the vendor's defaults.
    pub fn new(api_key: impl Into<Secret>, app_id: impl Into<String>) -> Self {
        Self {
            api_key: api_key.into(),
            app_id: app_id.into(),
            lifetime: None,
            read_only: None,
            feature_flags: Vec::new(),
        }
    }

    /// Sets how long the minted token should live.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets whether the token may only read.
    #[must_use]
    pub fn with_read_only(mut self, read_only: bool) -> Self {
        self.read_only = Some(read_only);
        self
    }

    /// Sets the feature flags.
    #[must_use]
    pub fn with_feature_flags<F: Into<String>>(mut self, flags: impl IntoIterator<Item = F>) -> Self {
        self.feature_flags = flags.into_iter().map(Into::into).collect();
        self
    }
}

impl From<AppAccess> for Credentials {
    fn from(access: AppAccess) -> Self {
        Self::AppAccess(access)
    }
}

/// Credentials of a type that only their authenticator knows.
///
/// ```
/// use auth_core::{Credentials, CustomCredentials, Fingerprint};
///
/// struct Certificate(Vec<u8>);
///
/// let credentials: Credentials = CustomCredentials::new(Certificate(vec![1, 2, 3]))
///     .with_account("device-7")
///     .with_fingerprint(Fingerprint::of("certificate", &["serial 17"]))
///     .into();
/// assert!(credentials.is_reusable());
/// ```
#[derive(Clone)]
pub struct CustomCredentials {
    value: Arc<dyn Any + Send + Sync>,
    account: Option<String>,
    fingerprint: Option<Fingerprint>,
    is_single_use: bool,
}

impl CustomCredentials {
    /// Credentials that can be used again, without an account.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Self { value: Arc::new(value), account: None, fingerprint: None, is_single_use: false }
    }

    /// Sets their account. A session is stored under it, unless the manager is given another.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Sets the fingerprint that tells their sessions from those of other credentials. Without it, a stored session of
    /// the account is taken over whatever it was created with.
    #[must_use]
    pub fn with_fingerprint(mut self, fingerprint: Fingerprint) -> Self {
        self.fingerprint = Some(fingerprint);
        self
    }

    /// Marks them as spent by one login: a manager forgets them after it.
    #[must_use]
    pub fn single_use(mut self) -> Self {
        self.is_single_use = true;
        self
    }

    /// The value, if it has this type.
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }
}

impl From<CustomCredentials> for Credentials {
    fn from(custom: CustomCredentials) -> Self {
        Self::Custom(custom)
    }
}

/// Shows the account only: the value may contain secrets.
impl fmt::Debug for CustomCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomCredentials").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Fetches credentials; made by [`Credentials::provider`].
#[derive(Clone)]
pub struct CredentialsProvider {
    account: String,
    fetch: Arc<Fetch>,
}

type Fetch = dyn Fn() -> AuthFuture<'static, Credentials> + Send + Sync;

/// Shows the account only.
impl fmt::Debug for CredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsProvider").field("account", &self.account).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_every_kind() -> [Credentials; 6] {
        [
            Credentials::password("me", "canary"),
            Credentials::api_key("canary"),
            OneTimeToken::new("canary").with_bearer("canary").into(),
            AppAccess::new("canary", "app").into(),
            Credentials::custom("canary".to_owned()),
            Credentials::provider("me", || async { Ok(Credentials::api_key("canary")) }),
        ]
    }

    #[test]
    fn debug_shows_no_secret() {
        for credentials in of_every_kind() {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("canary"), "{}", credentials.kind());
        }
    }

    #[test]
    fn a_fingerprint_changes_with_the_credentials_but_not_with_the_password() {
        let of = |credentials: Credentials| credentials.fingerprint();
        assert_eq!(of(Credentials::password("me", "old")), of(Credentials::password("me", "new")));
        let mut all: Vec<_> = of_every_kind().iter().filter_map(Credentials::fingerprint).collect();
        all.extend([
            of(Credentials::password("you", "canary")).unwrap(),
            of(Credentials::api_key("other")).unwrap(),
            of(AppAccess::new("other", "app").into()).unwrap(),
            of(AppAccess::new("canary", "other").into()).unwrap(),
        ]);
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (8, 8));
    }

    #[tokio::test]
    async fn a_provider_is_called_for_each_login_and_must_not_return_a_provider() {
        let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let provider = Credentials::provider("me", move || {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            async move { Ok(Credentials::password("me", format!("secret {number}"))) }
        });
        for number in 0..2 {
            let resolved = provider.resolve().await.unwrap();
            let Credentials::Password { password, .. } = &*resolved else { panic!("another kind") };
            assert_eq!(password.expose(), format!("secret {number}"));
        }
        let endless = Credentials::provider("me", move || std::future::ready(Ok(provider.clone())));
        assert_eq!(endless.resolve().await.unwrap_err().kind(), AuthErrorKind::InvalidInput);
    }
}
