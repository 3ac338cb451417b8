//! The access token of Google Cloud's credentials of a user.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use google_cloud_auth::credentials::{AccessTokenCredentials, user_account};
use serde_json::json;
use tokio::runtime::Runtime;

use super::{LIFETIME, TOKEN, Way};

pub(super) struct AccessToken {
    runtime: Runtime,
    credentials: AccessTokenCredentials,
}

impl AccessToken {
    /// Gets the token from a server in this process, once.
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/token", listener.local_addr()?);
        let server = std::thread::spawn(move || answer(&listener.accept()?.0));

        // A worker, since the credentials renew in a task.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let user = json!({
            "type": "authorized_user",
            "client_id": "made-up",
            "client_secret": "made-up",
            "refresh_token": "made-up",
        });
        let guard = runtime.enter();
        let credentials = user_account::Builder::new(user).with_token_uri(url).build_access_token_credentials()?;
        drop(guard);
        let token = runtime.block_on(credentials.access_token())?;
        if token.token != TOKEN {
            return Err("the token is not the server's".into());
        }
        server.join().map_err(|_| "the server panicked")??;
        Ok(Self { runtime, credentials })
    }
}

impl Way for AccessToken {
    fn ask(&self, count: usize) {
        // As with the other one: one runtime, and no pauses of its making.
        self.runtime.block_on(tokio::task::unconstrained(async {
            for _ in 0..count {
                let token = self.credentials.access_token().await;
                assert!(black_box(token).is_ok());
            }
        }));
    }
}

/// Reads a request, and answers it with a token.
fn answer(mut stream: &TcpStream) -> std::io::Result<()> {
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
    let body = json!({ "access_token": TOKEN, "expires_in": LIFETIME.as_secs(), "token_type": "Bearer" }).to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
