//! The root of a document: version, info, servers; and the keywords that are dropped everywhere.

use super::discriminators::OWN_VALUE;
use super::rule;
use crate::vocabulary::layout::{Keys, each_fields_mut};
use crate::{Context, Diagnostic, Diagnostics, Node};

/// Version, info and servers.
pub(crate) fn root(cx: &mut Context, document: &mut Node) -> Result<(), Diagnostics> {
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
    for server in document.get_mut("servers").and_then(Node::as_array_mut).into_iter().flatten() {
        let Some(url) = server.get_mut("url") else { continue };
        let text = url.as_str().unwrap_or_default();
        let trimmed = text.trim_end_matches('/').to_owned();
        if trimmed != text {
            cx.note(&rule::TRIM_SERVER_URL, url.origin, format!("the URL becomes `{trimmed}`"));
            *url = Node::new(trimmed, url.origin);
        }
    }
    if let Some(list) = document.get_mut("servers").and_then(Node::as_array_mut) {
        secure_first(cx, list);
    }
}

/// The client calls the first server: where the same one is served with and without TLS, TLS comes first.
fn secure_first(cx: &mut Context, list: &mut Vec<Node>) {
    let rest = |server: &Node, scheme: &str| server.get_str("url")?.strip_prefix(scheme).map(str::to_owned);
    for at in 0..list.len() {
        let Some(plain) = list.get(at).and_then(|server| rest(server, "http://")) else { continue };
        let is_twin = |server: &Node| rest(server, "https://").as_ref() == Some(&plain);
        if let Some(behind) = list.iter().skip(at + 1).position(is_twin) {
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

/// How many values of a variable become a server each.
const MOST_VALUES: usize = 16;

/// The servers that the values of the variables make: each value of the first variable with an `enum`, the defaults of
/// the others.
pub(crate) fn without_variables(cx: &mut Context, mut server: Node) -> Vec<Node> {
    let url = server.get_str("url").unwrap_or_default().to_owned();
    let variables = server.remove("variables");
    if !url.contains('{') {
        return vec![server];
    }
    let mut urls = vec![url.clone()];
    for (name, variable) in variables.iter().filter_map(Node::as_object).flatten() {
        let placeholder = format!("{{{name}}}");
        // A variable that the URL doesn't name needs no value.
        if !url.contains(&placeholder) {
            continue;
        }
        let values = variable.get("enum").and_then(Node::as_array).unwrap_or_default();
        let default = variable.get("default").or(values.first()).map(text_of);
        let mut chosen: Vec<String> = default.iter().cloned().collect();
        if urls.len() == 1 {
            chosen.extend(values.iter().map(text_of).filter(|value| default.as_ref() != Some(value)).take(MOST_VALUES));
        }
        urls = urls
            .iter()
            .flat_map(|url| chosen.iter().map(|value| url.replace(&placeholder, value)).collect::<Vec<_>>())
            .collect();
    }
    urls.retain(|url| !url.contains(['{', '}']));
    let listed: Vec<String> = urls.iter().map(|url| format!("`{url}`")).collect();
    let text = match listed.as_slice() {
        [] => "a variable without a value: the server is left out".to_owned(),
        listed => format!("becomes {}", listed.join(", ")),
    };
    cx.note(&rule::SERVER_VARIABLES, server.origin, text);
    let of = |url: String| {
        let mut one = server.clone();
        one.set("url", url);
        one
    };
    urls.into_iter().map(of).collect()
}

/// The value of a variable, which is a string but may be written as a number.
fn text_of(value: &Node) -> String {
    value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)
}

/// Extensions that later passes read: whether an operation may be repeated, the name of a server, and the discriminator
/// value of a schema.
const KEPT: [&str; 4] = ["x-idempotent", "x-rotates", "x-server-name", OWN_VALUE];

/// Drops examples everywhere, and the extensions of other tools. Must run before lowering adds extensions of its own.
pub(crate) fn drop_examples_and_extensions(cx: &mut Context, document: &mut Node) {
    each_fields_mut(document, Keys::Fields, &mut |node| {
        let Some(members) = node.as_object_mut() else { return };
        members.retain(|key, member| {
            if key.starts_with("x-") && !KEPT.contains(&key.as_str()) {
                cx.note(&rule::STRIP_EXTENSIONS, member.origin, format!("`{key}` is not used"));
                return false;
            }
            let example = matches!(key.as_str(), "example" | "examples");
            if example {
                cx.note(&rule::DROP_EXAMPLES, member.origin, "left out");
            }
            !example
        });
    });
}

/// Sorts schemas by name, so that a vendor's reordering doesn't show as a change.
pub(crate) fn sort_schemas(document: &mut Node) {
    let schemas = document.get_mut("components").and_then(|components| components.get_mut("schemas"));
    if let Some(schemas) = schemas.and_then(Node::as_object_mut) {
        schemas.sort_unstable_keys();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{strip_html, without_variables};
    use crate::Context;
    use crate::testing::{tree, uses};

    #[test]
    fn variables_of_servers_become_their_values() {
        let servers = |json: serde_json::Value| {
            let mut cx = Context::new();
            let server = tree(&mut cx, "a.json", &json);
            let servers = without_variables(&mut cx, server);
            let urls: Vec<String> = servers.iter().map(|server| server.get_str("url").unwrap().to_owned()).collect();
            (urls.join(" "), uses(&cx, "server-variables").len())
        };
        let region = json!({"default": "eu", "enum": ["us", "eu"]});
        for (url, variables, expected) in [
            ("https://a.b", json!({"x": {"default": "y"}}), ("https://a.b", 0)),
            ("https://{r}.b/{v}", json!({"r": region, "v": {"default": 2}}), ("https://eu.b/2 https://us.b/2", 1)),
            ("https://{r}.{s}", json!({"r": region, "s": region}), ("https://eu.eu https://us.eu", 1)),
            ("https://{gone}.b", json!({}), ("", 1)),
            ("https://{r}.b", json!({"r": region, "unused": {"description": "d"}}), ("https://eu.b https://us.b", 1)),
        ] {
            let (urls, notes) = servers(json!({"url": url, "variables": variables}));
            assert_eq!((urls.as_str(), notes), expected);
        }
    }

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
    fn html_goes_and_markdown_stays() {
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
