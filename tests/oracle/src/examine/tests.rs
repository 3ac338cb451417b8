//! One good request, and the mistakes that it may have.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::json;

use super::{Examined, Location, Oracle};
use crate::Document;
use crate::Received;

const DOCUMENT: &str = "
openapi: 3.0.3
servers: [{url: 'https://api.example.com/v1'}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths:
  /things/mine: {get: {responses: {200: {description: ok}}}}
  /things/{id}:
    get: {responses: {200: {description: ok}}}
    put:
      security: [{token: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: tags, in: query, required: true, schema: {type: array, items: {type: string}}}
        - {name: X-Trace, in: header, schema: {type: string, maxLength: 3}}
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}
      responses: {200: {description: ok, content: {application/json: {}}}}
";

fn examine(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Examined {
    let pair =
        |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
    let received = Received {
        method: method.parse::<Method>().unwrap(),
        target: target.to_owned(),
        headers: headers.iter().map(pair).collect::<HeaderMap>(),
        body: Bytes::from(body.to_owned()),
    };
    Oracle::new(Document::parse(DOCUMENT).unwrap()).unwrap().examine(&received)
}

const GOOD: [(&str, &str); 4] = [
    ("authorization", "Bearer t"),
    ("content-type", "application/json"),
    ("accept", "application/json"),
    ("x-trace", "abc"),
];

#[test]
fn a_good_request() {
    let examined = examine("PUT", "/v1/things/7?tags=a&tags=b%2Cc", &GOOD, "{\"a\": 1}");
    assert_eq!(examined.problems, Vec::<String>::new());
    assert_eq!(examined.sent.parameters[&(Location::Path, "id".into())], [json!(7)]);
    assert_eq!(examined.sent.parameters[&(Location::Query, "tags".into())], [json!(["a", "b,c"])]);
    assert_eq!(examined.sent.body, Some(vec![json!({"a": 1})]));
}

#[test]
fn the_operation_is_found_by_its_path() {
    assert_eq!(examine("GET", "/v1/things/mine", &[], "").operation, Some(0));
    assert_eq!(examine("GET", "/v1/things/other", &[], "").operation, Some(1));
    assert_eq!(examine("DELETE", "/v1/things/7", &[], "").operation, None);
    assert_eq!(examine("GET", "/things/mine", &[], "").operation, None);
}

#[test]
fn every_mistake_is_seen() {
    let one = |target: &str, headers: &[(&str, &str)], body: &str, word: &str| {
        let problems = examine("PUT", target, headers, body).problems;
        assert!(problems.len() == 1 && problems[0].contains(word), "{word}: {problems:?}");
    };
    let (target, body) = ("/v1/things/7?tags=a", "{\"a\": 1}");
    one("/v1/things/x?tags=a", &GOOD, body, "`id`");
    one("/v1/things/7", &GOOD, body, "`tags` is required");
    one("/v1/things/7?tags=a&b=1", &GOOD, body, "no query parameter `b`");
    one(target, &GOOD, "{}", "\"a\" is a required property");
    one(target, &GOOD, "", "body is required");
    one(target, &GOOD, "{", "not JSON");
    one(target, &GOOD[1..], body, "credential");
    one(target, &[GOOD[0], ("content-type", "text/plain")], body, "text/plain");
    one(target, &[GOOD[0], GOOD[1], ("accept", "text/html")], body, "accepts");
    one(target, &[GOOD[0], GOOD[1], ("x-trace", "long")], body, "X-Trace");
    one(target, &[GOOD[0], GOOD[1], ("x-other", "1")], body, "no header `x-other`");
    let problems = examine("GET", "/v1/things/mine", &[("authorization", "Bearer t")], "x").problems;
    assert_eq!(problems.len(), 2, "{problems:?}");
}
