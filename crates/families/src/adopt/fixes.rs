//! Corrections for a description that contradicts itself, as an overlay for people to review.
//!
//! Each problem of the description gets the smallest correction that makes it consistent, as in `client`. Since one
//! correction may uncover another problem, the family is tried again with all of them until nothing more can be corrected.

mod operation;
mod place;

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use openapi_pipeline::source::Step as Mark;
use openapi_pipeline::{Context, Diagnostic, Node};
use serde_json::{Value as Json, json};

use super::trial::{self, Trial};
use crate::build;
use crate::failure::Failure;
use crate::workspace::{OPENAPI, Tree, in_openapi};
use crate::yaml;
use place::{Located, NodePath};

/// The most tries: a description that is repaired in more steps than this is left to people.
const TRIES: usize = 12;

/// The overlay while it is tried, below openapi/.
const TRIED: &str = ".corrections.yaml";

/// An overlay that makes a description consistent, as far as that can be done by rule.
#[derive(Clone, Debug)]
pub struct Fixes {
    /// The document of the family that it is for.
    pub document: String,
    /// The number of its actions.
    pub actions: usize,
    /// The number of problems that are left.
    pub left: usize,
    text: String,
}

/// The correction of an overlay at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    target: String,
    description: String,
    change: Change,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Update(Json),
    Remove,
}

impl Action {
    fn update(target: &NodePath, description: String, update: Json) -> Self {
        Self { target: target.target(), description, change: Change::Update(update) }
    }

    fn remove(target: &NodePath, description: String) -> Self {
        Self { target: target.target(), description, change: Change::Remove }
    }

    fn to_json(&self) -> Json {
        let mut action = json!({"target": self.target, "description": self.description});
        match &self.change {
            Change::Update(update) => action["update"] = update.clone(),
            Change::Remove => action["remove"] = Json::Bool(true),
        }
        action
    }
}

impl Fixes {
    /// Writes the overlay to a new file.
    ///
    /// # Errors
    ///
    /// When there is such a file already, which stays as it is, or it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        is_free(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed = |error| Failure::io("write", path, error);
        let mut file = tempfile::Builder::new().prefix(".overlay-").tempfile_in(folder).map_err(failed)?;
        file.write_all(self.text.as_bytes()).map_err(failed)?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => is_free(path),
            Err(error) => Err(failed(error.error)),
        }
    }

    /// The next steps for the user, once the overlay is at a path.
    pub fn next(&self, path: &Path) -> String {
        let Self { document, actions, left, .. } = self;
        let plural = if *actions == 1 { "" } else { "s" };
        let within = path.components().skip_while(|part| part.as_os_str() != OPENAPI).skip(1).collect::<PathBuf>();
        let named = if within.as_os_str().is_empty() { path } else { &within };
        let mut text = format!(
            "== written: {}, an overlay with {actions} action{plural}; next\n  read it: each action says why, and guesses \
             what the vendor meant\n  add it to `overlays` of document `{document}` in openapi/families.toml, behind those \
             that are there: \"{}\"\n  run the command again, without --write-overlay",
            path.display(),
            named.display(),
        );
        if *left > 0 {
            let plural = if *left == 1 { "" } else { "s" };
            text.push_str(&format!(
                "\n  {left} problem{plural} of the description can't be corrected by rule: see above"
            ));
        }
        text
    }
}

/// Checks that a file can be created at a path.
///
/// # Errors
///
/// When something is there already.
pub fn is_free(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Failure::Message {
        code: "file-exists",
        message: format!("{} exists already, and was left as it is", path.display()),
        help: "name a new file for --write-overlay".to_owned(),
    })
}

/// The corrections for a family in a workspace as it would be; nothing if its descriptions don't contradict themselves,
/// or nothing of it can be corrected.
pub(super) fn find(tree: &Tree, name: &str) -> Result<Option<Fixes>, Failure> {
    let mut tree = tree.clone();
    let mut actions: Vec<Action> = Vec::new();
    let mut corrected: Option<usize> = None;
    let mut left = 0;
    for _ in 0..TRIES {
        // Without the files of the tries before, which count towards the limits of a run.
        let (mut cx, families, _) = build::families(&tree)?;
        let mut family = families.named(name)?.clone();
        if let Some(document) = corrected.and_then(|at| family.documents.get_mut(at)) {
            document.overlays.push((TRIED.to_owned(), document.file.1));
        }
        let trial = trial::run(&tree, &mut cx, &family);
        left = trial.problems.documents.0.len();
        let Some((at, more)) = more(&trial, &family.name, corrected)? else { break };
        let before = actions.len();
        let known: Vec<Action> = more.into_iter().filter(|action| !actions.contains(action)).collect();
        actions.extend(known);
        if actions.len() == before {
            break;
        }
        corrected = Some(at);
        tree.write(in_openapi(TRIED), overlay(&mut cx, name, &actions));
    }
    let Some(at) = corrected else { return Ok(None) };
    let (mut cx, families, _) = build::families(&tree)?;
    let document = families.named(name)?.documents.get(at).map(|document| document.id.clone()).unwrap_or_default();
    Ok(Some(Fixes { document, actions: actions.len(), left, text: overlay(&mut cx, name, &actions) }))
}

/// The corrections of one more try, and the document that they are for.
fn more(trial: &Trial, family: &str, corrected: Option<usize>) -> Result<Option<(usize, Vec<Action>)>, Failure> {
    let mut found: Option<(usize, Vec<Action>)> = None;
    for (at, tried) in trial.documents.iter().enumerate() {
        let Some(root) = &tried.overlaid else { continue };
        let actions = corrections(root, &trial.problems.documents.0);
        if actions.is_empty() {
            continue;
        }
        if found.is_some() || corrected.is_some_and(|document| document != at) {
            return Err(Failure::Message {
                code: "two-overlays",
                message: format!("more than one description of family {family} contradicts itself"),
                help: "an overlay is for one document: give one new description at a time".to_owned(),
            });
        }
        found = Some((at, actions));
    }
    Ok(found)
}

/// The corrections for the problems that lie in one document.
fn corrections(root: &Node, problems: &[Diagnostic]) -> Vec<Action> {
    let located = place::locate(root, problems);
    let mut actions = operation::corrections(root, &located);
    let mut done: HashSet<String> = actions.iter().map(|action| action.target.clone()).collect();
    for Located { problem, way } in &located {
        let action = match problem.code {
            "swagger-two-bodies" => Action::remove(way, "A second body: an operation can send only one.".to_owned()),
            "dangling-ref" | "ref-to-value" | "ref-to-example" | "ref-cycle" | "unusable-ref" => {
                reference(way, problem)
            }
            _ => continue,
        };
        if done.insert(action.target.clone()) {
            actions.push(action);
        }
    }
    actions
}

/// A reference that can't be followed: a schema without it takes any JSON, and anything else can only go.
fn reference(way: &NodePath, problem: &Diagnostic) -> Action {
    let why = problem.message.clone();
    match way.parent().filter(|_| way.ends_in("$ref")) {
        Some(holder) if !holder.is_schema() => {
            Action::remove(&holder, format!("{why}: what refers to it is left out."))
        }
        _ => Action::remove(way, format!("{why}: any JSON is taken there.")),
    }
}

fn overlay(cx: &mut Context, family: &str, actions: &[Action]) -> String {
    let title = format!("Corrections for what family {family} contradicts itself in");
    let actions: Vec<Json> = actions.iter().map(Action::to_json).collect();
    let document = json!({"overlay": "1.0.0", "info": {"title": title, "version": "1.0.0"}, "actions": actions});
    let source = cx.sources.add(TRIED, "");
    let origin = cx.sources.mark(source, 0..0, None, Mark::Root);
    yaml::render(&Node::from_json(&document, origin))
}
