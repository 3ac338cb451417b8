//! Drops components that nothing refers to.

use crate::lower::rule;
use crate::lower::work::Work;
use crate::vocabulary::reach::prune_components;

/// Removes the components that no reference reaches.
pub(crate) fn run(work: &mut Work<'_>) {
    prune_components(work.cx, &mut work.document, &rule::PRUNE);
}
