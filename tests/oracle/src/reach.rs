//! The schemas that a client sends, and those that it receives.

use std::collections::HashSet;

use serde_json::Value;

use super::document::Document;
use super::schema::Direction;

/// The parts of a description that are used in each direction.
pub struct Reached(HashSet<(*const Value, Direction)>);

impl Reached {
    /// Follows all operations of a description.
    pub fn of(document: &Document) -> Self {
        let mut found = HashSet::new();
        let mut waiting: Vec<(&Value, Option<Direction>)> = ["paths", "webhooks"]
            .into_iter()
            .filter_map(|key| document.root().get(key))
            .map(|node| (node, None))
            .collect();
        let mut seen: HashSet<*const Value> = HashSet::new();
        while let Some((node, direction)) = waiting.pop() {
            let is_new = match direction {
                Some(direction) => found.insert((std::ptr::from_ref(node), direction)),
                None => seen.insert(std::ptr::from_ref(node)),
            };
            match node {
                Value::Object(members) if is_new => {
                    for (key, member) in members {
                        let turned = match key.as_str() {
                            "parameters" | "requestBody" => Some(Direction::Request),
                            "responses" => Some(Direction::Response),
                            _ => None,
                        };
                        waiting.push((member, direction.or(turned)));
                    }
                    let reference = members.get("$ref").and_then(Value::as_str);
                    waiting.extend(reference.and_then(|one| document.target(one)).map(|node| (node, direction)));
                }
                Value::Array(items) if is_new => waiting.extend(items.iter().map(|item| (item, direction))),
                _ => {}
            }
        }
        Self(found)
    }

    /// The directions in which a part is used: none, one or both.
    pub fn directions(&self, node: &Value) -> Vec<Direction> {
        let both = [Direction::Request, Direction::Response];
        both.into_iter().filter(|direction| self.0.contains(&(std::ptr::from_ref(node), *direction))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Document, Reached};

    #[test]
    fn what_is_sent_and_what_is_received() {
        let document = Document::parse(
            "
openapi: 3.0.3
paths: {/a: {post: {
  requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/In'}}}},
  responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Out'}}}}}}}}
components: {schemas: {
  In: {properties: {responses: {$ref: '#/components/schemas/Both'}}},
  Out: {allOf: [{$ref: '#/components/schemas/Both'}]},
  Both: {properties: {again: {$ref: '#/components/schemas/Both'}}},
  Neither: {}}}
",
        )
        .unwrap();
        let reached = Reached::of(&document);
        let of = |name: &str| reached.directions(document.target(&format!("#/components/schemas/{name}")).unwrap());
        assert_eq!(of("In"), [Direction::Request]);
        assert_eq!(of("Out"), [Direction::Response]);
        assert_eq!(of("Both"), [Direction::Request, Direction::Response]);
        assert_eq!(of("Neither"), []);
    }
}
