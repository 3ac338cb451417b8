//! The operations to call, with their arguments.

mod arguments;
mod draft;
mod reported;

use std::collections::{BTreeMap, BTreeSet};

use families::calls::Method;

use self::draft::Draft;
use self::reported::{anonymous, left_out};
use super::{Case, Subject, Trial};
use oracle::{Fill, Random, Response};

/// Statuses on which a client waits, gets another token, or retries.
const RETRY_STATUSES: [u16; 4] = [401, 408, 425, 429];

/// The calls for a description, and the parts left out of them.
pub(super) struct Plan {
    pub(super) cases: Vec<Case>,
    /// The number of operations with a method, less those that no call could be generated for.
    pub(super) callable: usize,
    /// The number of operations that are called.
    pub(super) chosen: usize,
    /// The parts left out, by reason.
    pub(super) excluded: BTreeMap<String, BTreeSet<String>>,
    /// The problems found before any call.
    pub(super) problems: Vec<String>,
}

impl Plan {
    pub(super) fn new(subject: &Subject, trial: &Trial) -> Self {
        let mut plan =
            Self { cases: Vec::new(), callable: 0, chosen: 0, excluded: BTreeMap::new(), problems: Vec::new() };
        let mut pairs = plan.pairs(subject);
        plan.callable = pairs.len();
        Random::new(trial.seed, &subject.file).shuffle(&mut pairs);
        for (method, operation) in pairs {
            if plan.chosen == trial.operations {
                break;
            }
            let before = plan.cases.len();
            for round in 0..trial.rounds {
                let purpose = format!("{} {round}", subject.oracle.api().operations[operation].pointer);
                plan.operation(subject, (method, operation), Random::new(trial.seed, &purpose).number());
            }
            match plan.cases.len() > before {
                true => plan.chosen += 1,
                false => plan.callable -= 1,
            }
        }
        plan
    }

    /// Each method with its operation. An operation without a method must be in the generator's report.
    fn pairs(&mut self, subject: &Subject) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (number, operation) in subject.oracle.api().operations.iter().enumerate() {
            let same = |method: &Method| {
                method.http_method == operation.method && anonymous(&method.path) == anonymous(&operation.path)
            };
            match subject.methods.iter().position(same) {
                Some(method) => pairs.push((method, number)),
                None => match left_out(&subject.report, operation) {
                    Some(reason) => self.exclude(format!("operation left out: {reason}"), operation.title()),
                    None => self.problems.push(format!("{} was lost without a reason", operation.title())),
                },
            }
        }
        pairs
    }

    fn exclude(&mut self, reason: String, what: String) {
        self.excluded.entry(reason).or_default().insert(what);
    }

    fn operation(&mut self, subject: &Subject, (method, number): (usize, usize), seed: u64) {
        let operation = &subject.oracle.api().operations[number];
        let successes = operation.successes();
        let bare =
            Response { key: "200".into(), media: Vec::new(), headers: Vec::new(), required_headers: BTreeSet::new() };
        let fallback = [(200, &bare)];
        let answers = if successes.is_empty() { &fallback[..] } else { &successes[..] };
        // Once with only the required parts, then with all; more often if there are more successes, so that each is
        // returned.
        for round in 0..answers.len().max(2) {
            let fill = if round == 0 { Fill::Required } else { Fill::Everything };
            self.case(subject, (method, number), fill, seed, answers[round % answers.len()]);
        }
        // The first failure whose body can be generated.
        for failure in operation.failures() {
            let is_json = failure.1.media.iter().any(|media| media.is_json());
            let is_usable = !RETRY_STATUSES.contains(&failure.0) && failure.0 < 500 && is_json;
            if is_usable && self.case(subject, (method, number), Fill::Required, seed, failure) {
                break;
            }
        }
    }

    /// Adds a case; false if no answer could be generated.
    fn case(
        &mut self,
        subject: &Subject,
        (method, number): (usize, usize),
        fill: Fill,
        seed: u64,
        (status, response): (u16, &Response),
    ) -> bool {
        let title = subject.oracle.api().operations[number].title();
        let random = Random::new(seed, &format!("{fill:?} {status} {}", self.cases.len()));
        let answer = match subject.oracle.answer(status, response, fill, &random) {
            Ok(answer) => answer,
            Err(problem) => {
                self.exclude(format!("no response could be made up: {problem}"), format!("{title} {status}"));
                return false;
            }
        };
        for problem in &answer.given_up {
            self.exclude(format!("a part that could not be made up: {problem}"), title.clone());
        }
        let case = Draft::new(self, subject, (method, number), fill, random).finish(answer);
        self.cases.extend(case);
        true
    }
}
