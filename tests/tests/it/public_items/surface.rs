//! The items that users of a crate can name, as one source without bodies, in which each item has its public path.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, GenericArgument, ImplItem, Item, ItemImpl, ItemUse, PathArguments, TraitItem, Type};

use super::names::{Declared, Target, imports, name};
use super::tree::{Tree, is_public, may_exist};

/// The public face of a crate.
pub(super) struct PublicSurface {
    /// Its items, as source.
    pub(super) source: String,
    /// Other public paths of items, and exported items of other crates: the path, and its target.
    pub(super) reexports: BTreeSet<String>,
}

/// The public path of an item.
#[derive(Clone)]
struct Public {
    /// The module, empty for the root.
    module: String,
    name: String,
    /// The attributes of its module that apply to it: conditions, and whether it is hidden from documentation.
    marks: Vec<Attribute>,
}

impl Public {
    fn path(&self) -> String {
        joined(&self.module, &self.name)
    }
}

/// A module that users can name.
#[derive(Clone)]
struct Reached {
    module: usize,
    path: String,
    marks: Vec<Attribute>,
}

pub(super) fn of(tree: &Tree) -> PublicSurface {
    let mut found = Found { tree, reached: Vec::new(), items: BTreeMap::new(), reexports: BTreeSet::new() };
    found.reach(Reached { module: 0, path: String::new(), marks: Vec::new() });
    // An item declared in a public module keeps that path, even if it is exported again elsewhere.
    let mut next = 0;
    while let Some(reached) = found.reached.get(next).cloned() {
        found.exports(&reached);
        next += 1;
    }
    let source = found.source();
    PublicSurface { source, reexports: found.reexports }
}

fn joined(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

/// The attributes of a module or an export that also apply to its items.
fn marks(attributes: &[Attribute]) -> impl Iterator<Item = Attribute> {
    let shared = attributes.iter().filter(|attribute| {
        attribute.path().is_ident("cfg")
            || attribute.path().is_ident("doc") && attribute.to_token_stream().to_string().contains("hidden")
    });
    shared.cloned()
}

struct Found<'a> {
    tree: &'a Tree,
    reached: Vec<Reached>,
    items: BTreeMap<Declared, Public>,
    reexports: BTreeSet<String>,
}

impl Found<'_> {
    /// Adds a module that users can name, with its public descendants.
    fn reach(&mut self, reached: Reached) {
        let module = &self.tree.modules[reached.module];
        for item in &module.items {
            if let Some((name, true)) = name(item) {
                self.declare((reached.module, name.clone()), &reached, &name, &[]);
            }
        }
        for (name, child) in module.children.iter().filter(|(_, child)| child.public) {
            let marks = reached.marks.iter().cloned().chain(marks(&child.attributes)).collect();
            let path = joined(&reached.path, name);
            self.reach(Reached { module: child.module, path, marks });
        }
        self.reached.push(reached);
    }

    fn declare(&mut self, declared: Declared, at: &Reached, name: &str, attributes: &[Attribute]) {
        let public = Public {
            module: at.path.clone(),
            name: name.to_owned(),
            marks: at.marks.iter().cloned().chain(marks(attributes)).collect(),
        };
        match self.items.get(&declared) {
            Some(first) if first.path() == public.path() => {}
            Some(first) => {
                self.reexports.insert(format!("{} = {}", public.path(), first.path()));
            }
            None => {
                self.items.insert(declared, public);
            }
        }
    }

    /// Adds the items that a module exports and another one declares.
    fn exports(&mut self, at: &Reached) {
        let uses = self.tree.modules[at.module].items.iter().filter_map(|item| match item {
            Item::Use(item) if is_public(&item.vis) => Some(item),
            _ => None,
        });
        for item in uses {
            self.export(at.module, item, at);
        }
    }

    /// Adds the items that a `use` in the module `from` exports at a path.
    fn export(&mut self, from: usize, item: &ItemUse, at: &Reached) {
        for import in imports(&item.tree) {
            let target = self.tree.resolve(from, &import.path);
            match (import.name, target) {
                (None, Some(Target::Module(module))) => self.export_all(module, item, at),
                (None, _) => {
                    self.reexports.insert(format!("{} = {}::*", joined(&at.path, "*"), import.path.join("::")));
                }
                (Some(name), Some(Target::Own(declared))) => self.declare(declared, at, &name, &item.attrs),
                (Some(name), Some(Target::Module(module))) => {
                    let path = joined(&at.path, &name);
                    match self.reached.iter().find(|reached| reached.module == module) {
                        Some(reached) if reached.path == path => {}
                        Some(reached) => {
                            self.reexports.insert(format!("{path} = {}", reached.path));
                        }
                        None => {
                            let marks = at.marks.iter().cloned().chain(marks(&item.attrs)).collect();
                            self.reach(Reached { module, path, marks });
                        }
                    }
                }
                (Some(name), Some(Target::Foreign(path))) => {
                    self.reexports.insert(format!("{} = {path}", joined(&at.path, &name)));
                }
                (Some(name), None) => {
                    let made = format!("{} = {} (made by a macro)", joined(&at.path, &name), import.path.join("::"));
                    self.reexports.insert(made);
                }
            }
        }
    }

    fn export_all(&mut self, module: usize, by: &ItemUse, at: &Reached) {
        let tree = self.tree;
        for item in &tree.modules[module].items {
            match item {
                Item::Use(item) if is_public(&item.vis) => self.export(module, item, at),
                item => {
                    if let Some((name, true)) = name(item) {
                        self.declare((module, name.clone()), at, &name, &by.attrs);
                    }
                }
            }
        }
    }

    /// The items with their public paths, and the impls beside the types that they are for.
    fn source(&self) -> String {
        let mut modules: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
        for (module, declared) in self.tree.modules.iter().enumerate() {
            for item in &declared.items {
                let shown = match item {
                    Item::Impl(block) => self.implementation(module, block),
                    item => name(item).and_then(|(name, _)| self.items.get(&(module, name))).map(|public| {
                        let mut item = item.clone();
                        Shown { found: self, module }.visit_item_mut(&mut item);
                        (public, mark(item, public))
                    }),
                };
                if let Some((public, item)) = shown {
                    modules.entry(&public.module).or_default().push(item);
                }
            }
        }
        let mut source = String::new();
        for (path, items) in modules {
            let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
            source.extend(names.iter().map(|name| format!("pub mod {name} {{\n")));
            for item in items {
                source.push_str(&item.to_token_stream().to_string());
                source.push('\n');
            }
            source.push_str(&"}\n".repeat(names.len()));
        }
        source
    }

    /// An impl that users can see: for a public type, of a public trait, or a conversion of a public type.
    fn implementation(&self, module: usize, block: &ItemImpl) -> Option<(&Public, Item)> {
        let mut block = block.clone();
        block.items.retain(|item| {
            matches!(item, ImplItem::Fn(method) if may_exist(&method.attrs)) || matches!(item, ImplItem::Const(_))
        });
        let own = self.target(module, &block.self_ty);
        let public = match &own {
            Some(Target::Own(declared)) => Some(self.items.get(declared)?),
            _ => self.meant(module, &block),
        }?;
        let is_foreign = !matches!(own, Some(Target::Own(_)));
        Shown { found: self, module }.visit_item_impl_mut(&mut block);
        if let Type::Path(of) = &mut *block.self_ty {
            if is_foreign {
                let parameters: Vec<String> = block.generics.type_params().map(|one| one.ident.to_string()).collect();
                let is_parameter = of.path.get_ident().is_some_and(|name| parameters.contains(&name.to_string()));
                of.path.leading_colon = (!is_parameter).then(Default::default);
            } else if let Some(last) = of.path.segments.last().cloned() {
                // The path of its module is added by `source`.
                of.path.segments = std::iter::once(last).collect();
            }
        }
        Some((public, Item::Impl(block)))
    }

    /// The public trait, or the public type in its arguments, of an impl for a foreign type.
    fn meant(&self, module: usize, block: &ItemImpl) -> Option<&Public> {
        let (implemented, _) = block.trait_.as_ref()?;
        let of_path = |path: &syn::Path| match self.tree.resolve(module, &segments(path))? {
            Target::Own(declared) => self.items.get(&declared),
            _ => None,
        };
        let arguments = implemented.segments.last().map(|last| &last.arguments);
        let converted = match arguments {
            Some(PathArguments::AngleBracketed(list)) => list.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(Type::Path(of)) => of_path(&of.path),
                _ => None,
            }),
            _ => None,
        };
        of_path(implemented).or(converted)
    }

    /// The target of a private alias, and the module that declares the alias.
    fn private_alias(&self, module: usize, ty: &Type) -> Option<(usize, Type)> {
        let Some(Target::Own(declared)) = self.target(module, ty) else { return None };
        if self.items.contains_key(&declared) || matches!(ty, Type::Reference(_)) {
            return None;
        }
        let (module, wanted) = declared;
        self.tree.modules[module].items.iter().find_map(|item| match item {
            Item::Type(alias) if alias.ident == wanted && alias.generics.params.is_empty() => {
                Some((module, (*alias.ty).clone()))
            }
            _ => None,
        })
    }

    fn target(&self, module: usize, ty: &Type) -> Option<Target> {
        match ty {
            Type::Path(of) if of.qself.is_none() => self.tree.resolve(module, &segments(&of.path)),
            Type::Reference(reference) => self.target(module, &reference.elem),
            _ => None,
        }
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// An item under its public name, with the attributes of its module and its export.
fn mark(mut item: Item, public: &Public) -> Item {
    let name = quote::format_ident!("{}", public.name);
    let (attributes, ident) = match &mut item {
        Item::Const(item) => (&mut item.attrs, &mut item.ident),
        Item::Enum(item) => (&mut item.attrs, &mut item.ident),
        Item::Fn(item) => (&mut item.attrs, &mut item.sig.ident),
        Item::Static(item) => (&mut item.attrs, &mut item.ident),
        Item::Struct(item) => (&mut item.attrs, &mut item.ident),
        Item::Trait(item) => (&mut item.attrs, &mut item.ident),
        Item::Type(item) => (&mut item.attrs, &mut item.ident),
        Item::Union(item) => (&mut item.attrs, &mut item.ident),
        _ => return item,
    };
    attributes.extend(public.marks.iter().cloned());
    *ident = name;
    item
}

/// Rewrites an item as seen from outside: own types by their public paths, imported ones by their full ones.
struct Shown<'a> {
    found: &'a Found<'a>,
    module: usize,
}

impl VisitMut for Shown<'_> {
    fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        item.items.retain(|item| match item {
            TraitItem::Fn(method) => may_exist(&method.attrs),
            _ => true,
        });
        visit_mut::visit_item_trait_mut(self, item);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        // A private alias would hide the public type that it stands for.
        if let Some((module, hidden)) = self.found.private_alias(self.module, ty) {
            *ty = hidden;
            Shown { found: self.found, module }.visit_type_mut(ty);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }

    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_some() {
            return;
        }
        let written = segments(path);
        let full = match self.found.tree.resolve(self.module, &written) {
            Some(Target::Own(declared)) => self.found.items.get(&declared).map(Public::path),
            Some(Target::Foreign(full)) if !full.starts_with("std::") && !full.starts_with("core::") => Some(full),
            _ => None,
        };
        let Some(full) = full.filter(|full| *full != written.join("::")) else { return };
        let Ok(mut full) = syn::parse_str::<syn::Path>(&full) else { return };
        if let (Some(last), Some(written)) = (full.segments.last_mut(), path.segments.last()) {
            last.arguments = written.arguments.clone();
        }
        *path = full;
    }
}
