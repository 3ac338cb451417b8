//! The parts of a description that Swagger 2.0 writes in its own way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Body, Location, Media, Parameter, Reader, Response, Style, flag, items, members, place, text};

const FORMS: [&str; 2] = ["application/x-www-form-urlencoded", "multipart/form-data"];
/// Keywords of a parameter that say nothing about its value.
const NOT_OF_A_SCHEMA: [&str; 6] = ["name", "in", "required", "description", "collectionFormat", "allowEmptyValue"];

/// The base URLs; one without scheme and host where the description names no host.
pub(super) fn servers(root: &Value) -> Vec<String> {
    let base = text(root, "basePath").trim_end_matches('/');
    let host = text(root, "host");
    if host.is_empty() {
        return vec![if base.is_empty() { "/".to_owned() } else { base.to_owned() }];
    }
    let schemes: Vec<&str> = items(root.get("schemes")).filter_map(Value::as_str).collect();
    let schemes = if schemes.is_empty() { vec!["https"] } else { schemes };
    schemes.into_iter().map(|scheme| format!("{scheme}://{host}{base}")).collect()
}

/// A parameter in path, query or header, which is its own schema.
pub(super) fn parameter(parameter: &Value) -> Result<Parameter, String> {
    let location = place(parameter)?;
    let (style, explode) = style(parameter, location);
    Ok(Parameter {
        name: text(parameter, "name").to_owned(),
        location,
        required: flag(parameter, "required") || location == Location::Path,
        style,
        explode,
        schema: schema(parameter),
        media: None,
    })
}

fn schema(parameter: &Value) -> Value {
    // Not valid in Swagger 2.0, but in use, and clear in its meaning.
    if let (Some(schema), None) = (parameter.get("schema"), parameter.get("type")) {
        return schema.clone();
    }
    let own = members(Some(parameter)).filter(|(key, _)| !NOT_OF_A_SCHEMA.contains(&key.as_str()));
    Value::Object(own.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn style(parameter: &Value, location: Location) -> (Style, bool) {
    match text(parameter, "collectionFormat") {
        "multi" => (Style::Form, true),
        "ssv" => (Style::Space, false),
        "pipes" => (Style::Pipe, false),
        "tsv" => (Style::Tab, false),
        _ if matches!(location, Location::Path | Location::Header) => (Style::Simple, false),
        _ => (Style::Form, false),
    }
}

impl Reader<'_> {
    pub(super) fn old_body(&self, parameters: &[&Value], operation: &Value) -> Result<Option<Body>, String> {
        let consumes = self.media_types(operation, "consumes");
        if let Some(body) = parameters.iter().find(|parameter| text(parameter, "in") == "body") {
            let names = if consumes.is_empty() { vec!["application/json".to_owned()] } else { consumes };
            let media = |name| Media { name, schema: body.get("schema").cloned(), fields: BTreeMap::new() };
            return Ok(Some(Body { required: flag(body, "required"), media: names.into_iter().map(media).collect() }));
        }
        let form: Vec<&&Value> = parameters.iter().filter(|parameter| text(parameter, "in") == "formData").collect();
        if form.is_empty() {
            return Ok(None);
        }
        let mut properties = Map::new();
        let mut fields = BTreeMap::new();
        let mut required = Vec::new();
        for field in &form {
            let name = text(field, "name").to_owned();
            if flag(field, "required") {
                required.push(Value::String(name.clone()));
            }
            fields.insert(name.clone(), style(field, Location::Query));
            properties.insert(name, schema(field));
        }
        let has_file = form.iter().any(|field| text(field, "type") == "file");
        let mut names: Vec<String> = consumes.into_iter().filter(|name| FORMS.contains(&name.as_str())).collect();
        if has_file {
            names.retain(|name| name == FORMS[1]);
        }
        if names.is_empty() {
            names.push(FORMS[usize::from(has_file)].to_owned());
        }
        let is_required = !required.is_empty();
        let schema = json!({"type": "object", "properties": properties, "required": required});
        let media = |name| Media { name, schema: Some(schema.clone()), fields: fields.clone() };
        Ok(Some(Body { required: is_required, media: names.into_iter().map(media).collect() }))
    }

    pub(super) fn old_response(&self, key: &str, response: &Value, operation: &Value) -> Response {
        let schema = response.get("schema").cloned();
        let produces = self.media_types(operation, "produces");
        let names = if produces.is_empty() { vec!["application/json".to_owned()] } else { produces };
        let media = |name| Media { name, schema: schema.clone(), fields: BTreeMap::new() };
        Response {
            key: key.to_owned(),
            // No schema means no body.
            media: if schema.is_some() { names.into_iter().map(media).collect() } else { Vec::new() },
            headers: members(response.get("headers")).map(|(name, header)| (name.clone(), header.clone())).collect(),
            // This dialect can't require headers.
            required_headers: BTreeSet::new(),
        }
    }

    fn media_types(&self, operation: &Value, key: &str) -> Vec<String> {
        let list = operation.get(key).or_else(|| self.document.root().get(key));
        items(list).filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
