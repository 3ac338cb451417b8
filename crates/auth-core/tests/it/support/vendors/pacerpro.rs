//! PacerPro.

use auth_core::pacerpro::PacerProAuthenticator;
use auth_testkit::Vendor;
use client_runtime::Secret;
use pacerpro_client::types::User;

use super::{Adapter, Link, Profile, Verb, debug, password, refused, row};

pub(super) const PACERPRO: Profile = Profile {
    vendor: Vendor::PacerPro,
    rows: &[
        row(Vendor::PacerPro, Verb::Login, "create_session", false),
        row(Vendor::PacerPro, Verb::Refresh, "refresh_session", false),
        row(Vendor::PacerPro, Verb::RevokeAll, "delete_session", true),
    ],
    uncalled: &[],
    adapter: |link| Adapter::of(PacerProAuthenticator::new(client!(pacerpro_client, link).build().unwrap())),
    credentials: password,
    texts_of_client: |url, secret| Box::pin(texts_of_client(url, secret)),
};

async fn texts_of_client(url: String, wrong: String) -> Vec<String> {
    let secret = || Secret::from(wrong.as_str());
    let client = client!(pacerpro_client, Link::to(&url, "")).static_token(secret()).build().unwrap();
    let body = User::new("me@example.com", secret());
    vec![
        debug(&(&client, &body, client.create_session(&body), client.delete_session())),
        refused(client.create_session(&body).await),
        refused(client.refresh_session().await),
        refused(client.delete_session().await),
    ]
}
