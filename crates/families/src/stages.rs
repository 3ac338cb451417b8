//! The stages of one document, in the order that all commands share.

pub(crate) mod overlays;

use std::path::PathBuf;

use client_codegen::CrateSource;
use openapi_pipeline::load::{Files, Published};
use openapi_pipeline::lower::{self, Strictness};
use openapi_pipeline::select::{self, Selection};
use openapi_pipeline::{Context, Diagnostics, Node, Origin, convert, load, overlay};

/// Gives problems without a place, such as a missing file, the place in families.toml that names the file.
pub(crate) fn mention(mut problems: Diagnostics, origin: Origin) -> Diagnostics {
    for problem in problems.0.iter_mut().filter(|problem| problem.primary.is_none()) {
        problem.primary = Some((origin, "named here".to_owned()));
    }
    problems
}

/// A file to read.
pub(crate) struct Given<'a> {
    /// The files that it is one of.
    pub(crate) files: &'a dyn Files,
    /// Its path among them.
    pub(crate) path: PathBuf,
    /// The place in families.toml that names it.
    pub(crate) named: Option<Origin>,
}

impl Given<'_> {
    fn attribute(&self, problems: Diagnostics) -> Diagnostics {
        match self.named {
            Some(origin) => mention(problems, origin),
            None => problems,
        }
    }
}

/// The stages of a description, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// As published, with the files it refers to.
    Loaded,
    /// With its overlays.
    Overlaid,
    /// Checked, and in OpenAPI 3.0.3.
    Converted,
    /// Reduced to the selected operations.
    Selected,
    /// Merged with the other documents of its family.
    Merged,
    /// Lowered to the constructs that the generator takes.
    Lowered,
    /// The view of the lowered document that progenitor reads.
    View,
}

/// A description as published.
pub(crate) fn loaded(cx: &mut Context, given: &Given<'_>) -> Result<Published, Diagnostics> {
    load::read(cx, given.files, &given.path).map_err(|problems| given.attribute(problems))
}

/// The description with its overlays applied in their order.
pub(crate) fn overlaid(
    cx: &mut Context,
    mut published: Published,
    overlays: &[Given<'_>],
) -> Result<Published, Diagnostics> {
    for given in overlays {
        let overlay = load::parse(cx, given.files, &given.path).map_err(|problems| given.attribute(problems))?;
        published.root = overlay::apply(cx, published.root, &overlay)?;
    }
    Ok(published)
}

/// The description in 3.0.3, if it passes the check.
pub(crate) fn converted(
    cx: &mut Context,
    files: &dyn Files,
    published: Published,
    strictness: Strictness,
) -> Result<Node, Diagnostics> {
    match strictness {
        Strictness::Strict => {
            let checked = load::check(cx, files, published)?;
            convert::to_v3_0(cx, checked)
        }
        Strictness::Lenient => {
            let checked = load::check_as_published(cx, files, published)?;
            convert::to_v3_0_as_published(cx, checked)
        }
    }
}

/// One document, up to a stage; the stages from `Merged` on take all documents of a family. `Loaded` and `Overlaid`
/// come before the check, since the author of an overlay wants to see a description that the check refuses.
pub(crate) fn until(
    cx: &mut Context,
    (given, overlays): (&Given<'_>, &[Given<'_>]),
    selection: &Selection,
    strictness: Strictness,
    last: Stage,
) -> Result<Node, Diagnostics> {
    let published = loaded(cx, given)?;
    if last == Stage::Loaded {
        return Ok(published.root);
    }
    let published = overlaid(cx, published, overlays)?;
    if last == Stage::Overlaid {
        return Ok(published.root);
    }
    let converted = converted(cx, given.files, published, strictness)?;
    if last == Stage::Converted {
        return Ok(converted);
    }
    select::select(cx, converted, selection)
}

/// Notes facts that only the generator knows about fields: a field got another name, or can be null.
pub(crate) fn note_members(cx: &mut Context, source: &CrateSource) {
    for one in &source.second_names {
        lower::note_second_name(cx, one.origin, (&one.wire, &one.field), &one.first);
    }
    for one in &source.null_members {
        lower::note_null(cx, one.origin, &one.field, one.clearable);
    }
}
