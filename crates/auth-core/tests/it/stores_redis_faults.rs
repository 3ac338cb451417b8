//! A Redis that is down, slow, full, locked or another server: the errors of the store.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth_core::{AuthError, AuthErrorKind, Delivery, RedisStore, Session, SessionStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::redis_server::proxy::Proxy;
use crate::support::redis_server::{RedisServer, Reply};

fn session(token: &str) -> Session {
    Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("refresh-{token}"))
}

/// Asserts that an error names the failure, and shows no secret.
pub fn assert_storage(error: &AuthError, transient: bool, says: &str) {
    assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Storage, Delivery::NotProcessed), "{error}");
    assert_eq!(error.is_transient(), transient, "{error}");
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(shown.contains(says), "{says}: {shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_redis_that_is_down_at_first_is_used_later() {
    let Some(mut server) = RedisServer::start() else { return };
    server.stop();
    let error = RedisStore::builder(server.url()).connect().await.unwrap_err();
    assert_storage(&error, true, &server.port().to_string());
    let store = RedisStore::builder(server.url()).build().unwrap();
    assert_storage(&store.load("me").await.unwrap_err(), true, "connection refused");
    assert_storage(&store.save("me", &session("canary")).await.unwrap_err(), true, "connection refused");
    assert_storage(&store.lock("me", Duration::ZERO).await.unwrap_err(), true, "connection refused");
    server.restart();
    store.ping().await.unwrap();
    assert!(store.load("me").await.unwrap().is_none());
}

#[tokio::test]
async fn a_restart_is_no_error_and_keeps_the_logged_sessions() {
    let (Some(mut forgets), Some(mut keeps)) = (RedisServer::start(), RedisServer::durable()) else { return };
    for (server, survives) in [(&mut forgets, false), (&mut keeps, true)] {
        let store = RedisStore::builder(server.url()).build().unwrap();
        let revision = store.save("me", &session("a")).await.unwrap();
        server.restart();
        // The connection broke, and Redis has forgotten the scripts.
        let swapped = store.compare_and_swap("me", Some(revision), &session("b")).await.unwrap();
        assert_eq!(swapped.is_some(), survives);
        assert_eq!(store.load("me").await.unwrap().is_some(), survives);
    }
}

#[tokio::test]
async fn a_frozen_redis_delays_no_caller_beyond_the_limit() {
    let Some(server) = RedisServer::start() else { return };
    let open = |limit| RedisStore::builder(server.url()).time_limit(limit).build().unwrap();
    let (store, long_limit) = (open(Duration::from_millis(100)), open(Duration::from_secs(20)));
    let before = long_limit.save("me", &session("a")).await.unwrap();
    // The store connects before Redis is frozen; on a busy machine, not at the first attempt.
    for attempt in 1.. {
        match store.ping().await {
            Ok(()) => break,
            Err(error) => assert!(attempt < 100, "{error}"),
        }
    }
    let intended = {
        server.freeze();
        let start = Instant::now();
        assert_storage(&store.load("me").await.unwrap_err(), true, "no answer within 100ms");
        let swapped = store.compare_and_swap("me", Some(before), &session("b")).await;
        assert_storage(&swapped.unwrap_err(), true, "may still happen");
        assert_storage(&store.lock("me", Duration::from_secs(60)).await.unwrap_err(), true, "no answer");
        assert!(start.elapsed() < Duration::from_secs(10), "three limits, and room for a slow machine");
        server.thaw();
        long_limit.load("me").await.unwrap().unwrap()
    };
    // The write has happened late, or not at all; the session is whole.
    let token = intended.session.access_token.expose();
    assert_eq!(token == "a", intended.revision == before, "{token}");
    let lock = long_limit.lock("me", Duration::from_secs(20)).await.unwrap();
    lock.release().await;
}

/// A write in transit during a logout: whatever revision it expects, it brings nothing back.
#[tokio::test]
async fn a_write_that_comes_after_a_removal_changes_nothing() {
    let Some(server) = RedisServer::start() else { return };
    for there_before in [false, true] {
        let proxy = Proxy::to(server.port()).await;
        let (late, direct) = (
            Arc::new(RedisStore::builder(proxy.url()).time_limit(Duration::from_secs(60)).build().unwrap()),
            RedisStore::builder(server.url()).build().unwrap(),
        );
        late.ping().await.unwrap();
        if there_before {
            direct.save("me", &session("before")).await.unwrap();
        }
        // The first request is the look.
        proxy.hold_back(2);
        let writing = tokio::spawn({
            let late = Arc::clone(&late);
            async move {
                match there_before {
                    true => late.save("me", &session("late")).await.map(Some),
                    false => late.compare_and_swap("me", None, &session("late")).await,
                }
            }
        });
        proxy.holds().await;
        direct.remove("me").await.unwrap();
        if !there_before {
            proxy.release();
            assert_eq!(writing.await.unwrap().unwrap(), None);
            assert!(direct.load("me").await.unwrap().is_none());
            let anew = direct.compare_and_swap("me", None, &session("anew")).await.unwrap();
            assert!(anew.is_some(), "a writer that sees the removal may begin again");
            direct.remove("me").await.unwrap();
        } else {
            // The caller of a save looks again; a dropped one doesn't.
            writing.abort();
            let _ = writing.await;
            proxy.release();
            late.ping().await.unwrap();
            assert!(direct.load("me").await.unwrap().is_none());
        }
    }
    let left = server.command(&["PTTL", "auth-core:{me}:session"]);
    assert!(matches!(left, Reply::Number(1..=600_000)), "{left:?}");
}

/// The mark of a removal expires by Redis' clock, perhaps between the look of a write and the write. That is no reason
/// to refuse, but another removal of the session is.
#[tokio::test]
async fn a_mark_that_expires_meanwhile_stops_no_first_write() {
    let Some(server) = RedisServer::start() else { return };
    let direct = RedisStore::builder(server.url()).build().unwrap();
    for runs_out in [true, false] {
        let proxy = Proxy::to(server.port()).await;
        let store = Arc::new(RedisStore::builder(proxy.url()).time_limit(Duration::from_secs(60)).build().unwrap());
        store.ping().await.unwrap();
        direct.remove("me").await.unwrap();
        // The first request is the look.
        proxy.hold_back(2);
        let writing = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.compare_and_swap("me", None, &session("a")).await }
        });
        proxy.holds().await;
        match runs_out {
            true => assert_eq!(server.command(&["DEL", "auth-core:{me}:session"]), Reply::Number(1)),
            false => direct.remove("me").await.unwrap(),
        }
        proxy.release();
        let written = writing.await.unwrap().unwrap();
        assert_eq!(written.is_some(), runs_out);
        assert_eq!(written, direct.load("me").await.unwrap().map(|stored| stored.revision));
    }
}

#[tokio::test]
async fn passwords_authenticate_and_are_never_shown() {
    let Some(server) = RedisServer::with(&["--requirepass", "canary right"]) else { return };
    let at = |login: &str, database: u8| format!("redis://{login}127.0.0.1:{}/{database}", server.port());
    for url in [at(":canary%20right@", 0), at("default:canary%20right@", 1)] {
        RedisStore::builder(url).connect().await.unwrap();
    }
    RedisStore::builder(at("", 0)).password("canary right").connect().await.unwrap();
    for (login, password, says) in [
        ("", None, "wants a password"),
        (":canary@", None, "correct them (WRONGPASS)"),
        ("canary:canary%20right@", None, "correct them (WRONGPASS)"),
        ("", Some("canary"), "correct them (WRONGPASS)"),
    ] {
        for database in [0, 1] {
            let mut builder = RedisStore::builder(at(login, database));
            if let Some(password) = password {
                builder = builder.password(password);
            }
            assert!(!format!("{builder:?} {builder:#?}").contains("canary"));
            let store = builder.build().unwrap();
            assert!(!format!("{store:?} {store:#?}").contains("canary"));
            assert_storage(&store.load("me").await.unwrap_err(), false, says);
            assert_storage(&store.ping().await.unwrap_err(), false, says);
        }
    }
}

#[tokio::test]
async fn a_full_redis_takes_no_session_and_keeps_those_it_has() {
    let Some(server) = RedisServer::with(&["--maxmemory-policy", "noeviction"]) else { return };
    let store = RedisStore::builder(server.url()).build().unwrap();
    let revision = store.save("me", &session("a")).await.unwrap();
    let lock = store.lock("me", Duration::ZERO).await.unwrap();
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_storage(&store.save("other", &session("canary")).await.unwrap_err(), true, "raise its `maxmemory`");
    let swapped = store.compare_and_swap("me", Some(revision), &session("canary")).await;
    assert_storage(&swapped.unwrap_err(), true, "(OOM)");
    assert_storage(&store.lock("other", Duration::from_secs(60)).await.unwrap_err(), true, "(OOM)");
    assert_eq!(store.load("me").await.unwrap().unwrap().revision, revision);
    lock.release().await;
    assert_eq!(server.command(&["EXISTS", "auth-core:{me}:lock"]), Reply::Number(0), "releasing needs no room");
    server.command(&["CONFIG", "SET", "maxmemory", "0"]);
    store.compare_and_swap("me", Some(revision), &session("b")).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_replica_is_read_and_not_written() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).build().unwrap();
    let revision = store.save("me", &session("a")).await.unwrap();
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    assert_eq!(store.load("me").await.unwrap().unwrap().revision, revision);
    let swapped = store.compare_and_swap("me", Some(revision), &session("canary")).await;
    assert_storage(&swapped.unwrap_err(), true, "address of the primary");
    server.command(&["REPLICAOF", "NO", "ONE"]);
    store.compare_and_swap("me", Some(revision), &session("b")).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_failover_is_followed_with_the_next_connection() {
    let (Some(first), Some(second)) = (RedisServer::start(), RedisServer::start()) else { return };
    let proxy = Proxy::to(first.port()).await;
    let store = RedisStore::builder(proxy.url()).build().unwrap();
    store.save("me", &session("a")).await.unwrap();
    // The old primary lives on as a replica, and its connections with it.
    first.command(&["REPLICAOF", "127.0.0.1", "1"]);
    proxy.redirect_to(second.port());
    let saved = store.save("me", &session("b")).await.unwrap();
    let there = RedisStore::builder(second.url()).build().unwrap().load("me").await.unwrap().unwrap();
    assert_eq!(saved, there.revision);
}

#[tokio::test]
async fn something_else_under_the_key_is_left_alone() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).build().unwrap();
    server.command(&["SET", "auth-core:{me}:session", "canary"]);
    assert_storage(&store.load("me").await.unwrap_err(), false, "another prefix");
    assert_storage(&store.save("me", &session("canary")).await.unwrap_err(), false, "another prefix");
    assert_storage(&store.remove("me").await.unwrap_err(), false, "another prefix");
    assert_eq!(server.get(&["GET", "auth-core:{me}:session"]), "canary");
    // A foreign hash, or a damaged one: a new login repairs it.
    for field in ["r", "d"] {
        server.command(&["DEL", "auth-core:{me}:session"]);
        server.command(&["HSET", "auth-core:{me}:session", field, "canary"]);
        assert_storage(&store.load("me").await.unwrap_err(), false, "sign in again");
        let saved = store.save("me", &session("a")).await.unwrap();
        assert_eq!(store.load("me").await.unwrap().unwrap().revision, saved);
    }
}

#[tokio::test]
async fn a_record_under_another_revision_is_damaged() {
    let Some(server) = RedisServer::start() else { return };
    let store = RedisStore::builder(server.url()).build().unwrap();
    store.save("me", &session("canary")).await.unwrap();
    server.command(&["HSET", "auth-core:{me}:session", "r", &"0".repeat(32)]);
    assert_storage(&store.load("me").await.unwrap_err(), false, "damaged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_access_list_of_the_documentation_is_enough() {
    let Some(server) = RedisServer::start() else { return };
    let text = include_str!("../../src/store/redis.rs");
    let list = text.lines().find_map(|line| line.strip_prefix("/// `~acme:* ")).unwrap().trim_end_matches("`.");
    let mut command = vec!["ACL", "SETUSER", "app", "on", ">canary", "~acme:*"];
    command.extend(list.split(' '));
    assert_eq!(server.command(&command), Reply::Text("OK".to_owned()));
    let url = format!("redis://app:canary@127.0.0.1:{}/1", server.port());
    let open = |prefix: &str| RedisStore::builder(url.as_str()).prefix(prefix).forget_after(Duration::from_secs(60));
    let report = auth_testkit::conformance::store(|| Arc::new(open("acme:").build().unwrap())).await;
    assert!(report.is_ok(), "{report}");
    open("acme:").connect().await.unwrap();
    assert_storage(&open("other:").build().unwrap().load("me").await.unwrap_err(), false, "(NOPERM)");
    let error = open("acme:").wait_for_replicas(1).time_limit(Duration::from_secs(1)).build().unwrap();
    let error = error.save("me", &session("a")).await.unwrap_err();
    assert_storage(&error, true, "0 of 1 replicas");
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_works_too() {
    let Some(server) = RedisServer::with(&["--unixsocket", "redis.sock"]) else { return };
    let url = format!("unix://{}?db=2", server.folder().join("redis.sock").display());
    let store = RedisStore::builder(url).connect().await.unwrap();
    store.save("me", &session("a")).await.unwrap();
    assert!(RedisStore::builder(server.url()).build().unwrap().load("me").await.unwrap().is_none(), "another database");
}

/// Answers everything with the same line.
async fn always(line: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = vec![0; 1 << 16];
                while client.read(&mut asked).await.is_ok_and(|length| length > 0) {
                    if client.write_all(line.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn errors_of_redis_are_reported_without_their_text() {
    for (line, transient, says) in [
        ("-LOADING canary\r\n", true, "still loading"),
        ("-MISCONF canary\r\n", true, "can't save to its disk"),
        ("-NOREPLICAS canary\r\n", true, "too few replicas"),
        ("-MASTERDOWN canary\r\n", true, "lost its primary"),
        ("-CLUSTERDOWN canary\r\n", true, "cluster that isn't whole"),
        ("-BUSY canary\r\n", true, "busy with a script"),
        ("-MOVED 1 canary:6379\r\n", false, "node of a cluster"),
        ("-NOPERM canary\r\n", false, "doesn't let this user"),
        ("-ERR unknown command 'canary'\r\n", false, "refuses"),
        ("-canary canary\r\n", false, "an unknown code"),
        ("+canary\r\n", false, "answers as no Redis does"),
        ("HTTP/1.1 400 canary\r\n\r\n", false, "answers as no Redis does"),
    ] {
        let store = RedisStore::builder(always(line).await).build().unwrap();
        for error in [
            store.compare_and_swap("me", None, &session("canary")).await.unwrap_err(),
            store.lock("me", Duration::from_secs(60)).await.unwrap_err(),
        ] {
            assert_storage(&error, transient, says);
        }
    }
}

#[cfg(feature = "redis-tls")]
#[tokio::test]
async fn tls_trusts_the_given_roots() {
    let Some(tls) = certificates::Folder::new() else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (certificate, key) = (tls.path("server.pem"), tls.path("server.key"));
    let options = ["--tls-port", &port, "--tls-auth-clients", "no", "--tls-cert-file", &certificate];
    let options = [options.as_slice(), &["--tls-key-file", &key]].concat();
    let Some(_server) = RedisServer::with(&options) else { return };
    let root = std::fs::read(tls.path("root.pem")).unwrap();

    // On a machine without any trusted certificate, `build` fails.
    if let Ok(store) = RedisStore::builder(format!("rediss://:canary@localhost:{port}")).build() {
        assert_storage(&store.ping().await.unwrap_err(), false, "TLS");
    }
    let trusting =
        |host: &str| RedisStore::builder(format!("rediss://{host}:{port}/1")).root_certificates(root.clone());
    let store = trusting("localhost").connect().await.unwrap();
    store.save("me", &session("a")).await.unwrap();
    assert!(store.load("me").await.unwrap().is_some());
    assert_storage(&trusting("127.0.0.1").connect().await.unwrap_err(), false, "TLS");
    let plain = RedisStore::builder(format!("redis://localhost:{port}")).build().unwrap();
    assert_eq!(plain.load("me").await.unwrap_err().kind(), AuthErrorKind::Storage);
}

/// A root and a certificate for `localhost`, made by openssl.
#[cfg(feature = "redis-tls")]
mod certificates {
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use test_requirements::{Requirement, requirement};

    pub(super) struct Folder(PathBuf);

    impl Folder {
        pub(super) fn new() -> Option<Self> {
            let folder = Self(std::env::temp_dir().join(format!("auth-core-redis-tls-{}", std::process::id())));
            std::fs::create_dir_all(&folder.0).unwrap();
            let (root, root_key) = (folder.path("root.pem"), folder.path("root.key"));
            let signed = ["-CA", &root, "-CAkey", &root_key, "-addext", "basicConstraints=critical,CA:FALSE"];
            let named = ["-addext", "subjectAltName=DNS:localhost"];
            let made = folder.certify("root", &[]) && folder.certify("server", &[signed.as_slice(), &named].concat());
            requirement(Requirement::Openssl, made.then_some(folder).ok_or("openssl makes no certificate"))
        }

        pub(super) fn path(&self, name: &str) -> String {
            self.0.join(name).display().to_string()
        }

        fn certify(&self, name: &str, options: &[&str]) -> bool {
            let (certificate, key) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
            Command::new("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
                .args(["-subj", &format!("/CN={name}"), "-out", &certificate, "-keyout", &key])
                .args(options)
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
