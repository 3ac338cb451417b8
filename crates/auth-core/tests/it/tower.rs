//! Tokens in a tower stack.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use auth_core::tower::{AuthLayer, AuthService, AuthServiceError, NoReplay};
use auth_core::{BoxFuture, Carrier, TokenError};
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::support::counting_source::CountingSource;

const HOME: &str = "https://api.example.com";

/// URI, token and body of a request.
type Seen = (String, Option<String>, String);

/// Records its requests, and accepts the tokens of one generation.
struct Server {
    good: u64,
    seen: Arc<Mutex<Vec<Seen>>>,
    is_ready: bool,
}

/// A clone isn't ready before its own `poll_ready`.
impl Clone for Server {
    fn clone(&self) -> Self {
        Self { good: self.good, seen: Arc::clone(&self.seen), is_ready: false }
    }
}

impl Server {
    fn letting_in(good: u64) -> Self {
        Self { good, seen: Arc::default(), is_ready: false }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn tokens(&self) -> Vec<Option<String>> {
        self.seen().into_iter().map(|(_, token, _)| token).collect()
    }
}

impl Service<Request<String>> for Server {
    type Response = Response<()>;
    type Error = std::io::Error;
    type Future = BoxFuture<'static, Result<Response<()>, std::io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), std::io::Error>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called without being ready");
        let header = request.headers().get("authorization");
        assert!(header.is_none_or(|header| header.is_sensitive()), "a token that may be logged");
        let token = header.map(|header| header.to_str().unwrap().to_owned());
        let is_good = token.as_deref() == Some(&format!("Bearer token-{}", self.good));
        self.seen.lock().unwrap().push((request.uri().to_string(), token, request.body().clone()));
        Box::pin(async move {
            if request.uri().path() == "/broken" {
                return Err(std::io::Error::other("the line is dead"));
            }
            let mut response = Response::new(());
            *response.status_mut() = if is_good { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            Ok(response)
        })
    }
}

fn layer(source: &Arc<CountingSource>) -> AuthLayer {
    AuthLayer::new(source.clone(), [HOME.parse().unwrap()])
}

fn post(uri: &str) -> Request<String> {
    Request::post(uri).body("body".to_owned()).unwrap()
}

async fn status<R>(service: AuthService<Server, R>, request: Request<String>) -> StatusCode
where
    AuthService<Server, R>: Service<Request<String>, Response = Response<()>, Error = AuthServiceError<std::io::Error>>,
{
    service.oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_request_carries_the_token() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1));
    assert_eq!(status(layer(&source).layer(server.clone()), post("https://api.example.com/x?y")).await, StatusCode::OK);
    let expected = ("https://api.example.com/x?y".to_owned(), Some("Bearer token-1".to_owned()), "body".to_owned());
    assert_eq!(server.seen(), [expected]);
    assert_eq!(source.acquired(), 1);
    assert_eq!(status(layer(&source).layer(server.clone()), post(HOME)).await, StatusCode::OK);
    assert_eq!(source.acquired(), 1, "the cached token serves");
}

#[tokio::test]
async fn no_other_origin_sees_a_token() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1));
    let elsewhere = [
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://example.com/",
        "https://api.example.com.evil.test/",
        "https://api.example.com@evil.test/",
        "https://api.example.com:443@evil.test/",
        "/x",
    ];
    for uri in elsewhere {
        assert_eq!(status(layer(&source).layer(server.clone()), post(uri)).await, StatusCode::UNAUTHORIZED, "{uri}");
    }
    assert_eq!(server.tokens(), vec![None; elsewhere.len()], "and none is repeated");
    assert_eq!((source.acquired(), source.rejected()), (0, vec![]));
}

#[tokio::test]
async fn a_request_with_an_authorization_header_is_unchanged() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1));
    let mut request = post(HOME);
    let mut own = http::HeaderValue::from_static("Basic own");
    own.set_sensitive(true);
    request.headers_mut().insert("authorization", own);
    assert_eq!(status(layer(&source).layer(server.clone()), request).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.tokens(), [Some("Basic own".to_owned())]);
    assert!(source.rejected().is_empty(), "it was not the source's token that was refused");
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_the_request_sent_once_more() {
    let (source, server) = (CountingSource::new(), Server::letting_in(2));
    let request = Request::post(HOME).header("x-own", "kept").body("body".to_owned()).unwrap();
    assert_eq!(status(layer(&source).layer(server.clone()), request).await, StatusCode::OK);
    let sent = server.seen();
    assert_eq!(server.tokens(), [Some("Bearer token-1".to_owned()), Some("Bearer token-2".to_owned())]);
    assert_eq!((&sent[0].0, &sent[0].2), (&sent[1].0, &sent[1].2), "the same request");
    assert_eq!(source.rejected(), [1]);
}

#[tokio::test]
async fn a_second_refusal_is_returned() {
    let (source, server) = (CountingSource::new(), Server::letting_in(99));
    assert_eq!(status(layer(&source).layer(server.clone()), post(HOME)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_request_is_not_repeated_if_the_source_has_no_other_token() {
    let (source, server) = (CountingSource::keeping_rejected(), Server::letting_in(99));
    assert_eq!(status(layer(&source).layer(server.clone()), post(HOME)).await, StatusCode::UNAUTHORIZED);
    assert_eq!((server.seen().len(), source.rejected()), (1, vec![1]));
}

#[tokio::test]
async fn a_body_that_cannot_be_copied_is_sent_once_and_the_refusal_is_reported() {
    let (source, server) = (CountingSource::new(), Server::letting_in(2));
    let layer = layer(&source).with_replay(NoReplay);
    assert_eq!(status(layer.layer(server.clone()), post(HOME)).await, StatusCode::UNAUTHORIZED);
    assert_eq!((server.seen().len(), source.rejected()), (1, vec![1]));
    assert_eq!(status(layer.layer(server.clone()), post(HOME)).await, StatusCode::OK, "the next one has another");
}

#[tokio::test]
async fn a_missing_token_and_a_failure_below_are_different_errors() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1));
    let below = layer(&source).layer(server.clone()).oneshot(post("https://api.example.com/broken")).await.unwrap_err();
    assert!(matches!(&below, AuthServiceError::Inner(error) if error.to_string() == "the line is dead"));
    assert_eq!(below.source().unwrap().to_string(), "the line is dead");

    source.fail(TokenError::login_required("nobody is signed in"));
    source.forget();
    let above = layer(&source).layer(server.clone()).oneshot(post(HOME)).await.unwrap_err();
    assert!(matches!(&above, AuthServiceError::Token(error) if error.needs_login()), "{above:?}");
    assert_eq!(above.source().unwrap().to_string(), "nobody is signed in");
    assert_eq!(server.seen().len(), 1, "nothing was sent");
}

#[tokio::test]
async fn a_renewal_that_fails_after_a_refusal_is_the_error() {
    let (source, server) = (CountingSource::new(), Server::letting_in(2));
    source.fail_after_rejection(TokenError::transient("the vendor is down"));
    let error = layer(&source).layer(server.clone()).oneshot(post(HOME)).await.unwrap_err();
    assert!(matches!(&error, AuthServiceError::Token(error) if error.is_transient()), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn debug_shows_no_token() {
    let source = CountingSource::new();
    let shown = format!("{:?}", layer(&source));
    assert!(shown.contains("api.example.com") && !shown.contains("token-1"), "{shown}");
}

#[tokio::test]
async fn tokens_are_sent_by_the_given_carrier_unless_its_place_is_taken() {
    let seen: Arc<Mutex<Vec<(String, http::HeaderMap)>>> = Arc::default();
    let send = async |carrier: Carrier, request: Request<String>| {
        let layer = layer(&Arc::new(CountingSource::default())).with_carrier(carrier);
        let record = seen.clone();
        let server = service_fn(move |request: Request<String>| {
            record.lock().unwrap().push((request.uri().to_string(), request.headers().clone()));
            std::future::ready(Ok::<_, std::convert::Infallible>(Response::new(())))
        });
        layer.layer(server).oneshot(request).await.unwrap();
        seen.lock().unwrap().pop().unwrap()
    };
    let header = |headers: &http::HeaderMap, name: &str| headers.get(name).map(|it| it.to_str().unwrap().to_owned());
    let (_, headers) = send(Carrier::Header("x-api-key"), post(&format!("{HOME}/me"))).await;
    assert_eq!(header(&headers, "x-api-key").as_deref(), Some("token-1"));
    assert_eq!(header(&headers, "authorization"), None);
    let (uri, headers) = send(Carrier::Query("key"), post(&format!("{HOME}/me?page=2"))).await;
    assert_eq!((uri, headers.is_empty()), (format!("{HOME}/me?page=2&key=token-1"), true));
    let mut own = post(&format!("{HOME}/me"));
    own.headers_mut().insert("x-api-key", "mine".parse().unwrap());
    let (_, headers) = send(Carrier::Header("x-api-key"), own).await;
    assert_eq!(header(&headers, "x-api-key").as_deref(), Some("mine"));
}
