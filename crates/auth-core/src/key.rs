//! The name of a session in a store.

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::{Family, percent};

/// The name of a session in a store: the vendor's family, the server that issued the session, and the account there.
///
/// Two sessions share a name only if all three are the same: no refresh token of one server is ever found by a manager
/// of another, and no user's session by a manager of another user.
///
/// [`Display`](fmt::Display) writes the string that a [`SessionStore`](crate::SessionStore) gets: the parts, separated
/// by spaces. White space, control characters and `%` are percent-encoded in all parts but the account, which comes
/// last. So no two keys have the same string, and it can be parsed back.
///
/// ```
/// use auth_core::{Family, SessionKey};
///
/// let key = SessionKey::new(Family::new("aivo"), "https://api.aivo.com/auth/v1", "ada@example.com");
/// assert_eq!(key.to_string(), "aivo https://api.aivo.com/auth/v1 ada@example.com");
/// assert_eq!(key.to_string().parse(), Ok(key));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey {
    family: Family,
    realm: String,
    account: String,
}

impl SessionKey {
    /// The key of an account at a server. `realm` is the value of
    /// [`Authenticator::realm`](crate::Authenticator::realm), with or without a trailing slash.
    pub fn new(family: Family, realm: &str, account: impl Into<String>) -> Self {
        Self { family, realm: realm.trim().trim_end_matches('/').to_owned(), account: account.into() }
    }

    /// The vendor's family.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// The server, usually its base URL.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The name of the session in version 1 of the record format, which had no realm.
    #[cfg(feature = "_durable")]
    pub(crate) fn without_realm(&self) -> String {
        format!("{}/{}", self.family, self.account)
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        percent::encode(self.family.as_str(), is_special, f)?;
        f.write_char(' ')?;
        percent::encode(&self.realm, is_special, f)?;
        f.write_char(' ')?;
        f.write_str(&self.account)
    }
}

/// Whether a character is percent-encoded in all parts but the account.
fn is_special(character: char) -> bool {
    character == '%' || character.is_whitespace() || character.is_control()
}

impl FromStr for SessionKey {
    type Err = InvalidSessionKey;

    fn from_str(text: &str) -> Result<Self, InvalidSessionKey> {
        let mut parts = text.splitn(3, ' ');
        let (Some(family), Some(realm), Some(account)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidSessionKey);
        };
        let [family, realm] = [family, realm].map(percent::decode);
        let key = Self::new(family.ok_or(InvalidSessionKey)?.into(), &realm.ok_or(InvalidSessionKey)?, account);
        // Only the form that `Display` writes is accepted, so that a key has one string.
        if key.to_string() == text { Ok(key) } else { Err(InvalidSessionKey) }
    }
}

/// The error of a string that is not a [`SessionKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSessionKey;

impl fmt::Display for InvalidSessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no key of a session: it has a family, a realm and an account, with a space in between")
    }
}

impl std::error::Error for InvalidSessionKey {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn key(family: &'static str, realm: &str, account: &str) -> SessionKey {
        SessionKey::new(Family::new(family), realm, account)
    }

    #[test]
    fn every_key_has_a_string_of_its_own_and_parses_back() {
        let parts = ["", " ", "a", "a b", "b", "a%20b", "%", "é\u{a0}", "a\nb", "acme/eu", "eu/me", "me", "日本"];
        let mut texts = HashSet::new();
        for family in parts {
            for realm in parts.into_iter().filter(|realm| realm.trim() == *realm) {
                for account in parts {
                    let key = key(family, realm, account);
                    assert_eq!(key.to_string().parse().as_ref(), Ok(&key));
                    assert!(texts.insert(key.to_string()), "{key:?}");
                }
            }
        }
    }

    #[test]
    fn a_trailing_slash_of_the_realm_is_ignored() {
        assert_eq!(key("acme", "https://api.acme.test/v1/", "me"), key("acme", " https://api.acme.test/v1", "me"));
    }

    #[test]
    fn malformed_strings_are_not_keys() {
        for text in [
            "",
            "acme",
            "acme realm",
            "acme%2 realm me",
            "acme%zz realm me",
            "acme%41 realm me",
            "a%ff b c",
            "acme realm/ me",
        ] {
            assert_eq!(text.parse::<SessionKey>(), Err(InvalidSessionKey), "{text}");
        }
    }
}
