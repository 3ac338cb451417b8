//! The builder of the state that all calls of a client share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::call::{Core, Shared};
use crate::{
    Idempotency, InvalidToken, NoToken, RetryPolicy, Secret, StaticToken, Timer, Token, TokenSource, TokioTimer,
    base_url,
};

/// Longer than the 30 seconds after which a Svix server without its database answers with an error.
const TIMEOUT: Duration = Duration::from_secs(35);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY_SIZE: usize = 2 * 1024 * 1024;

/// Builds a [`Core`].
///
/// ```
/// use client_runtime::Secret;
/// use client_runtime::codegen::Builder;
///
/// let core = Builder::default()
///     .base_url("https://api.example.com/v1/")
///     .static_token(Secret::from("key"))
///     .build()?;
/// assert_eq!(core.base_url(), "https://api.example.com/v1");
/// # Ok::<(), client_runtime::BuildError>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder {
    base_url: Option<String>,
    tokens: Option<Result<Arc<dyn TokenSource>, InvalidToken>>,
    credentials: Vec<(&'static str, Result<Token, InvalidToken>)>,
    http: Option<reqwest::ClientBuilder>,
    user_agent: Option<String>,
    timeout: Duration,
    connect_timeout: Duration,
    max_body_size: usize,
    retry: RetryPolicy,
    idempotency: Idempotency,
    allow_insecure: bool,
    timer: Arc<dyn Timer>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            base_url: None,
            tokens: None,
            credentials: Vec::new(),
            http: None,
            user_agent: None,
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            max_body_size: MAX_BODY_SIZE,
            retry: RetryPolicy::default(),
            idempotency: Idempotency::default(),
            allow_insecure: false,
            timer: Arc::new(TokioTimer),
        }
    }
}

impl Builder {
    /// The URL that paths are appended to: https (or plain http on a loopback address), without user, query and
    /// fragment.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sends this token with every call that takes one.
    pub fn static_token(mut self, token: impl Into<Secret>) -> Self {
        let source = StaticToken::new(&token.into());
        self.tokens = Some(source.map(|source| Arc::new(source) as Arc<dyn TokenSource>));
        self
    }

    /// Asks this source for a token before every call that takes one.
    pub fn token_source(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.tokens = Some(Ok(source));
        self
    }

    /// Sets a credential beside the token, for the operations whose description asks for this security scheme.
    ///
    /// It is sent only with operations that ask for it, as [`Scheme`](crate::Scheme) says. A later credential for the
    /// same scheme replaces an earlier one.
    pub fn credential(mut self, scheme: &'static str, credential: impl Into<Secret>) -> Self {
        self.credentials.retain(|(name, _)| *name != scheme);
        self.credentials.push((scheme, Token::bearer(&credential.into(), 0)));
        self
    }

    /// The header `User-Agent`. It is ignored if an HTTP client is given by [`http`](Self::http), which has its own.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Builds on this HTTP client, and keeps its proxies, certificate authorities, `User-Agent` and the like.
    ///
    /// Redirects, retries, time limits and the log of raw bytes are overridden, since this crate's guarantees depend on
    /// them. Default headers are sent with every call, so don't put a credential there.
    pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
        self.http = Some(http);
        self
    }

    /// How long a call may take, from asking for the token to the end of the response, retries and pauses included. By
    /// default 35 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take, within the limit of the call. By default 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How many bytes of a response are read, after decompression. By default 2 MiB.
    pub fn max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = bytes;
        self
    }

    /// When and how often a failed call is repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether calls get an idempotency key automatically, where the operation takes one.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// Allows plain http beyond loopback addresses: anyone on the network path can then read the credentials.
    pub fn allow_insecure(mut self, allow: bool) -> Self {
        self.allow_insecure = allow;
        self
    }

    /// The source of time and randomness; tests replace it.
    pub fn timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Builds the [`Core`].
    ///
    /// # Errors
    ///
    /// [`BuildError`] when there is no usable base URL, the static token or another credential can't be sent, or the HTTP
    /// client can't be built (TLS doesn't find its certificates, for instance).
    pub fn build(self) -> Result<Core, BuildError> {
        let given = self.base_url.ok_or(BuildError(Problem::NoBaseUrl))?;
        let base_url = base_url::check(&given, self.allow_insecure).map_err(|why| BuildError(Problem::BaseUrl(why)))?;
        let has_tokens = self.tokens.is_some();
        let tokens = self.tokens.unwrap_or_else(|| Ok(Arc::new(NoToken)));
        let tokens = tokens.map_err(|error| BuildError(Problem::Token(error)))?;
        let credentials = self.credentials.into_iter().map(|(scheme, credential)| {
            credential
                .map(|credential| (scheme, credential))
                .map_err(|error| BuildError(Problem::Credential(scheme, error)))
        });
        let credentials = credentials.collect::<Result<Vec<_>, _>>()?;
        let http = match (self.http, self.user_agent) {
            (Some(given), _) => given,
            (None, Some(user_agent)) => reqwest::Client::builder().user_agent(user_agent),
            (None, None) => reqwest::Client::builder(),
        };
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            // Retries are decided in one place, the loop in `exec`.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .https_only(base_url.starts_with("https:"))
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            // Verbose logs would contain credentials.
            .connection_verbose(false)
            .build()
            .map_err(|error| BuildError(Problem::Http(error.without_url())))?;
        Ok(Core::new(Shared {
            base_url,
            http,
            tokens,
            has_tokens,
            credentials,
            timeout: self.timeout,
            connect_timeout: self.connect_timeout,
            max_body_size: u64::try_from(self.max_body_size).unwrap_or(u64::MAX),
            retry: self.retry,
            idempotency: self.idempotency,
            timer: self.timer,
        }))
    }
}

/// Shows settings, and neither the URL nor the HTTP client: before they are checked, they may hold credentials.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("max_body_size", &self.max_body_size)
            .field("retry", &self.retry)
            .field("idempotency", &self.idempotency)
            .field("allow_insecure", &self.allow_insecure)
            .finish_non_exhaustive()
    }
}

/// Why a client can't be built.
#[derive(Debug)]
pub struct BuildError(Problem);

#[derive(Debug)]
enum Problem {
    NoBaseUrl,
    BaseUrl(&'static str),
    Token(InvalidToken),
    Credential(&'static str, InvalidToken),
    Http(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::NoBaseUrl => f.write_str("no server was given; name one"),
            Problem::BaseUrl(why) => write!(f, "the server's URL can't be used: {why}"),
            Problem::Token(_) => f.write_str("the static token can't be used"),
            Problem::Credential(scheme, _) => write!(f, "the credential for `{scheme}` can't be used"),
            Problem::Http(_) => f.write_str("the HTTP client can't be built; check its settings and see the cause"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Problem::NoBaseUrl | Problem::BaseUrl(_) => None,
            Problem::Token(error) | Problem::Credential(_, error) => Some(error),
            Problem::Http(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_named_and_nothing_is_quoted() {
        let build = |url: &str, token: &str| Builder::default().base_url(url).static_token(token).build();
        let error = build("https://user:canary@example.com", "key").unwrap_err();
        assert!(error.to_string().contains("user name or password"), "{error}");
        assert!(!format!("{error:?}").contains("canary"));
        let error = build("https://example.com", "canary\n").unwrap_err();
        assert!(std::error::Error::source(&error).is_some_and(|source| source.is::<InvalidToken>()));
        assert!(!format!("{error:?} {error}").contains("canary"));
        let error =
            Builder::default().base_url("https://example.com").credential("AppKey", "canary\n").build().unwrap_err();
        assert!(error.to_string().contains("`AppKey`"), "{error}");
        assert!(std::error::Error::source(&error).is_some_and(|source| source.is::<InvalidToken>()));
        assert!(!format!("{error:?} {error}").contains("canary"));
        assert!(Builder::default().build().unwrap_err().to_string().contains("no server"));
        let error = build("http://example.com", "key").unwrap_err();
        assert!(error.to_string().contains("plain http"), "{error}");
    }

    #[test]
    fn debug_shows_no_credentials() {
        let http = reqwest::Client::builder().user_agent("canary");
        let builder = Builder::default().base_url("https://user:canary@example.com").static_token("canary").http(http);
        assert!(!format!("{builder:?}").contains("canary"));
        let builder = Builder::default().base_url("https://example.com").credential("AppKey", "canary");
        let shown = format!("{builder:?}");
        assert!(!format!("{shown} {:?}", builder.build().unwrap()).contains("canary"));
    }
}
