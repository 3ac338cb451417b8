//! Secrets that can be recognised in any output.
//!
//! ```
//! use auth_testkit::Canary;
//!
//! let mut canary = Canary::new();
//! let password = canary.secret("password");
//! assert!(canary.scan("signing in as ada@example.com").is_empty());
//!
//! let hits = canary.scan(&format!("refused: {password:?}"));
//! assert_eq!(hits[0].place, "password");
//! ```

#[cfg(feature = "tracing")]
mod capture;

use std::fmt;

#[cfg(feature = "tracing")]
pub use self::capture::Capture;

use crate::vendor::{Alphabet, Random, base64};

/// The length of the beginning by which a generated secret is recognised: the prefix and 8 random characters.
const RECOGNISED_LENGTH: usize = "canary-".len() + 8;

/// Shorter secrets would be found by chance.
const SHORTEST: usize = 6;

/// Creates secrets, watches for secrets from elsewhere, and finds all of them in strings. `Debug` shows none.
#[derive(Clone)]
pub struct Canary {
    random: Random,
    secrets: Vec<Secret>,
}

#[derive(Clone)]
struct Secret {
    place: String,
    needles: Vec<(Form, String)>,
}

/// How a secret is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// As it is.
    Plain,
    /// Cut short, but for its first characters.
    Beginning,
    /// With the escapes of a quoted string, as in `Debug` and JSON.
    Escaped,
    /// With percent-escapes, as in URLs.
    Percent,
    /// In base64 of either alphabet, at any offset of a longer input.
    Base64,
    /// In hexadecimal digits.
    Hexadecimal,
    /// As an array of numbers, as `Debug` shows bytes.
    Numbers,
}

/// A place where a secret turned up. It doesn't hold the secret, so it can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// The secret, by the name that it was given.
    pub place: String,
    /// How it is encoded.
    pub form: Form,
    /// The offset in the string, in bytes.
    pub at: usize,
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret {:?} ({:?}) at byte {}", self.place, self.form, self.at)
    }
}

impl Canary {
    /// A canary whose secrets are the same in every run.
    pub fn new() -> Self {
        Self::with_seed(0)
    }

    /// A canary whose secrets are determined by this seed.
    pub fn with_seed(seed: u64) -> Self {
        // Not the sequence of a vendor with the same seed, or its tokens would share parts with these.
        Self { random: Random::new(seed ^ 0xca9a_27ca_9a27_ca9a), secrets: Vec::new() }
    }

    /// Creates a secret for the named place. It is valid as password, key and token: letters, digits and a hyphen.
    pub fn secret(&mut self, place: &str) -> String {
        let secret = format!("canary-{}", self.random.text(25));
        self.watch(place, &secret);
        let beginning = secret.chars().take(RECOGNISED_LENGTH).collect();
        if let Some(watched) = self.secrets.last_mut() {
            watched.needles.push((Form::Beginning, beginning));
        }
        secret
    }

    /// Watches for a secret from elsewhere too, such as one of [`Stats::secrets`](crate::Stats::secrets). Secrets of
    /// less than 6 bytes are ignored: they would be found by chance.
    pub fn watch(&mut self, place: &str, secret: &str) {
        if secret.len() >= SHORTEST {
            self.secrets.push(Secret { place: place.to_owned(), needles: needles(secret) });
        }
    }

    /// Watches for several secrets too, each named by the place and a number.
    pub fn watch_all<'a>(&mut self, place: &str, secrets: impl IntoIterator<Item = &'a String>) {
        for (number, secret) in secrets.into_iter().enumerate() {
            self.watch(&format!("{place} {number}"), secret);
        }
    }

    /// Finds secrets in a string, in any [`Form`]. A secret is reported once, at its first occurrence in the first form
    /// that occurs.
    pub fn scan(&self, text: &str) -> Vec<Hit> {
        let find = |secret: &Secret| {
            let (form, at) = secret.needles.iter().find_map(|(form, needle)| Some((*form, text.find(needle)?)))?;
            Some(Hit { place: secret.place.clone(), form, at })
        };
        self.secrets.iter().filter_map(find).collect()
    }

    /// [`scan`](Self::scan) for bytes, whatever their encoding.
    pub fn scan_bytes(&self, bytes: &[u8]) -> Vec<Hit> {
        self.scan(&String::from_utf8_lossy(bytes))
    }

    /// Fails if a string contains a secret.
    ///
    /// # Panics
    ///
    /// If there is one. The message names secret and position, and shows neither secret nor string.
    #[track_caller]
    pub fn assert_clean(&self, what: &str, text: &str) {
        let hits: Vec<String> = self.scan(text).iter().map(ToString::to_string).collect();
        assert!(hits.is_empty(), "{what} shows {}", hits.join(", "));
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<&str> = self.secrets.iter().map(|secret| secret.place.as_str()).collect();
        f.debug_struct("Canary").field("places", &places).finish()
    }
}

/// All encodings of a secret.
fn needles(secret: &str) -> Vec<(Form, String)> {
    let bytes = secret.as_bytes();
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut needles = vec![
        (Form::Plain, secret.to_owned()),
        (Form::Escaped, secret.escape_debug().to_string()),
        (Form::Percent, percent(bytes)),
        (Form::Hexadecimal, hexadecimal.to_uppercase()),
        (Form::Hexadecimal, hexadecimal),
        (Form::Numbers, numbers.join(", ")),
        (Form::Numbers, numbers.join(",")),
    ];
    for alphabet in [Alphabet::Standard, Alphabet::Url] {
        needles.extend((0..3).map(|shift| (Form::Base64, within_base64(bytes, shift, alphabet))));
    }
    needles
}

/// The part of the base64 of a longer input that a secret determines: the digits that depend on the secret alone, if it
/// begins `shift` bytes after a multiple of 3.
fn within_base64(bytes: &[u8], shift: usize, alphabet: Alphabet) -> String {
    let padded: Vec<u8> = std::iter::repeat_n(0, shift).chain(bytes.iter().copied()).collect();
    let whole = padded.len() / 3 * 4;
    // A digit that holds bits of the preceding byte is unknown.
    let unknown = (shift * 8).div_ceil(6);
    base64(&padded, alphabet).chars().take(whole).skip(unknown).collect()
}

fn percent(bytes: &[u8]) -> String {
    let escape = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let mut canary = Canary::new();
        let secret = canary.secret("token");
        let cases = [
            (Form::Plain, format!("x{secret}x")),
            (Form::Beginning, format!("token {}…", &secret[..16])),
            (Form::Numbers, format!("{:?}", secret.as_bytes())),
            (Form::Hexadecimal, secret.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ];
        for (form, text) in cases {
            let hits = canary.scan(&text);
            assert_eq!(hits.iter().map(|hit| hit.form).collect::<Vec<_>>(), [form], "{text}");
        }
        assert_eq!(canary.scan("canary-of-somebody-else"), []);
    }

    #[test]
    fn base64_is_found_wherever_it_begins() {
        let mut canary = Canary::new();
        let secret = canary.secret("password");
        for user in ["", "a", "ab", "abc", "ada"] {
            for alphabet in [Alphabet::Standard, Alphabet::Url] {
                let encoded = base64(format!("{user}{secret}~~").as_bytes(), alphabet);
                assert_eq!(canary.scan(&encoded)[0].form, Form::Base64, "{user}");
            }
        }
    }

    #[test]
    fn escapes_are_found() {
        let mut canary = Canary::new();
        canary.watch("password", "say \"hello\" twice");
        assert_eq!(canary.scan(&format!("{:?}", "say \"hello\" twice"))[0].form, Form::Escaped);
        assert_eq!(canary.scan("p=say%20%22hello%22%20twice")[0].form, Form::Percent);
    }

    #[test]
    fn neither_hits_nor_the_canary_show_secrets() {
        let mut canary = Canary::new();
        let secret = canary.secret("token");
        let hits = canary.scan(&secret);
        let shown = format!("{canary:?} {hits:?} {}", hits[0]);
        assert_eq!(canary.scan(&shown), []);
    }
}
