//! Strings that are named like secrets, without the type of secrets.

use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::lower::secret_names::is_secret_name;
use crate::lower::walk::every_schema_mut;
use crate::lower::work::Work;

/// Notes them.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, plan, .. } = work;
    every_schema_mut(document, &mut |_, schema| {
        for (name, property) in schema.members("properties") {
            let plain = property.get_str("type") == Some("string") && property.get("enum").is_none();
            if plain && is_secret_name(name) {
                let text = match plan.strictness {
                    Strictness::Strict => format!("`{name}` is a plain string; list it if it is a secret"),
                    Strictness::Lenient => format!("`{name}` is named like a secret, and stays a plain string"),
                };
                cx.note(&rule::UNLISTED_SECRET, property.origin, text);
            }
        }
    });
}
