//! The settings of lowering.

use crate::Origin;

/// The settings of lowering.
#[derive(Clone, Debug, Default)]
pub struct LowerPlan {
    /// Fields that hold secrets, as `Schema.property` or `Schema.property.property`; each with the place that lists it.
    pub secrets: Vec<(String, Option<Origin>)>,
    /// The treatment of contradictions.
    pub strictness: Strictness,
}

/// Whether contradictions in a document are errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Contradictions are errors, for a document that overlays can correct. Secrets are the listed fields.
    #[default]
    Strict,
    /// Contradictions are settled by rules, for a document that no overlay corrects. Fields named like secrets are secrets
    /// too.
    Lenient,
}
