//! Fetched documents that are kept, with the validators of their servers.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::http::Validators;
use crate::lock::hash;
use crate::workspace::{FETCHED, FileSet, Workspace};

/// The end of the name of the file with the validators.
const FACTS: &str = ".http.json";

/// A document that was fetched, or is going to be.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    root: PathBuf,
    /// Its path below the root.
    path: PathBuf,
}

/// The record of a fetched document.
#[derive(Deserialize, Serialize)]
struct Facts {
    /// The hash of the address, which may hold a credential.
    source: String,
    /// The hash of the content that the validators belong to.
    content: String,
    #[serde(flatten)]
    validators: Validators,
}

impl Kept {
    /// A document at a path in the workspace.
    pub(crate) fn at(workspace: &Workspace, path: PathBuf) -> Self {
        Self { root: workspace.root().to_owned(), path }
    }

    /// The document that an address leads to, whatever family it may belong to.
    pub(crate) fn of(workspace: &Workspace, url: &str) -> Self {
        // Whether it is JSON or YAML shows in the content: a file of this name may be both.
        let name = format!("{}.yaml", hash(url.as_bytes()));
        Self::at(workspace, Path::new(FETCHED).join("addresses").join(name))
    }

    /// Its path in the workspace.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The document and its validators: nothing if there are none, it came from another address, or it was changed.
    pub(super) fn read(&self, url: &str, limit: u64) -> Option<(Vec<u8>, Validators)> {
        let facts: Facts = serde_json::from_slice(&fs::read(self.root.join(self.facts())).ok()?).ok()?;
        let mut content = Vec::new();
        let file = fs::File::open(self.root.join(&self.path)).ok()?;
        file.take(limit.saturating_add(1)).read_to_end(&mut content).ok()?;
        let is_it = facts.source == hash(url.as_bytes())
            && content.len() as u64 <= limit
            && facts.content == hash(&content)
            && !facts.validators.is_empty();
        is_it.then_some((content, facts.validators))
    }

    /// Writes the document, and its validators last; an error before the first rename changes neither.
    pub(super) fn write(&self, url: &str, content: &[u8], validators: &Validators) -> Result<(), Failure> {
        let facts = Facts { source: hash(url.as_bytes()), content: hash(content), validators: validators.clone() };
        let unwritten = |error: String| {
            Failure::io(
                "write",
                &self.root.join(&self.path),
                std::io::Error::new(std::io::ErrorKind::InvalidData, error),
            )
        };
        let mut files = FileSet::default();
        let text = String::from_utf8(content.to_vec()).map_err(|_| unwritten("it is not UTF-8".to_owned()))?;
        files.add(&self.path, text);
        files.add(self.facts(), serde_json::to_string_pretty(&facts).map_err(|error| unwritten(error.to_string()))?);
        files.write(&self.root, &self.facts()).map(drop)
    }

    fn facts(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(FACTS);
        PathBuf::from(name)
    }
}
