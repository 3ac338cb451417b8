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
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn named(document: &Json, pins: &[(Thing, &str)]) -> (Json, BTreeMap<String, TypeNames>) {
        let mut document = tree(&mut Context::new(), "a.json", document);
        let pins = pins.iter().map(|(thing, name)| (thing.clone(), (*name).to_owned())).collect();
        let types = name(&mut document, &pins).unwrap();
        (document.to_json(), types.inside)
    }

    fn schemas(schemas: Json) -> (Json, BTreeMap<String, TypeNames>) {
        let (document, types) = named(&json!({"components": {"schemas": schemas}}), &[]);
        (document["components"]["schemas"].clone(), types)
    }

    fn pairs(names: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
        names.iter().map(|(wire, name)| (wire.as_str(), name.as_str())).collect()
    }

    #[test]
    fn components_are_called_like_their_types() {
        let object = || json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/a_b"}}});
        let (schemas, types) = schemas(json!({
            "a_b": object(), "Ab": {"type": "string"}, "a-b": {"type": "integer"}, "Ok": object(), "größe": object(),
            "Secret": {"type": "string", "x-rust-type": {}},
        }));
        let names: Vec<&String> = types.keys().collect();
        assert_eq!(names, ["Ab", "Ab2", "Ab3", "Größe", "OkSchema"]);
        assert_eq!(schemas["Ab3"]["properties"]["a"]["$ref"], "#/components/schemas/Ab3");
        assert_eq!(schemas["Secret"], json!({"type": "string", "x-rust-type": {}}));
    }

    #[test]
    fn inline_schemas_become_components() {
        let color = json!({"type": "string", "enum": ["red"], "default": "red"});
        let (schemas, types) = schemas(json!({
            "User": {"type": "object", "properties": {
                "address": {"type": "object", "nullable": true, "properties": {"colors": {"type": "array", "items": color}}},
                "color": color,
                "plain": {"type": "string"},
                "size": {"type": "string", "enum": ["s", null], "description": "How wide."},
                "on": {"type": "boolean", "enum": [true]},
                "%": {"type": "string", "enum": ["a"]},
                "same": {"type": "object", "properties": {"a": {}}},
                "wrapped": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/UserSame"}]},
            }},
            "UserAddress": {"type": "string"},
            "UserSame": {"type": "object", "properties": {"a": {}}},
        }));
        let names: Vec<&String> = types.keys().collect();
        assert_eq!(
            names,
            [
                "User",
                "UserAddress",
                "UserAddress2",
                "UserAddress2ColorsItem",
                "UserColor",
                "UserSame",
                "UserSize",
                "UserX"
            ]
        );
        let user = &schemas["User"]["properties"];
        assert_eq!(
            user["address"],
            json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/UserAddress2"}]})
        );
        assert_eq!(user["color"], json!({"default": "red", "allOf": [{"$ref": "#/components/schemas/UserColor"}]}));
        assert_eq!(user["plain"], json!({"type": "string"}));
        assert_eq!(user["on"], json!({"type": "boolean", "enum": [true]}), "no type is made of it");
        let size =
            json!({"description": "How wide.", "nullable": true, "allOf": [{"$ref": "#/components/schemas/UserSize"}]});
        assert_eq!(user["size"], size);
        assert_eq!(schemas["UserSize"]["enum"], json!(["s"]));
        assert_eq!(user["same"]["$ref"], "#/components/schemas/UserSame", "an equal one is shared");
        assert_eq!(user["wrapped"]["allOf"][0]["$ref"], "#/components/schemas/UserSame");
        assert_eq!(schemas["UserColor"], json!({"type": "string", "enum": ["red"]}));
    }

    #[test]
    fn inline_schemas_of_operations_become_components() {
        let object = json!({"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {}}}}});
        let (document, types) = named(
            &json!({"paths": {"/": {"get": {
                "operationId": "list_all",
                "parameters": [{"name": "sortBy", "in": "query", "schema": {"type": "string", "enum": ["x"]}}],
                "requestBody": {"content": {"application/json": {"schema": object}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": object}}}}},
            }}}}),
            &[(Thing::Inline { hint: "ListAllBodyA".to_owned() }, "Letter")],
        );
        let names: Vec<&String> = types.keys().collect();
        assert_eq!(names, ["Letter", "ListAllBody", "ListAllResponseItem", "ListAllResponseItemA", "ListAllSortBy"]);
        let operation = &document["paths"]["/"]["get"];
        assert_eq!(operation["parameters"][0]["schema"]["$ref"], "#/components/schemas/ListAllSortBy");
    }

    #[test]
    fn every_property_and_value_has_a_name_of_its_own() {
        let members = json!({"a_b": {}, "aB": {}, "AB": {}, "a-b": {}, "type": {}, "type_": {}, "": {}, "🦀": {}, "2fa": {}, "extra": {}});
        let values = json!(["asc", "ASC", "a.b", "self", "Self", "", "日本"]);
        let (_, types) = schemas(json!({
            "A": {"type": "object", "properties": members, "additionalProperties": {}, "required": ["AB", "told"]},
            "B": {"type": "string", "enum": values},
            "C": {"type": "string", "enum": ["+1", "-1", "x-1", "x+1"]},
            "D": {"type": "object", "properties": {"_birthDate": {}, "birthDate": {}, "@id": {}, "ID": {}}},
        }));
        let expected = [
            ("", "x"),
            ("2fa", "x2fa"),
            ("AB", "ab"),
            ("a-b", "a_b_2"),
            ("aB", "a_b_3"),
            ("a_b", "a_b"),
            ("extra", "extra_2"),
            ("told", "told"),
            ("type", "type_"),
            ("type_", "type_2"),
            ("🦀", "x_2"),
        ];
        assert_eq!(pairs(&types["A"].fields), expected);
        let expected = [("@id", "id_2"), ("ID", "id"), ("_birthDate", "birth_date_2"), ("birthDate", "birth_date")];
        assert_eq!(pairs(&types["D"].fields), expected);
        let expected = [
            ("", "Empty"),
            ("ASC", "Asc"),
            ("Self", "Self_"),
            ("a.b", "Ab"),
            ("asc", "Asc2"),
            ("self", "Self2"),
            ("日本", "日本"),
        ];
        assert_eq!(pairs(&types["B"].values), expected);
        assert_eq!(pairs(&types["C"].values), [("+1", "Plus1"), ("-1", "Minus1"), ("x+1", "X1"), ("x-1", "XDash1")]);
    }

    #[test]
    fn alternatives_are_named_by_their_kind() {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let text = || json!({"type": "string"});
        let (_, types) = schemas(json!({
            "PetCat": text(), "PetDog": text(), "Pet": text(),
            "A": {"oneOf": [to("PetCat"), to("PetDog")]},
            "B": {"oneOf": [to("PetCat"), to("Pet")]},
            "C": {"oneOf": [to("PetCat"), {"type": "integer"}, {"type": "array", "items": {"type": "object", "properties": {"a": {}}}}]},
            "D": {"oneOf": [to("PetCat"), {}]},
            "Pe": {"oneOf": [to("PetCat"), to("PeOther")]}, "PeOther": text(),
            "Pets": {"oneOf": [to("PetsString"), {"type": "string"}]}, "PetsString": text(),
        }));
        let of = |name: &str| types[name].alternatives.clone();
        assert_eq!(of("A"), ["Cat", "Dog"]);
        assert_eq!(of("B"), ["Variant0", "Variant1"]);
        assert_eq!(of("C"), ["PetCat", "Integer", "Array"]);
        assert_eq!(of("D"), ["Variant0", "Variant1"]);
        assert_eq!(of("Pe"), ["PetCat", "Other"]);
        assert_eq!(of("Pets"), ["PetsString", "String"]);
        assert!(types.contains_key("CArrayItem"));
    }
}
