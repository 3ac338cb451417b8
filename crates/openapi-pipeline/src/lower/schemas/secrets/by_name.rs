//! Finds secrets by the names of properties, in a description without a list of secrets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::ToSnakeCase;

use crate::lower::rule;
use crate::lower::runtime_types::{REDACTED, SECRET, add_component, aliases, described, referred, replace};
use crate::lower::secret_names::{holds_secret, is_secret_name, is_secret_text};
use crate::lower::walk::{Site, alternatives, component_mut, components_mut, every_schema_mut};
use crate::{Context, Node, Origin};

/// Marks properties and headers.
pub(super) fn mark(cx: &mut Context, document: &mut Node) {
    mark_properties(cx, document);
    mark_headers(cx, document);
}

/// Gives properties named like secrets the type of secrets: strings, and the strings in their arrays, maps and unions.
fn mark_properties(cx: &mut Context, document: &mut Node) {
    let mut work = Concealment::of(document);
    components_mut(document, &mut |owner, schema| {
        let mut parts = |schema: &mut Node| work.members(cx, schema, &|name| is_secret_of(owner, name));
        parts(schema);
        schema.get_mut("items").into_iter().for_each(&mut parts);
        schema.elements_mut("allOf").for_each(parts);
    });
    every_schema_mut(document, &mut |site, schema| {
        // A string is a secret by the name of its component, too; parameters have rules of their own.
        if !matches!(site, Site::Parameter | Site::Header)
            && let Some(name) =
                referred(schema).filter(|name| work.strings.contains_key(name) && kind_by_name(name).is_some())
        {
            work.make_secret(cx, &name, Kind::Text, schema);
        }
        work.members(cx, schema, &kind_by_name);
        if let Some(keys) = schema.get_mut("properties").and_then(|properties| properties.get_mut("keys")) {
            work.keys(cx, keys);
        }
    });
    // A component may refer to another one.
    while let Some((component, (name, kind))) = work.referred.pop_first() {
        if work.done.insert(component.clone())
            && let Some(schema) = component_mut(document, &component)
        {
            work.make_secret(cx, &name, kind, schema);
        }
    }
    for (component, origin) in work.used {
        add_component(document, component, origin);
    }
}

/// The state of the search for secrets by name.
struct Concealment {
    /// The components that are strings, and those that are numbers; with whether they may be null.
    strings: HashMap<String, bool>,
    numbers: HashMap<String, bool>,
    /// The components that contain other values: arrays, maps, unions.
    holders: BTreeSet<String>,
    /// The containers that a secret refers to, with its name.
    referred: BTreeMap<String, (String, Kind)>,
    done: BTreeSet<String>,
    /// The runtime types in use, each with its first origin.
    used: BTreeMap<&'static str, Origin>,
}

impl Concealment {
    fn of(document: &Node) -> Self {
        Self {
            strings: aliases(document, &is_plain_string),
            numbers: aliases(document, &is_number),
            holders: aliases(document, &is_holder).into_keys().collect(),
            referred: BTreeMap::new(),
            done: BTreeSet::new(),
            used: BTreeMap::new(),
        }
    }

    /// Conceals the properties of an object that are secrets.
    fn members(&mut self, cx: &mut Context, schema: &mut Node, is_secret: &dyn Fn(&str) -> Option<Kind>) {
        for (name, property) in schema.members_mut("properties") {
            if let Some(kind) = is_secret(name) {
                self.make_secret(cx, name, kind, property);
            }
        }
    }

    /// Conceals `keys[].key`, unless what stands beside it tells that it is the key of a pair, a page, an object or an
    /// order.
    fn keys(&mut self, cx: &mut Context, keys: &mut Node) {
        const OTHERS: [&str; 12] = [
            "value",
            "values",
            "order",
            "direction",
            "sort",
            "page",
            "count",
            "doc_count",
            "size",
            "etag",
            "path",
            "label",
        ];
        let Some(properties) = keys.get_mut("items").and_then(|items| items.get_mut("properties")) else { return };
        let has_other = OTHERS.iter().any(|other| properties.get(other).is_some());
        if let Some(key) = properties.get_mut("key").filter(|key| is_plain_string(key) && !has_other) {
            self.replace(cx, "key", key, SECRET, false);
        }
    }

    fn make_secret(&mut self, cx: &mut Context, name: &str, kind: Kind, schema: &mut Node) {
        if let Some(target) = referred(schema) {
            match (self.strings.get(&target), self.numbers.get(&target)) {
                (Some(nullable), _) => self.replace(cx, name, schema, SECRET, *nullable),
                (_, Some(nullable)) if kind == Kind::Code => self.replace(cx, name, schema, REDACTED, *nullable),
                _ if self.holders.contains(&target) => {
                    self.referred.entry(target).or_insert_with(|| (name.to_owned(), kind));
                }
                _ => {}
            }
            return;
        }
        if is_plain_string(schema) || kind == Kind::Link && is_string(schema) {
            return self.replace(cx, name, schema, SECRET, false);
        }
        if is_anything(schema) {
            return self.replace(cx, name, schema, REDACTED, false);
        }
        // A union of strings and numbers has no type that hides only one of them.
        if kind == Kind::Code && (is_number(schema) || alternatives(schema).any(is_number)) {
            return self.replace(cx, name, schema, REDACTED, false);
        }
        // `secret: {key, value}`
        for (inner, property) in schema.members_mut("properties") {
            if matches!(inner.as_str(), "key" | "value") && is_plain_string(property) {
                self.replace(cx, inner, property, SECRET, false);
            }
        }
        for key in ["items", "additionalProperties"] {
            if let Some(value) = schema.get_mut(key) {
                self.make_secret(cx, name, kind, value);
            }
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            for part in schema.elements_mut(key) {
                self.make_secret(cx, name, kind, part);
            }
        }
    }

    fn replace(&mut self, cx: &mut Context, name: &str, schema: &mut Node, by: &'static str, nullable: bool) {
        cx.note(&rule::SECRET, schema.origin, format!("`{name}` {}", described(schema, by)));
        self.used.entry(by).or_insert(schema.origin);
        replace(schema, by, nullable);
    }
}

pub(super) fn is_number(schema: &Node) -> bool {
    matches!(schema.get_str("type"), Some("integer" | "number")) && schema.get("enum").is_none()
}

/// A value, or an object, without any described content.
pub(super) fn is_anything(schema: &Node) -> bool {
    let says = |key: &str| match schema.get(key) {
        Some(said) => said.as_bool() != Some(true),
        None => false,
    };
    let kind = schema.get_str("type");
    schema.as_object().is_some()
        && matches!(kind, None | Some("object"))
        && !["properties", "additionalProperties", "items", "enum", "allOf", "oneOf", "anyOf"].into_iter().any(says)
}

/// An array, a map or a union: the name of a secret applies to its contents.
fn is_holder(schema: &Node) -> bool {
    let holds = |key: &str| schema.get(key).is_some_and(|value| value.as_object().is_some());
    holds("items") || holds("additionalProperties") || alternatives(schema).next().is_some()
}

/// Gives the values of maps that are named like headers the type of secrets: headers for a server may hold its
/// credentials.
fn mark_headers(cx: &mut Context, document: &mut Node) {
    let aliases = aliases(document, &is_map_of_strings);
    let mut named = BTreeSet::new();
    let mut used = None;
    let mut mark = |name: &str, map: &mut Node| {
        let Some(value) = map.get_mut("additionalProperties") else { return };
        cx.note(&rule::SECRET, value.origin, format!("each value of `{name}` {}", described(value, SECRET)));
        replace(value, SECRET, false);
        used = Some(value.origin);
    };
    every_schema_mut(document, &mut |_, schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Node::as_object_mut) else { return };
        for (name, property) in properties.iter_mut().filter(|(name, _)| is_name_of_headers(name)) {
            match referred(property) {
                Some(target) if aliases.contains_key(&target) => {
                    named.insert(target);
                }
                None if is_map_of_strings(property) => mark(name, property),
                _ => {}
            }
        }
    });
    components_mut(document, &mut |name, schema| {
        if named.contains(name) || is_name_of_headers(name) && is_map_of_strings(schema) {
            mark(name, schema);
        }
    });
    if let Some(origin) = used {
        add_component(document, SECRET, origin);
    }
}

/// An object of any properties, all of them strings.
fn is_map_of_strings(schema: &Node) -> bool {
    let fixed = schema.get("properties").and_then(Node::as_object).is_some_and(|properties| !properties.is_empty());
    !fixed && schema.get("additionalProperties").is_some_and(is_plain_string)
}

/// `headers`, `extraHeaders`, `http_headers`.
fn is_name_of_headers(name: &str) -> bool {
    name.to_snake_case().split('_').any(|word| word == "headers")
}

/// The type of value that a secret is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string. Numbers of such a name are counts: `max_tokens`.
    Text,
    /// A string or a number.
    Code,
    /// A URL that signs in any caller who opens it.
    Link,
}

/// The kind of a property that is a secret by its own name.
pub(super) fn kind_by_name(name: &str) -> Option<Kind> {
    let counts = ["token", "tokens", "credentials", "secrets"];
    let counted = || name.to_snake_case().rsplit('_').next().is_some_and(|last| counts.contains(&last));
    is_secret_name(name).then(|| if counted() || is_secret_text(name) { Kind::Text } else { Kind::Code })
}

/// A string without a form of its own.
pub(super) fn is_plain_string(schema: &Node) -> bool {
    is_string(schema) && !matches!(schema.get_str("format"), Some("date-time" | "date" | "uri" | "url" | "email"))
}

pub(super) fn is_string(schema: &Node) -> bool {
    schema.get_str("type") == Some("string")
        && ["enum", "oneOf", "anyOf", "allOf"].iter().all(|key| schema.get(key).is_none())
}

/// Whether a property of a named schema is a secret by both names.
///
/// | schema | property |
/// |---|---|
/// | `…Secret…`, `…ApiKey…` and the like | `key`, `value` |
/// | `…Portal…`, `…Magic…`, `…DashboardAccess…` | `url`, `link`, `href`: opening it signs the caller in |
/// | any | `portalUrl`, `magic_link`, and the like |
fn is_secret_of(owner: &str, name: &str) -> Option<Kind> {
    let is_of_secrets = holds_secret(owner);
    let (owner, name) = (owner.to_snake_case(), name.to_snake_case());
    let (owner, name): (Vec<&str>, Vec<&str>) = (owner.split('_').collect(), name.split('_').collect());
    let signs_in = |words: &[&str]| {
        let dashboard = words.windows(2).any(|pair| pair == ["dashboard", "access"]);
        dashboard || words.iter().any(|word| ["portal", "magic"].contains(word))
    };
    let is_link = |word: &str| ["url", "link", "href"].contains(&word);
    match name.as_slice() {
        ["key" | "value"] if is_of_secrets => Some(Kind::Text),
        [link] if is_link(link) && signs_in(&owner) => Some(Kind::Link),
        [kind, link] if is_link(link) && ["portal", "magic"].contains(kind) => Some(Kind::Link),
        ["magic", "link", "url"] => Some(Kind::Link),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_secret_of};

    #[test]
    fn properties_that_are_secret_by_their_schema() {
        for (owner, name, kind) in [
            ("EndpointSecretOut", "key", Some(Kind::Text)),
            ("RepositorySecret", "value", Some(Kind::Text)),
            ("Repository", "value", None),
            ("ApiKeyOut", "key", Some(Kind::Text)),
            ("ApiKey", "keyId", None),
            ("SortKey", "key", None),
            ("EndpointOut", "key", None),
            ("EndpointSecretOut", "keyId", None),
            ("AppPortalAccessOut", "url", Some(Kind::Link)),
            ("DashboardAccessOut", "url", Some(Kind::Link)),
            ("billing_portal.session", "url", Some(Kind::Link)),
            ("billing_portal.session", "return_url", None),
            ("Customer", "portalUrl", Some(Kind::Link)),
            ("Invitation", "magic_link", Some(Kind::Link)),
            ("Customer", "url", None),
        ] {
            assert_eq!(is_secret_of(owner, name), kind, "{owner}.{name}");
        }
    }
}
