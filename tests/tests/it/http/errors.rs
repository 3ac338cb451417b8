//! Errors keep the whole response, whatever its body is, and are typed where the body has its documented form.

use client_runtime::{ApiError, RetryPolicy};
use svix_client::types as svix;
use workspace_tests::Server;

use crate::http::calls::{CALLS, Kind, client, clients, login, redeem, user};
use crate::http::operations::documented;
use crate::http::servers::{ScriptedServer, always, empty, json, reply};

/// A body of the documented form.
fn body_of(family: &str, status: u16) -> &'static str {
    match (family, status) {
        ("svix", 422) => r#"{"detail":[{"loc":["body","expiry"],"msg":"too small","type":"value_error"}]}"#,
        ("svix", _) => r#"{"code":"authentication_failed","detail":"Invalid token"}"#,
        ("aivo", 422) => r#"{"error":"e","message":"m","validationErrors":[{"field":"email","message":"m"}]}"#,
        ("aivo", _) => r#"{"error":"e","message":"m"}"#,
        _ => r#"{"message":"m","error":"e","status":401,"type":"error"}"#,
    }
}

/// Answers seen from servers, gateways and proxies.
const FOREIGN: [(u16, &str, &str); 22] = [
    (400, "text/plain", "Invalid URL: bad percent-encoded sequence"),
    (400, "application/json", r#"{"oops":1}"#),
    (401, "text/html", "<html><h1>401 Authorization Required</h1></html>"),
    (401, "application/json", "[1]"),
    (401, "application/json", r#"{"code":17,"message":17,"error":17}"#),
    (401, "application/json", "null"),
    (401, "application/json", r#"{"message":"cut of"#),
    (403, "text/html", "<html>forbidden</html>"),
    (403, "application/json", r#"{"message":"Forbidden"}"#),
    (404, "", ""),
    (404, "text/plain", "404 page not found"),
    (405, "", ""),
    (409, "application/json", "{}"),
    (413, "application/json", r#"{"code":"payload_too_large","detail":"too large"}"#),
    (422, "application/json", r#"{"detail":17}"#),
    (422, "", ""),
    (429, "text/html", "<html>slow down</html>"),
    (500, "application/json", "{}"),
    (500, "application/json", r#"{"message":"Internal server error"}"#),
    (501, "application/json", r#"{"code":"not_implemented","detail":"no"}"#),
    (502, "text/html", "<html>bad gateway</html>"),
    (504, "", "\u{0}\u{1}binary"),
];

#[tokio::test]
async fn documented_errors_are_typed_and_keep_status_headers_and_body() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"), retry(RetryPolicy::never()));
    for call in &CALLS {
        for &status in documented(call.operation) {
            let body = body_of(call.operation.family, status);
            server.tell(move |_| reply(status, &[("content-type", "application/json"), ("x-request-id", "r-1")], body));
            let failure = (call.send)(&clients).await.failure();
            assert_eq!(failure.kind, Kind::Typed, "{status} of {:?}", call.operation);
            assert_eq!((failure.status, &failure.headers["x-request-id"]), (Some(status), &"r-1".parse().unwrap()));
            assert_eq!(failure.body, body.as_bytes());
            assert_eq!(failure.operation, call.operation);
        }
    }
}

#[tokio::test]
async fn all_other_errors_are_kept_whole() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    for (status, content_type, body) in FOREIGN {
        server.tell(move |_| {
            let headers: &[_] = if content_type.is_empty() { &[] } else { &[("content-type", content_type)] };
            let mut response = reply(status, headers, body);
            response.headers_mut().append("x-trace", "one".parse().unwrap());
            response.headers_mut().append("x-trace", "two".parse().unwrap());
            response
        });
        for call in &CALLS {
            let failure = (call.send)(&clients).await.failure();
            assert_eq!(failure.kind, Kind::Other, "{status} {body} of {:?}", call.operation);
            assert_eq!((failure.status, failure.body.as_slice()), (Some(status), body.as_bytes()));
            let trace: Vec<_> = failure.headers.get_all("x-trace").iter().collect();
            assert_eq!(trace, ["one", "two"], "repeated headers stay repeated");
            assert_eq!(failure.headers.contains_key("content-type"), !content_type.is_empty());
        }
    }
}

#[tokio::test]
async fn an_error_without_a_body_is_typed_only_where_nothing_is_required() {
    let server = always(401, &[("x-amzn-errortype", "UnauthorizedException")], "").await;
    let clients = clients!(server.url(), static_token("t"));
    for call in &CALLS {
        let failure = (call.send)(&clients).await.failure();
        let expected = if call.operation.family == "pacerpro" { Kind::Typed } else { Kind::Other };
        assert_eq!(failure.kind, expected, "{:?}", call.operation);
        assert_eq!((failure.status, failure.body.len(), failure.headers.len() > 1), (Some(401), 0, true));
    }
    let error = clients.pacerpro.create_session(&user()).await.unwrap_err();
    let Some(pacerpro_client::errors::CreateSessionError::Unauthorized(problem)) = error.api() else {
        panic!("{error}")
    };
    assert!(problem.message.is_none() && problem.type_.is_none() && problem.raw_body().is_empty());
}

#[tokio::test]
async fn the_fields_of_a_typed_error_can_be_read() {
    let server = always(401, &[], r#"{"message":"Bad","error":"e","status":401,"type":"error","more":[]}"#).await;
    let error = client!(pacerpro_client, server.url()).create_session(&user()).await.unwrap_err();
    let Some(pacerpro_client::errors::CreateSessionError::Unauthorized(problem)) = error.api() else {
        panic!("{error}")
    };
    assert_eq!((problem.message.as_deref(), problem.status()), (Some("Bad"), reqwest::StatusCode::UNAUTHORIZED));
    assert_eq!(problem.type_, Some(pacerpro_client::types::ErrorType::Error));

    let server = always(401, &[], r#"{"error":"e","message":"Bad","details":{"attempts":3}}"#).await;
    let error = client!(aivo_client, server.url()).login(&login()).await.unwrap_err();
    let Some(aivo_client::errors::LoginError::Unauthorized(problem)) = error.api() else { panic!("{error}") };
    assert_eq!(problem.details.as_ref().unwrap().expose()["attempts"], 3);

    let server = always(401, &[], r#"{"error":"e","message":"Bad","details":null}"#).await;
    let error = client!(aivo_client, server.url()).login(&login()).await.unwrap_err();
    let Some(aivo_client::errors::LoginError::Unauthorized(problem)) = error.api() else { panic!("{error}") };
    assert!(problem.details.is_none() && problem.message == "Bad");
}

/// The detail of a 422 with this body.
async fn validation(body: &'static str) -> svix::HttpValidationErrorDetail {
    let server = always(422, &[("content-type", "application/json")], body).await;
    let client = client!(svix_client, server.url(), static_token("t"));
    let legacy = client.legacy_logout().await.unwrap_err();
    let Some(svix_client::errors::LegacyLogoutError::UnprocessableEntity(_)) = legacy.api() else { panic!("{legacy}") };
    let error = client.logout().await.unwrap_err();
    match error.map_api(|error| error) {
        client_runtime::Error::Api(svix_client::errors::LogoutError::UnprocessableEntity(problem)) => {
            problem.into_inner().detail
        }
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_detail_of_a_422_is_a_list_or_a_sentence() {
    let detail = validation(r#"{"detail":"Unprocessable"}"#).await;
    assert!(matches!(detail, svix::HttpValidationErrorDetail::String(text) if text == "Unprocessable"));
    let detail = validation(r#"{"detail":[]}"#).await;
    assert!(matches!(detail, svix::HttpValidationErrorDetail::Array(list) if list.is_empty()));
}

#[tokio::test]
async fn steps_of_loc_are_strings_or_integers_and_may_be_empty() {
    let detail = validation(
        r#"{"detail":[
            {"loc":["body","",""],"msg":"m","type":"t"},
            {"loc":["body",3,"name"],"msg":"m","type":"t","input":{"any":"thing"},"ctx":null},
            {"loc":[],"msg":"","type":""}
        ]}"#,
    )
    .await;
    let svix::HttpValidationErrorDetail::Array(list) = detail else { panic!("an array was sent") };
    let steps: Vec<Vec<String>> =
        list.iter().map(|error| error.loc.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(steps, [vec!["body", "", ""], vec!["body", "3", "name"], vec![]]);
    assert!(matches!(list[1].loc[1], svix::ValidationErrorLocItem::Integer(3)));
}

#[tokio::test]
async fn www_authenticate_is_not_needed_and_not_lost() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    for call in &CALLS {
        let body = body_of(call.operation.family, 401);
        for headers in [&[][..], &[("www-authenticate", "Bearer")]] {
            server.tell(move |_| reply(401, headers, body));
            let failure = (call.send)(&clients).await.failure();
            assert_eq!((failure.kind, failure.status), (Kind::Typed, Some(401)));
            assert_eq!(failure.headers.contains_key("www-authenticate"), !headers.is_empty());
        }
    }
}

#[tokio::test]
async fn a_refusal_may_be_403_where_the_document_says_401() {
    let server = Server::start(|_, _| json(403, r#"{"detail":"Not authenticated"}"#)).await;
    let error = client!(aivo_client, server.url()).refresh_token(&redeem()).token("t").await.unwrap_err();
    let answer = error.api().unwrap();
    assert!(matches!(answer, aivo_client::errors::RefreshTokenError::Other { .. }), "{answer:?}");
    assert_eq!(answer.raw_body().expose(), br#"{"detail":"Not authenticated"}"#);
}

#[tokio::test]
#[allow(deprecated, reason = "the vendor's word, not ours: it must work")]
async fn any_success_is_a_success() {
    // Aivo's service answers 200 where its document says 204.
    let server = Server::start(move |_, _| json(200, r#"{"message":"Logged out"}"#)).await;
    let answer = client!(aivo_client, server.url()).logout().token("t").await.unwrap();
    assert_eq!(answer.status(), 200);
    let server = Server::start(move |_, _| json(201, r#"{"token":"t","url":"u"}"#)).await;
    let answer =
        client!(svix_client, server.url()).dashboard_access(&crate::http::calls::app()).token("t").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.token.expose()), (201, "t"));
}

#[tokio::test]
async fn messages_say_what_to_do() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    for (status, advice) in [(401, "sign in again"), (404, "identifiers"), (413, "too large"), (501, "doesn't offer")] {
        server.tell(move |_| empty(status));
        for call in &CALLS {
            let shown = (call.send)(&clients).await.shown;
            let start = format!("{} {}: the server answered {status}", call.operation.family, call.operation.id);
            assert!(shown.starts_with(&start) && shown.contains(advice), "{shown}");
        }
    }
}
