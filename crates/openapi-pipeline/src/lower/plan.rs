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

/// The treatment of a document that contradicts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Contradictions are errors, since overlays can repair them; secrets are listed.
    #[default]
    Strict,
    /// Contradictions are settled by rules, since no overlay repairs the document; a field named like a secret is one.
    Lenient,
}
