//! `cargo xtask client` and `cargo xtask corpus`: any description becomes a crate or a precise error; no file outside
//! of the crate's folder is written, and no operation is lost without a reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use families::client::ClientReport;
use openapi_pipeline::lower::Construct;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use workspace_tests::{assert_golden, cargo, run, scratch_target, workspace_root, xtask};

/// A folder with descriptions, in which the commands are run.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(files: &[(&str, &str)]) -> Self {
        let desk = Self::new();
        for (name, text) in files {
            desk.write(name, text);
        }
        desk
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn command(&self, task: &str) -> Command {
        let mut command = xtask();
        command.arg(task).current_dir(self.0.path());
        command
    }

    /// Runs `cargo xtask client` on `a.yaml`, with more arguments.
    fn client(&self, more: &[&str]) -> Output {
        self.command("client").args(["--from", "a.yaml", "--out", "out"]).args(more).output().unwrap()
    }

    /// Runs it expecting success, and returns its report.
    fn report(&self, more: &[&str]) -> ClientReport {
        let all = [&["--report", "report.json"][..], more].concat();
        run(self.client(&all));
        serde_json::from_str(&self.read("report.json")).unwrap()
    }

    /// Runs it expecting an error and no written file, and returns its stderr.
    #[track_caller]
    fn refused(&self, more: &[&str]) -> String {
        let before = self.files();
        let output = self.client(more);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("error[") && stderr.contains("= help: "), "{stderr}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{stderr}");
        assert!(before == self.files(), "something was written although\n{stderr}");
        stderr
    }

    /// Every file and folder, with the contents.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.0.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let relative = path.strip_prefix(self.0.path()).unwrap().to_owned();
                if path.is_dir() && !path.is_symlink() {
                    found.insert(relative, b"a folder".to_vec());
                    open.push(path);
                } else {
                    found.insert(relative, std::fs::read(&path).unwrap_or_default());
                }
            }
        }
        found
    }
}

const SMALL: &str = include_str!("../../goldens/descriptions/acme.yaml");

/// The complete list of a crate's files.
const FILES: [&str; 6] = ["Cargo.toml", "README.md", "openapi.json", "src/client.rs", "src/generated.rs", "src/lib.rs"];

#[test]
fn a_description_becomes_a_crate_that_stands_alone_and_compiles() {
    let desk = Desk::with(&[("a.yaml", SMALL)]);
    let workspace = workspace_root().display().to_string();
    let report = desk.report(&["--workspace", &workspace]);
    assert_eq!(
        (report.document.dialect.as_str(), report.document.operations, report.document.schemas),
        ("3.1.0", 8, 8)
    );
    assert_eq!((report.generated.name.as_str(), report.generated.operations), ("acme-client", 8));
    assert!(report.left_out.is_empty() && report.seconds > 0.0, "{report:?}");
    let noted = |rule: &str, pointer: &str| report.lowered.iter().any(|one| one.rule == rule && one.pointer == pointer);
    for (rule, pointer) in [
        ("date-as-string", "Order/properties/day/format"),
        ("property-name-collision", "Session/properties/createdAt"),
        ("clearable-member", "Change/properties/name"),
    ] {
        assert!(noted(rule, &format!("#/components/schemas/{pointer}")), "{rule}: {:#?}", report.lowered);
    }
    let otp = "#/paths/~1login/post/requestBody/content/application~1json/schema/properties/otp";
    assert!(!noted("null-as-absent", otp), "it is required, and so always there");

    let written: BTreeSet<PathBuf> =
        desk.files().into_iter().filter(|(_, bytes)| bytes != b"a folder").map(|(path, _)| path).collect();
    let expected = FILES.iter().map(|file| Path::new("out").join(file));
    let expected: BTreeSet<PathBuf> = expected.chain(["a.yaml", "report.json"].map(PathBuf::from)).collect();
    assert_eq!(written, expected);

    let manifest: toml::Table = desk.read("out/Cargo.toml").parse().unwrap();
    assert!(manifest["workspace"].as_table().unwrap().is_empty());
    let dependencies: Vec<&String> = manifest["dependencies"].as_table().unwrap().keys().collect();
    let expected = ["client-runtime", "progenitor-client", "reqwest", "schemars", "serde", "serde_json"];
    assert_eq!(dependencies, expected.iter().collect::<Vec<_>>());

    // A second run replaces the first, and gives the same bytes.
    let before = desk.files();
    std::fs::remove_file(desk.path("out/src/lib.rs")).unwrap();
    desk.report(&["--workspace", &workspace]);
    let after = desk.files();
    assert!(FILES.map(|file| Path::new("out").join(file)).iter().all(|path| before[path] == after[path]));

    // The use of the crate is tested with its golden twin, which is compiled with the tests:
    // tests/goldens/tests/it/acme.rs.
    std::fs::copy(workspace_root().join("Cargo.lock"), desk.path("out/Cargo.lock")).unwrap();
    let checked = cargo(&desk.path("out"), &scratch_target(), &["check", "--all-targets", "--no-default-features"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && !said.contains("warning:"), "{said}");
    for file in ["client.rs", "generated.rs"] {
        assert_golden("acme", file, &desk.read(&format!("out/src/{file}")).replace("`a.yaml`", "`acme.yaml`"));
    }
}

#[test]
fn secrets_are_found_by_format_and_by_name_and_listed() {
    let desk = Desk::with(&[("a.yaml", SMALL)]);
    let report = desk.report(&[]);
    let pointers: BTreeSet<&str> = report.secrets.iter().map(|place| place.pointer.as_str()).collect();
    let body = "#/paths/~1login/post/requestBody/content/application~1json/schema/properties";
    let expected = [
        "#/components/schemas/Change/properties/pin",
        "#/components/schemas/Session/properties/accessToken",
        "#/components/schemas/Session/properties/backupTokens/items",
        "#/paths/~1avatar/get/parameters/0",
        &format!("{body}/otp"),
        &format!("{body}/password"),
    ];
    assert_eq!(pointers, BTreeSet::from(expected));
}

#[test]
fn the_schema_of_the_report_requires_what_is_always_there() {
    let schema = serde_json::to_value(schemars::schema_for!(ClientReport)).unwrap();
    for member in ["document", "generated", "lowered", "left_out", "seconds"] {
        assert!(schema["required"].as_array().unwrap().contains(&json!(member)), "{member}");
    }
}

#[test]
fn foreign_folders_are_left_alone() {
    let desk = Desk::with(&[("a.yaml", SMALL), ("out/notes.txt", "mine")]);
    assert!(desk.refused(&[]).contains("error[output-folder]"));

    desk.write("out/Cargo.toml", "[package]\nname = \"mine\"\n");
    assert!(desk.refused(&[]).contains("this command didn't write"));

    let desk = Desk::with(&[("a.yaml", SMALL), ("out", "a file")]);
    assert!(desk.refused(&[]).contains("it is not a folder"));

    let desk = Desk::with(&[("a.yaml", SMALL)]);
    std::fs::create_dir(desk.path("out")).unwrap();
    desk.report(&[]);
    // Other files in the folder of an earlier result stay.
    desk.write("out/target/x", "x");
    desk.report(&[]);
    assert_eq!(desk.read("out/target/x"), "x");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_does_not_lead_out_of_the_folder() {
    let desk = Desk::with(&[("a.yaml", SMALL), ("elsewhere/keep", "mine")]);
    desk.report(&[]);
    std::fs::remove_dir_all(desk.path("out/src")).unwrap();
    std::os::unix::fs::symlink(desk.path("elsewhere"), desk.path("out/src")).unwrap();
    assert!(desk.refused(&[]).contains("it is not a folder of its own"));

    // A link in place of a file is replaced, and its target stays.
    std::fs::remove_file(desk.path("out/src")).unwrap();
    std::fs::create_dir(desk.path("out/src")).unwrap();
    std::os::unix::fs::symlink(desk.path("elsewhere/keep"), desk.path("out/src/lib.rs")).unwrap();
    desk.report(&[]);
    assert_eq!(desk.read("elsewhere/keep"), "mine");
    assert!(!desk.path("out/src/lib.rs").is_symlink());
}

#[test]
fn a_hostile_title_or_file_name_chooses_no_path_and_no_code() {
    let title = r#"../../evil \"] \n[dependencies]\nx = '1' <script> */ */ ``` "#;
    let text = SMALL.replace("title: The Acme API", &format!("title: \"{title}\""));
    let desk = Desk::with(&[("a.yaml", &text)]);
    let report = desk.report(&[]);
    assert_eq!(report.generated.name, "evil-dependencies-x-1-script-client");
    let manifest: toml::Table = desk.read("out/Cargo.toml").parse().unwrap();
    assert!(manifest["dependencies"].get("x").is_none());
    assert!(!desk.read("out/README.md").contains("<script>") && !desk.read("out/src/lib.rs").contains("<script>"));
    assert_eq!(desk.files().keys().filter(|path| !path.starts_with("out")).count(), 2);
}

#[test]
fn names_roots_and_selections_are_checked() {
    let desk = Desk::with(&[("a.yaml", SMALL)]);
    for (arguments, expected) in [
        (&["--name", "not a name"][..], "error[crate-name]"),
        (&["--name", "../x"], "error[crate-name]"),
        (&["--name", "serde"], "error[crate-name]"),
        (&["--select", "auth"], "error[selection]"),
        (&["--select", "tag:Auth"], "did you mean `auth`?"),
        (&["--overlay", "gone.yaml"], "error[unreadable-file]"),
        (&["--root", "elsewhere"], "error["),
        (&["--runtime", "path"], "error[no-workspace]"),
    ] {
        let said = desk.refused(arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let report = desk.report(&["--select", "tag:auth", "--select", "path:/orders/*", "--name", "mine"]);
    assert_eq!((report.document.operations, report.document.selected, report.generated.operations), (8, 2, 2));
    assert_eq!(report.generated.name, "mine");
    let report = desk.report(&["--select", "operation:put_avatar"]);
    assert_eq!(report.generated.operations, 1);
}

#[test]
fn overlays_and_files_below_the_root_take_part() {
    let overlay = "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n  - {target: \"$.paths['/avatar']\", remove: true}\n";
    let main = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: a, responses: {'200': {$ref: '../shared/r.yaml#/Ok'}}}}}\n";
    let desk = Desk::with(&[
        ("a.yaml", SMALL),
        ("o.yaml", overlay),
        ("api/main.yaml", main),
        ("shared/r.yaml", "Ok: {description: fine}\n"),
    ]);
    assert_eq!(desk.report(&["--overlay", "o.yaml"]).generated.operations, 6);

    let below = |root: &[&str]| {
        let mut command = desk.command("client");
        command.args(["--from", "api/main.yaml", "--out", "out2"]).args(root).output().unwrap()
    };
    let refused = below(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("api/main.yaml:3:"), "the place of the reference");
    run(below(&["--root", "."]));
    assert!(desk.read("out2/src/client.rs").contains("pub fn a<'a>"));
}

#[test]
fn credentials_that_nothing_requires_are_warned_of_and_can_be_required() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.example.com'}]\npaths: {/a: {get: {operationId: a, responses: {'204': {description: d}}}}}\ncomponents: {securitySchemes: {Token: {type: http, scheme: bearer}}}\n";
    let desk = Desk::with(&[("a.yaml", text)]);
    let table = run(desk.client(&[]));
    assert!(table.contains("warning[security-not-required]: no operation requires `Token`"), "{table}");
    assert!(table.contains(" --> a.yaml:5:") && table.contains("`--security Token`"), "{table}");
    assert!(!desk.read("out/src/client.rs").contains(".with_security("));
    let report = desk.report(&["--security", "Token"]);
    assert!(report.warnings.is_empty());
    assert!(desk.read("out/src/client.rs").contains(".with_security(rt::Security::Bearer)"));
    let refused = desk.refused(&["--security", "Tokn"]);
    assert!(refused.contains("error[unknown-security]") && refused.contains("did you mean `Token`?"), "{refused}");
}

/// Compositions that contain the unions they are alternatives of. Regression: the notes on them were once in the order
/// of a hash table.
fn circular() -> String {
    let mut schemas = serde_json::Map::new();
    for name in ["Oak", "Elm", "Ash", "Fir", "Yew", "Box"] {
        let refer = |suffix: &str| json!({"$ref": format!("#/components/schemas/{name}{suffix}")});
        let made =
            |extra: &str| json!({"allOf": [refer(""), {"type": "object", "properties": {extra: {"type": "string"}}}]});
        schemas.insert(name.to_owned(), json!({"type": "object", "properties": {"kind": {"type": "string"}}, "oneOf": [refer("Leaf"), refer("Root")]}));
        schemas.insert(format!("{name}Leaf"), made("leaf"));
        schemas.insert(format!("{name}Root"), json!({"allOf": [refer("Leaf"), refer("")], "oneOf": [refer("Leaf")]}));
    }
    let names: Vec<Json> = schemas.keys().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
    let members: serde_json::Map<_, _> = (0..).map(|at: usize| format!("m{at}")).zip(names).collect();
    let body = json!({"200": {"description": "d", "content": {"application/json": {"schema": {"type": "object", "properties": members}}}}});
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://a.example"}],
        "paths": {"/a": {"get": {"operationId": "a", "responses": body}}}, "components": {"schemas": schemas}})
    .to_string()
}

#[test]
fn the_same_description_gives_the_same_report_each_time() {
    let text = circular();
    // Each hash table of a process has its own seed.
    let lower = || {
        let mut cx = openapi_pipeline::Context::new();
        let files = openapi_pipeline::load::MemoryFiles::new().with("a.json", text.as_str());
        let loaded = openapi_pipeline::load::load(&mut cx, &files, Path::new("a.json")).unwrap();
        let root = openapi_pipeline::convert::to_v3_0(&mut cx, loaded).unwrap();
        let root = openapi_pipeline::select::select(&mut cx, root, &Default::default()).unwrap();
        let plan = openapi_pipeline::lower::LowerPlan {
            secrets: Vec::new(),
            strictness: openapi_pipeline::lower::Strictness::Lenient,
        };
        let lowered = openapi_pipeline::lower::lower(&mut cx, root, &plan).unwrap();
        let notes: Vec<String> =
            cx.report.notes.iter().map(|note| format!("{} {} {}", note.rule.name, note.pointer, note.text)).collect();
        (lowered.to_pretty_json(), notes)
    };
    let first = lower();
    assert!(first.1.iter().filter(|note| note.starts_with("merge-parts")).count() > 10, "{:?}", first.1);
    for _ in 0..8 {
        assert!(lower() == first, "another run of the same process");
    }
    let desk = Desk::with(&[("a.yaml", &text)]);
    let run = || {
        let mut report: Json = serde_json::to_value(desk.report(&[])).unwrap();
        // The cost of a run may differ.
        for key in ["seconds", "peak_memory_bytes"] {
            report.as_object_mut().unwrap().remove(key);
        }
        let files = ["openapi.json", "src/client.rs", "src/generated.rs", "README.md"]
            .map(|file| desk.read(&format!("out/{file}")));
        (report.to_string(), files)
    };
    let first = run();
    for _ in 0..3 {
        assert!(run() == first, "another process");
    }
}

/// A reference into another operation, with percent-encoding, still works when that operation is left out.
#[test]
fn deep_references_survive_selection() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.example.com'}]\npaths:\n  /a/{id}:\n    get:\n      operationId: a\n      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n      responses: {'200': {description: d, content: {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}}}\n  /b:\n    get: {operationId: b, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/paths/~1a~1%7Bid%7D/get/responses/200/content/application~1json/schema'}}}}}}\n  /c:\n    get: {operationId: c, responses: {'200': {$ref: '#/paths/~1a~1%7Bid%7D/get/responses/200'}}}\n  /d: {$ref: '#/paths/~1b'}\n  /e:\n    get: {operationId: e, responses: {'200': {$ref: '#/components/responses/All%20of%20it'}}}\ncomponents: {responses: {All of it: {description: d, content: {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}}}}\n";
    let desk = Desk::with(&[("a.yaml", text)]);
    let report = desk.report(&["--select", "path:/b", "--select", "path:/c", "--select", "path:/e"]);
    assert_eq!(report.generated.operations, 3);
    assert_eq!(desk.read("out/src/generated.rs").matches("pub n: ::std::option::Option<i64>").count(), 3);
}

/// A reference to a file with keywords beside it means the same as one within the document.
#[test]
fn keywords_beside_a_reference_to_a_file_are_kept() {
    let text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.example.com'}]\npaths: {/p: {get: {operationId: p, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}}\ncomponents: {schemas: {Pet: {$ref: animal.yaml, required: [b], properties: {b: {type: string}}}}}\n";
    let desk = Desk::with(&[
        ("a.yaml", text),
        ("animal.yaml", "{type: object, required: [a], properties: {a: {type: string}}}\n"),
    ]);
    desk.report(&[]);
    let types = desk.read("out/src/generated.rs");
    for field in ["pub a: ::std::string::String", "pub b: ::std::string::String"] {
        assert!(types.contains(field), "{field}: {types}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_was_given_is_followed() {
    let desk = Desk::with(&[
        ("apis/real.yaml", &SMALL.replace("'#/components/schemas/Session'", "session.yaml")),
        ("apis/session.yaml", "{type: object}\n"),
    ]);
    std::os::unix::fs::symlink("apis/real.yaml", desk.path("a.yaml")).unwrap();
    assert_eq!(desk.report(&[]).generated.operations, 8);
}

#[test]
fn references_that_lead_nowhere_cost_what_needs_them() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.example.com'}]\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200':\n          description: d\n          content: {application/json: {schema: {$ref: '#/components/schemas/A'}, examples: {e: {$ref: '#/components/examples/No'}}}}\n    post: {operationId: b, requestBody: {$ref: '#/components/requestBodies/No'}, responses: {'204': {description: d}}}\ncomponents: {schemas: {A: {type: object, properties: {x: {$ref: '#/components/schemas/No'}}}}}\n";
    let desk = Desk::with(&[("a.yaml", text)]);
    let report = desk.report(&[]);
    assert_eq!(report.generated.operations, 1);
    assert_eq!(report.left_out.len(), 1);
    assert_eq!(
        (report.left_out[0].operation.as_str(), report.left_out[0].construct.as_str()),
        ("POST /a", "dangling-reference")
    );
    let [warning] = report.warnings.as_slice() else { panic!("{:?}", report.warnings) };
    let place = warning.place.as_ref().unwrap();
    assert_eq!(
        (warning.code.as_str(), place.document.as_str(), place.line, place.column),
        ("dangling-ref", "a.yaml", 13, 65)
    );
    assert!(desk.read("out/src/generated.rs").contains("pub x: ::std::option::Option<::serde_json::Value>"));
}

/// An overlay is applied to the description as published: it may use the constructs of the description's dialect,
/// repair what could not be loaded without it, and refer to files beside the description.
#[test]
fn overlays_are_applied_to_what_was_published() {
    let overlay = |actions: &str| format!("overlay: 1.1.0\ninfo: {{title: O, version: '1'}}\nactions:\n{actions}");
    let old = "swagger: '2.0'\ninfo: {title: T, version: '1'}\nhost: a.example.com\npaths:\n  /a:\n    get:\n      operationId: a\n      produces: [application/json]\n      responses: {'200': {description: d, schema: {$ref: gone.yaml}}}\n";
    let new = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: https://a.example.com}]\npaths:\n  /a:\n    get:\n      operationId: a\n      responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}\ncomponents: {schemas: {A: {type: object, properties: {a: {$ref: 'part.yaml#/B'}}}}}\n";
    let desk = Desk::with(&[
        ("a.yaml", old),
        (
            "o.yaml",
            &overlay(
                "  - {target: \"$.paths['/a'].get.responses['200'].schema\", update: {$ref: '#/definitions/Gone'}}\n  - {target: $, update: {definitions: {Gone: {type: object, properties: {count: {type: integer, x-nullable: true}}}}}}\n",
            ),
        ),
    ]);
    assert!(desk.refused(&[]).contains("error[unreadable-file]"), "it can't be loaded without the overlay");
    desk.report(&["--overlay", "o.yaml"]);
    assert!(desk.read("out/src/generated.rs").contains("pub count: ::std::option::Option<i64>"));

    let desk = Desk::with(&[
        ("a.yaml", new),
        ("part.yaml", "B: {type: object, properties: {b: {$ref: '#/C'}}}\nC: {type: string}\n"),
        (
            "o.yaml",
            &overlay(
                "  - target: $.components.schemas.A.properties\n    update: {n: {type: [integer, 'null']}, s: {$ref: 'part.yaml#/B/properties/b'}}\n  - target: $.components.schemas.B.properties\n    update: {more: {type: boolean}}\n",
            ),
        ),
        (
            "bad.yaml",
            &overlay("  - target: $.components.schemas.A.properties\n    update: {s: {$ref: 'nowhere.yaml'}}\n"),
        ),
    ]);
    desk.report(&["--overlay", "o.yaml"]);
    let types = desk.read("out/src/generated.rs");
    for field in
        ["pub n: ::std::option::Option<i64>", "pub more: ::std::option::Option<bool>", "pub s: ::std::option::Option<"]
    {
        assert!(types.contains(field), "{field}: {types}");
    }
    let refused = desk.refused(&["--overlay", "bad.yaml"]);
    assert!(refused.contains("bad.yaml:5:24") && refused.contains("nowhere.yaml"), "{refused}");
}

#[test]
fn the_published_runtime_is_asked_for_by_version() {
    let desk = Desk::with(&[("a.yaml", SMALL)]);
    // The default outside of a workspace.
    for arguments in [&[][..], &["--runtime", "version"], &["--runtime", "version", "--workspace", WORKSPACE]] {
        desk.report(arguments);
        let manifest: toml::Table = desk.read("out/Cargo.toml").parse().unwrap();
        let runtime = &manifest["dependencies"]["client-runtime"];
        assert!(runtime.get("path").is_none() && runtime["version"].as_str().is_some(), "{runtime}");
    }
    desk.report(&["--workspace", WORKSPACE]);
    let manifest: toml::Table = desk.read("out/Cargo.toml").parse().unwrap();
    let path = manifest["dependencies"]["client-runtime"]["path"].as_str().unwrap();
    assert!(Path::new(path).join("Cargo.toml").is_file(), "{path}");
}

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A description with one operation that is fine and one more path item.
fn beside_a_good_one(version: &str, path: &str, members: Json) -> String {
    let good = json!({"operationId": "good", "responses": {"204": {"description": ""}}});
    let mut paths = json!({"/good": {"get": good}});
    paths[path] = members;
    let mut all = json!({"info": {"title": "T", "version": "1"}, "paths": paths});
    if version == "2.0" {
        all["swagger"] = json!(version);
        all["host"] = json!("a.example");
    } else {
        all["openapi"] = json!(version);
        all["servers"] = json!([{"url": "https://a.example"}]);
    }
    all.to_string()
}

#[test]
fn each_construct_of_the_closed_list_leaves_one_operation_out() {
    let responses = json!({"204": {"description": ""}});
    let operation = |members: Json| {
        let mut operation = json!({"operationId": "bad", "responses": responses});
        for (key, value) in members.as_object().unwrap() {
            operation[key] = value.clone();
        }
        json!({"post": operation})
    };
    let parameter = |parameter: Json| {
        let mut required = json!({"name": "p", "in": "query", "required": true, "schema": {"type": "string"}});
        for (key, value) in parameter.as_object().unwrap() {
            required[key] = value.clone();
        }
        operation(json!({"parameters": [required]}))
    };
    let multipart = json!({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}});
    let only_null = json!({"enum": [null], "nullable": true});
    let form = json!({"application/x-www-form-urlencoded": {"schema": {"type": "array", "items": {"type": "string"}}}});
    let rows = [
        (Construct::MultipartBody, "3.0.3", "/x", operation(multipart)),
        (Construct::CookieParameter, "3.0.3", "/x", parameter(json!({"in": "cookie"}))),
        (Construct::ParameterStyle, "3.0.3", "/x", parameter(json!({"style": "matrix"}))),
        (Construct::ParameterContent, "3.0.3", "/x", {
            let content = json!({"application/xml": {"schema": {}}});
            operation(json!({"parameters": [{"name": "p", "in": "query", "required": true, "content": content}]}))
        }),
        (Construct::ParameterLocation, "3.0.3", "/x", parameter(json!({"in": "body-ish"}))),
        (Construct::FormShape, "3.0.3", "/x", operation(json!({"requestBody": {"required": true, "content": form}}))),
        (Construct::ParameterShape, "3.0.3", "/{p}", parameter(json!({"in": "path", "schema": only_null}))),
        (Construct::ParameterName, "3.0.3", "/x", parameter(json!({"in": "header", "name": "two words"}))),
        (Construct::PathTemplate, "3.0.3", "/x/{a}/{a}", operation(json!({}))),
        (Construct::OwnServer, "3.0.3", "/x", operation(json!({"servers": [{"url": "https://b.example"}]}))),
        (Construct::HttpMethod, "3.2.0", "/x", json!({"query": {"operationId": "bad", "responses": responses}})),
        (Construct::TwoBodies, "2.0", "/x", {
            let body = |name: &str| json!({"name": name, "in": "body", "schema": {"type": "string"}});
            operation(json!({"parameters": [body("a"), body("b")]}))
        }),
        (Construct::DanglingReference, "3.0.3", "/x", operation(json!({"requestBody": {"$ref": "#/gone"}}))),
    ];
    let covered: BTreeSet<Construct> = rows.iter().map(|(construct, ..)| *construct).collect();
    // No construct is known that lowering accepts and the generator fails on; client-codegen tests that case.
    let all: BTreeSet<Construct> = Construct::ALL.iter().copied().filter(|one| *one != Construct::Generator).collect();
    assert_eq!(covered, all, "a row for each");
    for (construct, version, path, item) in rows {
        let desk = Desk::with(&[("a.yaml", &beside_a_good_one(version, path, item))]);
        let output = desk.client(&["--report", "report.json"]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{construct}: {stderr}");
        let table = run(output);
        let report: ClientReport = serde_json::from_str(&desk.read("report.json")).unwrap();
        assert_eq!((report.document.operations, report.generated.operations), (2, 1), "{construct}");
        let [left_out] = report.left_out.as_slice() else { panic!("{construct}: {:?}", report.left_out) };
        assert_eq!(left_out.construct, construct.name());
        assert!(left_out.operation.ends_with(path) && left_out.pointer.starts_with("#/"), "{left_out:?}");
        assert!(left_out.reason.len() > 10, "{left_out:?}");
        assert!(table.contains(&format!("[{construct}]")), "{table}");
        assert!(desk.read("out/src/client.rs").contains("pub fn good<'a>"));
    }
}

#[test]
fn unreadable_descriptions_are_shown_with_their_place() {
    let desk = Desk::with(&[("a.yaml", "openapi: 3.0.3\ninfo: {title: T\n")]);
    assert!(desk.refused(&[]).contains("--> a.yaml:"));
    let desk = Desk::with(&[("a.yaml", &SMALL.replace("'#/components/schemas/Session'", "session.yaml"))]);
    let said = desk.refused(&[]);
    assert!(said.contains("unreadable-file") && said.contains("--> a.yaml:"), "{said}");
    let desk = Desk::new();
    assert!(desk.refused(&[]).contains("error[unreadable-file]: can't read a.yaml"));
}

#[test]
fn a_folder_of_descriptions_is_tried_and_totalled() {
    let small = "swagger: '2.0'\ninfo: {title: T, version: '1'}\nhost: a.example\npaths:\n  /a:\n    get: {operationId: a, responses: {200: {description: x}}}\n";
    let broken =
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {'200': {$ref: gone.yaml}}}}}\n";
    let desk = Desk::with(&[("apis/a.yaml", small), ("apis/notes.txt", "nothing"), ("apis/b.yaml", broken)]);
    let corpus = || {
        let mut command = desk.command("corpus");
        command.args(["apis", "--report", "all.json", "--out", "crates", "--workspace", WORKSPACE]);
        command.output().unwrap()
    };
    let output = corpus();
    assert_eq!(output.status.code(), Some(1), "one of them is broken");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let last = stdout.lines().last().unwrap();
    assert!(last.starts_with("total: 2 documents, 2 operations, 1 generated (50.00 %)"), "{stdout}");
    assert!(stdout.contains("ignored: notes.txt"), "{stdout}");
    let report: Json = serde_json::from_str(&desk.read("all.json")).unwrap();
    assert_eq!(report["documents"][0]["compiled"], true, "{report}");
    assert_eq!(
        (&report["documents"][1]["compiled"], &report["documents"][1]["panicked"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(report["ignored"], json!(["notes.txt"]));

    std::fs::remove_file(desk.path("apis/b.yaml")).unwrap();
    run(corpus());
}
