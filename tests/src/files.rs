//! Files of the repository.

use std::path::{Path, PathBuf};

/// Every hand-written file with this extension below a folder: build output, hidden files, fixtures and the golden
/// clients are left out.
pub fn written_files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            let is_other = ["clients", "fixtures", "target"].iter().any(|other| name == *other);
            if !is_other && !name.to_string_lossy().starts_with('.') {
                found.extend(written_files(&path, extension));
            }
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}
