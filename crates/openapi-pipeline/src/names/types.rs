//! Names types and their parts. Types that are described inline become components.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::scope::{Form, Proposal, Scope};
use super::words::{RUNTIME_TYPES, TYPES};
use super::{NameError, Pins, Thing, marks, snake, type_name};
use crate::vocabulary::layout::{component_of, each_operation_mut, ensure_schemas, schemas_mut};
use crate::vocabulary::{is_success, makes_type, reference, rename_schemas, schemas};
use crate::{Node, Object, Origin, Value};

/// The names inside a type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TypeNames {
    /// Where the type is described.
    pub origin: Origin,
    /// The fields, by the names of the properties on the wire.
    pub fields: BTreeMap<String, String>,
    /// The variants of string values, by the values.
    pub values: BTreeMap<String, String>,
    /// The variants of alternatives, in their order.
    pub alternatives: Vec<String>,
    /// The same alternatives as pins tell them: the component that each refers to, or its number.
    pub(super) identities: Vec<String>,
}

/// All types of a document.
#[derive(Default)]
pub(super) struct Types {
    /// The names inside them, by their names.
    pub(super) inside: BTreeMap<String, TypeNames>,
    /// The source of each, with its name.
    pub(super) made: Vec<(Thing, String)>,
}

/// Makes every schema that becomes a type a component under its name. Types of the runtime have no names here.
pub(super) fn name(document: &mut Node, pins: &Pins) -> Result<Types, NameError> {
    let mut scope = Scope::reserving(TYPES, "the generated code");
    let inline = pins.iter().filter(|(thing, _)| matches!(thing, Thing::Inline { .. }));
    inline.for_each(|(thing, name)| scope.keep(name, thing));
    let made = rename_components(document, &mut scope, pins)?;
    for name in RUNTIME_TYPES {
        scope.take(name.to_owned(), "a type of the runtime");
    }
    let schemas = schemas_mut(document).map(std::mem::take).unwrap_or_default();
    let mut inline = Inline { schemas, scope, pins, types: Types { inside: BTreeMap::new(), made } };
    let mut open: Vec<String> = inline.schemas.keys().cloned().collect();
    open.reverse();
    while let Some(name) = open.pop() {
        open.extend(inline.component(&name)?);
    }
    let mut problem = None;
    each_operation_mut(document, &mut |_, _, operation| {
        if problem.is_none() {
            problem = inline.operation(operation).err();
        }
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    let Inline { schemas, types, .. } = inline;
    if !schemas.is_empty() {
        ensure_schemas(document);
        if let Some(components) = document.get_mut("components") {
            components.set("schemas", schemas);
        }
    }
    Ok(types)
}

fn rename_components(document: &mut Node, scope: &mut Scope, pins: &Pins) -> Result<Vec<(Thing, String)>, NameError> {
    let mut names: Vec<String> = schemas(document).map(|(name, _)| name.clone()).collect();
    // A component whose name already is a type name keeps it, wherever it is: reordering a document renames nothing.
    names.sort_by_key(|name| (type_name(name) != *name, name.clone()));
    let proposal = |name: &String| {
        let made = type_name(name);
        let longer = TYPES.contains(&made.as_str()).then(|| format!("{made}Schema"));
        let names = std::iter::once(made).chain(longer).collect();
        Proposal::new(Thing::Type { component: name.clone() }, names, Form::Type)
    };
    let given = scope.settle(pins, names.iter().map(proposal).collect())?;
    let things = names.iter().map(|name| Thing::Type { component: name.clone() });
    let made = things.zip(given.iter().cloned()).collect();
    let renamed: HashMap<String, String> = names.into_iter().zip(given).filter(|(old, new)| old != new).collect();
    rename_schemas(document, &renamed);
    Ok(made)
}

struct Inline<'a> {
    schemas: Object,
    scope: Scope,
    pins: &'a Pins,
    types: Types,
}

impl Inline<'_> {
    /// Names the parts of a component. Inline types in it become components of their own, whose names are returned.
    fn component(&mut self, name: &str) -> Result<Vec<String>, NameError> {
        let Some(schema) = self.schemas.get_mut(name) else { return Ok(Vec::new()) };
        let origin = schema.origin;
        let mut schema = std::mem::replace(schema, Node::object(origin));
        let mut made = Vec::new();
        if schema.get("x-rust-type").is_none() {
            let names = self.names_in(name, &schema)?;
            self.children(name, &names, &mut schema, &mut made)?;
            self.types.inside.insert(name.to_owned(), names);
        }
        self.schemas.insert(name.to_owned(), schema);
        Ok(made)
    }

    fn operation(&mut self, operation: &mut Node) -> Result<(), NameError> {
        let id = type_name(operation.get_str("operationId").unwrap_or_default());
        let mut made = Vec::new();
        for parameter in operation.elements_mut("parameters") {
            let hint = format!("{id}_{}", snake(parameter.get_str("name").unwrap_or_default()));
            if let Some(schema) = parameter.get_mut("schema") {
                self.visit(&type_name(&hint), schema, &mut made)?;
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            self.content(&format!("{id}Body"), body, &mut made)?;
        }
        for (status, response) in operation.members_mut("responses") {
            if is_success(status) {
                self.content(&format!("{id}Response"), response, &mut made)?;
            }
        }
        while let Some(name) = made.pop() {
            made.extend(self.component(&name)?);
        }
        Ok(())
    }

    fn content(&mut self, hint: &str, body: &mut Node, made: &mut Vec<String>) -> Result<(), NameError> {
        for (_, media) in body.members_mut("content") {
            if let Some(schema) = media.get_mut("schema") {
                self.visit(hint, schema, made)?;
            }
        }
        Ok(())
    }

    /// Moves an inline schema to the components if it becomes a type; visits its children otherwise.
    fn visit(&mut self, hint: &str, schema: &mut Node, made: &mut Vec<String>) -> Result<(), NameError> {
        if schema.get("$ref").is_some() {
            return Ok(());
        }
        if !makes_type(schema) {
            return self.children(hint, &TypeNames::new(schema.origin), schema, made);
        }
        let origin = schema.origin;
        let mut moved = std::mem::replace(schema, Node::object(origin));
        // Annotations of the place stay there. The description of an object is that of its type.
        let mut said = Object::default();
        said.extend(
            moved
                .get("description")
                .filter(|_| moved.get("properties").is_none())
                .map(|text| ("description".to_owned(), text.clone())),
        );
        said.extend(["nullable", "default"].into_iter().filter_map(|key| Some((key.to_owned(), moved.remove(key)?))));
        if let Some(values) = moved.get_mut("enum").and_then(Node::as_array_mut)
            && values.iter().any(is_null)
        {
            values.retain(|value| !is_null(value));
            said.insert("nullable".to_owned(), Node::new(true, origin));
        }
        let name = match self.equal(hint, &moved) {
            Some(name) => name,
            None => {
                let name = self.allocate(hint)?;
                self.schemas.insert(name.clone(), moved);
                made.push(name.clone());
                name
            }
        };
        let target = Node::object(origin).with("$ref", reference(&name));
        *schema = match said.is_empty() {
            true => target,
            false => {
                let mut wrapper = Node::new(said, origin);
                wrapper.set("allOf", vec![target]);
                wrapper
            }
        };
        Ok(())
    }

    /// The component of this name, if it is equal.
    fn equal(&self, hint: &str, schema: &Node) -> Option<String> {
        self.schemas.get(hint).filter(|known| *known == schema).map(|_| hint.to_owned())
    }

    fn allocate(&mut self, hint: &str) -> Result<String, NameError> {
        let thing = Thing::Inline { hint: hint.to_owned() };
        let proposal = Proposal::new(thing.clone(), vec![type_name(hint)], Form::Type);
        let name = self.scope.settle(self.pins, vec![proposal])?.pop().unwrap_or_default();
        self.types.made.push((thing, name.clone()));
        Ok(name)
    }

    /// Visits the direct children of a schema.
    fn children(
        &mut self,
        name: &str,
        names: &TypeNames,
        schema: &mut Node,
        made: &mut Vec<String>,
    ) -> Result<(), NameError> {
        for (key, property) in schema.members_mut("properties") {
            self.visit(&type_name(&format!("{name}_{}", snake(key))), property, made)?;
        }
        for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
            if let Some(child) = schema.get_mut(key).filter(|child| child.as_object().is_some()) {
                self.visit(&format!("{name}{suffix}"), child, made)?;
            }
        }
        let branches = schema.elements_mut("oneOf");
        for (at, branch) in branches.enumerate() {
            let label = names.alternatives.get(at).cloned().unwrap_or_else(|| format!("Variant{at}"));
            self.visit(&format!("{name}{label}"), branch, made)?;
        }
        Ok(())
    }

    fn names_in(&self, name: &str, schema: &Node) -> Result<TypeNames, NameError> {
        let mut names = TypeNames::new(schema.origin);
        names.fields = fields(name, schema, self.pins)?;
        names.values = super::values::name(name, schema, self.pins)?;
        (names.identities, names.alternatives) = alternatives(name, schema, self.pins)?;
        Ok(names)
    }
}

impl TypeNames {
    fn new(origin: Origin) -> Self {
        Self {
            origin,
            fields: BTreeMap::new(),
            values: BTreeMap::new(),
            alternatives: Vec::new(),
            identities: Vec::new(),
        }
    }
}

fn is_null(value: &Node) -> bool {
    value.value == Value::Null
}

/// The field for properties that are not listed.
const EXTRA: &str = "extra";

fn fields(of: &str, schema: &Node, pins: &Pins) -> Result<BTreeMap<String, String>, NameError> {
    let is_open = schema.get("additionalProperties").is_some_and(|open| open.as_bool() != Some(false));
    // A required name is a property, even if the schema doesn't describe it.
    let required = schema.elements("required");
    let listed = schema.members("properties").map(|(member, _)| member.as_str());
    let mut members: Vec<&str> = listed.chain(required.iter().filter_map(Node::as_str)).collect();
    members.sort_by_cached_key(|member| rank(member, &snake(member)));
    members.dedup();
    let proposal = |member: &&str| {
        let thing = Thing::Field { of: of.to_owned(), member: (*member).to_owned() };
        Proposal::new(thing, vec![snake(member)], Form::Snake)
    };
    let mut scope = Scope::reserving(is_open.then_some(EXTRA), "the map of the other properties");
    let given = scope.settle(pins, members.iter().map(proposal).collect())?;
    Ok(members.into_iter().map(str::to_owned).zip(given).collect())
}

/// The order in which properties choose: first the one whose wire name is the field name, so that no other property
/// changes it; then one without signs around it, such as those of `_value`. A keyword has an underscore behind it in
/// Rust, and not on the wire.
fn rank(wire: &str, name: &str) -> (bool, usize, String) {
    (wire != name.trim_end_matches('_'), marks(wire), wire.to_owned())
}

/// The variants of alternatives: the kind of each, without the name of the union and the words that all begin with; or
/// a number.
fn alternatives(of: &str, schema: &Node, pins: &Pins) -> Result<(Vec<String>, Vec<String>), NameError> {
    let branches = schema.elements("oneOf");
    let numbered = || (0..branches.len()).map(|at| format!("Variant{at}")).collect();
    let kinds: Option<Vec<String>> = branches.iter().map(kind).collect();
    let labels = kinds.and_then(|kinds| {
        let own: Vec<String> = kinds.iter().map(|kind| without_owner(of, kind).to_owned()).collect();
        without_common_words(&own).or_else(|| without_common_words(&kinds))
    });
    let labels = labels.unwrap_or_else(numbered);
    let identity = |(at, branch): (usize, &Node)| referred(branch).unwrap_or_else(|| at.to_string());
    let identities: Vec<String> = branches.iter().enumerate().map(identity).collect();
    let proposal = |(alternative, label): (&String, String)| {
        let thing = Thing::Alternative { of: of.to_owned(), alternative: alternative.clone() };
        Proposal::new(thing, vec![type_name(&label)], Form::Type)
    };
    let given = Scope::default().settle(pins, identities.iter().zip(labels).map(proposal).collect())?;
    Ok((identities, given))
}

/// The kind of an alternative: its component, or the type or format of a schema without a name.
fn kind(branch: &Node) -> Option<String> {
    if let Some(name) = referred(branch) {
        return Some(name);
    }
    match branch.get("allOf").and_then(Node::as_array) {
        Some([only]) => return kind(only),
        Some(_) => return None,
        None => {}
    }
    let kind = branch.get_str("format").or_else(|| branch.get_str("type"))?;
    branch.get("oneOf").is_none().then(|| type_name(kind))
}

fn referred(schema: &Node) -> Option<String> {
    let (section, name) = component_of(schema.get_str("$ref")?)?;
    (section == "schemas").then(|| name.into_owned())
}

/// `FilterAnd` is `And` in `Filter`, as inline alternatives are named after their union.
fn without_owner<'a>(of: &str, kind: &'a str) -> &'a str {
    let rest = kind.strip_prefix(of).filter(|rest| rest.starts_with(char::is_uppercase));
    rest.unwrap_or(kind)
}

/// Removes the words that all names begin with: `PaymentCard` and `PaymentCash` are `Card` and `Cash`, while
/// `CardPayment` and `CashPayment` stay. `None` where the results aren't distinct or one would be empty.
fn without_common_words(names: &[String]) -> Option<Vec<String>> {
    let words: Vec<Vec<String>> =
        names.iter().map(|name| snake(name).split('_').map(str::to_owned).collect()).collect();
    let first = words.first()?;
    let is_common = |at: usize| words.iter().all(|other| other.get(at) == first.get(at));
    let common = (0..first.len()).take_while(|at| is_common(*at)).count();
    let mut seen = HashSet::new();
    let rest = words.iter().map(|words| {
        let rest = words.get(common..).filter(|rest| !rest.is_empty())?;
        let name = type_name(&rest.join("_"));
        seen.insert(name.clone()).then_some(name)
    });
    rest.collect()
}

#[cfg(test)]
mod tests;
