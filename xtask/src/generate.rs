//! `cargo xtask generate`: descriptions in, client crates out.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Workspace;
use crate::build::{self, BuildError, Built, Inputs};
use crate::cli::Generate;
use crate::config::Family;
use crate::files::FileSet;
use crate::lock::{LOCK, Lock};
use crate::progress::{Progress, line};
use crate::stack::with_deep_stack;
use crate::workspace::{FAMILIES, Failure};
use crate::{fingerprint, goldens, summary};

/// Runs the task.
pub fn run(workspace: &Workspace, options: &Generate) -> Result<(), Failure> {
    let started = Instant::now();
    if is_done(workspace, options) {
        say(&format!("nothing changed since the last run ({} ms)", started.elapsed().as_millis()));
        return Ok(());
    }
    let progress = Progress::new();
    let generated = build_all(workspace, options, &progress);
    progress.finish();
    let generated = generated?;
    if options.check {
        return check(workspace, &generated.outputs, options);
    }
    let written = generated.outputs.write(workspace.root(), Path::new(LOCK))?;
    match options.family {
        None => fingerprint::record(workspace),
        // The lock now has the hash of a families.toml that the other families were not generated from.
        Some(_) => fingerprint::forget(workspace),
    }
    say(&summary::render(&generated.families, &written, started.elapsed()));
    Ok(())
}

/// Whether a run has nothing to do, since nothing changed.
pub(crate) fn is_done(workspace: &Workspace, options: &Generate) -> bool {
    // Whether a family exists is known once families.toml is read, so a run for one family never takes the shortcut.
    let shortcut = !options.check && !options.force && options.family.is_none() && fingerprint::matches(workspace);
    shortcut && Lock::read(workspace).is_some_and(|lock| holds(workspace, &lock))
}

/// Whether every file is as the lock says, and no description came that it doesn't know.
fn holds(workspace: &Workspace, lock: &Lock) -> bool {
    let known = |path: &PathBuf| lock.inputs.contains_key(path);
    goldens::descriptions(workspace).values().all(known) && lock.holds(workspace)
}

/// Everything a run generates, in memory.
struct Generated {
    families: Vec<(Built, Duration)>,
    outputs: FileSet,
}

fn build_all(workspace: &Workspace, options: &Generate, progress: &Progress) -> Result<Generated, Failure> {
    let (mut cx, all, mut inputs) = build::families(workspace)?;
    let chosen: Vec<&Family> = match &options.family {
        None => all.families.iter().collect(),
        Some(name) => vec![
            all.families
                .iter()
                .find(|family| family.name == *name)
                .ok_or_else(|| unknown_family(name, &all.families))?,
        ],
    };
    let mut families = Vec::new();
    let mut outputs = FileSet::default();
    for family in chosen {
        progress.step(&format!("generating {}", family.package));
        let started = Instant::now();
        match build::family(workspace, &mut cx, family, &mut inputs) {
            Ok(built) => {
                outputs.extend(built.outputs.clone());
                families.push((built, started.elapsed()));
            }
            Err(BuildError::Input(problems)) => return Err(Failure::Input { problems, sources: cx.sources }),
            Err(BuildError::Codegen(error)) => return Err(Failure::Codegen { family: family.name.clone(), error }),
        }
    }
    if options.family.is_none() {
        let goldens = with_deep_stack(|| goldens::build(workspace, &mut inputs, progress))
            .map_err(|error| Failure::io("start a thread for", Path::new(goldens::CRATE), error))??;
        outputs.extend(goldens);
    }
    let lock = lock_of(workspace, options, &inputs, &outputs);
    outputs.add(LOCK, lock.render());
    Ok(Generated { families, outputs })
}

/// The lock of this run; a run for one family keeps what the lock says of the others.
fn lock_of(workspace: &Workspace, options: &Generate, inputs: &Inputs, outputs: &FileSet) -> Lock {
    let mut lock = Lock::of(inputs, outputs);
    if let Some(family) = &options.family
        && let Some(before) = Lock::read(workspace)
    {
        let is_shared = |path: &Path| path == Path::new(FAMILIES);
        let changed = lock.generator != before.generator || lock.differs(&before, is_shared);
        // What all families are made from is only blessed if the others are what it makes of them.
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
    let Ok((mut cx, all, mut inputs)) = build::families(workspace) else { return false };
    all.families.iter().filter(|other| other.name != family).all(|other| {
        let built = build::family(workspace, &mut cx, other, &mut inputs);
        built.is_ok_and(|built| built.outputs.stale(workspace.root()).is_empty())
    })
}

fn check(workspace: &Workspace, outputs: &FileSet, options: &Generate) -> Result<(), Failure> {
    let stale: Vec<PathBuf> = outputs.stale(workspace.root());
    if stale.is_empty() {
        say("every generated file is what the descriptions say");
        return Ok(());
    }
    let list: Vec<String> = stale.iter().map(|path| format!("  {}", path.display())).collect();
    let family = options.family.as_ref().map(|name| format!(" --family {name}")).unwrap_or_default();
    Err(Failure::Message {
        code: "stale",
        message: format!("these files are not what the descriptions under openapi/ say:\n{}", list.join("\n")),
        help: format!("run `cargo xtask generate{family}` and commit what it writes"),
    })
}

pub(crate) fn unknown_family(name: &str, families: &[Family]) -> Failure {
    let known: Vec<&str> = families.iter().map(|family| family.name.as_str()).collect();
    Failure::Message {
        code: "unknown-family",
        message: format!("there is no family `{name}` in openapi/families.toml"),
        help: format!("it has {}", known.join(", ")),
    }
}

fn say(text: &str) {
    line(&mut std::io::stdout().lock(), text);
}
