//! Optional properties whose type hides that they are optional.
//!
//! The generator puts the box of a recursive type around the `Option`, and has no `Option` for a property that can only be
//! null. Unset, such properties would be sent as null.

use syn::visit_mut::{self, VisitMut};
use syn::{Field, Item, Type, parse_quote};

use super::syntax::{inner_of, option_inner, words};

/// Moves every `Option` to the outside, and lets serde omit `None`.
pub(super) fn bring_outside(items: &mut [Item]) {
    items.iter_mut().for_each(|item| Boxes.visit_item_mut(item));
}

struct Boxes;

impl VisitMut for Boxes {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if let Some(inner) = inner_of(ty, "Box").and_then(option_inner) {
            *ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
        }
    }

    fn visit_field_mut(&mut self, field: &mut Field) {
        let hidden = inner_of(&field.ty, "Box").and_then(option_inner).is_some();
        let null = matches!(&field.ty, Type::Tuple(tuple) if tuple.elems.is_empty());
        visit_mut::visit_field_mut(self, field);
        // A property without a default is required, if as null.
        let optional = field.attrs.iter().flat_map(words).any(|word| word.path().is_ident("default"));
        if !optional || !(hidden || null) {
            return;
        }
        field.attrs.push(parse_quote!(#[serde(skip_serializing_if = "::std::option::Option::is_none")]));
        if null {
            field.ty = parse_quote!(::std::option::Option<()>);
            field
                .attrs
                .push(parse_quote!(#[serde(deserialize_with = "::client_runtime::codegen::deserialize_present")]));
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    #[test]
    fn unset_properties_are_not_sent() {
        let text = r#"struct S {
            #[serde(default)] a: ::std::boxed::Box<::std::option::Option<S>>,
            must: ::std::boxed::Box<::std::option::Option<S>>,
            #[serde(default)] nothing: (),
            null: (),
            list: Vec<Box<Option<S>>>,
        }"#;
        let mut items = vec![syn::parse_str(text).unwrap()];
        bring_outside(&mut items);
        let code = items[0].to_token_stream().to_string().replace(' ', "");
        let skip = r#"#[serde(skip_serializing_if="::std::option::Option::is_none")]"#;
        let present = r#"#[serde(deserialize_with="::client_runtime::codegen::deserialize_present")]"#;
        let boxed = "::std::option::Option<::std::boxed::Box<S>>";
        assert!(code.contains(&format!("#[serde(default)]{skip}a:{boxed}")), "{code}");
        assert!(code.contains(&format!("must:{boxed}")) && !code.contains(&format!("{skip}must")), "{code}");
        assert!(code.contains(&format!("{skip}{present}nothing:::std::option::Option<()>")), "{code}");
        assert!(code.contains("null:(),") && code.contains(&format!("Vec<{boxed}>")), "{code}");
    }
}
