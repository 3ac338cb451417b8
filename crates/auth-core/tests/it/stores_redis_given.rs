//! Sessions in Redis over connections that the caller gives or makes: one that reconnects by itself, one of a cluster,
//! and those behind a sentinel.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth_core::{AuthErrorKind, RedisCredentials, RedisStore, RedisStoreBuilder, Session, SessionStore};
use auth_testkit::conformance;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisConnectionInfo, RedisError};
use tokio::sync::Mutex;

use crate::stores_redis_faults::assert_storage;
use crate::support::redis_server::cluster::Cluster;
use crate::support::redis_server::proxy::Proxy;
use crate::support::redis_server::sentinel::Sentinel;
use crate::support::redis_server::{RedisServer, Reply, until};

const SOON: Duration = Duration::from_secs(20);

fn session(token: &str) -> Session {
    Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("refresh-{token}"))
}

/// Without a time limit of its own for answers.
fn long_limit() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None)
}

async fn multiplexed(url: &str) -> MultiplexedConnection {
    Client::open(url).unwrap().get_multiplexed_async_connection_with_config(&long_limit()).await.unwrap()
}

async fn managed(url: &str) -> ConnectionManager {
    let config = ConnectionManagerConfig::new().set_response_timeout(None).set_min_delay(Duration::from_millis(10));
    Client::open(url).unwrap().get_connection_manager_with_config(config).await.unwrap()
}

fn connecting(url: String) -> RedisStoreBuilder {
    let client = Client::open(url).unwrap();
    RedisStore::connected_by(move || {
        let client = client.clone();
        async move { client.get_multiplexed_async_connection_with_config(&long_limit()).await }
    })
}

async fn assert_conforms(name: &str, open: impl Fn() -> RedisStoreBuilder) {
    let report = conformance::store(|| Arc::new(open().build().unwrap()) as Arc<dyn SessionStore>).await;
    println!("{name}: {report}");
    assert!(report.is_ok(), "{name}: {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms_over_any_connection() {
    let Some(server) = RedisServer::start() else { return };
    let plain = multiplexed(&server.url()).await;
    assert_conforms("a connection", || RedisStore::over(plain.clone())).await;
    server.clear_marks().await;
    let newer = multiplexed(&format!("{}?protocol=resp3", server.url())).await;
    assert_conforms("a connection with RESP3", || RedisStore::over(newer.clone())).await;
    server.clear_marks().await;
    let managed = managed(&server.url()).await;
    assert_conforms("a manager of connections", || RedisStore::over(managed.clone())).await;
    server.clear_marks().await;
    assert_conforms("connections that are made", || connecting(server.url())).await;
    server.clear_marks().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_connection_keeps_its_database_its_user_and_its_socket() {
    let Some(server) = RedisServer::with(&["--unixsocket", "redis.sock", "--requirepass", "canary"]) else { return };
    let url = format!("redis+unix://{}?db=2&pass=canary", server.folder().join("redis.sock").display());
    let store = RedisStore::over(multiplexed(&url).await).connect().await.unwrap();
    store.save("me", &session("a")).await.unwrap();
    let elsewhere = RedisStore::builder(server.url()).password("canary").build().unwrap();
    assert!(elsewhere.load("me").await.unwrap().is_none(), "another database");
    assert!(!format!("{store:?} {store:#?}").contains("canary"));
}

#[tokio::test]
async fn a_lost_answer_changes_nothing_where_the_connection_can_be_replaced() {
    let Some(server) = RedisServer::start() else { return };
    let direct = RedisStore::builder(server.url()).build().unwrap();
    direct.save("warm", &session("a")).await.unwrap();
    direct.remove("warm").await.unwrap();
    for reconnects in [true, false] {
        let proxy = Proxy::to(server.port()).await;
        let builder = match reconnects {
            true => RedisStore::over(managed(&proxy.url()).await),
            false => connecting(proxy.url()),
        };
        let store = builder.time_limit(SOON).build().unwrap();
        store.ping().await.unwrap();
        proxy.lose(2); // The answer to the write: a save looks first.
        let saved = store.save("me", &session("a")).await.unwrap();
        assert_eq!((direct.load("me").await.unwrap().unwrap().revision, proxy.lost()), (saved, 1));
        assert_eq!(proxy.connections(), 2);
    }
}

#[tokio::test]
async fn a_broken_connection_stays_broken_unless_the_caller_makes_another() {
    let Some(mut server) = RedisServer::durable() else { return };
    let (plain, made) = (
        RedisStore::over(multiplexed(&server.url()).await).build().unwrap(),
        connecting(server.url()).build().unwrap(),
    );
    let saved = made.save("me", &session("a")).await.unwrap();
    assert_eq!(plain.load("me").await.unwrap().unwrap().revision, saved);
    server.stop();
    assert_storage(&plain.load("me").await.unwrap_err(), true, "broke");
    assert_storage(&made.load("me").await.unwrap_err(), true, "(connection refused)");
    server.restart();
    assert_eq!(made.load("me").await.unwrap().unwrap().revision, saved);
    assert_storage(&plain.load("me").await.unwrap_err(), true, "broke");
}

#[tokio::test]
async fn making_a_connection_is_bounded_and_its_error_is_not_quoted() {
    let limit = Duration::from_millis(50);
    let never = RedisStore::connected_by(std::future::pending::<Result<MultiplexedConnection, RedisError>>);
    let never = never.time_limit(limit).build().unwrap();
    assert_storage(&never.load("me").await.unwrap_err(), true, "(timed out)");
    for (kind, transient, says) in [
        (ErrorKind::Client, false, "check how the connection is made"),
        (ErrorKind::InvalidClientConfig, false, "check how the connection is made"),
        (ErrorKind::MasterNameNotFoundBySentinel, true, "no sentinel knows the primary"),
        (ErrorKind::ClusterConnectionNotFound, true, "no node of the cluster"),
        (ErrorKind::AuthenticationFailed, false, "(WRONGPASS)"),
        (ErrorKind::Io, true, "check that it runs, its address and TLS"),
    ] {
        let store = RedisStore::connected_by(move || async move {
            Err::<MultiplexedConnection, _>(RedisError::from((kind, "canary", "canary".to_owned())))
        });
        assert_storage(&store.build().unwrap().load("me").await.unwrap_err(), transient, says);
    }
}

#[tokio::test]
async fn the_shorter_limit_counts() {
    let Some(server) = RedisServer::start() else { return };
    let short_limit = long_limit().set_response_timeout(Some(Duration::from_millis(50)));
    let short_limit =
        Client::open(server.url()).unwrap().get_multiplexed_async_connection_with_config(&short_limit).await.unwrap();
    let long_limit = multiplexed(&server.url()).await;
    server.freeze();
    let store = RedisStore::over(short_limit).time_limit(SOON).build().unwrap();
    assert_storage(&store.load("me").await.unwrap_err(), true, "the time limit of the connection");
    let store = RedisStore::over(long_limit).time_limit(Duration::from_millis(50)).build().unwrap();
    assert_storage(&store.load("me").await.unwrap_err(), true, "no answer within 50ms");
    server.thaw();
}

#[tokio::test]
async fn credentials_are_refused_for_a_given_connection() {
    let Some(server) = RedisServer::start() else { return };
    let plain = multiplexed(&server.url()).await;
    let open = || RedisStore::over(plain.clone());
    let asked = open().credentials(|| async { Ok(RedisCredentials::password("canary")) });
    let refused = [
        open().password("canary"),
        asked,
        #[cfg(feature = "redis-tls")]
        open().root_certificates("canary"),
    ];
    for builder in refused {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
        assert!(error.to_string().contains("leave") && !error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn writes_wait_for_replicas_over_the_same_connection() {
    let Some(server) = RedisServer::with(&["--repl-diskless-sync-delay", "0"]) else { return };
    let open = |connection| RedisStore::over(connection).wait_for_replicas(1);
    let managed = managed(&server.url()).await;
    let without_replica = open(managed.clone()).time_limit(Duration::from_secs(1)).build().unwrap();
    assert_storage(&without_replica.save("me", &session("a")).await.unwrap_err(), true, "0 of 1 replicas");
    let port = server.port().to_string();
    let Some(replica) = RedisServer::with(&["--replicaof", "127.0.0.1", &port]) else { return };
    until("the replica is in step", || replica.get(&["INFO", "replication"]).contains("master_link_status:up")).await;
    let store = open(managed).time_limit(SOON).build().unwrap();
    let saved = store.save("me", &session("b")).await.unwrap();
    let copy = RedisStore::builder(replica.url()).build().unwrap();
    assert_eq!(copy.load("me").await.unwrap().unwrap().revision, saved);
    // The failure of a command within the pipeline is reported as if it had been sent alone.
    server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    assert_storage(&store.save("me", &session("canary")).await.unwrap_err(), true, "(OOM)");
}

async fn cluster_connection(cluster: &Cluster) -> ClusterConnection {
    let nodes = [cluster.primaries[0].url(), cluster.primaries[1].url()];
    let client = ClusterClientBuilder::new(nodes).response_timeout(SOON).build().unwrap();
    client.get_async_connection().await.unwrap()
}

/// A user that may do what the documentation of `RedisStore` lists, and more.
fn set_user(server: &RedisServer, more: &[&str]) {
    let text = include_str!("../../src/store/redis.rs");
    let list = text.lines().find_map(|line| line.strip_prefix("/// `~acme:* ")).unwrap().trim_end_matches("`.");
    let list: Vec<_> = list.split(' ').collect();
    let words = [&["ACL", "SETUSER", "app", "on", ">canary", "~acme:*"], list.as_slice(), more].concat();
    assert_eq!(server.command(&words), Reply::Text("OK".to_owned()));
}

/// An account in the half of the slots that belongs to a primary.
async fn account_on(server: &RedisServer) -> String {
    let direct = RedisStore::builder(server.url()).build().unwrap();
    for number in 0.. {
        let account = format!("account {number}");
        match direct.load(&account).await {
            Ok(_) => return account,
            Err(error) => assert_storage(&error, false, "`RedisStore::over`"),
        }
    }
    unreachable!()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cluster_is_followed_wherever_its_slots_go() {
    let Some(cluster) = Cluster::start().await else { return };
    let connection = cluster_connection(&cluster).await;
    assert_conforms("a cluster", || RedisStore::over(connection.clone())).await;
    #[cfg(feature = "encryption")]
    {
        let key = auth_core::EncryptionKey::from_bytes([7; 32]);
        // The marks of the first suite are still there: this one needs a store of its own.
        let open = || RedisStore::over(connection.clone()).prefix("encrypted:").encrypted(key.clone());
        assert_conforms("a cluster, encrypted", open).await;
    }

    for server in cluster.primaries.iter().chain([&cluster.replica]) {
        set_user(server, &["+cluster|slots"]);
    }
    let nodes = cluster.primaries.each_ref().map(RedisServer::url);
    let client = ClusterClientBuilder::new(nodes).username("app").password("canary").build().unwrap();
    let limited = client.get_async_connection().await.unwrap();
    assert_conforms("a user of a cluster", || RedisStore::over(limited.clone()).prefix("acme:")).await;

    // Accounts are spread over the nodes, and the keys of each are on one node.
    let store = RedisStore::over(connection.clone()).time_limit(SOON).connect().await.unwrap();
    let mut accounts = Vec::new();
    for server in &cluster.primaries {
        let account = account_on(server).await;
        let saved = store.save(&account, &session("a")).await.unwrap();
        let direct = RedisStore::builder(server.url()).build().unwrap();
        assert_eq!(direct.load(&account).await.unwrap().unwrap().revision, saved);
        let lock = store.lock(&account, Duration::ZERO).await.unwrap();
        assert!(direct.lock(&account, Duration::ZERO).await.is_err(), "the lock is there, too");
        lock.release().await;
        accounts.push((account, saved));
    }

    // Only the replicas of the account's node count.
    let waits = RedisStore::over(connection.clone()).wait_for_replicas(1).time_limit(SOON).build().unwrap();
    let (first, saved) = &accounts[0];
    let saved = waits.compare_and_swap(first, Some(*saved), &session("b")).await.unwrap().unwrap();
    let waits = RedisStore::over(connection).wait_for_replicas(1).time_limit(Duration::from_secs(1)).build().unwrap();
    assert_storage(&waits.save(&accounts[1].0, &session("b")).await.unwrap_err(), true, "0 of 1 replicas");

    // The old primary redirects requests to the new one.
    cluster.fail_over().await;
    let swapped = store.compare_and_swap(first, Some(saved), &session("c")).await.unwrap();
    assert!(swapped.is_some());
    let there = RedisStore::builder(cluster.replica.url()).build().unwrap().load(first).await.unwrap().unwrap();
    assert_eq!(Some(there.revision), swapped);
}

fn behind(sentinel: &Sentinel, name: &str, login: Option<SentinelNodeConnectionInfo>) -> RedisStoreBuilder {
    let client = SentinelClient::build(vec![sentinel.url()], String::from(name), login, SentinelServerType::Master);
    let client = Arc::new(Mutex::new(client.unwrap()));
    RedisStore::connected_by(move || {
        let client = Arc::clone(&client);
        async move { client.lock().await.get_async_connection_with_config(&long_limit()).await }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failover_of_a_sentinel_is_followed() {
    let Some(mut sentinel) = Sentinel::start().await else { return };
    let error = behind(&sentinel, "other", None).build().unwrap().load("me").await.unwrap_err();
    assert_storage(&error, true, "no sentinel knows the primary");

    for server in [&sentinel.primary, &sentinel.replica] {
        set_user(server, &["+role"]);
    }
    let login = RedisConnectionInfo::default().set_username("app").set_password("canary");
    let login = SentinelNodeConnectionInfo::default().set_redis_connection_info(login);
    assert_conforms("behind a sentinel", || behind(&sentinel, "main", Some(login.clone())).prefix("acme:")).await;
    let store = behind(&sentinel, "main", None).wait_for_replicas(1).time_limit(SOON).connect().await.unwrap();
    let saved = store.save("me", &session("a")).await.unwrap();
    let direct = RedisStore::builder(sentinel.primary.url()).build().unwrap();
    assert_eq!(direct.load("me").await.unwrap().unwrap().revision, saved);

    sentinel.fail_over().await;
    let found = store.load("me").await.unwrap().unwrap();
    assert_eq!(found.revision, saved, "the replica had it, since it was waited for");
    let store = behind(&sentinel, "main", None).time_limit(SOON).build().unwrap();
    store.compare_and_swap("me", Some(saved), &session("b")).await.unwrap().unwrap();
}
