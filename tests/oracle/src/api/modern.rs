//! The parts of a description that OpenAPI 3 writes in its own way.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Body, Location, Media, Parameter, Reader, Response, Style, flag, items, members, place, text};

impl Reader<'_> {
    pub(super) fn servers(&self, owner: &Value) -> Vec<String> {
        if owner.get("swagger").is_some() {
            return super::swagger::servers(owner);
        }
        let filled = items(owner.get("servers")).map(|server| {
            let url = text(server, "url").to_owned();
            members(server.get("variables"))
                .fold(url, |url, (name, variable)| url.replace(&format!("{{{name}}}"), text(variable, "default")))
        });
        filled.collect()
    }

    pub(super) fn parameter(&self, parameter: &Value) -> Result<Parameter, String> {
        let location = place(parameter)?;
        let style = match text(parameter, "style") {
            "simple" => Style::Simple,
            "label" => Style::Label,
            "matrix" => Style::Matrix,
            "form" => Style::Form,
            "spaceDelimited" => Style::Space,
            "pipeDelimited" => Style::Pipe,
            "deepObject" => Style::Deep,
            _ if matches!(location, Location::Path | Location::Header) => Style::Simple,
            _ => Style::Form,
        };
        let content = members(parameter.get("content")).next();
        let schema = parameter.get("schema").or_else(|| content?.1.get("schema"));
        Ok(Parameter {
            name: text(parameter, "name").to_owned(),
            location,
            required: flag(parameter, "required") || location == Location::Path,
            style,
            explode: parameter.get("explode").and_then(Value::as_bool).unwrap_or(style == Style::Form),
            schema: schema.cloned().unwrap_or(Value::Bool(true)),
            media: content.map(|(name, _)| name.clone()),
        })
    }

    pub(super) fn body(&self, operation: &Value) -> Result<Option<Body>, String> {
        let Some(body) = operation.get("requestBody") else { return Ok(None) };
        let body = self.document.resolve(body)?;
        Ok(Some(Body { required: flag(body, "required"), media: self.media(body)? }))
    }

    fn media(&self, owner: &Value) -> Result<Vec<Media>, String> {
        let mut found = Vec::new();
        for (name, media) in members(owner.get("content")) {
            let media = self.document.resolve(media)?;
            let fields = members(media.get("encoding")).filter_map(|(field, encoding)| {
                let style = match text(encoding, "style") {
                    "spaceDelimited" => Style::Space,
                    "pipeDelimited" => Style::Pipe,
                    "deepObject" => Style::Deep,
                    "form" => Style::Form,
                    _ if encoding.get("explode").is_some() => Style::Form,
                    _ if text(encoding, "contentType") == "application/json" => Style::Document,
                    _ => return None,
                };
                let explode = encoding.get("explode").and_then(Value::as_bool).unwrap_or(style == Style::Form);
                Some((field.clone(), (style, explode)))
            });
            found.push(Media { name: name.clone(), schema: media.get("schema").cloned(), fields: fields.collect() });
        }
        Ok(found)
    }

    pub(super) fn response(&self, key: &str, response: &Value) -> Result<Response, String> {
        let (mut headers, mut required_headers) = (Vec::new(), BTreeSet::new());
        for (name, header) in members(response.get("headers")) {
            let header = self.document.resolve(header)?;
            headers.push((name.clone(), header.get("schema").cloned().unwrap_or(Value::Bool(true))));
            if flag(header, "required") {
                required_headers.insert(name.to_ascii_lowercase());
            }
        }
        Ok(Response { key: key.to_owned(), media: self.media(response)?, headers, required_headers })
    }
}
