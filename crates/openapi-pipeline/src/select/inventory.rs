//! The operations of a description before any change, so that a lost one is noticed.

use std::collections::HashSet;

use crate::report::Construct;
use crate::report::signature;
use crate::vocabulary::pointer::follow;
use crate::vocabulary::{is_method, operations, schemas};
use crate::{Context, Node, Origin};

/// The operations and schemas of a description in any dialect.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The version it declares, such as `3.0.3`.
    pub version: String,
    /// The number of named schemas.
    pub schemas: usize,
    operations: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    path: String,
    method: String,
    origin: Origin,
}

impl Inventory {
    /// The inventory of a description as loaded.
    pub fn of(root: &Node) -> Self {
        let version = ["swagger", "openapi"].into_iter().find_map(|key| root.get(key)).map(Node::to_json);
        let version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
        let components = schemas(root);
        let mut operations = Vec::new();
        let version = version.unwrap_or_default();
        for (path, item) in root.members("paths").filter(|(path, _)| !path.starts_with("x-")) {
            collect(root, path, item, version.starts_with("3.2"), &mut operations);
        }
        Self { version, schemas: root.members("definitions").chain(components).count(), operations }
    }

    /// The number of operations.
    pub fn operations(&self) -> usize {
        self.operations.len()
    }

    /// Reports as left out the operations that the converted document lacks, unless a stage has reported them.
    pub fn report_lost(&self, cx: &mut Context, converted: &Node) {
        let kept: HashSet<(&str, &str)> =
            operations(converted).map(|(path, method, _)| (path.as_str(), method.as_str())).collect();
        let reported: HashSet<String> = cx.report.left_out.iter().map(|one| one.operation.clone()).collect();
        for entry in &self.operations {
            let (path, method) = (entry.path.as_str(), entry.method.as_str());
            if kept.contains(&(path, method)) || reported.contains(&signature(method, path)) {
                continue;
            }
            let (construct, reason) = if is_method(method) {
                (Construct::ParameterLocation, "a required parameter of it is the whole query string".to_owned())
            } else {
                (Construct::HttpMethod, format!("the method {} can't be called", method.to_uppercase()))
            };
            cx.leave_out((method, path), construct, entry.origin, reason);
        }
    }
}

/// The operations of a path item, also of one behind a reference, and with the `further` methods of OpenAPI 3.2.
fn collect(root: &Node, path: &str, item: &Node, further: bool, found: &mut Vec<Entry>) {
    let target = follow(item, |reference| root.pointer(reference));
    let own = item.as_object().into_iter().flatten();
    let referred = target.as_object().filter(|_| !std::ptr::eq(item, target)).into_iter().flatten();
    let mut seen = HashSet::new();
    let methods = own
        .chain(referred)
        .filter(|(key, node)| (is_method(key) || further && *key == "query") && node.as_object().is_some());
    let additional = item.members("additionalOperations").chain(target.members("additionalOperations"));
    for (method, operation) in methods.chain(additional.filter(|_| further)) {
        if seen.insert(method.as_str()) {
            let (path, method) = (path.to_owned(), method.clone());
            found.push(Entry { path, method, origin: operation.origin });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Inventory;
    use crate::Context;
    use crate::testing::tree;

    #[test]
    fn operations_are_counted_as_published_and_missed_when_they_are_gone() {
        let mut cx = Context::new();
        let item = json!({"get": {}, "query": {}, "additionalOperations": {"LINK": {}}, "parameters": [], "x-get": {}});
        let root = tree(
            &mut cx,
            "a.json",
            &json!({
                "openapi": "3.2.0",
                "paths": {"/a": item, "/b": {"$ref": "#/components/pathItems/B"}, "x-c": {"get": {}}},
                "components": {"schemas": {"A": {}, "B": {}}, "pathItems": {"B": {"post": {}}}},
            }),
        );
        let inventory = Inventory::of(&root);
        assert_eq!((inventory.version.as_str(), inventory.operations(), inventory.schemas), ("3.2.0", 4, 2));
        let converted = tree(&mut cx, "b.json", &json!({"paths": {"/a": {"get": {}}, "/b": {"post": {}}}}));
        inventory.report_lost(&mut cx, &converted);
        let lost: Vec<_> = cx
            .report
            .left_out
            .iter()
            .map(|one| (one.operation.as_str(), one.construct.name(), one.pointer.as_str()))
            .collect();
        assert_eq!(
            lost,
            [
                ("QUERY /a", "http-method", "#/paths/~1a/query"),
                ("LINK /a", "http-method", "#/paths/~1a/additionalOperations/LINK")
            ]
        );
    }
}
