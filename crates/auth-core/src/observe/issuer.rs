//! The vendor's server, as far as it may be shown.

use crate::Family;

/// The vendor of a session, and its server.
///
/// It keeps scheme, host and port of the [realm](crate::Authenticator::realm)'s URL, and drops user, password, path and
/// query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Issuer {
    family: Family,
    scheme: Option<String>,
    address: Option<String>,
    port: Option<u16>,
}

impl Issuer {
    pub(crate) fn new(family: Family, realm: &str) -> Self {
        let none = Self { family, scheme: None, address: None, port: None };
        let Some((scheme, rest)) = realm.trim().split_once("://") else { return none };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let host_and_port = authority.rsplit('@').next().unwrap_or_default();
        // An IPv6 address contains colons, and stands in brackets.
        let (host, port) = match host_and_port.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (host_and_port, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || !scheme.chars().all(|character| character.is_ascii_alphanumeric()) {
            return none;
        }
        let scheme = scheme.to_ascii_lowercase();
        let port = match port {
            Some(port) => port.parse().ok(),
            None => default_port(&scheme),
        };
        Self { scheme: Some(scheme), address: Some(host.to_owned()), port, ..none }
    }

    /// The vendor's family.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// The scheme of the realm's URL, as in OpenTelemetry's `url.scheme`; none if the realm is no URL.
    pub fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// The host of the realm's URL, as in OpenTelemetry's `server.address`.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// Its port, as in OpenTelemetry's `server.port`: that of the scheme if the URL names none.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_only_scheme_host_and_port_are_kept() {
        for (realm, expected) in [
            ("https://api.acme.example/v1/", (Some("https"), Some("api.acme.example"), Some(443))),
            ("HTTP://acme.example:8080", (Some("http"), Some("acme.example"), Some(8080))),
            ("https://me:canary@acme.example:8443/canary?canary", (Some("https"), Some("acme.example"), Some(8443))),
            ("https://me@canary:canary@acme.example", (Some("https"), Some("acme.example"), Some(443))),
            ("https://acme.example?canary", (Some("https"), Some("acme.example"), Some(443))),
            ("http://[::1]:81/", (Some("http"), Some("::1"), Some(81))),
            ("http://[::1]", (Some("http"), Some("::1"), Some(80))),
            ("vault://acme.example", (Some("vault"), Some("acme.example"), None)),
            ("canary", (None, None, None)),
            ("", (None, None, None)),
            ("https://", (None, None, None)),
            ("can ary://acme.example", (None, None, None)),
        ] {
            let issuer = Issuer::new(Family::new("acme"), realm);
            assert_eq!((issuer.scheme(), issuer.address(), issuer.port()), expected, "{realm}");
            assert!(!format!("{issuer:?}").contains("canary"), "{realm}");
        }
    }
}
