//! How a token travels.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue};
use reqwest::Request;

use crate::{Carrier, InvalidToken, Security, Token};

/// Puts a token into a request, in place of an earlier one.
pub(super) fn put(token: &Token, security: Security, request: &mut Request) -> Result<(), InvalidToken> {
    let Some(carrier) = security.carrier() else {
        request.headers_mut().insert(AUTHORIZATION, token.header_value().clone());
        return Ok(());
    };
    let text = token.text();
    let (name, value) = match carrier {
        Carrier::Header(name) => (header_name(name)?, text.to_owned()),
        Carrier::Basic => (AUTHORIZATION, format!("Basic {text}")),
        // It would begin another cookie.
        Carrier::Cookie(_) if text.contains([';', ',']) => return Err(InvalidToken),
        Carrier::Cookie(name) => (COOKIE, format!("{name}={text}")),
        Carrier::Query(name) => {
            remove_from_query(request, name);
            request.url_mut().query_pairs_mut().append_pair(name, text);
            return Ok(());
        }
    };
    let mut value = HeaderValue::try_from(value).map_err(|_| InvalidToken)?;
    value.set_sensitive(true);
    request.headers_mut().insert(name, value);
    Ok(())
}

/// Takes the token of an earlier attempt out again.
pub(super) fn remove(security: Security, request: &mut Request) {
    match security.carrier() {
        None | Some(Carrier::Basic) => {
            request.headers_mut().remove(AUTHORIZATION);
        }
        Some(Carrier::Header(name)) => {
            request.headers_mut().remove(name);
        }
        Some(Carrier::Cookie(_)) => {
            request.headers_mut().remove(COOKIE);
        }
        Some(Carrier::Query(name)) => remove_from_query(request, name),
    }
}

fn header_name(name: &'static str) -> Result<HeaderName, InvalidToken> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| InvalidToken)
}

fn remove_from_query(request: &mut Request, name: &str) {
    let url = request.url_mut();
    if !url.query_pairs().any(|(key, _)| key == name) {
        return;
    }
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into(), value.into())).collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;
    use crate::Secret;

    fn request() -> Request {
        Request::new(Method::GET, "https://api.example.com/v1?page=a%20b".parse().unwrap())
    }

    #[test]
    fn a_token_travels_as_the_operation_says_and_replaces_the_one_before() {
        let tokens = ["old-1", "canary+/=2"].map(|text| Token::bearer(&Secret::from(text), 0).unwrap());
        for (security, header, expected) in [
            (Security::Bearer, "authorization", "Bearer canary+/=2"),
            (Security::Key(Carrier::Header("X-API-Key")), "x-api-key", "canary+/=2"),
            (Security::OptionalKey(Carrier::Basic), "authorization", "Basic canary+/=2"),
            (Security::Key(Carrier::Cookie("sid")), "cookie", "sid=canary+/=2"),
        ] {
            let mut request = request();
            for token in &tokens {
                put(token, security, &mut request).unwrap();
            }
            let values: Vec<_> = request.headers().get_all(header).iter().collect();
            assert_eq!(values, [expected]);
            assert!(values.iter().all(|value| value.is_sensitive()));
            assert_eq!(request.url().query(), Some("page=a%20b"));
            remove(security, &mut request);
            assert!(request.headers().is_empty());
        }
    }

    #[test]
    fn a_key_in_the_query_leaves_the_other_parameters_alone() {
        let security = Security::Key(Carrier::Query("key"));
        let mut request = request();
        for text in ["old-1", "a&b=c"] {
            put(&Token::bearer(&Secret::from(text), 0).unwrap(), security, &mut request).unwrap();
        }
        assert_eq!(request.url().query(), Some("page=a+b&key=a%26b%3Dc"));
        assert!(request.headers().is_empty());
        remove(security, &mut request);
        assert_eq!(request.url().query(), Some("page=a+b"));
    }

    #[test]
    fn a_token_that_would_become_something_else_is_refused() {
        let token = Token::bearer(&Secret::from("a;b=c"), 0).unwrap();
        assert!(put(&token, Security::Key(Carrier::Cookie("sid")), &mut request()).is_err());
        assert!(put(&token, Security::Key(Carrier::Header("not a name")), &mut request()).is_err());
    }
}
