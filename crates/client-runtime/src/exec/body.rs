//! Reading a response, up to a limit.

use bytes::Bytes;
use reqwest::{Response, ResponseBuilderExt};

use crate::failure::Failure;

/// Marks a response whose body was still arriving when the call's time limit was reached.
#[derive(Clone, Copy)]
struct CutShort;

/// Whether the call's time limit was reached before the whole body was there.
pub(super) fn is_cut_short(response: &Response) -> bool {
    response.extensions().get::<CutShort>().is_some()
}

/// Reads the whole body into memory, so that the loop knows the outcome of an attempt before it returns anything.
///
/// The connection may break, or the time limit be reached, while the body of a failed response is read. Its status is
/// worth more than the rest of its body: a server that refuses an upload answers and hangs up. The bytes that arrived
/// are kept.
pub(super) async fn buffer(mut response: Response, limit: u64) -> Result<Response, Failure> {
    let status = response.status();
    match response.content_length() {
        Some(0) => return Ok(response),
        Some(declared) if declared > limit => return Err(Failure::TooLarge(status)),
        _ => {}
    }
    let mut body = Body::default();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                if body.len().saturating_add(chunk.len()) as u64 > limit {
                    return Err(Failure::TooLarge(status));
                }
                body.push(chunk);
            }
            Ok(None) => break,
            Err(error) => match Failure::from(error) {
                Failure::Transport(_) if !status.is_success() => break,
                Failure::Timeout(_) if !status.is_success() => {
                    response.extensions_mut().insert(CutShort);
                    break;
                }
                failure => return Err(failure),
            },
        }
    }
    Ok(with_body(response, body.into_bytes()))
}

/// Chunks of a body. Most responses are one chunk, which needs no copy.
#[derive(Default)]
struct Body {
    first: Bytes,
    joined: Vec<u8>,
}

impl Body {
    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn push(&mut self, chunk: Bytes) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        self.joined.extend_from_slice(&std::mem::take(&mut self.first));
        self.joined.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() { self.first } else { self.joined.into() }
    }
}

/// The response with another body. It keeps the URL, since reqwest would otherwise parse a made-up one.
fn with_body(mut response: Response, body: Bytes) -> Response {
    let url = response.url().clone();
    let mut builder = http::Response::builder();
    if let Some(extensions) = builder.extensions_mut() {
        *extensions = std::mem::take(response.extensions_mut());
    }
    let mut rebuilt = builder.url(url).body(()).unwrap_or_default().map(|()| body);
    *rebuilt.status_mut() = response.status();
    *rebuilt.version_mut() = response.version();
    *rebuilt.headers_mut() = std::mem::take(response.headers_mut());
    rebuilt.into()
}
