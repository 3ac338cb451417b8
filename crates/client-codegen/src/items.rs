//! The public items of generated source as data: what a comparison of two versions, and a table of origins, go by.

use quote::{ToTokens, quote};
use syn::{Attribute, Fields, File, ImplItem, Visibility};

use crate::outline::tokens;

/// A public item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its path in the crate, such as `types::User::role`; of an impl the whole head.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// What callers depend on: the type of a field, the signature of a method.
    pub declaration: String,
    /// Whether something can be added to it without breaking a caller: it is `#[non_exhaustive]`, or has private fields.
    pub can_grow: bool,
    /// Whether callers are asked not to use it.
    pub deprecated: bool,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// A method, or a function without a receiver.
    Method,
    /// A trait that is implemented, by hand or by a derive.
    Impl,
}

impl Kind {
    /// The word people use for it.
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
        }
    }
}

impl Item {
    /// The path of the item it is a part of: of a field the struct, of a method the type.
    pub fn parent(&self) -> Option<&str> {
        match self.kind {
            Kind::Field | Kind::Variant | Kind::Method => self.path.rsplit_once("::").map(|(parent, _)| parent),
            _ => None,
        }
    }
}

/// The public items of a crate, from the source of its client and of its generated layer, of which only `types` is
/// public.
fn of(client: &File, generated: &File) -> Vec<Item> {
    let mut found = Vec::new();
    collect(&client.items, "", &mut found);
    for item in &generated.items {
        if let syn::Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &module.content
        {
            collect(items, "types::", &mut found);
        }
    }
    found
}

/// The same from the texts of both files.
pub fn of_source(client: &str, generated: &str) -> Result<Vec<Item>, syn::Error> {
    Ok(of(&syn::parse_file(client)?, &syn::parse_file(generated)?))
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
            syn::Item::Impl(block) => implementation(block, path, found),
            _ => {}
        }
    }
}

fn structure(item: &syn::ItemStruct, path: &str, found: &mut Vec<Item>) {
    let path = format!("{path}{}", item.ident);
    let mut whole = plain(path.clone(), Kind::Struct, tokens(&item.generics), &item.attrs);
    whole.can_grow |= item.fields.iter().any(|field| !is_public(&field.vis)) || matches!(item.fields, Fields::Unit);
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

fn implementation(block: &syn::ItemImpl, path: &str, found: &mut Vec<Item>) {
    let ty = tokens(&block.self_ty);
    // The private layer is nobody's business.
    if ty.starts_with("generated::") {
        return;
    }
    if let Some((implemented, _)) = &block.trait_ {
        // A conversion into a foreign type is about ours, which the trait names.
        let foreign = matches!(&*block.self_ty, syn::Type::Path(of) if of.path.leading_colon.is_some());
        let at = if foreign { "" } else { path };
        let path = format!("impl {} for {at}{ty}", tokens(&without_prefix(implemented)));
        found.push(plain(path, Kind::Impl, String::new(), &[]));
        return;
    }
    // `Login<'a>` is `Login`: a path has no lifetimes.
    let owner = ty.split('<').next().unwrap_or_default();
    for item in &block.items {
        if let ImplItem::Fn(method) = item
            && is_public(&method.vis)
        {
            let signature = tokens(&method.sig);
            found.push(plain(
                format!("{path}{owner}::{}", method.sig.ident),
                Kind::Method,
                signature.strip_prefix("fn ").unwrap_or(&signature).to_owned(),
                &method.attrs,
            ));
        }
    }
}

/// A derive is an impl like any other to those who use the type.
fn derives(attrs: &[Attribute], path: &str, found: &mut Vec<Item>) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // A `derive` that doesn't parse would fail to compile as it stands.
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
    Item { path, kind, declaration, can_grow: has("non_exhaustive"), deprecated: has("deprecated") }
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "pub struct Client { core: Core }
        impl Client { pub fn a<'a>(&'a self) -> requests::A<'a> { x } fn b(&self) {} }
        pub mod requests { pub struct A<'a> { core: &'a u8 } impl<'a> A<'a> { pub fn limit(mut self, value: u8) -> Self { self } }
            impl<'a> IntoFuture for A<'a> {} }
        impl x::Hooks for generated::Client {}";
    const GENERATED: &str = "pub struct Client; pub mod types {
        #[derive(::serde::Serialize, Clone)] #[non_exhaustive] pub enum E { A, #[deprecated] B(String), C { x: u8 } }
        pub struct S { pub a: ::std::option::Option<E>, b: u8 } pub struct N(pub u8); pub type T = E;
        impl ::std::convert::From<S> for ::std::string::String {} }";

    #[test]
    fn items_have_paths_and_what_callers_depend_on() {
        let file = |text| syn::parse_file(text).unwrap();
        let found = of(&file(CLIENT), &file(GENERATED));
        let shown: Vec<String> = found
            .iter()
            .map(|item| {
                let marks = format!(
                    "{}{}",
                    if item.can_grow { " +" } else { "" },
                    if item.deprecated { " deprecated" } else { "" }
                );
                format!("{} {} {}{marks}", item.kind.name(), item.path, item.declaration).trim_end().to_owned()
            })
            .collect();
        assert_eq!(
            shown,
            [
                "struct Client  +",
                "method Client::a a<'a>(&'a self) -> requests::A<'a>",
                "struct requests::A <'a> +",
                "method requests::A::limit limit(mut self, value: u8) -> Self",
                "impl impl IntoFuture for requests::A<'a>",
                "enum types::E  +",
                "variant types::E::A",
                "variant types::E::B (String) deprecated",
                "variant types::E::C { x: u8 }",
                "impl impl Serialize for types::E",
                "impl impl Clone for types::E",
                "struct types::S  +",
                "field types::S::a Option<E>",
                "struct types::N",
                "field types::N::0 u8",
                "type types::T E",
                "impl impl From<S> for String",
            ]
        );
        assert_eq!(found[1].parent(), Some("Client"));
    }
}
