//! How a vendor behaves, as data that the file of each vendor gives.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::{Core, Request, Response};

/// The differences between vendors. The probe, statistics and echoes are the same for all.
///
/// A struct of functions and not a trait with defaults: a vendor that leaves one out doesn't compile.
pub(crate) struct Behaviour {
    pub(crate) name: &'static str,
    /// The names of the operations, followed by `probe`.
    pub(crate) operations: &'static [&'static str],
    /// How long access tokens live where the request doesn't say.
    pub(crate) access_lifetime: Duration,
    /// The path of the base URL, with which the paths of all operations begin.
    pub(crate) base_path: fn(&Core) -> &'static str,
    /// The operation of a request other than the probe.
    pub(crate) operation: fn(&Core, &Request) -> Option<&'static str>,
    /// The refresh token that a request offers to redeem, to notice one that comes twice; `None` where there are none.
    pub(crate) refresh_token: fn(&Core, &Request) -> Option<String>,
    /// Whether a call with this access token would be accepted.
    pub(crate) accepts: fn(&Core, SystemTime, &str) -> bool,
    /// Processes a request other than the probe.
    pub(crate) handle: fn(&mut Core, SystemTime, &Request) -> Response,
    /// An error in the vendor's own shape.
    pub(crate) error: fn(&Core, StatusCode) -> Response,
}

/// The lifetime of most vendors' access tokens.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
