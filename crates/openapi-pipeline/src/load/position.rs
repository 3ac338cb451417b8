//! The kind of each place in a description. A `$ref` is a reference in one place, and a name or an example in another.

use super::Dialect;
use crate::vocabulary::kind::{COMPONENTS, Kind, ROOT_DEFINITIONS, Shape, members, members_elsewhere};
use crate::vocabulary::layout::METHODS_OF_3_2;
use crate::{Node, Origin, Value};

/// The meaning of a place in a description. An array has the position of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Root,
    Info,
    Tag,
    Components,
    /// An object of a kind.
    Of(Kind),
    /// A map of names to objects of a kind.
    Map(Kind),
    /// Property names and their schemas: a member `$ref` is a property of that name.
    Properties,
    Discriminator,
    /// Discriminator values and the references to their schemas.
    Mapping,
    /// Examples, defaults and so on: values of the API, not parts of its description.
    Data,
    /// Anything else, such as extensions.
    Other,
}

use Position as P;

impl Position {
    /// The position of a member of an object in this position.
    pub(super) fn child(self, key: &str) -> Position {
        match (self, key) {
            (P::Data, _) => P::Data,
            (P::Map(kind), _) => P::Of(kind),
            (P::Properties, _) => P::Of(Kind::Schema),
            (P::Mapping, _) => P::Other,

            (P::Root, "info") => P::Info,
            (P::Root, "tags") => P::Tag,
            (P::Root, "paths" | "webhooks") => P::Map(Kind::PathItem),
            (P::Root, "components") => P::Components,
            (P::Root, "parameters") => P::Map(Kind::Parameter),
            (P::Root, "responses") => P::Map(Kind::Response),
            (P::Root, "securityDefinitions") => P::Map(Kind::SecurityScheme),
            (P::Root, section) if ROOT_DEFINITIONS.contains(&section) => P::Map(Kind::Schema),
            (P::Components, section) => section_of(section).map_or_else(|| P::of_any(section), P::Map),

            (P::Of(Kind::Callback), _) => P::Of(Kind::PathItem),
            (P::Of(Kind::PathItem), method) if METHODS_OF_3_2.contains(&method) => P::Of(Kind::Operation),
            (P::Of(Kind::Example), "value" | "dataValue") => P::Data,
            (P::Of(Kind::Schema), "properties" | "patternProperties") => P::Properties,
            (P::Of(Kind::Schema), "discriminator") => P::Discriminator,
            (P::Discriminator, "mapping") => P::Mapping,
            (P::Of(kind), key) => member_of(kind, key).unwrap_or_else(|| P::of_any(key)),
            (_, key) => P::of_any(key),
        }
    }

    /// The position of a member that no kind of object has as a part.
    fn of_any(key: &str) -> Position {
        match key {
            "example" | "examples" | "default" | "enum" | "const" => P::Data,
            _ => P::Other,
        }
    }

    /// Whether generated code depends on this position: not on examples, links and callbacks.
    pub(super) fn matters(self) -> bool {
        !matches!(self, P::Data | P::Of(Kind::Example) | P::Of(Kind::Link) | P::Of(Kind::Callback))
    }

    /// The reference that an object in this position is, with the origin of its string.
    pub(super) fn reference(self, object: &Node) -> Option<(&str, Origin)> {
        if matches!(self, P::Data | P::Properties | P::Mapping) {
            return None;
        }
        let reference = object.get("$ref")?;
        Some((reference.as_str()?, reference.origin))
    }

    /// The section for components of this kind, if there is one.
    pub(super) fn section(self, dialect: Dialect) -> Option<&'static str> {
        match (self, dialect) {
            (P::Of(Kind::Schema), Dialect::Swagger2) => Some("definitions"),
            (P::Of(Kind::Schema), _) => Some("schemas"),
            (P::Of(Kind::Parameter), _) => Some("parameters"),
            (P::Of(Kind::Response), _) => Some("responses"),
            (_, Dialect::Swagger2) => None,
            (P::Of(Kind::RequestBody), _) => Some("requestBodies"),
            (P::Of(Kind::Header), _) => Some("headers"),
            (P::Of(Kind::Example), _) => Some("examples"),
            (P::Of(Kind::SecurityScheme), _) => Some("securitySchemes"),
            (P::Of(Kind::Link), _) => Some("links"),
            (P::Of(Kind::Callback), _) => Some("callbacks"),
            _ => None,
        }
    }
}

/// The kind of the components in a section.
fn section_of(name: &str) -> Option<Kind> {
    COMPONENTS.iter().find(|(section, _)| *section == name).map(|(_, kind)| *kind)
}

/// The position of a member of an object of a kind, in any dialect.
fn member_of(kind: Kind, name: &str) -> Option<Position> {
    let rows = members(kind).iter().chain(members_elsewhere(kind));
    let (_, shape, kind) = rows.into_iter().find(|(key, ..)| *key == name)?;
    Some(match shape {
        Shape::Map | Shape::MapWithExtensions => P::Map(*kind),
        Shape::One | Shape::OneOrArray | Shape::OneUnlessBool | Shape::Array => P::Of(*kind),
    })
}

/// Calls `visit` on every object of a description that is not data, outer objects first.
pub(super) fn walk<'a>(node: &'a Node, position: Position, visit: &mut dyn FnMut(&'a Node, Position)) {
    match &node.value {
        _ if position == P::Data => {}
        Value::Array(items) => items.iter().for_each(|item| walk(item, position, visit)),
        Value::Object(members) => {
            visit(node, position);
            members.iter().for_each(|(key, member)| walk(member, position.child(key), visit));
        }
        _ => {}
    }
}

/// [`walk`] with mutable objects.
pub(super) fn walk_mut(node: &mut Node, position: Position, visit: &mut dyn FnMut(&mut Node, Position)) {
    if position == P::Data {
        return;
    }
    if node.as_object().is_some() {
        visit(node, position);
    }
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk_mut(item, position, visit)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(key, member)| walk_mut(member, position.child(key), visit));
        }
        _ => {}
    }
}

/// All values of a document, in unspecified order.
pub(super) fn nodes(root: &Node) -> impl Iterator<Item = &Node> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        let node = open.pop()?;
        match &node.value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
        Some(node)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Position {
        path.split(' ').fold(P::Root, P::child)
    }

    #[test]
    fn places_are_known_by_their_path() {
        assert_eq!(at("paths /x get parameters"), P::Of(Kind::Parameter));
        assert_eq!(at("paths /x get parameters schema items"), P::Of(Kind::Schema));
        assert_eq!(at("paths /x get responses default"), P::Of(Kind::Response));
        assert_eq!(at("paths /x get responses 200 content a/b schema"), P::Of(Kind::Schema));
        assert_eq!(at("paths /x get responses 200 content a/b examples one"), P::Of(Kind::Example));
        assert_eq!(at("paths /x get responses 200 content a/b examples one value"), P::Data);
        assert_eq!(at("paths /x get responses 200 schema"), P::Of(Kind::Schema));
        assert_eq!(at("paths /x get responses 200 examples a/b"), P::Data);
        assert_eq!(at("paths /x get callbacks done {$url} post requestBody"), P::Of(Kind::RequestBody));
        assert_eq!(at("definitions default"), P::Of(Kind::Schema));
        assert_eq!(at("definitions A properties example"), P::Of(Kind::Schema));
        assert_eq!(at("definitions A example properties"), P::Data);
        assert_eq!(at("components schemas A discriminator mapping"), P::Mapping);
        assert_eq!(at("components headers X example"), P::Data);
        assert_eq!(at("x-more default"), P::Data);
        assert_eq!(at("paths /x query responses 200 content a/b itemSchema"), P::Of(Kind::Schema));
        assert_eq!(at("paths /x additionalOperations COPY requestBody content a/b schema"), P::Of(Kind::Schema));
        assert_eq!(at("components mediaTypes Stream itemSchema"), P::Of(Kind::Schema));
        assert_eq!(at("$defs default"), P::Of(Kind::Schema));
    }
}
