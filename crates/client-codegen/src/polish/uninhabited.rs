//! Types without values, which no value can be decoded as. The generator makes them from schemas whose parts contradict one
//! another, often only by its own reading.

use syn::{GenericArgument, Item, PathArguments, Type, parse_quote};

/// The names of the types without values.
pub(crate) fn names(items: &[Item]) -> Vec<String> {
    let empty = items.iter().filter_map(|item| match item {
        Item::Enum(item) if item.variants.is_empty() => Some(item.ident.to_string()),
        _ => None,
    });
    empty.collect()
}

/// Turns them into any JSON value.
pub(super) fn open(items: &mut Vec<Item>) {
    let names = names(items);
    if names.is_empty() {
        return;
    }
    items.retain(|item| !matches!(item, Item::Impl(block) if is_about(block, &names)));
    for item in items {
        if let Item::Enum(empty) = item
            && empty.variants.is_empty()
        {
            let name = &empty.ident;
            let docs = empty.attrs.iter().filter(|attr| attr.path().is_ident("doc"));
            *item = parse_quote! {
                #(#docs)*
                pub type #name = ::serde_json::Value;
            };
        }
    }
}

/// Whether an `impl` is for such a type, or a conversion from one.
fn is_about(block: &syn::ItemImpl, names: &[String]) -> bool {
    let from = block.trait_.as_ref().and_then(|(path, _)| path.segments.last()).map(|last| &last.arguments);
    let from = from.into_iter().flat_map(|arguments| match arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().collect(),
        _ => Vec::new(),
    });
    let types = from.filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.chain([&*block.self_ty]).any(|ty| is_named(ty, names))
}

fn is_named(ty: &Type, names: &[String]) -> bool {
    match ty {
        Type::Reference(reference) => is_named(&reference.elem, names),
        Type::Path(path) => path.path.get_ident().is_some_and(|ident| names.iter().any(|name| ident == name)),
        _ => false,
    }
}
