//! The rules for following redirects.

use http::StatusCode;
use http::header::LOCATION;
use reqwest::{Response, Url};

/// The number of redirects that are followed in a row.
pub(super) const MOST: u32 = 5;

/// The URL to send the same request to, if the response is a redirect within the origin.
///
/// Only 307 and 308 keep method and body. Another origin must not see the credentials, in headers or body: HTTP
/// libraries drop the header then, and replay the body.
pub(super) fn target(from: &Url, response: &Response) -> Option<Url> {
    if !matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let target = from.join(location).ok()?;
    let same_origin = target.scheme() == from.scheme()
        && target.host_str() == from.host_str()
        && target.port_or_known_default() == from.port_or_known_default();
    let bare = target.username().is_empty() && target.password().is_none();
    (same_origin && bare).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::target;

    fn follow(status: u16, location: &str) -> Option<String> {
        let response = http::Response::builder().status(status).header("location", location).body("").unwrap();
        let from = "https://api.example.com/v1/login".parse().unwrap();
        target(&from, &response.into()).map(String::from)
    }

    #[test]
    fn follows_within_the_origin() {
        for (location, expected) in [
            ("https://api.example.com/v1/login/", "https://api.example.com/v1/login/"),
            ("https://API.EXAMPLE.COM:443/x", "https://api.example.com/x"),
            ("/x", "https://api.example.com/x"),
            ("login/", "https://api.example.com/v1/login/"),
            ("?a=b", "https://api.example.com/v1/login?a=b"),
        ] {
            assert_eq!(follow(307, location).as_deref(), Some(expected), "{location}");
            assert_eq!(follow(308, location).as_deref(), Some(expected), "{location}");
        }
    }

    #[test]
    fn follows_to_no_other_origin() {
        for location in [
            "http://api.example.com/v1/login",
            "https://api.example.com:8443/v1/login",
            "https://example.com/v1/login",
            "https://api.example.com.evil.test/",
            "https://api.example.com@evil.test/",
            "https://user:pass@api.example.com/",
            "//evil.test/",
            "\\\\evil.test\\",
            "file:///etc/passwd",
            "https://",
        ] {
            assert_eq!(follow(307, location), None, "{location}");
        }
    }

    #[test]
    fn other_statuses_are_not_followed() {
        for status in [200, 300, 301, 302, 303, 304, 305] {
            assert_eq!(follow(status, "/x"), None, "{status}");
        }
    }
}
