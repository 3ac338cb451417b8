//! The properties that an adapter needs from a successful response.
//!
//! A family client guarantees all properties of its description, and fails to decode a response that lacks one. A
//! session needs less: a user without a tenant, where the description requires one, can still sign in. So a response
//! that the client couldn't decode is decoded once more, into the properties of a session; the lack of one of those
//! stays an error, which is the client's own.

use std::time::{Duration, SystemTime};

use client_runtime::{ApiError, Error, Response};
use http::HeaderMap;
use serde::de::DeserializeOwned;

use super::Proof;
use crate::AuthError;

/// The largest difference between clocks that agree: `Date` has whole seconds, and the response was in transit.
const ROUNDING: Duration = Duration::from_secs(5);

/// The time at which a response was sent, by the vendor's clock: its header `Date`, if it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent(Option<SystemTime>);

impl Sent {
    /// Reads the header `Date` of a response.
    pub fn of(headers: &HeaderMap) -> Self {
        Self(client_runtime::date_of(headers))
    }

    /// Converts a moment of the vendor's clock, such as the claim `exp`, to the local clock: `arrival`, when the response
    /// arrived, plus the time from the response's `Date` to the moment.
    ///
    /// A moment stays unchanged if the clocks agree within 5 seconds, without a `Date`, and if it isn't after the `Date`,
    /// which then contradicts its own response.
    pub fn by_our_clock(self, moment: SystemTime, arrival: SystemTime) -> SystemTime {
        let Some(date) = self.0 else { return moment };
        let apart = date.duration_since(arrival).unwrap_or_else(|error| error.duration());
        match moment.duration_since(date) {
            Ok(left) if apart > ROUNDING && !left.is_zero() => arrival.checked_add(left).unwrap_or(moment),
            _ => moment,
        }
    }
}

/// Gets the part `N` of a response, even if the client could not decode the whole of it, and when it was sent. After
/// such a response, the time is unknown.
///
/// # Errors
///
/// The error of the call, as classified by [`AuthError::from_call`].
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
        // serde would accept an array for a struct.
        if body.trim_ascii_start().starts_with(b"{")
            && let Ok(part) = serde_json::from_slice(body)
        {
            return Ok((part, Sent::default()));
        }
    }
    Err(AuthError::from_call(error, proof))
}

/// Decodes a property that a session can do without: a value of another type counts as absent. For
/// `#[serde(default, deserialize_with = "…")]`.
///
/// # Errors
///
/// The error of the format, for malformed input.
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
    fn a_moment_of_the_vendors_clock_is_converted_to_ours() {
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        for (date, moment, arrival, ours) in [
            // No date, or clocks that agree within the rounding.
            (None, 4_600, 1_000, 4_600),
            (Some(1_000), 4_600, 1_005, 4_600),
            (Some(1_005), 4_600, 1_000, 4_600),
            // An hour ahead, and an hour behind.
            (Some(1_000), 4_600, 4_600, 8_200),
            (Some(4_600), 8_200, 1_000, 4_600),
            // Expired already, by the vendor's own clock.
            (Some(9_000), 4_600, 1_000, 4_600),
            (Some(4_600), 4_600, 1_000, 4_600),
        ] {
            let sent = Sent(date.map(at));
            assert_eq!(sent.by_our_clock(at(moment), at(arrival)), at(ours), "{date:?} {moment} {arrival}");
        }
    }
}
