//! Secrets by name, in descriptions that nobody has curated.

use serde_json::{Value as Json, json};

use super::{Context, LowerPlan, exchange, lower, tree};
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
