use serde_json::{Value as Json, json};

use super::{MergeAction, MergePlan, MergeRule, NamedServer, Part, merge};
use crate::testing::{codes, document, tree, uses};
use crate::{Context, Diagnostics, Node};

fn run(documents: &[(&str, Json)], plan: &MergePlan) -> (Context, Result<Node, Diagnostics>) {
    let mut cx = Context::new();
    let parts =
        documents.iter().map(|(id, json)| Part { id: (*id).to_owned(), root: tree(&mut cx, id, json) }).collect();
    let merged = merge(&mut cx, parts, plan);
    (cx, merged)
}

fn plan(rules: Vec<(&str, MergeAction)>) -> MergePlan {
    let rules = rules.into_iter().map(|(component, action)| MergeRule {
        component: component.to_owned(),
        action,
        origin: None,
    });
    MergePlan { family: "svix".to_owned(), rules: rules.collect(), ..MergePlan::default() }
}

fn keep(document: &str) -> MergeAction {
    MergeAction::Keep { document: document.to_owned() }
}

fn rename(document: &str, to: &str) -> MergeAction {
    MergeAction::Rename { document: document.to_owned(), to: to.to_owned() }
}

fn operation(id: &str) -> Json {
    json!({"operationId": id, "responses": {"422": {"$ref": "#/components/responses/Invalid"}}})
}

/// Two documents that agree about everything but the schema `Error`, which `Invalid` and `Cause` refer to.
fn pair() -> [(&'static str, Json); 2] {
    let components = |error: Json| {
        json!({
            "schemas": {
                "Error": error,
                "Cause": {"type": "object", "properties": {"error": {"$ref": "#/components/schemas/Error"}}},
                "Kind": {"discriminator": {"propertyName": "k", "mapping": {"e": "Error"}}},
            },
            "responses": {"Invalid": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": null}},
        })
    };
    let optional = json!({"type": "object", "title": "Error", "properties": {"detail": {"type": "string"}}});
    let required = json!({"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]});
    let mut current = document(json!({"/b": {"get": operation("b")}}), components(required));
    current["components"]["securitySchemes"]["bearer"] =
        json!({"type": "http", "scheme": "bearer", "description": "x"});
    [("legacy", document(json!({"/a": {"get": operation("a")}}), components(optional))), ("current", current)]
}

#[test]
fn a_conflict_shows_both_places_and_the_lines_that_settle_it() {
    let (cx, merged) = run(&pair(), &plan(vec![]));
    let problems = merged.unwrap_err();
    assert_eq!(codes(&cx, &problems).len(), 1, "what only refers to it is no conflict: {problems}");
    let text = problems.render(&cx.sources, cx.limits(), false);
    for expected in [
        "error[component-conflict]: `legacy` and `current` have different components `schemas/Error`",
        "in `current`, `/required` is [\"detail\"]",
        "`legacy` has no `/required`",
        "[[families.svix.merge]]",
        "component = \"schemas/Error\"",
        "keep = \"legacy\"",
        "# rename = \"Current{name}\"",
        "# of = \"current\"",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn keep_takes_one_document_for_all() {
    for (id, required) in [("legacy", Json::Null), ("current", json!(["detail"]))] {
        let (cx, merged) = run(&pair(), &plan(vec![("schemas/Error", keep(id))]));
        let merged = merged.unwrap().to_json();
        assert_eq!(merged["components"]["schemas"]["Error"]["required"], required);
        assert_eq!(uses(&cx, "kept-component"), ["#/components/schemas/Error"]);
        assert_eq!(uses(&cx, "merged-equal").len(), 4, "once for each of the others");
        assert_eq!(merged["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a", "/b"]);
    }
}

#[test]
fn rename_reaches_references_and_mappings_but_not_what_it_makes_different() {
    let rules = vec![
        ("schemas/Error", rename("legacy", "Legacy{name}")),
        ("schemas/Cause", rename("legacy", "Legacy{name}")),
        ("schemas/Kind", rename("legacy", "OldKind")),
        ("responses/Invalid", rename("legacy", "Legacy{name}")),
    ];
    let (cx, merged) = run(&pair(), &plan(rules));
    let merged = merged.unwrap().to_json();
    let schemas = &merged["components"]["schemas"];
    assert_eq!(schemas["LegacyCause"]["properties"]["error"]["$ref"], "#/components/schemas/LegacyError");
    assert_eq!(schemas["Cause"]["properties"]["error"]["$ref"], "#/components/schemas/Error");
    assert_eq!(schemas["OldKind"]["discriminator"]["mapping"]["e"], "#/components/schemas/LegacyError");
    assert_eq!(merged["paths"]["/a"]["get"]["responses"]["422"]["$ref"], "#/components/responses/LegacyInvalid");
    assert_eq!(uses(&cx, "renamed-component").len(), 4);

    // Without rules for the components that refer to it, those are in conflict now.
    let (cx, merged) = run(&pair(), &plan(vec![("schemas/Error", rename("legacy", "Legacy{name}"))]));
    let problems = merged.unwrap_err();
    assert_eq!(codes(&cx, &problems).len(), 3, "{problems}");
}

#[test]
fn security_schemes_are_renamed_in_requirements() {
    let document = |scheme: &str, path: &str| {
        let security = json!({"type": "http", "scheme": scheme});
        let operation = json!({"operationId": path, "security": [{"auth": []}], "responses": {}});
        document(json!({path: {"get": operation}}), json!({"securitySchemes": {"auth": security}}))
    };
    let documents = [("a", document("basic", "/a")), ("b", document("bearer", "/b"))];
    let (_, merged) = run(&documents, &plan(vec![("securitySchemes/auth", rename("a", "old"))]));
    let merged = merged.unwrap().to_json();
    assert_eq!(merged["paths"]["/a"]["get"]["security"], json!([{"old": []}]));
    assert_eq!(merged["paths"]["/b"]["get"]["security"], json!([{"auth": []}]));
    assert_eq!(merged["components"]["securitySchemes"]["old"]["scheme"], "basic");
}

#[test]
fn rules_that_settle_nothing_are_errors() {
    for (rules, code) in [
        (vec![("schemas/Error", keep("current")), ("schemas/Cause", keep("current"))], "stale-merge-rule"),
        (
            vec![("schemas/Error", keep("current")), ("schemas/Cause", rename("legacy", "Old{name}"))],
            "stale-merge-rule",
        ),
        (vec![("schemas/Error", keep("current")), ("schemas/Gone", keep("current"))], "stale-merge-rule"),
        (vec![("schemas/Error", keep("current")), ("schemas/Kind", keep("currant"))], "stale-merge-rule"),
        (vec![("schemas/Error", keep("current")), ("schemas/Error", keep("legacy"))], "stale-merge-rule"),
        (vec![("schemas/Error", keep("current")), ("Error", keep("current"))], "stale-merge-rule"),
        (vec![("schemas/Error", rename("legacy", "Kind"))], "rename-collides"),
        (vec![("schemas/Error", rename("legacy", "a/b"))], "stale-merge-rule"),
    ] {
        let shown = format!("{rules:?}");
        let (cx, merged) = run(&pair(), &plan(rules));
        let problems = merged.unwrap_err();
        assert!(codes(&cx, &problems).iter().any(|(found, _)| *found == code), "{shown}: {problems}");
    }
}

#[test]
fn operations_conflict_by_path_and_by_id() {
    let one = document(json!({"/a": {"get": operation("a")}, "/b": {"get": operation("b")}}), json!({}));
    let mut other = document(
        json!({"/a": {"get": operation("a"), "put": operation("putA")}, "/c": {"get": operation("b")}}),
        json!({}),
    );
    let (cx, merged) = run(&[("one", one.clone()), ("other", other.clone())], &plan(vec![]));
    assert_eq!(codes(&cx, &merged.unwrap_err()), [("operation-id-conflict", "#/paths/~1c/get/operationId".to_owned())]);

    other["paths"]["/c"]["get"]["operationId"] = json!("c");
    let (cx, merged) = run(&[("one", one.clone()), ("other", other.clone())], &plan(vec![]));
    assert_eq!(merged.unwrap().to_json()["paths"]["/a"]["put"]["operationId"], "putA");
    assert_eq!(uses(&cx, "merged-equal"), ["#/paths/~1a/get"]);

    other["paths"]["/a"]["get"]["responses"] = json!({"204": {"description": "gone"}});
    let (cx, merged) = run(&[("one", one), ("other", other)], &plan(vec![]));
    let problems = merged.unwrap_err();
    assert_eq!(codes(&cx, &problems)[0].0, "operation-conflict", "{problems}");
}

#[test]
fn servers_come_from_one_document() {
    let mut documents = pair();
    documents[1].1["servers"] = json!([{"url": "https://current"}]);
    let rules = || plan(vec![("schemas/Error", keep("current"))]);
    let (_, merged) = run(&documents, &rules());
    assert_eq!(merged.unwrap().to_json()["servers"][0]["url"], "https://current", "the first that has any");

    documents[0].1["servers"] = json!([{"url": "https://legacy"}]);
    let (cx, merged) = run(&documents, &MergePlan { servers_from: Some("current".to_owned()), ..rules() });
    assert_eq!(merged.unwrap().to_json()["servers"][0]["url"], "https://current");
    assert_eq!(uses(&cx, "servers-from-one-document"), ["#/servers"]);

    let (cx, merged) = run(&documents, &MergePlan { servers_from: Some("curent".to_owned()), ..rules() });
    let problems = merged.unwrap_err();
    assert_eq!(codes(&cx, &problems)[0].0, "servers-from-unknown-document");
    assert!(problems.0[0].help.as_deref().unwrap().contains("`current`"));
}

#[test]
fn other_servers_move_under_their_paths_when_none_are_named_for_all() {
    let mut documents = pair();
    documents[0].1["servers"] = json!([{"url": "https://legacy"}]);
    documents[1].1["servers"] = json!([{"url": "https://current"}]);
    let rules = || plan(vec![("schemas/Error", keep("current"))]);
    let (cx, merged) = run(&documents, &rules());
    let merged = merged.unwrap().to_json();
    assert_eq!(merged["servers"], json!([{"url": "https://legacy"}]));
    assert_eq!(merged["paths"]["/b"]["servers"], json!([{"url": "https://current"}]));
    assert_eq!(merged["paths"]["/a"].get("servers"), None);
    assert_eq!(uses(&cx, "servers-under-paths"), ["#/servers"]);

    documents[1].1["servers"] = json!([{"url": "https://legacy", "description": "the same"}]);
    let (cx, merged) = run(&documents, &rules());
    assert_eq!(merged.unwrap().to_json()["paths"]["/b"].get("servers"), None);
    assert!(uses(&cx, "servers-under-paths").is_empty());
}

#[test]
fn root_security_that_differs_moves_into_operations() {
    let mut documents = pair();
    documents[0].1["security"] = json!([{"bearer": []}]);
    documents[0].1["paths"]["/open"] = json!({"get": {"operationId": "open", "security": [], "responses": {}}});
    let (_, merged) = run(&documents, &plan(vec![("schemas/Error", keep("current"))]));
    let merged = merged.unwrap().to_json();
    assert_eq!(merged.get("security"), None);
    assert_eq!(merged["paths"]["/a"]["get"]["security"], json!([{"bearer": []}]));
    assert_eq!(merged["paths"]["/open"]["get"]["security"], json!([]));
    assert_eq!(merged["paths"]["/b"]["get"].get("security"), None);

    documents[1].1["security"] = json!([{"bearer": []}]);
    let (_, merged) = run(&documents, &plan(vec![("schemas/Error", keep("current"))]));
    assert_eq!(merged.unwrap().to_json()["security"], json!([{"bearer": []}]), "documents that agree keep it");
}

#[test]
fn path_level_parameters_that_differ_move_into_operations() {
    let parameter = |name: &str| json!([{"name": name, "in": "query", "schema": {"type": "string"}}]);
    let one = document(json!({"/a": {"parameters": parameter("x"), "get": operation("get")}}), json!({}));
    let other = document(json!({"/a": {"parameters": parameter("y"), "put": operation("put")}}), json!({}));
    let (_, merged) = run(&[("one", one), ("other", other)], &plan(vec![]));
    let merged = merged.unwrap().to_json();
    assert_eq!(merged["paths"]["/a"].get("parameters"), None);
    assert_eq!(merged["paths"]["/a"]["get"]["parameters"], parameter("x"));
    assert_eq!(merged["paths"]["/a"]["put"]["parameters"], parameter("y"));
}

#[test]
fn info_and_tags() {
    let mut documents = pair();
    documents[1].1["info"] = json!({"title": "Other", "version": "2"});
    documents[0].1["tags"] = json!([{"name": "a"}]);
    documents[1].1["tags"] = json!([{"name": "a", "description": "new"}, {"name": "b"}]);
    let (cx, merged) = run(&documents, &plan(vec![("schemas/Error", keep("current"))]));
    let merged = merged.unwrap().to_json();
    assert_eq!(merged["info"]["title"], "Test");
    assert_eq!(merged["tags"], json!([{"name": "a"}, {"name": "b"}]));
    assert_eq!(uses(&cx, "first-document-only"), ["#/info"]);
    assert_eq!(uses(&cx, "merged-tags"), ["#/tags/0"]);
    let (_, nothing) = run(&[], &plan(vec![]));
    assert_eq!(nothing.unwrap_err().0[0].code, "no-documents");
}

/// A family declares what a dialect can't express: names, and servers that no document has.
#[test]
fn servers_are_named_and_added_by_the_family() {
    let mut with_servers = document(json!({"/a": {"get": operation("a")}}), json!({}));
    with_servers["servers"] = json!([{"url": "https://a.example/v1/"}]);
    let without_servers = document(json!({"/a": {"get": operation("a")}}), json!({}));
    for (json, expected) in [
        (
            with_servers,
            json!([{"url": "https://a.example/v1/", "description": "Main", "x-server-name": "Main"}, {"url": "https://b.example", "description": "Test", "x-server-name": "Test"}]),
        ),
        (
            without_servers,
            json!([{"url": "https://a.example/v1", "description": "Main", "x-server-name": "Main"}, {"url": "https://b.example", "description": "Test", "x-server-name": "Test"}]),
        ),
    ] {
        let mut cx = Context::new();
        let root = tree(&mut cx, "a", &json);
        let server = |url: &str, name: &str| NamedServer { url: url.into(), name: name.into(), origin: root.origin };
        let servers = vec![server("https://a.example/v1", "Main"), server("https://b.example", "Test")];
        let plan = MergePlan { servers, servers_from: Some("a".to_owned()), ..plan(vec![]) };
        let merged = merge(&mut cx, vec![Part { id: "a".to_owned(), root: root.clone() }], &plan).unwrap();
        assert_eq!(merged.get("servers").unwrap().to_json(), expected);
        assert_eq!(uses(&cx, "named-servers").len(), 2);
    }
}

/// The names of placeholders make no difference to a server.
#[test]
fn operations_that_differ_in_placeholder_names_are_merged() {
    let operation = |name: &str, parameter: Json| {
        json!({"operationId": name, "parameters": [parameter, {"name": "q", "in": "query", "schema": {"type": "string"}}],
        "responses": {"204": {"description": ""}}})
    };
    let inline = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let one = document(
        json!({"/a/{id}/b/{n}": {"get": operation("get", inline("id")), "parameters": [inline("n")]}}),
        json!({}),
    );
    let shared = json!({"parameters": {"App": inline("appId")}});
    let other = document(
        json!({"/a/{appId}/b/{number}": {"get": operation("get", json!({"$ref": "#/components/parameters/App"})), "parameters": [inline("number")]},
            "/c/{appId}": {"get": operation("c", json!({"$ref": "#/components/parameters/App"}))}}),
        shared,
    );
    let (cx, merged) = run(&[("one", one.clone()), ("other", other.clone())], &plan(vec![]));
    let merged =
        merged.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false))).to_json();
    let paths: Vec<&String> = merged["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/a/{id}/b/{n}", "/c/{appId}"]);
    assert_eq!(merged["paths"]["/c/{appId}"]["get"]["parameters"][0]["$ref"], "#/components/parameters/App");
    assert_eq!(uses(&cx, "placeholder-names").len(), 1);

    // Differences beside the names remain conflicts.
    let mut third = other;
    third["paths"]["/a/{appId}/b/{number}"]["get"]["parameters"][1]["schema"] = json!({"type": "integer"});
    let (cx, merged) = run(&[("one", one), ("other", third)], &plan(vec![]));
    assert_eq!(codes(&cx, &merged.unwrap_err())[0].0, "operation-conflict");
}
