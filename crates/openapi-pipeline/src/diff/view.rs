//! A schema as it reads: references followed, `allOf` taken as one, `null` in one place.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::side::{Side, Site};
use crate::{Node, Value};

/// How many schemas one may be combined of. Nobody needs more than a few.
const MAX_PARTS: usize = 512;

/// What is known of a value.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The schemas that must all hold: their own keywords count, `$ref` and `allOf` are followed already.
    pub(super) parts: Vec<Site<'a>>,
    /// Where to point when the schema as a whole is meant.
    pub(super) at: Site<'a>,
    /// The component it is, if it is one and nothing else restricts it.
    pub(super) name: Option<&'a str>,
    /// Whether `null` is allowed, and who says so.
    pub(super) nullable: Option<Site<'a>>,
    pub(super) kind: Option<(&'a str, Site<'a>)>,
    pub(super) format: Option<Site<'a>>,
    pub(super) patterns: Vec<Site<'a>>,
    /// The listed values without `null`.
    pub(super) values: Option<(Vec<&'a Node>, Site<'a>)>,
    pub(super) bounds: Vec<(BoundKey, Bound<'a>)>,
    pub(super) properties: IndexMap<&'a str, Vec<Site<'a>>>,
    pub(super) required: IndexMap<&'a str, Site<'a>>,
    pub(super) others: Others<'a>,
    pub(super) items: Vec<Site<'a>>,
    pub(super) unions: Vec<Union<'a>>,
    pub(super) nots: Vec<Site<'a>>,
    pub(super) discriminator: Option<Site<'a>>,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    /// Whether it was too much to be read to the end.
    pub(super) is_cut_short: bool,
}

/// What properties there may be besides the listed ones.
#[derive(Clone, Debug)]
pub(super) enum Others<'a> {
    Any,
    None(Site<'a>),
    Like(Vec<Site<'a>>),
}

/// A `oneOf` or `anyOf` of more than one branch.
#[derive(Clone, Debug)]
pub(super) struct Union<'a> {
    pub(super) keyword: &'static str,
    pub(super) at: Site<'a>,
    pub(super) branches: Vec<Site<'a>>,
}

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundKey {
    Minimum,
    Maximum,
    MultipleOf,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    UniqueItems,
    MinProperties,
    MaxProperties,
}

impl BoundKey {
    pub(super) const ALL: [(Self, &'static str); 10] = [
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
        (Self::MultipleOf, "multipleOf"),
        (Self::MinLength, "minLength"),
        (Self::MaxLength, "maxLength"),
        (Self::MinItems, "minItems"),
        (Self::MaxItems, "maxItems"),
        (Self::UniqueItems, "uniqueItems"),
        (Self::MinProperties, "minProperties"),
        (Self::MaxProperties, "maxProperties"),
    ];

    /// Whether a larger number allows less.
    pub(super) fn is_lower(self) -> bool {
        matches!(self, Self::Minimum | Self::MinLength | Self::MinItems | Self::MinProperties | Self::UniqueItems)
    }
}

/// A bound. That items are unique is a bound of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'a> {
    pub(super) value: f64,
    pub(super) is_exclusive: bool,
    pub(super) at: Site<'a>,
}

impl<'a> View<'a> {
    /// Reads schemas that must all hold. An absent schema is one that allows anything.
    pub(super) fn of(side: &Side<'a>, sites: &[Site<'a>]) -> Self {
        let at = sites.first().copied().unwrap_or(side.root);
        let mut reader = Reader { side, parts: Vec::new(), seen: HashSet::new(), is_cut_short: false };
        sites.iter().for_each(|site| reader.read(*site));
        let mut view = Self {
            at,
            name: name(side, sites),
            nullable: nullable(side, sites, 0),
            kind: None,
            format: None,
            patterns: Vec::new(),
            values: None,
            bounds: Vec::new(),
            properties: IndexMap::new(),
            required: IndexMap::new(),
            others: Others::Any,
            items: Vec::new(),
            unions: Vec::new(),
            nots: Vec::new(),
            discriminator: None,
            read_only: false,
            write_only: false,
            is_cut_short: reader.is_cut_short,
            parts: reader.parts,
        };
        for part in view.parts.clone() {
            view.add(part);
        }
        view.normalize();
        view
    }

    /// What tells a view from others of the same document.
    pub(super) fn identity(&self) -> Vec<usize> {
        self.parts.iter().map(|part| part.address()).collect()
    }

    pub(super) fn bound(&self, key: BoundKey) -> Option<Bound<'a>> {
        self.bounds.iter().find(|(other, _)| *other == key).map(|(_, bound)| *bound)
    }

    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kind.is_some_and(|(own, _)| own == kind)
    }

    /// Whether it is alternatives and nothing else.
    pub(super) fn is_plain_union(&self) -> bool {
        self.unions.len() == 1 && self.kind.is_none() && self.values.is_none() && self.properties.is_empty()
    }

    /// Whether every value is allowed.
    pub(super) fn is_anything(&self) -> bool {
        self.kind.is_none() && self.values.is_none() && self.unions.is_empty() && self.nots.is_empty()
    }

    /// The first part that has a keyword: what stands beside a reference comes before what it leads to.
    pub(super) fn keyword(&self, key: &str) -> Option<Site<'a>> {
        self.parts.iter().find_map(|part| part.get(key))
    }

    fn add(&mut self, part: Site<'a>) {
        let Some(members) = part.node.as_object() else { return };
        for (key, node) in members {
            let site = part.at(node);
            match key.as_str() {
                "type" => self.add_kind(site),
                "format" => self.format = self.format.or(node.as_str().map(|_| site)),
                "pattern" if !self.patterns.iter().any(|known| known.node == node) => self.patterns.push(site),
                "enum" => self.add_values(site),
                "properties" => {
                    for (name, property) in part.members("properties") {
                        self.properties.entry(name).or_default().push(property);
                    }
                }
                "required" => {
                    for name in part.elements("required") {
                        if let Some(text) = name.node.as_str() {
                            self.required.entry(text).or_insert(name);
                        }
                    }
                }
                "additionalProperties" => self.add_others(site),
                "items" => self.items.push(site),
                "oneOf" | "anyOf" => {
                    let branches: Vec<Site<'a>> = part.elements(key).collect();
                    if branches.len() > 1 {
                        let keyword = if key == "oneOf" { "oneOf" } else { "anyOf" };
                        self.unions.push(Union { keyword, at: site, branches });
                    }
                }
                "not" => self.nots.push(site),
                "discriminator" => self.discriminator = self.discriminator.or(Some(site)),
                "readOnly" => self.read_only |= node.as_bool() == Some(true),
                "writeOnly" => self.write_only |= node.as_bool() == Some(true),
                _ => {
                    if let Some((bound, _)) = BoundKey::ALL.iter().find(|(_, name)| name == key) {
                        self.add_bound(*bound, part, site);
                    }
                }
            }
        }
    }

    fn add_kind(&mut self, site: Site<'a>) {
        let Some(kind) = site.node.as_str() else { return };
        // Of an integer and a number, both hold for an integer.
        if self.kind.is_none_or(|(known, _)| known == "number" && kind == "integer") {
            self.kind = Some((kind, site));
        }
    }

    fn add_values(&mut self, site: Site<'a>) {
        let Some(all) = site.node.as_array() else { return };
        let listed = all.iter().filter(|value| value.value != Value::Null);
        self.values = Some(match self.values.take() {
            Some((mut known, at)) => {
                let listed: HashSet<String> = listed.map(|value| value.to_json().to_string()).collect();
                known.retain(|value| listed.contains(&value.to_json().to_string()));
                (known, at)
            }
            None => (listed.collect(), site),
        });
    }

    fn add_others(&mut self, site: Site<'a>) {
        let is_empty = site.node.as_object().is_some_and(|schema| schema.is_empty());
        match (&site.node.value, &mut self.others) {
            (Value::Bool(false), _) => self.others = Others::None(site),
            (Value::Object(_), Others::Any) if !is_empty => self.others = Others::Like(vec![site]),
            (Value::Object(_), Others::Like(known)) if !is_empty => known.push(site),
            _ => {}
        }
    }

    fn add_bound(&mut self, key: BoundKey, part: Site<'a>, site: Site<'a>) {
        let exclusive = |name: &str| part.node.get(name).and_then(Node::as_bool) == Some(true);
        let is_exclusive = match key {
            BoundKey::Minimum => exclusive("exclusiveMinimum"),
            BoundKey::Maximum => exclusive("exclusiveMaximum"),
            _ => false,
        };
        let value = match &site.node.value {
            Value::Number(number) => number.as_f64(),
            Value::Bool(true) if key == BoundKey::UniqueItems => Some(1.0),
            _ => None,
        };
        let Some(value) = value else { return };
        let bound = Bound { value, is_exclusive, at: site };
        match self.bounds.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => {
                let is_tighter = if key.is_lower() { value > known.value } else { value < known.value };
                if is_tighter || (value == known.value && is_exclusive) {
                    *known = bound;
                }
            }
            None => self.bounds.push((key, bound)),
        }
    }

    /// What is written in several ways is brought to one.
    fn normalize(&mut self) {
        if let Some((values, at)) = &self.values
            && values.is_empty()
            && at.node.as_array().is_some_and(|all| !all.is_empty())
        {
            // An enum of null alone.
            self.kind = Some(("null", *at));
            self.values = None;
        }
        if self.kind.is_none() {
            self.kind = self.inferred_kind();
        }
        let is_integer = self.is_kind("integer");
        for (key, bound) in &mut self.bounds {
            if is_integer && bound.is_exclusive && bound.value.fract() == 0.0 {
                bound.value += if key.is_lower() { 1.0 } else { -1.0 };
                bound.is_exclusive = false;
            }
        }
        let says_nothing =
            |key: BoundKey| matches!(key, BoundKey::MinLength | BoundKey::MinItems | BoundKey::MinProperties);
        self.bounds.retain(|(key, bound)| !(says_nothing(*key) && bound.value <= 0.0));
    }

    /// The type that the other keywords speak of.
    fn inferred_kind(&self) -> Option<(&'a str, Site<'a>)> {
        if let Some((values, at)) = &self.values {
            let kinds: HashSet<&'static str> = values.iter().map(|value| kind_of(value)).collect();
            return match (kinds.len(), kinds.into_iter().next()) {
                (1, Some(kind)) => Some((kind, *at)),
                _ => None,
            };
        }
        if !self.properties.is_empty() || !matches!(self.others, Others::Any) {
            return Some(("object", self.at));
        }
        if !self.items.is_empty() {
            return Some(("array", self.at));
        }
        None
    }
}

fn kind_of(value: &Node) -> &'static str {
    match &value.value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Collects the parts of a schema.
struct Reader<'s, 'a> {
    side: &'s Side<'a>,
    parts: Vec<Site<'a>>,
    seen: HashSet<usize>,
    is_cut_short: bool,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self, site: Site<'a>) {
        let mut waiting = vec![site];
        while let Some(site) = waiting.pop() {
            let site = self.side.resolve(site);
            // A schema that consists of itself adds nothing to itself.
            if !self.seen.insert(site.address()) {
                continue;
            }
            if self.parts.len() >= MAX_PARTS {
                self.is_cut_short = true;
                return;
            }
            self.parts.push(site);
            let single = ["oneOf", "anyOf"].into_iter().filter_map(|key| {
                let mut branches = site.elements(key);
                branches.next().filter(|_| branches.next().is_none())
            });
            let also: Vec<Site<'a>> = site.elements("allOf").chain(single).collect();
            waiting.extend(also.into_iter().rev());
        }
    }
}

/// Keywords that say something about a schema without restricting its values or naming another.
fn is_annotation(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "default"
            | "example"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
            | "nullable"
            | "externalDocs"
            | "xml"
    ) || key.starts_with("x-")
}

/// The component that a schema is: by reference, or by an `allOf` that only annotates one.
fn name<'a>(side: &Side<'a>, sites: &[Site<'a>]) -> Option<&'a str> {
    let &[mut site] = sites else { return None };
    for _ in 0..8 {
        if let (_, Some(name)) = side.follow(site) {
            return Some(name);
        }
        let members = site.node.as_object()?;
        if !members.keys().all(|key| is_annotation(key) || key == "allOf") {
            return None;
        }
        let mut branches = site.elements("allOf");
        site = branches.next().filter(|_| branches.next().is_none())?;
    }
    None
}

/// How deep to look for who allows null.
const MAX_NULLABLE_DEPTH: usize = 16;

/// Who allows `null`. Beside `allOf` the outermost word counts, as most writers mean it; of alternatives one is enough.
fn nullable<'a>(side: &Side<'a>, sites: &[Site<'a>], depth: usize) -> Option<Site<'a>> {
    let mut found = None;
    for site in sites {
        found = Some(allows_null(side, *site, depth)?);
    }
    found
}

fn allows_null<'a>(side: &Side<'a>, site: Site<'a>, depth: usize) -> Option<Site<'a>> {
    if depth > MAX_NULLABLE_DEPTH {
        return None;
    }
    let site = side.resolve(site);
    if let Some(word) = site.get("nullable") {
        return (word.node.as_bool() == Some(true)).then_some(word);
    }
    if site.node.get("type").is_some() {
        return None;
    }
    let parts: Vec<Site<'a>> = site.elements("allOf").collect();
    if !parts.is_empty() {
        return nullable(side, &parts, depth + 1);
    }
    // Few branches are looked at, so that nested alternatives can't take forever.
    let mut branches = ["oneOf", "anyOf"].into_iter().flat_map(|key| site.elements(key)).take(64);
    branches.find_map(|branch| allows_null(side, branch, depth + MAX_NULLABLE_DEPTH / 4))
}
