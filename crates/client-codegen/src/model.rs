//! The parts of the merged document that the emitter needs, read once.

use http::StatusCode;
use openapi_pipeline::Node;
use openapi_pipeline::names::{self, Named, OperationNames};
use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::vocabulary::{self, placeholders};

use crate::wiring::Place;
use crate::{CodegenError, CrateSpec};

mod parameters;
mod security;
mod shown;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain";

pub(crate) use parameters::{Parameter, Writing};
pub(crate) use security::{Carrier, Credential, Need, Scheme, Security};

/// The API of a family.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) family: String,
    pub(crate) title: String,
    pub(crate) servers: Vec<Server>,
    pub(crate) token_regions: Vec<(String, String)>,
    /// The server of tokens that end in none of these regions.
    pub(crate) any_region: Option<String>,
    /// The credentials that clients hold beside a token.
    pub(crate) credentials: Vec<Credential>,
    pub(crate) operations: Vec<Operation>,
}

/// A server of the family's document.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) variant: String,
    pub(crate) url: String,
    pub(crate) description: String,
}

/// An operation, with its names in Rust.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) pointer: String,
    /// The method of the client, such as `expire_all`, and the items named after it.
    pub(crate) names: OperationNames,
    pub(crate) http_method: String,
    pub(crate) path: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) security: Security,
    /// Whether the document declares the call safe to repeat (`x-idempotent`).
    pub(crate) idempotent: bool,
    /// Whether the call redeems a rotating token (`x-rotates`), so that a blind repeat would lose the session.
    pub(crate) rotates: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Whether it is a PATCH with a JSON body, in which null clears a property.
    pub(crate) patches: bool,
    /// The media type of its body, where the generated layer would send a more general one.
    pub(crate) content_type: Option<String>,
    /// The media types of its responses, where they aren't plain JSON alone.
    pub(crate) accept: Option<String>,
    /// Whether the only success is plain text.
    pub(crate) returns_string: bool,
    /// Whether the only success may come without its body.
    pub(crate) may_be_empty: bool,
    /// The answers that are decoded by their status.
    pub(crate) answers: Vec<Answer>,
    pub(crate) errors: Vec<ErrorResponse>,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    /// Whether it must be given and may be null.
    pub(crate) nullable: bool,
    pub(crate) is_json: bool,
    /// Whether it is a string or bytes that must not be shown.
    pub(crate) secret: bool,
    /// The fields of a form that have an encoding of their own.
    pub(crate) fields: Vec<(String, Writing)>,
}

/// A documented response that is not a success.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    pub(crate) status: StatusPattern,
    pub(crate) docs: String,
    /// The type of its JSON body, if it has one.
    pub(crate) body: Option<JsonType>,
    /// The properties of the body that a message may show.
    pub(crate) shown: Vec<String>,
}

/// The type of a JSON body that is decoded by status.
#[derive(Clone, Debug)]
pub(crate) enum JsonType {
    /// One of the generated types.
    Generated(String),
    /// One of the runtime's, such as `RedactedValue`.
    Runtime(String),
    Array(Box<Self>),
    Nullable(Box<Self>),
}

impl JsonType {
    /// The type of a schema that is a component, an array of one, or one that may be null here.
    fn read(document: &Node, schema: &Node) -> Option<Self> {
        if let Some(target) = schema.get_str("$ref") {
            return target.strip_prefix("#/components/schemas/").map(|name| Self::of_component(document, name));
        }
        let ty = match (schema.get("items"), schema.get("allOf").and_then(Node::as_array)) {
            (Some(items), _) => Self::Array(Box::new(Self::read(document, items)?)),
            (None, Some([only])) => Self::read(document, only)?,
            _ => return None,
        };
        let nullable = schema.is_true("nullable");
        Some(if nullable { Self::Nullable(Box::new(ty)) } else { ty })
    }

    fn of_component(document: &Node, component: &str) -> Self {
        let schema = vocabulary::component(document, "schemas", component);
        let rust_type = schema.and_then(|schema| schema.get("x-rust-type")?.get_str("path"));
        match rust_type.and_then(|path| path.strip_prefix("client_runtime::")) {
            Some(name) => Self::Runtime(name.to_owned()),
            None => Self::Generated(component.to_owned()),
        }
    }

    /// The generated type within it.
    pub(crate) fn generated(&self) -> Option<&str> {
        match self {
            Self::Generated(name) => Some(name),
            Self::Runtime(_) => None,
            Self::Array(inner) | Self::Nullable(inner) => inner.generated(),
        }
    }
}

/// One of several documented answers that are no failures.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusPattern,
    pub(crate) docs: String,
    pub(crate) body: AnswerBody,
    /// Whether its JSON may be missing.
    pub(crate) may_be_empty: bool,
}

/// The content of an answer.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    None,
    Json(JsonType),
    String,
    Bytes,
}

/// Whether a status key of `responses` is a success.
pub(crate) fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Whether a response is one of several answers that are read by their status.
pub(crate) fn is_answer(response: &Node) -> bool {
    response.get("x-answer").is_some()
}

/// The key of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusPattern {
    Exact(u16),
    /// `4XX`, as its first digit.
    Range(u16),
    Default,
}

impl Operation {
    /// The header that carries an idempotency key, if the operation takes one.
    pub(crate) fn idempotency_key(&self) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.is_idempotency_key())
    }

    /// The parameter that goes to a place of progenitor's request.
    pub(crate) fn parameter_at(&self, place: &Place) -> Option<usize> {
        let placeholders = placeholders(&self.path);
        self.parameters.iter().position(|parameter| match place {
            Place::Path(at) => parameter.is_in_path() && placeholders.get(*at) == Some(&parameter.name.as_str()),
            Place::Query(name) => {
                (parameter.location == "query" || parameter.writing.is_some())
                    && !parameter.is_in_path()
                    && parameter.view_name() == name
            }
            Place::Header(name) => {
                parameter.location == "header" && parameter.writing.is_none() && parameter.name == *name
            }
        })
    }
}

/// The region of a token that ends in none of the others.
const ANY_REGION: &str = "*";

impl Api {
    pub(crate) fn read(named: &Named, spec: &CrateSpec) -> Result<Self, CodegenError> {
        let (any, token_regions): (Vec<_>, Vec<_>) =
            spec.server_by_token_region.iter().cloned().partition(|(region, _)| region == ANY_REGION);
        Ok(Self {
            family: spec.family.clone(),
            title: spec.title.clone(),
            servers: read_servers(named),
            token_regions,
            any_region: any.into_iter().next().map(|(_, url)| url),
            credentials: security::credentials(&named.document),
            operations: operations(named)?,
        })
    }
}

/// The operations of a document, in its order.
pub(crate) fn operations(named: &Named) -> Result<Vec<Operation>, CodegenError> {
    let document = &named.document;
    let mut names = named.operations.iter();
    let credentials = security::credentials(document);
    let read = |(path, method, operation): (&String, &String, &Node)| {
        let names = names.next().cloned().unwrap_or_default();
        read_operation(document, &credentials, (path, method), operation, names)
    };
    vocabulary::operations(document).map(read).collect()
}

fn read_operation(
    document: &Node,
    credentials: &[Credential],
    (path, method): (&str, &str),
    operation: &Node,
    names: OperationNames,
) -> Result<Operation, CodegenError> {
    let pointer = format!("#/paths/{}/{method}", escape_pointer(path));
    if operation.get("operationId").is_none() {
        return Err(CodegenError::document(&pointer, "the operation has no operationId"));
    }
    let paragraphs = [operation.get_str("summary"), operation.get_str("description")];
    let docs: Vec<&str> = paragraphs.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let success = operation.members("responses").find(|(status, _)| is_success(status)).map(|(_, response)| response);
    Ok(Operation {
        http_method: method.to_uppercase(),
        path: path.to_owned(),
        docs: docs.join("\n\n"),
        deprecated: operation.is_true("deprecated"),
        security: security::read(document, operation, credentials),
        idempotent: operation.is_true("x-idempotent"),
        rotates: operation.is_true("x-rotates"),
        parameters: parameters::read(document, operation, &names.parameters),
        names,
        body: operation.get("requestBody").and_then(read_body),
        patches: method == "patch" && operation.get("requestBody").is_some_and(is_json),
        content_type: operation.get("requestBody").and_then(renamed_media_type),
        accept: accept(operation),
        returns_string: success.is_some_and(|response| response.members("content").any(|(key, _)| key == TEXT)),
        may_be_empty: success.is_some_and(may_be_empty),
        answers: read_answers(document, operation, &pointer)?,
        errors: read_errors(document, operation, &pointer)?,
        pointer,
    })
}

/// The original name of a body's only media type, if lowering renamed it.
fn renamed_media_type(body: &Node) -> Option<String> {
    let (_, media) = body.members("content").next()?;
    media.get_str("x-media-type").map(str::to_owned)
}

fn is_json(body: &Node) -> bool {
    body.members("content").any(|(key, _)| key == JSON)
}

/// The `Accept` header of a call, unless it is plain JSON: the media types of all responses, those of successes first.
///
/// A success without a body that is read may have one all the same, such as `{}`: that is JSON.
fn accept(operation: &Node) -> Option<String> {
    let is_failure = |(status, response): &(&String, &Node)| !is_success(status) && !is_answer(response);
    let (failures, successes): (Vec<_>, Vec<_>) = operation.members("responses").partition(is_failure);
    let may_have_a_body = |status: &str| is_success(status) && !matches!(status, "204" | "205");
    let mut types: Vec<String> = Vec::new();
    for (status, response) in successes.into_iter().chain(failures) {
        let name = match response.members("content").next() {
            Some((key, _)) => renamed_media_type(response).unwrap_or_else(|| key.clone()),
            None if may_have_a_body(status) => JSON.to_owned(),
            None => continue,
        };
        let name = without_charset(&name);
        if !types.contains(&name) {
            types.push(name);
        }
    }
    let is_plain = matches!(types.as_slice(), [] | [_]) && types.iter().all(|name| name == JSON);
    (!is_plain).then(|| types.join(", "))
}

/// A media type without its charset: the response declares the charset, and some servers reject a request for one.
fn without_charset(name: &str) -> String {
    let is_charset = |part: &&str| part.trim_start().to_ascii_lowercase().starts_with("charset=");
    name.split(';').filter(|part| !is_charset(part)).collect::<Vec<_>>().join(";").trim_end().to_owned()
}

fn read_body(body: &Node) -> Option<Body> {
    let (media_type, media) = body.members("content").next()?;
    let fields =
        media.members("encoding").map(|(name, encoding)| (name.clone(), parameters::writing(encoding, "form")));
    let (required, is_json) = (body.is_true("required"), media_type == JSON);
    // A schema of any JSON allows null without `nullable`.
    let says = |schema: &&Node| ["type", "enum", "allOf", "oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some());
    let may_be_null = media.get("schema").filter(says).is_some_and(|schema| schema.is_true("nullable"));
    let (nullable, secret) = (required && is_json && may_be_null, media.is_true("x-secret"));
    Some(Body { required, nullable, is_json, secret, fields: fields.collect() })
}

fn may_be_empty(response: &Node) -> bool {
    response.is_true("x-may-be-empty")
}

fn read_answers(document: &Node, operation: &Node, pointer: &str) -> Result<Vec<Answer>, CodegenError> {
    let read = |(key, response): (&String, &Node)| {
        let body = match response.members("content").next() {
            None => AnswerBody::None,
            Some((media_type, _)) if media_type == JSON => match json_body(document, key, response, pointer)? {
                Some(ty) => AnswerBody::Json(ty),
                None => AnswerBody::Bytes,
            },
            Some((media_type, _)) if media_type == TEXT => AnswerBody::String,
            Some(_) => AnswerBody::Bytes,
        };
        let status = status(key, pointer)?;
        let docs = response.get_str("description").unwrap_or_default().to_owned();
        Ok(Answer { status, docs, body, may_be_empty: may_be_empty(response) })
    };
    operation.members("responses").filter(|(_, response)| is_answer(response)).map(read).collect()
}

fn read_errors(document: &Node, operation: &Node, pointer: &str) -> Result<Vec<ErrorResponse>, CodegenError> {
    let is_failure = |(key, response): &(&String, &Node)| !is_success(key) && !is_answer(response);
    let read = |(key, response): (&String, &Node)| {
        let docs = response.get_str("description").unwrap_or_default().to_owned();
        let body = json_body(document, key, response, pointer)?;
        let schema = response.get("content").and_then(|content| content.get(JSON)?.get("schema"));
        let shown = schema.map(|schema| shown::members(document, schema)).unwrap_or_default();
        Ok(ErrorResponse { status: status(key, pointer)?, docs, body, shown })
    };
    operation.members("responses").filter(is_failure).map(read).collect()
}

fn status(key: &str, pointer: &str) -> Result<StatusPattern, CodegenError> {
    StatusPattern::parse(key)
        .ok_or_else(|| CodegenError::document(format!("{pointer}/responses"), format!("`{key}` is no status code")))
}

/// The type of the JSON body of a response that is decoded by its status, if it has one.
fn json_body(document: &Node, key: &str, response: &Node, pointer: &str) -> Result<Option<JsonType>, CodegenError> {
    let Some(schema) = response.get("content").and_then(|content| content.get(JSON)?.get("schema")) else {
        return Ok(None);
    };
    let unnamed = || {
        let at = format!("{pointer}/responses/{key}");
        CodegenError::document(at, "a schema that is decoded by status must be a component, or an array of one")
    };
    JsonType::read(document, schema).map(Some).ok_or_else(unnamed)
}

impl StatusPattern {
    fn parse(key: &str) -> Option<Self> {
        match key.as_bytes() {
            b"default" => Some(Self::Default),
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Self::Range(u16::from(digit - b'0'))),
            _ => key.parse::<u16>().ok().filter(|code| (100..600).contains(code)).map(Self::Exact),
        }
    }

    /// The variant of an enum of errors or answers: the status code's standard reason phrase.
    pub(crate) fn variant(self) -> String {
        match self {
            Self::Default => "Default".to_owned(),
            Self::Range(2) => "Success".to_owned(),
            Self::Range(3) => "Redirection".to_owned(),
            Self::Range(4) => "ClientError".to_owned(),
            Self::Range(5) => "ServerError".to_owned(),
            Self::Range(digit) => format!("Status{digit}xx"),
            Self::Exact(code) => {
                let reason = StatusCode::from_u16(code).ok().and_then(|code| code.canonical_reason());
                reason.map_or_else(|| format!("Status{code}"), names::type_name)
            }
        }
    }

    /// The rank among the patterns that include a status: exact codes, ranges, the default.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Exact(_) => 0,
            Self::Range(_) => 1,
            Self::Default => 2,
        }
    }

    /// The pattern in prose.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Default => "Any other status".to_owned(),
            Self::Range(digit) => format!("{digit}XX"),
            Self::Exact(code) => code.to_string(),
        }
    }
}

fn read_servers(named: &Named) -> Vec<Server> {
    let listed = named.document.elements("servers");
    // A server without a name has no address to call; `Server::Custom` remains.
    let called = listed.iter().zip(&named.servers).filter_map(|(server, name)| Some((server, name.as_ref()?)));
    let server = |(server, name): (&Node, &String)| Server {
        variant: name.clone(),
        url: server.get_str("url").unwrap_or_default().trim_end_matches('/').to_owned(),
        description: server.get_str("description").unwrap_or_default().to_owned(),
    };
    called.map(server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_named_by_their_reason() {
        assert_eq!(StatusPattern::parse("422").map(StatusPattern::variant).as_deref(), Some("UnprocessableEntity"));
        assert_eq!(StatusPattern::parse("4XX").map(StatusPattern::variant).as_deref(), Some("ClientError"));
        assert_eq!(StatusPattern::parse("499").map(StatusPattern::variant).as_deref(), Some("Status499"));
        assert_eq!(StatusPattern::parse("default"), Some(StatusPattern::Default));
        assert_eq!(StatusPattern::parse("../x"), None);
    }
}
