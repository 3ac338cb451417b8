//! A laptop that sleeps: the clock jumps, connections are dead, and the session survives.
//!
//! Nothing has to be set up: the vendor is a fake, and so is the sleep.
//!
//! ```text
//! cargo run -p auth-core --example laptop_sleep --features file
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth_core::aivo::AivoAuthenticator;
use auth_core::{BoxFuture, Credentials, FileStore, SessionManager, SessionStatus, Timer};
use auth_testkit::{FakeVendor, Fault, ManualClock};

/// The wall clock of the laptop. It goes on while the laptop sleeps, unlike the clock of a timer.
#[derive(Debug)]
struct WallClock(ManualClock);

impl Timer for WallClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> u64 {
        auth_core::TokioTimer::default().random()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::new(SystemTime::now());
    let fake = FakeVendor::aivo().user("ada@example.com", "correct horse").access_lifetime(Duration::from_secs(3600));
    let aivo = fake.clock(clock.clock()).start().await?;
    let home = tempfile::tempdir()?;
    let manager = |folder: &Path| -> Result<_, Box<dyn Error>> {
        let timer = Arc::new(WallClock(clock.clone()));
        let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(aivo.url()));
        let adapter = AivoAuthenticator::new(client.timer(timer.clone()).build()?);
        let store = Arc::new(FileStore::open(folder.join("sessions"))?);
        Ok(SessionManager::builder(adapter).account("ada").store(store).timer(timer).build()?)
    };
    let show = |what: &str| {
        let state = aivo.state();
        println!(
            "{what}: {} redeemed, {} sent twice",
            state.stats().redemptions(),
            state.stats().repeated_refresh_tokens()
        );
    };

    let session = manager(home.path())?;
    session.login(Credentials::password("ada@example.com", "correct horse")).await?;
    show("signed in");

    // The lid is closed for nine hours. The token has expired by the wall clock, though hardly any time has passed for
    // the process.
    clock.advance(Duration::from_secs(9 * 3600));
    session.token().await?;
    show("after nine hours of sleep");

    // The lid is closed during a renewal: the vendor has processed it, and the response never arrives.
    clock.advance(Duration::from_secs(3400));
    aivo.faults().on("refresh_token", Fault::LoseAnswer);
    let mut watch = session.watch();
    session.token().await?;
    watch.changed().await;
    if let SessionStatus::Failed(error) = watch.current() {
        println!("the renewal's answer is lost: {error}");
    }
    session.token().await?;
    show("the token in hand still works, and nothing is sent again");

    // The token expires, in this process and in the next: the recorded intent has outlived the process.
    session.shutdown().await;
    clock.advance(Duration::from_secs(9 * 3600));
    let restarted = manager(home.path())?;
    match restarted.token().await {
        Ok(_) => println!("somebody else has signed in"),
        Err(error) => println!("after the restart: {error}"),
    }
    restarted.login(Credentials::password("ada@example.com", "correct horse")).await?;
    show("signed in again");
    Ok(())
}
