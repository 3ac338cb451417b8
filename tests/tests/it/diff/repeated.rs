//! Equal changes in many places are shown once, and renamed schemas with both names.

use serde_json::{Map, Value, json};

use super::command::run;
use super::{diff_values, lines};

/// A description of operations that each return a schema of their own; all schemas have `property`.
fn returning(names: &[&str], property: &str, kind: &str) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for name in names {
        let content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
        let operation =
            json!({"operationId": format!("get{name}"), "responses": {"200": {"description": "", "content": content}}});
        paths.insert(format!("/{}", name.to_lowercase()), json!({"get": operation}));
        let properties = json!({"id": {"type": "string"}, property: {"type": kind}});
        schemas.insert((*name).to_owned(), json!({"type": "object", "properties": properties}));
    }
    json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
}

const FIVE: [&str; 5] = ["Ant", "Bee", "Cat", "Dog", "Elk"];

fn shown(old: &Value, new: &Value, format: &str) -> String {
    let (code, stdout, stderr) = run(&old.to_string(), &new.to_string(), &["--format", format]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    stdout
}

#[test]
fn a_change_in_many_components_is_shown_once() {
    let (old, new) = (returning(&FIVE, "tenant", "string"), returning(&FIVE, "tenant", "integer"));
    let message = "`tenant` was of type string and is of type integer";
    let text = shown(&old, &new, "text");
    assert_eq!(text.matches(message).count(), 1, "{text}");
    assert!(text.contains("in many places: 5\n") && text.contains("(5 places)\n"), "{text}");
    assert!(text.contains("schemas/Ant ") && text.contains(" and 2 more\n"), "{text}");
    let markdown = shown(&old, &new, "markdown");
    assert_eq!(markdown.matches(message).count(), 1, "{markdown}");
    for name in FIVE {
        assert!(markdown.contains(&format!("- `schemas/{name}` `")), "no fingerprint of {name}: {markdown}");
    }
    let github = shown(&old, &new, "github");
    assert_eq!(github.matches("::error").count(), 1, "{github}");
    assert!(github.contains("%0Aused by GET /ant%0A"), "{github}");
    assert!(github.contains("%0Athe same in schemas/Bee (") && github.contains(" and 1 more"), "{github}");
    let html = shown(&old, &new, "html");
    assert_eq!(html.matches(" · the same as in <a href=\"#c-").count(), 4, "{html}");
    let report: Value = serde_json::from_str(&shown(&old, &new, "json")).unwrap();
    let changes = report["changes"].as_array().unwrap();
    let first = &changes[0]["fingerprint"];
    let repeats: Vec<&Value> = changes.iter().map(|change| &change["repeats"]).collect();
    assert_eq!(repeats, [&Value::Null, first, first, first, first]);
    // Fewer repetitions than the limit are shown one by one.
    let few = |kind| returning(&FIVE[..3], "tenant", kind);
    let text = shown(&few("string"), &few("integer"), "text");
    assert_eq!(text.matches(message).count(), 3, "{text}");
}

#[test]
fn a_component_in_many_operations_is_shown_once() {
    let mut old = returning(&["Ant"], "tenant", "string");
    let item = old["paths"]["/ant"].clone();
    for number in 1..30 {
        old["paths"][format!("/ant{number}")] = item.clone();
        old["paths"][format!("/ant{number}")]["get"]["operationId"] = json!(format!("get{number}"));
    }
    let mut new = old.clone();
    new["components"]["schemas"]["Ant"]["properties"]["tenant"]["type"] = json!("integer");
    for (format, expected) in [
        ("text", "schemas/Ant (in 30 operations: GET /ant, GET /ant1, GET /ant10 and 27 more): 1\n"),
        ("markdown", "Used by `GET /ant`, `GET /ant1`, `GET /ant10` and 27 more.\n"),
        ("github", "%0Aused by GET /ant, GET /ant1, GET /ant10 and 27 more%0A"),
        ("html", " · in GET /ant, GET /ant1, GET /ant10, "),
    ] {
        let shown = shown(&old, &new, format);
        assert_eq!(shown.matches("was of type string and is of type integer").count(), 1, "{shown}");
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn renamed_schemas_are_shown_with_both_names() {
    let old = returning(&["Ant"], "tenant", "string");
    let mut new = returning(&["Emmet"], "holder", "string");
    new["components"]["schemas"]["Emmet"]["type"] = json!("object");
    new["components"]["schemas"]["Emmet"]["additionalProperties"] = json!(false);
    new["paths"]["/emmet"]["get"]["operationId"] = json!("getAnt");
    let difference = diff_values(&old, &new);
    let found = lines(&difference);
    // Added and removed properties of a renamed schema are shown together, under the new name.
    for message in ["response-property-removed at schemas/Emmet", "response-property-added-optional at schemas/Emmet"] {
        assert!(found.iter().any(|line| line.contains(message)), "{found:#?}");
    }
    assert!(found.iter().any(|line| line.contains("`Ant` (now `Emmet`) has no other properties")), "{found:#?}");
    for (format, expected) in [
        ("text", &["\nschemas/Emmet (was schemas/Ant) (in GET /emmet)", "\nGET /emmet (was GET /ant)"][..]),
        ("markdown", &["#### `schemas/Emmet (was schemas/Ant)`"]),
        ("html", &["<bdi>schemas/Emmet (was schemas/Ant)</bdi>", "<bdi>GET /emmet (was GET /ant)</bdi>"]),
        ("github", &["::schemas/Emmet (was schemas/Ant): property `tenant` is gone"]),
        ("json", &["\"former_subject\": \"schemas/Ant\"", "\"former_subject\": \"GET /ant\""]),
    ] {
        let mut changed = new.clone();
        changed["paths"]["/emmet"]["get"]["deprecated"] = json!(true);
        let shown = shown(&old, &changed, format);
        for expected in expected {
            assert!(shown.contains(expected), "no {expected} in {shown}");
        }
    }
    // Another component in the same place is no rename.
    let both = |name: &str| {
        let mut document = returning(&["Ant", "Bee"], "tenant", "string");
        let content = &mut document["paths"]["/ant"]["get"]["responses"]["200"]["content"];
        content["application/json"]["schema"]["$ref"] = json!(format!("#/components/schemas/{name}"));
        document
    };
    assert!(diff_values(&both("Ant"), &both("Bee")).former.is_empty());
}
