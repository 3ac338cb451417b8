//! Successful responses.

use std::fmt;
use std::ops::Deref;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode};
use progenitor_client::ResponseValue;

/// A successful response: the decoded body, with status and headers.
///
/// It dereferences to the body, so `response.field` reads a field of it.
pub struct Response<T>(ResponseValue<T>);

impl<T> Response<T> {
    /// Creates a response, for tests and fakes.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self(ResponseValue::new(value, status, headers))
    }

    pub(crate) fn wrap(value: ResponseValue<T>) -> Self {
        Self(value)
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The time when the response was sent, by the server's clock: the header `Date`, in whole seconds.
    pub fn date(&self) -> Option<SystemTime> {
        crate::retry::date_of(self.headers())
    }

    /// The body, without status and headers.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Shows the body as its type does, and no headers: some carry cookies.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status()).field("value", &**self).finish_non_exhaustive()
    }
}
