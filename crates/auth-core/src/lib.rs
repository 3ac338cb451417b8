//! Signs in to several vendors through one trait, [`Authenticator`], and keeps the sessions alive: through expiry,
//! rotation, races and faults.
//!
//! A [`SessionManager`] hands out a valid token whenever it is asked. It signs in, renews the session before it expires,
//! and makes one renewal for all callers. Authenticators for Svix, PacerPro and Aivo are built in.
//!
//! # Quick start
//!
//! ```no_run
//! # #[cfg(feature = "aivo")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use auth_core::aivo::AivoAuthenticator;
//! use auth_core::{Credentials, SessionManager};
//!
//! // 1. A client of the vendor, for signing in. It needs no token of its own.
//! let client = aivo_client::Client::builder().build()?;
//!
//! // 2. A manager that keeps one session alive.
//! let manager = SessionManager::builder(AivoAuthenticator::new(client))
//!     .credentials(Credentials::password("me@example.com", std::env::var("AIVO_PASSWORD")?))
//!     .build()?;
//!
//! // 3. A valid token, whenever you need one.
//! let token = manager.token().await?;
//!
//! // Or hand the manager to a client: it authenticates every call by itself.
//! let client = aivo_client::Client::builder().token_source(Arc::new(manager.clone())).build()?;
//! # let _ = (token, client);
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! # Where next
//!
//! | to | see |
//! |---|---|
//! | sign users in and out, renew without callers, end the program | [`SessionManager`] |
//! | react to a failure | [`AuthError`] |
//! | act for many accounts | [`SessionPool`] |
//! | share a session, or keep it across restarts | [stores](#sessions-that-outlive-the-process) |
//! | send tokens with another HTTP client | the modules `tower` and `middleware` |
//! | add a vendor | [an authenticator of your own](#an-authenticator-of-your-own) |
//! | count and trace renewals | [`observe`] |
//! | test against fake vendors | the crate `auth-testkit` |
//!
//! # What each vendor can do
//!
//! | verb | Svix | PacerPro | Aivo |
//! |---|---|---|---|
//! | login | one-time token, app access by API key, static API key | password | password |
//! | renewal | signing in again, for app access | refresh, while the token is valid | refresh, with rotation |
//! | logout of this session | app tokens | not separable: ask for `revoke_all` | yes |
//! | revoke all | of an application, with an API key | yes | no |
//! | expiry | as requested, or the token's `exp`, or none | `expiresAt`, or the token's `exp` | `expiresIn` |
//! | beyond the trait | portal link, message token | | login that also returns the user |
//!
//! [`Authenticator::capabilities`] tells a program about renewal, logout and revocation.
//!
//! # Sessions that outlive the process
//!
//! A manager keeps its session in a [`SessionStore`]; by default in memory, for itself alone. Managers that have the same
//! [`SessionKey`] and the same store share the session, within a process, between processes and between hosts: one of
//! them renews it, and the others take it over. A new process loads the stored session, and signs in only if there is
//! none, or if it was created with other credentials. The key names the server and the account, so staging never gets a
//! token of production, and no user another user's session.
//!
//! | store | feature | for |
//! |---|---|---|
//! | [`MemoryStore`] | | tasks of one process |
//! | `FileStore` | `file` | processes on one machine, restarts |
//! | `KeyringStore` | `keyring` | the same, in the keyring of the operating system |
//! | `RedisStore` | `redis`, `redis-tls` | many hosts |
#![cfg_attr(
    feature = "file",
    doc = r#"
```no_run
# #[cfg(feature = "aivo")]
# async fn example() -> Result<(), Box<dyn std::error::Error>> {
use std::sync::Arc;

use auth_core::aivo::AivoAuthenticator;
use auth_core::{FileStore, SessionManager};

let client = aivo_client::Client::builder().build()?;
let store = Arc::new(FileStore::open("/home/ada/.local/state/acme/sessions")?);
let manager = SessionManager::builder(AivoAuthenticator::new(client)).account("ada").store(store).build()?;

// The token of the stored session. One of the processes has signed in, by `manager.login(credentials)`.
let token = manager.token().await?;

// On exit: waits for the renewal in flight.
manager.shutdown().await;
# let _ = token;
# Ok(())
# }
# fn main() {}
```
"#
)]
//!
//! With the feature `encryption` a store encrypts its sessions. For a store of your own, implement [`SessionStore`], which
//! lists the guarantees to give.
//!
//! # An authenticator of your own
//!
//! ```
//! use std::time::Duration;
//!
//! use auth_core::{
//!     AuthError, AuthErrorKind, AuthFuture, Authenticator, Capabilities, Credentials, Family, Renewal, Session, Timer,
//! };
//!
//! /// Signs in to a vendor that knows one password, and renews by signing in again.
//! struct Acme;
//!
//! const ACME: Family = Family::new("acme");
//!
//! impl Authenticator for Acme {
//!     fn family(&self) -> Family {
//!         ACME
//!     }
//!
//!     fn realm(&self) -> &str {
//!         "https://api.acme.example"
//!     }
//!
//!     fn capabilities(&self) -> Capabilities {
//!         Capabilities::login_only().with_renewal(Renewal::Relogin)
//!     }
//!
//!     fn login<'a>(
//!         &'a self,
//!         credentials: &'a Credentials,
//!         clock: &'a dyn Timer,
//!     ) -> AuthFuture<'a, Session> {
//!         Box::pin(async move {
//!             let failed = |kind| AuthError::new(kind).with_operation(ACME, "login");
//!             match credentials {
//!                 Credentials::Password { username, password, .. } if password.expose() == "sesame" => {
//!                     let now = clock.system_time();
//!                     Ok(Session::new("token", now).with_expires_in(Duration::from_secs(600)).with_subject(username))
//!                 }
//!                 Credentials::Password { .. } => Err(failed(AuthErrorKind::InvalidCredentials)),
//!                 other => Err(failed(AuthErrorKind::InvalidInput)
//!                     .with_message(format!("a password is needed, not a {}", other.kind()))),
//!             }
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), AuthError> {
//! let manager = auth_core::SessionManager::builder(Acme).credentials(Credentials::password("me", "sesame")).build()?;
//! assert_eq!(manager.token().await?.generation(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! [`Authenticator`] documents how a manager treats each error, and shows an adapter over plain HTTP. The example
//! `fourth_vendor` is a complete adapter for OAuth 2.0, with a fake server and the conformance suite.
//!
//! # Observing sessions
//!
//! For counters, an [`observe::Observer`] receives renewals, failures, waits and refused tokens. For traces, the feature
//! `tracing` writes spans and events. The module [`observe`] lists both.
//!
//! # Invariants
//!
//! - One renewal is in flight per session, however many callers ask; all share its result, failures included. A caller
//!   that is dropped doesn't abort it.
//! - A renewal that fails early leaves the valid token in use. The next attempt comes after 1 s to 60 s, or when the
//!   vendor asks for it (`Retry-After`).
//! - A rejection of an old token says nothing about the current one. A rejection of the current token is a suspicion:
//!   the session is renewed, at growing intervals while rejections go on, and the token stays in use if it can't be.
//! - A rotating refresh token is sent once, by one of the managers that share the session. If the response is lost, or
//!   the sending process dies, the access token is served until it expires; then, where the vendor doesn't punish
//!   reuse, the refresh token is sent once more before the session is given up.
//! - A session is found only by managers of the same server and account, and not by managers with other credentials.
//! - A session is dead only when its vendor says so, never because of a transient fault.
//! - A logout, a revocation and a successful login supersede the renewal in flight: its session is never used, and is
//!   ended. A logout that returned `Ok` has happened, whatever ran concurrently.
//! - No secret, and no text from a vendor, is in `Debug`, `Display` or an error chain.
//!
//! # Features
//!
//! | feature | what it does |
//! |---|---|
//! | `svix`, `pacerpro`, `aivo` (default) | an authenticator each |
//! | `adapter`, which each of them enables | the module `adapter`: building blocks for an authenticator of your own |
//! | `rustls` (default), `native-tls` | TLS of the clients |
//! | `tracing` | spans and events of sessions, listed in [`observe`], and of the clients |
//! | `file` | `FileStore`: sessions in files that processes share |
//! | `redis`, `redis-tls` | `RedisStore`: sessions that hosts share; with TLS |
//! | `keyring` | `KeyringStore`: sessions in the keyring of the operating system |
//! | `encryption` | `EncryptionKey`, for stores that encrypt sessions |
//! | `tower`, `reqwest-middleware` | tokens for other HTTP stacks, in the modules `tower` and `middleware` |

// First, so that rustdoc lists the methods of every error before those for adapters.
mod error;

#[cfg(feature = "adapter")]
pub mod adapter;

#[cfg(any(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod adapters {
    //! One [`Authenticator`](crate::Authenticator) for each vendor.
    //!
    //! # Architecture invariants
    //!
    //! - An adapter sends, per call, the token of the session or the credentials that it is given. It never uses a source
    //!   backed by a session manager: a renewal would wait for itself.
    //! - A request that is known to fail is refused before it is sent.
    //! - No body of a response outlives the call: an [`AuthError`](crate::AuthError) contains our own messages, and the
    //!   refused fields.

    #[cfg(feature = "aivo")]
    pub mod aivo;
    #[cfg(feature = "pacerpro")]
    pub mod pacerpro;
    #[cfg(feature = "svix")]
    pub mod svix;
}

mod authenticator;
mod capabilities;
mod credentials;
mod family;
mod fingerprint;
mod key;
mod manager;
#[cfg(feature = "reqwest-middleware")]
pub mod middleware;
pub mod observe;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod origin;
mod percent;
mod pool;
mod session;
mod store;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(feature = "aivo")]
pub use adapters::aivo;
#[cfg(feature = "pacerpro")]
pub use adapters::pacerpro;
#[cfg(feature = "svix")]
pub use adapters::svix;
pub use authenticator::Authenticator;
pub use capabilities::{Capabilities, LogoutScope, Renewal};
pub use client_runtime::{BoxFuture, Carrier, Secret, Timer, Token, TokenError, TokenSource, TokioTimer};
pub use credentials::{AppAccess, Credentials, CredentialsProvider, CustomCredentials, OneTimeToken};
pub use error::{AuthError, AuthErrorKind, AuthFuture, Delivery, FieldError};
pub use family::Family;
pub use fingerprint::Fingerprint;
pub use key::{InvalidSessionKey, SessionKey};
pub use manager::{Ended, Policy, SessionManager, SessionManagerBuilder, SessionStatus, SessionWatch};
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub use origin::{InvalidOrigin, Origin};
pub use pool::{SessionPool, SessionPoolBuilder};
pub use session::Session;
#[cfg(feature = "encryption")]
pub use store::EncryptionKey;
#[cfg(feature = "file")]
#[doc(hidden)]
pub use store::FileStep;
#[cfg(feature = "file")]
pub use store::FileStore;
pub use store::{Intent, MemoryStore, Revision, SessionStore, StoreLock, Stored};
#[cfg(feature = "keyring")]
pub use store::{Keyring, KeyringStore};
#[cfg(feature = "redis")]
pub use store::{RedisCredentials, RedisStore, RedisStoreBuilder};
