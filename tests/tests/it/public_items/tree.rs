//! The modules of a crate, as declared by its sources, without tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, Meta, Visibility};

use super::names::{Import, imports, name};
use crate::attributes::attributes;

/// The modules of a crate.
pub(super) struct Tree {
    /// The first one is the root.
    pub(super) modules: Vec<Module>,
}

/// A module of a crate.
#[derive(Default)]
pub(super) struct Module {
    /// Its path, such as `exec::body`; that of the root is empty.
    pub(super) path: String,
    pub(super) parent: usize,
    pub(super) children: BTreeMap<String, Child>,
    /// The items declared in it, besides modules; functions without their bodies.
    pub(super) items: Vec<Item>,
    /// The names of the items.
    pub(super) names: BTreeSet<String>,
    /// Its imports.
    pub(super) imports: Vec<Import>,
}

/// A child module.
pub(super) struct Child {
    pub(super) module: usize,
    pub(super) public: bool,
    pub(super) attributes: Vec<Attribute>,
}

impl Module {
    fn add(&mut self, mut item: Item) {
        WithoutBodies.visit_item_mut(&mut item);
        self.names.extend(name(&item).map(|(name, _)| name));
        if let Item::Use(item) = &item {
            self.imports.extend(imports(&item.tree));
        }
        self.items.push(item);
    }
}

/// Removes bodies, which are most of a source and not part of the interface.
struct WithoutBodies;

impl VisitMut for WithoutBodies {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }
}

impl Tree {
    /// The crate whose root is this file.
    pub(super) fn read(root: &Path) -> Self {
        let mut tree = Self { modules: Vec::new() };
        tree.file(root, root.parent().unwrap(), String::new(), 0);
        tree
    }

    fn file(&mut self, file: &Path, folder: &Path, path: String, parent: usize) -> usize {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.module(parsed.items, folder, path, parent)
    }

    /// Adds a module whose child modules are in `folder`.
    fn module(&mut self, items: Vec<Item>, folder: &Path, path: String, parent: usize) -> usize {
        let at = self.modules.len();
        self.modules.push(Module { path: path.clone(), parent, ..Module::default() });
        for item in items.into_iter().filter(|item| may_exist(attributes(item))) {
            let Item::Mod(module) = item else {
                self.modules[at].add(item);
                continue;
            };
            let name = module.ident.to_string();
            let below = folder.join(&name);
            let path = if path.is_empty() { name.clone() } else { format!("{path}::{name}") };
            let inner = match module.content {
                Some((_, items)) => self.module(items, &below, path, at),
                None => self.file(&file_of(&module.attrs, folder, &name), &below, path, at),
            };
            let public = is_public(&module.vis);
            self.modules[at].children.insert(name, Child { module: inner, public, attributes: module.attrs });
        }
        at
    }
}

fn file_of(attributes: &[Attribute], folder: &Path, name: &str) -> PathBuf {
    let beside = [format!("{name}.rs"), format!("{name}/mod.rs")].map(|file| folder.join(file));
    // `#[path]` is relative to the folder of the file with the attribute.
    let chosen = attributes.iter().find_map(chosen_file).map(|file| folder.parent().unwrap().join(file));
    let found = chosen.into_iter().chain(beside).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("there is no file for the module `{name}` in {}", folder.display()))
}

/// The file given by `#[path = "…"]`, with or without a condition.
fn chosen_file(attribute: &Attribute) -> Option<String> {
    let mut file = None;
    let named = |meta: &Meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let parts = list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated);
            file = parts.ok().and_then(|parts| parts.iter().find_map(named));
        }
        meta => file = file.or_else(|| named(meta)),
    }
    file
}

/// Whether an item may be compiled for users of the crate: on some system, with some features, and not only for tests.
pub(super) fn may_exist(attributes: &[Attribute]) -> bool {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions
        .filter_map(|attribute| attribute.parse_args::<Meta>().ok())
        .all(|condition| holds(&condition) != Some(false))
}

/// Whether a condition holds; `None` where that depends on the system or the features.
fn holds(condition: &Meta) -> Option<bool> {
    match condition {
        Meta::Path(path) => ["test", "doctest"].iter().any(|name| path.is_ident(name)).then_some(false),
        Meta::NameValue(_) => None,
        Meta::List(list) => {
            let parts = list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated);
            let parts: Vec<Option<bool>> = parts.unwrap().iter().map(holds).collect();
            let decisive = list.path.is_ident("any");
            if list.path.is_ident("not") {
                parts[0].map(|holds| !holds)
            } else if parts.contains(&Some(decisive)) {
                Some(decisive)
            } else {
                parts.iter().all(Option::is_some).then_some(!decisive)
            }
        }
    }
}

pub(super) fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
