//! Writes source code that calls the methods of a generated client by name, with arguments as JSON.
//!
//! Tests use it to call every operation of a client and to compare the requests with the description.

mod signature;

pub use signature::{Answer, Argument, Method, credentials, methods};

/// The calls to write for a client.
#[derive(Debug)]
pub struct Calls<'a> {
    /// The path of the client's module or crate.
    pub client: &'a str,
    /// The path of the module with `Arguments`, `Reply`, `success` and `failure`.
    pub support: &'a str,
    /// The methods that can be called.
    pub methods: &'a [&'a Method],
    /// The methods of its builder that take a credential beside a token.
    pub credentials: &'a [String],
}

impl Calls<'_> {
    /// The body of a module with a function `call`.
    pub fn render(&self) -> String {
        let Self { client, support, .. } = self;
        let arms: String = self
            .methods
            .iter()
            .map(|one| format!("        {:?} => {}(&client, arguments).await,\n", one.name, one.name))
            .collect();
        let credential = |method: &String| match method.as_str() {
            "static_token" => ".static_token(\"trial-token\")".to_owned(),
            method => format!(".{method}(\"trial-credential\")"),
        };
        let credentials: String = self.credentials.iter().map(credential).collect();
        let answers = if self.methods.iter().any(|one| !one.answers.is_empty()) { "answers, " } else { "" };
        let functions: String = self.methods.iter().map(|one| function(one)).collect();
        format!(
            "use client_runtime as rt;
use {client}::{{Bytes, Client, Server, {answers}errors, types}};
use {support}::{{Arguments, Reply, failure, success}};

/// Calls an operation of the server at `base`.
pub async fn call(base: &str, operation: &str, arguments: &Arguments) -> Reply {{
    let builder = Client::builder().server(Server::Custom(base.to_owned()));
    let client = match builder{credentials}.build() {{
        Ok(client) => client,
        Err(error) => return failure(&error, None, false),
    }};
    match operation {{
{arms}        other => Err(serde_json::json!({{\"refused\": other, \"problem\": \"there is no such operation\"}})),
    }}
}}
{functions}"
        )
    }
}

fn function(method: &Method) -> String {
    let name = &method.name;
    let mut lines = String::new();
    let mut values = Vec::new();
    for (number, argument) in method.required.iter().enumerate() {
        let (ty, name) = (owned(argument), &argument.name);
        lines += &match argument.nullable {
            true => format!("    let a{number}: Option<{ty}> = arguments.nullable({name:?})?;\n"),
            false => format!("    let a{number}: {ty} = arguments.required({name:?})?;\n"),
        };
        values.push(match argument {
            Argument { nullable: true, by_reference: true, ty, .. } if ty == "str" => format!("a{number}.as_deref()"),
            Argument { nullable: true, by_reference: true, .. } => format!("a{number}.as_ref()"),
            Argument { nullable: true, .. } => format!("a{number}"),
            Argument { by_reference: true, .. } => format!("&a{number}"),
            Argument { ty, .. } if is_bytes(ty) => format!("a{number}.into()"),
            _ => format!("a{number}"),
        });
    }
    for (number, argument) in method.optional.iter().enumerate() {
        lines +=
            &format!("    let o{number}: Option<{}> = arguments.optional({:?})?;\n", owned(argument), argument.name);
    }
    lines += &format!("    let request = client.{name}({});\n", values.join(", "));
    for (number, argument) in method.optional.iter().enumerate() {
        let (binding, setter) = (if argument.by_reference { "&" } else { "" }, &argument.name);
        lines += &format!(
            "    let request = if let Some(value) = {binding}o{number} {{ request.{setter}(value) }} else {{ request }};\n"
        );
    }
    let error = &method.error;
    let success = match method.answers.as_slice() {
        [] if is_bytes(&method.output) => {
            "success(response.status().as_u16(), &String::from_utf8_lossy(&response))".to_owned()
        }
        [] => "success(response.status().as_u16(), &*response)".to_owned(),
        answers => {
            let arms: String = answers.iter().map(answer).collect();
            format!("match &*response {{\n{arms}{OTHER_ANSWERS}        }}")
        }
    };
    format!(
        "
async fn {name}(client: &Client, arguments: &Arguments) -> Reply {{
{lines}    match request.await {{
        Ok(response) => {success},
        Err(error) => {{
            let other = matches!(error.api(), Some({error}::Other {{ .. }}));
            failure(&error, error.status().map(|status| status.as_u16()), other)
        }}
    }}
}}
"
    )
}

/// The arm of the answers to come: those of a client that is a crate of its own may be more.
const OTHER_ANSWERS: &str = "            #[allow(unreachable_patterns)]
            _ => success(response.status().as_u16(), &()),
";

/// The match arm of an answer.
fn answer(answer: &Answer) -> String {
    let Answer { path, holds } = answer;
    let (binding, value) = match holds.as_deref() {
        None => ("", "&()"),
        Some(ty) if is_bytes(ty) => ("(value)", "&String::from_utf8_lossy(value)"),
        Some("rt::RawBody") => ("(value)", "&String::from_utf8_lossy(value.expose())"),
        Some(_) => ("(value)", "value"),
    };
    format!("            {path}{binding} => success(response.status().as_u16(), {value}),\n")
}

/// The owned type of the variable that is passed as the argument.
fn owned(argument: &Argument) -> String {
    match argument.ty.as_str() {
        "str" => "String".to_owned(),
        ty if is_bytes(ty) => "String".to_owned(),
        ty => match ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
            Some(item) => format!("Vec<{item}>"),
            None => ty.to_owned(),
        },
    }
}

/// Whether a type is that of a body that isn't JSON; a generated type may have the same name.
fn is_bytes(ty: &str) -> bool {
    let is_generated = ty.starts_with("types::");
    !is_generated && ["Bytes", "Body", "[u8]"].iter().any(|name| ty.rsplit("::").next() == Some(*name))
}
