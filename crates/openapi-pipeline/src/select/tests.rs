use serde_json::{Value as Json, json};

use super::{Selection, select};
use crate::source::Step;
use crate::testing::{codes, document, tree, uses};
use crate::{Context, Node, Origin};

fn operation(id: &str, tag: &str, schema: &str) -> Json {
    json!({
        "operationId": id,
        "tags": [tag],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}}},
    })
}

fn sample() -> Json {
    let mut sample = document(
        json!({
            "/login": {"post": operation("login", "auth", "Session"), "parameters": [{"$ref": "#/components/parameters/Trace"}]},
            "/users/{id}": {"get": operation("getUser", "users", "User"), "delete": operation("deleteUser", "admin", "User")},
            "/users/{id}/keys": {"get": operation("listKeys", "users", "Keys")},
        }),
        json!({
            "schemas": {
                "Session": {"properties": {"user": {"$ref": "#/components/schemas/Base"}}},
                "Base": {"discriminator": {"propertyName": "kind", "mapping": {"leaf": "Leaf"}}},
                "Leaf": {"allOf": [{"$ref": "#/components/schemas/Base"}]},
                "User": {"properties": {"example": {"$ref": "#/components/schemas/Named"}}, "example": {"$ref": "#/components/schemas/Orphan"}},
                "Named": {}, "Keys": {}, "Orphan": {"$ref": "#/components/schemas/Orphan"}, "Hook": {},
            },
            "parameters": {"Trace": {"name": "trace", "in": "header", "schema": {"type": "string"}}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}},
        }),
    );
    sample["security"] = json!([{"bearer": []}]);
    sample["tags"] = json!([{"name": "auth"}, {"name": "users"}, {"name": "admin"}]);
    sample["x-webhooks"] = json!({"hook": {"post": {"schema": {"$ref": "#/components/schemas/Hook"}}}});
    sample
}

fn named(names: &[&str]) -> Vec<(String, Option<Origin>)> {
    names.iter().map(|name| ((*name).to_owned(), None)).collect()
}

fn ids(document: &Node) -> Vec<&str> {
    let operations = crate::vocabulary::layout::operations(document);
    let mut ids: Vec<_> = operations.filter_map(|(_, _, operation)| operation.get_str("operationId")).collect();
    ids.sort_unstable();
    ids
}

fn names(document: &Node, section: &str) -> Vec<String> {
    let components = document.get("components");
    let mut names: Vec<_> =
        components.into_iter().flat_map(|all| all.members(section)).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names
}

#[test]
fn an_operation_stays_when_any_criterion_names_it() {
    for (selection, expected) in [
        (Selection::default(), vec!["deleteUser", "getUser", "listKeys", "login"]),
        (Selection { tags: named(&["auth"]), ..Default::default() }, vec!["login"]),
        (Selection { paths: named(&["/users/*"]), ..Default::default() }, vec!["deleteUser", "getUser"]),
        (Selection { paths: named(&["/users/**"]), ..Default::default() }, vec!["deleteUser", "getUser", "listKeys"]),
        (
            Selection { tags: named(&["admin"]), operations: named(&["listKeys"]), ..Default::default() },
            vec!["deleteUser", "listKeys"],
        ),
    ] {
        let mut cx = Context::new();
        let sample = tree(&mut cx, "a.json", &sample());
        let selected = select(&mut cx, sample, &selection).unwrap();
        assert_eq!(ids(&selected), expected, "{selection:?}");
        let summaries = usize::from(expected.len() < 4);
        assert_eq!(uses(&cx, "unselected-operations").len(), summaries, "one note for all of them");
    }
}

#[test]
fn only_reachable_components_stay() {
    let mut cx = Context::new();
    let sample = tree(&mut cx, "a.json", &sample());
    let selected = select(&mut cx, sample, &Selection { tags: named(&["auth"]), ..Default::default() }).unwrap();
    assert_eq!(names(&selected, "schemas"), ["Base", "Leaf", "Session"], "also by way of a discriminator's mapping");
    assert_eq!(names(&selected, "parameters"), ["Trace"], "path-level parameters stay with the operations");
    assert_eq!(names(&selected, "securitySchemes"), ["bearer"], "the root's security counts");
    assert_eq!(selected.get("tags").unwrap().to_json(), json!([{"name": "auth"}]));
    assert!(selected.get("x-webhooks").is_none());
    assert_eq!(selected.members("paths").count(), 1);
    assert_eq!(uses(&cx, "drop-extension"), ["#/x-webhooks"]);
    assert!(uses(&cx, "prune-unreachable").contains(&"#/components/schemas"));
}

#[test]
fn references_in_examples_are_no_references_but_properties_named_example_are() {
    let mut cx = Context::new();
    let sample = tree(&mut cx, "a.json", &sample());
    let selected =
        select(&mut cx, sample, &Selection { operations: named(&["getUser"]), ..Default::default() }).unwrap();
    assert_eq!(names(&selected, "schemas"), ["Named", "User"]);
}

#[test]
fn a_criterion_that_names_nothing_is_an_error_with_a_hint() {
    let mut cx = Context::new();
    let sample = tree(&mut cx, "a.json", &sample());
    let config = cx.sources.add("families.toml", "tags = [\"Auth\"]");
    let origin = cx.sources.mark(config, 8..14, None, Step::Root);
    let selection = Selection {
        tags: vec![("Auth".to_owned(), Some(origin)), ("users".to_owned(), None)],
        paths: named(&["/users/(id)"]),
        operations: named(&["zzzzzz"]),
    };
    let problems = select(&mut cx, sample, &selection).unwrap_err();
    assert_eq!(codes(&cx, &problems).len(), 3, "all at once: {problems}");
    let text = problems.render(&cx.sources, cx.limits(), false);
    assert!(text.contains("--> families.toml:1:9"), "{text}");
    assert!(text.contains("did you mean `auth`?"), "{text}");
    assert!(text.contains("did you mean `/users/{id}`"), "{text}");
    assert!(text.contains("there are: `deleteUser`, `getUser`, `listKeys`, `login`"), "{text}");
}
