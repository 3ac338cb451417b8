//! `errors`: an enum per operation, decoded by the status of the response.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::types::{arm, json_type};
use crate::model::{Api, ErrorResponse, Operation, StatusPattern};
use crate::polish::doc_attributes;

pub(super) fn module(api: &Api) -> TokenStream {
    let errors: TokenStream = api.operations.iter().map(error).collect();
    let imports = super::names_types(&errors).then(|| {
        quote!(
            use super::super::generated::types;
        )
    });
    quote! {
        /// The failed responses of each operation, by status.
        ///
        /// A response whose body doesn't fit the description, or whose status it doesn't mention, becomes `Other`, which
        /// keeps status, headers and the raw body.
        pub mod errors {
            use client_runtime as rt;
            use reqwest::StatusCode;
            use reqwest::header::HeaderMap;

            #imports

            #errors
        }
    }
}

fn error(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.names.error);
    let docs = format!(
        " The failed responses of [`Client::{method}`](super::Client::{method}), by status.",
        method = operation.names.method
    );
    let variants: Vec<_> = operation.errors.iter().map(|error| format_ident!("{}", error.status.variant())).collect();
    let declarations = operation.errors.iter().zip(&variants).map(|(error, variant)| {
        let docs = doc_attributes(&format!("{}: {}", error.status.label(), error.docs));
        let body = body_type(error);
        quote!(#(#docs)* #variant(rt::ErrorResponse<#body>),)
    });
    let from_response = from_response(operation);
    let display = display(operation, &variants);
    quote! {
        #[doc = #docs]
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum #name {
            #(#declarations)*
            /// A response whose status the description doesn't mention, or whose body doesn't fit it.
            #[non_exhaustive]
            Other {
                /// The status.
                status: StatusCode,
                /// The headers, boxed so that a `Result` stays small.
                headers: Box<HeaderMap>,
                /// The body as received.
                body: rt::RawBody,
            },
        }

        impl rt::ApiError for #name {
            fn from_response(parts: rt::ResponseParts) -> Self {
                #from_response
            }

            fn parts(&self) -> rt::ErrorParts<'_> {
                match self {
                    #(Self::#variants(error) => error.parts(),)*
                    Self::Other { status, headers, body } => rt::ErrorParts::new(*status, headers, body),
                }
            }
        }

        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                #display
            }
        }

        impl std::error::Error for #name {}
    }
}

/// Shows the properties of the body that its description documents as codes, titles and names of fields.
fn display(operation: &Operation, variants: &[Ident]) -> TokenStream {
    if operation.errors.iter().all(|error| error.shown.is_empty()) {
        return quote!(rt::codegen::fmt_api_error(self, f));
    }
    let arms =
        operation.errors.iter().zip(variants).filter(|(error, _)| !error.shown.is_empty()).map(|(error, variant)| {
            let shown = &error.shown;
            quote!(Self::#variant(_) => &[#(#shown),*],)
        });
    quote! {
        let documented: &[&str] = match self {
            #(#arms)*
            _ => &[],
        };
        rt::codegen::fmt_documented_error(self, documented, f)
    }
}

fn body_type(error: &ErrorResponse) -> TokenStream {
    error.body.as_ref().map_or_else(|| quote!(()), json_type)
}

/// Decodes by status where the description names errors.
fn from_response(operation: &Operation) -> TokenStream {
    let other = quote! {
        let (status, headers, body) = parts.into_parts();
        Self::Other { status, headers: Box::new(headers), body }
    };
    let decoded = match operation.errors.as_slice() {
        [] => return other,
        [error] if error.status == StatusPattern::Default => decode(error),
        _ => {
            let arms = arms(operation);
            quote!(match parts.status().as_u16() { #(#arms)* })
        }
    };
    quote! {
        let decoded = #decoded;
        decoded.unwrap_or_else(|parts| { #other })
    }
}

/// Exact codes first, then ranges, then the default: the order of precedence in OpenAPI.
fn arms(operation: &Operation) -> Vec<TokenStream> {
    let mut errors: Vec<&ErrorResponse> = operation.errors.iter().collect();
    errors.sort_by_key(|error| error.status.precedence());
    let arm = |error: &&ErrorResponse| {
        let decoded = decode(error);
        let status = arm(error.status);
        quote!(#status => #decoded,)
    };
    let mut arms: Vec<TokenStream> = errors.iter().map(arm).collect();
    if operation.errors.iter().all(|error| error.status != StatusPattern::Default) {
        arms.push(quote!(_ => Err(parts),));
    }
    arms
}

/// Decodes the variant of an error from the response, or returns the response if its body doesn't fit.
fn decode(error: &ErrorResponse) -> TokenStream {
    let variant = format_ident!("{}", error.status.variant());
    let decode = if error.body.is_some() { format_ident!("decode") } else { format_ident!("without_body") };
    quote!(parts.#decode().map(Self::#variant))
}
