//! Enums of numbers that come back from a server accept unlisted numbers, as enums of strings do.
//!
//! typify makes a struct that refuses unlisted numbers, so one new number would fail the whole response. In types that
//! responses contain, such a struct therefore takes any number.

use std::collections::BTreeMap;

use syn::{Attribute, Fields, FieldsUnnamed, Item, Type, Visibility, parse_quote};

use super::attributes::implementor;
use crate::reach::Reach;

const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

/// Opens the structs of listed numbers that servers send.
pub(super) fn keep_unknown_values(items: &mut Vec<Item>, reach: &Reach) {
    let received = |name: &str| reach.response.contains(name) || reach.error.contains(name);
    let open: BTreeMap<String, Type> = items
        .iter()
        .filter_map(|item| {
            let Item::Struct(item) = item else { return None };
            let name = item.ident.to_string();
            let number = checked_number(&item.fields)?;
            received(&name).then(|| (name, number.clone()))
        })
        .collect();
    if open.is_empty() {
        return;
    }
    let checks = |item: &Item| {
        ["TryFrom", "Deserialize"].iter().any(|of| implementor(item, of).is_some_and(|name| open.contains_key(&name)))
    };
    items.retain(|item| !checks(item));
    let mut added = Vec::new();
    for item in items.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let Some(number) = open.get(&item.ident.to_string()) else { continue };
        let (ident, derive): (_, Attribute) = (&item.ident, parse_quote!(#[derive(::serde::Deserialize)]));
        let at = item.attrs.iter().position(|attr| attr.path().is_ident("derive")).unwrap_or(0);
        item.attrs.insert(at, derive);
        item.fields.iter_mut().for_each(|field| field.vis = Visibility::Public(syn::token::Pub::default()));
        added.push(parse_quote! {
            impl ::std::convert::From<#number> for #ident {
                fn from(value: #number) -> Self {
                    Self(value)
                }
            }
        });
    }
    items.extend(added);
}

/// The integer that a struct is nothing but, and that nobody can put there who hasn't checked it.
fn checked_number(fields: &Fields) -> Option<&Type> {
    let Fields::Unnamed(FieldsUnnamed { unnamed, .. }) = fields else { return None };
    let [field] = unnamed.iter().collect::<Vec<_>>()[..] else { return None };
    let Type::Path(path) = &field.ty else { return None };
    let is_integer = INTEGERS.iter().any(|name| path.path.is_ident(name));
    (is_integer && field.vis == Visibility::Inherited).then_some(&field.ty)
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[test]
    fn listed_numbers_are_open_where_servers_send_them() {
        let file: syn::File = syn::parse_quote! {
            #[derive(Clone)]
            #[serde(transparent)]
            pub struct Kind(i64);
            impl TryFrom<i64> for Kind {}
            impl<'de> Deserialize<'de> for Kind {}
            pub struct Sent(i64);
            impl TryFrom<i64> for Sent {}
            pub struct Plain(pub i64);
            impl TryFrom<&str> for Plain {}
            pub struct Text(String);
            impl TryFrom<&str> for Text {}
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let reach = Reach { response: names(&["Kind", "Plain"]), error: names(&["Text"]), ..Reach::default() };
        let mut items = file.items;
        keep_unknown_values(&mut items, &reach);
        let code: Vec<String> = items.iter().map(|item| item.to_token_stream().to_string().replace(' ', "")).collect();
        assert!(code[0].starts_with("#[derive(::serde::Deserialize)]#[derive(Clone)]"), "{code:?}");
        assert!(code[0].ends_with("pubstructKind(pubi64);"), "{code:?}");
        assert!(code.iter().any(|code| code.contains("From<i64>forKind")), "{code:?}");
        assert!(
            !code.iter().any(|code| code.contains("TryFrom<i64>forKind") || code.contains("forKind{}")),
            "{code:?}"
        );
        for kept in ["pubstructSent(i64);", "TryFrom<i64>forSent", "TryFrom<&str>forPlain", "TryFrom<&str>forText"] {
            assert!(code.iter().any(|code| code.contains(kept)), "{kept}: {code:?}");
        }
    }
}
