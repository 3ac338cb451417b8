//! Svix.

use auth_core::AppAccess;
use auth_core::svix::SvixAuthenticator;
use auth_testkit::Vendor;
use client_runtime::Secret;
use svix_client::types::{ApplicationTokenExpireIn, OneTimeTokenIn};

use super::{Adapter, Link, Profile, Verb, debug, refused, row};

pub(super) const SVIX: Profile = Profile {
    vendor: Vendor::Svix,
    rows: &[
        row(Vendor::Svix, Verb::Login, "app_portal_access", false),
        row(Vendor::Svix, Verb::Exchange, "exchange_one_time_token", true),
        row(Vendor::Svix, Verb::Logout, "logout", true),
        row(Vendor::Svix, Verb::RevokeAll, "expire_all", false),
        row(Vendor::Svix, Verb::PortalLink, "app_portal_access", false),
        row(Vendor::Svix, Verb::MessageToken, "create_message_token", false),
    ],
    // Earlier forms of operations that the adapter calls.
    uncalled: &["dashboard_access", "legacy_expire_all", "legacy_dashboard_access", "legacy_logout"],
    adapter: |link| {
        let key = link.key.clone();
        let adapter = SvixAuthenticator::new(client!(svix_client, link).static_token(key).build().unwrap());
        Adapter { svix: Some(adapter.clone()), ..Adapter::of(adapter) }
    },
    credentials: |account| AppAccess::new(account.key, account.app).with_lifetime(account.lifetime).into(),
    texts_of_client: |url, secret| Box::pin(texts_of_client(url, secret)),
};

async fn texts_of_client(url: String, wrong: String) -> Vec<String> {
    let secret = || Secret::from(wrong.as_str());
    let client = client!(svix_client, Link::to(&url, "")).static_token(secret()).build().unwrap();
    let (body, app) = (OneTimeTokenIn::new(secret()), "an-app".parse().unwrap());
    vec![
        debug(&(&client, &body, client.logout(), client.exchange_one_time_token(&body))),
        refused(client.exchange_one_time_token(&body).await),
        refused(client.logout().await),
        refused(client.expire_all(&app, &ApplicationTokenExpireIn::new()).await),
    ]
}
