//! Stage 6: rewrites what the generator can't take, or takes wrongly. Each lowering has a name.

use crate::{Context, Diagnostics, Node, Origin};

/// What the lowering of a family needs to know besides the document.
#[derive(Clone, Debug, Default)]
pub struct LowerPlan {
    /// Fields that hold secrets, as `Schema.property` or `Schema.property.property`; each with the place it was written at.
    pub secrets: Vec<(String, Option<Origin>)>,
}

/// Lowers a merged 3.0.3 document to what the generator takes.
pub fn lower(cx: &mut Context, document: Node, plan: &LowerPlan) -> Result<Node, Diagnostics> {
    let _ = (cx, plan);
    Ok(document)
}
