//! A kind of change as a row: its direction, its area, what changes (the kind) and how (the action), and its level.

use std::fmt;

use super::level::Level;

/// A kind of change. Its name is stable: direction, kind and action.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, such as `request-property-became-required`.
    pub name: &'static str,
    /// The direction of the changed part.
    pub direction: Direction,
    /// The part of a description that is spoken of.
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

/// Declares an enum whose variants have words, and how each is called.
macro_rules! words {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$of])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Stable name, as in the names of rules and in docs/diff.md.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// The part of a description that a rule speaks of.
    Area {
        /// What people read.
        Documentation "documentation",
        /// Servers and their variables.
        Server "server",
        /// Credentials and the ways to obtain them.
        Security "security",
        /// Calls that the API makes: webhooks and callbacks.
        Incoming "incoming calls",
        /// Parts that OpenAPI 3.0 has no place for.
        Unconverted "unconverted",
        /// The comparison itself.
        Comparison "comparison",
        /// Operations as a whole.
        Operation "operation",
        /// Parameters.
        Parameter "parameter",
        /// Bodies of requests.
        Body "body",
        /// Media types of bodies.
        MediaType "media type",
        /// Statuses of responses.
        Status "status",
        /// Headers of responses.
        Header "header",
        /// The values that a schema allows, and nothing else: a proof that they are kept settles such a change.
        Values "values",
        /// Whether an object has a property.
        Property "property",
        /// How alternatives are told apart.
        Discriminator "discriminator",
        /// Keywords of later dialects.
        Keyword "keyword",
        /// How values are written as XML.
        Xml "XML",
        /// Defaults.
        Default "default",
        /// A schema as a whole.
        Schema "schema",
        /// The generated code.
        Code "code",
    }
}

/// [`words`] for actions, whose words are parts of names: the macro `word` has them for the catalogue.
macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)*) => {
        words! {
            /// How the thing changes.
            Action { $($(#[$doc])* $variant $word,)* }
        }
        macro_rules! word {
            $(($variant) => { $word };)*
        }
        #[cfg(test)]
        impl Action {
            /// All actions.
            pub(super) const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

actions! {
    /// It came.
    Added "added",
    /// It came, and callers have to send it.
    AddedRequired "added-required",
    /// It came, and callers may leave it out.
    AddedOptional "added-optional",
    /// It is gone.
    Removed "removed",
    /// It is gone on the day that was announced.
    RemovedAfterSunset "removed-after-sunset",
    /// One more possibility came.
    Gained "gained",
    /// One possibility is gone.
    Lost "lost",
    /// It allows less.
    Narrowed "narrowed",
    /// It allows more.
    Widened "widened",
    /// A limit allows less.
    Tightened "tightened",
    /// A limit allows more.
    Loosened "loosened",
    /// What is not listed is ruled out.
    Closed "closed",
    /// What is not listed is allowed.
    Opened "opened",
    /// It is less far than it was.
    Lowered "lowered",
    /// It is further than it was.
    Raised "raised",
    /// It must be there.
    BecameRequired "became-required",
    /// It can be absent.
    BecameOptional "became-optional",
    /// It can be absent, and is listed as one more possibility.
    Optional "optional",
    /// It is part of responses alone.
    BecameReadOnly "became-read-only",
    /// It is part of requests alone.
    BecameWriteOnly "became-write-only",
    /// It is part of requests too.
    BecameWritable "became-writable",
    /// It is part of requests too, and callers have to send it.
    BecameWritableRequired "became-writable-required",
    /// It is part of responses too.
    BecameReadable "became-readable",
    /// It should no longer be used.
    Deprecated "deprecated",
    /// It may be used again.
    Undeprecated "undeprecated",
    /// It contradicts itself.
    Contradictory "contradictory",
    /// It no longer contradicts itself.
    Consistent "consistent",
    /// It is another one.
    Changed "changed",
    /// It is in another place.
    Moved "moved",
    /// It has another name.
    Renamed "renamed",
    /// All of it is other than it was.
    Replaced "replaced",
    /// It is written in another way.
    Rewritten "rewritten",
    /// It has not come to its end.
    Incomplete "incomplete",
}

pub(super) use word;

impl Rule {
    /// Whether the rule speaks of nothing but the values that a schema allows.
    pub(super) fn is_settled_by_proof(&self) -> bool {
        self.area == Area::Values
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
