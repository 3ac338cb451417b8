//! Makes progenitor's client a private layer that sends nothing the description doesn't ask for.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, File, ImplItem, Item, Stmt, UseTree, parse_quote};

/// Polishes the client. The types are left alone, since nothing of this occurs in them.
pub(super) fn polish(file: &mut File) {
    make_private(file);
    for item in layer(file) {
        DropApiVersion.visit_item_mut(item);
        RareMethods.visit_item_mut(item);
        Forms.visit_item_mut(item);
    }
}

fn layer(file: &mut File) -> impl Iterator<Item = &mut Item> {
    file.items.iter_mut().filter(|item| !matches!(item, Item::Mod(_)))
}

/// Removes what a user must not see or meet: `Client::new` (it unwraps, and follows redirects), the prelude, and
/// the re-export of progenitor's types.
fn make_private(file: &mut File) {
    file.items.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "prelude"));
    for item in &mut file.items {
        match item {
            Item::Use(import) => {
                import.vis = syn::Visibility::Inherited;
            }
            Item::Impl(block) if block.trait_.is_none() => {
                block.items.retain(|item| !matches!(item, ImplItem::Fn(method) if method.sig.ident == "new"));
            }
            Item::Struct(client) if client.ident == "Client" => {
                // The call context has a redacting Debug of its own; the struct needs none.
                client.attrs.retain(|attr| !attr.path().is_ident("derive"));
            }
            _ => {}
        }
    }
    drop_unused_imports(file);
}

/// Drops unused imports, which would need an `allow`.
fn drop_unused_imports(file: &mut File) {
    let mut identifiers = Identifiers::default();
    // A module has imports of its own.
    for item in file.items.iter().filter(|item| !matches!(item, Item::Use(_) | Item::Mod(_))) {
        identifiers.visit_item(item);
    }
    let used = |name: &str| identifiers.0.contains(name);
    for item in &mut file.items {
        if let Item::Use(import) = item {
            retain_used(&mut import.tree, &used);
        }
    }
}

/// All identifiers, those in macros too.
#[derive(Default)]
struct Identifiers(HashSet<String>);

impl Identifiers {
    fn add(&mut self, identifier: &Ident) {
        let identifier = identifier.to_string();
        if !self.0.contains(&identifier) {
            self.0.insert(identifier);
        }
    }

    fn add_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(identifier) => self.add(&identifier),
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Identifiers {
    fn visit_ident(&mut self, identifier: &'ast Ident) {
        self.add(identifier);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.add_tokens(call.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.visit_path(&list.path);
        self.add_tokens(list.tokens.clone());
    }
}

fn retain_used(tree: &mut UseTree, used: &impl Fn(&str) -> bool) {
    match tree {
        UseTree::Path(path) => retain_used(&mut path.tree, used),
        UseTree::Group(group) => {
            // Traits are used through their methods.
            const TRAITS: [&str; 3] = ["ClientInfo", "ClientHooks", "RequestBuilderExt"];
            let kept = group.items.iter().filter(|item| match item {
                UseTree::Name(name) => TRAITS.iter().any(|one| name.ident == one) || used(&name.ident.to_string()),
                _ => true,
            });
            group.items = kept.cloned().collect();
        }
        _ => {}
    }
}

/// progenitor sends `api-version: <info.version>` with every call; no vendor asked for it.
struct DropApiVersion;

impl VisitMut for DropApiVersion {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let before = block.stmts.len();
        block.stmts.retain(|stmt| !is_api_version(stmt));
        let dropped = before != block.stmts.len();
        if dropped && !block.stmts.iter().any(appends_header) {
            block.stmts.retain(|stmt| !declares(stmt, "header_map"));
            DropHeadersCall.visit_block_mut(block);
        }
        visit_mut::visit_block_mut(self, block);
    }
}

fn is_api_version(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(Expr::MethodCall(call), _) => {
            call.method == "append"
                && quote::quote!(#call).to_string().contains("\"api-version\"")
                && is_header_map(&call.receiver)
        }
        _ => false,
    }
}

fn appends_header(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(expr, _) => quote::quote!(#expr).to_string().contains("header_map . append"),
        _ => false,
    }
}

fn is_header_map(expr: &Expr) -> bool {
    *expr == parse_quote!(header_map)
}

fn declares(stmt: &Stmt, name: &str) -> bool {
    match stmt {
        Stmt::Local(local) => matches!(&local.pat, syn::Pat::Ident(pat) if pat.ident == name),
        _ => false,
    }
}

/// Drops `.headers(header_map)` once the map is empty.
struct DropHeadersCall;

impl VisitMut for DropHeadersCall {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
            && call.args.first().is_some_and(is_header_map)
        {
            *expr = (*call.receiver).clone();
        }
    }
}

/// reqwest's client has no shorthands for the rarer methods.
struct RareMethods;

fn rare_method(name: &Ident) -> Option<Expr> {
    if name == "options" {
        Some(parse_quote!(::reqwest::Method::OPTIONS))
    } else if name == "trace" {
        Some(parse_quote!(::reqwest::Method::TRACE))
    } else {
        None
    }
}

impl VisitMut for RareMethods {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && let Some(method) = rare_method(&call.method)
            && *call.receiver == parse_quote!(self.client)
            && let [url] = call.args.iter().collect::<Vec<_>>().as_slice()
        {
            *expr = parse_quote!(self.client.request(#method, #url));
        }
    }
}

/// progenitor's encoder of forms refuses arrays; client-runtime's writes them as OpenAPI defines.
struct Forms;

impl VisitMut for Forms {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && call.method == "form_urlencoded"
            && let Some(body) = call.args.first()
        {
            let request = &call.receiver;
            let Expr::Reference(body) = body else { return };
            let body = &body.expr;
            *expr = parse_quote!(::client_runtime::codegen::form_body(&self.inner, #request, Some(#body)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded_by_the_runtime() {
        let mut file: File = parse_quote! {
            fn a(&self) {
                let request = self.client.post(url).header(A, B).form_urlencoded(&body)?.headers(header_map).build()?;
            }
        };
        polish(&mut file);
        let text = prettyplease::unparse(&file).replace(char::is_whitespace, "");
        let call =
            "::client_runtime::codegen::form_body(&self.inner,self.client.post(url).header(A,B),Some(body),)?.headers(";
        assert!(text.contains(call), "{text}");
    }

    #[test]
    fn only_the_api_version_header_is_removed() {
        let mut file: File = parse_quote! {
            impl Client {
                async fn a(&self) {
                    let mut header_map = HeaderMap::with_capacity(2usize);
                    header_map.append(HeaderName::from_static("api-version"), X);
                    if let Some(value) = key {
                        header_map.append("idempotency-key", value.to_string().try_into()?);
                    }
                    let request = self.client.post(url).headers(header_map).build()?;
                }
                async fn b(&self) {
                    let mut header_map = HeaderMap::with_capacity(1usize);
                    header_map.append(HeaderName::from_static("api-version"), X);
                    let request = self.client.post(url).headers(header_map).build()?;
                }
            }
        };
        polish(&mut file);
        let text = prettyplease::unparse(&file);
        assert!(!text.contains("api-version"), "{text}");
        assert!(text.contains("idempotency-key"), "{text}");
        assert_eq!(text.matches(".headers(header_map)").count(), 1, "{text}");
        assert_eq!(text.matches("let mut header_map").count(), 1, "{text}");
    }
}
