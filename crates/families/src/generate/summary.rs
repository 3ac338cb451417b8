//! The table at the end of a run.

use std::path::PathBuf;
use std::time::Duration;

use crate::build::Built;
use crate::rules;

/// The numbers for each family, the uses of every rule, the operations left out, and the files written.
pub(super) fn render(built: &[(Built, Duration)], written: &[PathBuf], total: Duration) -> String {
    let mut lines = vec![format!(
        "{:<12} {:>9} {:>10} {:>6} {:>9} {:>8}",
        "family", "documents", "operations", "types", "lowerings", "time"
    )];
    for (family, time) in built {
        lines.push(format!(
            "{:<12} {:>9} {:>10} {:>6} {:>9} {:>8}",
            family.family,
            family.documents,
            family.source.operations,
            family.source.types,
            family.report.notes.len(),
            milliseconds(*time)
        ));
    }
    lines.push(String::new());
    lines.extend(rules::table(built.iter().map(|(family, _)| &family.report)));
    lines.push(String::new());
    for one in built.iter().flat_map(|(family, _)| &family.report.left_out) {
        let construct = one.construct.name();
        lines.push(format!("left out {} [{construct}] at {}: {}", one.operation, one.pointer, one.reason));
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

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
