//! How a token or another credential travels.

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, HeaderValue};
use reqwest::Request;

use crate::{Carrier, InvalidToken, Token};

/// Puts a token into a request, in place of an earlier one.
pub(super) fn put(token: &Token, carrier: Carrier, request: &mut Request) -> Result<(), InvalidToken> {
    let text = token.text();
    let (name, value) = match carrier {
        Carrier::Bearer => {
            request.headers_mut().insert(AUTHORIZATION, token.header_value().clone());
            return Ok(());
        }
        Carrier::Header(name) => (header_name(name)?, text.to_owned()),
        Carrier::Basic => (AUTHORIZATION, format!("Basic {text}")),
        // It would begin another cookie.
        Carrier::Cookie(_) if text.contains([';', ',']) => return Err(InvalidToken),
        Carrier::Cookie(name) => {
            let mut cookies = other_cookies(request, name);
            cookies.push(format!("{name}={text}"));
            (COOKIE, cookies.join("; "))
        }
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
pub(super) fn remove(carrier: Carrier, request: &mut Request) {
    match carrier {
        Carrier::Bearer | Carrier::Basic => {
            request.headers_mut().remove(AUTHORIZATION);
        }
        Carrier::Header(name) => {
            request.headers_mut().remove(name);
        }
        Carrier::Cookie(name) => {
            let others = other_cookies(request, name).join("; ");
            request.headers_mut().remove(COOKIE);
            if let Ok(mut value) = HeaderValue::try_from(others)
                && !value.is_empty()
            {
                value.set_sensitive(true);
                request.headers_mut().insert(COOKIE, value);
            }
        }
        Carrier::Query(name) => remove_from_query(request, name),
    }
}

/// The cookies of other names that a request has: several credentials may travel as one each, in one header.
fn other_cookies(request: &Request, name: &str) -> Vec<String> {
    let lines = request.headers().get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let cookies = lines.flat_map(|line| line.split("; "));
    let others = cookies.filter(|cookie| cookie.split_once('=').is_none_or(|(other, _)| other != name));
    others.map(str::to_owned).collect()
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
        for (carrier, header, expected) in [
            (Carrier::Bearer, "authorization", "Bearer canary+/=2"),
            (Carrier::Header("X-API-Key"), "x-api-key", "canary+/=2"),
            (Carrier::Basic, "authorization", "Basic canary+/=2"),
            (Carrier::Cookie("sid"), "cookie", "sid=canary+/=2"),
        ] {
            let mut request = request();
            for token in &tokens {
                put(token, carrier, &mut request).unwrap();
            }
            let values: Vec<_> = request.headers().get_all(header).iter().collect();
            assert_eq!(values, [expected]);
            assert!(values.iter().all(|value| value.is_sensitive()));
            assert_eq!(request.url().query(), Some("page=a%20b"));
            remove(carrier, &mut request);
            assert!(request.headers().is_empty());
        }
    }

    #[test]
    fn a_key_in_the_query_leaves_the_other_parameters_alone() {
        let carrier = Carrier::Query("key");
        let mut request = request();
        for text in ["old-1", "a&b=c"] {
            put(&Token::bearer(&Secret::from(text), 0).unwrap(), carrier, &mut request).unwrap();
        }
        assert_eq!(request.url().query(), Some("page=a+b&key=a%26b%3Dc"));
        assert!(request.headers().is_empty());
        remove(carrier, &mut request);
        assert_eq!(request.url().query(), Some("page=a+b"));
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
            put(token, Carrier::Cookie(name), &mut request).unwrap();
        }
        assert_eq!(cookies(&request), ["app=2; sid=3"]);
        remove(Carrier::Cookie("app"), &mut request);
        assert_eq!(cookies(&request), ["sid=3"]);
    }

    #[test]
    fn a_token_that_would_become_something_else_is_refused() {
        let token = Token::bearer(&Secret::from("a;b=c"), 0).unwrap();
        assert!(put(&token, Carrier::Cookie("sid"), &mut request()).is_err());
        assert!(put(&token, Carrier::Header("not a name"), &mut request()).is_err());
    }
}
