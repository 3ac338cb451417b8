//! The state that all calls of a client share, and the state of a single call.

mod failed;

use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::failure::Failure;
use crate::style::{Parameters, Writing};
use crate::{Error, Idempotency, Operation, RetryPolicy, Secret, Timer, Token, TokenSource, idempotency};

/// The state that all calls of a client share: server, connections, token source, limits.
///
/// Cloning copies a pointer.
#[derive(Clone)]
pub struct Core(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) tokens: Arc<dyn TokenSource>,
    /// Whether a token source or a static token was configured.
    pub(crate) has_tokens: bool,
    /// The credentials beside the token, each with the name of its security scheme.
    pub(crate) credentials: Vec<(&'static str, Token)>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_body_size: u64,
    pub(crate) retry: RetryPolicy,
    pub(crate) idempotency: Idempotency,
    pub(crate) timer: Arc<dyn Timer>,
}

impl Core {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The URL that paths are appended to. It doesn't end in a slash.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// The HTTP client. Requests sent with it directly bypass the loop in [`exec`](crate::codegen::exec()).
    pub fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// Starts a call.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] when an option can't be used with this operation.
    pub fn call<E>(&self, operation: &'static Operation, options: CallOptions) -> Result<Call, Error<E>> {
        let invalid = |problem: &'static str| Error::invalid_argument(operation, problem);
        let CallOptions { timeout, token, idempotency_key, accept, content_type, may_be_empty, parameters, form } =
            options;
        let token = match token {
            Some(_) if operation.security.token().is_none() => {
                return Err(invalid("it must not get a token, and one was given"));
            }
            // The token of a single call has no source to reject it to: its generation doesn't matter.
            Some(token) => Some(Token::bearer(&token, 0).map_err(|_| {
                invalid("the token given for this call is empty or holds something other than visible ASCII")
            })?),
            None => None,
        };
        let idempotency_key = match (operation.idempotency_key, idempotency_key) {
            (Some(_), Some(key)) if idempotency::is_valid(&key) => Some(key),
            (Some(_), Some(_)) => return Err(invalid("the idempotency key is empty or not visible ASCII")),
            (None, Some(_)) => return Err(invalid("it takes no idempotency key, and one was given")),
            (Some(_), None) if self.0.idempotency == Idempotency::Automatic => {
                Some(idempotency::fresh_key(self.0.timer.as_ref()))
            }
            (_, None) => None,
        };
        Ok(Call(Arc::new(State {
            shared: Arc::clone(&self.0),
            operation,
            timeout,
            token,
            idempotency_key,
            accept,
            content_type,
            may_be_empty,
            parameters,
            form,
            headers: Mutex::new(None),
            status: AtomicU16::new(0),
            failure: Mutex::new(None),
        })))
    }
}

/// Shows server and settings, and no token.
impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("base_url", &self.0.base_url)
            .field("timeout", &self.0.timeout)
            .field("max_body_size", &self.0.max_body_size)
            .field("retry", &self.0.retry)
            .field("idempotency", &self.0.idempotency)
            .finish_non_exhaustive()
    }
}

/// The settings of a single call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long the call may take, instead of the client's limit.
    pub timeout: Option<Duration>,
    /// The token to send, instead of one from the client's source. It is not replaced when the server refuses it.
    pub token: Option<Secret>,
    /// The idempotency key to send: visible ASCII, not empty.
    pub idempotency_key: Option<String>,
    /// The media type to accept, where the description has another one than JSON.
    pub accept: Option<&'static str>,
    /// The media type of the body, where the generated layer would send a more general one.
    pub content_type: Option<&'static str>,
    /// Whether a successful response may lack the described body.
    pub may_be_empty: bool,
    /// The parameters that the generated layer doesn't write.
    pub parameters: Parameters,
    /// The fields of the form that have a style of their own.
    pub form: &'static [(&'static str, Writing)],
}

/// One call, over all its attempts.
///
/// The generated layer carries it to [`exec`](crate::codegen::exec()); clones are the same call.
#[derive(Clone)]
pub struct Call(Arc<State>);

struct State {
    shared: Arc<Shared>,
    operation: &'static Operation,
    timeout: Option<Duration>,
    token: Option<Token>,
    idempotency_key: Option<String>,
    accept: Option<&'static str>,
    content_type: Option<&'static str>,
    may_be_empty: bool,
    parameters: Parameters,
    form: &'static [(&'static str, Writing)],
    /// The headers of a success, and whether its body is empty. The generated layer drops them when it can't decode the
    /// body.
    headers: Mutex<Option<(HeaderMap, bool)>>,
    /// The status of the last response. The generated layer drops it when a body can't be decoded.
    status: AtomicU16,
    /// The failure of `exec`, which itself can only return errors made by reqwest.
    failure: Mutex<Option<Failure>>,
}

impl Call {
    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.0.operation
    }

    /// The idempotency key: given, generated, or none.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key.as_deref()
    }

    /// The media types for the headers `Accept` and `Content-Type`.
    pub(crate) fn media_types(&self) -> (Option<&'static str>, Option<&'static str>) {
        (self.0.accept, self.0.content_type)
    }

    /// The parameters that the generated layer doesn't write.
    pub(crate) fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// The fields of the form that have a style of their own.
    pub(crate) fn form(&self) -> &'static [(&'static str, Writing)] {
        self.0.form
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    /// The client's credential for a scheme.
    pub(crate) fn credential(&self, scheme: &str) -> Option<&Token> {
        self.0.shared.credentials.iter().find(|(name, _)| *name == scheme).map(|(_, credential)| credential)
    }

    /// The token for this call alone.
    pub(crate) fn own_token(&self) -> Option<&Token> {
        self.0.token.as_ref()
    }

    /// The time limit for this call alone.
    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.0.timeout
    }

    /// The time limit of the whole call.
    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout.unwrap_or(self.0.shared.timeout)
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status.load(Ordering::Relaxed)).unwrap_or_default()
    }

    pub(crate) fn note_status(&self, status: StatusCode) {
        self.0.status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Keeps the headers of a success.
    pub(crate) fn note_headers(&self, headers: &HeaderMap, is_empty: bool) {
        *self.0.headers.lock().unwrap_or_else(PoisonError::into_inner) = Some((headers.clone(), is_empty));
    }

    /// The headers of a success.
    pub(crate) fn take_headers(&self) -> HeaderMap {
        let headers = self.0.headers.lock().unwrap_or_else(PoisonError::into_inner).take();
        headers.map(|(headers, _)| headers).unwrap_or_default()
    }

    /// The headers of a success without a body, where the operation may have one.
    pub(crate) fn take_empty(&self) -> Option<HeaderMap> {
        let is_empty = |(_, is_empty): &mut (HeaderMap, bool)| *is_empty && self.0.may_be_empty;
        self.0.headers.lock().unwrap_or_else(PoisonError::into_inner).take_if(is_empty).map(|(headers, _)| headers)
    }

    pub(crate) fn fail(&self, failure: Failure) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    pub(crate) fn take_failure(&self) -> Option<Failure> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.0.operation.id).finish_non_exhaustive()
    }
}
