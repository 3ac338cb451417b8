//! The command: its three formats, its exit codes, its errors.

use std::process::Output;

use serde_json::{Value, json};
use workspace_tests::{mutations, xtask};

use super::around;

/// Runs `cargo xtask diff` on two files in a folder of their own.
pub(super) fn run(old: &str, new: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old.yaml"), old).unwrap();
    std::fs::write(folder.path().join("new.yaml"), new).unwrap();
    let mut command = xtask();
    command.args(["diff", "old.yaml", "new.yaml"]).args(arguments).current_dir(folder.path());
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The base description before and after several changes.
pub(super) fn versions() -> (String, String) {
    let (mut old, mut new) = (mutations::base(), mutations::base());
    for document in [&mut old, &mut new] {
        document["info"]["contact"] = json!({"name": "Shop"});
    }
    new["info"]["description"] = json!("A better | shop.");
    new["paths"]["/orders/{orderId}"].as_object_mut().unwrap().remove("delete");
    new["paths"]["/orders"]["get"]["operationId"] = json!("findOrders");
    new["paths"]["/orders"]["get"]["parameters"][1]["required"] = json!(true);
    new["paths"]["/orders"]["patch"] = json!({"operationId": "patchOrders", "responses": {"204": {"description": ""}}});
    let order = &mut new["components"]["schemas"]["Order"];
    order["properties"].as_object_mut().unwrap().remove("code");
    order["properties"]["extra"] = json!({"type": "string"});
    order["properties"]["note"]["description"] = json!("A note.");
    order["required"] = json!(["id", "total", "state", "note"]);
    let pretty = |document: &Value| serde_json::to_string_pretty(document).unwrap();
    (pretty(&old), pretty(&new))
}

#[test]
fn text_output_is_for_people() {
    let (old, new) = versions();
    let (code, stdout, stderr) = run(&old, &new, &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout);
    let (_, stdout, _) = run(&old, &old, &[]);
    assert!(stdout.ends_with("no change\nsemver: none, there is nothing to release\n"), "{stdout}");
}

#[test]
fn the_markdown_is_for_a_pull_request() {
    let (old, new) = versions();
    let (code, stdout, stderr) = run(&old, &new, &["--format", "markdown"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout);
}

#[test]
fn the_json_is_for_programs() {
    let (old, new) = versions();
    let (code, stdout, _) = run(&old, &new, &["--format", "json"]);
    assert_eq!(code, Some(0));
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["semver"], "major");
    assert_eq!(report["old"], json!({"file": "old.yaml", "dialect": "OpenAPI 3.0.3", "operations": 4}));
    let levels = ["breaking", "source", "compatible", "documentation"];
    let counted: u64 = levels.iter().map(|level| report["counts"][level].as_u64().unwrap()).sum();
    let changes = report["changes"].as_array().unwrap();
    assert_eq!(counted, changes.len() as u64);
    let gone = changes.iter().find(|change| change["rule"] == "response-property-removed").unwrap();
    let line = old.lines().position(|line| line.contains("\"code\": {")).unwrap() + 1;
    assert_eq!(
        *gone,
        json!({
            "fingerprint": gone["fingerprint"],
            "accepted": null,
            "rule": "response-property-removed",
            "level": "breaking",
            "breaks": "callers",
            "default_level": "breaking",
            "former_subject": null,
            "repeats": null,
            "direction": "response",
            "kind": "component",
            "subject": "schemas/Order",
            "pointer": "#/components/schemas/Order/properties/code",
            "document": "old",
            "old": {
                "value": "code",
                "pointer": "#/components/schemas/Order/properties/code",
                "file": "old.yaml",
                "line": line,
                "column": gone["old"]["column"],
            },
            "new": null,
            "message": "property `code` is gone",
            "operations": ["GET /orders", "POST /orders", "GET /orders/{orderId}"],
        })
    );
    let schema: Value = serde_json::from_str(&families::diff::DiffReport::schema()).unwrap();
    let problems: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn what_openapi_3_0_has_no_place_for_is_compared_too() {
    let plain = around("3.1.0", &json!({"type": "object"}), &json!({}));
    let condition = json!({"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}});
    let conditional = around("3.1.0", &condition, &json!({}));
    let (_, stdout, _) = run(&plain, &conditional, &[]);
    assert!(stdout.contains("[request-keyword-added]") && stdout.contains("semver: major"), "{stdout}");
    assert!(stdout.contains("[response-keyword-added]") && !stdout.contains("not compared"), "{stdout}");
    let (_, stdout, _) = run(&conditional, &plain, &["--format", "markdown"]);
    assert!(stdout.contains("`response-keyword-removed`") && stdout.contains("**semver: major**"), "{stdout}");
    assert_eq!(run(&plain, &conditional, &["--fail-on", "breaking"]).0, Some(1));
    assert_eq!(run(&conditional, &conditional, &["--fail-on", "source"]).0, Some(0));
    let (_, stdout, _) = run(&conditional, &conditional, &[]);
    assert!(stdout.contains("there is nothing to release") && !stdout.contains("not compared"), "{stdout}");
    let (_, stdout, _) = run(&plain, &conditional, &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["not_compared"], json!([]));
    assert_eq!(report["counts"]["breaking"], json!(1));
}

#[test]
fn changes_of_a_given_level_can_fail_the_command() {
    let (old, new) = versions();
    let (code, stdout, stderr) = run(&old, &new, &["--fail-on", "breaking"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.contains("semver: major"), "{stdout}");
    assert!(stderr.starts_with("error[breaking-changes]: ") && stderr.contains("= help: "), "{stderr}");
    let renamed = old.replace("\"operationId\": \"getOrder\"", "\"operationId\": \"fetchOrder\"");
    assert_eq!(run(&old, &renamed, &["--fail-on", "breaking"]).0, Some(0));
    assert_eq!(run(&old, &renamed, &["--fail-on", "source"]).0, Some(1));
    assert_eq!(run(&old, &old, &["--fail-on", "source"]).0, Some(0));
}

#[test]
fn bad_input_is_shown_with_its_place() {
    let (old, _) = versions();
    let (code, stdout, stderr) = run(&old, "openapi: [3.0.3", &[]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("error[yaml-syntax]") && stderr.contains("--> new.yaml:1:"), "{stderr}");
    let dangling =
        old.replace("#/components/schemas/Receipt\"\n          }", "#/components/schemas/Nothing\"\n          }");
    assert_ne!(dangling, old);
    // The problems of both files.
    let (code, _, stderr) = run(&dangling, "openapi: 4.0.0", &[]);
    assert_eq!(code, Some(1), "{stderr}");
    for expected in ["error[dangling-ref]", "--> old.yaml:", "error[unsupported-dialect]", "--> new.yaml:1:10"] {
        assert!(stderr.contains(expected), "no {expected} in\n{stderr}");
    }
    assert_eq!(run(&old, &old, &["--format", "pdf"]).0, Some(2));
    let missing = xtask().args(["diff", "no-such.yaml", "neither.yaml"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("error[unreadable-file]"));
}
