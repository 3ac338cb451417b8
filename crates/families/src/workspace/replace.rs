//! Files replaced and removed all or none.
//!
//! Everything that can fail without touching a file comes first: each new content is written beside its target, and the
//! old content gets a second name there. Then the files are renamed, one after the other. Where that fails, the old
//! contents get their names back.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempPath};

use crate::failure::Failure;

/// Steps that are ready to be taken. Dropped without being taken, they leave no trace.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    /// The folders made for new files, the outer ones first.
    folders: Folders,
}

struct Step {
    target: PathBuf,
    /// The old content under another name; `None` for a file that is new.
    old: Option<TempPath>,
    /// The new content; `None` for a file that goes.
    new: Option<NamedTempFile>,
}

impl Steps {
    /// Makes ready to set the contents of a file.
    pub(super) fn replace(&mut self, target: PathBuf, text: &str) -> Result<(), Failure> {
        let staged = self.stage(&target, text);
        let (old, new) = staged.map_err(|error| Failure::io("write", &target, error))?;
        self.steps.push(Step { target, old, new: Some(new) });
        Ok(())
    }

    /// Makes ready to remove a file; one that isn't there is passed over.
    pub(super) fn remove(&mut self, target: PathBuf) -> Result<(), Failure> {
        let old = kept(&target).map_err(|error| Failure::io("remove", &target, error))?;
        if old.is_some() {
            self.steps.push(Step { target, old, new: None });
        }
        Ok(())
    }

    fn stage(&mut self, target: &Path, text: &str) -> io::Result<(Option<TempPath>, NamedTempFile)> {
        if target.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let folder = folder_of(target);
        self.folders.make(folder)?;
        let mut builder = Builder::new();
        // By default only the owner may read a temporary file; sources are readable by all users.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut file = builder.prefix(PREFIX).tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        Ok((kept(target)?, file))
    }

    /// Takes all steps in their order, or none: after a failure those taken are undone, the last one first.
    pub(super) fn take(mut self) -> Result<(), Failure> {
        let mut taken: Vec<(PathBuf, Option<TempPath>)> = Vec::new();
        for Step { target, old, new } in std::mem::take(&mut self.steps) {
            let (action, done) = match new {
                Some(new) => ("replace", new.persist(&target).map(drop).map_err(|failed| failed.error)),
                None => ("remove", std::fs::remove_file(&target)),
            };
            match done {
                Ok(()) => taken.push((target, old)),
                Err(error) => return Err(undo(taken, &Failure::io(action, &target, error))),
            }
        }
        self.folders.made.clear();
        Ok(())
    }
}

/// The beginning of the names of temporary files.
const PREFIX: &str = ".generate-";

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A second name for a file's content, beside it, if there is such a file. A link keeps the file itself, with its
/// permissions and times; file systems without links get a copy.
fn kept(target: &Path) -> io::Result<Option<TempPath>> {
    match target.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(found) if found.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(_) => {}
    }
    let mut builder = Builder::new();
    let builder = builder.prefix(PREFIX).suffix(".old");
    let linked = builder.make_in(folder_of(target), |name| std::fs::hard_link(target, name));
    let kept = linked.map(NamedTempFile::into_temp_path).or_else(|_| {
        let copied = builder.make_in(folder_of(target), |name| std::fs::copy(target, name).map(drop));
        copied.map(NamedTempFile::into_temp_path)
    });
    kept.map(Some)
}

/// Puts back the old contents, and says in the failure whether all of them are back.
fn undo(taken: Vec<(PathBuf, Option<TempPath>)>, failure: &Failure) -> Failure {
    let count = taken.len();
    let mut lost = Vec::new();
    for (target, old) in taken.into_iter().rev() {
        match old {
            None => match std::fs::remove_file(&target) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => lost.push(format!("{}: it is new, and can't be removed: {error}", target.display())),
            },
            Some(old) => {
                let Err(failed) = old.persist(&target) else { continue };
                let error = failed.error;
                // The only copy of the old content must not go with this process.
                let place = match failed.path.keep() {
                    Ok(place) => format!("its old content is in {}", place.display()),
                    Err(_) => "its old content is lost".to_owned(),
                };
                lost.push(format!("{}: {error}; {place}", target.display()));
            }
        }
    }
    let outcome = match (count, lost.as_slice()) {
        (0, []) => "nothing was changed".to_owned(),
        (1, []) => "the file that was written before it is as it was again".to_owned(),
        (count, []) => format!("the {count} files that were written before it are as they were again"),
        (_, lost) => format!("not everything that was written before it could be restored:\n  {}", lost.join("\n  ")),
    };
    let help = if lost.is_empty() { failure.help() } else { "restore the named files by hand" };
    Failure::Message { code: "io", message: format!("{failure}; {outcome}"), help: help.to_owned() }
}

/// Folders made for files that don't exist yet. When dropped, those that are empty go.
#[derive(Default)]
struct Folders {
    made: Vec<PathBuf>,
}

impl Folders {
    fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        self.made.extend(missing.into_iter().rev());
        std::fs::create_dir_all(folder)
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Steps;

    /// The names and contents of a folder's files, and its folders with a slash.
    fn contents(folder: &Path) -> Vec<String> {
        let mut found: Vec<String> = walk(folder, folder);
        found.sort();
        found
    }

    fn walk(root: &Path, folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let described = entries.flat_map(|path| {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            if path.is_dir() {
                let mut all = walk(root, &path);
                all.push(format!("{name}/"));
                return all;
            }
            vec![format!("{name}: {}", std::fs::read_to_string(path).unwrap())]
        });
        described.collect()
    }

    #[test]
    fn files_are_replaced_created_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("a"), "old").unwrap();
        std::fs::write(root.join("b"), "old").unwrap();
        let mut steps = Steps::default();
        steps.replace(root.join("a"), "new").unwrap();
        steps.replace(root.join("deep/er/c"), "new").unwrap();
        steps.remove(root.join("b")).unwrap();
        steps.remove(root.join("missing")).unwrap();
        steps.take().unwrap();
        assert_eq!(contents(root), ["a: new", "deep/", "deep/er/", "deep/er/c: new"]);
    }

    #[test]
    fn steps_that_are_not_taken_leave_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("a"), "old").unwrap();
        std::fs::create_dir(root.join("taken")).unwrap();
        let before = contents(root);
        let mut steps = Steps::default();
        steps.replace(root.join("a"), "new").unwrap();
        steps.replace(root.join("deep/er/c"), "new").unwrap();
        assert!(steps.replace(root.join("taken"), "new").is_err());
        assert!(steps.remove(root.join("taken")).is_err());
        drop(steps);
        assert_eq!(contents(root), before);
    }

    #[test]
    fn a_failure_between_the_steps_undoes_those_taken() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["a", "b", "c"] {
            std::fs::write(root.join(name), "old").unwrap();
        }
        let written = root.join("a").metadata().unwrap().modified().unwrap();
        let before = contents(root);
        let mut steps = Steps::default();
        steps.replace(root.join("a"), "new").unwrap();
        steps.remove(root.join("b")).unwrap();
        steps.replace(root.join("deep/new"), "new").unwrap();
        steps.replace(root.join("late"), "new").unwrap();
        steps.replace(root.join("c"), "new").unwrap();
        // No file can take the name of a folder.
        std::fs::create_dir(root.join("late")).unwrap();
        let failure = steps.take().unwrap_err().render(false);
        std::fs::remove_dir(root.join("late")).unwrap();
        assert_eq!(contents(root), before);
        assert_eq!(root.join("a").metadata().unwrap().modified().unwrap(), written);
        assert!(failure.contains("could not replace"), "{failure}");
        assert!(failure.contains("late: "), "{failure}");
        assert!(failure.contains("the 3 files that were written before it are as they were again"), "{failure}");
    }

    #[test]
    fn an_old_content_that_has_no_way_back_is_kept_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("a"), "old").unwrap();
        let mut steps = Steps::default();
        steps.remove(root.join("a")).unwrap();
        let old = steps.steps[0].old.take();
        std::fs::remove_file(root.join("a")).unwrap();
        std::fs::create_dir(root.join("a")).unwrap();
        let failure = super::Failure::io("replace", &root.join("b"), std::io::ErrorKind::Other.into());
        let failure = super::undo(vec![(root.join("a"), old)], &failure).render(false);
        assert!(failure.contains("could be restored"), "{failure}");
        let (_, place) = failure.split_once("its old content is in ").unwrap();
        let place = place.lines().next().unwrap();
        assert_eq!(std::fs::read_to_string(place).unwrap(), "old");
    }
}
