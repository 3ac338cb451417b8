//! The inputs of a comparison: files, standard input, and files of a git repository at a revision.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use tempfile::TempDir;
use workspace_tests::xtask;

use super::around;

/// A description whose one schema has a type.
pub(super) fn description(kind: &str) -> String {
    around("3.0.3", &json!({"type": kind}), &json!({}))
}

/// Runs git on a repository, without what a user or system has configured.
pub(super) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").args(arguments);
    let output = command.current_dir(folder).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with two versions of a description in a folder: `v1` has an integer, the working copy a string.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    write(&folder, "api/openapi.yaml", &description("integer"));
    commit(&folder);
    git(folder.path(), &["tag", "v1"]);
    write(&folder, "api/openapi.yaml", &description("string"));
    folder
}

pub(super) fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub(super) fn commit(folder: &TempDir) {
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "A version"]);
}

pub(super) type Outcome = (Option<i32>, String, String);

/// Runs the command in a folder, with a standard input.
fn diff_with(folder: &Path, arguments: &[&str], input: &str) -> Outcome {
    let mut command = xtask();
    command.arg("diff").args(arguments).current_dir(folder);
    run(command, input)
}

fn run(mut command: Command, input: &str) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

pub(super) fn diff(folder: &Path, arguments: &[&str]) -> Outcome {
    diff_with(folder, arguments, "")
}

/// That the command fails with this code, and says all of this.
pub(super) fn fails(outcome: Outcome, expected: &[&str]) {
    let (code, stdout, stderr) = outcome;
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    for expected in expected {
        assert!(stderr.contains(expected), "no {expected} in\n{stderr}");
    }
}

#[test]
fn a_revision_is_compared_with_a_file() {
    let folder = repository();
    for (at, old, new) in [
        ("", "v1:api/openapi.yaml", "api/openapi.yaml"),
        ("", "HEAD:./api/openapi.yaml", "api/openapi.yaml"),
        ("api", "v1:api/openapi.yaml", "openapi.yaml"),
        ("api", "v1:./openapi.yaml", "openapi.yaml"),
        ("api", "HEAD:../api/openapi.yaml", "openapi.yaml"),
    ] {
        let (code, stdout, stderr) = diff(&folder.path().join(at), &[old, new]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{old}");
        let first = "old: v1:api/openapi.yaml (OpenAPI 3.0.3, 1 operation)\n".replace("v1:api/openapi.yaml", old);
        assert!(stdout.starts_with(&first), "{stdout}");
        assert!(stdout.contains("[response-type-changed]"), "{stdout}");
    }
    commit(&folder);
    let (_, stdout, _) = diff(folder.path(), &["HEAD:api/openapi.yaml", "HEAD~1:api/openapi.yaml", "--format", "json"]);
    assert!(stdout.contains("\"file\": \"HEAD~1:api/openapi.yaml\""), "{stdout}");
    let (_, stdout, _) = diff(folder.path(), &["HEAD:api/openapi.yaml", "api/openapi.yaml"]);
    assert!(stdout.contains("no change"), "{stdout}");
}

#[test]
fn a_file_that_exists_is_meant_whatever_its_name() {
    let folder = repository();
    write(&folder, "v1:api/openapi.yaml", &description("boolean"));
    write(&folder, "-", &description("boolean"));
    let (_, stdout, stderr) = diff(folder.path(), &["v1:api/openapi.yaml", "./-"]);
    assert!(stdout.contains("no change"), "{stdout}{stderr}");
}

#[test]
fn files_that_it_refers_to_are_those_of_the_revision() {
    let folder = repository();
    let referring = around("3.0.3", &json!({"$ref": "../parts/pet.yaml#/Pet"}), &json!({}));
    write(&folder, "api/openapi.yaml", &referring);
    write(&folder, "parts/pet.yaml", "Pet: {type: integer}\n");
    commit(&folder);
    git(folder.path(), &["tag", "v2"]);
    write(&folder, "parts/pet.yaml", "Pet: {type: string}\n");
    let arguments = ["v2:api/openapi.yaml", "api/openapi.yaml", "--root"];
    for (at, arguments) in [
        ("", [&arguments[..], &["."]].concat()),
        ("parts", vec!["v2:api/openapi.yaml", "../api/openapi.yaml", "--root", ".."]),
    ] {
        let (code, stdout, stderr) = diff(&folder.path().join(at), &arguments);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains("[response-type-changed]"), "{stdout}");
    }
    // Outside of the root, by an error with its place.
    let outside = diff(folder.path(), &["v2:api/openapi.yaml", "v2:api/openapi.yaml"]);
    fails(outside, &["error[ref-outside-root]", "leads out of the root folder", "--> v2:api/openapi.yaml:"]);
    fails(diff(folder.path(), &["v2:api/openapi.yaml", "v2:api/openapi.yaml", "--root", "parts"]), &["outside-root"]);
    fails(diff(folder.path(), &["v2:api/openapi.yaml", "v2:api/openapi.yaml", "--root", "../.."]), &["outside-root"]);
    // The referenced file exists now, but not at the revision.
    write(&folder, "api/openapi.yaml", &around("3.0.3", &json!({"$ref": "new.yaml#/Pet"}), &json!({})));
    git(folder.path(), &["add", "api/openapi.yaml"]);
    git(folder.path(), &["commit", "--quiet", "--message", "A file is forgotten"]);
    write(&folder, "api/new.yaml", "Pet: {type: string}\n");
    let forgotten = diff(folder.path(), &["HEAD:api/openapi.yaml", "api/openapi.yaml"]);
    fails(forgotten, &["can't read HEAD:api/new.yaml", "no such file at the revision HEAD"]);
}

#[test]
fn revisions_and_paths_that_git_lacks_are_errors() {
    let folder = repository();
    let file = "api/openapi.yaml";
    let old = |old: &str| diff(folder.path(), &[old, file]);
    fails(old("v9:api/openapi.yaml"), &["error[unknown-revision]", "no file `v9:api/openapi.yaml`", "revision `v9`"]);
    fails(old(":api/openapi.yaml"), &["error[unknown-revision]"]);
    fails(diff(folder.path(), &["--", "--all:x", file]), &["error[unknown-revision]"]);
    fails(old("v1:api/none.yaml"), &["error[no-such-path]", "no `api/none.yaml` at the revision `v1`", "git ls-tree"]);
    fails(old("v1:../api/openapi.yaml"), &["error[no-such-path]", "no path within the repository"]);
    fails(old("v1:"), &["error[no-such-path]"]);
    fails(old("v1:api"), &["error[unreadable-file]", "it is a folder at that revision"]);
    // Nor is it a pattern of git's.
    fails(old("v1:api/*.yaml"), &["error[no-such-path]"]);
    fails(old("v1::(glob)api/*.yaml"), &["error[no-such-path]"]);
    let here = diff(&folder.path().join("api"), &["v1:openapi.yaml", "openapi.yaml"]);
    fails(here, &["error[no-such-path]", "from this one it is `v1:./openapi.yaml`"]);
    let elsewhere = tempfile::tempdir().unwrap();
    fails(diff(elsewhere.path(), &["v1:a.yaml", "v1:b.yaml"]), &["error[no-repository]", "not a git repository"]);
    let mut command = xtask();
    command.args(["diff", "v1:api/openapi.yaml", file]).current_dir(folder.path()).env("PATH", elsewhere.path());
    fails(run(command, ""), &["error[no-git]", "no `git`"]);
}

#[test]
#[cfg(unix)]
fn links_are_not_followed() {
    let folder = repository();
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("api/link.yaml")).unwrap();
    commit(&folder);
    fails(diff(folder.path(), &["HEAD:api/link.yaml", "api/openapi.yaml"]), &["it is a symbolic link"]);
}

#[test]
fn standard_input_is_read_once() {
    let folder = repository();
    let json = description("integer");
    for (arguments, shown) in [(["-", "api/openapi.yaml"], "old: - ("), (["v1:api/openapi.yaml", "-"], "new: - (")] {
        let (code, stdout, stderr) = diff_with(folder.path(), &arguments, &json);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stdout.contains(shown), "{stdout}");
        assert_eq!(stdout.contains("no change"), arguments[1] == "-", "{stdout}");
    }
    fails(diff_with(folder.path(), &["-", "-"], &json), &["error[standard-input]"]);
    fails(diff_with(folder.path(), &["-", "api/openapi.yaml"], "openapi: [3"), &["--> <stdin>:1:"]);
    let referring = around("3.0.3", &json!({"$ref": "pet.yaml#/Pet"}), &json!({}));
    write(&folder, "pet.yaml", "Pet: {type: integer}\n");
    let refused = diff_with(folder.path(), &["-", "api/openapi.yaml"], &referring);
    fails(refused, &["standard input brings one description", "name the description as a file"]);
}
