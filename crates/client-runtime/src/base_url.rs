//! The rules for base URLs.

use std::net::IpAddr;

use reqwest::Url;

/// Checks a base URL and removes its trailing slashes, so that paths can be appended.
///
/// Problems are named without quoting the URL: it may hold a password in the wrong place.
pub(crate) fn check(text: &str, allow_insecure: bool) -> Result<String, &'static str> {
    let url: Url = text.trim().parse().map_err(|_| "it is not a URL; write it like https://api.example.com/v1")?;
    if !url.has_host() {
        return Err("it names no host; write it like https://api.example.com/v1");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password; credentials belong in a token source");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it holds a query or fragment; paths are appended to it, so it must end with its path");
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_insecure || is_loopback(&url) => {}
        "http" => return Err("plain http would send credentials readable to all; use https, or allow it explicitly"),
        _ => return Err("it is neither https nor http"),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn trims_to_what_paths_are_appended_to() {
        for (given, kept) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com/", "https://api.example.com"),
            (" https://API.example.com:443/v1// ", "https://api.example.com/v1"),
            ("http://127.0.0.1:8080/auth", "http://127.0.0.1:8080/auth"),
            ("http://127.8.8.8", "http://127.8.8.8"),
            ("http://[::1]:80/x/", "http://[::1]/x"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(check(given, false).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn refuses_urls_that_would_leak_or_mislead() {
        for url in [
            "",
            "api.example.com",
            "/v1",
            "ftp://example.com",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://user:canary@example.com",
            "https://canary@example.com",
            "https://example.com?key=canary",
            "https://example.com/#canary",
            "http://example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::2]",
        ] {
            assert!(!check(url, false).unwrap_err().contains("canary"), "{url}");
        }
    }

    #[test]
    fn plain_http_can_be_allowed_and_nothing_else() {
        assert!(check("http://example.com", true).is_ok());
        assert!(check("ftp://example.com", true).is_err());
        assert!(check("http://user@example.com", true).is_err());
    }
}
