//! Operations.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Draft, Version, names};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Draft {
    pub(super) fn paths(&mut self) -> Value {
        let count = 2 + self.random.below(3);
        let ids = names::distinct(&mut self.random, count, names::component);
        let mut paths = Map::new();
        for (at, id) in ids.into_iter().enumerate() {
            let method = *self.random.pick(&METHODS);
            let placeholder = self.one_in(2).then(|| names::parameter(&mut self.random));
            let path = match &placeholder {
                Some(name) => format!("/p{at}/{{{name}}}/end"),
                None => format!("/p{at}"),
            };
            let operation = self.operation(&id, method, placeholder);
            paths.insert(path, json!({method: operation}));
        }
        paths.into()
    }

    fn operation(&mut self, id: &str, method: &str, placeholder: Option<String>) -> Value {
        let mut parameters = Vec::new();
        if let Some(name) = placeholder {
            let kind = if self.one_in(2) { json!({"type": "string"}) } else { json!({"type": "integer"}) };
            parameters.push(self.placed(&name, "path", true, kind));
        }
        let mut taken = BTreeSet::new();
        for _ in 0..self.random.below(5) {
            let place = *self.random.pick(&["query", "query", "header"]);
            let name =
                if place == "query" { names::property(&mut self.random) } else { names::parameter(&mut self.random) };
            let is_ours = ["accept", "content-type", "authorization"].contains(&name.to_lowercase().as_str());
            // Names of headers are case-insensitive.
            if !name.is_empty() && !is_ours && taken.insert((place, name.to_lowercase())) {
                let required = self.one_in(3);
                let parameter = self.parameter(&name, place, required);
                parameters.push(parameter);
            }
        }
        let mut operation = json!({"operationId": id, "responses": self.responses()});
        if method != "get" && method != "delete" {
            self.body(&mut operation, &mut parameters);
        }
        operation["parameters"] = parameters.into();
        operation
    }

    /// A parameter with a plain schema.
    fn placed(&self, name: &str, place: &str, required: bool, schema: Value) -> Value {
        let mut parameter = json!({"name": name, "in": place, "required": required});
        match (self.version, schema) {
            (Version::Swagger2, Value::Object(members)) => {
                parameter.as_object_mut().into_iter().for_each(|all| all.extend(members.clone()));
            }
            (_, schema) => parameter["schema"] = schema,
        }
        parameter
    }

    fn parameter(&mut self, name: &str, place: &str, required: bool) -> Value {
        let items = if self.one_in(2) { self.scalar() } else { self.enumeration() };
        let plain = |schema: Value| if schema.get("const").is_some() { json!({"type": "string"}) } else { schema };
        let items = plain(items);
        if self.one_in(2) {
            return self.placed(name, place, required, items);
        }
        let mut parameter = self.placed(name, place, required, json!({"type": "array", "items": items}));
        if self.version == Version::Swagger2 {
            let formats: &[&str] = if place == "query" { &["csv", "ssv", "pipes", "multi"] } else { &["csv"] };
            parameter["collectionFormat"] = json!(self.random.pick(formats));
            return parameter;
        }
        if place == "query" {
            match self.random.below(4) {
                0 => parameter["explode"] = json!(false),
                1 => {
                    parameter["style"] = json!(self.random.pick(&["pipeDelimited", "spaceDelimited"]));
                    parameter["explode"] = json!(false);
                }
                2 => {
                    let member = names::parameter(&mut self.random);
                    parameter["schema"] = json!({"type": "object", "properties": {member: {"type": "string"}}});
                    parameter["style"] = json!("deepObject");
                    parameter["explode"] = json!(true);
                }
                _ => {}
            }
        }
        parameter
    }

    fn body(&mut self, operation: &mut Value, parameters: &mut Vec<Value>) {
        let form = self.one_in(4);
        let schema = match form {
            true => {
                let names = names::distinct(&mut self.random, 3, names::parameter);
                let fields: Map<String, Value> =
                    names.into_iter().map(|name| (name, json!({"type": "string"}))).collect();
                json!({"type": "object", "properties": fields})
            }
            false if self.one_in(3) => self.object(1),
            false => {
                let name = self.random.pick(&self.components).clone();
                self.reference(&name)
            }
        };
        if self.version != Version::Swagger2 {
            let media = if form { "application/x-www-form-urlencoded" } else { "application/json" };
            let mut content = json!({media: {"schema": schema}});
            if !form && self.one_in(8) {
                content = json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}});
            }
            operation["requestBody"] = json!({"required": !self.one_in(4), "content": content});
        } else if form {
            operation["consumes"] = json!(["application/x-www-form-urlencoded"]);
            let taken: BTreeSet<String> =
                parameters.iter().filter_map(|one| one["name"].as_str()).map(str::to_owned).collect();
            for (name, _) in
                schema["properties"].as_object().into_iter().flatten().filter(|(name, _)| !taken.contains(*name))
            {
                parameters.push(json!({"name": name, "in": "formData", "required": false, "type": "string"}));
            }
        } else {
            operation["consumes"] = json!(["application/json"]);
            parameters.push(json!({"name": "body", "in": "body", "required": !self.one_in(4), "schema": schema}));
        }
    }

    fn responses(&mut self) -> Value {
        let mut responses = Map::new();
        let success = *self.random.pick(&["200", "200", "201", "204"]);
        let mut statuses = vec![success];
        if self.one_in(5) {
            statuses.push("202");
        }
        statuses.extend(["400", "404", "default"].into_iter().filter(|_| self.one_in(4)));
        for status in statuses {
            let mut response = json!({"description": "What came of it."});
            if status != "204" {
                let schema = self.schema(1);
                match self.version {
                    Version::Swagger2 => response["schema"] = schema,
                    _ => {
                        let media = if self.one_in(10) { "text/plain" } else { "application/json" };
                        let schema = if media == "text/plain" { json!({"type": "string"}) } else { schema };
                        response["content"] = json!({media: {"schema": schema}});
                    }
                }
            }
            responses.insert(status.to_owned(), response);
        }
        responses.into()
    }
}
