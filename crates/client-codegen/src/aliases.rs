//! Deprecated aliases for names that items had before, so that code written with the old names still compiles.
//!
//! An operation that was renamed keeps a method that forwards, and aliases of its request, error, answer and constant; a
//! type keeps an alias, and a tuple struct its constructor beside it, which an alias of a type doesn't have. They are added
//! to sources that are generated already, so that a crate without them doesn't change.

use std::collections::BTreeMap;

use openapi_pipeline::names;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Fields, FieldsUnnamed, File, FnArg, Ident, ImplItem, Item, ItemMod, Pat, parse_quote};

use crate::syntax::is_public;
use crate::{CodegenError, CrateSource, render};

/// A name that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The old name in Rust.
    pub was: String,
    /// The name in Rust now.
    pub is: String,
    /// The version of the crate that has the new name first.
    pub since: String,
}

/// An operation whose method has another name now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationAlias {
    /// The method.
    pub method: Alias,
    /// The old name of its request, such as `Login`; the old names of its error and answer are made from it.
    pub request: String,
}

/// The names that items of a crate had before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Operations, by the names of their methods.
    pub operations: Vec<OperationAlias>,
    /// Types, by their names in `types`.
    pub types: Vec<Alias>,
}

impl Aliases {
    /// Whether no name has changed.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.types.is_empty()
    }

    /// Sets [`Alias::since`] of the aliases that have no version yet.
    pub fn new_since(&mut self, version: &str) {
        let names = self.operations.iter_mut().map(|one| &mut one.method).chain(&mut self.types);
        names.filter(|alias| alias.since.is_empty()).for_each(|alias| version.clone_into(&mut alias.since));
    }

    /// The paths of the aliases that `before` has and this doesn't.
    pub fn ended(&self, before: &Self) -> Vec<String> {
        let has_method = |was: &str| self.operations.iter().any(|one| one.method.was == was);
        let has_type = |was: &str| self.types.iter().any(|one| one.was == was);
        let methods = before.operations.iter().map(|one| &one.method.was).filter(|was| !has_method(was));
        let types = before.types.iter().map(|one| &one.was).filter(|was| !has_type(was));
        methods.map(|was| format!("Client::{was}")).chain(types.map(|was| format!("types::{was}"))).collect()
    }

    /// Adds the aliases to the sources of a crate.
    ///
    /// # Errors
    ///
    /// When an item isn't there under its present name, or something else has the old one.
    pub fn add_to(&self, source: &mut CrateSource) -> Result<(), CodegenError> {
        if !self.operations.is_empty() {
            let mut client = parse(&source.client)?;
            self.operations.iter().try_for_each(|alias| operation(&mut client, alias))?;
            source.client = print(&source.client, &client);
        }
        if !self.types.is_empty() {
            let mut generated = parse(&source.generated)?;
            let types = module(&mut generated, "types")?;
            for alias in &self.types {
                alias_of_type(types, alias, &alias.was, &alias.is)?;
            }
            constructors(types, &self.types);
            source.generated = print(&source.generated, &generated);
        }
        Ok(())
    }
}

fn parse(source: &str) -> Result<File, CodegenError> {
    syn::parse_file(source).map_err(|error| CodegenError::unsupported("the emitted source", error.to_string()))
}

/// The header is a comment, which the syntax tree doesn't have.
fn print(before: &str, file: &File) -> String {
    let header: String =
        before.split_inclusive('\n').take_while(|line| line.starts_with("//") || *line == "\n").collect();
    header + &render::text(file)
}

fn missing(name: &str) -> CodegenError {
    CodegenError::unsupported(
        "a name that changed",
        format!("the crate has no `{name}`, which another name stands for"),
    )
}

fn operation(client: &mut File, alias: &OperationAlias) -> Result<(), CodegenError> {
    let Alias { was, is, since } = &alias.method;
    let note = format!("is now `{is}`");
    let mut forward = method(client, is).ok_or_else(|| missing(is))?.clone();
    let request = request(&forward).ok_or_else(|| missing(is))?;
    if method(client, was).is_some() {
        return Err(taken(was));
    }
    let (old, new) = (format_ident!("{was}"), forward.sig.ident.clone());
    let arguments = forward.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(pattern) => Some(pattern.ident.clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    forward.block = parse_quote!({ self.#new(#(#arguments),*) });
    forward.sig.ident = old;
    let text = format!(" The old name of [`{is}`](Self::{is}).");
    forward.attrs = vec![parse_quote!(#[doc = #text]), parse_quote!(#[deprecated(since = #since, note = #note)])];
    client.items.push(parse_quote! { impl Client { #forward } });

    let constant = Alias { was: names::constant_of(was), is: names::constant_of(is), since: since.clone() };
    alias_of_constant(module(client, "operations")?, &constant)?;
    for (name, ending, is_always) in [("requests", "", true), ("errors", "Error", true), ("answers", "Answer", false)] {
        let (was, is) = (format!("{}{ending}", alias.request), format!("{request}{ending}"));
        match module(client, name) {
            Ok(module) if is_always || has(module, &is) => alias_of_type(module, &alias.method, &was, &is)?,
            _ => {}
        }
    }
    Ok(())
}

/// A method of the client.
fn method<'f>(client: &'f File, name: &str) -> Option<&'f syn::ImplItemFn> {
    let impls = client.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() => Some(item),
        _ => None,
    });
    let own = impls.filter(|item| matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Client")));
    own.flat_map(|item| &item.items).find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == name => Some(method),
        _ => None,
    })
}

/// The name of the request that a method returns.
fn request(method: &syn::ImplItemFn) -> Option<Ident> {
    let syn::ReturnType::Type(_, ty) = &method.sig.output else { return None };
    let syn::Type::Path(path) = &**ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.clone())
}

fn module<'f>(file: &'f mut File, name: &str) -> Result<&'f mut ItemMod, CodegenError> {
    let found = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => Some(module),
        _ => None,
    });
    found.ok_or_else(|| missing(name))
}

fn named(item: &Item) -> Option<(&Ident, Option<&syn::Generics>)> {
    match item {
        Item::Struct(item) => Some((&item.ident, Some(&item.generics))),
        Item::Enum(item) => Some((&item.ident, Some(&item.generics))),
        Item::Type(item) => Some((&item.ident, Some(&item.generics))),
        Item::Const(item) => Some((&item.ident, None)),
        _ => None,
    }
}

fn items(module: &ItemMod) -> impl Iterator<Item = &Item> {
    module.content.iter().flat_map(|(_, items)| items)
}

fn has(module: &ItemMod, name: &str) -> bool {
    items(module).filter_map(named).any(|(ident, _)| ident == name)
}

fn taken(name: &str) -> CodegenError {
    CodegenError::unsupported("a name that changed", format!("something else is called `{name}` now"))
}

fn alias_of_type(module: &mut ItemMod, alias: &Alias, was: &str, is: &str) -> Result<(), CodegenError> {
    if has(module, was) {
        return Err(taken(was));
    }
    let generics = items(module).filter_map(named).find(|(ident, _)| *ident == is).and_then(|(_, generics)| generics);
    let lifetimes: Vec<_> = generics.ok_or_else(|| missing(is))?.lifetimes().map(|one| one.lifetime.clone()).collect();
    let generics = if lifetimes.is_empty() { quote!() } else { quote!(<#(#lifetimes),*>) };
    let (note, since, text) = (format!("is now `{is}`"), &alias.since, format!(" The old name of [`{is}`]."));
    let (was, is) = (format_ident!("{was}"), format_ident!("{is}"));
    push(
        module,
        parse_quote! {
            #[doc = #text]
            #[deprecated(since = #since, note = #note)]
            pub type #was #generics = #is #generics;
        },
    );
    Ok(())
}

/// Exports the constructors that callers have under their old names, which are patterns too: an alias of a type has none.
///
/// A declared item shadows one that a glob exports: in place of the type itself stands its alias, which is deprecated. rustc
/// ignores the attribute at a `use`.
fn constructors(module: &mut ItemMod, aliases: &[Alias]) {
    let is_constructor = |name: &str| {
        items(module).any(|item| match item {
            Item::Struct(item) => {
                let is_public = |fields: &FieldsUnnamed| fields.unnamed.iter().all(|field| is_public(&field.vis));
                item.ident == name && matches!(&item.fields, Fields::Unnamed(fields) if is_public(fields))
            }
            _ => false,
        })
    };
    let renamed: Vec<TokenStream> = aliases
        .iter()
        .filter(|alias| is_constructor(&alias.is))
        .map(|Alias { was, is, .. }| {
            let (was, is) = (format_ident!("{was}"), format_ident!("{is}"));
            quote!(#is as #was)
        })
        .collect();
    if renamed.is_empty() {
        return;
    }
    push(module, parse_quote!(mod former_constructors { pub use super::{#(#renamed),*}; }));
    push(
        module,
        parse_quote!(
            #[doc(no_inline)]
            pub use self::former_constructors::*;
        ),
    );
}

fn alias_of_constant(module: &mut ItemMod, alias: &Alias) -> Result<(), CodegenError> {
    let Alias { was, is, since } = alias;
    if has(module, was) {
        return Err(taken(was));
    }
    if !has(module, is) {
        return Err(missing(is));
    }
    let (note, text) = (format!("is now `{is}`"), format!(" The old name of [`{is}`]."));
    let (was, is) = (format_ident!("{was}"), format_ident!("{is}"));
    push(
        module,
        parse_quote! {
            #[doc = #text]
            #[deprecated(since = #since, note = #note)]
            pub const #was: rt::Operation = #is;
        },
    );
    Ok(())
}

fn push(module: &mut ItemMod, item: Item) {
    if let Some((_, items)) = &mut module.content {
        items.push(item);
    }
}

/// Reads method and path of each operation, such as `POST /login`, from the source of a client; the keys are the names of
/// their constants.
///
/// # Errors
///
/// When the source can't be parsed.
pub fn operations_of_source(client: &str) -> Result<BTreeMap<String, String>, syn::Error> {
    let alone = module_text(client, "operations").and_then(|text| syn::parse_file(text).ok());
    let mut file = alone.map_or_else(|| syn::parse_file(client), Ok)?;
    let mut found = BTreeMap::new();
    let Ok(module) = module(&mut file, "operations") else { return Ok(found) };
    for item in items(module) {
        if let Item::Const(constant) = item
            && let Some(call) = call(&constant.expr)
        {
            found.insert(constant.ident.to_string(), call);
        }
    }
    Ok(found)
}

/// The text of a module in printed source, which takes a fraction of the time to parse.
fn module_text<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    const END: &str = "\n}\n";
    let from = source.find(&format!("\npub mod {name} {{\n"))?;
    let text = source.get(from..)?;
    text.get(..text.find(END)? + END.len())
}

/// `operation("id", "METHOD", "path")`, with methods behind it.
fn call(expression: &Expr) -> Option<String> {
    match expression {
        Expr::MethodCall(call) => self::call(&call.receiver),
        Expr::Call(call) => {
            let texts: Vec<String> = call.args.iter().filter_map(text).collect();
            let [_, method, path] = texts.as_slice() else { return None };
            Some(format!("{method} {path}"))
        }
        _ => None,
    }
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructors_that_callers_have_keep_their_old_names() {
        let source = "mod types { pub struct A(pub u8); pub struct B(u8); pub struct C(pub u8, pub String);
            pub struct D { pub a: u8 } pub enum E { F(u8) } }";
        let mut file = parse(source).unwrap();
        let types = module(&mut file, "types").unwrap();
        let alias = |is: &str| Alias { was: format!("Old{is}"), is: is.to_owned(), since: "1.0.0".to_owned() };
        let aliases = ["A", "B", "C", "D", "E"].map(alias);
        constructors(types, &aliases);
        let text = crate::render::text(&file);
        assert!(text.contains("pub use super::{A as OldA, C as OldC};"), "{text}");
        let types = module(&mut file, "types").unwrap();
        let before = items(types).count();
        constructors(types, &aliases[3..]);
        assert_eq!(items(types).count(), before, "without constructors, there is nothing to export");
    }

    /// Printed or not.
    #[test]
    fn operations_are_found_by_their_constants() {
        let module = "pub mod operations {\n    pub const A: rt::Operation = rt::codegen::operation(\"a\", \"GET\", \"/a\").idempotent();\n";
        for source in [format!("mod x {{\n}}\n{module}}}\nmod y {{\n}}\n"), format!("mod x {{}} {module} }}")] {
            let found = operations_of_source(&source).unwrap();
            assert_eq!(found.into_iter().collect::<Vec<_>>(), [("A".to_owned(), "GET /a".to_owned())], "{source}");
        }
        assert!(module_text("\npub mod operations {\n}\n", "operations").is_some());
    }
}
