//! Optional properties that may be null. A PATCH distinguishes three states: unchanged, cleared, set. Anywhere else
//! null means the same as absence, and isn't sent.

use std::collections::BTreeSet;

use syn::{Attribute, Field, Fields, Item, Type, parse_quote};

use super::syntax::{option_inner, words};
use crate::reach::Reach;

/// An optional property that may be null, in a type that is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NullMember {
    /// The field, such as `Change::name`.
    pub(crate) field: String,
    /// Whether null can be sent.
    pub(crate) clearable: bool,
}

/// Lets the types of a PATCH tell null from absence; returns all such properties of sent types. `nullable` are the
/// paths of fields whose properties may be null.
pub(super) fn tell_from_nothing(items: &mut [Item], reach: &Reach, nullable: &BTreeSet<String>) -> Vec<NullMember> {
    let mut found = Vec::new();
    let mut visit = |owner: &str, path: &str, fields: &mut Fields| {
        if !reach.request.contains(owner) {
            return;
        }
        let clearable = reach.patch.contains(owner);
        for field in fields.iter_mut() {
            let Some(name) = field.ident.as_ref().map(|name| format!("{path}::{name}")) else { continue };
            if nullable.contains(&format!("types::{name}")) && is_left_out(field) {
                if clearable {
                    widen(field);
                }
                found.push(NullMember { field: name, clearable });
            }
        }
    };
    for item in items {
        match item {
            Item::Struct(item) => {
                let owner = item.ident.to_string();
                visit(&owner, &owner, &mut item.fields);
            }
            Item::Enum(item) => {
                let owner = item.ident.to_string();
                for variant in &mut item.variants {
                    visit(&owner, &format!("{owner}::{}", variant.ident), &mut variant.fields);
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether serde omits a field without a value.
fn is_left_out(field: &Field) -> bool {
    let skips = |attr: &Attribute| words(attr).iter().any(|word| word.path().is_ident("skip_serializing_if"));
    // A property that can only be null is absent or null as it is.
    let holds_values = |ty: &Type| !matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty());
    option_inner(&field.ty).is_some_and(holds_values) && field.attrs.iter().any(skips)
}

fn widen(field: &mut Field) {
    let Some(inner) = option_inner(&field.ty).cloned() else { return };
    field.ty = parse_quote!(::std::option::Option<::client_runtime::Nullable<#inner>>);
    let has_default = field.attrs.iter().any(|attr| words(attr).iter().any(|word| word.path().is_ident("default")));
    let default: Option<Attribute> = (!has_default).then(|| parse_quote!(#[serde(default)]));
    field.attrs.extend(default);
    field.attrs.push(parse_quote!(#[serde(deserialize_with = "::client_runtime::codegen::deserialize_nullable")]));
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    fn sets(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_the_types_of_a_patch_have_three_states() {
        let text = r#"
            struct Change { #[serde(rename = "a-b", skip_serializing_if = "Option::is_none")] a_b: Option<Vec<Secret>>, must: Option<u8>,
                #[serde(default, skip_serializing_if = "Option::is_none")] c: Option<u8> }
            struct New { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> }
            struct Reply { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> }
            enum Part { One { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8> }, Two(u8) }"#;
        let mut file = syn::parse_file(text).unwrap();
        let reach =
            Reach { request: sets(&["Change", "New", "Part"]), patch: sets(&["Change", "Part"]), ..Reach::default() };
        let nullable = sets(
            &["Change::a_b", "Change::must", "New::a", "Reply::a", "Part::One::a"]
                .map(|it| format!("types::{it}"))
                .each_ref()
                .map(String::as_str),
        );
        let found = tell_from_nothing(&mut file.items, &reach, &nullable);
        let found: Vec<(&str, bool)> = found.iter().map(|one| (one.field.as_str(), one.clearable)).collect();
        assert_eq!(found, [("Change::a_b", true), ("New::a", false), ("Part::One::a", true)]);
        let code = file.to_token_stream().to_string().replace(' ', "");
        let wide = r#"#[serde(default)]#[serde(deserialize_with="::client_runtime::codegen::deserialize_nullable")]"#;
        for part in [
            &format!("{wide}a_b:::std::option::Option<::client_runtime::Nullable<Vec<Secret>>>"),
            &format!("{wide}a:::std::option::Option<::client_runtime::Nullable<u8>>"),
            "must:Option<u8>",
            "c:Option<u8>",
            r#"structNew{#[serde(skip_serializing_if="Option::is_none")]a:Option<u8>}"#,
            r#"structReply{#[serde(skip_serializing_if="Option::is_none")]a:Option<u8>}"#,
        ] {
            assert!(code.contains(part), "{part} in {code}");
        }
    }
}
