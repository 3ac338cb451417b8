//! Draws problems with their source lines, in the style of rustc.

use std::borrow::Cow;

use annotate_snippets::{Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::source::{Origin, Sources};

impl Diagnostic {
    /// Draws the problem with its source lines, in the style of rustc. `color` adds terminal colours.
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut group = Group::with_title(Level::ERROR.primary_title(shortened(&self.message)).id(self.code));
        for (origin, label, kind) in self.places() {
            group = group.element(
                Snippet::source(sources.text(origin.source()))
                    .path(sources.name(origin.source()))
                    .annotation(kind.span(visible_span(sources, origin)).label(shortened(label))),
            );
        }
        if let Some((origin, _)) = &self.primary {
            let pointer = sources.pointer(*origin);
            if !pointer.is_empty() {
                group = group.element(Level::NOTE.message(format!("at {}", shortened(&pointer))));
            }
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(shortened(help)));
        }
        renderer.render(&[group])
    }
}

impl Diagnostics {
    /// Draws the problems with their source lines, in the style of rustc. `color` adds terminal colours.
    ///
    /// After [`Limits::problems`] of them, or [`Limits::lines_read`] bytes of source lines, the rest is only counted.
    pub fn render(&self, sources: &Sources, limits: &Limits, color: bool) -> String {
        let mut read = 0;
        let mut drawn: Vec<String> = Vec::new();
        for problem in self.0.iter().take(limits.problems) {
            if read > limits.lines_read {
                break;
            }
            read += problem.places().map(|(origin, ..)| sources.line_length(origin)).sum::<usize>();
            drawn.push(problem.render(sources, color));
        }
        let more = self.0.len() - drawn.len();
        if more > 0 {
            drawn.push(format!("… and {more} more"));
        }
        drawn.join("\n\n")
    }
}

/// The part of an origin's span to underline: its first line.
fn visible_span(sources: &Sources, origin: Origin) -> std::ops::Range<usize> {
    let span = sources.span(origin);
    let text = sources.text(origin.source());
    let first_line = text.get(span.clone()).and_then(|text| text.lines().next()).map_or(0, str::len);
    // An empty span shows the character after it, of however many bytes (the renderer panics on a part of one), but no
    // line break, which would be drawn as two lines.
    let next = text.get(span.start..).and_then(|text| text.chars().next());
    let first_character = next.filter(|next| !matches!(next, '\r' | '\n')).map_or(0, char::len_utf8);
    let line = text.get(span.start..span.start + first_line).unwrap_or_default();
    let visible = line.char_indices().nth(LONGEST_SPAN).map_or(first_line, |(end, _)| end);
    span.start..span.start + visible.max(first_character)
}

/// The longest underline in characters, since the renderer prints all of them.
const LONGEST_SPAN: usize = 120;

/// Names and references of a document can be as long as the document.
fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 2000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::source::{Sources, Step};
    use crate::{Diagnostic, Diagnostics};

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
    fn long_names_are_shortened() {
        let mut sources = Sources::new();
        let name = "é".repeat(100_000);
        let file = sources.add("a.yaml", format!("a: {name}\n"));
        let origin = sources.mark(file, 3..3 + name.len(), None, Step::Root);
        let text =
            Diagnostic::new("x", format!("no {name}")).at(origin, name.clone()).help(name).render(&sources, false);
        assert!(text.chars().count() < 10_000, "{}", text.chars().count());
        assert!(text.contains("a.yaml:1:4"), "{text}");
    }

    #[test]
    fn problems_without_end_are_counted() {
        let limits = Limits { problems: 10, ..Limits::default() };
        let problems = Diagnostics((0..25).map(|number| Diagnostic::new("x", format!("problem {number}"))).collect());
        let text = problems.render(&Sources::new(), &limits, false);
        assert_eq!(text.matches("error[x]").count(), 10);
        assert!(text.ends_with("… and 15 more"), "{text}");
    }

    #[test]
    fn problems_in_long_lines_are_counted() {
        let mut sources = Sources::new();
        let file = sources.add("a.json", "x".repeat(100));
        let origin = sources.mark(file, 50..51, None, Step::Root);
        let problems = Diagnostics((0..25).map(|_| Diagnostic::new("x", "y").at(origin, "here")).collect());
        // The problem that passes the limit is still drawn.
        let limits = Limits { lines_read: 350, ..Limits::default() };
        let text = problems.render(&sources, &limits, false);
        assert_eq!(text.matches("error[x]").count(), 4);
        assert!(text.ends_with("… and 21 more"), "{text}");
    }

    #[test]
    fn an_empty_span_is_drawn_at_every_place() {
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
