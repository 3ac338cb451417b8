//! A description that tries to break out of comments, strings, names and folders fails to: its client compiles, with
//! those of tests/goldens, its documentation contains no runnable code, and it determines neither files nor types.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use syn::visit::Visit;
use workspace_tests::{Scratch, run};

const HOSTILE: &str = include_str!("../../goldens/descriptions/hostile.yaml");

/// A workspace whose only family comes from the hostile description.
fn hostile() -> Scratch {
    let scratch = Scratch::new();
    for folder in ["crates/svix-client", "crates/pacerpro-client", "openapi"] {
        std::fs::remove_dir_all(scratch.path(folder)).unwrap();
    }
    scratch.write("openapi/hostile.yaml", HOSTILE);
    scratch.write(
        "openapi/families.toml",
        r#"[families.hostile]
package = "aivo-client"
title = "Hostile"
secrets = ["Keywords.password"]

[[families.hostile.documents]]
id = "hostile"
file = "hostile.yaml"
"#,
    );
    scratch
}

#[test]
fn no_text_of_a_description_becomes_code() {
    let scratch = hostile();
    assert_only_the_expected_files_are_written(&scratch);
    let sources = ["client.rs", "generated.rs"].map(|file| scratch.read(format!("crates/aivo-client/src/{file}")));
    for source in &sources {
        assert!(!source.contains("process::Command"), "a description chose a Rust type");
    }
    let examples: Vec<String> = sources.iter().flat_map(|source| runnable(source)).collect();
    assert!(examples.is_empty(), "rustdoc would run {examples:#?}");
}

fn assert_only_the_expected_files_are_written(scratch: &Scratch) {
    let before = scratch.files("");
    run(scratch.generate(&[]));
    let after = scratch.files("");
    let written: BTreeSet<PathBuf> =
        after.into_iter().filter(|(path, bytes)| before.get(path) != Some(bytes)).map(|(path, _)| path).collect();
    let expected = [
        "crates/aivo-client/src/client.rs",
        "crates/aivo-client/src/generated.rs",
        "openapi/families.lock",
        "openapi/merged/hostile.json",
        "target/xtask/generate.fingerprint",
    ];
    assert_eq!(written, expected.map(|path| scratch.path(path)).into());
}

/// The code blocks of a source's documentation that rustdoc would run, found as rustdoc finds them: by the same parser,
/// in the whole documentation of each item.
fn runnable(source: &str) -> Vec<String> {
    let mut docs = Docs::default();
    docs.visit_file(&syn::parse_file(source).unwrap());
    assert!(docs.texts.len() > 10, "the documentation was not found");
    let blocks = |text: &String| -> Vec<String> {
        let parser = Parser::new_ext(text, Options::all());
        let examples = parser.filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some("indented".to_owned()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if &*info != "text" => Some(info.to_string()),
            _ => None,
        });
        examples.map(|block| format!("{block}: {text}")).collect()
    };
    docs.texts.iter().flat_map(blocks).collect()
}

/// The documentation of every item, field, variant and method: a string for each.
#[derive(Default)]
struct Docs {
    texts: Vec<String>,
    lines: Vec<String>,
}

impl Docs {
    /// Ends the documentation of an item.
    fn end(&mut self) {
        if !self.lines.is_empty() {
            self.texts.push(std::mem::take(&mut self.lines).join("\n"));
        }
    }
}

impl<'ast> Visit<'ast> for Docs {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("doc") {
            let syn::Meta::NameValue(pair) = &attribute.meta else { panic!("a `doc` attribute without text") };
            let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { panic!("no text") };
            let text = text.value();
            self.lines.push(text.strip_prefix(' ').map(str::to_owned).unwrap_or(text));
        }
    }

    // A documented item has its name after its attributes.
    fn visit_ident(&mut self, _: &'ast syn::Ident) {
        self.end();
    }
}

#[test]
fn an_example_in_documentation_would_be_found() {
    let many: String = (0..20).map(|number| format!("/// Text.\nstruct S{number};\n")).collect();
    for (example, found) in [
        ("/// ```\n/// run();\n/// ```\nstruct S;", true),
        ("/// Text.\n///\n///     run();\nstruct S;", true),
        ("struct S {\n    /// > ~~~should_panic\n    /// > run();\n    a: u8,\n}", true),
        ("/// ```text\n/// run();\n/// ```\nstruct S;", false),
    ] {
        assert_eq!(!runnable(&format!("{many}{example}")).is_empty(), found, "{example}");
    }
}
