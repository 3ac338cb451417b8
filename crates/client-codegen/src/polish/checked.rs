//! Strings with bounds or a pattern are checked when a caller makes them, and not when a server sends them.
//!
//! Problem: progenitor checks such a string also when a response is read. A vendor that widens a pattern, or doesn't keep
//! it, would make every call fail.
//!
//! Decision: `FromStr` and `TryFrom` check a value, `Deserialize` doesn't.
//!
//! Limit: an alternative of a union is checked, since the check may be what tells it from the others.

use std::collections::{BTreeSet, HashSet};

use syn::{Expr, Fields, ImplItem, Item, ItemImpl, Stmt, Type, parse_quote};

use crate::reach::Reach;

/// Takes the checks out of what replies are read with.
pub(super) fn read_unchecked(items: &mut [Item], reach: &Reach) {
    let read: BTreeSet<&String> = reach.response.union(&reach.error).collect();
    let alternatives: HashSet<Type> = items.iter().flat_map(alternatives).cloned().collect();
    for item in items {
        if let Item::Impl(block) = item
            && is_of(block, "Deserialize")
            && name(&block.self_ty).is_some_and(|name| read.contains(&name))
            && !alternatives.contains(&block.self_ty)
        {
            read_as_it_is(block);
        }
    }
}

/// The types of an enum's variants.
fn alternatives(item: &Item) -> impl Iterator<Item = &Type> {
    let variants = match item {
        Item::Enum(item) => Some(item.variants.iter()),
        _ => None,
    };
    variants.into_iter().flatten().filter_map(|variant| match &variant.fields {
        Fields::Unnamed(fields) => fields.unnamed.first().map(|field| &field.ty),
        _ => None,
    })
}

fn is_of(block: &ItemImpl, name: &str) -> bool {
    let path = block.trait_.as_ref().map(|(path, _)| path);
    path.and_then(|path| path.segments.last()).is_some_and(|last| last.ident == name)
}

fn name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.get_ident().map(ToString::to_string)
}

/// A string that is parsed becomes a string that is taken.
fn read_as_it_is(block: &mut ItemImpl) {
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item
            && let [Stmt::Expr(Expr::MethodCall(outcome), None)] = method.block.stmts.as_slice()
            && let Expr::MethodCall(parsed) = &*outcome.receiver
            && (outcome.method == "map_err" && parsed.method == "parse")
        {
            method.block = parse_quote!({ ::std::string::String::deserialize(deserializer).map(Self) });
        }
    }
}
