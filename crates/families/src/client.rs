//! Generates a crate from any description, outside of a family.
//!
//! Nobody has corrected such a description for the generator. So contradictions are settled by rule, fields named like
//! secrets become secrets, and operations that can't be generated are left out and named.

mod folder;
mod items;
mod manifest;
mod name;
mod report;
mod sources;
mod table;

use std::path::{Path, PathBuf};
use std::time::Instant;

use client_codegen::{CrateSpec, Descriptions, Guarded};
use openapi_pipeline::lower::{Construct, LowerPlan, Strictness};
use openapi_pipeline::select::Inventory;
use openapi_pipeline::{Context, Diagnostics, Node, Report, lower, select};

pub(crate) use items::{ItemPlace, of as item_places};
pub use report::{ClientReport, DocumentFacts, GeneratedFacts, LeftOut, Lowered, Place, Warning, WarningPlace};

use crate::description::{open, selection};
use crate::failure::Failure;
use crate::stack::with_deep_stack;
use crate::stages::{self, Given};
use crate::watch::{journal, memory};
use crate::workspace::{FileSet, Workspace};
pub(crate) use manifest::needs;
use manifest::{Manifest, Runtime};
pub(crate) use sources::Facts;

/// The command that the files of the crate name as their author.
const COMMAND: &str = "cargo xtask client";

/// A description, and the settings for reading it.
#[derive(Clone, Debug)]
pub struct Description {
    /// The path of the file.
    pub file: PathBuf,
    /// The folder that holds all files it refers to; by default its own.
    pub root: Option<PathBuf>,
    /// OpenAPI Overlays to apply to the description as published, in this order.
    pub overlays: Vec<PathBuf>,
    /// Operations to keep: `tag:NAME`, `path:GLOB` or `operation:ID`. An operation that matches any criterion is kept;
    /// without criteria all are.
    pub select: Vec<String>,
    /// The security schemes that operations without `security` require, as alternatives; `NAME+NAME` are sent together.
    pub security: Vec<String>,
    /// The name of the crate; by default made from the title.
    pub name: Option<String>,
}

impl Description {
    /// A description with default settings.
    pub fn of(file: PathBuf) -> Self {
        Self { file, root: None, overlays: Vec::new(), select: Vec::new(), security: Vec::new(), name: None }
    }
}

/// A description, and the destination of its crate.
#[derive(Clone, Debug)]
pub struct Options {
    /// The description.
    pub description: Description,
    /// The folder of the crate: one that doesn't exist, is empty, or was written by [`write()`].
    pub out: PathBuf,
    /// The source of the crate's client-runtime; by default the workspace, if there is one.
    pub runtime: Option<RuntimeFrom>,
    /// The file for the [`ClientReport`] as JSON, if one is wanted.
    pub report: Option<PathBuf>,
    /// The file for the origins of the public items as JSON, if one is wanted.
    pub items: Option<PathBuf>,
}

/// The source of a generated crate's client-runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeFrom {
    /// A path to the crate in this workspace.
    Path,
    /// The published version.
    Version,
}

/// A crate that was written.
#[derive(Debug)]
pub struct Written {
    /// The report of the run.
    pub report: ClientReport,
    notes: Report,
    out: PathBuf,
}

impl Written {
    /// The table at the end of a run: inputs and outputs, the rules that were used, the secrets, the operations left
    /// out.
    pub fn summary(&self) -> String {
        table::render(&self.report, &self.notes, &self.out)
    }
}

/// Generates a crate and writes it. The workspace is only needed for the path to client-runtime.
///
/// # Errors
///
/// When the description has a problem, the folder holds files that this function didn't write, or the generator fails
/// on all operations; nothing is written then.
pub fn write(workspace: Option<&Workspace>, options: &Options) -> Result<Written, Failure> {
    let started = Instant::now();
    with_deep_stack(&options.description.file, || generate(workspace, options, started))
}

fn generate(workspace: Option<&Workspace>, options: &Options, started: Instant) -> Result<Written, Failure> {
    let description = &options.description;
    if let Some(name) = &description.name {
        name::check(name)?;
    }
    folder::check(&options.out)?;
    let runtime = runtime(workspace, options.runtime)?;

    let mut cx = Context::new();
    let generated = make(&mut cx, description, COMMAND, "openapi.json")?;
    let mut files = crate_files(&description.file, &generated, runtime);
    let Generated { inventory, selected, guarded, name, .. } = generated;
    let mut report = ClientReport {
        document: DocumentFacts {
            dialect: inventory.version.clone(),
            operations: inventory.operations(),
            selected,
            schemas: inventory.schemas,
        },
        generated: GeneratedFacts { name, operations: guarded.source.operations, types: guarded.source.types },
        lowered: report::lowered(&cx.report),
        left_out: report::left_out(&cx.report),
        secrets: report::secrets(&cx.report),
        warnings: report::warnings(&cx.report),
        seconds: 0.0,
        peak_memory_bytes: memory::peak(),
    };
    report.seconds = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    if let Some(path) = &options.report {
        // Absolute, since the other paths of the set are relative to the crate's folder.
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        files.add(path, report.render());
    }
    if let Some(path) = &options.items {
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        let family = || report.generated.name.clone();
        let table = guarded.source.table().map_err(|error| Failure::Codegen { family: family(), error })?;
        files.add(path, items::render(&table, &cx.sources));
    }
    // The manifest comes last, since a later run recognises the folder by it.
    files.write(&options.out, Path::new("Cargo.toml"))?;
    Ok(Written { report, notes: cx.report, out: options.out.clone() })
}

/// The crate made of a description, in memory.
pub(crate) struct Generated {
    /// The contents of the description as published.
    pub(crate) inventory: Inventory,
    /// The number of operations selected.
    pub(crate) selected: usize,
    /// The lowered document that the code was generated from.
    pub(crate) document: Node,
    /// The code, and the operations left out of it.
    pub(crate) guarded: Guarded,
    /// The name of the crate.
    pub(crate) name: String,
    /// The title of the description, as plain words.
    pub(crate) title: String,
}

/// Runs a description through the pipeline and the generator. The generated files name `command` as their author, and
/// `from` as the document they were generated from.
pub(crate) fn make(
    cx: &mut Context,
    description: &Description,
    command: &str,
    from: &str,
) -> Result<Generated, Failure> {
    let (inventory, selected, document) = match prepare(cx, description) {
        Ok(prepared) => prepared,
        Err(problems) => return Err(Failure::Input { problems, sources: std::mem::take(&mut cx.sources) }),
    };
    let title = plain(document.get("info").and_then(|info| info.get_str("title")).unwrap_or_default());
    let stem = description.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = description.name.clone().unwrap_or_else(|| name::derive(&title, &stem));
    let title = if title.is_empty() { name.clone() } else { title };
    let spec = CrateSpec {
        family: name.clone(),
        title: title.clone(),
        command: command.to_owned(),
        document: from.to_owned(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let parent = description.file.parent().unwrap_or(Path::new(""));
    let root = description.root.as_deref().unwrap_or(parent);
    let descriptions = Descriptions { sources: &cx.sources, root };
    let _noted = journal::note(&description.file.display().to_string(), &document);
    if let Err(problems) = client_codegen::check_size(&document, &cx.sources, cx.limits()) {
        return Err(Failure::Input { problems, sources: std::mem::take(&mut cx.sources) });
    }
    let guarded = client_codegen::generate_guarded(&document, &spec, descriptions);
    let mut guarded = guarded.map_err(|error| Failure::Codegen { family: name.clone(), error })?;
    for culprit in &guarded.left_out {
        let operation = (culprit.method.as_str(), culprit.path.as_str());
        cx.leave_out(operation, Construct::Generator, culprit.origin, culprit.reason());
    }
    let document = guarded.document.take().unwrap_or(document);
    for name in &guarded.source.opened {
        lower::note_free_form(cx, &document, name);
    }
    stages::note_members(cx, &guarded.source);
    Ok(Generated { inventory, selected, document, guarded, name, title })
}

/// The contents of the published description, the number of operations selected, and the lowered document.
fn prepare(cx: &mut Context, description: &Description) -> Result<(Inventory, usize, Node), Diagnostics> {
    let selection = selection(&description.select)?;
    let (files, path) = open(&description.file, description.root.as_deref())?;
    let opened: Vec<_> = description.overlays.iter().map(|file| open(file, None)).collect::<Result<_, _>>()?;
    let published = stages::loaded(cx, &Given { files: &files, path, named: None })?;
    let inventory = Inventory::of(&published.root);
    let overlays = opened.iter().map(|(files, path)| Given { files, path: path.clone(), named: None });
    let overlaid = stages::overlaid(cx, published, &overlays.collect::<Vec<_>>())?;
    // An operation that an overlay removes is not reported as lost.
    let wanted = Inventory::of(&overlaid.root);
    let mut root = stages::converted(cx, &files, overlaid, Strictness::Lenient)?;
    wanted.report_lost(cx, &root);
    select::require_security(cx, &mut root, &description.security)?;
    let lost = cx.report.left_out.len();
    let root = select::select(cx, root, &selection)?;
    let selected = Inventory::of(&root).operations() + lost;
    let _noted = journal::note(&description.file.display().to_string(), &root);
    let lowered = lower::lower(cx, root, &LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient })?;
    Ok((inventory, selected, lowered))
}

/// The crate's client-runtime: that of the workspace, unless there is none or the published version is asked for.
fn runtime(workspace: Option<&Workspace>, from: Option<RuntimeFrom>) -> Result<Runtime, Failure> {
    let folder = workspace.map(|workspace| workspace.path("crates/client-runtime"));
    match (from, folder) {
        (Some(RuntimeFrom::Version), _) | (None, None) => Ok(Runtime::Version),
        (_, Some(folder)) => {
            let folder = folder.canonicalize().map_err(|error| Failure::io("find", &folder, error))?;
            Ok(Runtime::Path(folder))
        }
        (Some(RuntimeFrom::Path), None) => Err(Failure::Message {
            code: "no-workspace",
            message: "there is no workspace whose client-runtime the crate could use".to_owned(),
            help: "name the workspace by --workspace DIR, or use `--runtime version`".to_owned(),
        }),
    }
}

/// A title as words on one line, harmless in Markdown, TOML and comments.
pub(crate) fn plain(title: &str) -> String {
    let words: String = title
        .chars()
        .map(|char| if char.is_alphanumeric() || " .,-+&()'".contains(char) { char } else { ' ' })
        .collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

fn crate_files(description: &Path, generated: &Generated, runtime: Runtime) -> FileSet {
    let Generated { document, guarded, name, title, .. } = generated;
    let source = &guarded.source;
    let file_name = description.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let facts = Facts { name, title, source, command: COMMAND };
    let description = format!("A typed client for {title}");
    let manifest = Manifest { name, description, source: &file_name, runtime, needs: needs(source) };
    let mut files = FileSet::default();
    files.add("Cargo.toml", manifest.render());
    files.add("README.md", facts.readme());
    files.add("openapi.json", document.to_pretty_json());
    files.add("src/lib.rs", facts.library());
    files.add("src/generated.rs", source.generated.clone());
    files.add("src/client.rs", source.client.clone());
    files
}
