//! Parses YAML to a tree, built from the parser's events without recursion.

mod frame;

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use self::frame::{Frame, Key};
use super::{scalar, text};
use crate::diagnostic::excess::{too_deep, too_large, too_long};
use crate::limits::{Limits, text_weight as weight};
use crate::source::{SourceId, Step};
use crate::{Diagnostic, Diagnostics, Node, Object, Origin, Sources, Value};

/// Parses the text of a source.
pub(super) fn parse(sources: &mut Sources, source: SourceId, limits: &Limits) -> Result<Node, Diagnostics> {
    // A copy: the events borrow from the text, and using them adds marks to the sources that own it.
    let text = sources.text(source).to_owned();
    let mut builder = Builder::new(sources, source, limits, &text);
    let result = builder.run(&text);
    let mut problems = builder.problems;
    match result {
        Ok(root) => problems.into_result().map(|()| root),
        Err(problem) => {
            problems.push(*problem);
            Err(problems)
        }
    }
}

/// A node with an anchor, kept for its aliases.
struct Anchored {
    node: Node,
    weight: usize,
    height: usize,
}

/// A finished node, to be attached to its parent.
struct Finished {
    node: Node,
    /// Nesting levels of objects and arrays in it.
    height: usize,
}

type Fallible<T> = Result<T, Box<Diagnostic>>;

struct Builder<'a> {
    sources: &'a mut Sources,
    source: SourceId,
    limits: &'a Limits,
    first_line: Range<usize>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    root: Option<Node>,
    documents: usize,
    weight: usize,
    aliased: usize,
    problems: Diagnostics,
}

impl<'a> Builder<'a> {
    fn new(sources: &'a mut Sources, source: SourceId, limits: &'a Limits, text: &str) -> Self {
        Self {
            sources,
            source,
            limits,
            first_line: text::first_line(text),
            frames: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            documents: 0,
            weight: 0,
            aliased: 0,
            problems: Diagnostics::default(),
        }
    }

    fn run(&mut self, text: &str) -> Fallible<Node> {
        let mut options = granit_parser::options! {
            // Our own limit is the lower one, so that its message is shown.
            flow_nesting_limit: self.limits.depth.saturating_mul(2),
            block_nesting_limit: self.limits.depth.saturating_mul(2),
        };
        options.set_emit_comments(false);
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(text, options);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.syntax_error(&error))?;
            self.event(event, span)?;
        }
        match self.root.take() {
            Some(root) => Ok(root),
            None => {
                let message = format!("{} is empty", self.sources.name(self.source));
                Err(self.error(
                    "yaml-syntax",
                    message,
                    0..0,
                    "there is nothing here".into(),
                    "write a document into it",
                ))
            }
        }
    }

    fn syntax_error(&mut self, error: &ScanError) -> Box<Diagnostic> {
        let at = error.marker().byte_offset().unwrap_or(0);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            let origin = text::spot(self.sources, self.source, at..at + 1);
            return Box::new(too_deep(self.limits.depth).at(origin, "here"));
        }
        let message = format!("{} is not valid YAML", self.sources.name(self.source));
        self.error("yaml-syntax", message, at..at + 1, error.info(), "fix the syntax at this place")
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Fallible<()> {
        let place = span.byte_range().unwrap_or(0..0);
        let tag_place = span.tag_span().and_then(|tag| tag.byte_range()).unwrap_or(place.clone());
        match event {
            Event::DocumentStart(..) => self.document(place),
            Event::Scalar(text, style, anchor, tag) => {
                // The parser writes a tilde for an empty scalar.
                let text = if style == ScalarStyle::Plain && place.is_empty() { "".into() } else { text };
                if self.expects_key() {
                    self.scalar_key(&text, style, anchor, tag.as_deref(), place)
                } else {
                    self.scalar(&text, style, anchor, tag.as_deref(), place, tag_place)
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.known_tag(tag.as_deref(), "seq", tag_place)?;
                self.open(Frame::sequence(anchor), place)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.known_tag(tag.as_deref(), "map", tag_place)?;
                self.open(Frame::mapping(anchor), place)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, place),
            _ => Ok(()),
        }
    }

    fn document(&mut self, place: Range<usize>) -> Fallible<()> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let message = "there are several YAML documents in one file";
        Err(self.error("several-documents", message, place, "the second one begins here".into(), "keep one of them"))
    }

    fn expects_key(&self) -> bool {
        self.frames.last().is_some_and(Frame::expects_key)
    }

    fn scalar_key(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        place: Range<usize>,
    ) -> Fallible<()> {
        // JSON keys are strings whatever the type in YAML: `200` and `"200"` are the same response.
        if tag.is_some_and(|tag| tag.is_custom() && !is_non_specific(tag)) {
            return Err(self.unknown_tag(tag, place));
        }
        if style == ScalarStyle::Plain && text.is_empty() {
            let help = "write the key, or quote it if it shall be the empty string";
            return Err(self.error("empty-key", "a key is empty", place, "there is no key here".into(), help));
        }
        if anchor != 0 {
            let origin = text::spot(self.sources, self.source, place.clone());
            let anchored = Anchored { node: Node::new(text, origin), weight: weight(text), height: 0 };
            self.anchors.insert(anchor, anchored);
        }
        let merges = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
        self.key(Key { text: text.to_owned(), place, merges })
    }

    fn key(&mut self, key: Key) -> Fallible<()> {
        self.spend(key.text.len() / 64, &key.place)?;
        if self.frames.last().is_some_and(|frame| frame.pointer + 1 + key.text.len() > self.limits.pointer) {
            let origin = text::spot(self.sources, self.source, key.place);
            return Err(Box::new(too_long(self.limits.pointer).at(origin, "this key")));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(key);
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        place: Range<usize>,
        tag_place: Range<usize>,
    ) -> Fallible<()> {
        let weight = weight(text);
        self.spend(weight, &place)?;
        let origin = self.origin(place.clone(), false);
        let resolved = match tag {
            None if style == ScalarStyle::Plain => scalar::resolve(text),
            None => Ok(Value::String(text.to_owned())),
            Some(tag) if is_non_specific(tag) => Ok(Value::String(text.to_owned())),
            Some(tag) => match tag.core_suffix() {
                None | Some("map" | "seq") => return Err(self.unknown_tag(Some(tag), tag_place)),
                Some(name) => match scalar::resolve_tagged(name, text) {
                    Some(resolved) => resolved,
                    None => {
                        let message = format!("the tag `!!{name}` doesn't fit this value");
                        let help = "correct the value, or remove the tag";
                        return Err(self.error("wrong-tag", message, place, format!("this is no {name}"), help));
                    }
                },
            },
        };
        let value = match resolved {
            Ok(value) => value,
            Err(label) => {
                let message = format!("the number {text} can't be used");
                let help = "write a number that fits, or quote it to make it a string";
                let problem = Diagnostic::new("number-out-of-range", message).at(origin, label).help(help);
                self.problem(problem);
                Value::Null
            }
        };
        let node = Node { value, origin };
        self.remember(anchor, &node, weight, 0, &place)?;
        self.attach(Finished { node, height: 0 })
    }

    fn open(&mut self, mut frame: Frame, place: Range<usize>) -> Fallible<()> {
        if self.expects_key() {
            return Err(self.complex_key(place));
        }
        if self.frames.len() >= self.limits.depth {
            let origin = text::spot(self.sources, self.source, place);
            return Err(Box::new(too_deep(self.limits.depth).at(origin, "here")));
        }
        self.spend(1, &place)?;
        frame.origin = Some(self.origin(place.clone(), true));
        frame.pointer = self.frames.last().map_or(0, Frame::pointer_below);
        frame.place = place;
        frame.weight_before = self.weight;
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Fallible<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let (anchor, place, height) = (frame.anchor, frame.place.clone(), frame.height + 1);
        let weight = self.weight - frame.weight_before + 1;
        let Some(node) = frame.finish() else { return Ok(()) };
        self.remember(anchor, &node, weight, height, &place)?;
        self.attach(Finished { node, height })
    }

    /// Keeps a copy of a node for its aliases. The copy counts, because anchors may nest.
    fn remember(
        &mut self,
        anchor: usize,
        node: &Node,
        weight: usize,
        height: usize,
        place: &Range<usize>,
    ) -> Fallible<()> {
        if anchor == 0 {
            return Ok(());
        }
        self.spend_on_aliases(weight, place)?;
        self.anchors.insert(anchor, Anchored { node: node.clone(), weight, height });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, place: Range<usize>) -> Fallible<()> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            let help = "write the inner value out; a document can't contain itself";
            let label = "this stands inside of what it refers to".into();
            return Err(self.error("recursive-alias", "an alias refers to a value around it", place, label, help));
        };
        let (weight, height) = (anchored.weight, anchored.height);
        if self.expects_key() {
            return match &anchored.node.value {
                Value::String(text) => self.key(Key { text: text.clone(), place, merges: false }),
                _ => Err(self.complex_key(place)),
            };
        }
        if self.frames.len() + height > self.limits.depth {
            let origin = text::spot(self.sources, self.source, place);
            return Err(Box::new(too_deep(self.limits.depth).at(origin, "by what this alias stands for")));
        }
        self.spend_on_aliases(weight, &place)?;
        self.spend(weight, &place)?;
        let Some(Anchored { node: Node { value, .. }, .. }) = self.anchors.get(&anchor) else { return Ok(()) };
        let value = value.clone();
        // The origin of the value is the alias; its parts keep the origins of the anchored value.
        let origin = self.origin(place, false);
        self.attach(Finished { node: Node { value, origin }, height })
    }

    /// The origin of the next value.
    fn origin(&mut self, place: Range<usize>, container: bool) -> Origin {
        let (span, parent, step) = match self.frames.last() {
            None => (self.first_line.clone(), None, Step::Root),
            Some(frame) => {
                let span = match &frame.key {
                    // The key is clearer than the first of many lines, or than an empty span.
                    Some(key) if container || place.is_empty() => key.place.clone(),
                    _ => place,
                };
                (span, frame.origin, frame.step())
            }
        };
        self.sources.mark(self.source, span, parent, step)
    }

    fn attach(&mut self, Finished { node, height }: Finished) -> Fallible<()> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.height = frame.height.max(height);
        let Some(key) = frame.key.take() else {
            frame.items.push(node);
            return Ok(());
        };
        if key.merges && frame.merges.is_none() {
            return match frame::merge_sources(node) {
                Ok(merges) => {
                    frame.merges = Some(merges);
                    Ok(())
                }
                Err(origin) => Err(Box::new(
                    Diagnostic::new("merge-key", "the merge key `<<` takes an object or an array of objects")
                        .at(origin, "this is something else")
                        .help("refer to an object, as in `<<: *name`, or quote the key"),
                )),
            };
        }
        let first = if key.merges { frame.origin } else { frame.members.get(&key.text).map(|node| node.origin) };
        match first {
            None => {
                frame.members.insert(key.text, node);
            }
            Some(first) => {
                let again = self.sources.mark(self.source, key.place, frame.origin, Step::Key(key.text.clone()));
                self.problem(super::json::duplicate_key(&key.text, again, first));
            }
        }
        Ok(())
    }

    fn spend(&mut self, weight: usize, place: &Range<usize>) -> Fallible<()> {
        self.weight += weight;
        if self.weight <= self.limits.values {
            return Ok(());
        }
        let origin = text::spot(self.sources, self.source, place.clone());
        Err(Box::new(too_large(self.limits.values).at(origin, "the values up to here are too many")))
    }

    fn spend_on_aliases(&mut self, weight: usize, place: &Range<usize>) -> Fallible<()> {
        self.aliased += weight;
        if self.aliased <= self.limits.aliased {
            return Ok(());
        }
        let message = format!("aliases expand to more than {} values", self.limits.aliased);
        let help = "write the values out, or use `$ref` instead of aliases";
        Err(self.error("alias-expansion", message, place.clone(), "the limit is passed here".into(), help))
    }

    fn known_tag(&mut self, tag: Option<&Tag>, expected: &str, place: Range<usize>) -> Fallible<()> {
        match tag {
            Some(tag) if !is_non_specific(tag) && !tag.is_yaml_core_schema_tag(expected) => {
                Err(self.unknown_tag(Some(tag), place))
            }
            _ => Ok(()),
        }
    }

    fn unknown_tag(&mut self, tag: Option<&Tag>, place: Range<usize>) -> Box<Diagnostic> {
        let name = tag.map(Tag::original).unwrap_or_default();
        let message = format!("the YAML tag `{name}` can't be used here");
        let help = "remove the tag; only !!str, !!int, !!float, !!bool, !!null, !!map and !!seq are known, \
                    each on a value of its kind";
        self.error("unknown-tag", message, place, "this tag".into(), help)
    }

    fn complex_key(&mut self, place: Range<usize>) -> Box<Diagnostic> {
        let label = "only strings, numbers and booleans are keys".into();
        self.error("complex-key", "a key is an object or an array", place, label, "write a plain key")
    }

    fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Range<usize>,
        label: String,
        help: &str,
    ) -> Box<Diagnostic> {
        let origin = text::spot(self.sources, self.source, place);
        Box::new(Diagnostic::new(code, message).at(origin, label).help(help))
    }

    fn problem(&mut self, problem: Diagnostic) {
        if self.problems.0.len() < self.limits.problems {
            self.problems.push(problem);
        }
    }
}

/// The tag `!`, which makes a scalar a string.
fn is_non_specific(tag: &Tag) -> bool {
    let (handle, suffix) = tag.parts();
    matches!((handle, suffix), ("!", "") | ("", "!"))
}

#[cfg(test)]
mod tests;
