//! The options of a [`RedisStore`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use client_runtime::Secret;

use super::RedisStore;
use super::address::Address;
use super::client::Client;
use super::credentials::{Asked, RedisCredentials};
use super::source::Source;
use crate::store::record::RecordFormat;
use crate::{AuthError, AuthErrorKind};

impl RedisStore {
    /// A store in the Redis at a URL: `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, or
    /// `unix:///path?db=0` for a socket. Special characters of a password are percent-encoded.
    pub fn builder(url: impl Into<Secret>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(url.into())
    }
}

/// Builds a [`RedisStore`].
#[must_use]
pub struct RedisStoreBuilder {
    from: From,
    password: Option<Secret>,
    credentials: Option<Asked>,
    #[cfg(feature = "redis-tls")]
    roots: Vec<u8>,
    prefix: String,
    format: RecordFormat,
    limit: Duration,
    lease: Duration,
    forget_after: Option<Duration>,
    remember_removals: Duration,
    replicas: u32,
}

/// The source of the connections.
enum From {
    Url(Secret),
    Caller(Source),
}

impl RedisStoreBuilder {
    pub(super) fn new(url: Secret) -> Self {
        Self::with(From::Url(url))
    }

    /// A builder of a store over connections that the caller gives or makes.
    pub(super) fn from_source(source: Source) -> Self {
        Self::with(From::Caller(source))
    }

    fn with(from: From) -> Self {
        Self {
            from,
            password: None,
            credentials: None,
            #[cfg(feature = "redis-tls")]
            roots: Vec::new(),
            prefix: "auth-core:".to_owned(),
            format: RecordFormat::default(),
            limit: Duration::from_secs(3),
            lease: Duration::from_secs(60),
            forget_after: None,
            remember_removals: Duration::from_secs(10 * 60),
            replicas: 0,
        }
    }

    /// The prefix of all key names, without braces; stores with different prefixes share nothing. By default
    /// `auth-core:`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The password, where it isn't part of the URL. For one that changes, there is [`credentials`](Self::credentials).
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets a callback that fetches the user name and the password anew for every connection, where they change: leases
    /// of a vault, tokens of a cloud's identity service. They override those of the URL.
    ///
    /// ```no_run
    /// # async fn lease() -> Result<(String, String), std::io::Error> { Ok(Default::default()) }
    /// # fn example() -> Result<(), auth_core::AuthError> {
    /// use auth_core::{AuthError, AuthErrorKind, RedisCredentials, RedisStore};
    ///
    /// let store = RedisStore::builder("rediss://redis.example:6379")
    ///     .credentials(|| async {
    ///         let (user, password) = lease().await.map_err(|_| {
    ///             AuthError::new(AuthErrorKind::Transport).with_message("the vault can't be reached")
    ///         })?;
    ///         Ok(RedisCredentials::new(user, password))
    ///     })
    ///     .build()?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An open connection keeps its user: Redis asks for a password once. After a change of the password, the
    /// connection stays usable until Redis closes it or answers that it is signed out (`NOAUTH`). The request that gets
    /// this answer is sent once more over a new connection, with new credentials, which its caller doesn't notice.
    /// Credentials aren't requested in advance: the callback should have an answer at hand that is valid now.
    ///
    /// The callback is called once the server is reached, by one request at a time, and its time counts towards
    /// [the time limit](Self::time_limit); at the limit its future is dropped.
    ///
    /// If it fails, the request fails with [`Storage`](AuthErrorKind::Storage), which is transient if the callback's
    /// error is. Only the kind of that error is reported: its message and its cause may contain the secret, so the
    /// callback has to log them. Credentials that Redis refuses are a transient error too, since the next connection
    /// requests others.
    pub fn credentials<F, T>(mut self, ask: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<RedisCredentials, AuthError>> + Send + 'static,
    {
        self.credentials = Some(Asked::new(ask));
        self
    }

    /// Encrypts sessions with a key, and refuses unencrypted ones.
    #[cfg(feature = "encryption")]
    pub fn encrypted(mut self, key: crate::EncryptionKey) -> Self {
        self.format = RecordFormat::sealed(key);
        self
    }

    /// Certificates in PEM that are trusted for `rediss://`, in addition to those of the platform.
    #[cfg(feature = "redis-tls")]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = pem.into();
        self
    }

    /// The time limit of a request to Redis, including its connection. By default 3 s.
    ///
    /// A connection that was used before gets half of it, and a new one the rest: a dead connection doesn't always show
    /// as an error.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The lease of a lock, after which it expires unless it is released. By default 60 s.
    ///
    /// It must be longer than a redemption takes: the longest wait of the manager, 45 s by default, and the time to
    /// store the result. A shorter one never lets a refresh token be sent twice, but peers then find the intent of a
    /// redemption in flight, and take its session for one that can't be renewed.
    pub fn lock_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The time after its last write at which a session is forgotten, for accounts that come and go. By default
    /// sessions are kept until they are removed.
    ///
    /// A renewal is a write, so this must be longer than any time in which a session isn't renewed but still of use:
    /// the longest life of its refresh token, or the time between two runs of a program. A session without expiry is
    /// never renewed, so it is forgotten, and the next process signs in anew.
    pub fn forget_after(mut self, time: Duration) -> Self {
        self.forget_after = Some(time);
        self
    }

    /// How long Redis remembers a removal, so that a late write doesn't undo it. Longer than any renewal takes,
    /// including its waits; by default 10 minutes.
    pub fn remember_removals(mut self, time: Duration) -> Self {
        self.remember_removals = time;
        self
    }

    /// Waits after each write until this many replicas have it, for at most a third of
    /// [the time limit](Self::time_limit), and fails otherwise, although the primary has the write. By default 0.
    ///
    /// Redis blocks other requests of the connection meanwhile, so a connection given by the caller should be used by
    /// the store alone. In a cluster, the replicas are those of the account's node. See [`RedisStore`] for what this
    /// guarantees.
    pub fn wait_for_replicas(mut self, replicas: u32) -> Self {
        self.replicas = replicas;
        self
    }

    /// Builds the store. Nothing is sent yet: it connects on first use, and again whenever a connection breaks.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) if the URL or another option is invalid.
    pub fn build(self) -> Result<RedisStore, AuthError> {
        let refused = |why| Err(AuthError::new(AuthErrorKind::InvalidInput).with_message(why));
        if self.prefix.contains(['{', '}']) {
            return refused("the prefix of a RedisStore has no braces: they mark the account");
        }
        if self.limit.is_zero() {
            return refused("the time limit of a RedisStore is longer than nothing");
        }
        let times = [Some(self.lease), self.forget_after, Some(self.remember_removals)];
        if times.into_iter().flatten().any(|time| time.is_zero()) {
            return refused(
                "the lock lease of a RedisStore, and the times after which it forgets, are longer than nothing",
            );
        }
        if self.password.is_some() && self.credentials.is_some() {
            return refused("a RedisStore has a `password` or `credentials`, which ask for it: leave one out");
        }
        let source = match self.from {
            From::Url(url) => Source::Address(Address::parse(
                &url,
                self.password.as_ref(),
                self.credentials,
                #[cfg(feature = "redis-tls")]
                &self.roots,
            )?),
            From::Caller(_) if self.password.is_some() || self.credentials.is_some() => {
                return refused(
                    "a connection that is given to a RedisStore is signed in already: leave `password` and `credentials` \
                     out",
                );
            }
            #[cfg(feature = "redis-tls")]
            From::Caller(_) if !self.roots.is_empty() => {
                return refused(
                    "a connection that is given to a RedisStore has its own TLS, or none: leave `root_certificates` out",
                );
            }
            From::Caller(source) => source,
        };
        // No one needs a longer limit, and a clock can overflow.
        let limit = self.limit.min(Duration::from_secs(24 * 60 * 60));
        Ok(RedisStore {
            client: Arc::new(Client::new(source, limit, self.replicas)),
            prefix: self.prefix,
            format: self.format,
            lease: self.lease,
            forget_after: self.forget_after,
            remember_removals: self.remember_removals,
        })
    }

    /// Builds the store, and waits until Redis has answered.
    ///
    /// # Errors
    ///
    /// The errors of [`build`](Self::build) and of [`RedisStore::ping`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn connect(self) -> Result<RedisStore, AuthError> {
        let store = self.build()?;
        store.ping().await?;
        Ok(store)
    }
}

/// Leaves out the URL, which may contain a password.
impl fmt::Debug for RedisStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStoreBuilder")
            .field("prefix", &self.prefix)
            .field("time_limit", &self.limit)
            .field("lock_lease", &self.lease)
            .field("forget_after", &self.forget_after)
            .field("remember_removals", &self.remember_removals)
            .field("wait_for_replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}
