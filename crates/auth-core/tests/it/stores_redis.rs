//! Sessions in Redis: a real redis-server, and a proxy between it and the store.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth_core::{AuthErrorKind, Intent, RedisStore, RedisStoreBuilder, Session, SessionStore};
use auth_testkit::conformance;

use crate::support::redis_server::proxy::Proxy;
use crate::support::redis_server::{RedisServer, Reply, until};

const SOON: Duration = Duration::from_secs(20);

fn session(token: &str) -> Session {
    Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("refresh-{token}"))
}

async fn assert_conforms(name: &str, server: &RedisServer, set: impl Fn(RedisStoreBuilder) -> RedisStoreBuilder) {
    let open = || Arc::new(set(RedisStore::builder(server.url())).build().unwrap()) as Arc<dyn SessionStore>;
    let report = conformance::store(open).await;
    println!("{name}: {report}");
    assert!(report.is_ok(), "{name}: {report}");
    server.clear_marks().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms() {
    let Some(server) = RedisServer::start() else { return };
    assert_conforms("plain", &server, |builder| builder).await;
    assert_conforms("with a prefix", &server, |builder| builder.prefix("tenants/acme:")).await;
    assert_conforms("forgetful", &server, |builder| builder.forget_after(Duration::from_secs(3600))).await;
    #[cfg(feature = "encryption")]
    {
        let key = auth_core::EncryptionKey::from_bytes([7; 32]);
        assert_conforms("encrypted", &server, |builder| builder.encrypted(key.clone())).await;
    }
}

#[tokio::test]
async fn conforms_on_one_thread() {
    let Some(server) = RedisServer::durable() else { return };
    assert_conforms("durable, on one thread", &server, |builder| builder).await;
}

#[tokio::test]
async fn stores_with_different_prefixes_share_no_session() {
    let Some(server) = RedisServer::start() else { return };
    let open = |prefix: &str| RedisStore::builder(server.url()).prefix(prefix).build().unwrap();
    let (acme, other) = (open("acme:"), open("acme:acme:"));
    acme.save("me", &session("a")).await.unwrap();
    assert!(other.load("me").await.unwrap().is_none());
    other.remove("me").await.unwrap();
    assert!(acme.load("me").await.unwrap().is_some());
    let held = acme.lock("me", Duration::ZERO).await.unwrap();
    other.lock("me", Duration::ZERO).await.unwrap().release().await;
    assert!(acme.lock("me", Duration::ZERO).await.is_err());
    held.release().await;
}

#[tokio::test]
async fn sessions_are_forgotten_only_if_the_store_is_told_to() {
    let Some(server) = RedisServer::start() else { return };
    let left = || match server.command(&["PTTL", "auth-core:{me}:session"]) {
        Reply::Number(left) => left,
        other => panic!("{other:?}"),
    };
    let keeps = RedisStore::builder(server.url()).build().unwrap();
    let revision = keeps.save("me", &session("a")).await.unwrap();
    assert_eq!(left(), -1, "without an end");
    let forgets = RedisStore::builder(server.url()).forget_after(Duration::from_secs(3600)).build().unwrap();
    let intent = Intent::of(&session("a"), 1);
    let revision = forgets.record_intent("me", revision, intent).await.unwrap().unwrap();
    assert!((3_500_000..=3_600_000).contains(&left()));
    keeps.clear_intent("me", revision).await.unwrap().unwrap();
    assert_eq!(left(), -1, "without an end again");
}

#[tokio::test]
async fn a_suspended_holder_loses_its_lock_and_does_no_harm() {
    let Some(server) = RedisServer::start() else { return };
    // Leases run by Redis' own clock, which no test sets: the test waits for a short one.
    let open = |lease| RedisStore::builder(server.url()).lock_lease(lease).build().unwrap();
    let (slow, quick) = (open(Duration::from_millis(50)), open(Duration::from_secs(60)));
    let loaded = slow.save("me", &session("a")).await.unwrap();

    let lost = slow.lock("me", Duration::ZERO).await.unwrap();
    let held = quick.lock("me", SOON).await.unwrap();
    let renewed = quick.compare_and_swap("me", Some(loaded), &session("b")).await.unwrap().unwrap();

    let intent = Intent::of(&session("a"), 1);
    assert_eq!(slow.record_intent("me", loaded, intent).await.unwrap(), None, "it was renewed meanwhile");
    assert_eq!(slow.compare_and_swap("me", Some(loaded), &session("c")).await.unwrap(), None);
    let owner = server.get(&["GET", "auth-core:{me}:lock"]);
    lost.release().await;
    assert_eq!(server.get(&["GET", "auth-core:{me}:lock"]), owner, "the other's lock is untouched");
    assert_eq!(slow.lock("me", Duration::ZERO).await.unwrap_err().kind(), AuthErrorKind::Timeout);
    held.release().await;
    slow.lock("me", Duration::ZERO).await.unwrap().release().await;
    assert_eq!(slow.load("me").await.unwrap().unwrap().revision, renewed);
}

#[tokio::test]
async fn a_dropped_waiter_leaves_no_lock_behind() {
    let Some(server) = RedisServer::start() else { return };
    let store = Arc::new(RedisStore::builder(server.url()).time_limit(SOON).build().unwrap());
    store.ping().await.unwrap();
    server.freeze();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.lock("me", SOON).await.map(drop) }
    });
    // The request is on its way to a Redis that doesn't read yet.
    tokio::task::yield_now().await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    server.thaw();
    until("the lock is free", || server.command(&["EXISTS", "auth-core:{me}:lock"]) == Reply::Number(0)).await;
    store.lock("me", Duration::ZERO).await.unwrap().release().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_changes_nothing_for_the_caller() {
    let Some(server) = RedisServer::start() else { return };
    let proxy = Proxy::to(server.port()).await;
    let direct = RedisStore::builder(server.url()).build().unwrap();
    let store = RedisStore::builder(proxy.url()).time_limit(SOON).build().unwrap();
    let (a, b) = (session("a"), session("b"));
    let intent = Intent::of(&a, 7);
    // Redis knows all scripts from here on, so that each request has one answer.
    direct.save("warm", &a).await.unwrap();
    direct.remove("warm").await.unwrap();
    direct.lock("warm", Duration::ZERO).await.unwrap().release().await;

    let there = || async { direct.load("me").await.unwrap().unwrap() };
    store.ping().await.unwrap();
    proxy.lose(2); // The answer to the write: a save looks first.
    let saved = store.save("me", &a).await.unwrap();
    assert_eq!((there().await.revision, proxy.lost()), (saved, 1));
    proxy.lose(2);
    let intended = store.record_intent("me", saved, intent).await.unwrap().expect("it is ours");
    assert_eq!((there().await.intent, there().await.revision, proxy.lost()), (Some(intent), intended, 2));
    proxy.lose(1);
    let swapped = store.compare_and_swap("me", Some(intended), &b).await.unwrap().expect("it is ours");
    assert_eq!((there().await.revision, there().await.intent, proxy.lost()), (swapped, None, 3));
    proxy.lose(1);
    assert_eq!(store.load("me").await.unwrap().unwrap().revision, swapped);
    proxy.lose(1);
    let lock = store.lock("me", Duration::ZERO).await.expect("it is ours");
    assert_eq!(proxy.lost(), 5);
    proxy.lose(1);
    lock.release().await;
    assert_eq!((server.command(&["EXISTS", "auth-core:{me}:lock"]), proxy.lost()), (Reply::Number(0), 6));
    proxy.lose(2);
    store.remove("me").await.unwrap();
    assert!(direct.load("me").await.unwrap().is_none());
    assert_eq!((proxy.lost(), proxy.connections()), (7, 8), "a connection for each that broke");
}

#[tokio::test]
async fn a_repeated_write_is_detected_even_after_later_writes() {
    let Some(server) = RedisServer::start() else { return };
    let script = include_str!("../../src/store/redis/write.lua");
    let revision = |number: u8| format!("{number:032x}");
    let write = |expected: &str, new: u8| {
        let record = format!("record {new}");
        server.command(&["EVAL", script, "1", "key", expected, &revision(new), &record, "0"])
    };
    assert_eq!(write("", 1), Reply::Number(1));
    assert_eq!(write(&revision(1), 2), Reply::Number(1));
    assert_eq!(write(&revision(2), 3), Reply::Number(1));
    assert_eq!(write(&revision(1), 2), Reply::Number(1), "it was written");
    assert_eq!(server.get(&["HGET", "key", "d"]), "record 3", "and is not written again");
    assert_eq!(write(&revision(1), 4), Reply::Number(0));
    for number in 3..50 {
        assert_eq!(write(&revision(number), number + 1), Reply::Number(1));
    }
    assert_eq!(server.get(&["HGET", "key", "h"]).len(), 8 * 33, "the last few");
    assert_eq!(write(&revision(1), 2), Reply::Number(0), "forgotten: nothing is written");
}

#[tokio::test]
async fn a_store_moves_from_one_runtime_to_another() {
    let Some(server) = RedisServer::start() else { return };
    let store = Arc::new(RedisStore::builder(server.url()).build().unwrap());
    let elsewhere = Arc::clone(&store);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(elsewhere.save("me", &session("a"))).unwrap();
    })
    .join()
    .unwrap();
    // The task behind the connection ended with its runtime.
    assert!(store.load("me").await.unwrap().is_some());
}

#[tokio::test]
async fn writes_wait_for_replicas() {
    // A primary usually waits five seconds for more replicas before it sends its data to the first.
    let Some(server) = RedisServer::with(&["--repl-diskless-sync-delay", "0"]) else { return };
    let store = RedisStore::builder(server.url()).wait_for_replicas(1).time_limit(Duration::from_secs(1));
    let store = store.build().unwrap();
    let error = store.save("me", &session("a")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (AuthErrorKind::Storage, true));
    assert!(error.to_string().contains("0 of 1 replicas"), "{error}");

    let port = server.port().to_string();
    let Some(replica) = RedisServer::with(&["--replicaof", "127.0.0.1", &port]) else { return };
    until("the replica is in step", || replica.get(&["INFO", "replication"]).contains("master_link_status:up")).await;
    let store = RedisStore::builder(server.url()).wait_for_replicas(1).time_limit(3 * SOON).build().unwrap();
    let saved = store.save("me", &session("b")).await.unwrap();
    let copy = RedisStore::builder(replica.url()).build().unwrap();
    assert_eq!(copy.load("me").await.unwrap().unwrap().revision, saved);
}

#[cfg(feature = "encryption")]
#[tokio::test]
async fn sealed_sessions_are_read_with_their_key_only() {
    use auth_core::EncryptionKey;
    let Some(server) = RedisServer::start() else { return };
    let open = || RedisStore::builder(server.url());
    let [right, wrong] = [7, 8].map(|byte| EncryptionKey::from_bytes([byte; 32]));
    let sealed = open().encrypted(right).build().unwrap();
    sealed.save("me", &session("canary")).await.unwrap();
    assert!(!server.get(&["HGET", "auth-core:{me}:session", "d"]).contains("canary"));
    assert_eq!(sealed.load("me").await.unwrap().unwrap().session.access_token.expose(), "canary");
    for other in [open().build().unwrap(), open().encrypted(wrong).build().unwrap()] {
        assert_eq!(other.load("me").await.unwrap_err().kind(), AuthErrorKind::Storage);
    }
    open().build().unwrap().save("me", &session("canary")).await.unwrap();
    assert!(server.get(&["HGET", "auth-core:{me}:session", "d"]).contains("canary"), "without a key it is plain");
    assert!(sealed.load("me").await.is_err(), "and refused where there is a key");
}

#[tokio::test]
async fn a_session_without_realm_is_refused_and_kept_until_a_login() {
    const KEY: &str = "aivo https://aivo.test ada";
    const OLD: &str = "p:{aivo/ada}:session";
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).prefix("p:").build().unwrap();
    let write = || server.command(&["HSET", OLD, "r", "00000000000000000000000000000007", "d", r#"{"version":1}"#]);
    write();
    let error = store.load(KEY).await.unwrap_err();
    let shown = error.to_string();
    assert_eq!(error.kind(), AuthErrorKind::Storage);
    assert!(shown.contains("`SessionManager::login`") && !shown.contains("ada"), "{shown}");
    assert_eq!(server.command(&["EXISTS", OLD]), Reply::Number(1));
    store.save(KEY, &session("new")).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_some());
    assert_eq!(server.command(&["EXISTS", OLD]), Reply::Number(0));
    store.remove(KEY).await.unwrap();
    write();
    store.remove(KEY).await.unwrap();
    assert_eq!(server.command(&["EXISTS", OLD]), Reply::Number(0), "a logout removes that record too");
}

#[tokio::test]
async fn keys_are_those_of_sessions_with_this_prefix() {
    let Some(server) = RedisServer::start() else { return };
    let open = |prefix: &str| RedisStore::builder(server.url()).prefix(prefix).build().unwrap();
    let (store, other) = (open("a*:"), open("ab:"));
    for number in 0..2500 {
        other.save(&format!("acme https://acme.test {number}"), &session("other")).await.unwrap();
    }
    let keys = ["acme https://acme.test ada", "{odd} %20 \n é"];
    for key in keys.iter().chain(&["removed"]) {
        store.save(key, &session("mine")).await.unwrap();
    }
    store.remove("removed").await.unwrap();
    let _lock = store.lock("locked", SOON).await.unwrap();
    let mut found = store.keys().await.unwrap();
    found.sort();
    assert_eq!(found, keys);
    assert_eq!(other.keys().await.unwrap().len(), 2500);
}

#[tokio::test]
async fn a_limit_beyond_the_clock_counts_as_long() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).time_limit(Duration::MAX).lock_lease(Duration::MAX);
    let store = store.forget_after(Duration::MAX).remember_removals(Duration::MAX).build().unwrap();
    let revision = store.save("me", &session("a")).await.unwrap();
    assert!(store.compare_and_swap("me", Some(revision), &session("b")).await.unwrap().is_some());
    store.lock("me", Duration::MAX).await.unwrap().release().await;
    store.remove("me").await.unwrap();
    assert!(store.load("me").await.unwrap().is_none());
}
