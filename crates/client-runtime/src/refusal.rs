//! Refusals that servers express by HTTP/2 errors.

use std::error::Error as StdError;

/// A server's statement over HTTP/2 that it didn't process a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "http2"), allow(dead_code, reason = "only HTTP/2 reports it"))]
pub(crate) enum Refusal {
    /// The server refuses for the moment, or wants another connection.
    Temporary,
    /// The server closed the connection because of a fault.
    Fault,
}

/// Whether the server said that it didn't process the request (RFC 9113, section 8.7): it reset the stream as refused,
/// or left the connection with a last stream below it. h2 ends streams with the error of the latter only where the
/// server named an earlier stream as the last, and begins none afterwards.
#[cfg(feature = "http2")]
pub(crate) fn refusal(error: &reqwest::Error) -> Option<Refusal> {
    // A server that refuses a stream after it began to answer contradicts itself, so it isn't believed.
    if !error.is_request() {
        return None;
    }
    let mut errors = sources(error).filter_map(|source| source.downcast_ref::<h2::Error>());
    errors.find(|error| error.is_remote()).and_then(|error| match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) if error.is_reset() => Some(Refusal::Temporary),
        Some(h2::Reason::NO_ERROR) if error.is_go_away() => Some(Refusal::Temporary),
        _ if error.is_go_away() => Some(Refusal::Fault),
        _ => None,
    })
}

#[cfg(not(feature = "http2"))]
pub(crate) fn refusal(_: &reqwest::Error) -> Option<Refusal> {
    None
}

/// The sources of an error, the nearest first.
pub(crate) fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}
