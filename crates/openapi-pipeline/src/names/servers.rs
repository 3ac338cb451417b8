//! Servers, named by their differences: a given name, the telling words of the description, or those parts of the
//! address that the others lack.

use std::collections::{HashMap, HashSet};

use super::scope::{Form, Proposal, Scope};
use super::words::SERVERS;
use super::{NameError, Pins, Thing, type_name};
use crate::Node;

/// Filler words of descriptions, which tell no server from another.
const FILLERS: [&str; 12] =
    ["the", "a", "an", "our", "server", "servers", "region", "environment", "endpoint", "api", "url", "base"];

/// Words that name the purpose of a server, wherever they are.
const ENVIRONMENTS: [&str; 18] = [
    "beta",
    "demo",
    "dev",
    "development",
    "integration",
    "local",
    "localhost",
    "preprod",
    "preview",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "test",
    "testing",
    "uat",
];

/// The highest number of words in a name.
const MOST_WORDS: usize = 3;

/// The names of the servers of a document; `None` for one without an absolute address, which no client can call.
pub(super) fn name(document: &Node, title: &str, pins: &Pins) -> Result<Vec<Option<String>>, NameError> {
    let listed = document.elements("servers");
    let servers: Vec<Option<Server>> = listed.iter().map(|node| Server::read(node, title)).collect();
    let callable: Vec<&Server> = servers.iter().flatten().collect();
    let all = All::of(&callable);
    let described = only_once(callable.iter().map(|server| server.described()).collect());
    let addressed = only_once(callable.iter().map(|server| server.apart(&all)).collect());
    let proposals =
        callable.iter().zip(described.into_iter().zip(addressed)).map(|(server, (described, addressed))| {
            let thing = Thing::Server { url: server.url.clone() };
            Proposal::new(thing, server.names(described, addressed), Form::Type)
        });
    let mut named =
        Scope::reserving(SERVERS, "the variant for any other server").settle(pins, proposals.collect())?.into_iter();
    Ok(servers.iter().map(|server| server.as_ref().and_then(|_| named.next())).collect())
}

/// The names that one server alone has.
fn only_once(names: Vec<Option<String>>) -> Vec<Option<String>> {
    let mut count: HashMap<String, usize> = HashMap::new();
    names.iter().flatten().for_each(|name| *count.entry(name.clone()).or_default() += 1);
    names.into_iter().map(|name| name.filter(|name| count.get(name) == Some(&1))).collect()
}

/// Facts about all servers, by which one is told from the others.
struct All<'a> {
    count: usize,
    one_host: bool,
    /// How many servers have a word in their address.
    words: HashMap<&'a str, usize>,
    /// The words of the addresses with TLS.
    secure: HashSet<&'a [String]>,
}

impl<'a> All<'a> {
    fn of(servers: &[&'a Server]) -> Self {
        let mut words: HashMap<&str, usize> = HashMap::new();
        for server in servers {
            let own: HashSet<&str> = server.words.iter().map(String::as_str).collect();
            own.into_iter().for_each(|word| *words.entry(word).or_default() += 1);
        }
        let hosts: HashSet<&str> = servers.iter().map(|server| server.host.as_str()).collect();
        let secure = servers.iter().filter(|server| server.scheme == "https").map(|server| server.words.as_slice());
        Self { count: servers.len(), one_host: hosts.len() == 1, words, secure: secure.collect() }
    }
}

struct Server {
    url: String,
    /// The name given by `x-server-name`.
    given: Option<String>,
    /// The telling words of its description.
    said: Vec<String>,
    scheme: String,
    /// Host and port.
    host: String,
    /// The words of its address.
    words: Vec<String>,
}

impl Server {
    fn read(node: &Node, title: &str) -> Option<Self> {
        let url = node.get_str("url").unwrap_or_default().trim_end_matches('/');
        let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "https" | "http"))?;
        let title = words(title);
        let is_telling = |word: &String| !FILLERS.contains(&word.as_str()) && !title.contains(word);
        let host = rest.split('/').next().unwrap_or(rest);
        Some(Self {
            url: url.to_owned(),
            given: node.get_str("x-server-name").map(type_name),
            said: words(node.get_str("description").unwrap_or_default()).into_iter().filter(is_telling).collect(),
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            words: words(rest),
        })
    }

    /// The candidates for its name, the most telling first: those of its own among all servers, then its address.
    fn names(&self, described: Option<String>, addressed: Option<String>) -> Vec<String> {
        match &self.given {
            Some(given) => vec![given.clone()],
            None => described.into_iter().chain(addressed).chain([self.by_host(), type_name(&self.url)]).collect(),
        }
    }

    /// A name made of its description, if that is short or names one environment.
    fn described(&self) -> Option<String> {
        short(&self.said)
    }

    /// A name made of the words of its address that not all servers have.
    fn apart(&self, all: &All<'_>) -> Option<String> {
        let is_own = |word: &&String| {
            let weak = FILLERS.contains(&word.as_str()) || is_version(word);
            all.words.get(word.as_str()).is_none_or(|have| *have < all.count) && (all.one_host || !weak)
        };
        let mut own: Vec<String> = self.words.iter().filter(is_own).cloned().collect();
        if self.scheme == "http" && all.secure.contains(self.words.as_slice()) {
            own.push("http".to_owned());
        }
        if own.iter().all(|word| word.chars().all(|char| char.is_ascii_digit())) && !own.is_empty() {
            return None;
        }
        short(&own)
    }

    fn by_host(&self) -> String {
        let host = match self.host.rsplit_once(':') {
            Some((host, _)) => host,
            None => &self.host,
        };
        type_name(host)
    }
}

/// A name of a few words, or of the only one of many that is an environment.
fn short(words: &[String]) -> Option<String> {
    if (1..=MOST_WORDS).contains(&words.len()) {
        return Some(type_name(&words.join(" ")));
    }
    let environments: Vec<&String> = words.iter().filter(|word| ENVIRONMENTS.contains(&word.as_str())).collect();
    match environments.as_slice() {
        [only] => Some(type_name(only)),
        _ => None,
    }
}

fn is_version(word: &str) -> bool {
    word.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.chars().all(|char| char.is_ascii_digit()))
}

fn words(text: &str) -> Vec<String> {
    text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn names(servers: &[(&str, &str)]) -> Vec<String> {
        let servers: Vec<_> = servers.iter().map(|(url, text)| json!({"url": url, "description": text})).collect();
        named(json!(servers), &Pins::default())
    }

    fn named(servers: serde_json::Value, pins: &Pins) -> Vec<String> {
        let document = tree(&mut Context::new(), "a.json", &json!({"servers": servers}));
        let names = name(&document, "Svix Cloud", pins).unwrap();
        names.into_iter().map(|name| name.unwrap_or_else(|| "-".to_owned())).collect()
    }

    #[test]
    fn a_single_server_is_named_by_its_description_or_its_host() {
        for (url, description, expected) in [
            ("https://api.example.com/v1", "The Svix EU region", "Eu"),
            ("https://api.example.com/v1", "Production server", "Production"),
            ("https://api.example.com/v1", "", "ApiExampleCom"),
            ("https://api.example.com/v1", "A long story that tells nothing about this server", "ApiExampleCom"),
            ("https://api.example.com/v1", "This is where you try things out: the sandbox of Svix", "Sandbox"),
            ("https://api.example.com:8443", "Svix Cloud", "ApiExampleCom"),
            ("http://127.0.0.1:1/v1", "", "X127001"),
            ("https://a.b", "Self", "Self_"),
            ("https://a.b", "Custom", "Ab"),
            ("/v1", "Relative", "-"),
        ] {
            assert_eq!(names(&[(url, description)]), [expected], "{url} {description}");
        }
    }

    #[test]
    fn servers_are_named_by_their_differences() {
        for (servers, expected) in [
            (&["https://eu.api.x.com", "https://us.api.x.com"][..], &["Eu", "Us"][..]),
            (
                &["https://api.x.com", "https://staging-api.x.com", "https://sandbox.x.com"],
                &["ApiXCom", "Staging", "Sandbox"],
            ),
            (&["https://x.com/v1", "https://x.com/v2"], &["V1", "V2"]),
            (&["https://x.com/v1", "https://y.com/v2"], &["X", "Y"]),
            (&["https://x.com", "http://x.com"], &["XCom", "Http"]),
            (&["https://x.com/live", "https://x.com/test", "http://x.com/test"], &["Live", "Test", "TestHttp"]),
            (&["http://localhost:8080", "http://localhost:8081"], &["Localhost", "HttpLocalhost8081"]),
            (&["https://api.x.com", "https://a1b2.execute-api.eu-west-1.cloud.com/qa"], &["X", "Qa"]),
            (&["https://x.com", "https://x.com"], &["XCom", "HttpsXCom"]),
            (&["https://x.com", "https://x.com", "https://x.com"], &["XCom", "HttpsXCom", "HttpsXCom2"]),
        ] {
            let servers: Vec<(&str, &str)> = servers.iter().map(|url| (*url, "")).collect();
            assert_eq!(names(&servers), expected, "{servers:?}");
        }
    }

    #[test]
    fn a_description_counts_where_it_is_its_own() {
        let servers = [
            ("https://eu.x.com", "Production server"),
            ("https://us.x.com", "Production server"),
            ("https://test.x.com", "The staging server"),
        ];
        assert_eq!(names(&servers), ["Eu", "Us", "Staging"]);
    }

    #[test]
    fn a_given_name_wins_and_a_pin_more_so() {
        let servers = json!([
            {"url": "https://a.b", "description": "EU", "x-server-name": "The Server"},
            {"url": "https://eu.b", "description": "EU too"},
        ]);
        assert_eq!(named(servers.clone(), &Pins::default()), ["TheServer", "EuToo"]);
        let pin = (Thing::Server { url: "https://eu.b".to_owned() }, "Europe".to_owned());
        assert_eq!(named(servers, &Pins::from_iter([pin])), ["TheServer", "Europe"]);
    }
}
