//! Whole descriptions like those in the wild: read, converted, selected and lowered.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::load::{MemoryFiles, load};
use crate::lower::{LowerPlan, lower};
use crate::select::{Selection, select};
use crate::{Context, Diagnostics};

fn run(files: &MemoryFiles) -> (Context, Result<Json, Diagnostics>) {
    let mut cx = Context::new();
    let result = load(&mut cx, files, Path::new("api.yaml"))
        .and_then(|document| super::to_v3_0(&mut cx, document))
        .and_then(|document| select(&mut cx, document, &Selection::default()))
        .and_then(|document| lower(&mut cx, document, &LowerPlan::default()))
        .map(|document| document.to_json());
    (cx, result)
}

fn taken(text: &str) -> (Context, Json) {
    let (cx, result) = run(&MemoryFiles::new().with("api.yaml", text));
    let document = result.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false)));
    (cx, document)
}

fn operation_ids(document: &Json) -> Vec<&str> {
    let items = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    items.filter_map(|operation| operation["operationId"].as_str()).collect()
}

#[test]
fn a_realistic_2_0_document() {
    let (cx, document) = taken(
        r"
swagger: 2.0
info: {title: Wild, version: 1.10}
host: api.example.com
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, type: string}
    get:
      operationId: thing
      parameters:
        - {name: filter, in: query, schema: {type: string}}
        - {name: limit, in: query, required: 'true', type: integer, maximum: '100'}
      responses:
        200: {schema: {$ref: '#/definitions/Thing'}}
        404:
    delete:
      operationId: thing
      parameters:
        - {name: reason, in: body, schema: {type: object, properties: []}}
      responses:
        204: {description: 204}
definitions:
  Thing:
    type: object
    required: true
    discriminator: kind
    properties:
      kind: {type: string}
      tags: {type: array}
      position: {type: array, items: [{type: number}, {type: number}]}
      size: {type: [integer, 'null']}
      note: {type: string, x-nullable: true}
  Unused: {properties: {lost: {$ref: '#/definitions/Missing'}}}
",
    );
    assert_eq!(document["info"]["version"], json!("1.10"));
    assert_eq!(document["servers"], json!([{"url": "https://api.example.com"}]));
    let ids = operation_ids(&document);
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    let item = &document["paths"]["/things/{id}"];
    assert!(item["delete"]["requestBody"].is_object(), "a DELETE can have a body");
    let limit = item["get"]["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == "limit");
    assert_eq!(limit.unwrap()["required"], json!(true));
    assert_eq!(document["components"]["schemas"].get("Unused"), None);
    let noted = |rule: &str| cx.report.notes.iter().any(|note| note.rule.name == rule);
    for rule in
        ["unreachable-broken-ref", "unquoted-text", "malformed-keyword", "swagger-misplaced-schema", "empty-object"]
    {
        assert!(noted(rule), "{rule}");
    }
    assert!(cx.report.left_out.is_empty());
}

#[test]
fn a_dangling_reference_that_is_needed_is_an_error() {
    let text = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/x: {get: {responses: {200: {description: d, schema: {$ref: '#/definitions/Misssing'}}}}}}\ndefinitions: {Missing: {type: object}}\n";
    let (_, result) = run(&MemoryFiles::new().with("api.yaml", text));
    let problems = result.unwrap_err();
    assert_eq!(problems.0[0].code, "dangling-ref");
    assert_eq!(problems.0[0].help.as_deref(), Some("did you mean `#/definitions/Missing`?"));
}

#[test]
fn a_3_2_document_with_its_new_fields() {
    let (cx, document) = taken(
        r"
openapi: 3.2.0
$self: https://api.example.com/openapi.yaml
info: {title: New, version: '1'}
tags: [{name: a, summary: A, parent: b, kind: nav}]
servers: [{url: 'https://api.example.com', name: production}]
security: [{'#/components/securitySchemes/token': []}]
paths:
  /things:
    query: {operationId: find, responses: {200: {description: d}}}
    additionalOperations:
      COPY: {operationId: copy, responses: {200: {description: d}}}
    get:
      operationId: list
      tags: [a]
      parameters: [{name: q, in: querystring, content: {application/json: {schema: {type: object}}}}]
      responses:
        200:
          summary: All
          content:
            application/json: {$ref: '#/components/mediaTypes/Things'}
    post:
      operationId: whole
      parameters: [{name: q, in: querystring, required: true, content: {application/json: {schema: {type: object}}}}]
      responses: {200: {description: d}}
  /events:
    get:
      operationId: events
      responses:
        200: {description: d, content: {application/json: {itemSchema: {type: object}}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer, deprecated: true}
    device: {type: oauth2, flows: {deviceAuthorization: {deviceAuthorizationUrl: 'https://x', tokenUrl: 'https://x', scopes: {}}}}
  mediaTypes:
    Things:
      schema: {type: array, items: {$ref: 'openapi.yaml#/components/schemas/Thing'}}
      examples: {one: {dataValue: [], serializedValue: '[]'}}
  schemas:
    Thing: {type: object, properties: {name: {type: string}}}
",
    );
    assert_eq!(operation_ids(&document), ["events", "list"]);
    let list = &document["paths"]["/things"]["get"];
    assert_eq!(list["parameters"].as_array().map_or(0, Vec::len), 0);
    assert!(document["components"]["schemas"]["Thing"].is_object());
    let left_out: Vec<&str> = cx.report.left_out.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(left_out, ["QUERY /things", "COPY /things", "POST /things"]);
    for one in &cx.report.left_out {
        assert!(one.pointer.starts_with("#/paths/~1things/"), "{}", one.pointer);
    }
}

#[test]
fn json_schema_as_3_1_has_it() {
    let (_, document) = taken(
        r"
openapi: 3.1.0
info: {title: Schemas, version: '1'}
paths:
  /x:
    get:
      operationId: x
      responses: {200: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Tree'}}}}}
components:
  schemas:
    Tree:
      $id: https://example.com/tree
      $dynamicAnchor: node
      type: object
      $defs:
        Leaf: {$anchor: leaf, type: object, properties: {size: {type: [integer, 'null'], exclusiveMinimum: 0}}}
      properties:
        children: {type: array, items: {$dynamicRef: '#node'}}
        leaf: {$ref: '#leaf'}
        same: {$ref: '#/$defs/Leaf'}
        other: {$ref: other}
      patternProperties: {^x-: {type: string}}
      propertyNames: {maxLength: 10}
      dependentRequired: {leaf: [same]}
      if: {properties: {leaf: true}}
      then: {properties: {extra: {type: string}}}
      unevaluatedProperties: false
    Other: {$id: 'https://example.com/other', type: object, properties: {contained: {type: array, contains: {type: string}}}}
",
    );
    let schemas = &document["components"]["schemas"];
    let to = |name: &str| json!(format!("#/components/schemas/{name}"));
    let properties = &schemas["Tree"]["properties"];
    assert_eq!(properties["children"]["items"]["$ref"], to("Tree"));
    assert_eq!((&properties["leaf"]["$ref"], &properties["same"]["$ref"]), (&to("Leaf"), &to("Leaf")));
    assert_eq!(properties["other"]["$ref"], to("Other"));
    assert_eq!(properties["extra"], json!({"type": "string"}));
    assert!(schemas["Leaf"]["properties"]["size"]["nullable"].as_bool().unwrap());
}

#[test]
fn several_files_of_both_kinds() {
    let files = MemoryFiles::new()
        .with("api.yaml", "openapi: 3.1.0\ninfo: {title: Files, version: '1'}\npaths:\n  /pets: {$ref: paths/pets.json}\n  /toys: {$ref: 'paths/toys.yaml#/toys'}\n")
        .with(
            "paths/pets.json",
            r#"{"get": {"operationId": "pets", "parameters": [{"$ref": "../common.yaml#/Limit"}], "responses": {"200": {"description": "d",
                "content": {"application/json": {"schema": {"$ref": "../schemas/Pet.yaml"}}}}}}}"#,
        )
        .with(
            "paths/toys.yaml",
            "toys:\n  get:\n    operationId: toys\n    parameters: [{$ref: '../paths/../common.yaml#/Limit'}]\n    responses: {200: {description: d, content: {application/json: {schema: {$ref: '../schemas/Toy.json#/definitions/Toy'}}}}}\n",
        )
        .with("common.yaml", "Limit: {name: limit, in: query, schema: {type: integer}}\n")
        .with("schemas/Pet.yaml", "type: object\nproperties: {toys: {type: array, items: {$ref: 'Toy.json#/definitions/Toy'}}}\n")
        .with("schemas/Toy.json", r#"{"definitions": {"Toy": {"type": "object", "properties": {"owner": {"$ref": "./Pet.yaml"}}}}}"#);
    let (cx, result) = run(&files);
    let document = result.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false)));
    assert_eq!(operation_ids(&document), ["pets", "toys"]);
    let names: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Pet", "Toy"]);
}
