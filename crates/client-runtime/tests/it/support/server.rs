//! A server on a loopback socket that answers from a script and records the requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The server's reaction to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Sends these bytes and waits for the next request.
    Send(String),
    /// Sends these bytes and hangs up.
    SendAndClose(String),
    /// Sends these bytes (perhaps none) and then nothing more, without hanging up.
    Stall(String),
}

/// A complete response.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut text = format!("HTTP/1.1 {status} Whatever\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if status != 204 {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    Reply::Send(text + "\r\n" + body)
}

pub fn json(status: u16, body: &str) -> Reply {
    reply(status, &[("content-type", "application/json")], body)
}

pub fn status(status: u16) -> Reply {
    reply(status, &[], "")
}

/// A request as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn authorization(&self) -> Option<&str> {
        self.header("authorization")
    }
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers requests in the order of the script, and with 418 after its end.
    pub async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start_with(|_| script).await
    }

    /// [`start`](Self::start) with a script that knows the server's URL.
    pub async fn start_with<S: IntoIterator<Item = Reply>>(script: impl FnOnce(&str) -> S) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Mutex<VecDeque<Reply>>> = Arc::new(Mutex::new(script(&url).into_iter().collect()));
        let log = Arc::clone(&received);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, received, task }
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The only request that came.
    pub fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }
}

/// The time limit of calls that run into it, which [`out_of_time`] spares the test.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Runs a call whose [`LIMIT`] passes when the server has received so many requests and has nothing more to send, however
/// slow the machine is: from then on, the clock of the runtime moves whenever no task has work.
pub async fn out_of_time<T>(server: &Server, requests: usize, call: impl IntoFuture<Output = T>) -> T {
    let clock = async {
        while server.received().len() < requests {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        std::future::pending().await
    };
    let result = tokio::select! {
        result = call.into_future() => result,
        never = clock => never,
    };
    tokio::time::resume();
    result
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<VecDeque<Reply>>>, log: Arc<Mutex<Vec<Received>>>) {
    while let Some(request) = read_request(&mut stream).await {
        log.lock().unwrap().push(request);
        let reply = script.lock().unwrap().pop_front().unwrap_or_else(|| status(418));
        let (text, close) = match reply {
            Reply::Send(text) => (text, false),
            Reply::SendAndClose(text) => (text, true),
            Reply::Stall(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                // Until the client gives up.
                let _ = stream.read(&mut [0]).await;
                return;
            }
        };
        if stream.write_all(text.as_bytes()).await.is_err() || close {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut start = lines.next()?.split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes.split_off(head + 4)).unwrap();
    Some(Received { method: start.next()?, path: start.next()?, headers, body })
}
