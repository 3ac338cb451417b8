//! A call to make.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use oracle::{Answer, Location};

/// A call, the request it must send, and the answer it gets.
#[derive(Debug)]
pub(super) struct Case {
    /// The operation of the description.
    pub(super) operation: usize,
    /// The method of the client.
    pub(super) method: usize,
    /// The arguments of the method, by name.
    pub(super) arguments: Map<String, Value>,
    /// The parameters that the server must read.
    pub(super) parameters: BTreeMap<(Location, String), Value>,
    /// The body that the server must read.
    pub(super) body: Option<Value>,
    /// The server's answer.
    pub(super) answer: Answer,
}
