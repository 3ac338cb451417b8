//! `answers`: an enum for each operation with several success responses, decoded by status.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::types::{arm, json_type};
use crate::model::{Answer, AnswerBody, Api, Operation, StatusPattern};
use crate::polish::doc_attributes;

/// The result of a call whose operation has several success responses.
pub(super) enum Reading {
    /// One of them, as a value of this enum.
    Enum(TokenStream),
    /// There is only one, and it has no body.
    Nothing,
}

impl Reading {
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        match operation.answers.as_slice() {
            [] => None,
            [Answer { body: AnswerBody::None, .. }] => Some(Self::Nothing),
            _ => {
                let name = format_ident!("{}", operation.names.answer);
                Some(Self::Enum(quote!(answers::#name)))
            }
        }
    }

    /// The function that decodes a response.
    pub(super) fn reader(&self, operation: &Operation) -> TokenStream {
        match self {
            Self::Enum(name) => quote!(#name::read),
            Self::Nothing => {
                let patterns = operation.answers.iter().map(|answer| pattern(answer.status));
                quote! {
                    |answer| match answer.status() {
                        #(#patterns)|* | 200..=299 => Ok(()),
                        _ => Err(answer.undocumented()),
                    }
                }
            }
        }
    }
}

/// The module, unless no operation has such an enum.
pub(super) fn module(api: &Api) -> TokenStream {
    let enums: TokenStream = api
        .operations
        .iter()
        .filter(|operation| matches!(Reading::of(operation), Some(Reading::Enum(_))))
        .map(answer)
        .collect();
    if enums.is_empty() {
        return enums;
    }
    let imports = super::names_types(&enums).then(|| {
        quote!(
            use super::super::generated::types;
        )
    });
    quote! {
        /// The success responses of operations that have several, by status.
        ///
        /// A success with a status that the description doesn't mention becomes `Other`, which keeps the raw body.
        pub mod answers {
            use client_runtime as rt;

            #imports

            #enums
        }
    }
}

fn answer(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.names.answer);
    let docs = format!(
        " The success responses of [`Client::{method}`](super::Client::{method}), by status.",
        method = operation.names.method
    );
    let variants = operation.answers.iter().map(|answer| {
        let variant = format_ident!("{}", answer.status.variant());
        let docs = doc_attributes(&format!("{}: {}", answer.status.label(), answer.docs));
        let body = body_type(answer).map(|body| quote!((#body)));
        quote!(#(#docs)* #variant #body,)
    });
    let arms = arms(operation);
    quote! {
        #[doc = #docs]
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "there is one of them, and it is taken apart at once")]
        pub enum #name {
            #(#variants)*
            /// A success with a status that the description doesn't mention, with its body as received.
            Other(rt::RawBody),
        }

        impl #name {
            pub(super) fn read(answer: rt::codegen::Answer<'_>) -> Result<Self, rt::codegen::Unread> {
                match answer.status() { #(#arms)* }
            }
        }
    }
}

fn body_type(answer: &Answer) -> Option<TokenStream> {
    let body = match &answer.body {
        AnswerBody::None => return None,
        AnswerBody::Json(ty) => json_type(ty),
        AnswerBody::String => quote!(String),
        AnswerBody::Bytes => quote!(rt::Bytes),
    };
    Some(if answer.may_be_empty { quote!(Option<#body>) } else { body })
}

/// Exact codes first, then ranges: the order of precedence in OpenAPI.
fn arms(operation: &Operation) -> Vec<TokenStream> {
    let mut answers: Vec<&Answer> = operation.answers.iter().collect();
    answers.sort_by_key(|answer| answer.status.precedence());
    let mut arms: Vec<TokenStream> = answers
        .iter()
        .map(|answer| {
            let (pattern, variant) = (arm(answer.status), format_ident!("{}", answer.status.variant()));
            match (&answer.body, answer.may_be_empty) {
                (AnswerBody::None, _) => quote!(#pattern => Ok(Self::#variant),),
                (AnswerBody::Json(_), false) => quote!(#pattern => answer.json().map(Self::#variant),),
                (AnswerBody::Json(_), true) => quote!(#pattern => answer.optional_json().map(Self::#variant),),
                (AnswerBody::String, _) => quote!(#pattern => answer.text().map(Self::#variant),),
                (AnswerBody::Bytes, _) => quote!(#pattern => Ok(Self::#variant(answer.bytes())),),
            }
        })
        .collect();
    if !answers.iter().any(|answer| answer.status == StatusPattern::Range(2)) {
        let success = arm(StatusPattern::Range(2));
        arms.push(quote!(#success => Ok(Self::Other(answer.raw_body())),));
    }
    arms.push(quote!(_ => Err(answer.undocumented()),));
    arms
}

fn pattern(status: StatusPattern) -> TokenStream {
    match status {
        StatusPattern::Exact(code) => quote!(#code),
        StatusPattern::Range(digit) => {
            let (first, last) = (digit * 100, digit * 100 + 99);
            quote!(#first..=#last)
        }
        // `default` matches every status, so its arm is the last one.
        StatusPattern::Default => quote!(_),
    }
}
