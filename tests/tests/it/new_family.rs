//! Adding a family for another vendor, by configuration alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;

use test_requirements::{Requirement, requirement};
use workspace_tests::{Scratch, run, workspace_root, xtask};

/// A small vendor: two files, two tags, fields named like secrets, one of them in an inline body, one that is no
/// string.
const LOCKERS: &str = r##"openapi: 3.1.0
info:
  title: Locker API
  version: "7"
servers:
  - url: https://api.lockers.example/v7
security:
  - key: []
paths:
  /keys:
    post:
      tags: [Keys]
      operationId: issueKey
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [pin, passphrase]
              properties:
                pin: {type: string, minLength: 4}
                passphrase: {type: string, minLength: 8}
                token: {type: integer}
      responses:
        "201":
          description: A key.
          content:
            application/json:
              schema:
                $ref: "parts/key.yaml"
        "409":
          description: There is one.
  /lockers:
    get:
      tags: [Lockers]
      operationId: listLockers
      responses:
        "204": {description: None.}
components:
  securitySchemes:
    key: {type: http, scheme: bearer}
"##;

const KEY: &str = r#"type: object
required: [id, secret, state]
properties:
  id: {type: string, format: uuid}
  secret: {type: string}
  state: {type: string, enum: [fresh, worn]}
"#;

struct Town {
    scratch: Scratch,
}

impl Town {
    fn new() -> Self {
        let scratch = Scratch::new();
        run(scratch.generate(&[]));
        scratch.write("downloads/lockers.yaml", LOCKERS);
        scratch.write("downloads/parts/key.yaml", KEY);
        Self { scratch }
    }

    fn new_family(&self, arguments: &[&str]) -> Output {
        let from = self.scratch.path("downloads/lockers.yaml");
        let mut command = xtask();
        command.arg("new-family").args(arguments).arg("--from").arg(from);
        command.current_dir(self.scratch.path("")).output().unwrap()
    }

    fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.scratch.files("");
        files.retain(|path, _| !path.starts_with(self.scratch.path("target")));
        files
    }
}

#[track_caller]
fn assert_has(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

/// Asserts that the workspace's formatter, and that of a project without settings, leave a new crate as it is.
fn assert_formatted(scratch: &Scratch, package: &str) {
    let installed = scratch.cargo(&["fmt", "--version"]).status.success();
    if requirement(Requirement::Rustfmt, installed.then_some(()).ok_or("cargo fmt is not installed")).is_some() {
        let check = ["fmt", "--check", "--package", package];
        run(scratch.cargo(&check));
        std::fs::copy(workspace_root().join("rustfmt.toml"), scratch.path("rustfmt.toml")).unwrap();
        run(scratch.cargo(&check));
    }
}

#[test]
fn a_fourth_vendor_compiles_without_a_line_of_code() {
    let town = Town::new();
    let scratch = &town.scratch;
    let before = town.state();
    let said = run(town.new_family(&["lock-ers"]));
    assert_has(&said, &["family lock-ers (Locker API): 2 operations", "IssueKeyRequest.passphrase", "next:"]);

    let families = scratch.read("openapi/families.toml");
    assert_has(
        &families,
        &[
            "# Which documents make a client",
            "[families.lock-ers]\npackage = \"lock-ers-client\"\ntitle = \"Locker API\"\n",
            "    \"IssueKeyRequest.passphrase\",\n",
            "[[families.lock-ers.documents]]\nid = \"current\"\nfile = \"lock-ers/lockers.yaml\"\n",
        ],
    );
    // A number can't be a secret, in spite of its name.
    assert!(families.contains(".secret\",") && !families.contains("IssueKeyRequest.token"), "{families}");
    assert_eq!(scratch.read("openapi/lock-ers/parts/key.yaml"), KEY);
    assert_has(
        &scratch.read("Cargo.toml"),
        &["\nlock-ers-client = { path = \"crates/lock-ers-client\", version = \"0.1.0\", default-features = false }\n"],
    );
    assert_has(
        &scratch.read("crates/lock-ers-client/Cargo.toml"),
        &[
            "reqwest.workspace = true\nschemars = { workspace = true, optional = true }\nserde.workspace = true\n",
            "repository.workspace = true\ninclude.workspace = true\n",
            "[package.metadata.docs.rs]\nall-features = true\n",
        ],
    );
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let original = std::fs::read_to_string(workspace_root().join(licence)).unwrap();
        assert!(scratch.read(format!("crates/lock-ers-client/{licence}")) == original, "{licence}");
    }
    let generated = scratch.read("crates/lock-ers-client/src/generated.rs");
    assert_has(
        &generated,
        &[
            "pub passphrase: ::client_runtime::Secret",
            "pub secret: ::client_runtime::Secret",
            "/// Source: `lock-ers/parts/key.yaml`",
        ],
    );

    // Only files of the new family and the shared ones were touched: no code of the tool, and no other family.
    let shared =
        ["openapi/families.toml", "openapi/families.lock", "Cargo.toml", "Cargo.lock"].map(|file| scratch.path(file));
    let own =
        ["openapi/lock-ers", "openapi/merged/lock-ers.json", "crates/lock-ers-client", "tests/snapshots/lock-ers"];
    let own = own.map(|file| scratch.path(file));
    let after = town.state();
    for (path, bytes) in &after {
        let touched = before.get(path) != Some(bytes);
        let expected = shared.contains(path) || own.iter().any(|folder| path.starts_with(folder));
        assert!(!touched || expected, "{} was touched", path.display());
    }
    assert!(before.keys().all(|path| after.contains_key(path)), "something is gone");
    assert!(scratch.path("tests/snapshots/lock-ers/operation.snap").exists());

    assert_has(&run(scratch.generate(&["--check"])), &["every generated file is what the descriptions say"]);
    run(scratch.cargo(&["check", "--quiet", "--locked", "--no-default-features", "--package", "lock-ers-client"]));
    assert_formatted(scratch, "lock-ers-client");

    // From then on it is a family like the others.
    scratch.replace("downloads/lockers.yaml", "  /lockers:\n", "  /lockers/all:\n");
    let file = scratch.path("downloads/lockers.yaml").display().to_string();
    let said = run(xtask().args(["adopt", "lock-ers", &file]).current_dir(scratch.path("")).output().unwrap());
    assert_has(&said, &["0.1.0 -> 0.2.0 (major)"]);
}

#[test]
fn a_part_of_a_description_with_an_overlay() {
    let town = Town::new();
    let scratch = &town.scratch;
    scratch.write(
        "downloads/lockers.overlay.yaml",
        "overlay: 1.0.0\ninfo: {title: Lockers, version: 1.0.0}\nactions:\n  - target: $.paths['/keys'].post\n    update: {operationId: new_key}\n",
    );
    let overlay = scratch.path("downloads/lockers.overlay.yaml").display().to_string();
    run(town.new_family(&["lockers", "--title", "Lockers", "--select", "tag:Keys", "--overlay", &overlay]));
    let families = scratch.read("openapi/families.toml");
    assert_has(
        &families,
        &[
            "title = \"Lockers\"",
            "overlays = [\"lockers/lockers.overlay.yaml\"]\nselect = { tags = [\"Keys\"] }\n",
            "\"NewKeyRequest.passphrase\"",
        ],
    );
    let client = scratch.read("crates/lockers-client/src/client.rs");
    assert!(client.contains("pub fn new_key") && !client.contains("list_lockers"), "{client}");
    run(scratch.generate(&["--check"]));
}

#[test]
fn names_that_are_taken_or_bad_are_refused_and_nothing_is_written() {
    let town = Town::new();
    let before = town.state();
    for (arguments, expected) in [
        (&["svix"][..], "there is a family of that name"),
        (&["merged"], "holds what is generated"),
        (&["Lockers"], "lower-case letters"),
        (&["1st"], "lower-case letters"),
        (&["a--b"], "lower-case letters"),
        (&["a/../b"], "lower-case letters"),
        (&["progenitor"], "already uses a crate `progenitor-client`"),
        (&["lockers", "--select", "colour:red"], "doesn't say what to select"),
        (&["lockers", "--select", "tag:Doors"], "no operation with the tag `Doors`"),
        (&["lockers", "--overlay", "nowhere.yaml"], "nowhere.yaml"),
    ] {
        let output = town.new_family(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}\n{stderr}");
        assert!(stderr.contains(expected), "no `{expected}` in\n{stderr}");
        assert!(town.state() == before, "{arguments:?} touched something");
    }
}
