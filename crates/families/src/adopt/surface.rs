//! How the public items of a crate change.

use std::collections::BTreeMap;

use client_codegen::items::{Item, Kind};
use openapi_pipeline::diff::Step;
use openapi_pipeline::names::constant_of;

/// The difference between the public items of two versions of a crate.
#[derive(Debug, Default)]
pub(super) struct Surface {
    /// New items.
    pub(super) added: Vec<Item>,
    /// Removed items.
    pub(super) removed: Vec<Item>,
    /// Items with another declaration, deprecation or openness: before and after.
    pub(super) changed: Vec<(Item, Item)>,
    /// The first addition that breaks code that lists all fields or variants.
    breaking_addition: Option<String>,
}

impl Surface {
    pub(super) fn compare(before: &[Item], after: &[Item]) -> Self {
        let (old, new) = (keyed(before), keyed(after));
        let mut surface = Self::default();
        for (key, item) in &old {
            match new.get(key) {
                None => surface.removed.push((*item).clone()),
                Some(now) if !is_same(item, now) => surface.changed.push(((*item).clone(), (*now).clone())),
                Some(_) => {}
            }
        }
        for item in new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, item)| *item) {
            let parent = matches!(item.kind, Kind::Field | Kind::Variant).then(|| item.parent()).flatten();
            let closed = |kind| parent.and_then(|parent| old.get(&(parent, kind))).is_some_and(|was| !was.can_grow);
            if closed(Kind::Struct) || closed(Kind::Enum) {
                surface.breaking_addition.get_or_insert_with(|| item.path.clone());
            }
            surface.added.push(item.clone());
        }
        surface
    }

    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// The step that the version has to take, and the reason.
    pub(super) fn step(&self) -> (Step, String) {
        let broken = self.changed.iter().find(|(was, is)| breaks(was, is));
        let gone = self.removed.iter().find(|item| item.kind != Kind::Impl).or_else(|| self.removed.first());
        if let Some(item) = gone {
            return (Step::Major, format!("`{}` is gone", item.path));
        }
        if let Some((was, _)) = broken {
            return (Step::Major, format!("`{}` is declared in another way", was.path));
        }
        if let Some(path) = &self.breaking_addition {
            return (Step::Major, format!("`{path}` is new in something that callers list in full"));
        }
        match self.added.first() {
            Some(item) => (Step::Minor, format!("`{}` is new", item.path)),
            None if self.changed.is_empty() => (Step::None, String::new()),
            None => (Step::Minor, "the deprecation of items has changed".to_owned()),
        }
    }

    /// New items, without those that come with another new item.
    pub(super) fn added_outright(&self) -> Vec<&Item> {
        outright(&self.added)
    }

    /// Removed items, without those that went with another removed item.
    pub(super) fn removed_outright(&self) -> Vec<&Item> {
        outright(&self.removed)
    }
}

/// Whether two items are the same to callers.
fn is_same(was: &Item, is: &Item) -> bool {
    let mut is = is.clone();
    if takes_the_same(was, &is) {
        is.declaration.clone_from(&was.declaration);
    }
    *was == is
}

/// Whether code that used the old item has to change.
fn breaks(was: &Item, is: &Item) -> bool {
    !takes_the_same(was, is) || is_closed_to_grow(was, is)
}

/// Whether two items are declared in the same way, but for the names of arguments, which callers don't write.
fn takes_the_same(was: &Item, is: &Item) -> bool {
    let is_method = [was, is].iter().all(|item| item.kind == Kind::Method);
    was.declaration == is.declaration || is_method && without_names(&was.declaration) == without_names(&is.declaration)
}

/// A signature without the names of its arguments, each of which stands between a parenthesis or comma and a colon.
fn without_names(signature: &str) -> String {
    let mut parts = signature.split(": ").peekable();
    let mut shown = String::new();
    while let Some(part) = parts.next() {
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '#');
        shown.push_str(if parts.peek().is_some() { part.trim_end_matches(is_name) } else { part });
    }
    shown
}

/// Whether code that listed all fields or variants can't any more.
fn is_closed_to_grow(was: &Item, is: &Item) -> bool {
    !was.can_grow && is.can_grow
}

/// The items by path and kind: a field and its setter share a path.
pub(super) fn keyed(items: &[Item]) -> BTreeMap<(&str, Kind), &Item> {
    items.iter().map(|item| ((item.path.as_str(), item.kind), item)).collect()
}

/// The items without parts of other items given, impls for them, and the companions of an operation.
fn outright(items: &[Item]) -> Vec<&Item> {
    let is_there = |path: &str| items.iter().any(|item| item.kind != Kind::Impl && item.path == path);
    let companions: Vec<String> = items
        .iter()
        .filter(|item| item.kind == Kind::Method && item.parent() == Some("Client"))
        .flat_map(|item| {
            let name = item.path.trim_start_matches("Client::");
            let request = item.declaration.rsplit_once("requests::").map_or("", |(_, request)| request);
            let request = request.split('<').next().unwrap_or_default();
            [
                format!("requests::{request}"),
                format!("answers::{request}Answer"),
                format!("errors::{request}Error"),
                format!("operations::{}", constant_of(name)),
            ]
        })
        .collect();
    let is_setter_of_new_field = |item: &&Item| {
        item.kind == Kind::Method && items.iter().any(|other| other.kind == Kind::Field && other.path == item.path)
    };
    items
        .iter()
        .filter(|item| !companions.contains(&item.path))
        .filter(|item| item.parent().is_none_or(|parent| !is_there(parent)))
        .filter(|item| item.kind != Kind::Impl || !subjects(&item.path).iter().any(|subject| is_there(subject)))
        .filter(|item| !is_setter_of_new_field(item))
        .collect()
}

/// The types an impl is for: `types::A` for `impl Debug for types::A<'a>`, and for `impl From<A> for String`.
fn subjects(head: &str) -> Vec<String> {
    let Some((implemented, ty)) = head.rsplit_once(" for ") else { return Vec::new() };
    let own = ty.split('<').next().unwrap_or_default().to_owned();
    let converted = implemented.split_once('<').and_then(|(_, inner)| inner.strip_suffix('>'));
    std::iter::once(own).chain(converted.map(|inner| format!("types::{inner}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(path: &str, kind: Kind, declaration: &str, can_grow: bool) -> Item {
        let mut item = Item::new(path, kind, declaration);
        item.can_grow = can_grow;
        item
    }

    fn step(added: Vec<Item>, removed: Vec<Item>, changed: Vec<(Item, Item)>) -> Step {
        Surface { added, removed, changed, breaking_addition: None }.step().0
    }

    #[test]
    fn a_removed_or_redeclared_item_is_a_major_step_and_an_added_one_is_minor() {
        let field = |ty| item("types::A::a", Kind::Field, ty, false);
        assert_eq!(step(vec![], vec![], vec![]), Step::None);
        assert_eq!(step(vec![field("u8")], vec![], vec![]), Step::Minor);
        assert_eq!(step(vec![], vec![field("u8")], vec![]), Step::Major);
        assert_eq!(step(vec![], vec![], vec![(field("u8"), field("u16"))]), Step::Major);
        let mut deprecated = field("u8");
        deprecated.deprecated = true;
        assert_eq!(step(vec![], vec![], vec![(field("u8"), deprecated)]), Step::Minor);
        let method = |signature| item("Client::get", Kind::Method, signature, false);
        let get = method("get<'a>(&'a self, id: &'a str, r#in: u8) -> requests::Get<'a>");
        for (signature, expected) in [
            ("get<'a>(&'a self, order_id: &'a str, at: u8) -> requests::Get<'a>", Step::None),
            ("get<'a>(&'a self, order_id: &'a str, at: u16) -> requests::Get<'a>", Step::Major),
            ("get<'a>(&'a self, at: u8, id: &'a str) -> requests::Get<'a>", Step::Major),
        ] {
            let surface = Surface::compare(std::slice::from_ref(&get), &[method(signature)]);
            assert_eq!((surface.step().0, surface.is_empty()), (expected, expected == Step::None), "{signature}");
        }
        let open = |can_grow| item("types::A", Kind::Struct, "", can_grow);
        assert_eq!(step(vec![], vec![], vec![(open(false), open(true))]), Step::Major);
        assert_eq!(step(vec![], vec![], vec![(open(true), open(false))]), Step::Minor);
    }

    #[test]
    fn items_that_come_with_another_new_item_are_not_listed() {
        let items = [
            item("Client::list", Kind::Method, "list<'a>(&'a self) -> requests::List<'a>", false),
            item("operations::LIST", Kind::Constant, "rt::Operation", false),
            item("requests::List", Kind::Struct, "<'a>", true),
            item("requests::List::limit", Kind::Method, "limit(mut self, value: u8) -> Self", false),
            item("impl IntoFuture for requests::List<'a>", Kind::Impl, "", false),
            item("errors::ListError", Kind::Enum, "", true),
            item("errors::ListError::Other", Kind::Variant, "", false),
            item("types::Old::new_field", Kind::Field, "u8", false),
            item("types::Old::new_field", Kind::Method, "new_field(mut self, value: u8) -> Self", false),
            item("impl Copy for types::Old", Kind::Impl, "", false),
            item("types::Id", Kind::Struct, "", false),
            item("impl From<Id> for String", Kind::Impl, "", false),
        ];
        let listed: Vec<&str> = outright(&items).iter().map(|item| item.path.as_str()).collect();
        assert_eq!(listed, ["Client::list", "types::Old::new_field", "impl Copy for types::Old", "types::Id"]);
    }
}
