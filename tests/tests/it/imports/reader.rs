//! The modules of a crate, and the names that each imports from others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

use super::Arrows;
use crate::attributes::attributes;

/// A path of names from the root of the crate.
type ModulePath = Vec<String>;

/// A crate as read from its files.
pub(super) struct Crate {
    modules: BTreeMap<ModulePath, Module>,
    arrows: Arrows,
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    /// The items defined in it.
    items: BTreeSet<String>,
    /// Names for items defined elsewhere, with their paths.
    aliases: BTreeMap<String, Vec<String>>,
    /// The modules imported by globs.
    globs: Vec<Vec<String>>,
    /// The paths in its code.
    paths: BTreeSet<Vec<String>>,
}

/// The limit of names that lead to another name.
const DEEPEST: usize = 16;

impl Crate {
    /// Reads a crate from its first file on, without code for tests.
    pub(super) fn read(root: &Path) -> Self {
        let mut read = Self { modules: BTreeMap::new(), arrows: Arrows::new() };
        read.file(root, root.parent().unwrap(), Vec::new());
        read.arrows = read.find_arrows();
        read
    }

    pub(super) fn arrows(&self) -> &Arrows {
        &self.arrows
    }

    /// The path of the module that a file contains.
    pub(super) fn module(&self, file: &Path) -> &[String] {
        self.modules
            .iter()
            .filter(|(_, module)| module.file == file)
            .map(|(path, _)| path.as_slice())
            .min_by_key(|path| path.len())
            .unwrap()
    }

    /// `below` is the folder of the file's child modules.
    fn file(&mut self, file: &Path, below: &Path, path: ModulePath) {
        let source = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&source).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.items(file, below, path, &parsed.items);
    }

    fn items(&mut self, file: &Path, below: &Path, path: ModulePath, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            if is_for_tests(attributes(item)) {
                continue;
            }
            if let Some(name) = name_of(item) {
                module.items.insert(name);
            }
            match item {
                Item::Mod(inner) => {
                    let name = plain(&inner.ident);
                    let inside: ModulePath = path.iter().cloned().chain([name.clone()]).collect();
                    match &inner.content {
                        Some((_, items)) => self.items(file, &below.join(&name), inside, items),
                        None => {
                            let usual = [below.join(format!("{name}.rs")), below.join(&name).join("mod.rs")];
                            let given = given_path(&inner.attrs).map(|given| file.parent().unwrap().join(given));
                            let source = usual.into_iter().chain(given).find(|path| path.is_file()).unwrap();
                            self.file(&source, &below.join(&name), inside);
                        }
                    }
                }
                Item::Use(taken) => take(&mut module, &mut Vec::new(), &taken.tree),
                other => Paths { found: &mut module.paths }.visit_item(other),
            }
        }
        self.modules.insert(path, module);
    }

    fn find_arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (path, module) in &self.modules {
            let written = module.paths.iter().cloned();
            let taken = module.aliases.values().cloned();
            let globs = module.globs.iter().cloned().map(|path| [path, vec!["*".to_owned()]].concat());
            for name in written.chain(taken).chain(globs) {
                let Some(absolute) = self.absolute(path, &name) else { continue };
                let Some(file) = self.defined_in(&absolute, DEEPEST) else { continue };
                if file != module.file {
                    let name = absolute.last().cloned().unwrap_or_default();
                    arrows.entry(module.file.clone()).or_default().entry(file).or_default().insert(name);
                }
            }
        }
        arrows
    }

    /// A path in a module's code as a path from the root; `None` for those of other crates.
    fn absolute(&self, module: &ModulePath, written: &[String]) -> Option<ModulePath> {
        let (first, rest) = written.split_first()?;
        let mut path = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module.split_last()?.1.to_vec(),
            name => {
                let child: ModulePath = module.iter().cloned().chain([name.to_owned()]).collect();
                let alias = self.modules.get(module)?.aliases.get(name);
                match alias.filter(|target| target.first() != Some(first)) {
                    _ if self.modules.contains_key(&child) => child,
                    // An imported name leads on from the target of its import.
                    Some(target) => return self.absolute(module, &[target.clone(), rest.to_vec()].concat()),
                    None => return None,
                }
            }
        };
        for name in rest {
            match name.as_str() {
                "super" => _ = path.pop(),
                "self" => {}
                name => path.push(name.to_owned()),
            }
        }
        Some(path)
    }

    /// The file that defines the target of a path. A path that the root of the crate lacks is in quoted code, which is
    /// for another crate.
    fn defined_in(&self, path: &[String], depth: usize) -> Option<PathBuf> {
        let depth = depth.checked_sub(1)?;
        let length = (0..=path.len()).rev().find(|length| self.modules.contains_key(&path[..*length]))?;
        let (at, rest) = path.split_at(length);
        let module = &self.modules[at];
        let elsewhere = (!at.is_empty()).then(|| module.file.clone());
        let Some((name, further)) = rest.split_first() else { return elsewhere };
        if module.items.contains(name) || name == "*" {
            return Some(module.file.clone());
        }
        if let Some(target) = module.aliases.get(name) {
            let target = self.absolute(&at.to_vec(), target)?;
            return self.defined_in(&[target, further.to_vec()].concat(), depth);
        }
        for glob in &module.globs {
            let Some(target) = self.absolute(&at.to_vec(), glob) else { continue };
            let holds = self.modules.get(&target).is_some_and(|module| {
                module.items.contains(name) || module.aliases.contains_key(name) || !module.globs.is_empty()
            });
            if holds {
                return self.defined_in(&[target, rest.to_vec()].concat(), depth);
            }
        }
        elsewhere
    }
}

/// Adds the names that a `use` declares.
fn take(module: &mut Module, before: &mut Vec<String>, tree: &UseTree) {
    match tree {
        UseTree::Path(path) => {
            before.push(plain(&path.ident));
            take(module, before, &path.tree);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = before.last().cloned() {
                module.aliases.insert(last, before.clone());
            }
        }
        UseTree::Name(name) => {
            let name = plain(&name.ident);
            module.aliases.insert(name.clone(), [before.clone(), vec![name]].concat());
        }
        UseTree::Rename(renamed) => {
            let path = [before.clone(), vec![plain(&renamed.ident)]].concat();
            let name = if renamed.rename == "_" { path.join("::") } else { plain(&renamed.rename) };
            module.aliases.insert(name, path);
        }
        UseTree::Glob(_) => module.globs.push(before.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| take(module, before, tree)),
    }
}

/// Collects the paths in code, also in macro calls.
struct Paths<'a> {
    found: &'a mut BTreeSet<Vec<String>>,
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 && path.leading_colon.is_none() {
            self.found.insert(path.segments.iter().map(|segment| plain(&segment.ident)).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.tokens(&called.tokens);
        visit::visit_macro(self, called);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        self.tokens(&item.mac.tokens);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}
}

impl Paths<'_> {
    fn tokens(&mut self, tokens: &TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    path.push(name.to_string().trim_start_matches("r#").to_owned());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    self.tokens(&group.stream());
                    colons = 0;
                }
                _ => {
                    self.end(&mut path);
                    colons = 0;
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.found.insert(path);
        }
    }
}

fn plain(name: &syn::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.clone().into_iter().any(is_test))
    })
}

fn is_test(token: TokenTree) -> bool {
    matches!(&token, TokenTree::Ident(name) if name == "test")
}

/// The first file given by `#[path = "…"]`, with or without a condition.
fn given_path(attributes: &[Attribute]) -> Option<String> {
    let written: Vec<String> = attributes.iter().map(|attribute| quote::quote!(#attribute).to_string()).collect();
    let given = written.iter().find_map(|text| text.split_once("path = \""))?;
    given.1.split('"').next().map(str::to_owned)
}

fn name_of(item: &Item) -> Option<String> {
    Some(plain(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    }))
}
