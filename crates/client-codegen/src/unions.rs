//! The unions of a document, and how their values tell which alternative they are.

use std::collections::BTreeMap;

use openapi_pipeline::vocabulary::{self, meant};
use openapi_pipeline::{Node, Value};

/// The unions by the names of their types.
pub(crate) type Unions = BTreeMap<String, Union>;

/// A `oneOf` schema.
#[derive(Debug, PartialEq)]
pub(crate) struct Union {
    /// In the order of the document, which is that of the generated variants.
    pub(crate) alternatives: Vec<Vec<Tag>>,
    pub(crate) discriminator: Option<Discriminator>,
}

/// A property that has certain values in an alternative.
#[derive(Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) member: String,
    /// Strings, numbers or booleans.
    pub(crate) values: Vec<serde_json::Value>,
}

/// The property that names the alternative of a value.
#[derive(Debug, PartialEq)]
pub(crate) struct Discriminator {
    pub(crate) member: String,
    /// Each value with the number of its alternative.
    pub(crate) values: Vec<(String, usize)>,
}

/// Reads the unions among the named schemas.
pub(crate) fn of_document(document: &Node) -> Unions {
    let schemas = vocabulary::schemas(document);
    let unions = schemas.filter_map(|(name, schema)| {
        let branches = schema.get("oneOf").and_then(Node::as_array)?;
        let alternatives = branches.iter().map(|branch| tags(document, branch)).collect();
        Some((name.clone(), Union { alternatives, discriminator: discriminator(schema, branches) }))
    });
    unions.collect()
}

/// The properties of an alternative that have an enum.
fn tags(document: &Node, branch: &Node) -> Vec<Tag> {
    let listed = |(member, schema): (&String, &Node)| {
        let values = meant(document, schema).get("enum")?.as_array()?;
        let values = values.iter().map(constant).collect::<Option<Vec<_>>>()?;
        Some(Tag { member: member.clone(), values })
    };
    meant(document, branch).members("properties").filter_map(listed).collect()
}

fn constant(value: &Node) -> Option<serde_json::Value> {
    matches!(value.value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then(|| value.to_json())
}

fn discriminator(schema: &Node, branches: &[Node]) -> Option<Discriminator> {
    let discriminator = schema.get("discriminator")?;
    let number = |target: &Node| {
        let target = target.as_str()?;
        branches.iter().position(|branch| branch.get_str("$ref") == Some(target))
    };
    let values: Vec<(String, usize)> =
        discriminator.members("mapping").filter_map(|(value, target)| Some((value.clone(), number(target)?))).collect();
    let member = discriminator.get_str("propertyName")?.to_owned();
    (!values.is_empty()).then_some(Discriminator { member, values })
}
