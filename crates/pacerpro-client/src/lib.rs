//! A typed client for PacerPro's session API.
//!
//! ```no_run
//! use pacerpro_client::{Client, types};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().build()?;
//! let user = types::User::new("me@example.com", std::env::var("PACERPRO_PASSWORD")?);
//! let session = client.create_session(&user).await?;
//! if let Some(token) = &session.jwt_token {
//!     // While the token is valid, it can be renewed.
//!     let renewed = client.refresh_session().token(token.clone()).await?;
//!     println!("valid until {:?}", renewed.expires_at);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Deleting a session ends **all** sessions of the user: PacerPro's tokens can't be revoked one by one.
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
