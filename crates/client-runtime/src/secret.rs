//! Strings that must not end up in a log.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

/// A password, token or key.
///
/// `Debug` prints a placeholder and there is no `Display`; [`expose`](Self::expose) is the only access to the string,
/// so that a search for it finds every use. The buffer is overwritten when the value is dropped. Copies that other code
/// makes (a JSON body, the HTTP library's write buffer) are not overwritten.
///
/// `Serialize` writes the string itself: that is how it gets into a request. Don't serialize one into a log.
///
/// ```
/// use client_runtime::Secret;
///
/// let secret = Secret::from("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes over a string and its buffer.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A user name and a password, encoded as the token of HTTP's scheme `Basic`.
    ///
    /// # Errors
    ///
    /// [`InvalidBasic`] if the user name has a colon, which would end it, or either has a control character (RFC 7617,
    /// section 2).
    ///
    /// ```
    /// use client_runtime::Secret;
    ///
    /// assert_eq!(Secret::basic("Aladdin", "open sesame")?.expose(), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    /// assert!(Secret::basic("Ala:ddin", "open sesame").is_err());
    /// # Ok::<(), client_runtime::InvalidBasic>(())
    /// ```
    pub fn basic(user: &str, password: impl Into<Self>) -> Result<Self, InvalidBasic> {
        let password = password.into();
        if user.contains(':') {
            return Err(InvalidBasic(Fault::Colon));
        }
        if user.chars().chain(password.expose().chars()).any(char::is_control) {
            return Err(InvalidBasic(Fault::Control));
        }
        let pair = Self(format!("{user}:{}", password.expose()));
        Ok(Self(base64(pair.0.as_bytes())))
    }

    /// The secret itself. Keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A user name or a password that the scheme `Basic` of HTTP can't carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBasic(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Colon,
    Control,
}

impl fmt::Display for InvalidBasic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Fault::Colon => "the user name holds a colon, which ends it in basic authentication: use a name without",
            Fault::Control => "the user name or the password holds a control character; check for line ends",
        })
    }
}

impl std::error::Error for InvalidBasic {}

/// Standard base64 with padding (RFC 4648), into a buffer of the final size: growing would leave a copy behind.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = (group >> (18 - 6 * at)) as usize & 63;
            text.push(if at <= chunk.len() { char::from(ALPHABET[digit]) } else { '=' });
        }
    }
    text
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Compares without stopping at the first difference, so that the time doesn't reveal its position. The length is not
/// hidden.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = (self.0.as_bytes(), other.0.as_bytes());
        let difference = left.iter().zip(right).fold(0, |difference, (a, b)| difference | (a ^ b));
        left.len() == right.len() && std::hint::black_box(difference) == 0
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, base64};

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (plain, coded) in pairs.into_iter().chain([("foobar", "Zm9vYmFy"), ("\u{3ff}\u{3ff}", "z7/Pvw==")]) {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn basic_authentication_takes_what_rfc_7617_takes() {
        for (user, password, coded) in [
            ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("test", "123\u{a3}", "dGVzdDoxMjPCow=="),
            ("", "", "Og=="),
            ("", ":", "Ojo="),
            ("a", "b:c", "YTpiOmM="),
        ] {
            assert_eq!(Secret::basic(user, password).unwrap().expose(), coded, "{user} {password}");
        }
        for (user, password, said) in [
            ("canary:x", "canary", "colon"),
            (":", "", "colon"),
            ("canary\n", "canary", "control character"),
            ("canary", "canary\r\n", "control character"),
            ("", "\u{7f}", "control character"),
        ] {
            let error = Secret::basic(user, password).unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn debug_hides_the_secret_at_every_verbosity() {
        let secret = Secret::from("canary");
        assert!(!format!("{secret:?} {secret:#?} {:?}", Some(&secret)).contains("canary"));
    }

    #[test]
    fn equality_compares_all_bytes() {
        assert_eq!(Secret::from("abc"), Secret::from("abc"));
        assert_ne!(Secret::from("abc"), Secret::from("abd"));
        assert_ne!(Secret::from("abc"), Secret::from("ab"));
        assert_ne!(Secret::from(""), Secret::from("a"));
    }

    #[test]
    fn json_contains_the_secret() {
        let secret: Secret = serde_json::from_str(r#""p\u00e4ss""#).unwrap();
        assert_eq!(secret.expose(), "päss");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""päss""#);
    }
}
