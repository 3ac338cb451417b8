//! Resolves names and paths in modules.

use syn::{Item, UseTree};

use super::tree::{Tree, is_public};

/// The module that declares an item, and the item's name there.
pub(super) type Declared = (usize, String);

/// The target of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A module of the crate.
    Module(usize),
    /// An item that the crate declares.
    Own(Declared),
    /// An item of another crate, or of the prelude, with its path as far as imports show it.
    Foreign(String),
}

/// A name that a `use` declares.
pub(super) struct Import {
    /// `None` for a glob.
    pub(super) name: Option<String>,
    pub(super) path: Vec<String>,
}

/// The names that a `use` declares.
pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    fn collect(tree: &UseTree, path: &[String], found: &mut Vec<Import>) {
        let with = |name: &dyn ToString| [path, &[name.to_string()]].concat();
        let import = |name: &dyn ToString, path: Vec<String>| Import { name: Some(name.to_string()), path };
        match tree {
            UseTree::Path(inner) => collect(&inner.tree, &with(&inner.ident), found),
            UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, path, found)),
            UseTree::Glob(_) => found.push(Import { name: None, path: path.to_vec() }),
            UseTree::Name(name) if name.ident == "self" => {
                found.push(import(path.last().unwrap(), path.to_vec()));
            }
            UseTree::Name(name) => found.push(import(&name.ident, with(&name.ident))),
            UseTree::Rename(name) if name.ident == "self" => found.push(import(&name.rename, path.to_vec())),
            UseTree::Rename(name) => found.push(import(&name.rename, with(&name.ident))),
        }
    }
    let mut found = Vec::new();
    collect(tree, &[], &mut found);
    found
}

/// The name of an item that has one in paths, and whether the item is public.
pub(super) fn name(item: &Item) -> Option<(String, bool)> {
    let (name, visibility) = match item {
        Item::Const(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Fn(item) => (&item.sig.ident, &item.vis),
        Item::Static(item) => (&item.ident, &item.vis),
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Trait(item) => (&item.ident, &item.vis),
        Item::Type(item) => (&item.ident, &item.vis),
        Item::Union(item) => (&item.ident, &item.vis),
        _ => return None,
    };
    Some((name.to_string(), is_public(visibility)))
}

impl Tree {
    /// The target of a path in a module; `None` for an item that a macro declares, since macros aren't expanded.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> Option<Target> {
        self.resolve_in(module, path, &mut Vec::new())
    }

    /// `looked_up` are the names being looked up already, since globs can have cycles.
    fn resolve_in(&self, module: usize, path: &[String], looked_up: &mut Vec<Declared>) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(module),
            "super" => Target::Module(self.modules[module].parent),
            name => self.look_up(module, name, looked_up).unwrap_or_else(|| Target::Foreign(name.to_owned())),
        };
        while let Some((next, behind)) = rest.split_first() {
            at = match at {
                Target::Module(inside) if next == "super" => Target::Module(self.modules[inside].parent),
                Target::Module(inside) => self.look_up(inside, next, looked_up)?,
                Target::Foreign(path) => Target::Foreign(format!("{path}::{next}")),
                // A variant, or an associated item of a type.
                Target::Own(_) => return None,
            };
            rest = behind;
        }
        Some(at)
    }

    fn look_up(&self, module: usize, wanted: &str, looked_up: &mut Vec<Declared>) -> Option<Target> {
        let here = &self.modules[module];
        if let Some(child) = here.children.get(wanted) {
            return Some(Target::Module(child.module));
        }
        if here.names.contains(wanted) {
            return Some(Target::Own((module, wanted.to_owned())));
        }
        let question = (module, wanted.to_owned());
        if looked_up.contains(&question) {
            return None;
        }
        looked_up.push(question);
        let by_name = here.imports.iter().find(|import| import.name.as_deref() == Some(wanted));
        let found = by_name.and_then(|import| self.resolve_in(module, &import.path, looked_up)).or_else(|| {
            here.imports.iter().filter(|import| import.name.is_none()).find_map(|import| {
                match self.resolve_in(module, &import.path, looked_up)? {
                    Target::Module(inside) => self.look_up(inside, wanted, looked_up),
                    _ => None,
                }
            })
        });
        looked_up.pop();
        found
    }
}
