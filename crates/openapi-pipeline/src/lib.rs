#![doc = include_str!("../README.md")]
//! # Architecture invariants
//!
//! - Each stage is a function from document to document that records its changes in a [`report::Report`]. No stage imports
//!   another.
//! - This crate uses no network, no process and no clock, and prints nothing. The same inputs give the same bytes.

pub mod convert;
pub mod diagnostic;
pub mod diff;
pub mod limits;
pub mod load;
pub mod lower;
pub mod merge;
pub mod names;
pub mod node;
pub mod overlay;
pub mod report;
pub mod select;
pub mod source;
#[cfg(test)]
mod testing;
mod unconverted;
pub mod vocabulary;

pub use diagnostic::{Diagnostic, Diagnostics};
pub use limits::Limits;
pub use node::{Node, Object, Value};
pub use report::{Context, Report, Rule};
pub use source::{Origin, Place, Sources};
