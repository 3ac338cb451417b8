use serde_json::{Value as Json, json};

use super::{Row, check, convert, document, names};
use crate::load::Dialect;

fn operation() -> Json {
    json!({"responses": {"200": {"description": "d"}}})
}

pub(super) fn rows() -> Vec<Row> {
    let old: Vec<(&'static [&'static str], Json, &'static str, Json)> = vec![
        (&["openapi-version"], json!({"openapi": "3.0.0"}), "/openapi", json!("3.0.3")),
        (
            &["drop-mutual-tls", "drop-mutual-tls"],
            json!({"components": {"securitySchemes": {"tls": {"type": "mutualTLS"}}},
                   "paths": {"/a": {"get": {"responses": {}, "security": [{"tls": [], "key": []}]}}}}),
            "/paths/~1a/get/security",
            json!([{"key": []}]),
        ),
        (
            &["missing-responses"],
            json!({"paths": {"/a": {"get": {"summary": "s"}}}}),
            "/paths/~1a/get",
            json!({"summary": "s", "responses": {"default": {"description": ""}}}),
        ),
        (
            &["response-description"],
            json!({"components": {"responses": {"R": {}}}}),
            "/components/responses/R",
            json!({"description": ""}),
        ),
        (
            &["path-parameter-required"],
            json!({"components": {"parameters": {"P": {"name": "p", "in": "path", "schema": {}}}}}),
            "/components/parameters/P/required",
            json!(true),
        ),
        (
            &["bearer-api-key"],
            json!({"components": {"securitySchemes": {
                "Bearer": {"type": "apiKey", "in": "header", "name": "Authorization", "x-apikey-prefix": "Bearer", "description": "d"},
                "Other": {"type": "apiKey", "in": "header", "name": "X-Key", "x-apikey-prefix": "Bearer"},
                "Query": {"type": "apiKey", "in": "query", "name": "Authorization", "x-apikey-prefix": "Bearer"},
                "Plain": {"type": "apiKey", "in": "header", "name": "Authorization"},
            }}}),
            "/components/securitySchemes",
            json!({
                "Bearer": {"type": "http", "scheme": "bearer", "description": "d"},
                "Other": {"type": "apiKey", "in": "header", "name": "X-Key", "x-apikey-prefix": "Bearer"},
                "Query": {"type": "apiKey", "in": "query", "name": "Authorization", "x-apikey-prefix": "Bearer"},
                "Plain": {"type": "apiKey", "in": "header", "name": "Authorization"},
            }),
        ),
        (
            &["inline-path-item"],
            json!({"paths": {"/a": {"$ref": "#/paths/~1b", "summary": "mine"}, "/b": {"summary": "b", "get": operation()}}}),
            "/paths/~1a",
            json!({"summary": "mine", "get": operation()}),
        ),
        (
            &["inline-deep-reference"],
            json!({"paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/paths/~1b/get/responses/200"}}}}, "/b": {"get": {"responses": {"200": {"description": "b"}}}}}}),
            "/paths/~1a/get/responses/200",
            json!({"description": "b"}),
        ),
        (
            &["drop-reference-siblings"],
            json!({"paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/R", "description": "x"}}}}},
                   "components": {"responses": {"R": {"description": "r"}}}}),
            "/paths/~1a/get/responses/200",
            json!({"$ref": "#/components/responses/R"}),
        ),
        (
            &["drop-null-field"],
            json!({"components": {"securitySchemes": {"B": {"type": "http", "scheme": "bearer", "bearerFormat": null, "x-n": null}}}}),
            "/components/securitySchemes/B",
            json!({"type": "http", "scheme": "bearer", "x-n": null}),
        ),
        (
            &[
                "empty-object",
                "empty-object",
                "empty-object",
                "response-description",
                "drop-null-field",
                "drop-null-field",
            ],
            json!({"paths": {"/a": {"post": {"parameters": [null], "requestBody": {"content": {"application/json": null}},
                   "responses": {"200": null}, "callbacks": null}}, "/b": null}}),
            "/paths",
            json!({"/a": {"post": {"parameters": [], "requestBody": {"content": {"application/json": {}}},
                   "responses": {"200": {"description": ""}}}}, "/b": {}}),
        ),
        (
            &[
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "malformed-keyword",
            ],
            json!({"servers": [{"url": "/", "variables": null}], "tags": null, "components": null, "security": [{"k": null}],
                   "info": {"title": "t", "version": "1", "description": null, "contact": {"name": null}}}),
            "",
            json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1", "contact": {}}, "paths": {},
                   "servers": [{"url": "/"}], "security": [{"k": []}]}),
        ),
        (
            &["malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword"],
            json!({"servers": [{"description": "no url"}], "tags": [{}, "a", {"name": "t", "externalDocs": {}}],
                   "info": {"title": "t", "version": "1", "license": {"url": "u"}}}),
            "",
            json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, "servers": [], "tags": [{"name": "t"}]}),
        ),
        (
            &["malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword"],
            json!({"paths": {"/a": {"get": {"tags": "t", "deprecated": "true", "parameters": {}, "summary": ["s"],
                   "responses": {"200": {"description": "d", "headers": []}}}}}}),
            "/paths/~1a/get",
            json!({"tags": ["t"], "deprecated": true, "parameters": [],
                   "responses": {"200": {"description": "d", "headers": {}}}}),
        ),
        (
            &["not-an-object", "not-an-object", "response-description", "malformed-keyword", "empty-object"],
            json!({"components": {"examples": {"E": "text"}, "responses": {"R": "text"}, "schemas": [],
                   "securitySchemes": {"O": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "u"}}}}}}),
            "/components",
            json!({"examples": {"E": {"value": "text"}}, "responses": {"R": {"description": ""}}, "schemas": {},
                   "securitySchemes": {"O": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "u", "scopes": {}}}}}}),
        ),
        // Pasted in beside the components, as tools for JSON Schema do.
        (
            &["hoist-ref-target", "hoist-ref-target", "drop-defs", "drop-defs"],
            json!({"components": {"schemas": {"A": {"$ref": "#/definitions/B"}}}, "$defs": {"C": {"type": "string"}},
                   "definitions": {"B": {"items": {"$ref": "#/$defs/C"}}, "Unused": {}}}),
            "/components/schemas",
            json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"items": {"$ref": "#/components/schemas/C"}},
                   "C": {"type": "string"}}),
        ),
        (
            &["examples-list"],
            json!({"components": {"parameters": {"P": {"name": "p", "in": "query", "schema": {}, "examples": [1, 2]}}}}),
            "/components/parameters/P",
            json!({"name": "p", "in": "query", "schema": {}, "example": 1}),
        ),
    ];
    let new: Vec<(&'static [&'static str], Json, &'static str, Json)> = vec![
        (
            &["drop-webhooks", "openapi-version"],
            json!({"webhooks": {"w": {"post": operation()}}}),
            "/webhooks",
            Json::Null,
        ),
        (
            &["drop-json-schema-dialect", "openapi-version"],
            json!({"jsonSchemaDialect": "d"}),
            "/jsonSchemaDialect",
            Json::Null,
        ),
        (
            &["drop-info-summary", "drop-license-identifier", "openapi-version"],
            json!({"info": {"title": "t", "version": "1", "summary": "s", "license": {"name": "MIT", "identifier": "MIT"}}}),
            "/info",
            json!({"title": "t", "version": "1", "license": {"name": "MIT"}}),
        ),
        (
            &["inline-path-item", "drop-path-items", "openapi-version"],
            json!({"paths": {"/a": {"$ref": "#/components/pathItems/A"}}, "components": {"pathItems": {"A": {"get": operation()}}}}),
            "",
            json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": operation()}}, "components": {}}),
        ),
        (
            &["drop-path-items", "drop-path-items", "openapi-version"],
            json!({"components": {"pathItems": {"A": {"get": operation()}},
                   "callbacks": {"C": {"{$url}": {"$ref": "#/components/pathItems/A"}}}}}),
            "/components/callbacks/C",
            json!({}),
        ),
        (
            &["drop-mutual-tls", "drop-mutual-tls", "drop-mutual-tls", "openapi-version"],
            json!({"security": [{"tls": []}], "components": {"securitySchemes": {"tls": {"type": "mutualTLS"}}},
                   "paths": {"/a": {"get": {"responses": {}, "security": [{"tls": [], "key": []}]}}}}),
            "/paths/~1a/get/security",
            json!([{"key": []}]),
        ),
        (
            &["binary-content", "binary-content", "openapi-version"],
            json!({"components": {"requestBodies": {"B": {"content": {"application/octet-stream": {}, "image/png": {}, "text/csv": {}}}}}}),
            "/components/requestBodies/B/content",
            json!({
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "image/png": {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {},
            }),
        ),
        (
            &["drop-query-method", "drop-additional-operations", "drop-additional-operations", "openapi-version"],
            json!({"paths": {"/a": {"query": operation(), "additionalOperations": {"COPY": operation(), "MOVE": operation()},
                                    "get": operation()}}}),
            "/paths/~1a",
            json!({"get": operation()}),
        ),
        (
            &[
                "drop-querystring-parameter",
                "drop-querystring-parameter",
                "drop-querystring-parameter",
                "openapi-version",
            ],
            json!({"paths": {"/a": {
                "get": {"parameters": [{"name": "q", "in": "querystring", "content": {}}], "responses": {}},
                "put": {"parameters": [{"name": "q", "in": "querystring", "required": true, "content": {}}], "responses": {}},
            }}}),
            "/paths/~1a",
            json!({"get": {"parameters": [], "responses": {}}}),
        ),
        (
            &[
                "drop-querystring-parameter",
                "drop-querystring-parameter",
                "drop-querystring-parameter",
                "openapi-version",
            ],
            json!({"paths": {"/a": {"parameters": [{"$ref": "#/components/parameters/Q"}], "get": operation()}},
                   "components": {"parameters": {"Q": {"name": "q", "in": "querystring", "required": true, "content": {}}}}}),
            "/paths/~1a",
            json!({"parameters": []}),
        ),
        (
            &["drop-item-schema", "openapi-version"],
            json!({"components": {"requestBodies": {"B": {"content": {"text/event-stream": {"itemSchema": {"const": 1}}}}}}}),
            "/components/requestBodies/B/content",
            json!({"text/event-stream": {}}),
        ),
        (
            &["inline-media-type", "inline-media-type", "openapi-version"],
            json!({"components": {"mediaTypes": {"M": {"schema": {"type": "string"}}},
                   "requestBodies": {"B": {"content": {"text/plain": {"$ref": "#/components/mediaTypes/M"}}}}}}),
            "/components",
            json!({"requestBodies": {"B": {"content": {"text/plain": {"schema": {"type": "string"}}}}}}),
        ),
        (
            &["security-by-reference", "security-by-reference", "openapi-version"],
            json!({"security": [{"#/components/securitySchemes/k~1": ["s"], "other": []}],
                   "paths": {"/a": {"get": {"security": [{"#/components/securitySchemes/k~1": []}], "responses": {}}}}}),
            "/security",
            json!([{"k/": ["s"], "other": []}]),
        ),
        (
            &["drop-v3-2-field", "drop-v3-2-field", "drop-v3-2-field", "openapi-version"],
            json!({"components": {"securitySchemes": {"O": {"type": "oauth2", "deprecated": true, "oauth2MetadataUrl": "m",
                   "flows": {"deviceAuthorization": {"deviceAuthorizationUrl": "d", "tokenUrl": "t", "scopes": {}}}}}}}),
            "/components/securitySchemes/O",
            json!({"type": "oauth2", "flows": {}}),
        ),
        (
            &["example-data-value", "example-data-value", "openapi-version"],
            json!({"components": {"examples": {"E": {"dataValue": 1, "serializedValue": "1"}}}}),
            "/components/examples/E",
            json!({"value": 1}),
        ),
        (
            &[
                "drop-v3-2-field",
                "drop-v3-2-field",
                "drop-v3-2-field",
                "drop-v3-2-field",
                "drop-v3-2-field",
                "openapi-version",
            ],
            json!({"$self": "https://example.com/", "servers": [{"url": "/", "name": "n"}],
                   "tags": [{"name": "t", "summary": "s", "parent": "p", "kind": "nav"}]}),
            "/tags",
            json!([{"name": "t"}]),
        ),
    ];
    let row = |dialect, version, (rules, extra, pointer, output)| Row {
        rules,
        dialect,
        input: document(version, extra),
        pointer,
        output,
    };
    let old = old.into_iter().map(|case| row(Dialect::OpenApi30, "3.0.3", case));
    let new = new.into_iter().map(|case| row(Dialect::OpenApi32, "3.2.0", case));
    let mut rows: Vec<Row> = old.chain(new).collect();
    rows.push(Row {
        rules: &["openapi-version", "missing-paths"],
        dialect: Dialect::OpenApi31,
        input: json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}),
        pointer: "/paths",
        output: json!({}),
    });
    rows
}

#[test]
fn documents_lose_fields_that_3_0_lacks() {
    check(rows());
}

#[test]
fn shared_media_types_that_lead_in_cycles_are_cut() {
    let input = document(
        "3.2.0",
        json!({"components": {
            "mediaTypes": {"M": {"encoding": {"p": {"headers": {"H": {"content": {"a/b": {"$ref": "#/components/mediaTypes/M"}}}}}}}},
            "requestBodies": {"B": {"content": {"a/b": {"$ref": "#/components/mediaTypes/M"}}}},
        }}),
    );
    let (cx, result) = convert(Dialect::OpenApi31, &input);
    assert_eq!(result.unwrap().to_json()["components"], json!({"requestBodies": {"B": {"content": {"a/b": {}}}}}));
    assert_eq!(names(&cx).iter().filter(|name| **name == "inline-media-type").count(), 2);
}

#[test]
fn operations_that_3_0_has_no_place_for_are_left_out() {
    let required = json!([{"name": "q", "in": "querystring", "required": true, "content": {}}]);
    let input = document(
        "3.2.0",
        json!({"paths": {"/a": {"query": operation(), "additionalOperations": {"COPY": operation()}, "get": operation(),
                                "put": {"parameters": required, "responses": {}}}}}),
    );
    let (cx, result) = convert(Dialect::OpenApi32, &input);
    assert_eq!(result.unwrap().to_json()["paths"]["/a"], json!({"get": operation()}));
    let left_out: Vec<_> =
        cx.report.left_out.iter().map(|one| (one.operation.as_str(), one.construct.name())).collect();
    assert_eq!(left_out, [("QUERY /a", "http-method"), ("COPY /a", "http-method"), ("PUT /a", "parameter-location")]);
}

#[test]
fn an_operation_that_is_no_object_is_an_error() {
    let wrong = [
        json!({"/a": {"get": "text"}}),
        json!({"/a": {"get": {"parameters": [1], "responses": {}}}}),
        json!({"/a": {"get": {"responses": {"200": "OK"}}}}),
        json!({"/a": []}),
    ];
    for paths in wrong {
        let (_, result) = convert(Dialect::OpenApi30, &document("3.0.3", json!({"paths": paths})));
        assert_eq!(result.unwrap_err().0[0].code, "not-an-object", "{paths}");
    }
}

#[test]
fn path_items_that_refer_in_cycles_stay() {
    let input = document("3.1.0", json!({"paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}));
    let (_, result) = convert(Dialect::OpenApi31, &input);
    assert_eq!(result.unwrap().to_json()["paths"]["/a"], json!({"$ref": "#/paths/~1b"}));
}
