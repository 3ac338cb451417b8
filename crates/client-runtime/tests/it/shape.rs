//! Guarantees about the types: `Send`, size, `Debug`.

use std::error::Error as StdError;

use client_runtime::codegen::{Builder, Call, CallOptions, Core};
use client_runtime::{ApiError, Error, Operation, Response, ResponseParts, Secret, TokenError};
use http::{HeaderMap, StatusCode};

use crate::support::client::{Client, DemoError, operations};

fn is_ordinary<T: Send + Sync + 'static>() {}
fn is_an_error<T: StdError + Send + Sync + 'static>() {}

#[test]
fn everything_can_move_between_threads() {
    is_ordinary::<Builder>();
    is_ordinary::<Core>();
    is_ordinary::<Call>();
    is_ordinary::<Response<Secret>>();
    is_an_error::<Error<DemoError>>();
    is_an_error::<Error<ResponseParts>>();
    is_an_error::<TokenError>();
}

#[test]
fn errors_are_small_enough_to_return() {
    assert!(size_of::<Error<ResponseParts>>() < 128, "{}", size_of::<Error<ResponseParts>>());
}

#[test]
fn operations_can_be_looked_up() {
    let login = Operation::find(operations::ALL, "login").unwrap();
    assert_eq!(login, &operations::LOGIN);
    assert_eq!(Operation::find(operations::ALL, "nothing"), None);
    assert!(operations::SESSION.is_idempotent() && operations::SEARCH.is_idempotent());
    assert!(!operations::LOGIN.is_idempotent());
}

#[test]
fn a_response_is_its_body_with_status_and_headers() {
    let headers = HeaderMap::from_iter([(http::header::SET_COOKIE, "canary".parse().unwrap())]);
    let response = Response::new(Secret::from("canary"), StatusCode::CREATED, headers);
    assert_eq!(response.expose(), "canary");
    assert_eq!((response.status(), response.headers().len()), (StatusCode::CREATED, 1));
    assert!(!format!("{response:?} {response:#?}").contains("canary"));
}

#[test]
fn nothing_on_the_way_shows_the_token() {
    let core = Builder::default().base_url("https://example.com").static_token("canary").build().unwrap();
    let mut options = CallOptions::default();
    options.token = Some("canary".into());
    let shown = format!("{options:?}");
    let call = core.call::<DemoError>(&operations::LOGOUT, options).unwrap();
    let shown = format!("{shown} {call:?} {core:?} {:?}", Client::of("http://localhost"));
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn an_operation_without_errors_of_its_own_can_use_the_plain_parts() {
    let parts = ResponseParts::new(StatusCode::IM_A_TEAPOT, HeaderMap::new(), Default::default());
    let error = Error::Api(ResponseParts::from_response(parts));
    assert_eq!(error.status(), Some(StatusCode::IM_A_TEAPOT));
    assert_eq!(error.operation(), None);
}
