//! The record of a session in durable stores: one format for files, keyrings and further stores.
//!
//! A record is JSON:
//!
//! ```json
//! {
//!   "version": 2,
//!   "key": "aivo https://api.aivo.com/auth/v1 ada@example.com",
//!   "revision": "0123456789abcdef0123456789abcdef",
//!   "session": {
//!     "access_token": "…", "refresh_token": "…",
//!     "issued_at": "2024-05-01T10:00:00.25Z", "expires_at": "2024-05-01T11:00:00Z",
//!     "subject": "…", "account": "…", "scopes": ["…"], "extra": { "…": "…" },
//!     "fingerprint": "64 hexadecimal digits"
//!   },
//!   "intent": { "token_hash": "64 hexadecimal digits", "owner": "16 hexadecimal digits" }
//! }
//! ```
//!
//! Absent values are left out. With a key, `"sealed": "base64"` replaces `"session"`. Numbers that don't fit a double
//! are strings, so that any JSON tool can read a record and write it back.
//!
//! # Unknown properties
//!
//! They are an error. Every write replaces the whole record, so an ignored property would be lost with the next
//! renewal; and it may have said that the refresh token must not be sent. A new property needs a new version.
//!
//! # Version 1
//!
//! It named neither the server nor the credentials of a session, and was stored under another name: `aivo/default`.
//! Using one could send a token of production to staging, or serve one user another's session. So it is refused, with
//! an error that says how to replace it, and nothing is overwritten before that.

mod json;

use std::fmt;

use zeroize::Zeroizing;

use super::failure::storage;
use super::{Revision, Stored};
use crate::{AuthError, Session, SessionKey};

/// The version that is written, and the only one that is read.
pub(crate) const VERSION: u32 = 2;

/// The name of a session in version 1.
pub(crate) fn name_of_version_1(key: &str) -> Option<String> {
    key.parse::<SessionKey>().ok().map(|key| key.without_realm())
}

/// The error where only a session of version 1 is stored. `place` is its location, without the name of the account.
pub(crate) fn outdated(place: &dyn fmt::Display) -> AuthError {
    storage(format!(
        "{place} has a session of this account in the format 1, which doesn't say which server and which credentials it \
         belongs to: sign in anew with `SessionManager::login`, which replaces it"
    ))
}

/// The largest size of a record: 64 KiB.
pub(crate) const LIMIT: usize = 64 * 1024;

/// The key that a record names, if the bytes are a record.
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
pub(crate) fn key_of(record: &[u8]) -> Option<String> {
    json::read(record).ok().map(|record| record.key)
}

/// A revision that was never used: 128 random bits.
pub(crate) fn fresh_revision() -> Result<Revision, AuthError> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(no_randomness)?;
    Ok(Revision(u128::from_be_bytes(bits)))
}

fn no_randomness(error: getrandom::Error) -> AuthError {
    storage("the system gives no random numbers: see the cause").with_source(error)
}

/// Writes and reads records, sealed or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordFormat {
    #[cfg(feature = "encryption")]
    key: Option<super::EncryptionKey>,
}

impl RecordFormat {
    /// Sealed with a key. Unsealed records are refused then.
    #[cfg(feature = "encryption")]
    pub(crate) fn sealed(key: super::EncryptionKey) -> Self {
        Self { key: Some(key) }
    }

    /// The record of a session.
    pub(crate) fn encode(&self, key: &str, stored: &Stored) -> Result<Zeroizing<Vec<u8>>, AuthError> {
        let sealed = self.seal(key, &stored.session)?;
        let bytes = json::write(key, stored, sealed)?;
        if bytes.len() > LIMIT {
            let (length, limit) = (bytes.len(), LIMIT);
            return Err(storage(format!(
                "the session takes {length} bytes, and a record may have {limit}: its tokens are too long to be kept"
            )));
        }
        Ok(bytes)
    }

    /// Reads the record of a session. `place` is its location, for errors.
    pub(crate) fn decode(&self, key: &str, bytes: &[u8], place: &dyn fmt::Display) -> Result<Stored, AuthError> {
        let refused = |why: &str| storage(format!("{place} {why}"));
        if bytes.len() > LIMIT {
            return Err(refused("is larger than any record: something else wrote it; move it away, or sign in again"));
        }
        let record = json::read(bytes).map_err(|why| refused(&why))?;
        if record.key != key {
            return Err(refused("belongs to another account: it was copied or renamed; put it back, or sign in again"));
        }
        let session = match (record.session, record.sealed) {
            (Some(session), None) => self.unsealed(session).map_err(refused)?,
            (None, Some(sealed)) => self.open(key, &sealed).map_err(refused)?,
            _ => return Err(refused("must have either `session` or `sealed`: it is damaged; sign in again")),
        };
        Ok(Stored::new(session, record.intent, record.revision))
    }
}

#[cfg(feature = "encryption")]
impl RecordFormat {
    /// The session in base64, if there is a key to seal it with.
    fn seal(&self, key: &str, session: &Session) -> Result<Option<String>, AuthError> {
        use base64::Engine;
        let Some(sealing) = &self.key else { return Ok(None) };
        let sealed = sealing.seal(VERSION, key, &json::write_session(session)?)?;
        Ok(Some(base64::engine::general_purpose::STANDARD.encode(sealed)))
    }

    fn open(&self, key: &str, sealed: &str) -> Result<Session, &'static str> {
        use base64::Engine;
        let Some(sealing) = &self.key else {
            return Err("is encrypted, and this store has no key: open it with the key, or sign in again");
        };
        let damaged = "is damaged: sign in again";
        let sealed = base64::engine::general_purpose::STANDARD.decode(sealed).map_err(|_| damaged)?;
        let opened = sealing.open(VERSION, key, &sealed).ok_or(
            "can't be decrypted: the key is another one, or somebody changed it; open the store with the right key, or \
             sign in again",
        )?;
        json::read_session(&opened).ok_or(damaged)
    }

    fn unsealed(&self, session: Session) -> Result<Session, &'static str> {
        match &self.key {
            None => Ok(session),
            Some(_) => Err("is not encrypted, and this store has a key: read it without the key, or sign in again"),
        }
    }
}

#[cfg(not(feature = "encryption"))]
impl RecordFormat {
    fn seal(&self, _: &str, _: &Session) -> Result<Option<String>, AuthError> {
        Ok(None)
    }

    fn open(&self, _: &str, _: &str) -> Result<Session, &'static str> {
        Err("is encrypted, and this program is built without the feature `encryption`: build it in, or sign in again")
    }

    fn unsealed(&self, session: Session) -> Result<Session, &'static str> {
        Ok(session)
    }
}

#[cfg(test)]
mod tests;
