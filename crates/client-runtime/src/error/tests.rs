use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http::header::RETRY_AFTER;

use super::*;
use crate::{RawBody, Security, TokenError};

pub(crate) const OPERATION: Operation =
    Operation::new("demo", "log_out", "POST", "/apps/{app_id}/logout").with_security(Security::Bearer);

fn api(status: u16, headers: HeaderMap) -> Error {
    let body = RawBody::of(&OPERATION, Bytes::from_static(b"canary"));
    Error::Api(ResponseParts::new(StatusCode::from_u16(status).unwrap(), headers, body))
}

fn credentials(error: TokenError) -> Error {
    Error::Credentials(CredentialsError { operation: &OPERATION, error, missing: None })
}

#[test]
fn every_message_names_family_and_operation_and_says_what_to_do() {
    let errors: Vec<Error> = vec![
        api(401, HeaderMap::new()),
        credentials(TokenError::login_required("the session is over")),
        Error::Timeout(TimeoutError {
            operation: &OPERATION,
            limit: TimeLimit::Call,
            duration: Duration::from_secs(35),
        }),
        Error::Decode(DecodeError {
            operation: &OPERATION,
            status: StatusCode::OK,
            field: Some("user.id".to_owned()),
            problem: "is missing".into(),
            cause: details::Cause::Description,
            body: RawBody::default(),
        }),
        Error::TooLarge(TooLargeError { operation: &OPERATION, status: StatusCode::OK, limit: 10 }),
        Error::invalid_argument(&OPERATION, "the path parameter `app_id` is empty"),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.starts_with("demo log_out"), "{text}");
        assert!(text.contains(';') || text.contains("was not sent"), "{text}");
        assert!(!format!("{text} {error:?}").contains("canary"), "{error:?}");
        assert_eq!(error.operation(), Some(&OPERATION));
    }
}

/// The labels that a description documents are known to the type of the error alone.
#[test]
fn an_api_error_is_shown_as_it_shows_itself() {
    #[derive(Debug)]
    struct Documented(ResponseParts);
    impl fmt::Display for Documented {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            crate::codegen::fmt_documented_error(self, &["code"], f)
        }
    }
    impl StdError for Documented {}
    impl ApiError for Documented {
        fn from_response(parts: ResponseParts) -> Self {
            Self(parts)
        }

        fn parts(&self) -> crate::ErrorParts<'_> {
            ApiError::parts(&self.0)
        }
    }

    let body = Bytes::from_static(br#"{"code": "quota_gone", "message": "canary"}"#);
    let parts = ResponseParts::new(StatusCode::CONFLICT, HeaderMap::new(), RawBody::of(&OPERATION, body));
    let error = Error::Api(Documented::from_response(parts));
    let text = error.to_string();
    assert!(text.starts_with("demo log_out: the server answered 409 Conflict (code: quota_gone); "), "{text}");
    assert_eq!(text, error.api().unwrap().to_string());
    let boxed: Box<dyn StdError> = Box::new(error);
    assert_eq!(boxed.to_string(), text);
    assert!(boxed.source().is_none() && !format!("{boxed} {boxed:?}").contains("canary"), "{boxed:?}");
}

/// Some servers refuse a token that they can decode with a 400.
#[test]
fn a_bad_request_may_be_about_the_credential() {
    assert!(api(400, HeaderMap::new()).to_string().contains("check the arguments and the credential"));
    assert!(!api(422, HeaderMap::new()).to_string().contains("credential"));
}

#[test]
fn errors_that_may_pass_are_transient() {
    for status in [408, 429, 500, 502, 503, 504] {
        assert!(api(status, HeaderMap::new()).is_transient(), "{status}");
    }
    for status in [301, 400, 401, 403, 404, 409, 413, 422, 501, 505] {
        assert!(!api(status, HeaderMap::new()).is_transient(), "{status}");
    }
    assert!(credentials(TokenError::transient("busy")).is_transient());
    assert!(!credentials(TokenError::login_required("over")).is_transient());
    assert!(!credentials(TokenError::permanent("locked")).is_transient());
}

#[test]
fn the_pause_comes_from_the_server_or_the_source() {
    let headers = HeaderMap::from_iter([(RETRY_AFTER, "7".parse().unwrap())]);
    let error = api(429, headers);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.to_string().contains("7 s"), "{error}");
    let error = credentials(TokenError::transient("busy").with_retry_after(Duration::from_secs(3)));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(api(500, HeaderMap::new()).retry_after(), None);
}

#[test]
fn the_sources_own_error_can_be_reached() {
    #[derive(Debug, PartialEq)]
    struct SessionOver(u8);
    impl fmt::Display for SessionOver {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the session is over")
        }
    }
    impl StdError for SessionOver {}

    let error = credentials(TokenError::login_required("no session").with_source(Arc::new(SessionOver(3))));
    let token_error = error.source().unwrap();
    assert_eq!(token_error.to_string(), "no session");
    let own = token_error.source().unwrap().downcast_ref::<SessionOver>();
    assert_eq!(own, Some(&SessionOver(3)));
}

#[test]
fn the_servers_answer_can_be_translated() {
    let status = api(404, HeaderMap::new()).map_api(|parts| parts.status());
    assert!(matches!(status, Error::Api(StatusCode::NOT_FOUND)));
}
