//! Aivo behind the contract.

use std::time::Duration;

use aivo_client::{Client, Server};
use auth_core::aivo::AivoAuthenticator;
use auth_core::{
    AppAccess, AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, LogoutScope, OneTimeToken, Renewal,
    Session,
};
use client_runtime::RetryPolicy;
use serde_json::{Value, json};

use crate::support::fake::{
    Case, Fake, FixedClock, LONG_LIMIT, NOW, assert_clean, at, check_transport, common, refuses, unauthorized,
};

fn adapter(url: &str) -> AivoAuthenticator {
    adapter_that_waits(url, LONG_LIMIT)
}

fn adapter_that_waits(url: &str, timeout: Duration) -> AivoAuthenticator {
    // The client's own token must never be sent.
    let client = Client::builder().server(Server::Custom(url.to_owned())).static_token("canary-own-token");
    let client = client.retry(RetryPolicy::never()).timeout(timeout).max_body_size(8 * 1024);
    AivoAuthenticator::new(client.build().unwrap())
}

fn credentials() -> Credentials {
    Credentials::password("me@example.com", "canary-password")
}

fn session() -> Session {
    let session = Session::new("canary-access", at(NOW - 100)).with_refresh_token("canary-refresh");
    session.with_account("me@example.com").with_subject("somebody")
}

const USER: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

fn answer(expires_in: i64) -> Value {
    json!({
        "accessToken": "access", "refreshToken": "refresh", "expiresIn": expires_in,
        "user": {
            "id": USER, "email": "Me@example.com", "firstName": "M", "lastName": "E", "role": "learner",
            "tenantId": USER, "status": "active", "createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z"
        }
    })
}

const OPERATIONS: [(&str, AuthErrorKind); 3] = [
    ("login", AuthErrorKind::InvalidCredentials),
    ("refresh_token", AuthErrorKind::SessionExpired),
    ("logout", AuthErrorKind::SessionExpired),
];

async fn run(adapter: &AivoAuthenticator, operation: &str) -> Result<(), AuthError> {
    match operation {
        "login" => adapter.login(&credentials(), &FixedClock).await.map(drop),
        "refresh_token" => adapter.refresh(&session(), &FixedClock).await.map(drop),
        "logout" => adapter.logout(&session()).await,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn login_sends_the_password_and_no_token() {
    let fake = Fake::answering(200, &answer(900).to_string()).await;
    let session = adapter(&fake.url).login(&credentials(), &FixedClock).await.unwrap();
    let request = fake.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/login"));
    assert_eq!(request.authorization, None);
    assert_eq!(request.body, json!({"email": "me@example.com", "password": "canary-password"}));
    assert_eq!(session.access_token.expose(), "access");
    assert_eq!(session.refresh_token.unwrap().expose(), "refresh");
    assert_eq!((session.issued_at, session.expires_at), (at(NOW), Some(at(NOW + 900))));
    assert_eq!(session.subject.as_deref(), Some(USER));
    assert_eq!(session.account.as_deref(), Some("Me@example.com"));
}

#[tokio::test]
async fn login_user_returns_the_user() {
    let fake = Fake::answering(200, &answer(900).to_string()).await;
    let (session, user) = adapter(&fake.url).login_user(&credentials(), &FixedClock).await.unwrap();
    assert_eq!(session.subject, Some(user.id.to_string()));
    assert_eq!((user.first_name.as_str(), user.email.as_str()), ("M", "Me@example.com"));
}

#[tokio::test]
async fn refresh_sends_both_tokens_and_keeps_the_account() {
    let fake = Fake::answering(200, &answer(900).to_string()).await;
    let renewed = adapter(&fake.url).refresh(&session(), &FixedClock).await.unwrap();
    let request = fake.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/refresh"));
    assert_eq!(request.authorization.as_deref(), Some("Bearer canary-access"));
    assert_eq!(request.body, json!({"refreshToken": "canary-refresh"}));
    assert_eq!(renewed.refresh_token.unwrap().expose(), "refresh");
    assert_eq!(renewed.expires_at, Some(at(NOW + 900)));
    assert_eq!(renewed.account.as_deref(), Some("me@example.com"));
    assert_eq!(renewed.subject.as_deref(), Some(USER));
}

#[tokio::test]
async fn logout_sends_the_access_token() {
    // The shipped service confirms with another status than the documented one.
    for (status, body) in [(204, ""), (200, r#"{"message":"canary"}"#), (200, "")] {
        let fake = Fake::answering(status, body).await;
        adapter(&fake.url).logout(&session()).await.unwrap();
        let request = fake.only();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/logout"));
        assert_eq!(request.authorization.as_deref(), Some("Bearer canary-access"));
    }
}

#[tokio::test]
async fn capabilities_match_the_verbs() {
    let fake = Fake::answering(204, "").await;
    let adapter = adapter(&fake.url);
    let capabilities = adapter.capabilities();
    assert_eq!((capabilities.renewal, capabilities.logout), (Renewal::Refresh, LogoutScope::Session));
    assert!(capabilities.rotates && !capabilities.renews_valid_only && !capabilities.revoke_all);
    let error = adapter.revoke_all(&session()).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Unsupported);
    assert!(fake.received().is_empty());
}

#[tokio::test]
async fn every_error_response_is_classified() {
    use AuthErrorKind::*;
    let mut cases: Vec<Case> = common();
    cases.extend([
        unauthorized(401, r#"{"error":"canary","message":"canary"}"#),
        unauthorized(401, r#"{"error":"canary","message":"canary","details":{"password":"canary"}}"#),
        unauthorized(401, r#"{"error":"canary","message":"canary","details":null}"#),
        unauthorized(401, r#"{"detail":"Not authenticated"}"#).header("www-authenticate", "Bearer"),
        refuses(400, r#"{"error":"canary","message":"canary","details":null}"#, InvalidInput),
        refuses(403, r#"{"detail":"Not authenticated"}"#, Forbidden),
        refuses(403, r#"{"error":"canary","message":"canary","details":null}"#, Forbidden),
        refuses(
            422,
            r#"{"error":"canary","message":"canary","validationErrors":[{"field":"email","message":"canary is none"},{"field":"password","message":"short"}]}"#,
            Validation,
        )
        .field(&["body", "email"], "canary is none", None)
        .field(&["body", "password"], "short", None),
        refuses(
            422,
            r#"{"detail":[{"type":"string_too_short","loc":["body","items",3,"password"],"msg":"too short","input":"canary-password","ctx":{"min_length":8}}]}"#,
            Validation,
        )
        .field(&["body", "items", "3", "password"], "too short", Some("string_too_short")),
        refuses(
            422,
            r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":{"password":"canary-password"}}]}"#,
            Validation,
        )
        .field(&["body"], "Field required", Some("missing")),
    ]);
    let fake = Fake::start().await;
    let adapter = adapter(&fake.url);
    for (operation, refused) in OPERATIONS {
        for case in &cases {
            fake.answer(case.status, &case.headers, case.body);
            let error = run(&adapter, operation).await.unwrap_err();
            case.check(&error, "aivo", operation, refused);
            // Not even the rotating redemption is sent again.
            fake.only();
        }
    }
    println!("{} answers", OPERATIONS.len() * cases.len());
}

#[tokio::test]
async fn success_of_another_form_is_an_error_that_names_the_field() {
    let fake = Fake::start().await;
    let adapter = adapter(&fake.url);
    let snake = r#"{"access_token":"canary","refresh_token":"canary","expires_in":1}"#;
    let unsendable = answer(900).to_string().replace("\"access\"", "\"canary\\n\"");
    let without_refresh = answer(900).to_string().replace("\"refreshToken\":", "\"canary\":");
    let null_refresh = answer(900).to_string().replace("\"refresh\"", "null");
    let inside_first = r#"{"user":{"id":"canary","first_name":"canary"},"access_token":"canary"}"#;
    for operation in ["login", "refresh_token"] {
        for (body, named) in [
            ("", ""),
            ("{}", "accessToken"),
            (snake, "`accessToken` is missing, as are `expiresIn`, `refreshToken` and `user`"),
            (inside_first, "`accessToken` is missing, as are `expiresIn` and `refreshToken`"),
            (&unsendable, "accessToken"),
            (&without_refresh, "`refreshToken` is missing"),
            (&null_refresh, "`refreshToken` is null"),
            ("<html>canary</html>", ""),
            (r#"{"accessToken":"canary"#, ""),
            (r#"["canary"]"#, ""),
        ] {
            fake.answer(200, &[], body);
            let error = run(&adapter, operation).await.unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Decode, Delivery::Unknown), "{body}");
            assert!(error.to_string().contains(named), "{error}");
            assert_eq!((error.status().is_some(), error.operation()), (body != unsendable, Some(operation)), "{body}");
            assert_clean(&error);
        }
    }
}

/// The description requires a tenant and more of every user; a session needs only the tokens.
#[tokio::test]
async fn a_response_with_tokens_is_a_session() {
    let fake = Fake::start().await;
    let adapter = adapter(&fake.url);
    let user = |member: &str, value: Value| {
        let mut answer = answer(900);
        answer["user"][member] = value;
        answer
    };
    let whole = |member: &str, value: Value| {
        let mut answer = answer(900);
        answer[member] = value;
        answer
    };
    let mut without_tenant = answer(900);
    without_tenant["user"].as_object_mut().unwrap().remove("tenantId");
    let (id, email, end) = (Some(USER), "Me@example.com", Some(at(NOW + 900)));
    for (answer, id, email, end) in [
        (user("tenantId", Value::Null), id, email, end),
        (without_tenant, id, email, end),
        (user("firstName", Value::Null), id, email, end),
        (user("createdAt", json!(17)), id, email, end),
        (user("id", json!("usr_1")), Some("usr_1"), email, end),
        (user("id", json!(42)), Some("42"), email, end),
        (user("id", Value::Null), None, email, end),
        (user("email", Value::Null), id, "me@example.com", end),
        (whole("user", Value::Null), None, "me@example.com", end),
        (whole("user", json!("somebody")), None, "me@example.com", end),
        (whole("expiresIn", json!("soon")), id, email, None),
        (whole("expiresIn", Value::Null), id, email, None),
    ] {
        fake.answer(200, &[], &answer.to_string());
        let session = adapter.login(&credentials(), &FixedClock).await.unwrap();
        assert_eq!((session.subject.as_deref(), session.account.as_deref()), (id, Some(email)), "{answer}");
        assert_eq!((session.access_token.expose(), session.expires_at), ("access", end), "{answer}");
        assert_eq!(session.refresh_token.as_ref().unwrap().expose(), "refresh");
        let renewed = adapter.refresh(&self::session(), &FixedClock).await.unwrap();
        assert_eq!(renewed.subject.as_deref(), id.or(Some("somebody")), "{answer}");
        assert_eq!((renewed.account.as_deref(), renewed.expires_at), (Some("me@example.com"), end), "{answer}");
    }
    // The whole user is more than a session: the client's own type stays as documented.
    fake.answer(200, &[], &user("tenantId", Value::Null).to_string());
    let error = adapter.login_user(&credentials(), &FixedClock).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (AuthErrorKind::Decode, Some(200)));
    assert!(error.to_string().contains("`user.tenantId` is null"), "{error}");
    assert_clean(&error);
}

#[tokio::test]
async fn a_call_without_a_response_reports_its_delivery() {
    for (operation, _) in OPERATIONS {
        check_transport("aivo", operation, async |url, timeout| {
            run(&adapter_that_waits(&url, timeout), operation).await.unwrap_err()
        })
        .await;
    }
}

#[tokio::test]
async fn requests_that_cannot_succeed_are_not_sent() {
    let fake = Fake::answering(200, &answer(900).to_string()).await;
    let adapter = adapter(&fake.url);
    for (credentials, words) in [
        (Credentials::password("me", "canary"), "8 characters"),
        (Credentials::password("me", "äöüäöüä"), "8 characters"),
        (Credentials::api_key("canary"), "API key"),
        (Credentials::from(OneTimeToken::new("canary")), "one-time token"),
        (Credentials::from(AppAccess::new("canary", "app")), "app access"),
        (Credentials::custom("canary"), "custom"),
    ] {
        let error = adapter.login(&credentials, &FixedClock).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert!(error.to_string().contains(words) && !error.to_string().contains("äöü"), "{error}");
        assert_clean(&error);
    }
    let error = adapter.refresh(&Session::new("canary-access", at(NOW)), &FixedClock).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::ReauthRequired, Delivery::NotProcessed));
    assert!(error.needs_login());
    let unsendable = Session::new("canary\n", at(NOW)).with_refresh_token("canary");
    for error in
        [adapter.refresh(&unsendable, &FixedClock).await.unwrap_err(), adapter.logout(&unsendable).await.unwrap_err()]
    {
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert_clean(&error);
    }
    assert!(fake.received().is_empty());
    // Eight characters are enough, however many bytes they have.
    adapter.login(&Credentials::password("me", "äöüäöüäö"), &FixedClock).await.unwrap();
}
