//! A typed client for Aivo's authentication API.
//!
//! ```no_run
//! use aivo_client::{Client, Server, errors::LoginError, types};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().server(Server::Staging).build()?;
//! let credentials = types::LoginRequest::new("me@example.com", std::env::var("AIVO_PASSWORD")?);
//! let session = match client.login(&credentials).await {
//!     Ok(session) => session.into_inner(),
//!     Err(error) => {
//!         if let Some(LoginError::Unauthorized(_)) = error.api() {
//!             eprintln!("wrong e-mail address or password");
//!         }
//!         return Err(error.into());
//!     }
//! };
//! // The refresh token is good for one use: keep the new one.
//! let redeem = types::RefreshTokenRequest::new(session.refresh_token);
//! let session = client.refresh_token(&redeem).token(session.access_token).await?;
//! client.logout().token(session.access_token.clone()).await?;
//! # Ok(())
//! # }
//! ```
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
    InvalidArgumentError, InvalidToken, Lenient, Operation, RawBody, Redacted, Response, ResponseParts, RetryPolicy,
    Scheme, Secret, Security, StaticToken, TimeLimit, TimeoutError, Timer, Timestamp, Token, TokenError, TokenSource,
    TooLargeError, TransportError, Uuid,
};
pub use generated::types;

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
