//! Finds the document of a family that a new file replaces.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use openapi_pipeline::vocabulary::{self, without_names};
use openapi_pipeline::{Context, Node, load};

use crate::config::{DocumentConfig, Family};
use crate::description::incoming::{self, Incoming};
use crate::failure::Failure;
use crate::workspace::{OPENAPI, Tree, in_openapi};

/// A file, and the document it replaces.
pub(super) struct Replacement {
    /// The document, as an index into those of the family.
    pub(super) document: usize,
    /// The file as the user named it.
    pub(super) given: String,
    /// Its path in the workspace.
    pub(super) target: PathBuf,
    /// The contents of the file and of the files it refers to, by their paths in the workspace.
    pub(super) files: Vec<(PathBuf, String)>,
    /// The reason for choosing this document, in a few words.
    pub(super) why: String,
}

/// `[ID=]FILE`, in the order they were given.
pub(super) fn assign(tree: &Tree, family: &Family, given: &[String]) -> Result<Vec<Replacement>, Failure> {
    let mut found: Vec<Replacement> = Vec::new();
    // Files with an id first: they leave fewer documents for the others.
    let (named, others): (Vec<_>, Vec<_>) =
        given.iter().map(|text| split(family, text)).partition(|(id, _)| id.is_some());
    for (id, file) in named.into_iter().chain(others) {
        let read = incoming::read(file)?;
        let free: Vec<usize> =
            (0..family.documents.len()).filter(|at| found.iter().all(|other| other.document != *at)).collect();
        let (document, why) = match id {
            Some(id) => (by_id(family, id, &free)?, "as given on the command line".to_owned()),
            None => by_operations(tree, family, file, &read.root, &free)?,
        };
        found.push(place(family, document, why, file, read)?);
    }
    found.sort_by_key(|replacement| replacement.document);
    no_two_files_in_one_place(family, &found)?;
    Ok(found)
}

/// The id before the first `=`, if the family has a document of that name, or no such file exists.
fn split<'a>(family: &Family, text: &'a str) -> (Option<&'a str>, &'a str) {
    match text.split_once('=') {
        Some((id, file)) if family.documents.iter().any(|document| document.id == id) || !Path::new(text).exists() => {
            (Some(id), file)
        }
        _ => (None, text),
    }
}

fn by_id(family: &Family, id: &str, free: &[usize]) -> Result<usize, Failure> {
    let Some(at) = family.documents.iter().position(|document| document.id == id) else {
        return Err(Failure::Message {
            code: "unknown-document",
            message: format!("family {} has no document `{id}`", family.name),
            help: format!("it has {}", ids(family, &(0..family.documents.len()).collect::<Vec<_>>())),
        });
    };
    if free.contains(&at) {
        return Ok(at);
    }
    Err(Failure::Message {
        code: "document-twice",
        message: format!("two files are given for document `{id}` of family {}", family.name),
        help: "give one file for each document".to_owned(),
    })
}

/// The document that has the most operations in common with the file. Names of placeholders and a slash at the end count
/// only between documents that have equally many: versions of an API may differ in nothing else.
fn by_operations(
    tree: &Tree,
    family: &Family,
    file: &str,
    root: &Node,
    free: &[usize],
) -> Result<(usize, String), Failure> {
    if let ([only], [_]) = (free, family.documents.as_slice()) {
        return Ok((*only, "the only one of the family".to_owned()));
    }
    let new = operations(root);
    let mut counts: Vec<(Common, usize, usize)> = free
        .iter()
        .filter_map(|at| {
            let mut cx = Context::new();
            let path = in_openapi(&family.documents.get(*at)?.file.0);
            let old = operations(&load::read(&mut cx, tree, &path).ok()?.root);
            Some((Common::of(&old, &new), old.anonymous.len(), *at))
        })
        .collect();
    counts.sort_by_key(|(common, ..)| std::cmp::Reverse(*common));
    match counts.as_slice() {
        [(common, all, at), rest @ ..]
            if common.anonymous > 0 && rest.first().is_none_or(|(next, ..)| next < common) =>
        {
            Ok((*at, format!("{} of its {all} operations are in the new file", common.anonymous)))
        }
        _ => Err(Failure::Message {
            code: "which-document",
            message: format!(
                "{file} has no more operations in common with one document of family {} than with another",
                family.name
            ),
            help: format!("say which one it replaces, as ID={file}; the family has {}", ids(family, free)),
        }),
    }
}

/// The operations that two descriptions have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Common {
    anonymous: usize,
    exact: usize,
}

impl Common {
    fn of(old: &Operations, new: &Operations) -> Self {
        let anonymous = old.anonymous.intersection(&new.anonymous).count();
        Self { anonymous, exact: old.exact.intersection(&new.exact).count() }
    }
}

/// Method and path of each operation, the path both with and without `basePath`.
#[derive(Debug, Default, PartialEq)]
struct Operations {
    /// As they are written.
    exact: BTreeSet<String>,
    /// Without the names of placeholders and a slash at the end.
    anonymous: BTreeSet<String>,
}

fn operations(root: &Node) -> Operations {
    let base = root.get_str("basePath").unwrap_or_default().trim_end_matches('/').to_owned();
    let mut found = Operations::default();
    for (path, method, _) in vocabulary::operations(root) {
        for path in [path.clone(), format!("{base}{path}")] {
            found.anonymous.insert(format!("{method} {}", without_names(path.trim_end_matches('/'))));
            found.exact.insert(format!("{method} {path}"));
        }
    }
    found
}

/// Places the file beside the one it replaces, under its own name.
fn place(family: &Family, document: usize, why: String, file: &str, read: Incoming) -> Result<Replacement, Failure> {
    let config = &family.documents[document];
    let current = in_openapi(&config.file.0);
    let folder = current.parent().unwrap_or(Path::new(OPENAPI)).to_owned();
    let target = folder.join(&read.name);
    let taken = |other: &&DocumentConfig| {
        other.id != config.id && in_openapi(&other.file.0) == target
            || family.documents.iter().flat_map(|one| &one.overlays).any(|(overlay, _)| in_openapi(overlay) == target)
    };
    if let Some(other) = family.documents.iter().find(taken) {
        return Err(Failure::Message {
            code: "file-taken",
            message: format!("{} belongs to document `{}` of family {}", target.display(), other.id, family.name),
            help: format!("give the new file of `{}` another name", config.id),
        });
    }
    let files = read.files.into_iter().map(|(path, text)| (folder.join(path), text)).collect();
    Ok(Replacement { document, given: file.to_owned(), target, files, why })
}

fn no_two_files_in_one_place(family: &Family, found: &[Replacement]) -> Result<(), Failure> {
    for (at, one) in found.iter().enumerate() {
        for other in found.iter().skip(at + 1) {
            let clash = one
                .files
                .iter()
                .find(|(path, text)| other.files.iter().any(|(there, instead)| there == path && instead != text));
            if let Some((path, _)) = clash {
                return Err(Failure::Message {
                    code: "file-taken",
                    message: format!("two different files of family {} would become {}", family.name, path.display()),
                    help: "give one of them another name".to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn ids(family: &Family, which: &[usize]) -> String {
    let documents = which.iter().filter_map(|at| family.documents.get(*at));
    documents.map(|document| format!("`{}` ({})", document.id, document.file.0)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::load::MemoryFiles;

    use super::*;

    fn operations_of(path: &str, name: &str) -> Operations {
        let parameter = format!("{{name: {name}, in: path, required: true, type: string}}");
        let item = format!("{{parameters: [{parameter}], get: {{responses: {{'204': {{description: d}}}}}}}}");
        let text =
            format!("swagger: '2.0'\ninfo: {{title: T, version: '1'}}\nbasePath: /v1\npaths: {{'{path}': {item}}}\n");
        let files = MemoryFiles::new().with("a.yaml", &*text);
        operations(&load::load(&mut Context::new(), &files, Path::new("a.yaml")).unwrap().root)
    }

    #[test]
    fn an_operation_is_the_same_whatever_its_placeholders_are_called() {
        let old = operations_of("/a/{id}/b", "id");
        let new = operations_of("/a/{user_id}/b/", "user_id");
        assert_eq!(old.anonymous, new.anonymous);
        assert_eq!(old.anonymous.iter().collect::<Vec<_>>(), ["get /a/{}/b", "get /v1/a/{}/b"]);
        let (same, renamed) = (Common::of(&old, &old), Common::of(&old, &new));
        assert!(same > renamed && renamed.anonymous == 2 && renamed.exact == 0);
    }
}
