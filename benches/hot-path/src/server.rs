//! A server on loopback that issues the token, for ways that get theirs by HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

/// The token that the server issues, and that every other way has from the beginning.
pub(crate) const TOKEN: &str = "made-up-for-the-benchmark-0123456789-0123456789-0123456789";
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// Starts the server, and returns its URL. It calls `grants` for every request, on a thread of its own, and runs until
/// the process ends. A request that isn't granted is answered with 503.
pub(crate) fn start(grants: impl Fn() -> bool + Send + Sync + 'static) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/token", listener.local_addr()?);
    let grants = Arc::new(grants);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let grants = Arc::clone(&grants);
            // A client notices a missing answer by itself.
            std::thread::spawn(move || answer(&stream, || grants()));
        }
    });
    Ok(url)
}

/// Reads a request, and answers it.
fn answer(mut stream: &TcpStream, grants: impl FnOnce() -> bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let (status, body) = if grants() {
        let token = json!({ "access_token": TOKEN, "expires_in": LIFETIME.as_secs(), "token_type": "Bearer" });
        ("200 OK", token.to_string())
    } else {
        ("503 Service Unavailable", json!({ "error": "temporarily_unavailable" }).to_string())
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
