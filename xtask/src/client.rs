//! `cargo xtask client`: any description in, a crate of its own out.
//!
//! Unlike a family, which somebody looks after, the description is taken as its vendor published it: what contradicts
//! itself is settled by rule, what is named like a secret is one, and what the generator fails on is left out and named.

mod folder;
mod items;
mod manifest;
mod name;
mod report;
mod sources;
mod table;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use client_codegen::{CrateSpec, Descriptions, Guarded};
use openapi_pipeline::load::{DiskFiles, Files};
use openapi_pipeline::lower::{Construct, LowerPlan, Strictness};
use openapi_pipeline::select::{Inventory, Selection};
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, lower, select};

pub(crate) use items::{ItemPlace, of as item_places};
pub use report::{ClientReport, DocumentFacts, GeneratedFacts, LeftOut, Lowered, Place, Warning, WarningPlace};

use crate::Workspace;
use crate::cli::{Client, RuntimeFrom};
use crate::files::FileSet;
use crate::memory;
use crate::progress::{Progress, line};
use crate::stack::with_deep_stack;
use crate::stages::{self, Given};
use crate::watch;
use crate::workspace::Failure;
pub(crate) use manifest::needs;
use manifest::{Manifest, Runtime};
pub(crate) use sources::Facts;

/// What the files of the crate say about who wrote them.
const COMMAND: &str = "cargo xtask client";

/// Runs the task. The workspace is only needed for the path to client-runtime.
pub fn run(workspace: Option<&Workspace>, options: &Client) -> Result<(), Failure> {
    let started = Instant::now();
    let progress = Progress::new();
    progress.step(&format!("generating a client from {}", options.from.display()));
    let outcome = with_deep_stack(|| generate(workspace, options, started))
        .map_err(|error| Failure::io("start a thread for", &options.from, error));
    progress.finish();
    line(&mut io::stdout().lock(), &outcome??);
    Ok(())
}

/// Generates and writes the crate; the table of what was done.
fn generate(workspace: Option<&Workspace>, options: &Client, started: Instant) -> Result<String, Failure> {
    if let Some(name) = &options.name {
        name::check(name)?;
    }
    folder::check(&options.out)?;
    let runtime = runtime(workspace, options)?;

    let mut cx = Context::new();
    let Made { inventory, selected, document, guarded, name, title } = make(&mut cx, options, COMMAND, "openapi.json")?;
    let mut files = crate_files(options, &name, &title, runtime, &document, &guarded);
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
        // An absolute path stays what it is when the files are put below the folder.
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        files.add(path, report.render());
    }
    if let Some(path) = &options.items {
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        let family = || report.generated.name.clone();
        let table = guarded.source.table().map_err(|error| Failure::Codegen { family: family(), error })?;
        files.add(path, items::render(&table, &cx.sources));
    }
    write(&files, &options.out)?;
    Ok(table::render(&report, &cx.report, &options.out))
}

/// What a description became, in memory.
pub(crate) struct Made {
    /// What the description held.
    pub(crate) inventory: Inventory,
    /// How many operations were asked for.
    pub(crate) selected: usize,
    /// The lowered document that the code was made from.
    pub(crate) document: Node,
    /// The code, and the operations that it doesn't have.
    pub(crate) guarded: Guarded,
    /// The name of the crate.
    pub(crate) name: String,
    /// The title of the description, as plain words.
    pub(crate) title: String,
}

/// Runs a description through the pipeline and the generator. The generated files name the command that wrote them, and
/// the document they were made from.
pub(crate) fn make(cx: &mut Context, options: &Client, command: &str, from: &str) -> Result<Made, Failure> {
    let (inventory, selected, document) = match prepare(cx, options) {
        Ok(prepared) => prepared,
        Err(problems) => return Err(Failure::Input { problems, sources: std::mem::take(&mut cx.sources) }),
    };
    let title = plain(document.get("info").and_then(|info| info.get_str("title")).unwrap_or_default());
    let stem = options.from.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = options.name.clone().unwrap_or_else(|| name::derive(&title, &stem));
    let title = if title.is_empty() { name.clone() } else { title };
    let spec = CrateSpec {
        family: name.clone(),
        title: title.clone(),
        command: command.to_owned(),
        document: from.to_owned(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let parent = options.from.parent().unwrap_or(Path::new(""));
    let root = options.root.as_deref().unwrap_or(parent);
    let descriptions = Descriptions { sources: &cx.sources, root };
    let _noted = watch::note(&options.from.display().to_string(), &document);
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
    for one in &guarded.source.second_names {
        lower::note_second_name(cx, one.origin, (&one.wire, &one.field), &one.first);
    }
    for one in &guarded.source.null_members {
        lower::note_null(cx, one.origin, &one.field, one.clearable);
    }
    Ok(Made { inventory, selected, document, guarded, name, title })
}

/// From the file to the lowered document, with what the description held and how many operations were asked for.
fn prepare(cx: &mut Context, options: &Client) -> Result<(Inventory, usize, Node), Diagnostics> {
    let selection = selection(&options.select)?;
    let (files, path) = open(&options.from, options.root.as_deref())?;
    let opened: Vec<_> = options.overlay.iter().map(|file| open(file, None)).collect::<Result<_, _>>()?;
    let published = stages::loaded(cx, &Given { files: &files, path, named: None })?;
    let inventory = Inventory::of(&published.root);
    let overlays = opened.iter().map(|(files, path)| Given { files, path: path.clone(), named: None });
    let overlaid = stages::overlaid(cx, published, &overlays.collect::<Vec<_>>())?;
    // What an overlay removes is not lost.
    let wanted = Inventory::of(&overlaid.root);
    let mut root = stages::converted(cx, &files, overlaid, Strictness::Lenient)?;
    wanted.report_lost(cx, &root);
    select::require_security(cx, &mut root, &options.security)?;
    let lost = cx.report.left_out.len();
    let root = select::select(cx, root, &selection)?;
    let selected = Inventory::of(&root).operations() + lost;
    let _noted = watch::note(&options.from.display().to_string(), &root);
    let lowered = lower::lower(cx, root, &LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient })?;
    Ok((inventory, selected, lowered))
}

/// `tag:NAME`, `path:GLOB`, `operation:ID`.
pub(crate) fn selection(criteria: &[String]) -> Result<Selection, Diagnostics> {
    let mut selection = Selection::default();
    let mut problems = Diagnostics::default();
    for criterion in criteria {
        let list = match criterion.split_once(':') {
            Some(("tag", value)) => (&mut selection.tags, value),
            Some(("path", value)) => (&mut selection.paths, value),
            Some(("operation", value)) => (&mut selection.operations, value),
            _ => {
                problems.push(
                    Diagnostic::new("selection", format!("`{criterion}` doesn't say what to select")).help(
                        "write `tag:NAME`, `path:GLOB` (`*` within a segment, `**` across them) or `operation:ID`",
                    ),
                );
                continue;
            }
        };
        list.0.push((list.1.to_owned(), None));
    }
    problems.into_result()?;
    Ok(selection)
}

/// The files below the root folder, and the path of one of them within it.
pub(crate) fn open(file: &Path, root: Option<&Path>) -> Result<(Folder, PathBuf), Diagnostics> {
    // A link that was given is followed; what its target refers to lies beside the target.
    let target = if file.is_symlink() { file.canonicalize().ok() } else { None };
    let file = target.as_deref().unwrap_or(file);
    let parent = file.parent().unwrap_or(Path::new(""));
    let root = root.unwrap_or(parent);
    let path = match file.strip_prefix(root) {
        Ok(path) => path.to_owned(),
        // Spelled in another way, or not in there, which reading it will say.
        Err(_) => {
            let absolute = |path: &Path| if path.as_os_str().is_empty() { Path::new(".") } else { path }.canonicalize();
            let inside = absolute(file).ok().zip(absolute(root).ok());
            inside
                .and_then(|(file, root)| file.strip_prefix(root).ok().map(Path::to_owned))
                .ok_or_else(|| outside(file, root))?
        }
    };
    let disk = DiskFiles::new(if root.as_os_str().is_empty() { Path::new(".") } else { root });
    Ok((Folder { disk, shown: root.to_owned() }, path))
}

fn outside(file: &Path, root: &Path) -> Diagnostics {
    Diagnostic::new("outside-root", format!("{} does not lie in {}", file.display(), root.display()))
        .help("name a --root that holds the description and all files it refers to")
        .into()
}

/// A folder whose files are shown by the path the user would type.
pub(crate) struct Folder {
    disk: DiskFiles,
    shown: PathBuf,
}

impl Files for Folder {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.disk.read(path, limit)
    }

    fn name(&self, path: &Path) -> String {
        self.shown.join(path).display().to_string()
    }
}

/// Where the crate will find client-runtime: here, unless there is no workspace around, or something else is asked for.
fn runtime(workspace: Option<&Workspace>, options: &Client) -> Result<Runtime, Failure> {
    let folder = workspace.map(|workspace| workspace.path("crates/client-runtime"));
    match (options.runtime, folder) {
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

fn crate_files(
    options: &Client,
    name: &str,
    title: &str,
    runtime: Runtime,
    document: &Node,
    guarded: &Guarded,
) -> FileSet {
    let source = &guarded.source;
    let file_name = options.from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let code = format!("{}\n{}", source.generated, source.client);
    let facts = Facts {
        name,
        title,
        has_server: source.has_server,
        has_answers: source.has_answers,
        takes_token: source.takes_token,
        credentials: &source.credentials,
        command: COMMAND,
    };
    let description = format!("A typed client for {title}");
    let manifest = Manifest { name, description, source: &file_name, runtime, code: &code };
    let mut files = FileSet::default();
    files.add("Cargo.toml", manifest.render());
    files.add("README.md", facts.readme());
    files.add("openapi.json", document.to_pretty_json());
    files.add("src/lib.rs", facts.library());
    files.add("src/generated.rs", source.generated.clone());
    files.add("src/client.rs", source.client.clone());
    files
}

/// Writes all files or none. The manifest comes last: it is what a later run recognises the folder by.
fn write(files: &FileSet, out: &Path) -> Result<(), Failure> {
    let made = folder::missing(out);
    std::fs::create_dir_all(out.join("src")).map_err(|error| Failure::io("make", out, error))?;
    files.write(out, Path::new("Cargo.toml")).map(drop).inspect_err(|_| {
        for folder in &made {
            let _ = std::fs::remove_dir(folder);
        }
    })
}
