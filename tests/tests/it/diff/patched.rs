//! Puts single changes of a new version into the old one, and leaves all others out.

use openapi_pipeline::source::{escape_pointer, unescape_pointer};
use serde_json::{Map, Value};
use workspace_tests::counterexample::{Claim, ClaimPlace};

/// The old version, into which changes are put.
pub(super) struct Patched<'a> {
    pub(super) document: Value,
    new: &'a Value,
}

impl<'a> Patched<'a> {
    pub(super) fn new(old: Value, new: &'a Value) -> Self {
        Self { document: old, new }
    }

    /// Brings along the components that the operations refer to.
    pub(super) fn complete(&mut self) {
        let paths = self.document["paths"].clone();
        self.components_of(&paths);
    }

    /// Puts in a change, or returns what the old version lacks for it.
    pub(super) fn apply(&mut self, claim: &Claim) -> Result<(), String> {
        let put = match (claim.rule.as_str(), &claim.old, &claim.new) {
            ("operation-added", _, Some(new)) => self.operation(&new.pointer),
            ("server-added", _, Some(new)) => self.push("", "servers", &new.pointer),
            ("request-parameter-added-optional", _, Some(new)) => {
                let operation = pieces(&new.pointer).iter().take(3).fold(String::from("#"), join);
                let operation = self.old_place(&operation)?;
                self.push(&operation, "parameters", &new.pointer)
            }
            ("response-error-status-added", _, Some(new)) => {
                let responses = parent(&self.old_place(&new.pointer)?);
                self.set(&responses, &new.text, &new.pointer)
            }
            (rule, None, Some(new)) if rule.contains("-property-added-") => {
                let put = self.set_below(&new.pointer);
                if rule.ends_with("-required") { put.and_then(|()| self.require(&new.pointer, true)) } else { put }
            }
            (rule, Some(_), Some(new)) if rule.contains("-property-became-") => {
                self.require(&new.pointer, rule.ends_with("-required"))
            }
            (_, Some(old), Some(new)) => self.keyword(old, new),
            (_, None, Some(new)) => {
                self.set_below(&self.old_place(&new.pointer)?).or_else(|| self.set_below(&new.pointer))
            }
            (_, Some(old), None) => self.remove(&old.pointer),
            _ => None,
        };
        put.ok_or_else(|| format!("{} can't be put into the old version: {claim:?}", claim.rule))
    }

    /// A keyword that one of the versions has, or both.
    fn keyword(&mut self, old: &ClaimPlace, new: &ClaimPlace) -> Option<()> {
        let (was, is) = (last(&old.pointer), last(&new.pointer));
        match was == is {
            true => self.set(&parent(&old.pointer), &unescape_pointer(was), &new.pointer),
            // The place is the schema where the keyword is missing: the other place is one deeper.
            false if pieces(&new.pointer).len() > pieces(&old.pointer).len() => {
                self.set(&old.pointer, &unescape_pointer(is), &new.pointer)
            }
            false => self.remove(&old.pointer),
        }
    }

    fn operation(&mut self, pointer: &str) -> Option<()> {
        let [_, path, method] = pieces(pointer).try_into().ok()?;
        let path = unescape_pointer(&path);
        let item = self.new.get("paths")?.get(&path)?;
        // Parts that all operations of a path have in common are added with the first of them.
        let brought =
            [Some((method.clone(), item.get(&method)?)), item.get("parameters").map(|all| ("parameters".into(), all))];
        for (name, node) in brought.into_iter().flatten() {
            self.components_of(node);
            let paths = self.document.get_mut("paths")?.as_object_mut()?;
            let item = paths.entry(&path).or_insert_with(|| Value::Object(Map::new()));
            item.as_object_mut()?.insert(name, node.clone());
        }
        Some(())
    }

    /// Sets a property of the node at a place of the old version to the value at a place of the new one.
    fn set(&mut self, holder: &str, name: &str, from: &str) -> Option<()> {
        let node = self.new.pointer(from.strip_prefix('#')?)?.clone();
        self.components_of(&node);
        self.document.pointer_mut(holder.strip_prefix('#')?)?.as_object_mut()?.insert(name.to_owned(), node);
        Some(())
    }

    /// The same where both versions have the place.
    fn set_below(&mut self, pointer: &str) -> Option<()> {
        self.set(&parent(pointer), &unescape_pointer(last(pointer)), pointer)
    }

    fn push(&mut self, holder: &str, list: &str, from: &str) -> Option<()> {
        let node = self.new.pointer(from.strip_prefix('#')?)?.clone();
        self.components_of(&node);
        let holder = self.document.pointer_mut(holder.trim_start_matches('#'))?.as_object_mut()?;
        holder.entry(list).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()?.push(node);
        Some(())
    }

    fn remove(&mut self, pointer: &str) -> Option<()> {
        let holder = self.document.pointer_mut(parent(pointer).strip_prefix('#')?)?.as_object_mut()?;
        holder.remove(&unescape_pointer(last(pointer))).map(drop)
    }

    /// Says whether a property must be there.
    fn require(&mut self, property: &str, required: bool) -> Option<()> {
        let schema = parent(&parent(property));
        let schema = self.document.pointer_mut(schema.strip_prefix('#')?)?.as_object_mut()?;
        let name = Value::String(unescape_pointer(last(property)));
        let list = schema.entry("required").or_insert_with(|| Value::Array(Vec::new())).as_array_mut()?;
        list.retain(|other| *other != name);
        if required {
            list.push(name);
        }
        if list.is_empty() {
            schema.remove("required");
        }
        Some(())
    }

    /// Brings along the components that a node refers to and the old version hasn't.
    fn components_of(&mut self, node: &Value) {
        let mut references = Vec::new();
        collect(node, &mut references);
        for reference in references {
            let Some(pointer) = reference.strip_prefix('#') else { continue };
            if self.document.pointer(pointer).is_none()
                && let Some(component) = self.new.pointer(pointer).cloned()
            {
                let holder = self.document.pointer_mut(parent(pointer).as_str()).and_then(Value::as_object_mut);
                holder
                    .into_iter()
                    .for_each(|holder| drop(holder.insert(unescape_pointer(last(pointer)), component.clone())));
                self.components_of(&component);
            }
        }
    }

    /// A place of the new version in the old one: there paths may end in a slash, and parameters stand elsewhere.
    fn old_place(&self, pointer: &str) -> Result<String, String> {
        let mut pieces = pieces(pointer);
        if pieces.first().is_none_or(|first| first != "paths") {
            return Ok(pointer.to_owned());
        }
        let paths = self.document.get("paths").and_then(Value::as_object).ok_or("there are no paths")?;
        let plain = |path: &str| path.trim_end_matches('/').to_owned();
        let method = pieces.get(2).cloned().unwrap_or_default();
        let wanted = plain(&unescape_pointer(&pieces[1]));
        let found = paths.iter().find(|(path, item)| plain(path) == wanted && item.get(&method).is_some());
        pieces[1] = escape_pointer(found.ok_or_else(|| format!("no {method} {wanted}"))?.0);
        if let Some(number) = pieces.get(4).filter(|_| pieces[3] == "parameters") {
            let name = |owner: &Value, number: &str| {
                owner.get("parameters")?.get(number.parse::<usize>().ok()?)?.get("name").cloned()
            };
            let operation = self.new.pointer(&format!("/{}", self::pieces(pointer)[..3].join("/")));
            let wanted = operation.and_then(|operation| name(operation, number));
            let own = &paths[&unescape_pointer(&pieces[1])][&method];
            let count = own.get("parameters").and_then(Value::as_array).map_or(0, Vec::len);
            let same = (0..count).find(|number| name(own, &number.to_string()) == wanted);
            pieces[4] = same.ok_or("no such parameter")?.to_string();
        }
        Ok(format!("#/{}", pieces.join("/")))
    }
}

fn pieces(pointer: &str) -> Vec<String> {
    pointer.trim_start_matches('#').split('/').skip(1).map(str::to_owned).collect()
}

fn join(pointer: String, piece: &String) -> String {
    format!("{pointer}/{piece}")
}

fn parent(pointer: &str) -> String {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()
}

fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

fn collect(node: &Value, references: &mut Vec<String>) {
    match node {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
