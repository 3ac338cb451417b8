//! Servers with answers chosen by the test.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use workspace_tests::{Received, Server};

/// A response with a body of any kind.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

pub(crate) fn json(status: u16, body: &str) -> Response {
    reply(status, &[("content-type", "application/json")], body.to_owned())
}

pub(crate) fn empty(status: u16) -> Response {
    reply(status, &[], "")
}

/// A server with the same answer to every request.
pub(crate) async fn always(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Server {
    Server::start(move |_, _| reply(status, headers, body)).await
}

type Answer = Box<dyn Fn(&Received) -> Response + Send>;

/// A server whose answer can be replaced, so that a test builds its clients once: building takes longer than calling.
pub(crate) struct ScriptedServer {
    pub(crate) server: Server,
    answer: Arc<Mutex<Answer>>,
}

impl ScriptedServer {
    pub(crate) async fn start() -> Self {
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(|_| empty(418))));
        let told = answer.clone();
        let server = Server::start(move |request, _| told.lock().unwrap()(request)).await;
        Self { server, answer }
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) fn tell(&self, answer: impl Fn(&Received) -> Response + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }
}

/// The documented success of each operation.
pub(crate) fn success(request: &Received) -> Response {
    let path = request.target.trim_end_matches('/');
    match (request.method.as_str(), path) {
        ("POST", "/login" | "/refresh") => json(200, AUTH_RESPONSE),
        ("POST" | "GET", "/session") => json(200, r#"{"jwtToken":"t","expiresAt":"2030-01-02T03:04:05Z"}"#),
        ("DELETE", "/session") => json(200, "{}"),
        _ if path.ends_with("/create-message-token") => {
            json(200, r#"{"id":"tok_1","token":"t","createdAt":"2024-01-02T03:04:05Z"}"#)
        }
        _ if path.contains("-access/") => json(200, r#"{"url":"https://app.example.com/#key=k","token":"t"}"#),
        _ if path.ends_with("/one-time-token") => json(200, r#"{"token":"t"}"#),
        _ => empty(204),
    }
}

pub(crate) const AUTH_RESPONSE: &str = r#"{
    "accessToken": "access", "refreshToken": "refresh", "expiresIn": 3600,
    "user": {
        "id": "018f4d3c-0000-7000-8000-000000000001", "email": "sam@example.com", "firstName": "Sam",
        "lastName": "Doe", "role": "learner", "tenantId": "018f4d3c-0000-7000-8000-000000000002",
        "status": "active", "createdAt": "2024-01-02T03:04:05Z", "updatedAt": "2024-01-02T03:04:05Z"
    }
}"#;

/// A raw TCP server: each connection is handed over once the head of its request and the beginning of the body are
/// read. It stops with the test's runtime.
pub(crate) async fn raw<F>(handle: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
                if stream.read_buf(&mut seen).await.unwrap() == 0 {
                    break;
                }
            }
            handle(stream).await;
        }
    });
    url
}

/// Writes a response by hand.
pub(crate) async fn write(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// A URL at which no server listens.
pub(crate) async fn unreachable_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
