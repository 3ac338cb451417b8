//! `Client` with a method per operation, and its builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Attribute;

use super::answers::Reading;
use super::servers;
use super::signature::{Form, Kind, Signature};
use crate::model::{Api, Carrier, Credential, Need, Operation, Scheme, Security};
use crate::polish::doc_attributes;

/// The client, and the way to a builder.
pub(super) fn client(api: &Api, methods: impl Iterator<Item = TokenStream>) -> TokenStream {
    let about = doc_attributes(&format!("A client for {}.", api.title));
    quote! {
        #(#about)*
        ///
        /// The method of an operation returns a request: set its optional parameters, then await it, which sends it. The
        /// result is a [`Response`](rt::Response), which dereferences to the body, or an [`Error`](rt::Error).
        ///
        /// Cheap to clone: clones share connections and the token source.
        ///
        /// # Cancel safety
        ///
        /// Dropping the future of a request ends the call. The server may have received it, and may still act on it.
        #[derive(Clone, Debug)]
        pub struct Client {
            core: rt::codegen::Core,
        }

        impl Client {
            /// Starts building a client.
            pub fn builder() -> ClientBuilder {
                ClientBuilder::default()
            }

            /// The URL that the paths of operations are appended to. It doesn't end in a slash.
            pub fn base_url(&self) -> &str {
                self.core.base_url()
            }

            #(#methods)*
        }
    }
}

/// The method of an operation.
pub(super) fn method(operation: &Operation, signature: &Signature) -> TokenStream {
    let name = format_ident!("{}", operation.names.method);
    let request = format_ident!("{}", operation.names.request);
    let docs = method_docs(operation, signature);
    let deprecated =
        operation.deprecated.then(|| quote!(#[deprecated = "the vendor asks callers to stop using this operation"]));
    let arguments: Vec<TokenStream> = signature
        .required()
        .map(|argument| (&argument.name, argument.given()))
        .map(|(name, ty)| quote!(#name: #ty))
        .collect();
    let values = signature.required().map(|argument| {
        let name = &argument.name;
        match argument.form {
            Form::Bytes | Form::String if argument.hidden => quote!(#name: rt::Redacted::new(#name.into())),
            Form::Bytes | Form::String => quote!(#name: #name.into()),
            _ if argument.hidden => quote!(#name: rt::Redacted::new(#name)),
            _ => quote!(#name),
        }
    });
    let unset = signature.optional().map(|argument| &argument.name);
    quote! {
        #(#docs)*
        #deprecated
        pub fn #name<'a>(&'a self, #(#arguments),*) -> requests::#request<'a> {
            requests::#request {
                core: &self.core,
                options: rt::codegen::CallOptions::default(),
                #(#values,)*
                #(#unset: None,)*
            }
        }
    }
}

fn method_docs(operation: &Operation, signature: &Signature) -> Vec<Attribute> {
    let mut text = operation.docs.clone();
    text.push_str(&format!("\n\nSends `{} {}`", operation.http_method, operation.path));
    text.push_str(&sent_along(&operation.security));
    let described: Vec<String> = signature
        .arguments
        .iter()
        .filter(|argument| {
            matches!(argument.kind, Kind::Path | Kind::Required | Kind::Optional) && !argument.docs.trim().is_empty()
        })
        .map(|argument| {
            format!("- `{}`: {}", argument.name, argument.docs.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect();
    if !described.is_empty() {
        text.push_str(&format!("\n{}\n", described.join("\n")));
    }
    let mut docs = doc_attributes(&text);
    let error = &operation.names.error;
    // Our own text, with links: it doesn't go through the filter for the vendor's text.
    for line in [
        String::new(),
        " # Errors".to_owned(),
        String::new(),
        match Reading::of(operation) {
            None => format!(
                " [`Error::Api`](rt::Error::Api) with an [`errors::{error}`] when the server answers with anything but success."
            ),
            Some(_) => format!(
                " [`Error::Api`](rt::Error::Api) with an [`errors::{error}`] when the server answers with none of the described successes."
            ),
        },
    ] {
        docs.push(syn::parse_quote!(#[doc = #line]));
    }
    docs
}

/// The credentials of an operation, as the end of a sentence.
fn sent_along(security: &Security) -> String {
    if security.need == Need::None {
        return " without a token.\n".to_owned();
    }
    if let Some(carrier) = security.only_token() {
        let place = carrier.place();
        return match security.need {
            Need::Optional => format!(" with a token{place} where there is one.\n"),
            _ => format!(" with the token of the client, or of the call{place}.\n"),
        };
    }
    let ways: Vec<String> = security.ways.iter().map(|way| all_of(way)).collect();
    let end = match (security.need, ways.len()) {
        (Need::Optional, 1) => ", where all of it is there",
        (Need::Optional, _) => ", or without any of that",
        _ => "",
    };
    format!(" with {}{end}.\n", ways.join("; or with "))
}

/// The credentials that are sent together, the token first.
fn all_of(way: &[Scheme]) -> String {
    let mut schemes: Vec<&Scheme> = way.iter().collect();
    schemes.sort_by_key(|scheme| scheme.method.is_some());
    let parts = schemes.into_iter().map(|scheme| match &scheme.method {
        None => format!("the token of the client, or of the call{}", scheme.carrier.place()),
        Some(method) => format!("the client's `{method}`{}", scheme.carrier.place()),
    });
    parts.collect::<Vec<String>>().join(", and ")
}

/// The builder's method for a credential.
fn credential(credential: &Credential) -> TokenStream {
    let Credential { scheme, carrier, docs, .. } = credential;
    let method = format_ident!("{}", credential.method);
    let place = carrier.place();
    let about = format!("The credential for `{scheme}`: sent{place} with every call that needs it, and with no other.");
    let docs = doc_attributes(&format!("{about}\n\n{docs}"));
    let basic = (*carrier == Carrier::Basic).then(|| {
        quote! {
            ///
            /// [`Secret::basic`](rt::Secret::basic) makes it from a user name and a password.
        }
    });
    quote! {
        #(#docs)*
        #basic
        pub fn #method(mut self, credential: impl Into<rt::Secret>) -> Self {
            self.inner = self.inner.credential(#scheme, credential);
            self
        }
    }
}

/// The builder's documentation of servers, a line each.
fn server_docs(api: &Api) -> Vec<String> {
    let Some(default) = servers::default_url(api) else {
        return vec![" The server to call. The description names none, so one must be given.".to_owned()];
    };
    let default = servers::link(api, default);
    if api.token_regions.is_empty() {
        return vec![format!(" The server to call; by default {default}.")];
    }
    let lines = [
        "The server to call.",
        "",
        "By default, it is the server of the region that the [static token](Self::static_token) ends in, and",
        &format!("{default} if there is no static token or its region is unknown. A token from a source, or for"),
        "a single call, doesn't choose the server: give the server that it belongs to.",
    ];
    lines.map(spaced).to_vec()
}

/// The builder's documentation of the token, a line each.
fn token_docs(api: &Api) -> Vec<String> {
    let mut lines = vec!["Sends this token with every call that needs one.".to_owned()];
    if !api.token_regions.is_empty() {
        lines.push(String::new());
        lines.push("A token belongs to one region, and ends in its name. Unless a server is given through".to_owned());
        lines.push("[`server`](Self::server), the client calls the server of that region:".to_owned());
        lines.push(String::new());
        lines.push("| the token ends in | the client calls |".to_owned());
        lines.push("|---|---|".to_owned());
        let row = |(region, url): &(String, String)| format!("| `.{region}` | {} |", servers::link(api, url));
        lines.extend(api.token_regions.iter().map(row));
        if let Some(default) = servers::default_url(api) {
            lines.push(format!("| anything else | {} |", servers::link(api, default)));
        }
        if api.any_region.is_some() {
            lines.push(String::new());
            lines.push(
                "The vendor has the last server for tokens that don't tell their region, so that none is sent to a"
                    .to_owned(),
            );
            lines.push("region that may not be its own.".to_owned());
        }
    }
    lines.iter().map(|line| spaced(line)).collect()
}

/// A line of a doc comment, with a space before the text.
fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// The builder: a thin layer over the runtime's, with this API's servers.
pub(super) fn builder(api: &Api) -> TokenStream {
    let default_server = servers::default_url(api);
    let fallback = default_server.map(|url| {
        let server = servers::server_at(api, url, &quote!(Server));
        // clippy asks for `unwrap_or` where the fallback is a unit variant, and for `unwrap_or_else` where it is
        // constructed.
        if servers::has_variant(api, url) { quote!(.unwrap_or(#server)) } else { quote!(.unwrap_or_else(|| #server)) }
    });
    let server_docs = server_docs(api);
    let choose = if default_server.is_some() {
        quote! { let inner = self.inner.base_url(server.url()); }
    } else {
        quote! {
            let inner = match server {
                Some(server) => self.inner.base_url(server.url()),
                None => self.inner,
            };
        }
    };
    let regional = !api.token_regions.is_empty();
    let region_field = regional.then(|| quote!(region: Option<Server>,));
    let by_region = regional.then(|| quote!(.or(self.region)));
    let note_region = regional.then(|| quote!(self.region = Server::of_token(&token);));
    let token_docs = token_docs(api);
    let basic = api.operations.iter().any(|operation| operation.security.token() == Some(&Carrier::Basic));
    let basic_docs = basic.then(|| {
        quote! {
            ///
            /// For HTTP's scheme `Basic`, [`Secret::basic`](rt::Secret::basic) makes it from a user name and a password.
        }
    });
    let credentials = api.credentials.iter().map(credential);
    // If no operation sends a token, giving one is a mistake that the compiler reports.
    let takes_token = api.operations.iter().any(|operation| operation.security.token().is_some());
    let token = takes_token.then(|| {
        quote! {
            #(#[doc = #token_docs])*
            #basic_docs
            pub fn static_token(mut self, token: impl Into<rt::Secret>) -> Self {
                let token = token.into();
                #note_region
                self.inner = self.inner.static_token(token);
                self
            }

            /// Asks this source for a token before every call that needs one.
            pub fn token_source(mut self, source: Arc<dyn rt::TokenSource>) -> Self {
                self.inner = self.inner.token_source(source);
                self
            }
        }
    });
    quote! {
        /// Builds a [`Client`].
        #[derive(Debug, Default)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct ClientBuilder {
            inner: rt::codegen::Builder,
            server: Option<Server>,
            user_agent: Option<String>,
            #region_field
        }

        impl ClientBuilder {
            #(#[doc = #server_docs])*
            pub fn server(mut self, server: Server) -> Self {
                self.server = Some(server);
                self
            }

            #token

            #(#credentials)*

            /// Builds on this HTTP client: proxies, certificate authorities and the `User-Agent` are yours to set.
            ///
            /// Its redirect policy, retries and timeouts are replaced: see [`retry`](Self::retry) and
            /// [`timeout`](Self::timeout).
            pub fn http(mut self, http: reqwest::ClientBuilder) -> Self {
                self.inner = self.inner.http(http);
                self
            }

            /// The header `User-Agent`; by default the name and version of this crate.
            ///
            /// It is ignored if an HTTP client is given by [`http`](Self::http), which has its own.
            pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
                self.user_agent = Some(user_agent.into());
                self
            }

            /// The time limit of a call, retries included; by default 35 seconds.
            pub fn timeout(mut self, timeout: Duration) -> Self {
                self.inner = self.inner.timeout(timeout);
                self
            }

            /// The largest response to accept, in bytes; by default 2 MiB.
            pub fn max_body_size(mut self, bytes: usize) -> Self {
                self.inner = self.inner.max_body_size(bytes);
                self
            }

            /// When and how often a failed call is repeated.
            pub fn retry(mut self, policy: rt::RetryPolicy) -> Self {
                self.inner = self.inner.retry(policy);
                self
            }

            /// Whether calls that take an idempotency key get one automatically; by default they do.
            pub fn idempotency(mut self, idempotency: rt::Idempotency) -> Self {
                self.inner = self.inner.idempotency(idempotency);
                self
            }

            /// Allows plain http to other machines. Without it, only loopback addresses may do without TLS.
            pub fn allow_insecure(mut self, allow: bool) -> Self {
                self.inner = self.inner.allow_insecure(allow);
                self
            }

            /// The source of time and randomness; tests replace it.
            pub fn timer(mut self, timer: Arc<dyn rt::Timer>) -> Self {
                self.inner = self.inner.timer(timer);
                self
            }

            /// Builds the client.
            ///
            /// # Errors
            ///
            /// [`BuildError`](rt::BuildError) when the server's URL or a credential can't be used, or the HTTP client can't be
            /// built.
            pub fn build(self) -> Result<Client, rt::BuildError> {
                let server = self.server #by_region #fallback;
                #choose
                let own = || concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned();
                let inner = inner.user_agent(self.user_agent.unwrap_or_else(own));
                Ok(Client { core: inner.build()? })
            }
        }
    }
}
