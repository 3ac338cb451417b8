//! What the emitter needs to know of the merged document, read once.

use http::StatusCode;
use openapi_pipeline::Node;
use openapi_pipeline::source::escape_pointer;

use crate::engine::is_method;
use crate::view::{placeholders, view_name};
use crate::wiring::Place;
use crate::{CodegenError, CrateSpec, names};

mod parameters;
mod security;

const JSON: &str = "application/json";

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
    /// What clients have beside a token.
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
    /// The method of the client, such as `expire_all`.
    pub(crate) method_name: String,
    pub(crate) http_method: String,
    pub(crate) path: String,
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    pub(crate) security: Security,
    /// Whether the document says that a repeat is harmless (`x-idempotent`).
    pub(crate) idempotent: bool,
    /// Whether the call redeems a rotating token (`x-rotates`), so that a blind repeat would lose the session.
    pub(crate) rotates: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Whether it changes something by a JSON body, in which null clears a member.
    pub(crate) patches: bool,
    /// The media type of its body, where the generated layer would send a more general one.
    pub(crate) content_type: Option<String>,
    /// The media type of its success, where that isn't plain JSON.
    pub(crate) accept: Option<String>,
    /// Whether the success may come without its body.
    pub(crate) may_be_empty: bool,
    pub(crate) errors: Vec<ErrorResponse>,
}

/// The body of a request.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) is_json: bool,
    /// The fields of a form that are written in a way of their own.
    pub(crate) fields: Vec<(String, Writing)>,
}

/// A documented response that is not a success.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    pub(crate) status: StatusPattern,
    pub(crate) docs: String,
    /// The type of its JSON body, if it has one.
    pub(crate) body: Option<ErrorBody>,
}

/// The type of an error's JSON body.
#[derive(Clone, Debug)]
pub(crate) enum ErrorBody {
    /// One of the generated types.
    Generated(String),
    /// One of the runtime's, such as `RedactedValue`.
    Runtime(String),
}

impl ErrorBody {
    fn read(document: &Node, component: &str) -> Self {
        let schemas = document.get("components").and_then(|components| components.get("schemas"));
        let rust_type = schemas.and_then(|schemas| schemas.get(component)?.get("x-rust-type")?.get_str("path"));
        match rust_type.and_then(|path| path.strip_prefix("client_runtime::")) {
            Some(name) => Self::Runtime(name.to_owned()),
            None => Self::Generated(names::type_name(component)),
        }
    }
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
                    && view_name(parameter) == name
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
    pub(crate) fn read(document: &Node, spec: &CrateSpec) -> Result<Self, CodegenError> {
        let (any, token_regions): (Vec<_>, Vec<_>) =
            spec.server_by_token_region.iter().cloned().partition(|(region, _)| region == ANY_REGION);
        Ok(Self {
            family: spec.family.clone(),
            title: spec.title.clone(),
            servers: read_servers(document, &spec.title)?,
            token_regions,
            any_region: any.into_iter().next().map(|(_, url)| url),
            credentials: security::credentials(document),
            operations: operations(document)?,
        })
    }
}

/// The operations of a document, in its order.
pub(crate) fn operations(document: &Node) -> Result<Vec<Operation>, CodegenError> {
    let credentials = security::credentials(document);
    let mut operations = Vec::new();
    for (path, item) in document.members("paths") {
        for (method, operation) in item.as_object().into_iter().flatten().filter(|(key, _)| is_method(key)) {
            operations.push(read_operation(document, &credentials, (path, method), operation)?);
        }
    }
    Ok(operations)
}

fn read_operation(
    document: &Node,
    credentials: &[Credential],
    (path, method): (&str, &str),
    operation: &Node,
) -> Result<Operation, CodegenError> {
    let pointer = format!("#/paths/{}/{method}", escape_pointer(path));
    let id = operation
        .get_str("operationId")
        .ok_or_else(|| CodegenError::document(&pointer, "the operation has no operationId"))?;
    let paragraphs = [operation.get_str("summary"), operation.get_str("description")];
    let docs: Vec<&str> = paragraphs.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let flag = |key: &str| operation.get(key).and_then(Node::as_bool).unwrap_or(false);
    let success =
        operation.members("responses").find(|(status, _)| status.starts_with('2')).map(|(_, response)| response);
    Ok(Operation {
        method_name: names::snake(id),
        http_method: method.to_uppercase(),
        path: path.to_owned(),
        docs: docs.join("\n\n"),
        deprecated: flag("deprecated"),
        security: security::read(document, operation, credentials),
        idempotent: flag("x-idempotent"),
        rotates: flag("x-rotates"),
        parameters: parameters::read(document, path, operation),
        body: operation.get("requestBody").and_then(read_body),
        patches: method == "patch" && operation.get("requestBody").is_some_and(is_json),
        content_type: operation.get("requestBody").and_then(renamed_media_type),
        accept: accept(operation, success),
        may_be_empty: success.and_then(|response| response.get("x-may-be-empty")?.as_bool()) == Some(true),
        errors: read_errors(document, operation, &pointer)?,
        pointer,
    })
}

/// What the description calls the one media type of a body, where lowering had to give it another name.
fn renamed_media_type(body: &Node) -> Option<String> {
    let (_, media) = body.members("content").next()?;
    media.get_str("x-media-type").map(str::to_owned)
}

fn is_json(body: &Node) -> bool {
    body.members("content").any(|(key, _)| key == JSON)
}

/// What a call asks for, where that isn't plain JSON: the media type of its success, and JSON if errors are described.
fn accept(operation: &Node, success: Option<&Node>) -> Option<String> {
    let success = success?;
    let (key, _) = success.members("content").next()?;
    let name = renamed_media_type(success).unwrap_or_else(|| key.clone());
    if name == JSON {
        return None;
    }
    let is_json_error = |(status, response): (&String, &Node)| {
        !status.starts_with('2') && response.members("content").any(|(key, _)| key == JSON)
    };
    let errors = operation.members("responses").any(is_json_error);
    Some(if errors { format!("{name}, {JSON}") } else { name })
}

fn read_body(body: &Node) -> Option<Body> {
    let (media_type, media) = body.members("content").next()?;
    let fields =
        media.members("encoding").map(|(name, encoding)| (name.clone(), parameters::writing(encoding, "form")));
    Some(Body {
        required: body.get("required").and_then(Node::as_bool) == Some(true),
        is_json: media_type == JSON,
        fields: fields.collect(),
    })
}

fn read_errors(document: &Node, operation: &Node, pointer: &str) -> Result<Vec<ErrorResponse>, CodegenError> {
    let mut errors = Vec::new();
    for (key, response) in operation.members("responses") {
        if key.starts_with('2') {
            continue;
        }
        let status = StatusPattern::parse(key).ok_or_else(|| {
            CodegenError::document(format!("{pointer}/responses"), format!("`{key}` is no status code"))
        })?;
        let schema = response.get("content").and_then(|content| content.get("application/json")?.get("schema"));
        let reference = schema.and_then(|schema| schema.get_str("$ref"));
        let component = reference.and_then(|target| target.strip_prefix("#/components/schemas/"));
        let body = component.map(|name| ErrorBody::read(document, name));
        if schema.is_some() && body.is_none() {
            let at = format!("{pointer}/responses/{key}");
            return Err(CodegenError::document(at, "the schema of an error must be a component"));
        }
        let docs = response.get_str("description").unwrap_or_default().to_owned();
        errors.push(ErrorResponse { status, docs, body });
    }
    Ok(errors)
}

impl StatusPattern {
    fn parse(key: &str) -> Option<Self> {
        match key.as_bytes() {
            b"default" => Some(Self::Default),
            [digit @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Self::Range(u16::from(digit - b'0'))),
            _ => key.parse::<u16>().ok().filter(|code| (100..600).contains(code)).map(Self::Exact),
        }
    }

    /// The variant of an error enum: the status code's standard reason phrase.
    pub(crate) fn variant(self) -> String {
        match self {
            Self::Default => "Default".to_owned(),
            Self::Range(4) => "ClientError".to_owned(),
            Self::Range(5) => "ServerError".to_owned(),
            Self::Range(digit) => format!("Status{digit}xx"),
            Self::Exact(code) => {
                let reason = StatusCode::from_u16(code).ok().and_then(|code| code.canonical_reason());
                reason.map_or_else(|| format!("Status{code}"), names::type_name)
            }
        }
    }

    /// How it is written in prose.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Default => "Any other status".to_owned(),
            Self::Range(digit) => format!("{digit}XX"),
            Self::Exact(code) => code.to_string(),
        }
    }
}

fn read_servers(document: &Node, title: &str) -> Result<Vec<Server>, CodegenError> {
    let mut servers: Vec<Server> = Vec::new();
    for (index, server) in document.get("servers").and_then(Node::as_array).into_iter().flatten().enumerate() {
        let url = server.get_str("url").unwrap_or_default().trim_end_matches('/').to_owned();
        // A relative server has no address to call; `Server::Custom` remains.
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            continue;
        }
        let description = server.get_str("description").unwrap_or_default().to_owned();
        let mut variant = server_name(&description, &url, title);
        if variant == "Custom" || servers.iter().any(|other| other.variant == variant) {
            variant = format!("{variant}{}", index + 1);
        }
        servers.push(Server { variant, url, description });
    }
    Ok(servers)
}

/// The telling words of a server's description (`The Svix EU region` is `Eu`), or of its host name.
fn server_name(description: &str, url: &str, title: &str) -> String {
    const FILLERS: [&str; 9] = ["the", "a", "server", "servers", "region", "environment", "endpoint", "api", "url"];
    let title = title.to_lowercase();
    let telling = |word: &&str| {
        let word = word.to_lowercase();
        !FILLERS.contains(&word.as_str()) && !title.split_whitespace().any(|part| part == word)
    };
    let words: Vec<&str> =
        description.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).filter(telling).collect();
    if (1..=3).contains(&words.len()) {
        return names::type_name(&words.join(" "));
    }
    let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or(url);
    names::type_name(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_by_what_tells_them_apart() {
        let name = |description: &str| server_name(description, "https://api.example.com/v1", "Svix");
        assert_eq!(name("The Svix EU region"), "Eu");
        assert_eq!(name("Production server"), "Production");
        assert_eq!(name(""), "ApiExampleCom");
        assert_eq!(name("A long story that tells nothing about this server"), "ApiExampleCom");
    }

    #[test]
    fn statuses_are_named_by_their_reason() {
        assert_eq!(StatusPattern::parse("422").map(StatusPattern::variant).as_deref(), Some("UnprocessableEntity"));
        assert_eq!(StatusPattern::parse("4XX").map(StatusPattern::variant).as_deref(), Some("ClientError"));
        assert_eq!(StatusPattern::parse("499").map(StatusPattern::variant).as_deref(), Some("Status499"));
        assert_eq!(StatusPattern::parse("default"), Some(StatusPattern::Default));
        assert_eq!(StatusPattern::parse("../x"), None);
    }
}
