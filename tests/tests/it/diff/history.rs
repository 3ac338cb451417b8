//! The versions of a description in a git repository's history.

use serde_json::{Value, json};

use super::around;
use super::inputs::{commit, description, diff, fails, git, write};

/// The lines of a history, without days and commits.
fn verdicts(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let (day, rest) = line.split_once("  ").unwrap();
        let (revision, rest) = rest.split_once("  ").unwrap();
        assert!(day.parse::<families::diff::Date>().is_ok(), "{line}");
        assert!(revision.len() == 10 && revision.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
        rest.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    };
    text.lines().map(line).collect()
}

#[test]
fn each_version_is_compared_with_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    let mut last = String::new();
    let mut put = |file: &str, text: &str| {
        write(&folder, file, text);
        commit(&folder);
        last = text.to_owned();
    };
    put("api/a:b.yaml", &description("integer"));
    put("api/a:b.yaml", &description("string"));
    put("api/a:b.yaml", "openapi: [3\n");
    put("api/a:b.yaml", &description("string").replace("\"title\":\"a\"", "\"title\":\"b\""));
    // A commit that changes only other files is no version.
    put("other.yaml", &description("integer"));
    git(path, &["mv", "api/a:b.yaml", "api/c.yaml"]);
    commit(&folder);
    // A branch that was merged is one version.
    git(path, &["checkout", "--quiet", "-b", "side"]);
    put("api/c.yaml", &description("number"));
    put("api/c.yaml", &description("boolean"));
    git(path, &["checkout", "--quiet", "-"]);
    git(path, &["merge", "--quiet", "--no-ff", "--message", "Merged", "side"]);
    let (code, stdout, stderr) = diff(path, &["--history", "api/c.yaml"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let expected = [
        "breaking; major; 2 breaking, 1 documentation",
        "none; none",
        "documentation; patch; 1 documentation",
        "unreadable; -; ",
        "breaking; major; 2 breaking",
        "first; -",
    ];
    let found = verdicts(&stdout);
    assert_eq!(found.len(), expected.len(), "{stdout}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found == expected || expected.ends_with("; ") && found.starts_with(expected), "{stdout}");
    }
    let (_, stdout, _) = diff(&path.join("api"), &["--history", "c.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let versions = report["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 6);
    let paths: Vec<&str> = versions.iter().map(|version| version["path"].as_str().unwrap()).collect();
    assert_eq!((paths[0], paths[1], paths[2]), ("api/c.yaml", "api/c.yaml", "api/a:b.yaml"));
    assert_eq!(versions[4]["counts"]["breaking"], json!(2));
    assert_eq!((&versions[3]["semver"], &versions[3]["counts"]), (&Value::Null, &Value::Null));
    assert!(versions[3]["problem"].is_string());
}

#[test]
fn a_file_that_is_gone_has_a_history() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    write(&folder, "api.yaml", &description("integer"));
    commit(&folder);
    git(folder.path(), &["rm", "--quiet", "api.yaml"]);
    commit(&folder);
    write(&folder, "api.yaml", &description("string"));
    commit(&folder);
    let (code, stdout, stderr) = diff(folder.path(), &["--history", folder.path().join("api.yaml").to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(verdicts(&stdout), ["breaking; major; 2 breaking", "gone; -", "first; -"]);
}

#[test]
fn sunsets_are_compared_with_the_day_of_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    let mut document: Value = serde_json::from_str(&around("3.0.3", &json!({}), &json!({}))).unwrap();
    let operation = json!({"deprecated": true, "x-sunset": "2020-01-01", "responses": {"200": {"description": ""}}});
    document["paths"]["/old"]["get"] = operation;
    write(&folder, "api.yaml", &document.to_string());
    commit(&folder);
    document["paths"].as_object_mut().unwrap().remove("/old");
    write(&folder, "api.yaml", &document.to_string());
    commit(&folder);
    let (_, stdout, _) = diff(folder.path(), &["--history", "api.yaml"]);
    assert_eq!(verdicts(&stdout)[0], "source; major; 1 source");
}

#[test]
fn a_file_without_a_history_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "api.yaml", &description("integer"));
    fails(diff(folder.path(), &["--history", "api.yaml"]), &["error[no-history]", "not a git repository"]);
    git(folder.path(), &["init", "--quiet"]);
    fails(diff(folder.path(), &["--history", "api.yaml"]), &["error[no-history]"]);
    write(&folder, "other.yaml", "");
    git(folder.path(), &["add", "other.yaml"]);
    git(folder.path(), &["commit", "--quiet", "--message", "Another file"]);
    fails(diff(folder.path(), &["--history", "api.yaml"]), &["error[no-history]", "no commit has a file `api.yaml`"]);
    fails(diff(folder.path(), &["--history", "other.yaml", "--format", "html"]), &["error[history-format]"]);
}

/// A description of several files changes with any of them, and with those alone that it reads at that time.
#[test]
fn what_a_description_refers_to_brings_versions_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    let put = |files: &[(&str, &str)]| {
        files.iter().for_each(|(file, text)| write(&folder, file, text));
        commit(&folder);
    };
    let around = |target: &str| around("3.0.3", &json!({"$ref": target}), &json!({}));
    let (integer, text) = (r#"{"type": "integer"}"#, r#"{"type": "string"}"#);
    put(&[("api/sub/b.json", integer), ("api/api.json", &around("sub/a.json"))]);
    // The file that is missing comes later.
    put(&[("api/sub/a.json", r#"{"$ref": "b.json"}"#)]);
    put(&[("other.json", text), ("api/unread.json", text)]);
    put(&[("api/sub/b.json", text)]);
    put(&[("api/api.json", &around("sub/b.json")), ("api/sub/b.json", integer)]);
    put(&[("api/sub/a.json", integer)]);
    git(path, &["checkout", "--quiet", "-b", "side"]);
    put(&[("api/sub/b.json", text)]);
    put(&[("api/sub/b.json", r#"{"type": "string", "description": "d"}"#)]);
    git(path, &["checkout", "--quiet", "-"]);
    git(path, &["merge", "--quiet", "--no-ff", "--message", "Merged", "side"]);
    git(path, &["rm", "--quiet", "api/sub/b.json"]);
    commit(&folder);
    let expected = [
        "unreadable; -; ",
        "breaking; major; 2 breaking, 2 documentation",
        "breaking; major; 2 breaking",
        "breaking; major; 2 breaking",
        "first; -",
        "unreadable; -; ",
    ];
    let absolute = path.join("api/api.json").display().to_string();
    for (from, file) in [("", "api/api.json"), ("api/sub", "../api.json"), ("", &absolute)] {
        let (code, stdout, stderr) = diff(&path.join(from), &["--history", file]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let found = verdicts(&stdout);
        assert_eq!(found.len(), expected.len(), "{stdout}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found == expected || expected.ends_with("; ") && found.starts_with(expected), "{stdout}");
        }
    }
}
