//! The sources that are generated from small merged documents.

use std::path::Path;

use crate::items;
use client_codegen::{CodegenError, CrateSource, CrateSpec, Descriptions, syntax};
use openapi_pipeline::names::{Pins, Thing};
use openapi_pipeline::source::Step;
use openapi_pipeline::{Node, Sources};
use serde_json::{Value as Json, json};

const MERGED: &str = include_str!("../fixtures/merged.json");

fn node(sources: &mut Sources, text: &str) -> Node {
    let file = sources.add("merged.json", text);
    let origin = sources.mark(file, 0..1, None, Step::Root);
    Node::from_json(&serde_json::from_str(text).unwrap(), origin)
}

fn spec() -> CrateSpec {
    CrateSpec {
        family: "doors".into(),
        title: "Doors".into(),
        command: "cargo xtask generate --family doors".into(),
        document: "openapi/merged/doors.json".into(),
        server_by_token_region: vec![("eu".into(), "https://eu.doors.example".into())],
        pins: Default::default(),
    }
}

fn generate(text: &str) -> Result<CrateSource, CodegenError> {
    let mut sources = Sources::new();
    let document = node(&mut sources, text);
    client_codegen::generate(&document, &spec(), Descriptions { sources: &sources, root: Path::new("") })
}

fn generated() -> CrateSource {
    generate(MERGED).unwrap()
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (one, other) = (generated(), generated());
    assert_eq!(one.client, other.client);
    assert_eq!(one.generated, other.generated);
    assert_eq!((one.operations, one.types), (2, 6));
}

#[test]
fn the_public_client_takes_what_is_required_and_returns_a_request() {
    let items = items(&generated().client);
    for line in [
        "method Client::open_door<'a>(&'a self, door_id: &'a types::DoorId, body: &'a types::OpenRequest) -> requests::OpenDoor<'a>",
        "method Client::v1_doors_close_all<'a>(&'a self) -> requests::V1DoorsCloseAll<'a>  # deprecated",
        "method requests::OpenDoor::force(mut self, value: bool) -> Self",
        "method requests::OpenDoor::idempotency_key(mut self, key: impl Into<String>) -> Self",
        "variant errors::OpenDoorError::Unauthorized(rt::ErrorResponse<types::HttpError>)",
        "variant errors::OpenDoorError::NotFound(rt::ErrorResponse<()>)",
        "variant errors::OpenDoorError::Default(rt::ErrorResponse<types::HttpError>)",
        "variant Server::Eu",
    ] {
        assert!(items.iter().any(|has| has == line), "no `{line}` in {items:#?}");
    }
    assert!(!items.iter().any(|item| item.contains("progenitor")), "{items:#?}");
}

#[test]
fn a_request_takes_a_token_only_where_one_is_sent() {
    let items = items(&generated().client);
    let token = "::token(mut self, token: impl Into<rt::Secret>) -> Self";
    let has = |request: &str| items.iter().any(|item| *item == format!("method requests::{request}{token}"));
    assert!(has("OpenDoor") && !has("V1DoorsCloseAll"), "{items:#?}");
}

/// The documentation of the builder of a client with these regions, and the client.
fn regional(regions: &[(&str, &str)]) -> (String, String) {
    let mut sources = Sources::new();
    let document = node(&mut sources, MERGED);
    let regions = regions.iter().map(|(region, url)| ((*region).to_owned(), (*url).to_owned())).collect();
    let spec = CrateSpec { server_by_token_region: regions, ..spec() };
    let descriptions = Descriptions { sources: &sources, root: Path::new("") };
    let client = client_codegen::generate(&document, &spec, descriptions).unwrap().client;
    let docs: Vec<&str> = client.lines().map(str::trim_start).filter_map(|line| line.strip_prefix("/// ")).collect();
    (docs.join("\n"), client)
}

#[test]
fn a_token_of_no_known_region_goes_where_the_family_says() {
    let (eu, us) = (("eu", "https://eu.doors.example/"), ("us", "https://us.doors.example"));
    // If the family names no server for other regions, the first server of the description is used, and the
    // documentation says so.
    let (docs, client) = regional(&[us]);
    assert!(client.contains("self.server.or(self.region).unwrap_or(Server::Eu)"), "{client}");
    assert!(docs.contains("| `.us` | [`Server::Us`] |\n| anything else | [`Server::Eu`] |"), "{docs}");
    assert!(!docs.contains("tokens that don't tell their region"), "{docs}");
    let (docs, client) = regional(&[eu, us, ("*", "https://us.doors.example/")]);
    assert!(client.contains("self.server.or(self.region).unwrap_or(Server::Us)"), "{client}");
    assert!(!client.contains("\"*\""), "no token ends in it: {client}");
    assert!(docs.contains("| `.us` | [`Server::Us`] |\n| anything else | [`Server::Us`] |"), "{docs}");
    assert!(docs.contains("tokens that don't tell their region"), "{docs}");
    // A server that the description doesn't list.
    let (docs, client) = regional(&[eu, ("*", "https://doors.example/")]);
    assert!(client.contains(r#"Server::Custom("https://doors.example".to_owned())"#), "{client}");
    assert!(docs.contains("| anything else | `https://doors.example` |"), "{docs}");
    // The documentation mentions no regions where tokens have none.
    let (docs, client) = regional(&[]);
    assert!(!docs.contains("ends in"), "{docs}");
    assert!(client.contains("self.server.unwrap_or(Server::Eu)"), "{client}");
}

#[test]
fn types_grow_without_breaking_and_hide_what_they_must() {
    let source = generated().generated;
    let pieces = syntax::pieces(&source).unwrap();
    let state = &pieces["types.DoorState"];
    assert!(state.contains("Unknown(::std::string::String)"), "a response enum keeps unknown values:\n{state}");
    let manner = &pieces["types.Manner"];
    assert!(!manner.contains("Unknown"), "nothing unknown is ever sent:\n{manner}");
    let request = &pieces["types.OpenRequest"];
    assert!(request.contains("#[non_exhaustive]"), "{request}");
    assert!(request.contains("pin: impl Into<::client_runtime::Secret>"), "{request}");
    assert!(request.contains("pub fn seconds(mut self, value: "), "{request}");
    let error = &pieces["types.HttpError"];
    assert!(error.contains("finish_non_exhaustive") && !error.contains("Debug,"), "errors are not printed:\n{error}");
    assert!(!source.contains("api-version"), "{source}");
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("///")).collect();
    assert_eq!(code.matches("unwrap()").count(), code.matches("Regex::new").count(), "only patterns, checked before");
}

#[test]
fn no_text_of_a_description_becomes_code() {
    let source = generated();
    for text in [&source.generated, &source.client] {
        assert!(!text.contains("```rust"), "{text}");
        assert!(!text.contains("<script>"), "{text}");
        assert!(!text.contains("/**"), "block comments could be ended by a description:\n{text}");
    }
}

/// A name that is pinned stays, whatever the description would make of the thing.
#[test]
fn items_have_their_pinned_names() {
    let mut sources = Sources::new();
    let document = node(&mut sources, MERGED);
    let generate = |pins: &[(Thing, &str)]| {
        let pins: Pins = pins.iter().map(|(thing, name)| (thing.clone(), (*name).to_owned())).collect();
        let spec = CrateSpec { pins, ..spec() };
        client_codegen::generate(&document, &spec, Descriptions { sources: &sources, root: Path::new("") })
    };
    let operation = |id: &str| Thing::Operation { id: id.to_owned() };
    let pins = [
        (operation("open_door"), "unlock"),
        (Thing::Type { component: "OpenRequest".to_owned() }, "Opening"),
        (Thing::Server { url: "https://eu.doors.example".to_owned() }, "Europe"),
    ];
    let items = items(&generate(&pins).unwrap().client);
    let method = "method Client::unlock<'a>(&'a self, door_id: &'a types::DoorId, body: &'a types::Opening) -> requests::Unlock<'a>";
    for line in [method, "variant Server::Europe"] {
        assert!(items.iter().any(|has| has == line), "no `{line}` in {items:#?}");
    }
    let error = generate(&[(operation("open_door"), "Unlock")]).unwrap_err();
    let expected = "the operation `open_door` can't be called `Unlock`: a name of that kind would be `unlock`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_secret_that_would_be_exposed_stops_the_generator() {
    // Without x-rust-type progenitor makes a newtype of its own, in silence.
    let exposed = MERGED.replace("client_runtime::Secret", "other::Secret");
    let error = generate(&exposed).unwrap_err();
    assert!(matches!(error, CodegenError::ExposedSecret { .. }), "{error}");
}

#[test]
fn what_progenitor_panics_on_is_an_error() {
    let broken = MERGED.replace("\"required\": true, \"description\": \"Which door\"", "\"required\": false");
    let error = generate(&broken).unwrap_err();
    assert!(matches!(error, CodegenError::Progenitor(_) | CodegenError::Document { .. }), "{error}");
}

/// The runtime sends a string; a parameter of that name and another type is one like all others.
#[test]
fn a_string_is_checked_when_it_is_made_and_not_when_a_reply_is_read() {
    let body = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    let name = json!({"type": "object", "properties": {"name": {"$ref": "#/components/schemas/Name"}, "tag": {"$ref": "#/components/schemas/Tag"}}});
    let schemas = json!({
        "Both": name, "Sent": {"type": "object", "properties": {"code": {"$ref": "#/components/schemas/Code"}}},
        "Name": {"type": "string", "maxLength": 5}, "Code": {"type": "string", "maxLength": 5},
        "Tag": {"oneOf": [{"$ref": "#/components/schemas/Short"}, {"type": "boolean"}]}, "Short": {"type": "string", "maxLength": 5},
    });
    let operation = |id: &str, sent: &str| {
        let mut response = body("Both");
        response["description"] = json!("");
        json!({"post": {"operationId": id, "requestBody": body(sent), "responses": {"200": response}}})
    };
    let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/a": operation("a", "Both"), "/b": operation("b", "Sent")}, "components": {"schemas": schemas}});
    let source = generate(&document.to_string()).unwrap().generated;
    let reads = |ty: &str| {
        let reading = source.split(&format!("::serde::Deserialize<'de> for {ty} {{")).nth(1).unwrap();
        reading.split("\n    }\n").next().unwrap().to_owned()
    };
    assert!(reads("Name").contains("deserialize(deserializer).map(Self)"), "{}", reads("Name"));
    // Unions of requests alone are progenitor's, whose validation may distinguish the alternatives.
    assert!(reads("Code").contains(".parse()") && reads("Short").contains(".parse()"));
    assert!(source.contains("impl ::std::convert::TryFrom<&str> for Name {"));
}

#[test]
fn a_new_alternative_has_the_value_that_names_it() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let constant = |value: &str| json!({"type": "string", "enum": [value]});
    let mapping = json!({"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog",
        "eel": "#/components/schemas/Eel", "conger": "#/components/schemas/Eel"});
    let schemas = json!({
        "Pet": {"oneOf": [reference("Cat"), reference("Dog"), reference("Eel")],
            "discriminator": {"propertyName": "kind", "mapping": mapping}},
        "Cat": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "kind": reference("CatKind")}},
        "CatKind": constant("cat"),
        "Dog": {"type": "object", "properties": {"kind": {"type": "string"}, "size": {"type": "integer"}}},
        "Eel": {"type": "object", "properties": {"kind": {"type": "string"}}},
    });
    let operation = json!({"operationId": "a", "responses": {"204": {"description": ""}},
        "requestBody": {"content": {"application/json": {"schema": reference("Pet")}}}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}});
    let source = generate(&document.to_string()).unwrap().generated;
    let constructor = |ty: &str| {
        let methods = source.split(&format!("impl {ty} {{")).nth(1).unwrap();
        methods.split("\n        }\n").next().unwrap().to_owned()
    };
    assert!(constructor("Cat").contains("kind: ::std::option::Option::Some(CatKind::Cat)"), "{}", constructor("Cat"));
    assert!(
        constructor("Dog").contains("kind: ::std::option::Option::Some(\"dog\".to_owned())"),
        "{}",
        constructor("Dog")
    );
    assert!(constructor("Dog").contains("size: ::std::default::Default::default()"));
    assert_eq!(source.matches("::std::default::Default for Dog").count(), 1, "that of `new`");
    // Two discriminator values name `Eel`, so none of them can be its default.
    assert!(constructor("Eel").contains("kind: ::std::default::Default::default()"), "{}", constructor("Eel"));
}

/// The values in the table of the first tagged union.
fn tagged(schemas: Json) -> Option<String> {
    let response = json!({"description": "", "content": {"application/json": {"schema": schema_of("Event")}}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": response}}}}});
    let source = generate(&document.to_string()).unwrap().generated;
    let reading = source.split("Deserialize<'de> for Event {").nth(1)?.split("deserialize_tagged(").nth(1)?;
    let values: String = reading.split("&[::").next()?.split_whitespace().collect();
    values.split("\"kind\",").nth(1).and_then(|values| Some(values.split(",&[").next()?.replace(",]", "]")))
}

fn schema_of(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn strings(values: &[&str]) -> Json {
    json!({"type": "string", "enum": values})
}

fn with_kind(values: Json) -> Json {
    json!({"type": "object", "properties": {"a": {"type": "string"}, "kind": values}})
}

#[test]
fn constants_tell_alternatives_apart_as_a_discriminator_does() {
    let told_by = |one: Json, other: Json| {
        tagged(json!({"Event": {"oneOf": [schema_of("Made"), schema_of("Gone")]},
            "Made": with_kind(one), "Gone": with_kind(other)}))
    };
    let numbers = |values: &[i64]| json!({"type": "integer", "enum": values});
    let told = told_by(strings(&["made"]), strings(&["gone", "lost"]));
    assert_eq!(told.as_deref(), Some(r#"&[("made",0usize),("gone",1usize),("lost",1usize)]"#));
    assert_eq!(told_by(strings(&["made", "lost"]), strings(&["gone", "lost"])), None, "a value of both");
    assert_eq!(told_by(strings(&["made"]), json!({"type": "string"})), None, "any value of one");
    assert_eq!(told_by(strings(&["1"]), numbers(&[2])), None, "of two types");
}

#[test]
fn a_value_of_several_alternatives_is_decided_among_them() {
    let described = |mapping: Json| {
        json!({"oneOf": [schema_of("Short"), schema_of("Long")],
            "discriminator": {"propertyName": "kind", "mapping": mapping}})
    };
    let mapping = json!({"call": "#/components/schemas/Long", "Short": "#/components/schemas/Short"});
    // A union among the alternatives lists the values of its own.
    let told = tagged(json!({"Event": described(mapping.clone()), "Short": with_kind(strings(&["note"])),
        "Long": {"oneOf": [schema_of("Note"), schema_of("Call")]},
        "Note": with_kind(strings(&["note"])), "Call": with_kind(strings(&["call"]))}));
    assert_eq!(told.as_deref(), Some(r#"&[("Short",0usize),("call",1usize),("note",0usize),("note",1usize)]"#));
    // An enum that all have says nothing of them.
    let all = || with_kind(strings(&["call", "note"]));
    let told = tagged(json!({"Event": described(mapping), "Short": all(), "Long": all()}));
    assert_eq!(told.as_deref(), Some(r#"&[("Short",0usize),("call",1usize)]"#));
}

#[test]
fn an_idempotency_key_is_a_string() {
    let with_key = |schema: Json| {
        let parameter = json!({"name": "Idempotency-Key", "in": "header", "schema": schema});
        json!({"operationId": "send", "parameters": [parameter], "responses": {"204": {"description": ""}}})
    };
    let list = json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}});
    for (schema, is_key) in [(json!({"type": "string"}), true), (list, false)] {
        let document = json!({
            "openapi": "3.0.3",
            "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"post": with_key(schema.clone())}},
        });
        let source = generate(&document.to_string()).unwrap();
        assert_eq!(source.client.contains("with_idempotency_key"), is_key, "{schema}");
        assert_eq!(source.client.contains("idempotency_key_parameter"), !is_key, "{schema}");
        assert!(is_key || !source.generated.contains("header_map.append"), "{}", source.generated);
    }
}
