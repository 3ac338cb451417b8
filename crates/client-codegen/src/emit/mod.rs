//! `client.rs`: the one public client of a crate, over progenitor's private layer.
//!
//! It is generated in two halves, each rendered on its own: one depends on the description alone, so that it can be
//! generated while progenitor runs; the other wraps progenitor's methods.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::quote;
use syn::File;

use crate::model::Api;
use crate::provenance::Lines;
use crate::{CodegenError, render};

mod answers;
mod client;
mod errors;
mod operations;
mod requests;
mod servers;
mod signature;
mod types;

pub(crate) use signature::Heads;

/// Whether an operation has an enum of answers, in the module `answers`.
pub(crate) fn has_answers(api: &Api) -> bool {
    api.operations.iter().any(|operation| matches!(answers::Reading::of(operation), Some(answers::Reading::Enum(_))))
}

/// The half that depends on the description alone.
pub(crate) struct ByDescription {
    operations: String,
    answers: String,
    errors: String,
}

/// The half that depends on progenitor's methods.
pub(crate) struct ByMethods {
    client: String,
    requests: String,
}

impl ByDescription {
    /// Ends with an error as soon as `is_cancelled` returns true.
    pub(crate) fn of(api: &Api, lines: &Lines<'_>, is_cancelled: &dyn Fn() -> bool) -> Result<Self, CodegenError> {
        let text = |module: fn(&Api) -> TokenStream| match is_cancelled() {
            true => Err(CodegenError::Progenitor("it failed".to_owned())),
            false => self::text(module(api), lines),
        };
        Ok(Self {
            operations: text(operations::module)?,
            answers: text(answers::module)?,
            errors: text(errors::module)?,
        })
    }
}

impl ByMethods {
    pub(crate) fn of(api: &Api, heads: &Heads, lines: &Lines<'_>) -> Result<Self, CodegenError> {
        let signatures = signature::all(api, heads)?;
        let methods =
            api.operations.iter().zip(&signatures).map(|(operation, signature)| client::method(operation, signature));
        let client = client::client(api, methods);
        let imports = imports(&client, quote!(super));
        let builder = client::builder(api);
        let servers = servers::servers(api);
        let client = quote! {
            use std::sync::Arc;
            use std::time::Duration;

            use client_runtime as rt;

            #imports

            #client
            #builder
            #servers

            impl progenitor_client::ClientHooks<rt::codegen::Call> for generated::Client {
                async fn exec(
                    &self,
                    request: reqwest::Request,
                    _: &progenitor_client::OperationInfo,
                ) -> reqwest::Result<reqwest::Response> {
                    rt::codegen::exec(&self.inner, &self.client, request).await
                }
            }
        };
        Ok(Self { client: text(client, lines)?, requests: text(requests::module(api, &signatures)?, lines)? })
    }

    /// The parts of the file, in their order.
    pub(crate) fn with(self, other: ByDescription) -> Vec<String> {
        let parts = [self.client, other.operations, self.requests, other.answers, other.errors];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }
}

fn text(tokens: TokenStream, lines: &Lines<'_>) -> Result<String, CodegenError> {
    let mut file: File =
        syn::parse2(tokens).map_err(|error| CodegenError::unsupported("the emitted client", error.to_string()))?;
    lines.add_to_client(&mut file);
    Ok(render::text(&file))
}

/// The imports that some code needs of the private layer, which is in the module `parent`: the path is relative, so
/// that a client compiles in any module.
fn imports(code: &TokenStream, parent: TokenStream) -> TokenStream {
    match names_types(code) {
        true => quote!(
            use #parent::generated::{self, types};
        ),
        false => quote!(
            use #parent::generated;
        ),
    }
}

/// Whether some code names the module of the generated types, without which its import would be unused: as the
/// beginning of a path, since a method or an argument may have that name too.
fn names_types(code: &TokenStream) -> bool {
    let mut tokens = code.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match &token {
            TokenTree::Ident(ident) => {
                let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':' && next.spacing() == Spacing::Joint);
                ident == "types" && is_path
            }
            TokenTree::Group(group) => names_types(&group.stream()),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}
