//! Descriptions as documentation: Markdown in, harmless Markdown out.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

/// Makes a string from a description safe for rustdoc.
///
/// Code blocks become `text` blocks, so that rustdoc never runs them; HTML becomes text; links lead to http(s) only;
/// brackets are escaped, so that nothing turns into a link to an item; control characters vanish, and so do those that
/// change the direction of text.
///
/// ```
/// let text = client_codegen::docs::harmless("Hi\n\n```\nstd::process::exit(1)\n```\n<script>");
/// assert!(text.contains("```text"));
/// assert!(!text.contains("<script>"));
/// ```
pub fn harmless(text: &str) -> String {
    // A doc comment begins with the space behind `///`.
    match text.strip_prefix(' ').unwrap_or(text) {
        text if is_plain(text) => text.to_owned(),
        _ => through_markdown(text),
    }
}

/// Whether it is one line of words, or a name in backticks: most descriptions are, and Markdown leaves these unchanged.
fn is_plain(text: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).is_some_and(name) {
        return true;
    }
    let words = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b',' | b'.' | b';' | b'?');
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.bytes().all(words)
        && !text.ends_with(' ')
        && !text.contains("  ")
}

fn through_markdown(text: &str) -> String {
    let text: String =
        text.chars().filter(|c| (!c.is_control() || matches!(c, '\n' | '\t')) && !is_bidirectional(*c)).collect();
    let mut kept_links = Vec::new();
    let events =
        Parser::new_ext(&text, Options::ENABLE_TABLES).filter_map(|event| harmless_event(event, &mut kept_links));
    let mut out = String::with_capacity(text.len());
    // A fence longer than any run of backticks inside: nothing in a block can end it.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let code_block_token_count = (longest + 1).max(3);
    let options = pulldown_cmark_to_cmark::Options { code_block_token_count, ..Default::default() };
    match pulldown_cmark_to_cmark::cmark_with_options(events, &mut out, options) {
        Ok(_) => out.trim_end().to_owned(),
        // The writer only fails when its sink does; a String never does. Plain words are a safe fallback.
        Err(_) => text.chars().filter(|c| c.is_alphanumeric() || " .,;:\n".contains(*c)).collect(),
    }
}

/// Whether a character changes the direction of the text behind it. rustc refuses such characters in comments, since they
/// can make code look like other code.
pub fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn harmless_event<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    Some(match event {
        Event::Start(Tag::CodeBlock(_)) => {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(CowStr::Borrowed("text"))))
        }
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Html(html) => Event::InlineHtml(format!("{} ", spelled_out(&html)).into()),
        Event::InlineHtml(html) => Event::InlineHtml(spelled_out(&html).into()),
        Event::Start(Tag::Link { dest_url, .. }) => {
            let keep = is_web_address(&dest_url);
            links.push(keep);
            if !keep {
                return None;
            }
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, title: "".into(), id: "".into() })
        }
        Event::End(TagEnd::Link) if !links.pop().unwrap_or(false) => return None,
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::MetadataBlock(_)) | Event::End(TagEnd::MetadataBlock(_)) => return None,
        // Headings of a description would break the outline of the item it documents.
        Event::Start(Tag::Heading { .. }) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Paragraph),
        other => other,
    })
}

/// Markup as plain words, on one line: the writer doesn't escape them, so every special character is escaped here.
fn spelled_out(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 8);
    for c in html.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if c.is_ascii_punctuation() && c != '.' && c != ',' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn is_web_address(url: &str) -> bool {
    let plain = url.chars().all(|c| c.is_ascii_graphic() && !"<>()[]\"'`\\".contains(c));
    plain && (url.starts_with("https://") || url.starts_with("http://"))
}

/// The first line of a description that isn't empty, for tables.
pub fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_without_markup_are_unchanged_by_markdown() {
        for text in
            ["Hi", "An app, or two. Why? So; 3 x 4", "`uid_2`", "a", "A. b", "or 1. one", "www.example.com", "Z ,. ;?"]
        {
            assert!(is_plain(text), "{text}");
            assert_eq!([through_markdown(text), through_markdown(&format!(" {text}"))], [text, text]);
        }
        for text in
            ["", " a", "a ", "a  b", "1. one", "`a b`", "``", "`", "a_b", "a*b", "<a", "a\nb", "a: b", "é", "- a"]
        {
            assert!(!is_plain(text), "{text}");
        }
    }

    /// Checks what rustdoc would see: no HTML, no code block but `text`, no unescaped shortcut link.
    fn assert_harmless(input: &str) {
        let out = harmless(input);
        for event in Parser::new_ext(&out, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => panic!("HTML {html:?} in {out:?} from {input:?}"),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => assert_eq!(&*info, "text", "{out:?}"),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    panic!("indented code in {out:?} from {input:?}")
                }
                Event::Start(Tag::Link { dest_url, .. }) => assert!(is_web_address(&dest_url), "{dest_url} in {out:?}"),
                _ => {}
            }
        }
        // rustdoc resolves `[Name]` as a link to an item, unless the bracket is escaped.
        let unescaped = regex_free_shortcut(&out);
        assert!(!unescaped, "shortcut link in {out:?} from {input:?}");
    }

    fn regex_free_shortcut(text: &str) -> bool {
        let broken = &mut |link: pulldown_cmark::BrokenLink<'_>| Some((link.reference.to_string().into(), "".into()));
        Parser::new_with_broken_link_callback(text, Options::empty(), Some(broken))
            .any(|event| matches!(event, Event::Start(Tag::Link { link_type, .. }) if !matches!(link_type, LinkType::Inline | LinkType::Autolink)))
    }

    #[test]
    fn nothing_in_a_description_reaches_rustdoc_as_code_or_markup() {
        for input in [
            "```\nfn main() { std::fs::write(\"x\", \"y\"); }\n```",
            "```rust\nunclosed",
            "~~~rust,should_panic\nx\n~~~",
            "text\n\n    indented code\n\n\tmore",
            "- item\n\n      nested indented\n",
            "> ```\n> quoted\n> ```",
            "<script>alert(1)</script>",
            "<b>bold</b> and <img src=x onerror=y>",
            "a [`Vec`] of [String]s, [link](javascript:alert(1)), [ok](https://example.com/a?b=c)",
            "[ref]: crate::Secret\n\n[ref]",
            "ends a comment */ here",
            "````\n```\nnested\n```\n````",
            "| a | b |\n|---|---|\n| `x` | <i> |",
            "# Examples\n\n    let x = 1;",
            "<pre>\n\n    let x = 1;\n\n```rust\nfn f() {}\n```\n</pre>",
            "&lt;script&gt;alert(1)&lt;/script&gt; &#91;Vec&#93;",
            "\\<b\\> \\[Vec\\] \\`x\\`",
            "<!-- [Vec] `x -->\n<div\n\n    code>",
        ] {
            assert_harmless(input);
        }
    }

    #[test]
    fn ordinary_prose_stays_readable() {
        assert_eq!(harmless("Signs a user in.\n\nUse *either* way."), "Signs a user in.\n\nUse *either* way.");
        assert_eq!(harmless("See [the docs](https://example.com)."), "See [the docs](https://example.com).");
    }
}
