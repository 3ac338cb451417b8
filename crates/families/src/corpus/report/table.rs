//! The table of a run.

use super::{CorpusReport, DocumentTrial, Totals};
use crate::corpus::samples::{Finding, SampleTotals, Samples};

/// The number of findings of a kind shown for a description; the report has all.
const SHOWN: usize = 5;

/// The number of characters shown of a value.
const LETTERS: usize = 200;

/// A line for each description, the problems, and last the totals.
pub(super) fn render(report: &CorpusReport) -> String {
    let width = report.documents.iter().map(|trial| trial.document.len()).max().unwrap_or(0).max("document".len());
    let mut lines = vec![format!(
        "{:<width$} {:>7} {:>10} {:>9} {:<28} {:>8} {:>8} {:>9}",
        "document", "dialect", "operations", "generated", "left out", "compiles", "seconds", "peak MiB"
    )];
    lines.extend(report.documents.iter().map(|trial| row(trial, width)));
    for trial in report.documents.iter().filter(|trial| !trial.problems.is_empty()) {
        lines.push(format!("\n{}:", trial.document));
        lines.extend(trial.problems.iter().flat_map(|problem| problem.lines()).map(|line| format!("  {line}")));
    }
    lines.extend(sampled(report, width));
    if !report.ignored.is_empty() {
        lines.push(format!("\nno descriptions, ignored: {}", report.ignored.join(", ")));
    }
    lines.push(String::new());
    lines.push(totals(&report.totals));
    lines.extend(report.totals.samples.map(|samples| sample_totals(&samples)));
    lines.join("\n")
}

fn row(trial: &DocumentTrial, width: usize) -> String {
    let left_out: Vec<String> =
        trial.left_out_by_construct.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let left_out = if left_out.is_empty() { "-".to_owned() } else { left_out.join(", ") };
    let memory = trial.peak_memory_bytes.map_or("-".to_owned(), |bytes| (bytes >> 20).to_string());
    format!(
        "{:<width$} {:>7} {:>10} {:>9} {:<28} {:>8} {:>8.2} {:>9}",
        trial.document,
        trial.dialect,
        trial.operations,
        trial.generated,
        left_out,
        if trial.compiled { "yes" } else { "NO" },
        trial.seconds,
        memory
    )
}

fn totals(totals: &Totals) -> String {
    format!(
        "total: {} documents, {} operations, {} generated ({:.2} %), {} left out, {} compile, {} panics, {} failed, {:.1} s",
        totals.documents,
        totals.operations,
        totals.generated,
        totals.generated_percent,
        totals.left_out,
        totals.compiled,
        totals.panicked,
        totals.failed,
        totals.seconds
    )
}

/// The results of trying values, and the values that were refused or changed.
fn sampled(report: &CorpusReport, width: usize) -> Vec<String> {
    let tried: Vec<(&str, &Samples)> =
        report.documents.iter().filter_map(|trial| Some((trial.document.as_str(), trial.samples.as_ref()?))).collect();
    if tried.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "\n{:<width$} {:>8} {:>10} {:>8} {:>13} {:>8} {:>8} {:>8} {:>12}",
        "values", "schemas", "exercised", "values", "round-tripped", "refused", "changed", "fields", "recoverable"
    )];
    for (document, samples) in &tried {
        let Samples { schemas, exercised, values, round_tripped, refused, changed, fields, recoverable, .. } = samples;
        lines.push(format!(
            "{document:<width$} {schemas:>8} {exercised:>10} {values:>8} {round_tripped:>13} {:>8} {:>8} {fields:>8} {:>12}",
            refused.len(),
            changed.len(),
            recoverable.len()
        ));
    }
    for (document, samples) in tried {
        let mut found: Vec<String> = Vec::new();
        found.extend(
            samples
                .unexercised
                .iter()
                .take(SHOWN)
                .map(|one| format!("  no value for {}: {} ({})", one.item, one.reason, one.pointer)),
        );
        found.extend(samples.refused.iter().take(SHOWN).map(|one| finding("refused", one)));
        found.extend(samples.changed.iter().take(SHOWN).map(|one| finding("changed", one)));
        found.extend(samples.recoverable.iter().take(SHOWN).map(|one| format!("  could be more than any JSON: {one}")));
        if !found.is_empty() {
            lines.push(format!("\n{document}:"));
            lines.extend(found);
        }
    }
    lines
}

fn finding(what: &str, finding: &Finding) -> String {
    let Finding { item, pointer, direction, value, problem } = finding;
    let value: String = value.to_string().chars().take(LETTERS).collect();
    format!("  {what} as {item}, {direction} ({pointer}): {problem}\n    {value}")
}

fn sample_totals(totals: &SampleTotals) -> String {
    let SampleTotals { schemas, exercised, values, round_tripped, refused, changed, fields, recoverable } = totals;
    let percent = if *schemas == 0 { 100.0 } else { 100.0 * *exercised as f64 / *schemas as f64 };
    format!(
        "values: {exercised} of {schemas} schemas exercised ({percent:.2} %), {values} values, {round_tripped} round-tripped, \
         {refused} refused, {changed} changed; {recoverable} of {fields} fields recoverable"
    )
}
