//! The token of each request, and the consequences of a refusal by the server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use client_runtime::{BoxFuture, Secret, Security, Token, TokenError, TokenSource};
use workspace_tests::Server;

use crate::http::calls::{CALLS, Call, Kind, client, clients};
use crate::http::servers::{always, empty, reply, success};

/// A source with given tokens, of generations 1, 2, 3, …
#[derive(Debug)]
pub(crate) struct TestSource(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    current: Option<Token>,
    next: VecDeque<&'static str>,
    acquired: u64,
    rejected: Vec<u64>,
}

impl TestSource {
    pub(crate) fn new(tokens: impl IntoIterator<Item = &'static str>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { next: tokens.into_iter().collect(), ..State::default() })))
    }

    /// Starts again with other tokens.
    fn reset(&self, tokens: impl IntoIterator<Item = &'static str>) {
        *self.0.lock().unwrap() = State { next: tokens.into_iter().collect(), ..State::default() };
    }

    pub(crate) fn acquired(&self) -> u64 {
        self.0.lock().unwrap().acquired
    }

    pub(crate) fn rejected(&self) -> Vec<u64> {
        self.0.lock().unwrap().rejected.clone()
    }
}

impl TokenSource for TestSource {
    fn cached(&self) -> Option<Token> {
        self.0.lock().unwrap().current.clone()
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let mut state = self.0.lock().unwrap();
        let result = match state.next.pop_front() {
            Some(text) => {
                state.acquired += 1;
                let token = Token::bearer(&Secret::from(text), state.acquired).unwrap();
                state.current = Some(token.clone());
                Ok(token)
            }
            None => Err(TokenError::login_required("the test gave no more tokens")),
        };
        Box::pin(std::future::ready(result))
    }

    fn reject(&self, generation: u64) {
        let mut state = self.0.lock().unwrap();
        state.rejected.push(generation);
        state.current = None;
    }
}

/// The calls that need a token and don't rotate a refresh token.
fn replayable() -> impl Iterator<Item = &'static Call> {
    CALLS.iter().filter(|call| call.operation.security == Security::Bearer && !call.operation.rotates)
}

fn authorizations(server: &Server) -> Vec<String> {
    server.received().iter().map(|request| request.header("authorization").to_owned()).collect()
}

#[tokio::test]
async fn signing_in_carries_no_token_even_if_there_is_one() {
    let server = Server::start(|request, _| success(request)).await;
    let source = TestSource::new(["one"]);
    let clients = clients!(server.url(), token_source(source.clone()));
    let mut count = 0;
    for call in CALLS.iter().filter(|call| call.operation.security == Security::None) {
        (call.send)(&clients).await.result.unwrap();
        count += 1;
    }
    assert_eq!((authorizations(&server), count, source.acquired()), (vec![String::new(); 2], 2, 0));
}

#[tokio::test]
async fn all_other_operations_need_one_and_send_nothing_without() {
    let server = always(204, &[], "").await;
    let clients = clients!(server.url());
    for call in CALLS.iter().filter(|call| call.operation.security == Security::Bearer) {
        assert_eq!((call.send)(&clients).await.failure().kind, Kind::Credentials, "{:?}", call.operation);
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_token_of_the_call_wins_and_is_not_replaced() {
    let server = always(401, &[], "").await;
    let source = TestSource::new(["source"]);
    let clients = clients!(server.url(), token_source(source.clone()));
    for call in &CALLS {
        assert_eq!(call.send_with_token.is_none(), call.operation.security == Security::None, "{:?}", call.operation);
        if let Some(send) = call.send_with_token {
            assert_eq!(send(&clients, "own").await.failure().status, Some(401));
        }
    }
    assert_eq!(authorizations(&server), ["Bearer own"; 13]);
    assert_eq!((source.acquired(), source.rejected().len()), (0, 0));
}

#[tokio::test]
async fn a_refused_token_is_rejected_and_the_call_replayed_once_with_the_next() {
    let server = Server::start(|request, number| if number % 2 == 0 { empty(401) } else { success(request) }).await;
    let source = TestSource::new([]);
    let clients = clients!(server.url(), token_source(source.clone()));
    for (call, number) in replayable().zip(0..) {
        source.reset(["one", "two", "three"]);
        (call.send)(&clients).await.result.unwrap();
        let received = server.received().split_off(2 * number);
        let tokens: Vec<&str> = received.iter().map(|request| request.header("authorization")).collect();
        assert_eq!(tokens, ["Bearer one", "Bearer two"], "{:?}", call.operation);
        assert_eq!(source.rejected(), [1]);
        assert_eq!((&received[0].target, &received[0].body), (&received[1].target, &received[1].body));
        assert_eq!(received[0].header("idempotency-key"), received[1].header("idempotency-key"));
    }
}

#[tokio::test]
async fn a_second_refusal_is_returned() {
    let server = always(401, &[], "").await;
    let source = TestSource::new([]);
    let clients = clients!(server.url(), token_source(source.clone()));
    for (call, number) in replayable().zip(1..) {
        source.reset(["one", "two", "three"]);
        assert_eq!((call.send)(&clients).await.failure().status, Some(401));
        assert_eq!((server.received().len(), source.acquired()), (2 * number, 2), "{:?}", call.operation);
    }
}

#[tokio::test]
async fn other_refusals_leave_the_token_alone() {
    let server = Server::start(|_, _| reply(403, &[], r#"{"code":"insufficient access","detail":""}"#)).await;
    let source = TestSource::new(["one", "two"]);
    let client = client!(svix_client, server.url(), token_source(source.clone()));
    for _ in 0..2 {
        let error = client.logout().await.unwrap_err();
        let Some(svix_client::errors::LogoutError::Forbidden(problem)) = error.api() else { panic!("{error}") };
        assert_eq!(problem.code, "insufficient access");
    }
    assert_eq!((source.acquired(), source.rejected().len()), (1, 0));
}

#[tokio::test]
async fn a_static_token_that_is_refused_is_not_sent_again() {
    let server = always(401, &[], "").await;
    let clients = clients!(server.url(), static_token("t"));
    for call in &CALLS {
        assert_eq!((call.send)(&clients).await.failure().status, Some(401));
    }
    assert_eq!(server.received().len(), CALLS.len());
}
