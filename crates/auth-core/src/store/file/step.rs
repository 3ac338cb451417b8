//! The points at which a process can die.

use std::sync::Arc;

/// A point that a write or a lock passes. Between any two of them a process may be killed.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileStep {
    BeforeWriteLock,
    AfterWriteLock,
    BeforeCreate,
    AfterCreate,
    BeforeWrite,
    HalfWritten,
    AfterWrite,
    BeforeSync,
    AfterSync,
    BeforeRename,
    AfterRename,
    BeforeMark,
    AfterMark,
    BeforeRemove,
    AfterRemove,
    BeforeFolderSync,
    AfterFolderSync,
    BeforeWriteUnlock,
    AfterWriteUnlock,
    BeforeLock,
    AfterLock,
    BeforeUnlock,
    AfterUnlock,
}

impl FileStep {
    /// The steps of a write, in order.
    pub const WRITE: [Self; 15] = [
        Self::BeforeWriteLock,
        Self::AfterWriteLock,
        Self::BeforeCreate,
        Self::AfterCreate,
        Self::BeforeWrite,
        Self::HalfWritten,
        Self::AfterWrite,
        Self::BeforeSync,
        Self::AfterSync,
        Self::BeforeRename,
        Self::AfterRename,
        Self::BeforeFolderSync,
        Self::AfterFolderSync,
        Self::BeforeWriteUnlock,
        Self::AfterWriteUnlock,
    ];

    /// The steps of a removal, in order.
    pub const REMOVAL: [Self; 10] = [
        Self::BeforeWriteLock,
        Self::AfterWriteLock,
        Self::BeforeMark,
        Self::AfterMark,
        Self::BeforeRemove,
        Self::AfterRemove,
        Self::BeforeFolderSync,
        Self::AfterFolderSync,
        Self::BeforeWriteUnlock,
        Self::AfterWriteUnlock,
    ];

    /// The steps of a lock, in order: its acquisition and its release.
    pub const LOCK: [Self; 4] = [Self::BeforeLock, Self::AfterLock, Self::BeforeUnlock, Self::AfterUnlock];
}

/// The observer of a test, if there is one.
#[derive(Clone, Default)]
pub(super) struct Observer(Option<Arc<dyn Fn(FileStep) + Send + Sync>>);

impl Observer {
    pub(super) fn new(observer: impl Fn(FileStep) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(super) fn at(&self, step: FileStep) {
        if let Some(observer) = &self.0 {
            observer(step);
        }
    }
}
