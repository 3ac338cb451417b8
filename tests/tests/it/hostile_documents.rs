//! Documents made to do harm: each is refused with a clear error, or works, and none costs much. See
//! `openapi_pipeline::limits`.
//!
//! Documents that multiply are tried under low limits, which a small document exceeds as surely as a large one exceeds
//! the default limits; where that costs little, the default limits are tried as well.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::path::Path;

use openapi_pipeline::load::{DiskFiles, Files, MemoryFiles, load};
use openapi_pipeline::lower::{LowerPlan, lower};
use openapi_pipeline::select::{Selection, select};
use openapi_pipeline::{Context, Diagnostics, Limits, Node, convert, overlay};
use workspace_tests::Scratch;

/// A description, lowered as for the generator.
fn lowered(cx: &mut Context, files: &dyn Files, path: &str) -> Result<Node, Diagnostics> {
    let document = load(cx, files, Path::new(path))?;
    let document = convert::to_v3_0(cx, document)?;
    let document = select(cx, document, &Selection::default())?;
    lower(cx, document, &LowerPlan::default())
}

/// The outcome for a description: the lowered document, or its problems as shown.
fn outcome(files: &dyn Files, path: &str) -> Result<String, String> {
    outcome_within(&Limits::default(), files, path)
}

fn outcome_within(limits: &Limits, files: &dyn Files, path: &str) -> Result<String, String> {
    let mut cx = Context::with_limits(limits.clone());
    lowered(&mut cx, files, path).map(|document| document.to_pretty_json()).map_err(|problems| {
        for problem in &problems.0 {
            assert!(problem.help.as_ref().is_some_and(|help| !help.is_empty()), "no help for {}", problem.message);
            assert!(problem.primary.is_some(), "no place for {}", problem.message);
        }
        problems.render(&cx.sources, cx.limits(), false)
    })
}

/// The default limits with one of them set to another number.
fn with(set: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    set(&mut limits);
    limits
}

#[track_caller]
fn refused(name: &str, content: impl Into<Vec<u8>>, code: &str) -> String {
    refused_within(&Limits::default(), name, content, code)
}

#[track_caller]
fn refused_within(limits: &Limits, name: &str, content: impl Into<Vec<u8>>, code: &str) -> String {
    match outcome_within(limits, &MemoryFiles::new().with(name, content), name) {
        Ok(document) => panic!("{code}: taken as\n{}", document.chars().take(1000).collect::<String>()),
        Err(shown) => {
            assert!(shown.contains(&format!("error[{code}]")), "no {code} in\n{shown}");
            assert!(shown.contains(&format!("--> {name}:")), "no place in\n{shown}");
            assert!(shown.len() < 100_000, "{code}: {} bytes are too many to read", shown.len());
            shown
        }
    }
}

#[track_caller]
fn taken(name: &str, content: impl Into<Vec<u8>>) -> serde_json::Value {
    match outcome(&MemoryFiles::new().with(name, content), name) {
        Ok(document) => serde_json::from_str(&document).unwrap(),
        Err(shown) => panic!("refused:\n{shown}"),
    }
}

/// A description with one operation that answers with a schema, and more properties at its root, all in flow style.
fn description(schema: &str, more: &str) -> String {
    format!(
        "{{\"openapi\": \"3.1.0\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{\"/x\": {{\"get\": {{\"operationId\": \"x\",
        \"responses\": {{\"200\": {{\"description\": \"d\", \"content\": {{\"application/json\": {{\"schema\": {schema}}}}}}}}}}}}}}}{more}}}"
    )
}

fn with_schemas(schema: &str, schemas: &str) -> String {
    description(schema, &format!(", \"components\": {{\"schemas\": {{{schemas}}}}}"))
}

const TO_A: &str = r##"{"$ref": "#/components/schemas/A"}"##;

#[test]
fn aliases_that_multiply() {
    let limits = with(|limits| limits.aliased = 10_000);
    let laughs = |open: &str, close: &str| -> String {
        let mut text = format!("a0: &a0 {open}x: x{close}\n");
        for level in 1..30 {
            let aliases: Vec<String> = (0..9).map(|number| format!("k{number}: *a{}", level - 1)).collect();
            text += &format!("a{level}: &a{level} {open}{}{close}\n", aliases.join(", "));
        }
        text
    };
    let shown = refused_within(&limits, "a.yaml", laughs("{", "}"), "alias-expansion");
    assert!(shown.contains("more than 10000 values"), "{shown}");
    let lists: String = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        text + &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    refused_within(&limits, "a.yaml", lists, "alias-expansion");
    let merges: String = (1..30).fold("a0: &a0 {x0: 1}\n".to_owned(), |text, level| {
        let own: String = (0..40).map(|key| format!(", x{level}_{key}: 1")).collect();
        text + &format!("a{level}: &a{level} {{<<: [{}]{own}}}\n", vec![format!("*a{}", level - 1); 9].join(", "))
    });
    refused_within(&limits, "a.yaml", merges, "alias-expansion");
    // A gigabyte of text out of a megabyte, under the default limits.
    let text = "x".repeat(1 << 20);
    let shown = refused("a.yaml", format!("a: &a {text}\nb: [{}]\n", vec!["*a"; 1000].join(", ")), "alias-expansion");
    assert!(shown.contains("more than 1000000 values"), "{shown}");
    refused("a.yaml", "a: &a {b: *a}\n", "recursive-alias");
}

#[test]
fn nesting_without_end() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        refused("a.json", nested.clone(), "too-deep");
        refused("a.json", open.repeat(10_000), "too-deep");
        refused("a.yaml", format!("x: {nested}"), "too-deep");
        refused("a.json", description(&nested, ""), "too-deep");
    }
    refused("a.yaml", "- ".repeat(10_000), "too-deep");
    refused("a.yaml", "? ".repeat(10_000), "complex-key");
    refused("a.yaml", (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>(), "too-deep");
    let aliases: String = (1..1000).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1)).collect();
    refused("a.yaml", format!("a0: &a0 [x]\n{aliases}"), "too-deep");
    // The deepest nesting that is allowed, in schemas.
    let deep = format!("{}{{}}{}", "{\"items\": ".repeat(230), "}".repeat(230));
    outcome(&MemoryFiles::new().with("a.json", description(&deep, "")), "a.json").unwrap();
}

#[test]
fn references_without_end() {
    refused("a.json", with_schemas(TO_A, &format!("\"A\": {TO_A}")), "ref-cycle");
    let mutual = r##""A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}"##;
    refused("a.json", with_schemas(TO_A, mutual), "ref-cycle");
    let link = |from: usize| format!(r##""S{from}": {{"$ref": "#/components/schemas/S{}"}}"##, from + 1);
    let chain = (0..2000).map(link).collect::<Vec<_>>().join(",\n");
    let chain = format!(r##""A": {{"$ref": "#/components/schemas/S0"}}, {chain}, "S2000": {{"type": "string"}}"##);
    let chain = with_schemas(TO_A, &chain);
    // On a stack that is too small for one frame per link.
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    thread.spawn(move || refused("a.json", chain, "ref-cycle")).unwrap().join().unwrap();
    let other_kinds = r##"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {
        "parameters": [{"$ref": "#/components/parameters/P"}], "responses": {"200": {"$ref": "#/components/responses/R"}}}}},
        "components": {"parameters": {"P": {"$ref": "#/components/parameters/P"}}, "responses": {"R": {"$ref": "#/components/responses/R"}}}}"##;
    refused("a.json", other_kinds, "ref-cycle");
    let path_items = r##"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}"##;
    refused("a.json", path_items, "ref-cycle");
    // A type that refers to itself through a property is allowed.
    let tree = format!(
        r#""A": {{"type": "object", "properties": {{"next": {TO_A}, "all": {{"type": "array", "items": {TO_A}}}}}}}"#
    );
    taken("a.json", with_schemas(TO_A, &tree));
    let names = r##""A": {"$id": "https://x/a", "$anchor": "a", "$ref": "#a"}"##;
    refused("a.json", with_schemas(TO_A, names), "ref-cycle");
}

#[test]
fn references_that_multiply() {
    // Two references each, sixty times: a tree of 2^60 if written out.
    let fork = |level: usize| {
        let next = format!(r##"{{"$ref": "#/components/schemas/S{}"}}"##, level + 1);
        format!(r#""S{level}": {{"type": "object", "properties": {{"a": {next}, "b": {next}}}}}"#)
    };
    let forks = (0..60).map(fork).collect::<Vec<_>>().join(",");
    let schemas = format!(r##"{forks}, "S60": {{"type": "string"}}, "A": {{"$ref": "#/components/schemas/S0"}}"##);
    assert!(taken("a.json", with_schemas(TO_A, &schemas)).to_string().len() < 100_000);

    // Every path copies one large path item.
    let limits = with(|limits| limits.copied = 10_000);
    let many =
        (0..100).map(|number| format!("\"/p{number}\": {{\"$ref\": \"#/paths/~1big\"}}")).collect::<Vec<_>>().join(",");
    let responses = (200..240)
        .map(|status| format!("\"{status}\": {{\"description\": \"{}\"}}", "d".repeat(640)))
        .collect::<Vec<_>>();
    let big = format!("\"/big\": {{\"get\": {{\"responses\": {{{}}}}}}}", responses.join(","));
    let text = format!(
        "{{\"openapi\": \"3.0.3\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{{big}, {many}}}}}"
    );
    let shown = refused_within(&limits, "a.json", text, "too-large");
    assert!(shown.contains("more than 10000 values"), "{shown}");

    // Every response is copied for every media type.
    let types = (0..50).map(|number| format!("\"a/b{number}\"")).collect::<Vec<_>>().join(",");
    let schema =
        format!("{{\"enum\": [{}]}}", (0..50).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(","));
    let responses = (200..210)
        .map(|status| format!("\"{status}\": {{\"description\": \"d\", \"schema\": {schema}}}"))
        .collect::<Vec<_>>();
    let text = format!(
        "{{\"swagger\": \"2.0\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"produces\": [{types}], \"paths\": {{\"/x\": {{\"get\": {{\"responses\": {{{}}}}}}}}}}}",
        responses.join(",")
    );
    refused_within(&limits, "a.json", text, "too-large");

    // Every file is copied twice by the one before it, in a place that can't hold a reference.
    let mut files = MemoryFiles::new().with(
        "a.yaml",
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/x: {get: {x-more: {$ref: 0.yaml}, responses: {}}}}\n",
    );
    for level in 0..60 {
        files =
            files.with(format!("{level}.yaml"), format!("a: {{$ref: {0}.yaml}}\nb: {{$ref: {0}.yaml}}\n", level + 1));
    }
    let limits = with(|limits| limits.bundled = 10_000);
    let shown = outcome_within(&limits, &files.with("60.yaml", "x: 1\n"), "a.yaml").unwrap_err();
    assert!(shown.contains("error[too-large]: this expands to more than 10000 values"), "{shown}");
}

#[test]
fn references_out_of_reach() {
    for (reference, code) in [
        ("../secret.yaml", "ref-outside-root"),
        ("/etc/passwd", "ref-outside-root"),
        ("%2e%2e/%2e%2e/etc/passwd", "ref-outside-root"),
        ("x/../../secret.yaml#/a", "ref-outside-root"),
        ("file:///etc/passwd", "ref-to-url"),
        ("https://example.com/a.yaml#/A", "ref-to-url"),
        ("//example.com/a.yaml", "ref-to-url"),
        ("%ff.yaml", "ref-encoding"),
        ("missing.yaml", "unreadable-file"),
    ] {
        let schema = format!("{{\"$ref\": \"{reference}\"}}");
        let shown = refused("a.json", description(&schema, ""), code);
        assert!(!shown.contains("root:x:0"), "a file of the system is shown");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_root() {
    let scratch = Scratch::new();
    scratch.write("secret.yaml", "A: {type: string, description: do-not-read-me}\n");
    scratch.write("root/a.json", &description(r#"{"$ref": "link.yaml#/A"}"#, ""));
    scratch.write("root/b.json", &description(r#"{"$ref": "folder/secret.yaml#/A"}"#, ""));
    std::os::unix::fs::symlink(scratch.path("secret.yaml"), scratch.path("root/link.yaml")).unwrap();
    std::os::unix::fs::symlink(scratch.path(""), scratch.path("root/folder")).unwrap();
    for document in ["a.json", "b.json"] {
        let shown = outcome(&DiskFiles::new(scratch.path("root")), document).unwrap_err();
        assert!(shown.contains("error[unreadable-file]") && shown.contains("lies outside"), "{shown}");
        assert!(!shown.contains("do-not-read-me"), "{shown}");
    }
}

#[test]
fn numbers_out_of_range() {
    for number in ["1e999", "-1e999", &"9".repeat(400)] {
        refused("a.json", description(&format!("{{\"maximum\": {number}}}"), ""), "number-out-of-range");
    }
    for number in [".inf", "-.INF", ".nan", "1e999", "0xffffffffffffffffff"] {
        refused("a.yaml", format!("openapi: 3.0.3\nx: {number}\n"), "number-out-of-range");
    }
    for number in ["NaN", "Infinity", "0x10", "1_000", "01"] {
        refused("a.json", description(&format!("{{\"maximum\": {number}}}"), ""), "json-syntax");
    }
    let huge = r#"{"type": "integer", "minimum": -1e300, "maximum": 1e300, "multipleOf": 1e-300, "maxLength": 1e300, "minItems": -5}"#;
    taken("a.json", description(huge, ""));
}

#[test]
fn bytes_in_no_known_encoding() {
    let text = description("{}", "");
    let little: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [format!("\u{feff}{text}").into_bytes(), little.clone(), big] {
        taken("a.json", bytes);
    }
    refused("a.json", little.get(2..).unwrap(), "nul-character");
    refused("a.json", &little[..little.len() - 1], "not-utf16");
    refused("a.json", [&[0xff, 0xfe][..], &[0x00, 0xd8, 0x41, 0x00]].concat(), "not-utf16");
    refused("a.yaml", b"openapi: 3.0.3\ninfo: \xff\n".to_vec(), "not-utf8");
    refused("a.yaml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "not-utf8");
    refused("a.yaml", b"openapi: 3.0.3\nx: a\0b\n".to_vec(), "nul-character");
    refused("a.json", description("{\"title\": \"\0\"}", ""), "nul-character");
    refused("a.json", description(r#"{"title": "\ud800"}"#, ""), "json-syntax");
    refused("a.json", description("{\"title\": \"\u{1}\"}", ""), "json-syntax");
    refused("a.yaml", "openapi: 3.0.3\nx: \"\\ud800\"\n", "yaml-syntax");
    // An escaped NUL is a character like any other, and must be preserved.
    taken("a.json", description(r#"{"type": "string", "description": "\u0000", "enum": ["\u0000", "a"]}"#, ""));
}

#[test]
fn line_endings_and_byte_order_marks() {
    let yaml = "openapi: 3.0.3\ninfo:\n  title: t\n  version: '1'\npaths:\n  /x:\n    get:\n      responses:\n        200:\n          description: |\n            one\n            two\n";
    let plain = taken("a.yaml", yaml);
    assert_eq!(taken("a.yaml", yaml.replace('\n', "\r\n")), plain);
    assert_eq!(taken("a.yaml", yaml.replace('\n', "\r")), plain);
    assert_eq!(taken("a.yaml", format!("\u{feff}%YAML 1.2\n---\n{yaml}...\n")), plain);
}

#[test]
fn keys_that_are_the_same_and_keys_that_only_look_so() {
    refused("a.json", r#"{"openapi": "3.0.3", "\u006fpenapi": "3.0.3"}"#, "duplicate-key");
    refused("a.yaml", "openapi: 3.0.3\npaths: {/x: {get: {responses: {200: {}, '200': {}}}}}\n", "duplicate-key");
    // The same letter in two normal forms: two keys to JSON, and two fields to the client.
    let schema = "{\"type\": \"object\", \"properties\": {\"\u{e9}\": {\"type\": \"string\"}, \"e\u{301}\": {\"type\": \"string\"}}}";
    let document = taken("a.json", description(schema, ""));
    assert!(document.to_string().contains("\u{e9}"));
    refused("a.json", format!("{{\"openapi\": \"3.0.3\", \"{}\": 1}}", "k".repeat(100_000)), "too-long");
    refused("a.yaml", format!("openapi: 3.0.3\n? {}\n: 1\n", "k".repeat(100_000)), "too-long");
}

#[test]
fn yaml_beyond_json() {
    for (text, code) in [
        ("a: !!binary aGk=\n", "unknown-tag"),
        ("a: !!python/object/apply:os.system ['true']\n", "unknown-tag"),
        ("a: !!timestamp 2001-01-01\n", "unknown-tag"),
        ("a: !!set {b}\n", "unknown-tag"),
        ("a: !!int twelve\n", "wrong-tag"),
        ("? [a, b]\n: 1\n", "complex-key"),
        ("a:\n  <<: 1\n", "merge-key"),
        ("a: *nowhere\n", "yaml-syntax"),
        ("a: 1\n---\nb: 2\n", "several-documents"),
        ("", "yaml-syntax"),
        ("# nothing\n", "yaml-syntax"),
        ("\t\n", "yaml-syntax"),
        ("[1]\n", "not-a-description"),
        ("just a text\n", "not-a-description"),
        ("<html></html>\n", "not-a-description"),
        ("a: 1\n", "not-a-description"),
    ] {
        refused("a.yaml", text, code);
    }
    refused("a.json", "[]", "not-a-description");
    refused("a.json", "{", "json-syntax");
    let merged = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nx-base: &base {description: d}\npaths:\n  /x:\n    get:\n      responses:\n        200:\n          <<: *base\n          content: {application/json: {schema: {type: string}}}\n";
    assert_eq!(taken("a.yaml", merged)["paths"]["/x"]["get"]["responses"].as_object().unwrap().len(), 1);
}

#[test]
fn lists_without_end() {
    let json = |length: usize| format!("{{\"openapi\": \"3.0.3\", \"x\": [{}0]}}", "0,".repeat(length));
    let limits = with(|limits| limits.values = 1000);
    let yaml = format!("openapi: 3.0.3\nx: [{}0]\n", "0,".repeat(1100));
    for (name, text) in [("a.json", json(4000)), ("a.yaml", yaml)] {
        let shown = refused_within(&limits, name, text, "too-large");
        assert!(shown.contains("more than 1000 values"), "{shown}");
    }
    // Under the default limits; in lines, since showing a line of megabytes would take longer than the rest of the
    // test.
    let lines = format!("{}\n", "0,".repeat(1000)).repeat(4000);
    let shown = refused("a.json", format!("{{\"openapi\": \"3.0.3\", \"x\": [{lines}0]}}"), "too-large");
    assert!(shown.contains("more than 2000000 values"), "{shown}");
    // Ten thousand of each kind of values that are compared with each other.
    let names = (0..10_000).map(|number| format!("\"n{number}\"")).collect::<Vec<_>>().join(",");
    let schemas = (0..10_000).map(|number| format!("{{\"const\": {number}}}")).collect::<Vec<_>>().join(",");
    let long = format!(
        "{{\"type\": \"object\", \"required\": [{names}], \"properties\": {{\"a\": {{\"prefixItems\": [{schemas}]}}, \"b\": {{\"type\": [{names}]}}}}}}"
    );
    taken("a.json", description(&long, ""));
    let clashes = (0..10_000)
        .map(|number| format!("\"{}\": {{}}", "é".repeat(1 + number % 3) + &"ö".repeat(number / 3 % 3)))
        .collect::<std::collections::BTreeSet<_>>();
    let clashes = clashes.into_iter().collect::<Vec<_>>().join(",");
    taken(
        "a.json",
        format!(
            "{{\"swagger\": \"2.0\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{}}, \"definitions\": {{{clashes}}}}}"
        ),
    );
}

#[test]
fn expensive_overlays() {
    let document = description(&format!("{{\"description\": \"{}\"}}", "d".repeat(6400)), "");
    let limits = with(|limits| limits.copied = 10_000);
    let head = "overlay: 1.1.0\ninfo: {title: t, version: '1'}\nactions:\n";
    for (actions, code) in [
        (
            format!("- {{target: '$[?{}@.a{}]', remove: true}}\n", "(".repeat(50_000), ")".repeat(50_000)),
            "overlay-target",
        ),
        (format!("- {{target: '${}', remove: true}}\n", "..*".repeat(60)), "overlay-target-too-expensive"),
        (
            format!("- {{target: \"${}\", remove: true}}\n", "['paths','paths']".repeat(100)),
            "overlay-target-too-expensive",
        ),
        (
            (0..64)
                .map(|number| {
                    format!("- {{target: $, update: {{x{number}: {{}}}}}}\n- {{target: $.x{number}, copy: $}}\n")
                })
                .collect(),
            "too-large",
        ),
        ("- {target: $, remove: true}\n".to_owned(), "overlay-mismatch"),
    ] {
        let mut cx = Context::with_limits(limits.clone());
        let files = MemoryFiles::new().with("a.json", document.as_str()).with("o.yaml", format!("{head}{actions}"));
        let read = load(&mut cx, &files, Path::new("a.json")).unwrap();
        let root = convert::to_v3_0(&mut cx, read).unwrap();
        let actions = openapi_pipeline::load::parse(&mut cx, &files, Path::new("o.yaml")).unwrap();
        let problems = overlay::apply(&mut cx, root, &actions).unwrap_err();
        assert_eq!(problems.0[0].code, code, "{}", problems.render(&cx.sources, &limits, false));
    }
}

/// Names are used in code and never in file names: the real xtask writes only its usual files.
#[test]
fn names_that_are_paths() {
    let scratch = Scratch::new();
    let escape = "../../../../tmp/escape";
    let document = format!(
        r##"{{"openapi": "3.0.3", "info": {{"title": "{escape}", "version": "{escape}"}},
        "servers": [{{"url": "https://example.com/{escape}"}}],
        "paths": {{"/{escape}/{{id}}": {{"get": {{"operationId": "{escape}", "tags": ["{escape}"],
            "parameters": [{{"name": "id", "in": "path", "required": true, "schema": {{"type": "string"}}}},
                           {{"name": "{escape}", "in": "query", "schema": {{"type": "string"}}}}],
            "responses": {{"200": {{"description": "{escape}", "content": {{"application/json": {{
                "schema": {{"$ref": "#/components/schemas/..~1..~1escape"}}}}}}}}}}}}}}}},
        "components": {{"schemas": {{"../../escape": {{"type": "object", "title": "{escape}",
            "properties": {{"{escape}": {{"type": "string"}}, "/etc/passwd": {{"type": "string"}}}}}}}}}}}}"##
    );
    for folder in ["crates/svix-client", "crates/pacerpro-client", "openapi"] {
        std::fs::remove_dir_all(scratch.path(folder)).unwrap();
    }
    scratch.write("openapi/names.json", &document);
    scratch.write(
        "openapi/families.toml",
        "[families.names]\npackage = \"aivo-client\"\ntitle = \"Names\"\n\n[[families.names.documents]]\nid = \"names\"\nfile = \"names.json\"\n",
    );
    let around = |scratch: &Scratch| {
        std::fs::read_dir(scratch.path("").parent().unwrap())
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().contains("escape"))
            .count()
    };
    let before = scratch.files("");
    workspace_tests::run(scratch.generate(&[]));
    let written: Vec<_> = scratch
        .files("")
        .into_iter()
        .filter(|(path, bytes)| before.get(path) != Some(bytes))
        .map(|(path, _)| path.strip_prefix(scratch.path("")).unwrap().display().to_string())
        .collect();
    assert_eq!(
        written,
        [
            "crates/aivo-client/src/client.rs",
            "crates/aivo-client/src/generated.rs",
            "openapi/families.lock",
            "openapi/merged/names.json",
            "target/xtask/generate.fingerprint",
        ]
    );
    assert_eq!(around(&scratch), 0);
}
