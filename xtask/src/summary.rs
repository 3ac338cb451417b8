//! The table at the end of a run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use openapi_pipeline::{Report, lower};

use crate::build::Built;

/// Families with what became of them, every lowering by name, the operations that are not there, what was written.
pub(crate) fn render(built: &[(Built, Duration)], written: &[PathBuf], total: Duration) -> String {
    let mut lines = vec![format!(
        "{:<12} {:>9} {:>10} {:>6} {:>9} {:>8}",
        "family", "documents", "operations", "types", "lowerings", "time"
    )];
    for (family, time) in built {
        lines.push(format!(
            "{:<12} {:>9} {:>10} {:>6} {:>9} {:>8}",
            family.family,
            family.documents,
            family.operations,
            family.types,
            family.report.notes.len(),
            milliseconds(*time)
        ));
    }
    lines.push(String::new());
    lines.extend(rules(built.iter().map(|(family, _)| &family.report)));
    lines.push(String::new());
    for note in built.iter().flat_map(|(family, _)| lower::left_out(&family.report)) {
        lines.push(format!("left out {}: {}", note.pointer, note.text));
    }
    lines.extend(built.iter().flat_map(|(family, _)| &family.report.warnings).map(ToString::to_string));
    for path in written {
        lines.push(format!("wrote {}", path.display()));
    }
    lines.push(match written.len() {
        0 => format!("nothing changed; done in {}", milliseconds(total)),
        count => format!("{count} file{} changed; done in {}", if count == 1 { "" } else { "s" }, milliseconds(total)),
    });
    lines.join("\n")
}

/// A line for every rule: how often it was used, and what it is for.
pub(crate) fn rules<'a>(reports: impl Iterator<Item = &'a Report>) -> Vec<String> {
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

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
