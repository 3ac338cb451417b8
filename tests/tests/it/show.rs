//! `cargo xtask show` prints a description after each stage, and the places that its values come from.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use workspace_tests::{run, workspace_root, xtask};

fn show(folder: &Path, arguments: &[&str]) -> Output {
    xtask().arg("show").args(arguments).current_dir(folder).output().unwrap()
}

fn shown(folder: &Path, arguments: &[&str]) -> String {
    run(show(folder, arguments))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&shown(folder, &[arguments, &["--format", "json"]].concat())).unwrap()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = show(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

const SHOP: &str = "swagger: '2.0'
info: {title: Shop, version: '1'}
host: shop.example
paths:
  /cart:
    get: {operationId: cart, produces: [application/json], responses: {'200': {description: d, schema: {$ref: '#/definitions/Cart'}}, '404': {description: d}}}
    delete: {operationId: empty, responses: {'204': {description: d}}}
definitions:
  Cart: {type: object, properties: {count: {type: integer, x-nullable: true}}}
";

const OVERLAY: &str = "overlay: 1.0.0
info: {title: O, version: '1'}
actions:
  - target: $.definitions.Cart.properties.count
    update: {maximum: 9}
";

fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), SHOP).unwrap();
    std::fs::write(folder.path().join("o.yaml"), OVERLAY).unwrap();
    folder
}

#[test]
fn each_stage_shows_what_the_ones_before_it_did() {
    let desk = desk();
    let options = ["shop.yaml", "--overlay", "o.yaml", "--select", "operation:cart", "--stage"];
    let at = |stage| json(desk.path(), &[&options[..], &[stage]].concat());
    let count =
        |document: &Value, parent: &str| document.pointer(parent).unwrap()["Cart"]["properties"]["count"].clone();

    let loaded = at("loaded");
    assert_eq!((&loaded["swagger"], count(&loaded, "/definitions").get("maximum")), (&"2.0".into(), None));
    assert_eq!(count(&at("overlaid"), "/definitions")["maximum"], 9);
    let converted = at("converted");
    assert_eq!(count(&converted, "/components/schemas")["nullable"], true);
    assert!(converted.pointer("/paths/~1cart/delete").is_some());
    let selected = at("selected");
    assert!(selected.pointer("/paths/~1cart/delete").is_none());
    assert_eq!(at("merged"), selected, "a document is merged with nothing");
    let lowered = at("lowered");
    assert!(lowered.pointer("/paths/~1cart/get/responses/404").is_some());
    assert!(at("view").pointer("/paths/~1cart/get/responses/404").is_none(), "progenitor sees no errors");
}

#[test]
fn places_are_those_of_the_description_or_of_the_overlay() {
    let desk = desk();
    let options = ["shop.yaml", "--overlay", "o.yaml", "--stage", "converted", "--places"];
    let text = shown(desk.path(), &options);
    let place = |pointer: &str| {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(pointer)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let count = "#/components/schemas/Cart/properties/count";
    assert_eq!(place(&format!("{count}/type")), "shop.yaml:9:51");
    assert_eq!(place(&format!("{count}/maximum")), "o.yaml:5:23");
    assert_eq!(place("#/paths/~1cart/get"), "shop.yaml:6:5");

    let places = json(desk.path(), &options);
    let found = places.as_array().unwrap().iter().find(|one| one["pointer"] == format!("{count}/maximum")).unwrap();
    assert_eq!((&found["document"], &found["line"], &found["column"]), (&"o.yaml".into(), &5.into(), &23.into()));
}

/// The author of an overlay wants to see its result, above all where the check refuses it.
#[test]
fn a_description_that_fails_the_check_is_shown_before_it() {
    let desk = desk();
    let overlay = OVERLAY.replace("maximum: 9", "$ref: cart.yaml");
    std::fs::write(desk.path().join("o.yaml"), overlay).unwrap();
    let options = |stage| ["shop.yaml", "--overlay", "o.yaml", "--stage", stage];
    assert!(shown(desk.path(), &options("overlaid")).contains("$ref: cart.yaml"));
    let said = refused(desk.path(), &options("converted"));
    assert!(said.contains("error[unreadable-file]") && said.contains("o.yaml:5:20"), "{said}");
}

#[test]
fn families_are_shown_as_they_are_generated() {
    let root = workspace_root();
    let lowered = shown(root, &["pacerpro", "--stage", "lowered", "--format", "json"]);
    assert_eq!(lowered, std::fs::read_to_string(root.join("openapi/merged/pacerpro.json")).unwrap());
    let legacy = json(root, &["svix", "--stage", "selected", "--document", "legacy"]);
    assert_eq!(legacy["paths"].as_object().unwrap().len(), 3);
    assert!(shown(root, &["svix", "--stage", "merged"]).contains("operationId: legacy_logout"));
}

#[test]
fn arguments_that_fit_no_description_are_refused() {
    let root = workspace_root();
    for (arguments, expected) in [
        (&["svix", "--stage", "overlaid"][..], "choose one by --document: current, legacy"),
        (&["svix", "--stage", "overlaid", "--document", "old"], "no document `old`"),
        (&["svix", "--stage", "lowered", "--document", "legacy"], "the documents of `svix` are one"),
        (&["svix", "--stage", "lowered", "--select", "tag:a"], "leave out --root, --overlay and --select"),
        (&["svx", "--stage", "lowered"], "error[unknown-family]"),
        (&["openapi/none.yaml", "--stage", "loaded"], "error[nothing-to-show]"),
        (&["openapi/README.md", "--stage", "loaded"], "openapi/README.md:"),
        (&["openapi/aivo/auth.yaml", "--stage", "loaded", "--document", "a"], "leave out --document"),
    ] {
        let said = refused(root, arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
