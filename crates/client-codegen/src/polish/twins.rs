//! Members whose names become one field: each is kept, under a name of its own.
//!
//! The generator writes them all down, one name twice. That shows only here, also where the members came together from
//! several schemas (`allOf`).

use std::collections::{BTreeMap, BTreeSet};

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ExprStruct, Field, Fields, FieldsNamed, Ident, Item, Member, Meta, Token, Type, parse_quote};

use super::secrets::wire_name;

/// A member that didn't get the field that its name becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Twin {
    /// The item that the field belongs to, such as `User`, or `Event::Sold` of an enum.
    pub(crate) owner: String,
    /// The field it got.
    pub(crate) field: String,
    /// Its name on the wire.
    pub(crate) wire: String,
    /// The name on the wire of the member that has the field.
    pub(crate) first: String,
}

/// Gives every field of an item a name of its own; those that are called otherwise now, in the order of the source.
pub(super) fn tell_apart(items: &mut [Item]) -> Vec<Twin> {
    let mut twins = Vec::new();
    let mut renamed: BTreeMap<String, Vec<Ident>> = BTreeMap::new();
    for item in items.iter_mut() {
        match item {
            Item::Struct(item) => {
                let owner = item.ident.to_string();
                if let Fields::Named(fields) = &mut item.fields
                    && name_each(&owner, fields, &mut twins)
                {
                    renamed.insert(owner, fields.named.iter().filter_map(|field| field.ident.clone()).collect());
                }
            }
            Item::Enum(item) => {
                for variant in &mut item.variants {
                    if let Fields::Named(fields) = &mut variant.fields {
                        name_each(&format!("{}::{}", item.ident, variant.ident), fields, &mut twins);
                    }
                }
            }
            _ => {}
        }
    }
    // Its `Default` names the fields once more, in the same order.
    for item in items {
        if let Item::Impl(block) = item
            && let Type::Path(owner) = &*block.self_ty
            && let Some(fields) = owner.path.get_ident().and_then(|owner| renamed.get(&owner.to_string()))
        {
            Values { fields }.visit_item_impl_mut(block);
        }
    }
    twins
}

/// Whether there was anything to tell apart.
fn name_each(owner: &str, fields: &mut FieldsNamed, twins: &mut Vec<Twin>) -> bool {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, field) in fields.named.iter().enumerate() {
        by_name.entry(field.ident.as_ref().map(Ident::to_string).unwrap_or_default()).or_default().push(at);
    }
    let mut taken: BTreeSet<String> = by_name.keys().cloned().collect();
    let mut told = false;
    for (name, mut places) in by_name.into_iter().filter(|(_, places)| places.len() > 1) {
        // Whoever is called like that on the wire keeps the name, whatever else is or becomes of it.
        places.sort_by_key(|at| fields.named.get(*at).map(|field| rank(field, &name)));
        let mut first = None;
        for at in places {
            let Some(field) = fields.named.get_mut(at) else { continue };
            let wire = wire_name(field).unwrap_or_default();
            let open = is_flattened(field);
            if !open {
                document(field, &wire);
            }
            let Some(first) = &first else {
                first = Some(wire);
                continue;
            };
            let own = free(&name, &mut taken);
            field.ident = Some(format_ident!("{own}"));
            told = true;
            if !open {
                rename(field, &wire);
                twins.push(Twin { owner: owner.to_owned(), field: own, wire, first: first.clone() });
            }
        }
    }
    told
}

/// Says what neither of the names in Rust does, below what is said already.
fn document(field: &mut Field, wire: &str) {
    let end = field.attrs.iter().rposition(|attr| attr.path().is_ident("doc")).map_or(0, |last| last + 1);
    let line = format!(" `{wire}` on the wire.");
    let mut added: Vec<Attribute> = vec![parse_quote!(#[doc = #line])];
    if end > 0 {
        added.insert(0, parse_quote!(#[doc = ""]));
    }
    field.attrs.splice(end..end, added);
}

/// A keyword has an underscore behind it in Rust, and not on the wire.
fn rank(field: &Field, name: &str) -> (bool, bool, String) {
    let wire = wire_name(field).unwrap_or_default();
    (is_flattened(field), wire != name.trim_end_matches('_'), wire)
}

/// `created_at_2`, or with the first number that is free.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = name.trim_end_matches('_');
    let mut number = 2_usize;
    loop {
        let own = format!("{stem}_{number}");
        if taken.insert(own.clone()) {
            return own;
        }
        number += 1;
    }
}

/// Where the wire has the name that the field had, nothing said so yet.
fn rename(field: &mut Field, wire: &str) {
    if !serde_words(&field.attrs).any(|meta| meta.path().is_ident("rename")) {
        field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
    }
}

/// The map of the members that are not listed.
fn is_flattened(field: &Field) -> bool {
    serde_words(&field.attrs).any(|meta| meta.path().is_ident("flatten"))
}

fn serde_words(attrs: &[Attribute]) -> impl Iterator<Item = Meta> {
    let lists = attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    lists
        .filter_map(|attr| attr.parse_args_with(syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated).ok())
        .flatten()
}

/// Renames the fields of each value of a struct.
struct Values<'a> {
    fields: &'a [Ident],
}

impl VisitMut for Values<'_> {
    fn visit_expr_struct_mut(&mut self, value: &mut ExprStruct) {
        if value.path.is_ident("Self") && value.fields.len() == self.fields.len() {
            for (given, field) in value.fields.iter_mut().zip(self.fields) {
                given.member = Member::Named(field.clone());
            }
        }
        visit_mut::visit_expr_struct_mut(self, value);
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::*;

    fn apart(text: &str) -> (Vec<Twin>, String) {
        let mut file = syn::parse_file(text).unwrap();
        let twins = tell_apart(&mut file.items);
        let code = file.to_token_stream().to_string();
        (twins, code.replace(' ', ""))
    }

    fn twin(owner: &str, field: &str, wire: &str, first: &str) -> Twin {
        Twin { owner: owner.into(), field: field.into(), wire: wire.into(), first: first.into() }
    }

    #[test]
    fn each_member_has_a_field_and_its_name_on_the_wire() {
        let (twins, code) = apart(
            r#"struct User { #[serde(rename = "createdAt")] created_at: u8, /** Long ago. */ created_at: String, created_at_2: u8 }
            impl Default for User { fn default() -> Self { Self { created_at: 1, created_at: x(), created_at_2: 3 } } }"#,
        );
        assert_eq!(twins, [twin("User", "created_at_3", "createdAt", "created_at")]);
        assert!(code.contains(r#"#[doc="`createdAt`onthewire."]#[serde(rename="createdAt")]created_at_3:u8"#));
        assert!(code.contains(r#"#[doc=""]#[doc="`created_at`onthewire."]created_at:String"#), "{code}");
        assert!(code.contains("Self{created_at_3:1,created_at:x(),created_at_2:3}"), "{code}");
    }

    #[test]
    fn who_keeps_the_name_does_not_depend_on_the_order() {
        let fields = [r#"#[serde(rename = "Id")] id: A"#, r#"#[serde(rename = "_id")] id: B"#, "id: C"];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let text = order.map(|at| fields[at]).join(", ");
            let (mut twins, code) = apart(&format!("enum E {{ V {{ {text} }} }}"));
            twins.sort_by(|one, other| one.field.cmp(&other.field));
            assert_eq!(twins, [twin("E::V", "id_2", "Id", "id"), twin("E::V", "id_3", "_id", "id")]);
            assert!(code.contains("id:C") && code.contains("id_2:A") && code.contains("id_3:B"), "{code}");
        }
    }

    #[test]
    fn keywords_and_the_map_of_the_rest_are_told_apart_too() {
        let (twins, code) = apart(
            r#"struct S { type_: A, #[serde(rename = "type")] type_: B,
            extra: u8, #[serde(flatten)] extra: Map }"#,
        );
        assert_eq!(twins, [twin("S", "type_2", "type_", "type")]);
        assert!(code.contains(r#"#[serde(rename="type_")]type_2:A"#), "{code}");
        assert!(code.contains("type_:B") && code.contains("extra:u8,#[serde(flatten)]extra_2:Map"), "{code}");
        let (_, code) = apart(
            r#"struct S { extra: u8, #[serde(flatten)] extra: Map }
            impl Default for S { fn default() -> Self { Self { extra: 1, extra: x() } } }"#,
        );
        assert!(code.contains("Self{extra:1,extra_2:x()}"), "{code}");
        let (twins, code) = apart("struct S { a: A, b: B }");
        assert!(twins.is_empty() && !code.contains("doc"));
    }
}
