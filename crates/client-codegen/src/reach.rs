//! The use of generated types: which are sent, which are received, and which come with errors.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use syn::visit::{self, Visit};
use syn::{File, ImplItem, ImplItemFn, Item, Type};

use crate::CodegenError;
use crate::model::{AnswerBody, Api};

/// The generated types by what they are used for; a type may be in several sets.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// Types a caller builds.
    pub(crate) request: BTreeSet<String>,
    /// Types in the JSON body of a PATCH, which are among those of `request`.
    pub(crate) patch: BTreeSet<String>,
    /// Types a successful response holds.
    pub(crate) response: BTreeSet<String>,
    /// Types an error response holds.
    pub(crate) error: BTreeSet<String>,
}

impl Reach {
    pub(crate) fn of(file: &File, api: &Api) -> Result<Self, CodegenError> {
        let graph = type_graph(types(file)?);
        let known: BTreeSet<String> = graph.keys().cloned().collect();
        let (mut sent, mut patched, mut received) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let patching = api.operations.iter().filter(|operation| operation.patches);
        let patching: HashSet<&str> = patching.map(|operation| operation.names.method.as_str()).collect();
        for method in client_methods(file) {
            let patches = patching.contains(method.sig.ident.to_string().as_str());
            for input in &method.sig.inputs {
                if let syn::FnArg::Typed(argument) = input {
                    let named = named_in(&argument.ty, &known);
                    if patches {
                        patched.extend(named.iter().cloned());
                    }
                    sent.extend(named);
                }
            }
            if let syn::ReturnType::Type(_, ty) = &method.sig.output {
                received.extend(named_in(ty, &known));
            }
        }
        for answer in api.operations.iter().flat_map(|operation| &operation.answers) {
            if let AnswerBody::Json(ty) = &answer.body {
                received.extend(ty.generated().map(str::to_owned));
            }
        }
        let errors = api.operations.iter().flat_map(|operation| &operation.errors);
        let errors = errors.filter_map(|error| error.body.as_ref()?.generated().map(str::to_owned));
        Ok(Self {
            request: closure(&graph, sent),
            patch: closure(&graph, patched),
            response: closure(&graph, received),
            error: closure(&graph, errors.collect()),
        })
    }
}

/// The types, which are the items of a module.
pub(crate) fn types(file: &File) -> Result<&[Item], CodegenError> {
    let items = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    items.map(|(_, items)| items.as_slice()).ok_or_else(no_types)
}

/// [`types`], to change.
pub(crate) fn types_mut(file: &mut File) -> Result<&mut Vec<Item>, CodegenError> {
    let items = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut(),
        _ => None,
    });
    items.map(|(_, items)| items).ok_or_else(no_types)
}

fn no_types() -> CodegenError {
    CodegenError::Progenitor("its output has no module `types`".to_owned())
}

/// The methods of progenitor's client, one per operation.
pub(crate) fn client_methods(file: &File) -> impl Iterator<Item = &ImplItemFn> {
    let inherent = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(block),
        _ => None,
    });
    inherent.flat_map(|block| &block.items).filter_map(|item| match item {
        ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
        _ => None,
    })
}

/// The methods of progenitor's client, by their names.
pub(crate) fn methods_by_name(file: &File) -> HashMap<String, &ImplItemFn> {
    client_methods(file).map(|method| (method.sig.ident.to_string(), method)).collect()
}

fn type_graph(items: &[Item]) -> BTreeMap<String, BTreeSet<String>> {
    let named: Vec<(String, &Item)> = items.iter().filter_map(|item| Some((type_name(item)?, item))).collect();
    let known: BTreeSet<String> = named.iter().map(|(name, _)| name.clone()).collect();
    let edges = |item: &Item| {
        let mut names = Names { known: &known, found: BTreeSet::new() };
        names.visit_item(item);
        names.found
    };
    named.iter().map(|(name, item)| (name.clone(), edges(item))).collect()
}

/// The types that may hold a floating-point number, which JSON can't express when it isn't finite.
pub(crate) fn with_floats(file: &File) -> Result<BTreeSet<String>, CodegenError> {
    let items = types(file)?;
    let graph = type_graph(items);
    let floats =
        items.iter().filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Type(_)) && has_float(*item));
    let mut found: BTreeSet<String> = floats.filter_map(type_name).collect();
    loop {
        let more = graph.iter().filter(|(name, parts)| !found.contains(*name) && !parts.is_disjoint(&found));
        let more: Vec<String> = more.map(|(name, _)| name.clone()).collect();
        if more.is_empty() {
            return Ok(found);
        }
        found.extend(more);
    }
}

/// Whether a value of the type may hold a floating-point number; `types` are the types that do.
pub(crate) fn may_hold_float(ty: &Type, types: &BTreeSet<String>) -> bool {
    has_float(ty) || !named_in(ty, types).is_empty()
}

fn has_float(of: &impl quote::ToTokens) -> bool {
    fn search(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == "f64" || ident == "f32",
            proc_macro2::TokenTree::Group(group) => search(group.stream()),
            _ => false,
        })
    }
    search(of.to_token_stream())
}

/// The name of a type.
pub(crate) fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn named_in(ty: &Type, known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut names = Names { known, found: BTreeSet::new() };
    names.visit_type(ty);
    names.found
}

struct Names<'a> {
    known: &'a BTreeSet<String>,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_type_path(&mut self, path: &'ast syn::TypePath) {
        // `types::Session` or `Session` is ours; `::std::string::String` never is.
        let local = path.path.leading_colon.is_none();
        if let Some(last) = path.path.segments.last().filter(|_| local) {
            let name = last.ident.to_string();
            if self.known.contains(&name) {
                self.found.insert(name);
            }
        }
        visit::visit_type_path(self, path);
    }
}

fn closure(graph: &BTreeMap<String, BTreeSet<String>>, roots: BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = roots.into_iter().collect();
    while let Some(name) = open.pop() {
        let Some(next) = graph.get(&name) else { continue };
        if seen.insert(name) {
            open.extend(next.iter().cloned());
        }
    }
    seen
}
