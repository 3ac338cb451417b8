//! Helpers that tests share.

pub mod acme;
pub mod chance;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod claiming;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub mod counting_source;
#[cfg(all(feature = "file", unix))]
pub mod disk;
#[cfg(any(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod fake;
#[cfg(all(unix, feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod processes;
#[cfg(feature = "redis")]
pub mod redis_server;
pub mod respawn;
pub mod scratch;
pub mod unsteady;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
pub mod vendors;
