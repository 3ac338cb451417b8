//! One [`Authenticator`] over several vendors, and sessions that survive expiry, rotation, races and faults.
//!
//! # From nothing to a token that renews itself
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
//!     .build();
//!
//! // 3. A valid token, whenever you need one. It signs in, renews and waits as it must.
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
//! # What each vendor can do
//!
//! | verb | Svix | PacerPro | Aivo |
//! |---|---|---|---|
//! | login | one-time token, app access by API key, static API key | password | password |
//! | renewal | signing in again, for app access | refresh, while the token is valid | refresh, with rotation |
//! | logout of this session | app tokens | not separable: ask for `revoke_all` | yes |
//! | revoke all | of an application, with an API key | yes | no |
//! | expiry | as requested, or the token's `exp`, or none | `expiresAt`, or the token's `exp` | `expiresIn` |
//! | beyond the trait | `SvixExt`: portal link, message token | | `AivoExt`: the user who signed in |
//!
//! [`Authenticator::capabilities`] says it to programs.
//!
//! # An authenticator of your own
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use auth_core::{
//!     AuthError, AuthErrorKind, Authenticator, BoxFuture, Capabilities, Credentials, Family, Renewal, Session,
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
//!     fn capabilities(&self) -> Capabilities {
//!         Capabilities::login_only().with_renewal(Renewal::Relogin)
//!     }
//!
//!     fn login<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
//!         Box::pin(async move {
//!             let failed = |kind| AuthError::new(kind).with_operation(ACME, "login");
//!             match credentials {
//!                 Credentials::Password { username, password } if password.expose() == "sesame" => {
//!                     let now = SystemTime::now();
//!                     Ok(Session::new("token", now).with_expiry(now + Duration::from_secs(600)).with_subject(username))
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
//! let manager = auth_core::SessionManager::builder(Acme).credentials(Credentials::password("me", "sesame")).build();
//! assert_eq!(manager.token().await?.generation(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! - One renewal is under way per session, however many ask; all share its result, failures too. Callers that go away
//!   don't abort it.
//! - A renewal that fails early leaves the valid token in use. Failures cool down, from 1 s to 60 s.
//! - A rejection of an old token says nothing about the current one.
//! - A rotating refresh token is sent once. If the answer is lost, the access token is served until it expires.
//! - A session is dead only when a vendor says so, never by a passing fault.
//! - Login, logout and revocation supersede: what was under way then is never published.
//! - No secret, and no word of a vendor, is in `Debug`, `Display` or an error chain.
//!
//! # Features
//!
//! `svix`, `pacerpro`, `aivo`: an adapter each, all on by default. `rustls` (default), `native-tls`, `tracing` are those
//! of the clients. `tower` and `reqwest-middleware`: tokens for other HTTP stacks, in the modules `tower` and
//! `middleware`, both off by default.

#[cfg(any(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod adapters;
mod authenticator;
mod capabilities;
mod credentials;
mod error;
mod family;
mod manager;
#[cfg(feature = "reqwest-middleware")]
pub mod middleware;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod origin;
mod pool;
mod session;
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
pub use client_runtime::{BoxFuture, Secret, Timer, Token, TokenError, TokenSource, TokioTimer};
pub use credentials::{Credentials, CustomCredentials};
pub use error::{AuthError, AuthErrorKind, Delivery, FieldError};
pub use family::Family;
pub use manager::{
    Intent, MemoryStore, Policy, SessionManager, SessionManagerBuilder, SessionStatus, SessionStore, SessionWatch,
    Stored,
};
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub use origin::{InvalidOrigin, Origin};
pub use pool::{SessionPool, SessionPoolBuilder};
pub use session::Session;
