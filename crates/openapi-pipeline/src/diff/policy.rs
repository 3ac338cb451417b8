//! Levels that a maintainer sets in place of the catalogue's, as in `openapi/diff.toml`.

use std::fmt;
use std::str::FromStr;

use super::change::Subject;
use super::level::{Level, UnknownName};
use super::lifecycle::{Date, Stability};
use super::path::anonymous;
use super::rule::Rule;
use super::rules;

/// The rule with a name.
///
/// # Errors
///
/// When there is none; the error suggests similar names.
pub fn rule_named(name: &str) -> Result<&'static Rule, UnknownName> {
    let found = rules::ALL.iter().find(|rule| rule.name == name).copied();
    found.ok_or_else(|| UnknownName::new(name, "rule", rules::ALL.iter().map(|rule| rule.name)))
}

/// Levels in place of the catalogue's, and the day that sunsets are compared with. By default the catalogue's levels hold,
/// and no sunset has come.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    levels: Vec<Assigned>,
    stability: Vec<(Stability, Level)>,
    today: Option<Date>,
}

#[derive(Clone, Debug)]
struct Assigned {
    rule: &'static Rule,
    scope: Scope,
    level: Level,
}

/// The part of a description that a level is set for. The default is all of it; a string is parsed as
///
/// - a path template such as `/users/{id}`: the operations at this path and below it, whatever the names of placeholders;
/// - a JSON pointer such as `#/components/schemas/Draft`: everything at it and below it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(Part);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum Part {
    #[default]
    Everything,
    Path(String),
    Pointer(String),
}

/// The error for a string that is neither a path template nor a JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MalformedScope;

impl fmt::Display for MalformedScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write a path as `/users/{id}`, or a JSON pointer as `#/components/schemas/User`")
    }
}

impl std::error::Error for MalformedScope {}

impl FromStr for Scope {
    type Err = MalformedScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('#') {
            Some(pointer) if pointer.starts_with('/') => Ok(Self(Part::Pointer(text.trim_end_matches('/').to_owned()))),
            None if text.starts_with('/') => Ok(Self(Part::Path(anonymous(text)))),
            _ => Err(MalformedScope),
        }
    }
}

impl Policy {
    /// Sets the level of a rule. Of several that hold for a change, the longest path or pointer counts, and of equal ones
    /// the last.
    pub fn set(&mut self, scope: Scope, rule: &'static Rule, level: Level) {
        self.levels.push(Assigned { rule, scope, level });
    }

    /// Sets the worst level of changes to parts that the old description marks with this stability.
    pub fn limit(&mut self, stability: Stability, level: Level) {
        self.stability.push((stability, level));
    }

    /// Sets the day that sunsets are compared with.
    pub fn at(&mut self, today: Date) {
        self.today = Some(today);
    }

    /// Whether marks of stability matter.
    pub(super) fn asks_for_stability(&self) -> bool {
        !self.stability.is_empty()
    }

    /// The worst level of a change to what has this mark.
    pub(super) fn worst(&self, stability: Stability) -> Option<Level> {
        self.stability.iter().rev().find(|(of, _)| *of == stability).map(|(_, level)| *level)
    }

    /// Whether a day has come.
    pub(super) fn is_reached(&self, day: Date) -> bool {
        self.today.is_some_and(|today| day <= today)
    }

    /// Whether changes of a breaking rule break everywhere.
    pub(super) fn always_breaks(&self, rule: &Rule) -> bool {
        let is_lowered = self.levels.iter().any(|one| one.rule == rule && one.level > Level::Breaking);
        rule.level == Level::Breaking && !is_lowered && self.stability.is_empty()
    }

    /// The level of a change, before its stability is looked at.
    pub(super) fn level(&self, rule: &'static Rule, pointer: &str, subject: &Subject, operations: &[String]) -> Level {
        let holds = |one: &&Assigned| one.rule == rule && one.scope.holds(pointer, subject, operations);
        self.levels.iter().filter(holds).max_by_key(|one| one.scope.length()).map_or(rule.level, |one| one.level)
    }
}

impl Scope {
    /// A component is below a path if all operations that it matters to are.
    fn holds(&self, pointer: &str, subject: &Subject, operations: &[String]) -> bool {
        match &self.0 {
            Part::Everything => true,
            Part::Pointer(begin) => is_below(pointer, begin),
            Part::Path(template) => {
                let path = |name: &str| name.split_once(' ').map(|(_, path)| anonymous(path)).unwrap_or_default();
                let is_in = |name: &String| is_below(&path(name), template);
                match subject {
                    Subject::Operation(name) => is_in(name),
                    _ => !operations.is_empty() && operations.iter().all(is_in),
                }
            }
        }
    }

    fn length(&self) -> usize {
        match &self.0 {
            Part::Everything => 0,
            Part::Path(text) | Part::Pointer(text) => text.len(),
        }
    }
}

fn is_below(text: &str, begin: &str) -> bool {
    text.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::rules::{OPERATION_REMOVED, RESPONSE_PROPERTY_REMOVED};

    fn level(policy: &Policy, pointer: &str, subject: &Subject, operations: &[&str]) -> Level {
        let operations: Vec<String> = operations.iter().map(|name| (*name).to_owned()).collect();
        policy.level(&RESPONSE_PROPERTY_REMOVED, pointer, subject, &operations)
    }

    #[test]
    fn the_longest_scope_counts() {
        let mut policy = Policy::default();
        policy.set("/v1/users/{user}".parse().unwrap(), &RESPONSE_PROPERTY_REMOVED, Level::Documentation);
        policy.set("/v1".parse().unwrap(), &RESPONSE_PROPERTY_REMOVED, Level::Compatible);
        policy.set(Scope::default(), &RESPONSE_PROPERTY_REMOVED, Level::Source);
        policy.set(Scope::default(), &OPERATION_REMOVED, Level::Compatible);
        for (path, expected) in [
            ("GET /v1/users/{id}", Level::Documentation),
            ("GET /v1/users/{id}/keys", Level::Documentation),
            ("GET /v1/users", Level::Compatible),
            ("GET /v1/", Level::Compatible),
            ("GET /v10/users", Level::Source),
        ] {
            assert_eq!(level(&policy, "#/paths", &Subject::Operation(path.to_owned()), &[path]), expected, "{path}");
        }
    }

    #[test]
    fn a_component_is_below_a_path_if_all_its_operations_are() {
        let mut policy = Policy::default();
        policy.set("/beta".parse().unwrap(), &RESPONSE_PROPERTY_REMOVED, Level::Compatible);
        let user = Subject::Component("schemas/User".to_owned());
        assert_eq!(level(&policy, "", &user, &["GET /beta/a", "GET /beta"]), Level::Compatible);
        assert_eq!(level(&policy, "", &user, &["GET /beta/a", "GET /a"]), Level::Breaking);
        assert_eq!(level(&policy, "", &user, &[]), Level::Breaking);
    }

    #[test]
    fn pointers_end_at_a_token() {
        let mut policy = Policy::default();
        policy.set("#/components/schemas/User".parse().unwrap(), &RESPONSE_PROPERTY_REMOVED, Level::Compatible);
        let at = |pointer: &str| level(&policy, pointer, &Subject::Document, &[]);
        assert_eq!(at("#/components/schemas/User/properties/id"), Level::Compatible);
        assert_eq!(at("#/components/schemas/Users/properties/id"), Level::Breaking);
    }
}
