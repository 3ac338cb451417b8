//! User names and passwords of Redis that change while a store is in use.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use auth_core::{AuthError, AuthErrorKind, RedisCredentials, RedisStore, RedisStoreBuilder, Session, SessionStore};
use auth_testkit::conformance;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::stores_redis_faults::assert_storage;
use crate::support::redis_server::proxy::Proxy;
use crate::support::redis_server::{RedisServer, Reply};

const SOON: Duration = Duration::from_secs(20);

fn session(token: &str) -> Session {
    Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("refresh-{token}"))
}

/// A source of credentials that counts its calls.
#[derive(Clone)]
struct Vault(Arc<Lease>);

struct Lease {
    current: Mutex<(String, String)>,
    asked: AtomicUsize,
}

impl Vault {
    fn with(user: &str, password: &str) -> Self {
        let current = Mutex::new((user.to_owned(), password.to_owned()));
        Self(Arc::new(Lease { current, asked: AtomicUsize::new(0) }))
    }

    fn rotate(&self, user: &str, password: &str) {
        *self.0.current.lock().unwrap() = (user.to_owned(), password.to_owned());
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn for_store(&self, builder: RedisStoreBuilder) -> RedisStoreBuilder {
        let vault = self.clone();
        builder.time_limit(SOON).credentials(move || {
            let vault = vault.clone();
            async move {
                vault.0.asked.fetch_add(1, Ordering::SeqCst);
                // Vaults are reached over a network.
                tokio::task::yield_now().await;
                let (user, password) = vault.0.current.lock().unwrap().clone();
                Ok(RedisCredentials::new(user, password))
            }
        })
    }
}

fn set_user(server: &RedisServer, user: &str, rules: &[&str]) {
    let words = [&["ACL", "SETUSER", user, "on", "~*", "+@all"], rules].concat();
    assert_eq!(server.command(&words), Reply::Text("OK".to_owned()));
}

fn drop_connections(server: &RedisServer, user: &str) -> i64 {
    match server.command(&["CLIENT", "KILL", "USER", user]) {
        Reply::Number(killed) => killed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_changed_password_is_requested_with_the_next_connection() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "app", &[">canary-1"]);
    let vault = Vault::with("app", "canary-1");
    // Also where another database must be selected after the login.
    let url = format!("redis://127.0.0.1:{}/1", server.port());
    let store = vault.for_store(RedisStore::builder(url)).build().unwrap();
    assert_eq!(vault.asked(), 0, "nothing is asked before there is a connection");
    let saved = store.save("me", &session("a")).await.unwrap();

    set_user(&server, "app", &["resetpass", ">canary-2"]);
    vault.rotate("app", "canary-2");
    assert_eq!(store.load("me").await.unwrap().unwrap().revision, saved, "an open connection keeps its user");
    assert_eq!(vault.asked(), 1);

    assert_eq!(drop_connections(&server, "app"), 1);
    let swapped = store.compare_and_swap("me", Some(saved), &session("b")).await.unwrap();
    assert!(swapped.is_some(), "the caller notices nothing");
    assert_eq!(vault.asked(), 2, "once for each connection");
}

#[tokio::test]
async fn a_lease_that_ends_with_its_user_gives_way_to_the_next() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "lease-1", &[">canary-1"]);
    set_user(&server, "lease-2", &[">canary-2"]);
    let vault = Vault::with("lease-1", "canary-1");
    // The credentials in the URL are overridden.
    let url = format!("redis://nobody:canary@127.0.0.1:{}", server.port());
    let store = vault.for_store(RedisStore::builder(url)).build().unwrap();
    store.save("me", &session("a")).await.unwrap();
    vault.rotate("lease-2", "canary-2");
    // Redis closes the connections of a user that it deletes.
    assert_eq!(server.command(&["ACL", "DELUSER", "lease-1"]), Reply::Number(1));
    store.save("me", &session("b")).await.unwrap();
    assert!(server.get(&["CLIENT", "LIST"]).contains("user=lease-2"));
}

#[tokio::test]
async fn outdated_credentials_are_a_transient_error() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "app", &[">canary-1"]);
    let vault = Vault::with("app", "canary-1");
    let store = vault.for_store(RedisStore::builder(server.url())).build().unwrap();
    store.ping().await.unwrap();
    set_user(&server, "app", &["resetpass", ">canary-2"]);
    drop_connections(&server, "app");
    assert_storage(&store.save("me", &session("canary")).await.unwrap_err(), true, "(WRONGPASS)");
    assert_storage(&store.load("me").await.unwrap_err(), true, "callback of `credentials`");
    vault.rotate("app", "canary-2");
    store.save("me", &session("a")).await.unwrap();
    assert!(!format!("{store:?} {store:#?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_share_one_call_of_the_callback() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "app", &[">canary"]);
    let vault = Vault::with("app", "canary");
    let store = Arc::new(vault.for_store(RedisStore::builder(server.url())).build().unwrap());
    let requests: Vec<_> = (0..32)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.save(&format!("account {number}"), &session("a")).await })
        })
        .collect();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    assert_eq!(vault.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_with_asked_credentials_conforms() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "app", &[">canary"]);
    let vault = Vault::with("app", "canary");
    let report = conformance::store(|| {
        Arc::new(vault.for_store(RedisStore::builder(server.url())).build().unwrap()) as Arc<dyn SessionStore>
    })
    .await;
    assert!(report.is_ok(), "{report}");
}

#[tokio::test]
async fn a_password_alone_is_that_of_the_default_user() {
    let Some(server) = RedisServer::with(&["--requirepass", "canary"]) else { return };
    let store = RedisStore::builder(server.url()).credentials(|| async { Ok(RedisCredentials::password("canary")) });
    store.connect().await.unwrap();
}

#[tokio::test]
async fn no_credentials_are_requested_for_a_redis_that_is_down() {
    let Some(mut server) = RedisServer::start() else { return };
    server.stop();
    let vault = Vault::with("app", "canary");
    let store = vault.for_store(RedisStore::builder(server.url())).build().unwrap();
    assert_storage(&store.load("me").await.unwrap_err(), true, "connection refused");
    assert_eq!(vault.asked(), 0);
}

#[tokio::test]
async fn the_failure_of_a_callback_is_reported_without_its_message() {
    let Some(server) = RedisServer::start() else { return };
    for (kind, transient) in [(AuthErrorKind::Transport, true), (AuthErrorKind::Forbidden, false)] {
        let store = RedisStore::builder(server.url()).credentials(move || async move {
            let cause = std::io::Error::other("canary");
            Err(AuthError::new(kind).with_message("canary").with_source(cause))
        });
        let error = store.build().unwrap().load("me").await.unwrap_err();
        assert_storage(&error, transient, "check what it asks");
        assert!(error.to_string().contains(&format!("({kind:?})")), "{error}");
    }
    let builder = RedisStore::builder(server.url()).time_limit(Duration::from_millis(50));
    let store = builder.credentials(std::future::pending).build().unwrap();
    assert_storage(&store.load("me").await.unwrap_err(), true, "(Timeout)");
    assert_storage(&store.lock("me", SOON).await.unwrap_err(), true, "(Timeout)");
}

/// A request whose answer was lost is sent again over a connection with the same login.
#[tokio::test]
async fn a_connection_that_breaks_is_signed_in_anew() {
    let Some(server) = RedisServer::start() else { return };
    set_user(&server, "app", &[">canary"]);
    let proxy = Proxy::to(server.port()).await;
    let vault = Vault::with("app", "canary");
    let store = vault.for_store(RedisStore::builder(proxy.url())).build().unwrap();
    store.ping().await.unwrap();
    proxy.lose(1);
    store.ping().await.unwrap();
    assert_eq!((vault.asked(), proxy.connections()), (2, 2));
}

/// Accepts every password, and tells the first connection that it is signed out.
async fn forgetful(code: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((mut client, _)) = listener.accept().await else { return };
            tokio::spawn(async move {
                let mut asked = vec![0; 1 << 16];
                while let Ok(length @ 1..) = client.read(&mut asked).await {
                    let signs_in = asked[..length].windows(4).any(|word| word == b"AUTH");
                    let answer = match number {
                        0 if !signs_in => format!("-{code} canary\r\n"),
                        _ if signs_in => "+OK\r\n".to_owned(),
                        _ => "+PONG\r\n".to_owned(),
                    };
                    if client.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_connection_that_was_signed_out_is_replaced() {
    for code in ["NOAUTH", "WRONGPASS"] {
        let vault = Vault::with("app", "canary");
        let store = vault.for_store(RedisStore::builder(forgetful(code).await)).build().unwrap();
        store.ping().await.unwrap();
        assert_eq!(vault.asked(), 2, "{code}");
    }
}

#[test]
fn a_password_and_credentials_exclude_each_other() {
    let builder = RedisStore::builder("redis://localhost").password("canary");
    let error = builder.credentials(|| async { Ok(RedisCredentials::password("canary")) }).build().unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
    assert!(!format!("{error} {error:?}").contains("canary"));
}
