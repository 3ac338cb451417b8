//! The other files of a description, each read once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::load::broken::dangling;
use crate::load::identify::{Anchors, identify};
use crate::load::position::Position;
use crate::load::reference::{Target, Unusable};
use crate::load::{Files, parse};
use crate::source::SourceId;
use crate::vocabulary::pointer::resolve;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin};

#[derive(Clone, Debug)]
pub(in crate::load) struct Library {
    root_file: PathBuf,
    paths: HashMap<SourceId, PathBuf>,
    /// `None` for a file that could not be read, so that the failure is reported once.
    trees: HashMap<PathBuf, Option<Tree>>,
}

#[derive(Clone, Debug)]
struct Tree {
    root: Node,
    anchors: Anchors,
}

impl Library {
    pub(in crate::load) fn new(root_file: PathBuf, root: SourceId) -> Self {
        Self { paths: HashMap::from([(root, root_file.clone())]), root_file, trees: HashMap::new() }
    }

    /// The files read so far: the description itself and the files it refers to.
    pub(in crate::load) fn sources(&self) -> HashSet<SourceId> {
        self.paths.keys().copied().collect()
    }

    /// Forgets the content of the files. A file referred to from now on is read again under a new source, which tells
    /// its references from those an earlier pass has settled.
    pub(in crate::load) fn close(&mut self) {
        self.trees.clear();
    }

    /// The path that references in a source are relative to. Nodes of an overlay are part of the description.
    pub(super) fn file(&self, source: SourceId) -> PathBuf {
        self.paths.get(&source).unwrap_or(&self.root_file).clone()
    }

    pub(super) fn root_file(&self) -> &Path {
        &self.root_file
    }

    /// The node at a place, whose file is read on first use; `None` if reading failed before.
    pub(super) fn node(
        &mut self,
        cx: &mut Context,
        files: &dyn Files,
        target: &Target,
        (reference, origin): (&str, Origin),
    ) -> Result<Option<&Node>, Diagnostics> {
        if !self.trees.contains_key(&target.file) {
            match parse(cx, files, &target.file) {
                Ok(mut root) => {
                    let anchors = identify(cx, &mut root, Position::Other, &|_| false);
                    self.paths.insert(root.origin.source(), target.file.clone());
                    self.trees.insert(target.file.clone(), Some(Tree { root, anchors }));
                }
                Err(problems) => {
                    self.trees.insert(target.file.clone(), None);
                    return Err(referred_to_from(problems, origin));
                }
            }
        }
        match self.trees.get(&target.file) {
            Some(Some(_)) if self.known(target).is_none() => Err(dangling(reference, origin, None).into()),
            _ => Ok(self.known(target)),
        }
    }

    /// The node at a place of a file that was read already.
    pub(super) fn known(&self, target: &Target) -> Option<&Node> {
        let Tree { root, anchors } = self.trees.get(&target.file)?.as_ref()?;
        let fragment = anchors.get(&target.fragment).unwrap_or(&target.fragment);
        resolve(root, &format!("#{fragment}"))
    }
}

/// Adds the place of the reference to the problems of a file that can't be loaded.
fn referred_to_from(problems: Diagnostics, origin: Origin) -> Diagnostics {
    let with_place = |problem: Diagnostic| match problem.primary {
        None => problem.at(origin, "it is referred to here"),
        Some(_) => problem.related(origin, "the file is referred to here"),
    };
    Diagnostics(problems.0.into_iter().map(with_place).collect())
}

/// The problem of a reference that may not be followed.
pub(super) fn unusable(reference: &str, origin: Origin, reason: Unusable) -> Diagnostic {
    let (code, message, help) = match reason {
        Unusable::Url => (
            "ref-to-url",
            format!("`{reference}` is a URL, and the network is never used"),
            "download the file, keep it beside the description, and refer to it by a relative path",
        ),
        Unusable::Outside => (
            "ref-outside-root",
            format!("`{reference}` leads out of the root folder"),
            "move the file below the root folder, or choose a root folder that contains it",
        ),
        Unusable::Encoding => (
            "ref-encoding",
            format!("the path of `{reference}` is not UTF-8 after percent-decoding"),
            "write the path without percent signs",
        ),
    };
    Diagnostic::new(code, message).at(origin, "this reference").help(help)
}
