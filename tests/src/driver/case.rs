//! A call that is to be made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use oracle::{Answer, Location};

/// A call, what it shall send, and what it will be answered.
#[derive(Debug)]
pub(super) struct Case {
    /// The operation of the description.
    pub(super) operation: usize,
    /// The method of the client.
    pub(super) method: usize,
    /// What the method is given, by the names of its arguments.
    pub(super) arguments: Map<String, Value>,
    /// What the server shall read of it.
    pub(super) parameters: BTreeMap<(Location, String), Value>,
    /// The body that the server shall read.
    pub(super) body: Option<Value>,
    /// What the server says.
    pub(super) answer: Answer,
}
