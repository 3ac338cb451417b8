//! Determines which argument of progenitor's methods becomes which part of the request, from the code of the methods.
//!
//! Names can't tell: progenitor derives those of arguments by rules of its own.

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprIf, ExprLit, ExprMacro, ExprMethodCall, Ident, ImplItemFn, Lit, Token};

/// The place of an argument in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Into the path, as the placeholder of that number.
    Path(usize),
    /// Into the query, under that name.
    Query(String),
    /// Into the header of that name.
    Header(String),
}

/// The arguments of a method that are part of the URL or a header. The others are its body.
pub(crate) fn places(method: &ImplItemFn) -> Vec<(String, Place)> {
    let mut wires = Wires::default();
    wires.visit_block(&method.block);
    wires.found
}

#[derive(Default)]
struct Wires {
    found: Vec<(String, Place)>,
    /// The argument that `value` is bound to.
    optional: Option<String>,
}

impl<'ast> Visit<'ast> for Wires {
    fn visit_expr_macro(&mut self, call: &'ast ExprMacro) {
        for (number, argument) in path_arguments(call).into_iter().enumerate() {
            self.found.push((argument.to_string(), Place::Path(number)));
        }
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        if let Expr::Let(binding) = &*branch.cond {
            self.optional = ident(&binding.expr).map(Ident::to_string);
        }
        visit::visit_expr_if(self, branch);
        self.optional = None;
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if let Some((name, argument)) = query(call) {
            self.found.push((argument.to_string(), Place::Query(name)));
        }
        if let Some((name, argument)) = header(call) {
            let argument = self.optional.clone().unwrap_or_else(|| argument.to_string());
            self.found.push((argument, Place::Header(name)));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The arguments in `format!("…", self.baseurl, encode_path(&argument.to_string()), …)`.
fn path_arguments(call: &ExprMacro) -> Vec<Ident> {
    if !call.mac.path.is_ident("format") {
        return Vec::new();
    }
    let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
    parts.iter().flatten().filter_map(path_argument).cloned().collect()
}

/// The argument in `encode_path(&argument.to_string())`.
pub(crate) fn path_argument(part: &Expr) -> Option<&Ident> {
    let Expr::Call(call) = part else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    let Some(Expr::Reference(text)) = call.args.first().filter(|_| function.path.is_ident("encode_path")) else {
        return None;
    };
    match &*text.expr {
        Expr::MethodCall(call) if call.method == "to_string" => ident(&call.receiver),
        _ => None,
    }
}

/// Name and argument of `….query(&progenitor_client::QueryParam::new("name", &argument))`.
pub(crate) fn query(call: &ExprMethodCall) -> Option<(String, &Ident)> {
    let Some(Expr::Reference(parameter)) = call.args.first().filter(|_| call.method == "query") else { return None };
    let Expr::Call(new) = &*parameter.expr else { return None };
    let [name, value] = new.args.iter().collect::<Vec<_>>()[..] else { return None };
    let Expr::Reference(value) = value else { return None };
    Some((text(name)?, ident(&value.expr)?))
}

/// Name and argument of `header_map.append("name", argument.to_string().try_into()?)`.
fn header(call: &ExprMethodCall) -> Option<(String, &Ident)> {
    let [name, value] = call.args.iter().collect::<Vec<_>>()[..] else { return None };
    if call.method != "append" {
        return None;
    }
    let mut value = value;
    let argument = loop {
        value = match value {
            Expr::Try(tried) => &tried.expr,
            Expr::MethodCall(call) => &call.receiver,
            other => break ident(other)?,
        };
    };
    Some((text(name)?, argument))
}

fn text(literal: &Expr) -> Option<String> {
    match literal {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn ident(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_argument_has_its_place() {
        let method: ImplItemFn = syn::parse_quote! {
            async fn a(&self, id: &str, limit: u8, type_: &str, key: Option<&str>, body: &B) {
                let url = format!("{}/a/{}/{}", self.baseurl, encode_path(&id.to_string()), encode_path(&type_.to_string()),);
                let mut header_map = HeaderMap::with_capacity(2usize);
                header_map.append(HeaderName::from_static("api-version"), X);
                header_map.append("x-key", limit.to_string().try_into()?);
                if let Some(value) = key {
                    header_map.append("Idempotency-Key", value.to_string().try_into()?);
                }
                let request = self.client.get(url).query(&progenitor_client::QueryParam::new("max-limit", &limit))
                    .json(&body).headers(header_map).build()?;
            }
        };
        let named = |name: &str, place| (name.to_owned(), place);
        let expected = [
            named("id", Place::Path(0)),
            named("type_", Place::Path(1)),
            named("limit", Place::Header("x-key".to_owned())),
            named("key", Place::Header("Idempotency-Key".to_owned())),
            named("limit", Place::Query("max-limit".to_owned())),
        ];
        assert_eq!(places(&method), expected);
    }
}
