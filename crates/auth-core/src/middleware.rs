//! Tokens for clients of [reqwest-middleware](reqwest_middleware). Behind the feature `reqwest-middleware`.
//!
//! [`AuthMiddleware`] puts the token of a [`SessionManager`](crate::SessionManager), or of any other
//! [`TokenSource`], into requests:
//!
//! ```
//! use std::sync::Arc;
//!
//! use auth_core::TokenSource;
//! use auth_core::middleware::{AuthMiddleware, same_origin_redirects};
//! use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
//!
//! # fn example(source: Arc<dyn TokenSource>) -> Result<ClientWithMiddleware, Box<dyn std::error::Error>> {
//! let http = reqwest::Client::builder().redirect(same_origin_redirects()).build()?;
//! let client = ClientBuilder::new(http)
//!     .with(AuthMiddleware::new(source, ["https://api.example.com".parse()?]))
//!     .build();
//! # Ok(client)
//! # }
//! ```

use std::sync::Arc;

use client_runtime::{Carrier, TokenSource};
use http::{Extensions, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};

use crate::origin::{Guarded, Origin};

/// The largest number of redirects in a row.
const MOST_REDIRECTS: usize = 5;

/// Puts a token into requests to the given origins.
///
/// - A request to another origin passes unchanged, as does a request that already has a credential in the place of the
///   token.
/// - If the server answers 401, the token is reported to the source, and the request is sent once more with another
///   token, if there is one and [`try_clone`](Request::try_clone) gives a copy: a streamed body is not sent twice. If
///   the source fails, its error replaces the response.
///
/// Without a token, the error is [`Error::Middleware`] around a [`TokenError`](client_runtime::TokenError); an
/// [`AuthError`](crate::AuthError) of a session manager is its source.
///
/// Redirects are followed below any middleware. reqwest removes `Authorization` and cookies when the host or the port
/// changes, but keeps the body, and headers of any other name; build the client with [`same_origin_redirects`], or
/// without redirects.
#[derive(Clone, Debug)]
pub struct AuthMiddleware {
    guarded: Arc<Guarded>,
}

impl AuthMiddleware {
    /// Sends tokens of this source to these origins and no others.
    pub fn new(source: Arc<dyn TokenSource>, origins: impl IntoIterator<Item = Origin>) -> Self {
        Self { guarded: Guarded::new(source, origins) }
    }

    /// Sets how tokens are sent, if not as bearer tokens: in a header of another name, as a cookie, in the query, or by
    /// `Basic`.
    #[must_use]
    pub fn with_carrier(mut self, carrier: Carrier) -> Self {
        Arc::make_mut(&mut self.guarded).set_carrier(carrier);
        self
    }
}

#[async_trait::async_trait]
impl Middleware for AuthMiddleware {
    async fn handle(&self, mut request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        let is_ours = !self.guarded.is_in(&request) && self.guarded.admits(origin(request.url()).as_ref());
        if !is_ours {
            return next.run(request, extensions).await;
        }
        let spare = request.try_clone();
        let token = self.guarded.token().await.map_err(Error::middleware)?;
        self.guarded.put(&token, &mut request).map_err(Error::middleware)?;
        let response = next.clone().run(request, extensions).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !self.guarded.admits(origin(response.url()).as_ref()) {
            return Ok(response);
        }
        self.guarded.reject(&token);
        let Some(mut spare) = spare else { return Ok(response) };
        let Some(token) = self.guarded.replacement(&token).await.map_err(Error::middleware)? else {
            return Ok(response);
        };
        drop(response);
        self.guarded.put(&token, &mut spare).map_err(Error::middleware)?;
        next.run(spare, extensions).await
    }
}

/// A policy that follows redirects within an origin, at most five in a row: neither headers nor body reach another
/// origin. Any other redirect is returned as the response.
pub fn same_origin_redirects() -> Policy {
    Policy::custom(|attempt| {
        let previous = attempt.previous();
        let target = attempt.url();
        let is_bare = target.username().is_empty() && target.password().is_none();
        let stays = previous.last().is_some_and(|from| origin(from).is_some() && origin(from) == origin(target));
        if is_bare && stays && previous.len() <= MOST_REDIRECTS { attempt.follow() } else { attempt.stop() }
    })
}

fn origin(url: &Url) -> Option<Origin> {
    Origin::new(url.scheme(), url.host_str()?, url.port())
}
