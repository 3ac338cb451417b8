//! Retries: which calls, how often, and after which pauses.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use client_runtime::{ApiError, BoxFuture, Idempotency, RetryPolicy, Timer, Token, TokenError, TokenSource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

use crate::support::client::{Client, Error, Request, builder};
use crate::support::server::{LIMIT, Reply, Server, json, out_of_time, reply, status};
use crate::support::{TestSource, TestTimer};

const SESSION: &str = r#"{"token":"t","user":{"id":1}}"#;

/// A server that always gives this answer, and a client with the longest pauses.
async fn setup(answer: Reply) -> (Server, Arc<TestTimer>, Client) {
    let server = Server::start(vec![answer; 10]).await;
    let timer = Arc::new(TestTimer::new(u64::MAX));
    let client = Client::new(builder(&server.url, &timer).static_token("static"));
    (server, timer, client)
}

fn broken() -> Reply {
    Reply::SendAndClose("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned())
}

type Start = fn(&Client) -> Request<'_>;

/// Calls that may be repeated: by their method, by their description, by their key.
const SAFE: [(&str, Start); 3] = [
    ("session", |client| client.session()),
    ("search", |client| client.search()),
    ("expire", |client| client.expire("a")),
];

/// Calls that must not be repeated: plain POSTs, and operations that spend a token, whatever their method is.
const UNSAFE: [(&str, Start); 4] = [
    ("logout", |client| client.logout()),
    ("login", |client| client.login("password")),
    ("refresh", |client| client.refresh("token")),
    ("renew", |client| client.renew()),
];

#[tokio::test]
async fn transient_statuses_are_retried_where_it_is_safe() {
    for code in [408, 429, 500, 502, 503, 504] {
        for (name, start) in SAFE {
            let (server, timer, client) = setup(status(code)).await;
            assert_eq!(start(&client).await.unwrap_err().status().unwrap(), code);
            assert_eq!(server.received().len(), 3, "{name} {code}");
            assert_eq!(timer.pauses(), [Duration::from_millis(200), Duration::from_millis(400)], "{name} {code}");
        }
        for (name, start) in UNSAFE {
            let (server, timer, client) = setup(status(code)).await;
            assert_eq!(start(&client).await.unwrap_err().status().unwrap(), code);
            assert_eq!((server.received().len(), timer.pauses().len()), (1, 0), "{name} {code}");
        }
    }
}

#[tokio::test]
async fn other_statuses_are_final() {
    for code in [400, 403, 404, 405, 409, 413, 422, 501, 505] {
        for (name, start) in SAFE.into_iter().chain(UNSAFE) {
            let (server, timer, client) = setup(status(code)).await;
            assert_eq!(start(&client).await.unwrap_err().status().unwrap(), code);
            assert_eq!((server.received().len(), timer.pauses().len()), (1, 0), "{name} {code}");
        }
    }
}

#[tokio::test]
async fn broken_connections_are_retried_where_it_is_safe() {
    for answer in [Reply::SendAndClose(String::new()), broken()] {
        for (name, start) in SAFE {
            let (server, _, client) = setup(answer.clone()).await;
            let error = start(&client).await.unwrap_err();
            assert!(matches!(&error, Error::Transport(details) if !details.is_connect()), "{error}");
            assert_eq!(server.received().len(), 3, "{name}");
        }
        for (name, start) in UNSAFE {
            let (server, _, client) = setup(answer.clone()).await;
            let error = start(&client).await.unwrap_err();
            assert!(matches!(&error, Error::Transport(details) if !details.is_connect()), "{error}");
            assert_eq!(server.received().len(), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn a_retry_can_succeed() {
    let server = Server::start([status(503), broken(), json(200, SESSION)]).await;
    let session = Client::of(&server.url).session().await.unwrap().unwrap();
    assert_eq!(session.user.id, 1);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn without_a_connection_every_call_is_retried() {
    for (name, start) in SAFE.into_iter().chain(UNSAFE) {
        // Bound, so that no other server gets the port meanwhile, and not listening, so that it refuses connections.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let timer = Arc::new(TestTimer::new(u64::MAX));
        let client = Client::new(builder(&url, &timer).static_token("static"));
        let error = start(&client).await.unwrap_err();
        assert!(matches!(&error, Error::Transport(details) if details.is_connect()), "{name}: {error}");
        assert!(error.to_string().contains("no connection"), "{error}");
        assert_eq!(timer.pauses().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn the_policy_counts() {
    let server = Server::start(vec![status(500); 10]).await;
    let timer = Arc::new(TestTimer::new(u64::MAX));
    let builder = || builder(&server.url, &timer).static_token("static");
    Client::new(builder().retry(RetryPolicy::never())).session().await.unwrap_err();
    assert_eq!((server.received().len(), timer.pauses().len()), (1, 0));
    let policy = RetryPolicy::default().max_retries(3).base_delay(Duration::from_secs(2));
    Client::new(builder().retry(policy)).session().await.unwrap_err();
    assert_eq!(server.received().len(), 5);
    assert_eq!(timer.pauses(), [2, 4, 5].map(Duration::from_secs));
}

#[tokio::test]
async fn retry_after_is_followed_in_both_forms() {
    for (value, pause) in [("7", 7), ("Sun, 06 Nov 1994 08:49:49 GMT", 12), ("0", 0)] {
        let server = Server::start([reply(429, &[("retry-after", value)], ""), json(200, SESSION)]).await;
        let timer = Arc::new(TestTimer::new(u64::MAX));
        Client::new(builder(&server.url, &timer).static_token("static")).session().await.unwrap();
        assert_eq!(timer.pauses(), [Duration::from_secs(pause)], "{value}");
    }
}

#[tokio::test]
async fn a_pause_longer_than_the_call_may_take_is_left_to_the_caller() {
    for value in ["36", "86400", "Sat, 06 Nov 2094 08:49:49 GMT"] {
        let (server, timer, client) = setup(reply(429, &[("retry-after", value)], "")).await;
        let error = client.session().await.unwrap_err();
        assert!(error.retry_after().unwrap() >= Duration::from_secs(36), "{error}");
        assert_eq!((server.received().len(), timer.pauses().len()), (1, 0), "{value}");
    }
}

#[tokio::test]
async fn pauses_add_up_to_no_more_than_the_call_may_take() {
    let (server, timer, client) = setup(reply(503, &[("retry-after", "20")], "")).await;
    assert_eq!(client.session().await.unwrap_err().status().unwrap(), 503);
    assert_eq!(timer.pauses(), [Duration::from_secs(20)], "20 and 20 are more than 35");
    assert_eq!(server.received().len(), 2);
}

/// A policy with a single pause, which uses up all but a moment of the call's time.
fn until_the_last_moment() -> RetryPolicy {
    let pause = Duration::from_secs(35) - Duration::from_millis(50);
    RetryPolicy::default().max_retries(1).base_delay(pause).max_delay(pause)
}

const DOWN: &str = r#"{"code":"down"}"#;

#[tokio::test]
async fn an_answer_is_returned_if_time_runs_out_during_a_retry() {
    for silence in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"] {
        let answer = reply(500, &[("x-request-id", "7")], DOWN);
        let server = Server::start([answer, Reply::Stall(silence.to_owned())]).await;
        let timer = Arc::new(TestTimer::new(u64::MAX));
        let client = builder(&server.url, &timer).static_token("static").retry(until_the_last_moment());
        let error = Client::new(client).session().await.unwrap_err();
        let Error::Api(answer) = &error else { panic!("{silence:?}: {error}") };
        assert_eq!((answer.status().as_u16(), answer.raw_body().expose()), (500, DOWN.as_bytes()));
        assert_eq!(answer.headers()["x-request-id"], "7");
    }
}

/// A timer whose pauses take a minute longer than they should, as on a machine that was suspended.
#[derive(Debug)]
struct Oversleeping(TestTimer);

impl Timer for Oversleeping {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration + Duration::from_secs(60))
    }

    fn random(&self) -> u64 {
        self.0.random()
    }
}

#[tokio::test]
async fn an_answer_is_returned_if_time_runs_out_during_a_pause() {
    let server = Server::start([json(503, DOWN)]).await;
    let timer = Arc::new(Oversleeping(TestTimer::new(u64::MAX)));
    let client = client_runtime::codegen::Builder::default().base_url(&server.url).timer(timer).static_token("static");
    let error = Client::new(client).session().await.unwrap_err();
    assert!(matches!(&error, Error::Api(answer) if answer.raw_body().expose() == DOWN.as_bytes()), "{error}");
    server.only();
}

#[tokio::test]
async fn an_answer_is_returned_if_the_retry_is_never_sent() {
    // The server stops listening as soon as it has answered.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        let text = format!("HTTP/1.1 502 No\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{DOWN}", DOWN.len());
        stream.write_all(text.as_bytes()).await.unwrap();
    });
    let error = Client::of(&url).session().await.unwrap_err();
    server.await.unwrap();
    assert!(matches!(&error, Error::Api(answer) if answer.raw_body().expose() == DOWN.as_bytes()), "{error}");

    let server = Server::start([json(500, DOWN)]).await;
    let source = Arc::new(Forgetful(TestSource::new([Ok("one")])));
    let client = builder(&server.url, &Arc::new(TestTimer::new(0))).token_source(source);
    let error = Client::new(client).session().await.unwrap_err();
    assert!(matches!(&error, Error::Api(answer) if answer.raw_body().expose() == DOWN.as_bytes()), "{error}");
    server.only();
}

/// A source that has to be asked every time, and has one token only.
#[derive(Debug)]
struct Forgetful(TestSource);

impl TokenSource for Forgetful {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        self.0.acquire()
    }

    fn reject(&self, generation: u64) {
        self.0.reject(generation);
    }
}

/// The client gets a plain HTTP response in place of a TLS handshake.
#[cfg(feature = "rustls")]
#[tokio::test]
async fn a_server_without_tls_is_distinguished_from_an_absent_one() {
    use tokio::io::AsyncWriteExt;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    let timer = Arc::new(TestTimer::new(u64::MAX));
    let error = Client::new(builder(&url, &timer).static_token("t")).session().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(details) if details.is_connect()), "{error}");
    assert!(error.to_string().contains("it doesn't speak TLS"), "{error}");
    server.abort();
    let _ = server.await;
    let error = Client::new(builder(&url, &timer).static_token("t")).session().await.unwrap_err();
    assert!(error.to_string().contains("no server listens there"), "{error}");
}

/// The server may have acted on a later attempt: its earlier answer would hide that.
#[tokio::test]
async fn an_answer_does_not_hide_a_connection_that_broke_since() {
    let server = Server::start([status(500), broken(), broken()]).await;
    let error = Client::of(&server.url).session().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(details) if !details.is_connect()), "{error}");
    assert_eq!(server.received().len(), 3);
}

/// The token that was refused isn't the one that the lost request carried.
#[tokio::test]
async fn a_refusal_is_not_returned_after_a_request_with_another_token() {
    let server = Server::start([status(401), Reply::Stall(String::new())]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two")]));
    let client = Client::with_source(&server.url, &source);
    let error = out_of_time(&server, 2, client.session().timeout(LIMIT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error}");
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_key_is_the_same_on_retries_and_new_for_every_call() {
    let server = Server::start([status(500), status(503), status(204), status(204)]).await;
    // The default timer, since keys come from its randomness; the pauses are zero.
    let client = client_runtime::codegen::Builder::default().base_url(&server.url).static_token("static");
    let client = Client::new(client.retry(RetryPolicy::default().base_delay(Duration::ZERO)));
    client.expire("app").await.unwrap();
    client.expire("app").await.unwrap();
    let received = server.received();
    let keys: Vec<&str> = received.iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_eq!(keys.len(), 4);
    assert_eq!((keys[0], keys[1]), (keys[1], keys[2]));
    assert_ne!(keys[2], keys[3]);
    assert_eq!(keys[0].len(), 36);
}

#[tokio::test]
async fn a_given_key_is_sent_as_it_is() {
    let (server, _, client) = setup(status(500)).await;
    client.expire("app").idempotency_key("mine").await.unwrap_err();
    assert_eq!(server.received().len(), 3);
    assert!(server.received().iter().all(|request| request.header("idempotency-key") == Some("mine")));
    for key in ["", "a b", "ä", "a\n"] {
        let error = client.expire("app").idempotency_key(key).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    }
    let error = client.logout().idempotency_key("mine").await.unwrap_err();
    assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn without_a_key_a_call_is_not_retried() {
    let server = Server::start([status(500), status(500), status(500), status(500)]).await;
    let timer = Arc::new(TestTimer::new(0));
    let client = Client::new(builder(&server.url, &timer).static_token("static").idempotency(Idempotency::Off));
    client.expire("app").await.unwrap_err();
    assert_eq!(server.only().header("idempotency-key"), None);
    client.expire("app").idempotency_key("mine").await.unwrap_err();
    assert_eq!(server.received().len(), 4, "with a given key it is");
}

#[tokio::test]
async fn path_parameters_stay_in_their_place() {
    let server = Server::start([status(204)]).await;
    let client = Client::of(&server.url);
    for app_id in ["", ".", "..", "..\\..\\x", "a\nb"] {
        let error = client.expire(app_id).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
    }
    client.expire("../a?b#c%2e").await.unwrap();
    assert_eq!(server.only().path, "/apps/..%2Fa%3Fb%23c%252e/expire");
}
