//! Svix behind the contract.

use std::sync::Arc;
use std::time::Duration;

use auth_core::svix::SvixAuthenticator;
use auth_core::{
    AppAccess, AuthError, AuthErrorKind, Authenticator, BoxFuture, Credentials, Delivery, Family, LogoutScope,
    OneTimeToken, Renewal, Session, Token, TokenError, TokenSource,
};
use client_runtime::RetryPolicy;
use serde_json::{Value, json};
use svix_client::{Client, ClientBuilder, Server, types};

use crate::support::fake::{
    Case, Fake, FixedClock, JWT, LONG_LIMIT, NOW, assert_clean, at, check_transport, common, refuses, unauthorized,
};

fn client(url: &str) -> ClientBuilder {
    let client = Client::builder().server(Server::Custom(url.to_owned())).retry(RetryPolicy::never());
    client.timeout(LONG_LIMIT).max_body_size(8 * 1024)
}

fn adapter(client: ClientBuilder) -> SvixAuthenticator {
    SvixAuthenticator::new(client.build().unwrap())
}

/// An adapter whose client has a key of its own.
fn operator(url: &str) -> SvixAuthenticator {
    adapter(client(url).static_token("canary-own-key"))
}

fn app_access(lifetime: Option<u64>) -> Credentials {
    let lifetime = lifetime.map(Duration::from_secs);
    let access = AppAccess::new("canary-key", "app_1");
    lifetime.map_or(access.clone(), |lifetime| access.with_lifetime(lifetime)).into()
}

fn one_time(bearer: Option<&str>) -> Credentials {
    let once = OneTimeToken::new("canary-once");
    bearer.map_or(once.clone(), |bearer| once.with_bearer(bearer)).into()
}

fn session() -> Session {
    Session::new("canary-token", at(NOW)).with_account("app_1")
}

const OPERATIONS: [(&str, &str, AuthErrorKind); 6] = [
    ("mint", "app_portal_access", AuthErrorKind::InvalidCredentials),
    ("exchange", "exchange_one_time_token", AuthErrorKind::InvalidCredentials),
    ("logout", "logout", AuthErrorKind::SessionExpired),
    ("revoke all", "expire_all", AuthErrorKind::InvalidCredentials),
    ("portal link", "app_portal_access", AuthErrorKind::SessionExpired),
    ("message token", "create_message_token", AuthErrorKind::SessionExpired),
];

async fn run(adapter: &SvixAuthenticator, what: &str) -> Result<(), AuthError> {
    match what {
        "mint" => adapter.login(&app_access(Some(3600)), &FixedClock).await.map(drop),
        "exchange" => adapter.login(&one_time(Some("canary-bearer")), &FixedClock).await.map(drop),
        "logout" => adapter.logout(&session()).await,
        "revoke all" => adapter.revoke_all(&session()).await,
        "portal link" => adapter.portal_link(&session(), "app_1", &types::AppPortalAccessIn::new()).await.map(drop),
        "message token" => {
            adapter.create_message_token(&session(), "app_1", &types::CreateMessageTokenIn::new("n")).await.map(drop)
        }
        other => panic!("{other}"),
    }
}

#[track_caller]
fn assert_request(fake: &Fake, path: &str, token: &str, body: Value) {
    let request = fake.only();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", path));
    assert_eq!(request.authorization, Some(format!("Bearer {token}")));
    assert_eq!(request.body, body);
}

#[tokio::test]
async fn minting_sends_the_key_and_counts_the_lifetime_from_the_answer() {
    let fake = Fake::start().await;
    let adapter = operator(&fake.url);
    for (lifetime, token, expires_at, body) in [
        (Some(3600), "opaque", Some(at(NOW + 3600)), json!({"expiry": 3600})),
        // The requested lifetime takes precedence over the token's claims.
        (Some(604_800), JWT, Some(at(NOW + 604_800)), json!({"expiry": 604_800})),
        (None, JWT, Some(at(1_700_003_600)), json!({})),
        (None, "opaque", None, json!({})),
    ] {
        fake.answer(200, &[], &json!({"url": "https://x/login#key=canary", "token": token}).to_string());
        let session = adapter.login(&app_access(lifetime), &FixedClock).await.unwrap();
        assert_request(&fake, "/api/v1/auth/app-portal-access/app_1", "canary-key", body);
        assert_eq!(session.access_token.expose(), token);
        assert_eq!((session.issued_at, session.expires_at), (at(NOW), expires_at));
        assert_eq!(session.account.as_deref(), Some("app_1"));
        assert!(session.refresh_token.is_none());
    }
}

#[tokio::test]
async fn a_one_time_token_is_exchanged_with_its_bearer_or_the_clients_own_token() {
    let fake = Fake::answering(200, &json!({"token": JWT}).to_string()).await;
    for (bearer, sent) in [(Some("canary-bearer"), "canary-bearer"), (None, "canary-own-key")] {
        let session = operator(&fake.url).login(&one_time(bearer), &FixedClock).await.unwrap();
        assert_request(&fake, "/api/v1/auth/one-time-token", sent, json!({"oneTimeToken": "canary-once"}));
        assert_eq!(session.expires_at, Some(at(1_700_003_600)));
        assert_eq!((session.subject.as_deref(), session.account), (Some("42"), None));
    }
}

#[tokio::test]
async fn an_api_key_becomes_a_session_without_a_request() {
    let fake = Fake::answering(500, "").await;
    // Even a key that is a JWT: only the vendor ends it.
    for key in ["canary-key.eu", JWT] {
        let session = operator(&fake.url).login(&Credentials::api_key(key), &FixedClock).await.unwrap();
        assert_eq!(session.access_token.expose(), key);
        assert!(session.expires_at.is_none() && session.refresh_token.is_none() && session.account.is_none());
    }
    for key in ["", "canary\n", "can ary"] {
        let error = operator(&fake.url).login(&Credentials::api_key(key), &FixedClock).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert_clean(&error);
    }
    assert!(fake.received().is_empty());
}

#[tokio::test]
async fn logout_sends_the_sessions_token() {
    for (status, body) in [(204, ""), (200, "{}")] {
        let fake = Fake::answering(status, body).await;
        operator(&fake.url).logout(&session()).await.unwrap();
        assert_request(&fake, "/api/v1/auth/logout", "canary-token", Value::Null);
    }
    let fake = Fake::answering(403, r#"{"code":"insufficient access","detail":"canary"}"#).await;
    let error = operator(&fake.url).logout(&session()).await.unwrap_err();
    assert!(error.to_string().contains("token of an application"), "{error}");
}

#[tokio::test]
async fn revoke_all_ends_the_applications_tokens_with_the_clients_own_key() {
    let fake = Fake::answering(204, "").await;
    operator(&fake.url).revoke_all(&session()).await.unwrap();
    let path = "/api/v1/auth/app/app_1/expire-all";
    assert_request(&fake, path, "canary-own-key", json!({"expiry": 0}));
    for seconds in [0, 60, 259_200] {
        let adapter = operator(&fake.url).with_grace_period(Duration::from_secs(seconds)).unwrap();
        adapter.revoke_all(&session()).await.unwrap();
        assert_request(&fake, path, "canary-own-key", json!({"expiry": seconds}));
    }
    for period in [Duration::from_secs(259_201), Duration::MAX] {
        let error = operator(&fake.url).with_grace_period(period).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (AuthErrorKind::InvalidInput, Some("expire_all")));
    }
}

#[tokio::test]
async fn methods_beyond_the_trait_send_the_sessions_token() {
    let fake = Fake::answering(200, &json!({"url": "https://x/#key=canary", "token": "canary"}).to_string()).await;
    let adapter = operator(&fake.url);
    let wanted = types::AppPortalAccessIn::new().read_only(true);
    let link = adapter.portal_link(&session(), "app_1", &wanted).await.unwrap();
    assert_request(&fake, "/api/v1/auth/app-portal-access/app_1", "canary-token", json!({"readOnly": true}));
    assert_eq!((link.url.expose(), link.token.expose()), ("https://x/#key=canary", "canary"));
    assert!(!format!("{link:?}").contains("canary"));

    let body = json!({"id": "tok_1", "token": "canary", "createdAt": "2024-01-01T00:00:00Z"});
    fake.answer(200, &[], &body.to_string());
    let wanted = types::CreateMessageTokenIn::new("importer").expiry(60);
    let token = adapter.create_message_token(&session(), "app_1", &wanted).await.unwrap();
    let body = json!({"name": "importer", "expiry": 60});
    assert_request(&fake, "/api/v1/auth/app/app_1/create-message-token", "canary-token", body);
    assert_eq!((token.id.as_str(), token.token.expose()), ("tok_1", "canary"));
}

#[tokio::test]
async fn capabilities_match_the_verbs() {
    let fake = Fake::answering(204, "").await;
    let adapter = operator(&fake.url);
    let capabilities = adapter.capabilities();
    assert_eq!((capabilities.renewal, capabilities.logout), (Renewal::Relogin, LogoutScope::Session));
    assert!(capabilities.revoke_all && !capabilities.rotates && !capabilities.renews_valid_only);
    assert_eq!(adapter.refresh(&session(), &FixedClock).await.unwrap_err().kind(), AuthErrorKind::Unsupported);
    assert!(fake.received().is_empty());
    assert!(app_access(None).is_reusable());
    assert!(!one_time(None).is_reusable() && !Credentials::api_key("k").is_reusable());
}

#[tokio::test]
async fn every_error_response_is_classified() {
    use AuthErrorKind::*;
    let mut cases: Vec<Case> = common();
    cases.extend([
        unauthorized(401, r#"{"code":"authentication_failed","detail":"Invalid token canary"}"#),
        unauthorized(400, r#"{"code":"bad_token","detail":"canary"}"#),
        unauthorized(400, r#"{"code":"bad token","detail":"`canary` is not a valid app id"}"#),
        refuses(400, r#"{"code":"bad_tokens","detail":"canary"}"#, InvalidInput),
        refuses(400, r#"{"code":"canary","detail":"canary"}"#, InvalidInput),
        refuses(403, r#"{"code":"insufficient access","detail":"canary"}"#, Forbidden),
        refuses(404, r#"{"code":"not_found","detail":"canary"}"#, NotFound),
        refuses(409, r#"{"code":"conflict","detail":"canary"}"#, Conflict),
        refuses(413, r#"{"code":"payload_too_large","detail":"canary"}"#, InvalidInput),
        refuses(422, r#"{"detail":[{"loc":["body","",""],"msg":"canary","type":"value_error"}]}"#, Validation).field(
            &["body"],
            "canary",
            Some("value_error"),
        ),
        refuses(
            422,
            r#"{"detail":[{"loc":["body","flags",0],"msg":"1","type":"a"},{"loc":["path","app_id"],"msg":"2","type":"b"}]}"#,
            Validation,
        )
        .field(&["body", "flags", "0"], "1", Some("a"))
        .field(&["path", "app_id"], "2", Some("b")),
        refuses(422, r#"{"code":"validation","detail":"canary"}"#, Validation).field(&[], "canary", Some("validation")),
    ]);
    let fake = Fake::start().await;
    let adapter = operator(&fake.url);
    for (what, operation, refused) in OPERATIONS {
        for case in &cases {
            fake.answer(case.status, &case.headers, case.body);
            let error = run(&adapter, what).await.unwrap_err();
            case.check(&error, "svix", operation, refused);
            fake.received();
        }
    }
    println!("{} answers", OPERATIONS.len() * cases.len());
}

#[tokio::test]
async fn success_of_another_form_is_an_error() {
    let fake = Fake::start().await;
    let adapter = operator(&fake.url);
    let operations = OPERATIONS.into_iter().filter(|(what, ..)| !matches!(*what, "logout" | "revoke all"));
    for (what, operation, _) in operations {
        for (status, body) in [
            (200, ""),
            (200, "{}"),
            (200, r#"{"url":"canary","token":17}"#),
            (200, r#"{"url":"canary","token":"canary"#),
            (200, "<html>canary</html>"),
            (202, r#"{"url":"canary"}"#),
        ] {
            fake.answer(status, &[], body);
            let error = run(&adapter, what).await.unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Decode, Delivery::Unknown), "{what}: {body}");
            assert_eq!((error.status(), error.operation()), (Some(status), Some(operation)), "{body}");
            assert_clean(&error);
        }
    }
    for what in ["mint", "exchange"] {
        fake.answer(200, &[], r#"{"url":"u","token":"canary\n"}"#);
        let error = run(&adapter, what).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Decode);
        assert_clean(&error);
    }
}

#[tokio::test]
async fn a_session_needs_only_a_token() {
    let fake = Fake::start().await;
    let adapter = operator(&fake.url);
    for body in [r#"{"token":"opaque"}"#, r#"{"url":null,"token":"opaque"}"#] {
        fake.answer(200, &[], body);
        for what in [app_access(Some(3600)), one_time(Some("canary-bearer"))] {
            assert_eq!(adapter.login(&what, &FixedClock).await.unwrap().access_token.expose(), "opaque", "{body}");
        }
        let error = run(&adapter, "portal link").await.unwrap_err();
        assert!(error.to_string().contains("`url` is "), "what is asked for is the link: {error}");
    }
}

#[tokio::test]
async fn a_call_without_a_response_reports_its_delivery() {
    for (what, operation, _) in OPERATIONS {
        check_transport("svix", operation, async |url, timeout| {
            let operator = adapter(client(&url).static_token("canary-own-key").timeout(timeout));
            run(&operator, what).await.unwrap_err()
        })
        .await;
    }
}

#[tokio::test]
async fn requests_that_cannot_succeed_are_not_sent() {
    let fake = Fake::answering(200, "{}").await;
    let adapter = operator(&fake.url);
    let minting = |app_id: &str| Credentials::from(AppAccess::new("canary-key", app_id));
    for credentials in [
        app_access(Some(0)),
        app_access(Some(3599)),
        app_access(Some(604_801)),
        app_access(Some(u64::MAX)),
        minting(""),
        minting("canary/../x"),
        minting(".."),
        minting(&"a".repeat(257)),
        Credentials::from(AppAccess::new("canary\n", "app_1")),
        one_time(Some("canary\n")),
        Credentials::password("me", "canary-password"),
        Credentials::custom("canary"),
    ] {
        let error = adapter.login(&credentials, &FixedClock).await.unwrap_err();
        let seen = (error.kind(), error.delivery());
        assert_eq!(seen, (AuthErrorKind::InvalidInput, Delivery::NotProcessed), "{credentials:?}");
        assert!(!error.is_transient() && !error.needs_login());
        assert_clean(&error);
    }
    for session in [Session::new("t", at(NOW)), session().with_account("canary/x"), session().with_account("..")] {
        let error = adapter.revoke_all(&session).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert_clean(&error);
    }
    assert!(fake.received().is_empty());
}

#[tokio::test]
async fn a_client_without_a_token_says_what_it_needs() {
    let fake = Fake::answering(204, "").await;
    let adapter = adapter(client(&fake.url));
    for error in [
        adapter.revoke_all(&session()).await.unwrap_err(),
        adapter.login(&one_time(None), &FixedClock).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::InvalidInput, Delivery::NotProcessed));
        assert!(error.to_string().contains("static token"), "{error}");
        assert!(!error.needs_login());
        assert_clean(&error);
    }
    assert!(fake.received().is_empty());
}

/// A source that never has a token, for a given reason.
#[derive(Debug)]
struct Broken(TokenError);

impl TokenSource for Broken {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::ready(Err(self.0.clone())))
    }

    fn reject(&self, _generation: u64) {}
}

#[tokio::test]
async fn the_error_of_a_token_source_is_passed_on() {
    let carried = AuthError::new(AuthErrorKind::RateLimited)
        .with_operation(Family::new("acme"), "login")
        .with_retry_after(Some(Duration::from_secs(3)));
    let pause = Duration::from_secs(9);
    for (error, kind, transient, retry_after, operation) in [
        (
            TokenError::transient("busy").with_source(Arc::new(carried)),
            AuthErrorKind::RateLimited,
            true,
            Some(Duration::from_secs(3)),
            "login",
        ),
        (
            TokenError::transient("busy").with_retry_after(pause),
            AuthErrorKind::Transport,
            true,
            Some(pause),
            "expire_all",
        ),
        (TokenError::permanent("locked"), AuthErrorKind::Forbidden, false, None, "expire_all"),
    ] {
        let adapter = adapter(client("http://127.0.0.1:1").token_source(Arc::new(Broken(error))));
        let error = adapter.revoke_all(&session()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_transient(), error.retry_after()), (kind, transient, retry_after));
        assert_eq!((error.operation(), error.delivery()), (Some(operation), Delivery::NotProcessed));
        assert!(error.source_is_there() || error.operation() == Some("login"));
    }
}

trait Sourced {
    fn source_is_there(&self) -> bool;
}

impl Sourced for AuthError {
    fn source_is_there(&self) -> bool {
        std::error::Error::source(self).is_some()
    }
}
