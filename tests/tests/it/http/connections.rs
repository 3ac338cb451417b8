//! Connections that break, and the requests that may be sent again then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client_runtime::{BoxFuture, Error, Response, Token, TokenError, TokenSource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use workspace_tests::Server;

use crate::http::calls::{CALLS, Call, Kind, app, client, clients, redeem};
use crate::http::servers::{always, raw, reply, success, unreachable_url, write};
use crate::http::time::TestTimer;
use crate::http::tokens::TestSource;

fn refresh() -> &'static Call {
    CALLS.iter().find(|call| call.operation.rotates).unwrap()
}

/// The name of a message token has no length limit, so the body can be large.
#[tokio::test]
async fn the_answer_to_an_upload_that_is_cut_short_is_read() {
    const ANSWER: &str = r#"{"code":"payload_too_large","detail":"too large"}"#;
    let url = raw(|mut stream| async move {
        // The rest of the body is never read, so the client can't write it to its end.
        let head = format!("HTTP/1.1 413 Too Large\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", ANSWER.len());
        write(&mut stream, &(head + ANSWER)).await;
        stream.shutdown().await.unwrap();
    })
    .await;
    let client = client!(svix_client, &url, static_token("t"));
    let body = svix_client::types::CreateMessageTokenIn::new("x".repeat(8 * 1024 * 1024));
    let error = client.create_message_token(&app(), &body).await.unwrap_err();
    let Some(svix_client::errors::CreateMessageTokenError::Other { status, body, .. }) = error.api() else {
        panic!("{error} {error:?}")
    };
    assert_eq!((status.as_u16(), body.expose()), (413, ANSWER.as_bytes()));
}

#[tokio::test]
async fn a_refresh_token_is_sent_once_whatever_the_server_answers() {
    for status in [401, 408, 429, 500, 502, 503, 504] {
        let server = Server::start(move |_, _| reply(status, &[("retry-after", "0")], "")).await;
        let timer = TestTimer::new();
        let source = TestSource::new(["one", "two", "three"]);
        let clients = clients!(server.url(), token_source(source.clone()), timer(timer.clone()));
        let failure = (refresh().send)(&clients).await.failure();
        assert_eq!((failure.status, server.received().len()), (Some(status), 1));
        assert_eq!((timer.pauses().len(), source.rejected().len()), (0, 0), "{status}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_sent_once_when_the_connection_breaks() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", "nonsense\r\n\r\n"] {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let url = raw(move |mut stream| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                write(&mut stream, answer).await;
                stream.shutdown().await.unwrap();
                // Until the client closes the connection too.
                while stream.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
            }
        })
        .await;
        let timer = TestTimer::new();
        let clients = clients!(&url, static_token("t"), timer(timer.clone()));
        let failure = (refresh().send)(&clients).await.failure();
        assert_eq!(failure.kind, Kind::Transport { connect: false }, "{answer}");
        assert_eq!((count.load(Ordering::SeqCst), timer.pauses().len()), (1, 0));
    }
}

#[tokio::test]
async fn without_a_connection_everything_is_tried_again() {
    let url = unreachable_url().await;
    let timer = TestTimer::new();
    let clients = clients!(&url, static_token("t"), timer(timer.clone()));
    for (call, number) in CALLS.iter().zip(1..) {
        assert_eq!((call.send)(&clients).await.failure().kind, Kind::Transport { connect: true });
        assert_eq!(timer.pauses().len(), 2 * number, "{:?}", call.operation);
    }
}

#[tokio::test]
async fn a_refresh_sends_both_tokens() {
    let server = Server::start(|request, _| success(request)).await;
    let client = client!(aivo_client, server.url());
    let session = client.refresh_token(&redeem()).token("access").await.unwrap();
    assert_eq!(session.refresh_token.expose(), "refresh");
    let request = server.received().remove(0);
    assert_eq!(request.header("authorization"), "Bearer access");
    assert_eq!(request.body, r#"{"refreshToken":"spent"}"#);
}

#[tokio::test]
async fn every_wait_is_longer_than_a_server_without_its_database_takes() {
    let server = always(204, &[], "").await;
    let source = Arc::new(Stuck);
    let clients = clients!(server.url(), token_source(source.clone()));
    let limits = [
        limit(clients.svix.logout().await),
        limit(clients.pacerpro.delete_session().await),
        limit(clients.aivo.logout().await),
    ];
    assert!(limits.iter().all(|seconds| (31..=60).contains(seconds)), "{limits:?}");
    assert!(server.received().is_empty());
    // The HTTP client's own limit is the same one.
    for shown in [format!("{:?}", clients.svix), format!("{:?}", clients.pacerpro), format!("{:?}", clients.aivo)] {
        assert!(shown.contains("timeout: 35s"), "{shown}");
    }
}

#[tokio::test]
async fn a_call_without_any_time_sends_nothing() {
    let server = always(204, &[], "").await;
    let clients = clients!(server.url(), static_token("t"));
    assert_eq!(limit(clients.svix.logout().timeout(Duration::ZERO).await), 0);
    assert_eq!(limit(clients.pacerpro.delete_session().timeout(Duration::ZERO).await), 0);
    let client = client!(aivo_client, server.url(), static_token("t"), timeout(Duration::ZERO));
    assert_eq!(limit(client.logout().await), 0);
    assert!(server.received().is_empty());
}

/// A source that never has a token.
#[derive(Debug)]
struct Stuck;

impl TokenSource for Stuck {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::pending())
    }

    fn reject(&self, _: u64) {}
}

fn limit<E>(result: Result<Response<()>, Error<E>>) -> u64 {
    match result {
        Err(Error::Timeout(details)) => details.duration().as_secs(),
        _ => panic!("not a timeout"),
    }
}
