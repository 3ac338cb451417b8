//! `requests`: a type per operation that collects optional parameters and is sent when awaited.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::answers::Reading;
use super::signature::{Argument, Form, Kind, Signature};
use crate::CodegenError;
use crate::model::{Api, Operation, Writing};
use crate::polish::doc_attributes;

pub(super) fn module(api: &Api, signatures: &[Signature]) -> Result<TokenStream, CodegenError> {
    let requests = api.operations.iter().zip(signatures).map(|(operation, signature)| request(operation, signature));
    let requests: TokenStream = requests.collect::<Result<_, _>>()?;
    let imports = super::imports(&requests, quote!(super::super));
    let answers = super::has_answers(api).then(|| {
        quote!(
            use super::answers;
        )
    });
    Ok(quote! {
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
    })
}

fn request(operation: &Operation, signature: &Signature) -> Result<TokenStream, CodegenError> {
    let name = format_ident!("{}", operation.names.request);
    let error = format_ident!("{}", operation.names.error);
    let output = &signature.output;
    let docs = format!(
        " A call of [`Client::{method}`](super::Client::{method}) that is ready to be sent.",
        method = operation.names.method
    );
    let fields = signature.arguments.iter().filter_map(field);
    let setters = signature.optional().map(setter);
    let key = operation.idempotency_key().map(|_| idempotency_key());
    // If no token is sent, giving one is a mistake that the compiler reports.
    let token = operation.security.token().map(|_| token());
    let send = send(operation, signature)?;
    Ok(quote! {
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

            /// The time limit of this call, retries included; by default that of the client.
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
    })
}

fn field(argument: &Argument) -> Option<TokenStream> {
    let (name, ty) = (&argument.name, argument.held());
    match argument.kind {
        Kind::Path | Kind::Required => Some(quote!(pub(super) #name: #ty,)),
        Kind::Optional => Some(quote!(pub(super) #name: Option<#ty>,)),
        Kind::IdempotencyKey => None,
    }
}

fn setter(argument: &Argument) -> TokenStream {
    let name = &argument.name;
    let (ty, value) = match argument.form {
        Form::Secret => (quote!(impl Into<rt::Secret>), quote!(value.into())),
        Form::Bytes => (quote!(impl Into<rt::Bytes>), quote!(value.into())),
        Form::String => (quote!(impl Into<String>), quote!(value.into())),
        Form::Plain => (argument.bare(), quote!(value)),
    };
    let value = if argument.hidden { quote!(rt::Redacted::new(#value)) } else { value };
    let mut docs = doc_attributes(&argument.docs);
    if docs.is_empty() {
        docs = match argument.parameter {
            Some(_) => doc_attributes(&format!("Sets the optional parameter `{name}`.")),
            None => doc_attributes("Sends this body; without it, the request has none."),
        };
    }
    quote! {
        #(#docs)*
        pub fn #name(mut self, value: #ty) -> Self {
            self.#name = Some(#value);
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
        /// It is visible ASCII, and not empty. By default the client makes a fresh key for every call, and uses it for all
        /// its retries.
        pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
            self.options.idempotency_key = Some(key.into());
            self
        }
    }
}

fn send(operation: &Operation, signature: &Signature) -> Result<TokenStream, CodegenError> {
    let constant = format_ident!("{}", operation.names.constant);
    let method = format_ident!("{}", operation.names.method);
    let checks = checks(operation, signature, &constant)?;
    let is_json = operation.body.as_ref().is_some_and(|body| body.is_json);
    let numbers = (is_json && signature.may_hold_float)
        .then(|| quote!(rt::codegen::check_numbers(&operations::#constant, &self.body)?;));
    let takes_key = signature.arguments.iter().any(|argument| argument.kind == Kind::IdempotencyKey);
    let key = takes_key.then(|| quote!(let key = call.idempotency_key();));
    let mut handed_on: Vec<&Argument> = signature
        .arguments
        .iter()
        .filter(|argument| argument.kind == Kind::Path || argument.writing().is_none())
        .collect();
    handed_on.sort_by_key(|argument| argument.position);
    let values = handed_on.into_iter().map(|argument| {
        let field = &argument.name;
        match argument.kind {
            Kind::IdempotencyKey => quote!(key),
            Kind::Path if argument.writing().is_some() => {
                let segment = segment(argument);
                quote!(&#segment)
            }
            Kind::Optional if argument.form == Form::Secret => quote!(self.#field.as_ref().map(rt::Secret::expose)),
            _ if argument.form == Form::Secret => quote!(self.#field.expose()),
            Kind::Optional if argument.hidden => quote!(self.#field.map(rt::Redacted::into_inner)),
            _ if argument.hidden => quote!(self.#field.into_inner()),
            _ => quote!(self.#field),
        }
    });
    let finish = format_ident!("{}", signature.finish);
    let set = options(operation, signature, &constant);
    let options = match set.is_empty() {
        true => quote! { let call = self.core.call(&operations::#constant, self.options)?; },
        false => quote! {
            let mut options = self.options;
            #(#set)*
            let call = self.core.call(&operations::#constant, options)?;
        },
    };
    let reader = Reading::of(operation).map(|reading| {
        let reader = reading.reader(operation);
        quote!(, #reader)
    });
    Ok(quote! {
        Box::pin(async move {
            #(#checks)*
            #numbers
            #options
            #key
            let client = generated::Client::new_with_client(self.core.base_url(), self.core.http().clone(), call.clone());
            let result = client.#method(#(#values),*).await;
            rt::codegen::#finish(&call, result #reader).await
        })
    })
}

/// The checks that no value changes the path of a request: one for each parameter in the path.
fn checks(operation: &Operation, signature: &Signature, constant: &Ident) -> Result<Vec<TokenStream>, CodegenError> {
    let in_path = operation.parameters.iter().filter(|parameter| parameter.is_in_path());
    let given = in_path.map(|parameter| {
        let is_its = |argument: &&Argument| {
            let wire = argument.parameter.as_ref();
            argument.kind == Kind::Path && wire.is_some_and(|wire| wire.name == parameter.name)
        };
        let problem = || format!("the value of `{}` would come into the path without a check", parameter.name);
        let argument = signature.arguments.iter().find(is_its);
        argument.ok_or_else(|| CodegenError::document(&operation.pointer, problem()))
    });
    let mut given = given.collect::<Result<Vec<_>, _>>()?;
    given.sort_by_key(|argument| argument.position);
    let check = |argument: &Argument| {
        let field = &argument.name;
        let name = argument.parameter.as_ref().map_or("", |wire| &wire.name);
        let operation = quote!(&operations::#constant);
        if let Some((_, writing)) = argument.writing() {
            let (segment, writing) = (segment(argument), self::writing(writing));
            return quote!(let #segment = rt::codegen::write_path(#operation, #name, #writing, &self.#field)?;);
        }
        let value = match argument.form {
            Form::Secret => quote!(self.#field.expose()),
            _ if argument.hidden => quote!(&self.#field.expose().to_string()),
            _ if argument.is_str() => quote!(self.#field),
            _ => quote!(&self.#field.to_string()),
        };
        quote!(rt::codegen::check_path_segment(#operation, #name, #value)?;)
    };
    Ok(given.into_iter().map(check).collect())
}

/// The options of a call, besides the arguments of the generated layer's method.
fn options(operation: &Operation, signature: &Signature, constant: &Ident) -> Vec<TokenStream> {
    let mut set: Vec<TokenStream> = Vec::new();
    set.extend(operation.accept.as_ref().map(|text| quote!(options.accept = Some(#text);)));
    set.extend(operation.content_type.as_ref().map(|text| quote!(options.content_type = Some(#text);)));
    set.extend(operation.may_be_empty.then(|| quote!(options.may_be_empty = true;)));
    let fields = operation.body.iter().flat_map(|body| &body.fields);
    let fields: Vec<TokenStream> = fields
        .map(|(name, writing)| {
            let writing = self::writing(writing);
            quote!((#name, #writing))
        })
        .collect();
    if !fields.is_empty() {
        set.push(quote!(options.form = const { &[#(#fields),*] };));
    }
    for argument in signature.arguments.iter().filter(|argument| argument.kind != Kind::Path) {
        let Some((wire, writing)) = argument.writing() else { continue };
        let (name, field, writing) = (&wire.name, &argument.name, self::writing(writing));
        let is_sensitive = argument.hidden || argument.form == Form::Secret;
        let writing = if is_sensitive { quote!(#writing.as_sensitive()) } else { writing };
        let place = if wire.location == "header" { format_ident!("header") } else { format_ident!("query") };
        set.push(quote!(options.parameters.#place(&operations::#constant, #name, #writing, &self.#field)?;));
    }
    set
}

/// The variable for the encoded value of a path parameter.
fn segment(argument: &Argument) -> Ident {
    format_ident!("segment_{}", argument.position)
}

fn writing(writing: &Writing) -> TokenStream {
    let Writing { style, explode, allow_reserved } = writing;
    let style = format_ident!("{style}");
    let reserved = allow_reserved.then(|| quote!(.with_reserved()));
    quote!(rt::codegen::Writing::new(rt::codegen::Style::#style, #explode)#reserved)
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::source::Step;
    use openapi_pipeline::{Context, Node, names};
    use serde_json::json;
    use syn::parse_quote;

    use super::*;
    use crate::model;

    #[test]
    fn no_value_comes_into_the_path_without_a_check() {
        let mut cx = Context::new();
        let file = cx.sources.add("a.json", "");
        let origin = cx.sources.mark(file, 0..0, None, Step::Root);
        let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
        let operation = json!({"operationId": "look", "parameters": [id], "responses": {}});
        let document = Node::from_json(&json!({"paths": {"/{id}": {"get": operation}}}), origin);
        let named = names::assign(&document, "", &names::Pins::default()).unwrap();
        let operation = model::operations(&named).unwrap().remove(0);
        let signature = Signature {
            arguments: Vec::new(),
            may_hold_float: false,
            output: parse_quote!(()),
            finish: "finish_empty",
        };
        let error = checks(&operation, &signature, &format_ident!("LOOK")).unwrap_err().to_string();
        assert!(error.ends_with("the value of `id` would come into the path without a check"), "{error}");
    }
}
