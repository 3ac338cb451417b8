//! JSONPath expressions (RFC 9535), parsed and evaluated only here, within limits.

use serde_json_path::{JsonPath, PathElement};

use crate::limits::{Limits, height, weight};
use crate::{Diagnostic, Node, Origin};

/// An expression that selects places of a document.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// The expression as written.
    pub(super) text: &'a str,
    pub(super) origin: Origin,
    path: JsonPath,
    costs: Costs,
}

/// The steps from the root to a place.
pub(super) type Place = Vec<Step>;

/// Ordered so that an element sorts after those before it in its array, and after its container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

impl Step {
    /// The name of a member; empty for an element.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Index(_) => "",
        }
    }
}

/// Why a string is no JSONPath, and the byte at which it isn't.
pub(super) type Malformed = (usize, String);

impl<'a> Target<'a> {
    pub(super) fn parse(text: &'a str, origin: Origin, limits: &Limits) -> Result<Self, Malformed> {
        let costs = Costs::of(text, limits)?;
        if !text.starts_with('$') {
            return Err((0, "a JSONPath begins with `$`".to_owned()));
        }
        let path = JsonPath::parse(text).map_err(|error| (error.position(), error.message().to_owned()))?;
        Ok(Self { text, origin, path, costs })
    }

    /// All selected places, each once: inner places before their containers, and the later elements of an array before
    /// the earlier ones, so that no change moves a place that comes after it.
    pub(super) fn places(&self, document: &Node, limits: &Limits) -> Result<Vec<Place>, Diagnostic> {
        if self.costs.steps(document) > limits.target_steps {
            return Err(Diagnostic::new(
                "overlay-target-too-expensive",
                format!("`{}` takes more than {} steps", self.text, limits.target_steps),
            )
            .at(self.origin, "on a document of this size")
            .help(
                "name the places more closely: each `..` looks at everything below, and filters do so for each place",
            ));
        }
        let json = document.to_json();
        let found = self.path.query_located(&json);
        let mut places: Vec<Place> = found.locations().map(|location| location.iter().map(step).collect()).collect();
        places.sort();
        places.dedup();
        places.reverse();
        Ok(places)
    }
}

fn step(element: &PathElement<'_>) -> Step {
    match element {
        PathElement::Name(name) => Step::Name((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    }
}

/// The JSON pointer to a place, as a URI fragment.
pub(super) fn pointer(place: &[Step]) -> String {
    let mut pointer = String::from("#");
    for step in place {
        pointer.push('/');
        match step {
            Step::Name(name) => pointer.push_str(&crate::source::escape_pointer(name)),
            Step::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

/// The factors of an expression's cost. An estimate from above: overlays written by hand stay far below the limit.
#[derive(Clone, Copy, Debug)]
struct Costs {
    /// Occurrences of `..`, which visits everything below; again for each place that the one before it found.
    descents: i32,
    /// Occurrences of `$` inside filters, followed by `..`: the whole document for each candidate.
    whole_documents: i32,
    /// The selectors of each bracket multiplied: `['a','a']['a','a']` finds one place four times.
    selectors: f64,
    /// The factor of all regular expressions.
    patterns: f64,
}

impl Costs {
    /// Reads an expression, whose length and nesting are limited: the parser recurses, and tries alternatives at each
    /// level.
    fn of(text: &str, limits: &Limits) -> Result<Self, Malformed> {
        if text.len() > limits.target_length {
            return Err((0, format!("it is longer than {} bytes", limits.target_length)));
        }
        let mut costs = Self { descents: 0, whole_documents: 0, selectors: 1.0, patterns: 1.0 };
        // The number of selectors of each open bracket so far.
        let mut open: Vec<f64> = Vec::new();
        let mut is_absolute = false;
        let mut quote = None;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match (quote, character) {
                (Some(_), '\\') => {
                    characters.next();
                }
                (Some(end), close) if end == close => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(character),
                (None, '(' | '[') => {
                    open.push(1.0);
                    if open.len() > limits.target_nesting {
                        return Err((at, format!("brackets nest deeper than {} levels", limits.target_nesting)));
                    }
                }
                (None, ',') => open.iter_mut().for_each(|count| *count += 1.0),
                (None, ')' | ']') => costs.selectors *= open.pop().unwrap_or(1.0),
                (None, '$') => is_absolute = true,
                (None, '@') => is_absolute = false,
                (None, '.') if characters.next_if(|(_, next)| *next == '.').is_some() => match open.is_empty() {
                    false if is_absolute => costs.whole_documents += 1,
                    _ => costs.descents += 1,
                },
                _ => {}
            }
        }
        let calls = text.matches("match(").count() + text.matches("search(").count();
        // A large repetition makes a large automaton, which is built anew for each candidate.
        let repeats = text.as_bytes().windows(3).any(|three| matches!(three, [b'{' | b',', b'0'..=b'9', b'0'..=b'9']));
        costs.patterns = (if repeats { 1000_f64 } else { 20.0 }).powi(i32::try_from(calls).unwrap_or(i32::MAX));
        Ok(costs)
    }

    fn steps(&self, document: &Node) -> f64 {
        let (values, levels) = (weight(document) as f64, height(document) as f64 + 1.0);
        let descents = levels.powi((self.descents - 1).max(0));
        values * descents * values.powi(self.whole_documents) * self.selectors * self.patterns
    }
}
