//! Every change that is called breaking has a counterexample, found by an oracle that knows nothing of the comparison.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use openapi_pipeline::diff::{self, Change, Difference, Direction, Level, Seen};
use openapi_pipeline::{Context, Sources};
use oracle::{Document, Oracle};
use workspace_tests::counterexample::{Claim, ClaimPlace, Kind, Versions};
use workspace_tests::mutations::{self, Finds};

use super::read;

/// A change as a claim that the oracle can check.
pub(super) fn claim(change: &Change, sources: &Sources) -> Claim {
    let spot = |seen: &Seen| ClaimPlace { pointer: sources.pointer(seen.origin), text: seen.text.clone() };
    Claim {
        rule: change.rule.name.to_owned(),
        operations: change.operations.clone(),
        old: change.old.as_ref().map(spot),
        new: change.new.as_ref().map(spot),
    }
}

/// The difference of two versions, and the oracles that check its claims.
pub(super) struct Compared {
    pub(super) cx: Context,
    pub(super) difference: Difference,
    pub(super) versions: Versions,
}

impl Compared {
    pub(super) fn new((old, old_oracle): (&str, Arc<Oracle>), (new, new_oracle): (&str, Arc<Oracle>)) -> Self {
        let mut cx = Context::new().for_comparison();
        let (before, after) = (read(&mut cx, "old.json", old), read(&mut cx, "new.json", new));
        let difference = diff::diff(&cx, &before, &after);
        Self { cx, difference, versions: Versions::new(old_oracle, new_oracle) }
    }

    pub(super) fn changes(&self, level: Level) -> impl Iterator<Item = &Change> {
        self.difference.changes.iter().filter(move |change| change.level() == level)
    }
}

pub(super) fn oracle(text: &str) -> Arc<Oracle> {
    Arc::new(Oracle::new(Document::parse(text).unwrap()).unwrap())
}

/// Breaking rules that nothing can show, and why.
const WITHOUT_COUNTEREXAMPLE: [(&str, &str); 15] = [
    ("comparison-incomplete", "it says that nothing was found out, not that something is different"),
    ("incoming-call-changed", CALLED),
    ("incoming-call-removed", CALLED),
    ("operation-contradictory", "no call is as its description says"),
    ("request-keyword-added", BEYOND),
    ("request-keyword-changed", BEYOND),
    ("request-xml-changed", JSON),
    ("response-header-content-changed", JSON),
    ("response-header-style-changed", JSON),
    ("response-keyword-changed", BEYOND),
    ("response-keyword-removed", BEYOND),
    ("response-xml-changed", JSON),
    ("security-flow-removed", "tokens are obtained elsewhere, before a call is made"),
    ("unconverted-operation-removed", BEYOND),
    ("unconverted-part-changed", BEYOND),
];

const BEYOND: &str = "the oracle reads OpenAPI 3.0, which has no place for it";
const CALLED: &str = "the oracle makes calls, and answers none";
const JSON: &str = "values are the same, and the oracle looks at nothing else in content other than JSON";

pub(super) fn is_shown(rule: &str) -> bool {
    WITHOUT_COUNTEREXAMPLE.iter().all(|(without_counterexample, _)| *without_counterexample != rule)
}

/// Rules that no refusal shows: the new version takes the same requests, but has no place for a part of them or takes
/// it for something else; or it gives fewer answers than it used to announce.
const WITHOUT_REFUSAL: [&str; 12] = [
    "request-body-encoding-changed",
    "request-discriminator-changed",
    "request-discriminator-value-changed",
    "request-discriminator-value-removed",
    "request-parameter-moved",
    "request-parameter-style-changed",
    "request-property-became-read-only",
    "request-property-removed",
    "response-property-became-write-only",
    "response-success-status-removed",
    "server-default-changed",
    "server-variable-default-changed",
];

/// A single change in one direction, and what the comparison makes of it.
pub(super) struct SingleChange {
    pub(super) name: String,
    pub(super) expected: Finds,
    pub(super) compared: Compared,
}

/// Every single change, both ways: compared once for all tests that look at it.
pub(super) static SINGLE_CHANGES: LazyLock<Vec<SingleChange>> = LazyLock::new(|| {
    let (mut single_changes, mut oracles) = (Vec::new(), HashMap::<String, Arc<Oracle>>::new());
    for mutation in mutations::all() {
        let (before, after) = mutation.pair();
        let [before, after] = [before, after].map(|version| {
            let text = version.to_string();
            // Most changes are of the same description; whoever read it knows its schemas.
            let oracle = oracles.entry(text.clone()).or_insert_with(|| oracle(&text)).clone();
            (text, oracle)
        });
        let there = ("there", &before, &after, mutation.there);
        let back = ("back", &after, &before, mutation.back);
        for (way, old, new, expected) in [there, back] {
            let compared = Compared::new((&old.0, old.1.clone()), (&new.0, new.1.clone()));
            single_changes.push(SingleChange { name: format!("{}, {way}", mutation.name), expected, compared });
        }
    }
    single_changes
});

#[test]
fn every_breaking_rule_has_a_counterexample() {
    let (mut without_counterexample, mut shown) = (Vec::new(), BTreeMap::<&str, BTreeSet<Kind>>::new());
    let mut kinds = BTreeMap::<Kind, usize>::new();
    for SingleChange { name, compared, .. } in &*SINGLE_CHANGES {
        for change in compared.changes(Level::Breaking).filter(|change| is_shown(change.rule.name)) {
            let rule = change.rule.name;
            match compared.versions.show(&claim(change, &compared.cx.sources)) {
                Ok(counterexample) => {
                    shown.entry(rule).or_default().insert(counterexample.kind);
                    *kinds.entry(counterexample.kind).or_default() += 1;
                }
                Err(problem) => {
                    without_counterexample
                        .push(format!("{name}: {rule} at {}: {}: {problem}", change.pointer, change.message));
                }
            }
        }
    }
    println!("single changes that are shown to break something: {}", kinds.values().sum::<usize>());
    for (kind, count) in &kinds {
        println!("{count:>6} times {kind}");
    }
    assert!(
        without_counterexample.is_empty(),
        "{} are not shown:\n{}",
        without_counterexample.len(),
        without_counterexample.join("\n")
    );

    let rules = diff::rules().iter().filter(|rule| rule.level == Level::Breaking).map(|rule| rule.name);
    let missing: BTreeSet<&str> = rules.filter(|rule| !shown.contains_key(rule)).collect();
    assert_eq!(missing, BTreeSet::from(WITHOUT_COUNTEREXAMPLE.map(|(rule, _)| rule)));
    let is_refusal = |kind: &Kind| matches!(kind, Kind::Refused | Kind::Unforeseen);
    let weaker: Vec<&str> =
        shown.iter().filter(|(_, kinds)| !kinds.iter().any(is_refusal)).map(|(rule, _)| *rule).collect();
    assert_eq!(weaker, WITHOUT_REFUSAL);
}

/// Compatible rules for which there is a counterexample all the same: generated clients promise to cope with these.
const TOLERATED: [&str; 5] = [
    "response-additional-properties-opened",
    "response-branch-added",
    "response-discriminator-value-added",
    "response-enum-removed",
    "response-enum-value-added",
];

#[test]
fn no_counterexample_is_found_for_a_false_claim() {
    let (mut seen, mut tolerated, mut wrong) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
    for SingleChange { name, compared, .. } in &*SINGLE_CHANGES {
        // A body of several media types can be broken in one of them, and only be written otherwise in another.
        let broken: BTreeSet<&str> = compared.changes(Level::Breaking).map(|change| change.pointer.as_str()).collect();
        let is_other = |change: &&Change| {
            change.rule.name != "request-schema-rewritten"
                || broken.iter().all(|pointer| !pointer.starts_with(change.pointer.as_str()))
        };
        // One change of each kind is enough: a search that finds nothing takes long.
        let all = compared.difference.changes.iter().filter(is_other);
        for change in all.filter(|change| seen.insert(change.rule.name)) {
            let (rule, claim) = (change.rule.name, claim(change, &compared.cx.sources));
            if change.level() == Level::Breaking {
                if let Ok(counterexample) = compared.versions.unchanged().with_short_search().show(&claim) {
                    wrong.push(format!("{name}, the old version twice: {rule}: {}", counterexample.text));
                }
            } else if matches!(change.rule.direction, Direction::Request | Direction::Response)
                && let Ok(counterexample) = compared.versions.with_short_search().show(&claim)
            {
                tolerated.insert(rule, format!("{name}: {}", counterexample.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rules: Vec<&str> = tolerated.keys().copied().collect();
    assert_eq!(rules, TOLERATED, "{tolerated:#?}");
}
