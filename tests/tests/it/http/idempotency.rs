//! Idempotency keys, and retries.

use std::collections::HashSet;
use std::time::Duration;

use client_runtime::{Error, Idempotency, RetryPolicy};
use workspace_tests::Server;

use crate::http::calls::{CALLS, app, client, clients};
use crate::http::servers::{ScriptedServer, always, empty, reply, success};
use crate::http::time::TestTimer;

/// The keys that arrived; an empty string for a request without one.
fn keys(server: &Server) -> Vec<String> {
    server.received().iter().map(|request| request.header("idempotency-key").to_owned()).collect()
}

#[tokio::test]
async fn every_call_has_a_fresh_key_of_its_own() {
    let server = Server::start(|request, _| success(request)).await;
    let clients = clients!(server.url(), static_token("t"));
    for call in CALLS.iter().chain(&CALLS) {
        (call.send)(&clients).await.result.unwrap();
    }
    let keys: Vec<String> = keys(&server).into_iter().filter(|key| !key.is_empty()).collect();
    assert_eq!(keys.len(), 18, "nine operations of Svix, twice");
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 18);
    assert!(keys.iter().all(|key| key.len() >= 32 && key.bytes().all(|byte| byte.is_ascii_graphic())), "{keys:?}");
}

#[tokio::test]
async fn operations_without_a_key_send_none() {
    let server = Server::start(|request, _| success(request)).await;
    let clients = clients!(server.url(), static_token("t"));
    for call in CALLS.iter().filter(|call| call.operation.family != "svix") {
        (call.send)(&clients).await.result.unwrap();
    }
    assert_eq!(keys(&server), [""; 6]);
}

#[tokio::test]
async fn retries_repeat_the_key_and_everything_else() {
    let server = Server::start(|request, number| if number % 3 < 2 { empty(500) } else { success(request) }).await;
    let clients = clients!(server.url(), static_token("t"));
    for (call, number) in CALLS.iter().filter(|call| call.operation.idempotency_key.is_some()).zip(0..) {
        (call.send)(&clients).await.result.unwrap();
        let received = server.received().split_off(3 * number);
        assert_eq!(received.len(), 3, "{:?}", call.operation);
        for request in &received {
            assert_eq!((&request.headers, &request.body), (&received[0].headers, &received[0].body));
            assert_eq!((&request.method, &request.target), (&received[0].method, &received[0].target));
        }
        assert_ne!(received[0].header("idempotency-key"), "");
    }
}

#[tokio::test]
async fn a_given_key_is_sent_as_it_is() {
    let server = always(503, &[], "").await;
    for mode in [Idempotency::Automatic, Idempotency::Off] {
        let client = client!(svix_client, server.url(), static_token("t"), idempotency(mode));
        client.app_portal_access(&app(), &Default::default()).idempotency_key("mine-1").await.unwrap_err();
        client.legacy_logout().idempotency_key("mine-1").await.unwrap_err();
    }
    assert_eq!(keys(&server), ["mine-1"; 12]);
}

#[tokio::test]
async fn a_key_that_servers_misread_is_refused() {
    let server = always(204, &[], "").await;
    let client = client!(svix_client, server.url(), static_token("t"));
    for key in ["", " ", "a b", "a\n", "ä", "\u{7f}"] {
        let error = client.logout().idempotency_key(key).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{key:?}: {error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn switched_off_there_is_no_key_and_no_retry() {
    let server = always(500, &[], "{}").await;
    let clients = clients!(server.url(), static_token("t"), idempotency(Idempotency::Off));
    for call in CALLS.iter().filter(|call| call.operation.family == "svix") {
        (call.send)(&clients).await.failure();
    }
    assert_eq!(keys(&server), [""; 9]);
}

/// Svix answers 501 where its open-source server lacks an operation.
#[tokio::test]
async fn a_501_is_not_retried() {
    let server = always(501, &[("retry-after", "1")], r#"{"code":"not_implemented","detail":""}"#).await;
    let timer = TestTimer::new();
    let clients = clients!(server.url(), static_token("t"), timer(timer.clone()));
    for call in &CALLS {
        assert_eq!((call.send)(&clients).await.failure().status, Some(501));
    }
    assert_eq!((server.received().len(), timer.pauses().len()), (15, 0));
}

#[tokio::test]
async fn only_keyed_or_idempotent_calls_are_retried() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    let mut before = 0;
    for status in [429, 500, 502, 503, 504] {
        server.tell(move |_| empty(status));
        for call in &CALLS {
            (call.send)(&clients).await.failure();
            let sent = server.server.received().len() - before;
            let repeatable = call.operation.family == "svix" || call.operation.method != "POST";
            assert_eq!(sent, if repeatable { 3 } else { 1 }, "{status} of {:?}", call.operation);
            before += sent;
        }
    }
}

#[tokio::test]
async fn retry_after_decides_the_pause_and_the_policy_the_number() {
    let server = Server::start(|_, _| reply(429, &[("retry-after", "7")], "")).await;
    let timer = TestTimer::new();
    let policy = RetryPolicy::default().max_retries(3);
    let client = client!(svix_client, server.url(), static_token("t"), timer(timer.clone()), retry(policy));
    let error = client.logout().await.unwrap_err();
    assert_eq!((error.retry_after(), error.is_transient()), (Some(Duration::from_secs(7)), true));
    assert_eq!(timer.pauses(), [Duration::from_secs(7); 3]);
    assert_eq!(server.received().len(), 4);
}
