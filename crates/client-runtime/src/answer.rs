//! Operations with several success responses: each response is decoded by its status.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use progenitor_client::{ByteStream, ResponseValue};
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::finish::{self, Inner};
use crate::{ApiError, DecodeError, Error, RawBody, Response, ResponseParts, decode, json};

/// A response whose body hasn't been decoded yet.
pub struct Answer<'a> {
    call: &'a Call,
    status: StatusCode,
    headers: &'a HeaderMap,
    body: Bytes,
}

/// The reason why a response couldn't be read as one of the documented successes.
pub struct Unread(Problem);

enum Problem {
    /// The body doesn't fit the description of its status.
    Mismatch(Box<DecodeError>),
    /// The description doesn't document the status.
    Undocumented(Bytes),
}

impl Answer<'_> {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The body, decoded from JSON.
    ///
    /// # Errors
    ///
    /// [`Unread`] when the body isn't JSON of this type.
    pub fn json<T: DeserializeOwned>(self) -> Result<T, Unread> {
        json::read_json(&self.body).map_err(|_| {
            let error = decode::explain::<T>(self.call.operation(), self.status, self.body);
            Unread(Problem::Mismatch(Box::new(error.came_as(self.headers))))
        })
    }

    /// The body, decoded from JSON; `None` if it is empty.
    ///
    /// # Errors
    ///
    /// [`Unread`] when the body isn't JSON of this type.
    pub fn optional_json<T: DeserializeOwned>(self) -> Result<Option<T>, Unread> {
        if self.body.is_empty() { Ok(None) } else { self.json().map(Some) }
    }

    /// The body as a string.
    ///
    /// # Errors
    ///
    /// [`Unread`] when the body isn't UTF-8, unless its header names ISO 8859-1.
    pub fn text(self) -> Result<String, Unread> {
        decode::text(self.call.operation(), self.status, self.headers, self.body)
            .map_err(|error| Unread(Problem::Mismatch(Box::new(error))))
    }

    /// The body as bytes.
    pub fn bytes(self) -> Bytes {
        self.body
    }

    /// The body as received.
    pub fn raw_body(self) -> RawBody {
        RawBody::of(self.call.operation(), self.body)
    }

    /// The [`Unread`] of a response with an undocumented status.
    pub fn undocumented(self) -> Unread {
        Unread(Problem::Undocumented(self.body))
    }
}

/// Turns the generated layer's result into the call's, for operations with several success responses (redirects
/// included): `read` decodes a response by its status.
///
/// # Errors
///
/// Any failure of [`exec`](crate::codegen::exec()) or of the generated layer, and what `read` couldn't read.
pub async fn finish_answer<T, E>(
    call: &Call,
    result: Result<ResponseValue<ByteStream>, Inner>,
    read: fn(Answer<'_>) -> Result<T, Unread>,
) -> Result<Response<T>, Error<E>>
where
    E: ApiError,
{
    let (status, headers, body) = match result {
        Ok(value) => {
            let response = finish::bytes(call, value).await?;
            (response.status(), response.headers().clone(), response.into_inner())
        }
        // The generated layer takes a redirect for a failure.
        Err(Inner::UnexpectedResponse(mut response)) if response.status().is_redirection() => {
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            match response.bytes().await {
                Ok(body) => (status, headers, body),
                Err(error) => return Err(call.error(error.into())),
            }
        }
        Err(error) => return Err(Box::pin(finish::translate(call, error, decode::explain::<()>)).await),
    };
    match read(Answer { call, status, headers: &headers, body }) {
        Ok(value) => Ok(Response::new(value, status, headers)),
        Err(Unread(Problem::Mismatch(error))) => Err(Error::Decode(*error)),
        Err(Unread(Problem::Undocumented(body))) => {
            let body = RawBody::of(call.operation(), body);
            Err(Error::Api(E::from_response(ResponseParts::new(status, headers, body))))
        }
    }
}
