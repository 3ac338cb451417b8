//! Faults on chosen operations of a served vendor, and requests held until a test releases them.

mod body;
mod gate;
mod hold;
mod plan;

use std::time::Duration;

use http::StatusCode;

pub use self::hold::Hold;
pub use self::plan::{Faults, Planned};

pub(crate) use self::body::Treatment;
pub(crate) use self::gate::Gate;
pub(crate) use self::hold::Stage;

/// A fault of the vendor or of the connection.
///
/// Some faults come before the vendor processes the request, and leave its state unchanged. With the others, the request
/// is processed, and only the answer is lost or damaged: a refresh token that such a request redeemed is spent.
/// [`is_processed`](Self::is_processed) tells them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The vendor is down: connections are refused, open ones are closed.
    ///
    /// A connection has no operation yet, so this concerns every operation, begins at once, and lasts until the plan is
    /// cleared: it can't be counted. A client with an open connection may see a reset instead, unless the vendor is
    /// served [without keep-alive](crate::FakeVendor::without_keep_alive).
    RefuseConnections,
    /// The connection is reset before the vendor processes the request.
    LoseRequest,
    /// The vendor processes the request, then the connection is reset without a byte of an answer: after a rotation,
    /// the new tokens are lost.
    LoseAnswer,
    /// The connection is reset within the headers of the answer.
    ResetInHeaders,
    /// The connection is reset within the body of the answer. An answer without a body is reset within its headers.
    ResetInBody,
    /// The answer stops within its headers, until [`Faults::release_stalled`].
    StallHeaders,
    /// The answer stops within its body, until [`Faults::release_stalled`]. An answer without a body stops within its
    /// headers.
    StallBody,
    /// The answer comes byte by byte.
    SlowDrip {
        /// The time between two bytes.
        pause: Duration,
    },
    /// 429 in the vendor's shape; not processed.
    TooManyRequests(RetryAfter),
    /// This status, with an error in the vendor's shape, whatever the request is; not processed.
    Status(StatusCode),
    /// 500 with an empty object; not processed.
    InternalError,
    /// 502 with a page of HTML, as a proxy sends it; not processed.
    HtmlError,
    /// The true status without its body.
    EmptyBody,
    /// The first half of the true body, with a matching length.
    TruncatedJson,
    /// The true body with every value of another type.
    WrongTypes,
    /// The true body with spaces after it, this many bytes long in all.
    HugeBody {
        /// The length of the body.
        bytes: usize,
    },
    /// The true body, declared to be HTML.
    WrongContentType,
    /// 307 to the same path at another origin; not processed.
    Redirect {
        /// The other origin, such as `http://127.0.0.1:8080`.
        to: String,
    },
    /// The vendor's clock is ahead while it processes the request.
    ClockAhead(Duration),
    /// The vendor's clock is behind while it processes the request.
    ClockBehind(Duration),
}

/// The `Retry-After` of a 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// No header.
    Unsaid,
    /// A number of seconds.
    Seconds(u64),
    /// The date this far ahead by the vendor's clock.
    Date(Duration),
}

impl Fault {
    /// A body of 10 MB.
    pub const HUGE_BODY: Self = Self::HugeBody { bytes: 10_000_000 };

    /// One fault of every kind, for fault matrices; of [`Status`](Self::Status), those statuses that clients
    /// distinguish. Redirects go to `other_origin`.
    pub fn all(other_origin: &str) -> Vec<Self> {
        vec![
            Self::RefuseConnections,
            Self::LoseRequest,
            Self::LoseAnswer,
            Self::ResetInHeaders,
            Self::ResetInBody,
            Self::StallHeaders,
            Self::StallBody,
            Self::SlowDrip { pause: Duration::from_millis(1) },
            Self::TooManyRequests(RetryAfter::Unsaid),
            Self::TooManyRequests(RetryAfter::Seconds(7)),
            Self::TooManyRequests(RetryAfter::Date(Duration::from_secs(7))),
            Self::Status(StatusCode::UNAUTHORIZED),
            Self::Status(StatusCode::FORBIDDEN),
            Self::Status(StatusCode::NOT_FOUND),
            Self::Status(StatusCode::SERVICE_UNAVAILABLE),
            Self::InternalError,
            Self::HtmlError,
            Self::EmptyBody,
            Self::TruncatedJson,
            Self::WrongTypes,
            Self::HUGE_BODY,
            Self::WrongContentType,
            Self::Redirect { to: other_origin.to_owned() },
            Self::ClockAhead(Duration::from_secs(3600)),
            Self::ClockBehind(Duration::from_secs(3600)),
        ]
    }

    /// Whether the vendor processes the request. If not, its state stays as it was.
    pub fn is_processed(&self) -> bool {
        !matches!(
            self,
            Self::RefuseConnections
                | Self::LoseRequest
                | Self::TooManyRequests(_)
                | Self::Status(_)
                | Self::InternalError
                | Self::HtmlError
                | Self::Redirect { .. }
        )
    }
}
