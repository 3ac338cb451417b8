//! The snapshots of a family: all generated files, in pieces small enough to review.
//!
//! tests/tests/it/snapshots.rs compares them, for every family in openapi/families.toml.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use client_codegen::{CrateSource, outline};
use openapi_pipeline::Report;

use crate::build::Built;
use crate::failure::Failure;

/// The snapshots of a family, by their names. `library` is the source of its crate's `lib.rs`.
///
/// # Errors
///
/// When a source can't be parsed.
pub fn of(built: &Built, library: &str) -> Result<BTreeMap<String, String>, Failure> {
    let CrateSource { generated, client, .. } = &built.source;
    let mut all = pieces(generated, client)?;
    all.insert("merged".to_owned(), built.document.to_pretty_json());
    all.insert("lowerings".to_owned(), lowerings(&built.report));
    all.insert("outline".to_owned(), public_outline(client, generated)?);
    let exports = outline::exports(library).map_err(|error| not_rust(&error))?;
    all.insert("exports".to_owned(), exports.into_iter().map(|line| line + "\n").collect());
    Ok(all)
}

/// The folder of a family's snapshots.
pub fn folder(family: &str) -> PathBuf {
    Path::new("tests/snapshots").join(family)
}

/// The content of a snapshot's file, as insta writes it.
pub fn file(text: &str) -> String {
    format!("---\nsource: tests/tests/it/snapshots.rs\n---\n{}\n", text.trim_end())
}

/// The items that a user of the crate can name. In progenitor's output these are the module `types`, which comes first.
fn public_outline(client: &str, generated: &str) -> Result<String, Failure> {
    let types = outlined(generated)?;
    let types = types.lines().take_while(|line| *line != "struct Client").collect::<Vec<_>>().join("\n");
    Ok(format!("{}\n{types}\n", outlined(client)?))
}

fn outlined(source: &str) -> Result<String, Failure> {
    outline::outline(source).map_err(|error| not_rust(&error))
}

fn in_pieces(source: &str) -> Result<BTreeMap<String, String>, Failure> {
    outline::pieces(source).map_err(|error| not_rust(&error))
}

fn not_rust(error: &dyn std::fmt::Display) -> Failure {
    Failure::Message {
        code: "not-rust",
        message: format!("the source of the client can't be parsed: {error}"),
        help: "this is a mistake in the generator; please report it with the description".to_owned(),
    }
}

/// One piece per operation and per type: an operation is its method, its request, its errors and its entry in the table,
/// over the private method that sends it.
fn pieces(generated: &str, client: &str) -> Result<BTreeMap<String, String>, Failure> {
    let (private, public) = (in_pieces(generated)?, in_pieces(client)?);
    let operations = private.iter().filter_map(|(name, text)| Some((name.strip_prefix("fn.")?, text)));
    let mut pieces = BTreeMap::new();
    for (operation, sent_by) in operations.filter(|(name, _)| *name != "new_with_client") {
        let pascal: String = operation.split('_').map(capitalised).collect();
        let names = [
            format!("fn.{operation}"),
            format!("operations.{}", operation.to_uppercase()),
            format!("requests.{pascal}"),
            format!("errors.{pascal}Error"),
        ];
        let parts: Vec<&str> =
            names.iter().filter_map(|name| public.get(name)).chain([sent_by]).map(String::as_str).collect();
        pieces.insert(format!("operation.{operation}"), parts.join("\n"));
    }
    for (name, text) in private {
        if let Some(name) = name.strip_prefix("types.") {
            pieces.insert(format!("type.{}", name.replace("error.", "")), text);
        }
    }
    for name in ["Client", "ClientBuilder", "Server"] {
        pieces.insert(format!("client.{name}"), public.get(name).cloned().unwrap_or_default());
    }
    Ok(pieces)
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
