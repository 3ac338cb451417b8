//! Strings: by pattern, by format, or made of words.

use super::merged::Merged;
use super::random::Random;
use super::{Place, pattern};

const WORDS: [&str; 12] =
    ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper", "kelp", "lumen"];

/// Strings that are special in some language or library.
const EDGE_CASES: [&str; 10] = ["", "null", "true", "-0", "1e999", "[]", "{}", "\u{0}", "../..", "a\u{301}\u{202e}"];

/// A string; with `edge_cases` it may be one of [`EDGE_CASES`].
pub(super) fn string(
    merged: &Merged<'_>,
    place: Place,
    edge_cases: bool,
    random: &mut Random,
) -> Result<String, String> {
    let fits = |text: &str| {
        let length = text.chars().count();
        length >= merged.min_length.unwrap_or(0) && length <= merged.max_length.unwrap_or(usize::MAX)
    };
    if merged.patterns.is_empty() {
        let text = match merged.formats.iter().find_map(|format| by_format(format, random)) {
            Some(text) => text,
            None if edge_cases && random.below(4) == 0 => (*random.pick(&EDGE_CASES)).to_owned(),
            None => words(place, random),
        };
        return Ok(stretch(text, merged, random));
    }
    let mut problem = String::new();
    for _ in 0..30 {
        match pattern::matching(merged.patterns[0], random) {
            Ok(text) if fits(&text) => return Ok(text),
            Ok(text) => {
                let text = stretch(text, merged, random);
                if pattern::matches(merged.patterns[0], &text) {
                    return Ok(text);
                }
                problem = format!("no text of the right length was found for the pattern `{}`", merged.patterns[0]);
            }
            Err(error) => {
                problem = error;
                break;
            }
        }
    }
    let samples = merged.samples.iter().filter_map(|sample| sample.as_str());
    match samples.filter(|sample| fits(sample)).find(|sample| pattern::matches(merged.patterns[0], sample)) {
        Some(sample) => Ok(sample.to_owned()),
        None => Err(problem),
    }
}

fn words(place: Place, random: &mut Random) -> String {
    let one = *random.pick(&WORDS);
    let other = *random.pick(&WORDS);
    match place {
        Place::Body => match random.below(6) {
            0 => format!("{one} \"{other}\" \\ \n\t€ 😀"),
            1 => format!("{one}/{other}?&=#%20+"),
            _ => format!("{one} {other}"),
        },
        Place::Form => match random.below(6) {
            0 => format!("{one} & {other}=+#%20/?é"),
            1 => format!("{one}:{other}@x;y"),
            _ => format!("{one} {other}"),
        },
        Place::Path => match random.below(6) {
            0 => format!("{one} {other}/x?y#z%41+é"),
            1 => format!("{one}:{other}@x;y=1"),
            _ => format!("{one}-{other}"),
        },
        Place::Header => format!("{one} ({other}); q=\"1\""),
    }
}

/// Extends or cuts a string to the required length.
fn stretch(text: String, merged: &Merged<'_>, random: &mut Random) -> String {
    let mut text = text;
    let least = merged.min_length.unwrap_or(0);
    while text.chars().count() < least {
        let word = *random.pick(&WORDS);
        text.push_str(word);
    }
    if let Some(most) = merged.max_length {
        let enough = if text.chars().count() > most { most } else { text.chars().count() };
        text = text.chars().take(enough).collect();
        // The end must not be a space that a server may trim.
        if text.ends_with(' ') {
            text.pop();
            text.push('x');
        }
    }
    text
}

fn by_format(format: &str, random: &mut Random) -> Option<String> {
    let (one, other) = (*random.pick(&WORDS), *random.pick(&WORDS));
    let (n, m) = (random.below(9), random.below(256));
    Some(match format {
        "date-time" => match random.below(3) {
            0 => format!("20{}{n}-0{}-1{n}T0{n}:3{n}:2{n}+02:00", 1 + random.below(3), 1 + n),
            1 => format!("20{}{n}-0{}-1{n}T1{n}:3{n}:2{n}.{:03}Z", 1 + random.below(3), 1 + n, 1 + m),
            _ => format!("20{}{n}-0{}-2{n}T0{n}:0{n}:0{n}Z", 1 + random.below(2), 1 + n),
        },
        "date" => format!("20{}{n}-0{}-1{n}", 1 + random.below(3), 1 + n),
        "time" => format!("0{n}:1{n}:2{n}Z"),
        "duration" => format!("P{}DT{}H", 1 + n, 1 + n),
        "email" | "idn-email" => format!("{one}.{other}+{n}@example.com"),
        "hostname" | "idn-hostname" => format!("{one}-{n}.{other}.example"),
        "ipv4" => format!("192.0.2.{m}"),
        "ipv6" => format!("2001:db8::{m:x}"),
        "uri" | "url" | "iri" => format!("https://{one}.example.com/{other}?a={n}&b=%20c"),
        "uri-reference" | "iri-reference" => format!("/{one}/{other}?a={n}"),
        "uri-template" => format!("https://{one}.example/{{{other}}}"),
        "uuid" | "uuid4" | "uuid3" | "uuid5" => {
            let (high, low) = (random.number(), random.number());
            let part = |bits: u64, mask: u64| bits & mask;
            format!(
                "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                part(high >> 32, 0xffff_ffff),
                part(high >> 16, 0xffff),
                part(high, 0xfff),
                part(low >> 48, 0xfff),
                part(low, 0xffff_ffff_ffff)
            )
        }
        "byte" | "base64" => (*random.pick(&["aGVsbG8=", "AAEC/w==", "eHl6", "8J+YgA=="])).to_owned(),
        "json-pointer" => format!("/{one}/{n}"),
        "relative-json-pointer" => format!("{n}/{one}"),
        "regex" => format!("^{one}+$"),
        _ => return None,
    })
}
