//! An oracle for HTTP exchanges and values, independent of the pipeline.
//!
//! It reads a description as its author wrote it, in its own dialect (Swagger 2.0, OpenAPI 3.0, 3.1 and 3.2), and
//! decides whether a request is one that the description allows ([`Oracle`]), what a server may answer ([`Answer`]),
//! and whether a value satisfies a schema ([`Schemas`]). It also generates values for a schema ([`Generator`]), each of
//! them checked. Everything here is implemented a second time on purpose: it shares no code with the pipeline that
//! generates the clients it checks.
//!
//! Functions panic on states that only a bug in this crate can cause: every caller is a test, or a tool for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests use this crate")]

mod answer;
mod api;
mod compare;
mod document;
mod examine;
mod instance;
mod matching;
mod places;
pub mod pointer;
mod reach;
mod received;
mod review;
pub mod samples;
mod schema;
mod servers;
mod wire;
mod yaml;

pub use answer::{Answer, Content};
pub use api::{Api, Body, Location, Media, Operation, Parameter, Response, Scheme, Style};
pub use compare::{differences, lost_nulls};
pub use document::{Dialect, Document};
pub use examine::{Examined, Oracle, Sent};
pub use instance::{Fill, Generator, Place, Random};
pub use places::{Described, Part, describe};
pub use reach::Reached;
pub use received::Received;
pub use schema::{Direction, Reading, Schemas, Violation};
pub use servers::{Server, servers};
