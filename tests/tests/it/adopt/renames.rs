//! A vendor that gives things other names, and changes nothing on the wire, breaks no build: old names are aliases.

use serde_json::{Value, json};
use workspace_tests::run;

use super::{AIVO, Shop};

pub(super) const LEDGER: &str = "openapi/aivo/renames.toml";

/// A crate that uses old names: a method, its request, error and constant, and types with what belongs to them.
const DOWNSTREAM: &str = r#"
use aivo_client::{Client, errors, operations, requests, types};

pub fn call(client: &Client) -> requests::Logout<'_> {
    client.logout()
}

pub fn is_known(error: &errors::LogoutError) -> bool {
    matches!(error, errors::LogoutError::Unauthorized(_))
}

pub fn name() -> &'static str {
    operations::LOGOUT.path
}

pub fn expires_in(tokens: &types::AuthResponse) -> bool {
    tokens.expires_in > 60
}

pub fn is_active(user: &types::User) -> bool {
    user.status == types::UserStatus::Active
}
"#;

/// The operation and the schema under other names.
fn rename(document: &mut Value, operation: &str, schema: &str) {
    // The second one is only what operations answer, which is in no declaration of an item.
    for (was, is) in [("User", schema), ("AuthResponse", "Tokens")] {
        let reference = |name: &str| format!("#/components/schemas/{name}\"");
        let text = document.to_string().replace(&reference(was), &reference(is));
        *document = serde_json::from_str(&text).unwrap();
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let renamed = schemas.remove(was).unwrap();
        schemas.insert(is.to_owned(), renamed);
    }
    document["paths"]["/logout"]["post"]["operationId"] = json!(operation);
}

/// A crate that depends on that of the family.
pub(super) fn add_downstream(shop: &Shop, source: &str) {
    let manifest = "[package]\nname = \"downstream\"\nversion = \"0.1.0\"\nedition.workspace = true\npublish = false\n\n\
                    [dependencies]\naivo-client.workspace = true\n";
    shop.scratch.write("crates/downstream/Cargo.toml", manifest);
    shop.scratch.write("crates/downstream/src/lib.rs", source);
}

pub(super) fn adopt(shop: &Shop, new: &str) -> String {
    run(shop.command(&["aivo", new, "--write"]))
}

/// The output of its compilation.
pub(super) fn downstream(shop: &Shop) -> String {
    let output = shop.scratch.cargo(&["check", "--package", "downstream"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn old_names_are_aliases_until_calls_break() {
    let shop = Shop::new();
    add_downstream(&shop, DOWNSTREAM);
    assert!(!downstream(&shop).contains("deprecated"), "nothing is renamed yet");

    shop.scratch.replace("openapi/families.toml", "AuthResponse.", "Tokens.");
    let new = shop.published(AIVO, "auth.yaml", |document| rename(document, "signOut", "Account"));
    let report = adopt(&shop, &new);
    assert!(report.contains("public items of aivo-client: no change"), "{report}");
    for line in [
        "  `Client::logout` is now `Client::sign_out`\n  `types::AuthResponse` is now `types::Tokens`\n  `types::User` is now `types::Account`\n",
        "0.1.0 -> 0.1.1 (minor)\n  minor by the crate's public items: `Client::logout` is now `Client::sign_out`\n",
        "### Deprecated\n\n- `Client::logout` is now `Client::sign_out`; the old name is an alias.\n",
        "  openapi/aivo/renames.toml (new)\n",
    ] {
        assert!(report.contains(line), "no {line:?} in\n{report}");
    }
    run(shop.scratch.generate(&["--check"]));
    let said = downstream(&shop);
    for old in ["method `aivo_client::Client::logout`", "type alias `aivo_client::types::UserStatus`"] {
        assert!(said.contains(&format!("use of deprecated {old}")), "no {old} in\n{said}");
    }
    assert!(shop.scratch.read("crates/aivo-client/src/client.rs").contains("since = \"0.1.1\""));

    // A second rename: both old names lead to the new one. The first adoption stored the description that this one is
    // compared with.
    let newer = shop.published(AIVO, "newer.json", rename_again);
    let report = adopt(&shop, &newer);
    assert!(report.contains("0.1.1 -> 0.1.2 (minor)"), "{report}");
    let ledger = shop.scratch.read(LEDGER);
    for (was, since) in [("logout", "0.1.1"), ("sign_out", "0.1.2")] {
        let entry = format!("was = \"{was}\"\nis = \"end_session\"\n");
        let behind = ledger.split(&entry).nth(1).unwrap_or_else(|| panic!("no {entry} in\n{ledger}"));
        assert!(behind.lines().take(2).any(|line| line == format!("since = \"{since}\"")), "{ledger}");
    }
    downstream(&shop);

    // The wire breaks: the old names end.
    let breaking = shop.published("openapi/aivo/newer.json", "breaking.json", |document| {
        document["components"]["schemas"]["Account"]["properties"]["email"] = json!({"type": "integer"});
    });
    let report = adopt(&shop, &breaking);
    assert!(report.contains("0.1.2 -> 0.2.0 (major)"), "{report}");
    assert!(report.contains("- **Breaking:** `Client::logout`, which was deprecated\n"), "{report}");
    assert!(!shop.scratch.path(LEDGER).exists());
    run(shop.scratch.generate(&["--check"]));
    assert!(!shop.scratch.cargo(&["check", "--package", "downstream"]).status.success());
}

fn rename_again(document: &mut Value) {
    document["paths"]["/logout"]["post"]["operationId"] = json!("endSession");
}

#[test]
fn what_changed_besides_its_name_is_no_alias() {
    let shop = Shop::new();
    shop.scratch.replace("openapi/families.toml", "AuthResponse.", "Tokens.");
    let new = shop.published(AIVO, "auth.yaml", |document| {
        rename(document, "signOut", "Account");
        let logout = &mut document["paths"]["/logout"]["post"];
        logout["parameters"] =
            json!([{"name": "everywhere", "in": "query", "required": true, "schema": {"type": "boolean"}}]);
        let account = &mut document["components"]["schemas"]["Account"]["properties"];
        account["email"] = json!({"type": "integer"});
    });
    let report = run(shop.command(&["aivo", &new]));
    assert!(!report.contains("- `Client::logout` is now") && !report.contains("- `types::User` is now"), "{report}");
    for line in [
        "  `Client::logout` is now `Client::sign_out`, without an alias: `Client::logout` is `sign_out<'a>(&'a self, everywhere: bool) -> requests::SignOut<'a>`, was `logout<'a>(",
        "  `types::User` is now `types::Account`, without an alias: `types::User::email` is `i64`, was `String`\n",
    ] {
        assert!(report.contains(line), "no {line:?} in\n{report}");
    }
    assert!(report.contains("  - Client::logout ") && report.contains("  - types::User\n"), "{report}");
    assert!(report.contains("-> 0.2.0 (major)"), "{report}");
}

/// The type of one operation's answer is another one now, which looks the same; the old one is still there for others.
#[test]
fn an_answer_of_another_type_is_a_major_step() {
    let shop = Shop::new();
    let new = shop.published(AIVO, "auth.yaml", |document| {
        let schemas = &mut document["components"]["schemas"];
        schemas["Tokens"] = schemas["AuthResponse"].clone();
        let answer = "/paths/~1refresh/post/responses/200/content/application~1json/schema";
        *document.pointer_mut(answer).unwrap() = json!({"$ref": "#/components/schemas/Tokens"});
    });
    let secrets = "    \"AuthResponse.accessToken\",\n    \"AuthResponse.refreshToken\",\n";
    let more = secrets.replace("AuthResponse", "Tokens");
    shop.scratch.replace("openapi/families.toml", secrets, &format!("{secrets}{more}"));
    let report = run(shop.command(&["aivo", &new]));
    let changed = "  ~ impl IntoFuture for requests::RefreshToken<'a>: Output = Result<rt::Response<types::AuthResponse>, \
                   rt::Error<errors::RefreshTokenError>> -> Output = Result<rt::Response<types::Tokens>, ";
    assert!(report.contains(changed), "{report}");
    assert!(report.contains("-> 0.2.0 (major)"), "{report}");
}

#[test]
fn a_ledger_that_names_nothing_is_an_error() {
    let shop = Shop::new();
    run(shop.scratch.generate(&[]));
    shop.scratch.write(LEDGER, "[[types]]\nwas = \"Old\"\nis = \"User\"\nsince = \"0.1.0\"\n");
    let said = run(shop.scratch.generate(&[]));
    assert!(said.contains("wrote") && said.contains("crates/aivo-client/src/generated.rs"), "{said}");
    for (ledger, expected) in [
        ("[[types]]\nwas = \"Old\"\nis = \"Nothing\"\nsince = \"0.1.0\"\n", "the crate has no `Nothing`"),
        ("[[types]]\nwas = \"User\"\nis = \"Error\"\nsince = \"0.1.0\"\n", "something else is called `User` now"),
        ("[[types]]\nwas = \"a b\"\nis = \"Error\"\nsince = \"0.1.0\"\n", "`a b` is no name of Rust"),
        ("[[type]]\n", "renames.toml:1:3"),
        ("[kept.fields.User]\nfirstName = \"a b\"\n", "`a b` is no name of Rust\n --> openapi/aivo/renames.toml:2:13"),
        (
            "[kept.fields.User]\nfirstname = \"given_name\"\n",
            "there is no such thing as the property `firstname` of `User`",
        ),
        ("[kept.fields.User]\nfirstname = \"given_name\"\n", "renames.toml:2:13"),
        ("[kept.fields.User]\nfirstname = \"given_name\"\n", "did you mean `firstName`"),
        ("[kept.fields.Usr]\nfirstName = \"given_name\"\n", "`Usr` has none: did you mean `User`"),
        (
            "[kept.fields.User]\nfirstName = \"x\"\nlastName = \"x\"\n",
            "the property `lastName` of `User` can't be called `x`: the property `firstName` of `User` is called that",
        ),
        ("[kept.fields.User]\nfirstName = \"Given\"\n", "a name of that kind would be `given`"),
        ("[kept.fields.User]\nfirstName = \"a\"\nfirstName = \"b\"\n", "renames.toml:3:1"),
        ("[kept.field.User]\n", "unknown field `field`, expected one of `operations`"),
    ] {
        shop.scratch.write(LEDGER, ledger);
        let output = shop.scratch.generate(&["--family", "aivo"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "no {expected} in\n{said}");
    }
}
