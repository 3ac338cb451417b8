//! `Server`: where the API is served.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::Api;
use crate::polish::doc_attributes;

pub(super) fn servers(api: &Api) -> TokenStream {
    let variants = api.servers.iter().map(|server| {
        let name = format_ident!("{}", server.variant);
        let docs = doc_attributes(&format!("{}\n\n`{}`", server.description, server.url));
        quote!(#(#docs)* #name,)
    });
    let urls = api.servers.iter().map(|server| {
        let (name, url) = (format_ident!("{}", server.variant), &server.url);
        quote!(Self::#name => #url,)
    });
    let names = api.servers.iter().map(|server| {
        let (name, text) = (format_ident!("{}", server.variant), &server.variant);
        quote!(Self::#name => #text,)
    });
    let of_token = of_token(api);
    quote! {
        /// Where the API is served.
        #[derive(Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Server {
            #(#variants)*
            /// Any other base URL, such as a test server's. A trailing slash makes no difference.
            Custom(String),
        }

        impl Server {
            /// The base URL.
            pub fn url(&self) -> &str {
                match self {
                    #(#urls)*
                    Self::Custom(url) => url,
                }
            }

            #of_token
        }

        /// Doesn't show another base URL: before it is checked, it may hold a password.
        impl std::fmt::Debug for Server {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    #(#names)*
                    Self::Custom(_) => "Custom(..)",
                })
            }
        }
    }
}

/// Svix's own SDKs choose the server by the end of the token.
fn of_token(api: &Api) -> Option<TokenStream> {
    if api.token_regions.is_empty() {
        return None;
    }
    let arms = api.token_regions.iter().map(|(region, url)| {
        let url = url.trim_end_matches('/');
        match api.servers.iter().find(|server| server.url == url) {
            Some(server) => {
                let name = format_ident!("{}", server.variant);
                quote!(#region => Some(Self::#name),)
            }
            None => quote!(#region => Some(Self::Custom(#url.to_owned())),),
        }
    });
    Some(quote! {
        /// The server of the region a token ends in, if it ends in one.
        fn of_token(token: &rt::Secret) -> Option<Self> {
            match token.expose().rsplit_once('.')?.1 {
                #(#arms)*
                _ => None,
            }
        }
    })
}
