//! A server on loopback with given answers, and the errors that every adapter must make of them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use auth_core::{AuthError, AuthErrorKind, BoxFuture, Delivery};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use client_runtime::Timer;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};

/// A request that the server received.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub body: Value,
}

/// The server's answer. Without a status, it never answers.
#[derive(Clone, Debug, Default)]
struct Answer {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Default)]
struct Shared {
    answer: Mutex<Answer>,
    received: Mutex<Vec<Received>>,
}

pub struct Fake {
    pub url: String,
    shared: Arc<Shared>,
}

impl Fake {
    /// Starts a server that doesn't answer.
    pub async fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(serve).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// Starts a server with this answer.
    pub async fn answering(status: u16, body: &str) -> Self {
        let fake = Self::start().await;
        fake.answer(status, &[], body);
        fake
    }

    pub fn answer(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        *self.shared.answer.lock().unwrap() = Answer { status: Some(status), headers, body: body.to_owned() };
    }

    /// The requests received since the last look.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut *self.shared.received.lock().unwrap())
    }

    /// The only request received since the last look.
    #[track_caller]
    pub fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    shared.received.lock().unwrap().push(Received {
        method: method.to_string(),
        path: uri.to_string(),
        authorization: headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let answer = shared.answer.lock().unwrap().clone();
    let Some(status) = answer.status else { return std::future::pending().await };
    let mut response = Response::builder().status(status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}

/// A port without a listener.
pub async fn unreachable_url() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    // A port that is given back may be that of another test's server.
    std::mem::forget(socket);
    url
}

/// A server that reads the request, writes these bytes and hangs up.
pub async fn hangs_up_after(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        }
    });
    url
}

/// A clock that stands still.
#[derive(Debug)]
pub struct FixedClock;

pub const NOW: u64 = 1_700_000_000;

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

impl Timer for FixedClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        at(NOW)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> u64 {
        0
    }
}

/// A JWT with exactly the claims of PacerPro's, and `exp` 1,700,003,600.
pub const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI4ZjE0ZTQ1ZiIsInN1YiI6NDIsImV4cCI6MTcwMDAwMzYwMCwic2NwIjoidXNlciJ9.Y2FuYXJ5";

/// Asserts that an error, with all of its causes, shows no secret and no text of a vendor.
#[track_caller]
pub fn assert_clean(error: &AuthError) {
    let mut shown = format!("{error} {error:?} {error:#?} {:?} {:#?}", error.fields(), error.fields());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?} {cause:#?}");
        source = cause.source();
    }
    assert!(!shown.to_lowercase().contains("canary"), "{shown}");
}

/// The expected error of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Want {
    Kind(AuthErrorKind),
    /// The authorisation of the call is not accepted: the kind depends on the call.
    Refused,
}

/// An answer, and the error that it must become.
#[derive(Clone, Debug)]
pub struct Case {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: &'static str,
    pub want: Want,
    pub delivery: Delivery,
    pub transient: bool,
    pub retry_after: Option<u64>,
    /// Path, message, and code.
    pub fields: Vec<(&'static [&'static str], &'static str, Option<&'static str>)>,
}

impl Case {
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn field(mut self, path: &'static [&'static str], message: &'static str, code: Option<&'static str>) -> Self {
        self.fields.push((path, message, code));
        self
    }

    /// Compares the error; `refused` is the kind of [`Want::Refused`] here.
    #[track_caller]
    pub fn check(&self, error: &AuthError, family: &str, operation: &str, refused: AuthErrorKind) {
        let what = format!("{operation}: {} {:?}", self.status, self.body);
        let kind = match self.want {
            Want::Kind(kind) => kind,
            Want::Refused => refused,
        };
        assert_eq!(error.kind(), kind, "{what}");
        assert_eq!(error.delivery(), self.delivery, "{what}");
        assert_eq!(error.is_transient(), self.transient, "{what}");
        assert_eq!(error.retry_after(), self.retry_after.map(Duration::from_secs), "{what}");
        assert_eq!(error.needs_login(), matches!(self.want, Want::Refused), "{what}");
        assert_eq!(error.status(), Some(self.status), "{what}");
        assert_eq!(error.family().map(|family| family.as_str()), Some(family), "{what}");
        assert_eq!(error.operation(), Some(operation), "{what}");
        let fields = error.fields().iter();
        let fields: Vec<_> = fields.map(|field| (field.path.clone(), &*field.message, field.code.as_deref())).collect();
        let wanted = self.fields.iter().map(|(path, message, code)| {
            (path.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>(), *message, *code)
        });
        assert_eq!(fields, wanted.collect::<Vec<_>>(), "{what}");
        // There was an answer: the error must not say that it was lost.
        assert!(!error.to_string().contains("lost"), "{error}");
        assert_clean(error);
    }
}

/// An answer that repeating the call doesn't change.
pub fn refuses(status: u16, body: &'static str, kind: AuthErrorKind) -> Case {
    let want = Want::Kind(kind);
    let (headers, fields) = (Vec::new(), Vec::new());
    Case { status, headers, body, want, delivery: Delivery::Refused, transient: false, retry_after: None, fields }
}

/// A refusal of the call's authorisation.
pub fn unauthorized(status: u16, body: &'static str) -> Case {
    Case { want: Want::Refused, ..refuses(status, body, AuthErrorKind::Vendor) }
}

/// An answer that doesn't say whether the call was processed.
pub fn fails(status: u16, body: &'static str, kind: AuthErrorKind, transient: bool) -> Case {
    Case { delivery: Delivery::Unknown, transient, ..refuses(status, body, kind) }
}

/// The answers that any server, or a gateway in front of it, may give to any call.
pub fn common() -> Vec<Case> {
    use AuthErrorKind::*;
    let html = "<html><body>canary</body></html>";
    let unavailable = |body| Case { delivery: Delivery::NotProcessed, ..fails(503, body, Vendor, true) };
    let rate_limited = || Case {
        transient: true,
        delivery: Delivery::NotProcessed,
        ..refuses(429, r#"{"message":"canary"}"#, RateLimited)
    };
    vec![
        refuses(400, "", InvalidInput),
        refuses(400, "canary: a bad percent-escape", InvalidInput).header("content-type", "text/plain"),
        refuses(400, "{}", InvalidInput),
        unauthorized(401, ""),
        unauthorized(401, "{}"),
        unauthorized(401, html),
        unauthorized(401, "17"),
        unauthorized(401, r#"{"detail":"canary"}"#).header("www-authenticate", "Bearer canary"),
        refuses(402, "", Vendor),
        refuses(403, "", Forbidden),
        refuses(403, html, Forbidden),
        refuses(404, "", Unsupported),
        refuses(404, " \r\n", Unsupported),
        refuses(404, r#"{"detail":"canary"}"#, NotFound),
        refuses(404, html, NotFound),
        refuses(405, "", Unsupported),
        refuses(405, r#"{"detail":"canary"}"#, Unsupported),
        fails(408, "", Timeout, true),
        refuses(409, "", Conflict),
        refuses(410, "", NotFound),
        refuses(413, "", InvalidInput),
        refuses(413, html, InvalidInput),
        refuses(415, "", InvalidInput),
        refuses(418, html, Vendor),
        refuses(422, "", Validation),
        refuses(422, html, Validation),
        refuses(422, "{}", Validation),
        refuses(422, r#"{"detail":[]}"#, Validation),
        rate_limited(),
        rate_limited().header("retry-after", "7").after(7),
        rate_limited()
            .header("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .after(30),
        rate_limited().header("retry-after", "canary"),
        fails(500, "{}", Vendor, true),
        fails(500, "", Vendor, true),
        fails(500, r#"{"message":"Internal server error"}"#, Vendor, true),
        fails(500, html, Vendor, true),
        refuses(501, "", Unsupported),
        refuses(501, r#"{"code":"not_implemented","detail":"canary"}"#, Unsupported),
        fails(502, html, Vendor, true),
        unavailable(""),
        unavailable(html),
        unavailable("").header("retry-after", "120").after(120),
        unavailable("{}")
            .header("retry-after", "Sun, 06 Nov 1994 08:51:37 GMT")
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .after(120),
        fails(502, "", Vendor, true).header("retry-after", "5").after(5),
        fails(504, r#"{"message":"Endpoint request timed out canary"}"#, Vendor, true),
        fails(302, "", Vendor, false).header("location", "https://canary.example.com/"),
        refuses(307, "", Vendor).header("location", "https://canary.example.com/"),
        refuses(308, html, Vendor),
    ]
}

/// For answers that never come: a longer wait brings nothing.
const SHORT_LIMIT: Duration = Duration::from_millis(250);

/// For answers that come: none should ever take so long.
pub const LONG_LIMIT: Duration = Duration::from_secs(30);

/// The errors of a call without an answer; `call` makes one through a client of this URL with this time limit.
pub async fn check_transport(family: &str, operation: &str, call: impl AsyncFn(String, Duration) -> AuthError) {
    let fake = Fake::start().await;
    let too_large = Fake::answering(200, &format!(r#"{{"x":"{}"}}"#, "canary".repeat(2000))).await;
    for (what, url, kind, delivery, transient) in [
        ("no server listens", unreachable_url().await, AuthErrorKind::Transport, Delivery::NotProcessed, true),
        ("hangs up", hangs_up_after("").await, AuthErrorKind::Transport, Delivery::Unknown, true),
        (
            "hangs up in the body",
            hangs_up_after("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"canary\":").await,
            AuthErrorKind::Transport,
            Delivery::Unknown,
            true,
        ),
        ("doesn't answer", fake.url.clone(), AuthErrorKind::Timeout, Delivery::Unknown, true),
        ("too much", too_large.url.clone(), AuthErrorKind::Decode, Delivery::Unknown, false),
    ] {
        let error = call(url, if kind == AuthErrorKind::Timeout { SHORT_LIMIT } else { LONG_LIMIT }).await;
        let seen = (error.kind(), error.delivery(), error.is_transient());
        assert_eq!(seen, (kind, delivery, transient), "{operation}: {what}: {error}");
        assert_eq!(error.family().map(|family| family.as_str()), Some(family));
        assert_eq!(error.operation(), Some(operation), "{what}");
        assert!(!error.needs_login());
        assert_clean(&error);
    }
}
