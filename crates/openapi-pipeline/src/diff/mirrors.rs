//! Mirrors of rules: the change the other way round, and the same change in the other direction. A mirror that is not in
//! the catalogue is a gap, unless there is a reason for it.

use super::action::Action;
use super::rule::{Area, Direction, Rule};
use super::rules;

/// A rule that the catalogue leaves out though it has the mirror of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingMirror {
    /// The rule whose mirror is missing.
    pub of: &'static Rule,
    /// The name that the mirror would have.
    pub name: String,
    /// The reason why there is none, which a test requires.
    pub reason: Option<&'static str>,
}

/// A kind of mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mirror {
    /// The change the other way round.
    Reverse,
    /// The same change in the other direction.
    Counterpart,
}

/// A reason for which mirrors are missing.
struct Reason {
    mirror: Mirror,
    direction: Direction,
    area: Area,
    /// The kind and the action of the one rule; without, all rules of the area.
    of: Option<(&'static str, Action)>,
    text: &'static str,
}

/// Declares the reasons: for which mirror of which rules, and the sentence.
macro_rules! reasons {
    ($($mirror:ident $direction:ident $area:ident $([$kind:literal $action:ident])? $text:literal;)*) => {
        const REASONS: &[Reason] = &[$(Reason {
            mirror: Mirror::$mirror,
            direction: Direction::$direction,
            area: Area::$area,
            of: reasons!(@of $($kind $action)?),
            text: $text,
        },)*];
    };
    (@of) => { None };
    (@of $kind:literal $action:ident) => { Some(($kind, Action::$action)) };
}

reasons! {
    Reverse Schema Code ["argument" BecameOptional] "An argument that becomes required breaks calls, which is said of the parameter.";
    Reverse Schema Code ["error-variant" Removed] "A variant more breaks nothing: the generated enum is open.";
    Reverse Response Values ["closed-enum" Widened] "Fewer values of a closed enum are fewer listed values like any others.";
    Reverse Response Values ["closed-union" Widened] "An alternative less is one that no longer comes back, whatever the union says of the others.";
    Reverse Response Header ["optional-header" Removed] "A header that is added breaks nothing, whether it is always there or not.";
    Counterpart Request Parameter "Parameters are sent, and don't come back.";
    Counterpart Request Body "Whether a response has a body is said of its media types.";
    Counterpart Request Documentation "A response has one rule for the documentation of all its parts.";
    Counterpart Response Documentation ["documentation" Changed] "A request has a rule for parameters and one for bodies.";
    Counterpart Response Documentation ["links" Changed] "Links lead on from responses.";
    Counterpart Response Status "A request has no status.";
    Counterpart Response Header "Headers of requests are parameters.";
    Counterpart Response Values ["closed-enum" Widened] "A server knows the values that it takes.";
    Counterpart Response Values ["closed-union" Widened] "A server knows the alternatives that it takes.";
    Counterpart Response Values ["enum" Replaced] "Of a request, one value that is gone is enough to break it.";
}

/// Every mirror of a rule that is not in the catalogue.
pub(super) fn missing() -> Vec<MissingMirror> {
    let mut missing = Vec::new();
    for rule in rules::ALL {
        let other_direction = match rule.direction {
            Direction::Request => Some(Direction::Response),
            Direction::Response => Some(Direction::Request),
            Direction::Document | Direction::Operation | Direction::Schema => None,
        };
        let counterparts =
            other_direction.map(|direction| (Mirror::Counterpart, direction, vec![counterpart(rule.action)]));
        let reverses = (Mirror::Reverse, rule.direction, reverse(rule.action));
        for (mirror, direction, actions) in std::iter::once(reverses).chain(counterparts) {
            let is_mirror = |other: &&Rule| {
                other.direction == direction && other.kind == rule.kind && actions.contains(&other.action)
            };
            if rules::ALL.iter().any(is_mirror) {
                continue;
            }
            let Some(action) = actions.first() else { continue };
            let name = format!("{}{}-{}", prefix(direction), rule.kind, action.name());
            let reason = REASONS.iter().find(|reason| holds(reason, rule, mirror)).map(|reason| reason.text);
            missing.push(MissingMirror { of: rule, name, reason });
        }
    }
    missing
}

/// The actions that undo one. What is changed is changed back.
fn reverse(action: Action) -> Vec<Action> {
    use Action as A;
    match action {
        A::Added | A::AddedRequired | A::AddedOptional => vec![A::Removed],
        A::Removed | A::RemovedAfterSunset => vec![A::Added, A::AddedRequired, A::AddedOptional],
        A::Lowered => vec![A::Raised],
        A::Raised => vec![A::Lowered],
        A::Gained => vec![A::Lost],
        A::Lost => vec![A::Gained],
        A::Narrowed => vec![A::Widened],
        A::Widened => vec![A::Narrowed],
        A::Tightened => vec![A::Loosened],
        A::Loosened => vec![A::Tightened],
        A::Closed => vec![A::Opened],
        A::Opened => vec![A::Closed],
        A::BecameRequired => vec![A::BecameOptional],
        A::BecameOptional => vec![A::BecameRequired],
        A::Optional => vec![A::Added],
        A::BecameReadOnly => vec![A::BecameWritable, A::BecameWritableRequired],
        A::BecameWritable | A::BecameWritableRequired => vec![A::BecameReadOnly],
        A::BecameWriteOnly => vec![A::BecameReadable],
        A::BecameReadable => vec![A::BecameWriteOnly],
        A::Deprecated => vec![A::Undeprecated],
        A::Undeprecated => vec![A::Deprecated],
        A::Contradictory => vec![A::Consistent],
        A::Consistent => vec![A::Contradictory],
        A::Changed | A::Moved | A::Renamed | A::Replaced | A::Rewritten | A::Incomplete => vec![action],
    }
}

/// The action that is the same in the other direction.
fn counterpart(action: Action) -> Action {
    match action {
        Action::BecameReadOnly => Action::BecameWriteOnly,
        Action::BecameWriteOnly => Action::BecameReadOnly,
        Action::BecameWritable | Action::BecameWritableRequired => Action::BecameReadable,
        Action::BecameReadable => Action::BecameWritable,
        same => same,
    }
}

fn holds(reason: &Reason, rule: &Rule, mirror: Mirror) -> bool {
    reason.mirror == mirror
        && (reason.direction, reason.area) == (rule.direction, rule.area)
        && reason.of.is_none_or(|of| of == (rule.kind, rule.action))
}

fn prefix(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "request-",
        Direction::Response => "response-",
        Direction::Document | Direction::Operation | Direction::Schema => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_mirror_has_a_reason() {
        let without = missing().into_iter().filter(|mirror| mirror.reason.is_none());
        let without: Vec<String> =
            without.map(|mirror| format!("{} lets expect {}", mirror.of.name, mirror.name)).collect();
        assert!(without.is_empty(), "neither in the catalogue nor explained:\n{}", without.join("\n"));
    }

    #[test]
    fn every_reason_is_needed() {
        let missing = missing();
        for reason in REASONS {
            let is_needed = missing.iter().any(|mirror| mirror.reason == Some(reason.text));
            assert!(is_needed, "no mirror is missing for which {:?}", reason.text);
        }
    }

    #[test]
    fn the_mirror_of_a_mirror_is_the_original() {
        for action in Action::ALL {
            let is_back = |other: &Action| {
                reverse(*other).contains(action) || [Action::Optional, Action::RemovedAfterSunset].contains(action)
            };
            assert!(reverse(*action).iter().any(is_back), "{action:?}");
        }
    }
}
