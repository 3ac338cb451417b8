//! Tokens for [tower](https://docs.rs/tower) services that speak HTTP. Behind the feature `tower`.
//!
//! [`AuthLayer`] puts the token of a [`SessionManager`](crate::SessionManager), or of any other
//! [`TokenSource`], into requests:
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::Arc;
//!
//! use auth_core::tower::AuthLayer;
//! use auth_core::{Secret, TokenSource};
//! use client_runtime::StaticToken;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A `SessionManager` renews its tokens; this source has a single one.
//! let source: Arc<dyn TokenSource> = Arc::new(StaticToken::new(&Secret::from("secret"))?);
//!
//! let service = ServiceBuilder::new()
//!     .layer(AuthLayer::new(source, ["https://api.example.com".parse()?]))
//!     .service(service_fn(|request: http::Request<String>| async move {
//!         let is_signed = request.headers().contains_key("authorization");
//!         Ok::<_, Infallible>(http::Response::new(is_signed))
//!     }));
//!
//! let ours = http::Request::get("https://api.example.com/me").body(String::new())?;
//! assert!(service.clone().oneshot(ours).await?.into_body());
//!
//! let theirs = http::Request::get("https://elsewhere.test/me").body(String::new())?;
//! assert!(!service.oneshot(theirs).await?.into_body());
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use client_runtime::{BoxFuture, Carrier, TokenError, TokenSource};
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use crate::origin::{Guarded, Origin};

/// Puts a token into requests to the given origins.
///
/// - A request to another origin passes unchanged, as does a request without an origin (`/path` alone) or one that
///   already has a credential in the place of the token.
/// - If the server answers 401, the token is reported to the source, and the request is sent once more with another
///   token, if there is one and the body can be copied. If the source fails, its error replaces the response.
///
/// Put it *below* a layer that follows redirects, so that every hop is checked. The inner service, once ready, stays
/// reserved during the wait for a token.
#[derive(Clone, Debug)]
pub struct AuthLayer<R = CloneBody> {
    guarded: Arc<Guarded>,
    replay: R,
}

impl AuthLayer {
    /// Sends tokens of this source to these origins and no others. Bodies are cloned for a replay; for bodies that can't
    /// be cloned, see [`with_replay`](Self::with_replay).
    pub fn new(source: Arc<dyn TokenSource>, origins: impl IntoIterator<Item = Origin>) -> Self {
        Self { guarded: Guarded::new(source, origins), replay: CloneBody }
    }

    /// Sets how bodies are copied.
    pub fn with_replay<R>(self, replay: R) -> AuthLayer<R> {
        AuthLayer { guarded: self.guarded, replay }
    }
}

impl<R> AuthLayer<R> {
    /// Sets how tokens are sent, if not as bearer tokens: in a header of another name, as a cookie, in the query, or by
    /// `Basic`.
    #[must_use]
    pub fn with_carrier(mut self, carrier: Carrier) -> Self {
        Arc::make_mut(&mut self.guarded).set_carrier(carrier);
        self
    }
}

impl<S, R: Clone> Layer<S> for AuthLayer<R> {
    type Service = AuthService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService { inner, guarded: Arc::clone(&self.guarded), replay: self.replay.clone() }
    }
}

/// Copies bodies before they are sent, for a replay.
pub trait Replay<B> {
    /// Copies a body. Without a copy, the request is not replayed.
    fn copy(&self, body: &B) -> Option<B>;
}

/// Copies every body by cloning it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CloneBody;

impl<B: Clone> Replay<B> for CloneBody {
    fn copy(&self, body: &B) -> Option<B> {
        Some(body.clone())
    }
}

/// Copies no body: for streams. A rejected token is still reported to the source, so that the next request gets
/// another.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReplay;

impl<B> Replay<B> for NoReplay {
    fn copy(&self, _: &B) -> Option<B> {
        None
    }
}

/// A service whose requests carry a token: see [`AuthLayer`].
#[derive(Clone, Debug)]
pub struct AuthService<S, R = CloneBody> {
    inner: S,
    guarded: Arc<Guarded>,
    replay: R,
}

impl<S, R, B, A> Service<Request<B>> for AuthService<S, R>
where
    S: Service<Request<B>, Response = Response<A>> + Clone + Send + 'static,
    S::Future: Send,
    R: Replay<B>,
    B: Send + 'static,
    A: Send + 'static,
{
    type Response = Response<A>;
    type Error = AuthServiceError<S::Error>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(AuthServiceError::Inner)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Use the service that reported readiness: its clone isn't ready.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);

        let is_ours = !self.guarded.is_in(&request) && self.guarded.admits(Origin::of(request.uri()).as_ref());
        if !is_ours {
            let sent = inner.call(request);
            return Box::pin(async move { sent.await.map_err(AuthServiceError::Inner) });
        }
        let spare = self.replay.copy(request.body());
        Box::pin(send(Arc::clone(&self.guarded), inner, request, spare))
    }
}

/// Sends a request with a token, and once more with another if the first is rejected.
async fn send<S, B, A>(
    guarded: Arc<Guarded>,
    mut inner: S,
    request: Request<B>,
    spare: Option<B>,
) -> Result<Response<A>, AuthServiceError<S::Error>>
where
    S: Service<Request<B>, Response = Response<A>>,
{
    let token = guarded.token().await.map_err(AuthServiceError::Token)?;
    let (parts, body) = request.into_parts();
    let spare = spare.map(|body| Request::from_parts(parts.clone(), body));
    let mut request = Request::from_parts(parts, body);
    guarded.put(&token, &mut request).map_err(AuthServiceError::Token)?;
    let response = inner.call(request).await.map_err(AuthServiceError::Inner)?;
    if response.status() != StatusCode::UNAUTHORIZED {
        return Ok(response);
    }
    guarded.reject(&token);
    let Some(mut spare) = spare else { return Ok(response) };
    let Some(token) = guarded.replacement(&token).await.map_err(AuthServiceError::Token)? else { return Ok(response) };
    // The service may need the connection of the response to become ready again.
    drop(response);
    poll_fn(|context| inner.poll_ready(context)).await.map_err(AuthServiceError::Inner)?;
    guarded.put(&token, &mut spare).map_err(AuthServiceError::Token)?;
    inner.call(spare).await.map_err(AuthServiceError::Inner)
}

/// The error of an [`AuthService`]: no token, or a failure of the inner service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AuthServiceError<E> {
    /// There is no token. An [`AuthError`](crate::AuthError) of a session manager is its source.
    Token(TokenError),
    /// The inner service failed.
    Inner(E),
}

impl<E> fmt::Display for AuthServiceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("there is no token for the request"),
            Self::Inner(_) => f.write_str("the request failed"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for AuthServiceError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Token(error) => Some(error),
            Self::Inner(error) => Some(error),
        }
    }
}
