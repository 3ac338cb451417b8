//! Counts the rules that were used on a description.

use std::collections::BTreeMap;

use openapi_pipeline::Report;

/// A line for every rule: the number of its uses, and its summary.
pub(crate) fn table<'a>(reports: impl Iterator<Item = &'a Report>) -> Vec<String> {
    let counts = by_rule(reports);
    let width = counts.keys().map(|name| name.len()).max().unwrap_or(0);
    let line = |(rule, (count, summary))| format!("{count:>5} x {rule:<width$}  {summary}");
    counts.into_iter().map(line).collect()
}

fn by_rule<'a>(reports: impl Iterator<Item = &'a Report>) -> BTreeMap<&'static str, (usize, &'static str)> {
    let mut counts = BTreeMap::new();
    for note in reports.flat_map(|report| &report.notes) {
        counts.entry(note.rule.name).or_insert((0, note.rule.summary)).0 += 1;
    }
    counts
}
