//! The lines of a description around a place.

use openapi_pipeline::{Origin, Sources};

use super::escape::escape;

/// The number of lines shown, of which the first is the place's.
const LINES: usize = 6;

/// The number of characters shown of a line.
const LONGEST_LINE: usize = 160;

/// The number of characters shown before the place, in a line that is longer than that.
const BEFORE: usize = 40;

/// The lines at a place as HTML, without the indentation that they share. The place itself is marked.
pub(super) fn excerpt(sources: &Sources, origin: Origin) -> String {
    let text = sources.text(origin.source());
    let span = sources.span(origin);
    let before = text.get(..span.start).unwrap_or_default();
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(begin..).unwrap_or_default();
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = indentation(rest);
    let mut lines = Vec::new();
    for (number, line) in rest.lines().take(LINES).enumerate() {
        // A line that is indented no deeper than the first one no longer belongs to the value.
        if number > 0 && (line.trim().is_empty() || indentation(line) <= own) {
            if line.len() < LONGEST_LINE && line.trim_start().starts_with(['}', ']']) && indentation(line) == own {
                lines.push(escape(line.trim_end().trim_start()));
            }
            break;
        }
        if number > 0 {
            lines.push(cut(line.get(own..).unwrap_or_default()));
            continue;
        }
        let start = span.start - begin;
        let end = span.end.saturating_sub(begin).clamp(start, line.len().max(start));
        let (Some(head), Some(marked), Some(tail)) = (line.get(..start), line.get(start..end), line.get(end..)) else {
            lines.push(cut(line));
            continue;
        };
        let head = head.get(own.min(head.len())..).unwrap_or_default();
        let hidden = head.chars().count().saturating_sub(BEFORE);
        let head: String = head.chars().skip(hidden).collect();
        let dots = if hidden > 0 { "…" } else { "" };
        lines.push(format!("{dots}{}<mark>{}</mark>{}", escape(&head), cut(marked), cut(tail)));
    }
    lines.join("\n")
}

/// The beginning of a line, as HTML.
fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", escape(line.get(..end).unwrap_or_default())),
        None => escape(line),
    }
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::source::Step;

    use super::*;

    fn shown(text: &str, value: &str) -> String {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let start = text.find(value).unwrap();
        let origin = sources.mark(file, start..start + value.len(), None, Step::Root);
        excerpt(&sources, origin)
    }

    #[test]
    fn lines_lose_their_shared_indentation_and_keep_what_belongs_to_them() {
        let text = "a:\n  b: <i>\n    c: 1\n  d: 2\n";
        assert_eq!(shown(text, "b"), "<mark>b</mark>: &lt;i&gt;\n  c: 1");
        assert_eq!(shown(text, "<i>"), "b: <mark>&lt;i&gt;</mark>\n  c: 1");
        assert_eq!(shown(text, "d"), "<mark>d</mark>: 2");
        assert_eq!(shown("  {\n    1\n  },\n  2", "{"), "<mark>{</mark>\n  1\n},");
    }

    #[test]
    fn a_document_in_one_line_is_cut_on_both_sides() {
        let text = format!("{}é{}", "x".repeat(1000), "y".repeat(1000));
        let shown = shown(&text, "é");
        assert!(shown.starts_with("…xxx") && shown.ends_with("yyy…") && shown.contains("<mark>é</mark>"), "{shown}");
        assert!(shown.chars().count() < 300, "{shown}");
    }
}
