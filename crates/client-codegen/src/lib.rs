#![doc = include_str!("../README.md")]
//! # Architecture invariants
//!
//! - No text of a description becomes code. Names go through `openapi_pipeline::names`, texts through [`docs::harmless`],
//!   everything else through token trees.
//! - progenitor's panics are captured by a panic hook of the process: see [`generate`].

mod aliases;
mod background;
pub mod docs;
mod emit;
mod engine;
mod error;
mod generation;
mod given;
mod guard;
pub mod items;
mod model;
mod panic_capture;
mod polish;
pub mod provenance;
mod reach;
mod render;
mod size;
mod source;
mod spec;
pub mod syntax;
mod unions;
mod view;
mod wiring;

pub use aliases::{Alias, Aliases, OperationAlias, operations_of_source};
pub use background::STACK;
pub use engine::view;
pub use error::CodegenError;
pub use generation::{generate, origins};
pub use guard::{Culprit, Guarded, culprits, generate_guarded};
pub use provenance::Provenance;
pub use size::{check_size, operations_by_size};
pub use source::{CrateSource, NullMember, SecondName};
pub use spec::{CrateSpec, Descriptions};
