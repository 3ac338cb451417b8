//! `Server`: the servers of the API.

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
        /// A server of the API.
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

        /// Doesn't show the URL of `Custom`, which may hold a password.
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

/// The server of a URL: a variant if the description has it.
pub(super) fn server_at(api: &Api, url: &str, owner: &TokenStream) -> TokenStream {
    let url = url.trim_end_matches('/');
    match variant_at(api, url) {
        Some(name) => quote!(#owner::#name),
        None => quote!(#owner::Custom(#url.to_owned())),
    }
}

/// Whether the server of a URL is a variant.
pub(super) fn has_variant(api: &Api, url: &str) -> bool {
    variant_at(api, url.trim_end_matches('/')).is_some()
}

/// The server of a URL, for documentation.
pub(super) fn link(api: &Api, url: &str) -> String {
    let url = url.trim_end_matches('/');
    match variant_at(api, url) {
        Some(name) => format!("[`Server::{name}`]"),
        None => format!("`{url}`"),
    }
}

fn variant_at(api: &Api, url: &str) -> Option<syn::Ident> {
    api.servers.iter().find(|server| server.url == url).map(|server| format_ident!("{}", server.variant))
}

/// The server of clients that were given none.
pub(super) fn default_url(api: &Api) -> Option<&str> {
    api.any_region.as_deref().or_else(|| api.servers.first().map(|first| first.url.as_str()))
}

/// The server by the end of the token, as in Svix's own SDKs.
fn of_token(api: &Api) -> Option<TokenStream> {
    if api.token_regions.is_empty() {
        return None;
    }
    let arms = api.token_regions.iter().map(|(region, url)| {
        let server = server_at(api, url, &quote!(Self));
        quote!(#region => Some(#server),)
    });
    Some(quote! {
        /// The server of the region a token ends in, if it ends in a known one.
        fn of_token(token: &rt::Secret) -> Option<Self> {
            match token.expose().rsplit_once('.')?.1 {
                #(#arms)*
                _ => None,
            }
        }
    })
}
