//! Parts of items keep their names when something new would have them, or when a name that they were made of changes.
//! Every new part has another type than the old one: code that got the wrong one would not compile.

use serde_json::{Value, json};
use workspace_tests::run;

use super::renames::{LEDGER, add_downstream, adopt, downstream};
use super::{AIVO, Shop};

/// Adopts a description with something in it, and then one that is changed. Code that uses the first crate compiles with
/// both. Returns the second report.
fn bridged(shop: &Shop, base: impl FnOnce(&mut Value), code: &str, change: impl FnOnce(&mut Value)) -> String {
    let first = shop.published(AIVO, "first.json", base);
    adopt(shop, &first);
    add_downstream(shop, code);
    downstream(shop);
    let second = shop.published("openapi/aivo/first.json", "second.json", change);
    let report = adopt(shop, &second);
    run(shop.scratch.generate(&["--check"]));
    downstream(shop);
    report
}

#[track_caller]
fn assert_minor(report: &str) {
    assert!(report.contains(" (minor)\n"), "{report}");
}

fn schema<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    &mut document["components"]["schemas"][name]
}

fn login(document: &mut Value) -> &mut Value {
    let schema = "/paths/~1login/post/requestBody/content/application~1json/schema/properties";
    document.pointer_mut(schema).unwrap()
}

fn query(name: &str, ty: &str) -> Value {
    json!({"name": name, "in": "query", "schema": {"type": ty}})
}

const FIELDS: &str = r#"
use aivo_client::types::{LoginRequest, User};

pub fn field(user: &User) -> Option<&str> {
    user.nick_name.as_deref()
}

pub fn setter(request: LoginRequest) -> LoginRequest {
    request.device_id("phone".to_owned())
}
"#;

#[test]
fn fields_and_their_setters_keep_their_names_until_calls_break() {
    let shop = Shop::new();
    let base = |document: &mut Value| {
        schema(document, "User")["properties"]["nick-name"] = json!({"type": "string"});
        login(document)["device-id"] = json!({"type": "string"});
    };
    let report = bridged(&shop, base, FIELDS, |document| {
        schema(document, "User")["properties"]["nick_name"] = json!({"type": "integer"});
        login(document)["device_id"] = json!({"type": "integer"});
    });
    assert_minor(&report);
    let kept = "names of parts that would change, and stay\n  \
                the property `device-id` of `LoginRequest` stays `device_id`\n  \
                the property `nick-name` of `User` stays `nick_name`\n";
    assert!(report.contains(kept), "{report}");
    assert!(report.contains("+ types::User::nick_name_2 Option<i64>"), "{report}");
    let ledger = shop.scratch.read(LEDGER);
    let tables = "\n# Parts that would be called otherwise, by their names on the wire: a part can't have two names, so it keeps the old one.\n\
                  [kept.fields.LoginRequest]\ndevice-id = \"device_id\"\n\n[kept.fields.User]\nnick-name = \"nick_name\"\n";
    assert!(ledger.ends_with(tables), "{ledger}");

    // Nothing new: nothing changes.
    let same = shop.published("openapi/aivo/second.json", "second.json", |_| {});
    let said = run(shop.command(&["aivo", &same]));
    assert!(said.contains("nothing to write: this is what we have"), "{said}");

    // The wire breaks: names are given anew, and the report says which.
    let breaking = shop.published("openapi/aivo/second.json", "third.json", |document| {
        schema(document, "User")["properties"]["email"] = json!({"type": "integer"});
    });
    let report = adopt(&shop, &breaking);
    let line = "the property `nick-name` of `User` is `nick_name_2`, was `nick_name`: names that were kept end with this release";
    assert!(report.contains(&format!("- **Breaking:** {line}.\n")) && report.contains("(major)"), "{report}");
    assert!(!shop.scratch.path(LEDGER).exists());
    run(shop.scratch.generate(&["--check"]));
}

#[test]
fn values_keep_their_variants() {
    let shop = Shop::new();
    let code = "pub fn is(status: &aivo_client::types::UserStatus) -> bool {\n    \
                matches!(status, aivo_client::types::UserStatus::Active)\n}\n";
    let report = bridged(
        &shop,
        |_| {},
        code,
        |document| {
            let values = &mut schema(document, "User")["properties"]["status"]["enum"];
            values.as_array_mut().unwrap().insert(0, json!("Active"));
        },
    );
    assert_minor(&report);
    assert!(report.contains("  the value `active` of `UserStatus` stays `Active`\n"), "{report}");
    let source = shop.scratch.read("crates/aivo-client/src/generated.rs");
    for variant in ["/// `active`\n        Active,", "/// `Active`\n        Active2,", "Self::Active => \"active\","] {
        assert!(source.contains(variant), "no {variant} in\n{source}");
    }
}

const UNION: &str = r#"
use aivo_client::types::{Contact, Email, User};

pub fn address(user: &User) -> Option<&Email> {
    match user.contact.as_ref()? {
        Contact::Email(email) => Some(email),
        _ => None,
    }
}
"#;

#[test]
fn alternatives_keep_their_variants_when_their_types_are_renamed() {
    let shop = Shop::new();
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let object =
        |member: &str| json!({"type": "object", "required": [member], "properties": {member: {"type": "string"}}});
    let base = |document: &mut Value| {
        *schema(document, "Email") = object("address");
        *schema(document, "Phone") = object("number");
        *schema(document, "Contact") = json!({"oneOf": [to("Email"), to("Phone")]});
        schema(document, "User")["properties"]["contact"] = to("Contact");
    };
    let report = bridged(&shop, base, UNION, |document| {
        let email = schema(document, "Email").take();
        document["components"]["schemas"].as_object_mut().unwrap().remove("Email");
        *schema(document, "MailBox") = email;
        *schema(document, "Contact") = json!({"oneOf": [to("MailBox"), to("Phone")]});
    });
    assert_minor(&report);
    assert!(report.contains("  the alternative `MailBox` of `Contact` stays `Email`\n"), "{report}");
    assert!(report.contains("  `types::Email` is now `types::MailBox`\n"), "{report}");
}

const PARAMETER: &str = r#"
use aivo_client::{Client, requests};

pub fn everywhere(client: &Client) -> requests::Logout<'_> {
    client.logout().all_devices(true)
}
"#;

#[test]
fn parameters_keep_their_setters() {
    let shop = Shop::new();
    let base = |document: &mut Value| {
        document["paths"]["/logout"]["post"]["parameters"] = json!([query("all-devices", "boolean")]);
    };
    let report = bridged(&shop, base, PARAMETER, |document| {
        let parameters = json!([query("all_devices", "string"), query("all-devices", "boolean")]);
        document["paths"]["/logout"]["post"]["parameters"] = parameters;
    });
    assert_minor(&report);
    assert!(report.contains("  the query parameter `all-devices` of `logout` stays `all_devices`\n"), "{report}");
}

#[test]
fn servers_keep_their_variants() {
    let shop = Shop::new();
    let code = "pub fn server() -> aivo_client::Server {\n    aivo_client::Server::Production\n}\n";
    let report = bridged(
        &shop,
        |_| {},
        code,
        |document| {
            document["servers"][0]["description"] = json!("Live server");
        },
    );
    assert!(report.contains("  the server `https://api.aivo.com/auth/v1` stays `Production`\n"), "{report}");
    assert!(report.contains("0.1.1 -> 0.1.2 (patch)"), "{report}");
}

const CONSTRUCTOR: &str = r#"
use aivo_client::types;

pub fn points() -> types::Points {
    types::Points(7)
}

pub fn all(points: Vec<i64>) -> Vec<types::Points> {
    points.into_iter().map(types::Points).collect()
}

pub fn inner(points: &types::Points) -> i64 {
    let types::Points(inner) = points;
    *inner
}
"#;

#[test]
fn constructors_of_tuple_structs_keep_the_old_name() {
    let shop = Shop::new();
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let base = |document: &mut Value| {
        *schema(document, "Points") = json!({"type": "integer", "format": "int64"});
        schema(document, "User")["properties"]["points"] = to("Points");
    };
    let report = bridged(&shop, base, CONSTRUCTOR, |document| {
        let points = schema(document, "Points").take();
        document["components"]["schemas"].as_object_mut().unwrap().remove("Points");
        *schema(document, "Score") = points;
        schema(document, "User")["properties"]["points"] = to("Score");
    });
    assert_minor(&report);
    assert!(report.contains("  `types::Points` is now `types::Score`\n"), "{report}");
    let source = shop.scratch.read("crates/aivo-client/src/generated.rs");
    assert!(source.contains("Score as Points"), "{source}");
}

/// Its constant isn't called like the array of all operations.
const OPERATION: &str = r#"
use aivo_client::{Client, operations, requests};

pub fn call(client: &Client) -> requests::All<'_> {
    client.all()
}

pub fn path() -> &'static str {
    operations::ALL_.path
}
"#;

#[test]
fn an_operation_that_takes_an_optional_parameter_more_has_an_alias() {
    let shop = Shop::new();
    let logout = |document: &mut Value, id: &str, parameters: Value| {
        let logout = &mut document["paths"]["/logout"]["post"];
        (logout["operationId"], logout["parameters"]) = (json!(id), parameters);
    };
    let base = |document: &mut Value| logout(document, "all", json!([]));
    let report = bridged(&shop, base, OPERATION, |document| {
        logout(document, "signOut", json!([query("everywhere", "boolean")]));
    });
    assert_minor(&report);
    assert!(report.contains("  `Client::all` is now `Client::sign_out`\n"), "{report}");
}

const TAKEN: &str = r#"
use aivo_client::{Client, operations, requests, types};

pub fn call(client: &Client) -> requests::LogOut<'_> {
    client.log_out()
}

pub fn id(session: &types::SessionInfo) -> Option<&str> {
    session.id.as_deref()
}

pub fn path() -> &'static str {
    operations::LOG_OUT.path
}
"#;

/// An alias would lead to what is new: code would compile, and call something else.
#[test]
fn methods_and_types_keep_names_that_something_new_would_have() {
    let shop = Shop::new();
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let base = |document: &mut Value| {
        *schema(document, "session-info") = json!({"type": "object", "properties": {"id": {"type": "string"}}});
        schema(document, "User")["properties"]["session"] = to("session-info");
        document["paths"]["/logout"]["post"]["operationId"] = json!("log_out");
    };
    let report = bridged(&shop, base, TAKEN, |document| {
        *schema(document, "SessionInfo") = json!({"type": "object", "properties": {"count": {"type": "integer"}}});
        schema(document, "User")["properties"]["sessions"] = to("SessionInfo");
        let mut everywhere = document["paths"]["/logout"].clone();
        everywhere["post"]["operationId"] = json!("log-out");
        let paths = document["paths"].as_object_mut().unwrap();
        let before = std::mem::take(paths);
        paths.insert("/a".to_owned(), everywhere);
        paths.extend(before);
    });
    assert_minor(&report);
    // The pipeline has given them other names before they become those of Rust.
    for line in ["  the operation `postLogout` stays `log_out`\n", "  the schema `session-info2` stays `SessionInfo`\n"]
    {
        assert!(report.contains(line), "no {line:?} in\n{report}");
    }
    let client = shop.scratch.read("crates/aivo-client/src/client.rs");
    let constant = client.split("pub const LOG_OUT: ").nth(1).unwrap_or_else(|| panic!("no constant in\n{client}"));
    assert!(constant.split(';').next().unwrap().contains("\"/logout\""), "{constant}");
}
