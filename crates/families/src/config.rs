//! `openapi/families.toml`: the documents of each family, and the rules for them.

use std::collections::BTreeMap;
use std::ops::Range;

use openapi_pipeline::lower::{LowerPlan, Strictness};
use openapi_pipeline::merge::{MergeAction, MergePlan, MergeRule, NamedServer};
use openapi_pipeline::select::Selection;
use openapi_pipeline::source::{SourceId, Step};
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Origin, load};
use serde::Deserialize;
use toml::Spanned;

use crate::failure::Failure;

/// The families of a workspace, by name.
#[derive(Clone, Debug)]
pub struct Families {
    /// The families, in the order of their names.
    pub families: Vec<Family>,
}

/// One family: a crate, the documents it comes from, and the rules.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name, such as `svix`.
    pub name: String,
    /// The crate, a folder under `crates/`.
    pub package: String,
    /// The place of the crate's name in the file.
    pub package_origin: Origin,
    /// The vendor's name in prose.
    pub title: String,
    /// The documents in order; the first one gives `info`.
    pub documents: Vec<DocumentConfig>,
    /// The plan for merging them.
    pub merge: MergePlan,
    /// The plan for lowering the merged document.
    pub lower: LowerPlan,
    /// The server to call by the region at the end of a static token: see
    /// [`CrateSpec::server_by_token_region`](client_codegen::CrateSpec::server_by_token_region).
    pub server_by_token_region: Vec<(String, String)>,
}

impl Family {
    /// The crate as Rust code names it, such as `svix_client`.
    pub fn library(&self) -> String {
        self.package.replace('-', "_")
    }
}

/// One document of a family.
#[derive(Clone, Debug)]
pub struct DocumentConfig {
    /// Its name in merge rules.
    pub id: String,
    /// Its file, relative to `openapi/`, and the place of that path in families.toml.
    pub file: (String, Origin),
    /// The address that its vendor publishes it at, if it is given.
    pub source: Option<PublishedAt>,
    /// Its overlays, applied in order.
    pub overlays: Vec<(String, Origin)>,
    /// The operations to keep.
    pub select: Selection,
}

/// The address of a document, and what was found there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedAt {
    /// The address.
    pub url: String,
    /// The SHA-256, in hexadecimal, of a published version that was reviewed and not adopted.
    pub seen: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFamilies {
    families: BTreeMap<String, RawFamily>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawFamily {
    package: Spanned<String>,
    title: String,
    servers_from: Option<String>,
    #[serde(default)]
    servers: Vec<Spanned<RawServer>>,
    #[serde(default)]
    secrets: Vec<Spanned<String>>,
    #[serde(default)]
    server_by_token_region: BTreeMap<String, String>,
    documents: Vec<RawDocument>,
    #[serde(default)]
    merge: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    url: Spanned<String>,
    name: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    id: String,
    file: Spanned<String>,
    source: Option<Spanned<String>>,
    seen: Option<Spanned<String>>,
    #[serde(default)]
    overlays: Vec<Spanned<String>>,
    #[serde(default)]
    select: RawSelection,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSelection {
    #[serde(default)]
    tags: Vec<Spanned<String>>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    operations: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    component: Spanned<String>,
    keep: Option<String>,
    rename: Option<String>,
    of: Option<String>,
}

impl Families {
    /// The family with a name.
    ///
    /// # Errors
    ///
    /// When there is no such family; the failure lists the families there are.
    pub fn named(&self, name: &str) -> Result<&Family, Failure> {
        self.families.iter().find(|family| family.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.families.iter().map(|family| family.name.as_str()).collect();
            Failure::Message {
                code: "unknown-family",
                message: format!("there is no family `{name}` in openapi/families.toml"),
                help: format!("it has {}", known.join(", ")),
            }
        })
    }

    /// Parses `openapi/families.toml`; every value that a later message may mention keeps its place.
    ///
    /// # Errors
    ///
    /// When it isn't TOML of that format, or a value can't be used; each problem has its place.
    pub fn parse(cx: &mut Context, source: SourceId) -> Result<Self, Diagnostics> {
        let raw: RawFamilies = toml::from_str(cx.sources.text(source)).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let place = load::spot(&mut cx.sources, source, span);
            Diagnostic::new("families-toml", error.message().to_owned())
                .at(place, "here")
                .help("openapi/README.md describes the format of this file")
        })?;
        let mut problems = Diagnostics::default();
        let mut places = Places { cx, source };
        let families =
            raw.families.into_iter().map(|(name, family)| places.family(name, family, &mut problems)).collect();
        problems.into_result()?;
        Ok(Self { families })
    }
}

/// Marks the origins of spans in the TOML file.
struct Places<'a> {
    cx: &'a mut Context,
    source: SourceId,
}

impl Places<'_> {
    fn place<T>(&mut self, value: Spanned<T>) -> (T, Origin) {
        let origin = load::spot(&mut self.cx.sources, self.source, value.span());
        (value.into_inner(), origin)
    }

    /// The origin with a path of these steps from the root of the file.
    fn node(&mut self, span: Range<usize>, way: impl Iterator<Item = Step>) -> Origin {
        let root = self.cx.sources.mark(self.source, span.clone(), None, Step::Root);
        way.fold(root, |parent, step| self.cx.sources.mark(self.source, span.clone(), Some(parent), step))
    }

    fn places(&mut self, values: Vec<Spanned<String>>) -> Vec<(String, Option<Origin>)> {
        values.into_iter().map(|value| self.place(value)).map(|(value, origin)| (value, Some(origin))).collect()
    }

    fn family(&mut self, name: String, raw: RawFamily, problems: &mut Diagnostics) -> Family {
        let (package, place) = self.place(raw.package);
        if package.is_empty() || !package.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            problems.push(
                Diagnostic::new("package-name", format!("`{package}` can't be the name of a crate under crates/"))
                    .at(place, "only lower-case letters, digits and dashes")
                    .help("name the folder of the crate, such as `svix-client`"),
            );
        }
        if raw.documents.is_empty() {
            problems.push(
                Diagnostic::new("no-documents", format!("family `{name}` has no documents"))
                    .at(place, "of this family")
                    .help(format!("add a [[families.{name}.documents]] table with `id` and `file`")),
            );
        }
        let documents = raw.documents.into_iter().map(|document| self.document(document, problems)).collect();
        let rules = raw.merge.into_iter().filter_map(|rule| self.rule(rule, problems)).collect();
        let servers = self.servers(&name, raw.servers, problems);
        Family {
            documents,
            merge: MergePlan { family: name.clone(), servers_from: raw.servers_from, servers, rules },
            lower: LowerPlan { secrets: self.places(raw.secrets), strictness: Strictness::Strict },
            server_by_token_region: raw.server_by_token_region.into_iter().collect(),
            package,
            package_origin: place,
            title: raw.title,
            name,
        }
    }

    fn document(&mut self, raw: RawDocument, problems: &mut Diagnostics) -> DocumentConfig {
        DocumentConfig {
            id: raw.id,
            file: self.place(raw.file),
            source: self.source(raw.source, raw.seen, problems),
            overlays: raw.overlays.into_iter().map(|overlay| self.place(overlay)).collect(),
            select: Selection {
                tags: self.places(raw.select.tags),
                paths: self.places(raw.select.paths),
                operations: self.places(raw.select.operations),
            },
        }
    }

    fn source(
        &mut self,
        url: Option<Spanned<String>>,
        seen: Option<Spanned<String>>,
        problems: &mut Diagnostics,
    ) -> Option<PublishedAt> {
        let url = url.map(|url| self.place(url));
        let seen = seen.map(|seen| self.place(seen));
        if let Some((url, place)) = &url
            && let Err(reason) = published_address(url)
        {
            problems.push(
                Diagnostic::new("source-url", format!("`{url}` is no address to fetch a description from"))
                    .at(*place, reason)
                    .help("write it as `https://api.example.com/openapi.json`"),
            );
        }
        if let Some((seen, place)) = &seen
            && (url.is_none()
                || seen.len() != 64
                || !seen.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
        {
            problems.push(
                Diagnostic::new("source-seen", format!("`{seen}` is not the SHA-256 of what a source published"))
                    .at(*place, if url.is_none() { "there is no `source`" } else { "not 64 hexadecimal digits" })
                    .help("`cargo xtask fetch` says it of what is new; leave `seen` out until then"),
            );
        }
        url.map(|(url, _)| PublishedAt { url, seen: seen.map(|(seen, _)| seen) })
    }

    /// Servers that no document declares, or that need a name: each once, by URL and by name.
    fn servers(&mut self, family: &str, raw: Vec<Spanned<RawServer>>, problems: &mut Diagnostics) -> Vec<NamedServer> {
        let mut seen: BTreeMap<(&'static str, String), Origin> = BTreeMap::new();
        let mut servers = Vec::new();
        for (index, server) in (0..).zip(raw) {
            // Servers become part of the description, and reports name its parts by pointer.
            let way = [Step::Key("families".into()), Step::Key(family.into()), Step::Key("servers".into())];
            let origin = self.node(server.span(), way.into_iter().chain([Step::Index(index)]));
            let RawServer { url, name } = server.into_inner();
            let ((url, url_place), (name, name_place)) = (self.place(url), self.place(name));
            if let Err(reason) = base_url(&url) {
                problems.push(
                    Diagnostic::new("server-url", format!("`{url}` is not the base URL of a server"))
                        .at(url_place, reason)
                        .help("write it as `https://api.example.com/v1`"),
                );
            }
            if !name.contains(|character: char| character.is_alphanumeric()) {
                problems.push(
                    Diagnostic::new("server-name", format!("`{name}` can't be the name of a server"))
                        .at(name_place, "no letter and no digit")
                        .help("name what tells the server from the others, such as `Production` or `EU region`"),
                );
            }
            let keys =
                [("URL", url.trim_end_matches('/').to_owned(), url_place), ("name", name.to_lowercase(), name_place)];
            for (what, key, place) in keys {
                if let Some(first) = seen.insert((what, key), place) {
                    problems.push(
                        Diagnostic::new("server-twice", format!("two servers have the same {what}"))
                            .at(place, "again here")
                            .related(first, "first here")
                            .help("list each server once, under a name of its own"),
                    );
                }
            }
            servers.push(NamedServer { url, name, origin });
        }
        servers
    }

    fn rule(&mut self, raw: RawRule, problems: &mut Diagnostics) -> Option<MergeRule> {
        let (component, origin) = self.place(raw.component);
        let action = match (raw.keep, raw.rename, raw.of) {
            (Some(document), None, None) => MergeAction::Keep { document },
            (None, Some(to), Some(document)) => MergeAction::Rename { document, to },
            _ => {
                problems.push(
                    Diagnostic::new("merge-rule", format!("the rule for `{component}` doesn't say what to do"))
                        .at(origin, "for this component")
                        .help("write either `keep = \"DOCUMENT\"`, or `rename = \"Legacy{name}\"` with `of = \"DOCUMENT\"`"),
                );
                return None;
            }
        };
        Some(MergeRule { component, action, origin: Some(origin) })
    }
}

/// Whether a string is a URL that paths can be appended to.
fn base_url(url: &str) -> Result<(), &'static str> {
    let rest = behind_scheme(url)?;
    if rest.contains(['?', '#']) {
        return Err("a query or a fragment would stand in the way of the paths");
    }
    if rest.contains(['{', '}']) {
        return Err("variables have no values here: write the URL out");
    }
    Ok(())
}

/// Whether a string is a URL to fetch a document from. What comes over plain HTTP may be anybody's.
fn published_address(url: &str) -> Result<(), &'static str> {
    let rest = behind_scheme(url)?;
    let host = rest.split(['/', '?', ':']).next().unwrap_or_default();
    if url.starts_with("http://") && !(matches!(host, "127.0.0.1" | "localhost") || rest.starts_with("[::1]")) {
        return Err("it begins with `http://`, and anybody on the way could change what is fetched");
    }
    if rest.contains(['#', '{', '}']) {
        return Err("it holds a fragment or a variable, which no server is asked for");
    }
    Ok(())
}

/// The host of a URL and all that follows.
fn behind_scheme(url: &str) -> Result<&str, &'static str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("it begins with neither `https://` nor `http://`")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err("it has no host");
    }
    if host.contains('@') {
        return Err("a user or a password doesn't belong in it");
    }
    if rest.contains(|character: char| {
        character.is_whitespace() || character.is_control() || "\\\"<>^`|".contains(character)
    }) {
        return Err("it holds a character that no URL has");
    }
    Ok(rest)
}
