//! `openapi/families.toml`: which documents make a family, and by which rules.

use std::collections::BTreeMap;

use openapi_pipeline::lower::{Care, LowerPlan};
use openapi_pipeline::merge::{MergeAction, MergePlan, MergeRule};
use openapi_pipeline::select::Selection;
use openapi_pipeline::source::SourceId;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Origin, load};
use serde::Deserialize;
use toml::Spanned;

/// All families, by name.
#[derive(Clone, Debug)]
pub struct Families {
    /// In the order of their names.
    pub families: Vec<Family>,
}

/// One family: a crate, the documents it comes from, and the rules.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name, such as `svix`.
    pub name: String,
    /// The crate, a folder under `crates/`.
    pub package: String,
    /// Where the crate is named.
    pub package_origin: Origin,
    /// The vendor's name in prose.
    pub title: String,
    /// The documents in order; the first one gives `info`.
    pub documents: Vec<DocumentConfig>,
    /// How they are merged.
    pub merge: MergePlan,
    /// What is lowered how.
    pub lower: LowerPlan,
    /// Server by the region a static token ends in.
    pub server_by_token_region: Vec<(String, String)>,
}

/// One document of a family.
#[derive(Clone, Debug)]
pub struct DocumentConfig {
    /// Its name in merge rules.
    pub id: String,
    /// Its file, relative to `openapi/`, and where that is written.
    pub file: (String, Origin),
    /// Its overlays, applied in order.
    pub overlays: Vec<(String, Origin)>,
    /// The operations to keep.
    pub select: Selection,
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
    secrets: Vec<Spanned<String>>,
    #[serde(default)]
    server_by_token_region: BTreeMap<String, String>,
    documents: Vec<RawDocument>,
    #[serde(default)]
    merge: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    id: String,
    file: Spanned<String>,
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
    /// Parses `openapi/families.toml`; every value that a later message may speak of keeps its place.
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

/// Gives spans of the TOML file their origins.
struct Places<'a> {
    cx: &'a mut Context,
    source: SourceId,
}

impl Places<'_> {
    fn place<T>(&mut self, value: Spanned<T>) -> (T, Origin) {
        let origin = load::spot(&mut self.cx.sources, self.source, value.span());
        (value.into_inner(), origin)
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
        let documents = raw.documents.into_iter().map(|document| self.document(document)).collect();
        let rules = raw.merge.into_iter().filter_map(|rule| self.rule(rule, problems)).collect();
        Family {
            documents,
            merge: MergePlan { family: name.clone(), servers_from: raw.servers_from, rules },
            lower: LowerPlan { secrets: self.places(raw.secrets), care: Care::Curated },
            server_by_token_region: raw.server_by_token_region.into_iter().collect(),
            package,
            package_origin: place,
            title: raw.title,
            name,
        }
    }

    fn document(&mut self, raw: RawDocument) -> DocumentConfig {
        DocumentConfig {
            id: raw.id,
            file: self.place(raw.file),
            overlays: raw.overlays.into_iter().map(|overlay| self.place(overlay)).collect(),
            select: Selection {
                tags: self.places(raw.select.tags),
                paths: self.places(raw.select.paths),
                operations: self.places(raw.select.operations),
            },
        }
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
