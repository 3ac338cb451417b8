//! The runtime of generated API clients.
//!
//! A generated crate knows its operations, types and servers. The parts that all clients have in common are here:
//!
//! - [`Secret`] and [`Redacted`] keep credentials and echoed input out of logs;
//! - a [`TokenSource`] hands out [`Token`]s, so that a client never has to know how a session is renewed;
//! - [`Operation`] describes an operation, and [`RetryPolicy`] when a failed call is repeated;
//! - [`Error`] says what went wrong, with the server's answer typed per operation and never printed;
//! - every call goes through one loop: credentials, limits, redirects, retries.
//!
//! A user of a client finds these types in the client's own crate. The loop and all other items that only generated
//! code names are in one module, `codegen`, which is hidden and not covered by semantic versioning.
//!
//! # Architecture invariants
//!
//! - No credential reaches another origin, whether it travels in a header or in a body.
//! - No `Debug`, `Display` or error source prints a token, a URL or a body.
//! - A request whose operation redeems a rotating token is sent at most once, unless no connection was established.
//! - Every wait is bounded by the time limit of the call.
//!
//! # Example
//!
//! A token source of your own:
//!
//! ```
//! use client_runtime::{BoxFuture, Secret, Token, TokenError, TokenSource};
//!
//! #[derive(Debug)]
//! struct FromEnvironment;
//!
//! impl TokenSource for FromEnvironment {
//!     fn cached(&self) -> Option<Token> {
//!         None
//!     }
//!
//!     fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
//!         Box::pin(async {
//!             let text = std::env::var("API_TOKEN").map_err(|_| TokenError::login_required("API_TOKEN is not set"))?;
//!             Ok(Token::bearer(&Secret::from(text), 0)?)
//!         })
//!     }
//!
//!     fn reject(&self, _generation: u64) {}
//! }
//! ```
//!
//! # Features
//!
//! | feature | what it does |
//! |---|---|
//! | `rustls` (default) | TLS with rustls |
//! | `native-tls` | TLS with the platform's library |
//! | `http2` | HTTP/2 where the server offers it |
//! | `tracing` | a span `client.call` for every call, without headers, bodies or URLs |
//! | `schemars` | `JsonSchema` for [`Secret`], [`Redacted`], [`Timestamp`] and [`Lenient`] |

mod answer;
mod api_error;
mod base_url;
mod builder;
mod call;
mod carry;
#[doc(hidden)]
pub mod codegen;
mod decode;
mod error;
mod exec;
mod failure;
mod finish;
mod form;
mod future;
mod idempotency;
mod json;
mod lenient;
mod nullable;
mod operation;
mod path;
mod redacted;
mod refusal;
mod response;
mod retry;
mod secret;
mod style;
mod timer;
mod timestamp;
mod token;
mod union;

pub use bytes::Bytes;
/// A JSON number, for properties that needn't be integers: none of its digits is lost.
pub use serde_json::Number;

pub use api_error::{ApiError, ErrorParts, ErrorResponse, RawBody, ResponseParts};
pub use builder::BuildError;
pub use carry::Carries;
pub use error::{
    CredentialsError, DecodeError, Error, InvalidArgumentError, TimeLimit, TimeoutError, TooLargeError, TransportError,
};
pub use future::BoxFuture;
pub use idempotency::Idempotency;
pub use lenient::{IpAddr, Ipv4Addr, Ipv6Addr, Lenient, Uuid};
pub use nullable::Nullable;
pub use operation::{Carrier, Operation, Scheme, Security};
pub use redacted::{Redacted, RedactedValue};
pub use response::Response;
pub use retry::{RetryPolicy, date_of, retry_after};
pub use secret::{InvalidBasic, Secret};
pub use timer::{Timer, TokioTimer};
pub use timestamp::Timestamp;
pub use token::{InvalidToken, NoToken, StaticToken, Token, TokenError, TokenSource};

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
