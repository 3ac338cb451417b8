//! A typed client for Garden.
//!
//! ```no_run
//! use golden_clients::garden_2_0::{Client, operations};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder()
//!     .static_token(std::env::var("API_TOKEN")?)
//!     .build()?;
//!
//! // Each operation is a method of the client, such as `client.login(&body).await`.
//! for operation in operations::ALL {
//!     println!("{}: {} {}", operation.id, operation.method, operation.path);
//! }
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! A call takes what the operation requires; what is optional, and the token, the time limit or the idempotency key of
//! one call, are methods of the request that it returns. The request is sent when it is awaited.
//!
//! [`Client`] shows all operations, [`operations::ALL`] lists them as data, [`errors`] what each can answer. Secrets
//! are [`Secret`]s: their text comes out of [`Secret::expose`] only.

// Written by `cargo xtask generate`, formatted by its own formatter.
#[rustfmt::skip]
mod client;
#[rustfmt::skip]
#[allow(
    unreachable_pub,
    irrefutable_let_patterns,
    clippy::unwrap_used,
    reason = "progenitor declares everything public, and tries or unwraps what can't fail"
)]
mod generated;

pub use client::{Client, ClientBuilder, Server, errors, operations, requests};
#[rustfmt::skip]
pub use client_runtime::{
    ApiError, BoxFuture, BuildError, Bytes, Carrier, CredentialsError, DecodeError, Error, ErrorResponse, Idempotency,
    InvalidArgumentError, InvalidBasic, InvalidToken, IpAddr, Ipv4Addr, Ipv6Addr, Lenient, Nullable, Operation, RawBody,
    Redacted, Response, ResponseParts, RetryPolicy, Scheme, Secret, Security, StaticToken, TimeLimit, TimeoutError, Timer,
    Timestamp, Token, TokenError, TokenSource, TooLargeError, TransportError, Uuid,
};
pub use generated::types;

/// Calls by name.
#[rustfmt::skip]
#[allow(deprecated, unused_imports, unused_variables, reason = "which operations and types a description has")]
pub mod calls;

/// Types by name.
#[rustfmt::skip]
#[allow(deprecated, unused_imports, reason = "which types a description has")]
pub mod journeys;
