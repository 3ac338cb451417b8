//! An independent oracle: Stoplight's Prism serves every description in its original dialect and checks all requests
//! against it, and every operation is called through the generated clients. No request may violate its description, and
//! every documented answer must be decoded as its own type.
//!
//! It needs `@stoplight/prism-cli` 5, and the path of its executable in `PRISM`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use openapi_pipeline::load::{self, DiskFiles};
use openapi_pipeline::{Context, Node};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use svix_client::{ApiError, Error, Idempotency, Operation, Response, RetryPolicy, Security};
use test_requirements::Requirement;
use workspace_tests::workspace_root;

#[tokio::test]
async fn no_request_breaks_its_description_and_every_answer_is_typed() {
    let Some(executable) = test_requirements::variable(Requirement::Prism, "PRISM") else { return };
    let oracle = |document| Oracle::start(Path::new(&executable), document);
    // All four start concurrently, and are awaited later.
    let mut current = oracle("svix/2024-09-10.json");
    let mut legacy = oracle("svix/2022-11-29.json");
    let mut pacerpro = oracle("pacerpro/swagger.json");
    let mut aivo = oracle("aivo/auth.yaml");

    svix_current(&mut current).await;
    svix_legacy(&mut legacy).await;
    pacerpro_session(&mut pacerpro).await;
    aivo_auth(&mut aivo).await;

    let oracles = [current, legacy, pacerpro, aivo];
    let calls: usize = oracles.iter().map(|oracle| oracle.calls).sum();
    let answered = oracles.iter().flat_map(|oracle| oracle.answered.values());
    let errors = answered.flatten().filter(|status| **status >= 400).count();
    let violations: Vec<&String> = oracles.iter().flat_map(|oracle| &oracle.violations).collect();
    println!("prism: {calls} calls, {errors} documented errors provoked, {} violations", violations.len());
    assert!(violations.is_empty(), "{violations:#?}");

    for oracle in &oracles {
        oracle.assert_complete();
    }
    let described: BTreeSet<&String> = oracles.iter().flat_map(|oracle| oracle.described.keys()).collect();
    let all = [svix_client::operations::ALL, pacerpro_client::operations::ALL, aivo_client::operations::ALL].concat();
    let generated: Vec<String> = all.iter().map(name).collect();
    assert_eq!(described, generated.iter().collect(), "the clients have other operations than the descriptions");
}

/// Builds the client of a family with the setup of a pass.
macro_rules! client {
    ($family:ident) => {
        |setup: Setup| {
            let builder = $family::Client::builder().server($family::Server::Custom(setup.url)).http(setup.http);
            let builder = builder.static_token("token").retry(RetryPolicy::never()).idempotency(setup.idempotency);
            builder.build().unwrap()
        }
    };
}

/// Awaits a request with the settings of a call besides arguments: `token`, and `key` where operations take one.
macro_rules! send {
    ($request:expr, $call:ident, key) => {{
        let request = $request;
        let request = if let Some(key) = $call.key { request.idempotency_key(key) } else { request };
        send!(request, $call)
    }};
    ($request:expr, $call:ident) => {{
        let request = $request;
        if let Some(token) = $call.token { request.token(token).await } else { request.await }
    }};
}

#[expect(deprecated, reason = "deprecated operations are judged too")]
async fn svix_current(oracle: &mut Oracle) {
    use svix_client::{Client, operations, types};

    let client = client!(svix_client);
    // The shortest and the longest id, with all kinds of allowed characters.
    let ids = ["a".to_owned(), format!("Az09-_.{}", "x".repeat(249))].map(|id| id.parse::<types::AppId>().unwrap());

    let portal = with_and_without(vec![types::AppPortalAccessIn::new()], |body| body.expiry(3_600));
    let portal = with_and_without(portal, |body| body.read_only(true));
    let flags = ["one", "another-flag_2.0"].map(|flag| flag.parse().unwrap()).to_vec();
    let mut portal = with_and_without(portal, |body| body.feature_flags(flags.clone()));
    let plain = types::ApplicationIn::new("A name".parse().unwrap());
    let application = with_and_without(vec![plain], |application| application.uid("my-app".parse().unwrap()));
    let application = with_and_without(application, |application| application.rate_limit(1.try_into().unwrap()));
    let labels = [("label".to_owned(), "value".to_owned())];
    let application = with_and_without(application, |application| application.metadata(labels.clone().into()));
    for application in application {
        let with: Vec<_> = portal.iter().filter(|body| body.application.is_none()).cloned().collect();
        portal.extend(with.into_iter().map(|body| body.application(application.clone())));
    }
    portal.push(types::AppPortalAccessIn::new().expiry(604_800).read_only(false).feature_flags(vec![]));
    for id in &ids {
        let send =
            async |client: &Client, call: &Call<'_, _>| send!(client.app_portal_access(id, call.body), call, key);
        oracle.call_all(&operations::APP_PORTAL_ACCESS, client, &portal, send).await;
    }

    let token = types::CreateMessageTokenIn::new("A name");
    let token = [token.clone(), token.clone().expiry(0), token.expiry(31_536_000)];
    for id in &ids {
        let send =
            async |client: &Client, call: &Call<'_, _>| send!(client.create_message_token(id, call.body), call, key);
        oracle.call_all(&operations::CREATE_MESSAGE_TOKEN, client, &token, send).await;
        let send = async |client: &Client, call: &Call<'_, _>| send!(client.expire_all(id, call.body), call, key);
        oracle.call_all(&operations::EXPIRE_ALL, client, &expiries(), send).await;
        let send = async |client: &Client, call: &Call<'_, ()>| send!(client.dashboard_access(id), call, key);
        oracle.call_all(&operations::DASHBOARD_ACCESS, client, &[()], send).await;
    }

    let once = [types::OneTimeTokenIn::new("once")];
    let send = async |client: &Client, call: &Call<'_, _>| send!(client.exchange_one_time_token(call.body), call, key);
    oracle.call_all(&operations::EXCHANGE_ONE_TIME_TOKEN, client, &once, send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.logout(), call, key);
    oracle.call_all(&operations::LOGOUT, client, &[()], send).await;
}

async fn svix_legacy(oracle: &mut Oracle) {
    use svix_client::{Client, operations, types};

    let client = client!(svix_client);
    let id: types::AppId = "example-app".parse().unwrap();
    let send = async |client: &Client, call: &Call<'_, _>| send!(client.legacy_expire_all(&id, call.body), call, key);
    oracle.call_all(&operations::LEGACY_EXPIRE_ALL, client, &expiries(), send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.legacy_dashboard_access(&id), call, key);
    oracle.call_all(&operations::LEGACY_DASHBOARD_ACCESS, client, &[()], send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.legacy_logout(), call, key);
    oracle.call_all(&operations::LEGACY_LOGOUT, client, &[()], send).await;
}

async fn pacerpro_session(oracle: &mut Oracle) {
    use pacerpro_client::{Client, operations, types};

    let client = client!(pacerpro_client);
    let user = [types::User::new("sam@example.com", "a password")];
    let send = async |client: &Client, call: &Call<'_, _>| client.create_session(call.body).await;
    oracle.call_all(&operations::CREATE_SESSION, client, &user, send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.refresh_session(), call);
    oracle.call_all(&operations::REFRESH_SESSION, client, &[()], send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.delete_session(), call);
    oracle.call_all(&operations::DELETE_SESSION, client, &[()], send).await;
}

async fn aivo_auth(oracle: &mut Oracle) {
    use aivo_client::{Client, operations, types};

    let client = client!(aivo_client);
    // The shortest allowed password.
    let login = [types::LoginRequest::new("sam@example.com", "12345678")];
    let send = async |client: &Client, call: &Call<'_, _>| client.login(call.body).await;
    oracle.call_all(&operations::LOGIN, client, &login, send).await;
    let refresh = [types::RefreshTokenRequest::new("a refresh token")];
    let send = async |client: &Client, call: &Call<'_, _>| send!(client.refresh_token(call.body), call);
    oracle.call_all(&operations::REFRESH_TOKEN, client, &refresh, send).await;
    let send = async |client: &Client, call: &Call<'_, ()>| send!(client.logout(), call);
    oracle.call_all(&operations::LOGOUT, client, &[()], send).await;
}

/// Both ends of the range, and no value.
fn expiries() -> [svix_client::types::ApplicationTokenExpireIn; 3] {
    let body = svix_client::types::ApplicationTokenExpireIn::new();
    [body.clone(), body.clone().expiry(0), body.expiry(259_200)]
}

/// Every body as it is, and once more with one field set. Applied for all optional fields, it gives all combinations.
fn with_and_without<B: Clone>(bodies: Vec<B>, set: impl Fn(B) -> B) -> Vec<B> {
    bodies.into_iter().flat_map(|body| [body.clone(), set(body)]).collect()
}

/// A failed response in its own type.
trait Typed: ApiError {
    /// The status of its variant, and the variant's body.
    fn typed(&self) -> Option<(u16, Value)>;
}

macro_rules! typed {
    ($family:ident: $errors:tt, $variants:tt) => {
        typed!(each $family $errors $variants);
    };
    (each $family:ident [$($error:ident),+] $variants:tt) => {
        $(typed!(one $family $error $variants);)+
    };
    (one $family:ident $error:ident [$($variant:ident = $status:literal),+]) => {
        impl Typed for $family::errors::$error {
            fn typed(&self) -> Option<(u16, Value)> {
                match self {
                    $(Self::$variant(error) => Some(($status, serde_json::to_value(&**error).unwrap())),)+
                    _ => None,
                }
            }
        }
    };
}

typed!(svix_client: [
    AppPortalAccessError, CreateMessageTokenError, ExpireAllError, DashboardAccessError, LogoutError,
    ExchangeOneTimeTokenError
], [
    BadRequest = 400, Unauthorized = 401, Forbidden = 403, NotFound = 404, Conflict = 409, UnprocessableEntity = 422,
    TooManyRequests = 429
]);
typed!(svix_client: [LegacyExpireAllError, LegacyDashboardAccessError, LegacyLogoutError], [
    Unauthorized = 401, Forbidden = 403, NotFound = 404, Conflict = 409, UnprocessableEntity = 422,
    TooManyRequests = 429
]);
typed!(pacerpro_client: [CreateSessionError, RefreshSessionError, DeleteSessionError], [Unauthorized = 401]);
typed!(aivo_client: [LoginError], [Unauthorized = 401, UnprocessableEntity = 422]);
typed!(aivo_client: [RefreshTokenError, LogoutError], [Unauthorized = 401]);

/// The settings of the client of one pass.
struct Setup {
    url: String,
    http: reqwest::ClientBuilder,
    idempotency: Idempotency,
}

/// The contents of one call.
struct Call<'a, B> {
    body: &'a B,
    key: Option<&'static str>,
    token: Option<&'static str>,
}

/// The sources of a call's key and token: both from the client, both from the call, or no key at all.
const WAYS: [(Idempotency, Option<&str>, Option<&str>); 3] = [
    (Idempotency::Automatic, None, None),
    (Idempotency::Off, Some("key-of-this-call"), Some("token-of-this-call")),
    (Idempotency::Off, None, None),
];

/// The facts about an operation in its description.
struct Described {
    statuses: BTreeSet<u16>,
    /// Optional inputs: `/field/field` of the body, or the name of a parameter.
    optional: BTreeSet<String>,
}

/// One description, the Prism that serves it, and the results.
struct Oracle {
    document: &'static str,
    prism: Prism,
    described: BTreeMap<String, Described>,
    answered: BTreeMap<String, BTreeSet<u16>>,
    /// The inputs of every successful call, optional ones included.
    inputs: BTreeMap<String, Vec<BTreeSet<String>>>,
    violations: Vec<String>,
    calls: usize,
}

impl Oracle {
    fn start(executable: &Path, document: &'static str) -> Self {
        let path = workspace_root().join("openapi").join(document);
        let prism = Prism::start(executable, &path);
        let root = load::load(&mut Context::new(), &DiskFiles::new(workspace_root()), &path).unwrap().root;
        Self {
            document,
            prism,
            described: described(&root),
            answered: BTreeMap::new(),
            inputs: BTreeMap::new(),
            violations: Vec::new(),
            calls: 0,
        }
    }

    /// Makes all calls of an operation: every body in every way, and then every documented failure.
    async fn call_all<C, B: serde::Serialize, T, E: Typed>(
        &mut self,
        operation: &Operation,
        client: impl Fn(Setup) -> C,
        bodies: &[B],
        send: impl AsyncFn(&C, &Call<'_, B>) -> Result<Response<T>, Error<E>>,
    ) {
        let client = |prefer: Option<u16>, idempotency, url: &str| {
            let headers = prefer.map(|status| ("prefer", format!("code={status}")));
            let headers = headers.map(|(name, value)| (name.parse().unwrap(), HeaderValue::try_from(value).unwrap()));
            let http = reqwest::Client::builder().no_proxy().default_headers(HeaderMap::from_iter(headers));
            client(Setup { url: url.to_owned(), http, idempotency })
        };
        let url = self.prism.url();
        // Without a key and a token there is only one way, and without a key there are two.
        let ways = match (operation.idempotency_key, operation.security) {
            (Some(_), _) => &WAYS[..],
            (None, Security::None) => &WAYS[2..],
            (None, _) => &WAYS[1..],
        };
        for &(idempotency, key, token) in ways {
            let client = client(None, idempotency, &url);
            for body in bodies {
                let outcome = send(&client, &Call { body, key, token }).await;
                self.note(operation, None, outcome);
                let mut inputs = BTreeSet::new();
                fields(&serde_json::to_value(body).unwrap(), "", &mut inputs);
                if key.is_some() || idempotency == Idempotency::Automatic {
                    inputs.extend(operation.idempotency_key.map(str::to_owned));
                }
                self.inputs.entry(name(operation)).or_default().push(inputs);
            }
        }
        let statuses = self.described.get(&name(operation)).map(|described| described.statuses.clone());
        for status in statuses.unwrap_or_default().into_iter().filter(|status| *status >= 400) {
            let client = client(Some(status), Idempotency::Off, &url);
            let outcome = send(&client, &Call { body: &bodies[0], key: None, token: None }).await;
            self.note(operation, Some(status), outcome);
        }
    }

    /// Records one answer: Prism's violations, or the status, which must be the wanted one.
    fn note<T, E: Typed>(
        &mut self,
        operation: &Operation,
        wanted: Option<u16>,
        outcome: Result<Response<T>, Error<E>>,
    ) {
        let operation = name(operation);
        let at = format!("{} {operation}", self.document);
        self.calls += 1;
        let (status, headers) = match &outcome {
            Ok(response) => (response.status().as_u16(), response.headers()),
            Err(Error::Api(error)) => (error.status().as_u16(), error.headers()),
            Err(error) => panic!("{at}: {error} ({:?})\n{}", std::error::Error::source(error), self.prism.log()),
        };
        if let Some(violation) = headers.get("sl-violations") {
            let text = String::from_utf8_lossy(violation.as_bytes());
            self.violations.push(format!("{at}: {text}"));
            return;
        }
        match (wanted, &outcome) {
            (None, Ok(_)) => {}
            (Some(wanted), Err(Error::Api(error))) => {
                let sent = error.raw_body().expose();
                // Swagger 2.0 may leave the media type open, and Prism then sends nothing.
                let sent = if sent.is_empty() { json!({}) } else { serde_json::from_slice(sent).unwrap() };
                assert_eq!(error.typed(), Some((wanted, sent)), "{at}: {status} is not its own variant with its body");
            }
            _ => panic!("{at}: wanted {wanted:?}, got {status}\n{}", self.prism.log()),
        }
        self.answered.entry(operation).or_default().insert(status);
    }

    /// Asserts that every documented status came and no other, and that every optional input was sent and left out.
    fn assert_complete(&self) {
        let statuses: BTreeMap<&String, &BTreeSet<u16>> =
            self.described.iter().map(|(operation, described)| (operation, &described.statuses)).collect();
        assert_eq!(statuses, self.answered.iter().collect(), "{}: documented, and answered", self.document);
        for (operation, described) in &self.described {
            let calls = &self.inputs[operation];
            for input in &described.optional {
                let at = format!("{} {operation}: {input}", self.document);
                let holder = input.rsplit_once('/').map_or("", |(holder, _)| holder);
                assert!(calls.iter().any(|call| call.contains(input)), "{at} was never sent");
                let mut without = calls.iter().filter(|call| holder.is_empty() || call.contains(holder));
                assert!(without.any(|call| !call.contains(input)), "{at} was never left out");
            }
        }
    }
}

/// The name of an operation in the tables above.
fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// The selected operations of a description, as published.
fn described(root: &Node) -> BTreeMap<String, Described> {
    let mut all = BTreeMap::new();
    for (path, item) in root.members("paths") {
        for (method, operation) in item.as_object().unwrap() {
            let tags = operation.get("tags").and_then(Node::as_array).unwrap_or_default();
            if tags.iter().all(|tag| tag.as_str() != Some("Authentication")) {
                continue;
            }
            let statuses = operation.members("responses").map(|(status, _)| status.parse().unwrap()).collect();
            let optional = optional_inputs(root, operation);
            all.insert(format!("{} {path}", method.to_uppercase()), Described { statuses, optional });
        }
    }
    all
}

fn optional_inputs(root: &Node, operation: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for parameter in operation.get("parameters").and_then(Node::as_array).unwrap_or_default() {
        let name = parameter.get_str("name").unwrap();
        let required = parameter.get("required").and_then(Node::as_bool).unwrap_or(false);
        if let Some(schema) = parameter.get("schema").filter(|_| parameter.get_str("in") == Some("body")) {
            optional_fields(root, schema, "", &mut found);
        } else if !required && name != "Authorization" {
            // PacerPro repeats the header of its security scheme, which is never left out, as an optional parameter.
            found.insert(name.to_owned());
        }
    }
    if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") {
        optional_fields(root, body, "", &mut found);
    }
    found
}

fn optional_fields(root: &Node, schema: &Node, at: &str, found: &mut BTreeSet<String>) {
    let target = schema.get_str("$ref").map(|reference| root.pointer(reference.trim_start_matches('#')).unwrap());
    let schema = target.unwrap_or(schema);
    let required = schema.get("required").and_then(Node::as_array).unwrap_or_default();
    for (name, property) in schema.members("properties") {
        let at = format!("{at}/{name}");
        optional_fields(root, property, &at, found);
        if required.iter().all(|required| required.as_str() != Some(name)) {
            found.insert(at);
        }
    }
}

/// Collects the fields of a body.
fn fields(body: &Value, at: &str, found: &mut BTreeSet<String>) {
    for (name, value) in body.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        fields(value, &at, found);
        found.insert(at);
    }
}

/// A running Prism, which is killed on drop.
struct Prism {
    child: Child,
    listens: mpsc::Receiver<String>,
    url: std::cell::OnceCell<String>,
    log: Arc<Mutex<String>>,
}

impl Prism {
    fn start(executable: &Path, document: &Path) -> Self {
        let mut command = Command::new(executable);
        command.args(["mock", "--errors", "--multiprocess", "false", "-h", "127.0.0.1", "-p", "0"]).arg(document);
        command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", executable.display()));
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, listens) = mpsc::channel();
        read(child.stdout.take().unwrap(), &log, Some(sender));
        read(child.stderr.take().unwrap(), &log, None);
        Self { child, listens, url: std::cell::OnceCell::new(), log }
    }

    /// Its URL, awaited for up to 30 seconds.
    fn url(&self) -> String {
        let wait = || self.listens.recv_timeout(Duration::from_secs(30));
        let url = self.url.get_or_init(|| wait().unwrap_or_else(|why| panic!("no Prism: {why}\n{}", self.log())));
        url.clone()
    }

    /// The end of its output.
    fn log(&self) -> String {
        let log = self.log.lock().unwrap();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// Reads all output, so that Prism is never blocked by a full pipe, and finds the line with its URL.
fn read(from: impl Read + Send + 'static, log: &Arc<Mutex<String>>, listens: Option<Sender<String>>) {
    let log = log.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if let (Some(listens), Some((_, url))) = (&listens, line.split_once("Prism is listening on ")) {
                let _ = listens.send(url.trim().to_owned());
            }
            log.lock().unwrap().extend([line.as_str(), "\n"]);
        }
    });
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
