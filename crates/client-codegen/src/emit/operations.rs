//! `operations`: what the runtime, and anybody who asks, knows of each operation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Api, Operation, Security};
use crate::names;

pub(super) fn module(api: &Api) -> TokenStream {
    let constants = api.operations.iter().map(|operation| constant(api, operation));
    let names = api.operations.iter().map(|operation| format_ident!("{}", names::shouty(&operation.method_name)));
    quote! {
        /// The operations of this API as data.
        pub mod operations {
            use client_runtime as rt;

            #(#constants)*

            /// All of them, in the order of the description.
            pub const ALL: &[rt::Operation] = &[#(#names),*];
        }
    }
}

fn constant(api: &Api, operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", names::shouty(&operation.method_name));
    let Operation { method_name, http_method, path, deprecated, idempotent, rotates, .. } = operation;
    let family = &api.family;
    let security = match operation.security {
        Security::None => quote!(None),
        Security::Bearer => quote!(Bearer),
        Security::Optional => quote!(Optional),
    };
    let key = operation.idempotency_key().map_or_else(
        || quote!(None),
        |parameter| {
            let name = &parameter.name;
            quote!(Some(#name))
        },
    );
    let docs = format!(" `{http_method} {path}`");
    let idempotent =
        *idempotent || matches!(http_method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE");
    quote! {
        #[doc = #docs]
        pub const #name: rt::Operation = rt::Operation {
            family: #family,
            id: #method_name,
            method: #http_method,
            path: #path,
            security: rt::Security::#security,
            idempotent: #idempotent,
            idempotency_key: #key,
            deprecated: #deprecated,
            rotates: #rotates,
        };
    }
}
