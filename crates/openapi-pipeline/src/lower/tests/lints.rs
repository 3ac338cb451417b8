use serde_json::json;

use super::run;
use crate::testing::{codes, document, uses};

#[test]
fn irreparable_errors_are_reported_with_place_and_help() {
    let ok = json!({"204": {"description": ""}});
    let parameter =
        |name: &str, place: &str| json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}});
    for (path, operation, expected) in [
        ("/a/{b}", json!({"responses": ok}), vec!["placeholder-without-parameter"]),
        (
            "/a",
            json!({"responses": ok, "parameters": [parameter("b", "path")]}),
            vec!["path-parameter-without-placeholder"],
        ),
        ("/a/{b", json!({"responses": ok}), vec!["invalid-path"]),
        ("a", json!({"responses": ok}), vec!["invalid-path"]),
        (
            "/a",
            json!({"responses": ok, "parameters": [parameter("b", "query"), parameter("b", "query")]}),
            vec!["duplicate-parameter"],
        ),
        ("/a", json!({"responses": ok, "parameters": [parameter("b", "query"), parameter("b", "header")]}), vec![]),
        ("/a", json!({"responses": ok, "parameters": [{"name": "b"}]}), vec!["incomplete-parameter"]),
        ("/a", json!({"responses": {}}), vec!["operation-without-responses"]),
        ("/a", json!({}), vec!["operation-without-responses"]),
        ("/a", json!({"responses": {"200": {"$ref": "#/components/responses/Gone"}}}), vec!["dangling-ref"]),
        ("/a", json!({"responses": {"200": {"$ref": "other.yaml#/x"}}}), vec!["external-ref"]),
        ("/a", json!({"responses": {"200": {"$ref": 1}}}), vec!["invalid-ref"]),
        ("/a", json!({"responses": {"200": {"$ref": "#/paths/~1a/get/responses/200"}}}), vec!["circular-ref"]),
    ] {
        let (cx, lowered) = run(&document(json!({path: {"get": operation}}), json!({})), &[]);
        let problems = lowered.err().unwrap_or_default();
        let found: Vec<_> = codes(&cx, &problems).into_iter().map(|(code, _)| code).collect();
        assert_eq!(found, expected, "{path} {operation}");
        assert!(problems.0.iter().all(|problem| problem.help.is_some() && problem.primary.is_some()));
    }
}

#[test]
fn a_dangling_reference_suggests_existing_names() {
    let schema = json!({"$ref": "#/components/schemas/Usr"});
    let operation = json!({"operationId": "a", "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}});
    let other = json!({"operationId": "b", "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}}}});
    let sample =
        document(json!({"/a": {"get": operation, "put": other}}), json!({"schemas": {"User": {"type": "object"}}}));
    let (cx, lowered) = run(&sample, &[]);
    let text = lowered.unwrap_err().render(&cx.sources, cx.limits(), false);
    assert!(text.contains("did you mean `User`?"), "{text}");
    assert!(text.contains("at #/paths/~1a/get/responses/200/content/application~1json/schema/$ref"), "{text}");
}

#[test]
fn path_parameters_are_required() {
    let parameter = json!({"name": "b", "in": "path", "schema": {"type": "string"}});
    let operation = json!({"operationId": "a", "parameters": [parameter], "responses": {"204": {"description": ""}}});
    let (cx, lowered) = run(&document(json!({"/a/{b}": {"get": operation}}), json!({})), &[]);
    assert_eq!(lowered.unwrap()["paths"]["/a/{b}"]["get"]["parameters"][0]["required"], true);
    assert_eq!(uses(&cx, "path-parameter-required"), ["#/paths/~1a~1{b}/get/parameters/0"]);
}

#[test]
fn only_3_0_documents_are_lowered() {
    for version in [json!("3.1.0"), json!(3), json!(null)] {
        let mut sample = document(json!({}), json!({}));
        sample["openapi"] = version;
        let (cx, lowered) = run(&sample, &[]);
        assert_eq!(codes(&cx, &lowered.unwrap_err())[0].0, "openapi-version");
    }
}

#[test]
fn malformed_documents_do_not_panic() {
    for sample in [
        json!(null),
        json!([]),
        json!({"openapi": "3.0.3"}),
        json!({"openapi": "3.0.3", "paths": [], "components": 1, "servers": {}, "info": "x"}),
        json!({"openapi": "3.0.3", "paths": {"/a": 1, "/b": {"get": null, "parameters": 7}}, "components": {"schemas": [], "securitySchemes": "x"}}),
        json!({"openapi": "3.0.3", "paths": {"/a": {"get": {"parameters": {"a": 1}, "responses": {"200": 1}, "requestBody": [], "security": [1, {"a": 2}]}}}}),
        json!({"openapi": "3.0.3", "paths": {"/a": {"get": {"responses": {"2": {"content": {"": null}}}, "requestBody": {"content": {"a/json": {"schema": [1]}}}}}}}),
    ] {
        let _ = run(&sample, &["A.b", "A", "", ".", "A..b"]);
        let _ = run(&sample, &[]);
    }
}
