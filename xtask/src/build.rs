//! A family from its documents to its files, in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use client_codegen::provenance::Table;
use client_codegen::{CrateSpec, Descriptions, Provenance};
use openapi_pipeline::load::Files;
use openapi_pipeline::lower::Strictness;
use openapi_pipeline::merge::Part;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Report, load, lower, merge, select};

use crate::Workspace;
use crate::config::{Families, Family};
use crate::files::FileSet;
use crate::goldens;
use crate::lock::{LOCK, Lock};
use crate::stages::{self, Given};
use crate::tree::Tree;
use crate::watch;
use crate::workspace::{FAMILIES, Failure};

/// Where the descriptions lie.
pub const OPENAPI: &str = "openapi";

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
    /// The merged and lowered document.
    pub document: Node,
    /// Whether it names a server that can be called without further ado.
    pub has_server: bool,
    /// Whether an operation has several answers.
    pub has_answers: bool,
    /// Whether an operation takes a token.
    pub takes_token: bool,
    /// The methods of the builder that take what operations need beside a token.
    pub credentials: Vec<String>,
    /// Where the public items come from.
    pub provenance: Provenance,
    /// What to write.
    pub outputs: FileSet,
}

impl Built {
    /// The text of each source file of the crate.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        let is_code = |path: &Path| path.extension().is_some_and(|end| end == "rs");
        self.outputs.iter().filter(move |(path, _)| is_code(path)).map(|(_, text)| text)
    }

    /// The public items, and where each comes from.
    pub fn table(&self) -> Result<Table, Failure> {
        let text = |name| self.outputs.iter().find(|(path, _)| path.ends_with(name)).map_or("", |(_, text)| text);
        let table = self.provenance.table(text("client.rs"), text("generated.rs"));
        table.map_err(|error| Failure::Codegen { family: self.family.clone(), error })
    }
}

/// All files a run reads, by their path in the workspace: the inputs that families.lock names.
pub type Inputs = BTreeMap<PathBuf, Vec<u8>>;

/// Reads openapi/families.toml.
pub fn families(workspace: &Workspace) -> Result<(Context, Families, Inputs), Failure> {
    families_of(&Tree::new(workspace))
}

/// Reads the families of a workspace as it would be.
pub fn families_of(tree: &Tree) -> Result<(Context, Families, Inputs), Failure> {
    let path = Path::new(FAMILIES);
    let bytes = tree.bytes(path).map_err(|error| Failure::io("read", &tree.path(path), error))?;
    let inputs = Inputs::from([(path.to_owned(), bytes.clone())]);
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
    family_of(&Tree::new(workspace), cx, family, inputs)
}

/// The same in a workspace as it would be.
pub fn family_of(tree: &Tree, cx: &mut Context, family: &Family, inputs: &mut Inputs) -> Result<Built, BuildError> {
    require_crate(tree, family)?;
    let files = Recording::new(tree);
    let merged = pipeline(cx, &files, family);
    inputs.append(&mut files.read.into_inner());
    emit(cx, family, &merged?)
}

/// A family's merged and lowered document to its files.
pub fn emit(cx: &mut Context, family: &Family, merged: &Node) -> Result<Built, BuildError> {
    let document = merged_path(family);
    let spec = CrateSpec {
        family: family.name.clone(),
        title: family.title.clone(),
        command: format!("cargo xtask generate --family {}", family.name),
        document: document.display().to_string(),
        server_by_token_region: family.server_by_token_region.clone(),
        pins: Default::default(),
    };
    let _noted = watch::note(&format!("the family {}", family.name), merged);
    client_codegen::check_size(merged, &cx.sources, cx.limits())?;
    let descriptions = Descriptions { sources: &cx.sources, root: Path::new(OPENAPI) };
    let source = client_codegen::generate(merged, &spec, descriptions)
        .map_err(|error| blame(error, client_codegen::culprits(merged, &spec, descriptions)))?;
    for one in &source.second_names {
        lower::note_second_name(cx, one.origin, (&one.wire, &one.field), &one.first);
    }
    for one in &source.null_members {
        lower::note_null(cx, one.origin, &one.field, one.clearable);
    }
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
        document: merged.clone(),
        has_server: source.has_server,
        has_answers: source.has_answers,
        takes_token: source.takes_token,
        credentials: source.credentials,
        provenance: source.provenance,
        outputs,
    })
}

/// The operations the generator fails on, each at its place. Unlike those of a description that nobody looks after, they
/// are not left out: what was there yesterday must not vanish.
fn blame(error: client_codegen::CodegenError, culprits: Vec<client_codegen::Culprit>) -> BuildError {
    if culprits.is_empty() {
        return BuildError::Codegen(error);
    }
    let problem = |culprit: client_codegen::Culprit| {
        let label = if culprit.schema.is_some() { "this schema" } else { "this operation" };
        Diagnostic::new("generator", format!("`{}` can't be generated: {}", culprit.operation(), culprit.reason()))
            .at(culprit.origin, label)
            .help("leave the operation out through `select`, or change the description by an overlay")
    };
    BuildError::Input(Diagnostics(culprits.into_iter().map(problem).collect()))
}

/// Where the merged document of a family lies.
pub fn merged_path(family: &Family) -> PathBuf {
    PathBuf::from(format!("{OPENAPI}/merged/{}.json", family.name))
}

/// Generates every family into a workspace as it would be: the lock speaks of all of them. The files that were read.
pub(crate) fn regenerate(tree: &mut Tree) -> Result<Inputs, Failure> {
    let (mut cx, families, mut inputs) = families_of(tree)?;
    let mut outputs = FileSet::default();
    for family in &families.families {
        match family_of(tree, &mut cx, family, &mut inputs) {
            Ok(built) => outputs.extend(built.outputs),
            Err(BuildError::Input(problems)) => return Err(Failure::Input { problems, sources: cx.sources }),
            Err(BuildError::Codegen(error)) => return Err(Failure::Codegen { family: family.name.clone(), error }),
        }
    }
    let mut lock = Lock::of(&inputs, &outputs);
    // The golden clients of the tests are of no family.
    if let Ok(before) = tree.text(Path::new(LOCK)).map(|text| Lock::parse(&text)) {
        lock.keep(before.unwrap_or_default(), |path| path.starts_with(goldens::CRATE) && tree.exists(path));
    }
    for (path, text) in outputs.iter() {
        tree.write(path, text.to_owned());
    }
    tree.write(LOCK, lock.render());
    Ok(inputs)
}

/// Sources without a manifest would break every later command: `crates/*` are members of the workspace.
fn require_crate(tree: &Tree, family: &Family) -> Result<(), Diagnostics> {
    let package = &family.package;
    if tree.bytes(&Path::new("crates").join(package).join("Cargo.toml")).is_ok() {
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
    let _noted = watch::note(&format!("the family {}", family.name), &merged);
    lower::lower(cx, merged, &family.lower)
}

/// One document as published to its selected operations in 3.0.3.
fn part(cx: &mut Context, files: &dyn Files, document: &crate::config::DocumentConfig) -> Result<Node, Diagnostics> {
    let given = |(file, origin): &(String, _)| Given { files, path: in_openapi(file), named: Some(*origin) };
    let published = stages::loaded(cx, &given(&document.file))?;
    let overlays: Vec<Given<'_>> = document.overlays.iter().map(given).collect();
    let overlaid = stages::overlaid(cx, published, &overlays)?;
    let root = stages::converted(cx, files, overlaid, Strictness::Strict)?;
    select::select(cx, root, &document.select)
}

/// The path of a file that families.toml names.
pub fn in_openapi(file: &str) -> PathBuf {
    Path::new(OPENAPI).join(file)
}

/// A problem without a place of its own, such as a missing file, points at the line of families.toml that named the file.
pub(crate) fn mention(mut problems: Diagnostics, origin: openapi_pipeline::Origin) -> Diagnostics {
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

/// Files that remember what was read.
pub struct Recording<'a> {
    files: &'a dyn Files,
    /// What was read so far.
    pub read: RefCell<Inputs>,
}

impl<'a> Recording<'a> {
    /// Nothing was read yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, read: RefCell::default() }
    }
}

impl Files for Recording<'_> {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let bytes = self.files.read(path, limit)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn name(&self, path: &Path) -> String {
        self.files.name(path)
    }
}
