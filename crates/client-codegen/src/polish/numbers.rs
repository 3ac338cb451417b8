//! Listed numbers that come back from a server may be others tomorrow, as listed strings may.
//!
//! typify makes a struct of them that refuses what isn't listed. Where a server sends it, one number that is new would
//! fail the whole answer; so such a struct takes any number there.

use std::collections::BTreeMap;

use syn::{Attribute, Fields, FieldsUnnamed, Item, Type, Visibility, parse_quote};

use super::attributes::implementor;
use crate::reach::Reach;

const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

/// Opens the structs of listed numbers that servers send.
pub(super) fn keep_unknown_values(items: &mut Vec<Item>, reach: &Reach) {
    let checked = |name: &str| items.iter().any(|item| implementor(item, "TryFrom").as_deref() == Some(name));
    let received = |name: &str| reach.response.contains(name) || reach.error.contains(name);
    let open: BTreeMap<String, Type> = items
        .iter()
        .filter_map(|item| {
            let Item::Struct(item) = item else { return None };
            let name = item.ident.to_string();
            let number = number(&item.fields)?;
            (received(&name) && checked(&name)).then(|| (name, number.clone()))
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

/// The integer that a struct is nothing but.
fn number(fields: &Fields) -> Option<&Type> {
    let Fields::Unnamed(FieldsUnnamed { unnamed, .. }) = fields else { return None };
    let (Some(Type::Path(path)), 1) = (unnamed.first().map(|field| &field.ty), unnamed.len()) else { return None };
    let is_integer = INTEGERS.iter().any(|name| path.path.is_ident(name));
    is_integer.then(|| unnamed.first().map(|field| &field.ty))?
}
