//! Items that have another name and are otherwise what they were: their old names become aliases.
//!
//! An operation is the same if its method and path are. A type is the same if it stands where the old one stood, in a
//! field or a signature, and all its parts are equal. Names that such a pair explains are replaced in the items of the
//! present crate, so that what is left is what really changed.
//!
//! Limit: an operation whose arguments changed has no alias, and no variant can be imported through an alias of an enum.

use std::collections::{BTreeMap, BTreeSet};

use client_codegen::items::{Item, Kind};
use client_codegen::{Alias, Aliases, OperationAlias, operations_of_source};
use openapi_pipeline::names::{Pins, constant_of, type_name};
use openapi_pipeline::vocabulary::without_names;
use openapi_pipeline::{Context, Node, Value};

use super::surface::keyed;
use crate::config::Family;
use crate::failure::Failure;
use crate::renames::{self, Past};
use crate::workspace::{Inputs, Tree};

/// The names of the past that a family's present crate has.
pub(super) fn present(now: &Tree, family: &Family) -> Result<Past, Failure> {
    let mut cx = Context::new();
    renames::read(&mut cx, now, family).map_err(|problems| Failure::Input { problems, sources: cx.sources })
}

/// Puts the ledger in its place, among the files that were read; without names of the past there is none.
pub(super) fn write(tree: &mut Tree, family: &Family, (aliases, pins): (&Aliases, &Pins), read: &mut Inputs) {
    let path = renames::path(family);
    match renames::render(aliases, pins) {
        Some(text) => {
            read.insert(path.clone(), text.clone().into_bytes());
            tree.write(path, text);
        }
        None if tree.exists(&path) => tree.remove(&path),
        None => {}
    }
}

/// Whether an item is an alias that stands for another name.
pub(super) fn is_alias(aliases: &Aliases, item: &Item) -> bool {
    let of_operation = |one: &OperationAlias| {
        let (was, request) = (&one.method.was, &one.request);
        item.path == format!("Client::{was}")
            || item.path == format!("operations::{}", constant_of(was))
            || item.path == format!("requests::{request}")
            || item.path == format!("errors::{request}Error")
            || item.path == format!("answers::{request}Answer")
    };
    item.deprecated
        && (aliases.operations.iter().any(of_operation)
            || aliases.types.iter().any(|one| item.path == format!("types::{}", one.was)))
}

/// The names that changed, and the present items under their new names.
#[derive(Debug, Default)]
pub(super) struct Renames {
    /// Methods of the client: old and new.
    pub(super) methods: BTreeMap<String, String>,
    /// The old request of each renamed method.
    requests: BTreeMap<String, String>,
    /// Types: old and new.
    pub(super) types: BTreeMap<String, String>,
    /// Every other identifier that another one stands for now.
    words: BTreeMap<String, String>,
    /// The names that changed and have no alias, in a line each, with the reason.
    unbridged: Vec<String>,
    /// Kinds of code that an old name breaks.
    limits: Vec<String>,
}

impl Renames {
    /// The renames between the items of two versions of a crate, with the sources of their clients. `places` are pairs of
    /// types that stand at the same place, as [`places`] finds them.
    pub(super) fn find(
        (before, old): (&[Item], &str),
        (after, new): (&[Item], &str),
        places: &[(String, String)],
    ) -> Self {
        let mut renames = Self::default();
        let (gone, added) = (only(before, after), only(after, before));
        if gone.is_empty() || added.is_empty() {
            return renames;
        }
        if [&gone, &added].iter().all(|items| items.iter().any(|item| is_call(item))) {
            renames.find_methods(&gone, &added, (old, new));
        }
        let (known, others) = (types(before), types(after));
        for (was, is) in places {
            renames.add_type((was, is), &known, &others);
        }
        // A pair of types that was found may identify the types of its parts, so the search is repeated.
        while renames.find_types(before, after) {}
        renames.keep_what_holds(before, after);
        renames.limits = renames.limits(before);
        renames
    }

    pub(super) fn is_empty(&self) -> bool {
        self.methods.is_empty() && self.types.is_empty()
    }

    fn find_methods(&mut self, gone: &[&Item], added: &[&Item], (old, new): (&str, &str)) {
        let (Ok(old), Ok(new)) = (operations_of_source(old), operations_of_source(new)) else { return };
        let name = |item: &Item| item.path.trim_start_matches("Client::").to_owned();
        let call = |item: &Item, calls: &BTreeMap<String, String>| {
            calls.get(&constant_of(&name(item))).map(|call| without_names(call))
        };
        let mut now = BTreeMap::new();
        for item in added.iter().filter(|item| is_call(item)) {
            now.entry(call(item, &new)).or_insert(item);
        }
        for was in gone.iter().filter(|item| is_call(item)) {
            let Some(is) = call(was, &old).and_then(|call| now.get(&Some(call))) else { continue };
            if let (Some(from), Some(to)) = (request(was), request(is)) {
                self.add_method((name(was), name(is)), (from, to));
            }
        }
    }

    fn add_method(&mut self, (was, is): (String, String), (from, to): (String, String)) {
        for ending in ["", "Error", "Answer"] {
            self.words.insert(format!("{from}{ending}"), format!("{to}{ending}"));
        }
        self.words.insert(constant_of(&was), constant_of(&is));
        self.requests.insert(was.clone(), from);
        self.methods.insert(was, is);
    }

    /// Finds types: where two declarations of one item differ, in a name that is gone and one that is new. Returns whether
    /// there were any.
    fn find_types(&mut self, before: &[Item], after: &[Item]) -> bool {
        let (types, others) = (types(before), types(after));
        let new = keyed(after);
        let known = self.types.len();
        for item in before {
            let renamed = self.renamed(item);
            let Some(now) = new.get(&(renamed.path.as_str(), renamed.kind)) else { continue };
            let (was, is) = (words(&renamed.declaration), words(&now.declaration));
            if was.len() != is.len() {
                continue;
            }
            for (was, is) in was.into_iter().zip(is).filter(|(was, is)| was != is) {
                self.add_type((was, is), &types, &others);
            }
        }
        self.types.len() > known
    }

    /// Adds a pair of types, if one is gone, the other is new, and neither is part of a pair already.
    fn add_type(&mut self, (was, is): (&str, &str), before: &BTreeSet<&str>, after: &BTreeSet<&str>) {
        let is_gone = before.contains(was) && !after.contains(was);
        let is_new = after.contains(is) && !before.contains(is);
        let is_free = !self.types.contains_key(was) && !self.types.values().any(|taken| taken == is);
        if is_gone && is_new && is_free {
            self.types.insert(was.to_owned(), is.to_owned());
        }
    }

    /// Drops what an alias can't stand for, until everything that is left is equal.
    fn keep_what_holds(&mut self, before: &[Item], after: &[Item]) {
        let new = keyed(after);
        loop {
            let mut changed: BTreeMap<(bool, String), String> = BTreeMap::new();
            for item in before {
                let owner = item.path.strip_prefix("types::").map(|path| path.split("::").next().unwrap_or_default());
                let owner = owner.filter(|owner| self.types.contains_key(*owner));
                let method =
                    item.path.strip_prefix("Client::").filter(|was| is_call(item) && self.methods.contains_key(*was));
                let Some(name) = owner.or(method) else { continue };
                let renamed = self.renamed(item);
                let why = match new.get(&(renamed.path.as_str(), renamed.kind)) {
                    None => format!("`{}` is gone", item.path),
                    Some(now) if now.declaration != renamed.declaration => {
                        format!("`{}` is `{}`, was `{}`", item.path, now.declaration, item.declaration)
                    }
                    Some(_) => continue,
                };
                changed.entry((method.is_some(), name.to_owned())).or_insert(why);
            }
            if changed.is_empty() {
                return;
            }
            for ((is_method, was), why) in changed {
                let (module, names) = if is_method { ("Client", &self.methods) } else { ("types", &self.types) };
                let is = names.get(&was).cloned().unwrap_or_default();
                self.unbridged.push(format!("`{module}::{was}` is now `{module}::{is}`, without an alias: {why}"));
                if is_method { self.forget_method(&was) } else { self.forget_type(&was) }
            }
        }
    }

    /// The kinds of code that an alias breaks, of what callers could have written.
    fn limits(&self, before: &[Item]) -> Vec<String> {
        let limit = |item: &Item| {
            let was = item.path.strip_prefix("types::").filter(|_| item.kind == Kind::Enum)?;
            let is = self.types.get(was)?;
            Some(format!("a `use` of variants of `types::{was}` has to name `types::{is}`"))
        };
        before.iter().filter_map(limit).collect()
    }

    /// The kinds of code that an old name breaks, in a line each; and the names that have no alias, with the reasons.
    pub(super) fn gaps(&self) -> (&[String], &[String]) {
        (&self.limits, &self.unbridged)
    }

    fn forget_type(&mut self, was: &str) {
        self.types.remove(was);
    }

    fn forget_method(&mut self, was: &str) {
        self.methods.remove(was);
        let request = self.requests.remove(was).unwrap_or_default();
        for ending in ["", "Error", "Answer"] {
            self.words.remove(&format!("{request}{ending}"));
        }
        self.words.remove(&constant_of(was));
    }

    /// The outcome for each name, in a line each.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let line = |kind: &str, (was, is): (&String, &String)| format!("`{kind}::{was}` is now `{kind}::{is}`");
        let methods = self.methods.iter().map(move |names| line("Client", names));
        methods.chain(self.types.iter().map(move |names| line("types", names)))
    }

    /// An item of the present crate under its new names.
    pub(super) fn renamed(&self, item: &Item) -> Item {
        let mut renamed = item.clone();
        if self.is_empty() {
            return renamed;
        }
        renamed.path = match item.path.splitn(3, "::").collect::<Vec<_>>().as_slice() {
            // Parts of a type, such as variants, may have the name of another type.
            [module, name, below] if item.kind != Kind::Impl => {
                format!("{module}::{}::{below}", self.replaced(name, *module == "types"))
            }
            _ => self.replaced(&item.path, item.kind == Kind::Impl),
        };
        let among_types = item.path.starts_with("types::") || item.path.contains(" for types::");
        renamed.declaration = self.replaced(&item.declaration, among_types);
        if is_call(item)
            && let Some(was) = item.path.strip_prefix("Client::")
            && let Some(is) = self.methods.get(was)
        {
            renamed.path = format!("Client::{is}");
            renamed.declaration = match renamed.declaration.strip_prefix(was) {
                Some(rest) => format!("{is}{rest}"),
                None => renamed.declaration,
            };
        }
        renamed
    }

    /// Exchanges the names in a text. Types have bare names only among types; elsewhere `types::` stands before them, and a
    /// bare name is another one's.
    fn replaced(&self, text: &str, among_types: bool) -> String {
        let words = words(text);
        let mut replaced = String::new();
        for (at, word) in words.iter().enumerate() {
            let path = words[..at].split_last().filter(|(between, _)| between.ends_with("::"));
            let module = path.map(|(_, before)| before.last().copied().unwrap_or_default());
            let is_type = module.map_or(among_types, |module| matches!(module, "types" | "self" | "super"));
            let type_name = self.types.get(*word).filter(|_| is_type);
            replaced.push_str(type_name.or_else(|| self.words.get(*word)).map_or(word, String::as_str));
        }
        replaced
    }

    /// Aliases without those whose names are the items' own again.
    pub(super) fn without_taken_back(&self, before: &Aliases) -> Aliases {
        let mut others = before.clone();
        let is_back = |names: &BTreeMap<String, String>, alias: &Alias| names.get(&alias.is) == Some(&alias.was);
        others.operations.retain(|one| !is_back(&self.methods, &one.method));
        others.types.retain(|one| !is_back(&self.types, one));
        others
    }

    /// The aliases of the next version: those there were, which lead to the present names now, and those that are new.
    /// `is_there` says whether the crate has a method or a type.
    pub(super) fn aliases(&self, before: Aliases, since: &str, is_there: &dyn Fn(&str) -> bool) -> Aliases {
        let mut aliases = before;
        let follow = |names: &BTreeMap<String, String>, alias: &mut Alias| {
            if let Some(is) = names.get(&alias.is) {
                alias.is.clone_from(is);
            }
        };
        aliases.operations.iter_mut().for_each(|one| follow(&self.methods, &mut one.method));
        aliases.types.iter_mut().for_each(|one| follow(&self.types, one));
        let alias = |(was, is): (&String, &String)| Alias { was: was.clone(), is: is.clone(), since: since.to_owned() };
        for names in &self.methods {
            let request = self.requests.get(names.0).cloned().unwrap_or_default();
            aliases.operations.push(OperationAlias { method: alias(names), request });
        }
        aliases.types.extend(self.types.iter().map(alias));
        let holds = |kind: &str, alias: &Alias| {
            is_there(&format!("{kind}::{}", alias.is)) && !is_there(&format!("{kind}::{}", alias.was))
        };
        aliases.operations.retain(|one| holds("Client", &one.method));
        aliases.types.retain(|one| holds("types", one));
        aliases
    }
}

/// The types that stand at the same places of the same operations of two documents, and have other names: a response's
/// type is in no declaration of an item.
pub(super) fn places(before: &Node, after: &Node) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let (Some(was), Some(is)) = (before.get("paths"), after.get("paths")) {
        pair(was, is, &mut found);
    }
    found
}

/// The recursion is bounded by the nesting limit of loading.
fn pair(was: &Node, is: &Node, found: &mut Vec<(String, String)>) {
    match (&was.value, &is.value) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, member) in old {
                let Some(now) = new.get(key) else { continue };
                let schema = |node: &Node| node.as_str()?.strip_prefix("#/components/schemas/").map(type_name);
                match (key.as_str(), schema(member), schema(now)) {
                    ("$ref", Some(was), Some(is)) if was != is => found.push((was, is)),
                    _ => pair(member, now, found),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).for_each(|(was, is)| pair(was, is, found));
        }
        _ => {}
    }
}

/// The items whose path and kind the others don't have.
fn only<'i>(items: &'i [Item], others: &[Item]) -> Vec<&'i Item> {
    let known: BTreeSet<(&str, Kind)> = others.iter().map(|item| (item.path.as_str(), item.kind)).collect();
    items.iter().filter(|item| !known.contains(&(item.path.as_str(), item.kind))).collect()
}

/// Whether an item is a method of the client that calls an operation.
fn is_call(item: &Item) -> bool {
    item.kind == Kind::Method && item.parent() == Some("Client") && request(item).is_some()
}

fn request(item: &Item) -> Option<String> {
    let (_, request) = item.declaration.rsplit_once("requests::")?;
    request.split('<').next().map(str::to_owned)
}

/// The names of all types that aren't aliases.
fn types(items: &[Item]) -> BTreeSet<&str> {
    let is_type = |item: &&Item| matches!(item.kind, Kind::Struct | Kind::Enum);
    items
        .iter()
        .filter(is_type)
        .filter_map(|item| item.path.strip_prefix("types::"))
        .filter(|name| !name.contains("::"))
        .collect()
}

/// The identifiers of a text, and what is between them.
fn words(text: &str) -> Vec<&str> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|character| is_part(character) != is_part(first)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind;
    }
    words
}
