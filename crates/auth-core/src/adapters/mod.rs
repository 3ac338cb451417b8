//! One [`Authenticator`](crate::Authenticator) for each family of clients.
//!
//! # Architecture invariants
//!
//! - An adapter sends, per call, the token of the session or the credentials that it is given. It never uses a source
//!   backed by a session manager: a renewal would wait for itself.
//! - A request that is known to fail is refused before it is sent.
//! - No body of a response outlives the call: an [`AuthError`](crate::AuthError) contains our own
//!   messages, and the refused fields.

#[cfg(feature = "aivo")]
pub mod aivo;
#[cfg(feature = "pacerpro")]
pub mod pacerpro;
#[cfg(feature = "svix")]
pub mod svix;
