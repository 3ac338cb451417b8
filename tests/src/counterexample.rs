//! Shows that a change of a description breaks something: by a call or an answer that is valid in one version and
//! invalid in the other.
//!
//! The claimant gives the kind and the place of the change. The counterexample is found by the oracle, which reads both
//! versions as published and shares nothing with the comparison whose claims it checks. A counterexample has to be
//! about the claim: the parameter, the header or the status of the claim is refused, or the part of a body described at
//! the claim's place, by the keyword at that place.

mod answers;
mod bodies;
mod call;
mod edits;
mod operations;
mod parameters;
mod roots;
mod search;
mod values;
mod write;

use std::fmt;
use std::sync::Arc;

use self::call::Call;
use oracle::{Examined, Operation, Oracle};

/// A change that is claimed to break something.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The kind of change, by the name of its rule.
    pub rule: String,
    /// The operations it matters to, such as `GET /users`: by their path in the new version; removed ones by their path
    /// in the old version.
    pub operations: Vec<String>,
    /// Its place in the old version, if it has one.
    pub old: Option<ClaimPlace>,
    /// Its place in the new version, if it has one.
    pub new: Option<ClaimPlace>,
}

/// A place in a version, and the claim's short text for it.
#[derive(Clone, Debug)]
pub struct ClaimPlace {
    /// JSON pointer (`#/…`).
    pub pointer: String,
    /// The value at the place, in short: the name of a parameter, a status.
    pub text: String,
}

/// The kind of a counterexample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A request that the old version takes and the new one refuses.
    Refused,
    /// A request with a part that the old version reads, and the new one ignores or reads as another value.
    Unread,
    /// An answer that is valid in the new version and invalid in the old one.
    Unforeseen,
    /// An answer, or a part of one, that the old version documents and the new one doesn't.
    Gone,
}

/// A call or an answer that shows that a change breaks something.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Its kind.
    pub kind: Kind,
    /// The call or answer, with the oracle's problem.
    pub text: String,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "a request is refused",
            Self::Unread => "a part of a request is not read, or otherwise",
            Self::Unforeseen => "an answer is one that was ruled out",
            Self::Gone => "something no longer comes back",
        })
    }
}

impl Counterexample {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// Two versions of a description of OpenAPI 3.
pub struct Versions {
    old: Arc<Oracle>,
    new: Arc<Oracle>,
    /// The number of values made, and varied in every way, before a search gives up.
    seeds: u64,
}

/// An operation of the old version, and its counterpart in the new version.
#[derive(Clone, Copy, Debug)]
struct Route {
    old: usize,
    new: Option<usize>,
}

/// An operation in both versions.
#[derive(Clone, Copy)]
struct Exchange<'a> {
    versions: &'a Versions,
    old: usize,
    new: usize,
}

impl Versions {
    /// Both versions, each as read by its oracle.
    pub fn new(old: Arc<Oracle>, new: Arc<Oracle>) -> Self {
        Self { old, new, seeds: 10 }
    }

    /// The old version twice.
    #[must_use]
    pub fn unchanged(&self) -> Self {
        Self::new(self.old.clone(), self.old.clone())
    }

    /// The same versions with searches that give up sooner, for those expected to find nothing.
    #[must_use]
    pub fn with_short_search(&self) -> Self {
        Self { seeds: 1, ..Self::new(self.old.clone(), self.new.clone()) }
    }

    /// Finds a counterexample for the claim.
    ///
    /// # Errors
    ///
    /// The reason why none was found.
    pub fn show(&self, claim: &Claim) -> Result<Counterexample, String> {
        let rule = claim.rule.as_str();
        if matches!(rule, "server-default-changed" | "server-variable-default-changed") {
            return operations::default_server(self, claim);
        }
        if rule.starts_with("server-") {
            return operations::server(self, claim);
        }
        let mut problems = Vec::new();
        for name in &claim.operations {
            let Some(route) = self.route(name) else {
                problems.push(format!("{name} is in neither version"));
                continue;
            };
            if matches!(rule, "operation-removed" | "operation-path-changed" | "operation-method-changed") {
                return operations::unreachable(self, route);
            }
            let Some(new) = route.new else {
                problems.push(format!("{name} is not in the new version"));
                continue;
            };
            let exchange = Exchange { versions: self, old: route.old, new };
            match show(rule, claim, exchange) {
                Ok(counterexample) => return Ok(counterexample),
                Err(problem) => problems.push(format!("{name}: {problem}")),
            }
        }
        problems.truncate(3);
        Err(if problems.is_empty() { "it matters to no operation".to_owned() } else { problems.join("; ") })
    }

    /// The route of an operation, given by its path in either version. Its counterpart has the same path or else the
    /// same id.
    fn route(&self, name: &str) -> Option<Route> {
        let by_path = |oracle: &Oracle, title: &str| {
            oracle.api().operations.iter().position(|operation| anonymous(&operation.title()) == anonymous(title))
        };
        let by_id = |oracle: &Oracle, operation: &Operation| {
            let id = operation.id.as_ref()?;
            oracle.api().operations.iter().position(|other| other.id.as_ref() == Some(id))
        };
        match by_path(&self.new, name) {
            Some(new) => {
                let there = &self.new.api().operations[new];
                let old = by_path(&self.old, name).or_else(|| by_id(&self.old, there))?;
                Some(Route { old, new: Some(new) })
            }
            None => {
                let old = by_path(&self.old, name)?;
                Some(Route { old, new: by_id(&self.new, &self.old.api().operations[old]) })
            }
        }
    }
}

fn show(rule: &str, claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    match rule {
        "security-added" | "security-alternative-removed" => operations::credential(exchange),
        "security-scope-added" => operations::scope(exchange),
        "request-parameter-removed" => parameters::gone(claim, exchange),
        "request-parameter-added-required" | "request-parameter-became-required" => {
            parameters::missing(claim, exchange)
        }
        "request-parameter-moved" | "request-parameter-style-changed" | "request-parameter-content-changed" => {
            parameters::read_otherwise(claim, exchange)
        }
        "request-body-removed" => bodies::unwanted(exchange),
        "request-body-added-required" | "request-body-became-required" => bodies::missing(exchange),
        "request-media-type-removed" => bodies::media_type(claim, exchange),
        "request-body-encoding-changed" => bodies::read_otherwise(claim, exchange),
        "response-success-status-removed" => answers::status(claim, exchange),
        "response-media-type-removed" => answers::media_type(claim, exchange),
        "response-header-removed" | "response-header-became-optional" => answers::header(claim, exchange),
        _ if rule.starts_with("request-") => values::sent(claim, exchange),
        _ if rule.starts_with("response-") => values::received(claim, exchange),
        _ => Err(format!("nothing is known of how {rule} could be shown")),
    }
}

impl<'a> Exchange<'a> {
    fn before(self) -> (&'a Oracle, &'a Operation) {
        (&self.versions.old, &self.versions.old.api().operations[self.old])
    }

    fn after(self) -> (&'a Oracle, &'a Operation) {
        (&self.versions.new, &self.versions.new.api().operations[self.new])
    }

    /// The results of both versions for a call, if it is valid in the old one.
    fn examine(self, call: &Call) -> Result<(Examined, Examined), String> {
        let ((old, operation), (new, at)) = (self.before(), self.after());
        let before = old.examine(&call.request(operation, old.base(), operation)?);
        if !before.problems.is_empty() {
            return Err(format!("the old version refuses its own call: {:?}", before.problems));
        }
        Ok((before, new.examine(&call.request(operation, new.base(), at)?)))
    }
}

/// Method and path without the names of placeholders and without a trailing slash.
fn anonymous(title: &str) -> String {
    let (mut plain, mut inside) = (String::new(), false);
    for letter in title.chars() {
        inside = (inside || letter == '{') && letter != '}';
        if !inside {
            plain.push(letter);
        }
    }
    plain.trim_end_matches('/').to_owned()
}
