//! Several schemas that hold at once, merged into one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Dialect, Document};

/// The types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// How much a schema says of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expressible {
    /// Nothing that a type could express.
    Nothing,
    /// Something that a type can express.
    More,
}

/// The requirements of several schemas together.
#[derive(Default)]
pub(crate) struct Merged<'a> {
    pub(super) types: Option<BTreeSet<Kind>>,
    pub(crate) properties: BTreeMap<&'a str, Vec<&'a Value>>,
    pub(super) required: BTreeSet<&'a str>,
    pub(super) pattern_properties: Vec<(&'a str, &'a Value)>,
    pub(crate) additional: Vec<&'a Value>,
    pub(super) values: Option<Vec<Value>>,
    pub(super) choices: Vec<Choice<'a>>,
    pub(super) formats: Vec<&'a str>,
    pub(super) patterns: Vec<&'a str>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_minimum: Option<f64>,
    pub(super) exclusive_maximum: Option<f64>,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(crate) items: Vec<&'a Value>,
    pub(super) prefix: Vec<&'a Value>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) unique: bool,
    pub(super) min_properties: Option<usize>,
    pub(super) max_properties: Option<usize>,
    /// Examples and defaults of the author.
    pub(super) samples: Vec<&'a Value>,
    /// Properties whose value follows from the schema that was chosen.
    pub(super) pins: BTreeMap<&'a str, Value>,
    pub(super) read_only: bool,
    pub(super) write_only: bool,
    /// The name of the first component that was entered through a reference.
    pub(super) entered: Option<&'a str>,
}

/// Alternatives, one of which has to hold.
pub(super) struct Choice<'a> {
    pub(super) branches: Vec<&'a Value>,
    discriminator: Option<&'a Value>,
}

impl<'a> Choice<'a> {
    /// Pins the property that tells branches apart to the value that names the branch.
    pub(super) fn pin(&self, merged: &mut Merged<'a>, branch: &'a Value) {
        let Some(property) = self.discriminator.and_then(|one| one.get("propertyName")?.as_str()) else { return };
        let Some(reference) = branch.get("$ref").and_then(Value::as_str) else { return };
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let mapping = self.discriminator.and_then(|one| one.get("mapping")?.as_object());
        let mapped = mapping.into_iter().flatten().find(|(_, target)| *target == reference || *target == name);
        merged.pins.insert(property, mapped.map_or(name, |(value, _)| value.as_str()).into());
    }
}

impl<'a> Merged<'a> {
    /// Adds a schema, with its `allOf` and references.
    pub(crate) fn add(&mut self, document: &'a Document, schema: &'a Value, depth: usize) -> Result<(), String> {
        if depth > 40 {
            return Err("`allOf` and references go round in cycles".into());
        }
        let members = match schema {
            Value::Bool(false) => return Err("the schema allows nothing".into()),
            Value::Object(members) => members,
            _ => return Ok(()),
        };
        let modern = document.dialect() == Dialect::OpenApi31;
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            let target = document.target(reference).ok_or_else(|| format!("`{reference}` leads nowhere"))?;
            if self.entered.is_none() {
                self.entered = reference.rsplit('/').next();
            }
            self.add(document, target, depth + 1)?;
            if !modern {
                return Ok(());
            }
        }
        let number = |key: &str| members.get(key).and_then(Value::as_f64);
        let count = |key: &str| number(key).map(|number| number.max(0.0) as usize);
        if let Some(types) = read_types(members.get("type"), nullable(document, members)) {
            self.types = Some(match &self.types {
                None => types,
                Some(before) => intersection(before, &types),
            });
        }
        self.add_values(members, modern);
        for (name, property) in objects(members.get("properties")) {
            self.properties.entry(name).or_default().push(property);
        }
        self.pattern_properties.extend(objects(members.get("patternProperties")));
        self.required.extend(lists(members.get("required")).filter_map(Value::as_str));
        self.additional.extend(members.get("additionalProperties"));
        self.formats.extend(members.get("format").and_then(Value::as_str));
        self.patterns.extend(members.get("pattern").and_then(Value::as_str));
        self.add_bounds(members);
        narrow(&mut self.min_length, count("minLength"), usize::max);
        narrow(&mut self.max_length, count("maxLength"), usize::min);
        narrow(&mut self.min_items, count("minItems"), usize::max);
        narrow(&mut self.max_items, count("maxItems"), usize::min);
        narrow(&mut self.min_properties, count("minProperties"), usize::max);
        narrow(&mut self.max_properties, count("maxProperties"), usize::min);
        self.unique |= members.get("uniqueItems") == Some(&Value::Bool(true));
        match members.get("items") {
            Some(Value::Array(prefix)) => self.prefix.extend(prefix),
            Some(items) => self.items.push(items),
            None => {}
        }
        self.prefix.extend(lists(members.get("prefixItems")));
        self.samples.extend(["example", "default"].into_iter().filter_map(|key| members.get(key)));
        self.samples.extend(lists(members.get("examples")));
        self.read_only |= members.get("readOnly") == Some(&Value::Bool(true));
        self.write_only |= members.get("writeOnly") == Some(&Value::Bool(true));
        self.add_discriminator(members);
        for part in lists(members.get("allOf")) {
            self.add(document, part, depth + 1)?;
        }
        for key in ["oneOf", "anyOf"] {
            let branches: Vec<&Value> = lists(members.get(key)).collect();
            if !branches.is_empty() {
                let discriminator = members.get("discriminator").filter(|one| one.is_object());
                // A part that is there twice is one choice: two would contradict one another.
                if !self.choices.iter().any(|choice| choice.branches == branches) {
                    self.choices.push(Choice { branches, discriminator });
                }
            }
        }
        Ok(())
    }

    /// Inheritance by `allOf`: pins the discriminator to the name of the component that was referred to.
    fn add_discriminator(&mut self, members: &'a serde_json::Map<String, Value>) {
        let Some(discriminator) = members.get("discriminator") else { return };
        let property = discriminator.as_str().or_else(|| discriminator.get("propertyName")?.as_str());
        let by_branches = members.contains_key("oneOf") || members.contains_key("anyOf");
        if let (Some(property), Some(name), false) = (property, self.entered, by_branches) {
            let mapping = objects(discriminator.get("mapping"));
            let mapped = mapping
                .into_iter()
                .find(|(_, target)| target.as_str().is_some_and(|target| target.rsplit('/').next() == Some(name)));
            self.pins.entry(property).or_insert_with(|| mapped.map_or(name, |(value, _)| value).into());
        }
    }

    fn add_values(&mut self, members: &serde_json::Map<String, Value>, modern: bool) {
        let listed = members.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()).cloned();
        let constant = members.get("const").filter(|_| modern).map(|value| vec![value.clone()]);
        for values in listed.into_iter().chain(constant) {
            self.values = Some(match self.values.take() {
                None => values,
                Some(before) => before.into_iter().filter(|value| values.contains(value)).collect(),
            });
        }
    }

    fn add_bounds(&mut self, members: &serde_json::Map<String, Value>) {
        let number = |key: &str| members.get(key).and_then(Value::as_f64);
        let exclusive = |key: &str| members.get(key) == Some(&Value::Bool(true));
        narrow(&mut self.minimum, number("minimum"), f64::max);
        narrow(&mut self.maximum, number("maximum"), f64::min);
        narrow(&mut self.exclusive_minimum, number("exclusiveMinimum"), f64::max);
        narrow(&mut self.exclusive_maximum, number("exclusiveMaximum"), f64::min);
        if exclusive("exclusiveMinimum") {
            narrow(&mut self.exclusive_minimum, number("minimum"), f64::max);
        }
        if exclusive("exclusiveMaximum") {
            narrow(&mut self.exclusive_maximum, number("maximum"), f64::min);
        }
        if let Some(step) = number("multipleOf").filter(|step| *step > 0.0) {
            self.multiple_of = Some(step);
        }
    }

    /// How much the schema says of its values; alternatives count if all of them say more.
    pub(crate) fn says(&self, document: &'a Document, depth: usize) -> Expressible {
        let all = [Kind::Null, Kind::Boolean, Kind::Number, Kind::String, Kind::Array, Kind::Object];
        let is_narrow = |types: &BTreeSet<Kind>| all.iter().any(|kind| *kind != Kind::Null && !types.contains(kind));
        let narrow_types = self.types.as_ref().is_some_and(is_narrow);
        if self.types.as_ref().is_some_and(BTreeSet::is_empty) {
            return Expressible::Nothing;
        }
        let alternatives = self.choices.iter().any(|choice| {
            choice.branches.iter().all(|branch| {
                let mut merged = Merged::default();
                merged.add(document, branch, 1).is_ok()
                    && depth < 8
                    && merged.says(document, depth + 1) == Expressible::More
            })
        });
        match narrow_types || alternatives || self.values.is_some() || !self.properties.is_empty() {
            true => Expressible::More,
            false => Expressible::Nothing,
        }
    }

    /// The types a value may have; inferred from other keywords where none is named.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        if let Some(types) = &self.types {
            return types.iter().copied().collect();
        }
        if !self.properties.is_empty() || !self.required.is_empty() || !self.additional.is_empty() {
            return vec![Kind::Object];
        }
        if !self.items.is_empty() || !self.prefix.is_empty() || self.min_items.is_some() {
            return vec![Kind::Array];
        }
        if !self.patterns.is_empty() || !self.formats.is_empty() || self.min_length.or(self.max_length).is_some() {
            return vec![Kind::String];
        }
        if self.minimum.or(self.maximum).or(self.multiple_of).is_some() {
            return vec![Kind::Number];
        }
        vec![Kind::Boolean, Kind::Integer, Kind::String, Kind::Object]
    }

    pub(super) fn allows_kind_of(&self, value: &Value) -> bool {
        let Some(types) = &self.types else { return true };
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(number) if number.is_i64() || number.is_u64() => Kind::Integer,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
        };
        types.contains(&kind) || (kind == Kind::Integer && types.contains(&Kind::Number))
    }
}

fn nullable(document: &Document, members: &serde_json::Map<String, Value>) -> bool {
    let keyword = match document.dialect() {
        Dialect::Swagger2 => "x-nullable",
        Dialect::OpenApi30 => "nullable",
        Dialect::OpenApi31 => return false,
    };
    members.get(keyword) == Some(&Value::Bool(true))
}

fn read_types(written: Option<&Value>, nullable: bool) -> Option<BTreeSet<Kind>> {
    let names: Vec<&str> = match written? {
        Value::String(name) => vec![name],
        list => lists(Some(list)).filter_map(Value::as_str).collect(),
    };
    let kinds = names.into_iter().map(|name| match name {
        "null" => Some(Kind::Null),
        "boolean" => Some(Kind::Boolean),
        "integer" => Some(Kind::Integer),
        "number" => Some(Kind::Number),
        "string" | "file" => Some(Kind::String),
        "array" => Some(Kind::Array),
        "object" => Some(Kind::Object),
        _ => None,
    });
    kinds.chain(nullable.then_some(Some(Kind::Null))).collect()
}

fn intersection(one: &BTreeSet<Kind>, other: &BTreeSet<Kind>) -> BTreeSet<Kind> {
    let widened = |kinds: &BTreeSet<Kind>| {
        let integers = kinds.contains(&Kind::Number).then_some(Kind::Integer);
        kinds.iter().copied().chain(integers).collect::<BTreeSet<Kind>>()
    };
    widened(one).intersection(&widened(other)).copied().collect()
}

fn narrow<T>(bound: &mut Option<T>, by: Option<T>, choose: fn(T, T) -> T) {
    *bound = match (bound.take(), by) {
        (Some(one), Some(other)) => Some(choose(one, other)),
        (one, other) => one.or(other),
    };
}

fn objects(node: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn lists(node: Option<&Value>) -> impl Iterator<Item = &Value> {
    node.and_then(Value::as_array).into_iter().flatten()
}
