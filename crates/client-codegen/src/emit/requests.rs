//! `requests`: a type per operation that collects optional parameters and is sent when awaited.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::answers::Reading;
use super::signature::{Argument, Form, Kind, Signature};
use crate::model::{Api, Operation};
use crate::names;
use crate::polish::doc_attributes;

pub(super) fn module(api: &Api, signatures: &[Signature]) -> TokenStream {
    let requests = api.operations.iter().zip(signatures).map(|(operation, signature)| request(operation, signature));
    let requests: TokenStream = requests.collect();
    let imports = super::imports(&requests, quote!(super::super));
    let answers = super::has_answers(api).then(|| {
        quote!(
            use super::answers;
        )
    });
    quote! {
        /// Requests that are ready to be sent: await one, or set optional parameters first.
        pub mod requests {
            use std::future::IntoFuture;
            use std::time::Duration;

            use client_runtime as rt;

            #answers
            use super::{errors, operations};
            #imports

            #requests
        }
    }
}

fn request(operation: &Operation, signature: &Signature) -> TokenStream {
    let name = format_ident!("{}", names::type_name(&operation.method_name));
    let error = format_ident!("{}", names::error_name(&operation.method_name));
    let output = &signature.output;
    let docs = format!(
        " A call of [`Client::{method}`](super::Client::{method}) that is ready to be sent.",
        method = operation.method_name
    );
    let fields = signature.arguments.iter().filter_map(field);
    let setters = signature.optional().map(setter);
    let key = operation.idempotency_key().map(|_| idempotency_key());
    // Where there is none to send, giving one is a mistake that the compiler tells.
    let token = operation.security.token().map(|_| token());
    let send = send(operation, signature);
    quote! {
        #[doc = #docs]
        #[derive(Debug)]
        #[must_use = "a request is sent when it is awaited"]
        pub struct #name<'a> {
            pub(super) core: &'a rt::codegen::Core,
            pub(super) options: rt::codegen::CallOptions,
            #(#fields)*
        }

        impl<'a> #name<'a> {
            #(#setters)*
            #key

            /// How long this call may take, retries included.
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.options.timeout = Some(timeout);
                self
            }

            #token
        }

        impl<'a> IntoFuture for #name<'a> {
            type Output = Result<rt::Response<#output>, rt::Error<errors::#error>>;
            type IntoFuture = rt::BoxFuture<'a, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                #send
            }
        }
    }
}

fn field(argument: &Argument) -> Option<TokenStream> {
    let (name, ty) = (argument.field(), argument.held());
    match argument.kind {
        Kind::Path | Kind::Required => Some(quote!(pub(super) #name: #ty,)),
        Kind::Optional => Some(quote!(pub(super) #name: Option<#ty>,)),
        Kind::IdempotencyKey => None,
    }
}

fn setter(argument: &Argument) -> TokenStream {
    let (name, field) = (&argument.name, argument.field());
    let (ty, value) = match argument.form {
        Form::Secret => (quote!(impl Into<rt::Secret>), quote!(value.into())),
        _ => (argument.held(), quote!(value)),
    };
    // These are the request's own; a parameter of the same name is reached with a longer one.
    let method = match name.to_string().as_str() {
        "timeout" | "token" | "idempotency_key" => format_ident!("{name}_parameter"),
        _ => name.clone(),
    };
    let mut docs = doc_attributes(&argument.docs);
    if docs.is_empty() {
        docs = doc_attributes(&format!("Sets the optional parameter `{name}`."));
    }
    quote! {
        #(#docs)*
        pub fn #method(mut self, value: #ty) -> Self {
            self.#field = Some(#value);
            self
        }
    }
}

fn token() -> TokenStream {
    quote! {
        /// Sends this token instead of one from the client's source.
        pub fn token(mut self, token: impl Into<rt::Secret>) -> Self {
            self.options.token = Some(token.into());
            self
        }
    }
}

fn idempotency_key() -> TokenStream {
    quote! {
        /// The key by which the server recognises a repeat of this call, so that it takes effect once.
        ///
        /// Without it the client makes a fresh one for every call, and repeats it when it retries. Visible ASCII, not
        /// empty.
        pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
            self.options.idempotency_key = Some(key.into());
            self
        }
    }
}

fn send(operation: &Operation, signature: &Signature) -> TokenStream {
    let constant = format_ident!("{}", names::shouty(&operation.method_name));
    let method = format_ident!("{}", operation.method_name);
    let checks = signature.arguments.iter().filter(|argument| argument.kind == Kind::Path).map(|argument| {
        let (field, text) = (argument.field(), argument.name.to_string());
        let value = match argument.form {
            Form::Secret => quote!(self.#field.expose()),
            _ if argument.is_str() => quote!(self.#field),
            _ => quote!(&self.#field.to_string()),
        };
        quote!(rt::codegen::check_path_segment(&operations::#constant, #text, #value)?;)
    });
    let takes_key = signature.arguments.iter().any(|argument| argument.kind == Kind::IdempotencyKey);
    let key = takes_key.then(|| quote!(let key = call.idempotency_key();));
    let values = signature.arguments.iter().map(|argument| {
        let field = argument.field();
        match argument.kind {
            Kind::IdempotencyKey => quote!(key),
            Kind::Optional if argument.form == Form::Secret => quote!(self.#field.as_ref().map(rt::Secret::expose)),
            _ if argument.form == Form::Secret => quote!(self.#field.expose()),
            _ => quote!(self.#field),
        }
    });
    let finish = format_ident!("{}", signature.finish);
    let accept = operation.accept.as_ref().map(|text| quote!(options.accept = Some(#text);));
    let content_type = operation.content_type.as_ref().map(|text| quote!(options.content_type = Some(#text);));
    let may_be_empty = operation.may_be_empty.then(|| quote!(options.may_be_empty = true;));
    let options = match (&accept, &content_type, &may_be_empty) {
        (None, None, None) => quote! { let call = self.core.call(&operations::#constant, self.options)?; },
        _ => quote! {
            let mut options = self.options;
            #accept
            #content_type
            #may_be_empty
            let call = self.core.call(&operations::#constant, options)?;
        },
    };
    let reader = Reading::of(operation).map(|reading| {
        let reader = reading.reader(operation);
        quote!(, #reader)
    });
    quote! {
        Box::pin(async move {
            #(#checks)*
            #options
            #key
            let client = generated::Client::new_with_client(self.core.base_url(), self.core.http().clone(), call.clone());
            let result = client.#method(#(#values),*).await;
            rt::codegen::#finish(&call, result #reader).await
        })
    }
}
