//! Responses of every shape: typed, empty, foreign, broken, endless, silent.

use std::sync::Arc;
use std::time::Duration;

use client_runtime::{ApiError, RetryPolicy, TimeLimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::client::{Client, DemoError, Error, builder};
use crate::support::server::{LIMIT, Reply, Server, json, out_of_time, reply, status};
use crate::support::{CANARY, Event, TestSource, TestTimer, shown};

const SESSION: &str = r#"{"token":"t","user":{"id":1}}"#;

async fn answer(reply: Reply) -> Result<Option<crate::support::client::types::Session>, Error> {
    let server = Server::start([reply]).await;
    let timer = Arc::new(TestTimer::new(0));
    let client = builder(&server.url, &timer).static_token("static").retry(RetryPolicy::never()).max_body_size(1000);
    Client::new(client).session().await
}

#[tokio::test]
async fn a_typed_success() {
    let session = answer(json(200, SESSION)).await.unwrap().unwrap();
    assert_eq!((session.token.expose(), session.user.id), ("t", 1));
    let session = answer(json(201, SESSION)).await.unwrap().unwrap();
    assert_eq!(session.user.id, 1);
}

#[tokio::test]
async fn a_success_in_pieces() {
    let (first, rest) = SESSION.split_at(9);
    let text = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
        first.len(),
        rest.len()
    );
    assert_eq!(answer(Reply::Send(text)).await.unwrap().unwrap().user.id, 1);
}

#[tokio::test]
async fn a_success_that_is_not_what_was_described_names_the_field() {
    for (body, field, text) in [
        ("", None, "the body is empty"),
        ("<html>canary-7f3a</html>", None, "is not JSON"),
        (r#"{"token":"canary-7f3a""#, None, "ends in the middle"),
        (r#"{"token":"canary-7f3a"}"#, Some("user"), "`user` is missing"),
        (r#"{"token":"t","user":{"id":"canary-7f3a"}}"#, Some("user.id"), "`user.id` has another form than u64"),
        (r#"{"token":["canary-7f3a"],"user":{"id":1}}"#, Some("token"), "`token` has another form than a string"),
    ] {
        let error = answer(json(201, body)).await.unwrap_err();
        let Error::Decode(details) = &error else { panic!("{error}") };
        assert_eq!((details.field(), details.status().as_u16()), (field, 201), "{body}");
        assert_eq!(details.raw_body().expose(), body.as_bytes());
        assert!(error.to_string().contains(text), "{error}");
        assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
        assert_eq!(error.operation().map(|operation| operation.id), Some("session"));
    }
}

#[tokio::test]
async fn failures_are_typed_by_status_and_keep_everything() {
    let error = answer(json(401, r#"{"code":"canary-7f3a"}"#)).await.unwrap_err();
    assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
    let Error::Api(DemoError::Unauthorized(problem)) = error else { panic!("{error}") };
    assert_eq!(problem.code, CANARY);

    for (code, body) in [(401, ""), (401, "<html>canary-7f3a"), (422, r#"{"input":"canary-7f3a"}"#), (500, "{}")] {
        let error = answer(reply(code, &[("set-cookie", CANARY), ("x-request-id", CANARY)], body)).await.unwrap_err();
        assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
        assert!(error.to_string().starts_with("demo session: the server answered"), "{error}");
        let Error::Api(DemoError::Other { status, headers, body: kept }) = error else { panic!("{error}") };
        assert_eq!((status.as_u16(), kept.expose()), (code, body.as_bytes()));
        assert_eq!(headers["set-cookie"], CANARY);
    }

    let error = answer(json(404, "whatever")).await.unwrap_err();
    let Error::Api(DemoError::NotFound(problem)) = error else { panic!("{error}") };
    assert_eq!(problem.raw_body().expose(), b"whatever");
}

#[tokio::test]
async fn a_broken_success_is_a_transport_error() {
    let text = format!("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{CANARY}");
    let error = answer(Reply::SendAndClose(text)).await.unwrap_err();
    assert!(matches!(&error, Error::Transport(details) if !details.is_connect()), "{error}");
    assert!(!shown(&error).contains(CANARY) && !shown(&error).contains("127.0.0.1"), "{}", shown(&error));
}

#[tokio::test]
async fn errors_do_not_show_urls() {
    let server = Server::start(vec![Reply::SendAndClose(String::new()); 3]).await;
    let client = Client::of(&server.url);
    let broken = client.expire(CANARY).await.unwrap_err();
    assert!(matches!(&broken, Error::Transport(_)), "{broken}");
    let server = Server::start([Reply::Stall(String::new())]).await;
    let client = Client::of(&server.url);
    let late = out_of_time(&server, 1, client.expire(CANARY).timeout(LIMIT)).await.unwrap_err();
    drop(server);
    let refused = Client::of("http://127.0.0.1:1").expire(CANARY).await.unwrap_err();
    for error in [broken, late, refused] {
        assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
        assert!(!shown(&error).contains("http://"), "{}", shown(&error));
    }
}

#[tokio::test]
async fn a_broken_failure_is_still_that_failure() {
    let text = "HTTP/1.1 404 Not Found\r\ncontent-length: 500\r\n\r\nhalf".to_owned();
    let error = answer(Reply::SendAndClose(text)).await.unwrap_err();
    assert!(matches!(&error, Error::Api(error) if error.raw_body().expose() == b"half"), "{error}");
}

#[tokio::test]
async fn a_failure_whose_body_takes_too_long_is_still_that_failure() {
    for (code, header) in [(500, ""), (503, "retry-after: 0\r\n"), (401, ""), (404, "")] {
        let text = format!("HTTP/1.1 {code} No\r\n{header}content-length: 50\r\n\r\nhalf");
        let server = Server::start([Reply::Stall(text)]).await;
        let source = Arc::new(TestSource::new([Ok("one"), Ok("two")]));
        let client = Client::with_source(&server.url, &source);
        let error = out_of_time(&server, 1, client.session().timeout(LIMIT)).await.unwrap_err();
        assert_eq!(error.status().unwrap(), code, "{error}");
        assert!(matches!(&error, Error::Api(error) if error.raw_body().expose() == b"half"), "{error}");
        // The time limit is reached: there is no retry and no replay, but the source is told of the refusal.
        server.only();
        let refused = [Event::Acquired, Event::Rejected(1)];
        assert_eq!(source.events(), refused[..if code == 401 { 2 } else { 1 }], "{code}");
    }
}

#[tokio::test]
async fn a_reply_that_is_no_http_is_a_transport_error() {
    let error = answer(Reply::SendAndClose(format!("SSH-2.0-{CANARY}\r\n"))).await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error}");
    assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_announced_or_not() {
    let fits = format!(r#"{{"token":"{}","user":{{"id":1}}}}"#, "x".repeat(970));
    assert_eq!(fits.len(), 1000 - 2);
    answer(json(200, &fits)).await.unwrap();
    let body = "x".repeat(1001);
    let announced = reply(200, &[], &body);
    let chunked =
        Reply::Send(format!("HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n{body}\r\n0\r\n\r\n"));
    for (reply, code) in [(announced, 200), (chunked, 500)] {
        let error = answer(reply).await.unwrap_err();
        let Error::TooLarge(details) = &error else { panic!("{error}") };
        assert_eq!((details.limit(), details.status().as_u16()), (1000, code));
    }
    // Announced, and never sent: the call fails without waiting for the body.
    let error = answer(Reply::Stall("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_owned())).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge(_)), "{error}");
}

#[tokio::test]
async fn a_silent_server_ends_with_the_time_limit() {
    for text in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", "HTTP/1.1 500 No\r\n"] {
        let server = Server::start([Reply::Stall(text.to_owned())]).await;
        let client = Client::of(&server.url);
        let error = out_of_time(&server, 1, client.session().timeout(LIMIT)).await.unwrap_err();
        let Error::Timeout(details) = &error else { panic!("{error}") };
        assert_eq!((details.limit(), details.duration()), (TimeLimit::Call, LIMIT), "{text}");
        assert!(error.is_transient());
        assert!(server.received().len() <= 1, "there is no time for a retry");
    }
    let server = Server::start([Reply::Stall(String::new())]).await;
    let timer = Arc::new(TestTimer::new(0));
    let client = builder(&server.url, &timer).static_token("static").timeout(LIMIT);
    let error = out_of_time(&server, 1, Client::new(client).session()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "the client's own limit: {error}");
}

#[tokio::test]
async fn a_time_limit_of_zero_sends_nothing() {
    let server = Server::start([status(204)]).await;
    let error = Client::of(&server.url).logout().timeout(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    let client = builder(&server.url, &Arc::new(TestTimer::new(0))).static_token("static").timeout(Duration::ZERO);
    let error = Client::new(client).logout().await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "the client's own limit: {error}");
    assert_eq!(server.received(), []);
}

/// A server that refuses an upload answers, and hangs up while the client still sends. The call must return that
/// answer.
#[tokio::test]
async fn the_answer_to_an_upload_that_failed_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // The head and a part of the body.
        let mut seen = [0; 512];
        let count = stream.read(&mut seen).await.unwrap();
        assert!(count > 0);
        let body = r#"{"code":"payload_too_large"}"#;
        let text =
            format!("HTTP/1.1 413 Too Large\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let error = Client::of(&url).upload(vec![b'x'; 8 * 1024 * 1024].into()).await.unwrap_err();
    server.await.unwrap();
    assert!(
        matches!(&error, Error::Api(DemoError::Other { status, body, .. })
            if status.as_u16() == 413 && body.expose() == br#"{"code":"payload_too_large"}"#),
        "{error} {error:?}"
    );
}
