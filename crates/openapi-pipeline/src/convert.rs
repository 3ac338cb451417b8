//! Stage 3: converts any dialect to OpenAPI 3.0.3.
//!
//! Swagger 2.0 gets the layout of 3.0 (`swagger2`), OpenAPI 3.1 and 3.2 lose the fields that 3.0 lacks (`openapi31`),
//! and every document then passes `openapi30`, which repairs the schemas and the forms of 3.1 that real 3.0 documents
//! use too. All rules are described in one place, `rules`.

mod examples;
mod keywords;
mod mutual_tls;
mod openapi30;
mod openapi31;
mod refs;
mod rules;
mod schema;
mod shape;
mod swagger2;
#[cfg(test)]
mod tests;
mod walk;

use crate::vocabulary::document::{Dialect, Document};
use crate::{Context, Diagnostic, Diagnostics, Node, Rule};

/// Converts a description of any dialect to an OpenAPI 3.0.3 document.
///
/// # Errors
///
/// When the root or a part of an operation must be an object and is none, a Swagger operation has two bodies, or a
/// limit is passed.
pub fn to_v3_0(cx: &mut Context, document: Document) -> Result<Node, Diagnostics> {
    convert(cx, document, TwoBodies::Refused)
}

/// The lenient form of [`to_v3_0`], for descriptions that no overlay corrects: a Swagger operation with two bodies is left
/// out.
///
/// # Errors
///
/// When the root or a part of an operation must be an object and is none, or a limit is passed.
pub fn to_v3_0_as_published(cx: &mut Context, document: Document) -> Result<Node, Diagnostics> {
    convert(cx, document, TwoBodies::LeftOut)
}

/// The treatment of a Swagger operation that describes more than one body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TwoBodies {
    Refused,
    LeftOut,
}

fn convert(cx: &mut Context, document: Document, two_bodies: TwoBodies) -> Result<Node, Diagnostics> {
    let Document { dialect, mut root } = document;
    if root.as_object().is_none() {
        return Err(Diagnostic::new("not-an-object", "an API description must be an object")
            .at(root.origin, "this is something else")
            .help("check that this file is an OpenAPI or Swagger document")
            .into());
    }
    match dialect {
        Dialect::Swagger2 => root = swagger2::convert(cx, root, two_bodies)?,
        Dialect::OpenApi30 => {}
        Dialect::OpenApi31 | Dialect::OpenApi32 => openapi31::downgrade(cx, &mut root),
    }
    mutual_tls::drop_mutual_tls(cx, &mut root);
    openapi30::repair(cx, &mut root).into_result()?;
    let webhooks = root.remove("webhooks");
    if let Some(unconverted) = cx.unconverted() {
        let path_items = root.get_mut("components").and_then(|components| components.remove("pathItems"));
        path_items.into_iter().for_each(|items| unconverted.keep_path_items(items));
        webhooks.into_iter().for_each(|webhooks| unconverted.keep_webhooks(webhooks));
        unconverted.finish(root.origin);
    }
    cx.within_limits()?;
    Ok(root)
}

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}
