//! The work that is timed: families of this repository, a whole published description, and progenitor alone.

pub mod growth;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use client_codegen::{CrateSpec, Descriptions};
use families::Workspace;
use families::build;
use families::config::{DocumentConfig, Family};
use families::workspace::{Inputs, Tree};
use openapi_pipeline::load::DiskFiles;
use openapi_pipeline::merge::Part;
use openapi_pipeline::{Context, Diagnostics, convert, load, lower, merge, overlay, select};
use tempfile::TempDir;

/// The allocator of xtask.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The published description that is timed as a whole; it has 78 paths.
pub const UPSTREAM: &str = "svix-2024-09-10.json";

/// The repository that contains this crate.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// The families of a workspace.
pub fn families(workspace: &Workspace) -> Vec<Family> {
    build::families(&Tree::new(workspace)).unwrap_or_else(|failure| panic!("{}", failure.render(false))).1.families
}

/// Generates all families of a workspace, from their documents on disk to their sources in memory. Returns the size of
/// the sources in bytes.
pub fn build_all(workspace: &Workspace) -> usize {
    let tree = Tree::new(workspace);
    let (mut cx, families, mut inputs) = build::families(&tree).expect("families.toml is right");
    let mut bytes = 0;
    for family in &families.families {
        let built = match build::family(&tree, &mut cx, family, &mut inputs) {
            Ok(built) => built,
            Err(error) => panic!("{}", error.into_failure(family, cx.sources).render(false)),
        };
        bytes += built.outputs.iter().map(|(_, text)| text.len()).sum::<usize>();
    }
    bytes
}

/// A copy of the repository's descriptions and clients, in which a run may write.
pub fn scratch() -> io::Result<TempDir> {
    let (from, to) = (repository(), tempfile::tempdir()?);
    copy(&from.join("openapi"), &to.path().join("openapi"))?;
    for family in families(&Workspace::find(Some(&from)).expect("the repository is a workspace")) {
        let package = Path::new("crates").join(family.package);
        copy(&from.join(&package), &to.path().join(&package))?;
    }
    Ok(to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The published description. `Err` says why there is none.
pub fn published() -> Result<String, String> {
    let folder = std::env::var_os("UPSTREAM_DIR")
        .ok_or("UPSTREAM_DIR names no folder with the vendors' published descriptions")?;
    let document = Path::new(&folder).join(UPSTREAM);
    fs::read_to_string(&document).map_err(|error| format!("{}: {error}", document.display()))
}

/// A workspace with one family: all of a published description, as it is. `Err` says why there is none.
pub fn upstream() -> Result<TempDir, String> {
    let text = published()?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let openapi = scratch.path().join("openapi");
    fs::create_dir(&openapi).map_err(|error| error.to_string())?;
    fs::write(openapi.join(UPSTREAM), text).map_err(|error| error.to_string())?;
    let families = format!(
        "[families.whole]\npackage = \"whole-client\"\ntitle = \"Whole\"\n\n[[families.whole.documents]]\nid = \"whole\"\nfile = \"{UPSTREAM}\"\n"
    );
    fs::write(openapi.join("families.toml"), families).map_err(|error| error.to_string())?;
    // Nothing is written here, but a family without its crate is refused.
    let package = scratch.path().join("crates/whole-client");
    fs::create_dir_all(package.join("src")).map_err(|error| error.to_string())?;
    fs::write(package.join("Cargo.toml"), "[package]\nname = \"whole-client\"\n").map_err(|error| error.to_string())?;
    fs::write(package.join("src/lib.rs"), "mod client;\nmod generated;\n").map_err(|error| error.to_string())?;
    Ok(scratch)
}

/// The time each stage takes on a family.
#[derive(Clone, Debug, Default)]
pub struct Stages(pub Vec<(&'static str, Duration)>);

impl Stages {
    fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        let elapsed = started.elapsed();
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, total)) => *total += elapsed,
            None => self.0.push((stage, elapsed)),
        }
        result
    }

    /// Runs a family stage by stage, as `families::build::family` does, and measures each. The last one is progenitor
    /// alone, which is a part of the stage before and not of the total.
    pub fn of(workspace: &Workspace, family: &Family) -> Result<Self, Diagnostics> {
        let mut stages = Self::default();
        let cx = &mut Context::new();
        let files = DiskFiles::new(workspace.root());
        let mut parts = Vec::new();
        for document in &family.documents {
            parts.push(stages.part(cx, &files, document)?);
        }
        let merged = stages.time("merge", || merge::merge(cx, parts, &family.merge))?;
        let lowered = stages.time("lower", || lower::lower(cx, merged, &family.lower))?;
        let spec = CrateSpec {
            family: family.name.clone(),
            title: family.title.clone(),
            command: String::new(),
            document: String::new(),
            server_by_token_region: family.server_by_token_region.clone(),
            pins: Default::default(),
        };
        stages.time("write the document", || lowered.to_pretty_json());
        let descriptions = Descriptions { sources: &cx.sources, root: Path::new("openapi") };
        stages
            .time("generate", || client_codegen::generate(&lowered, &spec, descriptions))
            .expect("the generator takes the document");
        let view = without_error_responses(lowered.to_json());
        stages.time(PROGENITOR, || progenitor(&view));
        Ok(stages)
    }

    fn part(&mut self, cx: &mut Context, files: &DiskFiles, document: &DocumentConfig) -> Result<Part, Diagnostics> {
        let path = |file: &str| Path::new("openapi").join(file);
        let mut published = self.time("load", || load::read(cx, files, &path(&document.file.0)))?;
        for (file, _) in &document.overlays {
            let changes = self.time("load", || load::parse(cx, files, &path(file)))?;
            published.root = self.time("overlay", || overlay::apply(cx, published.root, &changes))?;
        }
        let checked = self.time("check", || load::check(cx, files, published))?;
        let root = self.time("convert", || convert::to_v3_0(cx, checked))?;
        let root = self.time("select", || select::select(cx, root, &document.select))?;
        Ok(Part { id: document.id.clone(), root })
    }

    /// The time of the whole run.
    pub fn total(&self) -> Duration {
        self.0.iter().filter(|(stage, _)| *stage != PROGENITOR).map(|(_, time)| *time).sum()
    }
}

/// Not a stage of the run: progenitor without our code around it.
pub const PROGENITOR: &str = "(progenitor alone)";

/// The merged document of a workspace's only family, as progenitor gets it.
pub fn view(workspace: &Workspace) -> serde_json::Value {
    let tree = Tree::new(workspace);
    let (mut cx, families, _) = build::families(&tree).expect("families.toml is right");
    let Some(family) = families.families.first() else { panic!("there is no family") };
    let Ok(built) = build::family(&tree, &mut cx, family, &mut Inputs::new()) else { panic!("it doesn't build") };
    let merged = built.outputs.iter().find(|(path, _)| path.starts_with("openapi"));
    without_error_responses(serde_json::from_str(merged.expect("it has a document").1).expect("it is JSON"))
}

/// Removes the error responses, as client-codegen does: progenitor allows one error type per operation.
fn without_error_responses(mut document: serde_json::Value) -> serde_json::Value {
    let items = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in items.filter_map(|item| item.as_object_mut()).flat_map(|item| item.values_mut()) {
        if let Some(responses) = operation.get_mut("responses").and_then(|responses| responses.as_object_mut()) {
            responses.retain(|status, _| status.starts_with('2'));
        }
    }
    document
}

/// Runs progenitor alone, from JSON to tokens. Returns the number of top-level tokens.
pub fn progenitor(document: &serde_json::Value) -> usize {
    let mut settings = progenitor::GenerationSettings::new();
    settings
        .with_interface(progenitor::InterfaceStyle::Positional)
        .with_tag(progenitor::TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("client-runtime", progenitor::CrateVers::Any, None);
    let spec: openapiv3::OpenAPI = serde_json::from_value(document.clone()).expect("it is OpenAPI 3.0");
    let tokens = progenitor::Generator::new(&settings).generate_tokens(&spec).expect("progenitor takes it");
    tokens.into_iter().count()
}
