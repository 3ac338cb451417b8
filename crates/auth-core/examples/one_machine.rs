//! One machine, many processes: three of them share one session in a folder, and one of them renews it.
//!
//! Nothing has to be set up: the vendor is a fake, and the example starts itself as the other processes.
//!
//! ```text
//! cargo run -p auth-core --example one_machine --features file
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use auth_core::aivo::AivoAuthenticator;
use auth_core::{AuthErrorKind, Credentials, FileStore, SessionManager};
use auth_testkit::FakeVendor;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [url, folder] => worker(url, Path::new(folder)).await,
        _ => demonstrate().await,
    }
}

/// The manager of every process: the same vendor, the same folder, the same account.
fn manager(url: &str, folder: &Path) -> Result<SessionManager<AivoAuthenticator>, Box<dyn Error>> {
    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(url.to_owned())).build()?;
    let store = Arc::new(FileStore::open(folder)?);
    Ok(SessionManager::builder(AivoAuthenticator::new(client)).account("ada").store(store).build()?)
}

/// A process that has only the folder: no password, no token.
async fn worker(url: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let manager = manager(url, folder)?;
    let process = std::process::id();
    match manager.token().await {
        Ok(token) => {
            let sent = reqwest::Client::new().get(format!("{url}/probe"));
            let sent = sent.header("authorization", token.header_value().clone()).send().await?;
            println!("  process {process}: the vendor answers {}", sent.status());
        }
        Err(error) if error.kind() == AuthErrorKind::ReauthRequired => {
            println!("  process {process}: somebody has to sign in: {error}");
        }
        Err(error) => return Err(error.into()),
    }
    manager.shutdown().await;
    Ok(())
}

async fn demonstrate() -> Result<(), Box<dyn Error>> {
    // Tokens live a second, so that they expire while you watch.
    let fake = FakeVendor::aivo().user("ada@example.com", "correct horse").access_lifetime(Duration::from_secs(1));
    let aivo = fake.start().await?;
    let home = tempfile::tempdir()?;
    let folder = home.path().join("sessions");

    println!("somebody signs in, in one process");
    let terminal = manager(&aivo.url(), &folder)?;
    terminal.login(Credentials::password("ada@example.com", "correct horse")).await?;

    for round in 1..=2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        println!("the token has expired; three processes want one at once (round {round})");
        let mut workers = Vec::new();
        for _ in 0..3 {
            workers.push(Command::new(std::env::current_exe()?).arg(aivo.url()).arg(&folder).spawn()?);
        }
        tokio::task::spawn_blocking(move || workers.iter_mut().try_for_each(|worker| worker.wait().map(drop)))
            .await??;
        let redeemed = aivo.state().stats().redemptions();
        println!(
            "  refresh tokens redeemed so far: {redeemed}, sent twice: {}",
            aivo.state().stats().repeated_refresh_tokens()
        );
    }

    println!("somebody signs out, and every process knows");
    let _ = terminal.logout().await?;
    let (url, folder) = (aivo.url(), folder.clone());
    let last =
        tokio::task::spawn_blocking(move || Command::new(std::env::current_exe()?).arg(url).arg(folder).status());
    last.await??;
    Ok(())
}
