//! `client.rs`: the one public client of a crate, over progenitor's private layer.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::File;

use crate::CodegenError;
use crate::model::Api;

mod client;
mod errors;
mod operations;
mod requests;
mod servers;
mod signature;

/// Emits the whole file.
pub(crate) fn client(api: &Api, generated: &File) -> Result<File, CodegenError> {
    let signatures = signature::all(api, generated)?;
    let methods =
        api.operations.iter().zip(&signatures).map(|(operation, signature)| client::method(operation, signature));
    let client = client::client(api, methods);
    let imports = match names_types(&client) {
        true => quote!(
            use crate::generated::{self, types};
        ),
        false => quote!(
            use crate::generated;
        ),
    };
    let builder = client::builder(api);
    let servers = servers::servers(api);
    let operations = operations::module(api);
    let requests = requests::module(api, &signatures);
    let errors = errors::module(api);
    let tokens = quote! {
        use std::sync::Arc;
        use std::time::Duration;

        use client_runtime as rt;

        #imports

        #client
        #builder
        #servers

        impl progenitor_client::ClientHooks<rt::Call> for generated::Client {
            async fn exec(
                &self,
                request: reqwest::Request,
                _: &progenitor_client::OperationInfo,
            ) -> reqwest::Result<reqwest::Response> {
                rt::exec(&self.inner, &self.client, request).await
            }
        }

        #operations
        #requests
        #errors
    };
    syn::parse2(tokens).map_err(|error| CodegenError::unsupported("the emitted client", error.to_string()))
}

/// Whether some code names the module of the generated types, which an import would otherwise be unused for.
fn names_types(code: &TokenStream) -> bool {
    code.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "types",
        TokenTree::Group(group) => names_types(&group.stream()),
        _ => false,
    })
}
