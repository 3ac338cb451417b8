//! A changed description becomes changed crates, and nothing else changes: the real xtask, run repeatedly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use families::config::Family;
use workspace_tests::{Scratch, families, run};

const AIVO: &str = "openapi/aivo/auth.yaml";
const GENERATED: &str = "crates/aivo-client/src/generated.rs";
const CLIENT: &str = "crates/aivo-client/src/client.rs";
const LOCK: &str = "openapi/families.lock";

/// A workspace with all generated files.
fn generated() -> Scratch {
    let scratch = Scratch::new();
    run(scratch.generate(&[]));
    scratch
}

/// The files that can be written: contents and modification time of each.
fn state(scratch: &Scratch) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let files = [scratch.files("openapi"), scratch.files("crates")].into_iter().flatten();
    files
        .map(|(path, bytes)| {
            let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
            (path.strip_prefix(scratch.path("")).unwrap().to_owned(), (bytes, modified))
        })
        .collect()
}

/// The files that were changed, created or removed.
fn touched(before: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>, scratch: &Scratch) -> BTreeSet<PathBuf> {
    let after = state(scratch);
    before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).cloned().collect()
}

fn paths<const N: usize>(paths: [&str; N]) -> BTreeSet<PathBuf> {
    paths.into_iter().map(PathBuf::from).collect()
}

/// A new operation with an optional parameter, and a new optional field of a request.
fn extend(scratch: &Scratch) {
    scratch.replace(
        AIVO,
        "  /me:\n",
        "  /sessions:
    get:
      tags:
        - Authentication
      operationId: list_sessions
      security:
        - bearerAuth: []
      parameters:
        - name: limit
          in: query
          schema:
            type: integer
      responses:
        '200':
          description: The sessions.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Sessions'

  /me:
",
    );
    let sessions = "  schemas:
    Sessions:
      type: object
      required:
        - devices
      properties:
        devices:
          type: array
          items:
            type: string

";
    scratch.replace(AIVO, "  schemas:\n", sessions);
    scratch.replace(
        AIVO,
        "                  minLength: 8\n",
        "                  minLength: 8\n                rememberMe:\n                  type: boolean\n",
    );
}

#[test]
fn a_new_operation_and_a_new_field_are_generated() {
    let scratch = generated();
    let before = state(&scratch);
    extend(&scratch);
    let said = run(scratch.generate(&[]));
    assert!(said.contains(&format!("wrote {CLIENT}")), "{said}");
    assert_eq!(touched(&before, &scratch), paths([AIVO, GENERATED, CLIENT, "openapi/merged/aivo.json", LOCK]));

    // That such code compiles and can be used is tested in tests/goldens/tests/it/compatible.rs.
    let client = scratch.read(CLIENT);
    for new in ["pub fn list_sessions<'a>(", "pub fn limit(", "LIST_SESSIONS: rt::Operation"] {
        assert!(client.contains(new), "no {new} in\n{client}");
    }
    assert!(scratch.read(GENERATED).contains("pub fn remember_me("));
}

#[test]
fn a_second_run_touches_nothing() {
    let scratch = generated();
    let before = state(&scratch);
    let said = run(scratch.generate(&[]));
    assert!(said.starts_with("nothing changed since the last run"), "{said}");
    let said = run(scratch.generate(&["--force"]));
    assert!(said.contains("\nnothing changed; done in "), "{said}");
    assert_eq!(touched(&before, &scratch), paths([]));
}

#[test]
fn check_names_stale_files_and_writes_nothing() {
    let scratch = generated();
    let said = run(scratch.generate(&["--check"]));
    assert!(said.contains("every generated file is what the descriptions say"), "{said}");

    scratch.replace(GENERATED, "pub struct User", "pub struct Person");
    scratch.replace("openapi/pacerpro/swagger.json", "\"summary\": \"", "\"summary\": \"Please: ");
    let before = state(&scratch);
    let output = scratch.generate(&["--check"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{stderr}");
    for expected in ["error[stale]", GENERATED, "crates/pacerpro-client/src/client.rs", LOCK, "cargo xtask generate"] {
        assert!(stderr.contains(expected), "no {expected} in\n{stderr}");
    }
    assert!(!stderr.contains("svix-client/src"), "{stderr}");
    assert_eq!(touched(&before, &scratch), paths([]));
}

#[test]
fn deleted_files_come_back_as_they_were() {
    let scratch = generated();
    let before = [scratch.files("openapi"), scratch.files("crates")];
    for Family { package, .. } in families() {
        for file in ["client.rs", "generated.rs"] {
            std::fs::remove_file(scratch.path(format!("crates/{package}/src/{file}"))).unwrap();
        }
    }
    run(scratch.generate(&[]));
    assert!([scratch.files("openapi"), scratch.files("crates")] == before);
}

#[test]
fn the_next_run_repairs_one_that_was_cut_off() {
    let scratch = generated();
    let old = [GENERATED, LOCK].map(|path| (path, scratch.read(path)));
    extend(&scratch);
    run(scratch.generate(&[]));
    let whole = [scratch.files("openapi"), scratch.files("crates")];
    // The lock is renamed last, so a run that is cut off leaves the old one, and some old files.
    for (path, text) in old {
        assert!(scratch.read(path) != text, "{path} did not change, so this proves nothing");
        scratch.write(path, &text);
    }
    run(scratch.generate(&[]));
    assert!([scratch.files("openapi"), scratch.files("crates")] == whole);
}

#[test]
fn a_run_for_one_family_leaves_the_others_to_the_next_run() {
    let scratch = generated();
    extend(&scratch);
    scratch.replace("openapi/families.toml", "    \"DashboardAccessOut.url\",\n", "");
    let before = state(&scratch);
    let lock = scratch.read(LOCK);
    run(scratch.generate(&["--family", "aivo"]));
    assert_eq!(touched(&before, &scratch), paths([GENERATED, CLIENT, "openapi/merged/aivo.json", LOCK]));

    let line = |text: &str| text.lines().find(|line| line.starts_with("\"openapi/families.toml\"")).map(str::to_owned);
    assert_eq!(line(&lock), line(&scratch.read(LOCK)), "the lock vouches for a family that was not generated");
    let svix = scratch.read("openapi/merged/svix.json");
    run(scratch.generate(&[]));
    assert!(scratch.read("openapi/merged/svix.json") != svix, "the lock vouched for a family that was not generated");
    run(scratch.generate(&["--check"]));
}

#[test]
fn after_a_run_for_one_family_the_lock_is_that_of_a_run_for_all() {
    let scratch = generated();
    extend(&scratch);
    scratch.replace("openapi/families.toml", "title = \"Aivo\"", "title = \"Aivo Cloud\"");
    scratch.write("openapi/aivo/other.overlay.yaml", &scratch.read("openapi/aivo/auth.overlay.yaml"));
    std::fs::remove_file(scratch.path("openapi/aivo/auth.overlay.yaml")).unwrap();
    scratch.replace("openapi/families.toml", "aivo/auth.overlay.yaml", "aivo/other.overlay.yaml");
    run(scratch.generate(&["--family", "aivo"]));
    run(scratch.generate(&["--check"]));
}
