//! `openapi/diff.toml`: levels of one's own for the changes that a comparison finds.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use openapi_pipeline::diff::{Date, Level, Policy, Scope, Stability, UnknownName, rule_named};
use openapi_pipeline::source::SourceId;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Origin, load};
use serde::Deserialize;
use toml::Spanned;

use crate::workspace::Workspace;

/// The file in a workspace.
pub(crate) const POLICY: &str = "openapi/diff.toml";

/// A rule that says that something wasn't compared, of which nothing is known that a level could be set by.
const FIXED: &str = "comparison-incomplete";

type Levels = BTreeMap<Spanned<String>, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    levels: Levels,
    #[serde(default)]
    below: BTreeMap<Spanned<String>, Levels>,
    #[serde(default)]
    stability: Levels,
}

/// The path of a workspace's `openapi/diff.toml`, if there is such a file.
pub fn of_workspace(workspace: &Workspace) -> Option<PathBuf> {
    Some(workspace.path(POLICY)).filter(|file| file.is_file())
}

/// The day it is, in UTC.
pub(crate) fn today() -> Date {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    Date::of_unix_time(elapsed.map(|elapsed| elapsed.as_secs()).unwrap_or_default())
}

/// Reads the levels of a file.
///
/// # Errors
///
/// When it isn't TOML of that format, names a rule, a level or a stability that doesn't exist, or sets a rule twice; each
/// problem has its place.
pub(crate) fn parse(cx: &mut Context, source: SourceId) -> Result<Policy, Diagnostics> {
    let raw: Raw = toml::from_str(cx.sources.text(source)).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let text = cx.sources.text(source).get(span.clone()).unwrap_or_default().to_owned();
        let place = load::spot(&mut cx.sources, source, span);
        if error.message().contains("duplicate key") {
            return repeated(&text, place);
        }
        Diagnostic::new("diff-toml", error.message().to_owned())
            .at(place, "here")
            .help("the file has the tables `levels`, `below.\"/path\"` and `stability`; docs/diff.md describes them")
    })?;
    let mut reader =
        Reader { cx, source, policy: Policy::default(), seen: HashMap::new(), problems: Diagnostics::default() };
    reader.levels(&Scope::default(), raw.levels);
    for (scope, levels) in raw.below {
        let place = reader.place(&scope);
        match scope.get_ref().parse() {
            Ok(scope) => reader.levels(&scope, levels),
            Err(error) => reader.problems.push(
                Diagnostic::new(
                    "malformed-scope",
                    format!("`{}` is no part of a description", scope.get_ref().escape_debug()),
                )
                .at(place, "neither a path nor a JSON pointer")
                .help(format!("{error}")),
            ),
        }
    }
    for (stability, level) in raw.stability {
        let place = reader.place(&stability);
        let known = stability.get_ref().parse::<Stability>();
        let known = reader.known(known, "stability", stability.get_ref(), place);
        if let (Some(stability), Some(level)) = (known, reader.level(&level)) {
            reader.policy.limit(stability, level);
        }
    }
    reader.problems.into_result()?;
    Ok(reader.policy)
}

fn repeated(rule: &str, place: Origin) -> Diagnostic {
    Diagnostic::new("repeated-rule", format!("`{rule}` is set twice"))
        .at(place, "set again")
        .help("leave one of both, with the level that holds")
}

/// Sets levels as they are read.
struct Reader<'a> {
    cx: &'a mut Context,
    source: SourceId,
    policy: Policy,
    seen: HashMap<(Scope, &'static str), Origin>,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn place(&mut self, value: &Spanned<String>) -> Origin {
        load::spot(&mut self.cx.sources, self.source, value.span())
    }

    fn levels(&mut self, scope: &Scope, levels: Levels) {
        for (name, level) in levels {
            let place = self.place(&name);
            let rule = self.known(rule_named(name.get_ref()), "rule", name.get_ref(), place);
            let (Some(rule), Some(level)) = (rule, self.level(&level)) else { continue };
            if rule.name == FIXED {
                self.problems.push(
                    Diagnostic::new("fixed-level", format!("the level of `{FIXED}` can't be set"))
                        .at(place, "set here")
                        .help("of what was not compared, nothing can be promised; accept it where it occurs"),
                );
            } else if let Some(first) = self.seen.insert((scope.clone(), rule.name), place) {
                self.problems.push(repeated(rule.name, place).related(first, "set here"));
            } else {
                self.policy.set(scope.clone(), rule, level);
            }
        }
    }

    fn level(&mut self, level: &Spanned<String>) -> Option<Level> {
        let place = self.place(level);
        self.known(level.get_ref().parse(), "level", level.get_ref(), place)
    }

    /// The item that a name stands for, or a problem.
    fn known<T>(&mut self, found: Result<T, UnknownName>, what: &str, name: &str, place: Origin) -> Option<T> {
        let problem = |error: UnknownName| {
            Diagnostic::new(unknown(what), format!("there is no {what} `{}`", name.escape_debug()))
                .at(place, format!("this {what}"))
                .help(error.to_string())
        };
        found.map_err(|error| self.problems.push(problem(error))).ok()
    }
}

fn unknown(what: &str) -> &'static str {
    match what {
        "rule" => "unknown-rule",
        "level" => "unknown-level",
        _ => "unknown-stability",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mut cx = Context::new();
        let source = cx.sources.add("openapi/diff.toml", text);
        let found = parse(&mut cx, source).err().unwrap_or_default();
        let shown = found.0.iter().map(|problem| {
            let place =
                problem.primary.as_ref().map(|(origin, _)| cx.sources.place(*origin).to_string()).unwrap_or_default();
            format!("{place} {}: {} ({})", problem.code, problem.message, problem.help.clone().unwrap_or_default())
        });
        shown.collect()
    }

    #[test]
    fn unknown_names_are_reported_with_place_and_suggestion() {
        for (text, expected) in [
            (
                "[levels]\noperation-removd = \"breaking\"\n",
                "openapi/diff.toml:2:1 unknown-rule: there is no rule `operation-removd` (did you mean `operation-removed`",
            ),
            (
                "[levels]\noperation-removed = \"braking\"\n",
                "openapi/diff.toml:2:21 unknown-level: there is no level `braking` (did you mean `breaking`?)",
            ),
            (
                "[stability]\nbetta = \"source\"\n",
                "openapi/diff.toml:2:1 unknown-stability: there is no stability `betta` (did you mean `beta`?)",
            ),
            (
                "[below.beta]\noperation-removed = \"source\"\n",
                "openapi/diff.toml:1:8 malformed-scope: `beta` is no part of a description (write a path as",
            ),
            (
                "[levels]\noperation-removed = \"source\"\noperation-removed = \"source\"\n",
                "openapi/diff.toml:3:1 repeated-rule: `operation-removed` is set twice (leave one of both",
            ),
            (
                "[below.\"/a/{x}\"]\noperation-removed = \"source\"\n[below.\"/a/{y}/\"]\noperation-removed = \"source\"\n",
                "openapi/diff.toml:4:1 repeated-rule: `operation-removed` is set twice (leave one of both",
            ),
            (
                "[levels]\ncomparison-incomplete = \"compatible\"\n",
                "openapi/diff.toml:2:1 fixed-level: the level of `comparison-incomplete` can't be set (of what",
            ),
            ("[level]\n", "openapi/diff.toml:1:2 diff-toml: unknown field `level`"),
        ] {
            let found = problems(text);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{text}: {found:#?}\nexpected {expected}");
        }
    }

    #[test]
    fn all_problems_are_shown_at_once() {
        assert_eq!(problems("[levels]\na = \"breaking\"\nb = \"breaking\"\n[stability]\nc = \"d\"\n").len(), 4);
    }

    #[test]
    fn an_empty_file_sets_nothing() {
        assert_eq!(problems(""), [""; 0]);
        assert_eq!(Level::ALL.map(|level| level.name().parse().ok()), Level::ALL.map(Some));
    }
}
