//! Successes that aren't one JSON body, the media types of calls, and tokens that aren't bearer tokens.

use std::sync::Arc;

use client_runtime as rt;
use progenitor_client::{ByteStream, ResponseValue};

use crate::support::client::{DemoError, builder};
use crate::support::server::{Server, json, status};
use crate::support::{CANARY, TestTimer};

const OPERATION: rt::Operation =
    rt::Operation::new("demo", "picture", "PUT", "/picture").with_security(rt::Security::Bearer);
const WITH_KEY: rt::Operation = OPERATION.with_security(rt::Security::Key(rt::Carrier::Query("key")));

type Outcome<T> = Result<rt::Response<T>, rt::Error<DemoError>>;

/// Sends a call, up to the response of `exec`.
async fn sent(
    server: &Server,
    operation: &'static rt::Operation,
    set: impl FnOnce(&mut rt::codegen::CallOptions),
) -> (rt::codegen::Call, reqwest::Response) {
    let core = builder(&server.url, &Arc::new(TestTimer::new(0))).static_token(CANARY).build().unwrap();
    let mut options = rt::codegen::CallOptions::default();
    set(&mut options);
    let call = core.call::<DemoError>(operation, options).unwrap();
    let request = core.http().put(format!("{}/picture?page=1", core.base_url())).body("bytes").build().unwrap();
    let response = rt::codegen::exec(&call, core.http(), request).await.unwrap();
    (call, response)
}

#[tokio::test]
async fn bytes_come_as_they_are_and_media_types_are_named() {
    let server = Server::start([json(200, "not json \u{1F980}"), json(200, "")]).await;
    for expected in ["not json \u{1F980}", ""] {
        let (call, response) = sent(&server, &OPERATION, |options| {
            options.accept = Some("image/png");
            options.content_type = Some("image/jpeg");
        })
        .await;
        let result: Result<ResponseValue<ByteStream>, _> = Ok(ResponseValue::stream(response));
        let picture: Outcome<rt::Bytes> = rt::codegen::finish_bytes(&call, result).await;
        let picture = picture.unwrap();
        assert_eq!((picture.status().as_u16(), picture.into_inner()), (200, rt::Bytes::from(expected)));
    }
    for request in server.received() {
        assert_eq!(request.header("accept"), Some("image/png"));
        assert_eq!(request.header("content-type"), Some("image/jpeg"));
    }
}

#[tokio::test]
async fn a_body_may_be_missing_where_the_operation_says_so() {
    let server = Server::start([json(200, "7"), status(204), status(204), json(200, "seven")]).await;
    let outcome = async |may_be_empty: bool| -> Outcome<Option<u8>> {
        let (call, response) = sent(&server, &OPERATION, |options| options.may_be_empty = may_be_empty).await;
        rt::codegen::finish_optional(&call, ResponseValue::from_response(response).await).await
    };
    assert_eq!(outcome(true).await.unwrap().into_inner(), Some(7));
    let empty = outcome(true).await.unwrap();
    assert_eq!((empty.status().as_u16(), &*empty), (204, &None));
    assert!(matches!(outcome(false).await, Err(rt::Error::Decode(_))), "nothing was said of an empty body");
    assert!(matches!(outcome(true).await, Err(rt::Error::Decode(_))), "a body that is wrong is not a missing one");
}

#[tokio::test]
async fn a_key_travels_in_the_query_also_when_the_call_is_repeated() {
    let server = Server::start([status(503), status(204)]).await;
    let (_, response) = sent(&server, &WITH_KEY, |_| {}).await;
    assert_eq!(response.status().as_u16(), 204);
    let received = server.received();
    assert_eq!(received.len(), 2);
    for request in received {
        assert_eq!(request.authorization(), None);
        assert!(request.path.ends_with(&format!("?page=1&key={CANARY}")), "{}", request.path);
    }
}
