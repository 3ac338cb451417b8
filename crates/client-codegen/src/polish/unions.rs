//! Union types: a value is decoded as the alternative that it names, or else as the one that keeps most of it.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Fields, Ident, Item, ItemEnum, Type, Variant, parse_quote};

use super::attributes::{derives, remove_derive};
use super::enums::free_variant;
use crate::unions::{Discriminator, Tag, Union, Unions};

/// Gives such enums a `Deserialize` of ours. With a discriminator, a value of an unknown kind is kept as it is.
pub(super) fn read_what_they_say(items: &mut Vec<Item>, unions: &Unions) {
    let mut added = Vec::new();
    for item in items.iter_mut() {
        let Item::Enum(item) = item else { continue };
        if !is_untagged(&item.attrs) || !derives(&item.attrs, "Deserialize") {
            continue;
        }
        // The variants are in the order of the alternatives.
        let union =
            unions.by_type.get(&item.ident.to_string()).filter(|union| union.alternatives.len() == item.variants.len());
        let discriminator = union.and_then(|union| union.discriminator.as_ref());
        let ambiguous = item.variants.iter().filter(|variant| !is_scalar(variant)).count() > 1;
        if discriminator.is_none() && !ambiguous {
            continue;
        }
        remove_derive(&mut item.attrs, "Deserialize");
        added.push(deserialize(item, union, discriminator));
        if discriminator.is_some() {
            let unknown = unknown(item);
            item.variants.push(parse_quote! {
                /// A value of a kind that this version of the crate doesn't know. It is kept as received, and not shown,
                /// since it may hold a secret.
                #unknown(::client_runtime::RedactedValue)
            });
        }
    }
    items.extend(added);
}

/// The name of the variant for unknown values: one that no alternative has.
fn unknown(item: &ItemEnum) -> Ident {
    free_variant(item, &["Unknown", "UnknownValue", "UnknownKind"])
}

fn is_untagged(attrs: &[Attribute]) -> bool {
    let mut found = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("untagged");
            Ok(())
        });
    }
    found
}

/// Whether a variant holds one string, number or boolean: serde tells those apart by itself.
fn is_scalar(variant: &Variant) -> bool {
    const SCALARS: [&str; 21] = [
        "String",
        "bool",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "u8",
        "u16",
        "u32",
        "u64",
        "NonZeroU32",
        "NonZeroU64",
        "Uuid",
        "IpAddr",
        "Ipv4Addr",
        "Ipv6Addr",
        "Timestamp",
        "Secret",
        "Number",
    ];
    match &variant.fields {
        Fields::Unit => true,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match fields.unnamed.first().map(|field| &field.ty) {
            Some(Type::Path(path)) => {
                path.path.segments.last().is_some_and(|last| SCALARS.iter().any(|name| last.ident == name))
            }
            _ => false,
        },
        _ => false,
    }
}

fn deserialize(item: &ItemEnum, union: Option<&Union>, discriminator: Option<&Discriminator>) -> Item {
    let ident = &item.ident;
    let container: Vec<&Attribute> = item.attrs.iter().filter(|attr| attr.path().is_ident("serde")).collect();
    let tags = |at: usize| union.and_then(|union| union.alternatives.get(at)).map_or(&[][..], Vec::as_slice);
    let alternatives = item.variants.iter().enumerate().map(|(at, variant)| alternative(variant, &container, tags(at)));
    let read = match discriminator {
        None => quote!(::client_runtime::codegen::deserialize_best(deserializer, &[#(#alternatives),*])),
        Some(Discriminator { member, values }) => {
            let values = values.iter().map(|(value, at)| quote!((#value, #at)));
            let unknown = unknown(item);
            quote! {
                ::client_runtime::codegen::deserialize_tagged(
                    deserializer,
                    #member,
                    &[#(#values),*],
                    &[#(#alternatives),*],
                    |value| Self::#unknown(value.into()),
                )
            }
        }
    };
    parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                #read
            }
        }
    }
}

/// A variant on its own, as serde decodes it: its content, or an enum without the other variants.
fn alternative(variant: &Variant, container: &[&Attribute], tags: &[Tag]) -> TokenStream {
    let name = &variant.ident;
    let tags = tags.iter().map(|Tag { member, values }| {
        let values = values.iter().map(constant);
        quote!((#member, &[#(#values),*]))
    });
    let tags = quote!(&[#(#tags),*]);
    if let Fields::Unnamed(fields) = &variant.fields
        && let [field] = &fields.unnamed.iter().collect::<Vec<_>>()[..]
    {
        let ty = &field.ty;
        return quote! {
            ::client_runtime::codegen::Alternative::new(#tags, |value| {
                <#ty as ::serde::Deserialize>::deserialize(value).map(Self::#name)
            })
        };
    }
    let mut alone = variant.clone();
    alone.attrs.retain(|attr| attr.path().is_ident("serde"));
    alone.fields.iter_mut().for_each(|field| field.attrs.retain(|attr| attr.path().is_ident("serde")));
    let bindings: Vec<Ident> = match &variant.fields {
        Fields::Named(fields) => fields.named.iter().filter_map(|field| field.ident.clone()).collect(),
        other => (0..other.len()).map(|at| format_ident!("field_{at}")).collect(),
    };
    let shape = match &variant.fields {
        Fields::Named(_) => quote!({ #(#bindings),* }),
        Fields::Unnamed(_) => quote!((#(#bindings),*)),
        Fields::Unit => quote!(),
    };
    quote! {
        ::client_runtime::codegen::Alternative::new(#tags, |value| {
            #[derive(::serde::Deserialize)]
            #(#container)*
            enum Alone {
                #alone
            }
            let Alone::#name #shape = <Alone as ::serde::Deserialize>::deserialize(value)?;
            Ok(Self::#name #shape)
        })
    }
}

/// A constant value of a property.
fn constant(value: &serde_json::Value) -> TokenStream {
    match value {
        serde_json::Value::Bool(value) => quote!(::client_runtime::codegen::Constant::Boolean(#value)),
        serde_json::Value::Number(number) => {
            let number = Literal::f64_suffixed(number.as_f64().unwrap_or_default());
            quote!(::client_runtime::codegen::Constant::Number(#number))
        }
        other => {
            let text = other.as_str().unwrap_or_default();
            quote!(::client_runtime::codegen::Constant::String(#text))
        }
    }
}
