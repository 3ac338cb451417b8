//! An overlay as its specification wants it. All that is wrong with its shape is reported together.

use serde_json_path::JsonPath;

use crate::source::Step;
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Origin};

/// Longer targets are not written by hand.
const MAX_TARGET_LENGTH: usize = 4096;

/// Parentheses in filters make the JSONPath parser recurse, and try alternatives at each level.
const MAX_TARGET_NESTING: usize = 8;

/// A checked overlay.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    pub(super) version: Version,
    pub(super) actions: Vec<Action<'a>>,
}

/// The versions of the specification that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1_0,
    V1_1,
}

/// One action.
#[derive(Debug)]
pub(super) struct Action<'a> {
    /// The place of the action itself.
    pub(super) origin: Origin,
    pub(super) target: JsonPath,
    /// The target as it was written.
    pub(super) target_text: &'a str,
    pub(super) target_origin: Origin,
    pub(super) change: Change<'a>,
}

/// What an action does.
#[derive(Debug)]
pub(super) enum Change<'a> {
    Update(&'a Node),
    Remove { ignored_update: bool },
}

impl<'a> Overlay<'a> {
    /// Checks the shape of an overlay document.
    pub(super) fn read(cx: &mut Context, root: &'a Node) -> Result<Self, Diagnostics> {
        let mut reader = Reader { cx, problems: Diagnostics::default() };
        let overlay = reader.overlay(root);
        reader.problems.into_result()?;
        // Without a problem there is an overlay; nothing is lost by saying so twice.
        overlay.ok_or_else(|| shape(root.origin, "this is not an overlay", "expected an overlay here").into())
    }
}

fn shape(origin: Origin, message: impl Into<String>, label: &str) -> Diagnostic {
    Diagnostic::new("overlay-shape", message)
        .at(origin, label)
        .help("an overlay has `overlay`, `info` with `title` and `version`, and `actions` with `target` and `update` or `remove`")
}

struct Reader<'c> {
    cx: &'c mut Context,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn overlay<'a>(&mut self, root: &'a Node) -> Option<Overlay<'a>> {
        let Some(members) = root.as_object() else {
            self.problem(root.origin, "an overlay must be an object", "this is something else");
            return None;
        };
        self.known_keys(members, &["overlay", "info", "extends", "actions"], "an overlay");
        let version = self.version(root);
        self.info(root);
        if let Some(extends) = members.get("extends").filter(|extends| extends.as_str().is_none()) {
            self.problem(extends.origin, "`extends` must be a text", "this is something else");
        }
        let actions = self.actions(root);
        Some(Overlay { version: version?, actions })
    }

    fn version(&mut self, root: &Node) -> Option<Version> {
        let Some(version) = root.get("overlay") else {
            self.problem(root.origin, "this is not an overlay", "there is no `overlay` in it");
            return None;
        };
        let mut numbers = version.as_str().unwrap_or_default().splitn(3, '.');
        match (numbers.next(), numbers.next()) {
            (Some("1"), Some("0")) => Some(Version::V1_0),
            (Some("1"), Some("1")) => Some(Version::V1_1),
            _ => {
                let given = version.to_json();
                self.problems.push(
                    Diagnostic::new("unsupported-overlay", format!("overlays of version {given} are not supported"))
                        .at(version.origin, "this version")
                        .help("write the overlay in version 1.0.0 or 1.1.0"),
                );
                None
            }
        }
    }

    fn info(&mut self, root: &Node) {
        let Some(info) = root.get("info").filter(|info| info.as_object().is_some()) else {
            let origin = root.get("info").map_or(root.origin, |info| info.origin);
            self.problem(origin, "an overlay needs an object `info`", "expected `info` with `title` and `version`");
            return;
        };
        for key in ["title", "version"] {
            if info.get_str(key).is_none() {
                let origin = info.get(key).map_or(info.origin, |value| value.origin);
                self.problem(
                    origin,
                    format!("`info` of an overlay needs the text `{key}`"),
                    "it is missing, or no text",
                );
            }
        }
    }

    fn actions<'a>(&mut self, root: &'a Node) -> Vec<Action<'a>> {
        let list = root.get("actions").and_then(Node::as_array).unwrap_or_default();
        if list.is_empty() {
            let origin = root.get("actions").map_or(root.origin, |actions| actions.origin);
            self.problem(origin, "an overlay needs a list of `actions`", "there is no action");
        }
        list.iter().filter_map(|action| self.action(action)).collect()
    }

    fn action<'a>(&mut self, action: &'a Node) -> Option<Action<'a>> {
        let Some(members) = action.as_object() else {
            self.problem(action.origin, "an action must be an object", "this is something else");
            return None;
        };
        if let Some(copy) = members.get("copy") {
            self.problems.push(
                Diagnostic::new("unsupported-overlay", "the action `copy` of Overlay 1.1 is not supported")
                    .at(copy.origin, "this copies")
                    .help("write what shall be added into an `update`"),
            );
        }
        self.known_keys(members, &["target", "description", "update", "remove", "copy"], "an action");
        if let Some(description) = members.get("description").filter(|text| text.as_str().is_none()) {
            self.problem(description.origin, "`description` must be a text", "this is something else");
        }
        let change = self.change(action, members);
        let target = self.target(action, members);
        let (target_text, target_origin, target) = target?;
        Some(Action { origin: action.origin, target, target_text, target_origin, change: change? })
    }

    fn change<'a>(&mut self, action: &Node, members: &'a Object) -> Option<Change<'a>> {
        let remove = match members.get("remove") {
            None => false,
            Some(remove) => match remove.as_bool() {
                Some(remove) => remove,
                None => {
                    self.problem(remove.origin, "`remove` must be true or false", "this is something else");
                    return None;
                }
            },
        };
        match members.get("update") {
            update if remove => Some(Change::Remove { ignored_update: update.is_some() }),
            Some(update) => Some(Change::Update(update)),
            None if members.contains_key("copy") => None,
            None => {
                self.problem(action.origin, "an action does nothing", "there is neither `update` nor `remove: true`");
                None
            }
        }
    }

    fn target<'a>(&mut self, action: &Node, members: &'a Object) -> Option<(&'a str, Origin, JsonPath)> {
        let node = members.get("target");
        let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) else {
            let origin = node.map_or(action.origin, |node| node.origin);
            self.problem(origin, "an action needs the text `target`", "it is missing, or no text");
            return None;
        };
        let parsed = match limits(text) {
            Some((at, message)) => Err((at, message.to_owned())),
            None if !text.starts_with('$') => Err((0, "a JSONPath begins with `$`".to_owned())),
            None => JsonPath::parse(text).map_err(|error| (error.position(), error.message().to_owned())),
        };
        match parsed {
            Ok(path) => Some((text, node.origin, path)),
            Err((at, message)) => {
                let character = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
                let origin = self.inside(node.origin, text, at);
                self.problems.push(
                    Diagnostic::new("overlay-target", format!("`{text}` is not a JSONPath"))
                        .at(origin, format!("at character {character}: {message}"))
                        .help("write the target as RFC 9535 says, such as `$.paths['/users/{id}'].get`"),
                );
                None
            }
        }
    }

    /// The place of a character of a text, if the source shows the text as it is; the place of the text otherwise.
    fn inside(&mut self, origin: Origin, text: &str, at: usize) -> Origin {
        let span = self.cx.sources.span(origin);
        let shown = self.cx.sources.text(origin.source()).get(span.clone());
        match shown.and_then(|shown| shown.find(text)) {
            Some(offset) => {
                let start = span.start + offset + at;
                let end = span.start + offset + text.len();
                self.cx.sources.mark(origin.source(), start..end.max(start), None, Step::Index(0))
            }
            None => origin,
        }
    }

    fn known_keys(&mut self, members: &Object, known: &[&str], what: &str) {
        for (key, member) in members {
            if !known.contains(&key.as_str()) && !key.starts_with("x-") {
                let message = format!("{what} has no `{key}`");
                let list = known.iter().filter(|key| **key != "copy").copied().collect::<Vec<_>>().join("`, `");
                let problem = Diagnostic::new("overlay-shape", message).at(member.origin, "this is not known");
                self.problems.push(problem.help(format!("it may have `{list}`, and extensions that begin with `x-`")));
            }
        }
    }

    fn problem(&mut self, origin: Origin, message: impl Into<String>, label: &str) {
        self.problems.push(shape(origin, message, label));
    }
}

/// Where a target is longer, or nests deeper, than the parser can be trusted with.
fn limits(text: &str) -> Option<(usize, &'static str)> {
    if text.len() > MAX_TARGET_LENGTH {
        return Some((0, "it is too long"));
    }
    let mut nesting: usize = 0;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => {
                nesting += 1;
                if nesting > MAX_TARGET_NESTING {
                    return Some((at, "brackets nest too deep"));
                }
            }
            (None, ')' | ']') => nesting = nesting.saturating_sub(1),
            _ => {}
        }
    }
    None
}
