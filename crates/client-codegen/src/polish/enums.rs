//! Enums that come back from a server keep unknown values, instead of failing the whole response.

use std::collections::{BTreeSet, HashSet};

use openapi_pipeline::names;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Fields, Ident, Item, ItemEnum, Lit, Type, parse_quote};

use super::template::{NAME, Template};
use crate::reach::Reach;

/// Types in `compared` tell whether they know their value, since an alternative is chosen by what is known of it.
pub(super) fn keep_unknown_values(items: &mut Vec<Item>, reach: &Reach, compared: &BTreeSet<String>) {
    let open: HashSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => {
                let name = item.ident.to_string();
                let received = reach.response.contains(&name) || reach.error.contains(&name);
                (received && is_plain(item)).then_some(name)
            }
            _ => None,
        })
        .collect();
    let templates = templates();
    let mut out = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        match item {
            Item::Enum(item) if open.contains(&item.ident.to_string()) => {
                let compared = compared.contains(&item.ident.to_string());
                out.extend(open_enum(item, &templates, compared));
            }
            Item::Impl(block) if is_one_of(&block.self_ty, &open) => {
                // typify's Display, FromStr and TryFrom know the listed values only; `Default` is kept.
                let kept = block
                    .trait_
                    .as_ref()
                    .and_then(|(path, _)| path.segments.last())
                    .is_some_and(|last| last.ident == "Default");
                if kept {
                    out.push(Item::Impl(block));
                }
            }
            other => out.push(other),
        }
    }
    *items = out;
}

fn is_one_of(ty: &Type, names: &HashSet<String>) -> bool {
    let name = match ty {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    };
    name.is_some_and(|name| names.contains(&name.to_string()))
}

fn is_plain(item: &ItemEnum) -> bool {
    !item.variants.is_empty() && item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

fn open_enum(mut item: ItemEnum, templates: &[Template; 6], compared: bool) -> Vec<Item> {
    let ident = item.ident.clone();
    let unknown = free_variant(&item, &["Unknown", "UnknownValue"]);
    let known: Vec<(Ident, String)> =
        item.variants.iter().map(|variant| (variant.ident.clone(), wire_value(variant))).collect();
    item.attrs.retain(|attr| !attr.path().is_ident("derive") && !attr.path().is_ident("serde"));
    item.attrs.push(parse_quote!(#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]));
    for (variant, (_, wire)) in item.variants.iter_mut().zip(&known) {
        variant.attrs.retain(|attr| attr.path().is_ident("doc"));
        if variant.attrs.is_empty() {
            let docs = format!("`{wire}`");
            variant.attrs.push(parse_quote!(#[doc = #docs]));
        }
    }
    item.variants.push(parse_quote! {
        /// A value this version of the crate doesn't know, as the server sent it.
        #unknown(::std::string::String)
    });
    let to_str: Vec<TokenStream> = known.iter().map(|(variant, wire)| quote!(Self::#variant => #wire,)).collect();
    let from_str: Vec<TokenStream> = known.iter().map(|(variant, wire)| quote!(#wire => Self::#variant,)).collect();
    let [display, from_string, parse, serialize, deserialize, schema] =
        templates.each_ref().map(|template| template.of(&ident));
    let deserialize = match compared {
        false => deserialize,
        true => parse_quote! {
            impl<'de> ::serde::Deserialize<'de> for #ident {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    let value = ::std::string::String::deserialize(deserializer).map(Self::from)?;
                    if let Self::#unknown(_) = value {
                        ::client_runtime::codegen::value_is_unknown();
                    }
                    Ok(value)
                }
            }
        },
    };
    let as_str = parse_quote! {
        impl #ident {
            /// The value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(#to_str)*
                    Self::#unknown(value) => value,
                }
            }
        }
    };
    let from_str = parse_quote! {
        impl ::std::convert::From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#from_str)*
                    other => Self::#unknown(other.to_owned()),
                }
            }
        }
    };
    vec![Item::Enum(item), as_str, display, from_str, from_string, parse, serialize, deserialize, schema]
}

/// The impls that all such enums share, whatever their values are; in the order in which they stand.
fn templates() -> [Template; 6] {
    [
        parse_quote! {
            impl ::std::fmt::Display for Open {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<::std::string::String> for Open {
                fn from(value: ::std::string::String) -> Self {
                    Self::from(value.as_str())
                }
            }
        },
        parse_quote! {
            impl ::std::str::FromStr for Open {
                type Err = ::std::convert::Infallible;
                fn from_str(value: &str) -> ::std::result::Result<Self, ::std::convert::Infallible> {
                    Ok(Self::from(value))
                }
            }
        },
        parse_quote! {
            impl ::serde::Serialize for Open {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        },
        parse_quote! {
            impl<'de> ::serde::Deserialize<'de> for Open {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    ::std::string::String::deserialize(deserializer).map(Self::from)
                }
            }
        },
        parse_quote! {
            #[cfg(feature = "schemars")]
            impl ::schemars::JsonSchema for Open {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    #NAME.into()
                }
                fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                    ::std::string::String::json_schema(generator)
                }
            }
        },
    ]
    .map(Template)
}

/// The first of these names that no variant has.
pub(super) fn free_variant(item: &ItemEnum, names: &[&str]) -> Ident {
    let taken: Vec<String> = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
    Ident::new(&names::free(names, taken.iter().map(String::as_str)), item.ident.span())
}

/// The value of a variant on the wire: `#[serde(rename = "…")]`, or its name.
pub(super) fn wire_value(variant: &syn::Variant) -> String {
    renamed(&variant.attrs).unwrap_or_else(|| variant.ident.to_string())
}

/// The name that serde gives something, where it is another than its own.
pub(super) fn renamed(attrs: &[Attribute]) -> Option<String> {
    let mut renamed = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename")
                && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = meta.value()?.parse()?
            {
                renamed = Some(text.value());
            }
            Ok(())
        });
    }
    renamed
}
