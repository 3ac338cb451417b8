//! Shows that a change of a description breaks something: by a call or an answer that the one version allows and the
//! other doesn't.
//!
//! Who claims the change says what it is and where; what is found here is found by the oracle, which reads both
//! versions as they were published and shares nothing with the comparison whose claims it checks. A counterexample has
//! to be about the claim: what is refused is the parameter, the header, the status that the claim is about, or the part
//! of a body that the place it points at describes, by the keyword it points at.

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

/// A change that is said to break something.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What kind of change it is, by the name of its rule.
    pub rule: String,
    /// The operations it matters to, such as `GET /users`: by their path in the new version, or in the old one of those
    /// that are gone.
    pub operations: Vec<String>,
    /// What it is about in the old version, if there is something.
    pub old: Option<Spot>,
    /// What it is about in the new version.
    pub new: Option<Spot>,
}

/// A place in a version, and what the claim says of it.
#[derive(Clone, Debug)]
pub struct Spot {
    /// JSON pointer (`#/…`).
    pub pointer: String,
    /// What stands there, in short: the name of a parameter, a status.
    pub text: String,
}

/// What kind of thing shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A request that the old version takes and the new one refuses.
    Refused,
    /// A request of which the old version reads something that the new one has no place for, or takes for something else.
    Unread,
    /// An answer that the new version gives and the old one rules out.
    Unforeseen,
    /// An answer, or a part of one, that the old version promises and the new one has no place for.
    Gone,
}

/// What shows that a change breaks something.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What kind of thing it is.
    pub kind: Kind,
    /// It, and what the oracle says of it.
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
    /// How many values are made, and varied in every way, before a search is given up.
    seeds: u64,
}

/// An operation of the old version, and which one of the new version it became.
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
    /// Both, each with the oracle that has read it.
    pub fn new(old: Arc<Oracle>, new: Arc<Oracle>) -> Self {
        Self { old, new, seeds: 10 }
    }

    /// The old version twice.
    #[must_use]
    pub fn unchanged(&self) -> Self {
        Self::new(self.old.clone(), self.old.clone())
    }

    /// Searches that are given up sooner, for those that are expected to find nothing.
    #[must_use]
    pub fn hasty(&self) -> Self {
        Self { seeds: 1, ..Self::new(self.old.clone(), self.new.clone()) }
    }

    /// Something that shows what is claimed.
    ///
    /// # Errors
    ///
    /// Why nothing was found.
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

    /// The operation of a name, by where it is or was; what it became is told by its path, then by its id.
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

    /// What each version makes of a call, if the old one finds nothing wrong with it.
    fn examine(self, call: &Call) -> Result<(Examined, Examined), String> {
        let ((old, operation), (new, at)) = (self.before(), self.after());
        let before = old.examine(&call.request(operation, old.base(), operation)?);
        if !before.problems.is_empty() {
            return Err(format!("the old version refuses its own call: {:?}", before.problems));
        }
        Ok((before, new.examine(&call.request(operation, new.base(), at)?)))
    }
}

/// Method and path without the names of placeholders and without a slash at the end.
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
