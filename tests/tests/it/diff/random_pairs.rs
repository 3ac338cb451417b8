//! Random pairs of schemas: the verdicts are held against values, which the oracle generates and checks.

use std::sync::Arc;

use openapi_pipeline::diff::Level;
use oracle::{Direction, Fill, Generator, Oracle, Place, Random, Reading};
use serde_json::{Value, json};
use test_requirements::effort;
use workspace_tests::{RandomPair, random_pair};

use super::lines;
use super::shown::{Compared, claim, is_shown, oracle};

/// The number of values of each schema.
const VALUES: usize = 12;

/// A value that the sender's version allows and the receiver's version refuses.
fn refused(schema: &Value, direction: Direction, sender: &Oracle, receiver: &Oracle, seed: u64) -> Option<Value> {
    let random = Random::new(seed, "values");
    let mut generator = Generator::new(sender.schemas(), direction, Place::Body, Fill::Some, random);
    let values = (0..VALUES).filter_map(|turn| generator.sample(schema, turn).ok());
    let mut values = values.filter(|value| sender.schemas().check(schema, direction, value).is_ok());
    // Alternatives that overlap are read as authors mean them: a value of several is a value.
    values.find(|value| receiver.schemas().check_as(Reading::Lenient, schema, direction, value).is_err())
}

/// Both versions and their oracles, one way or the other.
fn compared(seed: u64, direction: Direction, back: bool) -> (Compared, Value, [Arc<Oracle>; 2]) {
    let RandomPair { before, after, schema } = random_pair(seed, direction);
    let [old, new] = if back { [after, before] } else { [before, after] }.map(|version| version.to_string());
    let oracles = [oracle(&old), oracle(&new)];
    let compared = Compared::new((&old, oracles[0].clone()), (&new, oracles[1].clone()));
    (compared, json!({"$ref": schema}), oracles)
}

#[test]
fn values_that_a_new_version_refuses_are_broken_requests() {
    let mut missed = Vec::new();
    for seed in 0..effort(150, 10_000) {
        for back in [false, true] {
            let (compared, schema, [old, new]) = compared(seed, Direction::Request, back);
            if let Some(value) = refused(&schema, Direction::Request, &old, &new, seed)
                && compared.difference.level() != Some(Level::Breaking)
            {
                missed.push(format!("seed {seed}, back {back}: {value}: {:?}", lines(&compared.difference)));
            }
        }
    }
    assert!(missed.is_empty(), "{}:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn values_that_the_old_version_rules_out_are_changes_of_the_response() {
    let mut missed = Vec::new();
    for seed in 0..effort(150, 10_000) {
        for back in [false, true] {
            let (compared, schema, [old, new]) = compared(seed, Direction::Response, back);
            let level = compared.difference.level();
            if let Some(value) = refused(&schema, Direction::Response, &new, &old, seed)
                && !matches!(level, Some(Level::Breaking | Level::Compatible))
            {
                missed.push(format!("seed {seed}, back {back}: {value}: {:?}", lines(&compared.difference)));
            }
        }
    }
    assert!(missed.is_empty(), "{}:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn breaking_changes_of_random_schemas_are_shown_by_a_value() {
    let (mut shown, mut unshown) = (0, Vec::new());
    for seed in 0..effort(60, 2_000) {
        for (direction, back) in [
            (Direction::Request, false),
            (Direction::Request, true),
            (Direction::Response, false),
            (Direction::Response, true),
        ] {
            let (compared, ..) = compared(seed, direction, back);
            for change in compared.changes(Level::Breaking).filter(|change| is_shown(change.rule.name)) {
                match compared.versions.show(&claim(change, &compared.cx.sources)) {
                    Ok(_) => shown += 1,
                    Err(problem) => unshown.push(format!(
                        "seed {seed}, {direction:?}, back {back}: {} at {}: {}: {problem}",
                        change.rule.name, change.pointer, change.message
                    )),
                }
            }
        }
    }
    println!("breaking changes of random schemas that a value shows: {shown}");
    assert!(
        unshown.is_empty(),
        "{} of {} are not shown:\n{}",
        unshown.len(),
        shown + unshown.len(),
        unshown.join("\n")
    );
}
