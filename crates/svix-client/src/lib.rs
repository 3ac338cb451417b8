//! A typed client for Svix's authentication API: app portal access, message tokens, one-time tokens, logout.
//!
//! ```no_run
//! use svix_client::{Client, errors::AppPortalAccessError, types};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! // The key's region (`….eu`) chooses the server; a key without one goes to `Server::Regionless`.
//! let client = Client::builder().static_token(std::env::var("SVIX_TOKEN")?).build()?;
//! let app: types::AppId = "customer-7".parse()?;
//! let wanted = types::AppPortalAccessIn::new().read_only(true);
//! match client.app_portal_access(&app, &wanted).await {
//!     Ok(portal) => open_in_browser(portal.url.expose()),
//!     Err(error) => match error.api() {
//!         Some(AppPortalAccessError::NotFound(_)) => eprintln!("Svix doesn't know {}", *app),
//!         _ => return Err(error.into()),
//!     },
//! }
//! # fn open_in_browser(_: &str) {}
//! # Ok(())
//! # }
//! ```
//!
//! Operations whose name begins with `legacy_` belong to the API as it was in 2022, for servers that still speak it.
//!
//! [`Client`] has a method for each operation, [`errors`] an error type for each, and [`operations::ALL`] lists them as data.
//! The text of a [`Secret`] is available only by [`Secret::expose`].
//!
//! [`ClientBuilder`] sets the server, the token, retries and limits. Features: `rustls` (default), `native-tls`, `http2`,
//! `tracing`, `schemars`; without default features there is no TLS.

// Written by `cargo xtask generate`, formatted by its own formatter.
#[rustfmt::skip]
mod client;
#[rustfmt::skip]
#[allow(unreachable_pub, clippy::unwrap_used, reason = "progenitor declares everything public, and unwraps patterns that were checked")]
mod generated;

pub use client::{Client, ClientBuilder, Server, errors, operations, requests};
pub use client_runtime::{
    ApiError, BoxFuture, BuildError, Carrier, CredentialsError, DecodeError, Error, ErrorResponse, Idempotency,
    InvalidArgumentError, InvalidToken, Operation, RawBody, Redacted, Response, ResponseParts, RetryPolicy, Scheme,
    Secret, Security, StaticToken, TimeLimit, TimeoutError, Timer, Timestamp, Token, TokenError, TokenSource,
    TooLargeError, TransportError,
};
pub use generated::types;

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
