//! From what the generated layer returns to what the user gets.

use bytes::Bytes;
use http::StatusCode;
use progenitor_client::ResponseValue;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::exec::Failure;
use crate::{ApiError, Error, RawBody, Response, ResponseParts, decode};

type Inner = progenitor_client::Error<()>;

/// Turns the result of the generated layer into that of the call.
///
/// # Errors
///
/// Whatever went wrong on the way, in [`exec`](crate::exec()) or behind it.
pub async fn finish<T, E>(call: &Call, result: Result<ResponseValue<T>, Inner>) -> Result<Response<T>, Error<E>>
where
    T: DeserializeOwned,
    E: ApiError,
{
    match result {
        Ok(value) => Ok(Response::wrap(value)),
        Err(error) => Err(Box::pin(translate(call, error, decode::explain::<T>)).await),
    }
}

/// The same for operations whose success has no body to decode.
///
/// # Errors
///
/// Whatever went wrong on the way, in [`exec`](crate::exec()) or behind it.
pub async fn finish_empty<T, E>(call: &Call, result: Result<ResponseValue<T>, Inner>) -> Result<Response<T>, Error<E>>
where
    E: ApiError,
{
    match result {
        Ok(value) => Ok(Response::wrap(value)),
        Err(error) => Err(Box::pin(translate(call, error, decode::explain::<()>)).await),
    }
}

type Explain = fn(&'static crate::Operation, StatusCode, Bytes) -> crate::DecodeError;

async fn translate<E: ApiError>(call: &Call, error: Inner, explain: Explain) -> Error<E> {
    // What exec couldn't return as a response, it left with the call; the response it returned instead says nothing.
    if let Some(failure) = call.take_failure() {
        return failure.into_error(call);
    }
    let operation = call.operation();
    match error {
        Inner::UnexpectedResponse(mut response) => {
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            match response.bytes().await {
                Ok(body) => {
                    Error::Api(E::from_response(ResponseParts::new(status, headers, RawBody::of(operation, body))))
                }
                Err(error) => Failure::from(error).into_error(call),
            }
        }
        Inner::InvalidResponsePayload(body, _) => Error::Decode(explain(operation, call.status(), body)),
        Inner::ErrorResponse(value) => Error::Api(E::from_response(ResponseParts::new(
            value.status(),
            value.headers().clone(),
            RawBody::of(operation, Bytes::new()),
        ))),
        Inner::CommunicationError(error) | Inner::ResponseBodyError(error) | Inner::InvalidUpgrade(error) => {
            Failure::from(error).into_error(call)
        }
        // Their texts may quote arguments.
        Inner::InvalidRequest(_) => {
            Error::invalid_argument(operation, "an argument can't be part of a request; check headers for line ends")
        }
        Inner::Custom(_) => Error::invalid_argument(operation, "a hook of the generated layer refused it"),
    }
}
