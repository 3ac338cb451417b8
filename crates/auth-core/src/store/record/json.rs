//! The JSON of a record.

use std::collections::BTreeMap;

use client_runtime::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::failure::storage;
use super::super::hex::{hex, unhex};
use super::super::{Intent, Revision, Stored};
use super::VERSION;
use crate::{AuthError, Fingerprint, Session};

/// The content of a record, independent of its JSON.
pub(super) struct Record {
    pub(super) key: String,
    pub(super) revision: Revision,
    pub(super) session: Option<Session>,
    pub(super) sealed: Option<String>,
    pub(super) intent: Option<Intent>,
}

/// The JSON of a record: with `sealed` instead of the session, if given.
pub(super) fn write(key: &str, stored: &Stored, sealed: Option<String>) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let session = sealed.is_none().then(|| SessionText::of(&stored.session));
    let capacity = session.as_ref().map_or(0, SessionText::capacity) + sealed.as_ref().map_or(0, String::len);
    let record = RecordText {
        version: VERSION,
        key: key.to_owned(),
        revision: hex(&stored.revision.0.to_be_bytes()),
        session,
        sealed,
        intent: stored.intent.map(|intent| IntentText {
            token_hash: hex(intent.token_hash()),
            owner: hex(&intent.owner().to_be_bytes()),
            resent: intent.is_resent(),
        }),
    };
    let mut text = to_json(&record, capacity + escaped(key))?;
    text.push(b'\n');
    Ok(text)
}

/// The JSON of a session alone, which is sealed.
#[cfg(feature = "encryption")]
pub(super) fn write_session(session: &Session) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let text = SessionText::of(session);
    to_json(&text, text.capacity())
}

/// Parses a record, or says why it can't. Messages of serde_json are left out, since they repeat the input.
pub(super) fn read(bytes: &[u8]) -> Result<Record, String> {
    let VersionText { version } = serde_json::from_slice(bytes).map_err(|error| no_record(&error))?;
    if version > u64::from(VERSION) {
        return Err(format!(
            "has the format {version}, and this program knows {VERSION}: a newer version of it wrote that; update this \
             one, or sign in again"
        ));
    }
    if version == 1 {
        return Err(
            "has the format 1, which doesn't say which server and which credentials a session belongs to: sign in \
                    anew with `SessionManager::login`, which replaces it"
                .to_owned(),
        );
    }
    if version != u64::from(VERSION) {
        return Err(format!("has the format {version}, which never was: it is damaged; sign in again"));
    }
    let record: RecordText = serde_json::from_slice(bytes).map_err(|error| no_record(&error))?;
    let wrong = |member: &str| format!("has a `{member}` that can't be read: it is damaged; sign in again");
    Ok(Record {
        revision: Revision(u128::from_be_bytes(unhex(&record.revision).ok_or_else(|| wrong("revision"))?)),
        session: record.session.map(|session| session.read().ok_or_else(|| wrong("session"))).transpose()?,
        intent: record.intent.map(|intent| intent.read().ok_or_else(|| wrong("intent"))).transpose()?,
        key: record.key,
        sealed: record.sealed,
    })
}

/// Parses a session that was sealed.
#[cfg(feature = "encryption")]
pub(super) fn read_session(bytes: &[u8]) -> Option<Session> {
    serde_json::from_slice::<SessionText>(bytes).ok()?.read()
}

fn no_record(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!("is no record that this program wrote (line {line}, column {column}): it is damaged; sign in again")
}

#[derive(Deserialize)]
struct VersionText {
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordText {
    version: u32,
    key: String,
    revision: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<IntentText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionText {
    access_token: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Secret>,
    issued_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    extra: BTreeMap<String, Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
}

impl SessionText {
    fn of(session: &Session) -> Self {
        Self {
            access_token: session.access_token.clone(),
            refresh_token: session.refresh_token.clone(),
            issued_at: session.issued_at.into(),
            expires_at: session.expires_at.map(Into::into),
            subject: session.subject.clone(),
            account: session.account.clone(),
            scopes: session.scopes.clone(),
            extra: session.extra.clone(),
            fingerprint: session.fingerprint.map(|fingerprint| hex(fingerprint.as_bytes())),
        }
    }

    fn read(self) -> Option<Session> {
        let time = |text: Timestamp| text.to_system_time().filter(|_| !text.assumes_utc());
        let mut session = Session::new(self.access_token, time(self.issued_at)?);
        session.refresh_token = self.refresh_token;
        session.expires_at = match self.expires_at {
            Some(text) => Some(time(text)?),
            None => None,
        };
        session.subject = self.subject;
        session.account = self.account;
        session.scopes = self.scopes;
        session.extra = self.extra;
        session.fingerprint = match self.fingerprint {
            Some(text) => Some(Fingerprint::from_bytes(unhex(&text)?)),
            None => None,
        };
        Some(session)
    }

    /// The most bytes that its strings take in JSON.
    fn capacity(&self) -> usize {
        /// Quotes, a colon, a comma.
        const FRAME: usize = 6;
        let secrets = [Some(&self.access_token), self.refresh_token.as_ref()];
        let secrets = secrets.into_iter().flatten().chain(self.extra.values()).map(Secret::expose);
        let texts = [self.subject.as_ref(), self.account.as_ref()].into_iter().flatten();
        let texts = texts.chain(&self.scopes).chain(self.extra.keys()).map(String::as_str);
        secrets.chain(texts).map(|text| escaped(text) + FRAME).sum()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntentText {
    token_hash: String,
    owner: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    resent: bool,
}

impl IntentText {
    fn read(&self) -> Option<Intent> {
        let intent = Intent::from_parts(unhex(&self.token_hash)?, u64::from_be_bytes(unhex(&self.owner)?));
        Some(if self.resent { intent.resent() } else { intent })
    }
}

/// JSON in a buffer that doesn't grow, since growing leaves a copy of a token behind: `capacity` is the most that its
/// strings take.
fn to_json(value: &impl Serialize, capacity: usize) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    /// Names, punctuation, numbers and times.
    const FRAME: usize = 1024;
    let mut text = Zeroizing::new(Vec::with_capacity(capacity + FRAME));
    serde_json::to_writer(&mut *text, value).map_err(|_| storage("a session can't be written as JSON"))?;
    Ok(text)
}

/// The most bytes that a string takes in JSON: a control character takes six.
fn escaped(text: &str) -> usize {
    text.bytes()
        .map(|byte| {
            if byte < b' ' {
                6
            } else if matches!(byte, b'"' | b'\\') {
                2
            } else {
                1
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_of_a_record_never_grows() {
        let special = "\u{1}\"\\\u{7f}é\u{1f600}\n".repeat(1000);
        let session = Session::new(special.as_str(), std::time::SystemTime::now())
            .with_refresh_token(special.as_str())
            .with_expiry(std::time::SystemTime::now())
            .with_subject(&special)
            .with_account(&special)
            .with_scopes(vec![""; 5000])
            .with_extra(&special, special.as_str())
            .with_extra("", "");
        let text = SessionText::of(&session);
        let capacity = text.capacity();
        let json = to_json(&text, capacity).unwrap();
        assert_eq!(json.capacity(), capacity + 1024);
    }
}
