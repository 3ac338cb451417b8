//! The generator under guard: operations that it fails on are named and left out, and all others are generated.

use std::path::Path;

use crate::items;
use client_codegen::{CrateSpec, Culprit, Descriptions, Guarded};
use openapi_pipeline::source::Step;
use openapi_pipeline::{Node, Sources};
use serde_json::{Value as Json, json};

fn node(json: &Json) -> (Sources, Node) {
    let mut sources = Sources::new();
    let file = sources.add("a.json", json.to_string());
    let origin = sources.mark(file, 0..1, None, Step::Root);
    (sources, Node::from_json(json, origin))
}

fn generate(json: &Json) -> Guarded {
    let (sources, document) = node(json);
    client_codegen::generate_guarded(&document, &spec(), Descriptions { sources: &sources, root: Path::new("") })
        .unwrap()
}

fn culprits(json: &Json) -> Vec<Culprit> {
    let (sources, document) = node(json);
    client_codegen::culprits(&document, &spec(), Descriptions { sources: &sources, root: Path::new("") })
}

fn spec() -> CrateSpec {
    CrateSpec {
        family: "doors".into(),
        title: "Doors".into(),
        command: "cargo xtask client".into(),
        document: "openapi.json".into(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    }
}

fn document(paths: Json, schemas: Json) -> Json {
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
}

fn sends(id: &str, schema: &str) -> Json {
    let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
    json!({
        "operationId": id,
        "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
        "responses": {"204": {"description": ""}},
    })
}

/// A schema with a dangling reference, on which progenitor panics.
fn panicking() -> Json {
    json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Gone"}}})
}

#[test]
fn the_culprits_are_left_out_and_named() {
    let paths = json!({
        "/fine": {"put": sends("fine", "Fine")},
        "/bad": {"post": sends("bad", "Outer"), "put": sends("also_fine", "Fine")},
        "/odd": {"post": {"operationId": "odd", "responses": {"200": {"description": "", "content": {"application/json": {}}}}}},
    });
    let fine = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let outer = json!({"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Trap"}}});
    let document = document(paths, json!({"Fine": fine, "Outer": outer, "Trap": panicking()}));
    let guarded = generate(&document);
    let named: Vec<_> = guarded.left_out.iter().map(|one| (one.operation(), one.schema.clone())).collect();
    assert_eq!(named, [("POST /bad".to_owned(), Some("Trap".to_owned())), ("POST /odd".to_owned(), None)]);
    assert!(guarded.left_out[0].reason().contains("`Trap`"), "{}", guarded.left_out[0].reason());
    assert_eq!(guarded.source.operations, 2);
    let rest = guarded.document.unwrap();
    let schemas: Vec<&String> = rest.get("components").unwrap().members("schemas").map(|(name, _)| name).collect();
    assert_eq!(schemas, ["Fine"], "components that only the culprits need are left out too");
    assert_eq!(culprits(&document).len(), 2);
}

#[test]
fn a_document_that_works_is_left_alone() {
    let paths = json!({"/fine": {"get": {"operationId": "fine", "responses": {"204": {"description": ""}}}}});
    let guarded = generate(&document(paths, json!({})));
    assert!(guarded.document.is_none() && guarded.left_out.is_empty());
    assert!(!guarded.source.client.contains("types"), "an import that nothing uses");
}

#[test]
fn bytes_secrets_and_keys_have_the_types_they_should() {
    let binary = json!({"type": "string", "format": "binary"});
    let text = json!({"type": "string"});
    let paths = json!({"/f/{token}": {
        "put": {
            "operationId": "put",
            "security": [{"key": []}],
            "parameters": [{"name": "token", "in": "path", "required": true, "schema": text, "x-secret": true}],
            "requestBody": {"required": true, "content": {"application/octet-stream": {"schema": binary, "x-media-type": "image/png"}}},
            "responses": {"200": {"description": "", "x-may-be-empty": true, "content": {"application/json": {"schema": text}}}},
        },
        "options": {
            "operationId": "get",
            "security": [{"basic": []}, {}],
            "parameters": [
                {"name": "token", "in": "path", "required": true, "schema": text},
                {"name": "X-Key", "in": "header", "schema": text, "x-secret": true},
            ],
            "responses": {"200": {"description": "", "content": {"application/octet-stream": {"schema": binary, "x-media-type": "image/png"}}}},
        },
    }});
    let mut document = document(paths, json!({}));
    document["components"]["securitySchemes"] =
        json!({"key": {"type": "apiKey", "in": "query", "name": "key"}, "basic": {"type": "http", "scheme": "Basic"}});
    let source = generate(&document).source;
    let items = items(&source.client);
    for line in [
        "method Client::put<'a>(&'a self, token: &'a rt::Secret, body: impl Into<rt::Bytes>) -> requests::Put<'a>",
        "method Client::get<'a>(&'a self, token: &'a str) -> requests::Get<'a>",
        "method requests::Get::x_key(mut self, value: impl Into<rt::Secret>) -> Self",
    ] {
        assert!(items.iter().any(|has| has == line), "no `{line}` in {items:#?}");
    }
    for code in [
        "rt::Response<Option<::std::string::String>>",
        "rt::Response<rt::Bytes>",
        "options.content_type = Some(\"image/png\");",
        "options.accept = Some(\"image/png\");",
        "options.may_be_empty = true;",
        ".with_security(rt::Security::Key(rt::Carrier::Query(\"key\")))",
        ".with_security(rt::Security::OptionalKey(rt::Carrier::Basic))",
    ] {
        assert!(source.client.contains(code), "no `{code}` in\n{}", source.client);
    }
    assert!(source.generated.contains("request(::reqwest::Method::OPTIONS, url)"), "{}", source.generated);
}

/// A secret that isn't a string is held in a type that doesn't show it; the caller passes the plain value.
#[test]
fn requests_do_not_show_what_is_secret() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let limited = json!({"type": "string", "minLength": 3});
    let parameter = |name: &str, place: &str, required: bool, schema: &Json| json!({"name": name, "in": place, "required": required, "schema": schema, "x-secret": true});
    let text = json!({"type": "string"});
    let paths = json!({"/f/{key}": {"put": {
        "operationId": "put",
        "parameters": [
            parameter("key", "path", true, &limited),
            parameter("tokens", "query", true, &list),
            parameter("more", "query", false, &list),
            parameter("X-Tokens", "header", false, &list),
        ],
        "requestBody": {"required": true, "content": {"text/plain": {"schema": text, "x-secret": true}}},
        "responses": {"204": {"description": ""}},
    }}});
    let source = generate(&document(paths, json!({}))).source.client;
    let held = source.split("pub struct Put<'a>").nth(1).unwrap().split('}').next().unwrap();
    let held = held.split_whitespace().collect::<String>();
    for field in ["key", "tokens", "body"] {
        assert!(held.contains(&format!("{field}:rt::Redacted<")), "{field} is shown:{held}");
    }
    for field in ["more", "x_tokens"] {
        assert!(held.contains(&format!("{field}:Option<rt::Redacted<")), "{field} is shown:{held}");
    }
    let items = items(&source);
    assert!(!items.iter().any(|item| item.contains("Redacted")), "{items:#?}");
    for code in [
        "body: impl Into<String>",
        "&self.key.expose().to_string()",
        "self.tokens.into_inner()",
        "self.more.map(rt::Redacted::into_inner)",
        "self.body.into_inner()",
        ".as_sensitive()",
    ] {
        assert!(source.contains(code), "no `{code}` in\n{source}");
    }
}

#[test]
fn a_success_whose_body_is_not_read_is_accepted_as_json() {
    let text = json!({"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}});
    let accept = |success: &str| {
        let responses = json!({success: {"description": ""}, "400": text});
        let paths = json!({"/a": {"post": {"operationId": "a", "responses": responses}}});
        let source = generate(&document(paths, json!({}))).source.client;
        source.split("options.accept = Some(\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(accept("200"), "application/json, text/plain");
    assert_eq!(accept("204"), "text/plain");
}

#[test]
fn credentials_that_are_needed_at_once_have_methods_of_the_builder() {
    let operation = |id: &str, security: Json| json!({"operationId": id, "security": security, "responses": {"204": {"description": ""}}});
    let paths = json!({
        "/a": {"get": operation("both", json!([{"APIKey": [], "user": [], "oauth": []}]))},
        "/b": {"get": operation("key_alone", json!([{"APIKey": []}]))},
        "/c": {"get": operation("user_alone", json!([{"APIKey": [], "app": []}, {"user": []}]))},
        "/d": {"get": operation("keys", json!([{}, {"timer": [], "APIKey": []}, {"app": [], "user": []}]))},
        "/e": {"get": operation("other_key", json!([{"app": []}]))},
        "/f": {"get": operation("open", json!([]))},
    });
    let mut document = document(paths, json!({}));
    document["components"]["securitySchemes"] = json!({
        "APIKey": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "From the console. `*/ fn main() {}"},
        "timer": {"type": "apiKey", "in": "cookie", "name": "t"},
        "app": {"type": "apiKey", "in": "query", "name": "app"},
        "user": {"type": "http", "scheme": "bearer"},
        "oauth": {"type": "http", "scheme": "bearer"},
    });
    let source = generate(&document).source;
    assert_eq!(source.credentials, ["api_key", "app", "timer_credential"]);
    assert!(source.takes_token);
    let code: String = source.client.split_whitespace().collect();
    let code = code.replace(",)", ")").replace(",]", "]");
    for (id, security) in [
        (
            "both",
            r#"All(&[rt::Scheme::named("APIKey",rt::Carrier::Header("X-Key"),"api_key"),rt::Scheme::token("oauth",rt::Carrier::Bearer)])"#,
        ),
        ("key_alone", r#"All(&[rt::Scheme::named("APIKey",rt::Carrier::Header("X-Key"),"api_key")])"#),
        (
            "user_alone",
            r#"AnyOf(&[&[rt::Scheme::named("APIKey",rt::Carrier::Header("X-Key"),"api_key"),rt::Scheme::named("app",rt::Carrier::Query("app"),"app")],&[rt::Scheme::token("user",rt::Carrier::Bearer)]])"#,
        ),
        (
            "keys",
            r#"OptionalAnyOf(&[&[rt::Scheme::named("APIKey",rt::Carrier::Header("X-Key"),"api_key"),rt::Scheme::named("timer",rt::Carrier::Cookie("t"),"timer_credential")],&[rt::Scheme::named("app",rt::Carrier::Query("app"),"app"),rt::Scheme::token("user",rt::Carrier::Bearer)]])"#,
        ),
        ("other_key", r#"All(&[rt::Scheme::named("app",rt::Carrier::Query("app"),"app")])"#),
    ] {
        let (_, found) = code.split_once(&format!("=operation(\"{id}\",\"GET\",")).unwrap();
        let (_, found) = found.split_once(").with_security(rt::Security::").unwrap();
        let (found, _) = found.split_once(").as_idempotent();").unwrap();
        assert_eq!(found, security, "{id}");
    }
    assert!(code.contains(r#"=operation("open","GET","/f").as_idempotent();"#), "{code}");
    for text in [
        "pub fn api_key(mut self, credential: impl Into<rt::Secret>) -> Self {",
        "with the token of the client, or of the call, and the client's `api_key` in the header `X-Key`",
        "/// The credential for `APIKey`: sent in the header `X-Key` with every call that needs it, and with no other.",
        "/// From the console.",
    ] {
        let words = |text: &str| text.replace("///", "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&source.client).contains(&words(text)), "no `{text}` in\n{}", source.client);
    }
    assert!(!source.client.lines().any(|line| line.trim_start().starts_with("fn main")));
    let at = source.table().unwrap().items.into_iter().find(|one| one.item.path == "ClientBuilder::api_key").unwrap();
    assert!(at.described);
}
