//! Corrections of operations whose path, parameters and responses don't fit together.

use std::collections::{BTreeMap, HashSet};

use openapi_pipeline::{Node, load};
use serde_json::{Value as Json, json};

use super::Action;
use super::place::{Located, NodePath, quoted};

/// The corrections for every operation that a problem names.
pub(super) fn corrections(root: &Node, located: &[Located<'_>]) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    // By the list that they are removed from, since each removal moves those behind it.
    let mut removals: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for (path, item) in root.members("paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let named = format!("`{} {path}`", method.to_uppercase());
            let codes: HashSet<&str> = located
                .iter()
                .filter(|located| located.problem.message.contains(&named))
                .map(|located| located.problem.code)
                .collect();
            if codes.is_empty() || operation.as_object().is_none() {
                continue;
            }
            let place = NodePath::of(&["paths", path, method]);
            let mut work = Work { root, path, place, named, actions: Vec::new(), removals: &mut removals };
            work.operation(item, operation, &codes);
            for action in work.actions {
                if !actions.contains(&action) {
                    actions.push(action);
                }
            }
        }
    }
    for (list, items) in removals {
        let indexes: Vec<String> = items.keys().map(usize::to_string).collect();
        let reasons: Vec<String> = items.into_values().collect();
        let target = format!("{list}[{}]", indexes.join(","));
        actions.push(Action { target, description: reasons.join(" "), change: super::Change::Remove });
    }
    actions
}

struct Work<'a> {
    root: &'a Node,
    path: &'a str,
    place: NodePath,
    /// The operation in messages.
    named: String,
    actions: Vec<Action>,
    removals: &'a mut BTreeMap<String, BTreeMap<usize, String>>,
}

/// A parameter, and its place.
struct Parameter<'a> {
    list: NodePath,
    at: usize,
    /// Whether it stands there, and not behind a reference.
    is_here: bool,
    name: Option<&'a str>,
    location: Option<&'a str>,
}

impl Work<'_> {
    fn operation(&mut self, item: &Node, operation: &Node, codes: &HashSet<&str>) {
        if codes.contains("invalid-path") || codes.contains("duplicate-placeholder") {
            // No overlay gives a path another name.
            let why = format!("The path of {} can't be filled: the operation is left out.", self.named);
            self.actions.push(Action::remove(&self.place, why));
            return;
        }
        let own = parameters(self.root, operation, &self.place.name("parameters"));
        let shared = parameters(self.root, item, &NodePath::of(&["paths", self.path, "parameters"]));
        for list in [&own, &shared] {
            self.unusable(list);
        }
        self.placeholders(&own, &shared);
        if codes.contains("operation-without-responses") {
            // Swagger 2.0 has no ranges.
            let status = if self.root.get("swagger").is_some() { "200" } else { "2XX" };
            let why = format!("{} doesn't say what it answers: a success without a body is assumed.", self.named);
            let success = json!({"responses": {status: {"description": "Success."}}});
            self.actions.push(Action::update(&self.place, why, success));
        }
    }

    fn remove(&mut self, parameter: &Parameter<'_>, why: String) {
        let list = self.removals.entry(parameter.list.target()).or_default();
        list.entry(parameter.at).or_insert(why);
    }

    /// Parameters without a name or a location, or with those of an earlier one.
    fn unusable(&mut self, list: &[Parameter<'_>]) {
        let mut seen = HashSet::new();
        for parameter in list {
            match (parameter.name, parameter.location) {
                (Some(name), Some(location)) if !seen.insert((name, location)) => {
                    let why = format!("{} has the {location} parameter {} twice.", self.named, quoted(name));
                    self.remove(parameter, why);
                }
                (Some(_), Some(_)) => {}
                _ => self.remove(parameter, format!("A parameter of {} has no name or no location.", self.named)),
            }
        }
    }

    /// Path parameters that have no placeholder, and placeholders that have no parameter.
    fn placeholders(&mut self, own: &[Parameter<'_>], shared: &[Parameter<'_>]) {
        let mut open: Vec<&str> =
            self.path.split('{').skip(1).filter_map(|piece| piece.split_once('}').map(|(name, _)| name)).collect();
        let known = open.clone();
        let in_path = || own.iter().chain(shared).filter(|parameter| parameter.location == Some("path"));
        open.retain(|name| in_path().all(|parameter| parameter.name != Some(name)));
        let stray: Vec<&Parameter<'_>> =
            in_path().filter(|parameter| parameter.name.is_some_and(|name| !known.contains(&name))).collect();
        if let ([missing], [parameter]) = (open.as_slice(), stray.as_slice())
            && parameter.is_here
        {
            let name = parameter.name.unwrap_or_default();
            let why =
                format!("The parameter {} of {} is called {} in the path.", quoted(name), self.named, quoted(missing));
            let target = parameter.list.index(parameter.at);
            self.actions.push(Action::update(&target, why, json!({"name": missing})));
            return;
        }
        for parameter in stray {
            let name = quoted(parameter.name.unwrap_or_default());
            self.remove(parameter, format!("The path of {} has no placeholder {name}.", self.named));
        }
        if !open.is_empty() {
            let names: Vec<String> = open.iter().map(|name| quoted(name)).collect();
            let why = format!("{} doesn't describe {} of its path: a string is assumed.", self.named, names.join(", "));
            let added: Vec<Json> = open.into_iter().map(|name| self.string(name)).collect();
            self.actions.push(Action::update(&self.place, why, json!({"parameters": added})));
        }
    }

    fn string(&self, name: &str) -> Json {
        let mut parameter = json!({"name": name, "in": "path", "required": true});
        if self.root.get("swagger").is_some() {
            parameter["type"] = "string".into();
        } else {
            parameter["schema"] = json!({"type": "string"});
        }
        parameter
    }
}

/// The parameters of an operation or a path item.
fn parameters<'a>(root: &'a Node, holder: &'a Node, list: &NodePath) -> Vec<Parameter<'a>> {
    let items = holder.get("parameters").and_then(Node::as_array).unwrap_or_default();
    let parameter = |(at, item): (usize, &'a Node)| {
        let target = item.get_str("$ref").map_or(Some(item), |reference| load::resolve(root, reference));
        Parameter {
            list: list.clone(),
            at,
            is_here: item.get("$ref").is_none(),
            name: target.and_then(|target| target.get_str("name")),
            location: target.and_then(|target| target.get_str("in")),
        }
    };
    // A parameter whose reference is dangling is a problem of its own.
    let is_known = |(_, item): &(usize, &Node)| {
        item.get_str("$ref").is_none_or(|reference| load::resolve(root, reference).is_some())
    };
    items.iter().enumerate().filter(is_known).map(parameter).collect()
}
