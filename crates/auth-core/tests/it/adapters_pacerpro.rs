//! PacerPro behind the contract.

use std::time::Duration;

use auth_core::pacerpro::PacerProAuthenticator;
use auth_core::{
    AppAccess, AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, LogoutScope, OneTimeToken, Renewal,
    Session,
};
use client_runtime::RetryPolicy;
use pacerpro_client::{Client, Server};
use serde_json::json;

use crate::support::fake::{
    Fake, FixedClock, JWT, LONG_LIMIT, NOW, assert_clean, at, check_transport, common, unauthorized,
};

fn adapter(url: &str) -> PacerProAuthenticator {
    adapter_that_waits(url, LONG_LIMIT)
}

fn adapter_that_waits(url: &str, timeout: Duration) -> PacerProAuthenticator {
    // The client's own token must never be sent.
    let client = Client::builder().server(Server::Custom(url.to_owned())).static_token("canary-own-token");
    let client = client.retry(RetryPolicy::never()).timeout(timeout).max_body_size(8 * 1024);
    PacerProAuthenticator::new(client.build().unwrap())
}

fn credentials() -> Credentials {
    Credentials::password("me@example.com", "canary-password")
}

fn session() -> Session {
    Session::new("canary-token", at(NOW - 100)).with_account("me@example.com").with_subject("42")
}

const OPERATIONS: [(&str, AuthErrorKind); 3] = [
    ("create_session", AuthErrorKind::InvalidCredentials),
    ("refresh_session", AuthErrorKind::SessionExpired),
    ("delete_session", AuthErrorKind::SessionExpired),
];

async fn run(adapter: &PacerProAuthenticator, operation: &str) -> Result<(), AuthError> {
    match operation {
        "create_session" => adapter.login(&credentials(), &FixedClock).await.map(drop),
        "refresh_session" => adapter.refresh(&session(), &FixedClock).await.map(drop),
        "delete_session" => adapter.revoke_all(&session()).await,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn login_sends_the_password_and_no_token() {
    let fake = Fake::answering(200, &json!({"jwtToken": JWT, "expiresAt": "2023-11-14T22:30:00Z"}).to_string()).await;
    let session = adapter(&fake.url).login(&credentials(), &FixedClock).await.unwrap();
    let request = fake.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/session"));
    assert_eq!(request.authorization, None);
    assert_eq!(request.body, json!({"email": "me@example.com", "password": "canary-password"}));
    assert_eq!(session.access_token.expose(), JWT);
    assert!(session.refresh_token.is_none());
    assert_eq!(session.issued_at, at(NOW));
    assert_eq!(session.expires_at, Some(at(1_700_001_000)));
    assert_eq!(session.subject.as_deref(), Some("42"));
    assert_eq!(session.account.as_deref(), Some("me@example.com"));
}

#[tokio::test]
async fn expiry_comes_from_the_response_or_else_from_the_token() {
    let fake = Fake::start().await;
    for (answer, expires_at) in [
        (json!({"jwtToken": JWT, "expiresAt": "2023-11-14T22:30:00"}), Some(at(1_700_001_000))),
        // The end in the token, as local time of other zones.
        (json!({"jwtToken": JWT, "expiresAt": "2023-11-14T18:13:20"}), Some(at(1_700_003_600))),
        (json!({"jwtToken": JWT, "expiresAt": "2023-11-15T04:43:20"}), Some(at(1_700_003_600))),
        // With a zone, the time counts as it is.
        (json!({"jwtToken": JWT, "expiresAt": "2023-11-14T18:13:20Z"}), Some(at(1_699_985_600))),
        // Without a claim in the token, it is UTC.
        (json!({"jwtToken": "opaque", "expiresAt": "2023-11-14T22:30:00"}), Some(at(1_700_001_000))),
        (json!({"jwtToken": JWT, "expiresAt": 1_700_001_000}), Some(at(1_700_003_600))),
        (json!({"jwtToken": JWT, "expiresAt": null}), Some(at(1_700_003_600))),
        (json!({"jwtToken": JWT, "expiresAt": "soon"}), Some(at(1_700_003_600))),
        (json!({"jwtToken": JWT}), Some(at(1_700_003_600))),
        (json!({"jwtToken": "opaque", "more": [1]}), None),
    ] {
        fake.answer(200, &[], &answer.to_string());
        let session = adapter(&fake.url).login(&credentials(), &FixedClock).await.unwrap();
        assert_eq!(session.expires_at, expires_at, "{answer}");
    }
}

#[tokio::test]
async fn refresh_sends_the_sessions_token_and_keeps_the_account() {
    let fake = Fake::answering(200, &json!({"jwtToken": "fresh"}).to_string()).await;
    let renewed = adapter(&fake.url).refresh(&session(), &FixedClock).await.unwrap();
    let request = fake.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/session"));
    assert_eq!(request.authorization.as_deref(), Some("Bearer canary-token"));
    assert_eq!(renewed.access_token.expose(), "fresh");
    assert_eq!(renewed.account.as_deref(), Some("me@example.com"));
    assert_eq!(renewed.subject.as_deref(), Some("42"));
}

#[tokio::test]
async fn a_logout_sends_nothing_and_names_revoke_all() {
    let fake = Fake::answering(200, "{}").await;
    let adapter = adapter(&fake.url);
    let error = adapter.logout(&session()).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Unsupported);
    assert!(error.to_string().contains("revoke_all"), "{error}");
    assert!(fake.received().is_empty());
    assert_eq!(adapter.capabilities().logout, LogoutScope::Account);
}

#[tokio::test]
async fn revoke_all_deletes_the_session() {
    for body in ["", "{}", r#"{"message":"bye"}"#] {
        let fake = Fake::answering(200, body).await;
        adapter(&fake.url).revoke_all(&session()).await.unwrap();
        let request = fake.only();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("DELETE", "/session"));
        assert_eq!(request.authorization.as_deref(), Some("Bearer canary-token"));
    }
    let fake = Fake::answering(204, "").await;
    adapter(&fake.url).revoke_all(&session()).await.unwrap();
}

#[tokio::test]
async fn capabilities_match_the_verbs() {
    let capabilities = adapter("http://127.0.0.1:1").capabilities();
    assert_eq!(capabilities.renewal, Renewal::Refresh);
    assert!(capabilities.renews_valid_only && capabilities.revoke_all && !capabilities.rotates);
}

#[tokio::test]
async fn every_error_response_is_classified() {
    let mut cases = common();
    cases.push(unauthorized(401, r#"{"message":"canary","error":"canary","status":401,"type":"error"}"#));
    cases.push(unauthorized(401, r#"{"status":"canary","type":"canary"}"#));
    let fake = Fake::start().await;
    let adapter = adapter(&fake.url);
    for (operation, refused) in OPERATIONS {
        for case in &cases {
            fake.answer(case.status, &case.headers, case.body);
            let error = run(&adapter, operation).await.unwrap_err();
            case.check(&error, "pacerpro", operation, refused);
            fake.only();
        }
    }
    println!("{} answers", OPERATIONS.len() * cases.len());
}

#[tokio::test]
async fn success_without_a_token_is_no_session() {
    let fake = Fake::start().await;
    let adapter = adapter(&fake.url);
    for operation in ["create_session", "refresh_session"] {
        for (status, body) in [
            (200, ""),
            (200, "{}"),
            (200, r#"{"jwtToken":null}"#),
            (200, r#"{"jwtToken":""}"#),
            (200, r#"{"jwtToken":"canary\n"}"#),
            (200, r#"{"jwtToken":17,"x":"canary"}"#),
            (200, r#"{"jwtToken":"canary"#),
            (200, "<html>canary</html>"),
            (200, r#"["canary"]"#),
            (204, ""),
        ] {
            fake.answer(status, &[], body);
            let error = run(&adapter, operation).await.unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::Decode, "{operation}: {body}");
            assert_eq!((error.delivery(), error.operation()), (Delivery::Unknown, Some(operation)), "{body}");
            assert!(!error.is_transient() && !error.needs_login());
            assert_clean(&error);
        }
    }
}

#[tokio::test]
async fn a_call_without_a_response_reports_its_delivery() {
    for (operation, _) in OPERATIONS {
        check_transport("pacerpro", operation, async |url, timeout| {
            run(&adapter_that_waits(&url, timeout), operation).await.unwrap_err()
        })
        .await;
    }
}

#[tokio::test]
async fn credentials_of_other_kinds_are_refused_before_anything_is_sent() {
    let fake = Fake::answering(200, "{}").await;
    for credentials in [
        Credentials::api_key("canary"),
        Credentials::from(OneTimeToken::new("canary")),
        Credentials::from(AppAccess::new("canary", "app")),
        Credentials::custom("canary"),
    ] {
        let error = adapter(&fake.url).login(&credentials, &FixedClock).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert!(error.to_string().contains(credentials.kind()), "{error}");
        assert_clean(&error);
    }
    let unsendable = Session::new("canary\n", at(NOW));
    for error in [
        adapter(&fake.url).refresh(&unsendable, &FixedClock).await.unwrap_err(),
        adapter(&fake.url).revoke_all(&unsendable).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert_clean(&error);
    }
    assert!(fake.received().is_empty());
}
