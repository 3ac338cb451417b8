//! Errors for people: what is wrong, where, and what to do, drawn in the style of rustc.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{Origin, Sources};

/// One problem in an input.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Short, stable name of the kind of problem, such as `dangling-ref`.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The place that is wrong, and what to say under it.
    pub primary: Option<(Origin, String)>,
    /// Other places that matter, each with what to say under it.
    pub related: Vec<(Origin, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem that is not tied to a place yet.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), primary: None, related: Vec::new(), help: None }
    }

    /// Ties it to a place.
    #[must_use]
    pub fn at(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.primary = Some((origin, label.into()));
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.related.push((origin, label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Draws it with the lines of the source it speaks of. `color` adds terminal colours.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut group = Group::with_title(Level::ERROR.primary_title(&self.message).id(self.code));
        for (origin, label, kind) in self.places() {
            group = group.element(
                Snippet::source(sources.text(origin.source()))
                    .path(sources.name(origin.source()))
                    .annotation(kind.span(visible_span(sources, origin)).label(label)),
            );
        }
        if let Some((origin, _)) = &self.primary {
            let pointer = sources.pointer(*origin);
            if !pointer.is_empty() {
                group = group.element(Level::NOTE.message(format!("at {pointer}")));
            }
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }

    fn places(&self) -> impl Iterator<Item = (Origin, &str, AnnotationKind)> {
        let primary = self.primary.iter().map(|(at, label)| (*at, label.as_str(), AnnotationKind::Primary));
        let related = self.related.iter().map(|(at, label)| (*at, label.as_str(), AnnotationKind::Context));
        primary.chain(related)
    }
}

/// The part of an origin's span worth underlining: its first line.
fn visible_span(sources: &Sources, origin: Origin) -> std::ops::Range<usize> {
    let span = sources.span(origin);
    let text = sources.text(origin.source());
    let first_line = text.get(span.clone()).and_then(|text| text.lines().next()).map_or(0, str::len);
    // An empty span shows the character after it, of however many bytes (the renderer panics on a part of one), but no
    // line break, which would be drawn as two lines.
    let next = text.get(span.start..).and_then(|text| text.chars().next());
    let first_character = next.filter(|next| !matches!(next, '\r' | '\n')).map_or(0, char::len_utf8);
    span.start..span.start + first_line.max(first_character)
}

/// Problems that stopped a stage; never empty.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// `Ok` when nothing was collected.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Draws all of them, a blank line between two.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        let drawn: Vec<String> = self.0.iter().map(|problem| problem.render(sources, color)).collect();
        drawn.join("\n\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}error[{}]: {}", problem.code, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Step;

    #[test]
    fn a_problem_shows_file_line_column_pointer_and_help() {
        let mut sources = Sources::new();
        let file = sources.add("openapi/a.yaml", "paths:\n  /x: 1\n");
        let root = sources.mark(file, 0..14, None, Step::Root);
        let paths = sources.mark(file, 0..5, Some(root), Step::Key("paths".into()));
        let item = sources.mark(file, 13..14, Some(paths), Step::Key("/x".into()));
        let text = Diagnostic::new("not-an-object", "a path item must be an object")
            .at(item, "this is a number")
            .help("write the operations of `/x` here")
            .render(&sources, false);
        assert!(text.contains("error[not-an-object]: a path item must be an object"), "{text}");
        assert!(text.contains("--> openapi/a.yaml:2:7"), "{text}");
        assert!(text.contains("at #/paths/~1x"), "{text}");
        assert!(text.contains("help: write the operations"), "{text}");
    }

    #[test]
    fn an_empty_span_is_drawn_wherever_it_stands() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "a: é\n");
        // Before a character of two bytes, before the line break, and at the end.
        for at in [3, 5, 6] {
            let origin = sources.mark(file, at..at, None, Step::Root);
            let text = Diagnostic::new("x", "y").at(origin, "here").render(&sources, false);
            assert!(text.contains(" ^ here"), "{text}");
        }
    }
}
