//! Credentials, and bodies that echo them, are shown only where a method explicitly exposes them.

use client_runtime::{Error, RetryPolicy};
use workspace_tests::Server;

use crate::http::calls::{CALLS, PASSWORD, app, client, clients, login, redeem, shown, user};
use crate::http::servers::{ScriptedServer, reply, unreachable_url};

const CANARY: &str = "canary-7f3a";

#[track_caller]
fn assert_hidden(shown: &str) {
    for secret in [CANARY, PASSWORD, "spent", "once"] {
        // "once" and "spent" are also words; as values they are in quotes.
        let secret = if secret.contains(['-', ' ']) { secret.to_owned() } else { format!("\"{secret}\"") };
        assert!(!shown.contains(&secret), "{secret} in {shown}");
    }
}

/// Bodies with the canary in every string that a description has, and in undocumented places.
const BODIES: [&str; 13] = [
    r#"{"code":"canary-7f3a","detail":"canary-7f3a"}"#,
    r#"{"detail":[{"loc":["body","canary-7f3a"],"msg":"canary-7f3a","type":"canary-7f3a"}]}"#,
    r#"{"detail":"canary-7f3a"}"#,
    // Aivo's answer: `input` is the password.
    r#"{"detail":[{"type":"string_too_short","loc":["body","password"],"msg":"short","input":"canary-7f3a"}]}"#,
    r#"{"error":"canary-7f3a","message":"canary-7f3a","details":{"canary-7f3a":"canary-7f3a"}}"#,
    r#"{"error":"e","message":"m","validationErrors":[{"field":"canary-7f3a","message":"canary-7f3a"}]}"#,
    r#"{"message":"canary-7f3a","error":"canary-7f3a","status":401,"type":"canary-7f3a"}"#,
    r#"{"canary-7f3a":{"canary-7f3a":["canary-7f3a"]}}"#,
    r#"{"token":"canary-7f3a","url":"canary-7f3a","accessToken":"canary-7f3a","user":"canary-7f3a"}"#,
    r#"{"jwtToken":{"canary-7f3a":1},"expiresAt":["canary-7f3a"]}"#,
    "<html>canary-7f3a</html>",
    r#""canary-7f3a""#,
    r#"{"token":"canary-7f3a"#,
];

#[tokio::test]
async fn no_answer_is_shown_whatever_is_in_it() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token(CANARY), retry(RetryPolicy::never()));
    for status in [200, 201, 204, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 503] {
        for body in BODIES {
            server.tell(move |_| {
                let headers =
                    [("set-cookie", CANARY), ("location", "http://127.0.0.1:1/canary-7f3a"), ("x-echo", CANARY)];
                reply(status, &headers, if status == 204 { "" } else { body })
            });
            for call in &CALLS {
                assert_hidden(&(call.send)(&clients).await.shown);
            }
        }
    }
}

#[tokio::test]
async fn bodies_that_were_decoded_are_not_shown_either() {
    let server = ScriptedServer::start().await;
    let clients = clients!(server.url(), static_token("t"));
    for body in BODIES {
        for status in [401, 422] {
            server.tell(move |_| reply(status, &[], body));
            // The inner types, without the wrappers that hide them.
            if let Err(Error::Api(error)) = clients.svix.logout().await {
                use svix_client::errors::LogoutError::{Unauthorized, UnprocessableEntity};
                match error {
                    Unauthorized(problem) => assert_hidden(&format!("{:?}", problem.into_inner())),
                    UnprocessableEntity(problem) => {
                        let problem = problem.into_inner();
                        assert_hidden(&format!("{problem:?} {problem:#?} {:?}", problem.detail));
                        if let svix_client::types::HttpValidationErrorDetail::Array(list) = problem.detail {
                            assert_hidden(&format!("{list:?} {:?}", list[0].loc));
                        }
                    }
                    _ => {}
                }
            }
            if let Err(Error::Api(error)) = clients.aivo.login(&login()).await {
                use aivo_client::errors::LoginError::{Unauthorized, UnprocessableEntity};
                match error {
                    Unauthorized(problem) => {
                        let problem = problem.into_inner();
                        assert_hidden(&format!("{problem:?} {problem:#?} {:?}", problem.details));
                    }
                    UnprocessableEntity(problem) => {
                        let problem = problem.into_inner();
                        assert_hidden(&format!("{problem:?} {:?}", problem.validation_errors));
                    }
                    _ => {}
                }
            }
            if let Err(Error::Api(pacerpro_client::errors::CreateSessionError::Unauthorized(problem))) =
                clients.pacerpro.create_session(&user()).await
            {
                let problem = problem.into_inner();
                assert_hidden(&format!("{problem:?} {problem:#?} {:?}", problem.type_));
            }
        }
    }
}

#[tokio::test]
async fn the_typed_arms_above_are_reached() {
    let server = Server::start(|_, _| reply(401, &[], BODIES[4])).await;
    let error = client!(aivo_client, server.url()).login(&login()).await.unwrap_err();
    let Some(aivo_client::errors::LoginError::Unauthorized(problem)) = error.api() else { panic!("{error}") };
    assert_eq!(problem.message, CANARY, "explicit access shows it");
    let server = Server::start(|_, _| reply(422, &[], BODIES[3])).await;
    let error = client!(aivo_client, server.url()).login(&login()).await.unwrap_err();
    let Some(aivo_client::errors::LoginError::Other { body, .. }) = error.api() else { panic!("{error}") };
    assert_eq!(body.expose(), BODIES[3].as_bytes());
    assert_hidden(&format!("{body:?} {body:#?}"));
}

#[tokio::test]
async fn tokens_that_were_received_are_not_shown() {
    let auth = r#"{"accessToken":"canary-7f3a","refreshToken":"canary-7f3a","expiresIn":1,"user":{
        "id":"018f4d3c-0000-7000-8000-000000000001","email":"e","firstName":"f","lastName":"l","role":"learner",
        "tenantId":"018f4d3c-0000-7000-8000-000000000002","status":"active","createdAt":"","updatedAt":""}}"#;
    let others = r#"{"jwtToken":"canary-7f3a","token":"canary-7f3a","url":"https://x/#canary-7f3a",
        "id":"i","createdAt":"2024-01-02T03:04:05Z"}"#;
    let server = Server::start(move |request, _| {
        let is_auth = ["/login", "/refresh"].contains(&request.target.as_str());
        reply(200, &[("set-cookie", CANARY)], if is_auth { auth } else { others })
    })
    .await;
    let clients = clients!(server.url(), static_token("t"));
    let mut successes = 0;
    for call in &CALLS {
        let outcome = (call.send)(&clients).await;
        assert_hidden(&outcome.shown);
        successes += usize::from(outcome.result.is_ok());
    }
    assert_eq!(successes, CALLS.len(), "any 2xx is a success");
    let session = clients.aivo.login(&login()).await.unwrap().into_inner();
    assert_hidden(&format!("{session:?} {session:#?} {:?}", session.access_token));
    assert_eq!(session.access_token.expose(), CANARY);
}

#[tokio::test]
async fn no_message_about_connections_shows_what_was_sent() {
    let url = unreachable_url().await;
    let clients = clients!(&url, static_token(CANARY), retry(RetryPolicy::never()));
    for call in &CALLS {
        let outcome = (call.send)(&clients).await;
        assert_hidden(&outcome.shown);
        assert!(!outcome.shown.contains("http://"), "{}", outcome.shown);
    }
}

#[test]
fn requests_clients_and_builders_show_no_secrets() {
    let clients = clients!("http://127.0.0.1:1", static_token(CANARY));
    assert_hidden(&format!("{clients:?} {clients:#?}"));
    for call in &CALLS {
        assert_hidden(&(call.debug)(&clients, CANARY));
    }
    let credentials = (login(), redeem(), user(), svix_client::types::OneTimeTokenIn::new(CANARY));
    assert_hidden(&format!("{credentials:?} {credentials:#?}"));
    let builders = (
        svix_client::Client::builder().static_token(CANARY),
        pacerpro_client::Client::builder().static_token(CANARY),
        aivo_client::Client::builder().static_token(CANARY),
    );
    assert_hidden(&format!("{builders:?} {builders:#?}"));
}

/// A server's URL may hold a password by mistake. It is refused, and not quoted.
#[test]
fn passwords_in_urls_are_not_shown() {
    let url = || format!("https://user:{CANARY}@example.com/v1");
    macro_rules! check {
        ($family:ident) => {
            let server = $family::Server::Custom(url());
            assert_hidden(&format!("{server:?} {server:#?}"));
            let builder = $family::Client::builder().server(server);
            assert_hidden(&format!("{builder:?} {builder:#?}"));
            assert_hidden(&shown(&builder.build().unwrap_err()));
        };
    }
    check!(svix_client);
    check!(pacerpro_client);
    check!(aivo_client);
    let error = svix_client::Client::builder().static_token("canary-7f3a\n").build().unwrap_err();
    assert_hidden(&shown(&error));
}

#[tokio::test]
async fn a_bad_argument_is_named_and_not_quoted() {
    let client = client!(svix_client, "http://127.0.0.1:1", static_token("t"));
    let with_space = format!("{CANARY} {CANARY}");
    let token = client.logout().token(with_space.clone()).await.unwrap_err();
    let key = client.app_portal_access(&app(), &Default::default()).idempotency_key(with_space).await.unwrap_err();
    for error in [shown(&token), shown(&key)] {
        assert_hidden(&error);
        assert!(error.contains("was not sent"), "{error}");
    }
}
