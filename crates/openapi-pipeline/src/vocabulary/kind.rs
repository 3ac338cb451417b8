//! The kinds of objects in a description, and which members of one hold others.

/// The kind of an object in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Callback,
    Example,
    Link,
    SecurityScheme,
    Schema,
}

/// How a member holds objects of a kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// The member is such an object.
    One,
    /// The member is one, or an array of them.
    OneOrArray,
    /// The member is one unless it is `true` or `false`.
    OneUnlessBool,
    /// The member is an array of them.
    Array,
    /// The member maps names to them.
    Map,
    /// The member maps names to them, and may hold extensions.
    MapWithExtensions,
}

/// Where 3.x documents keep schemas that were pasted in, or left over from Swagger 2.0.
pub(crate) const ROOT_DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The sections of the components, with the kinds of their objects.
pub(crate) const COMPONENTS: &[(&str, Kind)] = &[
    ("schemas", Kind::Schema),
    ("responses", Kind::Response),
    ("parameters", Kind::Parameter),
    ("examples", Kind::Example),
    ("requestBodies", Kind::RequestBody),
    ("headers", Kind::Header),
    ("securitySchemes", Kind::SecurityScheme),
    ("links", Kind::Link),
    ("callbacks", Kind::Callback),
    ("pathItems", Kind::PathItem),
    ("mediaTypes", Kind::MediaType),
];

type Members = &'static [(&'static str, Shape, Kind)];

/// The members of a kind that hold objects with a kind in OpenAPI 3.0 and 3.1, besides the operations of a path item. All
/// members of a callback are path items.
pub(crate) fn members(kind: Kind) -> Members {
    match kind {
        Kind::PathItem => &[("parameters", Shape::Array, Kind::Parameter)],
        Kind::Operation => &[
            ("parameters", Shape::Array, Kind::Parameter),
            ("requestBody", Shape::One, Kind::RequestBody),
            ("responses", Shape::MapWithExtensions, Kind::Response),
            ("callbacks", Shape::Map, Kind::Callback),
        ],
        Kind::Parameter | Kind::Header => &[
            ("schema", Shape::One, Kind::Schema),
            ("content", Shape::Map, Kind::MediaType),
            ("examples", Shape::Map, Kind::Example),
        ],
        Kind::RequestBody => &[("content", Shape::Map, Kind::MediaType)],
        Kind::Response => &[
            ("headers", Shape::Map, Kind::Header),
            ("content", Shape::Map, Kind::MediaType),
            ("links", Shape::Map, Kind::Link),
        ],
        Kind::MediaType => &[
            ("schema", Shape::One, Kind::Schema),
            ("itemSchema", Shape::One, Kind::Schema),
            ("examples", Shape::Map, Kind::Example),
            ("encoding", Shape::Map, Kind::Encoding),
        ],
        Kind::Encoding => &[("headers", Shape::Map, Kind::Header)],
        Kind::Schema => &[
            ("allOf", Shape::Array, Kind::Schema),
            ("anyOf", Shape::Array, Kind::Schema),
            ("oneOf", Shape::Array, Kind::Schema),
            ("not", Shape::One, Kind::Schema),
            ("if", Shape::One, Kind::Schema),
            ("then", Shape::One, Kind::Schema),
            ("else", Shape::One, Kind::Schema),
            ("properties", Shape::Map, Kind::Schema),
            ("patternProperties", Shape::Map, Kind::Schema),
            ("additionalProperties", Shape::OneUnlessBool, Kind::Schema),
            ("unevaluatedProperties", Shape::OneUnlessBool, Kind::Schema),
            ("propertyNames", Shape::One, Kind::Schema),
            ("dependentSchemas", Shape::Map, Kind::Schema),
            ("prefixItems", Shape::Array, Kind::Schema),
            ("items", Shape::OneOrArray, Kind::Schema),
            ("additionalItems", Shape::OneUnlessBool, Kind::Schema),
            ("unevaluatedItems", Shape::OneUnlessBool, Kind::Schema),
            ("contains", Shape::One, Kind::Schema),
            ("contentSchema", Shape::One, Kind::Schema),
            ("$defs", Shape::Map, Kind::Schema),
            ("definitions", Shape::Map, Kind::Schema),
        ],
        Kind::Callback | Kind::Example | Kind::Link | Kind::SecurityScheme => &[],
    }
}

/// The members of a kind that are arrays of objects with a kind.
pub(crate) fn arrays(kind: Kind) -> impl Iterator<Item = (&'static str, Kind)> {
    let is_array = |(_, shape, _): &&(&str, Shape, Kind)| matches!(shape, Shape::Array);
    members(kind).iter().filter(is_array).map(|(key, _, kind)| (*key, *kind))
}

/// The further members of a kind that hold objects with a kind in Swagger 2.0 and in OpenAPI 3.2.
pub(crate) fn members_elsewhere(kind: Kind) -> Members {
    match kind {
        Kind::PathItem => &[("additionalOperations", Shape::Map, Kind::Operation)],
        Kind::Parameter | Kind::Header => &[("items", Shape::One, Kind::Schema)],
        Kind::Response => &[("schema", Shape::One, Kind::Schema)],
        Kind::MediaType | Kind::Encoding => &[
            ("encoding", Shape::Map, Kind::Encoding),
            ("prefixEncoding", Shape::Array, Kind::Encoding),
            ("itemEncoding", Shape::One, Kind::Encoding),
        ],
        _ => &[],
    }
}
