//! Helpers that tests share.

pub mod acme;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub mod counting_source;
#[cfg(all(feature = "file", unix))]
pub mod disk;
#[cfg(any(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod fake;
pub mod faulty_store;
#[cfg(all(unix, feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod processes;
#[cfg(feature = "redis")]
pub mod redis_server;
pub mod respawn;
pub mod rng;
pub mod scratch;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod vendors;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod with_capabilities;
