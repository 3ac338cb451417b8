//! A family from its documents to its files, in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use client_codegen::CrateSpec;
use openapi_pipeline::load::{DiskFiles, Files};
use openapi_pipeline::merge::Part;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Report, convert, load, lower, merge, overlay, select};

use crate::Workspace;
use crate::config::{Families, Family};
use crate::files::FileSet;
use crate::workspace::{FAMILIES, Failure};

/// What a family became.
#[derive(Debug)]
pub struct Built {
    /// The family's name.
    pub family: String,
    /// How many documents went in.
    pub documents: usize,
    /// How many operations came out.
    pub operations: usize,
    /// How many public types came out.
    pub types: usize,
    /// What was done to the documents.
    pub report: Report,
    /// What to write.
    pub outputs: FileSet,
}

/// All files a run reads, by their path in the workspace: the inputs that families.lock names.
pub type Inputs = BTreeMap<PathBuf, Vec<u8>>;

/// Reads openapi/families.toml.
pub fn families(workspace: &Workspace) -> Result<(Context, Families, Inputs), Failure> {
    let path = workspace.path(FAMILIES);
    let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, error))?;
    let inputs = Inputs::from([(PathBuf::from(FAMILIES), bytes.clone())]);
    let mut cx = Context::new();
    let source = load::decode(&mut cx.sources, FAMILIES, bytes);
    match source.map_err(Diagnostics::from).and_then(|source| Families::parse(&mut cx, source)) {
        Ok(families) => Ok((cx, families, inputs)),
        Err(problems) => Err(Failure::Input { problems, sources: cx.sources }),
    }
}

/// Runs a family through the pipeline and the generator. `inputs` gains the files it read.
pub fn family(
    workspace: &Workspace,
    cx: &mut Context,
    family: &Family,
    inputs: &mut Inputs,
) -> Result<Built, BuildError> {
    require_crate(workspace, family)?;
    let files = Recording::new(workspace);
    let merged = pipeline(cx, &files, family);
    inputs.append(&mut files.read.into_inner());
    let merged = merged?;
    let document = PathBuf::from(format!("openapi/merged/{}.json", family.name));
    let spec = CrateSpec {
        family: family.name.clone(),
        title: family.title.clone(),
        document: document.display().to_string(),
        server_by_token_region: family.server_by_token_region.clone(),
    };
    let source = client_codegen::generate(&merged, &spec)?;
    let crate_src = PathBuf::from("crates").join(&family.package).join("src");
    let mut outputs = FileSet::default();
    outputs.add(document, merged.to_pretty_json());
    outputs.add(crate_src.join("generated.rs"), source.generated);
    outputs.add(crate_src.join("client.rs"), source.client);
    Ok(Built {
        family: family.name.clone(),
        documents: family.documents.len(),
        operations: source.operations,
        types: source.types,
        report: std::mem::take(&mut cx.report),
        outputs,
    })
}

/// Sources without a manifest would break every later command: `crates/*` are members of the workspace.
fn require_crate(workspace: &Workspace, family: &Family) -> Result<(), Diagnostics> {
    let package = &family.package;
    if workspace.path("crates").join(package).join("Cargo.toml").is_file() {
        return Ok(());
    }
    let problem = Diagnostic::new("no-such-crate", format!("there is no crate `{package}`"))
        .at(family.package_origin, format!("crates/{package}/Cargo.toml is not there"))
        .help("write its Cargo.toml and src/lib.rs first; the crate of another family is a pattern for both");
    Err(problem.into())
}

/// The documents of a family to one merged and lowered document.
fn pipeline(cx: &mut Context, files: &dyn Files, family: &Family) -> Result<Node, Diagnostics> {
    let mut parts = Vec::new();
    let mut problems = Diagnostics::default();
    for document in &family.documents {
        match part(cx, files, document) {
            Ok(root) => parts.push(Part { id: document.id.clone(), root }),
            Err(mut more) => problems.0.append(&mut more.0),
        }
    }
    problems.into_result()?;
    let merged = merge::merge(cx, parts, &family.merge)?;
    lower::lower(cx, merged, &family.lower)
}

/// One document as published to its selected operations in 3.0.3.
fn part(cx: &mut Context, files: &dyn Files, document: &crate::config::DocumentConfig) -> Result<Node, Diagnostics> {
    let read =
        load::load(cx, files, &in_openapi(&document.file.0)).map_err(|problems| mention(problems, document.file.1))?;
    let mut root = convert::to_v3_0(cx, read)?;
    for (file, origin) in &document.overlays {
        let overlay = load::parse(cx, files, &in_openapi(file)).map_err(|problems| mention(problems, *origin))?;
        root = overlay::apply(cx, root, &overlay)?;
    }
    select::select(cx, root, &document.select)
}

fn in_openapi(file: &str) -> PathBuf {
    Path::new("openapi").join(file)
}

/// A problem without a place of its own, such as a missing file, points at the line of families.toml that named the file.
fn mention(mut problems: Diagnostics, origin: openapi_pipeline::Origin) -> Diagnostics {
    for problem in problems.0.iter_mut().filter(|problem| problem.primary.is_none()) {
        problem.primary = Some((origin, "named here".to_owned()));
    }
    problems
}

/// Why a family could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// A document, an overlay or a rule has a problem.
    Input(Diagnostics),
    /// The generator gave up.
    Codegen(client_codegen::CodegenError),
}

impl From<Diagnostics> for BuildError {
    fn from(problems: Diagnostics) -> Self {
        Self::Input(problems)
    }
}

impl From<client_codegen::CodegenError> for BuildError {
    fn from(error: client_codegen::CodegenError) -> Self {
        Self::Codegen(error)
    }
}

/// The workspace's files, remembering what was read.
struct Recording {
    disk: DiskFiles,
    read: RefCell<Inputs>,
}

impl Recording {
    fn new(workspace: &Workspace) -> Self {
        Self { disk: DiskFiles::new(workspace.root()), read: RefCell::default() }
    }
}

impl Files for Recording {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.disk.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}
