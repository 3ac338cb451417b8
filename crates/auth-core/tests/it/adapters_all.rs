//! What holds for all families alike.

use std::sync::Arc;

use auth_core::aivo::AivoAuthenticator;
use auth_core::pacerpro::PacerProAuthenticator;
use auth_core::svix::SvixAuthenticator;
use auth_core::{AuthErrorKind, Authenticator, Credentials, LogoutScope, Renewal, Session};

use crate::support::fake::{Fake, NOW, assert_clean, at};

fn all(url: &str) -> [Arc<dyn Authenticator>; 3] {
    let server = url.to_owned();
    let svix = svix_client::Client::builder().server(svix_client::Server::Custom(server.clone())).static_token("own");
    let pacerpro = pacerpro_client::Client::builder().server(pacerpro_client::Server::Custom(server.clone()));
    let aivo = aivo_client::Client::builder().server(aivo_client::Server::Custom(server));
    [
        Arc::new(SvixAuthenticator::new(svix.build().unwrap())),
        Arc::new(PacerProAuthenticator::new(pacerpro.build().unwrap())),
        Arc::new(AivoAuthenticator::new(aivo.build().unwrap())),
    ]
}

fn session() -> Session {
    Session::new("canary-token", at(NOW)).with_refresh_token("canary-refresh").with_account("app_1")
}

#[tokio::test]
async fn what_a_family_lacks_is_visible_beforehand_and_sends_nothing() {
    let fake = Fake::answering(401, "{}").await;
    for family in all(&fake.url) {
        let capabilities = family.capabilities();
        for (verb, offered) in [
            ("refresh", capabilities.renewal == Renewal::Refresh),
            ("logout", capabilities.logout == LogoutScope::Session),
            ("revoke_all", capabilities.revoke_all),
        ] {
            let error = match verb {
                "refresh" => family.refresh(&session()).await.map(drop),
                "logout" => family.logout(&session()).await,
                _ => family.revoke_all(&session()).await,
            };
            let error = error.unwrap_err();
            assert_eq!(error.kind() != AuthErrorKind::Unsupported, offered, "{error}");
            assert_eq!(fake.received().len(), usize::from(offered), "{error}");
            assert_eq!(error.family(), Some(&family.family()));
            assert_clean(&error);
        }
    }
}

#[tokio::test]
async fn families_are_named_and_refuse_foreign_credentials() {
    let fake = Fake::answering(200, "{}").await;
    let names = all(&fake.url).map(|family| family.family().to_string());
    assert_eq!(names, ["svix", "pacerpro", "aivo"]);
    for family in all(&fake.url) {
        let error = family.login(&Credentials::custom("canary")).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
    }
    assert!(fake.received().is_empty());
}

#[test]
fn debug_shows_no_token() {
    let svix = svix_client::Client::builder().static_token("canary").build().unwrap();
    let shown = format!("{:?}", SvixAuthenticator::new(svix));
    assert!(!shown.contains("canary"), "{shown}");
}
