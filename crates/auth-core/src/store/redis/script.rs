//! The scripts: each is one step for Redis, touches one key, and may be run twice.

use std::sync::LazyLock;

use ::redis::Script;

pub(super) static WRITE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("write.lua")));
pub(super) static REMOVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("remove.lua")));
pub(super) static LOCK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lock.lua")));
pub(super) static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("release.lua")));

/// What [`LOCK`] returns to whoever has the lock now.
pub(super) const TAKEN: i64 = -10;
