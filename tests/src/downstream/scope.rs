//! The names of a module of generated source, and the paths that callers have for them.

use std::collections::BTreeMap;

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, UseTree};

/// A module of a generated crate.
pub(super) struct Scope<'a> {
    /// The path that the crate is called by.
    krate: &'a str,
    /// The path of the module in the crate.
    module: Vec<String>,
    /// The names that the module declares or imports, with their paths for callers.
    names: BTreeMap<String, TokenStream>,
    /// The type that `Self` stands for.
    own: TokenStream,
}

impl<'a> Scope<'a> {
    pub(super) fn new(krate: &'a str, module: &[&str], items: &[Item]) -> Self {
        let module = module.iter().map(|name| (*name).to_owned()).collect();
        let mut scope = Self { krate, module, names: BTreeMap::new(), own: TokenStream::new() };
        for item in items {
            match item {
                Item::Use(item) => scope.import(&item.tree, Vec::new(), item.leading_colon.is_some()),
                Item::Mod(item) => scope.declare(&item.ident),
                Item::Struct(item) => scope.declare(&item.ident),
                Item::Enum(item) => scope.declare(&item.ident),
                Item::Type(item) => scope.declare(&item.ident),
                Item::Const(item) => scope.declare(&item.ident),
                _ => {}
            }
        }
        scope
    }

    /// The scope of a module in this one.
    pub(super) fn inner(&self, name: &Ident, items: &[Item]) -> Self {
        let path: Vec<&str> = self.module.iter().map(String::as_str).collect();
        Scope::new(self.krate, &[&path[..], &[&name.to_string()]].concat(), items)
    }

    /// The same scope inside of an impl.
    pub(super) fn of_type(&self, ty: &impl ToTokens) -> Self {
        let own = self.public(ty);
        Scope { krate: self.krate, module: self.module.clone(), names: self.names.clone(), own }
    }

    fn declare(&mut self, name: &Ident) {
        let path = [&self.module[..], &[name.to_string()]].concat();
        self.names.insert(name.to_string(), self.path(&path));
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, is_global: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.import(&tree.tree, path, is_global);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(tree, path.clone(), is_global));
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = path.last().cloned().unwrap_or_default();
                self.names.insert(last, self.imported(&path, is_global));
            }
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.names.insert(name.ident.to_string(), self.imported(&path, is_global));
            }
            UseTree::Rename(tree) => {
                path.push(tree.ident.to_string());
                self.names.insert(tree.rename.to_string(), self.imported(&path, is_global));
            }
            UseTree::Glob(_) => {}
        }
    }

    fn imported(&self, path: &[String], is_global: bool) -> TokenStream {
        let is_own = path.first().is_some_and(|first| matches!(first.as_str(), "self" | "super"));
        if is_own && !is_global { self.path(&self.absolute(path)) } else { written("", path) }
    }

    /// A path of the module with its leading `self` and `super` resolved.
    fn absolute(&self, path: &[String]) -> Vec<String> {
        let mut absolute = self.module.clone();
        for name in path {
            match name.as_str() {
                "self" => {}
                "super" => drop(absolute.pop()),
                _ => absolute.push(name.clone()),
            }
        }
        absolute
    }

    /// The path for callers: both files are private modules whose contents are exported.
    fn path(&self, absolute: &[String]) -> TokenStream {
        let shown = match absolute {
            [file, rest @ ..] if matches!(file.as_str(), "client" | "generated") => rest,
            all => all,
        };
        written(self.krate, shown)
    }

    /// Types as callers write them.
    pub(super) fn public(&self, of: &impl ToTokens) -> TokenStream {
        let mut tokens = of.to_token_stream().into_iter().peekable();
        let mut out: Vec<TokenTree> = Vec::new();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.public(&group.stream()));
                    inner.set_span(group.span());
                    out.push(inner.into());
                }
                TokenTree::Ident(ident) if !is_continued(&out) => match ident.to_string().as_str() {
                    "Self" => out.extend(self.own.clone()),
                    name @ ("self" | "super") => {
                        let mut path = vec![name.to_owned()];
                        while let Some(TokenTree::Punct(colon)) = tokens.peek()
                            && colon.as_char() == ':'
                        {
                            tokens.next();
                            if let Some(TokenTree::Ident(_)) = tokens.peek()
                                && let Some(next) = tokens.next()
                            {
                                path.push(next.to_string());
                            }
                        }
                        out.extend(self.path(&self.absolute(&path)));
                    }
                    name => match self.names.get(name) {
                        Some(path) => out.extend(path.clone()),
                        None => out.push(ident.into()),
                    },
                },
                other => out.push(other),
            }
        }
        out.into_iter().collect()
    }
}

/// Whether the next identifier belongs to a path or a lifetime that has begun.
fn is_continued(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Punct(first), TokenTree::Punct(second)]
            if first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':' =>
        {
            true
        }
        [.., TokenTree::Punct(one)] => one.as_char() == '\'',
        _ => false,
    }
}

fn written(krate: &str, path: &[String]) -> TokenStream {
    let text = path.iter().fold(krate.to_owned(), |text, name| format!("{text}::{name}"));
    text.parse().unwrap()
}
