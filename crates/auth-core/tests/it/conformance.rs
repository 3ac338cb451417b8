//! The adapter of each vendor in the conformance suite for authenticators.

use std::time::{Duration, SystemTime};

use auth_testkit::{FakeVendor, Vendor, VendorState, conformance};
use client_runtime::RetryPolicy;

use crate::support::vendors::{Account, Link, profile};

const ACCOUNT: Account<'_> = Account {
    email: "me@example.com",
    password: "correct horse",
    key: "key.eu",
    app: "app",
    lifetime: Duration::from_secs(24 * 3600),
};

#[tokio::test]
async fn every_adapter_conforms() {
    for vendor in Vendor::ALL {
        let fake = FakeVendor::new(VendorState::new(*vendor)).user(ACCOUNT.email, ACCOUNT.password);
        let fake = fake.api_key(ACCOUNT.key).application(ACCOUNT.app).start().await.unwrap();
        let profile = profile(*vendor);
        let link = Link { retry: RetryPolicy::default(), ..Link::to(&fake.url(), ACCOUNT.key) };
        let authenticator = profile.adapter(link).as_it_is();
        let report = conformance::run(&*authenticator, &profile.credentials(&ACCOUNT)).await;
        println!("{vendor:?}: {report}");
        assert!(report.is_ok(), "{vendor:?}: {report}");
        assert_eq!(fake.state().sessions_alive(SystemTime::now()), 0, "{vendor:?}");
    }
}
