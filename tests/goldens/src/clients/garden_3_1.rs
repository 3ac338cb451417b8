//! A typed client for Garden.
//!
//! ```no_run
//! use golden_clients::garden_3_1::{Client, operations};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder()
//!     .static_token(std::env::var("API_TOKEN")?)
//!     .station(std::env::var("STATION")?)
//!     .visitor(std::env::var("VISITOR")?)
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
//! A method takes the required parameters of its operation, and returns a request. Optional parameters, and the token, time
//! limit and idempotency key of this call, are methods of the request. It is sent when it is awaited.
//!
//! [`Client`] has a method for each operation, [`errors`] an error type for each, and [`operations::ALL`] lists them as data.
//! The text of a [`Secret`] is available only by [`Secret::expose`].

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
