//! Checks that any [`Authenticator`](auth_core::Authenticator) and any [`SessionStore`](auth_core::SessionStore) can be put
//! through.

mod authenticator;
mod report;
mod store;

pub use authenticator::run;
pub use report::Report;
pub use store::store;
