//! Decoding by status: the types of bodies, and the match arms of statuses.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{JsonType, StatusPattern};

/// The type, in a module that has `types` and `rt`.
pub(super) fn json_type(ty: &JsonType) -> TokenStream {
    match ty {
        JsonType::Generated(name) => {
            let name = format_ident!("{name}");
            quote!(types::#name)
        }
        JsonType::Runtime(name) => {
            let name = format_ident!("{name}");
            quote!(rt::#name)
        }
        JsonType::Array(items) => {
            let items = json_type(items);
            quote!(Vec<#items>)
        }
        JsonType::Nullable(ty) => {
            let ty = json_type(ty);
            quote!(Option<#ty>)
        }
    }
}

/// The pattern of a match arm for a status, behind the more exact ones. Ranges are guards: clippy wants patterns not to
/// overlap.
pub(super) fn arm(status: StatusPattern) -> TokenStream {
    match status {
        StatusPattern::Exact(code) => quote!(#code),
        StatusPattern::Range(digit) => {
            let (first, last) = (digit * 100, digit * 100 + 99);
            quote!(status if (#first..=#last).contains(&status))
        }
        StatusPattern::Default => quote!(_),
    }
}
