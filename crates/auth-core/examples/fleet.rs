//! A fleet with Redis: workers share the sessions of many accounts, and each session is renewed once.
//!
//! The vendor is a fake. Redis is the one at `REDIS_URL`; without that variable, the example runs a `redis-server` of
//! this machine.
//!
//! ```text
//! cargo run -p auth-core --example fleet --features redis
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use auth_core::aivo::AivoAuthenticator;
use auth_core::{Credentials, RedisStore, SessionPool};
use auth_testkit::{FakeVendor, ManualClock};

const ACCOUNTS: usize = 5;
const WORKERS: usize = 4;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(redis) = Redis::find()? else {
        println!(
            "There is no redis-server on this machine. Install it, or name one: REDIS_URL=redis://127.0.0.1:6379/0"
        );
        return Ok(());
    };
    // The workers share only the vendor and Redis. In your fleet each of them is a process on a host.
    let mut fake = FakeVendor::aivo().access_lifetime(Duration::from_secs(3600));
    for account in 0..ACCOUNTS {
        fake = fake.user(&email(account), "correct horse");
    }
    let clock = ManualClock::new(std::time::SystemTime::now());
    let aivo = fake.clock(clock.clock()).start().await?;
    let workers = (0..WORKERS).map(|_| worker(&aivo.url(), &redis.url)).collect::<Result<Vec<_>, _>>()?;

    println!("{WORKERS} workers, {ACCOUNTS} accounts: everybody wants a token of each");
    everybody(&workers).await?;
    println!("  the vendor saw {} logins", aivo.state().stats().calls("login"));

    // The vendor accepts none of these tokens any more. Clients learn that from a 401, and so do the managers.
    clock.advance(Duration::from_secs(2 * 3600));
    for worker in &workers {
        for account in 0..ACCOUNTS {
            let manager = worker.get(&email(account)).ok_or("the account is there")?;
            auth_core::TokenSource::reject(&manager, 1);
        }
    }
    println!("all tokens are refused: everybody wants another one");
    everybody(&workers).await?;
    let state = aivo.state();
    let stats = state.stats();
    println!("  refresh tokens redeemed: {}, sent twice: {}", stats.redemptions(), stats.repeated_refresh_tokens());
    Ok(())
}

fn email(account: usize) -> String {
    format!("customer-{account}@example.com")
}

/// A worker: a pool over the shared store.
fn worker(url: &str, redis: &str) -> Result<SessionPool<AivoAuthenticator>, Box<dyn Error>> {
    let store = RedisStore::builder(redis).prefix("example:").build()?;
    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(url.to_owned())).build()?;
    Ok(SessionPool::builder(AivoAuthenticator::new(client)).store(Arc::new(store)).build())
}

/// Every worker asks for a token of every account, at once.
async fn everybody(workers: &[SessionPool<AivoAuthenticator>]) -> Result<(), Box<dyn Error>> {
    let mut wanted = tokio::task::JoinSet::new();
    for worker in workers {
        for account in 0..ACCOUNTS {
            let email = email(account);
            let credentials = Credentials::password(&email, "correct horse");
            let manager = worker.get_or_insert(&email, |manager| manager.credentials(credentials))?;
            wanted.spawn(async move { manager.token().await });
        }
    }
    while let Some(token) = wanted.join_next().await {
        token??;
    }
    Ok(())
}

/// A Redis, and its process if the example started it.
struct Redis {
    url: String,
    process: Option<Child>,
}

impl Redis {
    fn find() -> Result<Option<Self>, Box<dyn Error>> {
        if let Ok(url) = std::env::var("REDIS_URL") {
            return Ok(Some(Self { url, process: None }));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let started = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = started else { return Ok(None) };
        let redis = Self { url: format!("redis://127.0.0.1:{port}/0"), process: Some(process) };
        // Redis takes a moment until it listens.
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Some(redis))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
