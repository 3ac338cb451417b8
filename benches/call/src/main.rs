//! Makes the same call many times, by hand or through the client: `call <way> <count> <base URL>`.

use std::error::Error;
use std::time::Duration;

use svix_client::types::{AppId, AppPortalAccessIn, AppPortalAccessOut};
use svix_client::{Client, Idempotency, Server};

const TOKEN: &str = "sk_made_up_for_the_benchmark.eu";
const APP: &str = "customer-7";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, count, base] = arguments.as_slice() else {
        return Err("usage: call <hand|hand-key|family|family-key> <count> <base URL>".into());
    };
    let count: usize = count.parse()?;
    // One thread: the measurement is the work of a call, not its distribution over threads.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match way.as_str() {
            "hand" => by_hand(base, count, false).await,
            "hand-key" => by_hand(base, count, true).await,
            "family" => by_family(base, count, Idempotency::Off).await,
            "family-key" => by_family(base, count, Idempotency::Automatic).await,
            _ => Err(format!("there is no way `{way}`").into()),
        }
    })
}

/// The body of every call.
fn wanted() -> AppPortalAccessIn {
    AppPortalAccessIn::new().expiry(3600).read_only(true)
}

/// reqwest by hand, with the limits of the client.
async fn by_hand(base: &str, count: usize, with_key: bool) -> Result<(), Box<dyn Error>> {
    let http =
        reqwest::Client::builder().timeout(Duration::from_secs(35)).connect_timeout(Duration::from_secs(10)).build()?;
    let wanted = wanted();
    for _ in 0..count {
        let url = format!("{base}/api/v1/auth/app-portal-access/{APP}");
        let mut request = http.post(url).bearer_auth(TOKEN).json(&wanted);
        if with_key {
            request = request.header("idempotency-key", uuid::Uuid::new_v4().to_string());
        }
        let response = request.send().await?;
        if !response.status().is_success() {
            return Err(format!("the server answered {}", response.status()).into());
        }
        let bytes = response.bytes().await?;
        let portal: AppPortalAccessOut = serde_json::from_slice(&bytes)?;
        check(&portal)?;
    }
    Ok(())
}

/// The same calls through the client.
async fn by_family(base: &str, count: usize, idempotency: Idempotency) -> Result<(), Box<dyn Error>> {
    let client = Client::builder()
        .server(Server::Custom(base.to_owned()))
        .static_token(TOKEN)
        .idempotency(idempotency)
        .build()?;
    let app: AppId = APP.parse()?;
    let wanted = wanted();
    for _ in 0..count {
        let portal = client.app_portal_access(&app, &wanted).await?;
        check(&portal)?;
    }
    Ok(())
}

/// The answer is used, so that no compiler leaves it out.
fn check(portal: &AppPortalAccessOut) -> Result<(), Box<dyn Error>> {
    let (token, url) = (portal.token.expose(), portal.url.expose());
    if url.ends_with(token) { Ok(()) } else { Err("the answer is not the server's".into()) }
}
