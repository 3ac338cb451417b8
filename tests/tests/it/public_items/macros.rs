//! The items that macros declare, as far as they can be known without expanding macros.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Item;

use super::tree::Tree;

/// For each call of a macro of the crate that declares public items: the heads of these items, and the names passed to
/// it.
pub(super) fn of(tree: &Tree) -> BTreeSet<String> {
    let calls = || {
        tree.modules.iter().flat_map(|module| {
            module.items.iter().filter_map(move |item| match item {
                Item::Macro(item) => Some((module, item)),
                _ => None,
            })
        })
    };
    let makes: BTreeMap<String, Vec<String>> = calls()
        .filter_map(|(_, item)| {
            let mut heads = Vec::new();
            public_heads(item.mac.tokens.clone(), &mut heads);
            Some((item.ident.as_ref()?.to_string(), heads))
        })
        .collect();
    let called = calls().filter(|(_, item)| item.ident.is_none()).filter_map(|(module, item)| {
        let name = item.mac.path.segments.last()?.ident.to_string();
        let heads = makes.get(&name).filter(|heads| !heads.is_empty())?;
        let given = item.mac.tokens.clone().into_iter().filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        });
        let call = format!("{}::{name}!", module.path);
        let of = format!("{call} of {}", given.collect::<Vec<_>>().join(", "));
        Some(heads.iter().map(move |head| format!("{call} makes {head}")).chain([of]).collect::<Vec<_>>())
    });
    called.flatten().collect()
}

/// Collects the tokens from each `pub` to the body or the value behind it.
fn public_heads(tokens: TokenStream, heads: &mut Vec<String>) {
    let mut head: Option<TokenStream> = None;
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(sign) => matches!(sign.as_char(), '=' | ';'),
            _ => false,
        };
        match (&mut head, &token) {
            (Some(_), _) if ends => heads.extend(head.take().map(|head| head.to_string())),
            (Some(head), _) => head.extend([token.clone()]),
            (None, TokenTree::Ident(word)) if word == "pub" => {
                let restricted = matches!(rest.peek(), Some(TokenTree::Group(_)));
                head = (!restricted).then(|| TokenStream::from(token.clone()));
            }
            _ => {}
        }
        if let TokenTree::Group(group) = token
            && head.is_none()
        {
            public_heads(group.stream(), heads);
        }
    }
}
