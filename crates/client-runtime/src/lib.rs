//! The runtime of generated API clients.
//!
//! A client crate, such as `svix-client`, has the operations, types and servers of one API. It re-exports the types of
//! this crate that its users need, so depend on this crate only to write code for any client: a token source, or a
//! function that handles the errors of all of them.
//!
//! - [`Error`] says why a call failed. The server's answer is typed per operation, and never printed.
//! - A [`TokenSource`] hands out [`Token`]s, so that a client needn't know how a session is renewed.
//! - [`Secret`] and [`Redacted`] keep credentials and echoed input out of logs.
//! - [`RetryPolicy`] says how often a failed call is repeated, and [`Operation`] describes an operation as data.
//!
//! Every call goes through one loop, which adds credentials, enforces limits, follows redirects and retries. The loop and
//! the other items that only generated code names are in one hidden module, `codegen`, which semantic versioning doesn't
//! cover.
//!
//! # Examples
//!
//! A token source of your own, for the builder of any client:
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
//! Without a TLS feature, only plain http works.
//!
//! | feature | effect |
//! |---|---|
//! | `rustls` (default) | TLS with rustls |
//! | `native-tls` | TLS with the platform's library |
//! | `http2` | HTTP/2 where the server offers it |
//! | `tracing` | a span `client.call` for every call, without headers, bodies or URLs |
//! | `schemars` | `JsonSchema` for [`Secret`], [`Redacted`], [`Timestamp`], [`Lenient`] and [`Nullable`] |
//!
//! # Architecture invariants
//!
//! - No credential reaches another origin, whether it travels in a header or in a body.
//! - No `Debug`, `Display` or error source prints a token, a URL or a body.
//! - A request whose operation redeems a rotating token is sent at most once, unless no connection was established or the
//!   server redirected it.
//! - Every wait is bounded by the time limit of the call.

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
/// The type of properties that needn't be integers: a JSON number that keeps all of its digits.
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
