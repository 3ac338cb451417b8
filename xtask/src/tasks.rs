//! One module for each command: its arguments, the call and the output.

pub(crate) mod adopt;
pub(crate) mod client;
pub(crate) mod corpus;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod generate;
pub(crate) mod new_family;
pub(crate) mod show;
