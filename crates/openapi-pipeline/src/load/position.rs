//! The kind of each place in a description. A `$ref` is a reference in one place, and a name or an example in another.

use super::Dialect;
use crate::vocabulary::layout::METHODS_OF_3_2;
use crate::{Node, Origin, Value};

/// The kind of object that a place of a description holds. An array has the position of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Root,
    Info,
    Tag,
    Components,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    MediaType,
    Encoding,
    Response,
    Link,
    Callback,
    Example,
    SecurityScheme,
    Schema,
    /// Property names and their schemas: a member `$ref` is a property of that name.
    Properties,
    Discriminator,
    /// Discriminator values and the references to their schemas.
    Mapping,
    /// A map of names to one kind of object.
    Map(&'static Position),
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
            (P::Map(element), _) => *element,
            (P::Properties, _) => P::Schema,
            (P::Callback, _) => P::PathItem,
            (P::Mapping, _) => P::Other,

            (P::Root, "info") => P::Info,
            (P::Root, "tags") => P::Tag,
            (P::Root, "paths" | "webhooks") => P::Map(&P::PathItem),
            (P::Root, "components") => P::Components,
            (P::Root, "definitions" | "$defs") => P::Map(&P::Schema),
            (P::Root, "securityDefinitions") => P::Map(&P::SecurityScheme),
            (P::Root | P::Components, "parameters") => P::Map(&P::Parameter),
            (P::Root | P::Components, "responses") => P::Map(&P::Response),
            (P::Components, "schemas") => P::Map(&P::Schema),
            (P::Components, "examples") => P::Map(&P::Example),
            (P::Components, "requestBodies") => P::Map(&P::RequestBody),
            (P::Components, "headers") => P::Map(&P::Header),
            (P::Components, "securitySchemes") => P::Map(&P::SecurityScheme),
            (P::Components, "links") => P::Map(&P::Link),
            (P::Components, "callbacks") => P::Map(&P::Callback),
            (P::Components, "pathItems") => P::Map(&P::PathItem),
            (P::Components, "mediaTypes") => P::Map(&P::MediaType),

            (P::PathItem | P::Operation, "parameters") => P::Parameter,
            (P::PathItem, "additionalOperations") => P::Map(&P::Operation),
            (P::PathItem, method) if METHODS_OF_3_2.contains(&method) => P::Operation,
            (P::Operation, "requestBody") => P::RequestBody,
            (P::Operation, "responses") => P::Map(&P::Response),
            (P::Operation, "callbacks") => P::Map(&P::Callback),

            (P::Parameter | P::Header | P::RequestBody | P::Response, "content") => P::Map(&P::MediaType),
            (P::Parameter | P::Header | P::MediaType | P::Response, "schema") => P::Schema,
            (P::Parameter | P::Header, "items") => P::Schema,
            (P::Parameter | P::Header | P::MediaType, "examples") => P::Map(&P::Example),
            (P::MediaType, "itemSchema") => P::Schema,
            (P::MediaType | P::Encoding, "encoding") => P::Map(&P::Encoding),
            (P::MediaType | P::Encoding, "prefixEncoding" | "itemEncoding") => P::Encoding,
            (P::Encoding | P::Response, "headers") => P::Map(&P::Header),
            (P::Response, "links") => P::Map(&P::Link),
            (P::Example, "value" | "dataValue") => P::Data,

            (P::Schema, "properties" | "patternProperties") => P::Properties,
            (P::Schema, "definitions" | "$defs" | "dependentSchemas") => P::Map(&P::Schema),
            (P::Schema, "discriminator") => P::Discriminator,
            (P::Discriminator, "mapping") => P::Mapping,
            (P::Schema, keyword) if is_subschema(keyword) => P::Schema,

            (_, "example" | "examples" | "default" | "enum" | "const") => P::Data,
            _ => P::Other,
        }
    }

    /// Whether generated code depends on this position: not on examples, links and callbacks.
    pub(super) fn matters(self) -> bool {
        !matches!(self, P::Data | P::Example | P::Link | P::Callback)
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
            (P::Schema, Dialect::Swagger2) => Some("definitions"),
            (P::Schema, _) => Some("schemas"),
            (P::Parameter, _) => Some("parameters"),
            (P::Response, _) => Some("responses"),
            (_, Dialect::Swagger2) => None,
            (P::RequestBody, _) => Some("requestBodies"),
            (P::Header, _) => Some("headers"),
            (P::Example, _) => Some("examples"),
            (P::SecurityScheme, _) => Some("securitySchemes"),
            (P::Link, _) => Some("links"),
            (P::Callback, _) => Some("callbacks"),
            _ => None,
        }
    }
}

fn is_subschema(keyword: &str) -> bool {
    matches!(
        keyword,
        "allOf"
            | "anyOf"
            | "oneOf"
            | "not"
            | "items"
            | "prefixItems"
            | "contains"
            | "additionalItems"
            | "additionalProperties"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema"
            | "if"
            | "then"
            | "else"
    )
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
        assert_eq!(at("paths /x get parameters"), P::Parameter);
        assert_eq!(at("paths /x get parameters schema items"), P::Schema);
        assert_eq!(at("paths /x get responses default"), P::Response);
        assert_eq!(at("paths /x get responses 200 content a/b schema"), P::Schema);
        assert_eq!(at("paths /x get responses 200 content a/b examples one"), P::Example);
        assert_eq!(at("paths /x get responses 200 content a/b examples one value"), P::Data);
        assert_eq!(at("paths /x get responses 200 schema"), P::Schema);
        assert_eq!(at("paths /x get responses 200 examples a/b"), P::Data);
        assert_eq!(at("paths /x get callbacks done {$url} post requestBody"), P::RequestBody);
        assert_eq!(at("definitions default"), P::Schema);
        assert_eq!(at("definitions A properties example"), P::Schema);
        assert_eq!(at("definitions A example properties"), P::Data);
        assert_eq!(at("components schemas A discriminator mapping"), P::Mapping);
        assert_eq!(at("components headers X example"), P::Data);
        assert_eq!(at("x-more default"), P::Data);
        assert_eq!(at("paths /x query responses 200 content a/b itemSchema"), P::Schema);
        assert_eq!(at("paths /x additionalOperations COPY requestBody content a/b schema"), P::Schema);
        assert_eq!(at("components mediaTypes Stream itemSchema"), P::Schema);
        assert_eq!(at("$defs default"), P::Schema);
    }
}
