//! What an adapter needs of an answer of success.
//!
//! A family client promises all of what its description does, and fails to decode an answer that lacks some of it. A
//! session needs less: a user who belongs to no tenant, where the description says that everybody does, can still sign
//! in. So an answer that the client couldn't decode is decoded once more, into what the session is made of; what it
//! can't be made without is missing then as before, and named by the client's own error.

use std::time::{Duration, SystemTime};

use client_runtime::{ApiError, Error, Response};
use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::Proof;
use crate::AuthError;

/// How far the clocks may seem apart though they agree: `Date` has whole seconds, and the answer took its way.
const ROUNDING: Duration = Duration::from_secs(5);

/// When an answer was sent, by the vendor's clock, if it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent(Option<SystemTime>);

impl Sent {
    /// What the header `Date` of an answer says.
    pub fn of(headers: &HeaderMap) -> Self {
        Self(client_runtime::date_of(headers))
    }

    /// A moment by the vendor's clock, such as the claim `exp`, by the clock that the answer's `arrival` was read from: as
    /// long after it as the moment comes after the answer's `Date`.
    ///
    /// A moment that has passed when the answer is sent stays as it is: a `Date` that contradicts its own answer explains
    /// nothing.
    pub fn by_our_clock(self, moment: SystemTime, arrival: SystemTime) -> SystemTime {
        let Some(date) = self.0 else { return moment };
        let apart = date.duration_since(arrival).unwrap_or_else(|error| error.duration());
        match moment.duration_since(date) {
            Ok(left) if apart > ROUNDING && !left.is_zero() => arrival.checked_add(left).unwrap_or(moment),
            _ => moment,
        }
    }
}

/// The part `N` of an answer, also if the client could not decode the whole of it, and when it was sent.
///
/// # Errors
///
/// That of the call, as [`AuthError::from_call`] sorts it.
pub fn needed<T, N, E>(result: Result<Response<T>, Error<E>>, proof: Proof) -> Result<(N, Sent), AuthError>
where
    N: From<T> + DeserializeOwned,
    E: ApiError,
{
    let error = match result {
        Ok(answer) => {
            let sent = Sent::of(answer.headers());
            return Ok((answer.into_inner().into(), sent));
        }
        Err(error) => error,
    };
    if let Error::Decode(details) = &error {
        let body = details.raw_body().expose();
        // serde would take a list for a struct.
        if body.trim_ascii_start().starts_with(b"{")
            && let Ok(part) = serde_json::from_slice(body)
        {
            return Ok((part, Sent::default()));
        }
    }
    Err(AuthError::from_call(error, proof))
}

/// Decodes a member that a session can do without: whatever isn't of its type counts as absent. For
/// `#[serde(default, deserialize_with = "…")]`.
///
/// # Errors
///
/// That of the format: the text isn't what it says it is.
pub fn lenient<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: DeserializeOwned,
    D: serde::Deserializer<'de>,
{
    let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_moment_of_the_vendors_is_as_far_away_by_our_clock() {
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        for (date, moment, arrival, ours) in [
            // No date, or clocks that agree as well as it can tell.
            (None, 4_600, 1_000, 4_600),
            (Some(1_000), 4_600, 1_005, 4_600),
            (Some(1_005), 4_600, 1_000, 4_600),
            // An hour ahead, and an hour behind.
            (Some(1_000), 4_600, 4_600, 8_200),
            (Some(4_600), 8_200, 1_000, 4_600),
            // Over already, by the vendor's own clock.
            (Some(9_000), 4_600, 1_000, 4_600),
            (Some(4_600), 4_600, 1_000, 4_600),
        ] {
            let sent = Sent(date.map(at));
            assert_eq!(sent.by_our_clock(at(moment), at(arrival)), at(ours), "{date:?} {moment} {arrival}");
        }
    }
}
