//! Changes of the document, of operations, and of the parts around bodies.

use serde_json::{Value, json};

use super::{B, C, CREATE, D, LIST, Mutation, ONE, S, at, change, on, push, remove, set};

/// Adds a server with a variable, which the base description lacks.
fn regional(document: &mut Value) {
    let server = json!({
        "url": "https://{region}.example.com",
        "variables": {"region": {"default": "us", "enum": ["us", "ca"]}}
    });
    push(document, "", "/servers", server);
}

pub(super) const ALL: &[Mutation] = &[
    change(
        "another description of the document",
        (&["document-info-changed"], D),
        (&["document-info-changed"], D),
        |d| {
            set(d, "", "/info/description", json!("A better shop."));
        },
    ),
    change("another tag", (&["document-tags-changed"], D), (&["document-tags-changed"], D), |d| {
        set(d, "", "/tags", json!([{"name": "orders", "description": "All about orders."}]));
    }),
    change("a link to more documentation", (&["external-docs-changed"], D), (&["external-docs-changed"], D), |d| {
        set(d, "", "/externalDocs", json!({"url": "https://example.com/docs"}));
    }),
    change("a server is gone", (&["server-removed"], B), (&["server-added"], C), |d| {
        remove(d, "", "/servers/1");
    }),
    on(
        "a region is gone",
        (&["server-variable-value-removed"], B),
        (&["server-variable-value-added"], C),
        regional,
        |d| set(d, "", "/servers/2/variables/region/enum", json!(["us"])),
    ),
    on(
        "a server of an operation is gone",
        (&["server-removed"], B),
        (&["server-added"], C),
        |d| set(d, ONE, "/servers", json!([{"url": "https://a.example.com"}, {"url": "https://b.example.com"}])),
        |d| {
            remove(d, ONE, "/servers/1");
        },
    ),
    on(
        "another default region",
        (&["server-variable-default-changed"], B),
        (&["server-variable-default-changed"], B),
        regional,
        |d| set(d, "", "/servers/2/variables/region/default", json!("ca")),
    ),
    change("a server has another name", (&["server-renamed"], S), (&["server-renamed"], S), |d| {
        set(d, "", "/servers/0/description", json!("America"));
    }),
    change("a server is described", (&["server-description-changed"], D), (&["server-description-changed"], D), |d| {
        let text = "Where everything is that has no better place to be in any other region of the world.";
        set(d, "", "/servers/0/description", json!(text));
    }),
    change("a scheme is described", (&["security-scheme-changed"], C), (&["security-scheme-changed"], C), |d| {
        set(d, "/components/securitySchemes/bearer", "/bearerFormat", json!("JWT"));
    }),
    change("an operation is gone", (&["operation-removed"], B), (&["operation-added"], C), |d| {
        remove(d, "/paths/~1orders~1{orderId}", "/delete");
    }),
    change("another path", (&["operation-path-changed"], B), (&["operation-path-changed"], B), |d| {
        let item = remove(d, "/paths", "/~1orders");
        set(d, "/paths", "/~1purchases", item);
    }),
    change("a slash at the end", (&["operation-path-changed"], B), (&["operation-path-changed"], B), |d| {
        let item = remove(d, "/paths", "/~1orders");
        set(d, "/paths", "/~1orders~1", item);
    }),
    change("another method", (&["operation-method-changed"], B), (&["operation-method-changed"], B), |d| {
        let operation = remove(d, "/paths/~1orders~1{orderId}", "/delete");
        set(d, "/paths/~1orders~1{orderId}", "/put", operation);
    }),
    change("another id", (&["operation-id-changed"], S), (&["operation-id-changed"], S), |d| {
        set(d, ONE, "/operationId", json!("fetchOrder"));
    }),
    change("an operation is deprecated", (&["operation-deprecated"], C), (&["operation-undeprecated"], C), |d| {
        set(d, ONE, "/deprecated", json!(true));
    }),
    change(
        "an operation is marked as beta",
        (&["operation-stability-lowered"], C),
        (&["operation-stability-raised"], C),
        |d| set(d, ONE, "/x-stability-level", json!("beta")),
    ),
    change(
        "the end of an operation is announced",
        (&["operation-sunset-changed"], D),
        (&["operation-sunset-changed"], D),
        |d| set(d, ONE, "/x-sunset", json!("2027-01-31")),
    ),
    change(
        "another summary",
        (&["operation-documentation-changed"], D),
        (&["operation-documentation-changed"], D),
        |d| set(d, LIST, "/summary", json!("All orders.")),
    ),
    change("another tag of an operation", (&["operation-tags-changed"], D), (&["operation-tags-changed"], D), |d| {
        push(d, LIST, "/tags", json!("lists"));
    }),
    change("a callback", (&["operation-callbacks-changed"], C), (&["operation-callbacks-changed"], B), |d| {
        let call = json!({"post": {"responses": {"200": {"description": "Taken."}}}});
        set(d, CREATE, "/callbacks", json!({"done": {"https://example.com/hook": call}}));
    }),
    change("another placeholder", (&["path-parameter-renamed"], D), (&["path-parameter-renamed"], D), |d| {
        let item = remove(d, "/paths", "/~1orders~1{orderId}");
        set(d, "/paths", "/~1orders~1{id}", item);
        set(d, "/components/parameters/OrderId", "/name", json!("id"));
    }),
    on(
        "credentials are needed",
        (&["security-added"], B),
        (&["security-removed"], S),
        |d| set(d, ONE, "/security", json!([])),
        |d| {
            remove(d, ONE, "/security");
        },
    ),
    on(
        "credentials are no longer optional",
        (&["security-added"], B),
        (&["security-optional"], C),
        |d| set(d, ONE, "/security", json!([{}, {"bearer": []}])),
        |d| {
            remove(d, ONE, "/security");
        },
    ),
    on(
        "one kind of credential less",
        (&["security-alternative-removed"], B),
        (&["security-alternative-added"], C),
        |d| set(d, ONE, "/security", json!([{"bearer": []}, {"other": []}])),
        |d| {
            remove(d, ONE, "/security/1");
        },
    ),
    on(
        "one more scope",
        (&["security-scope-added"], B),
        (&["security-scope-removed"], C),
        |d| {
            let scopes = json!({"read": "Read.", "write": "Write."});
            let flow = json!({"tokenUrl": "https://example.com/token", "scopes": scopes});
            let scheme = json!({"type": "oauth2", "flows": {"clientCredentials": flow}});
            set(d, "/components/securitySchemes", "/oauth", scheme);
            set(d, ONE, "/security", json!([{"oauth": ["read"]}]));
        },
        |d| set(d, ONE, "/security", json!([{"oauth": ["read", "write"]}])),
    ),
    change(
        "an optional parameter is gone",
        (&["request-parameter-removed"], B),
        (&["request-parameter-added-optional"], C),
        |d| {
            remove(d, LIST, "/parameters/1");
        },
    ),
    change(
        "a required parameter is gone",
        (&["request-parameter-removed"], B),
        (&["request-parameter-added-required"], B),
        |d| {
            remove(d, LIST, "/parameters/0");
        },
    ),
    change(
        "a parameter becomes optional",
        (&["request-parameter-became-optional", "argument-became-optional"], S),
        (&["request-parameter-became-required"], B),
        |d| {
            remove(d, LIST, "/parameters/0/required");
        },
    ),
    change("a parameter moves", (&["request-parameter-moved"], B), (&["request-parameter-moved"], B), |d| {
        set(d, LIST, "/parameters/1/in", json!("header"));
    }),
    change(
        "an array is written with commas",
        (&["request-parameter-style-changed"], B),
        (&["request-parameter-style-changed"], B),
        |d| set(d, LIST, "/parameters/2/explode", json!(false)),
    ),
    change("a parameter is bounded", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), |d| {
        set(d, LIST, "/parameters/1/schema/maximum", json!(100));
    }),
    change(
        "a placeholder has a pattern",
        (&["request-pattern-added"], B),
        (&["request-pattern-removed", "generated-type-changed"], S),
        |d| set(d, "/components/parameters/OrderId", "/schema/pattern", json!("^[a-z0-9]+$")),
    ),
    on(
        "a cookie is gone",
        (&["request-parameter-removed"], B),
        (&["request-parameter-added-optional"], C),
        |d| push(d, LIST, "/parameters", json!({"name": "visit", "in": "cookie", "schema": {"type": "string"}})),
        |d| {
            remove(d, LIST, "/parameters/4");
        },
    ),
    change(
        "a parameter is a document",
        (&["request-parameter-content-changed"], B),
        (&["request-parameter-content-changed"], B),
        |d| {
            let schema = remove(d, LIST, "/parameters/3/schema");
            set(d, LIST, "/parameters/3/content", json!({"application/json": {"schema": schema}}));
        },
    ),
    change(
        "a number is a document",
        (&["request-parameter-encoding-changed"], C),
        (&["request-parameter-encoding-changed"], C),
        |d| {
            let schema = remove(d, LIST, "/parameters/1/schema");
            set(d, LIST, "/parameters/1/content", json!({"application/json": {"schema": schema}}));
        },
    ),
    change(
        "reserved characters are allowed",
        (&["request-parameter-encoding-changed"], C),
        (&["request-parameter-encoding-changed"], C),
        |d| set(d, LIST, "/parameters/0/allowReserved", json!(true)),
    ),
    change(
        "a parameter is deprecated",
        (&["request-parameter-deprecated"], C),
        (&["request-parameter-undeprecated"], C),
        |d| set(d, LIST, "/parameters/1/deprecated", json!(true)),
    ),
    change(
        "a parameter is described",
        (&["request-parameter-documentation-changed"], D),
        (&["request-parameter-documentation-changed"], D),
        |d| set(d, LIST, "/parameters/1/description", json!("How many.")),
    ),
    change("no body", (&["request-body-removed"], B), (&["request-body-added-required"], B), |d| {
        remove(d, CREATE, "/requestBody");
    }),
    on(
        "no optional body",
        (&["request-body-removed"], B),
        (&["request-body-added-optional"], C),
        |d| set(d, CREATE, "/requestBody/required", json!(false)),
        |d| {
            remove(d, CREATE, "/requestBody");
        },
    ),
    change(
        "an optional body",
        (&["request-body-became-optional", "argument-became-optional"], S),
        (&["request-body-became-required"], B),
        |d| set(d, CREATE, "/requestBody/required", json!(false)),
    ),
    change("no form", (&["request-media-type-removed"], B), (&["request-media-type-added"], C), |d| {
        remove(d, CREATE, "/requestBody/content/application~1x-www-form-urlencoded");
    }),
    change("no JSON", (&["request-media-type-removed"], B), (&["request-media-type-added"], C), |d| {
        remove(d, CREATE, "/requestBody/content/application~1json");
    }),
    on(
        "JSON in place of text",
        (&["response-media-type-added", "success-type-changed"], S),
        (&["response-media-type-removed"], B),
        |d| set(d, ONE, "/responses/200/content", json!({"text/plain": {"schema": {"type": "string"}}})),
        |d| {
            let schema = json!({"$ref": "#/components/schemas/Order"});
            set(d, ONE, "/responses/200/content/application~1json", json!({"schema": schema}));
        },
    ),
    change(
        "a form is written otherwise",
        (&["request-body-encoding-changed"], B),
        (&["request-body-encoding-changed"], B),
        |d| {
            let encoding = json!({"labels": {"style": "deepObject", "explode": true}});
            set(d, CREATE, "/requestBody/content/application~1x-www-form-urlencoded/encoding", encoding);
        },
    ),
    change(
        "a body is described",
        (&["request-body-documentation-changed"], D),
        (&["request-body-documentation-changed"], D),
        |d| set(d, CREATE, "/requestBody/description", json!("The order.")),
    ),
    change(
        "one more success without a body",
        (&["response-success-status-added"], C),
        (&["response-success-status-removed"], B),
        |d| set(d, "/paths/~1orders~1{orderId}", "/delete/responses/202", json!({"description": "Later."})),
    ),
    change(
        "a success that has no body, unlike the other",
        (&["response-success-status-added", "success-type-changed"], S),
        (&["response-success-status-removed"], B),
        |d| set(d, CREATE, "/responses/202", json!({"description": "Later."})),
    ),
    change(
        "one more success with the same body",
        (&["response-success-status-added"], C),
        (&["response-success-status-removed"], B),
        |d| {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}});
            set(d, CREATE, "/responses/200", json!({"description": "It was there.", "content": content}));
        },
    ),
    change(
        "one more success with another body",
        (&["response-success-status-added", "success-type-changed"], S),
        (&["response-success-status-removed"], B),
        |d| {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
            set(d, CREATE, "/responses/200", json!({"description": "It was there.", "content": content}));
        },
    ),
    change(
        "one more failure",
        (&["response-error-status-added"], C),
        (&["response-error-status-removed", "error-variant-removed"], S),
        |d| set(d, CREATE, "/responses/409", json!({"$ref": "#/components/responses/Failed"})),
    ),
    change(
        "a failure with a body",
        (&["response-media-type-added", "generated-type-changed"], S),
        (&["response-media-type-removed"], B),
        |d| {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
            set(d, ONE, "/responses/404/content", content);
        },
    ),
    change("a failure of a range", (&["error-variant-removed"], S), (&["error-variant-removed"], S), |d| {
        let failure = remove(d, ONE, "/responses/404");
        set(d, ONE, "/responses/4XX", failure);
    }),
    change("one more media type", (&["response-media-type-added"], C), (&["response-media-type-removed"], B), |d| {
        set(d, ONE, "/responses/200/content/text~1csv", json!({"schema": {"type": "string"}}));
    }),
    change("a header is gone", (&["response-header-removed"], B), (&["response-header-added"], C), |d| {
        remove(d, LIST, "/responses/200/headers/X-Total");
    }),
    change(
        "an optional header is gone",
        (&["response-optional-header-removed"], C),
        (&["response-header-added"], C),
        |d| {
            remove(d, LIST, "/responses/200/headers/X-Page");
        },
    ),
    change(
        "a header is optional",
        (&["response-header-became-optional"], B),
        (&["response-header-became-required"], C),
        |d| {
            remove(d, LIST, "/responses/200/headers/X-Total/required");
        },
    ),
    change("a header of another type", (&["response-type-changed"], B), (&["response-type-changed"], B), |d| {
        set(d, LIST, "/responses/200/headers/X-Page/schema/type", json!("boolean"));
    }),
    change("a link", (&["response-links-changed"], D), (&["response-links-changed"], D), |d| {
        set(d, CREATE, "/responses/201/links", json!({"one": {"operationId": "getOrder"}}));
    }),
    change(
        "another description of a response",
        (&["response-documentation-changed"], D),
        (&["response-documentation-changed"], D),
        |d| set(d, CREATE, "/responses/201/description", json!("The new order.")),
    ),
    change("a schema has another name", (&["type-renamed"], S), (&["type-renamed"], S), |d| {
        let schema = remove(d, "/components/schemas", "/Problem");
        set(d, "/components/schemas", "/Failure", schema);
        let reference = json!({"$ref": "#/components/schemas/Failure"});
        *at(d, "/components/responses/Failed", "/content/application~1json/schema") = reference;
    }),
    change("a schema is deprecated", (&["schema-deprecated"], C), (&["schema-undeprecated"], C), |d| {
        set(d, "/components/schemas/Problem", "/deprecated", json!(true));
    }),
    change(
        "another description of a schema",
        (&["schema-documentation-changed"], D),
        (&["schema-documentation-changed"], D),
        |d| set(d, "/components/schemas/Problem", "/description", json!("What was wrong.")),
    ),
    change("a hint", (&["format-hint-changed"], D), (&["format-hint-changed"], D), |d| {
        set(d, "/components/schemas/Problem", "/properties/message/format", json!("markdown"));
    }),
];
