//! A session in a tower stack: requests to the vendor carry its token, and a rejected one is replaced.
//!
//! Nothing has to be set up: the vendor is a fake, and the service at the bottom of the stack calls it in process. Put
//! your HTTP client there.
//!
//! ```text
//! cargo run -p auth-core --example tower_layer --features tower
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use auth_core::aivo::AivoAuthenticator;
use auth_core::tower::AuthLayer;
use auth_core::{Credentials, SessionManager};
use auth_testkit::{FakeVendor, ManualClock, vendor};
use http::{Request, Response};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::new(std::time::SystemTime::now());
    let fake = FakeVendor::aivo().user("ada@example.com", "correct horse").clock(clock.clock());
    let aivo = Arc::new(fake.start().await?);

    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(aivo.url())).build()?;
    let manager = SessionManager::builder(AivoAuthenticator::new(client))
        .credentials(Credentials::password("ada@example.com", "correct horse"))
        .build()?;

    let asked = Arc::clone(&aivo);
    let bottom = service_fn(move |request: Request<String>| {
        let mut seen = vendor::Request::new(request.method().clone(), request.uri().path());
        seen.headers = request.headers().clone();
        let answer = asked.state().handle(asked.now(), &seen);
        async move {
            let mut response = Response::new(answer.body);
            *response.status_mut() = answer.status;
            Ok::<_, Infallible>(response)
        }
    });
    let mut service = ServiceBuilder::new()
        .layer(AuthLayer::new(Arc::new(manager.clone()), [aivo.origin().parse()?]))
        .service(bottom);

    let probe = || Request::get(format!("{}/probe", aivo.url())).body(String::new());
    let response = service.ready().await?.call(probe()?).await?;
    println!("first call:               {}, signed in on the way", response.status());

    // The vendor's clock is ahead of ours: it rejects a token that is valid here.
    clock.advance(Duration::from_secs(2 * 3600));
    let response = service.ready().await?.call(probe()?).await?;
    println!("token refused:            {}, refreshed and sent once more", response.status());

    let elsewhere =
        Request::get(format!("https://elsewhere.test{}/probe", aivo.state().base_path())).body(String::new())?;
    let response = service.ready().await?.call(elsewhere).await?;
    println!("to another origin:        {}, since no token went along", response.status());

    let _ = manager.logout().await?;
    match service.ready().await?.call(probe()?).await {
        Ok(response) => println!("after the logout:         {}", response.status()),
        Err(error) => println!(
            "after the logout:         {error}: {}",
            error.source().map_or_else(String::new, |e| e.to_string())
        ),
    }
    Ok(())
}
