//! Takes parameters that the runtime writes, and optional bodies, out of progenitor's methods.
//!
//! A parameter that the runtime writes loses its argument; one in the path is passed as its encoded string. An optional
//! body is an `Option`, and functions of the runtime put it into the request.

use openapi_pipeline::vocabulary::placeholders;
use std::collections::{HashMap, HashSet};

use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMacro, ExprMethodCall, File, FnArg, ImplItem, ImplItemFn, Item, Pat, Token, Type, parse_quote};

use crate::model::{Operation, Parameter};
use crate::wiring::{self, Place};

/// Rewrites all methods.
pub(super) fn cut(file: &mut File, operations: &[Operation]) {
    let operations: HashMap<&str, &Operation> =
        operations.iter().map(|operation| (operation.names.method.as_str(), operation)).collect();
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item
                && let Some(operation) = operations.get(method.sig.ident.to_string().as_str())
            {
                cut_one(method, operation);
            }
        }
    }
}

fn cut_one(method: &mut ImplItemFn, operation: &Operation) {
    let written = operation.parameters.iter().filter(|parameter| parameter.writing.is_some());
    let (in_path, elsewhere): (Vec<_>, Vec<_>) = written.partition(|parameter| parameter.is_in_path());
    let in_path: HashSet<&str> = in_path.iter().map(|parameter| parameter.name.as_str()).collect();
    let elsewhere: HashSet<&str> = elsewhere.into_iter().map(Parameter::view_name).collect();
    let placeholders = placeholders(&operation.path);
    let places = wiring::places(method);
    let arguments = |wanted: &dyn Fn(&Place) -> bool| -> HashSet<String> {
        places.iter().filter(|(_, place)| wanted(place)).map(|(argument, _)| argument.clone()).collect()
    };
    let mut cut = Cut {
        texts: arguments(
            &|place| matches!(place, Place::Path(at) if placeholders.get(*at).is_some_and(|name| in_path.contains(name))),
        ),
        gone: arguments(&|place| matches!(place, Place::Query(name) if elsewhere.contains(name.as_str()))),
        body: None,
    };
    let wired = arguments(&|_| true);
    let is_optional = operation.body.as_ref().is_some_and(|body| !body.required);
    let inputs = std::mem::take(&mut method.sig.inputs);
    for mut input in inputs {
        if let FnArg::Typed(argument) = &mut input
            && let Pat::Ident(pattern) = &*argument.pat
        {
            let name = pattern.ident.to_string();
            if cut.gone.contains(&name) {
                continue;
            }
            let ty = &argument.ty;
            if cut.texts.contains(&name) {
                argument.ty = parse_quote!(&'a str);
            } else if is_optional && !wired.contains(&name) {
                let body = &pattern.ident;
                cut.body = Some(match **ty {
                    Type::Reference(_) => parse_quote!(#body),
                    _ => parse_quote!(#body.as_ref()),
                });
                argument.ty = parse_quote!(::std::option::Option<#ty>);
            }
        }
        method.sig.inputs.push(input);
    }
    cut.visit_block_mut(&mut method.block);
}

struct Cut {
    /// The arguments that are passed as strings.
    texts: HashSet<String>,
    /// The arguments that are removed.
    gone: HashSet<String>,
    /// The optional body, as an `Option` of a reference.
    body: Option<Expr>,
}

impl VisitMut for Cut {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        match expr {
            Expr::MethodCall(call) => {
                let is_gone =
                    wiring::query(call).is_some_and(|(_, argument)| self.gone.contains(&argument.to_string()));
                if is_gone {
                    *expr = (*call.receiver).clone();
                } else if let Some(absent) = self.body.as_ref().and_then(|body| optional_body(call, body)) {
                    *expr = absent;
                }
            }
            Expr::Macro(call) => self.insert_texts(call),
            _ => {}
        }
    }
}

impl Cut {
    fn insert_texts(&self, call: &mut ExprMacro) {
        let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let Ok(mut parts) = parts else { return };
        let mut changed = false;
        for part in &mut parts {
            let text = wiring::path_argument(part).filter(|argument| self.texts.contains(&argument.to_string()));
            if let Some(text) = text.cloned() {
                *part = parse_quote!(#text);
                changed = true;
            }
        }
        if changed {
            call.mac.tokens = quote::quote!(#parts);
        }
    }
}

/// The call that adds an optional body.
fn optional_body(call: &ExprMethodCall, body: &Expr) -> Option<Expr> {
    let request = &call.receiver;
    match call.method.to_string().as_str() {
        "json" => Some(parse_quote!(::client_runtime::codegen::json_body(#request, #body))),
        "form_urlencoded" => Some(parse_quote!(::client_runtime::codegen::form_body(&self.inner, #request, #body))),
        "body" => {
            // The media type, which is set before it, goes with the body.
            let Expr::MethodCall(header) = &**request else { return None };
            let (request, media_type) = (&header.receiver, header.args.last().filter(|_| header.method == "header")?);
            let Expr::Call(media_type) = media_type else { return None };
            let (media_type, body) = (media_type.args.first()?, call.args.first()?);
            Some(parse_quote!(::client_runtime::codegen::raw_body(#request, #media_type, #body)))
        }
        _ => None,
    }
}
