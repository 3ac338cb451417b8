//! Changes that somebody accepted, by their fingerprints.

use std::process::Output;

use serde_json::{Value, json};
use workspace_tests::xtask;

use super::command::{run, versions};

/// Runs the command on two files with a list of accepted changes.
fn accept(old: &str, new: &str, list: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("before.json", old), ("after.json", new), ("accepted.txt", list)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = xtask();
    command.args(["diff", "before.json", "after.json", "--accept", "accepted.txt"]);
    let Output { status, stdout, stderr } = command.args(arguments).current_dir(folder.path()).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The fingerprints of the changes that are breaking, with their messages.
fn breaking(old: &str, new: &str) -> Vec<(String, String)> {
    let (_, stdout, _) = run(old, new, &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let changes = report["changes"].as_array().unwrap().iter().filter(|change| change["level"] == "breaking");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    changes.map(|change| (text(&change["fingerprint"]), text(&change["message"]))).collect()
}

#[test]
fn accepted_changes_are_shown_and_fail_nothing() {
    let (old, new) = versions();
    let found = breaking(&old, &new);
    assert_eq!(found.len(), 3, "{found:?}");
    let mut list = "# Agreed with all callers.\n\n".to_owned();
    for (fingerprint, _) in &found[1..] {
        list.push_str(&format!("{fingerprint}  nobody *sent* it\r\n"));
    }
    // One breaking change is not accepted yet, and then none.
    let (code, stdout, stderr) = accept(&old, &new, &list, &["--fail-on", "breaking"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("error[breaking-changes]: 1 change breaks callers"), "{stderr}");
    assert!(stdout.contains("accepted: nobody *sent* it\n") && stdout.contains("; 2 accepted\n"), "{stdout}");
    list.push_str(&format!("{} gone, and replaced\n", found[0].0));
    let (code, stdout, stderr) = accept(&old, &new, &list, &["--fail-on", "breaking"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    // The crate breaks all the same.
    assert!(stdout.ends_with("semver: major\n"), "{stdout}");
    assert_eq!(accept(&old, &new, &list, &["--fail-on", "source"]).0, Some(1));
    let (_, stdout, _) = accept(&old, &new, &list, &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["counts"]["accepted"], json!(3));
    let reasons: Vec<&str> =
        report["changes"].as_array().unwrap().iter().filter_map(|change| change["accepted"].as_str()).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    let (_, stdout, _) = accept(&old, &new, &list, &["--format", "markdown"]);
    assert!(stdout.contains("**accepted**: nobody \\*sent\\* it"), "{stdout}");
    for (fingerprint, message) in &found {
        assert!(stdout.contains(fingerprint), "{message}: {stdout}");
    }
}

#[test]
fn approvals_survive_new_commits() {
    let (old, new) = versions();
    let list: String = breaking(&old, &new).iter().map(|(fingerprint, _)| format!("{fingerprint} agreed\n")).collect();
    let mut next: Value = serde_json::from_str(&new).unwrap();
    let list_orders = &mut next["paths"]["/orders"]["get"];
    let parameter = json!({"name": "first", "in": "query", "schema": {"type": "string"}});
    list_orders["parameters"].as_array_mut().unwrap().insert(0, parameter);
    list_orders["summary"] = json!("More.");
    next["components"]["schemas"]["Order"]["properties"]["another"] = json!({"type": "string"});
    // On one line, with all members in another order.
    let (code, stdout, stderr) = accept(&old, &reversed(&next).to_string(), &list, &["--fail-on", "breaking"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect(),
        Value::Array(items) => items.iter().map(reversed).collect(),
        plain => plain.clone(),
    }
}

#[test]
fn an_invalid_acceptance_is_an_error_with_its_line() {
    let (old, new) = versions();
    let found = breaking(&old, &new);
    let one = &found[0].0;
    let stale = "0123456789abcdef0123456789abcdef";
    for (list, code, place) in [
        (format!("# decided\n{stale} was once\n"), "absent-acceptance", "accepted.txt:2:1"),
        (format!("{one} agreed\n  {one} again\n"), "repeated-acceptance", "accepted.txt:2:3"),
        (format!("{one}\n"), "malformed-acceptance", "accepted.txt:1:1"),
        (format!("{} agreed\n", &one[..10]), "malformed-acceptance", "accepted.txt:1:1"),
        (format!("\n{}0 agreed\n", one), "malformed-acceptance", "accepted.txt:2:1"),
        (format!("{} agreed\n", one.to_uppercase()), "malformed-acceptance", "accepted.txt:1:1"),
        ("é::é\u{1b}[31m agreed\n".to_owned(), "malformed-acceptance", "accepted.txt:1:1"),
    ] {
        let (status, stdout, stderr) = accept(&old, &new, &list, &[]);
        assert_eq!(status, Some(1), "{list}");
        assert!(stderr.contains(&format!("error[{code}]")), "{list}: {stderr}");
        assert!(stderr.contains(&format!("--> {place}\n")), "{list}: {stderr}");
        assert!(!stderr.contains('\u{1b}'), "{stderr}");
        // The output shows the present changes above an error about an absent one.
        assert_eq!(stdout.is_empty(), code != "absent-acceptance", "{list}: {stdout}");
    }
    let missing = xtask().args(["diff", "a.yaml", "b.yaml", "--accept", "no-such-list"]).output().unwrap();
    let stderr = String::from_utf8(missing.stderr).unwrap();
    assert!(missing.status.code() == Some(1) && stderr.contains("could not read no-such-list"), "{stderr}");
}
