//! The three adapters in the conformance suite for authenticators.

use std::time::SystemTime;

use auth_core::aivo::AivoAuthenticator;
use auth_core::pacerpro::PacerProAuthenticator;
use auth_core::svix::SvixAuthenticator;
use auth_core::{AppAccess, Authenticator, Credentials};
use auth_testkit::{FakeVendor, VendorServer, conformance};

const EMAIL: &str = "me@example.com";
const PASSWORD: &str = "correct horse";
const KEY: &str = "key.eu";

async fn assert_conforms(authenticator: &dyn Authenticator, credentials: Credentials, fake: &VendorServer) {
    let report = conformance::run(authenticator, &credentials).await;
    println!("{}: {report}", authenticator.family());
    assert!(report.is_ok(), "{}: {report}", authenticator.family());
    assert_eq!(fake.state().sessions_alive(SystemTime::now()), 0, "{}", authenticator.family());
}

#[tokio::test]
async fn svix() {
    let fake = FakeVendor::svix().api_key(KEY).application("app").start().await.unwrap();
    let server = svix_client::Server::Custom(fake.url().to_string());
    let client = svix_client::Client::builder().server(server).static_token(KEY).build().unwrap();
    let credentials = Credentials::from(AppAccess::new(KEY, "app"));
    assert_conforms(&SvixAuthenticator::new(client), credentials, &fake).await;
}

#[tokio::test]
async fn pacerpro() {
    let fake = FakeVendor::pacerpro().user(EMAIL, PASSWORD).start().await.unwrap();
    let server = pacerpro_client::Server::Custom(fake.url().to_string());
    let client = pacerpro_client::Client::builder().server(server).build().unwrap();
    assert_conforms(&PacerProAuthenticator::new(client), Credentials::password(EMAIL, PASSWORD), &fake).await;
}

#[tokio::test]
async fn aivo() {
    let fake = FakeVendor::aivo().user(EMAIL, PASSWORD).start().await.unwrap();
    let server = aivo_client::Server::Custom(fake.url().to_string());
    let client = aivo_client::Client::builder().server(server).build().unwrap();
    assert_conforms(&AivoAuthenticator::new(client), Credentials::password(EMAIL, PASSWORD), &fake).await;
}
