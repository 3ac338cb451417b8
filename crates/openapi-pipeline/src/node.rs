//! The document tree that every stage works on: JSON values with their origins.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Number;

use crate::source::{Origin, unescape_pointer};

/// A value and its origin. Two nodes are equal when their values are, whatever their origins.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its origin. A node made by a stage carries the origin of the node it was made from.
    pub origin: Origin,
}

/// A JSON value. Objects keep the order of their document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as precise as it was written within 64 bits.
    Number(Number),
    /// A string
    String(String),
    /// An array
    Array(Vec<Node>),
    /// An object
    Object(Object),
}

/// The members of an object in document order.
///
/// Every stage looks up keywords all the time: with the standard library's hasher, hashing them is a quarter of a
/// pipeline's work. This one is seeded at random too, so that no document can be made to collide.
pub type Object = IndexMap<String, Node, foldhash::fast::RandomState>;

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Node {}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

/// Objects that differ in the order of their members are equal, so the order is not hashed.
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Number(value) => value.hash(state),
            Self::String(value) => value.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Object(members) => {
                let of_member = |member| BuildHasherDefault::<DefaultHasher>::default().hash_one(member);
                members.iter().map(of_member).fold(0, u64::wrapping_add).hash(state);
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Vec<Node>> for Value {
    fn from(items: Vec<Node>) -> Self {
        Value::Array(items)
    }
}

impl From<Object> for Value {
    fn from(members: Object) -> Self {
        Value::Object(members)
    }
}

impl Node {
    /// A node that a stage makes, with the origin of the node it is made from.
    pub fn new(value: impl Into<Value>, origin: Origin) -> Self {
        Self { value: value.into(), origin }
    }

    /// An empty object.
    pub fn object(origin: Origin) -> Self {
        Self::new(Object::default(), origin)
    }

    /// A node from a JSON value, with `origin` for every part of it.
    pub fn from_json(value: &serde_json::Value, origin: Origin) -> Self {
        let value = match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(value) => Value::Number(value.clone()),
            serde_json::Value::String(value) => Value::String(value.clone()),
            serde_json::Value::Array(items) => {
                Value::Array(items.iter().map(|item| Self::from_json(item, origin)).collect())
            }
            serde_json::Value::Object(members) => {
                Value::Object(members.iter().map(|(k, v)| (k.clone(), Self::from_json(v, origin))).collect())
            }
        };
        Self { value, origin }
    }

    /// The same value without origins, for libraries that work on `serde_json`.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(value) => serde_json::Value::Number(value.clone()),
            Value::String(value) => value.as_str().into(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v.to_json())).collect(),
        }
    }

    /// The node as pretty JSON with a final newline: the bytes of a merged document.
    pub fn to_pretty_json(&self) -> String {
        // Serializing strings, numbers and arrays to a String can't fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The string, if the value is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if the value is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The elements, if the value is an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The mutable elements, if the value is an array.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if the value is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The mutable members, if the value is an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        match &mut self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.get(key)
    }

    /// A mutable member of an object.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_object_mut()?.get_mut(key)
    }

    /// A member that is a string.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether a member is `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(Node::as_bool) == Some(true)
    }

    /// Removes a member of an object, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        self.as_object_mut()?.shift_remove(key)
    }

    /// Sets a member of an object; its origin is the object's. Does nothing if this is no object.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        let origin = self.origin;
        if let Some(members) = self.as_object_mut() {
            members.insert(key.to_owned(), Node::new(value, origin));
        }
    }

    /// The object with one more member, whose origin is the object's own.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// Sets a member of an object to a node, which keeps its origin. Does nothing to other values.
    pub(crate) fn put(&mut self, key: &str, node: Node) {
        if let Some(members) = self.as_object_mut() {
            members.insert(key.to_owned(), node);
        }
    }

    /// The members of the object at `key`; none if there is no such object.
    pub fn members(&self, key: &str) -> impl Iterator<Item = (&String, &Node)> {
        self.get(key).and_then(Node::as_object).into_iter().flatten()
    }

    /// [`Node::members`] with mutable nodes.
    pub fn members_mut<'a>(&'a mut self, key: &str) -> impl Iterator<Item = (&'a String, &'a mut Node)> + use<'a> {
        self.get_mut(key).and_then(Node::as_object_mut).into_iter().flatten()
    }

    /// The elements of the array at `key`; none if there is no such array.
    pub fn elements(&self, key: &str) -> &[Node] {
        self.get(key).and_then(Node::as_array).unwrap_or_default()
    }

    /// [`Node::elements`] with mutable nodes.
    pub fn elements_mut<'a>(&'a mut self, key: &str) -> impl Iterator<Item = &'a mut Node> + use<'a> {
        self.get_mut(key).and_then(Node::as_array_mut).into_iter().flatten()
    }

    /// The node a JSON pointer (RFC 6901, with or without the leading `#`) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for step in pointer_steps(pointer)? {
            node = match &node.value {
                Value::Object(members) => members.get(&step)?,
                Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// [`Node::pointer`] with a mutable result.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Node> {
        let mut node = self;
        for step in pointer_steps(pointer)? {
            node = match &mut node.value {
                Value::Object(members) => members.get_mut(&step)?,
                Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// Calls `visit` on every object of the tree, this one first.
    pub fn walk_objects(&self, visit: &mut dyn FnMut(&Node)) {
        match &self.value {
            Value::Array(items) => items.iter().for_each(|item| item.walk_objects(visit)),
            Value::Object(members) => {
                visit(self);
                members.values().for_each(|member| member.walk_objects(visit));
            }
            _ => {}
        }
    }
}

fn pointer_steps(pointer: &str) -> Option<Vec<String>> {
    let pointer = pointer.strip_prefix('#').unwrap_or(pointer);
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    Some(pointer.strip_prefix('/')?.split('/').map(unescape_pointer).collect())
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => value.serialize(serializer),
            Value::String(value) => serializer.serialize_str(value),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, member) in members {
                    map.serialize_entry(key, member)?;
                }
                map.end()
            }
        }
    }
}
