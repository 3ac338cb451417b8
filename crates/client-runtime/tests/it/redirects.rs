//! Redirects. The request body must stay within the origin: it holds a password.

use std::sync::Arc;

use client_runtime::ApiError;

use crate::support::client::{Client, DemoError, Error};
use crate::support::server::{Reply, Server, json, reply, status};
use crate::support::{CANARY, TestSource, shown};

const SESSION: &str = r#"{"token":"t","user":{"id":1}}"#;

fn redirect(status: u16, location: &str) -> Reply {
    reply(status, &[("location", location)], "")
}

#[tokio::test]
async fn nothing_reaches_another_origin() {
    for code in [301, 302, 303, 307, 308] {
        let other = Server::start([json(200, SESSION)]).await;
        let target = format!("{}/login?{CANARY}", other.url);
        let server = Server::start([redirect(code, &target), redirect(code, &target)]).await;
        let client = Client::of(&server.url);
        for call in [client.login(CANARY), client.refresh(CANARY)] {
            let error = call.await.unwrap_err();
            assert!(!shown(&error).contains(CANARY), "{error:?}");
            let Error::Api(DemoError::Other { status, headers, .. }) = &error else { panic!("{error}") };
            assert_eq!(*status, code);
            assert_eq!(headers["location"], target.as_str(), "explicit access shows it");
        }
        assert_eq!(other.received(), [], "{code}");
        assert_eq!(server.received().len(), 2, "{code}");
    }
}

#[tokio::test]
async fn the_same_host_on_another_port_is_another_origin() {
    let other = Server::start([]).await;
    let server = Server::start([redirect(307, &other.url.replace("http:", ""))]).await;
    let error = Client::of(&server.url).login(CANARY).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(other.received(), []);
}

#[tokio::test]
async fn within_the_origin_method_body_and_token_are_kept() {
    for code in [307, 308] {
        let server = Server::start([redirect(code, "/refresh/"), json(200, SESSION)]).await;
        let source = Arc::new(TestSource::new([Ok("one")]));
        Client::with_source(&server.url, &source).refresh(CANARY).await.unwrap();
        let received = server.received();
        assert_eq!(received.len(), 2);
        assert_eq!((received[0].path.as_str(), received[1].path.as_str()), ("/refresh", "/refresh/"));
        for request in received {
            assert_eq!(request.method, "POST");
            assert_eq!(request.authorization(), Some("Bearer one"));
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert!(request.body.contains(CANARY));
        }
    }
}

#[tokio::test]
async fn a_location_that_names_a_host_without_a_scheme_is_another_origin() {
    let server = Server::start([redirect(307, "//evil.invalid/x"), status(204)]).await;
    let error = Client::of(&server.url).logout().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_absolute_location_within_the_origin_is_followed() {
    let server = Server::start_with(|url| vec![redirect(307, &format!("{url}/logout/")), status(204)]).await;
    Client::of(&server.url).logout().await.unwrap();
    assert_eq!(server.received()[1].path, "/logout/");
}

#[tokio::test]
async fn redirects_that_change_the_method_are_not_followed() {
    for code in [300, 301, 302, 303, 304] {
        let server = Server::start([redirect(code, "/elsewhere"), json(200, SESSION)]).await;
        let error = Client::of(&server.url).session().await.unwrap_err();
        assert!(matches!(&error, Error::Api(error) if error.status() == code), "{error}");
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_loop_ends() {
    let server = Server::start((0..20).map(|_| redirect(307, "/logout"))).await;
    let error = Client::of(&server.url).logout().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(server.received().len(), 6, "the request and five redirects");
}
