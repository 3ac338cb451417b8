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
        ["User", "UserAddress", "UserAddress2", "UserAddress2ColorsItem", "UserColor", "UserSame", "UserSize", "UserX"]
    );
    let user = &schemas["User"]["properties"];
    assert_eq!(user["address"], json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/UserAddress2"}]}));
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
