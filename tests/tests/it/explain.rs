//! Every public item of a client leads back to the part of a description that it was generated from.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Output;

use client_codegen::items::{self, Kind};
use families::workspace::Tree;
use families::{Workspace, build, explain};
use openapi_pipeline::{Context, load};
use serde_json::Value;
use workspace_tests::{family_names, run, workspace_root, xtask};

fn workspace() -> Workspace {
    Workspace::find(Some(workspace_root())).unwrap()
}

fn ask(arguments: &[&str]) -> Output {
    xtask().arg("explain").args(arguments).current_dir(workspace_root()).output().unwrap()
}

#[test]
fn every_public_item_of_every_client_has_an_entry_that_leads_somewhere() {
    let workspace = workspace();
    let tree = Tree::new(&workspace);
    let (_, families, _) = build::families(&tree).unwrap();
    for family in &families.families {
        let package = &family.package;
        let table = explain::explain(&workspace, &package.replace('-', "_")).unwrap();
        let library = format!("{}::", package.replace('-', "_"));
        let known: BTreeSet<String> =
            table.iter().map(|one| one.item.strip_prefix(&library).unwrap().to_owned()).collect();

        let source = |file: &str| tree.text(&Path::new("crates").join(package).join("src").join(file)).unwrap();
        let items = items::of_source(&source("client.rs"), &source("generated.rs")).unwrap().into_iter();
        let public: BTreeSet<String> = items.filter(|item| item.kind != Kind::Impl).map(|item| item.path).collect();
        assert_eq!(known, public, "{package}");
        assert!(known.len() > 50, "{package} has {} items", known.len());

        let mut read = HashMap::new();
        for one in &table {
            for place in &one.made_from {
                if place.document.ends_with(".toml") {
                    let text = tree.text(Path::new(&place.document)).unwrap();
                    let table: serde_json::Value = toml::from_str(&text).unwrap();
                    let server = table.pointer(place.pointer.trim_start_matches('#')).unwrap();
                    let line = text.lines().nth(place.line - 1).unwrap();
                    assert!(line.contains(server["url"].as_str().unwrap()), "{}: {line}", one.item);
                    continue;
                }
                let (cx, root) = read.entry(place.document.clone()).or_insert_with(|| {
                    let mut cx = Context::new();
                    let root = load::parse(&mut cx, &tree, Path::new(&place.document)).unwrap();
                    (cx, root)
                });
                let found = root.pointer(&place.pointer);
                let found =
                    found.unwrap_or_else(|| panic!("{}: nothing at {} {}", one.item, place.document, place.pointer));
                let at = cx.sources.place(found.origin);
                assert_eq!((at.line, at.column), (place.line, place.column), "{}", one.item);
            }
        }
        // Items that every client has are few, and listed here.
        let undescribed: BTreeSet<&str> = table
            .iter()
            .filter(|one| !one.described)
            .map(|one| one.item.strip_prefix(&library).unwrap())
            .filter(|path| !path.starts_with("ClientBuilder"))
            .collect();
        let expected = [
            "Client",
            "Client::base_url",
            "Client::builder",
            "Server::Custom",
            "Server::url",
            "operations::ALL",
            "types::error::ConversionError",
        ];
        let expected: BTreeSet<&str> = expected.into_iter().collect();
        assert_eq!(undescribed, expected, "{package}");
    }
}

/// The document and the pointer of an item.
fn place_of(item: &str) -> (String, String) {
    let found = explain::explain(&workspace(), item).unwrap();
    let place = found[0].made_from[0].clone();
    (place.document, place.pointer)
}

#[test]
fn items_lead_to_what_they_were_made_from_and_not_just_near_it() {
    let svix = "openapi/svix/2024-09-10.json";
    let legacy = "openapi/svix/2022-11-29.json";
    let aivo = "openapi/aivo/auth.yaml";
    let pacerpro = "openapi/pacerpro/swagger.json";
    for (item, document, pointer) in [
        ("svix_client::types::AppPortalAccessIn", svix, "#/components/schemas/AppPortalAccessIn"),
        (
            "svix_client::types::AppPortalAccessIn::feature_flags",
            svix,
            "#/components/schemas/AppPortalAccessIn/properties/featureFlags",
        ),
        ("svix_client::Client::expire_all", svix, "#/paths/~1api~1v1~1auth~1app~1{app_id}~1expire-all/post"),
        ("svix_client::Client::legacy_expire_all", legacy, "#/paths/~1api~1v1~1auth~1app~1{app_id}~1expire-all~1/post"),
        ("svix_client::Server::Eu", svix, "#/servers/0"),
        // A schema that was written in the overlay.
        (
            "svix_client::types::HttpValidationError::detail",
            "openapi/svix/2024-09-10.overlay.yaml",
            "#/actions/10/update/detail",
        ),
        // Types of schemas without a name in the description.
        ("aivo_client::types::UserRole", aivo, "#/components/schemas/User/properties/role"),
        ("aivo_client::types::UserRole::Learner", aivo, "#/components/schemas/User/properties/role/enum/3"),
        ("aivo_client::types::LoginRequest", aivo, "#/paths/~1login/post/requestBody/content/application~1json/schema"),
        (
            "aivo_client::types::ValidationErrorValidationErrorsItem::field",
            aivo,
            "#/components/schemas/ValidationError/properties/validationErrors/items/properties/field",
        ),
        ("aivo_client::errors::LoginError", aivo, "#/paths/~1login/post/responses"),
        ("aivo_client::errors::LoginError::Unauthorized", aivo, "#/paths/~1login/post/responses/401"),
        ("aivo_client::requests::Login", aivo, "#/paths/~1login/post"),
        ("aivo_client::operations::LOGIN", aivo, "#/paths/~1login/post"),
        // A description in another dialect, by the place in its own dialect.
        ("pacerpro_client::types::Session::jwt_token", pacerpro, "#/definitions/Session/properties/jwtToken"),
        ("pacerpro_client::Client::create_session", pacerpro, "#/paths/~1session/post"),
    ] {
        let (found, at) = place_of(item);
        assert_eq!((found.as_str(), at.as_str()), (document, pointer), "{item}");
    }
}

#[test]
fn overlays_and_lowerings_are_named_on_what_they_touched() {
    let touched = |item: &str| -> Vec<(String, String)> {
        let found = explain::explain(&workspace(), item).unwrap();
        found[0].touched_by.iter().map(|touched| (touched.rule.to_owned(), touched.note.clone())).collect()
    };
    let has = |item: &str, rule: &str, note: &str| {
        let found = touched(item);
        assert!(found.iter().any(|(one, text)| one == rule && text.contains(note)), "{item}: {found:#?}");
    };
    has("svix_client::Client::expire_all", "overlay-action", "expire-all");
    has("svix_client::types::AppPortalAccessIn", "drop-default", "604800");
    has("svix_client::types::AppPortalAccessIn::expiry", "drop-default", "604800");
    has("aivo_client::types::Error::details", "overlay-action", "details");
    has("aivo_client::types::Error", "overlay-action", "details");
    let flags = touched("svix_client::types::AppPortalAccessIn::feature_flags");
    assert!(!flags.iter().any(|(_, note)| note.contains("604800")), "{flags:?}");
    // Both documents have it, and one of them was kept.
    let both = &explain::explain(&workspace(), "svix_client::types::HttpErrorOut").unwrap()[0];
    let documents: Vec<&str> = both.made_from.iter().map(|place| place.document.as_str()).collect();
    assert_eq!(documents, ["openapi/svix/2024-09-10.json", "openapi/svix/2022-11-29.json"]);
}

#[test]
fn the_command_prints_text_json_and_the_whole_table() {
    let text = run(ask(&["svix_client::types::AppPortalAccessIn"]));
    for expected in [
        "struct svix_client::types::AppPortalAccessIn",
        "openapi/svix/2024-09-10.json:",
        "touched by",
        "parts",
        "featureFlags",
    ] {
        assert!(text.contains(expected), "no {expected} in\n{text}");
    }
    let json: Value = serde_json::from_str(&run(ask(&["aivo-client::types::User::role", "--format", "json"]))).unwrap();
    assert_eq!(json[0]["item"], "aivo_client::types::User::role");
    assert_eq!(json[0]["kind"], "field");
    assert_eq!(json[0]["made_from"][0]["pointer"], "#/components/schemas/User/properties/role");
    assert!(json[0]["made_from"][0]["line"].as_u64().is_some_and(|line| line > 1));

    let table = run(ask(&["pacerpro_client"]));
    assert!(table.lines().count() > 50, "{table}");
    assert!(table.contains("pacerpro_client::types::Session::jwt_token"), "{table}");
}

#[test]
fn an_unknown_item_is_answered_with_what_it_could_be() {
    let crates: Vec<_> = family_names().iter().map(|family| format!("{family}_client")).collect();
    let crates = format!("the crates are {}", crates.join(", "));
    for (item, expected) in [
        ("svix_client::types::AppPortalAcessIn", "did you mean `svix_client::types::AppPortalAccessIn`"),
        ("svix_client::AppPortalAccessIn", "`svix_client::types::AppPortalAccessIn`"),
        ("svix_client::Client::expireAll", "`svix_client::Client::expire_all`"),
        ("svix_client::zzzzzz", "`cargo xtask explain svix_client` lists all of them"),
        ("swix_client", crates.as_str()),
    ] {
        let output = ask(&[item]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{item}");
        assert!(stderr.contains(expected), "{item}:\n{stderr}");
    }
}

/// The last line of each documentation names the source for readers: no path of this machine, and a pointer that
/// exists.
#[test]
fn the_documentation_of_types_methods_and_errors_names_the_source() {
    let workspace = workspace();
    let tree = Tree::new(&workspace);
    for package in ["svix-client", "pacerpro-client", "aivo-client"] {
        for file in ["client.rs", "generated.rs"] {
            let text = tree.text(&Path::new("crates").join(package).join("src").join(file)).unwrap();
            let lines: Vec<&str> =
                text.lines().filter_map(|line| line.trim_start().strip_prefix("/// Source: ")).collect();
            assert!(lines.len() >= 3, "{package}/{file}: {lines:?}");
            for line in lines {
                let parts: Vec<&str> = line.trim_matches('`').split("`, `").collect();
                let [document, pointer] = parts[..] else { panic!("{line}") };
                let mut cx = Context::new();
                let root = load::parse(&mut cx, &tree, &Path::new("openapi").join(document)).unwrap();
                assert!(root.pointer(pointer).is_some(), "{package}/{file}: {line}");
            }
        }
    }
}
