//! What an adapter needs of an answer of success.
//!
//! A family client promises all of what its description does, and fails to decode an answer that lacks some of it. A
//! session needs less: a user who belongs to no tenant, where the description says that everybody does, can still sign
//! in. So an answer that the client couldn't decode is decoded once more, into what the session is made of; what it
//! can't be made without is missing then as before, and named by the client's own error.

use client_runtime::{ApiError, Error, Response};
use serde::de::DeserializeOwned;

use super::errors::{Proof, auth_error};
use crate::AuthError;

/// The part `N` of an answer, or why there is none.
pub(super) fn needed<T, N, E>(result: Result<Response<T>, Error<E>>, proof: Proof) -> Result<N, AuthError>
where
    N: From<T> + DeserializeOwned,
    E: ApiError,
{
    let error = match result {
        Ok(answer) => return Ok(answer.into_inner().into()),
        Err(error) => error,
    };
    if let Error::Decode(details) = &error {
        let body = details.raw_body().expose();
        // serde would take a list for a struct.
        if body.trim_ascii_start().starts_with(b"{")
            && let Ok(needed) = serde_json::from_slice(body)
        {
            return Ok(needed);
        }
    }
    Err(auth_error(error, proof))
}

/// A member that a session can do without: whatever isn't of its type counts as absent.
#[cfg(any(feature = "aivo", feature = "pacerpro"))]
pub(super) fn lenient<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}
