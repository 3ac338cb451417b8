//! Servers: their URLs, and the values of the variables in these.

use crate::lower::rule;
use crate::{Context, Node};

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
    let mut unused = 0_usize;
    for (name, variable) in variables.iter().filter_map(Node::as_object).flatten() {
        let placeholder = format!("{{{name}}}");
        // A variable that the URL doesn't name needs no value.
        if !url.contains(&placeholder) {
            continue;
        }
        let values = variable.elements("enum");
        let default = variable.get("default").or(values.first()).map(text_of);
        let mut chosen: Vec<String> = default.iter().cloned().collect();
        let others: Vec<String> = values.iter().map(text_of).filter(|value| default.as_ref() != Some(value)).collect();
        if urls.len() == 1 {
            chosen.extend(others.iter().take(MOST_VALUES).cloned());
        }
        unused += others.len() + usize::from(default.is_some()) - chosen.len();
        urls = urls
            .iter()
            .flat_map(|url| chosen.iter().map(|value| url.replace(&placeholder, value)).collect::<Vec<_>>())
            .collect();
    }
    urls.retain(|url| !url.contains(['{', '}']));
    let listed: Vec<String> = urls.iter().map(|url| format!("`{url}`")).collect();
    let text = match (listed.as_slice(), unused) {
        ([], _) => "a variable without a value: the server is left out".to_owned(),
        (listed, 0) => format!("becomes {}", listed.join(", ")),
        (listed, _) => format!("becomes {}; {unused} other values of its variables are not offered", listed.join(", ")),
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

/// Tidies the URL of a server of the document; false if no client can be built for it. A relative one stays, though it
/// is no choice: the servers of operations are compared with it.
pub(crate) fn offered(cx: &mut Context, server: &mut Node) -> bool {
    let origin = server.origin;
    let Some(url) = server.get_mut("url") else {
        cx.note(&rule::SERVER_NOT_OFFERED, origin, "it has no URL");
        return false;
    };
    let text = url.as_str().unwrap_or_default();
    if let Err(reason) = usable(text) {
        cx.note(&rule::SERVER_NOT_OFFERED, url.origin, reason);
        return !is_absolute(text);
    }
    let tidy = tidy(text);
    if tidy != text {
        cx.note(&rule::TRIM_SERVER_URL, url.origin, format!("the URL becomes `{tidy}`"));
        *url = Node::new(tidy, url.origin);
    }
    true
}

/// A URL as paths are appended to it: without a slash at its end, or several before its path, and with its scheme in
/// lower case.
fn tidy(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let Some((scheme, host, path)) = split(url) else { return url.to_owned() };
    let path = path.trim_start_matches('/');
    let slash = if path.is_empty() || path.starts_with(['?', '#']) { "" } else { "/" };
    format!("{}://{host}{slash}{path}", scheme.to_ascii_lowercase())
}

/// Scheme, host and the rest of an absolute URL.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme.is_empty() || !scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char)) {
        return None;
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    Some((scheme, host, path))
}

/// Whether a URL names a host.
pub(crate) fn is_absolute(url: &str) -> bool {
    split(url).is_some()
}

/// Whether a client can call a URL, at the address of the description if it is relative.
pub(crate) fn may_be_called(url: &str) -> bool {
    !is_absolute(url) || usable(url).is_ok()
}

/// Whether a client can be built for a URL; else the reason, which quotes nothing that may hold a password.
fn usable(url: &str) -> Result<(), String> {
    let Some((scheme, host, path)) = split(url) else { return Err(relative(url)) };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(format!("`{url}` is not offered: the client speaks HTTP, not `{scheme}`"));
    }
    if host.contains('@') {
        return Err("a URL with a user name or password is not offered".to_owned());
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let is_address = name.starts_with('[') && name.ends_with(']');
    let has_odd = name.contains(|char: char| char.is_whitespace() || "<>\\^|%\"`{}".contains(char));
    let is_gap = name.split('.').rev().skip(1).any(str::is_empty) || name.is_empty() || name == ".";
    if has_odd || is_gap && !is_address || !port.chars().all(|char| char.is_ascii_digit()) {
        return Err(format!("`{url}` is not offered: `{host}` is no host; a variable may lack its default"));
    }
    if path.contains(['?', '#']) {
        return Err(format!("`{url}` is not offered: paths are appended to it, so it must end with its path"));
    }
    Ok(())
}

/// The reason why a relative URL is no choice of a client.
fn relative(url: &str) -> String {
    let path = url.trim_end_matches('/');
    match path.strip_prefix('/') {
        Some(host) if host.starts_with('/') => {
            format!("`{url}` is not offered: it has no scheme; `Server::Custom` takes it with `https:` in front")
        }
        Some(_) => format!(
            "`{url}` is relative to the address of the description: the URL of `Server::Custom` has to end with `{path}`"
        ),
        None => format!("`{url}` is relative to the address of the description: `Server::Custom` takes the whole URL"),
    }
}

/// The URLs of servers in a form that can be compared: case of the host and default ports make no difference.
pub(crate) fn urls(servers: &Node) -> Vec<String> {
    servers.as_array().unwrap_or_default().iter().filter_map(|server| server.get_str("url")).map(comparable).collect()
}

fn comparable(url: &str) -> String {
    let url = tidy(url);
    let Some((scheme, host, path)) = split(&url) else { return url };
    let host = host.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}{path}", host.strip_suffix(port).unwrap_or(&host))
}

/// A comparable URL, which may be relative, at the host of another one.
pub(crate) fn resolved(url: &str, base: &str) -> String {
    match split(base) {
        Some((scheme, _, _)) if url.starts_with("//") => comparable(&format!("{scheme}:{url}")),
        Some((scheme, host, _)) if url.is_empty() || url.starts_with('/') => format!("{scheme}://{host}{url}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{may_be_called, resolved, tidy, urls, usable, without_variables};
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
    fn values_beyond_the_first_sixteen_are_counted() {
        let mut cx = Context::new();
        let values: Vec<String> = (0..20).map(|at| format!("r{at}")).collect();
        let server = json!({"url": "https://{r}.b/{v}", "variables": {"r": {"enum": values}, "v": {"default": 1, "enum": [1, 2]}}});
        let server = tree(&mut cx, "a.json", &server);
        assert_eq!(without_variables(&mut cx, server).len(), 17);
        let note = &cx.report.notes[0].text;
        assert!(note.ends_with("; 4 other values of its variables are not offered"), "{note}");
    }

    #[test]
    fn urls_that_a_client_can_be_built_for() {
        for (url, expected) in [
            ("https://a.b/", "https://a.b"),
            ("HTTPS://a.b//v1//", "https://a.b/v1"),
            ("https://[::1]:8443/x//y", "https://[::1]:8443/x//y"),
            ("http://localhost:8080", "http://localhost:8080"),
        ] {
            assert_eq!((usable(url), tidy(url).as_str()), (Ok(()), expected), "{url}");
        }
        for (url, why) in [
            ("/", "relative"),
            ("/api/v3", "has to end with `/api/v3`"),
            ("a.b/api", "the whole URL"),
            ("//a.b/x", "no scheme"),
            ("wss://a.b", "not `wss`"),
            ("https://.a.b", "`.a.b` is no host"),
            ("https:///v1", "no host"),
            ("https://a..b", "no host"),
            ("https://a.b:port", "no host"),
            ("https://<tenant>.a.b", "no host"),
            ("https://a.b/v1?x=y", "end with its path"),
            ("https://a.b#x", "end with its path"),
            ("https://user:canary@a.b", "password"),
        ] {
            let reason = usable(url).unwrap_err();
            assert!(reason.contains(why) && !reason.contains("canary"), "{url}: {reason}");
        }
        assert!(may_be_called("/v1") && may_be_called("http://a.b") && !may_be_called("wss://a.b"));
    }

    #[test]
    fn urls_are_compared_by_what_they_mean() {
        let mut cx = Context::new();
        let servers = json!([{"url": "https://API.a.b:443/V1/"}, {"url": "http://a.b:80"}, {"url": "/"}, {}]);
        let servers = tree(&mut cx, "a.json", &servers);
        assert_eq!(urls(&servers), ["https://api.a.b/V1", "http://a.b", ""]);
        for (url, base, expected) in [
            ("/v1", "https://a.b/v1", "https://a.b/v1"),
            ("", "https://a.b/v1", "https://a.b"),
            ("//C.d/x", "https://a.b", "https://c.d/x"),
            ("https://c.d", "https://a.b", "https://c.d"),
            ("/v1", "/v2", "/v1"),
        ] {
            assert_eq!(resolved(url, base), expected, "{url} at {base}");
        }
    }
}
