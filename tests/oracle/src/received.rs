//! A request as a server sees it.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// A request as received.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its method.
    pub method: Method,
    /// Its path and query, as sent.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Received {
    /// The value of a header, or an empty string if there is none or it isn't UTF-8.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok()).unwrap_or_default()
    }

    /// Whether a string occurs anywhere in the request.
    pub fn mentions(&self, text: &str) -> bool {
        let headers = self.headers.values().any(|value| String::from_utf8_lossy(value.as_bytes()).contains(text));
        headers || self.target.contains(text) || String::from_utf8_lossy(&self.body).contains(text)
    }
}
