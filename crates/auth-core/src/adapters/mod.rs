//! One [`Authenticator`](crate::Authenticator) for each family of clients.
//!
//! # Architecture invariants
//!
//! - An adapter sends the token of the session it is given, or the credentials it is given, and says so per call. A
//!   source that is backed by a session manager never gets into it: a renewal would wait for itself.
//! - What can be known to fail is refused before anything is sent.
//! - No body of a response outlives the call: an [`AuthError`] holds our own words, and the refused fields.

#[cfg(feature = "aivo")]
pub mod aivo;
#[cfg(feature = "pacerpro")]
pub mod pacerpro;
#[cfg(feature = "svix")]
pub mod svix;
