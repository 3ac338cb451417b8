//! The folder of the generated crate.

use std::path::Path;

use crate::failure::Failure;

/// The table in a manifest that marks a crate written by this command.
pub(super) const MARK: &str = "xtask-client";

/// Checks that no foreign file can be overwritten: the folder is missing, empty, or an earlier result.
///
/// `src` must not be a symbolic link, through which the files would be written outside of the folder.
pub(super) fn check(out: &Path) -> Result<(), Failure> {
    match out.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::io("inspect", out, error)),
        Ok(_) if !out.is_dir() => return Err(refusal(out, "it is not a folder")),
        Ok(_) => {}
    }
    let entries = std::fs::read_dir(out).map_err(|error| Failure::io("read", out, error))?;
    if entries.count() == 0 {
        return Ok(());
    }
    let manifest = std::fs::read_to_string(out.join("Cargo.toml")).unwrap_or_default();
    let marked = toml::from_str::<toml::Table>(&manifest).is_ok_and(|manifest| is_marked(&manifest));
    if !marked {
        return Err(refusal(out, "it holds something that this command didn't write"));
    }
    let source = out.join("src");
    match source.symlink_metadata() {
        Ok(found) if !found.is_dir() => Err(refusal(&source, "it is not a folder of its own")),
        _ => Ok(()),
    }
}

fn is_marked(manifest: &toml::Table) -> bool {
    let metadata = manifest.get("package").and_then(|package| package.get("metadata"));
    metadata.and_then(|metadata| metadata.get(MARK)).is_some()
}

fn refusal(path: &Path, why: &str) -> Failure {
    Failure::Message {
        code: "output-folder",
        message: format!("nothing is written to {}: {why}", path.display()),
        help: "name a folder by --out that doesn't exist, is empty, or was written by this command".to_owned(),
    }
}
