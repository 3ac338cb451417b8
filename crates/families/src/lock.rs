//! `openapi/families.lock`: the inputs and the generator that the committed files came from.

pub(crate) mod fingerprint;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::workspace::{FileSet, Inputs, Workspace};

/// Its path in the workspace.
pub const LOCK: &str = "openapi/families.lock";

/// The version pinned by the workspace: another version may write other code.
const PROGENITOR: &str = "0.15.1";

/// The hashes of all inputs and outputs, and the generator's version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The versions of the programs that generated the files, by name.
    pub generator: BTreeMap<String, String>,
    /// SHA-256 of each input, by path.
    pub inputs: BTreeMap<PathBuf, String>,
    /// SHA-256 of each output, by path.
    pub outputs: BTreeMap<PathBuf, String>,
}

impl Lock {
    /// The lock of a run, from its inputs and outputs.
    pub fn of(inputs: &Inputs, outputs: &FileSet) -> Self {
        // `xtask` stays the name of this crate in the lock, as in all committed ones.
        let generator = [("xtask", env!("CARGO_PKG_VERSION")), ("progenitor", PROGENITOR)];
        Self {
            generator: generator.into_iter().map(|(name, version)| (name.to_owned(), version.to_owned())).collect(),
            inputs: inputs.iter().map(|(path, bytes)| (path.clone(), hash(bytes))).collect(),
            outputs: outputs.iter().map(|(path, text)| (path.to_owned(), hash(text.as_bytes()))).collect(),
        }
    }

    /// The lock on disk; `None` if it is missing or can't be parsed, which a new run repairs.
    pub fn read(workspace: &Workspace) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(workspace.path(LOCK)).ok()?)
    }

    /// The lock parsed from its TOML; `None` if it can't be parsed.
    pub fn parse(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }

    /// Takes over the entries of another lock, for chosen paths that this one has no entry for.
    pub fn keep(&mut self, before: Self, which: impl Fn(&Path) -> bool) {
        for (own, others) in [(&mut self.inputs, before.inputs), (&mut self.outputs, before.outputs)] {
            for (path, hash) in others.into_iter().filter(|(path, _)| which(path)) {
                own.entry(path).or_insert(hash);
            }
        }
    }

    /// Whether some inputs have another hash here than in another lock.
    pub(crate) fn differs(&self, other: &Self, which: impl Fn(&Path) -> bool) -> bool {
        self.inputs.iter().any(|(path, hash)| which(path) && other.inputs.get(path) != Some(hash))
    }

    /// Takes over the hashes of some inputs from another lock.
    pub(crate) fn take(&mut self, other: &Self, which: impl Fn(&Path) -> bool) {
        let of_these = |(path, _): &(&PathBuf, &String)| which(path);
        self.inputs.extend(other.inputs.iter().filter(of_these).map(|(path, hash)| (path.clone(), hash.clone())));
    }

    /// The contents of the file.
    pub fn render(&self) -> String {
        let mut text =
            String::from("# Written by `cargo xtask generate`: what the generated files came from. Do not edit.\n");
        for (title, entries) in [("inputs", &self.inputs), ("outputs", &self.outputs)] {
            if title == "inputs" {
                text.push_str("\n[generator]\n");
                for (name, version) in &self.generator {
                    text.push_str(&format!("{name} = \"{version}\"\n"));
                }
            }
            text.push_str(&format!("\n[{title}]\n"));
            for (path, hash) in entries {
                text.push_str(&format!("{:?} = \"{hash}\"\n", path.display().to_string()));
            }
        }
        text
    }

    /// Whether every file in the lock is on disk with its hash.
    pub fn holds(&self, workspace: &Workspace) -> bool {
        self.inputs.iter().chain(&self.outputs).all(|(path, expected)| is_unchanged(workspace, path, expected))
    }
}

fn is_unchanged(workspace: &Workspace, path: &Path, expected: &str) -> bool {
    std::fs::read(workspace.path(path)).is_ok_and(|bytes| hash(&bytes) == expected)
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_in_the_lock_is_the_one_that_is_pinned() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("\nprogenitor = {{ version = \"={PROGENITOR}\"")));
    }
}
