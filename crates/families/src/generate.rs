//! Generates all families: descriptions in, sources of client crates and families.lock out.
//!
//! A run includes the golden clients, which are modules of the crate `tests/goldens`, compiled and called by the tests.
//! A workspace without that crate has none.

mod goldens;
mod summary;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::build::{self, BuildError, Built};
use crate::config::Family;
use crate::failure::Failure;
use crate::lock::{LOCK, Lock, fingerprint};
use crate::progress::Progress;
use crate::renames;
use crate::stack::with_deep_stack;
use crate::workspace::{FAMILIES, FileSet, Inputs, Tree, Workspace};

/// Whether a run for all families would change nothing: the last run was made by the same binary, and every input and output
/// has its hash in families.lock.
pub fn is_up_to_date(workspace: &Workspace) -> bool {
    fingerprint::matches(workspace) && Lock::read(workspace).is_some_and(|lock| holds(workspace, &lock))
}

/// Whether every file has the hash in the lock, and the lock has every golden description and every ledger of names.
fn holds(workspace: &Workspace, lock: &Lock) -> bool {
    let known = |path: &PathBuf| lock.inputs.contains_key(path);
    goldens::descriptions(workspace).values().all(known)
        && renames::ledgers(workspace).iter().all(known)
        && lock.holds(workspace)
}

/// The result of a run, in memory.
#[derive(Debug)]
pub struct Generated {
    /// The families, with the time each took.
    pub families: Vec<(Built, Duration)>,
    /// All files, families.lock among them.
    pub outputs: FileSet,
    /// The family that was asked for, if only one was.
    only: Option<String>,
}

impl Generated {
    /// Compares all files with those on disk.
    ///
    /// # Errors
    ///
    /// When files are missing or different; the failure names all of them.
    pub fn check(&self, workspace: &Workspace) -> Result<(), Failure> {
        let stale: Vec<PathBuf> = self.outputs.stale(workspace.root());
        if stale.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = stale.iter().map(|path| format!("  {}", path.display())).collect();
        let family = self.only.as_ref().map(|name| format!(" --family {name}")).unwrap_or_default();
        Err(Failure::Message {
            code: "stale",
            message: format!("these files are not what the descriptions under openapi/ say:\n{}", list.join("\n")),
            help: format!("run `cargo xtask generate{family}` and commit what it writes"),
        })
    }

    /// Writes all files or none, and returns the paths of those that changed.
    ///
    /// # Errors
    ///
    /// When a file can't be written.
    pub fn write(&self, workspace: &Workspace) -> Result<Vec<PathBuf>, Failure> {
        let written = self.outputs.write(workspace.root(), Path::new(LOCK))?;
        match self.only {
            None => fingerprint::record(workspace),
            // The lock now has the hash of a families.toml that the other families were not generated from.
            Some(_) => fingerprint::forget(workspace),
        }
        Ok(written)
    }

    /// The table at the end of a run: the numbers for each family, the rules that were used, the operations left out,
    /// and the files that changed. `total` is the time that the whole run took.
    pub fn summary(&self, written: &[PathBuf], total: Duration) -> String {
        summary::render(&self.families, written, total)
    }
}

/// Generates all families and the golden clients of the tests, or one family alone. Nothing is written.
///
/// # Errors
///
/// When families.toml, a document or an overlay has a problem, when there is no such family, and when the generator fails.
pub fn generate(workspace: &Workspace, only: Option<&str>, progress: &dyn Progress) -> Result<Generated, Failure> {
    let tree = Tree::new(workspace);
    let (mut cx, all, mut inputs) = build::families(&tree)?;
    let chosen: Vec<&Family> = match only {
        None => all.families.iter().collect(),
        Some(name) => vec![all.named(name)?],
    };
    let mut families = Vec::new();
    let mut outputs = FileSet::default();
    for family in chosen {
        progress.step(&format!("generating {}", family.package));
        let started = Instant::now();
        match build::family(&tree, &mut cx, family, &mut inputs) {
            Ok(built) => {
                outputs.extend(built.outputs.clone());
                families.push((built, started.elapsed()));
            }
            Err(error) => return Err(error.into_failure(family, cx.sources)),
        }
    }
    if only.is_none() {
        let goldens = || goldens::build(workspace, &mut inputs, progress);
        outputs.extend(with_deep_stack(Path::new(goldens::CRATE), goldens)?);
    }
    let lock = lock_of(workspace, only, &inputs, &outputs);
    outputs.add(LOCK, lock.render());
    Ok(Generated { families, outputs, only: only.map(str::to_owned) })
}

/// The lock of this run; a run for one family keeps the old entries of the others.
fn lock_of(workspace: &Workspace, family: Option<&str>, inputs: &Inputs, outputs: &FileSet) -> Lock {
    let mut lock = Lock::of(inputs, outputs);
    if let Some(family) = family
        && let Some(before) = Lock::read(workspace)
    {
        let is_shared = |path: &Path| path == Path::new(FAMILIES);
        let changed = lock.generator != before.generator || lock.differs(&before, is_shared);
        // A changed shared input or generator enters the lock only if it generates the other families as they are on
        // disk.
        if changed && !others_hold(workspace, family) {
            lock.generator.clone_from(&before.generator);
            lock.take(&before, is_shared);
        }
        lock.keep(before, |path| workspace.path(path).exists());
    }
    lock
}

/// Whether the files of the other families are what would be generated now.
fn others_hold(workspace: &Workspace, family: &str) -> bool {
    let tree = Tree::new(workspace);
    let Ok((mut cx, all, mut inputs)) = build::families(&tree) else { return false };
    all.families.iter().filter(|other| other.name != family).all(|other| {
        let built = build::family(&tree, &mut cx, other, &mut inputs);
        built.is_ok_and(|built| built.outputs.stale(workspace.root()).is_empty())
    })
}

/// Generates every family into a changed workspace, with a lock for all of them. Returns the files that were read. One
/// that was built from this workspace already, with the files it read, is taken as it is.
pub(crate) fn regenerate(tree: &mut Tree, done: Option<(&Built, &Inputs)>) -> Result<Inputs, Failure> {
    let (mut cx, families, mut inputs) = build::families(tree)?;
    let mut outputs = FileSet::default();
    for family in &families.families {
        if let Some((built, read)) = done.filter(|(built, _)| built.family == family.name) {
            if let Err(problems) = build::require_crate(tree, family) {
                return Err(BuildError::from(problems).into_failure(family, cx.sources));
            }
            inputs.extend(read.iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
            outputs.extend(built.outputs.clone());
            continue;
        }
        match build::family(tree, &mut cx, family, &mut inputs) {
            Ok(built) => outputs.extend(built.outputs),
            Err(error) => return Err(error.into_failure(family, cx.sources)),
        }
    }
    let mut lock = Lock::of(&inputs, &outputs);
    // Entries of the golden clients, which belong to no family, stay as they are.
    if let Ok(before) = tree.text(Path::new(LOCK)).map(|text| Lock::parse(&text)) {
        lock.keep(before.unwrap_or_default(), |path| path.starts_with(goldens::CRATE) && tree.exists(path));
    }
    for (path, text) in outputs.iter() {
        tree.write(path, text.to_owned());
    }
    tree.write(LOCK, lock.render());
    Ok(inputs)
}
