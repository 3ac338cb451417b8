//! The owners of sessions: no manager is served a session of another server, another user or other credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use auth_core::{
    AppAccess, AuthError, AuthErrorKind, Capabilities, Credentials, CustomCredentials, Delivery, Fingerprint,
    MemoryStore, OneTimeToken, Renewal, SessionKey, SessionManager, SessionManagerBuilder, SessionStore, TokenSource,
};

use crate::support::acme::{Acme, Answer, ME, PausedTimer, refused, text};

const HOUR: Duration = Duration::from_secs(3600);

/// A store shared by all managers, and a vendor whose every login brings another token.
struct Shared {
    timer: Arc<PausedTimer>,
    store: Arc<MemoryStore>,
    acme: Arc<Acme>,
}

impl Shared {
    fn new() -> Self {
        let timer = PausedTimer::new();
        let acme = Arc::new(Acme::new(&timer));
        Self { timer, store: Arc::default(), acme }
    }

    fn builder(&self) -> SessionManagerBuilder<Arc<Acme>> {
        SessionManager::builder(self.acme.clone()).timer(self.timer.clone()).store(self.store.clone())
    }

    /// The token of a new process that holds these credentials.
    async fn serves(&self, credentials: impl Into<Credentials>) -> String {
        let builder = self.builder().account("me").credentials(credentials.into());
        text(&builder.build().unwrap().token().await.unwrap())
    }

    fn keys(&self) -> impl Future<Output = Vec<String>> {
        let store = self.store.clone();
        async move { store.keys().await.unwrap() }
    }
}

#[tokio::test(start_paused = true)]
async fn users_without_a_named_account_have_sessions_of_their_own() {
    let shared = Shared::new();
    for (name, token) in [("ada", "access-1"), ("bob", "access-2"), ("ada", "access-1")] {
        let manager = shared.builder().credentials(Credentials::password(name, "secret")).build().unwrap();
        assert_eq!(text(&manager.token().await.unwrap()), token, "{name}");
        assert_eq!(manager.key(), &SessionKey::new(crate::support::acme::ACME, "https://acme.test/", name));
    }
    let mut keys = shared.keys().await;
    keys.sort();
    assert_eq!(keys, ["acme https://acme.test ada", "acme https://acme.test bob"]);
}

#[tokio::test(start_paused = true)]
async fn the_account_comes_from_the_builder_or_else_from_the_credentials() {
    let shared = Shared::new();
    let account = |credentials: Credentials| {
        let built = shared.builder().credentials(credentials).build();
        built.map(|manager| manager.key().account().to_owned()).map_err(|error| error.kind())
    };
    assert_eq!(account(AppAccess::new("key", "app_1").into()).as_deref(), Ok("app_1"));
    assert_eq!(account(Credentials::provider("ada", || async { Err(refused()) })).as_deref(), Ok("ada"));
    assert_eq!(account(CustomCredentials::new(7).with_account("device").into()).as_deref(), Ok("device"));
    let builder = || shared.builder().credentials(Credentials::password("ada", "secret"));
    assert_eq!(builder().account("team").build().unwrap().key().account(), "team");
    let session = shared.acme.session(Duration::ZERO).with_account("grace");
    assert_eq!(shared.builder().session(session).build().unwrap().key().account(), "grace");
    for unreachable_url in [Credentials::custom(7), OneTimeToken::new("once").into()] {
        assert_eq!(account(unreachable_url), Err(AuthErrorKind::InvalidInput));
    }
    let error = shared.builder().build().unwrap_err();
    assert!(error.to_string().contains("`SessionManagerBuilder::account`"), "{error}");
    assert!(SessionManager::builder(shared.acme.clone()).build().is_ok(), "nobody else has its memory");
}

#[tokio::test(start_paused = true)]
async fn a_session_of_other_credentials_is_not_taken_up() {
    let key = |key: &str| AppAccess::new(key, "app");
    let custom = |serial: &str| CustomCredentials::new(7).with_fingerprint(Fingerprint::of("certificate", &[serial]));
    for (first, other) in [
        (Credentials::password("ada", "secret"), Credentials::password("bob", "secret")),
        (key("old").into(), key("rotated").into()),
        (OneTimeToken::new("first").into(), OneTimeToken::new("second").into()),
        (custom("17").into(), custom("18").into()),
        (Credentials::password("ada", "secret"), key("ada").into()),
    ] {
        let shared = Shared::new();
        assert_eq!(shared.serves(first.clone()).await, "access-1");
        assert_eq!(shared.serves(first).await, "access-1", "it is stored");
        assert_eq!(shared.serves(other.clone()).await, "access-2", "{other:?}");
        assert_eq!(shared.serves(other).await, "access-2", "the new one is stored");
        assert_eq!(shared.acme.calls("refresh"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_password_is_that_of_the_same_user() {
    let shared = Shared::new();
    assert_eq!(shared.serves(Credentials::password("ada", "old")).await, "access-1");
    assert_eq!(shared.serves(Credentials::password("ada", "new")).await, "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_manager_without_credentials_takes_over_the_stored_session() {
    let shared = Shared::new();
    shared.serves(Credentials::password("ada", "secret")).await;
    let manager = shared.builder().account("me").build().unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
}

/// A deployment with a rotated key runs next to the one with the old key.
#[tokio::test(start_paused = true)]
async fn a_session_replaced_by_other_credentials_is_not_renewed_and_theirs_is_not_used() {
    let shared = Shared::new();
    let builder = |key: &str| shared.builder().credentials(AppAccess::new(key, "app").into());
    let (old, new) = (builder("old").build().unwrap(), builder("rotated").build().unwrap());
    assert_eq!(text(&old.token().await.unwrap()), "access-1");
    assert_eq!(text(&new.token().await.unwrap()), "access-2");
    assert_eq!(text(&old.token().await.unwrap()), "access-1", "as long as it is valid");
    tokio::time::sleep(HOUR).await;
    assert_eq!(text(&old.token().await.unwrap()), "access-3");
    assert_eq!((shared.acme.calls("refresh"), shared.acme.calls("login")), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_given_session_takes_the_place_of_one_of_other_credentials() {
    let shared = Shared::new();
    shared.serves(Credentials::password("bob", "secret")).await;
    tokio::time::sleep(HOUR).await;
    let builder = shared.builder().account("me").credentials(Credentials::password("ada", "secret"));
    let manager = builder.session(shared.acme.session(2 * HOUR)).build().unwrap();
    // The stored session is newer, but of other credentials.
    assert_eq!(text(&manager.token().await.unwrap()), "access-2");
    assert_eq!((shared.acme.calls("refresh"), shared.acme.calls("login")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn servers_are_kept_apart() {
    let (timer, store) = (PausedTimer::new(), Arc::new(MemoryStore::new()));
    let server = |realm: &'static str| {
        let mut acme = Acme::new(&timer);
        acme.realm = realm;
        let acme = Arc::new(acme);
        let builder = SessionManager::builder(acme.clone()).timer(timer.clone()).store(store.clone());
        (acme, builder.credentials(Credentials::password("ada", "secret")).build().unwrap())
    };
    let (_, production) = server("https://api.acme.test");
    production.token().await.unwrap();
    tokio::time::sleep(HOUR).await;
    let (staging, manager) = server("https://staging.acme.test");
    manager.token().await.unwrap();
    assert_eq!((staging.calls("refresh"), staging.calls("login")), (0, 1), "no token of production is sent to it");
    assert_eq!(store.keys().await.unwrap().len(), 2);
    let (restarted, manager) = server("https://api.acme.test/");
    manager.token().await.unwrap();
    assert_eq!((restarted.calls("refresh"), restarted.calls("login")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_renewed_session_keeps_the_mark_of_its_credentials() {
    let shared = Shared::new();
    let manager = shared.builder().account("me").credentials(Credentials::password("ada", "secret")).build().unwrap();
    manager.token().await.unwrap();
    tokio::time::sleep(HOUR).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-2");
    assert_eq!(shared.acme.calls("refresh"), 1);
    let stored = shared.store.load(ME).await.unwrap().unwrap().session;
    assert_eq!(stored.fingerprint, Credentials::password("ada", "").fingerprint());
    assert_eq!(shared.serves(Credentials::password("bob", "secret")).await, "access-3");
}

#[tokio::test(start_paused = true)]
async fn a_static_key_is_not_stored_even_if_a_provider_returns_it() {
    let shared = Shared::new();
    for credentials in
        [Credentials::api_key("key"), Credentials::provider("me", || async { Ok(Credentials::api_key("key")) })]
    {
        shared.serves(credentials).await;
        assert!(shared.keys().await.is_empty());
    }
}

/// An API key that is rotated while the program runs.
#[tokio::test(start_paused = true)]
async fn a_provider_is_asked_anew_for_a_key_that_was_refused() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only().with_renewal(Renewal::Relogin);
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let provider = Credentials::provider("me", move || {
        let number = count.fetch_add(1, Ordering::Relaxed);
        async move { Ok(Credentials::api_key(format!("key-{number}"))) }
    });
    let manager = SessionManager::builder(Arc::new(acme)).credentials(provider).timer(timer.clone()).build().unwrap();
    let first = manager.token().await.unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), text(&first));
    manager.reject(first.generation());
    assert_ne!(text(&manager.token().await.unwrap()), text(&first));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_is_asked_again_after_a_pause() {
    let shared = Shared::new();
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let provider = Credentials::provider("me", move || {
        let number = count.fetch_add(1, Ordering::Relaxed);
        async move {
            match number {
                0 => Err(AuthError::new(AuthErrorKind::Storage).with_message("the vault is sealed")),
                _ => Ok(Credentials::password("me", "secret")),
            }
        }
    });
    let manager = shared.builder().credentials(provider).build().unwrap();
    let error = manager.token().await.unwrap_err();
    assert!(error.to_string().contains("the vault is sealed"), "{error}");
    assert_eq!(error.delivery(), Delivery::NotProcessed);
    assert_eq!((manager.token().await.is_err(), asked.load(Ordering::Relaxed)), (true, 1), "it cools down");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    assert_eq!(shared.acme.calls("login"), 1);
}

#[tokio::test(start_paused = true)]
async fn custom_credentials_of_a_single_use_are_forgotten_after_it() {
    for single_use in [false, true] {
        let shared = Shared::new();
        shared.acme.script("refresh", [Answer::Err(refused())]);
        let custom = CustomCredentials::new(7).with_account("me");
        let credentials = if single_use { custom.single_use() } else { custom };
        let manager = shared.builder().credentials(credentials.into()).build().unwrap();
        manager.token().await.unwrap();
        tokio::time::sleep(HOUR).await;
        assert_eq!(manager.token().await.is_err(), single_use);
    }
}
