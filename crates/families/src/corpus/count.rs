//! Counts the operations of the files as published, independently of the pipeline.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use granit_parser::{Event, Parser, StrInput};

/// The facts counted in a file.
pub(super) struct Counted {
    /// The version it declares.
    pub(super) dialect: String,
    /// How many operations it has.
    pub(super) operations: usize,
}

/// Counts the operations of a file; `None` if it is no description.
pub(super) fn count(path: &Path) -> Option<Counted> {
    let mut files = Files::default();
    let root = files.read(path)?;
    let dialect = ["swagger", "openapi"].into_iter().find_map(|key| root.get(key)?.text())?.to_owned();
    let base = (path.to_owned(), Rc::clone(&root));
    let paths = root.get("paths").map(|paths| files.follow(&base, paths));
    let mut operations = 0;
    if let Some((base, paths)) = paths {
        for (_, item) in paths.entries().filter(|(key, _)| !key.starts_with("x-")) {
            operations += files.methods(&base, item, dialect.starts_with("3.2")).len();
        }
    }
    Some(Counted { dialect, operations })
}

/// A value of JSON or YAML; YAML aliases share it.
enum Tree {
    Text(String),
    List,
    Map(Vec<(String, Rc<Tree>)>),
}

impl Tree {
    fn entries(&self) -> impl Iterator<Item = (&str, &Rc<Tree>)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    fn get(&self, key: &str) -> Option<&Rc<Tree>> {
        self.entries().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A file, and the value at its root.
type Base = (PathBuf, Rc<Tree>);

#[derive(Default)]
struct Files(HashMap<PathBuf, Option<Rc<Tree>>>);

impl Files {
    fn read(&mut self, path: &Path) -> Option<Rc<Tree>> {
        if let Some(known) = self.0.get(path) {
            return known.clone();
        }
        let bytes = std::fs::read(path).ok()?;
        let tree = match serde_json::from_slice::<serde_json::Value>(&bytes) {
            Ok(value) => Some(Rc::new(from_json(value))),
            Err(_) => String::from_utf8(bytes).ok().and_then(|text| from_yaml(&text)),
        };
        self.0.insert(path.to_owned(), tree.clone());
        tree
    }

    /// The target of a value's `$ref`, in this file or another one, or the value itself.
    fn follow(&mut self, base: &Base, value: &Rc<Tree>) -> (Base, Rc<Tree>) {
        let (mut base, mut value) = (base.clone(), Rc::clone(value));
        for _ in 0..16 {
            let Some(reference) = value.get("$ref").and_then(|reference| reference.text()) else { break };
            let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            if !file.is_empty() {
                let path = base.0.parent().unwrap_or(Path::new("")).join(file);
                let Some(root) = self.read(&path) else { break };
                base = (path, root);
            }
            let Some(target) = at(&base.1, pointer) else { break };
            value = target;
        }
        (base, value)
    }

    /// The methods of a path item: its own, those of its `$ref` target, and those merged by YAML's `<<`.
    fn methods(&mut self, base: &Base, item: &Rc<Tree>, further: bool) -> BTreeSet<String> {
        const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
        let mut found = BTreeSet::new();
        for item in [Rc::clone(item), self.follow(base, item).1] {
            let merged = item.get("<<").cloned();
            for one in [Some(item), merged].into_iter().flatten() {
                let own = one.entries().filter(|(key, value)| {
                    (METHODS.contains(key) || further && *key == "query") && matches!(***value, Tree::Map(_))
                });
                found.extend(own.map(|(key, _)| key.to_owned()));
                if let Some(additional) = one.get("additionalOperations").filter(|_| further) {
                    found.extend(additional.entries().map(|(key, _)| key.to_owned()));
                }
            }
        }
        found
    }
}

fn at(root: &Rc<Tree>, pointer: &str) -> Option<Rc<Tree>> {
    let mut value = Rc::clone(root);
    for step in pointer.split('/').skip(1) {
        let step = step.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~");
        let next = Rc::clone(value.get(&step)?);
        value = next;
    }
    Some(value)
}

fn from_json(value: serde_json::Value) -> Tree {
    match value {
        serde_json::Value::Object(members) => {
            Tree::Map(members.into_iter().map(|(key, value)| (key, Rc::new(from_json(value)))).collect())
        }
        serde_json::Value::Array(_) => Tree::List,
        serde_json::Value::String(text) => Tree::Text(text),
        other => Tree::Text(other.to_string()),
    }
}

/// A map or an array that isn't closed yet: its anchor, its entries, and the key whose value comes next.
struct Open {
    anchor: usize,
    list: bool,
    entries: Vec<(String, Rc<Tree>)>,
    key: Option<String>,
}

fn from_yaml(text: &str) -> Option<Rc<Tree>> {
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, Rc<Tree>> = HashMap::new();
    while let Some(event) = parser.next_event() {
        let start = |anchor, list| Open { anchor, list, entries: Vec::new(), key: None };
        let (anchor, value) = match event.ok()?.0 {
            Event::Scalar(text, _, anchor, _) => (anchor, Rc::new(Tree::Text(text.into_owned()))),
            Event::Alias(anchor) => (0, Rc::clone(anchors.get(&anchor)?)),
            Event::SequenceStart(_, anchor, _) => {
                open.push(start(anchor, true));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                open.push(start(anchor, false));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let done = open.pop()?;
                (done.anchor, Rc::new(if done.list { Tree::List } else { Tree::Map(done.entries) }))
            }
            _ => continue,
        };
        if anchor != 0 {
            anchors.insert(anchor, Rc::clone(&value));
        }
        match open.last_mut() {
            None => return Some(value),
            Some(parent) if parent.list => {}
            Some(parent) => match parent.key.take() {
                Some(key) => parent.entries.push((key, value)),
                None => parent.key = Some(value.text().unwrap_or_default().to_owned()),
            },
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(files: &[(&str, &str)]) -> Option<(String, usize)> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        count(&folder.path().join(files[0].0)).map(|counted| (counted.dialect, counted.operations))
    }

    #[test]
    fn operations_are_counted_in_either_form() {
        let json = r##"{"swagger": "2.0", "paths": {"/a": {"get": {}, "parameters": []}, "x-b": {"get": {}}}}"##;
        assert_eq!(counted(&[("a.json", json)]), Some(("2.0".to_owned(), 1)));
        let yaml = "openapi: 3.1.0\nx: &shared\n  get: {}\n  post: {}\npaths:\n  /a: *shared\n  /b:\n    <<: *shared\n    put: {}\n";
        assert_eq!(counted(&[("a.yaml", yaml)]), Some(("3.1.0".to_owned(), 5)));
    }

    #[test]
    fn references_of_path_items_are_followed() {
        let root = "openapi: 3.2.0\npaths:\n  /a: {$ref: 'b.yaml#/items/~1a'}\n  /c: {$ref: '#/components/pathItems/C'}\ncomponents:\n  pathItems:\n    C: {query: {}, additionalOperations: {LINK: {}}}\n";
        let other = "items:\n  /a: {get: {}, delete: {}, summary: x}\n";
        assert_eq!(counted(&[("a.yaml", root), ("b.yaml", other)]), Some(("3.2.0".to_owned(), 4)));
    }

    #[test]
    fn other_files_are_no_descriptions() {
        for text in ["", "a: b", "- swagger", "{\"overlay\": \"1.0.0\"}", "not: [closed"] {
            assert_eq!(counted(&[("a.yaml", text)]), None, "{text}");
        }
    }
}
