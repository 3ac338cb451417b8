//! Configured levels: `openapi/diff.toml`.

use openapi_pipeline::Context;
use openapi_pipeline::diff::{self, Difference, Level, Policy, rule_named};
use serde_json::{Value, json};
use workspace_tests::{Scratch, mutations, xtask};

use super::command::run;
use super::{lines, read};

/// Two descriptions that differ in a change.
fn pair(change: impl FnOnce(&mut Value)) -> (Value, Value) {
    let old = mutations::base();
    let mut new = old.clone();
    change(&mut new);
    (old, new)
}

fn compare((old, new): &(Value, Value), policy: &Policy) -> Difference {
    let mut cx = Context::new().for_comparison();
    let (old, new) = (read(&mut cx, "old.yaml", &old.to_string()), read(&mut cx, "new.yaml", &new.to_string()));
    diff::diff_with(&cx, &old, &new, policy)
}

fn policy(levels: &[(&str, &str, Level)]) -> Policy {
    let mut policy = Policy::default();
    for (scope, rule, level) in levels {
        let scope = if scope.is_empty() { diff::Scope::default() } else { scope.parse().unwrap() };
        policy.set(scope, rule_named(rule).unwrap(), *level);
    }
    policy
}

#[track_caller]
fn assert_level(pair: &(Value, Value), policy: &Policy, expected: Level) {
    let difference = compare(pair, policy);
    assert_eq!(difference.level(), Some(expected), "{:#?}", lines(&difference));
}

#[test]
fn a_rule_has_the_level_that_is_set() {
    let default = pair(|new| {
        new["paths"]["/orders"]["get"]["parameters"][0]["schema"]["default"] = json!("x");
    });
    assert_level(&default, &Policy::default(), Level::Compatible);
    assert_level(&default, &policy(&[("", "request-default-changed", Level::Breaking)]), Level::Breaking);
}

#[test]
fn a_level_for_a_path_holds_below_it_alone() {
    let gone = pair(|new| {
        new["paths"]["/orders/{orderId}"].as_object_mut().unwrap().remove("delete");
    });
    let removed = |scope| policy(&[(scope, "operation-removed", Level::Compatible)]);
    assert_level(&gone, &removed("/orders/{id}"), Level::Compatible);
    assert_level(&gone, &removed("/orders"), Level::Compatible);
    assert_level(&gone, &removed("/order"), Level::Breaking);
    assert_level(&gone, &removed("#/paths/~1orders~1{orderId}"), Level::Compatible);
    assert_level(&gone, &removed("#/paths/~1orders"), Level::Breaking);
}

/// Problem: consequences for the code are left out beside a change that breaks calls anyway. Where such a change is called
/// compatible, the crate would break in a minor version.
#[test]
fn what_breaks_the_code_is_found_where_a_breaking_rule_is_lowered() {
    let narrower = pair(|new| {
        let schema = &mut new["components"]["schemas"]["Order"]["properties"]["note"];
        *schema = json!({"type": "integer"});
    });
    let lowered = policy(&[("", "response-type-changed", Level::Compatible)]);
    assert_level(&narrower, &lowered, Level::Source);
}

#[test]
fn what_is_marked_as_unstable_breaks_as_far_as_is_allowed() {
    let mut beta = Policy::default();
    beta.limit(diff::Stability::Beta, Level::Compatible);
    let remove = |new: &mut Value| {
        new["paths"]["/orders/{orderId}"].as_object_mut().unwrap().remove("delete");
    };
    let mark = |document: &mut Value, extension: &str, value: Value| {
        document["paths"]["/orders/{orderId}"]["delete"][extension] = value;
    };
    for (extension, value, expected) in [
        ("x-beta", json!(true), Level::Compatible),
        ("x-stability-level", json!("beta"), Level::Compatible),
        ("x-stability", json!("Beta"), Level::Compatible),
        ("x-stability-level", json!("alpha"), Level::Breaking),
        ("x-stability-level", json!("stable"), Level::Breaking),
        ("x-beta", json!(false), Level::Breaking),
    ] {
        let (mut old, mut new) = (mutations::base(), mutations::base());
        mark(&mut old, extension, value);
        remove(&mut new);
        assert_level(&(old, new), &beta, expected);
    }
    // Callers relied on what the old description says.
    let (old, mut new) = pair(|new| mark(new, "x-beta", json!(true)));
    new["paths"]["/orders/{orderId}"]["delete"]["parameters"] =
        json!([{"name": "why", "in": "query", "required": true, "schema": {"type": "string"}}]);
    assert_level(&(old, new.clone()), &beta, Level::Breaking);
    // New changes in a part that was unstable are limited too.
    let mut old = mutations::base();
    mark(&mut old, "x-beta", json!(true));
    assert_level(&(old, new), &beta, Level::Compatible);
}

#[test]
fn a_component_is_as_stable_as_the_operations_that_it_matters_to() {
    let mut beta = Policy::default();
    beta.limit(diff::Stability::Beta, Level::Compatible);
    let narrowed = |marked: &[(&str, &str)]| {
        let (mut old, mut new) = pair(|new| {
            new["components"]["schemas"]["NewOrder"]["required"] = json!(["state", "total", "note", "code"]);
        });
        for document in [&mut old, &mut new] {
            for (path, method) in marked {
                document["paths"][path][method]["x-beta"] = json!(true);
            }
        }
        (old, new)
    };
    let pair = narrowed(&[]);
    let users: Vec<String> =
        compare(&pair, &beta).changes.iter().flat_map(|change| change.operations.clone()).collect();
    let users: Vec<(String, String)> = users
        .iter()
        .map(|name| name.split_once(' ').unwrap())
        .map(|(method, path)| (path.to_owned(), method.to_lowercase()))
        .collect();
    assert!(!users.is_empty());
    assert_level(&pair, &beta, Level::Breaking);
    let users: Vec<(&str, &str)> = users.iter().map(|(path, method)| (path.as_str(), method.as_str())).collect();
    assert_level(&narrowed(&users), &beta, Level::Compatible);
}

#[test]
fn the_command_reads_a_file_and_shows_what_is_set() {
    let (old, new) = pair(|new| {
        new["paths"]["/orders/{orderId}"].as_object_mut().unwrap().remove("delete");
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("levels.toml");
    std::fs::write(&file, "[below.\"/orders\"]\noperation-removed = \"source\"\n").unwrap();
    let file = file.to_str().unwrap();
    let (old, new) = (old.to_string(), new.to_string());
    let (code, stdout, stderr) = run(&old, &new, &["--fail-on", "breaking", "--config", file]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    let (_, stdout, _) = run(&old, &new, &["--config", file, "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let change = &report["changes"][0];
    assert_eq!((&change["level"], &change["default_level"]), (&json!("source"), &json!("breaking")));
    std::fs::write(file, "[levels]\noperation-removd = \"source\"\n").unwrap();
    let (code, _, stderr) = run(&old, &new, &["--config", file]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("error[unknown-rule]: there is no rule `operation-removd`"), "{stderr}");
    assert!(stderr.contains("levels.toml:2:1") && stderr.contains("did you mean `operation-removed`"), "{stderr}");
}

#[test]
fn a_sunset_has_come_on_the_day_that_is_given() {
    let (mut old, new) = pair(|new| {
        new["paths"]["/orders/{orderId}"].as_object_mut().unwrap().remove("delete");
    });
    let delete = &mut old["paths"]["/orders/{orderId}"]["delete"];
    (delete["deprecated"], delete["x-sunset"]) = (json!(true), json!("2026-03-31"));
    for (today, expected) in [
        ("2026-03-30", "`DELETE /orders/{orderId}` before its sunset, 2026-03-31 `"),
        ("2026-03-31", "`DELETE /orders/{orderId}` as announced for 2026-03-31 `"),
    ] {
        let arguments = ["--today", today, "--format", "markdown"];
        let (_, stdout, stderr) = run(&old.to_string(), &new.to_string(), &arguments);
        assert_eq!(stderr, "");
        assert!(stdout.contains(expected), "{today}: {stdout}");
    }
    let (code, _, stderr) = run(&old.to_string(), &new.to_string(), &["--today", "31.3.2026"]);
    assert!(code == Some(2) && stderr.contains("a date is written as `2026-03-31`"), "{stderr}");
}

#[test]
fn both_commands_read_the_file_of_the_workspace() {
    let scratch = Scratch::new();
    scratch.write("openapi/diff.toml", "[stability]\nbeta = \"compatible\"\ngamma = \"source\"\n");
    let aivo = "openapi/aivo/auth.yaml";
    for arguments in [&["diff", aivo, aivo][..], &["adopt", "aivo", aivo]] {
        let output = xtask().args(arguments).current_dir(scratch.path("")).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("error[unknown-stability]: there is no stability `gamma`"), "{stderr}");
        assert!(stderr.contains("openapi/diff.toml:3:1"), "{stderr}");
    }
}
