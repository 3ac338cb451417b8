//! One [`Authenticator`] over several vendors.

#[cfg(any(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod adapters;
mod authenticator;
mod capabilities;
mod credentials;
mod error;
mod family;
mod manager;
mod session;

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
pub use session::Session;
