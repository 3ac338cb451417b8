//! No credential reaches another origin, and none is lost in a redirect within the origin.

use client_runtime::Security;
use workspace_tests::Server;

use crate::http::calls::{CALLS, Kind, PASSWORD, clients};
use crate::http::servers::{always, json, reply, success};

const TOKEN: &str = "canary-7f3a";

#[tokio::test]
async fn nothing_reaches_another_origin() {
    for status in [301, 302, 303, 307, 308] {
        let other = always(200, &[], "{}").await;
        let elsewhere = other.url().to_owned();
        let server = Server::start(move |request, _| {
            reply(status, &[("location", &format!("{elsewhere}{}", request.target))], "")
        })
        .await;
        let clients = clients!(server.url(), static_token(TOKEN));
        for call in &CALLS {
            let failure = (call.send)(&clients).await.failure();
            assert_eq!((failure.kind, failure.status), (Kind::Other, Some(status)));
            assert!(failure.headers.contains_key("location"), "explicit access shows it");
        }
        assert!(other.received().is_empty(), "{status}: another port is another origin");
        assert_eq!(server.received().len(), CALLS.len());
        let with_secrets = server.received().into_iter().filter(|request| {
            request.mentions(TOKEN) || request.mentions(PASSWORD) // The request carried a secret.
        });
        assert_eq!(with_secrets.count(), CALLS.len());
    }
}

/// A redirect policy of the user's own client would replay the body; ours is set over it.
#[tokio::test]
async fn the_users_redirect_policy_does_not_change_that() {
    let other = always(200, &[], "{}").await;
    let elsewhere = other.url().to_owned();
    let server = Server::start(move |_, _| reply(307, &[("location", &elsewhere)], "")).await;
    let http = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(10));
    let clients = clients!(server.url(), static_token(TOKEN), http(http()));
    for call in &CALLS {
        assert_eq!((call.send)(&clients).await.failure().status, Some(307));
    }
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_second_hop_cannot_lead_away_either() {
    let other = always(200, &[], "{}").await;
    let elsewhere = other.url().to_owned();
    let server = Server::start(move |request, _| {
        let target = if request.target == "/hop" { elsewhere.clone() } else { "/hop".to_owned() };
        reply(307, &[("location", &target)], "")
    })
    .await;
    let clients = clients!(server.url(), static_token(TOKEN));
    for call in &CALLS {
        assert_eq!((call.send)(&clients).await.failure().status, Some(307));
    }
    assert_eq!((other.received().len(), server.received().len()), (0, 2 * CALLS.len()));
}

/// Aivo's service redirects from a path without a trailing slash to the one with it, or back, with an absolute URL.
#[tokio::test]
async fn within_the_origin_method_body_and_token_are_kept() {
    for status in [307, 308] {
        for absolute in [false, true] {
            let server = Server::start(move |request, number| {
                if number % 2 == 1 {
                    return success(request);
                }
                let host = if absolute { format!("http://{}", request.header("host")) } else { String::new() };
                reply(status, &[("location", &format!("{host}{}/", request.target.trim_end_matches('/')))], "")
            })
            .await;
            let clients = clients!(server.url(), static_token(TOKEN));
            for call in &CALLS {
                (call.send)(&clients).await.result.unwrap();
            }
            for (pair, call) in server.received().chunks(2).zip(&CALLS) {
                assert_eq!((&pair[0].method, &pair[0].body), (&pair[1].method, &pair[1].body));
                assert_eq!(pair[0].headers, pair[1].headers);
                assert_eq!(pair[1].method, call.operation.method);
                assert_eq!(pair[1].body, call.body);
                let token = if call.operation.security == Security::None { "" } else { "Bearer canary-7f3a" };
                assert_eq!(pair[1].header("authorization"), token);
                assert_eq!(pair[1].target, format!("{}/", call.target().trim_end_matches('/')));
            }
            assert_eq!(server.received().len(), 2 * CALLS.len());
        }
    }
}

#[tokio::test]
async fn redirects_that_change_the_method_are_not_followed() {
    for status in [300, 301, 302, 303] {
        let server = Server::start(move |request, _| {
            if request.target == "/elsewhere" {
                return json(200, "{}");
            }
            reply(status, &[("location", "/elsewhere")], "")
        })
        .await;
        let clients = clients!(server.url(), static_token(TOKEN));
        for call in &CALLS {
            assert_eq!((call.send)(&clients).await.failure().status, Some(status));
        }
        assert_eq!(server.received().len(), CALLS.len());
    }
}
