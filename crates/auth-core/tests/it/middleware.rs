//! Tokens in a stack of reqwest-middleware, against a server on loopback.

use std::sync::{Arc, Mutex};

use auth_core::TokenError;
use auth_core::middleware::{AuthMiddleware, same_origin_redirects};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error};

use crate::support::counting_source::CountingSource;

/// Records its requests, and accepts the tokens of one generation. `/to?<url>` redirects.
struct Server {
    origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Seen {
    path: String,
    token: Option<String>,
    body: String,
}

impl Server {
    async fn letting_in(good: u64) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state((good, seen.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { origin, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn tokens(&self) -> Vec<Option<String>> {
        self.seen().into_iter().map(|seen| seen.token).collect()
    }
}

async fn answer(State((good, seen)): State<(u64, Arc<Mutex<Vec<Seen>>>)>, request: Request) -> Response {
    let token = request.headers().get("authorization").map(|header| header.to_str().unwrap().to_owned());
    let path = request.uri().path().to_owned();
    let target = request.uri().query().unwrap_or_default().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    seen.lock().unwrap().push(Seen { path: path.clone(), token: token.clone(), body });
    if path == "/to" {
        return Redirect::temporary(&target).into_response();
    }
    match token {
        Some(token) if token == format!("Bearer token-{good}") => StatusCode::OK.into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

fn client(source: &Arc<CountingSource>, server: &Server) -> ClientWithMiddleware {
    let http = reqwest::Client::builder().redirect(same_origin_redirects()).no_proxy().build().unwrap();
    let middleware = AuthMiddleware::new(source.clone(), [server.origin.parse().unwrap()]);
    ClientBuilder::new(http).with(middleware).build()
}

#[tokio::test]
async fn a_request_carries_the_token() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    for _ in 0..2 {
        let response = client(&source, &server).post(format!("{}/x", server.origin)).body("body").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }
    let expected = Seen { path: "/x".into(), token: Some("Bearer token-1".into()), body: "body".into() };
    assert_eq!(server.seen(), [expected.clone(), expected]);
    assert_eq!(source.acquired(), 1, "the cached token serves");
}

#[tokio::test]
async fn no_other_origin_sees_a_token() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let elsewhere = Server::letting_in(1).await;
    let by_name = elsewhere.origin.replace("127.0.0.1", "localhost");
    for url in [&elsewhere.origin, &by_name] {
        let response = client(&source, &server).get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(elsewhere.tokens(), [None, None]);
    assert_eq!((source.acquired(), source.rejected()), (0, vec![]));
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_the_response_and_takes_nothing_along() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let elsewhere = Server::letting_in(1).await;
    let url = format!("{}/to?{}/x", server.origin, elsewhere.origin);
    let response = client(&source, &server).post(url).body("secret").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(elsewhere.seen(), []);
}

#[tokio::test]
async fn a_redirect_within_the_origin_keeps_token_and_body() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let url = format!("{}/to?/x", server.origin);
    let response = client(&source, &server).post(url).body("body").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let expected = Seen { path: "/x".into(), token: Some("Bearer token-1".into()), body: "body".into() };
    assert_eq!(server.seen()[1], expected);
}

#[tokio::test]
async fn redirects_in_a_cycle_end() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let url = format!("{}/to?/to", server.origin);
    let response = client(&source, &server).get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_refusal_by_another_origin_does_not_reject_the_token() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let elsewhere = Server::letting_in(1).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let middleware = AuthMiddleware::new(source.clone(), [server.origin.parse().unwrap()]);
    let client = ClientBuilder::new(http).with(middleware).build();
    let url = format!("{}/to?{}/x", server.origin, elsewhere.origin);
    let response = client.post(url).body("body").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    // The reason for `same_origin_redirects`: reqwest's own policy drops the header, but not the body.
    assert_eq!(elsewhere.seen(), [Seen { path: "/x".into(), token: None, body: "body".into() }]);
    assert!(source.rejected().is_empty());
}

#[tokio::test]
async fn a_request_with_an_authorization_header_is_unchanged() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    let response = client(&source, &server).get(&server.origin).bearer_auth("own").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.tokens(), [Some("Bearer own".to_owned())]);
    assert!(source.rejected().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_the_request_sent_once_more() {
    let (source, server) = (CountingSource::new(), Server::letting_in(2).await);
    let response = client(&source, &server).post(&server.origin).body("body").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(server.tokens(), [Some("Bearer token-1".to_owned()), Some("Bearer token-2".to_owned())]);
    assert_eq!(server.seen()[1].body, "body");
    assert_eq!(source.rejected(), [1]);
}

#[tokio::test]
async fn a_second_refusal_is_returned() {
    let (source, server) = (CountingSource::new(), Server::letting_in(99).await);
    let response = client(&source, &server).get(&server.origin).send().await.unwrap();
    assert_eq!((response.status(), server.seen().len()), (StatusCode::UNAUTHORIZED, 2));

    let (source, server) = (CountingSource::keeping_rejected(), Server::letting_in(99).await);
    let response = client(&source, &server).get(&server.origin).send().await.unwrap();
    assert_eq!((response.status(), server.seen().len()), (StatusCode::UNAUTHORIZED, 1), "nothing better to send");
}

#[tokio::test]
async fn a_streamed_body_is_sent_once_and_the_refusal_is_reported() {
    let (source, server) = (CountingSource::new(), Server::letting_in(2).await);
    let stream = || reqwest::Body::wrap_stream(axum::body::Body::from("body").into_data_stream());
    let response = client(&source, &server).post(&server.origin).body(stream()).send().await.unwrap();
    assert_eq!((response.status(), server.seen().len()), (StatusCode::UNAUTHORIZED, 1));
    assert_eq!(source.rejected(), [1]);
    let response = client(&source, &server).post(&server.origin).body(stream()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "the next one has another");
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let (source, server) = (CountingSource::new(), Server::letting_in(1).await);
    source.fail(TokenError::login_required("nobody is signed in"));
    let error = client(&source, &server).get(&server.origin).send().await.unwrap_err();
    let Error::Middleware(error) = error else { panic!("{error:?}") };
    assert!(error.downcast_ref::<TokenError>().unwrap().needs_login());
    assert_eq!(server.seen(), []);
}

#[tokio::test]
async fn failures_of_lower_layers_are_passed_on() {
    let source = CountingSource::new();
    // Bound, so that no other server gets the port meanwhile, and not listening, so that it refuses connections.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let server = Server { origin, seen: Arc::default() };
    let error = client(&source, &server).get(&server.origin).send().await.unwrap_err();
    assert!(matches!(&error, Error::Reqwest(error) if error.is_connect()), "{error:?}");
}
