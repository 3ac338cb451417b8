//! Checks that received bytes are a whole description.
//!
//! Problem: servers answer with status 200 and a page to sign in, or with the beginning of a file.

use std::path::Path;

use openapi_pipeline::load::{self, MemoryFiles};
use openapi_pipeline::{Context, Limits};

use crate::failure::Failure;
use crate::http::{Received, shown};

/// Checks that a document is no page, and that the server said where it ends.
pub(super) fn is_no_page(url: &str, received: &Received) -> Result<(), Failure> {
    let Received { content, media_type, is_delimited, .. } = received;
    let is_html = media_type.as_deref().is_some_and(|media_type| {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "text/html" || essence == "application/xhtml+xml"
    });
    let text = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content).trim_ascii_start();
    if text.is_empty() {
        return Err(refusal(url, "the server sent an empty document"));
    }
    if is_html || text.starts_with(b"<") {
        return Err(refusal(url, "the server sent a page for people, perhaps one to sign in"));
    }
    // A JSON document says itself where it ends.
    if !is_delimited && !text.starts_with(b"{") {
        return Err(refusal(url, "the server doesn't say how long the document is, so a part can't be told from it"));
    }
    Ok(())
}

/// Checks that a document can be read as a description. `path` is where it would be written.
pub(super) fn is_description(path: &Path, content: &[u8], limit: u64) -> Result<(), Failure> {
    let name = path.file_name().map_or(path, Path::new);
    let files = MemoryFiles::new().with(name, content);
    let mut limits = Limits::default();
    limits.file_size = limits.file_size.max(limit);
    let mut cx = Context::with_limits(limits);
    match load::read(&mut cx, &files, name) {
        Ok(_) => Ok(()),
        Err(problems) => Err(Failure::Input { problems, sources: cx.sources }),
    }
}

pub(super) fn refusal(url: &str, reason: &str) -> Failure {
    Failure::Message {
        code: "fetch-content",
        message: format!("{} is no description: {reason}", shown(url)),
        help: "open the address without being signed in: it must lead to the file itself, in JSON or YAML".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Validators;

    const WHOLE: &str = r#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}}"#;

    fn checked(path: &str, content: &str, media_type: Option<&str>, is_delimited: bool) -> Result<(), String> {
        let received = Received {
            content: content.as_bytes().to_vec(),
            media_type: media_type.map(str::to_owned),
            validators: Validators::default(),
            is_delimited,
        };
        is_no_page("https://a.example/x?key=1", &received)
            .and_then(|()| is_description(Path::new(path), &received.content, 1 << 20))
            .map_err(|failure| failure.render(false))
    }

    #[test]
    fn incomplete_descriptions_are_refused() {
        let yaml = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n";
        assert_eq!(checked("a.json", WHOLE, None, true), Ok(()));
        assert_eq!(checked("a.json", WHOLE, Some("text/plain; charset=utf-8"), false), Ok(()));
        assert_eq!(checked("a.json", &format!("\u{feff}{WHOLE}"), None, true), Ok(()));
        for path in ["a.yaml", "a.json"] {
            assert_eq!(checked(path, yaml, None, true), Ok(()), "what it is shows in the content");
        }
        for (path, content, media_type, is_delimited, expected) in [
            ("a.json", "", None, true, "an empty document"),
            ("a.json", " \n", None, true, "an empty document"),
            ("a.json", WHOLE, Some("text/html; charset=utf-8"), true, "a page for people"),
            ("a.yaml", "\n <!doctype html>", None, true, "a page for people"),
            ("a.yaml", yaml, None, false, "how long the document is"),
            ("a.json", &WHOLE[..WHOLE.len() - 1], None, true, "a.json:1:"),
            ("a.yaml", &WHOLE[..WHOLE.len() - 1], None, true, "a.yaml:1:"),
            ("a.json", r#"{"error": "sign in"}"#, None, true, "a.json:1:1"),
            ("a.yaml", "just a moment", None, true, "a.yaml:1:1"),
        ] {
            let problem = checked(path, content, media_type, is_delimited).expect_err(content);
            assert!(problem.contains(expected), "{content:?}: no {expected:?} in {problem}");
            assert!(!problem.contains("key=1"), "{problem}");
        }
    }
}
