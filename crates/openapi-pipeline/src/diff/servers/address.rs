//! The addresses of a server: its URL with each value of its variables.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::diff::side::Site;
use crate::names::server_names;
use crate::vocabulary::template::placeholders;
use crate::{Node, Object};

/// How many addresses the variables of one server may make.
const MOST_ADDRESSES: usize = 256;

/// How many values of a variable become variants, besides the default.
const MOST_VALUES: usize = 16;

/// A server, and the addresses that it stands for.
pub(super) struct Address<'a> {
    pub(super) url: String,
    /// The URL in the form that is compared.
    key: String,
    /// The same without the names of its variables.
    pub(super) anonymous: String,
    /// The addresses with all listed values; the default one first.
    pub(super) reached: Vec<String>,
    /// Whether a variable can be any value.
    pub(super) is_free: bool,
    pub(super) site: Site<'a>,
}

/// Finds servers by what makes them the same.
pub(super) struct Index<'s, 'a> {
    by_key: HashMap<&'s str, &'s Address<'a>>,
    by_anonymous: HashMap<&'s str, &'s Address<'a>>,
    by_default: HashMap<&'s str, &'s Address<'a>>,
    by_reached: HashMap<&'s str, &'s Address<'a>>,
}

impl<'s, 'a> Index<'s, 'a> {
    pub(super) fn of(all: &'s [Address<'a>]) -> Self {
        let mut index = Self {
            by_key: HashMap::new(),
            by_anonymous: HashMap::new(),
            by_default: HashMap::new(),
            by_reached: HashMap::new(),
        };
        for one in all {
            index.by_key.entry(&one.key).or_insert(one);
            index.by_anonymous.entry(&one.anonymous).or_insert(one);
            for (at, url) in one.reached.iter().enumerate() {
                index.by_reached.entry(url).or_insert(one);
                if at == 0 {
                    index.by_default.entry(url).or_insert(one);
                }
            }
        }
        index
    }

    /// The same server: of the same URL, whatever its variables are called, or one that leads to a default address.
    pub(super) fn partner(&self, server: &Address<'a>) -> Option<&'s Address<'a>> {
        let exact = self.by_key.get(server.key.as_str()).or_else(|| self.by_anonymous.get(server.anonymous.as_str()));
        let default = || server.reached.first().and_then(|url| self.by_reached.get(url.as_str()));
        let reached = || server.reached.iter().find_map(|url| self.by_default.get(url.as_str()));
        exact.or_else(default).or_else(reached).copied()
    }

    /// Whether one of the servers leads to an address.
    pub(super) fn reaches(&self, url: &str) -> bool {
        self.by_reached.contains_key(url)
    }
}

/// The servers of a list, each once.
pub(super) fn addresses<'a>(all: &[(String, Site<'a>)]) -> Vec<Address<'a>> {
    let mut found: IndexMap<String, Address<'a>> = IndexMap::new();
    for (url, site) in all {
        found.entry(normal(url)).or_insert_with(|| {
            let mut anonymous = normal(url);
            let names = placeholders(url);
            names.iter().for_each(|name| anonymous = anonymous.replace(&format!("{{{name}}}"), "{}"));
            let listed = |name: &str| site.get("variables").and_then(|all| all.get(name)?.elements("enum").next());
            Address {
                url: url.clone(),
                key: normal(url),
                anonymous,
                reached: expanded(url, *site, usize::MAX).iter().map(|url| normal(url)).collect(),
                is_free: names.iter().any(|name| listed(name).is_none()),
                site: *site,
            }
        });
    }
    found.into_values().collect()
}

/// The URL with the values of its variables: all of them for the first so many variables that list any, else the default.
fn expanded(url: &str, site: Site<'_>, most: usize) -> Vec<String> {
    let mut urls = vec![url.to_owned()];
    let mut lists = 0;
    for name in placeholders(url) {
        let Some(variable) = site.get("variables").and_then(|variables| variables.get(name)) else { continue };
        let text =
            |value: Site<'_>| value.node.as_str().map_or_else(|| value.node.to_json().to_string(), str::to_owned);
        let listed: Vec<String> = variable.elements("enum").take(MOST_ADDRESSES).map(text).collect();
        let default = variable.get("default").map(text).or_else(|| listed.first().cloned());
        let mut chosen: Vec<String> = default.iter().cloned().collect();
        if !listed.is_empty() && lists < most && urls.len() * listed.len() <= MOST_ADDRESSES {
            chosen.extend(listed.into_iter().filter(|value| default.as_ref() != Some(value)));
            lists += 1;
        }
        let placeholder = format!("{{{name}}}");
        let with = |url: &String| chosen.iter().map(|value| url.replace(&placeholder, value)).collect::<Vec<_>>();
        urls = if chosen.is_empty() { urls } else { urls.iter().flat_map(with).collect() };
    }
    urls
}

/// A URL in the form that is compared: neither the case of scheme and host nor a default port makes a difference.
fn normal(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // The name of a variable has a case.
    let parts = host.split_inclusive(['{', '}']);
    let host: String =
        parts.map(|part| if part.ends_with('}') { part.to_owned() } else { part.to_ascii_lowercase() }).collect();
    let scheme = scheme.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}{path}", host.strip_suffix(port).unwrap_or(&host))
}

/// The names of the generated variants, and the servers, by address.
pub(super) fn variants<'a>(root: Site<'a>, all: &[(String, Site<'a>)]) -> IndexMap<String, (String, Site<'a>)> {
    let mut offered: IndexMap<String, (Node, Site<'a>)> = IndexMap::new();
    for (url, site) in all {
        for url in expanded(url, *site, 1).into_iter().take(MOST_VALUES + 1).filter(|url| !url.contains(['{', '}'])) {
            offered.entry(normal(&url)).or_insert_with(|| {
                let mut server = site.node.clone();
                server.remove("variables");
                server.set("url", url);
                (server, *site)
            });
        }
    }
    let servers: Vec<Node> = offered.values().map(|(server, _)| server.clone()).collect();
    let mut document = Node::new(Object::default(), root.node.origin);
    document.set("servers", servers);
    let title = root.node.get("info").and_then(|info| info.get_str("title")).unwrap_or_default();
    let names = server_names(&document, title);
    let named = offered.into_iter().zip(names).filter_map(|((url, (_, site)), name)| Some((url, (name?, site))));
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn an_address_has_one_form() {
        assert_eq!(normal("HTTPS://A.example:443/P/"), "https://a.example/P");
        assert_eq!(normal("http://a.example:443"), "http://a.example:443");
        assert_eq!(normal("https://{Region}.A.example/{V}"), "https://{Region}.a.example/{V}");
        assert_eq!(normal("/relative/"), "/relative");
    }
}
