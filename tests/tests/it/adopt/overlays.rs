//! `--write-overlay`: a description that contradicts itself is taken with the overlay that corrects it.

use serde_json::{Value, json};
use workspace_tests::run;

use super::{PACERPRO, SVIX, Shop};

const OVERLAY: &str = "openapi/corrections.yaml";

/// Asserts an exit code, and returns everything that was said.
#[track_caller]
fn said(shop: &Shop, arguments: &[&str], code: i32) -> String {
    let output = shop.command(arguments);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

/// An operation that the family of Svix selects.
fn selected(operation: Value) -> Value {
    let mut whole = json!({"tags": ["Authentication"], "responses": {"204": {"description": "Done."}}});
    whole.as_object_mut().unwrap().extend(operation.as_object().unwrap().clone());
    json!({"post": whole})
}

fn path(name: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
}

/// Every kind of contradiction that can be corrected by rule.
fn contradict(document: &mut Value) {
    let query = json!({"name": "q", "in": "query", "schema": {"type": "string"}});
    let dangling = |section: &str| json!({"$ref": format!("#/components/{section}/Nowhere")});
    let broken_schema = json!({"content": {"application/json": {"schema": dangling("schemas")}}});
    for (route, operation) in [
        ("/it's/{a}/{b}", json!({"operationId": "missing", "parameters": [path("b")]})),
        ("/renamed/{thing_id}", json!({"operationId": "renamed", "parameters": [path("thingId")]})),
        ("/stray", json!({"operationId": "stray", "parameters": [query, path("c"), query]})),
        ("/nameless", json!({"operationId": "nameless", "parameters": [{"in": "query"}, query]})),
        ("/silent", json!({"operationId": "silent", "responses": {}})),
        ("/open/{brace", json!({"operationId": "open"})),
        (
            "/broken/{d}",
            json!({"operationId": "broken", "parameters": [dangling("parameters")], "requestBody": broken_schema}),
        ),
    ] {
        document["paths"][route] = selected(operation);
    }
}

#[test]
fn a_description_that_contradicts_itself_is_taken_with_the_overlay_that_corrects_it() {
    let shop = Shop::new();
    let new = shop.published(SVIX, "2024-09-10.json", contradict);
    let document = format!("current={new}");
    let before = shop.state();
    let report = said(&shop, &["svix", &document, "--write-overlay", OVERLAY], 0);
    assert!(report.contains("== the description has problems: "), "{report}");
    assert!(report.contains("an overlay with 9 actions; next"), "{report}");
    assert!(report.contains("`overlays` of document `current` in openapi/families.toml"), "{report}");
    assert!(report.contains("behind those that are there: \"corrections.yaml\""), "{report}");
    assert!(!report.contains("can't be corrected by rule"), "{report}");
    let overlay = shop.scratch.read(OVERLAY);
    let mut after = shop.state();
    after.remove(&shop.scratch.path(OVERLAY));
    assert!(after == before, "nothing but the overlay is written");
    for expected in [
        "$.paths['/it\\\\'s/{a}/{b}'].post",
        "$.paths['/renamed/{thing_id}'].post.parameters[0]",
        "$.paths['/stray'].post.parameters[1,2]",
        "$.paths['/nameless'].post.parameters[0]",
        "$.paths['/silent'].post",
        "$.paths['/open/{brace'].post",
        "$.paths['/broken/{d}'].post.parameters[0]",
        "$.paths['/broken/{d}'].post.requestBody.content['application/json'].schema['$ref']",
        "$.paths['/broken/{d}'].post\"",
    ] {
        assert!(overlay.contains(expected), "no {expected} in\n{overlay}");
    }

    let again = said(&shop, &["svix", &document, "--write-overlay", OVERLAY], 1);
    assert!(again.contains("error[file-exists]"), "{again}");
    assert_eq!(shop.scratch.read(OVERLAY), overlay);

    let listed = "overlays = [\"svix/2024-09-10.overlay.yaml\"";
    shop.scratch.replace("openapi/families.toml", listed, &format!("{listed}, \"corrections.yaml\""));
    said(&shop, &["svix", &document, "--write"], 0);
    run(shop.scratch.generate(&["--check"]));
    let client = shop.scratch.read("crates/svix-client/src/client.rs");
    for method in ["missing", "renamed", "stray", "nameless", "silent", "broken"] {
        assert!(client.contains(&format!("pub fn {method}<'a>(")), "no {method}");
    }
    assert!(!client.contains("pub fn open<"), "operations that can't be called are left out, as the overlay says");
}

#[test]
fn swagger_is_corrected_in_its_own_words() {
    let shop = Shop::new();
    let body = |name: &str| json!({"in": "body", "name": name, "schema": {"type": "object"}});
    let new = shop.published(PACERPRO, "swagger.json", |document| {
        let operation = json!({
            "tags": ["Authentication"], "operationId": "twice", "responses": {}, "parameters": [body("a"), body("b")],
        });
        document["paths"]["/twice/{id}"] = json!({"put": operation});
    });
    let report = said(&shop, &["pacerpro", &new, "--write-overlay", OVERLAY], 0);
    assert!(report.contains("an overlay with 3 actions"), "{report}");
    let overlay = shop.scratch.read(OVERLAY);
    assert!(overlay.contains("parameters[1]") && overlay.contains("type: string"), "{overlay}");
    assert!(overlay.contains("\"200\":") && !overlay.contains("schema:"), "{overlay}");
}

#[test]
fn what_no_rule_corrects_is_said_and_a_consistent_description_needs_no_overlay() {
    let shop = Shop::new();
    let same = shop.published(SVIX, "same.json", |_| {});
    let report = said(&shop, &["svix", &format!("current={same}"), "--write-overlay", OVERLAY], 0);
    assert!(report.contains("openapi/corrections.yaml was not written"), "{report}");

    let new = shop.published(SVIX, "new.json", |document| {
        document["paths"]["/silent"] = selected(json!({"operationId": "silent", "responses": {}}));
        document["components"]["schemas"]["AppPortalAccessOut"]["properties"]["url"] =
            json!({"allOf": [{"type": "string"}, {"type": "integer"}]});
    });
    let report = said(&shop, &["svix", &format!("current={new}"), "--write-overlay", OVERLAY], 0);
    assert!(report.contains("an overlay with 1 action; next"), "{report}");
    assert!(report.contains("1 problem of the description can't be corrected by rule"), "{report}");
    let both = said(&shop, &["svix", &format!("current={new}"), "--write-overlay", "x.yaml", "--write"], 2);
    assert!(both.contains("cannot be used with"), "{both}");
}
