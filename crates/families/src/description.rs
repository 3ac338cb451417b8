//! Descriptions at any path, as a user names them.

pub(crate) mod incoming;

use std::io;
use std::path::{Path, PathBuf};

use openapi_pipeline::load::{DiskFiles, Files};
use openapi_pipeline::select::Selection;
use openapi_pipeline::source::SourceId;
use openapi_pipeline::{Context, Diagnostic, Diagnostics};

/// The largest file with settings that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// Reads a text file with settings; `help` says what it should be.
pub(crate) fn text_file(cx: &mut Context, file: &Path, help: &str) -> Result<SourceId, Diagnostics> {
    let unreadable = |problem: String| {
        Diagnostic::new("unreadable-file", format!("could not read {}: {problem}", file.display())).help(help)
    };
    let bytes = match std::fs::metadata(file) {
        Ok(metadata) if metadata.len() > LARGEST => Err(unreadable(format!("it has more than {LARGEST} bytes"))),
        _ => std::fs::read(file).map_err(|error| unreadable(error.to_string())),
    }?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    Ok(cx.sources.add(file.display().to_string(), text))
}

/// Parses criteria: `tag:NAME`, `path:GLOB`, `operation:ID`.
pub(crate) fn selection(criteria: &[String]) -> Result<Selection, Diagnostics> {
    let mut selection = Selection::default();
    let mut problems = Diagnostics::default();
    for criterion in criteria {
        let list = match criterion.split_once(':') {
            Some(("tag", value)) => (&mut selection.tags, value),
            Some(("path", value)) => (&mut selection.paths, value),
            Some(("operation", value)) => (&mut selection.operations, value),
            _ => {
                problems.push(
                    Diagnostic::new("selection", format!("`{criterion}` doesn't say what to select")).help(
                        "write `tag:NAME`, `path:GLOB` (`*` within a segment, `**` across them) or `operation:ID`",
                    ),
                );
                continue;
            }
        };
        list.0.push((list.1.to_owned(), None));
    }
    problems.into_result()?;
    Ok(selection)
}

/// The files below the root folder, and the path of one of them within it.
pub(crate) fn open(file: &Path, root: Option<&Path>) -> Result<(Folder, PathBuf), Diagnostics> {
    // A symbolic link to a description is followed, and the files it refers to lie beside the target.
    let target = if file.is_symlink() { file.canonicalize().ok() } else { None };
    let file = target.as_deref().unwrap_or(file);
    let parent = file.parent().unwrap_or(Path::new(""));
    let root = root.unwrap_or(parent);
    let path = match file.strip_prefix(root) {
        Ok(path) => path.to_owned(),
        // Either the paths are spelled differently, or the file isn't below the root.
        Err(_) => {
            let absolute = |path: &Path| if path.as_os_str().is_empty() { Path::new(".") } else { path }.canonicalize();
            let inside = absolute(file).ok().zip(absolute(root).ok());
            inside
                .and_then(|(file, root)| file.strip_prefix(root).ok().map(Path::to_owned))
                .ok_or_else(|| outside(file, root))?
        }
    };
    Ok((Folder::new(root), path))
}

fn outside(file: &Path, root: &Path) -> Diagnostics {
    Diagnostic::new("outside-root", format!("{} does not lie in {}", file.display(), root.display()))
        .help("name a --root that holds the description and all files it refers to")
        .into()
}

/// A folder whose files are shown by the paths the user would type.
pub(crate) struct Folder {
    disk: DiskFiles,
    shown: PathBuf,
}

impl Folder {
    fn new(shown: &Path) -> Self {
        let disk = DiskFiles::new(if shown.as_os_str().is_empty() { Path::new(".") } else { shown });
        Self { disk, shown: shown.to_owned() }
    }
}

impl Files for Folder {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.disk.read(path, limit)
    }

    fn name(&self, path: &Path) -> String {
        self.shown.join(path).display().to_string()
    }
}
