//! Shows a description after any stage.

mod places;

use std::path::{Path, PathBuf};

use openapi_pipeline::lower::{self, LowerPlan, Strictness};
use openapi_pipeline::merge::{self, Part};
use openapi_pipeline::{Context, Diagnostics, Node};

pub use crate::stages::Stage;

use crate::build;
use crate::config::{DocumentConfig, Family};
use crate::description::{Folder, open, selection};
use crate::failure::Failure;
use crate::stack::with_deep_stack;
use crate::stages::{self, Given};
use crate::workspace::{Tree, Workspace};
use crate::yaml;

/// The settings: a description or a family, a stage, and a format.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file of a description, or a family of openapi/families.toml.
    pub what: String,
    /// The stage after which it is shown.
    pub stage: Stage,
    /// The format.
    pub format: Format,
    /// Whether to show the place of each value in place of the document.
    pub places: bool,
    /// The document of the family, where it has several.
    pub document: Option<String>,
    /// The folder that holds all files the file refers to; by default its own.
    pub root: Option<PathBuf>,
    /// OpenAPI Overlays that are applied to the file.
    pub overlays: Vec<PathBuf>,
    /// Operations of the file to keep, as in [`client::Description`](crate::client::Description).
    pub select: Vec<String>,
}

/// A format for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Yaml,
    /// For programs.
    Json,
}

/// Returns a description after a stage, in the given format. The workspace is only needed for a family.
///
/// # Errors
///
/// When there is no such file or family, the options don't fit a file or a family, or a stage refuses the description.
pub fn show(workspace: Option<&Workspace>, options: &Options) -> Result<String, Failure> {
    with_deep_stack(Path::new(&options.what), || render(workspace, options))
}

fn render(workspace: Option<&Workspace>, options: &Options) -> Result<String, Failure> {
    let mut cx = Context::new();
    let document = if Path::new(&options.what).is_file() {
        file(&mut cx, options)
    } else {
        let workspace =
            workspace.ok_or_else(|| unknown_input(options, "and there is no workspace here that has families"))?;
        let tree = Tree::new(workspace);
        let (context, families, _) = build::families(&tree)?;
        cx = context;
        // A name that looks like a path was meant as a file.
        let family = families.named(&options.what).map_err(|unknown| match options.what.contains(['/', '.']) {
            true => unknown_input(options, "and no family has that name"),
            false => unknown,
        })?;
        let only = document_of(family, options)?;
        of_family(&mut cx, &tree, family, only, options.stage)
    };
    let document = match document {
        Ok(document) => document,
        Err(problems) => return Err(Failure::Input { problems, sources: cx.sources }),
    };
    Ok(match (options.places, options.format) {
        (true, format) => places::render(&cx.sources, &document, format),
        (false, Format::Yaml) => yaml::render(&document),
        (false, Format::Json) => document.to_pretty_json(),
    })
}

fn unknown_input(options: &Options, why: &str) -> Failure {
    Failure::Message {
        code: "nothing-to-show",
        message: format!("there is no file `{}`, {why}", options.what),
        help: "name a description, or a family of openapi/families.toml".to_owned(),
    }
}

/// The document that is asked for; `None` for the merged one.
fn document_of<'a>(family: &'a Family, options: &Options) -> Result<Option<&'a DocumentConfig>, Failure> {
    let refuse = |message: String, help: String| Err(Failure::Message { code: "show", message, help });
    if options.root.is_some() || !options.overlays.is_empty() || !options.select.is_empty() {
        return refuse(
            format!("`{}` is a family, which has its own overlays, selection and root folder", options.what),
            "leave out --root, --overlay and --select, or name a file".to_owned(),
        );
    }
    let ids = || family.documents.iter().map(|one| one.id.as_str()).collect::<Vec<_>>().join(", ");
    match (&options.document, family.documents.as_slice()) {
        (Some(_), _) if options.stage >= Stage::Merged => refuse(
            format!("at this stage, the documents of `{}` are one", family.name),
            "leave out --document, or ask for `selected` or a stage before it".to_owned(),
        ),
        (_, _) if options.stage >= Stage::Merged => Ok(None),
        (Some(id), documents) => match documents.iter().find(|one| one.id == *id) {
            None => refuse(format!("family `{}` has no document `{id}`", family.name), format!("it has {}", ids())),
            found => Ok(found),
        },
        (None, [only]) => Ok(Some(only)),
        (None, _) => refuse(
            format!("family `{}` has several documents, which are one from `merged` on", family.name),
            format!("choose one by --document: {}", ids()),
        ),
    }
}

/// A file, by the stages of `client`.
fn file(cx: &mut Context, options: &Options) -> Result<Node, Diagnostics> {
    let selection = selection(&options.select)?;
    if let Some(id) = &options.document {
        let message = format!("`{}` is a file, and has no document `{id}`", options.what);
        return Err(openapi_pipeline::Diagnostic::new("show", message).help("leave out --document").into());
    }
    let (files, path) = open(Path::new(&options.what), options.root.as_deref())?;
    let opened = options.overlays.iter().map(|file| open(file, None));
    let opened: Vec<(Folder, PathBuf)> = opened.collect::<Result<_, _>>()?;
    let overlays = opened.iter().map(|(files, path)| Given { files, path: path.clone(), named: None });
    let given = Given { files: &files, path, named: None };
    let overlays: Vec<Given<'_>> = overlays.collect();
    let selected = stages::until(cx, (&given, &overlays), &selection, Strictness::Lenient, options.stage)?;
    let plan = LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient };
    match options.stage {
        // A single document needs no merge.
        Stage::Lowered => lower::lower(cx, selected, &plan),
        Stage::View => view(&lower::lower(cx, selected, &plan)?),
        _ => Ok(selected),
    }
}

/// A family, or one of its documents.
fn of_family(
    cx: &mut Context,
    tree: &Tree,
    family: &Family,
    only: Option<&DocumentConfig>,
    stage: Stage,
) -> Result<Node, Diagnostics> {
    if let Some(config) = only {
        return build::document(cx, tree, config, stage);
    }
    let mut parts = Vec::new();
    for config in &family.documents {
        parts.push(Part { id: config.id.clone(), root: build::document(cx, tree, config, stage)? });
    }
    let merged = merge::merge(cx, parts, &family.merge)?;
    match stage {
        Stage::Lowered => lower::lower(cx, merged, &family.lower),
        Stage::View => view(&lower::lower(cx, merged, &family.lower)?),
        _ => Ok(merged),
    }
}

/// The view of a lowered document, which the generator reads.
fn view(lowered: &Node) -> Result<Node, Diagnostics> {
    let broken = |error: client_codegen::CodegenError| {
        openapi_pipeline::Diagnostic::new("show", error.to_string())
            .at(lowered.origin, "the view is made of this")
            .help("this is a fault of the pipeline, not of the document")
    };
    client_codegen::view(lowered).map_err(|error| broken(error).into())
}
