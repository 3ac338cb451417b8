//! Structs that callers build get a constructor for required fields and a setter for each optional one, so that a new
//! optional field breaks no caller.

use std::collections::{BTreeSet, HashMap, HashSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Field, Fields, Ident, Item, ItemStruct, Path, PathSegment, Type, parse_quote};

use super::attributes::{derives, implementor, remove_derive};
use super::enums::{renamed, wire_value};
use super::syntax::{nullable_inner, option_inner};
use crate::reach::Reach;
use crate::unions::{Names, Unions};

pub(super) fn make_additive(items: &mut Vec<Item>, reach: &Reach, unions: &Unions) {
    let with_default: HashSet<String> = items.iter().filter_map(|item| implementor(item, "Default")).collect();
    let single_values: HashMap<String, (String, Ident)> = items.iter().filter_map(single_value).collect();
    let mut added = Vec::new();
    let mut defaults_of_new = HashSet::new();
    for item in items.iter_mut() {
        if let Item::Struct(item) = item
            && reach.request.contains(&item.ident.to_string())
            && matches!(item.fields, Fields::Named(_))
        {
            let name = item.ident.to_string();
            let tags = Tags { names: unions.named.get(&name), single_values: &single_values };
            let has_tags = item.fields.iter().any(|field| tags.of(field).is_some());
            if has_tags && (remove_derive(&mut item.attrs, "Default") || with_default.contains(&name)) {
                defaults_of_new.insert(name.clone());
            }
            let has_default = !has_tags && (derives(&item.attrs, "Default") || with_default.contains(&name));
            added.extend(constructor_and_setters(item, &tags, has_default));
        }
    }
    items.retain(|item| implementor(item, "Default").is_none_or(|name| !defaults_of_new.contains(&name)));
    items.extend(added);
}

/// The type, the value on the wire and the variant of an enum of one value.
fn single_value(item: &Item) -> Option<(String, (String, Ident))> {
    let Item::Enum(item) = item else { return None };
    let mut known = item.variants.iter().filter(|variant| matches!(variant.fields, Fields::Unit));
    let (variant, None) = (known.next()?, known.next()) else { return None };
    Some((item.ident.to_string(), (wire_value(variant), variant.ident.clone())))
}

/// The values by which discriminators name a type.
struct Tags<'a> {
    names: Option<&'a Names>,
    single_values: &'a HashMap<String, (String, Ident)>,
}

impl Tags<'_> {
    /// The value that an optional field has from the start: a server can't tell the alternatives apart without it.
    fn of(&self, field: &Field) -> Option<TokenStream> {
        let wire = renamed(&field.attrs).or_else(|| Some(field.ident.as_ref()?.unraw().to_string()))?;
        let value = self.names?.get(&wire)?.as_ref()?;
        let Type::Path(ty) = option_inner(&field.ty)? else { return None };
        if is_absolute(&ty.path, &STRING) {
            return Some(quote!(::std::option::Option::Some(#value.to_owned())));
        }
        let (single, variant) = self.single_values.get(&ty.path.get_ident()?.to_string())?;
        (single == value).then(|| quote!(::std::option::Option::Some(#ty::#variant)))
    }
}

fn constructor_and_setters(item: &ItemStruct, tags: &Tags<'_>, has_default: bool) -> Vec<Item> {
    let ident = &item.ident;
    let (optional, required): (Vec<&Field>, Vec<&Field>) = item.fields.iter().partition(|field| is_optional(field));
    let required: Vec<(&Ident, TokenStream, TokenStream)> =
        required.iter().filter_map(|field| argument(field)).collect();
    let arguments = required.iter().map(|(name, ty, _)| quote!(#name: #ty));
    let values = required.iter().map(|(name, _, value)| quote!(#name: #value));
    let start = optional.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        let value = tags.of(field).unwrap_or_else(|| quote!(::std::default::Default::default()));
        Some(quote!(#name: #value))
    });
    let mut taken: BTreeSet<String> =
        item.fields.iter().filter_map(|field| field.ident.as_ref()).map(Ident::to_string).collect();
    taken.insert("new".to_owned());
    let setters = optional.iter().filter_map(|field| {
        let to_null = null_setter(field, &mut taken);
        setter(field).map(|setter| quote!(#setter #to_null))
    });
    let docs = match optional.iter().any(|field| tags.of(field).is_some()) {
        true => {
            " Creates a value with the required fields and the tag of this type; other optional fields start out absent."
        }
        false => " Creates a value with the required fields; optional fields start out absent.",
    };
    let mut items: Vec<Item> = vec![parse_quote! {
        impl #ident {
            #[doc = #docs]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* #(#start,)* }
            }
            #(#setters)*
        }
    }];
    if required.is_empty() && !has_default {
        items.push(parse_quote! {
            impl ::std::default::Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        });
    }
    items
}

/// Name, type and value of a constructor's argument: strings and secrets accept any type that converts into them.
fn argument(field: &Field) -> Option<(&Ident, TokenStream, TokenStream)> {
    let name = field.ident.as_ref()?;
    let ty = &field.ty;
    Some(if takes_into(ty) {
        (name, quote!(impl Into<#ty>), quote!(#name.into()))
    } else {
        (name, quote!(#ty), quote!(#name))
    })
}

fn setter(field: &Field) -> Option<TokenStream> {
    let name = field.ident.as_ref()?;
    let inner = option_inner(&field.ty);
    let ty = inner.unwrap_or(&field.ty);
    let nullable = nullable_inner(ty);
    let ty = nullable.unwrap_or(ty);
    let (ty, value) =
        if takes_into(ty) { (quote!(impl Into<#ty>), quote!(value.into())) } else { (quote!(#ty), quote!(value)) };
    let value = if nullable.is_some() { quote!(::client_runtime::Nullable::Value(#value)) } else { value };
    let value = if inner.is_some() { quote!(::std::option::Option::Some(#value)) } else { value };
    // `new` is the constructor, and every type has `clone`.
    let method = if name == "new" || name == "clone" { format_ident!("{name}_") } else { name.clone() };
    let own: Vec<&Attribute> = field.attrs.iter().filter(|attr| attr.path().is_ident("doc")).collect();
    let fallback = own.is_empty().then(|| format!("Sets `{name}`."));
    let fallback = fallback.iter();
    Some(quote! {
        #(#own)*
        #(#[doc = #fallback])*
        #[must_use]
        pub fn #method(mut self, value: #ty) -> Self {
            self.#name = #value;
            self
        }
    })
}

/// The setter `name_null`, if a property can be cleared.
fn null_setter(field: &Field, taken: &mut BTreeSet<String>) -> Option<TokenStream> {
    nullable_inner(option_inner(&field.ty)?)?;
    let name = field.ident.as_ref()?;
    let mut method = format!("{}_null", name.to_string().trim_end_matches('_'));
    while !taken.insert(method.clone()) {
        method.push('_');
    }
    let method = format_ident!("{method}");
    let docs = format!(" Sends null for `{name}`, which clears it.");
    Some(quote! {
        #[doc = #docs]
        #[must_use]
        pub fn #method(mut self) -> Self {
            self.#name = ::std::option::Option::Some(::client_runtime::Nullable::Null);
            self
        }
    })
}

/// Whether a field is absent unless set: an `Option`, or an array or map that serde may omit.
fn is_optional(field: &Field) -> bool {
    option_inner(&field.ty).is_some() || field.attrs.iter().any(has_serde_default)
}

fn has_serde_default(attr: &Attribute) -> bool {
    if !attr.path().is_ident("serde") {
        return false;
    }
    let mut found = false;
    let _ = attr.parse_nested_meta(|meta| {
        found |= meta.path.is_ident("default");
        // Values such as `default = "…"` are skipped over.
        if meta.input.peek(syn::Token![=]) {
            meta.value()?.parse::<syn::Expr>()?;
        }
        Ok(())
    });
    found
}

fn takes_into(ty: &Type) -> bool {
    let Type::Path(ty) = ty else { return false };
    is_absolute(&ty.path, &STRING) || is_absolute(&ty.path, &["client_runtime", "Secret"])
}

const STRING: [&str; 3] = ["std", "string", "String"];

fn is_absolute(path: &Path, names: &[&str]) -> bool {
    let is_same = |(one, name): (&PathSegment, &&str)| one.ident == name;
    path.leading_colon.is_some() && path.segments.len() == names.len() && path.segments.iter().zip(names).all(is_same)
}
