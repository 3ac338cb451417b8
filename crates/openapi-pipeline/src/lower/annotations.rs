//! Annotations of schemas.

use crate::vocabulary::is_annotation;
use crate::{Node, Object};

/// A schema with the annotations of the one that it replaces, also those in parts that consist of nothing else.
pub(crate) fn annotated(about: &Node, schema: Node) -> Node {
    let parts = about.elements("allOf");
    let remarks = parts
        .iter()
        .filter(|part| part.as_object().is_some_and(|members| members.keys().all(|key| is_annotation(key))));
    let mut said = Object::default();
    for node in std::iter::once(about).chain(remarks) {
        for (key, member) in node.as_object().into_iter().flatten() {
            if is_annotation(key) && member.as_bool() != Some(false) && !said.contains_key(key) {
                said.insert(key.clone(), member.clone());
            }
        }
    }
    if said.is_empty() {
        return schema;
    }
    let origin = schema.origin;
    if schema.get("$ref").is_some() {
        said.insert("allOf".to_owned(), Node::new(vec![schema], origin));
        return Node::new(said, origin);
    }
    let mut schema = schema;
    if let Some(members) = schema.as_object_mut() {
        members.extend(said);
    }
    schema
}
