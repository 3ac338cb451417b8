//! Adopting a new description of a vendor: the report of `cargo xtask adopt`, and the files it writes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod overlays;
mod parts;
mod renames;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use families::adopt::{self, Adoption, Options};
use families::workspace::Tree;
use families::{Failure, Workspace};
use openapi_pipeline::load::DiskFiles;
use openapi_pipeline::{Context, load};
use serde_json::{Value, json};
use workspace_tests::{Scratch, run, xtask};

const AIVO: &str = "openapi/aivo/auth.yaml";
const SVIX: &str = "openapi/svix/2024-09-10.json";
const LEGACY: &str = "openapi/svix/2022-11-29.json";
const PACERPRO: &str = "openapi/pacerpro/swagger.json";

/// A workspace, and a folder beside it for new descriptions of vendors.
struct Shop {
    scratch: Scratch,
}

impl Shop {
    fn new() -> Self {
        Self { scratch: Scratch::new() }
    }

    /// One of our descriptions as JSON, changed and written to the folder for downloads.
    fn published(&self, ours: &str, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut cx = Context::new();
        let mut document =
            load::parse(&mut cx, &DiskFiles::new(self.scratch.path("")), Path::new(ours)).unwrap().to_json();
        change(&mut document);
        self.scratch.write(format!("downloads/{name}"), &serde_json::to_string_pretty(&document).unwrap());
        self.scratch.path(format!("downloads/{name}")).display().to_string()
    }

    fn try_adopt(&self, family: &str, files: &[&str]) -> Result<Adoption, Failure> {
        let workspace = Workspace::find(Some(&self.scratch.path(""))).unwrap();
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        adopt::prepare(&workspace, &Options { family: family.to_owned(), files, write: false, fix: false })
    }

    fn adopt(&self, family: &str, files: &[&str]) -> Adoption {
        self.try_adopt(family, files).unwrap_or_else(|failure| panic!("{}", failure.render(false)))
    }

    fn command(&self, arguments: &[&str]) -> Output {
        xtask().arg("adopt").args(arguments).current_dir(self.scratch.path("")).output().unwrap()
    }

    fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.scratch.files("")
    }
}

fn refusal(outcome: Result<Adoption, Failure>) -> String {
    match outcome {
        Ok(adoption) => panic!("it was taken:\n{}", adoption.report),
        Err(failure) => failure.render(false),
    }
}

fn text(tree: &Tree, path: &str) -> String {
    tree.text(Path::new(path)).unwrap_or_else(|failure| panic!("{}", failure.render(false)))
}

#[track_caller]
fn assert_has(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

#[test]
fn the_same_description_in_another_format_needs_no_version() {
    let shop = Shop::new();
    let mut cx = Context::new();
    let document = load::parse(&mut cx, &DiskFiles::new(shop.scratch.path("")), Path::new(AIVO)).unwrap();
    shop.scratch.write("downloads/auth.json", &document.to_pretty_json());
    let file = shop.scratch.path("downloads/auth.json").display().to_string();
    let adoption = shop.adopt("aivo", &[&file]);
    // The name of the file is in the documentation of the crate.
    assert_eq!(adoption.version.as_deref(), Some("0.1.1"), "{}", adoption.report);
    shop.scratch.write("downloads/auth.yaml", &document.to_pretty_json());
    let file = shop.scratch.path("downloads/auth.yaml").display().to_string();
    let adoption = shop.adopt("aivo", &[&file]);
    assert_eq!((adoption.version.as_deref(), adoption.problems), (None, 0), "{}", adoption.report);
    assert_has(
        &adoption.report,
        &["0.1.0 stays: the generated code is the same", "  openapi/aivo/auth.yaml", "  openapi/families.lock"],
    );
    assert!(!adoption.report.contains("CHANGELOG"), "{}", adoption.report);
}

fn operation<'a>(document: &'a mut Value, path: &str, method: &str) -> &'a mut Value {
    &mut document["paths"][path][method]
}

#[test]
fn versions_follow_the_stricter_of_api_and_items() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change, Option<&str>, &[&str]); 6] = [
        ("another order", |_| {}, Some("0.1.1"), &["(patch)", "- Nothing that callers could notice."]),
        (
            "documentation",
            |document| operation(document, "/login", "post")["summary"] = json!("Signs somebody in."),
            Some("0.1.1"),
            &["0.1.0 -> 0.1.1 (patch)", "- Documentation only."],
        ),
        (
            "an optional field of a request",
            |document| {
                let schema = "/requestBody/content/application~1json/schema/properties";
                let properties = operation(document, "/login", "post").pointer_mut(schema).unwrap();
                properties["rememberMe"] = json!({"type": "boolean"});
            },
            Some("0.1.1"),
            &["+ types::LoginRequest::remember_me", "(minor)", "### Added\n\n- `types::LoginRequest::remember_me`\n"],
        ),
        (
            "an operation",
            |document| {
                document["paths"]["/sessions"] = json!({"get": {
                    "tags": ["Authentication"], "operationId": "list_sessions",
                    "responses": {"204": {"description": "None."}},
                }});
            },
            Some("0.1.1"),
            &["+ Client::list_sessions list_sessions<'a>", "- `Client::list_sessions`: `GET /sessions`\n"],
        ),
        (
            "a field that is gone",
            |document| {
                document["components"]["schemas"]["User"]["properties"].as_object_mut().unwrap().remove("avatar");
            },
            Some("0.2.0"),
            &[
                "- types::User::avatar Option<String>",
                "(major)",
                "### Removed\n\n- **Breaking:** `types::User::avatar`\n",
            ],
        ),
        (
            "a bound that callers of the API can run into, and that no item shows",
            |document| {
                let schema = "/requestBody/content/application~1json/schema/properties/password/minLength";
                *operation(document, "/login", "post").pointer_mut(schema).unwrap() = json!(12);
            },
            Some("0.2.0"),
            &[
                "public items of aivo-client: no change",
                "0.1.0 -> 0.2.0 (major)",
                "major by document `auth`",
                "- **Breaking:** `POST /login`: ",
            ],
        ),
    ];
    let shop = Shop::new();
    for (name, change, version, expected) in cases {
        let file = shop.published(AIVO, "auth.yaml", change);
        let adoption = shop.adopt("aivo", &[&file]);
        assert_eq!((adoption.version.as_deref(), adoption.problems), (version, 0), "{name}\n{}", adoption.report);
        assert_has(&adoption.report, expected);
        if let Some(version) = version {
            let tree = &adoption.tree;
            let changelog = text(tree, "crates/aivo-client/CHANGELOG.md");
            let at = |heading: &str| changelog.find(heading).unwrap_or_else(|| panic!("no {heading} in\n{changelog}"));
            assert!(at(&format!("## [{version}] - unreleased")) < at("## [0.1.0] - unreleased"), "{changelog}");
            let line = format!("\"{version}\"");
            assert_has(&text(tree, "crates/aivo-client/Cargo.toml"), &[&format!("version = {line}")]);
            assert_has(
                &text(tree, "Cargo.toml"),
                &[&format!("aivo-client = {{ path = \"crates/aivo-client\", version = {line}, ")],
            );
            assert_has(&text(tree, "Cargo.lock"), &[&format!("name = \"aivo-client\"\nversion = {line}\n")]);
        }
    }
}

/// The name of a security scheme can be changed freely, unless the description has another scheme of the same kind:
/// then another name is another credential.
#[test]
fn another_scheme_of_one_kind_breaks_calls() {
    let shop = Shop::new();
    let schemes = "  securitySchemes:\n";
    let another = format!("{schemes}    adminAuth:\n      type: http\n      scheme: bearer\n");
    shop.scratch.replace(AIVO, schemes, &another);
    let file = shop.published(AIVO, "auth.yaml", |document| {
        operation(document, "/logout", "post")["security"] = json!([{"adminAuth": []}]);
    });
    let adoption = shop.adopt("aivo", &[&file]);
    assert_has(&adoption.report, &["http bearer `bearerAuth` is no longer enough", "0.1.0 -> 0.2.0 (major)"]);
    // Each document has one bearer scheme, so the scheme is renamed, not replaced.
    let file = shop.published(AIVO, "auth.yaml", |document| {
        let text = document.to_string().replace("bearerAuth", "sessionAuth");
        *document = serde_json::from_str(&text).unwrap();
        document["components"]["securitySchemes"].as_object_mut().unwrap().remove("adminAuth");
    });
    shop.scratch.replace(AIVO, &another, schemes);
    let adoption = shop.adopt("aivo", &[&file]);
    assert!(!adoption.report.contains("(major)"), "{}", adoption.report);
}

#[test]
fn a_type_that_needs_another_crate_brings_it_into_the_manifest() {
    let shop = Shop::new();
    let file = shop.published(PACERPRO, "swagger.json", |document| {
        document["definitions"]["User"]["properties"]["team"] = json!({"type": "string", "pattern": "^(a|b)+-[0-9]$"});
    });
    let adoption = shop.adopt("pacerpro", &[&file]);
    assert_has(
        &adoption.report,
        &["+ types::User::team Option<UserTeam>", "the crate needs more than before: regress"],
    );
    let manifest = text(&adoption.tree, "crates/pacerpro-client/Cargo.toml");
    assert_has(&manifest, &["progenitor-client.workspace = true\nregress.workspace = true\n", "## TLS by rustls"]);
    let lock = text(&adoption.tree, "Cargo.lock");
    let entry = lock.split("\n\n").find(|entry| entry.contains("name = \"pacerpro-client\"")).unwrap();
    assert!(entry.contains(" \"regress\","), "{entry}");
}

#[test]
fn files_find_the_document_they_have_most_operations_in_common_with() {
    let shop = Shop::new();
    let (current, legacy) = (shop.published(SVIX, "a.json", |_| {}), shop.published(LEGACY, "b.json", |_| {}));
    // The order doesn't matter, and each has its reason.
    let adoption = shop.adopt("svix", &[&legacy, &current]);
    assert_has(
        &adoption.report,
        &[
            "a.json is taken for document `current` (6 of its 6 operations",
            "b.json is taken for document `legacy` (3 of its 3 operations",
            "becomes openapi/svix/a.json",
        ],
    );
    assert_eq!(adoption.problems, 0, "{}", adoption.report);
    let named = shop.adopt("svix", &[&format!("legacy={current}")]);
    assert_has(&named.report, &["is taken for document `legacy` (as given on the command line)"]);

    let strange = shop.published(AIVO, "c.json", |_| {});
    assert_has(
        &refusal(shop.try_adopt("svix", &[&strange])),
        &["error[which-document]", "ID=", "`current`", "`legacy`"],
    );
    assert_has(&refusal(shop.try_adopt("svix", &[&format!("next={current}")])), &["error[unknown-document]", "`next`"]);
    let twice = [format!("legacy={current}"), format!("legacy={legacy}")];
    assert_has(&refusal(shop.try_adopt("svix", &[&twice[0], &twice[1]])), &["error[document-twice]"]);
    let taken = shop.published(SVIX, "2022-11-29.json", |_| {});
    assert_has(&refusal(shop.try_adopt("svix", &[&format!("current={taken}")])), &["error[file-taken]", "`legacy`"]);
    assert_has(&refusal(shop.try_adopt("svx", &[&taken])), &["error[unknown-family]", "svix"]);
    assert_has(&refusal(shop.try_adopt("svix", &["current=nowhere.json"])), &["unreadable-file", "nowhere.json"]);
}

#[test]
fn all_that_no_longer_fits_is_listed_and_nothing_is_written() {
    let shop = Shop::new();
    shop.scratch.replace(
        "openapi/families.toml",
        "file = \"svix/2024-09-10.json\"\noverlays = [\"svix/2024-09-10.overlay.yaml\"]\nselect = { tags = [\"Authentication\"] }",
        "file = \"svix/2024-09-10.json\"\noverlays = [\"svix/2024-09-10.overlay.yaml\"]\nselect = { tags = [\"Authentication\"], paths = [\"/api/v1/auth/logout\"] }",
    );
    run(shop.scratch.generate(&[]));
    let file = shop.published(SVIX, "2024-09-10.json", |document| {
        let paths = document["paths"].as_object_mut().unwrap();
        // Two overlay actions and a glob lose their targets, and a secret its field.
        paths.remove("/api/v1/auth/logout");
        paths.remove("/api/v1/auth/one-time-token");
        // A merge rule has no conflict left to settle: the format was the only difference.
        let expiry = document.pointer_mut("/components/schemas/ApplicationTokenExpireIn/properties/expiry").unwrap();
        expiry.as_object_mut().unwrap().remove("format");
    });
    let before = shop.state();
    let adoption = shop.adopt("svix", &[&file]);
    assert_has(
        &adoption.report,
        &[
            "overlay actions that no longer match: 2",
            "openapi/svix/2024-09-10.overlay.yaml:",
            "$.paths['/api/v1/auth/logout'].post",
            "$.paths['/api/v1/auth/one-time-token'].post",
            "selections that select nothing: 1",
            "/api/v1/auth/logout",
            "merge rules that settle nothing, and conflicts without a rule: 1",
            "schemas/ApplicationTokenExpireIn",
            "secrets that don't exist: 2",
            "OneTimeTokenIn.oneTimeToken",
            "OneTimeTokenOut.token",
            // The facts known despite the problems are reported.
            "- Client::logout",
            "version of svix-client, as far as the problems above let it be known",
            "0.1.0 -> 0.2.0 (major)",
        ],
    );
    assert_eq!(adoption.problems, 6, "{}", adoption.report);

    let output = shop.command(&["svix", &file, "--write"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_has(&stderr, &["error[adopt]", "6 problems stand in the way", "nothing was written"]);
    assert!(shop.state() == before, "something was touched");
}

#[test]
fn without_write_nothing_is_touched() {
    let shop = Shop::new();
    let file = shop.published(AIVO, "new.json", |document| {
        operation(document, "/login", "post")["summary"] = json!("Signs somebody in.");
        // Outside of the family's selection.
        document["paths"].as_object_mut().unwrap().remove("/me");
    });
    let before = shop.state();
    let said = run(shop.command(&["aivo", &file]));
    assert_has(
        &said,
        &[
            "new.json is taken for document `auth` (the only one of the family)",
            "outside of the selection: ",
            "operations: 0 new, 1 gone",
            "files to write, with --write: ",
            "openapi/aivo/new.json (new)",
            "openapi/aivo/auth.yaml (removed: nothing refers to it any more)",
        ],
    );
    assert!(shop.state() == before, "something was touched");
}

/// A change of name, dialect and format, a reference to a file, and a breaking change: the resulting crate compiles
/// with `--locked`, and its files are what `generate` would write.
#[test]
fn a_written_adoption_compiles_and_is_current() {
    let shop = Shop::new();
    let scratch = &shop.scratch;
    let file = shop.published(AIVO, "v2.json", |document| {
        document["openapi"] = json!("3.0.3");
        document["info"]["version"] = json!("2.0.0");
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        schemas["User"]["properties"]["badge"] = json!({"$ref": "parts/badge.yaml"});
        schemas["User"]["properties"].as_object_mut().unwrap().remove("avatar");
    });
    scratch.write(
        "downloads/parts/badge.yaml",
        "type: object\nrequired: [id]\nproperties:\n  id:\n    type: string\n    format: uuid\n",
    );
    let said = run(shop.command(&["aivo", &file, "--write"]));
    assert_has(&said, &["0.1.0 -> 0.2.0 (major)", "files to write: ", "== written; next", "--test it -- snapshots"]);

    assert!(scratch.path("openapi/aivo/v2.json").exists() && scratch.path("openapi/aivo/parts/badge.yaml").exists());
    assert!(!scratch.path(AIVO).exists(), "the old description is still there");
    let families = scratch.read("openapi/families.toml");
    assert_has(
        &families,
        &["file = \"aivo/v2.json\"\noverlays = [\"aivo/auth.overlay.yaml\"]", "# Which documents make a client"],
    );
    let changelog = scratch.read("crates/aivo-client/CHANGELOG.md");
    assert_has(
        &changelog,
        &[
            "## [0.2.0] - unreleased\n\nFollows the vendor's description `aivo/v2.json`, version 2.0.0 (was 1.0.0).\n",
            "### Added\n\n- `types::Badge`\n- `types::User::badge`\n\n### Removed\n\n- **Breaking:** `types::User::avatar`\n\n## [0.1.0]",
        ],
    );
    assert_has(&scratch.read("crates/aivo-client/src/generated.rs"), &["/// Source: `aivo/parts/badge.yaml`"]);
    let said = run(scratch.generate(&["--check"]));
    assert_has(&said, &["every generated file is what the descriptions say"]);
    run(scratch.cargo(&["check", "--quiet", "--locked", "--no-default-features", "--package", "aivo-client"]));

    // A second adoption of the same file changes nothing.
    let said = run(shop.command(&["aivo", &file]));
    assert_has(&said, &["0.2.0 stays", "nothing to write: this is what we have"]);
}
