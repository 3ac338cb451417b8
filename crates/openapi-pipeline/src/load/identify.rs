//! References by name (`$anchor`, `$id`, `$self`) and references relative to an embedded schema become references by
//! place within their file, the only kind that later steps follow.

use std::collections::HashMap;
use std::rc::Rc;

use super::position::Position;
use super::rules::REFERENCE_BY_PLACE;
use super::uri;
use crate::limits::text_weight;
use crate::report::Budget;
use crate::source::{SourceId, escape_pointer};
use crate::vocabulary::kind::Kind;
use crate::vocabulary::pointer::resolve;
use crate::{Context, Node, Origin, Value};

/// The anchors of a file, with the JSON pointers to their schemas: other files may refer to them.
pub(super) type Anchors = HashMap<String, String>;

/// Rewrites the references of a file whose root has the given position, and returns its anchors.
///
/// References of a `settled` file are by place and relative to the root already: they stay.
pub(super) fn identify(
    cx: &mut Context,
    root: &mut Node,
    position: Position,
    settled: &dyn Fn(SourceId) -> bool,
) -> Anchors {
    let mut survey = Survey::new(root, &mut cx.budget, settled);
    survey.visit(root, position);
    let Survey { names, mut rewrites, waiting, .. } = survey;
    for Waiting { number, text, base, scope } in waiting {
        if let Some(place) = names.resolve(&text, base.as_deref(), scope) {
            rewrites.insert(number, place);
        }
    }
    if !rewrites.is_empty() {
        Rewriter { cx, rewrites, count: 0 }.visit(root, position);
    }
    names.anywhere
}

/// The names of the schemas of a file, with the JSON pointers to them.
#[derive(Default)]
struct Names {
    /// By absolute URI.
    ids: HashMap<String, Rc<str>>,
    /// By anchor, and the pointer to the enclosing schema with an `$id`.
    anchors: HashMap<(Option<Rc<str>>, String), String>,
    /// By anchor alone, the first of each name: authors forget which `$id` encloses them.
    anywhere: Anchors,
}

impl Names {
    /// The place that a reference by name leads to.
    fn resolve(&self, text: &str, base: Option<&str>, scope: Option<Rc<str>>) -> Option<String> {
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let scope = match file {
            "" => scope,
            file => Some(self.ids.get(&uri::resolve(base, file))?.clone()),
        };
        let pointer = match fragment.chars().next() {
            None | Some('/') => format!("{}{fragment}", scope?),
            Some(_) => {
                let anchor = self.anchors.get(&(scope, fragment.to_owned()));
                anchor.or_else(|| self.anywhere.get(fragment))?.clone()
            }
        };
        Some(format!("#{pointer}"))
    }
}

/// A reference that can only be resolved when all names are known.
struct Waiting {
    number: usize,
    text: String,
    /// The URI that it is relative to.
    base: Option<Rc<str>>,
    /// The pointer to the enclosing schema with an `$id`.
    scope: Option<Rc<str>>,
}

/// Finds the names and the references of a file.
struct Survey<'a> {
    root: &'a Node,
    /// Remembered names and pointers are charged, as both can be long.
    budget: &'a mut Budget,
    /// Tells the files whose references stay.
    settled: &'a dyn Fn(SourceId) -> bool,
    path: String,
    base: Option<Rc<str>>,
    scope: Option<Rc<str>>,
    /// The pointers to the enclosing objects with definitions, outer ones first.
    holders: Vec<String>,
    names: Names,
    waiting: Vec<Waiting>,
    /// New values of references, by their number in the order of the walk.
    rewrites: HashMap<usize, String>,
    count: usize,
}

impl<'a> Survey<'a> {
    fn new(root: &'a Node, budget: &'a mut Budget, settled: &'a dyn Fn(SourceId) -> bool) -> Self {
        let mut names = Names::default();
        let base: Option<Rc<str>> = root.get_str("$self").map(|own| own.trim_end_matches('#').into());
        if let Some(own) = &base {
            names.ids.insert(own.to_string(), "".into());
        }
        Self {
            root,
            budget,
            settled,
            path: String::new(),
            base,
            scope: None,
            holders: Vec::new(),
            names,
            waiting: Vec::new(),
            rewrites: HashMap::new(),
            count: 0,
        }
    }

    fn visit(&mut self, node: &Node, position: Position) {
        match &node.value {
            _ if position == Position::Data => {}
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), |survey| survey.visit(item, position));
                }
            }
            Value::Object(members) => {
                let (base, scope, holders) = (self.base.clone(), self.scope.clone(), self.holders.len());
                if may_be_schema(position) {
                    self.name(node);
                }
                if let Some((text, origin)) = position.reference(node) {
                    self.reference(text, origin);
                }
                for (key, member) in members {
                    self.below(&escape_pointer(key), |survey| survey.visit(member, position.child(key)));
                }
                (self.base, self.scope) = (base, scope);
                self.holders.truncate(holders);
            }
            _ => {}
        }
    }

    fn below(&mut self, step: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(step);
        visit(self);
        self.path.truncate(length);
    }

    fn remembers(&mut self, origin: Origin) -> bool {
        self.budget.copy(text_weight(&self.path), origin)
    }

    fn name(&mut self, schema: &Node) {
        let id = schema.get_str("$id").map(|id| id.trim_end_matches('#'));
        if let Some(id) = id.filter(|id| !id.is_empty() && !id.starts_with('#'))
            && self.remembers(schema.origin)
        {
            let uri = uri::resolve(self.base.as_deref(), id);
            let place: Rc<str> = self.path.as_str().into();
            self.names.ids.entry(uri.clone()).or_insert_with(|| place.clone());
            self.base = Some(uri.into());
            self.scope = Some(place);
        }
        // Older drafts wrote an anchor as an `$id` that is only a fragment.
        let old_anchor = id.and_then(|id| id.strip_prefix('#'));
        for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(|key| schema.get_str(key)).chain(old_anchor)
        {
            if !self.remembers(schema.origin) {
                continue;
            }
            let key = (self.scope.clone(), anchor.to_owned());
            self.names.anchors.entry(key).or_insert_with(|| self.path.clone());
            self.names.anywhere.entry(anchor.to_owned()).or_insert_with(|| self.path.clone());
        }
        if ["$defs", "definitions"].iter().any(|key| schema.get(key).is_some()) {
            self.holders.push(self.path.clone());
        }
    }

    fn reference(&mut self, text: &str, origin: Origin) {
        let number = self.count;
        self.count += 1;
        if (self.settled)(origin.source()) {
            return;
        }
        let place = match text.strip_prefix('#') {
            Some("") => self.scope.as_ref().map(|scope| format!("#{scope}")),
            Some(pointer) if pointer.starts_with('/') => self.place(pointer),
            _ => {
                let (base, scope) = (self.base.clone(), self.scope.clone());
                self.waiting.push(Waiting { number, text: text.to_owned(), base, scope });
                None
            }
        };
        if let Some(place) = place.filter(|place| place != text) {
            self.rewrites.insert(number, place);
        }
    }

    /// Resolves a pointer: from the enclosing `$id`, from the root of the file, or, where a schema was pasted in with
    /// its definitions, from the object that holds them.
    fn place(&self, pointer: &str) -> Option<String> {
        let from = |base: &str| Some(format!("#{base}{pointer}")).filter(|place| resolve(self.root, place).is_some());
        let is_definition = || ["/$defs/", "/definitions/"].iter().any(|start| pointer.starts_with(start));
        self.scope
            .as_deref()
            .and_then(from)
            .or_else(|| from(""))
            .or_else(|| if is_definition() { self.holders.iter().rev().find_map(|holder| from(holder)) } else { None })
    }
}

/// In other files, which are read without known positions, any object may be a schema.
fn may_be_schema(position: Position) -> bool {
    matches!(position, Position::Of(Kind::Schema) | Position::Other)
}

/// Visits the references in the order of [`Survey::visit`].
struct Rewriter<'a> {
    cx: &'a mut Context,
    rewrites: HashMap<usize, String>,
    count: usize,
}

impl Rewriter<'_> {
    fn visit(&mut self, node: &mut Node, position: Position) {
        if position == Position::Data {
            return;
        }
        if let Some((text, origin)) = position.reference(node) {
            if let Some(place) = self.rewrites.remove(&self.count) {
                self.cx.note(&REFERENCE_BY_PLACE, origin, format!("`{text}` is `{place}`"));
                node.get_mut("$ref").into_iter().for_each(|member| member.value = Value::String(place.clone()));
            }
            self.count += 1;
        }
        match &mut node.value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item, position)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(key, member)| self.visit(member, position.child(key)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::Context;
    use crate::load::{MemoryFiles, load};

    /// The schemas of a document that is loaded without a problem.
    fn schemas(schemas: &Json) -> (Context, Json) {
        let text = json!({"openapi": "3.1.0", "$self": "https://a/api.json", "components": {"schemas": schemas}});
        let mut cx = Context::new();
        let files = MemoryFiles::new().with("a.json", text.to_string());
        let root = load(&mut cx, &files, "a.json".as_ref())
            .unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false)));
        let found = root.root.to_json()["components"]["schemas"].clone();
        (cx, found)
    }

    #[test]
    fn names_become_places() {
        let referring = |reference: &str| json!({"items": {"$ref": reference}});
        for (reference, rest, place) in [
            (
                "#here",
                json!({"T": {"properties": {"a/b": {"$anchor": "here"}}}}),
                "#/components/schemas/T/properties/a~1b",
            ),
            ("#here", json!({"T": {"$dynamicAnchor": "here"}}), "#/components/schemas/T"),
            ("#here", json!({"T": {"$id": "#here"}}), "#/components/schemas/T"),
            ("https://x/t", json!({"T": {"$id": "https://x/t#"}}), "#/components/schemas/T"),
            (
                "https://x/t#here",
                json!({"T": {"$id": "https://x/t", "not": {"$anchor": "here"}}}),
                "#/components/schemas/T/not",
            ),
            ("https://x/t#/not", json!({"T": {"$id": "https://x/t", "not": {}}}), "#/components/schemas/T/not"),
            // References relative to the document's own URI, and to the document by that URI.
            ("t.json", json!({"T": {"$id": "t.json"}}), "#/components/schemas/T"),
            ("https://a/t.json", json!({"T": {"$id": "t.json"}}), "#/components/schemas/T"),
            ("api.json#/components/schemas/T", json!({"T": {}}), "#/components/schemas/T"),
            // A reference by place stays.
            ("#/components/schemas/T", json!({"T": {"$anchor": "T"}}), "#/components/schemas/T"),
        ] {
            let mut all = rest.clone();
            all["R"] = referring(reference);
            let (cx, found) = schemas(&all);
            assert_eq!(found["R"], referring(place), "{reference} in {rest}");
            let noted = cx.report.notes.iter().any(|note| note.rule.name == "reference-by-place");
            assert_eq!(noted, reference != place);
        }
    }

    #[test]
    fn references_are_relative_to_the_schema_they_came_with() {
        let pasted = json!({"T": {"$defs": {"A": {"not": {"$ref": "#/$defs/B"}}, "B": {}}}});
        assert_eq!(schemas(&pasted).1["T"]["$defs"]["A"]["not"], json!({"$ref": "#/components/schemas/T/$defs/B"}));

        let embedded = json!({"T": {"$id": "https://x/t", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#/properties/a"},
            "c": {"$ref": "u"}, "d": {"$ref": "#/components/schemas/U"}}}, "U": {"$id": "https://x/u"}});
        let properties = &schemas(&embedded).1["T"]["properties"];
        let targets = ["a", "b", "c", "d"].map(|name| properties[name]["$ref"].clone());
        let places = ["T", "T/properties/a", "U", "U"].map(|place| json!(format!("#/components/schemas/{place}")));
        assert_eq!(targets, places);

        // The same anchor in two schemas with an `$id` each, and one outside of both.
        let one = |id: &str| json!({"$id": id, "not": {"$anchor": "a"}, "items": {"$ref": "#a"}});
        let (_, found) = schemas(&json!({"A": one("urn:a"), "B": one("urn:b"), "C": {"items": {"$ref": "#a"}}}));
        let targets = ["A", "B", "C"].map(|name| found[name]["items"]["$ref"].clone());
        assert_eq!(targets, ["A", "B", "A"].map(|name| json!(format!("#/components/schemas/{name}/not"))));
    }

    #[test]
    fn names_in_data_are_data() {
        let data = json!({"T": {"example": {"$anchor": "a", "$ref": "#a"}, "properties": {"$anchor": {"const": {"$id": "x"}}}}});
        let (cx, found) = schemas(&data);
        assert_eq!(found, data);
        assert!(cx.report.notes.is_empty());
    }
}
