use serde_json::{Value as Json, json};

use super::{Row, check, convert, convert_by, names};
use crate::convert::to_v3_0_as_published;
use crate::load::Dialect;
use crate::report::Construct;

type Case = (&'static [&'static str], Json, &'static str, Json);

fn swagger(extra: Json) -> Json {
    let mut document = json!({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}});
    let Json::Object(extra) = extra else { panic!("extra members must be an object") };
    document.as_object_mut().unwrap().extend(extra);
    document
}

fn table(cases: Vec<Case>) -> Vec<Row> {
    let row = |(rules, extra, pointer, output): Case| Row {
        rules,
        dialect: Dialect::Swagger2,
        input: swagger(extra),
        pointer,
        output,
    };
    cases.into_iter().map(row).collect()
}

fn post(operation: Json) -> Json {
    json!({"paths": {"/a": {"post": operation}}})
}

fn parameter(parameter: Json) -> Json {
    post(json!({"parameters": [parameter], "responses": {}}))
}

pub(super) fn rows() -> Vec<Row> {
    table(vec![
        (
            &["openapi-version", "swagger-servers"],
            json!({"host": "h.example", "basePath": "/v1/", "schemes": ["https", "http"]}),
            "/servers",
            json!([{"url": "https://h.example/v1"}, {"url": "http://h.example/v1"}]),
        ),
        (&["openapi-version", "swagger-servers"], json!({"basePath": "v1"}), "/servers", json!([{"url": "/v1"}])),
        (
            &["openapi-version", "swagger-default-scheme", "swagger-servers"],
            json!({"host": "h.example"}),
            "/servers",
            json!([{"url": "https://h.example"}]),
        ),
        (
            &["openapi-version", "swagger-servers", "swagger-operation-servers"],
            json!({"host": "h", "schemes": ["https"], "paths": {"/a": {"get": {"schemes": ["http"], "responses": {}}}}}),
            "/paths/~1a/get",
            json!({"servers": [{"url": "http://h"}], "responses": {}}),
        ),
        (
            &["swagger-component-name", "openapi-version", "swagger-components", "swagger-ref", "swagger-ref"],
            json!({"definitions": {"A B": {"type": "object"}, "A_B": {"properties": {"x": {"$ref": "#/definitions/A B"},
                   "y": {"$ref": "#/definitions/A%20B"}}}}}),
            "/components/schemas",
            json!({"A_B_2": {"type": "object"}, "A_B": {"properties": {"x": {"$ref": "#/components/schemas/A_B_2"},
                   "y": {"$ref": "#/components/schemas/A_B_2"}}}}),
        ),
        (
            &["openapi-version", "swagger-components", "swagger-ref"],
            json!({"paths": {"/a": {"get": {"responses": {}, "respolses": {"200": {"$ref": "#/definitions/A"}}}}},
                   "definitions": {"A": {"type": "object"}}}),
            "/paths/~1a/get/respolses/200/$ref",
            json!("#/components/schemas/A"),
        ),
        (
            &["swagger-component-name", "openapi-version", "swagger-components", "swagger-security-scheme"],
            json!({"securityDefinitions": {"my auth": {"type": "basic"}}, "security": [{"my auth": []}]}),
            "/security",
            json!([{"my_auth": []}]),
        ),
        (
            &["openapi-version", "swagger-parameter-schema"],
            parameter(
                json!({"name": "p", "in": "path", "required": true, "type": "integer", "format": "int32", "maximum": 9,
                             "description": "d", "x-own": 1}),
            ),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "path", "required": true, "description": "d", "x-own": 1,
                   "schema": {"type": "integer", "format": "int32", "maximum": 9}}),
        ),
        (
            &["openapi-version", "swagger-misplaced-schema", "swagger-parameter-schema"],
            parameter(json!({"name": "p", "in": "query", "schema": {"type": "string"}})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "string"}}),
        ),
        (
            &["openapi-version", "swagger-parameter-type"],
            parameter(json!({"name": "p", "in": "query"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "string"}}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "query", "type": "array", "items": {"type": "string"}})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}, "style": "form", "explode": false}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "query", "type": "array", "items": {}, "collectionFormat": "multi"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "array", "items": {}}, "style": "form", "explode": true}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "query", "type": "array", "items": {}, "collectionFormat": "pipes"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "array", "items": {}}, "style": "pipeDelimited", "explode": false}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "query", "type": "array", "items": {}, "collectionFormat": "ssv"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "array", "items": {}}, "style": "spaceDelimited", "explode": false}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-unsupported-collection-format"],
            parameter(
                json!({"name": "p", "in": "path", "required": true, "type": "array", "items": {}, "collectionFormat": "pipes"}),
            ),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "path", "required": true, "schema": {"type": "string"}}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "path", "required": true, "type": "array", "items": {}})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "path", "required": true, "schema": {"type": "array", "items": {}}, "style": "simple", "explode": false}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-collection-format"],
            parameter(json!({"name": "p", "in": "header", "type": "array", "items": {}, "collectionFormat": "csv"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "header", "schema": {"type": "array", "items": {}}, "style": "simple", "explode": false}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-unsupported-collection-format"],
            parameter(json!({"name": "p", "in": "query", "type": "array", "items": {}, "collectionFormat": "tsv"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "string"}}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-example"],
            parameter(json!({"name": "p", "in": "query", "type": "string", "x-example": "e"})),
            "/paths/~1a/post/parameters/0",
            json!({"name": "p", "in": "query", "schema": {"type": "string"}, "example": "e"}),
        ),
        (
            &["openapi-version", "swagger-ref", "swagger-components", "swagger-parameter-schema"],
            json!({"paths": {"/a": {"parameters": [{"$ref": "#/parameters/P"}], "get": {"responses": {}}}},
                   "parameters": {"P": {"name": "p", "in": "query", "type": "string"}}}),
            "/paths/~1a/parameters",
            json!([{"$ref": "#/components/parameters/P"}]),
        ),
        (
            &["openapi-version", "swagger-response-content", "swagger-parameter-schema", "swagger-response-content"],
            json!({"produces": ["a/doc"], "paths": {"/a": {"get": {"produces": ["a/op"], "responses": {
                        "200": {"description": "d", "schema": {"type": "string"}, "examples": {"a/op": "e"}}}},
                   "put": {"responses": {
                        "200": {"description": "d", "schema": {"type": "string"}, "headers": {"X-N": {"type": "integer", "description": "h"}}},
                        "204": {"description": "nothing"}}}}}}),
            "/paths/~1a",
            json!({"get": {"responses": {"200": {"description": "d", "content": {"a/op": {"schema": {"type": "string"}, "example": "e"}}}}},
                   "put": {"responses": {
                        "200": {"description": "d", "content": {"a/doc": {"schema": {"type": "string"}}},
                                "headers": {"X-N": {"schema": {"type": "integer"}, "description": "h"}}},
                        "204": {"description": "nothing"}}}}),
        ),
        (
            &["openapi-version", "swagger-response-content", "response-description"],
            post(json!({"responses": {"200": {"schema": {"type": "string"}}}})),
            "/paths/~1a/post/responses/200",
            json!({"content": {"*/*": {"schema": {"type": "string"}}}, "description": ""}),
        ),
        (
            &["openapi-version", "swagger-drop-response-example"],
            post(json!({"responses": {"200": {"description": "d", "examples": {"application/json": 1}}}})),
            "/paths/~1a/post/responses/200",
            json!({"description": "d"}),
        ),
        (
            &[
                "openapi-version",
                "swagger-ref",
                "swagger-shared-response",
                "swagger-response-content",
                "swagger-components",
                "swagger-response-content",
            ],
            json!({"produces": ["a/b"], "paths": {"/a": {
                       "get": {"responses": {"200": {"$ref": "#/responses/R"}}},
                       "put": {"produces": ["c/d"], "responses": {"200": {"$ref": "#/responses/R"}}}}},
                   "responses": {"R": {"description": "r", "schema": {"type": "string"}}}}),
            "/paths/~1a",
            json!({"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}},
                   "put": {"responses": {"200": {"description": "r", "content": {"c/d": {"schema": {"type": "string"}}}}}}}),
        ),
        (
            &[
                "openapi-version",
                "swagger-components",
                "swagger-security-scheme",
                "swagger-security-scheme",
                "swagger-security-scheme",
                "swagger-security-scheme",
                "bearer-api-key",
            ],
            json!({"securityDefinitions": {
                "a": {"type": "oauth2", "flow": "application", "tokenUrl": "t", "scopes": {"s": "d"}},
                "b": {"type": "oauth2", "flow": "accessCode", "tokenUrl": "t", "authorizationUrl": "u"},
                "c": {"type": "basic", "description": "d"},
                "d": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "u", "scopes": {}, "x-own": 1},
                "e": {"type": "apiKey", "in": "header", "name": "Authorization", "x-apikey-prefix": "Bearer"},
                "f": {"type": "apiKey", "in": "query", "name": "k"}}}),
            "/components/securitySchemes",
            json!({
                "a": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "t", "scopes": {"s": "d"}}}},
                "b": {"type": "oauth2", "flows": {"authorizationCode": {"tokenUrl": "t", "authorizationUrl": "u", "scopes": {}}}},
                "c": {"type": "http", "scheme": "basic", "description": "d"},
                "d": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "u", "scopes": {}}}, "x-own": 1},
                "e": {"type": "http", "scheme": "bearer"},
                "f": {"type": "apiKey", "in": "query", "name": "k"}}),
        ),
        (
            &["openapi-version", "swagger-components", "swagger-file", "swagger-nullable", "swagger-discriminator"],
            json!({"definitions": {"F": {"type": "file"}, "N": {"type": "string", "x-nullable": true},
                   "P": {"type": "object", "discriminator": "kind"}}}),
            "/components/schemas",
            json!({"F": {"type": "string", "format": "binary"}, "N": {"type": "string", "nullable": true},
                   "P": {"type": "object", "discriminator": {"propertyName": "kind"}}}),
        ),
        (
            &["openapi-version", "swagger-components", "swagger-ref"],
            json!({"definitions": {"P": {"discriminator": {"propertyName": "k", "mapping": {"a": "#/definitions/A"}}}, "A": {}}}),
            "/components/schemas/P/discriminator/mapping/a",
            json!("#/components/schemas/A"),
        ),
        // A reference to a schema at a place that the conversion changes.
        (
            &["openapi-version", "swagger-response-content", "swagger-components", "hoist-ref-target"],
            json!({"definitions": {"A": {"$ref": "#/paths/~1a/get/responses/200/schema"}},
                   "paths": {"/a": {"get": {"responses": {"200": {"description": "d", "schema": {"type": "string"}}}}}}}),
            "/components/schemas",
            json!({"A": {"$ref": "#/components/schemas/AGetResponses200Schema"}, "AGetResponses200Schema": {"type": "string"}}),
        ),
        (
            &["openapi-version", "swagger-components", "swagger-ref", "hoist-ref-target"],
            json!({"definitions": {"A": {"properties": {"x": {"type": "string"}, "y": {"$ref": "#/definitions/A/properties/x"}}}}}),
            "/components/schemas/A/properties/y",
            json!({"$ref": "#/components/schemas/AX"}),
        ),
        // Everything else stays, in its order.
        (
            &["openapi-version"],
            json!({"tags": [{"name": "t"}], "externalDocs": {"url": "u"}, "x-own": {"$ref": "#/definitions/A", "type": "file"}}),
            "",
            json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, "tags": [{"name": "t"}],
                   "externalDocs": {"url": "u"}, "x-own": {"$ref": "#/definitions/A", "type": "file"}}),
        ),
    ])
}

pub(super) fn body_rows() -> Vec<Row> {
    let field = |name: &str| json!({"name": name, "in": "formData", "type": "string"});
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    table(vec![
        (
            &["openapi-version", "swagger-body-parameter", "swagger-example"],
            json!({"consumes": ["a/doc"], "paths": {"/a": {"delete": {"consumes": ["a/op", "b/op"], "responses": {}, "parameters": [
                {"in": "body", "name": "b", "description": "d", "required": true, "schema": {"type": "object"}, "x-example": 1, "x-own": 2}]}}}}),
            "/paths/~1a/delete/requestBody",
            json!({"description": "d", "required": true, "x-own": 2, "content": {
                "a/op": {"schema": {"type": "object"}, "example": 1}, "b/op": {"schema": {"type": "object"}, "example": 1}}}),
        ),
        (
            &["openapi-version", "swagger-default-media-type", "swagger-body-parameter"],
            post(json!({"responses": {}, "parameters": [{"in": "body", "name": "b", "schema": {}}]})),
            "/paths/~1a/post",
            json!({"responses": {}, "requestBody": {"content": {"application/json": {"schema": {}}}}}),
        ),
        (
            &[
                "openapi-version",
                "swagger-path-body",
                "swagger-default-media-type",
                "swagger-body-parameter",
                "swagger-default-media-type",
                "swagger-body-parameter",
            ],
            json!({"paths": {"/a": {"parameters": [{"in": "body", "name": "b", "schema": {"title": "path"}}], "put": {"responses": {}},
                   "post": {"responses": {}, "parameters": [{"in": "body", "name": "own", "schema": {"title": "own"}}]}}}}),
            "/paths/~1a",
            json!({"put": {"responses": {}, "requestBody": {"content": {"application/json": {"schema": {"title": "path"}}}}},
                   "post": {"responses": {}, "requestBody": {"content": {"application/json": {"schema": {"title": "own"}}}}}}),
        ),
        (
            &[
                "openapi-version",
                "swagger-shared-body",
                "swagger-default-media-type",
                "swagger-body-parameter",
                "swagger-components",
                "swagger-components",
                "swagger-ref",
            ],
            json!({"paths": {"/a": {"post": {"responses": {}, "parameters": [{"$ref": "#/parameters/B"}]}}},
                   "parameters": {"B": {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/D"}}}, "definitions": {"D": {}}}),
            "/paths/~1a/post/requestBody/content/application~1json/schema",
            json!({"$ref": "#/components/schemas/D"}),
        ),
        (
            &[
                "openapi-version",
                "swagger-form-media-type",
                "swagger-parameter-schema",
                "swagger-collection-format",
                "swagger-drop-field",
                "swagger-parameter-schema",
                "swagger-form-parameters",
            ],
            post(json!({"responses": {}, "parameters": [
                {"name": "l", "in": "formData", "type": "array", "items": {"type": "string"}, "description": "d", "allowEmptyValue": true},
                {"name": "r", "in": "formData", "type": "string", "required": true}]})),
            "/paths/~1a/post/requestBody",
            json!({"required": true, "content": {"application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["r"], "properties": {
                    "l": {"type": "array", "items": {"type": "string"}, "description": "d"}, "r": {"type": "string"}}},
                "encoding": {"l": {"style": "form", "explode": false}}}}}),
        ),
        (
            &[
                "openapi-version",
                "swagger-form-media-type",
                "swagger-parameter-schema",
                "swagger-form-parameters",
                "swagger-file",
            ],
            post(json!({"responses": {}, "parameters": [{"name": "f", "in": "formData", "type": "file"}]})),
            "/paths/~1a/post/requestBody/content",
            json!({"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string", "format": "binary"}}}}}),
        ),
        (
            &["openapi-version", "swagger-parameter-schema", "swagger-form-parameters"],
            post(json!({"responses": {}, "parameters": [field("a")],
                        "consumes": ["multipart/form-data", "application/x-www-form-urlencoded"]})),
            "/paths/~1a/post/requestBody/content",
            json!({"application/x-www-form-urlencoded": {"schema": object("a")}, "multipart/form-data": {"schema": object("a")}}),
        ),
        (
            &[
                "openapi-version",
                "swagger-form-media-type",
                "swagger-parameter-schema",
                "swagger-parameter-schema",
                "swagger-form-parameters",
                "swagger-file",
            ],
            post(json!({"responses": {}, "parameters": [field("a"), {"name": "f", "in": "formData", "type": "file"}],
                        "consumes": ["multipart/form-data", "application/x-www-form-urlencoded"]})),
            "/paths/~1a/post/requestBody/content",
            json!({
                "application/x-www-form-urlencoded": {"schema": object("a")},
                "multipart/form-data": {"schema": {"type": "object", "properties": {
                    "a": {"type": "string"}, "f": {"type": "string", "format": "binary"}}}},
            }),
        ),
    ])
}

#[test]
fn documents_get_the_layout_of_3_0() {
    check(rows());
}

#[test]
fn bodies_and_forms_become_request_bodies() {
    check(body_rows());
}

#[test]
fn two_bodies_are_an_error() {
    let body = |name: &str, location: &str| json!({"name": name, "in": location, "type": "string"});
    for second in ["body", "formData"] {
        let input = swagger(post(json!({"responses": {}, "parameters": [body("a", "body"), body("b", second)]})));
        let (_, result) = convert(Dialect::Swagger2, &input);
        assert_eq!(result.unwrap_err().0[0].code, "swagger-two-bodies");
        let (cx, document) = convert_by(to_v3_0_as_published, Dialect::Swagger2, &input);
        assert_eq!(document.unwrap().members("paths").filter(|(_, item)| item.get("post").is_some()).count(), 0);
        assert_eq!(cx.report.left_out[0].construct, Construct::TwoBodies);
    }
}

#[test]
fn nested_arrays_lose_their_separator_with_a_note() {
    let input = swagger(parameter(json!({"name": "p", "in": "query", "type": "array", "collectionFormat": "multi",
        "items": {"type": "array", "collectionFormat": "pipes", "items": {"type": "string"}}})));
    let (cx, result) = convert(Dialect::Swagger2, &input);
    let schema = &result.unwrap().to_json()["paths"]["/a"]["post"]["parameters"][0]["schema"];
    assert_eq!(*schema, json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}));
    assert_eq!(names(&cx).iter().filter(|name| **name == "swagger-collection-format").count(), 2);
}
