//! Where redirects may lead: to the same origin, since another one may be anybody's.

use reqwest::{StatusCode, Url};

/// Whether a status asks to look elsewhere.
pub(crate) fn is_followed(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// The address that a redirect leads to, or the reason not to go there.
pub(crate) fn next(from: &Url, location: Option<&[u8]>) -> Result<Url, String> {
    let location = location.and_then(|location| std::str::from_utf8(location).ok()).ok_or("leads nowhere")?;
    let to = from.join(location).map_err(|error| format!("leads to what is no URL: {error}"))?;
    let is_upgrade = from.scheme() == "http" && to.scheme() == "https" && from.port().is_none() && to.port().is_none();
    let is_same = from.origin() == to.origin() || is_upgrade && from.host() == to.host();
    if is_same {
        Ok(to)
    } else {
        Err(format!("leads to {}, which is another server", to.origin().ascii_serialization()))
    }
}
