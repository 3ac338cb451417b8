//! A server on loopback that writes its answers byte by byte, also such that no well-behaved server writes.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request: its line, and its header lines in lower case.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The line, such as `GET /a.json HTTP/1.1`.
    pub line: String,
    /// The headers, as `name: value` with the name in lower case.
    pub headers: Vec<String>,
}

impl RawRequest {
    /// The request target: a path, or a whole address if a proxy is asked.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A server that stops when it is dropped. A connection serves one request.
pub struct RawServer {
    url: String,
    received: Arc<Mutex<Vec<RawRequest>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RawServer {
    /// Serves on a free port of 127.0.0.1. `answer` writes to the connection, which is closed when it returns.
    pub fn start(answer: impl Fn(&RawRequest, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (received, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, end, answer) = (received.clone(), is_over.clone(), Arc::new(answer));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), log, answer) = (stream, log.clone(), answer.clone()) else { continue };
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { url, received, is_over, thread: Some(thread) }
    }

    /// Serves the same answer always: a status line without the version, headers, and a body whose length is told.
    pub fn always(status: &'static str, headers: &'static [&'static str], body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::start(move |_, stream| whole(stream, status, headers, &body))
    }

    /// Its base URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests received so far.
    pub fn received(&self) -> Vec<RawRequest> {
        self.received.lock().unwrap().clone()
    }
}

/// Writes an answer whose length is told.
pub fn whole(stream: &mut TcpStream, status: &str, headers: &[&str], body: &[u8]) {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    // A client that has seen enough may be gone.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<RawRequest>>,
    answer: &(impl Fn(&RawRequest, &mut TcpStream) + ?Sized),
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(line) = lines.next() else { return };
    let headers = lines
        .take_while(|line| !line.is_empty())
        .map(|line| {
            line.split_once(": ").map_or(line.clone(), |(name, value)| format!("{}: {value}", name.to_lowercase()))
        })
        .collect();
    let request = RawRequest { line, headers };
    log.lock().unwrap().push(request.clone());
    answer(&request, &mut stream);
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for a connection.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
