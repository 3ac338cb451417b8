//! Checks that every secret of the document became the secret type: progenitor silently falls back to `String`.

use openapi_pipeline::{Node, vocabulary};
use quote::quote;
use syn::{Expr, ExprLit, File, Item, Lit, Type, parse_quote};

use super::syntax::{nullable_inner, option_inner};
use crate::CodegenError;
use crate::reach::types;

const SECRET: &str = "#/components/schemas/Secret";

/// Checks the generated type of each property that refers to `Secret`.
///
/// A component that combines others becomes several types, named after it, or none of its own: then all fields of that
/// name in those types are checked, and there must be one.
pub(crate) fn assert_fields(document: &Node, file: &File) -> Result<(), CodegenError> {
    let items = types(file)?;
    for (component, schema) in vocabulary::schemas(document) {
        for (property, _) in schema.members("properties").filter(|(_, schema)| is_secret(schema)) {
            let field = format!("{component}.{property}");
            let combines = ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some());
            let mut found = fields(items, component, false, property);
            if found.is_empty() && combines {
                found = fields(items, component, true, property);
            }
            if found.is_empty() {
                let found = "(no such field was generated)".to_owned();
                return Err(CodegenError::ExposedSecret { field, found });
            }
            if let Some(other) = found.into_iter().find(|ty| !is_secret_type(ty)) {
                return Err(CodegenError::ExposedSecret { field, found: quote!(#other).to_string() });
            }
        }
    }
    Ok(())
}

fn is_secret(schema: &Node) -> bool {
    let refers = |schema: &Node| schema.get_str("$ref") == Some(SECRET);
    refers(schema) || schema.get("allOf").and_then(Node::as_array).is_some_and(|all| all.iter().any(refers))
}

fn is_secret_type(ty: &Type) -> bool {
    let ty = option_inner(ty).unwrap_or(ty);
    *nullable_inner(ty).unwrap_or(ty) == parse_quote!(::client_runtime::Secret)
}

/// The types of the fields of this wire name: in the type of this name, or in all types whose names begin with it.
fn fields<'a>(items: &'a [Item], name: &str, prefix: bool, property: &str) -> Vec<&'a Type> {
    let wanted = |ident: &syn::Ident| if prefix { ident.to_string().starts_with(name) } else { ident == name };
    let mut fields: Vec<&syn::Field> = Vec::new();
    for item in items {
        match item {
            Item::Struct(item) if wanted(&item.ident) => fields.extend(&item.fields),
            Item::Enum(item) if wanted(&item.ident) => {
                fields.extend(item.variants.iter().flat_map(|variant| &variant.fields));
            }
            _ => {}
        }
    }
    let named = |field: &&syn::Field| wire_name(field).as_deref() == Some(property);
    fields.into_iter().filter(named).map(|field| &field.ty).collect()
}

pub(super) fn wire_name(field: &syn::Field) -> Option<String> {
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
