//! Single values: the schemas that hold them.

use super::{Prover, Set};
use crate::diff::implied::{effective, integer_range, is_hint};
use crate::diff::number::{Decimal, canonical};
use crate::diff::pattern;
use crate::diff::unconverted;
use crate::diff::view::{Bound, BoundKey, Union, View};
use crate::vocabulary::kind_of;
use crate::{Node, Value};

/// How many integers between two bounds are counted.
const MOST_INTEGERS: f64 = 64.0;

/// All values of a schema but `null`, if they can be counted; also some that a further constraint rules out.
pub(super) fn finite(view: &View<'_>) -> Option<Vec<Node>> {
    match &view.values {
        Some((values, _)) => Some(values.iter().map(|value| (*value).clone()).collect()),
        None if view.is_kind("boolean") => {
            Some([true, false].map(|word| Node::new(word, view.at.node.origin)).into_iter().collect())
        }
        None if view.is_kind("integer") => {
            let bound = |key| view.bound(key).map(|bound| bound.value);
            let (least, most) = (bound(BoundKey::Minimum)?.ceil(), bound(BoundKey::Maximum)?.floor());
            let is_countable = most - least < MOST_INTEGERS && least.abs().max(most.abs()) < 1e15;
            let numbers = is_countable.then_some(least as i64..=most as i64)?;
            Some(numbers.map(|number| Node::new(Value::Number(number.into()), view.at.node.origin)).collect())
        }
        None => None,
    }
}

/// Whether every multiple is an integer.
pub(super) fn is_multiple(bound: Bound<'_>) -> bool {
    Decimal::of(bound.at.node).and_then(|by| by.is_multiple_of(Decimal::ONE)) == Some(true)
}

/// Whether every integer is a multiple.
pub(super) fn is_multiple_of_one(bound: Bound<'_>) -> bool {
    Decimal::of(bound.at.node).and_then(|by| Decimal::ONE.is_multiple_of(by)) == Some(true)
}

/// Whether the bounds of two schemas have no number in common.
pub(super) fn are_apart(one: &View<'_>, other: &View<'_>) -> bool {
    let are_numbers = [one, other].iter().all(|view| view.is_kind("integer") || view.is_kind("number"));
    let is_above = |low: &View<'_>, high: &View<'_>| {
        let (most, least) = (effective(low, BoundKey::Maximum), effective(high, BoundKey::Minimum));
        match (most, least) {
            (Some(most), Some(least)) => {
                most.value < least.value || most.value == least.value && (most.is_exclusive || least.is_exclusive)
            }
            _ => false,
        }
    };
    are_numbers && (is_above(one, other) || is_above(other, one))
}

/// Whether all conditions are met: no if one is not, else unknown if one is.
fn all(conditions: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for condition in conditions {
        match condition {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

impl<'a> Prover<'_, 'a> {
    /// Whether a schema holds a value. `None` where that is unknown.
    pub(super) fn holds(&mut self, set: &Set<'a>, value: &Node) -> Option<bool> {
        self.steps += 1;
        if self.steps > super::MAX_STEPS || self.depth > super::MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mut result = self.holds_as_it_is(set, value);
        if self.way.is_text && result != Some(true) {
            // The written characters are the same, whichever type they are read as.
            for other in readings(value) {
                result = match (result, self.holds_as_it_is(set, &other)) {
                    (_, Some(true)) | (Some(true), _) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
            }
        }
        self.depth -= 1;
        result
    }

    fn holds_as_it_is(&mut self, set: &Set<'a>, value: &Node) -> Option<bool> {
        let view = &set.view;
        let kind = kind_of(value);
        if kind == "null" {
            return Some(view.allows_null());
        }
        let is_of_kind = match view.kind {
            None => true,
            Some(("number", _)) => matches!(kind, "number" | "integer"),
            Some((own, _)) => own == kind,
        };
        let is_listed = view.values.as_ref().is_none_or(|(values, _)| {
            let text = canonical(value);
            values.iter().any(|listed| canonical(listed) == text)
        });
        if !is_of_kind || !is_listed {
            return Some(false);
        }
        let is_plain = !matches!(kind, "object" | "array") || view.is_free();
        let unconverted = unconverted::kept(self.engine, view, set.is_new).is_empty();
        let own = [
            Some(true).filter(|_| is_plain && unconverted),
            formats(view, value),
            strings(view, value),
            bounds(view, value),
        ];
        let mut conditions = own.to_vec();
        for not in &view.nots {
            let not = self.set(set.is_new, &[*not]);
            conditions.push(self.holds(&not, value).map(|holds| !holds));
        }
        for union in &view.unions {
            conditions.push(self.one_holds(set.is_new, union, value));
        }
        all(conditions)
    }

    fn one_holds(&mut self, is_new: bool, union: &Union<'a>, value: &Node) -> Option<bool> {
        let (mut held, mut unknown) = (0, 0);
        for branch in &union.branches {
            let branch = self.set(is_new, &[*branch]);
            match self.holds(&branch, value) {
                Some(true) => held += 1,
                Some(false) => {}
                None => unknown += 1,
            }
        }
        match (union.keyword, held, unknown) {
            ("oneOf", 2.., _) | (_, 0, 0) => Some(false),
            ("oneOf", 1, 0) => Some(true),
            ("oneOf", ..) => None,
            (_, 1.., _) => Some(true),
            _ => None,
        }
    }
}

/// The values of other types that are written with the same characters.
fn readings(value: &Node) -> Vec<Node> {
    match &value.value {
        Value::String(text) => {
            let word = text.parse::<bool>().ok().map(|word| Node::new(word, value.origin));
            let number = serde_json::from_str::<serde_json::Number>(text).ok();
            let number = number.map(|number| Node::new(Value::Number(number), value.origin));
            word.into_iter().chain(number).collect()
        }
        Value::Number(number) => vec![Node::new(number.to_string(), value.origin)],
        Value::Bool(word) => vec![Node::new(word.to_string(), value.origin)],
        _ => Vec::new(),
    }
}

fn formats(view: &View<'_>, value: &Node) -> Option<bool> {
    all(view.formats.iter().filter_map(|format| format.node.as_str()).map(|format| match &value.value {
        _ if is_hint(format) => Some(true),
        Value::Number(number) => match (integer_range(format), number.as_f64()) {
            (Some((least, most)), Some(number)) => Some((least..=most).contains(&number)),
            _ => matches!(format, "float" | "double").then_some(true),
        },
        Value::Bool(_) => Some(true),
        _ => None,
    }))
}

fn strings(view: &View<'_>, value: &Node) -> Option<bool> {
    let Some(text) = value.as_str() else { return Some(true) };
    let patterns = view.patterns.iter().filter_map(|site| site.node.as_str());
    all(patterns.map(|pattern| pattern::matches(pattern, text)))
}

fn bounds(view: &View<'_>, value: &Node) -> Option<bool> {
    all(view.bounds.iter().map(|(key, bound)| match (key, &value.value) {
        (BoundKey::Minimum | BoundKey::Maximum, Value::Number(number)) => {
            let number = number.as_f64()?;
            let is_outside = if key.is_lower() { number < bound.value } else { number > bound.value };
            Some(!is_outside && (number != bound.value || !bound.is_exclusive))
        }
        (BoundKey::MultipleOf, Value::Number(_)) => Decimal::of(value)?.is_multiple_of(Decimal::of(bound.at.node)?),
        (BoundKey::MinLength, Value::String(text)) => Some(text.chars().count() as f64 >= bound.value),
        (BoundKey::MaxLength, Value::String(text)) => Some(text.chars().count() as f64 <= bound.value),
        (_, Value::Object(_) | Value::Array(_)) => None,
        _ => Some(true),
    }))
}
