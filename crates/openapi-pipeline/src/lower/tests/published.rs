//! Descriptions that no overlay corrects, and schemas that contain themselves.

use serde_json::{Value as Json, json};

use super::{exchange, json_body, schema};
use crate::lower::{Construct, LowerPlan, Strictness, lower};
use crate::testing::{codes, document, tree, uses};
use crate::{Context, Diagnostics};

/// Lowers a document as it was published.
fn run(json: &Json) -> (Context, Result<Json, Diagnostics>) {
    let mut cx = Context::new();
    let root = tree(&mut cx, "a.json", json);
    let plan = LowerPlan { strictness: Strictness::Lenient, ..LowerPlan::default() };
    let lowered = lower(&mut cx, root, &plan).map(|node| node.to_json());
    (cx, lowered)
}

fn done() -> Json {
    json!({"204": {"description": ""}})
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn parameter(name: &str, place: &str) -> Json {
    json!({"name": name, "in": place, "required": true, "schema": {"type": "string"}})
}

#[test]
fn contradictions_are_settled_by_rule() {
    let names = |operation: &Json| -> Vec<String> {
        let list = operation["parameters"].as_array().cloned().unwrap_or_default();
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    for (path, operation, rule, at, expected) in [
        ("a/b", json!({"responses": done()}), "path-slash", "/a/b", vec![]),
        (
            "/a/{userId}",
            json!({"responses": done(), "parameters": [parameter("user-id", "path")]}),
            "path-parameter-name",
            "/a/{userId}",
            vec!["userId"],
        ),
        (
            "/a/{id}",
            json!({"responses": done(), "parameters": [parameter("user", "path")]}),
            "path-parameter-name",
            "/a/{id}",
            vec!["id"],
        ),
        ("/a/{id}", json!({"responses": done()}), "path-parameter-name", "/a/{id}", vec!["id"]),
        (
            "/a",
            json!({"responses": done(), "parameters": [parameter("user", "path")]}),
            "path-parameter-name",
            "/a",
            vec![],
        ),
        (
            "/a",
            json!({"responses": done(), "parameters": [parameter("q", "query"), parameter("q", "query")]}),
            "duplicate-parameter",
            "/a",
            vec!["q"],
        ),
        ("/a", json!({"responses": done(), "parameters": [{"name": "q"}]}), "incomplete-parameter", "/a", vec![]),
        ("/a", json!({"responses": {"ok": {}, "204": {"description": ""}}}), "unknown-status", "/a", vec![]),
        ("/a", json!({}), "no-responses", "/a", vec![]),
        ("/a", json!({"responses": {}}), "no-responses", "/a", vec![]),
    ] {
        let (cx, lowered) = run(&document(json!({path: {"get": operation}}), json!({})));
        let lowered = lowered.unwrap();
        let operation = &lowered["paths"][at]["get"];
        assert_eq!(names(operation), expected, "{path} {operation}");
        assert_eq!(uses(&cx, rule).len(), 1, "{path}: {:?}", cx.report.notes);
        assert_eq!(operation["responses"].as_object().unwrap().len(), 1, "{operation}");
    }
}

#[test]
fn a_path_that_is_no_template_takes_its_operations_along() {
    for path in ["/a/{b", "/a/{b}/{b}"] {
        let (cx, lowered) = run(&document(json!({path: {"get": {"responses": done()}, "put": {}}}), json!({})));
        assert_eq!(lowered.unwrap()["paths"], json!({}));
        let left_out: Vec<_> = cx.report.left_out.iter().map(|one| (one.construct, one.operation.as_str())).collect();
        let expected = [format!("GET {path}"), format!("PUT {path}")];
        assert_eq!(left_out, expected.each_ref().map(|operation| (Construct::PathTemplate, operation.as_str())));
    }
}

#[test]
fn properties_named_like_secrets_are_secrets() {
    let session = json!({"type": "object", "properties": {
        "access_token": {"type": "string"},
        "tokens": {"type": "array", "items": {"type": "string"}},
        "secret": reference("Text"),
        "apiKey": {"type": "string", "nullable": true, "description": "d"},
        "token": {"type": "object", "properties": {"id": {"type": "string"}}},
        "password": {"type": "string", "enum": ["none"]},
        "token_type": {"type": "string"},
    }});
    let (cx, lowered) = run(&exchange(
        reference("Session"),
        reference("Session"),
        json!({"Session": session, "Text": {"type": "string"}}),
    ));
    let lowered = lowered.unwrap();
    let properties = &lowered["components"]["schemas"]["Session"]["properties"];
    let secret = reference("Secret");
    for name in ["access_token", "secret"] {
        assert_eq!(properties[name], secret, "{name}");
    }
    assert_eq!(properties["tokens"]["items"], secret);
    assert_eq!(properties["apiKey"], json!({"description": "d", "nullable": true, "allOf": [secret]}));
    for name in ["token", "password", "token_type"] {
        assert!(!properties[name].to_string().contains("Secret"), "{name}");
    }
    assert_eq!(uses(&cx, "secret-field").len(), 4);
}

#[test]
fn properties_named_like_secrets_are_secrets_in_maps_arrays_and_unions() {
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer"});
    let list = |items: Json| json!({"type": "array", "items": items});
    let map = |values: Json| json!({"type": "object", "additionalProperties": values});
    let session = json!({"type": "object", "properties": {
        "tokens": map(text()),
        "signing_key": map(list(text())),
        "password": {"oneOf": [text(), list(text())]},
        "api_key": {"oneOf": [text(), number()]},
        "otp": number(),
        "passphrase": reference("Phrases"),
        "max_tokens": number(),
        "token": {"oneOf": [text(), number()]},
        "credentials": map(json!({"type": "object", "properties": {"id": text()}})),
        "secrets": {"type": "object"},
        "passwords": list(text()),
        "jwt": {},
    }});
    let schemas = json!({
        "Session": session,
        "Phrases": {"oneOf": [reference("Text"), reference("Texts")]},
        "Text": text(),
        "Texts": list(text()),
    });
    let (_, lowered) = run(&exchange(reference("Session"), reference("Session"), schemas));
    let lowered = lowered.unwrap();
    let schemas = &lowered["components"]["schemas"];
    // A union may have become a component of its own.
    let member = |name: &str| {
        let property = &schemas["Session"]["properties"][name];
        let component = property["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/schemas/"));
        component.filter(|name| !["Secret", "RedactedValue"].contains(name)).map_or(property, |name| &schemas[name])
    };
    let (secret, redacted) = (reference("Secret"), reference("RedactedValue"));
    assert_eq!(member("tokens")["additionalProperties"], secret);
    assert_eq!(member("signing_key")["additionalProperties"]["items"], secret);
    for name in ["password", "passphrase"] {
        let shown = schemas.to_string() + &member(name).to_string();
        assert!(member(name).to_string().contains("#/components/schemas/Secret"), "{name}: {shown}");
    }
    assert_eq!(schemas["Texts"]["items"], secret);
    assert_eq!(member("passwords")["items"], secret);
    for name in ["api_key", "otp", "secrets", "jwt"] {
        assert_eq!(member(name), &redacted, "{name}");
    }
    assert_eq!(member("max_tokens"), &number());
    assert!(member("token").to_string().contains("integer"), "what is named like tokens may be counted");
    assert!(!member("credentials").to_string().contains("Secret"), "an object describes each property");
}

#[test]
fn the_values_of_headers_are_secrets() {
    let map = |value: Json| json!({"type": "object", "additionalProperties": value});
    let text = json!({"type": "string"});
    let hook = json!({"type": "object", "properties": {
        "headers": map(text.clone()),
        "extraHeaders": reference("Extra"),
        "labels": map(text.clone()),
        "header_count": {"type": "integer"},
        "headers_seen": map(json!({"type": "integer"})),
    }});
    let paths = json!({"/hooks": {"post": {"operationId": "hook", "responses": done(),
        "requestBody": {"required": true, "content": json_body(reference("Hook"))}}}});
    let schemas = json!({"Hook": hook, "Extra": map(text.clone())});
    let (cx, lowered) = run(&document(paths, json!({"schemas": schemas})));
    let lowered = lowered.unwrap();
    let schemas = &lowered["components"]["schemas"];
    let properties = &schemas["Hook"]["properties"];
    assert_eq!(properties["headers"], map(reference("Secret")));
    assert_eq!(schemas["Extra"], map(reference("Secret")));
    assert_eq!(properties["labels"], map(text));
    assert_eq!(properties["headers_seen"], map(json!({"type": "integer"})));
    assert_eq!(uses(&cx, "secret-field").len(), 2);
}

#[test]
fn the_name_of_a_schema_may_make_its_property_a_secret() {
    let text = || json!({"type": "string"});
    let response = json!({"type": "object", "properties": {
        "secret": {"$ref": "#/components/schemas/EndpointSecretOut"},
        "portal": {"$ref": "#/components/schemas/AppPortalAccessOut"},
        "nextPageToken": text(),
    }});
    let schemas = json!({
        "EndpointSecretOut": {"type": "object", "properties": {"key": text(), "keyId": text()}},
        "AppPortalAccessOut": {"allOf": [
            {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}, "token": text()}},
        ]},
    });
    let (_, lowered) = run(&exchange(text(), response, schemas));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let secret = json!({"$ref": "#/components/schemas/Secret"});
    assert_eq!(schemas["EndpointSecretOut"]["properties"], json!({"key": secret, "keyId": text()}));
    let portal = schemas["AppPortalAccessOut"].to_string();
    assert_eq!(portal.matches("schemas/Secret").count(), 2, "{portal}");
    assert_eq!(schemas["OpResponse"]["properties"]["nextPageToken"], text());
}

#[test]
fn parameters_named_like_secrets_are_marked() {
    let operation = json!({"operationId": "a", "responses": done(), "parameters": [
        {"name": "X-Api-Key", "in": "header", "schema": {"type": "string"}},
        {"name": "token", "in": "query", "schema": {"type": "string", "enum": ["a"]}},
        {"name": "page", "in": "query", "schema": {"type": "string"}},
    ]});
    let (cx, lowered) = run(&document(json!({"/a": {"get": operation}}), json!({})));
    let marked: Vec<bool> = lowered.unwrap()["paths"]["/a"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["x-secret"] == true)
        .collect();
    assert_eq!(marked, [true, false, false]);
    assert_eq!(uses(&cx, "secret-parameter"), ["#/paths/~1a/get/parameters/0"]);
}

#[test]
fn servers_of_operations_become_the_documents_when_it_has_none() {
    let operation = |id: &str, url: &str| json!({"operationId": id, "responses": done(), "servers": [{"url": url}]});
    let paths = json!({
        "/a": {"get": operation("a", "https://a.example/")},
        "/b": {"get": operation("b", "https://b.example"), "put": operation("c", "http://b.example")},
        "/d": {"get": operation("d", "https://b.example")},
    });
    let mut sample = document(paths, json!({}));
    sample["servers"] = json!([{"url": "/"}]);
    let (cx, lowered) = run(&sample);
    let lowered = lowered.unwrap();
    assert_eq!(lowered["servers"], json!([{"url": "https://b.example"}]));
    assert_eq!(lowered["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/b", "/d"]);
    let left_out: Vec<_> = cx.report.left_out.iter().map(|one| (one.construct, one.operation.as_str())).collect();
    assert_eq!(left_out, [(Construct::OwnServer, "GET /a")]);
}

#[test]
fn nullable_components_are_nullable_where_they_are_used() {
    let holder = json!({"type": "object", "properties": {
        "state": reference("State"),
        "named": {"description": "d", "allOf": [reference("State")]},
        "list": {"type": "array", "items": reference("Alias")},
        "either": {"oneOf": [reference("State"), {"type": "integer"}]},
        "plain": reference("Plain"),
    }});
    let schemas = json!({
        "Holder": holder,
        "State": {"type": "string", "enum": ["a", "b", null], "nullable": true},
        "Alias": reference("State"),
        "Plain": {"type": "string", "enum": ["x", "y"]},
        "Anything": {"nullable": true},
    });
    let (cx, lowered) = run(&exchange(reference("Holder"), reference("State"), schemas));
    let lowered = lowered.unwrap();
    let properties = &lowered["components"]["schemas"]["Holder"]["properties"];
    let maybe = |name: &str| json!({"nullable": true, "allOf": [reference(name)]});
    assert_eq!(lowered["components"]["schemas"]["State"], json!({"type": "string", "enum": ["a", "b"]}));
    assert_eq!(properties["state"], maybe("State"));
    assert_eq!((&properties["named"]["nullable"], &properties["named"]["description"]), (&json!(true), &json!("d")));
    assert_eq!(properties["list"]["items"], maybe("Alias"));
    assert_eq!(properties["either"], maybe("HolderEither"));
    assert_eq!(properties["plain"], reference("Plain"));
    let success = &lowered["paths"]["/x"]["post"]["responses"]["200"]["content"];
    assert_eq!(*success, json_body(maybe("State")));
    assert_eq!(uses(&cx, "nullable-component").len(), 3, "the enum, its alias, and what is one of it");
}

#[test]
fn cycles_of_parts_are_resolved() {
    let own = json!({"allOf": [reference("Sample"), {"type": "object", "properties": {"a": {"type": "string"}}}]});
    let (cx, lowered) = schema(own);
    assert_eq!(lowered, json!({"type": "object", "properties": {"a": {"type": "string"}}}));
    assert_eq!(uses(&cx, "circular-part").len(), 0, "it says something besides");
    for aliases in [
        json!({"Sample": reference("Other"), "Other": {"allOf": [reference("Sample")], "description": "d"}}),
        json!({"Sample": {"allOf": [reference("Sample")]}}),
        json!({"Sample": {"oneOf": [reference("Sample")]}}),
    ] {
        let (_, lowered) = run(&exchange(reference("Sample"), reference("Sample"), aliases));
        let lowered = lowered.unwrap();
        let sample = lowered["components"]["schemas"]["Sample"].clone();
        assert!(sample == json!({}) || sample == reference("Other"), "{lowered}");
        assert_eq!(lowered["components"]["schemas"].get("Other").unwrap_or(&json!({})), &json!({}), "{lowered}");
    }

    // The usual way to write inheritance, with a cycle.
    let kind = json!({"type": "string"});
    let pet = json!({"type": "object", "properties": {"kind": kind}, "oneOf": [reference("Cat"), reference("Dog")], "discriminator": {"propertyName": "kind"}});
    let of_pet = |name: &str| json!({"allOf": [reference("Pet"), {"type": "object", "properties": {name: {"type": "integer"}}}]});
    let pets = json!({"Pet": pet, "Cat": of_pet("lives"), "Dog": of_pet("walks")});
    let (_, lowered) = run(&exchange(reference("Pet"), reference("Cat"), pets));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let whole = |name: &str| json!({"type": "object", "properties": {name: {"type": "integer"}, "kind": kind}});
    assert_eq!((&schemas["Cat"], &schemas["Dog"]), (&whole("lives"), &whole("walks")));
    assert_eq!(schemas["Pet"]["oneOf"], json!([reference("Cat"), reference("Dog")]), "the alternatives stay");
}

/// Each of these made the generator follow references without end.
#[test]
fn compositions_that_reach_themselves_are_references_to_one_component() {
    let object = |properties: Json| json!({"type": "object", "properties": properties});
    let text = json!({"type": "string"});
    let needs = |name: &str, what: &str| json!({"allOf": [reference(name), {"required": [what]}]});

    let node = object(json!({"id": text, "parent": needs("Node", "id")}));
    let (_, lowered) = run(&exchange(reference("Node"), reference("Node"), json!({"Node": node})));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(schemas["Node"], object(json!({"id": text, "parent": reference("NodeParent")})));
    let parent =
        json!({"type": "object", "required": ["id"], "properties": {"id": text, "parent": reference("NodeParent")}});
    assert_eq!(schemas["NodeParent"], parent);

    // Through one another, and through arrays, maps and alternatives.
    let around = |inner: Json| {
        [
            inner.clone(),
            json!({"type": "array", "items": inner}),
            json!({"type": "object", "additionalProperties": inner}),
            json!({"oneOf": [inner, {"type": "integer"}]}),
        ]
    };
    for place in around(needs("B", "id")) {
        for other in around(needs("A", "place")) {
            let schemas =
                json!({"A": object(json!({"place": place})), "B": object(json!({"id": text, "other": other}))});
            let (_, lowered) = run(&exchange(reference("A"), reference("B"), schemas));
            let schemas = lowered.unwrap()["components"]["schemas"].clone();
            assert!(schemas.as_object().unwrap().len() <= 8, "{schemas}");
            assert_eq!(schemas.to_string().matches("allOf").count(), 0, "{schemas}");
        }
    }

    // A chain whose every level adds a property.
    let mut chain = serde_json::Map::new();
    for at in 0..12 {
        let next = (at + 1) % 12;
        let inner = json!({"allOf": [reference(&format!("S{next}")), object(json!({"child": needs(&format!("S{at}"), "child")}))]});
        chain.insert(format!("S{at}"), object(json!({"child": inner})));
    }
    let (cx, lowered) = run(&exchange(reference("S0"), reference("S1"), Json::Object(chain)));
    assert!(lowered.is_ok() || !cx.report.notes.is_empty());
}

#[test]
fn a_property_of_several_parts_merges_their_schemas() {
    let node = json!({"type": "object", "properties": {"parent": reference("Node"), "id": {"type": "string"}}});
    let tree = json!({"allOf": [reference("Node"), {"type": "object", "properties": {"parent": reference("Tree")}}]});
    let (_, lowered) =
        run(&exchange(reference("Tree"), reference("Node"), json!({"Node": node.clone(), "Tree": tree})));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let properties = json!({"parent": reference("Tree"), "id": {"type": "string"}});
    assert_eq!(schemas["Tree"], json!({"type": "object", "properties": properties}), "a tree is a node");
    assert_eq!(schemas["Node"], node, "where it stands alone it stays");
}

#[test]
fn parts_that_contradict_one_another_are_any_value_or_an_error() {
    let sample = json!({"type": "object", "properties": {"a": {"allOf": [reference("Text"), {"type": "integer", "readOnly": true}], "description": "d"}}});
    let schemas = json!({"Sample": sample, "Text": {"type": "string"}});
    let document = exchange(reference("Sample"), reference("Text"), schemas);
    let (cx, lowered) = run(&document);
    let lowered = lowered.unwrap();
    assert_eq!(
        lowered["components"]["schemas"]["Sample"]["properties"]["a"],
        json!({"description": "d", "readOnly": true})
    );
    assert_eq!(uses(&cx, "free-form-schema"), ["#/components/schemas/Sample/properties/a"]);
    let (cx, problems) = super::run(&document, &[]);
    let problems = problems.unwrap_err();
    assert_eq!(codes(&cx, &problems), [("contradictory-parts", "#/components/schemas/Sample/properties/a".to_owned())]);
    assert!(problems.0[0].message.contains("`integer`"), "{}", problems.0[0].message);
}

#[test]
fn enums_and_arrays_that_no_type_fits_become_ones_that_have_one() {
    let mixed = json!({"Sample": {"enum": ["a", 1, true, null, "b"]}});
    let (cx, lowered) = run(&exchange(reference("Sample"), reference("Sample"), mixed));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let of = |kind: &str, values: Json| json!({"type": kind, "enum": values});
    let alternatives = [of("string", json!(["a", "b"])), of("integer", json!([1])), of("boolean", json!([true]))];
    for ((at, alternative), name) in alternatives.iter().enumerate().zip(["String", "Integer", "Boolean"]) {
        assert_eq!(schemas["Sample"]["oneOf"][at], reference(&format!("Sample{name}")));
        assert_eq!(schemas[format!("Sample{name}")], *alternative);
    }
    assert_eq!(uses(&cx, "mixed-enum").len(), 1);
    let (cx, lowered) = schema(json!({"type": "array", "items": {}, "minItems": 40, "maxItems": 40}));
    assert_eq!(lowered, json!({"type": "array", "items": {}}));
    assert_eq!(uses(&cx, "fixed-length").len(), 1);
}

#[test]
fn properties_of_one_direction_are_not_required_in_the_other() {
    let user = json!({"type": "object", "required": ["id", "password", "name"], "properties": {
        "id": {"type": "string", "readOnly": true, "default": "new"},
        "password": {"type": "string", "writeOnly": true, "format": "password"},
        "name": {"type": "string"},
    }});
    let derived = json!({"allOf": [reference("User"), {"type": "object", "required": ["id"]}]});
    let schemas = json!({"User": user.clone(), "Derived": derived});
    let (cx, lowered) = run(&exchange(reference("Derived"), json!({"type": "string"}), schemas.clone()));
    let sent = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(sent["Derived"]["required"], json!(["password", "name"]), "{sent}");
    assert_eq!(uses(&cx, "one-way-required").len(), 1);
    assert_eq!(sent["Derived"]["properties"]["id"].get("default"), None, "it would be sent");
    let (_, lowered) = run(&exchange(json!({"type": "string"}), reference("User"), schemas));
    let received = lowered.unwrap()["components"]["schemas"]["User"].clone();
    assert_eq!(received["required"], json!(["id", "name"]));
    assert_eq!(received["properties"]["id"]["default"], "new");
}

#[test]
fn shared_constraints_are_merged_into_each_alternative() {
    let common = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let branch = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let whole =
        |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}, "id": {"type": "string"}}});
    let event = json!({"allOf": [common, {"oneOf": [branch("a"), reference("Other")]}]});
    let beside =
        json!({"type": "object", "properties": {"id": {"type": "string"}}, "oneOf": [branch("a"), branch("b")]});
    let schemas =
        json!({"Event": event, "Other": branch("c"), "Beside": beside, "Both": {"allOf": [reference("Event")]}});
    let (cx, lowered) = run(&exchange(reference("Beside"), reference("Both"), schemas));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(schemas["Event"], json!({"oneOf": [reference("EventObject"), reference("EventOther")]}));
    assert_eq!((&schemas["EventObject"], &schemas["EventOther"]), (&whole("a"), &whole("c")));
    assert_eq!(schemas["Beside"], json!({"oneOf": [reference("BesideVariant0"), reference("BesideVariant1")]}));
    assert_eq!(uses(&cx, "distribute-alternatives").len(), 2);
}

#[test]
fn alternatives_are_objects_of_which_one_is_meant_or_say_nothing() {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let variants = ["SampleVariant0", "SampleVariant1", "SampleSeveral"].map(reference);
    let (cx, lowered) = schema(json!({"anyOf": [object("a"), object("b")]}));
    assert_eq!(lowered, json!({"oneOf": variants}));
    assert_eq!((uses(&cx, "any-of").len(), uses(&cx, "hoist-alternative").len()), (2, 3));
    let (_, lowered) = schema(json!({"oneOf": [object("a"), object("b")]}));
    assert_eq!(lowered, json!({"oneOf": variants[..2]}), "one of them holds, and not more");

    let mut account = object("a");
    account["anyOf"] = json!([{"required": ["a"]}, {"required": ["b"]}]);
    let (cx, lowered) = schema(account);
    assert_eq!(lowered, object("a"));
    assert_eq!(uses(&cx, "bare-alternatives").len(), 1);
}

#[test]
fn scalars_of_one_json_type_are_combined() {
    let text = |members: Json| {
        let mut text = json!({"type": "string"});
        text.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        text
    };
    let (integer, number) = (json!({"type": "integer"}), json!({"type": "number"}));
    for (alternatives, one) in [
        (json!([text(json!({"format": "uuid"})), text(json!({"enum": ["me"]}))]), text(json!({}))),
        (
            json!([text(json!({"enum": ["a", "b"]})), text(json!({"enum": ["b", "c"]}))]),
            text(json!({"enum": ["a", "b", "c"]})),
        ),
        (json!([text(json!({"enum": ["a"]})), text(json!({}))]), text(json!({}))),
        (json!([text(json!({"format": "date"})), text(json!({"format": "date-time"}))]), text(json!({}))),
        (json!([reference("Color"), text(json!({"enum": ["none"]}))]), text(json!({"enum": ["red", "none"]}))),
        (json!([{"type": "integer", "enum": [-1]}, {"type": "integer", "minimum": 1}]), integer.clone()),
        (json!([{"type": "boolean", "enum": [true]}, {"type": "boolean"}]), json!({"type": "boolean"})),
        (json!([integer, number]), reference("Number")),
        (
            json!([{"type": "string"}, {"oneOf": [{"type": "string"}, integer]}]),
            json!({"oneOf": [text(json!({})), integer]}),
        ),
    ] {
        for key in ["oneOf", "anyOf"] {
            let holder = json!({"type": "object", "properties": {"a": {key: alternatives}}});
            let schemas = json!({"Sample": holder, "Color": text(json!({"enum": ["red"]}))});
            let (_, lowered) = run(&exchange(reference("Sample"), reference("Sample"), schemas));
            let schemas = lowered.unwrap()["components"]["schemas"].clone();
            assert_eq!(schemas["Sample"]["properties"]["a"], one, "{key}: {alternatives}");
        }
    }
}

#[test]
fn a_parent_is_one_of_its_children() {
    let child = |name: &str| json!({"allOf": [reference("Vehicle"), {"type": "object", "required": [name], "properties": {name: {"type": "integer"}}}]});
    let vehicle = |kind: Json, mapping: Json| {
        json!({"type": "object", "required": ["kind"], "properties": {"kind": kind, "plate": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": mapping}})
    };
    let lowered = |vehicle: Json| {
        let schemas = json!({"Vehicle": vehicle, "Truck": child("axles"), "Moped": child("seats")});
        let (_, lowered) = run(&exchange(reference("Vehicle"), reference("Vehicle"), schemas));
        lowered.unwrap()["components"]["schemas"].clone()
    };
    let closed = json!({"type": "string", "enum": ["truck", "moped"]});
    let mapping = json!({"truck": "#/components/schemas/Truck", "moped": "Moped"});
    let schemas = lowered(vehicle(closed.clone(), mapping));
    assert_eq!(schemas["Vehicle"]["oneOf"], json!([reference("Moped"), reference("Truck")]));
    assert_eq!(schemas["Vehicle"]["discriminator"]["mapping"]["moped"], "#/components/schemas/Moped");
    assert_eq!(
        schemas["Truck"]["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["axles", "kind", "plate"]
    );
    assert_eq!(schemas["Truck"]["required"], json!(["kind", "axles"]));
    assert_eq!(schemas.get("VehicleBase"), None, "each value of the tag means a child");

    // Without a mapping, names mean components; a value may be a plain vehicle too.
    let schemas = lowered(vehicle(json!({"type": "string"}), json!({})));
    assert_eq!(schemas["Vehicle"]["oneOf"], json!([reference("Moped"), reference("Truck"), reference("VehicleBase")]));
    assert_eq!(
        schemas["Vehicle"]["discriminator"]["mapping"],
        json!({"Vehicle": "#/components/schemas/VehicleBase", "Truck": "#/components/schemas/Truck", "Moped": "#/components/schemas/Moped"})
    );
    assert_eq!(schemas["VehicleBase"]["properties"].as_object().unwrap().len(), 2);

    // A child may declare its discriminator value itself.
    let mut truck = child("axles");
    truck["x-ms-discriminator-value"] = json!("#Vendor.Truck");
    let schemas = json!({"Vehicle": vehicle(json!({"type": "string"}), json!({})), "Truck": truck});
    let (_, lowered) = run(&exchange(reference("Vehicle"), reference("Vehicle"), schemas));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(
        schemas["Vehicle"]["discriminator"]["mapping"],
        json!({"Vehicle": "#/components/schemas/VehicleBase", "#Vendor.Truck": "#/components/schemas/Truck"})
    );
    assert_eq!(schemas["Truck"].get("x-ms-discriminator-value"), None);
}

#[test]
fn an_undescribed_success_is_any_object() {
    let (cx, lowered) = run(&exchange(json!({"type": "string"}), json!({"type": "object"}), json!({})));
    let success = &lowered.unwrap()["paths"]["/x"]["post"]["responses"]["200"];
    assert_eq!(
        (&success["content"], &success["x-may-be-empty"]),
        (&json_body(json!({"type": "object"})), &json!(true))
    );
    assert_eq!(uses(&cx, "free-form-success").len(), 1);
    let closed = json!({"type": "object", "additionalProperties": false});
    let (_, lowered) = run(&exchange(json!({"type": "string"}), closed, json!({})));
    assert_eq!(lowered.unwrap()["paths"]["/x"]["post"]["responses"]["200"].get("content"), None);
}

#[test]
fn the_only_alternative_that_nothing_contradicts_is_kept() {
    let level = json!({"type": "integer", "oneOf": [{"enum": [1]}, {"enum": [2]}]});
    let high = json!({"type": "integer", "format": "int32", "enum": [2], "allOf": [reference("Level")]});
    let schemas = json!({"Sample": {"type": "object", "properties": {"level": high}}, "Level": level});
    let (_, lowered) = run(&exchange(reference("Sample"), reference("Sample"), schemas));
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let kept = schemas.as_object().unwrap().values().find(|one| one["enum"] == json!([2]));
    assert_eq!(kept.map(|one| &one["format"]), Some(&json!("int32")), "{schemas}");
}
