//! Formats that the drafts don't know, or not as OpenAPI means them.

use jsonschema::ValidationOptions;

/// Adds them.
pub(super) fn register(options: ValidationOptions<'_>) -> ValidationOptions<'_> {
    options.with_format("uuid", is_uuid).with_format("date", is_date).with_format("byte", is_base64)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let separated = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    separated
        && part(0, 4).is_some()
        && part(5, 7).is_some_and(|month| (1..=12).contains(&month))
        && part(8, 10).is_some_and(|day| (1..=31).contains(&day))
}

fn is_base64(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
        && text.len() - letters.len() <= 2
}
