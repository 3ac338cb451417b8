//! Strings of formats that have types of the runtime.

use crate::Node;
use crate::lower::rule;
use crate::lower::runtime_types::{LENIENT, TIMESTAMP, is_string_of, retype};
use crate::lower::work::Work;

/// Gives points in time their type, and other strings with a form lenient types: the generator's types refuse values of
/// another form.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let is_timestamp = |schema: &Node| is_string_of(schema, "date-time");
    retype(cx, document, &rule::TIMESTAMP, TIMESTAMP, &|_| true, &is_timestamp);
    for (name, format) in LENIENT {
        // The values of an enum are known already.
        let is_text = |schema: &Node| is_string_of(schema, format) && schema.get("enum").is_none();
        retype(cx, document, &rule::LENIENT, name, &|_| true, &is_text);
    }
}
