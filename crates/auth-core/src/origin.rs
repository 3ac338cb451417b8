//! The origins that may receive a token, and the handling of a rejected one.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use client_runtime::{Carrier, Carries, Token, TokenError, TokenSource};
use http::Uri;

/// Scheme, host and port of a server that may receive tokens.
///
/// Written as a URL without a path. Plain http is accepted for the loopback interface only.
///
/// ```
/// use auth_core::Origin;
///
/// let origin: Origin = "https://API.example.com".parse()?;
/// assert_eq!(origin.to_string(), "https://api.example.com:443");
/// assert!("http://api.example.com".parse::<Origin>().is_err());
/// # Ok::<(), auth_core::InvalidOrigin>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Origin {
    /// Parses an origin that may use plain http. Tokens are then readable on the network.
    ///
    /// # Errors
    ///
    /// [`InvalidOrigin`] for a string that isn't an origin.
    pub fn allow_insecure(text: &str) -> Result<Self, InvalidOrigin> {
        let uri: Uri =
            text.parse().map_err(|_| InvalidOrigin("it is not a URL; write it like https://api.example.com"))?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(InvalidOrigin("it holds a user name or password, which no origin has"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(InvalidOrigin("it has a path or a query; an origin ends after the port"));
        }
        Self::of(&uri).ok_or(InvalidOrigin("it needs https or http, a host, and a port that exists if it has one"))
    }

    /// The origin of an absolute URI.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let host = uri.host().filter(|host| !host.is_empty())?;
        // A port that can't be parsed must not pass for the default one.
        let authority = uri.authority()?.as_str();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let port = match place.strip_prefix(host)? {
            "" => None,
            port => Some(port.strip_prefix(':')?.parse().ok()?),
        };
        Self::new(uri.scheme_str()?, host, port)
    }

    /// From the parts of a URL.
    pub(crate) fn new(scheme: &str, host: &str, port: Option<u16>) -> Option<Self> {
        let (scheme, default) = match scheme {
            "https" => ("https", 443),
            "http" => ("http", 80),
            _ => return None,
        };
        Some(Self { scheme, host: host.to_ascii_lowercase(), port: port.unwrap_or(default) })
    }

    fn is_loopback(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.map_or(self.host == "localhost", |address| address.is_loopback())
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let origin = Self::allow_insecure(text)?;
        if origin.scheme == "http" && !origin.is_loopback() {
            return Err(InvalidOrigin(
                "plain http would send tokens readable to all; use https, or `Origin::allow_insecure`",
            ));
        }
        Ok(origin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// The error of a string that is not an [`Origin`]. It names the reason but not the string: a URL can contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOrigin(&'static str);

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no origin for tokens: {}", self.0)
    }
}

impl std::error::Error for InvalidOrigin {}

/// A source of tokens, and the origins that may see them.
#[derive(Clone, Debug)]
pub(crate) struct Guarded {
    source: Arc<dyn TokenSource>,
    origins: Vec<Origin>,
    carrier: Carrier,
}

impl Guarded {
    pub(crate) fn new(source: Arc<dyn TokenSource>, origins: impl IntoIterator<Item = Origin>) -> Arc<Self> {
        Arc::new(Self { source, origins: origins.into_iter().collect(), carrier: Carrier::Bearer })
    }

    /// Sets how tokens are sent.
    pub(crate) fn set_carrier(&mut self, carrier: Carrier) {
        self.carrier = carrier;
    }

    /// Whether a request has a credential of its own in the place of the token.
    pub(crate) fn is_in(&self, request: &impl Carries) -> bool {
        self.carrier.is_in(request)
    }

    /// Puts a token into a request.
    pub(crate) fn put(&self, token: &Token, request: &mut impl Carries) -> Result<(), TokenError> {
        Ok(self.carrier.put(token, request)?)
    }

    /// Whether requests to an origin may carry a token.
    pub(crate) fn admits(&self, origin: Option<&Origin>) -> bool {
        origin.is_some_and(|origin| self.origins.contains(origin))
    }

    pub(crate) async fn token(&self) -> Result<Token, TokenError> {
        match self.source.cached() {
            Some(token) => Ok(token),
            None => self.source.acquire().await,
        }
    }

    /// Reports a rejected token to the source.
    pub(crate) fn reject(&self, refused: &Token) {
        self.source.reject(refused.generation());
    }

    /// Another token than the rejected one, unless the source has none.
    pub(crate) async fn replacement(&self, refused: &Token) -> Result<Option<Token>, TokenError> {
        let token = self.source.acquire().await?;
        Ok(Some(token).filter(|token| token.generation() != refused.generation()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> Option<String> {
        Origin::of(&uri.parse().unwrap()).map(|origin| origin.to_string())
    }

    #[test]
    fn reads_the_origin_of_a_uri() {
        for (uri, origin) in [
            ("https://api.example.com/v1?x=y", Some("https://api.example.com:443")),
            ("HTTP://API.EXAMPLE.COM/", Some("http://api.example.com:80")),
            ("https://api.example.com:8443/", Some("https://api.example.com:8443")),
            ("https://api.example.com@evil.test/", Some("https://evil.test:443")),
            ("https://api.example.com:443@evil.test/", Some("https://evil.test:443")),
            ("https://[::1]:1/", Some("https://[::1]:1")),
            ("https://api.example.com:99999/", None),
            ("ftp://api.example.com/", None),
            ("/v1", None),
            ("*", None),
            ("api.example.com:443", None),
        ] {
            assert_eq!(of(uri).as_deref(), origin, "{uri}");
        }
    }

    #[test]
    fn strings_that_are_no_origin_or_unencrypted_are_refused_and_not_repeated() {
        for text in [
            "",
            "canary",
            "/canary",
            "https://",
            "https://api.example.com/canary",
            "https://api.example.com?canary",
            "https://user:canary@api.example.com",
            "https://api.example.com:99999",
            "ftp://api.example.com",
            "http://api.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
        ] {
            let error = text.parse::<Origin>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{text}");
        }
        for text in ["http://localhost:1", "http://127.0.0.1", "http://[::1]:80", "https://a.test/"] {
            text.parse::<Origin>().unwrap();
        }
        assert!(Origin::allow_insecure("http://10.0.0.1").is_ok());
        assert!(Origin::allow_insecure("ftp://10.0.0.1").is_err());
    }
}
