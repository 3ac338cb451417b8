//! The claims of a token.
//!
//! Nothing is verified: the claims help to plan, and decide nothing. Only the server decides about its tokens.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use client_runtime::Secret;
use serde::Deserialize;
use serde_json::Value;

/// The standard has no padding, but some tokens do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The claims of a token, if it is a JWT (RFC 7519). Nothing is verified.
///
/// ```
/// use auth_core::Secret;
/// use auth_core::adapter::Claims;
///
/// // The payload is `{"sub":"me"}`.
/// let claims = Claims::of(&Secret::from("e30.eyJzdWIiOiJtZSJ9.c2ln"));
/// assert_eq!((claims.subject.as_deref(), claims.expires_at), (Some("me"), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The claim `exp`: its expiry, by the issuer's clock.
    pub expires_at: Option<SystemTime>,
    /// The claim `sub`: its subject.
    pub subject: Option<String>,
}

impl Claims {
    /// Reads the claims of a token. A token of another kind has none.
    pub fn of(token: &Secret) -> Self {
        let payload = payload(token.expose()).unwrap_or_default();
        Self { expires_at: numeric_date(&payload.exp), subject: text(payload.sub) }
    }
}

#[derive(Default, Deserialize)]
struct Payload {
    #[serde(default)]
    exp: Value,
    #[serde(default)]
    sub: Value,
}

fn payload(token: &str) -> Option<Payload> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let json = BASE64.decode(payload).ok()?;
    serde_json::from_slice(&json).ok()
}

/// Seconds since 1970, whole or fractional. An earlier date counts as none.
fn numeric_date(value: &Value) -> Option<SystemTime> {
    let since_epoch = match value.as_u64() {
        Some(seconds) => Duration::from_secs(seconds),
        None => Duration::try_from_secs_f64(value.as_f64()?).ok()?,
    };
    UNIX_EPOCH.checked_add(since_epoch)
}

/// The standard requires a string; some vendors send a number.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(payload: &str) -> Claims {
        Claims::of(&Secret::from(format!("e30.{}.c2ln", BASE64.encode(payload))))
    }

    fn at(seconds: u64) -> Option<SystemTime> {
        Some(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn reads_expiry_and_subject_in_every_form() {
        for (payload, expires_at, subject) in [
            (r#"{"exp":1700000000,"sub":"me"}"#, at(1_700_000_000), Some("me")),
            (r#"{"exp":1700000000.0,"sub":42}"#, at(1_700_000_000), Some("42")),
            (r#"{"exp":0}"#, at(0), None),
            (r#"{"exp":1e3}"#, at(1000), None),
            (r#"{"exp":-1,"sub":""}"#, None, None),
            (r#"{"exp":-1.5,"sub":null}"#, None, None),
            (r#"{"exp":1e300}"#, None, None),
            (r#"{"exp":18446744073709551615}"#, None, None),
            (r#"{"exp":"1700000000","sub":["me"]}"#, None, None),
            (r#"{"exp":null,"sub":{}}"#, None, None),
            ("{}", None, None),
        ] {
            assert_eq!(read(payload), Claims { expires_at, subject: subject.map(str::to_owned) }, "{payload}");
        }
    }

    #[test]
    fn tokens_that_are_no_jwt_have_no_claims() {
        for token in
            ["", ".", "..", "...", "a.b.c", "testsk_abc.eu", "e30.e30", "e30.e30.e30.e30.e30", "é.é.é", "e30.=.e30"]
        {
            assert_eq!(Claims::of(&Secret::from(token)), Claims::default(), "{token}");
        }
        for payload in ["", "null", "[", "17", "\"text\"", "[1,2,3]", "{\"exp\":", "\u{0}"] {
            assert_eq!(read(payload).expires_at, None, "{payload}");
        }
        let deep = format!("{{\"exp\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), Claims::default());
    }

    #[test]
    fn padding_makes_no_difference() {
        let unpadded = Claims::of(&Secret::from("e30.eyJzdWIiOiJtZSJ9.x"));
        assert_eq!(unpadded, Claims::of(&Secret::from("e30.eyJzdWIiOiJtZSJ9==.x".replace("==", ""))));
        assert_eq!(
            Claims::of(&Secret::from("e30.eyJzdWIiOjF9Cg==.x")),
            Claims::of(&Secret::from("e30.eyJzdWIiOjF9Cg.x"))
        );
        assert_eq!(Claims::of(&Secret::from("e30.eyJzdWIiOjF9Cg.x")).subject.as_deref(), Some("1"));
    }
}
