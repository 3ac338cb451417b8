//! Reads an overlay by its specification. All problems of its shape are reported together.

use std::collections::HashMap;

use super::action::{Action, Change, Overlay, Version};
use super::target::Target;
use crate::source::Step;
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Origin};

impl<'a> Overlay<'a> {
    /// Checks the shape of an overlay document.
    pub(super) fn read(cx: &mut Context, root: &'a Node) -> Result<Self, Diagnostics> {
        let mut reader = Reader { cx, problems: Diagnostics::default() };
        let overlay = reader.overlay(root);
        reader.problems.into_result()?;
        // Without a problem there is an overlay; the error only spares a panic.
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
        // Without a version, the rules of 1.1 apply, which has more keywords.
        let rules = version.unwrap_or(Version::V1_1);
        self.info(root, rules);
        let extends = members.get("extends").and_then(|extends| {
            let text = extends.as_str();
            if text.is_none() {
                self.problem(extends.origin, "`extends` must be a string", "this is something else");
            }
            Some((text?, extends.origin))
        });
        let actions = self.actions(root, rules);
        Some(Overlay { version: version?, extends, actions })
    }

    fn version(&mut self, root: &Node) -> Option<Version> {
        let Some(version) = root.get("overlay") else {
            self.problem(root.origin, "this is not an overlay", "there is no `overlay` in it");
            return None;
        };
        let is_patch = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match version.as_str().and_then(|text| text.rsplit_once('.')) {
            Some(("1.0", patch)) if is_patch(patch) => Some(Version::V1_0),
            Some(("1.1", patch)) if is_patch(patch) => Some(Version::V1_1),
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

    fn info(&mut self, root: &Node, version: Version) {
        let Some((info, members)) = root.get("info").and_then(|info| Some((info, info.as_object()?))) else {
            let origin = root.get("info").map_or(root.origin, |info| info.origin);
            self.problem(origin, "an overlay needs an object `info`", "expected `info` with `title` and `version`");
            return;
        };
        match version {
            Version::V1_0 => self.known_keys(members, &["title", "version"], "`info` of an overlay of version 1.0"),
            Version::V1_1 => self.known_keys(members, &["title", "version", "description"], "`info` of an overlay"),
        }
        for key in ["title", "version"] {
            if info.get_str(key).is_none() {
                let origin = info.get(key).map_or(info.origin, |value| value.origin);
                self.problem(
                    origin,
                    format!("`info` of an overlay needs the string `{key}`"),
                    "it is missing, or no string",
                );
            }
        }
        self.description(members);
    }

    fn description(&mut self, members: &Object) {
        if let Some(description) = members.get("description").filter(|text| text.as_str().is_none()) {
            self.problem(description.origin, "`description` must be a string", "this is something else");
        }
    }

    fn actions<'a>(&mut self, root: &'a Node, version: Version) -> Vec<Action<'a>> {
        let list = root.elements("actions");
        if list.is_empty() {
            let origin = root.get("actions").map_or(root.origin, |actions| actions.origin);
            self.problem(origin, "an overlay needs an array of `actions`", "there is no action");
        }
        let mut seen: HashMap<String, Origin> = HashMap::new();
        for action in list {
            if let Some(first) = seen.insert(action.to_json().to_string(), action.origin) {
                let problem = shape(action.origin, "an overlay has the same action twice", "again here");
                self.problems.push(problem.related(first, "first here"));
            }
        }
        list.iter().filter_map(|action| self.action(action, version)).collect()
    }

    fn action<'a>(&mut self, action: &'a Node, version: Version) -> Option<Action<'a>> {
        let Some(members) = action.as_object() else {
            self.problem(action.origin, "an action must be an object", "this is something else");
            return None;
        };
        match version {
            Version::V1_0 => {
                self.known_keys(members, &["target", "description", "update", "remove"], "an action of version 1.0")
            }
            Version::V1_1 => {
                self.known_keys(members, &["target", "description", "update", "copy", "remove"], "an action")
            }
        }
        self.description(members);
        let change = match version {
            Version::V1_0 => self.change_1_0(action, members),
            Version::V1_1 => self.change_1_1(action, members),
        };
        let target = self.target(action, "target");
        Some(Action { origin: action.origin, target: target?, change: change? })
    }

    fn change_1_0<'a>(&mut self, action: &Node, members: &'a Object) -> Option<Change<'a>> {
        let remove = self.remove(members)?;
        match members.get("update") {
            update if remove => Some(Change::Remove { ignored_update: update.is_some() }),
            Some(update) => Some(Change::Update(update)),
            None => {
                self.problem(action.origin, "an action does nothing", "there is neither `update` nor `remove: true`");
                None
            }
        }
    }

    fn change_1_1<'a>(&mut self, action: &'a Node, members: &'a Object) -> Option<Change<'a>> {
        let remove = self.remove(members)?;
        let (update, copies) = (members.get("update"), members.contains_key("copy"));
        match (update, copies, remove) {
            (None, false, true) => Some(Change::Remove { ignored_update: false }),
            (Some(update), false, false) => Some(Change::Update(update)),
            (None, true, false) => Some(Change::Copy(self.target(action, "copy")?)),
            (None, false, false) => {
                self.problem(
                    action.origin,
                    "an action does nothing",
                    "there is neither `update` nor `copy` nor `remove: true`",
                );
                None
            }
            _ => {
                self.problem(
                    action.origin,
                    "an action of version 1.1 does one thing",
                    "there are several of `update`, `copy` and `remove`",
                );
                None
            }
        }
    }

    fn remove(&mut self, members: &Object) -> Option<bool> {
        let Some(remove) = members.get("remove") else { return Some(false) };
        if remove.as_bool().is_none() {
            self.problem(remove.origin, "`remove` must be true or false", "this is something else");
        }
        remove.as_bool()
    }

    fn target<'a>(&mut self, action: &'a Node, key: &str) -> Option<Target<'a>> {
        let node = action.get(key);
        let Some((node, text)) = node.and_then(|node| Some((node, node.as_str()?))) else {
            let origin = node.map_or(action.origin, |node| node.origin);
            self.problem(origin, format!("an action needs the string `{key}`"), "it is missing, or no string");
            return None;
        };
        match Target::parse(text, node.origin, &self.cx.limits) {
            Ok(target) => Some(target),
            Err((at, message)) => {
                let character = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
                let origin = self.inside(node.origin, text, at);
                self.problems.push(
                    Diagnostic::new("overlay-target", format!("`{text}` is not a JSONPath"))
                        .at(origin, format!("at character {character}: {message}"))
                        .help("write it as RFC 9535 says, such as `$.paths['/users/{id}'].get`"),
                );
                None
            }
        }
    }

    /// The place of a character of a string, if the source shows the string as it is; the place of the string
    /// otherwise.
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
                let list = known.join("`, `");
                let problem = Diagnostic::new("overlay-shape", message).at(member.origin, "this is not known");
                let help = match key.as_str() {
                    "copy" | "description" if what.ends_with("1.0") => "say `overlay: 1.1.0`, which has it".to_owned(),
                    _ => format!("it may have `{list}`, and extensions that begin with `x-`"),
                };
                self.problems.push(problem.help(help));
            }
        }
    }

    fn problem(&mut self, origin: Origin, message: impl Into<String>, label: &str) {
        self.problems.push(shape(origin, message, label));
    }
}
