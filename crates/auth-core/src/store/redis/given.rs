//! Connections that the caller gives or makes.

use ::redis::RedisError;
use ::redis::aio::ConnectionLike;

use super::connection::Handle;
use super::source::Source;
use super::{RedisStore, RedisStoreBuilder};

impl RedisStore {
    /// A store over an existing connection that reconnects by itself: a `ClusterConnection`, or a `ConnectionManager`.
    ///
    /// ```no_run
    /// # async fn example(cluster: impl redis::aio::ConnectionLike + Clone + Send + Sync + 'static)
    /// # -> Result<(), auth_core::AuthError> {
    /// use auth_core::RedisStore;
    ///
    /// // `cluster` is what `redis::cluster::ClusterClient::get_async_connection` returned.
    /// let store = RedisStore::over(cluster).prefix("acme:").build()?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// All guarantees of the store rest on its scripts and revisions, so they hold over any connection. The differences
    /// come from the connection not being made by the store:
    ///
    /// - It can't connect anew. A request whose connection broke is sent once more over a clone of the same connection,
    ///   which helps if the connection reconnects by itself. A `MultiplexedConnection` doesn't: once broken, it stays
    ///   so. For that type there is [`connected_by`](Self::connected_by).
    /// - It can't replace a connection that hangs, or that leads to a server that has become a replica. Keep-alives and
    ///   failovers are up to the connection. A request has all of [the time limit](RedisStoreBuilder::time_limit).
    /// - It can't raise the connection's own limits. In `redis`, a response may take 500 ms by default;
    ///   [`wait_for_replicas`](RedisStoreBuilder::wait_for_replicas) may need more. The shorter limit counts.
    /// - The server, the user and the database are those of the connection. Errors call it "the Redis behind the given
    ///   connection".
    ///
    /// The connection must read from primaries (no `read_from_replicas`) and without client-side caching: a store whose
    /// reads lag behind its writes sends nothing twice, but takes its own session for outdated. It must be used within
    /// the runtime that it was created in.
    ///
    /// # The version of `redis`
    ///
    /// `ConnectionLike` is that of the crate `redis` in version 1, which is therefore part of this crate's interface:
    /// another major version of it will be a breaking change here. Depend on `redis = "1"`, with the features that the
    /// connection needs, such as `cluster-async`. A connection of another version doesn't compile here: "the trait
    /// `ConnectionLike` is not implemented".
    pub fn over<C>(connection: C) -> RedisStoreBuilder
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        RedisStoreBuilder::from_source(Source::Given(Handle::new(connection)))
    }

    /// A store over connections that the caller makes: behind Sentinel, over a stream or TLS of its own, or with a
    /// login of its own.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use auth_core::RedisStore;
    ///
    /// let client = redis::Client::open("redis://127.0.0.1")?;
    /// let store = RedisStore::connected_by(move || {
    ///     let client = client.clone();
    ///     async move { client.get_multiplexed_async_connection().await }
    /// })
    /// .build()?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The store requests a connection when it needs one and keeps it; it requests another when that one breaks, gives
    /// no answer within half of [the time limit](RedisStoreBuilder::time_limit), leads to a server that has become a
    /// replica, or is signed out. So a store behind Sentinel follows a failover with the next request. One connection
    /// is made at a time, within the time limit; at the limit, the future that makes it is dropped.
    ///
    /// The requirements for a connection and for the version of `redis` are those of [`over`](Self::over). A connection
    /// needn't reconnect by itself.
    pub fn connected_by<F, T, C>(connect: F) -> RedisStoreBuilder
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<C, RedisError>> + Send + 'static,
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        RedisStoreBuilder::from_source(Source::Made(Box::new(move || {
            let connecting = connect();
            Box::pin(async move { connecting.await.map(Handle::new) })
        })))
    }
}
