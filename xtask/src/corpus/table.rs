//! The table of a run.

use super::report::{CorpusReport, DocumentTrial, Totals};

/// A line for each description, what went wrong, and last one line of totals.
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
    if !report.ignored.is_empty() {
        lines.push(format!("\nno descriptions, ignored: {}", report.ignored.join(", ")));
    }
    lines.push(String::new());
    lines.push(totals(&report.totals));
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
