//! Test suites for implementations of auth-core's traits: [`run`] for [`Authenticator`](auth_core::Authenticator),
//! [`store`](store()) for [`SessionStore`](auth_core::SessionStore). Behind the feature `conformance`.

mod authenticator;
mod report;
mod store;

pub use authenticator::run;
pub use report::Report;
pub use store::store;
