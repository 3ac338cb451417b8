//! The stages that the fuzz targets share. An input is one or several files.

use std::path::Path;

use openapi_pipeline::load::{self, MemoryFiles};
use openapi_pipeline::lower::{self, LowerPlan};
use openapi_pipeline::merge::{self, MergePlan, Part};
use openapi_pipeline::select::{self, Selection};
use openapi_pipeline::{Context, Diagnostics, Node, convert, overlay};

/// Separates the files of an input.
pub const DIVIDER: &str = "\n%%%%\n";

/// The parts of an input, if it is UTF-8.
pub fn parts(input: &[u8]) -> Option<Vec<&str>> {
    Some(std::str::from_utf8(input).ok()?.split(DIVIDER).collect())
}

/// The parts as files: the first one can refer to the others as `part1.yaml`, `part2.yaml`, ….
fn files(parts: &[&str]) -> MemoryFiles {
    parts
        .iter()
        .enumerate()
        .fold(MemoryFiles::new(), |files, (index, text)| files.with(format!("part{index}.yaml"), text.as_bytes()))
}

/// Loads the first part.
pub fn load(cx: &mut Context, parts: &[&str]) -> Result<load::Document, Diagnostics> {
    load::load(cx, &files(parts), Path::new("part0.yaml"))
}

/// Loads one file and converts it to 3.0.3.
pub fn downgraded(cx: &mut Context, text: &str) -> Result<Node, Diagnostics> {
    let document = load(cx, &[text])?;
    convert::to_v3_0(cx, document)
}

/// Loads one file as an overlay.
pub fn parsed(cx: &mut Context, text: &str) -> Result<Node, Diagnostics> {
    load::parse(cx, &MemoryFiles::new().with("overlay.yaml", text.as_bytes()), Path::new("overlay.yaml"))
}

/// Selects everything, merges the document alone, and lowers it.
pub fn lowered(cx: &mut Context, document: Node) -> Result<Node, Diagnostics> {
    let selected = select::select(cx, document, &Selection::default())?;
    let parts = vec![Part { id: "a".to_owned(), root: selected }];
    let merged = merge::merge(cx, parts, &MergePlan::default())?;
    lower::lower(cx, merged, &LowerPlan::default())
}

/// Applies an overlay to a description as published, checks the result, and converts it to 3.0.3.
pub fn overlaid(cx: &mut Context, text: &str, overlay_text: &str) -> Result<Node, Diagnostics> {
    let files = files(&[text]);
    let mut published = load::read(cx, &files, Path::new("part0.yaml"))?;
    let actions = parsed(cx, overlay_text)?;
    published.root = overlay::apply(cx, published.root, &actions)?;
    let checked = load::check(cx, &files, published)?;
    convert::to_v3_0(cx, checked)
}

/// Checks that an error has problems and can be rendered.
pub fn shown<T>(cx: &Context, outcome: Result<T, Diagnostics>) -> Option<T> {
    outcome
        .map_err(|problems| {
            assert!(!problems.0.is_empty(), "an error without a problem");
            assert!(!problems.render(&cx.sources, cx.limits(), false).is_empty());
        })
        .ok()
}
