//! Secrets by name, in descriptions that nobody has curated.

use serde_json::{Value as Json, json};

use super::{Context, LowerPlan, document, exchange, lower, tree, uses};
use crate::lower::Strictness;

fn run(json: &Json) -> (Context, Json) {
    let mut cx = Context::new();
    let root = tree(&mut cx, "a.json", json);
    let plan = LowerPlan { strictness: Strictness::Lenient, ..LowerPlan::default() };
    let lowered = lower(&mut cx, root, &plan).map(|node| node.to_json());
    (cx, lowered.unwrap())
}

fn text() -> Json {
    json!({"type": "string"})
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Lowers a schema of this name, and returns its properties.
fn properties(name: &str, properties: Json) -> Json {
    let schemas = json!({name: {"type": "object", "properties": properties}});
    let (_, lowered) = run(&exchange(text(), reference(name), schemas));
    lowered["components"]["schemas"][name]["properties"].clone()
}

#[test]
fn what_a_login_takes_is_secret_where_it_is_a_string() {
    let names = [
        "pass",
        "userPass",
        "totp",
        "mfa_code",
        "otp",
        "pin",
        "private_key_pem",
        "privatekey",
        "connection_string",
        "authorization",
    ];
    let of = |schema: Json| -> Json { names.iter().map(|name| ((*name).to_owned(), schema.clone())).collect() };
    assert_eq!(properties("Login", of(text())), of(reference("Secret")));
    let codes = json!({"recovery_codes": {"type": "array", "items": text()}});
    assert_eq!(properties("Login", codes)["recovery_codes"]["items"], reference("Secret"));
    let counts = json!({"pass": {"type": "integer"}, "pin": {"type": "boolean"}, "boarding_pass": text()});
    assert_eq!(properties("Report", counts.clone()), counts);
}

#[test]
fn keys_of_keys_are_secret() {
    let key = || json!({"key": text(), "value": text(), "id": text()});
    for owner in ["ApiKey", "AccessKeyOut", "PersonalAccessToken"] {
        let secret = json!({"key": reference("Secret"), "value": reference("Secret"), "id": text()});
        assert_eq!(properties(owner, key()), secret, "{owner}");
    }
    for owner in ["SortKey", "PageKey", "ObjectKey", "PublicApiKey", "KeyValue"] {
        assert_eq!(properties(owner, key()), key(), "{owner}");
    }
}

#[test]
fn the_key_and_value_of_an_inline_secret_are_secret() {
    let pair = json!({"type": "object", "properties": {"value": text(), "key": text(), "name": text()}});
    let list = |item: Json| json!({"type": "array", "items": {"type": "object", "properties": item}});
    let sample = json!({
        "secret": pair,
        "api_keys": {"type": "array", "items": pair},
        "other": pair,
        "keys": list(json!({"key": text(), "name": text()})),
    });
    let found = properties("Sample", sample);
    let hidden = json!({"value": reference("Secret"), "key": reference("Secret"), "name": text()});
    assert_eq!(found["secret"]["properties"], hidden);
    assert_eq!(found["api_keys"]["items"]["properties"], hidden);
    assert_eq!(found["other"], pair);
    assert_eq!(found["keys"]["items"]["properties"], json!({"key": reference("Secret"), "name": text()}));
    for other in ["value", "order", "count", "etag"] {
        let keys = list(json!({"key": text(), other: text()}));
        assert_eq!(properties("Sample", json!({"keys": keys})), json!({"keys": keys}), "{other}");
    }
}

#[test]
fn whatever_parameter_is_secret_is_marked() {
    let list = |items: Json| json!({"type": "array", "items": items});
    let with = |key: &str, value: Json| json!({"type": "string", key: value});
    let password = with("format", json!("password"));
    for (place, name, schema, plain, marked) in [
        ("query", "password", password.clone(), true, true),
        ("query", "q", password.clone(), true, true),
        ("query", "q", reference("Hidden"), true, true),
        ("query", "q", list(password.clone()), false, true),
        ("query", "q", json!({"oneOf": [password, {"type": "boolean"}]}), false, true),
        ("query", "api_key", with("minLength", json!(3)), true, true),
        ("header", "token", with("format", json!("uuid")), true, true),
        ("path", "api_key", with("pattern", json!("^a")), true, true),
        ("query", "access_token", reference("Text"), true, true),
        ("query", "tokens", list(text()), false, true),
        ("header", "X-Session-Token", list(reference("Text")), false, true),
        ("query", "otp", json!({"type": "integer"}), false, true),
        ("query", "secret", json!({"type": "object", "properties": {"a": text()}}), false, true),
        ("header", "Cookie", text(), true, true),
        ("query", "cookie", text(), true, false),
        ("query", "token", with("enum", json!(["a"])), false, false),
        ("query", "tokens", json!({"type": "integer"}), false, false),
        ("query", "secret", json!({"type": "boolean"}), false, false),
        ("query", "token", with("format", json!("date-time")), false, false),
        ("query", "page_token", text(), true, false),
    ] {
        let parameter = json!({"name": name, "in": place, "required": true, "schema": schema});
        let operation =
            json!({"operationId": "a", "parameters": [parameter], "responses": {"204": {"description": ""}}});
        let path = if place == "path" { "/a/{api_key}" } else { "/a" };
        let components = json!({"schemas": {"Text": text(), "Hidden": {"type": "string", "format": "password"}}});
        let (cx, lowered) = run(&document(json!({path: {"get": operation}}), components));
        let found = &lowered["paths"][path]["get"]["parameters"][0];
        assert_eq!(found["x-secret"] == true, marked, "{name}: {found}");
        assert_eq!(found["schema"] == text(), plain, "{name}: {found}");
        assert_eq!(uses(&cx, "secret-parameter").len(), usize::from(marked), "{name}");
    }
}

#[test]
fn a_body_that_is_a_password_is_marked() {
    for (media_type, schema, marked) in [
        ("text/plain", json!({"type": "string", "format": "password"}), true),
        ("text/plain", reference("Hidden"), true),
        ("text/plain", text(), false),
    ] {
        let body = json!({"required": true, "content": {media_type: {"schema": schema}}});
        let operation = json!({"operationId": "a", "requestBody": body, "responses": {"204": {"description": ""}}});
        let components = json!({"schemas": {"Hidden": {"type": "string", "format": "password"}}});
        let (_, lowered) = run(&document(json!({"/a": {"post": operation}}), components));
        let found = &lowered["paths"]["/a"]["post"]["requestBody"]["content"]["text/plain"];
        assert_eq!((found["x-secret"] == true, &found["schema"]), (marked, &text()), "{found}");
    }
}
