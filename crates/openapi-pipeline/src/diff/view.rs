//! A schema in normal form: references followed, `allOf` merged, `null` in one place.

mod bounds;
mod constants;
mod null;
mod parts;

use std::collections::HashSet;

use indexmap::IndexMap;

use super::number::canonical;
use super::side::{Side, Site};
use crate::vocabulary::{is_annotation, kind_of};
use crate::{Node, Value};

pub(super) use bounds::{Bound, BoundKey};
pub(super) use constants::Constant;
pub(super) use parts::Reading;

/// The normal form of schemas that hold at once.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The schemas that must all hold: only their own keywords count, as `$ref` and `allOf` are followed already.
    pub(super) parts: Vec<Site<'a>>,
    /// The schemas before references and `allOf` were followed.
    pub(super) sites: Vec<Site<'a>>,
    /// The place of the schema as a whole.
    pub(super) at: Site<'a>,
    /// The component it is, if no other schema restricts it.
    pub(super) name: Option<&'a str>,
    /// The component that the generated type is named after: `name`, or one that stands for it.
    pub(super) type_name: Option<&'a str>,
    /// The place that allows `null`, if one does.
    pub(super) nullable: Option<Site<'a>>,
    pub(super) kind: Option<(&'a str, Site<'a>)>,
    pub(super) format: Option<Site<'a>>,
    /// All formats that must hold.
    pub(super) formats: Vec<Site<'a>>,
    pub(super) patterns: Vec<Site<'a>>,
    /// The listed values without `null`.
    pub(super) values: Option<(Vec<&'a Node>, Site<'a>)>,
    pub(super) bounds: Vec<(BoundKey, Bound<'a>)>,
    pub(super) properties: IndexMap<&'a str, Vec<Site<'a>>>,
    pub(super) required: IndexMap<&'a str, Site<'a>>,
    pub(super) others: Others<'a>,
    /// Whether other properties have the schema that allows anything, or are allowed in so many words: their values are
    /// kept, as they aren't where nothing is said of them.
    pub(super) keeps_others: bool,
    pub(super) items: Vec<Site<'a>>,
    pub(super) unions: Vec<Union<'a>>,
    /// The alternatives that were read as listed values, because each lists some and has no other constraint.
    pub(super) constants: Vec<Constant<'a>>,
    /// Whether a union of one branch was read as a part.
    pub(super) has_single: bool,
    pub(super) nots: Vec<Site<'a>>,
    pub(super) discriminator: Option<Site<'a>>,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    /// Unions that were left out, by their addresses.
    pub(super) left_out: Vec<usize>,
    /// Whether a limit cut the reading short.
    pub(super) is_cut_short: bool,
}

/// The properties that may exist besides the listed ones.
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

impl<'a> View<'a> {
    /// Reads schemas that must all hold. An absent schema allows anything.
    pub(super) fn of(side: &Side<'a>, sites: &[Site<'a>]) -> Self {
        Self::read(side, sites, &Reading::default())
    }

    /// [`View::of`], with options.
    pub(super) fn read(side: &Side<'a>, sites: &[Site<'a>], reading: &Reading) -> Self {
        let at = sites.first().copied().unwrap_or(side.root);
        let parts = parts::read(side, sites, reading);
        let names = parts::names(side, sites);
        let mut view = Self {
            sites: sites.to_vec(),
            at,
            name: names.map(|names| names.last),
            type_name: names.map(|names| names.first),
            nullable: null::nullable(side, sites, 0),
            kind: None,
            format: None,
            formats: Vec::new(),
            patterns: Vec::new(),
            values: None,
            bounds: Vec::new(),
            properties: IndexMap::new(),
            required: IndexMap::new(),
            others: Others::Any,
            keeps_others: false,
            items: Vec::new(),
            unions: Vec::new(),
            constants: Vec::new(),
            has_single: parts.has_single,
            nots: Vec::new(),
            discriminator: None,
            read_only: false,
            write_only: false,
            left_out: reading.leaves_out.clone(),
            is_cut_short: parts.is_cut_short,
            parts: parts.sites,
        };
        for part in view.parts.clone() {
            view.add(side, part, reading);
        }
        view.normalize();
        view
    }

    /// The identity of a view among those of the same document.
    pub(super) fn identity(&self) -> Vec<usize> {
        self.parts.iter().map(|part| part.address()).collect()
    }

    pub(super) fn bound(&self, key: BoundKey) -> Option<Bound<'a>> {
        self.bounds.iter().find(|(other, _)| *other == key).map(|(_, bound)| *bound)
    }

    pub(super) fn is_kind(&self, kind: &str) -> bool {
        self.kind.is_some_and(|(own, _)| own == kind)
    }

    /// Whether it is a union and nothing else, but for the type of its alternatives.
    pub(super) fn is_plain_union(&self) -> bool {
        self.unions.len() == 1
            && self.values.is_none()
            && self.nots.is_empty()
            && self.items.is_empty()
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.bounds.is_empty()
    }

    /// Whether every value is allowed.
    pub(super) fn is_anything(&self) -> bool {
        self.kind.is_none() && self.values.is_none() && self.unions.is_empty() && self.nots.is_empty()
    }

    /// Whether every value is allowed, and no keyword restricts values of a single type.
    pub(super) fn is_free(&self) -> bool {
        self.is_anything()
            && self.formats.is_empty()
            && self.patterns.is_empty()
            && self.bounds.is_empty()
            && self.required.is_empty()
    }

    /// Whether `null` is allowed, as it is where values aren't restricted.
    pub(super) fn allows_null(&self) -> bool {
        self.nullable.is_some() || self.is_free()
    }

    /// The first part with a keyword: keywords beside a reference come before those of its target.
    pub(super) fn keyword(&self, key: &str) -> Option<Site<'a>> {
        self.parts.iter().find_map(|part| part.get(key))
    }

    fn add(&mut self, side: &Side<'a>, part: Site<'a>, reading: &Reading) {
        let Some(members) = part.node.as_object() else { return };
        for (key, node) in members {
            let site = part.at(node);
            match key.as_str() {
                "type" => self.add_kind(site),
                "format" if node.as_str().is_some() => {
                    self.format = self.format.or(Some(site));
                    self.formats.push(site);
                }
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
                "oneOf" | "anyOf" => self.add_union(side, key == "oneOf", site, reading),
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
        // `integer` and `number` together are `integer`.
        if self.kind.is_none_or(|(known, _)| known == "number" && kind == "integer") {
            self.kind = Some((kind, site));
        }
    }

    fn add_union(&mut self, side: &Side<'a>, is_one: bool, site: Site<'a>, reading: &Reading) {
        let branches: Vec<Site<'a>> = site.items().collect();
        let least = if reading.keeps_singles { 1 } else { 2 };
        if branches.len() < least || reading.leaves_out.contains(&site.address()) {
            return;
        }
        if branches.len() > 1
            && let Some(constants) = constants::of(side, is_one, &branches)
        {
            let values = constants.iter().map(|constant| constant.value).collect();
            self.restrict(values, site);
            self.constants.extend(constants);
            return;
        }
        let keyword = if is_one { "oneOf" } else { "anyOf" };
        self.unions.push(Union { keyword, at: site, branches });
    }

    fn add_values(&mut self, site: Site<'a>) {
        // An empty `enum` is a mistake, and read as no restriction.
        let Some(all) = site.node.as_array().filter(|all| !all.is_empty()) else { return };
        self.restrict(all.iter().filter(|value| value.value != Value::Null).collect(), site);
    }

    /// Keeps only these values.
    fn restrict(&mut self, listed: Vec<&'a Node>, at: Site<'a>) {
        let mut seen = HashSet::new();
        self.values = Some(match self.values.take() {
            Some((mut known, at)) => {
                let listed: HashSet<String> = listed.into_iter().map(canonical).collect();
                known.retain(|value| listed.contains(&canonical(value)));
                (known, at)
            }
            None => (listed.into_iter().filter(|value| seen.insert(canonical(value))).collect(), at),
        });
    }

    fn add_others(&mut self, site: Site<'a>) {
        let is_empty = site.node.as_object().is_some_and(|schema| schema.is_empty());
        self.keeps_others |= is_empty || site.node.as_bool() == Some(true);
        match (&site.node.value, &mut self.others) {
            (Value::Bool(false), _) => self.others = Others::None(site),
            (Value::Object(_), Others::Any) if !is_empty => self.others = Others::Like(vec![site]),
            (Value::Object(_), Others::Like(known)) if !is_empty => known.push(site),
            _ => {}
        }
    }

    fn add_bound(&mut self, key: BoundKey, part: Site<'a>, site: Site<'a>) {
        let exclusive = |name: &str| part.node.is_true(name);
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

    /// Brings equivalent notations into one form.
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
        if let Some((values, _)) = &self.values
            && self.is_kind("boolean")
            && [true, false].iter().all(|word| values.iter().any(|value| value.as_bool() == Some(*word)))
        {
            self.values = None;
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

    /// The type that the other keywords imply.
    fn inferred_kind(&self) -> Option<(&'a str, Site<'a>)> {
        if let Some((values, at)) = &self.values {
            let mut kinds: HashSet<&'static str> = values.iter().map(|value| kind_of(value)).collect();
            if kinds.contains("number") {
                kinds.remove("integer");
            }
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

/// Whether a keyword annotates a schema, without restricting its values or naming another.
fn is_remark(key: &str) -> bool {
    is_annotation(key) || key == "example" || key.starts_with("x-")
}
