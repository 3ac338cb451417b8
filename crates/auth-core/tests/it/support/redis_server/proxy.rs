//! A proxy between a client and Redis, which loses answers or holds requests back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Forwards all traffic to the configured server, apart from the responses that a test has it lose.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The target of new connections.
    port: AtomicU16,
    /// Counts down to the answer that is lost; none is lost at 0.
    countdown: AtomicUsize,
    lost: AtomicUsize,
    /// Counts down to the request that is held back; none is at 0.
    until_held: AtomicUsize,
    held: Notify,
    released: Notify,
    connections: AtomicUsize,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        proxy.redirect_to(port);
        let state = Arc::clone(&proxy.state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(pass(client, Arc::clone(&state)));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    /// Changes the target of new connections, as a name does after a failover; existing connections stay.
    pub fn redirect_to(&self, port: u16) {
        self.state.port.store(port, Ordering::SeqCst);
    }

    /// Loses the `nth` answer from now on, counted from 1, and the connection with it.
    pub fn lose(&self, nth: usize) {
        self.state.countdown.store(nth, Ordering::SeqCst);
    }

    /// Holds the `nth` request from now on back, counted from 1, until it is released.
    pub fn hold_back(&self, nth: usize) {
        self.state.until_held.store(nth, Ordering::SeqCst);
    }

    /// Waits until a request is held back.
    pub async fn holds(&self) {
        self.state.held.notified().await;
    }

    pub fn release(&self) {
        self.state.released.notify_one();
    }

    pub fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, state: Arc<State>) {
    let port = state.port.load(Ordering::SeqCst);
    let Ok(mut redis) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(length) if length > 0 => {
                    if is_last(&state.until_held) {
                        state.held.notify_one();
                        state.released.notified().await;
                    }
                    if redis.write_all(&asked[..length]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            // Requests come one by one here, and answers are short: one read is one answer.
            read = redis.read(&mut answered) => match read {
                Ok(length) if length > 0 => {
                    if is_last(&state.countdown) {
                        state.lost.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if client.write_all(&answered[..length]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// Counts down; returns whether this step ended the count.
fn is_last(countdown: &AtomicUsize) -> bool {
    countdown.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| Some(n.saturating_sub(1))) == Ok(1)
}
