//! A judge of HTTP exchanges that knows nothing of our pipeline.
//!
//! It reads a description as its author wrote it, in its own dialect, and says whether a request is one that the
//! description allows, and what a server may answer. Everything here is written a second time on purpose: it shares no
//! code with the pipeline that generates the clients it judges.

mod answer;
mod api;
mod compare;
mod document;
mod examine;
mod instance;
mod matching;
mod places;
pub mod pointer;
mod review;
mod schema;
mod servers;
mod wire;
mod yaml;

pub use answer::{Answer, Content};
pub use api::{Api, Body, Location, Media, Operation, Parameter, Response, Scheme, Style};
pub use compare::{differences, lost_nulls};
pub use document::{Dialect, Document};
pub use examine::{Examined, Judge, Sent};
pub use instance::{Fill, Generator, Place, Random};
pub use places::{Described, Part, describe};
pub use schema::{Direction, Reading, Schemas, Violation};
pub use servers::{Server, servers};
