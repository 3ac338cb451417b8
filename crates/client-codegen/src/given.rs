//! Reads back the output of progenitor and typify: checks that everything has the name it was given, and puts the names
//! on the wire in.
//!
//! Both see properties and values under their names in Rust (see [`view`](crate::view)), so their output uses these on
//! the wire too. Here each name on the wire is restored: in serde's attributes, and in code that reads and writes
//! strings. An item without its given name, or a given name without an item, is an error: another stage would look for
//! it in vain, or a name on the wire would be wrong.

use std::collections::{BTreeMap, BTreeSet};

use openapi_pipeline::names::{self, Named, TypeNames};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, ExprStruct, Field, Fields, FieldsNamed, File, Ident, Item, ItemEnum, Lit, Member, Meta, Path, Token,
    Type, parse_quote,
};

use crate::CodegenError;
use crate::model::Operation;
use crate::reach::{client_methods, types_mut};

/// Checks the names, and puts those on the wire in.
pub(crate) fn read_back(file: &mut File, named: &Named, operations: &[Operation]) -> Result<(), CodegenError> {
    methods(file, operations)?;
    let items = types_mut(file)?;
    let mut missing: BTreeSet<&String> = named.types.keys().collect();
    let mut given: BTreeMap<String, Given> = BTreeMap::new();
    for item in items.iter_mut() {
        let (Item::Struct(syn::ItemStruct { ident, .. }) | Item::Enum(ItemEnum { ident, .. })) = &*item else {
            continue;
        };
        let name = ident.to_string();
        let Some(names) = named.types.get(&name) else {
            // An exposed secret is reported with its field: see `polish::secrets`.
            if name == SECRET {
                continue;
            }
            return Err(CodegenError::Name(format!(
                "progenitor wrote a type `{name}`, which is no type of the description"
            )));
        };
        missing.remove(&name);
        let changed = match item {
            Item::Struct(item) => match &mut item.fields {
                Fields::Named(fields) => {
                    Some(Given { fields: self::fields(&name, fields, names)?, ..Given::default() })
                }
                _ => None,
            },
            Item::Enum(item) => variants(item, names)?,
            _ => None,
        };
        given.extend(changed.map(|changed| (name, changed)));
    }
    if let Some(name) = missing.into_iter().next() {
        return Err(CodegenError::Name(format!("progenitor wrote no type `{name}`")));
    }
    for item in items {
        if let Item::Impl(block) = item
            && let Type::Path(owner) = &*block.self_ty
            && let Some(given) = owner.path.get_ident().and_then(|owner| given.get(&owner.to_string()))
        {
            Impl(given).visit_item_impl_mut(block);
        }
    }
    Ok(())
}

/// The runtime's type for secrets.
const SECRET: &str = "Secret";

/// Checks that there is one method per operation, and no other.
fn methods(file: &File, operations: &[Operation]) -> Result<(), CodegenError> {
    let written: BTreeSet<String> = client_methods(file).map(|method| method.sig.ident.to_string()).collect();
    let wanted: BTreeSet<&String> = operations.iter().map(|operation| &operation.names.method).collect();
    if let Some(operation) = operations.iter().find(|operation| !written.contains(&operation.names.method)) {
        let problem = format!("progenitor made no method `{}`", operation.names.method);
        return Err(CodegenError::document(&operation.pointer, problem));
    }
    match written.iter().find(|name| !wanted.contains(name)) {
        Some(name) => Err(CodegenError::Name(format!("progenitor wrote a method `{name}`, which is no operation"))),
        None => Ok(()),
    }
}

/// The changes to a type that its implementations have to follow.
#[derive(Default)]
struct Given {
    /// The fields in their order.
    fields: Vec<String>,
    /// The values on the wire of strings that are names of variants.
    texts: BTreeMap<String, String>,
    /// The new names of variants that were renamed.
    variants: BTreeMap<String, String>,
}

fn fields(owner: &str, fields: &mut FieldsNamed, names: &TypeNames) -> Result<Vec<String>, CodegenError> {
    let wires: BTreeMap<&String, &String> = names.fields.iter().map(|(wire, field)| (field, wire)).collect();
    let plain: BTreeMap<&String, String> = names.fields.keys().map(|wire| (wire, names::snake(wire))).collect();
    let mut alike: BTreeMap<&String, usize> = BTreeMap::new();
    plain.values().for_each(|name| *alike.entry(name).or_default() += 1);
    let mut missing: BTreeSet<&String> = names.fields.values().collect();
    for field in fields.named.iter_mut().filter(|field| !is_flattened(field)) {
        let name = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
        let Some(wire) = wires.get(&name) else {
            return Err(CodegenError::Name(format!(
                "progenitor wrote a field `{owner}::{name}`, which is no property"
            )));
        };
        missing.remove(&name);
        rename(&mut field.attrs, &name, wire);
        if plain.get(wire).and_then(|name| alike.get(name)).is_some_and(|count| *count > 1) {
            document(field, wire);
        }
    }
    if let Some(field) = missing.into_iter().next() {
        let wire = wires.get(field).map_or("", |wire| wire.as_str());
        return Err(CodegenError::Name(format!(
            "progenitor wrote no field `{field}` for the property `{wire}` of `{owner}`"
        )));
    }
    // Number suffixes don't change the order, or a new property would move others.
    let mut sorted: Vec<Field> = std::mem::take(&mut fields.named).into_iter().collect();
    let place = |field: &Field| {
        let wire = wires.get(&field.ident.as_ref().map(Ident::to_string).unwrap_or_default())?;
        Some((plain.get(*wire)?, *wire))
    };
    sorted.sort_by_cached_key(|field| (is_flattened(field), place(field)));
    fields.named = sorted.into_iter().collect();
    Ok(fields.named.iter().filter_map(|field| field.ident.as_ref().map(Ident::to_string)).collect())
}

fn variants(item: &mut ItemEnum, names: &TypeNames) -> Result<Option<Given>, CodegenError> {
    let owner = item.ident.to_string();
    if !names.values.is_empty() {
        let wires: BTreeMap<&String, &String> = names.values.iter().map(|(wire, variant)| (variant, wire)).collect();
        let mut missing: BTreeSet<&String> = names.values.values().collect();
        for variant in &mut item.variants {
            let name = variant.ident.to_string();
            let Some(wire) = wires.get(&name) else {
                return Err(CodegenError::Name(format!(
                    "progenitor wrote a variant `{owner}::{name}`, which is no value"
                )));
            };
            missing.remove(&name);
            rename(&mut variant.attrs, &name, wire);
        }
        if let Some(variant) = missing.into_iter().next() {
            return Err(CodegenError::Name(format!("progenitor wrote no variant `{owner}::{variant}`")));
        }
        let texts = wires.into_iter().map(|(variant, wire)| (variant.clone(), wire.clone())).collect();
        return Ok(Some(Given { texts, ..Given::default() }));
    }
    // An enum without variants is left alone: see `uninhabited`.
    if names.alternatives.is_empty() || item.variants.is_empty() {
        return Ok(None);
    }
    if names.alternatives.len() != item.variants.len() {
        let (written, wanted) = (item.variants.len(), names.alternatives.len());
        return Err(CodegenError::Name(format!(
            "progenitor wrote {written} variants of `{owner}` instead of {wanted}"
        )));
    }
    // The variants are in the order of the alternatives.
    let mut renamed = BTreeMap::new();
    for (variant, name) in item.variants.iter_mut().zip(&names.alternatives) {
        if variant.ident != name {
            renamed.insert(variant.ident.to_string(), name.clone());
            variant.ident = Ident::new(name, variant.ident.span());
        }
    }
    Ok((!renamed.is_empty()).then(|| Given { variants: renamed, ..Given::default() }))
}

/// Puts the name on the wire in, if it differs.
fn rename(attrs: &mut Vec<Attribute>, name: &str, wire: &str) {
    if name == wire {
        return;
    }
    let renamed: Meta = parse_quote!(rename = #wire);
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("serde")) {
        if let Ok(words) = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
            *attr = parse_quote!(#[serde(#renamed, #words)]);
            return;
        }
    }
    attrs.push(parse_quote!(#[serde(#renamed)]));
}

/// Documents the name on the wire, which neither of two names in Rust shows, below the existing documentation.
fn document(field: &mut Field, wire: &str) {
    let end = field.attrs.iter().rposition(|attr| attr.path().is_ident("doc")).map_or(0, |last| last + 1);
    let line = format!(" `{wire}` on the wire.");
    let mut added: Vec<Attribute> = vec![parse_quote!(#[doc = #line])];
    if end > 0 {
        added.insert(0, parse_quote!(#[doc = ""]));
    }
    field.attrs.splice(end..end, added);
}

/// Whether a field is the map of the properties that are not listed.
fn is_flattened(field: &Field) -> bool {
    let lists = field.attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    let words = lists.filter_map(|attr| attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    words.flatten().any(|word| word.path().is_ident("flatten"))
}

/// Applies the changes to a type to one of its implementations.
struct Impl<'a>(&'a Given);

impl VisitMut for Impl<'_> {
    fn visit_lit_mut(&mut self, literal: &mut Lit) {
        if let Lit::Str(text) = literal
            && let Some(wire) = self.0.texts.get(&text.value())
        {
            *text = syn::LitStr::new(wire, text.span());
        }
    }

    fn visit_expr_struct_mut(&mut self, value: &mut ExprStruct) {
        if value.path.is_ident("Self") {
            let place = |member: &Member| match member {
                Member::Named(name) => self.0.fields.iter().position(|field| name == field),
                Member::Unnamed(_) => None,
            };
            let mut sorted: Vec<_> = std::mem::take(&mut value.fields).into_iter().collect();
            sorted.sort_by_key(|given| place(&given.member));
            value.fields = sorted.into_iter().collect();
        }
        visit_mut::visit_expr_struct_mut(self, value);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        let mut segments = path.segments.iter_mut();
        if let (Some(first), Some(last), None) = (segments.next(), segments.next(), segments.next())
            && first.ident == "Self"
            && let Some(name) = self.0.variants.get(&last.ident.to_string())
        {
            last.ident = Ident::new(name, last.ident.span());
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::source::Step;
    use openapi_pipeline::{Context, Node};
    use quote::ToTokens;
    use serde_json::json;

    use super::*;

    /// A type that progenitor wrote, as read back for a description with these schemas.
    fn back(schemas: serde_json::Value, text: &str) -> Result<String, String> {
        let mut cx = Context::new();
        let file = cx.sources.add("a.json", "");
        let origin = cx.sources.mark(file, 0..0, None, Step::Root);
        let document = Node::from_json(&json!({"components": {"schemas": schemas}}), origin);
        let named = names::assign(&document, "", &names::Pins::default()).unwrap();
        let mut file = syn::parse_file(&format!("pub mod types {{ {text} }}")).unwrap();
        read_back(&mut file, &named, &[]).map_err(|error| error.to_string())?;
        Ok(file.to_token_stream().to_string().replace(' ', ""))
    }

    fn user() -> serde_json::Value {
        let text = || json!({"type": "string"});
        json!({"User": {"type": "object", "properties": {"createdAt": text(), "created_at": text(), "a": text()}}})
    }

    #[test]
    fn every_property_has_its_name_on_the_wire() {
        let code = back(
            user(),
            "struct User { a: u8, /** Long ago. */ created_at: String, #[serde(default)] created_at_2: u8, #[serde(flatten)] extra: M }
            impl Default for User { fn default() -> Self { Self { a: 1, created_at: x(), created_at_2: 3, extra: y() } } }",
        )
        .unwrap();
        let second = r#"#[doc="`createdAt`onthewire."]#[serde(rename="createdAt",default)]created_at_2:u8"#;
        let first = r#"#[doc="Longago."]#[doc=""]#[doc="`created_at`onthewire."]created_at:String"#;
        assert!(code.contains(&format!("a:u8,{second},{first},#[serde(flatten)]extra:M")), "{code}");
        assert!(code.contains("Self{a:1,created_at_2:3,created_at:x(),extra:y()}"), "{code}");
    }

    #[test]
    fn every_value_has_its_name_on_the_wire() {
        let code = back(
            json!({"Color": {"type": "string", "enum": ["red", "RED", "Blue"]}}),
            r#"enum Color { Red, Red2, Blue }
            impl Display for Color { fn fmt(&self) { match self { Self::Red => w("Red"), Self::Red2 => w("Red2"), _ => w("else") } } }
            impl FromStr for Color { fn from_str(text: &str) { match text { "Red2" => Self::Red2, _ => Err("Red2?") } } }"#,
        )
        .unwrap();
        assert!(code.contains(r#"enumColor{#[serde(rename="RED")]Red,#[serde(rename="red")]Red2,Blue}"#), "{code}");
        assert!(code.contains(r#"Self::Red=>w("RED"),Self::Red2=>w("red"),_=>w("else")"#), "{code}");
        assert!(code.contains(r#"{"red"=>Self::Red2,_=>Err("Red2?")}"#), "{code}");
    }

    #[test]
    fn alternatives_have_their_given_names() {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let code = back(
            json!({"A": {"oneOf": [to("PetCat"), to("PetDog")]}, "PetCat": {}, "PetDog": {}}),
            "struct PetCat(u8); struct PetDog(u8); enum A { Variant0(PetCat), Dog(PetDog) }
            impl From<PetCat> for A { fn from(one: PetCat) -> Self { Self::Variant0(one) } }",
        )
        .unwrap();
        assert!(code.contains("enumA{Cat(PetCat),Dog(PetDog)}") && code.contains("{Self::Cat(one)}"), "{code}");
    }

    #[test]
    fn an_item_without_its_given_name_is_an_error() {
        for (text, problem) in [
            (
                "struct User { a: u8, created_at: u8, created_at_2: u8 } struct Other;",
                "progenitor wrote a type `Other`, which is no type of the description",
            ),
            ("", "progenitor wrote no type `User`"),
            (
                "struct User { a: u8, created_at: u8, created_at_3: u8 }",
                "progenitor wrote a field `User::created_at_3`, which is no property",
            ),
            (
                "struct User { a: u8, created_at: u8 }",
                "progenitor wrote no field `created_at_2` for the property `createdAt` of `User`",
            ),
        ] {
            assert_eq!(back(user(), text).unwrap_err(), problem);
        }
        let color = || json!({"Color": {"type": "string", "enum": ["red"]}});
        assert_eq!(
            back(color(), "enum Color { Green }").unwrap_err(),
            "progenitor wrote a variant `Color::Green`, which is no value"
        );
        assert_eq!(back(color(), "enum Color {}").unwrap_err(), "progenitor wrote no variant `Color::Red`");
    }
}
