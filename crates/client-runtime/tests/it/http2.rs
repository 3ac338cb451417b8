//! HTTP/2 errors by which a server says that it didn't process a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use client_runtime::RetryPolicy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::TestTimer;
use crate::support::client::{Client, Error, builder};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// The server's reaction to a request.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Resets the stream, with this code.
    Reset(u32),
    /// Resets the stream, with this code, after it has begun to answer.
    ResetLate(u32),
    /// Sends GOAWAY with this code, and says that it processed nothing.
    Leave(u32),
    /// Sends GOAWAY with this code, says that it processed the request, and hangs up.
    LeaveAfter(u32),
}

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

async fn read_frame(stream: &mut TcpStream) -> Option<(u8, u8, u32)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    stream.read_exact(&mut vec![0; length]).await.ok()?;
    Some((head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
}

async fn serve(mut stream: TcpStream, act: Act, count: Arc<AtomicUsize>) -> Option<()> {
    stream.read_exact(&mut [0; 24]).await.ok()?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok()?;
    loop {
        let (kind, flags, id) = read_frame(&mut stream).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await.ok()?;
        }
        if !matches!(kind, HEADERS | DATA) || flags & END_STREAM == 0 {
            continue;
        }
        count.fetch_add(1, Ordering::Relaxed);
        let away = |last: u32, code: u32| frame(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat());
        let answer = match act {
            Act::Reset(code) => frame(RST_STREAM, 0, id, &code.to_be_bytes()),
            // Index 8 of the static table: a status of 200.
            Act::ResetLate(code) => {
                [frame(HEADERS, END_HEADERS, id, &[0x88]), frame(RST_STREAM, 0, id, &code.to_be_bytes())].concat()
            }
            Act::Leave(code) => away(0, code),
            Act::LeaveAfter(code) => away(id, code),
        };
        stream.write_all(&answer).await.ok()?;
        if matches!(act, Act::LeaveAfter(_)) {
            return None;
        }
    }
}

/// A client of a server that always reacts so, and the number of requests that reached the server.
async fn setup(act: Act, policy: RetryPolicy) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, act, Arc::clone(&counted)));
        }
    });
    let http = reqwest::Client::builder().http2_prior_knowledge();
    let client = builder(&url, &Arc::new(TestTimer::new(0))).static_token("static").http(http).retry(policy);
    (Client::new(client), count)
}

#[tokio::test]
async fn requests_that_the_server_reports_as_unprocessed_are_repeated() {
    for (act, unprocessed) in [
        (Act::Reset(REFUSED_STREAM), true),
        (Act::Leave(NO_ERROR), true),
        (Act::Leave(INTERNAL_ERROR), true),
        (Act::Leave(ENHANCE_YOUR_CALM), true),
        (Act::Reset(NO_ERROR), false),
        (Act::Reset(INTERNAL_ERROR), false),
        (Act::Reset(CANCEL), false),
        (Act::ResetLate(REFUSED_STREAM), false),
        (Act::ResetLate(CANCEL), false),
        (Act::LeaveAfter(NO_ERROR), false),
        (Act::LeaveAfter(INTERNAL_ERROR), false),
    ] {
        let (client, count) = setup(act, RetryPolicy::never()).await;
        for error in [client.refresh("spent").await.unwrap_err(), client.session().await.unwrap_err()] {
            let Error::Transport(details) = &error else { panic!("{act:?}: {error}") };
            assert_eq!((details.is_unprocessed(), details.is_connect()), (unprocessed, false), "{act:?}: {details:?}");
            assert_eq!(error.to_string().contains("may have taken effect"), !unprocessed, "{error}");
        }
        assert_eq!(count.load(Ordering::Relaxed), 2, "{act:?}");
    }
}

#[tokio::test]
async fn a_redemption_that_was_refused_is_left_to_the_caller() {
    for act in [Act::Reset(REFUSED_STREAM), Act::Leave(NO_ERROR)] {
        let (client, count) = setup(act, RetryPolicy::default()).await;
        client.refresh("spent").await.unwrap_err();
        assert_eq!(count.load(Ordering::Relaxed), 1, "{act:?}");
        // Other operations are repeated, whatever their method is.
        client.login("password").await.unwrap_err();
        assert_eq!(count.load(Ordering::Relaxed), 4, "{act:?}");
    }
}
