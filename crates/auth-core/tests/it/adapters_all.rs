//! Behaviour that all families share.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, LogoutScope, Renewal, Session};
use auth_testkit::Vendor;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::fake::{Fake, FixedClock, NOW, assert_clean, at};
use crate::support::vendors::{Account, Link, profile};

/// The account that the adapters sign in to.
const ACCOUNT: Account<'_> = Account {
    email: "me@example.com",
    password: "canary-password",
    key: "canary-key",
    app: "app_1",
    lifetime: Duration::from_secs(3600),
};

fn all(url: &str) -> Vec<(Vendor, Arc<dyn Authenticator>)> {
    through(url, reqwest::Client::builder)
}

fn through(url: &str, http: fn() -> reqwest::ClientBuilder) -> Vec<(Vendor, Arc<dyn Authenticator>)> {
    let adapter = |vendor| profile(vendor).adapter(Link { http: http(), ..Link::to(url, "own") });
    Vendor::ALL.iter().map(|vendor| (*vendor, adapter(*vendor).as_it_is())).collect()
}

fn session() -> Session {
    Session::new("canary-token", at(NOW)).with_refresh_token("canary-refresh").with_account("app_1")
}

#[tokio::test]
async fn missing_verbs_are_visible_beforehand_and_send_nothing() {
    let fake = Fake::answering(401, "{}").await;
    for (_, family) in all(&fake.url) {
        let capabilities = family.capabilities();
        for (verb, offered) in [
            ("refresh", capabilities.renewal == Renewal::Refresh),
            ("logout", capabilities.logout == LogoutScope::Session),
            ("revoke_all", capabilities.revoke_all),
        ] {
            let error = match verb {
                "refresh" => family.refresh(&session(), &FixedClock).await.map(drop),
                "logout" => family.logout(&session()).await,
                _ => family.revoke_all(&session()).await,
            };
            let error = error.unwrap_err();
            assert_eq!(error.kind() != AuthErrorKind::Unsupported, offered, "{error}");
            assert_eq!(fake.received().len(), usize::from(offered), "{error}");
            assert_eq!(error.family(), Some(&family.family()));
            assert_clean(&error);
        }
    }
}

#[tokio::test]
async fn families_are_named_and_refuse_foreign_credentials() {
    let fake = Fake::answering(200, "{}").await;
    for (vendor, family) in all(&fake.url) {
        assert_eq!(family.family().as_str(), vendor.name());
        let error = family.login(&Credentials::custom("canary"), &FixedClock).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
    }
    assert!(fake.received().is_empty());
}

#[test]
fn debug_shows_no_token() {
    for vendor in Vendor::ALL {
        let shown = format!("{:?}", profile(*vendor).adapter(Link::to("http://127.0.0.1:1", "canary")));
        assert!(!shown.contains("canary"), "{shown}");
    }
}

fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, 0], &stream.to_be_bytes(), payload].concat()
}

/// The answer, built from the number of the request's stream.
type Frames = fn(u32) -> Vec<u8>;

/// Speaks just enough of HTTP/2 to read a request, and sends the answer.
async fn refuse(mut stream: TcpStream, answer: Frames) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    // An empty SETTINGS frame.
    stream.write_all(&frame(4, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length.try_into().unwrap()]).await?;
        let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let ends = head[4] & 1 != 0;
        // The last frame of a request: its headers, or a part of its body.
        if matches!(head[3], 0 | 1) && ends {
            stream.write_all(&answer(id)).await?;
        }
    }
}

async fn refusing(answer: Frames) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(refuse(stream, answer));
        }
    });
    url
}

async fn sign_in(vendor: Vendor, family: &dyn Authenticator) -> AuthError {
    family.login(&profile(vendor).credentials(&ACCOUNT), &FixedClock).await.unwrap_err()
}

async fn renew(vendor: Vendor, family: &dyn Authenticator) -> AuthError {
    match family.capabilities().renewal {
        Renewal::Refresh => family.refresh(&session(), &FixedClock).await.unwrap_err(),
        _ => sign_in(vendor, family).await,
    }
}

/// A refresh token may be spent unless a server over HTTP/2 says that it processed nothing.
#[tokio::test]
async fn a_renewal_that_a_server_refused_unprocessed_was_not_processed() {
    let answers: [(&str, Frames, Delivery); 5] = [
        ("refused stream", |id| frame(3, id, &7_u32.to_be_bytes()), Delivery::NotProcessed),
        ("goes away before it", |_| frame(7, 0, &[0; 8]), Delivery::NotProcessed),
        ("goes away before it, in anger", |_| frame(7, 0, &[0, 0, 0, 0, 0, 0, 0, 11]), Delivery::NotProcessed),
        ("internal error", |id| frame(3, id, &2_u32.to_be_bytes()), Delivery::Unknown),
        ("cancelled", |id| frame(3, id, &8_u32.to_be_bytes()), Delivery::Unknown),
    ];
    for (what, answer, delivery) in answers {
        let url = refusing(answer).await;
        for (vendor, family) in through(&url, || reqwest::Client::builder().http2_prior_knowledge()) {
            let error = renew(vendor, &*family).await;
            let seen = (error.kind(), error.delivery(), error.is_transient());
            assert_eq!(seen, (AuthErrorKind::Transport, delivery, true), "{what}: {error}");
            assert!(!error.needs_login());
            assert_clean(&error);
        }
    }
}

/// The answer of a gateway that lacks a server, or a setting, says nothing about credentials.
#[tokio::test]
async fn no_other_failure_is_taken_for_a_refusal_of_credentials() {
    let fake = Fake::start().await;
    for (vendor, family) in all(&fake.url) {
        for (status, body, kind) in [
            (400, "", AuthErrorKind::InvalidInput),
            (404, "", AuthErrorKind::Unsupported),
            (405, "", AuthErrorKind::Unsupported),
            (413, "", AuthErrorKind::InvalidInput),
        ] {
            fake.answer(status, &[], body);
            for error in [sign_in(vendor, &*family).await, renew(vendor, &*family).await] {
                assert_eq!((error.kind(), error.delivery()), (kind, Delivery::Refused), "{error}");
                assert!(!error.needs_login() && !error.is_transient(), "{error}");
            }
        }
        fake.answer(503, &[], "");
        assert_eq!(renew(vendor, &*family).await.delivery(), Delivery::NotProcessed);
        fake.answer(500, &[], "{}");
        let error = renew(vendor, &*family).await;
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Vendor, Delivery::Unknown));
        assert!(error.to_string().contains("says nothing of the request"), "{error}");
    }
}
