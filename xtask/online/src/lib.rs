//! The HTTP client of `cargo xtask`, with TLS.
//!
//! It is a package of its own, since its dependencies take longer to compile than everything that generating needs:
//! `cargo xtask generate` builds none of them, and `cargo xtask fetch` builds and starts the program of this package.
//!
//! Proxies are those of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.

mod redirect;

use std::error::Error;
use std::time::Duration;

use families::Failure;
use families::http::{Answer, Get, Http, Received, Validators, shown};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, StatusCode, Url, Version};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(20);

/// The most redirects that are followed.
const REDIRECTS: usize = 10;

/// The client. It has no state: each document gets a connection of its own.
#[derive(Clone, Copy, Debug)]
pub struct Online;

impl Http for Online {
    fn get(&self, request: &Get<'_>) -> Result<Answer, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| refusal(request, "fetch", format!("no runtime: {error}"), RETRY))?;
        let outcome = runtime.block_on(async {
            let limit = request.limits.time;
            let late = || refusal(request, "fetch-timeout", format!("it took more than {} s", limit.as_secs()), RETRY);
            tokio::time::timeout(limit, get(request)).await.unwrap_or_else(|_| Err(late()))
        });
        // A name that is still being looked up would hold the process until then.
        runtime.shutdown_background();
        outcome
    }
}

const RETRY: &str =
    "check the address and the connection, and try again; HTTPS_PROXY and NO_PROXY say which proxy is used";

async fn get(request: &Get<'_>) -> Result<Answer, Failure> {
    let mut url = Url::parse(request.url)
        .map_err(|error| refusal(request, "fetch-url", format!("it is no URL: {error}"), "correct the address"))?;
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .user_agent(concat!("xtask/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| broken(request, error))?;
    for _ in 0..=REDIRECTS {
        let response = client.get(url.clone()).headers(headers(request)).send().await;
        let response = response.map_err(|error| broken(request, error))?;
        let is_asked = request.validators.is_some_and(|validators| !validators.is_empty());
        match response.status() {
            StatusCode::OK => return document(request, response).await.map(Answer::Document),
            StatusCode::NOT_MODIFIED if is_asked => return Ok(Answer::Unchanged),
            status if redirect::is_followed(status) => {
                let location = response.headers().get(header::LOCATION);
                url = redirect::next(&url, location.map(HeaderValue::as_bytes)).map_err(|reason| {
                    let help = "if the description has moved there, correct `source` in openapi/families.toml";
                    refusal(request, "fetch-redirect", format!("{status} {reason}"), help)
                })?;
            }
            status => {
                let help = "open the address without being signed in: it must lead to the file itself";
                return Err(refusal(request, "fetch-status", format!("the server answered {status}"), help));
            }
        }
    }
    let message = format!("more than {REDIRECTS} redirects");
    Err(refusal(request, "fetch-redirect", message, "open the address, and name the one that it ends at"))
}

fn headers(request: &Get<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, application/yaml, */*;q=0.5"));
    // The limit of size is one of what was sent.
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let Some(Validators { etag, last_modified }) = request.validators else { return headers };
    for (name, value) in [(header::IF_NONE_MATCH, etag), (header::IF_MODIFIED_SINCE, last_modified)] {
        if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Reads the body, and stops where it is too large.
async fn document(request: &Get<'_>, mut response: Response) -> Result<Received, Failure> {
    let size = request.limits.size;
    let too_large = || {
        let help = "if it is right that it is as large, raise the limit: --max-size MIB";
        refusal(request, "fetch-size", format!("it is larger than {} MiB", size >> 20), help)
    };
    if response.content_length().is_some_and(|length| length > size) {
        return Err(too_large());
    }
    let text = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    if let Some(encoding) = text(header::CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        let message = format!("the server sent it as `{}`, unasked", encoding.escape_debug());
        return Err(refusal(request, "fetch-encoding", message, "name an address that leads to the file itself"));
    }
    let mut received = Received {
        content: Vec::new(),
        media_type: text(header::CONTENT_TYPE),
        validators: Validators { etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) },
        is_delimited: response.version() > Version::HTTP_11
            || response.headers().contains_key(header::CONTENT_LENGTH)
            || response.headers().contains_key(header::TRANSFER_ENCODING),
    };
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(request, error))? {
        if (received.content.len() + chunk.len()) as u64 > size {
            return Err(too_large());
        }
        received.content.extend_from_slice(&chunk);
    }
    Ok(received)
}

/// A connection that failed, with all that is known of why.
fn broken(request: &Get<'_>, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    refusal(request, "fetch-connection", message, RETRY)
}

fn refusal(request: &Get<'_>, code: &'static str, reason: String, help: &str) -> Failure {
    Failure::Message {
        code,
        message: format!("could not fetch {}: {reason}", shown(request.url)),
        help: help.to_owned(),
    }
}
