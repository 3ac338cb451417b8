//! The snapshots of a family, which a reviewer reads: its public items, one operation with its errors, one type, the
//! merged document and the rules that changed it.
//!
//! They aren't there to find stale files: [`Generated::check`](crate::generate::Generated::check) compares every byte of
//! all files. tests/tests/it/snapshots.rs compares the snapshots, for every family in openapi/families.toml.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use client_codegen::items::{self, Item};
use client_codegen::{CrateSource, syntax};
use openapi_pipeline::Report;

use crate::build::Built;
use crate::failure::Failure;

/// The snapshots of a family, by their names. `library` is the source of its crate's `lib.rs`.
///
/// Of the operations and types, those with the longest code are chosen, since they show most of what the generator
/// writes. The names of the snapshots don't say which, so that another choice is a difference in one file.
///
/// # Errors
///
/// When a source can't be parsed.
pub fn of(built: &Built, library: &str) -> Result<BTreeMap<&'static str, String>, Failure> {
    let CrateSource { generated, client, .. } = &built.source;
    let (private, public) = (in_pieces(generated)?, in_pieces(client)?);
    let operations =
        private.iter().filter_map(|(name, sent_by)| Some(operation(name.strip_prefix("fn.")?, sent_by, &public)));
    let types = private.iter().filter(|(name, text)| name.starts_with("types.") && text.contains("pub struct "));
    let mut all = BTreeMap::from([
        ("lowerings", lowerings(&built.report)),
        ("merged", built.document.to_pretty_json()),
        ("outline", outline(library, client, generated)?),
    ]);
    all.extend(longest(operations).map(|text| ("operation", text)));
    all.extend(longest(types.map(|(_, text)| text.clone())).map(|text| ("type", text)));
    Ok(all)
}

/// The first of the longest texts.
fn longest(texts: impl Iterator<Item = String>) -> Option<String> {
    texts.min_by_key(|text| std::cmp::Reverse(text.lines().count()))
}

/// The folder of a family's snapshots.
pub fn folder(family: &str) -> PathBuf {
    Path::new("tests/snapshots").join(family)
}

/// The content of a snapshot's file, as insta writes it.
pub fn file(text: &str) -> String {
    format!("---\nsource: tests/tests/it/snapshots.rs\n---\n{}\n", text.trim_end())
}

/// The items that a user of the crate can name: the exports of the library, and what they stand for.
fn outline(library: &str, client: &str, generated: &str) -> Result<String, Failure> {
    let exports = syntax::exports(library).map_err(|error| not_rust(&error))?;
    let items = items::of_source(client, generated).map_err(|error| not_rust(&error))?;
    let lines = exports.into_iter().map(|export| format!("use {export}")).chain(items.iter().map(Item::to_string));
    Ok(lines.map(|line| line + "\n").collect())
}

fn in_pieces(source: &str) -> Result<BTreeMap<String, String>, Failure> {
    syntax::pieces(source).map_err(|error| not_rust(&error))
}

fn not_rust(error: &dyn std::fmt::Display) -> Failure {
    Failure::Message {
        code: "not-rust",
        message: format!("the source of the client can't be parsed: {error}"),
        help: "this is a mistake in the generator; please report it with the description".to_owned(),
    }
}

/// An operation: its method, its request, its errors and its entry in the table, over the private method that sends it.
fn operation(name: &str, sent_by: &str, public: &BTreeMap<String, String>) -> String {
    let pascal: String = name.split('_').map(capitalised).collect();
    let names = [
        format!("fn.{name}"),
        format!("operations.{}", name.to_uppercase()),
        format!("requests.{pascal}"),
        format!("errors.{pascal}Error"),
    ];
    let parts: Vec<&str> =
        names.iter().filter_map(|name| public.get(name).map(String::as_str)).chain([sent_by]).collect();
    parts.join("\n")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The uses of each rule, by rule, with their places.
fn lowerings(report: &Report) -> String {
    let mut by_rule: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for note in &report.notes {
        by_rule.entry(note.rule.name).or_default().push(format!("  {}: {}", note.pointer, note.text));
    }
    let mut text = String::new();
    for (rule, uses) in by_rule {
        let _ = writeln!(text, "{rule} x {}\n{}\n", uses.len(), uses.join("\n"));
    }
    text
}
