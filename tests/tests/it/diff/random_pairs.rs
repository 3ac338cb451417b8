//! Random pairs of schemas: the verdicts are held against values, which the oracle generates and checks.
//!
//! `PAIR=42` tries one pair alone, and prints its schemas.

use std::ops::Range;
use std::sync::Arc;

use openapi_pipeline::diff::Level;
use oracle::{Direction, Fill, Generator, Oracle, Place, Random, Reading};
use serde_json::{Value, json};
use test_requirements::effort;
use workspace_tests::{RandomPair, random_pair};

use super::counterexamples::{Compared, claim, is_shown, oracle};
use super::lines;

/// The number of values of each schema.
const VALUES: usize = 6;

fn seeds(usual: u64, nightly: u64) -> Range<u64> {
    match std::env::var("PAIR").ok().map(|seed| seed.parse::<u64>().expect("PAIR is a number")) {
        Some(seed) => seed..seed + 1,
        None => 0..effort(usual, nightly),
    }
}

/// Whether a schema allows any value: the parts of a composition may contradict one another.
fn allows_any(schema: &Value, direction: Direction, oracle: &Oracle) -> bool {
    let random = Random::new(0, "any");
    Generator::new(oracle.schemas(), direction, Place::Body, Fill::Required, random).value(schema).is_ok()
}

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
    if std::env::var_os("PAIR").is_some() && !back {
        println!("{direction:?}, before: {:#}", before["components"]["schemas"]);
        println!("{direction:?}, after: {:#}", after["components"]["schemas"]);
    }
    let [old, new] = if back { [after, before] } else { [before, after] }.map(|version| version.to_string());
    let oracles = [oracle(&old), oracle(&new)];
    let compared = Compared::new((&old, oracles[0].clone()), (&new, oracles[1].clone()));
    (compared, json!({"$ref": schema}), oracles)
}

#[test]
fn a_value_that_the_receiver_rules_out_is_a_change_that_was_found() {
    let (mut missed, mut found) = (Vec::new(), 0);
    for seed in seeds(16, 2_000) {
        for (direction, back) in [
            (Direction::Request, false),
            (Direction::Request, true),
            (Direction::Response, false),
            (Direction::Response, true),
        ] {
            let (compared, schema, [old, new]) = compared(seed, direction, back);
            let level = compared.difference.level();
            let (value, is_known) = match direction {
                Direction::Request => (refused(&schema, direction, &old, &new, seed), level == Some(Level::Breaking)),
                // Clients cope with some values that their version rules out, such as a new one of an enum.
                Direction::Response => (
                    refused(&schema, direction, &new, &old, seed),
                    level.is_some_and(|level| level != Level::Documentation),
                ),
            };
            match value {
                Some(_) if is_known => found += 1,
                Some(value) => missed.push(format!(
                    "PAIR={seed}, {direction:?}, back {back}: {value}: {:?}",
                    lines(&compared.difference)
                )),
                None => {}
            }
        }
    }
    println!("values of random schemas that the other version rules out: {found}");
    assert!(missed.is_empty(), "{}:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn a_breaking_change_of_a_random_schema_is_shown_by_a_value() {
    let (mut shown, mut without_counterexample) = (0, Vec::new());
    for seed in seeds(8, 300) {
        for (direction, back) in [
            (Direction::Request, false),
            (Direction::Request, true),
            (Direction::Response, false),
            (Direction::Response, true),
        ] {
            let (compared, schema, oracles) = compared(seed, direction, back);
            if !oracles.iter().all(|oracle| allows_any(&schema, direction, oracle)) {
                continue;
            }
            for change in compared.changes(Level::Breaking).filter(|change| is_shown(change.rule.name)) {
                match compared.versions.show(&claim(change, &compared.cx.sources)) {
                    Ok(_) => shown += 1,
                    Err(problem) => without_counterexample.push(format!(
                        "PAIR={seed}, {direction:?}, back {back}: {} at {}: {}: {problem}",
                        change.rule.name, change.pointer, change.message
                    )),
                }
            }
        }
    }
    println!("breaking changes of random schemas that a value shows: {shown}");
    // The search is not complete: a value may need a part that is hard to find.
    let count = without_counterexample.len();
    assert!(count <= shown / 10, "{count} of {} are not shown:\n{}", count + shown, without_counterexample.join("\n"));
}
