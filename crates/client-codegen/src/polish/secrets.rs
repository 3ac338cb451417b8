//! Proof that every secret of the document became the secret type: progenitor falls back to `String` in silence.

use openapi_pipeline::Node;
use quote::quote;
use syn::{Expr, ExprLit, File, Item, Lit, Type, parse_quote};

use super::structs::option_inner;
use crate::reach::types_module;
use crate::{CodegenError, names};

const SECRET: &str = "#/components/schemas/Secret";

/// Checks the generated type of each property that refers to `Secret`.
pub(crate) fn assert_fields(document: &Node, file: &File) -> Result<(), CodegenError> {
    let schemas = document.get("components").and_then(|components| components.get("schemas"));
    for (component, schema) in schemas.and_then(Node::as_object).into_iter().flatten() {
        for (property, _) in schema.members("properties").filter(|(_, schema)| is_secret(schema)) {
            let name = names::type_name(component);
            let field = format!("{name}.{property}");
            let found = field_type(file, &name, property)?.ok_or_else(|| CodegenError::ExposedSecret {
                field: field.clone(),
                found: "(no such field was generated)".to_owned(),
            })?;
            let inner = option_inner(found).unwrap_or(found);
            if *inner != parse_quote!(::client_runtime::Secret) {
                return Err(CodegenError::ExposedSecret { field, found: quote!(#found).to_string() });
            }
        }
    }
    Ok(())
}

fn is_secret(schema: &Node) -> bool {
    let refers = |schema: &Node| schema.get_str("$ref") == Some(SECRET);
    refers(schema) || schema.get("allOf").and_then(Node::as_array).is_some_and(|all| all.iter().any(refers))
}

fn field_type<'a>(file: &'a File, name: &str, property: &str) -> Result<Option<&'a Type>, CodegenError> {
    let items = types_module(file)?.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
    let fields = items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    });
    Ok(fields
        .and_then(|fields| fields.iter().find(|field| wire_name(field).as_deref() == Some(property)))
        .map(|field| &field.ty))
}

fn wire_name(field: &syn::Field) -> Option<String> {
    let mut name = field.ident.as_ref()?.to_string();
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            let rename = meta.path.is_ident("rename");
            if meta.input.peek(syn::Token![=]) {
                let value: Expr = meta.value()?.parse()?;
                if let (true, Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) = (rename, value) {
                    name = text.value();
                }
            }
            Ok(())
        });
    }
    Some(name)
}
