//! Parses JSON to a tree, as strictly as RFC 8259.

use std::str::FromStr;

use indexmap::map::Entry;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Number;

use super::text;
use crate::diagnostic::excess::{too_deep, too_large, too_long};
use crate::limits::Limits;
use crate::source::{SourceId, Step};
use crate::{Diagnostic, Diagnostics, Node, Object, Origin, Sources, Value};

/// Why a file is refused.
#[derive(Debug)]
pub(super) enum Failure {
    /// The file isn't JSON.
    Syntax(Box<Diagnostic>),
    /// The file is JSON, but has problems or passes a limit.
    Content(Diagnostics),
}

/// The nesting limit of jsonc-parser, which can't be set.
const PARSER_DEPTH: usize = 512;

/// Parses the text of a source.
pub(super) fn parse(sources: &mut Sources, source: SourceId, limits: &Limits) -> Result<Node, Failure> {
    // A copy: the AST borrows from the text, and building the tree adds marks to the sources that own it.
    let text = sources.text(source).to_owned();
    match scan(&text, limits.values) {
        Ok(()) => {}
        Err((at, Some(message))) => return Err(syntax_error(sources, source, at..at + 1, message)),
        Err((at, None)) => {
            let origin = text::spot(sources, source, at..at + 1);
            return Err(Failure::Content(too_large(limits.values).at(origin, VALUES_UP_TO_HERE).into()));
        }
    }
    let parsed = match parse_to_ast(&text, &CollectOptions::default(), &strict()) {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let span = error.range().start..error.range().end;
            if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) {
                let origin = text::spot(sources, source, span);
                return Err(Failure::Content(too_deep(limits.depth.min(PARSER_DEPTH)).at(origin, "here").into()));
            }
            return Err(syntax_error(sources, source, span, &error.kind().to_string()));
        }
    };
    let Some(value) = parsed else {
        return Err(syntax_error(sources, source, 0..0, "the file is empty"));
    };

    let root = sources.mark(source, text::first_line(&text), None, Step::Root);
    let mut builder = Builder { sources, source, limits, nodes: 0, problems: Diagnostics::default() };
    let value = builder.value(value, root, Depth::default());
    builder.problems.into_result().map_err(Failure::Content)?;
    Ok(Node { value, origin: root })
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn syntax_error(sources: &mut Sources, source: SourceId, span: std::ops::Range<usize>, message: &str) -> Failure {
    let origin = text::spot(sources, source, span);
    let mut label = message.to_owned();
    if let Some(first) = label.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    let problem = Diagnostic::new("json-syntax", format!("{} is not valid JSON", sources.name(source)))
        .at(origin, label)
        .help("fix the syntax at this place");
    Failure::Syntax(Box::new(problem))
}

const VALUES_UP_TO_HERE: &str = "the values up to here are too many";

/// Finds what the parser accepts although JSON doesn't: control characters in strings, and white space other than
/// JSON's between tokens. An error without a message is the place where there are too many values for the parser's
/// memory.
fn scan(text: &str, max_values: usize) -> Result<(), (usize, Option<&'static str>)> {
    let mut in_string = false;
    let mut commas = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                bytes.next();
            }
            b',' if !in_string => {
                commas += 1;
                if commas > max_values {
                    return Err((at, None));
                }
            }
            0..0x20 if in_string => return Err((at, Some("control characters must be escaped inside of strings"))),
            b'\t' | b'\n' | b'\r' => {}
            0..0x20 | 0x7f.. if !in_string => return Err((at, Some("unexpected character"))),
            _ => {}
        }
    }
    Ok(())
}

/// The depth of a value.
#[derive(Clone, Copy, Default)]
struct Depth {
    levels: usize,
    /// The length of its JSON pointer.
    pointer: usize,
}

impl Depth {
    fn below(self, step: usize) -> Self {
        Self { levels: self.levels + 1, pointer: self.pointer + 1 + step }
    }
}

struct Builder<'a> {
    sources: &'a mut Sources,
    source: SourceId,
    limits: &'a Limits,
    nodes: usize,
    problems: Diagnostics,
}

impl Builder<'_> {
    fn value(&mut self, value: ast::Value<'_>, origin: Origin, depth: Depth) -> Value {
        self.nodes += 1;
        if self.nodes > self.limits.values {
            if self.nodes == self.limits.values + 1 {
                self.problem(too_large(self.limits.values).at(origin, VALUES_UP_TO_HERE));
            }
            return Value::Null;
        }
        match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::StringLit(literal) => Value::String(literal.value.into_owned()),
            ast::Value::NumberLit(literal) => self.number(literal.value, origin),
            ast::Value::Array(_) | ast::Value::Object(_) if depth.levels >= self.limits.depth => {
                self.problem(too_deep(self.limits.depth).at(origin, "here"));
                Value::Null
            }
            ast::Value::Array(array) => self.array(array, origin, depth),
            ast::Value::Object(object) => self.object(object, origin, depth),
        }
    }

    fn number(&mut self, text: &str, origin: Origin) -> Value {
        match Number::from_str(text) {
            Ok(number) => Value::Number(number),
            Err(_) => {
                self.problem(
                    Diagnostic::new("number-out-of-range", format!("the number {text} is too large"))
                        .at(origin, "doesn't fit into 64 bits")
                        .help("write a smaller number, or a string"),
                );
                Value::Null
            }
        }
    }

    fn array(&mut self, array: ast::Array<'_>, parent: Origin, depth: Depth) -> Value {
        let mut items = Vec::with_capacity(array.elements.len());
        for (index, element) in array.elements.into_iter().enumerate() {
            let span = element.start()..element.end();
            let step = Step::Index(u32::try_from(index).unwrap_or(u32::MAX));
            let origin = self.sources.mark(self.source, span, Some(parent), step);
            items.push(Node { value: self.value(element, origin, depth.below(8)), origin });
        }
        Value::Array(items)
    }

    fn object(&mut self, object: ast::Object<'_>, parent: Origin, depth: Depth) -> Value {
        let mut members = Object::with_capacity_and_hasher(object.properties.len(), Default::default());
        for property in object.properties {
            let key_span = property.name.start()..property.name.end();
            let span = match &property.value {
                ast::Value::Object(_) | ast::Value::Array(_) => key_span.clone(),
                scalar => scalar.start()..scalar.end(),
            };
            let key = property.name.into_string();
            let origin = self.sources.mark(self.source, span, Some(parent), Step::Key(key.clone()));
            let depth = depth.below(key.len());
            if depth.pointer > self.limits.pointer {
                self.problem(too_long(self.limits.pointer).at(origin, "this key"));
                continue;
            }
            let node = Node { value: self.value(property.value, origin, depth), origin };
            match members.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(node);
                }
                Entry::Occupied(entry) => {
                    let step = Step::Key(entry.key().clone());
                    let again = self.sources.mark(self.source, key_span, Some(parent), step);
                    let problem = duplicate_key(entry.key(), again, entry.get().origin);
                    self.problem(problem);
                }
            }
        }
        Value::Object(members)
    }

    fn problem(&mut self, problem: Diagnostic) {
        if self.problems.0.len() < self.limits.problems {
            self.problems.push(problem);
        }
    }
}

/// The problem of a key that occurs twice in one object.
pub(super) fn duplicate_key(key: &str, again: Origin, first: Origin) -> Diagnostic {
    Diagnostic::new("duplicate-key", format!("the key `{key}` stands twice in one object"))
        .at(again, "here again")
        .related(first, "first here")
        .help("remove one of the two, or merge them; readers disagree on which one counts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Sources, Result<Node, Failure>) {
        read_within(&Limits::default(), text)
    }

    fn read_within(limits: &Limits, text: &str) -> (Sources, Result<Node, Failure>) {
        let mut sources = Sources::new();
        let source = sources.add("a.json", text);
        let result = parse(&mut sources, source, limits);
        (sources, result)
    }

    fn problems(text: &str) -> (Sources, Vec<Diagnostic>) {
        problems_within(&Limits::default(), text)
    }

    fn problems_within(limits: &Limits, text: &str) -> (Sources, Vec<Diagnostic>) {
        match read_within(limits, text) {
            (sources, Err(Failure::Syntax(problem))) => (sources, vec![*problem]),
            (sources, Err(Failure::Content(problems))) => (sources, problems.0),
            (_, Ok(node)) => panic!("{text} is taken as {node:?}"),
        }
    }

    #[test]
    fn values_keep_their_order_and_precision() {
        let text = r#"{"b": [1, -2, 1.5, 18446744073709551615], "a": {"x": null, "y": true, "z": "\u00e9\n"}}"#;
        let node = read(text).1.unwrap();
        assert_eq!(node.to_pretty_json().split_whitespace().collect::<String>(), {
            r#"{"b":[1,-2,1.5,18446744073709551615],"a":{"x":null,"y":true,"z":"é\n"}}"#
        });
    }

    #[test]
    fn scalars_have_the_place_of_their_value_and_containers_of_their_key() {
        let (sources, node) = read("{\n  \"a\": {\n    \"b\": 1,\n    \"c\": [\n      {}]}}");
        let node = node.unwrap();
        let place = |pointer: &str| sources.place(node.pointer(pointer).unwrap().origin);
        assert_eq!((place("").line, place("").column, place("").pointer.as_str()), (1, 1, "#"));
        assert_eq!((place("/a").line, place("/a").column), (2, 3));
        assert_eq!((place("/a/b").line, place("/a/b").column), (3, 10));
        assert_eq!((place("/a/c").line, place("/a/c").column), (4, 5));
        assert_eq!((place("/a/c/0").line, place("/a/c/0").column), (5, 7));
        assert_eq!(place("/a/c/0").pointer, "#/a/c/0");
    }

    #[test]
    fn deviations_from_strict_json_are_syntax_errors_with_their_place() {
        for (text, place) in [
            ("", "a.json:1:1"),
            ("{\"a\": 1,}", "a.json:1:8"),
            ("{\"a\": 1\n \"b\": 2}", "a.json:1:8"),
            ("[1, // one\n2]", "a.json:1:5"),
            ("{a: 1}", "a.json:1:2"),
            ("{'a': 1}", "a.json:1:2"),
            ("[01]", "a.json:1:3"),
            ("[+1]", "a.json:1:2"),
            ("[.5]", "a.json:1:2"),
            ("[0x1]", "a.json:1:2"),
            ("[NaN]", "a.json:1:2"),
            ("{} {}", "a.json:1:4"),
            ("[\"a\nb\"]", "a.json:1:4"),
            ("[1,\u{a0}2]", "a.json:1:4"),
            ("[1,\u{c}2]", "a.json:1:4"),
            ("{\"a\": ", "a.json:1:7"),
            ("[\"\\ud800\"]", "a.json:1:3"),
        ] {
            let (sources, problems) = problems(text);
            assert_eq!(problems[0].code, "json-syntax", "{text:?}");
            let (origin, _) = problems[0].primary.as_ref().unwrap();
            assert_eq!(sources.place(*origin).to_string(), place, "{text:?}: {problems:?}");
            assert_eq!(sources.place(*origin).pointer, "");
        }
    }

    #[test]
    fn all_duplicate_keys_are_reported_with_their_first_place() {
        let (sources, problems) = problems("{\"a\": 1,\n \"b\": {\"c\": 1, \"\\u0063\": 2},\n \"a\": 2}");
        let seen: Vec<_> = problems
            .iter()
            .map(|problem| {
                let place = sources.place(problem.primary.as_ref().unwrap().0);
                (problem.code, place.to_string(), place.pointer, sources.place(problem.related[0].0).line)
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("duplicate-key", "a.json:2:16".into(), "#/b/c".into(), 2),
                ("duplicate-key", "a.json:3:2".into(), "#/a".into(), 1),
            ]
        );
    }

    #[test]
    fn depth_is_limited() {
        let limits = Limits { depth: 5, ..Limits::default() };
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            assert!(read_within(&limits, &nested(5)).1.is_ok());
            let problem = &problems_within(&limits, &nested(6)).1[0];
            assert_eq!((problem.code, problem.message.as_str()), ("too-deep", "this nests deeper than 5 levels"));
            // The parser's own limit, which protects its stack.
            for text in [nested(100_000), open.repeat(100_000)] {
                let problem = &problems(&text).1[0];
                assert_eq!((problem.code, problem.message.as_str()), ("too-deep", "this nests deeper than 256 levels"));
            }
            let problem = &problems_within(&Limits { depth: 1000, ..limits.clone() }, &nested(600)).1[0];
            assert_eq!((problem.code, problem.message.as_str()), ("too-deep", "this nests deeper than 512 levels"));
        }
    }

    #[test]
    fn the_number_of_values_is_limited() {
        let limits = Limits { values: 10, ..Limits::default() };
        assert!(read_within(&limits, "[0,0,0,0,0,0,0,0,0]").1.is_ok());
        // One value too many is found while building the tree; many more are found by the scan before.
        for text in [format!("[{}0]", "0,".repeat(9)), format!("[{}0]", "0,".repeat(11))] {
            let problem = &problems_within(&limits, &text).1[0];
            assert_eq!((problem.code, problem.message.as_str()), ("too-large", "this expands to more than 10 values"));
        }
    }

    #[test]
    fn the_length_of_pointers_is_limited() {
        let limits = Limits { pointer: 20, ..Limits::default() };
        let nested = |length: usize| format!("{{\"{0}\": {{\"{0}\": 1}}}}", "a".repeat(length));
        assert!(read_within(&limits, &nested(9)).1.is_ok());
        let problem = &problems_within(&limits, &nested(10)).1[0];
        assert_eq!(problem.code, "too-long");
        assert_eq!(problem.message, "the JSON pointer to this is longer than 20 bytes");
    }

    #[test]
    fn the_number_of_problems_is_limited() {
        let limits = Limits { problems: 3, ..Limits::default() };
        assert_eq!(problems_within(&limits, "[1e999, 1e999, 1e999, 1e999]").1.len(), 3);
    }

    #[test]
    fn a_number_beyond_64_bits_is_an_error() {
        assert_eq!(problems("[1e999]").1[0].code, "number-out-of-range");
    }
}
