//! The table at the end of a run.

use std::path::Path;

use super::report::ClientReport;
use crate::rules;

/// Inputs and outputs, every lowering by name, the secrets, the operations left out, the warnings, the folder written.
pub(super) fn render(report: &ClientReport, pipeline: &openapi_pipeline::Report, out: &Path) -> String {
    let ClientReport { document, generated, .. } = report;
    let mut lines = vec![
        format!(
            "{:<24} {:>7} {:>10} {:>9} {:>6} {:>9} {:>8}",
            "crate", "dialect", "operations", "generated", "types", "lowerings", "time"
        ),
        format!(
            "{:<24} {:>7} {:>10} {:>9} {:>6} {:>9} {:>8}",
            generated.name,
            document.dialect,
            document.operations,
            generated.operations,
            generated.types,
            report.lowered.len(),
            format!("{:.0} ms", report.seconds * 1000.0)
        ),
        String::new(),
    ];
    lines.extend(rules::table([pipeline].into_iter()));
    lines.push(String::new());
    if document.selected < document.operations {
        lines.push(format!("not selected: {} operations", document.operations - document.selected));
    }
    lines.extend(report.secrets.iter().map(|place| format!("secret {}: {}", place.pointer, place.note)));
    for one in &report.left_out {
        lines.push(format!("left out {} [{}] at {}: {}", one.operation, one.construct, one.pointer, one.reason));
    }
    lines.extend(pipeline.warnings.iter().map(ToString::to_string));
    lines.push(format!("wrote {}", out.display()));
    lines.join("\n")
}
