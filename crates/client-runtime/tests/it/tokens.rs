//! The choice of the token, and its replacement when the server refuses it.

use std::sync::Arc;
use std::time::Duration;

use client_runtime::{ApiError, BoxFuture, TimeLimit, Token, TokenError, TokenSource};

use crate::support::client::{Client, DemoError, Error, builder};
use crate::support::server::{Server, json, status};
use crate::support::{Event, Stuck, TestSource, TestTimer};

const SESSION: &str = r#"{"token":"t","user":{"id":1}}"#;
const REFUSED: &str = r#"{"code":"authentication_failed"}"#;

#[tokio::test]
async fn a_token_goes_where_the_operation_takes_one() {
    let server = Server::start([json(200, SESSION), status(204), status(204)]).await;
    let client = Client::of(&server.url);
    client.login("password").await.unwrap();
    client.logout().await.unwrap();
    client.status().await.unwrap();
    let sent: Vec<_> = server.received().iter().map(|request| request.authorization().map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some("Bearer static".to_owned()), Some("Bearer static".to_owned())]);
    assert!(server.received().iter().all(|request| request.header("accept") == Some("application/json")));
}

#[tokio::test]
async fn a_token_of_the_call_wins_and_is_not_replaced() {
    let server = Server::start([json(401, REFUSED)]).await;
    let source = Arc::new(TestSource::new([Ok("source")]));
    let error = Client::with_source(&server.url, &source).logout().token("own").await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(server.only().authorization(), Some("Bearer own"));
    assert_eq!(source.events(), []);
}

#[tokio::test]
async fn a_token_for_an_operation_without_is_refused() {
    let server = Server::start([]).await;
    let error = Client::of(&server.url).login("password").token("own").await.unwrap_err();
    assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    let error = Client::of(&server.url).logout().token("o\nwn").await.unwrap_err();
    assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    assert_eq!(server.received(), []);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_unless_it_is_optional() {
    let server = Server::start([status(204)]).await;
    let client = Client::new(builder(&server.url, &Arc::new(TestTimer::new(0))));
    let error = client.logout().await.unwrap_err();
    assert!(matches!(&error, Error::Credentials(details) if details.token_error().needs_login()), "{error}");
    assert!(error.to_string().contains("sign in"), "{error}");
    assert_eq!(server.received(), []);
    client.status().await.unwrap();
    assert_eq!(server.only().authorization(), None);
}

#[tokio::test]
async fn an_optional_token_that_only_fails_for_now_is_waited_for() {
    let server = Server::start([]).await;
    let source = Arc::new(TestSource::new([Err(TokenError::transient("busy"))]));
    let error = Client::with_source(&server.url, &source).status().await.unwrap_err();
    assert!(error.is_transient() && matches!(error, Error::Credentials(_)), "{error}");
    assert_eq!(server.received(), []);
}

#[tokio::test]
async fn a_cached_token_is_not_acquired_again() {
    let server = Server::start([status(204), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one")]));
    let client = Client::with_source(&server.url, &source);
    client.logout().await.unwrap();
    client.logout().await.unwrap();
    assert_eq!(source.events(), [Event::Acquired]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::start([json(401, REFUSED), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two"), Ok("three")]));
    Client::with_source(&server.url, &source).logout().await.unwrap();
    let sent: Vec<_> = server.received().iter().map(|request| request.authorization().unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer one", "Bearer two"]);
    assert_eq!(source.events(), [Event::Acquired, Event::Rejected(1), Event::Acquired]);
}

#[tokio::test]
async fn a_second_refusal_is_returned() {
    let server = Server::start([json(401, REFUSED), json(401, REFUSED), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two"), Ok("three")]));
    let error = Client::with_source(&server.url, &source).session().await.unwrap_err();
    let Error::Api(DemoError::Unauthorized(problem)) = error else { panic!("{error}") };
    assert_eq!(problem.code, "authentication_failed");
    assert_eq!(server.received().len(), 2);
    assert_eq!(source.events(), [Event::Acquired, Event::Rejected(1), Event::Acquired]);
}

#[tokio::test]
async fn a_refusal_is_returned_if_the_source_has_no_other_token() {
    let server = Server::start([json(401, REFUSED), status(204)]).await;
    let error = Client::of(&server.url).logout().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn when_the_replacement_fails_the_refusal_is_the_answer() {
    let busy = TokenError::transient("busy").with_retry_after(Duration::from_secs(9));
    for failure in [TokenError::login_required("the session is over"), busy, TokenError::permanent("locked")] {
        let server = Server::start([json(401, REFUSED)]).await;
        let source = Arc::new(TestSource::new([Ok("one"), Err(failure)]));
        let error = Client::with_source(&server.url, &source).session().await.unwrap_err();
        let Error::Api(DemoError::Unauthorized(problem)) = error else { panic!("{error}") };
        assert_eq!((problem.code.as_str(), problem.raw_body().expose()), ("authentication_failed", REFUSED.as_bytes()));
        server.only();
        assert_eq!(source.events(), [Event::Acquired, Event::Rejected(1), Event::Acquired]);
    }
}

/// A source with one token, which then never answers again.
#[derive(Debug)]
struct StuckAfterwards(TestSource);

impl TokenSource for StuckAfterwards {
    fn cached(&self) -> Option<Token> {
        self.0.cached()
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        if self.0.events().is_empty() { self.0.acquire() } else { Box::pin(std::future::pending()) }
    }

    fn reject(&self, generation: u64) {
        self.0.reject(generation);
    }
}

#[tokio::test]
async fn a_refusal_is_returned_if_the_token_source_takes_too_long() {
    let server = Server::start([json(401, REFUSED)]).await;
    let timer = Arc::new(TestTimer::new(0));
    let source = Arc::new(StuckAfterwards(TestSource::new([Ok("one")])));
    let error = Client::new(builder(&server.url, &timer).token_source(source)).session().await.unwrap_err();
    assert!(matches!(&error, Error::Api(DemoError::Unauthorized(_))), "{error}");
    assert_eq!(timer.pauses(), [Duration::from_secs(35)]);
}

#[tokio::test]
async fn a_body_that_cannot_be_cloned_is_not_replayed_but_its_token_is_rejected() {
    let server = Server::start([json(401, REFUSED), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two")]));
    let body = reqwest::Body::wrap(reqwest::Body::from("once"));
    let error = Client::with_source(&server.url, &source).upload(body).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(server.only().body, "once");
    assert_eq!(source.events(), [Event::Acquired, Event::Rejected(1)]);
}

#[tokio::test]
async fn a_redemption_is_not_replayed_after_a_refusal() {
    let server = Server::start([json(401, REFUSED), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two")]));
    let error = Client::with_source(&server.url, &source).refresh("spent").await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.status() == 401), "{error}");
    assert_eq!(server.received().len(), 1);
    assert_eq!(source.events(), [Event::Acquired]);
}

#[tokio::test]
async fn a_source_that_never_answers_is_not_waited_for_longer_than_the_call_may_take() {
    let server = Server::start([]).await;
    let timer = Arc::new(TestTimer::new(0));
    let client = Client::new(builder(&server.url, &timer).token_source(Arc::new(Stuck)));
    let error = client.logout().await.unwrap_err();
    let Error::Timeout(details) = &error else { panic!("{error}") };
    assert_eq!((details.limit(), details.duration()), (TimeLimit::Token, Duration::from_secs(35)));
    assert_eq!(timer.pauses(), [Duration::from_secs(35)]);
    assert_eq!(server.received(), []);
}
