//! `operations`: the operations as data, for the runtime and for callers.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Api, Carrier, Need, Operation, Scheme, Security};

pub(super) fn module(api: &Api) -> TokenStream {
    let constants = api.operations.iter().map(constant);
    let family = &api.family;
    // Constants are in capitals, so none collides with this name.
    let start = (!api.operations.is_empty()).then(|| {
        quote! {
            const fn operation(id: &'static str, method: &'static str, path: &'static str) -> rt::Operation {
                rt::Operation::new(#family, id, method, path)
            }
        }
    });
    let names = api.operations.iter().map(|operation| format_ident!("{}", operation.names.constant));
    quote! {
        /// The operations of this API as data.
        pub mod operations {
            use client_runtime as rt;

            #start

            #(#constants)*

            /// All operations, in the order of the description.
            pub const ALL: &[rt::Operation] = &[#(#names),*];
        }
    }
}

fn constant(operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", operation.names.constant);
    let method = &operation.names.method;
    let Operation { http_method, path, deprecated, idempotent, rotates, .. } = operation;
    let security = (operation.security.need != Need::None).then(|| {
        let security = security(&operation.security);
        quote!(.with_security(rt::Security::#security))
    });
    let key = operation.idempotency_key().map(|parameter| {
        let name = &parameter.name;
        quote!(.with_idempotency_key(#name))
    });
    let docs = format!(" `{http_method} {path}`");
    let idempotent =
        *idempotent || matches!(http_method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE");
    let idempotent = idempotent.then(|| quote!(.as_idempotent()));
    let deprecated = deprecated.then(|| quote!(.as_deprecated()));
    let rotates = rotates.then(|| quote!(.as_rotating()));
    quote! {
        #[doc = #docs]
        pub const #name: rt::Operation = operation(#method, #http_method, #path)
            #security
            #key
            #idempotent
            #deprecated
            #rotates;
    }
}

fn security(security: &Security) -> TokenStream {
    let only = security.only_token().map(|carrier| (carrier, self::carrier(carrier)));
    let mut ways = security.ways.iter().map(|way| {
        let schemes = way.iter().map(scheme);
        quote!(&[#(#schemes),*])
    });
    if ways.len() > 1 {
        return match security.need {
            Need::Optional => quote!(OptionalAnyOf(&[#(#ways),*])),
            _ => quote!(AnyOf(&[#(#ways),*])),
        };
    }
    let all = ways.next();
    match (security.need, only) {
        (Need::None, _) => quote!(None),
        (Need::Required, Some((Carrier::Bearer, _))) => quote!(Bearer),
        (Need::Optional, Some((Carrier::Bearer, _))) => quote!(Optional),
        (Need::Required, Some((_, carrier))) => quote!(Key(#carrier)),
        (Need::Optional, Some((_, carrier))) => quote!(OptionalKey(#carrier)),
        (Need::Required, None) => quote!(All(#all)),
        (Need::Optional, None) => quote!(OptionalAll(#all)),
    }
}

fn scheme(scheme: &Scheme) -> TokenStream {
    let (name, carrier) = (&scheme.name, carrier(&scheme.carrier));
    match &scheme.method {
        None => quote!(rt::Scheme::token(#name, #carrier)),
        Some(method) => quote!(rt::Scheme::named(#name, #carrier, #method)),
    }
}

fn carrier(carrier: &Carrier) -> TokenStream {
    match carrier {
        Carrier::Bearer => quote!(rt::Carrier::Bearer),
        Carrier::Header(name) => quote!(rt::Carrier::Header(#name)),
        Carrier::Query(name) => quote!(rt::Carrier::Query(#name)),
        Carrier::Cookie(name) => quote!(rt::Carrier::Cookie(#name)),
        Carrier::Basic => quote!(rt::Carrier::Basic),
    }
}
