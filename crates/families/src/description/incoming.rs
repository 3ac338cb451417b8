//! A description from elsewhere that is to become part of the workspace.

use std::path::{Path, PathBuf};

use openapi_pipeline::{Context, Node, load};

use super::Folder;
use crate::failure::Failure;
use crate::workspace::Recording;

/// A description, and all files it needs.
pub(crate) struct Incoming {
    /// Its root, with the files it refers to.
    pub(crate) root: Node,
    /// Its name, without a folder.
    pub(crate) name: String,
    /// The text of each file, by its path below the folder of the description.
    pub(crate) files: Vec<(PathBuf, String)>,
}

/// Reads a description. The files it refers to must lie beside it or below.
pub(crate) fn read(file: &str) -> Result<Incoming, Failure> {
    let path = Path::new(file);
    let Some(name) = path.file_name() else {
        return Err(Failure::Message {
            code: "no-file",
            message: format!("`{file}` does not name a file"),
            help: "name the file of the description".to_owned(),
        });
    };
    let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
    let files = Recording::new(&folder);
    let mut cx = Context::new();
    // Overlays may correct what the check would refuse, so it comes after them.
    let published = match load::read(&mut cx, &files, Path::new(name)) {
        Ok(published) => published,
        Err(problems) => return Err(Failure::Input { problems, sources: cx.sources }),
    };
    let texts = files.read.into_inner().into_iter().map(|(path, bytes)| text(path, bytes));
    Ok(Incoming {
        root: published.root,
        name: name.to_string_lossy().into_owned(),
        files: texts.collect::<Result<_, _>>()?,
    })
}

fn text(path: PathBuf, bytes: Vec<u8>) -> Result<(PathBuf, String), Failure> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok((path, text)),
        Err(_) => Err(Failure::Message {
            code: "not-utf-8",
            message: format!("{} is not UTF-8", path.display()),
            help: "convert it first: the files of this repository are UTF-8".to_owned(),
        }),
    }
}
