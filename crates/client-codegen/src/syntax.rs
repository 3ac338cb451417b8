//! Source as syntax: its pieces, its exports, and tokens as text.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::{File, ImplItem, Item, UseTree, Visibility};

/// The pieces of generated source, by names that don't depend on other pieces: `type Session`, `fn expire_all`.
///
/// The piece of a type includes its impls.
///
/// # Errors
///
/// When the source can't be parsed.
pub fn pieces(source: &str) -> Result<BTreeMap<String, String>, syn::Error> {
    let file = syn::parse_file(source)?;
    let mut groups: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    collect(&file.items, "", &mut groups);
    let unparse = |items| prettyplease::unparse(&File { shebang: None, frontmatter: None, attrs: Vec::new(), items });
    Ok(groups.into_iter().map(|(name, items)| (name, unparse(items))).collect())
}

fn collect(items: &[Item], path: &str, groups: &mut BTreeMap<String, Vec<Item>>) {
    for item in items {
        let name = match item {
            Item::Mod(module) => {
                let inner = format!("{path}{}.", module.ident);
                if let Some((_, items)) = &module.content {
                    collect(items, &inner, groups);
                }
                continue;
            }
            Item::Impl(block) if block.trait_.is_none() && tokens(&block.self_ty) == "Client" => {
                for one in &block.items {
                    if let ImplItem::Fn(method) = one {
                        let alone = syn::ItemImpl { items: vec![one.clone()], ..block.clone() };
                        groups.entry(format!("{path}fn.{}", method.sig.ident)).or_default().push(Item::Impl(alone));
                    }
                }
                continue;
            }
            // `impl From<AppId> for String` belongs to `AppId`.
            Item::Impl(block) if is_foreign(&block.self_ty) => {
                converted(block).unwrap_or_else(|| subject(&block.self_ty))
            }
            Item::Impl(block) => subject(&block.self_ty),
            Item::Struct(item) => item.ident.to_string(),
            Item::Enum(item) => item.ident.to_string(),
            Item::Type(item) => item.ident.to_string(),
            Item::Const(item) => item.ident.to_string(),
            _ => continue,
        };
        groups.entry(format!("{path}{name}")).or_default().push(item.clone());
    }
}

pub(crate) fn is_foreign(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.leading_colon.is_some())
}

/// The type a conversion starts from.
fn converted(block: &syn::ItemImpl) -> Option<String> {
    let (path, _) = block.trait_.as_ref()?;
    let syn::PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(subject(ty)),
        _ => None,
    })
}

/// The bare name of a type, without path, lifetimes or parameters.
fn subject(ty: &syn::Type) -> String {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string()),
        syn::Type::Reference(reference) => subject(&reference.elem),
        other => tokens(other),
    }
}

/// The names that a source file re-exports, each with its target: `types = generated::types`.
///
/// # Errors
///
/// When the source can't be parsed.
pub fn exports(source: &str) -> Result<BTreeSet<String>, syn::Error> {
    let mut found = BTreeSet::new();
    for item in &syn::parse_file(source)?.items {
        if let Item::Use(item) = item
            && is_public(&item.vis)
        {
            exported(&item.tree, "", &mut found);
        }
    }
    Ok(found)
}

fn exported(tree: &UseTree, path: &str, found: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(part) => exported(&part.tree, &format!("{path}{}::", part.ident), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| exported(tree, path, found)),
        UseTree::Glob(_) => {
            found.insert(format!("* = {path}*"));
        }
        UseTree::Name(name) => {
            found.insert(format!("{} = {path}{}", name.ident, name.ident));
        }
        UseTree::Rename(name) => {
            found.insert(format!("{} = {path}{}", name.rename, name.ident));
        }
    }
}

pub(crate) fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

/// Tokens as a person would write them, with short names for common types of the standard library.
pub(crate) fn tokens(of: &impl ToTokens) -> String {
    const SPACING: [(&str, &str); 12] = [
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ::", "::"),
        (":: ", "::"),
        (" ,", ","),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :", ":"),
        (":::", ": ::"),
    ];
    const NAMES: [(&str, &str); 8] = [
        ("::std::option::Option", "Option"),
        ("::std::string::String", "String"),
        ("::std::vec::Vec", "Vec"),
        ("::std::collections::", ""),
        ("::std::num::", ""),
        ("::client_runtime::", "rt::"),
        (",>", ">"),
        (",)", ")"),
    ];
    let text = of.to_token_stream().to_string().replace(" -> ", "\u{0}");
    // Most patterns don't occur in most strings: a search is cheaper than a copy.
    let replace =
        |text: String, (from, to): &(&str, &str)| if text.contains(from) { text.replace(from, to) } else { text };
    let text = SPACING.iter().chain(&NAMES).fold(text, replace);
    [("\u{0}", " -> "), (", )", ")")].iter().fold(text, replace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "pub struct Client { core: Core } impl Client { pub fn a(&self) -> u8 { 1 } fn b(&self) {} }
        pub mod types { #[non_exhaustive] pub enum E { A, B(String) } impl Clone for E { fn clone(&self) -> E { E::A } } struct Hidden; }";

    #[test]
    fn sections_are_named_after_their_items() {
        let names: Vec<String> = pieces(SOURCE).unwrap().into_keys().collect();
        assert_eq!(names, ["Client", "fn.a", "fn.b", "types.E", "types.Hidden"]);
    }

    #[test]
    fn exports_have_their_names_and_what_these_stand_for() {
        let names = exports("pub use a::{B, c::{D as E, F}}; pub use g; use h; pub use i::*;").unwrap();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(names, ["* = i::*", "B = a::B", "E = a::c::D", "F = a::c::F", "g = g"]);
    }
}
