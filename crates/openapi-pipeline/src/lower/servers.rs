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
    for (name, variable) in variables.iter().filter_map(Node::as_object).flatten() {
        let placeholder = format!("{{{name}}}");
        // A variable that the URL doesn't name needs no value.
        if !url.contains(&placeholder) {
            continue;
        }
        let values = variable.elements("enum");
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

/// The URLs of servers, without a slash at the end.
pub(crate) fn urls(servers: &Node) -> Vec<String> {
    let list = servers.as_array().unwrap_or_default().iter().filter_map(|server| server.get_str("url"));
    list.map(|url| url.trim_end_matches('/').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::without_variables;
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
}
