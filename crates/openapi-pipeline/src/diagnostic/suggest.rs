//! The wording of messages: lists that stay short, and similar names.

/// Names of more bytes than this are not compared: the comparison is quadratic, and such names aren't typed by hand.
const MAX_LENGTH: usize = 200;

/// At most `limit` names in backticks, and the number of the others.
pub(crate) fn listing<'a>(names: impl Iterator<Item = &'a str>, limit: usize) -> String {
    let mut shown = Vec::new();
    let mut more = 0_usize;
    for name in names {
        if shown.len() < limit {
            shown.push(format!("`{name}`"));
        } else {
            more += 1;
        }
    }
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// A help text: the names closest to `wanted`, or the known ones when none is close.
pub(crate) fn did_you_mean(wanted: &str, what: &str, known: &mut dyn Iterator<Item = &str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let mut close: Vec<(usize, &str)> =
        known.iter().filter_map(|name| closeness(wanted, name).map(|distance| (distance, *name))).collect();
    close.sort_unstable();
    if !close.is_empty() {
        return format!("did you mean {}?", listing(close.iter().map(|(_, name)| *name), 3));
    }
    if known.is_empty() {
        return format!("there is no {what} at all");
    }
    format!("there are: {}", listing(known.into_iter(), 12))
}

/// The name that is closest to `wanted`, if any is close; of several the first in the alphabet.
pub(crate) fn closest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.filter_map(|name| Some((closeness(wanted, name)?, name))).min().map(|(_, name)| name)
}

/// The edit distance of two names, if they are close: spelled alike, or one within the other. Case doesn't matter.
///
/// ```
/// use openapi_pipeline::diagnostic::closeness;
///
/// assert_eq!(closeness("Sesion", "Session"), Some(1));
/// assert_eq!(closeness("User", "Session"), None);
/// ```
pub fn closeness(wanted: &str, name: &str) -> Option<usize> {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    if wanted.len().max(name.len()) > MAX_LENGTH {
        return None;
    }
    let distance = strsim::levenshtein(&wanted, &name);
    let longest = wanted.chars().count().max(name.chars().count());
    let within = wanted.chars().count() > 3 && (name.contains(&wanted) || wanted.contains(&name)) && name.len() > 3;
    (distance * 3 <= longest || within).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_come_first_and_lists_stay_short() {
        let known = ["Authentication", "Endpoint", "Message"];
        let text = did_you_mean("authentification", "tag", &mut known.into_iter());
        assert_eq!(text, "did you mean `Authentication`?");
        let text = did_you_mean("zzz", "tag", &mut known.into_iter());
        assert_eq!(text, "there are: `Authentication`, `Endpoint`, `Message`");
        assert_eq!(did_you_mean("zzz", "tag", &mut std::iter::empty()), "there is no tag at all");
        assert_eq!(listing(["a", "b", "c"].into_iter(), 2), "`a`, `b` and 1 more");
    }

    #[test]
    fn similar_names_are_close_whatever_their_case() {
        let names = ["HTTPValidationError", "User"];
        assert_eq!(closest("HttpValidationErr", names.into_iter()), Some("HTTPValidationError"));
        assert_eq!(closest("Use", names.into_iter()), Some("User"));
        assert_eq!(closest("Session", names.into_iter()), None);
        let long = "a".repeat(100_000);
        assert_eq!(closest(&long, std::iter::once(long.as_str())), None, "too long to be compared");
    }
}
