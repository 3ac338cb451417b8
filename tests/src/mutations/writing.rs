//! Changes of how something is written or obtained, of calls that the API makes, and of what OpenAPI 3.0 has no place for.

use serde_json::{Value, json};

use super::{B, C, CREATE, GIVEN, LIST, Mutation, ONE, S, SENT, at, change, on, remove, set};

/// XML bodies, which the base has not.
fn xml(document: &mut Value) {
    for (place, schema) in [("/requestBody", "NewOrder"), ("/responses/201", "Order")] {
        let media = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
        set(document, CREATE, &format!("{place}/content/application~1xml"), media);
    }
}

/// A scheme with two flows, which an operation asks for.
fn flows(document: &mut Value) {
    let flow = json!({"authorizationUrl": "https://a.example.com", "tokenUrl": "https://a.example.com", "scopes": {}});
    let flows = json!({"clientCredentials": flow, "authorizationCode": flow});
    set(document, "/components", "/securitySchemes/flows", json!({"type": "oauth2", "flows": flows}));
    set(document, ONE, "/security", json!([{"flows": []}]));
}

/// A call that the API makes once an order is there.
fn callback(document: &mut Value) {
    let call = json!({"post": {
        "parameters": [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        "responses": {"200": {"description": "Thanks."}}
    }});
    set(document, CREATE, "/callbacks", json!({"done": {"{$request.body#/address}": call}}));
}

/// A header that is an object.
fn header(document: &mut Value) {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    set(document, LIST, "/responses/200/headers/X-Page/schema", schema);
}

pub(super) const ALL: &[Mutation] = &[
    change("the servers in another order", (&["server-default-changed"], B), (&["server-default-changed"], B), |d| {
        let second = remove(d, "", "/servers/1");
        at(d, "", "/servers").as_array_mut().unwrap().insert(0, second);
    }),
    on(
        "a prefix of all paths",
        (&["server-prefix-moved"], S),
        (&["server-prefix-moved"], S),
        |d| set(d, "", "/servers", json!([{"url": "https://api.example.com/v1"}])),
        |d| {
            set(d, "", "/servers", json!([{"url": "https://api.example.com"}]));
            let paths = std::mem::take(at(d, "", "/paths"));
            let moved = paths.as_object().unwrap().iter().map(|(path, item)| (format!("/v1{path}"), item.clone()));
            set(d, "", "/paths", Value::Object(moved.collect()));
        },
    ),
    on("a flow is gone", (&["security-flow-removed"], B), (&["security-flow-added"], C), flows, |d| {
        remove(d, "/components/securitySchemes/flows", "/flows/clientCredentials");
    }),
    on("a call is no longer made", (&["incoming-call-removed"], B), (&["incoming-call-added"], C), callback, |d| {
        remove(d, CREATE, "/callbacks");
    }),
    on(
        "a call has another parameter",
        (&["incoming-call-changed"], B),
        (&["incoming-call-changed"], B),
        callback,
        |d| {
            let call = at(d, CREATE, "/callbacks/done").as_object_mut().unwrap().values_mut().next().unwrap();
            call["post"]["parameters"][0]["name"] = json!("X-Other");
        },
    ),
    on("an element has another name", (&["request-xml-changed"], B), (&["request-xml-changed"], B), xml, |d| {
        set(d, SENT, "/properties/address/xml", json!({"name": "place"}));
    }),
    on(
        "response: an element has another name",
        (&["response-xml-changed"], B),
        (&["response-xml-changed"], B),
        xml,
        |d| set(d, GIVEN, "/properties/note/xml", json!({"attribute": true})),
    ),
    on(
        "response: an object of a header is exploded",
        (&["response-header-style-changed"], B),
        (&["response-header-style-changed"], B),
        header,
        |d| set(d, LIST, "/responses/200/headers/X-Page/explode", json!(true)),
    ),
    on(
        "response: a header is a document",
        (&["response-header-content-changed"], B),
        (&["response-header-content-changed"], B),
        header,
        |d| {
            let schema = remove(d, LIST, "/responses/200/headers/X-Page/schema");
            set(d, LIST, "/responses/200/headers/X-Page/content", json!({"application/json": {"schema": schema}}));
        },
    ),
    change(
        "response: all listed values are others",
        (&["response-enum-replaced"], B),
        (&["response-enum-replaced"], B),
        |d| set(d, GIVEN, "/properties/state/enum", json!(["new", "done"])),
    ),
    on(
        "an integer of a query becomes a string",
        (&["request-schema-rewritten"], S),
        (&["request-type-changed"], B),
        |d| set(d, LIST, "/parameters/1/schema", json!({"type": "integer"})),
        |d| set(d, LIST, "/parameters/1/schema", json!({"type": "string"})),
    ),
    on(
        "response: fewer listed values, without a length that they have anyway",
        (&["response-schema-rewritten"], S),
        (&["response-enum-value-added"], C),
        |d| set(d, GIVEN, "/properties/state/minLength", json!(1)),
        |d| {
            remove(d, GIVEN, "/properties/state/minLength");
            remove(d, GIVEN, "/properties/state/enum/2");
        },
    ),
    change("a condition", (&["request-keyword-added"], B), (&["request-keyword-removed"], C), |d| {
        set(d, SENT, "/dependentRequired", json!({"kind": ["comment"]}));
    }),
    on(
        "another condition",
        (&["request-keyword-changed"], B),
        (&["request-keyword-changed"], B),
        |d| set(d, SENT, "/dependentRequired", json!({"kind": ["comment"]})),
        |d| set(d, SENT, "/dependentRequired", json!({"kind": ["count"]})),
    ),
    change("response: a condition", (&["response-keyword-added"], C), (&["response-keyword-removed"], B), |d| {
        set(d, GIVEN, "/dependentRequired", json!({"note": ["code"]}));
    }),
    on(
        "response: another condition",
        (&["response-keyword-changed"], B),
        (&["response-keyword-changed"], B),
        |d| set(d, GIVEN, "/dependentRequired", json!({"note": ["code"]})),
        |d| set(d, GIVEN, "/dependentRequired", json!({"note": ["count"]})),
    ),
];
