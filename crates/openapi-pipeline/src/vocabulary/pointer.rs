//! Resolves local `$ref`s: JSON pointers as URI fragments.

use std::borrow::Cow;

use crate::Node;

/// The node that a local reference (`#/…`) leads to; `None` for references to other files and to nothing.
///
/// The fragment is percent-decoded first, as it is part of a URI, and then read as a JSON pointer.
pub fn resolve<'a>(root: &'a Node, reference: &str) -> Option<&'a Node> {
    root.pointer(&local_pointer(root, reference)?)
}

/// How many references may lead from one to the next: a longer chain is taken for a cycle.
pub(crate) const LONGEST_CHAIN: usize = 32;

/// The node at the end of a chain of references, each of which `target` resolves. A node that is still a reference, if
/// the chain leads nowhere or back to itself.
pub(crate) fn follow<'a>(node: &'a Node, target: impl Fn(&str) -> Option<&'a Node>) -> &'a Node {
    let step = |node: &'a Node| node.get_str("$ref").and_then(&target);
    std::iter::successors(Some(node), |node| step(node)).take(LONGEST_CHAIN + 1).last().unwrap_or(node)
}

/// The schema that a schema stands for: follows references, and an `allOf` of a single part.
pub fn meant<'a>(document: &'a Node, schema: &'a Node) -> &'a Node {
    meant_by(schema, |reference| document.pointer(reference))
}

/// [`meant`], where `target` resolves the references.
pub(crate) fn meant_by<'a>(schema: &'a Node, target: impl Fn(&str) -> Option<&'a Node>) -> &'a Node {
    let step = |schema: &'a Node| match (schema.get_str("$ref"), schema.elements("allOf")) {
        (Some(reference), _) => target(reference),
        (None, [only]) => Some(only),
        _ => None,
    };
    std::iter::successors(Some(schema), |schema| step(schema)).take(2 * LONGEST_CHAIN).last().unwrap_or(schema)
}

/// The JSON pointer of a local reference that resolves.
pub(crate) fn local_pointer<'a>(root: &Node, reference: &'a str) -> Option<Cow<'a, str>> {
    let fragment = reference.strip_prefix('#')?;
    let decoded = percent_decode(fragment).filter(|pointer| root.pointer(pointer).is_some());
    // A name with a literal percent sign is found as written.
    decoded.or_else(|| root.pointer(fragment).map(|_| Cow::Borrowed(fragment)))
}

/// Decodes `%41` to `A`. A percent sign without two digits stands for itself; `None` if the result is not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_decoded_once() {
        assert_eq!(percent_decode("a%20b%2Fc%c3%a9").as_deref(), Some("a b/cé"));
        assert_eq!(percent_decode("100%").as_deref(), Some("100%"));
        assert_eq!(percent_decode("%2541").as_deref(), Some("%41"));
        assert_eq!(percent_decode("%é").as_deref(), Some("%é"));
        assert_eq!(percent_decode("%ff"), None);
    }
}
