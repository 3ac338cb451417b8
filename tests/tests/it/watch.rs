//! Generating runs in a child process: if a description makes it exceed the limits of time or memory, or crash, the
//! command fails with an error that names the operations, and no file is written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Map, json};
use tempfile::TempDir;
use workspace_tests::{run, xtask};

/// A description that takes a debug build seconds and more than a hundred MiB: many strings with patterns.
fn heavy(folder: &Path) {
    let checked = |at: usize| (format!("member_{at}"), json!({"type": "string", "pattern": "^(a|b)+x{1,9}$"}));
    let members: Map<String, serde_json::Value> = (0..600).map(checked).collect();
    let body = json!({"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": members}}}});
    let responses = json!({"204": {"description": "d"}});
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Heavy", "version": "1"},
        "servers": [{"url": "https://heavy.example.com"}],
        "paths": {
            "/light": {"get": {"operationId": "light", "responses": responses}},
            "/heavy": {"post": {"operationId": "heavy", "requestBody": body, "responses": responses}},
        },
    });
    std::fs::write(folder.join("a.json"), document.to_string()).unwrap();
}

fn client(folder: &Path) -> Command {
    let mut command = xtask();
    command.args(["client", "--runtime", "version", "--from", "a.json", "--out", "out"]).current_dir(folder);
    command
}

/// Asserts an exit code of 1 and that no file was written; returns the stderr of the command.
#[track_caller]
fn failed(folder: &TempDir, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!folder.path().join("out").exists(), "{said}");
    said
}

#[test]
fn a_process_that_takes_too_much_is_ended_and_the_operations_in_it_are_named() {
    let folder = tempfile::tempdir().unwrap();
    heavy(folder.path());
    let said = failed(&folder, &client(folder.path()).env("XTASK_MEMORY_LIMIT", "90").output().unwrap());
    for expected in
        ["error[generator]: generating a.json", "MiB of memory", "POST /heavy, GET /light", "XTASK_MEMORY_LIMIT"]
    {
        assert!(said.contains(expected), "no {expected} in\n{said}");
    }
    let said = failed(&folder, &client(folder.path()).env("XTASK_TIME_LIMIT", "0").output().unwrap());
    assert!(said.contains("still running after 0 s"), "{said}");
    let said = failed(&folder, &client(folder.path()).env("XTASK_TIME_LIMIT", "soon").output().unwrap());
    assert!(said.contains("XTASK_TIME_LIMIT is `soon`, which is no number"), "{said}");
    // Within the limits, the client is generated.
    run(client(folder.path()).output().unwrap());
    assert!(folder.path().join("out/Cargo.toml").is_file());
}

#[test]
fn a_failure_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), "{").unwrap();
    let said = failed(&folder, &client(folder.path()).output().unwrap());
    assert_eq!(said.matches("error[").count(), 1, "{said}");
}

/// Ends the process like a stack overflow, which no process can catch.
#[test]
#[cfg(target_os = "linux")]
fn a_process_that_crashes_is_an_error_that_names_the_operations() {
    let folder = tempfile::tempdir().unwrap();
    heavy(folder.path());
    let parent = client(folder.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let child = await_child(parent.id());
    assert!(Command::new("kill").args(["-ABRT", &child]).status().unwrap().success());
    let said = failed(&folder, &parent.wait_with_output().unwrap());
    for expected in ["ended by signal 6, as a stack overflow does", "POST /heavy, GET /light", "nothing was written"] {
        assert!(said.contains(expected), "no {expected} in\n{said}");
    }
}

/// The child of a process, once it is generating.
#[cfg(target_os = "linux")]
fn await_child(parent: u32) -> String {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        let Some(child) = children.split_whitespace().next() else { continue };
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = resident.and_then(|text| text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        if kibibytes.is_some_and(|kibibytes| kibibytes > 90 << 10) {
            return child.to_owned();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it generates nothing");
}

/// Regression: unions were once searched again for each of their parts, to the fourth power of their number.
#[test]
fn unions_that_name_all_others_take_time_in_proportion() {
    const UNIONS: usize = 70;
    let reference = |at: usize| json!({"$ref": format!("#/components/schemas/Union{at}")});
    let union = |at: usize| {
        let own = json!({"type": "object", "properties": {format!("own{at}"): {"type": "string"}}});
        let others = (0..UNIONS).filter(|other| *other != at).map(reference);
        (format!("Union{at}"), json!({"oneOf": others.chain([own]).collect::<Vec<_>>()}))
    };
    let schemas: Map<String, serde_json::Value> = (0..UNIONS).map(union).collect();
    let content = json!({"application/json": {"schema": reference(0)}});
    let get = json!({"operationId": "get", "responses": {"200": {"description": "d", "content": content}}});
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Many", "version": "1"},
        "paths": {"/many": {"get": get}},
        "components": {"schemas": schemas},
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), document.to_string()).unwrap();
    // A debug build takes three seconds of an idle machine; it took two minutes.
    run(client(folder.path()).env("XTASK_TIME_LIMIT", "90").output().unwrap());
}
