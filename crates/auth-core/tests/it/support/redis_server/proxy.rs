//! What stands between a client and Redis, and loses answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes everything on, apart from the answers it is told to lose, and to whom it is told.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    fate: Arc<Fate>,
}

#[derive(Default)]
struct Fate {
    /// Where connections lead from now on.
    port: AtomicU16,
    /// So many answers pass before one is lost; nothing is lost at 0.
    countdown: AtomicUsize,
    lost: AtomicUsize,
    connections: AtomicUsize,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), fate: Arc::default() };
        proxy.lead_to(port);
        let fate = Arc::clone(&proxy.fate);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                fate.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(pass(client, Arc::clone(&fate)));
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    /// New connections lead somewhere else, as a name does after a failover; those that are there stay.
    pub fn lead_to(&self, port: u16) {
        self.fate.port.store(port, Ordering::SeqCst);
    }

    /// Loses the `nth` answer from now on, counted from 1, and the connection with it.
    pub fn lose(&self, nth: usize) {
        self.fate.countdown.store(nth, Ordering::SeqCst);
    }

    pub fn lost(&self) -> usize {
        self.fate.lost.load(Ordering::SeqCst)
    }

    pub fn connections(&self) -> usize {
        self.fate.connections.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, fate: Arc<Fate>) {
    let port = fate.port.load(Ordering::SeqCst);
    let Ok(mut redis) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(length) if length > 0 && redis.write_all(&asked[..length]).await.is_ok() => {}
                _ => return,
            },
            // Requests come one by one here, and answers are short: what is read is one answer.
            read = redis.read(&mut answered) => match read {
                Ok(length) if length > 0 => {
                    let before = fate.countdown.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| Some(n.saturating_sub(1)));
                    if before == Ok(1) {
                        fate.lost.fetch_add(1, Ordering::SeqCst);
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
