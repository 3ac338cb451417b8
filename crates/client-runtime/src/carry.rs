//! Puts credentials into requests: as header, query parameter or cookie.

use form_urlencoded::Serializer;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Carrier, InvalidToken, Token};

/// A request that a credential can be put into: `reqwest::Request`, and `http::Request` with any body.
///
/// The trait is sealed: no other crate can implement it.
pub trait Carries: sealed::Request {}

impl Carries for reqwest::Request {}
impl<B> Carries for http::Request<B> {}

impl Carrier {
    /// Puts a token into a request, in place of an earlier one. Headers are marked as sensitive.
    ///
    /// ```
    /// use client_runtime::{Carrier, Secret, Token};
    ///
    /// let token = Token::bearer(&Secret::from("key"), 0)?;
    /// let mut request = http::Request::get("https://api.example.com/v1").body(())?;
    /// Carrier::Header("x-api-key").put(&token, &mut request)?;
    /// assert_eq!(request.headers()["x-api-key"], "key");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] if the carrier can't hold the token: a separator in it would begin a second cookie, for
    /// instance.
    pub fn put(self, token: &Token, request: &mut impl Carries) -> Result<(), InvalidToken> {
        let text = token.text();
        let (name, value) = match self {
            Self::Bearer => {
                request.headers_mut().insert(AUTHORIZATION, token.header_value().clone());
                return Ok(());
            }
            Self::Header(name) => (header_name(name)?, text.to_owned()),
            Self::Basic => (AUTHORIZATION, format!("Basic {text}")),
            // A separator would begin another cookie.
            Self::Cookie(_) if text.contains([';', ',']) => return Err(InvalidToken),
            Self::Cookie(name) => {
                let mut cookies = other_cookies(request.headers(), name);
                cookies.push(format!("{name}={text}"));
                (COOKIE, cookies.join("; "))
            }
            Self::Query(name) => {
                let query = without(request.query(), name);
                let mut query = Serializer::for_suffix(query.unwrap_or_default(), 0);
                return request.set_query(Some(&query.append_pair(name, text).finish()));
            }
        };
        let mut value = HeaderValue::try_from(value).map_err(|_| InvalidToken)?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
        Ok(())
    }

    /// Removes the token of an earlier attempt.
    pub fn remove(self, request: &mut impl Carries) {
        match self {
            Self::Bearer | Self::Basic => {
                request.headers_mut().remove(AUTHORIZATION);
            }
            Self::Header(name) => {
                request.headers_mut().remove(name);
            }
            Self::Cookie(name) => {
                let others = other_cookies(request.headers(), name).join("; ");
                request.headers_mut().remove(COOKIE);
                if let Ok(mut value) = HeaderValue::try_from(others)
                    && !value.is_empty()
                {
                    value.set_sensitive(true);
                    request.headers_mut().insert(COOKIE, value);
                }
            }
            Self::Query(name) if self.is_in(request) => {
                let query = without(request.query(), name);
                // The rest of a valid query is valid, so this can't fail.
                let _ = request.set_query(query.as_deref());
            }
            Self::Query(_) => {}
        }
    }

    /// Whether the request already has a credential at this place.
    pub fn is_in(self, request: &impl Carries) -> bool {
        match self {
            Self::Bearer | Self::Basic => request.headers().contains_key(AUTHORIZATION),
            Self::Header(name) => request.headers().contains_key(name),
            Self::Cookie(name) => cookies(request.headers()).any(|cookie| is_named(cookie, name)),
            Self::Query(name) => {
                let query = request.query().unwrap_or_default();
                form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name)
            }
        }
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split("; "))
}

fn is_named(cookie: &str, name: &str) -> bool {
    cookie.split_once('=').is_some_and(|(other, _)| other == name)
}

/// The request's cookies of other names: several credentials may share the header, each as a cookie.
fn other_cookies(headers: &HeaderMap, name: &str) -> Vec<String> {
    cookies(headers).filter(|cookie| !is_named(cookie, name)).map(str::to_owned).collect()
}

fn header_name(name: &'static str) -> Result<HeaderName, InvalidToken> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| InvalidToken)
}

/// The other parameters of a query, not encoded anew: some styles have separators that must not be escaped.
fn without(query: Option<&str>, name: &str) -> Option<String> {
    let is_other = |pair: &&str| form_urlencoded::parse(pair.as_bytes()).all(|(key, _)| key != name);
    let others: Vec<&str> = query?.split('&').filter(is_other).collect();
    Some(others.join("&")).filter(|query| !query.is_empty())
}

/// The access to requests that `Carries` needs. The module is private, so that no other crate can implement the trait.
mod sealed {
    use http::HeaderMap;
    use http::uri::PathAndQuery;

    use crate::InvalidToken;

    pub trait Request {
        fn headers(&self) -> &HeaderMap;
        fn headers_mut(&mut self) -> &mut HeaderMap;
        fn query(&self) -> Option<&str>;
        fn set_query(&mut self, query: Option<&str>) -> Result<(), InvalidToken>;
    }

    impl Request for reqwest::Request {
        fn headers(&self) -> &HeaderMap {
            self.headers()
        }

        fn headers_mut(&mut self) -> &mut HeaderMap {
            self.headers_mut()
        }

        fn query(&self) -> Option<&str> {
            self.url().query()
        }

        fn set_query(&mut self, query: Option<&str>) -> Result<(), InvalidToken> {
            self.url_mut().set_query(query);
            Ok(())
        }
    }

    impl<B> Request for http::Request<B> {
        fn headers(&self) -> &HeaderMap {
            self.headers()
        }

        fn headers_mut(&mut self) -> &mut HeaderMap {
            self.headers_mut()
        }

        fn query(&self) -> Option<&str> {
            self.uri().query()
        }

        fn set_query(&mut self, query: Option<&str>) -> Result<(), InvalidToken> {
            let path = self.uri().path();
            let text = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
            let mut parts = self.uri().clone().into_parts();
            parts.path_and_query = Some(PathAndQuery::try_from(text).map_err(|_| InvalidToken)?);
            *self.uri_mut() = http::Uri::from_parts(parts).map_err(|_| InvalidToken)?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, Request};

    use super::*;
    use crate::Secret;

    fn request() -> Request {
        Request::new(Method::GET, "https://api.example.com/v1?page=a%20b".parse().unwrap())
    }

    #[test]
    fn a_token_travels_as_the_operation_says_and_replaces_the_one_before() {
        let tokens = ["old-1", "canary+/=2"].map(|text| Token::bearer(&Secret::from(text), 0).unwrap());
        for (carrier, header, expected) in [
            (Carrier::Bearer, "authorization", "Bearer canary+/=2"),
            (Carrier::Header("X-API-Key"), "x-api-key", "canary+/=2"),
            (Carrier::Basic, "authorization", "Basic canary+/=2"),
            (Carrier::Cookie("sid"), "cookie", "sid=canary+/=2"),
        ] {
            let mut request = request();
            for token in &tokens {
                carrier.put(token, &mut request).unwrap();
            }
            let values: Vec<_> = request.headers().get_all(header).iter().collect();
            assert_eq!(values, [expected]);
            assert!(values.iter().all(|value| value.is_sensitive()));
            assert_eq!(request.url().query(), Some("page=a%20b"));
            carrier.remove(&mut request);
            assert!(request.headers().is_empty());
        }
    }

    #[test]
    fn a_key_in_the_query_leaves_the_other_parameters_alone() {
        let carrier = Carrier::Query("key");
        let mut request = request();
        request.url_mut().set_query(Some("page=a%20b&list=c,d%2Ce"));
        for text in ["old-1", "a&b=c"] {
            carrier.put(&Token::bearer(&Secret::from(text), 0).unwrap(), &mut request).unwrap();
        }
        assert_eq!(request.url().query(), Some("page=a%20b&list=c,d%2Ce&key=a%26b%3Dc"));
        assert!(request.headers().is_empty());
        carrier.remove(&mut request);
        assert_eq!(request.url().query(), Some("page=a%20b&list=c,d%2Ce"));
    }

    #[test]
    fn cookies_of_several_credentials_share_a_header() {
        let [one, two, other] = ["1", "2", "3"].map(|text| Token::bearer(&Secret::from(text), 0).unwrap());
        let mut request = request();
        let cookies = |request: &Request| {
            let values: Vec<_> = request.headers().get_all("cookie").iter().collect();
            assert!(values.iter().all(|value| value.is_sensitive()));
            values.iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for (token, name) in [(&one, "sid"), (&two, "app"), (&other, "sid")] {
            Carrier::Cookie(name).put(token, &mut request).unwrap();
        }
        assert_eq!(cookies(&request), ["app=2; sid=3"]);
        Carrier::Cookie("app").remove(&mut request);
        assert_eq!(cookies(&request), ["sid=3"]);
    }

    #[test]
    fn a_token_that_would_become_something_else_is_refused() {
        let token = Token::bearer(&Secret::from("a;b=c"), 0).unwrap();
        assert!(Carrier::Cookie("sid").put(&token, &mut request()).is_err());
        assert!(Carrier::Header("not a name").put(&token, &mut request()).is_err());
    }

    #[test]
    fn requests_of_http_carry_the_same() {
        let token = Token::bearer(&Secret::from("a&b"), 0).unwrap();
        for carrier in [Carrier::Bearer, Carrier::Header("x-key"), Carrier::Cookie("sid"), Carrier::Query("k")] {
            for uri in ["https://api.example.com/v1?page=a%20b", "https://api.example.com", "/v1"] {
                let mut request = http::Request::get(uri).body(()).unwrap();
                let before = request.uri().clone();
                assert!(!carrier.is_in(&request));
                carrier.put(&token, &mut request).unwrap();
                assert!(carrier.is_in(&request), "{carrier:?} {uri}");
                if carrier == Carrier::Query("k") {
                    assert!(request.uri().query().unwrap().ends_with("k=a%26b"), "{}", request.uri());
                }
                carrier.remove(&mut request);
                assert!(!carrier.is_in(&request) && request.headers().is_empty());
                assert_eq!(*request.uri(), before);
            }
        }
    }
}
