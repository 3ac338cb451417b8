//! The uses that are written for each item.

use client_codegen::items::{Item, Kind};
use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Fields, File, FnArg, GenericArgument, Generics, ImplItem, PathArguments, ReceiverKind, ReturnType,
    Visibility,
};

use super::Use;
use super::scope::Scope;

/// The name of each function until it has a number.
pub(super) const NAME: &str = "__name";

/// Writes uses in the order in which the items are listed.
struct Writer {
    items: std::vec::IntoIter<Item>,
    uses: Vec<Use>,
}

pub(super) fn of(krate: &str, (client, generated): (&File, &File), items: Vec<Item>) -> Vec<Use> {
    let mut writer = Writer { items: items.into_iter(), uses: Vec::new() };
    writer.module(&Scope::new(krate, &["client"], &client.items), &client.items);
    let types = generated.items.iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref().map(|(_, items)| items),
        _ => None,
    });
    let types = types.map(Vec::as_slice).unwrap_or_default();
    writer.module(&Scope::new(krate, &["generated", "types"], types), types);
    assert!(writer.items.next().is_none(), "there are more items than were found");
    writer.uses
}

impl Writer {
    fn module(&mut self, scope: &Scope<'_>, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Mod(module) if is_public(&module.vis) => {
                    if let Some((_, items)) = &module.content {
                        self.module(&scope.inner(&module.ident, items), items);
                    }
                }
                syn::Item::Struct(item) if is_public(&item.vis) => self.structure(scope, item),
                syn::Item::Enum(item) if is_public(&item.vis) => self.enumeration(scope, item),
                syn::Item::Const(item) if is_public(&item.vis) => {
                    let (path, ty) = (scope.public(&item.ident), scope.public(&item.ty));
                    self.write(Kind::Constant, &item.ident, [of_constant(&path, &ty)]);
                }
                syn::Item::Type(item) if is_public(&item.vis) => {
                    let (head, names) = generics(&item.generics);
                    let (path, ty) = (scope.public(&item.ident), scope.public(&item.ty));
                    let name = name();
                    self.write(
                        Kind::Alias,
                        &item.ident,
                        [quote!(fn #name #head(value: #path #names) -> #ty { value })],
                    );
                }
                syn::Item::Static(_) | syn::Item::Fn(_) | syn::Item::Trait(_) => {
                    let is_shown = match item {
                        syn::Item::Static(item) => is_public(&item.vis),
                        syn::Item::Fn(item) => is_public(&item.vis),
                        syn::Item::Trait(item) => is_public(&item.vis),
                        _ => false,
                    };
                    assert!(!is_shown, "nothing is written for {}", item.to_token_stream());
                }
                syn::Item::Impl(block) => self.implementation(scope, block),
                _ => {}
            }
        }
    }

    /// The uses of the next item, which is of this kind and name.
    fn write(&mut self, kind: Kind, name: impl ToString, codes: impl IntoIterator<Item = TokenStream>) {
        let item = self.items.next().unwrap();
        let name = name.to_string();
        let last = item.path.rsplit("::").next().unwrap_or_default();
        assert!(item.kind == kind && (last == name || kind == Kind::Impl), "{item:?} comes where {name} is");
        if item.hidden {
            return;
        }
        let before = self.uses.len();
        let uses = codes.into_iter().map(|code| Use { item: item.clone(), code: code.to_string().replace('\n', " ") });
        self.uses.extend(uses);
        assert!(self.uses.len() > before, "{item:?} is not used");
    }

    fn structure(&mut self, scope: &Scope<'_>, item: &syn::ItemStruct) {
        let (head, names) = generics(&item.generics);
        let path = scope.public(&item.ident);
        let ty = quote!(#path #names);
        let name = name();
        // A struct that can't grow can be constructed and taken apart; a tuple struct by what its first field stands for.
        let is_closed = !has(&item.attrs, "non_exhaustive") && item.fields.iter().all(|field| is_public(&field.vis));
        let is_tuple = matches!(item.fields, Fields::Unnamed(_));
        let (pattern, taken) = matched(scope, &path, &item.fields, true);
        let mut whole = vec![
            constructed(scope, &ty, &head, &path, &item.fields),
            quote!(fn #name #head(value: #ty) { let #pattern = value; #taken }),
        ];
        whole.retain(|_| is_closed);
        let mut codes = vec![quote!(fn #name #head(_: &#ty) {})];
        if !is_tuple {
            codes.append(&mut whole);
        }
        self.write(Kind::Struct, &item.ident, codes);
        for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let member = member(index, field);
            let of = scope.public(&field.ty);
            let mut codes =
                vec![quote!(fn #name #head(value: &mut #ty, new: #of) -> &#of { value.#member = new; &value.#member })];
            codes.append(&mut whole);
            self.write(Kind::Field, member.to_string(), codes);
        }
        self.derives(&item.attrs, &ty, &head);
    }

    fn enumeration(&mut self, scope: &Scope<'_>, item: &syn::ItemEnum) {
        let (head, names) = generics(&item.generics);
        let path = scope.public(&item.ident);
        let ty = quote!(#path #names);
        let name = name();
        let mut codes = vec![quote!(fn #name #head(_: &#ty) {})];
        if !has(&item.attrs, "non_exhaustive") {
            let arms = item.variants.iter().map(|variant| {
                let ident = &variant.ident;
                quote!(#path::#ident { .. } => {})
            });
            codes.push(quote!(fn #name #head(value: #ty) { match value { #(#arms)* } }));
        }
        self.write(Kind::Enum, &item.ident, codes);
        for variant in &item.variants {
            let ident = &variant.ident;
            let path = quote!(#path::#ident);
            let is_closed = !has(&variant.attrs, "non_exhaustive");
            let (pattern, taken) = matched(scope, &path, &variant.fields, is_closed);
            let mut codes = vec![quote!(fn #name #head(value: #ty) { match value { #pattern => { #taken } _ => {} } })];
            if is_closed {
                codes.push(constructed(scope, &ty, &head, &path, &variant.fields));
            }
            self.write(Kind::Variant, ident, codes);
        }
        self.derives(&item.attrs, &ty, &head);
    }

    fn derives(&mut self, attrs: &[Attribute], ty: &TokenStream, head: &TokenStream) {
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
            attr.parse_nested_meta(|meta| {
                let (name, of) = (meta.path.segments.last().unwrap().ident.to_string(), &meta.path);
                let implemented = match name.as_str() {
                    "Deserialize" => quote!(for<'de> #of<'de>),
                    "Debug" => quote!(::std::fmt::Debug),
                    "Hash" => quote!(::std::hash::Hash),
                    _ => quote!(#of),
                };
                self.write(Kind::Impl, name, [implements(head, ty, &implemented)]);
                Ok(())
            })
            .unwrap();
        }
    }

    fn implementation(&mut self, scope: &Scope<'_>, block: &syn::ItemImpl) {
        if block.self_ty.to_token_stream().to_string().starts_with("generated ::") {
            return;
        }
        let scope = scope.of_type(&block.self_ty);
        if block.trait_.is_some() {
            return self.trait_implementation(&scope, block);
        }
        let ty = scope.public(&block.self_ty);
        for item in &block.items {
            match item {
                ImplItem::Fn(method) if is_public(&method.vis) => {
                    let code = called(&scope, &ty, &block.generics, &method.sig);
                    self.write(Kind::Method, &method.sig.ident, [code]);
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    let (ident, of) = (&constant.ident, scope.public(&constant.ty));
                    self.write(Kind::Constant, ident, [of_constant(&quote!(<#ty>::#ident), &of)]);
                }
                _ => {}
            }
        }
    }

    fn trait_implementation(&mut self, scope: &Scope<'_>, block: &syn::ItemImpl) {
        let Some((implemented, _)) = &block.trait_ else { return };
        let ty = with_lifetimes(scope.public(&block.self_ty));
        let params = &block.generics.params;
        let head = quote!(<'any, #params>);
        let mut path = implemented.clone();
        let last = path.segments.last_mut().unwrap();
        let trait_name = last.ident.to_string();
        let mut arguments: Vec<TokenStream> = match &last.arguments {
            PathArguments::AngleBracketed(given) => {
                given.args.iter().map(|one: &GenericArgument| with_lifetimes(scope.public(one))).collect()
            }
            _ => Vec::new(),
        };
        last.arguments = PathArguments::None;
        let mut output = None;
        for item in &block.items {
            if let ImplItem::Type(item) = item
                && !item.ty.to_token_stream().to_string().contains("Self")
            {
                let (ident, of) = (&item.ident, with_lifetimes(scope.public(&item.ty)));
                if trait_name == "IntoFuture" && ident == "Output" {
                    output = Some(of.clone());
                }
                arguments.push(quote!(#ident = #of));
            }
        }
        let path = scope.public(&path);
        let implemented = if arguments.is_empty() { path } else { quote!(#path<#(#arguments),*>) };
        let mut codes = vec![implements(&head, &ty, &implemented)];
        let name = name();
        codes.extend(output.map(|of| quote!(async fn #name #head(value: #ty) -> #of { value.await })));
        self.write(Kind::Impl, trait_name, codes);
    }
}

fn of_constant(path: &TokenStream, ty: &TokenStream) -> TokenStream {
    let name = name();
    quote!(fn #name() { const VALUE: #ty = #path; let _ = VALUE; })
}

/// A call of a method, with the arguments that its signature takes, and the result that it gives.
fn called(scope: &Scope<'_>, ty: &TokenStream, of_impl: &Generics, signature: &syn::Signature) -> TokenStream {
    let (outer, inner) = (of_impl.params.iter(), signature.generics.params.iter());
    let params: Vec<TokenStream> = outer.chain(inner).map(|one| scope.public(one)).collect();
    assert!(signature.generics.where_clause.is_none() && of_impl.where_clause.is_none(), "{}", quote!(#signature));
    let (method, name) = (&signature.ident, name());
    let (mut declared, mut given, mut receiver) = (Vec::new(), Vec::new(), None);
    for (number, input) in signature.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(own) => {
                receiver = Some(match &own.kind {
                    ReceiverKind::Reference(_, lifetime, mutability) => quote!(this: & #lifetime #mutability #ty),
                    ReceiverKind::Typed(_, of) => {
                        let of = scope.public(of);
                        quote!(this: #of)
                    }
                    _ => quote!(this: #ty),
                });
            }
            FnArg::Typed(typed) => {
                let (argument, of) = (format_ident!("a{number}"), scope.public(&typed.ty));
                declared.push(quote!(#argument: #of));
                given.push(argument);
            }
        }
    }
    let output = match &signature.output {
        ReturnType::Default => quote!(),
        ReturnType::Type(_, of) => {
            let of = scope.public(of);
            quote!(-> #of)
        }
    };
    let call = if receiver.is_some() { quote!(this.#method(#(#given),*)) } else { quote!(<#ty>::#method(#(#given),*)) };
    let declared = receiver.into_iter().chain(declared);
    quote!(fn #name<#(#params),*>(#(#declared),*) #output { #call })
}

/// Requires a trait of a type, for all lifetimes.
fn implements(head: &TokenStream, ty: &TokenStream, implemented: &TokenStream) -> TokenStream {
    let name = name();
    let params = head.clone().into_iter().collect::<Vec<_>>();
    let params: TokenStream = match params.as_slice() {
        [_, inner @ .., _] => inner.iter().cloned().collect(),
        _ => TokenStream::new(),
    };
    let comma = (!params.is_empty() && !params.to_string().trim_end().ends_with(',')).then(|| quote!(,));
    quote!(fn #name #head() { fn implements<#params #comma T: ?Sized + #implemented>() {} implements::<#ty>() })
}

/// The construction of a struct or a variant by a caller.
fn constructed(
    scope: &Scope<'_>,
    ty: &TokenStream,
    head: &TokenStream,
    path: &TokenStream,
    fields: &Fields,
) -> TokenStream {
    let name = name();
    let types: Vec<TokenStream> = fields.iter().map(|field| scope.public(&field.ty)).collect();
    let values: Vec<Ident> = (0..types.len()).map(|number| format_ident!("a{number}")).collect();
    let value = match fields {
        Fields::Unit => quote!(#path),
        Fields::Unnamed(_) => quote!(#path(#(#values),*)),
        Fields::Named(fields) => {
            let names = fields.named.iter().map(|field| &field.ident);
            quote!(#path { #(#names: #values),* })
        }
    };
    quote!(fn #name #head(#(#values: #types),*) -> #ty { #value })
}

/// A pattern, and what is done with its parts: each is of its declared type.
fn matched(scope: &Scope<'_>, path: &TokenStream, fields: &Fields, is_closed: bool) -> (TokenStream, TokenStream) {
    let types: Vec<TokenStream> = fields.iter().map(|field| scope.public(&field.ty)).collect();
    let values: Vec<Ident> = (0..types.len()).map(|number| format_ident!("a{number}")).collect();
    let pattern = match fields {
        Fields::Unit => quote!(#path),
        Fields::Unnamed(_) => quote!(#path(#(#values),*)),
        Fields::Named(fields) => {
            let names = fields.named.iter().map(|field| &field.ident);
            let rest = (!is_closed).then(|| quote!(..));
            quote!(#path { #(#names: #values,)* #rest })
        }
    };
    (pattern, quote!(#(::std::mem::drop::<#types>(#values);)*))
}

/// The parameters of a declaration, and their names alone.
fn generics(of: &Generics) -> (TokenStream, TokenStream) {
    let (head, names, _) = of.split_for_impl();
    (quote!(#head), quote!(#names))
}

fn member(index: usize, field: &syn::Field) -> TokenStream {
    match &field.ident {
        Some(ident) => quote!(#ident),
        None => syn::Index::from(index).to_token_stream(),
    }
}

/// Types with a name for each lifetime that has none.
fn with_lifetimes(of: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut tokens = of.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_reference = matches!(&token, TokenTree::Punct(one) if one.as_char() == '&');
        out.push(match token {
            TokenTree::Group(group) => {
                proc_macro2::Group::new(group.delimiter(), with_lifetimes(group.stream())).into()
            }
            TokenTree::Ident(ident) if ident == "_" => Ident::new("any", Span::call_site()).into(),
            other => other,
        });
        let is_named = matches!(tokens.peek(), Some(TokenTree::Punct(one)) if one.as_char() == '\'');
        if is_reference && !is_named {
            out.push(Punct::new('\'', Spacing::Joint).into());
            out.push(Ident::new("any", Span::call_site()).into());
        }
    }
    out.into_iter().collect()
}

fn name() -> Ident {
    Ident::new(NAME, Span::call_site())
}

fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
