use serde_json::{Value as Json, json};

use super::{exchange, get, json_body, run};
use crate::testing::{document, uses};

fn done() -> Json {
    json!({"204": {"description": ""}})
}

#[test]
fn missing_operation_ids_are_synthesized_and_all_are_unique() {
    let operation = |id: Json| json!({"operationId": id, "responses": done()});
    let paths = json!({
        "/": {"get": {"responses": done()}},
        "/a/{b}/c-d": {"get": {"responses": done(), "parameters": [{"name": "b", "in": "path", "required": true, "schema": {}}]}},
        "/x": {"get": operation(json!("x.y")), "put": operation(json!("x-y")), "post": operation(json!(""))},
        // The client has a function of that name.
        "/y": {"get": operation(json!("Builder"))},
    });
    let (cx, lowered) = run(&document(paths, json!({})), &[]);
    let paths = &lowered.unwrap()["paths"];
    assert_eq!(paths["/"]["get"]["operationId"], "get");
    assert_eq!(paths["/a/{b}/c-d"]["get"]["operationId"], "getAByBCD");
    assert_eq!(paths["/x"]["get"]["operationId"], "x.y");
    assert_eq!(paths["/x"]["put"]["operationId"], "putX");
    assert_eq!(paths["/x"]["post"]["operationId"], "postX");
    assert_eq!(uses(&cx, "synthesize-operation-id").len(), 3);
    assert_eq!(paths["/y"]["get"]["operationId"], "getY");
    assert_eq!(uses(&cx, "unique-operation-id"), ["#/paths/~1x/put/operationId", "#/paths/~1y/get/operationId"]);
}

#[test]
fn the_values_of_a_shared_parameter_are_one_type() {
    let values = json!({"type": "string", "enum": ["asc", "desc"]});
    let shared = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    let operation = |id: &str| {
        let parameters = [shared("order"), shared("order-by"), shared("Plain")];
        json!({"get": {"operationId": id, "parameters": parameters, "responses": {"204": {"description": ""}}}})
    };
    let components = json!({
        "schemas": {"OrderBy": {"type": "integer"}},
        "parameters": {
            "order": {"name": "order", "in": "query", "schema": values},
            "order-by": {"name": "by", "in": "query", "schema": {"type": "array", "items": values}},
            "Plain": {"name": "plain", "in": "query", "schema": {"$ref": "#/components/schemas/OrderBy"}},
        },
    });
    let (cx, lowered) = run(&document(json!({"/x": operation("x"), "/y": operation("y")}), components), &[]);
    let lowered = lowered.unwrap();
    for path in ["/x", "/y"] {
        let parameters = &lowered["paths"][path]["get"]["parameters"];
        assert_eq!(parameters[0]["schema"], json!({"$ref": "#/components/schemas/Order"}));
        assert_eq!(parameters[1]["schema"]["items"], json!({"$ref": "#/components/schemas/OrderByParameter"}));
        assert_eq!(parameters[2]["schema"], json!({"$ref": "#/components/schemas/OrderBy"}));
    }
    assert_eq!(uses(&cx, "hoist-shared-body").len(), 2);
}

#[test]
fn references_outside_schemas_are_resolved() {
    let operation = json!({
        "operationId": "op",
        "parameters": [{"$ref": "#/components/parameters/B"}],
        "requestBody": {"$ref": "#/components/requestBodies/Body"},
        "responses": {"200": {"$ref": "#/components/responses/Ok"}},
        "callbacks": {"c": {"x": {"post": {}}}},
    });
    let components = json!({
        "parameters": {"A": {"name": "a", "in": "query", "schema": {"type": "string"}}, "B": {"$ref": "#/components/parameters/A"}},
        "requestBodies": {"Body": {"required": true, "content": json_body(json!({"type": "object", "properties": {"a": {"type": "string"}}}))}},
        "responses": {"Ok": {"description": "", "headers": {"H": {"$ref": "#/components/headers/H"}}, "links": {"l": {}}}},
        "headers": {"H": {"schema": {"type": "integer"}}},
    });
    let (cx, lowered) = run(&document(json!({"/x": {"post": operation}}), components), &[]);
    let lowered = lowered.unwrap();
    let operation = &lowered["paths"]["/x"]["post"];
    assert_eq!(operation["parameters"][0]["name"], "a");
    assert_eq!(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Body");
    assert_eq!(operation["responses"]["200"]["headers"]["H"]["schema"]["type"], "integer");
    assert_eq!(lowered["components"].as_object().unwrap().keys().collect::<Vec<_>>(), ["schemas"]);
    assert_eq!(uses(&cx, "inline-ref").len(), 4);
    assert_eq!(uses(&cx, "drop-callbacks").len(), 2);
    assert_eq!(uses(&cx, "hoist-shared-body").len(), 1, "one component for a shared body");
}

#[test]
fn path_level_parameters_move_into_operations() {
    let parameter = |name: &str, description: &str| json!({"name": name, "in": "query", "description": description, "schema": {"type": "string"}});
    let paths = json!({"/x": {
        "parameters": [parameter("a", "path"), parameter("b", "path")],
        "get": {"operationId": "g", "parameters": [parameter("a", "own")], "responses": done()},
        "put": {"operationId": "p", "responses": done()},
    }});
    let (cx, lowered) = run(&document(paths, json!({})), &[]);
    let item = lowered.unwrap()["paths"]["/x"].clone();
    assert_eq!(item.get("parameters"), None);
    assert_eq!(item["get"]["parameters"], json!([parameter("b", "path"), parameter("a", "own")]));
    assert_eq!(item["put"]["parameters"], json!([parameter("a", "path"), parameter("b", "path")]));
    assert_eq!(uses(&cx, "path-level-parameters"), ["#/paths/~1x/parameters"]);
}

#[test]
fn parameters_are_normalized() {
    let string = json!({"type": "string"});
    for (parameter, rule, expected) in [
        (json!({"name": "authorization", "in": "header", "schema": string}), "drop-authorization-header", None),
        (
            json!({"name": "Accept", "in": "header", "required": true, "schema": string}),
            "drop-authorization-header",
            None,
        ),
        (json!({"name": "c", "in": "cookie", "schema": string}), "drop-unsupported-parameter", None),
        (json!({"name": "m", "in": "query", "style": "matrix", "schema": string}), "drop-unsupported-parameter", None),
        (
            json!({"name": "j", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}),
            "parameter-document",
            Some(json!({"name": "j", "in": "query", "schema": {"type": "object"}, "x-media-type": "application/json"})),
        ),
        (
            json!({"name": "t", "in": "query", "content": {"text/plain": {}}}),
            "parameter-document",
            Some(json!({"name": "t", "in": "query", "schema": string})),
        ),
        (json!({"name": "x", "in": "query", "content": {"application/xml": {}}}), "drop-unsupported-parameter", None),
        (json!({"name": "a b", "in": "header", "schema": string}), "drop-unsupported-parameter", None),
        (json!({"name": "n", "in": "query", "schema": {"enum": [null], "nullable": true}}), "null-parameter", None),
        (
            json!({"name": "h", "in": "header", "schema": {"type": "string", "nullable": true}}),
            "header-parameter-nullable",
            Some(json!({"name": "h", "in": "header", "schema": string})),
        ),
        (
            json!({"name": "Idempotency-Key", "in": "header", "required": true, "schema": {"type": "string", "maxLength": 255}}),
            "idempotency-key",
            Some(json!({"name": "Idempotency-Key", "in": "header", "schema": string})),
        ),
        (
            json!({"name": "n", "in": "query"}),
            "parameter-without-schema",
            Some(json!({"name": "n", "in": "query", "schema": string})),
        ),
        (
            json!({"name": "l", "in": "query", "schema": {"type": "array", "items": string, "default": []}}),
            "drop-default",
            Some(json!({"name": "l", "in": "query", "schema": {"type": "array", "items": string}})),
        ),
    ] {
        let (cx, operation) = get(json!({"parameters": [parameter]}));
        assert_eq!(operation["parameters"].get(1).cloned(), expected, "{parameter}");
        assert_eq!(uses(&cx, rule).len(), 1, "{parameter}: {:?}", cx.report.notes);
    }
}

#[test]
fn styles_that_the_client_writes_stay_as_they_are() {
    let array = json!({"type": "array", "items": {"type": "string"}});
    for parameter in [
        json!({"name": "s", "in": "query", "style": "deepObject", "schema": {"type": "object"}}),
        json!({"name": "s", "in": "query", "style": "pipeDelimited", "explode": false, "schema": array}),
        json!({"name": "s", "in": "query", "style": "spaceDelimited", "schema": array}),
        json!({"name": "s", "in": "query", "explode": false, "allowReserved": true, "schema": array}),
        json!({"name": "s", "in": "header", "explode": true, "schema": {"type": "object"}}),
        json!({"name": "ID", "in": "query", "schema": {"type": "string"}}),
    ] {
        let (cx, operation) = get(json!({"parameters": [parameter]}));
        assert_eq!(operation["parameters"][1], parameter);
        assert!(uses(&cx, "drop-unsupported-parameter").is_empty(), "{:?}", cx.report.notes);
    }
}

#[test]
fn the_fields_of_a_form_keep_the_encoding_that_the_client_writes() {
    let encoding = json!({
        "csv": {"style": "form", "explode": false},
        "meta": {"style": "deepObject", "contentType": "text/plain"},
        "data": {"contentType": "application/json; charset=utf-8", "headers": {}},
        "odd": {"style": "matrix"},
        "file": {"contentType": "image/png"},
        "empty": {},
    });
    let form = json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"}, "encoding": encoding}});
    let (cx, operation) = get(json!({"requestBody": {"content": form}}));
    let kept = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["encoding"];
    let expected = json!({
        "csv": {"style": "form", "explode": false},
        "meta": {"style": "deepObject"},
        "data": {"contentType": "application/json; charset=utf-8"},
    });
    assert_eq!(*kept, expected);
    assert_eq!(uses(&cx, "drop-encoding").len(), 2);
}

#[test]
fn operations_that_cannot_be_called_are_left_out() {
    let required = |parameter: Json| json!({"parameters": [parameter]});
    for members in [
        required(json!({"name": "c", "in": "cookie", "required": true, "schema": {"type": "string"}})),
        required(
            json!({"name": "d", "in": "query", "required": true, "style": "matrix", "schema": {"type": "object"}}),
        ),
        json!({"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "array", "items": {}}}}}}),
        json!({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}}),
    ] {
        let (cx, operation) = get(members.clone());
        assert_eq!(operation, Json::Null, "{members}");
        let operations: Vec<&str> = cx.report.left_out.iter().map(|one| one.operation.as_str()).collect();
        assert_eq!((operations, uses(&cx, "leave-out-operation").len()), (vec!["GET /x/{id}"], 1));
    }
}

#[test]
fn one_media_type_per_body() {
    let any = || json!({"schema": {"type": "string", "minLength": 3}});
    let bytes = || json!({"schema": {"type": "string", "format": "binary"}});
    let called = |name: &str, mut media: Json| {
        media["x-media-type"] = json!(name);
        media
    };
    for (content, expected) in [
        (json!({"text/plain": any(), "application/json": any()}), json!({"application/json": any()})),
        (
            json!({"application/json; charset=utf-8": any()}),
            json!({"application/json": called("application/json; charset=utf-8", any())}),
        ),
        (
            json!({"application/vnd.x+json": any(), "application/xml": any()}),
            json!({"application/json": called("application/vnd.x+json", any())}),
        ),
        (json!({"application/xml": any()}), json!({"application/octet-stream": called("application/xml", bytes())})),
        (json!({"image/*": any()}), json!({"application/octet-stream": bytes()})),
        (
            json!({"application/json": bytes()}),
            json!({"application/octet-stream": called("application/json", bytes())}),
        ),
        (json!({"*/*": any()}), json!({"application/json": any()})),
        (
            json!({"multipart/form-data": any(), "application/x-www-form-urlencoded": {"schema": {"type": "object"}}}),
            json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}),
        ),
        (json!({"text/plain": any()}), json!({"text/plain": {"schema": {"type": "string"}}})),
        (
            json!({"application/octet-stream": {}}),
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}),
        ),
        (json!({"application/json": {}}), json!({"application/json": {"schema": {}}})),
        (
            json!({"application/json": {"schema": {"type": "string"}, "encoding": {"a": {}}}}),
            json!({"application/json": {"schema": {"type": "string"}}}),
        ),
    ] {
        let (_, operation) = get(json!({"requestBody": {"content": content}}));
        assert_eq!(operation["requestBody"]["content"], expected, "{content}");
    }
    let (_, operation) = get(json!({"requestBody": {"content": {}}}));
    assert_eq!(operation.get("requestBody"), None);
}

#[test]
fn one_success_response() {
    let body = || json!({"description": "", "content": json_body(json!({"type": "string"}))});
    let none = || json!({"description": ""});
    let object = |schema: Json| json!({"description": "", "content": json_body(schema)});
    let maybe = || {
        let mut response = body();
        response["x-may-be-empty"] = json!(true);
        response
    };
    for (responses, expected) in [
        (json!({"200": body(), "201": body()}), json!({"200": body()})),
        (json!({"200": none(), "201": body(), "401": none()}), json!({"201": maybe(), "401": none()})),
        (json!({"204": none(), "202": none()}), json!({"202": none()})),
        (json!({"200": body(), "204": none()}), json!({"200": maybe()})),
        (json!({"201": body()}), json!({"201": body()})),
        (json!({"default": body()}), json!({"2XX": body()})),
        (json!({"2xx": body(), "default": none()}), json!({"2XX": body(), "default": none()})),
        (json!({"204": body()}), json!({"204": none()})),
        (json!({"200": {}}), json!({"200": none()})),
        (json!({"200": object(json!({"type": "object"}))}), json!({"200": none()})),
        (
            json!({"200": object(json!({"type": "object", "title": "Empty", "additionalProperties": false}))}),
            json!({"200": none()}),
        ),
        // A map of any values has content to read.
        (
            json!({"200": object(json!({"type": "object", "additionalProperties": true}))}),
            json!({"200": object(json!({"type": "object", "additionalProperties": true}))}),
        ),
        (
            json!({"200": object(json!({"type": "object", "additionalProperties": {"type": "string"}}))}),
            json!({"200": object(json!({"type": "object", "additionalProperties": {"type": "string"}}))}),
        ),
        (
            json!({"200": {"description": "", "content": {"image/png": {}}}}),
            json!({"200": {"description": "", "content": {"application/octet-stream": {
                "schema": {"type": "string", "format": "binary"}, "x-media-type": "image/png"
            }}}}),
        ),
        (
            json!({"200": {"description": "", "content": {"*/*": {"schema": {"type": "string"}}}}}),
            json!({"200": {"description": "", "content": {"text/plain": {
                "schema": {"type": "string"}, "x-media-type": "*/*"
            }}}}),
        ),
    ] {
        let (_, operation) = get(json!({"responses": responses}));
        assert_eq!(operation["responses"], expected, "{responses}");
    }
}

#[test]
fn answers_by_status() {
    let body = |schema: Json| json!({"description": "", "content": json_body(schema)});
    let text = || json!({"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}});
    let none = || json!({"description": ""});
    let named = |name: &str| body(json!({"$ref": format!("#/components/schemas/{name}")}));
    let answer = |mut response: Json| {
        response["x-answer"] = json!(true);
        response
    };
    let (integer, string) = (|| body(json!({"type": "integer"})), || body(json!({"type": "string"})));
    for (responses, expected) in [
        (
            json!({"200": string(), "201": integer(), "204": none(), "404": string()}),
            json!({
                "200": answer(named("Op200Response")),
                "201": answer(named("Op201Response")),
                "204": answer(none()),
                "404": named("Op404Error"),
            }),
        ),
        (
            json!({"200": string(), "202": text()}),
            json!({"200": answer(named("Op200Response")), "202": answer(text())}),
        ),
        (
            json!({"2xx": string(), "304": none()}),
            json!({"2XX": answer(named("Op2xxResponse")), "304": answer(none())}),
        ),
        (
            json!({"302": none(), "default": string()}),
            json!({"302": answer(none()), "default": named("OpDefaultError")}),
        ),
        // An object without properties can't be read by the type of the other.
        (
            json!({"200": body(json!({"type": "object", "additionalProperties": false})), "202": string()}),
            json!({"200": answer(none()), "202": answer(named("Op202Response"))}),
        ),
        // One success, and other responses beside it.
        (
            json!({"200": string(), "201": string(), "400": integer()}),
            json!({"200": string(), "400": named("Op400Error")}),
        ),
    ] {
        let (_, operation) = get(json!({"responses": responses}));
        assert_eq!(operation["responses"], expected, "{responses}");
    }
    // An array of a named schema needs no name.
    let list = || json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let (cx, operation) = get(json!({"responses": {"200": body(list()), "304": none()}}));
    let items = json!({"$ref": "#/components/schemas/Op200ResponseItem"});
    assert_eq!(operation["responses"]["200"], answer(body(json!({"type": "array", "items": items}))));
    assert_eq!(uses(&cx, "answers-by-status").len(), 2);
}

#[test]
fn a_head_has_no_body() {
    let body = || json!({"description": "", "content": json_body(json!({"type": "string"}))});
    let paths = json!({"/x": {"head": {"operationId": "op", "responses": {"200": body(), "404": body()}}}});
    let (cx, lowered) = run(&json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}), &[]);
    let responses = &lowered.unwrap()["paths"]["/x"]["head"]["responses"];
    assert_eq!(*responses, json!({"200": {"description": ""}, "404": {"description": ""}}));
    assert_eq!(uses(&cx, "no-content-status").len(), 2);
}

#[test]
fn an_empty_component_is_no_content() {
    let (cx, lowered) = run(
        &exchange(
            json!({"type": "string"}),
            json!({"$ref": "#/components/schemas/Empty"}),
            json!({"Empty": {"type": "object", "title": "Empty Schema"}}),
        ),
        &[],
    );
    assert_eq!(lowered.unwrap()["paths"]["/x"]["post"]["responses"]["200"], json!({"description": ""}));
    assert_eq!(uses(&cx, "empty-object-response"), ["#/paths/~1x/post/responses/200/content"]);
}

#[test]
fn inline_bodies_become_components() {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let sample = |id: &str| {
        json!({
            "operationId": id,
            "requestBody": {"required": true, "content": json_body(object("in"))},
            "responses": {
                "200": {"description": "", "content": json_body(json!({"type": "array", "items": object("out")}))},
                "401": {"description": "", "content": json_body(object("error"))},
                "422": {"description": "", "content": json_body(json!({"allOf": [{"$ref": "#/components/schemas/Known"}], "description": "x"}))},
                "5XX": {"description": "", "content": json_body(json!({"type": "string"}))},
            },
        })
    };
    let schemas = json!({"schemas": {"Known": object("known"), "LoginRequest": {"type": "string"}, "Other": {"$ref": "#/components/schemas/LoginRequest"}}});
    let mut sample = document(json!({"/login": {"post": sample("login")}}), schemas);
    sample["paths"]["/other"] = json!({"get": {"operationId": "o", "responses": {"200": {"description": "", "content": json_body(json!({"$ref": "#/components/schemas/Other"}))}}}});
    let (cx, lowered) = run(&sample, &[]);
    let lowered = lowered.unwrap();
    let operation = &lowered["paths"]["/login"]["post"];
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let schema = |body: &Json| body["content"]["application/json"]["schema"].clone();
    assert_eq!(schema(&operation["requestBody"]), reference("LoginRequest2"), "the vendor has a LoginRequest");
    assert_eq!(schema(&operation["responses"]["200"])["items"], reference("LoginResponseItem"));
    assert_eq!(schema(&operation["responses"]["401"]), reference("Login401Error"));
    assert_eq!(schema(&operation["responses"]["422"]), reference("Known"));
    assert_eq!(schema(&operation["responses"]["5XX"]), reference("Login5xxError"));
    assert_eq!(lowered["components"]["schemas"]["LoginRequest2"], object("in"));
    for (rule, count) in [("hoist-request-body", 1), ("hoist-response-body", 1), ("hoist-error-body", 2)] {
        assert_eq!(uses(&cx, rule).len(), count, "{rule}");
    }
}

#[test]
fn a_body_or_an_item_that_wraps_a_component_is_that_component() {
    let known = json!({"$ref": "#/components/schemas/Known"});
    let wrappers = [
        json!({"allOf": [known], "description": "x"}),
        json!({"allOf": [known, {"description": "x"}]}),
        json!({"oneOf": [known]}),
        json!({"anyOf": [{"allOf": [known]}], "title": "T"}),
    ];
    for wrapper in wrappers {
        let list = json!({"type": "array", "items": wrapper});
        let operation = json!({"operationId": "o", "requestBody": {"content": json_body(wrapper.clone())},
            "responses": {"200": {"description": "", "content": json_body(list)}}});
        let object = json!({"type": "object", "properties": {"known": {"type": "string"}}});
        let schemas = json!({"schemas": {"Known": object}});
        let (_, lowered) = run(&document(json!({"/o": {"post": operation}}), schemas), &[]);
        let lowered = lowered.unwrap();
        let operation = &lowered["paths"]["/o"]["post"];
        let schema = |body: &Json| body["content"]["application/json"]["schema"].clone();
        assert_eq!(schema(&operation["requestBody"]), known, "{wrapper}");
        assert_eq!(schema(&operation["responses"]["200"])["items"], known, "{wrapper}");
        assert_eq!(lowered["components"]["schemas"], json!({"Known": object}), "{wrapper}");
    }
}

#[test]
fn a_body_of_listed_booleans_is_a_boolean() {
    let body = json!({"type": "boolean", "enum": [true]});
    let operation = json!({"operationId": "o", "requestBody": {"content": json_body(body)}, "responses": done()});
    let (_, lowered) = run(&document(json!({"/o": {"post": operation}}), json!({})), &[]);
    let body = &lowered.unwrap()["paths"]["/o"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["type"], "boolean", "{body}");
}

#[test]
fn path_parameters_of_one_kind_are_one_type() {
    let parameter = |description: &str, most: u64| json!({"name": "app_id", "in": "path", "required": true, "schema": {"type": "string", "maxLength": most, "description": description}});
    let operation =
        |id: &str, parameter: Json| json!({"operationId": id, "parameters": [parameter], "responses": done()});
    let paths = json!({
        "/a/{app_id}": {"get": operation("a", parameter("one", 256))},
        "/b/{app_id}": {"get": operation("b", parameter("two", 256))},
        "/c/{app_id}": {"get": operation("c.d", parameter("three", 9))},
        "/d/{app_id}": {"get": operation("d", parameter("four", 9))},
        "/e/{app_id}": {"get": operation("e", json!({"name": "app_id", "in": "path", "required": true, "schema": {"type": "string"}}))},
    });
    let (cx, lowered) = run(&document(paths, json!({})), &[]);
    let paths = lowered.unwrap()["paths"].clone();
    let schema = |path: &str| paths[path]["get"]["parameters"][0]["schema"]["$ref"].clone();
    assert_eq!(schema("/a/{app_id}"), "#/components/schemas/AppId");
    assert_eq!(schema("/b/{app_id}"), "#/components/schemas/AppId");
    assert_eq!(schema("/c/{app_id}"), "#/components/schemas/CdAppId");
    assert_eq!(schema("/d/{app_id}"), "#/components/schemas/CdAppId");
    assert_eq!(schema("/e/{app_id}"), Json::Null, "a plain string needs no type");
    assert_eq!(uses(&cx, "hoist-path-parameter").len(), 4);
}

#[test]
fn security_that_the_runtime_cannot_send_is_reported() {
    let operation = |id: &str, security: Json| json!({"operationId": id, "security": security, "responses": done()});
    let paths = json!({
        "/a": {"get": operation("a", json!([{"http": []}, {"key": []}]))},
        "/b": {"get": operation("b", json!([{"oauth": ["read"]}]))},
        "/c": {"get": operation("c", json!([{"http": [], "key": []}]))},
        "/d": {"get": operation("d", json!([{"gone": []}, {"http": []}]))},
        "/e": {"get": operation("e", json!([{"digest": []}]))},
        "/c2": {"get": operation("c2", json!([{"http": [], "key": []}, {"oauth": []}]))},
        "/c3": {"get": operation("c3", json!([{"http": [], "basic": []}, {"odder": [], "http": []}, {"key": [], "same": []}]))},
        "/f": {"get": operation("f", json!([{"basic": []}, {}, {"http": [], "oauth": []}]))},
    });
    let schemes = json!({
        "http": {"type": "http", "scheme": "Bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "oauth": {"type": "oauth2", "flows": {}, "description": "d"},
        "basic": {"type": "http", "scheme": "basic"},
        "digest": {"type": "http", "scheme": "digest"},
        "same": {"type": "apiKey", "in": "header", "name": "x-key"},
        "odder": {"type": "apiKey", "in": "header", "name": "authorization"},
        "odd": {"type": "apiKey", "in": "header", "name": "not a name"},
    });
    let (cx, lowered) = run(&document(paths, json!({"securitySchemes": schemes})), &[]);
    let lowered = lowered.unwrap();
    assert_eq!(lowered["paths"]["/a"]["get"]["security"], json!([{"http": []}, {"key": []}]));
    assert_eq!(lowered["paths"]["/b"]["get"]["security"], json!([{"oauth": []}]));
    assert_eq!(lowered["paths"]["/c"]["get"]["security"], json!([{"http": [], "key": []}]), "sent at once");
    assert_eq!(lowered["paths"]["/c2"]["get"]["security"], json!([{"http": [], "key": []}, {"oauth": []}]));
    assert_eq!(
        lowered["paths"]["/c3"]["get"]["security"],
        json!([{"key": [], "same": []}]),
        "one header has one value"
    );
    assert_eq!(
        lowered["components"]["securitySchemes"]["oauth"],
        json!({"type": "http", "scheme": "bearer", "description": "d"})
    );
    let schemes = lowered["components"]["securitySchemes"].as_object().unwrap();
    assert_eq!(schemes.keys().collect::<Vec<_>>(), ["basic", "http", "key", "oauth", "same"]);
    assert_eq!(lowered["paths"]["/e"]["get"]["security"], json!([]));
    assert_eq!(lowered["paths"]["/f"]["get"]["security"], json!([{"basic": []}, {}, {"http": [], "oauth": []}]));
    assert_eq!(lowered["paths"]["/d"]["get"]["security"], json!([{"http": []}]));
    assert_eq!(uses(&cx, "undefined-security-scheme"), ["#/paths/~1d/get/security/0"]);
    assert_eq!(
        uses(&cx, "unsupported-security-scheme"),
        ["#/components/securitySchemes/digest"],
        "what nothing requires is pruned before"
    );
    let [shared, warning] = cx.report.warnings.as_slice() else { panic!("{:?}", cx.report.warnings) };
    assert!(warning.message.contains("`digest`") && warning.message.contains("GET /e"), "{warning}");
    assert!(shared.message.starts_with("`http`, `oauth` are bearer tokens"), "{shared}");
    assert_eq!(uses(&cx, "several-security-schemes"), ["#/paths/~1c3/get/security/0", "#/paths/~1c3/get/security/1"]);
    assert_eq!(uses(&cx, "oauth-as-bearer"), ["#/components/securitySchemes/oauth"]);
}

#[test]
fn servers_of_an_operation_go_when_the_document_has_them() {
    let operation = json!({"operationId": "a", "servers": [{"url": "https://a/"}], "responses": done()});
    let mut sample = document(json!({"/a": {"get": operation}}), json!({}));
    sample["servers"] = json!([{"url": "https://a"}]);
    let (cx, lowered) = run(&sample, &[]);
    assert_eq!(lowered.unwrap()["paths"]["/a"]["get"].get("servers"), None);
    assert_eq!(uses(&cx, "operation-servers").len(), 1);
}

#[test]
fn every_id_makes_a_function_name() {
    let done = json!({"204": {"description": ""}});
    let paths: serde_json::Map<String, Json> = ["2faVerify", "gen", "*", "+1", "op2faVerify"]
        .iter()
        .enumerate()
        .map(|(at, id)| (format!("/{at}"), json!({"get": {"operationId": id, "responses": done}})))
        .collect();
    let (cx, lowered) = run(&document(Json::Object(paths), json!({})), &[]);
    let paths = lowered.unwrap()["paths"].clone();
    let id = |at: usize| paths[format!("/{at}")]["get"]["operationId"].as_str().unwrap().to_owned();
    assert_eq!([0, 1, 2, 3, 4].map(id), ["op2faVerify", "opGen", "*", "op1", "get4"].map(str::to_owned));
    assert_eq!(uses(&cx, "function-name").len(), 3);
}
