//! A kind of change as a row: its direction, its area, what changes (the kind) and how (the action), and its level.

use std::fmt;

use super::action::Action;
use super::level::Level;

/// A kind of change. Its name is stable: direction, kind and action.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, such as `request-property-became-required`.
    pub name: &'static str,
    /// The direction of the changed part.
    pub direction: Direction,
    /// The part of a description that the rule is about.
    pub area: Area,
    /// The changed thing, as in the name: `property`.
    pub kind: &'static str,
    /// The change, as in the name: `became-required`.
    pub action: Action,
    /// The severity of the change, unless a configuration says otherwise.
    pub level: Level,
    /// The meaning of the change, in one sentence.
    pub summary: &'static str,
}

/// The part of a description that a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Area {
    /// Text for human readers.
    Documentation,
    /// Servers and their variables.
    Server,
    /// Credentials and the ways to obtain them.
    Security,
    /// Calls that the API makes: webhooks and callbacks.
    Incoming,
    /// Parts that OpenAPI 3.0 has no place for.
    Unconverted,
    /// The comparison itself.
    Comparison,
    /// Operations as a whole.
    Operation,
    /// Parameters.
    Parameter,
    /// Bodies of requests.
    Body,
    /// Media types of bodies.
    MediaType,
    /// Statuses of responses.
    Status,
    /// Headers of responses.
    Header,
    /// The values that a schema allows. A proof that they are the same settles such a change.
    Values,
    /// Whether an object has a property.
    Property,
    /// How alternatives are told apart.
    Discriminator,
    /// Keywords of later dialects.
    Keyword,
    /// How values are written as XML.
    Xml,
    /// Defaults.
    Default,
    /// A schema as a whole.
    Schema,
    /// The generated code.
    Code,
}

impl Area {
    /// Stable name, as in docs/diff.md.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Server => "server",
            Self::Security => "security",
            Self::Incoming => "incoming calls",
            Self::Unconverted => "unconverted",
            Self::Comparison => "comparison",
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::Body => "body",
            Self::MediaType => "media type",
            Self::Status => "status",
            Self::Header => "header",
            Self::Values => "values",
            Self::Property => "property",
            Self::Discriminator => "discriminator",
            Self::Keyword => "keyword",
            Self::Xml => "XML",
            Self::Default => "default",
            Self::Schema => "schema",
            Self::Code => "code",
        }
    }
}

impl Rule {
    /// Whether the rule speaks of nothing but the values that a schema allows. So does one of the properties that are sent,
    /// where they stand in alternatives and beside them.
    pub(super) fn is_settled_by_proof(&self, has_branches: bool) -> bool {
        let is_moved = has_branches && self.area == Area::Property && self.direction == Direction::Request;
        self.area == Area::Values || is_moved
    }

    /// Whether the rule says that more can come back than was promised, which generated clients tolerate.
    pub(super) fn is_tolerated(&self) -> bool {
        let widens = [("branch", Action::Added), ("enum-value", Action::Added), ("enum", Action::Removed)];
        self.direction == Direction::Response
            && self.level != Level::Breaking
            && widens.contains(&(self.kind, self.action))
    }
}

/// The direction of the changed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The document as a whole.
    Document,
    /// An operation as a whole.
    Operation,
    /// Data that callers send.
    Request,
    /// Data that callers receive.
    Response,
    /// A schema, in either direction.
    Schema,
}

impl Direction {
    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Operation => "operation",
            Self::Request => "request",
            Self::Response => "response",
            Self::Schema => "schema",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
