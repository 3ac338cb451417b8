//! The costs of a run so far, against its limits.

use crate::diagnostic::excess::too_large;
use crate::limits::{Limits, bytes};
use crate::{Diagnostic, Origin};

/// The two accounts of a run: stages spend in many places, and check the limits once at their end.
#[derive(Debug)]
pub(crate) struct Budget {
    copies: Account,
    report: Account,
    exceeded: Option<Excess>,
}

/// A limit that was passed, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Excess {
    /// Copies of parts of the document: the limit in the measure of [`weight`](crate::limits::weight).
    Copies(usize, Origin),
    /// The report: the limit in bytes.
    Report(usize, Origin),
}

#[derive(Debug)]
struct Account {
    spent: usize,
    limit: usize,
}

impl Account {
    fn new(limit: usize) -> Self {
        Self { spent: 0, limit }
    }

    fn is_within(&self) -> bool {
        self.spent <= self.limit
    }

    fn spend(&mut self, amount: usize) -> bool {
        self.spent = self.spent.saturating_add(amount);
        self.is_within()
    }
}

impl Budget {
    /// A budget of which nothing is spent yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { copies: Account::new(limits.copied), report: Account::new(limits.report), exceeded: None }
    }

    /// Counts a line of the report. False when the limit is passed.
    pub(crate) fn report(&mut self, length: usize, origin: Origin) -> bool {
        let is_within = self.report.spend(length);
        if !is_within {
            self.exceeded.get_or_insert(Excess::Report(self.report.limit, origin));
        }
        is_within
    }

    /// Counts a copy before it is made. False when the limit is passed.
    pub(crate) fn copy(&mut self, weight: usize, origin: Origin) -> bool {
        let is_within = self.copies.spend(weight);
        if !is_within {
            self.exceeded.get_or_insert(Excess::Copies(self.copies.limit, origin));
        }
        is_within
    }

    /// Whether copies may still be made: only then is one worth weighing.
    pub(crate) fn has_copies_left(&self) -> bool {
        self.copies.is_within()
    }

    /// The first limit that was passed.
    pub(crate) fn exceeded(&self) -> Option<Excess> {
        self.exceeded
    }
}

impl From<Excess> for Diagnostic {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Copies(limit, origin) => too_large(limit).at(origin, "by copies of this"),
            Excess::Report(limit, origin) => {
                let message = format!("the report on this would be longer than {}", bytes(limit as u64));
                Self::new("too-large", message)
                    .at(origin, "the limit is passed here")
                    .help("split the description, or check how the file was made")
            }
        }
    }
}
