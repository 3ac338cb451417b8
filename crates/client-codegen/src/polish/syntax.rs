//! Helpers to read types and attributes of generated code.

use syn::punctuated::Punctuated;
use syn::{Attribute, GenericArgument, Meta, PathArguments, Token, Type};

/// The `T` of `Option<T>`.
pub(super) fn option_inner(ty: &Type) -> Option<&Type> {
    inner_of(ty, "Option")
}

/// The `T` of `Name<T>`, by whatever path.
pub(super) fn inner_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The `T` of `Nullable<T>`.
pub(super) fn nullable_inner(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let [crate_name, last] = path.path.segments.iter().collect::<Vec<_>>()[..] else { return None };
    match &last.arguments {
        PathArguments::AngleBracketed(arguments)
            if crate_name.ident == "client_runtime" && last.ident == "Nullable" =>
        {
            match arguments.args.first() {
                Some(GenericArgument::Type(inner)) => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The arguments of a serde attribute.
pub(super) fn words(attr: &Attribute) -> Vec<Meta> {
    if !attr.path().is_ident("serde") {
        return Vec::new();
    }
    let list = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    list.map(|list| list.into_iter().collect()).unwrap_or_default()
}
