//! A vendor's compatible additions are additive in Rust: every public item of two families stays, and
//! cargo-semver-checks agrees. tests/goldens/tests/it/compatible.rs shows that a caller's code compiles and works with
//! both versions.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::process::Command;

use test_requirements::{Requirement, requirement};
use workspace_tests::{Scratch, run, scratch_target};

const AIVO: &str = "openapi/aivo/auth.yaml";
const SVIX: &str = "openapi/svix/2024-09-10.json";

/// An optional parameter, an optional field of a response and of a request, an enum value, an error, an operation.
fn grow(scratch: &Scratch) {
    scratch.replace(
        AIVO,
        "      operationId: logout\n",
        "      operationId: logout
      parameters:
        - name: everywhere
          in: query
          schema:
            type: boolean
",
    );
    scratch.replace(
        AIVO,
        "        expiresIn:\n          type: integer\n",
        "        scope:\n          type: string\n        expiresIn:\n          type: integer\n",
    );
    scratch.replace(
        AIVO,
        "                  minLength: 8\n",
        "                  minLength: 8\n                rememberMe:\n                  type: boolean\n",
    );
    scratch.replace(AIVO, "            - learner\n", "            - learner\n            - auditor\n");
    scratch.replace(
        AIVO,
        "        '422':\n",
        "        '429':
          description: Too many attempts.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Error'
        '422':
",
    );
    scratch.replace(
        AIVO,
        "  /me:\n",
        "  /logout-all:
    post:
      tags:
        - Authentication
      operationId: logout_all
      responses:
        '204':
          description: Every session is over.

  /me:
",
    );
    let mut svix: serde_json::Value = serde_json::from_str(&scratch.read(SVIX)).unwrap();
    let portal = &mut svix["paths"]["/api/v1/auth/app-portal-access/{app_id}"]["post"]["parameters"];
    portal
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({"name": "theme", "in": "query", "schema": {"type": "string"}}));
    let schemas = &mut svix["components"]["schemas"];
    schemas["AppPortalAccessIn"]["properties"]["theme"] = serde_json::json!({"type": "string"});
    schemas["AppPortalAccessOut"]["properties"]["note"] = serde_json::json!({"type": "string"});
    scratch.write(SVIX, &serde_json::to_string_pretty(&svix).unwrap());
}

/// A workspace, and one with the vendors' additions.
fn before_and_after() -> [Scratch; 2] {
    let [old, new] = [Scratch::new(), Scratch::new()];
    run(old.generate(&[]));
    grow(&new);
    run(new.generate(&[]));
    [old, new]
}

#[test]
fn additions_of_vendors_keep_every_public_item() {
    let [old, new] = before_and_after();
    let items = |scratch: &Scratch, package: &str| -> BTreeSet<String> {
        let read = |file: &str| scratch.read(format!("crates/{package}/src/{file}"));
        crate::items::items(&read("client.rs"), &read("generated.rs")).into_iter().collect()
    };
    for (package, added) in [
        ("aivo-client", &["everywhere", "logout_all", "TooManyRequests", "Auditor", "scope", "remember_me"][..]),
        ("svix-client", &["theme", "note"]),
    ] {
        let (before, after) = (items(&old, package), items(&new, package));
        let gone: Vec<&String> = before.difference(&after).collect();
        assert!(before.len() > 100 && gone.is_empty(), "{package}: {gone:#?}");
        for name in added {
            assert!(after.difference(&before).any(|item| item.contains(name)), "{package}: {name} is not there");
        }
    }
}

/// Whether cargo-semver-checks is here; says so if it isn't.
pub(crate) fn is_installed() -> bool {
    let installed = Command::new(env!("CARGO")).args(["semver-checks", "--version"]).output();
    let installed = installed.is_ok_and(|output| output.status.success());
    let installed = installed.then_some(()).ok_or("cargo-semver-checks is not installed");
    requirement(Requirement::SemverChecks, installed).is_some()
}

#[test]
fn additions_of_vendors_are_a_minor_step() {
    if !is_installed() {
        return;
    }
    let [old, new] = before_and_after();
    for package in ["aivo-client", "svix-client"] {
        let mut check = Command::new(env!("CARGO"));
        check.args(["semver-checks", "--package", package, "--release-type", "minor", "--baseline-root"]);
        check.arg(old.path("")).current_dir(new.path("")).env("CARGO_NET_OFFLINE", "true");
        run(check.env("CARGO_TARGET_DIR", scratch_target()).output().unwrap());
    }
}
