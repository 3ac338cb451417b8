//! The descriptions to compare as people name them: a file, `REVISION:path` of a git repository, an
//! address, or `-`.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use openapi_pipeline::load::Files;
use openapi_pipeline::{Diagnostic, Diagnostics};

use super::online::{Addressed, Online};
use super::revision::Revision;
use crate::description::open;
use crate::http;

/// The meaning of an argument.
#[derive(Debug, PartialEq, Eq)]
enum Input<'a> {
    Stdin,
    File(&'a Path),
    Revision { revision: &'a str, path: &'a str },
    Address(&'a str),
}

impl<'a> Input<'a> {
    /// A file that exists is meant whatever its name; `-` is a file only as `./-`.
    fn of(argument: &'a Path) -> Self {
        if argument == Path::new("-") {
            return Self::Stdin;
        }
        if let Some(url) = argument.to_str().filter(|text| http::is_url(text) && !argument.exists()) {
            return Self::Address(url);
        }
        let named = argument.to_str().and_then(|text| text.split_once(':'));
        match named {
            Some((revision, path)) if !argument.exists() && !is_drive(revision, path) => {
                Self::Revision { revision, path }
            }
            _ => Self::File(argument),
        }
    }
}

/// Whether a description is at an address.
pub(super) fn is_address(argument: &Path) -> bool {
    matches!(Input::of(argument), Input::Address(_))
}

/// The name of a description in what is shown.
pub(super) fn shown(argument: &Path) -> String {
    match Input::of(argument) {
        Input::Address(url) => http::shown(url).to_owned(),
        _ => argument.display().to_string(),
    }
}

/// Whether a colon belongs to a drive of Windows, such as `C:\`.
fn is_drive(before: &str, behind: &str) -> bool {
    before.len() == 1 && before.chars().all(|letter| letter.is_ascii_alphabetic()) && behind.starts_with('\\')
}

/// Whether both descriptions are standard input, which can be read once.
pub(super) fn only_once(old: &Path, new: &Path) -> Result<(), Diagnostics> {
    let is_input = |argument| Input::of(argument) == Input::Stdin;
    if !(is_input(old) && is_input(new)) {
        return Ok(());
    }
    let problem = Diagnostic::new("standard-input", "both descriptions are to be read from standard input");
    Err(problem.help("write `-` for one of them, and name the other as a file or `REVISION:path`").into())
}

/// The files of a description, and its path among them.
pub(super) fn files(
    argument: &Path,
    root: Option<&Path>,
    online: Option<&Online<'_>>,
) -> Result<(Box<dyn Files>, PathBuf), Diagnostics> {
    match Input::of(argument) {
        Input::File(file) => open(file, root).map(|(folder, path)| (Box::new(folder) as Box<dyn Files>, path)),
        // As YAML it may be any of both: what is no JSON in spite of a brace is tried as YAML.
        Input::Stdin => Ok((Box::new(StandardInput), PathBuf::from("-.yaml"))),
        Input::Address(url) => Ok((Box::new(Addressed::get(url, online)?), PathBuf::from(Addressed::PATH))),
        Input::Revision { revision, path } => {
            let (files, path) = Revision::open(Path::new("."), revision, path, root)?;
            Ok((Box::new(files), path))
        }
    }
}

/// One description, and no other files.
struct StandardInput;

impl Files for StandardInput {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        if path != Path::new("-.yaml") {
            let message = "standard input brings one description, and none of the files that it refers to";
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        let mut content = Vec::new();
        io::stdin().lock().take(limit.saturating_add(1)).read_to_end(&mut content)?;
        Ok(content)
    }

    fn name(&self, path: &Path) -> String {
        if path == Path::new("-.yaml") { "<stdin>".to_owned() } else { path.display().to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_classified() {
        for (argument, expected) in [
            ("-", Input::Stdin),
            ("./-", Input::File(Path::new("./-"))),
            ("Cargo.toml", Input::File(Path::new("Cargo.toml"))),
            ("HTTPS://a.example/b.json", Input::Address("HTTPS://a.example/b.json")),
            ("http:b.json", Input::Revision { revision: "http", path: "b.json" }),
            ("C:\\api.yaml", Input::File(Path::new("C:\\api.yaml"))),
            ("v1.0:a:b.yaml", Input::Revision { revision: "v1.0", path: "a:b.yaml" }),
            (":a.yaml", Input::Revision { revision: "", path: "a.yaml" }),
        ] {
            assert_eq!(Input::of(Path::new(argument)), expected, "{argument}");
        }
        assert!(only_once(Path::new("-"), Path::new("-")).is_err());
        assert!(only_once(Path::new("-"), Path::new("./-")).is_ok());
    }
}
