//! Integers as wide as their bounds. This pass runs when parts are merged, since one part may have the type and another the
//! bounds.

use crate::lower::numbers;
use crate::lower::walk::every_schema_mut;
use crate::lower::work::Work;

/// Chooses the types that hold the bounds.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    every_schema_mut(document, &mut |_, schema| numbers::width(cx, schema));
}
