//! Turns the results of the generated layer into those of the public client.

use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use progenitor_client::{ByteStream, ResponseValue};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::decode::{self, text};
use crate::{ApiError, Error, RawBody, Response, ResponseParts, json};

pub(crate) type Inner = progenitor_client::Error<()>;

/// Turns the result of the generated layer into that of the call.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer.
pub async fn finish<T, E>(call: &Call, result: Result<ResponseValue<T>, Inner>) -> Result<Response<T>, Error<E>>
where
    T: DeserializeOwned,
    E: ApiError,
{
    match result {
        Ok(value) => Ok(Response::wrap(value)),
        Err(error) => match read_again(call, &error) {
            Some(response) => Ok(response),
            None => Err(Box::pin(translate(call, error, decode::explain::<T>)).await),
        },
    }
}

/// Decodes a body that the generated layer couldn't, by [`json::read_json`], which accepts more spellings of numbers.
fn read_again<T: DeserializeOwned>(call: &Call, error: &Inner) -> Option<Response<T>> {
    let Inner::InvalidResponsePayload(body, _) = error else { return None };
    let value = json::read_json(body).ok()?;
    Some(Response::new(value, call.status(), call.take_headers()))
}

/// [`finish`] for operations whose success has no body to decode.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer.
pub async fn finish_empty<T, E>(call: &Call, result: Result<ResponseValue<T>, Inner>) -> Result<Response<T>, Error<E>>
where
    E: ApiError,
{
    match result {
        Ok(value) => Ok(Response::wrap(value)),
        Err(error) => Err(Box::pin(translate(call, error, decode::explain::<()>)).await),
    }
}

/// [`finish`] for operations whose success may lack its body.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer.
pub async fn finish_optional<T, E>(
    call: &Call,
    result: Result<ResponseValue<T>, Inner>,
) -> Result<Response<Option<T>>, Error<E>>
where
    T: DeserializeOwned,
    E: ApiError,
{
    match result {
        Ok(value) => {
            let (status, headers) = (value.status(), value.headers().clone());
            Ok(Response::new(Some(value.into_inner()), status, headers))
        }
        Err(error) => match call.take_empty() {
            Some(headers) => Ok(Response::new(None, call.status(), headers)),
            None => match read_again(call, &error) {
                Some(response) => Ok(response),
                None => Err(Box::pin(translate(call, error, decode::explain::<T>)).await),
            },
        },
    }
}

/// [`finish`] for operations whose success isn't JSON: the bytes as received.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer.
pub async fn finish_bytes<E>(
    call: &Call,
    result: Result<ResponseValue<ByteStream>, Inner>,
) -> Result<Response<Bytes>, Error<E>>
where
    E: ApiError,
{
    match result {
        Ok(value) => bytes(call, value).await,
        Err(error) => Err(Box::pin(translate(call, error, decode::explain::<()>)).await),
    }
}

/// [`finish`] for operations whose success is a string.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer.
pub async fn finish_text<E>(
    call: &Call,
    result: Result<ResponseValue<ByteStream>, Inner>,
) -> Result<Response<String>, Error<E>>
where
    E: ApiError,
{
    let response = finish_bytes(call, result).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    match text(call.operation(), status, &headers, response.into_inner()) {
        Ok(text) => Ok(Response::new(text, status, headers)),
        Err(problem) => Err(Error::Decode(problem)),
    }
}

/// Collects a body that the generated layer didn't decode.
pub(crate) async fn bytes<E>(call: &Call, value: ResponseValue<ByteStream>) -> Result<Response<Bytes>, Error<E>> {
    let (status, headers) = (value.status(), value.headers().clone());
    // `exec` has read the body under the limits of size and time: there is nothing left to wait for.
    let mut stream = value.into_inner_stream();
    let mut bytes = BytesMut::new();
    while let Some(part) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        match part {
            Ok(part) => bytes.extend_from_slice(&part),
            Err(error) => return Err(call.error(error.into())),
        }
    }
    Ok(Response::new(bytes.freeze(), status, headers))
}

type Explain = fn(&'static crate::Operation, StatusCode, Bytes) -> crate::DecodeError;

pub(crate) async fn translate<E: ApiError>(call: &Call, error: Inner, explain: Explain) -> Error<E> {
    // A failure of `exec` is stored in the call; the response that it returned in its place is a placeholder.
    if let Some(failure) = call.take_failure() {
        return call.error(failure);
    }
    let operation = call.operation();
    match error {
        Inner::UnexpectedResponse(mut response) => {
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            match response.bytes().await {
                Ok(body) => {
                    Error::Api(E::from_response(ResponseParts::new(status, headers, RawBody::of(operation, body))))
                }
                Err(error) => call.error(error.into()),
            }
        }
        Inner::InvalidResponsePayload(body, _) => {
            Error::Decode(explain(operation, call.status(), body).came_as(&call.take_headers()))
        }
        Inner::ErrorResponse(value) => Error::Api(E::from_response(ResponseParts::new(
            value.status(),
            value.headers().clone(),
            RawBody::of(operation, Bytes::new()),
        ))),
        Inner::CommunicationError(error) | Inner::ResponseBodyError(error) | Inner::InvalidUpgrade(error) => {
            call.error(error.into())
        }
        // The message isn't passed on: it may quote arguments.
        Inner::InvalidRequest(text) => Error::invalid_argument(
            operation,
            match text.contains("header") {
                true => "an argument can't be a header: it holds a line end or another control character",
                false => "an argument can't be written as the operation wants it",
            },
        ),
        Inner::Custom(_) => Error::invalid_argument(operation, "a hook of the generated layer refused it"),
    }
}
