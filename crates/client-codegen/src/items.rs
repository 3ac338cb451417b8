//! The public items of a source file as data: to compare two versions, to list origins, and for snapshots.

use std::fmt;
use std::panic::resume_unwind;
use std::thread;

use quote::{ToTokens, quote};
use syn::{Attribute, Fields, ImplItem, TraitItem};

use crate::background::STACK;
use crate::reach::types;
use crate::syntax::{is_foreign, is_public, tokens};

/// A public item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Its path in the crate, such as `types::User::role`; for an impl, the whole head.
    pub path: String,
    /// Its kind.
    pub kind: Kind,
    /// The part that callers depend on: the type of a field, the signature of a method, the types of an impl.
    pub declaration: String,
    /// Whether fields or variants can be added without breaking a caller: it is `#[non_exhaustive]`, or has private fields.
    pub can_grow: bool,
    /// Whether it is `#[deprecated]`.
    pub deprecated: bool,
    /// Whether it is `#[doc(hidden)]`.
    pub hidden: bool,
    /// The condition that it is compiled under, such as `feature = "schemars"`.
    pub condition: Option<String>,
}

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A struct.
    Struct,
    /// A field of a struct.
    Field,
    /// An enum.
    Enum,
    /// A variant of an enum.
    Variant,
    /// A type alias.
    Alias,
    /// A constant.
    Constant,
    /// A method, or a function of a type or trait without a receiver.
    Method,
    /// A trait that is implemented, by hand or by a derive.
    Impl,
    /// A trait.
    Trait,
    /// A function of a module.
    Function,
    /// A static.
    Static,
}

impl Kind {
    /// The word for the kind in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Struct => "struct",
            Self::Field => "field",
            Self::Enum => "enum",
            Self::Variant => "variant",
            Self::Alias => "type",
            Self::Constant => "constant",
            Self::Method => "method",
            Self::Impl => "impl",
            Self::Trait => "trait",
            Self::Function => "fn",
            Self::Static => "static",
        }
    }
}

impl Item {
    /// An item that can't grow, is neither deprecated nor hidden, and is always there.
    pub fn new(path: impl Into<String>, kind: Kind, declaration: impl Into<String>) -> Self {
        let (path, declaration) = (path.into(), declaration.into());
        Self { path, kind, declaration, can_grow: false, deprecated: false, hidden: false, condition: None }
    }

    /// The path of the item that it is a part of: the struct of a field, the type of a method.
    pub fn parent(&self) -> Option<&str> {
        match self.kind {
            Kind::Field | Kind::Variant | Kind::Method => self.path.rsplit_once("::").map(|(parent, _)| parent),
            _ => None,
        }
    }
}

/// A line: the kind, the path and the declaration, and after a `#` that an item can grow, is deprecated, conditional or
/// hidden.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.path.rsplit("::").next().unwrap_or_default();
        // A signature begins with the name, which the path has already.
        let declaration = match self.kind {
            Kind::Method | Kind::Function => self.declaration.strip_prefix(name).unwrap_or(&self.declaration),
            _ => &self.declaration,
        };
        let between = if declaration.is_empty() || declaration.starts_with(['<', ':', '(']) { "" } else { " " };
        match self.kind {
            Kind::Impl if declaration.is_empty() => f.write_str(&self.path)?,
            Kind::Impl => write!(f, "{} {{ {declaration} }}", self.path)?,
            kind => write!(f, "{} {}{between}{declaration}", kind.name(), self.path)?,
        }
        let marks = [
            self.can_grow.then(|| "may grow".to_owned()),
            self.deprecated.then(|| "deprecated".to_owned()),
            self.condition.as_ref().map(|condition| format!("if {condition}")),
            self.hidden.then(|| "hidden".to_owned()),
        ];
        let marks: Vec<String> = marks.into_iter().flatten().collect();
        if marks.is_empty() { Ok(()) } else { write!(f, "  # {}", marks.join(", ")) }
    }
}

/// The public items of a client crate, from the sources of `client.rs` and `generated.rs`. Of the latter only `types` is
/// public.
///
/// # Errors
///
/// When a source can't be parsed.
pub fn of_source(client: &str, generated: &str) -> Result<Vec<Item>, syn::Error> {
    let in_types = || -> syn::Result<Vec<Item>> {
        let mut found = Vec::new();
        collect(types(&syn::parse_file(generated)?).unwrap_or_default(), "types::", &mut found);
        Ok(found)
    };
    // Both halves take about the same time, so each has a thread.
    let (mut items, of_types) =
        thread::scope(|scope| match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, in_types) {
            Ok(beside) => (of_library(client), beside.join().unwrap_or_else(|payload| resume_unwind(payload))),
            Err(_) => (of_library(client), in_types()),
        });
    if let Ok(items) = &mut items {
        items.extend(of_types?);
    }
    items
}

/// The public items of a library in one source file. Modules in other files are not followed, and re-exports from other
/// modules are not listed.
///
/// # Errors
///
/// When the source can't be parsed.
pub fn of_library(source: &str) -> Result<Vec<Item>, syn::Error> {
    let mut found = Vec::new();
    collect(&syn::parse_file(source)?.items, "", &mut found);
    Ok(found)
}

fn collect(items: &[syn::Item], path: &str, found: &mut Vec<Item>) {
    for item in items {
        match item {
            syn::Item::Mod(module) if is_public(&module.vis) => {
                if let Some((_, items)) = &module.content {
                    collect(items, &format!("{path}{}::", module.ident), found);
                }
            }
            syn::Item::Struct(item) if is_public(&item.vis) => structure(item, path, found),
            syn::Item::Enum(item) if is_public(&item.vis) => enumeration(item, path, found),
            syn::Item::Const(item) if is_public(&item.vis) => {
                found.push(plain(format!("{path}{}", item.ident), Kind::Constant, tokens(&item.ty), &item.attrs));
            }
            syn::Item::Type(item) if is_public(&item.vis) => {
                found.push(plain(format!("{path}{}", item.ident), Kind::Alias, tokens(&item.ty), &item.attrs));
            }
            syn::Item::Static(item) if is_public(&item.vis) => {
                found.push(plain(format!("{path}{}", item.ident), Kind::Static, tokens(&item.ty), &item.attrs));
            }
            syn::Item::Fn(item) if is_public(&item.vis) => {
                found.push(plain(
                    format!("{path}{}", item.sig.ident),
                    Kind::Function,
                    signature(&item.sig),
                    &item.attrs,
                ));
            }
            syn::Item::Trait(item) if is_public(&item.vis) => interface(item, path, found),
            syn::Item::Impl(block) => implementation(block, path, found),
            _ => {}
        }
    }
}

fn structure(item: &syn::ItemStruct, path: &str, found: &mut Vec<Item>) {
    let path = format!("{path}{}", item.ident);
    let mut whole = plain(path.clone(), Kind::Struct, tokens(&item.generics), &item.attrs);
    whole.can_grow |= item.fields.iter().any(|field| !is_public(&field.vis));
    found.push(whole);
    for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        found.push(plain(format!("{path}::{name}"), Kind::Field, tokens(&field.ty), &field.attrs));
    }
    derives(&item.attrs, &path, found);
}

fn enumeration(item: &syn::ItemEnum, path: &str, found: &mut Vec<Item>) {
    let path = format!("{path}{}", item.ident);
    found.push(plain(path.clone(), Kind::Enum, tokens(&item.generics), &item.attrs));
    for variant in &item.variants {
        let fields = variant.fields.iter().map(|field| match &field.ident {
            Some(name) => format!("{name}: {}", tokens(&field.ty)),
            None => tokens(&field.ty),
        });
        let fields = fields.collect::<Vec<_>>().join(", ");
        let declaration = match &variant.fields {
            Fields::Unit => String::new(),
            Fields::Unnamed(_) => format!("({fields})"),
            Fields::Named(_) => format!("{{ {fields} }}"),
        };
        found.push(plain(format!("{path}::{}", variant.ident), Kind::Variant, declaration, &variant.attrs));
    }
    derives(&item.attrs, &path, found);
}

/// A trait and its items. Items with a default are marked, since they need not be implemented.
fn interface(item: &syn::ItemTrait, path: &str, found: &mut Vec<Item>) {
    let path = format!("{path}{}", item.ident);
    let above = if item.supertraits.is_empty() { String::new() } else { format!(": {}", tokens(&item.supertraits)) };
    found.push(plain(path.clone(), Kind::Trait, format!("{}{above}", tokens(&item.generics)), &item.attrs));
    for part in &item.items {
        let with_default = |is_there: bool| if is_there { " (default)" } else { "" };
        match part {
            TraitItem::Fn(method) => {
                let declaration = format!("{}{}", signature(&method.sig), with_default(method.default.is_some()));
                found.push(plain(format!("{path}::{}", method.sig.ident), Kind::Method, declaration, &method.attrs));
            }
            TraitItem::Const(constant) => {
                let declaration = format!("{}{}", tokens(&constant.ty), with_default(constant.default.is_some()));
                found.push(plain(format!("{path}::{}", constant.ident), Kind::Constant, declaration, &constant.attrs));
            }
            TraitItem::Type(ty) => {
                found.push(plain(format!("{path}::{}", ty.ident), Kind::Alias, tokens(&ty.bounds), &ty.attrs));
            }
            _ => {}
        }
    }
}

fn signature(of: &syn::Signature) -> String {
    let signature = tokens(of);
    signature.strip_prefix("fn ").unwrap_or(&signature).to_owned()
}

fn implementation(block: &syn::ItemImpl, path: &str, found: &mut Vec<Item>) {
    let ty = tokens(&block.self_ty);
    // The private layer isn't public.
    if ty.starts_with("generated::") {
        return;
    }
    if let Some((implemented, _)) = &block.trait_ {
        // A conversion into a foreign type belongs to our type, which the trait names.
        let at = if is_foreign(&block.self_ty) { "" } else { path };
        let path = format!("impl {} for {at}{ty}", tokens(&without_prefix(implemented)));
        found.push(plain(path, Kind::Impl, associated(block), &block.attrs));
        return;
    }
    // `Login<'a>` is `Login`: a path has no lifetimes.
    let owner = ty.split('<').next().unwrap_or_default();
    for item in &block.items {
        match item {
            ImplItem::Fn(method) if is_public(&method.vis) => {
                let path = format!("{path}{owner}::{}", method.sig.ident);
                found.push(plain(path, Kind::Method, signature(&method.sig), &method.attrs));
            }
            ImplItem::Const(constant) if is_public(&constant.vis) => {
                let path = format!("{path}{owner}::{}", constant.ident);
                found.push(plain(path, Kind::Constant, tokens(&constant.ty), &constant.attrs));
            }
            _ => {}
        }
    }
}

/// The types of an impl that callers meet, such as what a request results in. A type that follows from another one by
/// `Self` tells nothing more.
fn associated(block: &syn::ItemImpl) -> String {
    let types = block.items.iter().filter_map(|item| match item {
        ImplItem::Type(item) => Some(format!("{} = {}", item.ident, tokens(&item.ty))),
        _ => None,
    });
    types.filter(|shown| !shown.contains("Self")).collect::<Vec<_>>().join(", ")
}

/// To users of a type, a derive is an impl like any other.
fn derives(attrs: &[Attribute], path: &str, found: &mut Vec<Item>) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // A `derive` that doesn't parse wouldn't compile either.
        let _ = attr.parse_nested_meta(|meta| {
            let head = format!("impl {} for {path}", tokens(&without_prefix(&meta.path)));
            found.push(plain(head, Kind::Impl, String::new(), &[]));
            Ok(())
        });
    }
}

/// `Clone` for `::std::clone::Clone`: by hand or by derive, it is the same trait.
fn without_prefix(path: &syn::Path) -> proc_macro2::TokenStream {
    path.segments.last().map_or_else(|| quote!(#path), ToTokens::to_token_stream)
}

fn plain(path: String, kind: Kind, declaration: String, attrs: &[Attribute]) -> Item {
    let has = |name: &str| attrs.iter().any(|attr| attr.path().is_ident(name));
    let says_hidden = |attr: &Attribute| match &attr.meta {
        syn::Meta::List(list) => list.path.is_ident("doc") && list.tokens.to_string() == "hidden",
        _ => false,
    };
    let conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).filter_map(|attr| match &attr.meta {
        syn::Meta::List(list) => Some(tokens(&list.tokens)),
        _ => None,
    });
    let conditions: Vec<String> = conditions.collect();
    Item {
        can_grow: has("non_exhaustive"),
        deprecated: has("deprecated"),
        hidden: attrs.iter().any(says_hidden),
        condition: (!conditions.is_empty()).then(|| conditions.join(" and ")),
        ..Item::new(path, kind, declaration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "pub struct Client { core: Core }
        impl Client { pub fn a<'a>(&'a self) -> requests::A<'a> { x } fn b(&self) {} }
        pub mod requests { pub struct A<'a> { core: &'a u8 } impl<'a> A<'a> { pub fn limit(mut self, value: u8) -> Self { self } }
            impl<'a> IntoFuture for A<'a> { type Output = types::S; type IntoFuture = F<Self::Output>; } }
        impl x::Hooks for generated::Client {}";
    const GENERATED: &str = "pub struct Client; pub mod types {
        #[derive(::serde::Serialize, Clone)] #[non_exhaustive] pub enum E { A, #[deprecated] B(String), C { x: u8 } }
        pub struct S { pub a: ::std::option::Option<E>, b: u8 } pub struct N(pub u8); pub type T = E;
        impl ::std::convert::From<S> for ::std::string::String {} }";

    #[test]
    fn a_source_that_is_no_rust_is_an_error_in_either_file() {
        for (client, generated) in [("pub struct", GENERATED), (CLIENT, "pub mod")] {
            assert!(of_source(client, generated).is_err(), "{client} {generated}");
        }
    }

    #[test]
    fn items_have_paths_and_what_callers_depend_on() {
        let found = of_source(CLIENT, GENERATED).unwrap();
        let shown: Vec<String> = found.iter().map(Item::to_string).collect();
        assert_eq!(
            shown,
            [
                "struct Client  # may grow",
                "method Client::a<'a>(&'a self) -> requests::A<'a>",
                "struct requests::A<'a>  # may grow",
                "method requests::A::limit(mut self, value: u8) -> Self",
                "impl IntoFuture for requests::A<'a> { Output = types::S }",
                "enum types::E  # may grow",
                "variant types::E::A",
                "variant types::E::B(String)  # deprecated",
                "variant types::E::C { x: u8 }",
                "impl Serialize for types::E",
                "impl Clone for types::E",
                "struct types::S  # may grow",
                "field types::S::a Option<E>",
                "struct types::N",
                "field types::N::0 u8",
                "type types::T E",
                "impl From<S> for String",
            ]
        );
        assert_eq!(found[1].parent(), Some("Client"));
    }

    const LIBRARY: &str = r#"
        #[doc(hidden)] pub static S: u8 = 1;
        pub trait T<A>: Send + Sync { const C: u8; type Out: Copy; fn a(&self); fn b(&self, a: A) -> u8 { 1 } }
        #[cfg(feature = "x")] pub async fn f(a: &str) {} fn g() {}
        pub struct U; impl U { pub const ALL: &'static [Self] = &[U]; const OWN: u8 = 1; }
        #[cfg(feature = "x")] impl Clone for U { fn clone(&self) -> U { U } }"#;

    #[test]
    fn a_library_has_traits_functions_and_conditions_too() {
        let found = of_library(LIBRARY).unwrap();
        let shown: Vec<String> = found.iter().map(Item::to_string).collect();
        assert_eq!(
            shown,
            [
                "static S u8  # hidden",
                "trait T<A>: Send + Sync",
                "constant T::C u8",
                "type T::Out Copy",
                "method T::a(&self)",
                "method T::b(&self, a: A) -> u8 (default)",
                "fn f async fn f(a: &str)  # if feature = \"x\"",
                "struct U",
                "constant U::ALL &'static [Self]",
                "impl Clone for U  # if feature = \"x\"",
            ]
        );
    }
}
