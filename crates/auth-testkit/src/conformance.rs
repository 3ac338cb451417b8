//! Conformance suites for [`Authenticator`](auth_core::Authenticator) and [`SessionStore`](auth_core::SessionStore).

mod authenticator;
mod report;
mod store;

pub use authenticator::run;
pub use report::Report;
pub use store::store;
