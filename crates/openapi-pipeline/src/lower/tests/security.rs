//! Credentials that aren't sent, are sent for another, or are described as parameters too.

use serde_json::{Value as Json, json};

use super::{Context, document, run, uses};

/// Lowers a document whose operations, by path, have these requirements and parameters. Returns the names of the
/// parameters that are left, by path.
fn calls(operations: &[(&str, Json, Json)]) -> (Context, Vec<(String, Vec<String>)>) {
    let mut paths = json!({});
    for (path, security, parameters) in operations {
        paths[*path] = json!({"get": {
            "operationId": path.trim_matches('/'),
            "security": security,
            "parameters": parameters,
            "responses": {"204": {"description": ""}},
        }});
    }
    let schemes = json!({
        "bearer": {"type": "http", "scheme": "bearer"},
        "oauth": {"type": "oauth2", "flows": {}},
        "basic": {"type": "http", "scheme": "basic"},
        "inAuthorization": {"type": "apiKey", "in": "header", "name": "authorization"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "api_key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    });
    let (cx, lowered) = run(&document(paths, json!({"securitySchemes": schemes})), &[]);
    let lowered = lowered.unwrap();
    let names = |operation: &Json| {
        let list = operation["get"]["parameters"].as_array().cloned().unwrap_or_default();
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let left = lowered["paths"].as_object().unwrap().iter().map(|(path, item)| (path.clone(), names(item)));
    (cx, left.collect())
}

fn parameter(place: &str, name: &str, required: bool) -> Json {
    json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}})
}

fn warnings(cx: &Context) -> Vec<String> {
    cx.report.warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.message)).collect()
}

#[test]
fn credentials_that_travel_in_one_place_are_a_warning_where_nothing_else_will_do() {
    for other in ["basic", "inAuthorization"] {
        let both = json!({"bearer": [], other: []});
        let (cx, _) = calls(&[
            ("/a", json!([both]), json!([])),
            ("/b", json!([both]), json!([])),
            ("/c", json!([both, {"header": []}]), json!([])),
            ("/d", json!([both, {}]), json!([])),
        ]);
        let [warning] = warnings(&cx).try_into().unwrap();
        assert!(warning.starts_with("security-not-sent: "), "{warning}");
        assert!(warning.contains(other) && warning.contains("`bearer`"), "{warning}");
        assert!(warning.ends_with("sent by `GET /a`, `GET /b`"), "{warning}");
    }
}

#[test]
fn a_required_authorization_header_without_a_scheme_is_a_warning() {
    let required = json!([parameter("header", "authorization", true)]);
    let (cx, left) = calls(&[
        ("/a", json!([]), required.clone()),
        ("/b", json!([{"header": []}]), required.clone()),
        ("/c", json!([{"basic": []}]), required),
        ("/d", json!([]), json!([parameter("header", "Authorization", false)])),
        ("/e", json!([]), json!([parameter("query", "authorization", true)])),
    ]);
    let [warning] = warnings(&cx).try_into().unwrap();
    assert!(warning.starts_with("security-not-sent: `Authorization` is a required parameter"), "{warning}");
    assert!(warning.ends_with("sent by `GET /a`, `GET /b`"), "{warning}");
    assert!(cx.report.warnings[0].help.as_deref().unwrap().contains("--security"));
    assert_eq!(left.iter().filter(|(_, names)| !names.is_empty()).count(), 1);
}

#[test]
fn a_parameter_that_a_credential_is_sent_in_is_no_argument() {
    let (cx, left) = calls(&[
        (
            "/a",
            json!([{"query": []}]),
            json!([parameter("query", "api_key", true), parameter("query", "API_KEY", true)]),
        ),
        ("/b", json!([{"header": []}]), json!([parameter("header", "x-api-key", true)])),
        ("/c", json!([{"basic": []}, {"query": [], "header": []}]), json!([parameter("query", "api_key", true)])),
        ("/d", json!([{"cookie": []}]), json!([parameter("cookie", "session", true)])),
        (
            "/e",
            json!([{"header": []}]),
            json!([parameter("query", "api_key", true), parameter("query", "X-Api-Key", true)]),
        ),
        ("/f", json!([]), json!([parameter("query", "api_key", true)])),
    ]);
    let names: Vec<String> = left.iter().map(|(path, names)| format!("{path} {}", names.join(" "))).collect();
    assert_eq!(names, ["/a API_KEY", "/b ", "/c ", "/d ", "/e api_key X-Api-Key", "/f api_key"]);
    assert_eq!(uses(&cx, "credential-parameter").len(), 4);
}

#[test]
fn bearer_tokens_that_are_not_taken_alike_are_a_warning() {
    let (bearer, oauth) = (json!({"bearer": []}), json!({"oauth": []}));
    for (first, second, warns) in [
        (json!([bearer]), json!([oauth]), true),
        (json!([bearer, oauth]), json!([oauth]), true),
        (json!([{"bearer": [], "oauth": []}]), json!([]), true),
        (json!([bearer, oauth]), json!([oauth, bearer]), false),
        (json!([bearer, oauth]), json!([]), false),
        (json!([bearer]), json!([bearer]), false),
    ] {
        let (cx, _) = calls(&[("/a", first.clone(), json!([])), ("/b", second.clone(), json!([]))]);
        let expected = "shared-token: `bearer`, `oauth` are bearer tokens, and a client has one token, which it sends \
                        for each of them";
        let expected: &[&str] = if warns { &[expected] } else { &[] };
        assert_eq!(warnings(&cx), expected, "{first} {second}");
    }
}
