//! The scripts: each is atomic, touches one key, and may be run twice.

use std::sync::LazyLock;

use ::redis::Script;

pub(super) static WRITE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("write.lua")));
pub(super) static REMOVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("remove.lua")));
pub(super) static LOCK: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lock.lua")));
pub(super) static RELEASE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("release.lua")));

/// The result of [`LOCK`] when the lock was taken.
pub(super) const TAKEN: i64 = -10;
