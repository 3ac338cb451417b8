//! Optional arrays and maps: tells an empty one, by which a request clears an array, from an absent one.

use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Fields, Item, Meta, Token, parse_quote};

/// Makes an `Option` of every array and map that serde would omit when it is empty.
pub(super) fn tell_empty_from_absent(items: &mut [Item]) {
    for item in items {
        match item {
            Item::Struct(item) => item.fields.iter_mut().for_each(repair),
            Item::Enum(item) => {
                let named = item.variants.iter_mut().filter(|variant| matches!(variant.fields, Fields::Named(_)));
                named.flat_map(|variant| variant.fields.iter_mut()).for_each(repair);
            }
            _ => {}
        }
    }
}

fn repair(field: &mut Field) {
    let Some(attr) = field.attrs.iter_mut().find(|attr| skips_empty(attr)) else { return };
    let Ok(metas) = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return };
    let others = metas
        .into_iter()
        .filter(|meta| !meta.path().is_ident("default") && !meta.path().is_ident("skip_serializing_if"));
    let others: Vec<Meta> = others.collect();
    *attr = parse_quote!(#[serde(#(#others,)* skip_serializing_if = "::std::option::Option::is_none")]);
    let ty = &field.ty;
    field.ty = parse_quote!(::std::option::Option<#ty>);
}

fn skips_empty(attr: &Attribute) -> bool {
    attr.path().is_ident("serde") && {
        let text = quote::quote!(#attr).to_string();
        text.contains("skip_serializing_if") && text.contains("is_empty")
    }
}
