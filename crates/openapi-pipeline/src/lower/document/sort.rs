//! The order of schemas.

use crate::lower::work::Work;
use crate::vocabulary::layout::schemas_mut;

/// Sorts schemas by name, so that a vendor's reordering doesn't show as a change.
pub(crate) fn run(work: &mut Work<'_>) {
    if let Some(schemas) = schemas_mut(&mut work.document) {
        schemas.sort_unstable_keys();
    }
}
