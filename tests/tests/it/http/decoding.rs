//! The success bodies that are accepted, and the errors for others.

use aivo_client::types::{AuthResponse, UserRole, UserStatus};
use client_runtime::{Error, Response};
use serde_json::{Value, json};
use svix_client::types as svix;
use workspace_tests::Server;

use crate::http::calls::{CALLS, Kind, app, client, clients, login, shown, user};
use crate::http::servers::{AUTH_RESPONSE, ScriptedServer, json as json_reply, reply};

const CANARY: &str = "canary-7f3a";

/// Signs in with a changed answer. A decode error must name the field and keep the body, and must not quote it.
async fn login_with(change: impl FnOnce(&mut Value)) -> Result<Response<AuthResponse>, String> {
    SignIn::start().await.with(change).await
}

struct SignIn {
    server: ScriptedServer,
    client: aivo_client::Client,
}

impl SignIn {
    async fn start() -> Self {
        let server = ScriptedServer::start().await;
        let client = client!(aivo_client, server.url());
        Self { server, client }
    }

    async fn with(&self, change: impl FnOnce(&mut Value)) -> Result<Response<AuthResponse>, String> {
        let mut body: Value = serde_json::from_str(AUTH_RESPONSE).unwrap();
        change(&mut body);
        let body = body.to_string();
        let answer = body.clone();
        self.server.tell(move |_| json_reply(200, &answer));
        let error = match self.client.login(&login()).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        assert!(!shown(&error).contains(CANARY), "{}", shown(&error));
        let Error::Decode(details) = error else { panic!("{error}") };
        assert_eq!((details.status().as_u16(), details.raw_body().expose()), (200, body.as_bytes()));
        Err(details.field().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn identifiers_of_another_form_are_kept() {
    let response = login_with(|body| {
        body["user"]["id"] = json!("user-17");
        body["user"]["tenantId"] = json!("");
    })
    .await
    .unwrap();
    assert_eq!((response.user.id.raw(), response.user.id.parsed()), ("user-17", None));
    assert_eq!((response.user.tenant_id.raw(), response.user.tenant_id.parsed()), ("", None));
    assert!(login_with(|_| ()).await.unwrap().user.id.parsed().is_some());
    assert_eq!(login_with(|body| body["user"]["id"] = json!(17)).await.unwrap_err(), "user.id");
}

#[tokio::test]
async fn unknown_values_of_enums_are_kept() {
    let response = login_with(|body| {
        body["user"]["role"] = json!("observer");
        body["user"]["status"] = json!("");
    })
    .await
    .unwrap();
    assert_eq!(response.user.role, UserRole::Unknown("observer".to_owned()));
    assert_eq!(response.user.status, UserStatus::Unknown(String::new()));
    let known = login_with(|_| ()).await.unwrap();
    assert_eq!((&known.user.role, &known.user.status), (&UserRole::Learner, &UserStatus::Active));
}

#[tokio::test]
async fn undocumented_fields_are_ignored() {
    let response = login_with(|body| {
        body["token_type"] = json!("bearer");
        body["user"]["badges"] = json!([{"name": null}]);
    });
    assert_eq!(response.await.unwrap().expires_in, 3600);
}

#[tokio::test]
async fn absent_and_null_are_the_same_for_optional_fields() {
    for set in [false, true] {
        let response = login_with(|body| {
            if set {
                body["user"]["avatar"] = Value::Null;
                body["user"]["lastLoginAt"] = Value::Null;
            }
        });
        let response = response.await.unwrap();
        assert!(response.user.avatar.is_none() && response.user.last_login_at.is_none());
    }
    for body in ["{}", r#"{"jwtToken":null,"expiresAt":null}"#] {
        let server = Server::start(move |_, _| json_reply(200, body)).await;
        let session = client!(pacerpro_client, server.url()).create_session(&user()).await.unwrap();
        assert!(session.jwt_token.is_none() && session.expires_at.is_none());
    }
    for body in [
        r#"{"id":"i","token":"t","createdAt":"2024-01-02T03:04:05Z"}"#,
        r#"{"id":"i","token":"t","createdAt":"2024-01-02T03:04:05Z","expiresAt":null,"name":null,"scopes":null}"#,
    ] {
        let server = Server::start(move |_, _| json_reply(200, body)).await;
        let client = client!(svix_client, server.url(), static_token("t"));
        let made = client.create_message_token(&app(), &svix::CreateMessageTokenIn::new("n")).await.unwrap();
        assert!(made.expires_at.is_none() && made.name.is_none() && made.scopes.is_none());
    }
}

#[tokio::test]
async fn timestamps_may_lack_a_zone_and_may_even_be_none() {
    let sign_in = SignIn::start().await;
    for (text, seconds) in [
        ("2024-01-02T03:04:05Z", Some(1_704_164_645)),
        ("2024-01-02T03:04:05.123456", Some(1_704_164_645)),
        ("2024-01-02T05:04:05+02:00", Some(1_704_164_645)),
        ("yesterday", None),
    ] {
        let response = sign_in.with(|body| body["user"]["createdAt"] = json!(text)).await.unwrap();
        assert_eq!(response.user.created_at.unix_seconds(), seconds, "{text}");
        assert_eq!(response.user.created_at.raw(), text);
    }
}

#[tokio::test]
async fn a_missing_required_field_is_named() {
    let sign_in = SignIn::start().await;
    for field in ["accessToken", "refreshToken", "expiresIn", "user"] {
        let named = sign_in.with(|body| _ = body.as_object_mut().unwrap().remove(field)).await.unwrap_err();
        assert_eq!(named, field);
    }
    let fields = ["id", "email", "firstName", "lastName", "role", "tenantId", "status", "createdAt", "updatedAt"];
    for field in fields {
        let named = sign_in.with(|body| _ = body["user"].as_object_mut().unwrap().remove(field)).await.unwrap_err();
        assert_eq!(named, format!("user.{field}"));
    }
}

#[tokio::test]
async fn a_null_where_the_document_has_none_is_named() {
    let sign_in = SignIn::start().await;
    for field in ["accessToken", "refreshToken", "expiresIn", "user"] {
        assert_eq!(sign_in.with(|body| body[field] = Value::Null).await.unwrap_err(), field);
    }
    for field in ["id", "email", "role", "tenantId", "status", "createdAt"] {
        let named = sign_in.with(|body| body["user"][field] = Value::Null).await.unwrap_err();
        assert_eq!(named, format!("user.{field}"));
    }
}

#[tokio::test]
async fn a_field_of_another_type_is_named_and_not_quoted() {
    let sign_in = SignIn::start().await;
    for (pointer, value, field) in [
        ("/accessToken", json!([CANARY]), "accessToken"),
        ("/expiresIn", json!(CANARY), "expiresIn"),
        ("/expiresIn", json!(1.5), "expiresIn"),
        ("/user", json!(CANARY), "user"),
        ("/user/tenantId", json!({ CANARY: 1 }), "user.tenantId"),
        ("/user/role", json!({ CANARY: 1 }), "user.role"),
        ("/user/createdAt", json!([CANARY]), "user.createdAt"),
    ] {
        let named = sign_in.with(|body| *body.pointer_mut(pointer).unwrap() = value).await.unwrap_err();
        assert_eq!(named, field);
    }
}

/// The vendor's released service writes snake_case: the client's error names the first missing field.
#[tokio::test]
async fn other_names_than_the_documented_are_a_missing_field() {
    let body = r#"{"access_token":"canary-7f3a","refresh_token":"canary-7f3a","expires_in":1,"user":{}}"#;
    let server = Server::start(move |_, _| json_reply(200, body)).await;
    let clients = clients!(server.url(), static_token("t"));
    for call in CALLS.iter().filter(|call| ["login", "refresh_token"].contains(&call.operation.id)) {
        let outcome = (call.send)(&clients).await;
        assert!(!outcome.shown.contains(CANARY), "{}", outcome.shown);
        assert!(matches!(outcome.failure().kind, Kind::Decode(Some(_))));
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_of_the_type_is_a_decode_error_in_every_operation_with_one() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    for (body, text, advice) in [
        ("", "the body is empty", "the server differs from its description"),
        ("<html>canary-7f3a</html>", "is not JSON but a page", "a proxy or another server may have answered"),
        (r#"{"token":"canary-7f3a"#, "ends in the middle", "was cut short"),
        (r#""canary-7f3a""#, "has another form than", "the server differs from its description"),
        ("{\"a\":\"canary-7f3a\"} x", "goes on after the end", "check the server's URL"),
    ] {
        server.tell(move |_| reply(200, &[("set-cookie", CANARY)], body));
        let with_body = CALLS.iter().filter(|call| !matches!(call.operation.id, "delete_session") && !is_204(call));
        let mut count = 0;
        for call in with_body {
            let outcome = (call.send)(&clients).await;
            assert!(!outcome.shown.contains(CANARY), "{}", outcome.shown);
            assert!(outcome.shown.contains(text), "{}", outcome.shown);
            assert!(outcome.shown.contains(advice), "{}", outcome.shown);
            let failure = outcome.failure();
            assert!(matches!(failure.kind, Kind::Decode(_)), "{body} of {:?}", call.operation);
            assert_eq!((failure.status, failure.body.as_slice()), (Some(200), body.as_bytes()));
            count += 1;
        }
        assert_eq!(count, 9);
    }
}

fn is_204(call: &crate::http::calls::Call) -> bool {
    call.operation.id.ends_with("logout") || call.operation.id.ends_with("expire_all")
}

#[tokio::test]
async fn deleting_a_session_succeeds_with_any_body() {
    let server = ScriptedServer::start().await;
    let client = client!(pacerpro_client, server.url(), static_token("t"));
    for body in ["{}", "", "null", "<html>", "[1", r#"{"message":"bye"}"#] {
        server.tell(move |_| json_reply(200, body));
        let response = client.delete_session().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{body}");
    }
}

#[tokio::test]
async fn a_success_keeps_status_and_headers() {
    let server = Server::start(|_, _| reply(200, &[("x-request-id", "r-1")], AUTH_RESPONSE)).await;
    let response = client!(aivo_client, server.url()).login(&login()).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["x-request-id"]), (200, &"r-1".parse().unwrap()));
    assert_eq!(response.access_token.expose(), "access");
}

#[tokio::test]
async fn a_response_that_is_too_large_is_refused() {
    let body = format!(r#"{{"jwtToken":"{}"}}"#, "x".repeat(1000));
    let server = Server::start(move |_, _| json_reply(200, &body)).await;
    let client = client!(pacerpro_client, server.url(), max_body_size(1000));
    let error = client.create_session(&user()).await.unwrap_err();
    assert!(matches!(&error, Error::TooLarge(details) if details.limit() == 1000), "{error}");
}
