//! Aivo.

use aivo_client::types::{LoginRequest, RefreshTokenRequest};
use auth_core::aivo::AivoAuthenticator;
use auth_testkit::Vendor;
use client_runtime::Secret;

use super::{Adapter, Link, Profile, Verb, debug, password, refused, row};

pub(super) const AIVO: Profile = Profile {
    vendor: Vendor::Aivo,
    rows: &[
        row(Vendor::Aivo, Verb::Login, "login", false),
        row(Vendor::Aivo, Verb::Refresh, "refresh_token", true),
        row(Vendor::Aivo, Verb::Logout, "logout", true),
    ],
    uncalled: &[],
    adapter: |link| Adapter::of(AivoAuthenticator::new(client!(aivo_client, link).build().unwrap())),
    credentials: password,
    texts_of_client: |url, secret| Box::pin(texts_of_client(url, secret)),
};

async fn texts_of_client(url: String, wrong: String) -> Vec<String> {
    let secret = || Secret::from(wrong.as_str());
    let client = client!(aivo_client, Link::to(&url, "")).static_token(secret()).build().unwrap();
    let (body, refresh) = (LoginRequest::new("me@example.com", secret()), RefreshTokenRequest::new(secret()));
    vec![
        debug(&(&client, &body, &refresh, client.login(&body), client.refresh_token(&refresh))),
        refused(client.login(&body).await),
        refused(client.login(&LoginRequest::new(wrong.as_str(), secret())).await),
        refused(client.refresh_token(&refresh).await),
        refused(client.logout().await),
    ]
}
