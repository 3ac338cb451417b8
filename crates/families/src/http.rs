//! The interface of an HTTP client that fetches documents. This crate has no implementation.
//!
//! Problem: an HTTP client with TLS takes longer to compile than the rest of the commands, and only fetching needs it.
//!
//! Decision: the caller brings one, as an implementation of [`Http`]. A program without one can do everything but fetch.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The largest document that is fetched unless the caller says otherwise, in bytes.
pub const LARGEST: u64 = 32 << 20;

/// The longest time that fetching a document may take unless the caller says otherwise.
pub const LONGEST: Duration = Duration::from_secs(120);

/// An HTTP client.
pub trait Http: Sync {
    /// Gets a document. Redirects are followed within the origin only.
    ///
    /// # Errors
    ///
    /// When the server doesn't send a whole document with status 200 within the limits of size and time. A document that
    /// hasn't changed since the given validators is no error.
    fn get(&self, request: &Get<'_>) -> Result<Answer, Failure>;
}

/// A document to get.
#[derive(Clone, Copy, Debug)]
pub struct Get<'a> {
    /// Its address.
    pub url: &'a str,
    /// The validators of the version that was fetched before, if there is one.
    pub validators: Option<&'a Validators>,
    /// The limits of size and time.
    pub limits: Limits,
}

/// The limits for fetching a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Its size, in bytes.
    pub size: u64,
    /// The time from the first connection to the last byte, redirects included.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: LARGEST, time: LONGEST }
    }
}

/// The headers by which a server identifies a version of a document; they are sent back to ask for a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// The `ETag`, as it was sent.
    pub etag: Option<String>,
    /// The `Last-Modified`, as it was sent.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to send back.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// The answer of a server.
pub enum Answer {
    /// The document is the one with the validators that were given.
    Unchanged,
    /// The document.
    Document(Received),
}

/// A document as it was received.
pub struct Received {
    /// Its content.
    pub content: Vec<u8>,
    /// The `Content-Type`.
    pub media_type: Option<String>,
    /// The validators of this version.
    pub validators: Validators,
    /// Whether the protocol marked the end of the document. Otherwise a broken connection looks like the end.
    pub is_delimited: bool,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content, media_type, validators, is_delimited } = self;
        f.debug_struct("Received")
            .field("bytes", &content.len())
            .field("media_type", media_type)
            .field("validators", validators)
            .field("is_delimited", is_delimited)
            .finish()
    }
}

/// Whether a string is an address rather than a path.
pub fn is_url(text: &str) -> bool {
    let has_scheme = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    has_scheme("https://") || has_scheme("http://")
}

/// An address for messages: without its query, which may hold a credential.
pub fn shown(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
