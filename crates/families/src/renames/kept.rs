//! The tables of the ledger below `kept`: parts that can't have a second name, each with the name that it keeps.
//!
//! A part is identified by its name on the wire, and by its owner's name in the crate. `operations`, `types` and `inline` are
//! for the rare items whose name something else would get.

use std::collections::BTreeMap;

use openapi_pipeline::load::spot;
use openapi_pipeline::names::{self, Pins, Thing};
use openapi_pipeline::source::SourceId;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Origin};
use serde::{Deserialize, Serialize};
use toml::Spanned;

const HEAD: &str = "# Parts that would be called otherwise, by their names on the wire: a part can't have two names, so it keeps the old one.\n";

type Names<N> = BTreeMap<String, N>;

/// `N` is a name.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, bound(deserialize = "N: Deserialize<'de>"))]
pub(super) struct Tables<N = Spanned<String>> {
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    operations: Names<N>,
    /// By the operation and the location.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<String, BTreeMap<String, Names<N>>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    types: Names<N>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    inline: Names<N>,
    /// By the type, as the following two.
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, Names<N>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, Names<N>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    alternatives: BTreeMap<String, Names<N>>,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    servers: Names<N>,
}

impl<N> Default for Tables<N> {
    fn default() -> Self {
        Self {
            operations: BTreeMap::new(),
            parameters: BTreeMap::new(),
            types: BTreeMap::new(),
            inline: BTreeMap::new(),
            fields: BTreeMap::new(),
            values: BTreeMap::new(),
            alternatives: BTreeMap::new(),
            servers: BTreeMap::new(),
        }
    }
}

/// Pins, and where each is written.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) pins: Pins,
    places: BTreeMap<Thing, Origin>,
}

impl Kept {
    /// Checks that each names something of a document, which can have that name.
    pub(crate) fn check(&self, document: &Node, title: &str) -> Result<(), Diagnostics> {
        const HELP: &str = "remove the line: the name that it keeps is another one's, or nobody's";
        if self.pins.is_empty() {
            return Ok(());
        }
        let problem = |thing: &Thing, message: String| {
            let problem = Diagnostic::new("kept-name", message);
            self.places.get(thing).map_or_else(|| problem.clone(), |place| problem.clone().at(*place, "kept here"))
        };
        let named = names::assign(document, title, &self.pins)
            .map_err(|error| problem(error.thing(), error.to_string()).help(HELP))?;
        let unused = named.unused(&self.pins).into_iter();
        let found = unused.map(|(thing, help)| problem(thing, format!("there is no such thing as {thing}")).help(help));
        Diagnostics(found.collect()).into_result()
    }
}

impl Tables {
    /// The pins of the tables in a source.
    pub(super) fn read(self, cx: &mut Context, source: SourceId) -> Result<Kept, Diagnostics> {
        let mut problems = Diagnostics::default();
        let mut places = BTreeMap::new();
        let mut pins = Vec::new();
        for (thing, name) in self.things() {
            let place = spot(&mut cx.sources, source, name.span());
            let name = name.into_inner();
            // Names become code.
            if syn::parse_str::<syn::Ident>(&name).is_err() {
                let message = format!("`{}` is no name of Rust", name.escape_debug());
                problems.push(Diagnostic::new("renames", message).at(place, format!("for {thing}")));
            }
            places.insert(thing.clone(), place);
            pins.push((thing, name));
        }
        problems.into_result()?;
        Ok(Kept { pins: pins.into_iter().collect(), places })
    }

    fn things(self) -> impl Iterator<Item = (Thing, Spanned<String>)> {
        let operations = self.operations.into_iter().map(|(id, name)| (Thing::Operation { id }, name));
        let types = self.types.into_iter().map(|(component, name)| (Thing::Type { component }, name));
        let inline = self.inline.into_iter().map(|(hint, name)| (Thing::Inline { hint }, name));
        let servers = self.servers.into_iter().map(|(url, name)| (Thing::Server { url }, name));
        let parameters = self.parameters.into_iter().flat_map(|(of, locations)| {
            locations.into_iter().flat_map(move |(location, names)| {
                let of = of.clone();
                let thing = move |name| Thing::Parameter { of: of.clone(), location: location.clone(), name };
                names.into_iter().map(move |(wire, name)| (thing(wire), name))
            })
        });
        let fields = owned(self.fields, |of, member| Thing::Field { of, member });
        let values = owned(self.values, |of, value| Thing::Value { of, value });
        let alternatives = owned(self.alternatives, |of, alternative| Thing::Alternative { of, alternative });
        operations
            .chain(parameters)
            .chain(types)
            .chain(inline)
            .chain(fields)
            .chain(values)
            .chain(alternatives)
            .chain(servers)
    }
}

fn owned<N>(
    tables: BTreeMap<String, Names<N>>,
    thing: impl Fn(String, String) -> Thing + Copy,
) -> impl Iterator<Item = (Thing, N)> {
    tables
        .into_iter()
        .flat_map(move |(of, names)| names.into_iter().map(move |(wire, name)| (thing(of.clone(), wire), name)))
}

/// The tables of some pins, sorted, with what they are; nothing for none.
pub(super) fn render(pins: &Pins) -> String {
    #[derive(Serialize)]
    struct Ledger {
        kept: Tables<String>,
    }
    if pins.is_empty() {
        return String::new();
    }
    let mut kept = Tables::default();
    for (thing, name) in pins.iter() {
        let (names, wire) = match thing.clone() {
            Thing::Operation { id } => (&mut kept.operations, id),
            Thing::Type { component } => (&mut kept.types, component),
            Thing::Inline { hint } => (&mut kept.inline, hint),
            Thing::Server { url } => (&mut kept.servers, url),
            Thing::Parameter { of, location, name } => {
                (kept.parameters.entry(of).or_default().entry(location).or_default(), name)
            }
            Thing::Field { of, member } => (kept.fields.entry(of).or_default(), member),
            Thing::Value { of, value } => (kept.values.entry(of).or_default(), value),
            Thing::Alternative { of, alternative } => (kept.alternatives.entry(of).or_default(), alternative),
            _ => continue,
        };
        names.insert(wire, name.to_owned());
    }
    format!("{HEAD}{}", toml::to_string(&Ledger { kept }).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Ledger {
        kept: Tables,
    }

    fn read(text: &str) -> Result<Pins, String> {
        let mut cx = Context::new();
        let source = cx.sources.add("renames.toml", text);
        let ledger: Ledger = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let kept = ledger.kept.read(&mut cx, source);
        kept.map(|kept| kept.pins).map_err(|problems| problems.render(&cx.sources, cx.limits(), false))
    }

    const TEXT: &str = r#"# Parts that would be called otherwise, by their names on the wire: a part can't have two names, so it keeps the old one.
[kept.operations]
log-out = "logout"

[kept.parameters.list.query]
"sort by" = "sort_by"

[kept.types]
user = "User"

[kept.inline]
UserAddress = "UserAddress"

[kept.fields.User]
"a.b" = "a_b"
"quo\"ted" = "quoted"

[kept.values.Color]
"" = "Empty"

[kept.alternatives.Pet]
2 = "Cat"

[kept.servers]
"https://a.b/c" = "Live"
"#;

    #[test]
    fn tables_are_sorted_and_read_as_they_are_written() {
        let [of, member] = ["User", "a.b"].map(str::to_owned);
        let things = [
            (Thing::Server { url: "https://a.b/c".to_owned() }, "Live"),
            (Thing::Field { of: of.clone(), member: "quo\"ted".to_owned() }, "quoted"),
            (Thing::Field { of, member }, "a_b"),
            (Thing::Value { of: "Color".to_owned(), value: String::new() }, "Empty"),
            (Thing::Alternative { of: "Pet".to_owned(), alternative: "2".to_owned() }, "Cat"),
            (Thing::Inline { hint: "UserAddress".to_owned() }, "UserAddress"),
            (Thing::Type { component: "user".to_owned() }, "User"),
            (
                Thing::Parameter { of: "list".to_owned(), location: "query".to_owned(), name: "sort by".to_owned() },
                "sort_by",
            ),
            (Thing::Operation { id: "log-out".to_owned() }, "logout"),
        ];
        let pins: Pins = things.into_iter().map(|(thing, name)| (thing, name.to_owned())).collect();
        let text = render(&pins);
        assert_eq!(text, TEXT.replace("\"quo\\\"ted\"", "'quo\"ted'"));
        assert_eq!(read(&text).unwrap(), pins);
        assert_eq!(read(TEXT).unwrap(), pins, "in whichever way it is quoted");
        assert_eq!(render(&Pins::default()), "");
    }

    #[test]
    fn an_invalid_name_is_reported_with_its_place() {
        let problems =
            read("[kept.fields.User]\na = \"a\"\nb = \"fn\"\n[kept.servers]\n\"https://x\" = \"{}\"\n").unwrap_err();
        for expected in ["`fn` is no name of Rust", "renames.toml:3:5", "`{}` is no name of Rust", "renames.toml:5:15"]
        {
            assert!(problems.contains(expected), "no {expected} in\n{problems}");
        }
        assert!(read("[kept.colours]\n").unwrap_err().contains("expected one of `operations`, `parameters`"));
    }
}
