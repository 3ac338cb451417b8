//! The extensions by which passes and the generator tell one another what a keyword can't say.

use crate::Node;

/// The discriminator value of a component, where no mapping has one: AutoRest's descriptions, of Azure among others,
/// write it there.
pub(crate) const OWN_VALUE: &str = "x-ms-discriminator-value";

/// Extensions that later passes read: whether an operation may be repeated, the name of a server, and the discriminator
/// value of a schema.
pub(crate) const KEPT: [&str; 4] = ["x-idempotent", "x-rotates", "x-server-name", OWN_VALUE];

/// The extension of a schema that a discriminator tells from others: the name of its component. It is a type of its own,
/// though it may be made of the same parts as another, or be nothing but its parent.
pub(crate) const KIND: &str = "x-kind";

/// The extension of a response that is one of several answers, each decoded by its own schema.
pub(crate) const ANSWER: &str = "x-answer";

/// Whether a response is decoded by its own schema, as one of several.
pub(crate) fn is_by_status(response: &Node) -> bool {
    response.get(ANSWER).is_some()
}
