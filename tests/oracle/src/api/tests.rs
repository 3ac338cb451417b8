//! The same operation, described in each dialect.

use serde_json::json;

use super::{Api, Location, Scheme, Style};
use crate::document::Document;

fn read(text: &str) -> Api {
    Api::read(&Document::parse(text).unwrap()).unwrap()
}

#[test]
fn swagger() {
    let api = read(
        "
swagger: '2.0'
host: api.example.com
basePath: /v1/
consumes: [application/json]
produces: [application/json]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}, flow: {type: oauth2}}
security: [{key: []}]
parameters: {trace: {name: X-Trace, in: header, type: string}}
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, type: integer}
      - {name: tags, in: query, type: array, items: {type: string}}
      - {$ref: '#/parameters/trace'}
    put:
      operationId: putThing
      security: [{flow: []}, {}]
      parameters:
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: body, in: body, required: true, schema: {type: object}}
      responses: {200: {description: ok, schema: {type: string}}, 204: {description: none}}
    post:
      consumes: [multipart/form-data]
      parameters: [{name: a, in: formData, type: file, required: true}, {name: b, in: formData, type: integer}]
      responses: {default: {description: ok}}
",
    );
    assert_eq!(api.servers, ["https://api.example.com/v1"]);
    let [post, put] = &api.operations[..] else { panic!("{api:?}") };
    assert_eq!((put.title().as_str(), put.id.as_deref()), ("PUT /things/{id}", Some("putThing")));
    assert_eq!(put.pointer, "#/paths/~1things~1{id}/put");
    let names: Vec<(&str, Location, bool)> =
        put.parameters.iter().map(|one| (one.name.as_str(), one.location, one.required)).collect();
    assert_eq!(
        names,
        [("id", Location::Path, true), ("tags", Location::Query, false), ("X-Trace", Location::Header, false)]
    );
    assert_eq!((put.parameters[1].style, put.parameters[1].explode), (Style::Pipe, false));
    assert_eq!(put.parameters[0].schema, json!({"type": "integer"}));
    assert!(put.body.as_ref().is_some_and(|body| body.required && body.media[0].is_json()));
    assert_eq!(put.security, [vec![Scheme::Bearer], vec![]]);
    assert_eq!(put.responses.iter().map(|one| one.media.len()).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(post.security, [[Scheme::Key(Location::Header, "X-Key".into())]]);
    let form = post.body.as_ref().unwrap();
    assert_eq!((form.required, form.media[0].name.as_str()), (true, "multipart/form-data"));
    assert_eq!(form.media[0].schema.as_ref().unwrap()["required"], json!(["a"]));
}

#[test]
fn openapi_3() {
    let api = read(
        "
openapi: 3.0.3
servers: [{url: 'https://{region}.example.com/v1', variables: {region: {default: eu}}}]
components:
  securitySchemes: {basic: {type: http, scheme: Basic}}
  requestBodies: {Thing: {content: {application/x-www-form-urlencoded: {schema: {type: object}, encoding: {a: {style: spaceDelimited}}}}}}
paths:
  /things/{id}:
    put:
      security: [{basic: []}]
      servers: [{url: /other}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: filter, in: query, style: deepObject, explode: true, schema: {type: object}}
        - {name: json, in: query, content: {application/json: {schema: {type: integer}}}}
      requestBody: {$ref: '#/components/requestBodies/Thing'}
      responses:
        2XX: {description: ok, headers: {X-A: {schema: {type: string}}}, content: {'application/json; v=1': {schema: {}}}}
",
    );
    assert_eq!(api.servers, ["https://eu.example.com/v1"]);
    let put = &api.operations[0];
    assert_eq!(put.servers.as_deref(), Some(&["/other".to_owned()][..]));
    let styles: Vec<(Style, bool)> = put.parameters.iter().map(|one| (one.style, one.explode)).collect();
    assert_eq!(styles, [(Style::Simple, false), (Style::Deep, true), (Style::Form, true)]);
    assert_eq!(put.parameters[2].media.as_deref(), Some("application/json"));
    assert_eq!(put.security, [[Scheme::Basic]]);
    let body = put.body.as_ref().unwrap();
    assert!(!body.required);
    assert_eq!(body.media[0].fields["a"], (Style::Space, false));
    let response = &put.responses[0];
    assert!(response.media[0].is_json());
    assert_eq!((response.key.as_str(), response.headers.len()), ("2XX", 1));
}
