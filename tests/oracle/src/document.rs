//! A description as its author wrote it.

mod files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The dialect of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Swagger 2.0.
    Swagger2,
    /// OpenAPI 3.0.
    OpenApi30,
    /// OpenAPI 3.1, and 3.2, whose schemas are the same.
    OpenApi31,
}

/// A description, with the files that it refers to.
#[derive(Debug)]
pub struct Document {
    root: Value,
    dialect: Dialect,
    /// The other files, and the pointer that each of them has in the root.
    others: BTreeMap<PathBuf, String>,
}

impl Document {
    /// Reads a file, and the files that it refers to: JSON by its first character, otherwise YAML.
    ///
    /// # Errors
    ///
    /// The file can't be read or parsed, or names no known dialect.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut root = files::read(path)?;
        let others = files::bundle(&mut root, path);
        Self::of(root, others)
    }

    /// Parses a string, which has to be the whole description.
    ///
    /// # Errors
    ///
    /// The string can't be parsed, or names no known dialect.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::of(files::parse(text)?, BTreeMap::new())
    }

    fn of(root: Value, others: BTreeMap<PathBuf, String>) -> Result<Self, String> {
        let version = |key: &str| root.get(key).map(|value| value.to_string().trim_matches('"').to_owned());
        let dialect = match (version("swagger"), version("openapi")) {
            (Some(_), _) => Dialect::Swagger2,
            (_, Some(version)) if version.starts_with("3.0") => Dialect::OpenApi30,
            (_, Some(version)) if version.starts_with("3.") => Dialect::OpenApi31,
            _ => return Err("neither `swagger` nor `openapi` says what this is".into()),
        };
        Ok(Self { root, dialect, others })
    }

    /// The pointer (`#/…`) of a place in a file of the description, as [`target`](Self::target) takes it.
    pub fn place(&self, file: &Path, pointer: &str) -> String {
        match file.canonicalize().ok().and_then(|file| self.others.get(&file)) {
            Some(other) => format!("{other}{}", pointer.trim_start_matches('#')),
            None => pointer.to_owned(),
        }
    }

    /// Its dialect.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Its root object.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The target of a `$ref`.
    pub fn target(&self, reference: &str) -> Option<&Value> {
        let fragment = reference.strip_prefix('#')?;
        let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }

    /// The node itself, or the target of its `$ref`.
    ///
    /// # Errors
    ///
    /// A reference that leads nowhere, or a chain of references without end.
    pub fn resolve<'a>(&'a self, node: &'a Value) -> Result<&'a Value, String> {
        let mut node = node;
        for _ in 0..32 {
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Ok(node) };
            node = self.target(reference).ok_or_else(|| format!("`{reference}` leads nowhere"))?;
        }
        Err("a chain of references has no end".into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Document};

    #[test]
    fn other_files_are_read_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("api.yaml", "openapi: 3.0.0\nx: {$ref: 'parts/a b.yaml#/y'}\nlost: {$ref: 'none.yaml#/y'}");
        std::fs::create_dir(folder.path().join("parts")).unwrap();
        write("parts/a b.yaml", "y: {$ref: '#/z~1z'}\nz/z: {w: {$ref: '../api.yaml#/openapi'}}");
        let document = Document::read(&folder.path().join("api.yaml")).unwrap();
        let found = document.resolve(&document.root()["x"]).unwrap();
        assert_eq!(document.resolve(&found["w"]).unwrap(), "3.0.0");
        let place = document.place(&folder.path().join("parts/a b.yaml"), "#/z~1z");
        assert_eq!(document.target(&place), Some(found));
        assert!(document.resolve(&document.root()["lost"]).is_err());
    }

    #[test]
    fn knows_dialects_and_follows_references() {
        let dialect = |text: &str| Document::parse(text).map(|document| document.dialect());
        assert_eq!(dialect("swagger: '2.0'"), Ok(Dialect::Swagger2));
        assert_eq!(dialect("{\"openapi\": \"3.0.3\"}"), Ok(Dialect::OpenApi30));
        assert_eq!(dialect("openapi: 3.1"), Ok(Dialect::OpenApi31));
        assert!(dialect("info: {}").is_err());
        let document =
            Document::parse("openapi: 3.0.0\nx: {'a b': {$ref: '#/y'}}\ny: {z: 1}\nw: {$ref: '#/w'}").unwrap();
        let node = document.target("#/x/a%20b").unwrap();
        assert_eq!(document.resolve(node).unwrap()["z"], 1);
        assert!(document.resolve(&document.root()["w"]).is_err());
    }
}
