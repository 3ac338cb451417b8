//! Checks responses against the description.

use serde_json::Value;

use super::answer::{Answer, Content};
use super::api::{Location, Media, Operation, Response, Style};
use super::examine::{Oracle, in_range};
use super::schema::Direction;
use super::wire::{self, Writing};

impl Operation {
    /// The response documented for a status: by itself, by its range, or by default.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let keys = [status.to_string(), format!("{}XX", status / 100), "DEFAULT".to_owned()];
        keys.iter().find_map(|key| self.responses.iter().find(|response| response.key.eq_ignore_ascii_case(key)))
    }
}

impl Response {
    /// The documented media type that fits a name.
    pub fn medium(&self, name: &str) -> Option<&Media> {
        let essence = super::api::essence(name);
        let exact = self.media.iter().find(|media| media.essence() == essence);
        exact.or_else(|| self.media.iter().find(|media| in_range(&essence, &media.name)))
    }
}

impl Oracle {
    /// The violations of the description in an answer to the operation of this number.
    pub fn review(&self, operation: usize, answer: &Answer) -> Vec<String> {
        let operation = &self.api().operations[operation];
        let Some(response) = operation.response(answer.status) else {
            return vec![format!("the status {} is not documented", answer.status)];
        };
        let mut problems = self.review_headers(response, answer);
        problems.extend(self.review_body(response, answer).err());
        problems
    }

    fn review_headers(&self, response: &Response, answer: &Answer) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, schema) in &response.headers {
            let Some((_, text)) = answer.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) else {
                if response.required_headers.contains(&name.to_ascii_lowercase()) {
                    problems.push(format!("the header `{name}` is missing"));
                }
                continue;
            };
            let writing = Writing { name, style: Style::Simple, explode: false, schema };
            let meanings = wire::single(self.schemas().document(), writing, Location::Header, text);
            let check = |value: &Value| self.schemas().check(schema, Direction::Response, value);
            if let Some(problem) = meanings.iter().map(check).reduce(Result::or).and_then(Result::err) {
                problems.push(format!("the header `{name}`: {problem}"));
            }
        }
        problems
    }

    fn review_body(&self, response: &Response, answer: &Answer) -> Result<(), String> {
        let media = match &answer.content_type {
            None if response.media.is_empty() => return Ok(()),
            None => return Err("the body is missing".to_owned()),
            Some(name) => {
                response.medium(name).ok_or_else(|| format!("the body is `{name}`, which is not documented"))?
            }
        };
        match (&answer.content, &media.schema) {
            (Content::Json(value), Some(schema)) if media.is_json() || media.name.contains('*') => {
                let checked = self.schemas().check(schema, Direction::Response, value);
                checked.map_err(|problem| format!("the body: {problem}"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::{Answer, Content, Oracle};
    use crate::Document;

    #[test]
    fn every_mistake_is_seen() {
        let oracle = Oracle::new(
            Document::parse(
                "
openapi: 3.0.3
paths: {/a: {get: {responses: {
  2XX: {description: ok, headers: {X-Total: {required: true, schema: {type: integer}}, X-Page: {schema: {type: integer}}},
        content: {application/json: {schema: {type: object, required: [a]}}}},
  404: {description: gone}}}}}
",
            )
            .unwrap(),
        )
        .unwrap();
        let review = |status: u16, content_type: Option<&str>, headers: &[(&str, &str)], body: serde_json::Value| {
            oracle.review(
                0,
                &Answer {
                    status,
                    content_type: content_type.map(str::to_owned),
                    content: Content::Json(body),
                    bare: false,
                    headers: headers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
                    given_up: BTreeSet::new(),
                },
            )
        };
        let (json, total) = (Some("application/json"), ("x-total", "3"));
        assert_eq!(review(201, json, &[total], json!({"a": 1})), Vec::<String>::new());
        assert_eq!(review(404, None, &[], json!(null)), Vec::<String>::new());
        for (problems, word) in [
            (review(500, json, &[total], json!({"a": 1})), "status 500"),
            (review(200, json, &[], json!({"a": 1})), "`X-Total` is missing"),
            (review(200, json, &[("x-total", "many")], json!({"a": 1})), "`X-Total`: "),
            (review(200, json, &[total, ("x-page", "first")], json!({"a": 1})), "`X-Page`: "),
            (review(200, json, &[total], json!({})), "required property"),
            (review(200, None, &[total], json!({})), "the body is missing"),
            (review(200, Some("text/csv"), &[total], json!({})), "text/csv"),
            (review(404, json, &[], json!({})), "application/json"),
        ] {
            assert!(problems.len() == 1 && problems[0].contains(word), "{word}: {problems:?}");
        }
    }
}
