//! A repeated key brings back the first answer.

use std::time::{Duration, SystemTime};

use http::Method;

use crate::vendor::core::Recorded;
use crate::vendor::encoding::after;
use crate::vendor::{Core, Request, Response};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(12 * 3600);

/// Processes a request, unless its key was used by the same token on the same path and succeeded. The body isn't
/// compared, and an empty key is a key.
pub(super) fn handle(
    core: &mut Core,
    now: SystemTime,
    request: &Request,
    process: impl FnOnce(&mut Core, SystemTime, &Request) -> Response,
) -> Response {
    let key = match request.header("idempotency-key") {
        Some(key) if request.method == Method::POST => key,
        _ => return process(core, now, request),
    };
    let token = request.header("authorization").unwrap_or_default();
    let key = (token.to_owned(), request.trimmed_path().to_owned(), key.to_owned());
    if let Some(recorded) = core.recorded.get(&key).filter(|recorded| recorded.until.is_none_or(|until| now < until)) {
        core.stats.replayed();
        return recorded.response.clone();
    }
    let response = process(core, now, request);
    if response.status.is_success() {
        core.recorded.insert(key, Recorded { until: after(now, KEPT), response: response.clone() });
    }
    response
}
