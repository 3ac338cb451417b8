//! Builds a family from its documents to its files, in memory.

mod unlisted;

use std::path::{Path, PathBuf};

use client_codegen::provenance::Table;
use client_codegen::{Aliases, CodegenError, CrateSource, CrateSpec, Descriptions, Provenance};
use openapi_pipeline::load::Files;
use openapi_pipeline::lower::Strictness;
use openapi_pipeline::merge::Part;
use openapi_pipeline::names::Pins;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Report, Sources, load, lower, merge};

use crate::config::{DocumentConfig, Families, Family};
use crate::failure::Failure;
use crate::renames;
use crate::stages::{self, Given, Stage};
use crate::watch::journal;
use crate::workspace::{FAMILIES, FileSet, Inputs, OPENAPI, Recording, Tree, crate_folder, in_openapi};

/// A family in memory: its merged document, and the sources that were generated from it.
#[derive(Clone, Debug)]
pub struct Built {
    /// The family's name.
    pub family: String,
    /// The number of its documents.
    pub documents: usize,
    /// The changes that the pipeline made to the documents.
    pub report: Report,
    /// The merged and lowered document.
    pub document: Node,
    /// The sources of the crate, with the facts about them.
    pub source: CrateSource,
    /// The files to write.
    pub outputs: FileSet,
}

impl Built {
    /// The fields that are named like secrets and aren't listed, as families.toml would list them.
    pub fn unlisted_secrets(&self) -> Vec<String> {
        unlisted_secrets(&self.report, &self.document)
    }

    /// The crate with the names that its items had before.
    pub(crate) fn with(mut self, aliases: &Aliases) -> Result<Self, BuildError> {
        if !aliases.is_empty() {
            aliases.add_to(&mut self.source)?;
            let paths: Vec<PathBuf> = self.outputs.iter().map(|(path, _)| path.to_owned()).collect();
            for path in paths {
                match path.file_name().and_then(|name| name.to_str()) {
                    Some("generated.rs") => self.outputs.add(path, self.source.generated.clone()),
                    Some("client.rs") => self.outputs.add(path, self.source.client.clone()),
                    _ => {}
                }
            }
        }
        Ok(self)
    }

    /// The public items, each with its origin.
    ///
    /// # Errors
    ///
    /// When the generated sources can't be read back.
    pub fn table(&self) -> Result<Table, Failure> {
        let table = self.source.table();
        table.map_err(|error| Failure::Codegen { family: self.family.clone(), error })
    }
}

/// Reads openapi/families.toml. Returns a context for [building families](family), the families, and the file itself as the
/// first input.
///
/// # Errors
///
/// When the file can't be read, or isn't what openapi/README.md describes.
pub fn families(tree: &Tree) -> Result<(Context, Families, Inputs), Failure> {
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

/// Builds a family: runs its documents through the pipeline and the generator. The files that it reads are added to `inputs`.
///
/// # Errors
///
/// When a document, an overlay or a rule has a problem, the generator fails, or there is no crate for the family.
pub fn family(tree: &Tree, cx: &mut Context, family: &Family, inputs: &mut Inputs) -> Result<Built, BuildError> {
    require_crate(tree, family)?;
    let files = Recording::new(tree);
    let merged = pipeline(cx, &files, family);
    let past = renames::read(cx, &files, family);
    inputs.append(&mut files.read.into_inner());
    let (merged, past) = (merged?, past?);
    past.kept.check(&merged, &family.title)?;
    emit(cx, family, &merged, &past.kept.pins)?.with(&past.aliases)
}

/// The fields of a merged and lowered document that are named like secrets and aren't listed.
pub(crate) fn unlisted_secrets(report: &Report, merged: &Node) -> Vec<String> {
    unlisted::find(report, merged)
}

/// The crate of a family.
fn spec(family: &Family, pins: &Pins) -> CrateSpec {
    CrateSpec {
        family: family.name.clone(),
        title: family.title.clone(),
        command: format!("cargo xtask generate --family {}", family.name),
        document: merged_path(family).display().to_string(),
        server_by_token_region: family.server_by_token_region.clone(),
        pins: pins.clone(),
    }
}

/// The origins of items of the crate that a merged and lowered document becomes, without generating it.
pub(crate) fn origins(family: &Family, merged: &Node, pins: &Pins) -> Result<Provenance, CodegenError> {
    let _noted = journal::note(&format!("the family {}", family.name), merged);
    client_codegen::origins(merged, &spec(family, pins))
}

/// A family's merged and lowered document to its files, with the names that are kept.
pub(crate) fn emit(cx: &mut Context, family: &Family, merged: &Node, pins: &Pins) -> Result<Built, BuildError> {
    let document = merged_path(family);
    let spec = spec(family, pins);
    let _noted = journal::note(&format!("the family {}", family.name), merged);
    client_codegen::check_size(merged, &cx.sources, cx.limits())?;
    let descriptions = Descriptions { sources: &cx.sources, root: Path::new(OPENAPI) };
    let source = client_codegen::generate(merged, &spec, descriptions)
        .map_err(|error| located(error, client_codegen::culprits(merged, &spec, descriptions)))?;
    stages::note_members(cx, &source);
    let crate_src = crate_folder(&family.package).join("src");
    let mut outputs = FileSet::default();
    outputs.add(document, merged.to_pretty_json());
    outputs.add(crate_src.join("generated.rs"), source.generated.clone());
    outputs.add(crate_src.join("client.rs"), source.client.clone());
    Ok(Built {
        family: family.name.clone(),
        documents: family.documents.len(),
        report: std::mem::take(&mut cx.report),
        document: merged.clone(),
        source,
        outputs,
    })
}

/// The operations that the generator fails on, each at its place. They are not left out, unlike those of a description
/// given to `cargo xtask client`: an operation that was in the crate yesterday must not vanish.
fn located(error: CodegenError, culprits: Vec<client_codegen::Culprit>) -> BuildError {
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

/// The path of a family's merged document.
fn merged_path(family: &Family) -> PathBuf {
    PathBuf::from(format!("{OPENAPI}/merged/{}.json", family.name))
}

/// Sources without a manifest would break every later command: `crates/*` are members of the workspace.
pub(crate) fn require_crate(tree: &Tree, family: &Family) -> Result<(), Diagnostics> {
    let package = &family.package;
    if tree.bytes(&crate_folder(package).join("Cargo.toml")).is_ok() {
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
    for config in &family.documents {
        match document(cx, files, config, Stage::Selected) {
            Ok(root) => parts.push(Part { id: config.id.clone(), root }),
            Err(mut more) => problems.0.append(&mut more.0),
        }
    }
    problems.into_result()?;
    let merged = merge::merge(cx, parts, &family.merge)?;
    let _noted = journal::note(&format!("the family {}", family.name), &merged);
    lower::lower(cx, merged, &family.lower)
}

/// One document of a family, up to one of the stages that a document goes through on its own.
pub(crate) fn document(
    cx: &mut Context,
    files: &dyn Files,
    config: &DocumentConfig,
    last: Stage,
) -> Result<Node, Diagnostics> {
    let given = |(file, origin): &(String, _)| Given { files, path: in_openapi(file), named: Some(*origin) };
    let overlays: Vec<Given<'_>> = config.overlays.iter().map(given).collect();
    stages::until(cx, (&given(&config.file), &overlays), &config.select, Strictness::Strict, last)
}

/// Why a family could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// A document, an overlay or a rule has a problem.
    Input(Diagnostics),
    /// The generator failed.
    Codegen(CodegenError),
}

impl BuildError {
    /// Turns it into the failure of a task; `sources` are the files that the problems refer to.
    pub fn into_failure(self, family: &Family, sources: Sources) -> Failure {
        match self {
            Self::Input(problems) => Failure::Input { problems, sources },
            Self::Codegen(error) => Failure::Codegen { family: family.name.clone(), error },
        }
    }
}

impl From<Diagnostics> for BuildError {
    fn from(problems: Diagnostics) -> Self {
        Self::Input(problems)
    }
}

impl From<CodegenError> for BuildError {
    fn from(error: CodegenError) -> Self {
        Self::Codegen(error)
    }
}
