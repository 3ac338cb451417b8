//! A session in a stack of reqwest-middleware: requests to the vendor carry its token, and a rejected one is replaced.
//!
//! Nothing has to be set up: the vendors are fakes on this machine.
//!
//! ```text
//! cargo run -p auth-core --example reqwest_middleware --features reqwest-middleware
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth_core::aivo::AivoAuthenticator;
use auth_core::middleware::{AuthMiddleware, same_origin_redirects};
use auth_core::{Credentials, SessionManager, TokenError};
use auth_testkit::{FakeVendor, ManualClock};
use reqwest_middleware::ClientBuilder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::new(SystemTime::now());
    let aivo = FakeVendor::aivo().user("ada@example.com", "correct horse").clock(clock.clock()).start().await?;
    let elsewhere = FakeVendor::aivo().start().await?;

    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(aivo.url())).build()?;
    let manager = SessionManager::builder(AivoAuthenticator::new(client))
        .credentials(Credentials::password("ada@example.com", "correct horse"))
        .build()?;

    let http = reqwest::Client::builder().redirect(same_origin_redirects()).build()?;
    let http =
        ClientBuilder::new(http).with(AuthMiddleware::new(Arc::new(manager.clone()), [aivo.origin().parse()?])).build();

    let probe = format!("{}/probe", aivo.url());
    println!("first call:         {}, signed in on the way", http.get(&probe).send().await?.status());

    // The vendor's clock is ahead of ours: it rejects a token that is valid here.
    clock.advance(Duration::from_secs(2 * 3600));
    println!("token refused:      {}, refreshed and sent once more", http.get(&probe).send().await?.status());

    let response = http.get(format!("{}/probe", elsewhere.url())).send().await?;
    println!("to another origin:  {}, since no token went along", response.status());

    let _ = manager.logout().await?;
    match http.get(&probe).send().await {
        Err(reqwest_middleware::Error::Middleware(error)) => {
            let error = error.downcast::<TokenError>()?;
            println!("after the logout:   {error} (needs a login: {})", error.needs_login());
        }
        other => println!("after the logout:   {}", other?.status()),
    }
    Ok(())
}
