//! The root of a document: version, info, servers.

use crate::lower::rule;
use crate::lower::servers::{offered, without_variables};
use crate::lower::work::Work;
use crate::{Context, Diagnostic, Diagnostics, Node};

/// Version, info and servers.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let Work { cx, document, .. } = work;
    let origin = document.get("openapi").map_or(document.origin, |node| node.origin);
    match document.get_str("openapi").map(str::to_owned) {
        Some(version) if version == "3.0.3" => {}
        Some(version) if version.starts_with("3.0") => {
            cx.note(&rule::VERSION, origin, format!("was {version}"));
            document.set("openapi", "3.0.3");
        }
        other => {
            let found = other.map_or("none at all".to_owned(), |version| format!("`{version}`"));
            return Err(Diagnostic::new("openapi-version", format!("expected an OpenAPI 3.0 document, found {found}"))
                .at(origin, "the version is read here")
                .help("convert the document to OpenAPI 3.0.3 before it is lowered")
                .into());
        }
    }
    info(cx, document);
    servers(cx, document);
    Ok(())
}

fn info(cx: &mut Context, document: &mut Node) {
    if document.get("info").is_none_or(|info| info.as_object().is_none()) {
        cx.note(&rule::PLAIN_INFO, document.origin, "there is no `info`");
        document.set("info", crate::Object::default());
    }
    let Some(info) = document.get_mut("info") else { return };
    for (key, fallback) in [("title", "API"), ("version", "0.0.0")] {
        if info.get_str(key).is_none() {
            cx.note(&rule::PLAIN_INFO, info.origin, format!("there is no {key}: it becomes `{fallback}`"));
            info.set(key, fallback);
        }
    }
    if let Some(version) = info.get_mut("version") {
        let text = version.as_str().unwrap_or_default();
        let plain: String =
            text.chars().map(|char| if char.is_ascii_graphic() || char == ' ' { char } else { '-' }).collect();
        if plain != text {
            cx.note(&rule::PLAIN_INFO, version.origin, format!("the version becomes `{plain}`"));
            *version = Node::new(plain, version.origin);
        }
    }
    if let Some(description) = info.get_mut("description") {
        let text = description.as_str().unwrap_or_default();
        let plain = strip_html(text);
        if plain != text {
            cx.note(&rule::PLAIN_INFO, description.origin, "HTML is taken out of the description");
            *description = Node::new(plain, description.origin);
        }
    }
}

/// Removes tags and comments from a string; Markdown, also its `<https://…>` links, stays.
fn strip_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let opens = after.starts_with(|char: char| char.is_ascii_alphabetic() || char == '/' || char == '!');
        let end = if after.starts_with("!--") { after.find("-->").map(|at| at + 2) } else { after.find('>') };
        match end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) {
            Some((tag, behind)) if opens && (!is_link(tag) || tag_with_attributes(tag)) => rest = behind,
            _ => {
                plain.push('<');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// Whether the content of angle brackets is a Markdown link: a URL or a mail address.
fn is_link(tag: &str) -> bool {
    tag.contains("://") || tag.contains('@')
}

/// `a href="https://…"` is a tag, `https://…` is not.
fn tag_with_attributes(tag: &str) -> bool {
    let name = tag.split_ascii_whitespace().next().unwrap_or_default();
    tag.contains('=') && !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric())
}

fn servers(cx: &mut Context, document: &mut Node) {
    if let Some(list) = document.get_mut("servers").and_then(Node::as_array_mut) {
        *list = std::mem::take(list).into_iter().flat_map(|server| without_variables(cx, server)).collect();
    }
    let Some(list) = document.get_mut("servers").and_then(Node::as_array_mut) else { return };
    list.retain_mut(|server| offered(cx, server));
    secure_first(cx, list);
}

/// The client calls the first server: where the same one is served with and without TLS, TLS comes first.
fn secure_first(cx: &mut Context, list: &mut Vec<Node>) {
    let rest = |server: &Node, scheme: &str| server.get_str("url")?.strip_prefix(scheme).map(str::to_owned);
    for at in 0..list.len() {
        let Some(plain) = list.get(at).and_then(|server| rest(server, "http://")) else { continue };
        let is_same_with_tls = |server: &Node| rest(server, "https://").as_ref() == Some(&plain);
        if let Some(behind) = list.iter().skip(at + 1).position(is_same_with_tls) {
            let secure = list.remove(at + 1 + behind);
            cx.note(
                &rule::SECURE_SERVER,
                secure.origin,
                format!("`https://{plain}` comes before the same without TLS"),
            );
            list.insert(at, secure);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::strip_html;
    use crate::Context;
    use crate::testing::{tree, uses};

    #[test]
    fn https_comes_before_the_same_without_tls() {
        let mut cx = Context::new();
        let urls = ["http://a.b/v1", "http://c.d", "https://e.f", "https://a.b/v1/", "https://c.d/other"];
        let list: Vec<_> = urls.iter().map(|url| json!({"url": url})).collect();
        let mut document = tree(&mut cx, "a.json", &json!({"servers": list}));
        super::servers(&mut cx, &mut document);
        let sorted: Vec<&str> =
            document.get("servers").unwrap().as_array().unwrap().iter().filter_map(|one| one.get_str("url")).collect();
        let expected = ["https://a.b/v1", "http://a.b/v1", "http://c.d", "https://e.f", "https://c.d/other"];
        assert_eq!(sorted, expected);
        assert_eq!(uses(&cx, "secure-server-first").len(), 1);
    }

    #[test]
    fn html_is_removed_and_markdown_stays() {
        for (text, expected) in [
            ("a <b>bold</b> word", "a bold word"),
            ("<a href=\"https://x.y\">x</a>", "x"),
            ("see <https://x.y> and <me@x.y>", "see <https://x.y> and <me@x.y>"),
            ("<!-- a > b -->c", "c"),
            ("1 < 2 > 0", "1 < 2 > 0"),
            ("open <div", "open <div"),
            ("ünï <br/>cödé", "ünï cödé"),
        ] {
            assert_eq!(strip_html(text), expected);
        }
    }
}
