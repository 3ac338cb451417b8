//! A description, and the specification it follows.

use std::fmt;

use crate::Node;

/// The dialect a description is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Swagger 2.0
    Swagger2,
    /// OpenAPI 3.0.x
    OpenApi30,
    /// OpenAPI 3.1.x
    OpenApi31,
    /// OpenAPI 3.2.x
    OpenApi32,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Swagger2 => "Swagger 2.0",
            Self::OpenApi30 => "OpenAPI 3.0",
            Self::OpenApi31 => "OpenAPI 3.1",
            Self::OpenApi32 => "OpenAPI 3.2",
        })
    }
}

/// A description as read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document {
    /// The dialect it declares.
    pub dialect: Dialect,
    /// Its root object.
    pub root: Node,
}
