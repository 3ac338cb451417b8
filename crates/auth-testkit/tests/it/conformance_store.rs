//! The suite for stores: a store that keeps its promises passes, and each broken one fails at its defect.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Intent, MemoryStore, Revision, Session, SessionStore, StoreLock, Stored,
};
use auth_testkit::conformance;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    /// Takes `A` for `a`.
    FoldsCase,
    /// Drops fractions of a second.
    WholeSeconds,
    /// Drops the subject.
    DropsSubject,
    /// Drops intents.
    ForgetsIntents,
    /// Keeps the intent on a save.
    SaveKeepsIntent,
    /// Records an intent without comparing the revision.
    OverwritesIntents,
    /// Clears an intent without comparing the revision.
    ClearsAnyIntent,
    /// Swaps without comparing the revision.
    SwapsAnything,
    /// Swaps without comparing, if no session is expected.
    SwapsOverSomething,
    /// Compares first, and writes a moment later.
    Racy,
    /// Counts revisions from the start after a removal.
    RevisionsComeBack,
    /// Returns no vacancy, which a store may do.
    TellsNoVacancy,
    /// Always returns the vacancy of an untouched account, and doesn't compare it either.
    HidesRemovals,
    /// Keeps the vacancy when there is nothing to remove.
    HidesEmptyRemovals,
    /// Writes to an empty account whichever vacancy is expected.
    IgnoresVacancies,
    /// Removes nothing.
    KeepsAll,
    /// Removes everything.
    RemovesAll,
    /// Removes without comparing the revision.
    RemovesAnything,
    /// Reports conditional removals, and makes none.
    KeepsExpected,
    /// Each handle has a store of its own.
    SeparateHandles,
    /// Locks nothing.
    NoLock,
    /// One lock for all accounts.
    OneLock,
    /// Reports a lock that isn't free as a fault of the store.
    LockIsStorage,
    /// Never releases a lock.
    LockStays,
    /// Shows a token in an error.
    Leaks,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Arc<MemoryStore>>,
    accounts: Mutex<Vec<String>>,
}

struct Broken {
    shared: Arc<Shared>,
    defect: Option<Defect>,
}

impl Broken {
    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    fn inner(&self) -> Arc<MemoryStore> {
        Arc::clone(&self.shared.inner.lock().unwrap())
    }

    fn account(&self, account: &str) -> String {
        let account = if self.has(Defect::FoldsCase) { account.to_lowercase() } else { account.to_owned() };
        self.shared.accounts.lock().unwrap().push(account.clone());
        account
    }

    /// The stored session, for defects that don't compare the expected revision.
    async fn current(&self, account: &str) -> Option<Stored> {
        self.inner().load(account).await.unwrap()
    }
}

impl SessionStore for Broken {
    fn load<'a>(&'a self, account: &'a str) -> AuthFuture<'a, Option<Stored>> {
        Box::pin(async move {
            let mut found = self.current(&self.account(account)).await;
            if let Some(found) = &mut found {
                if self.has(Defect::WholeSeconds) {
                    let since = found.session.issued_at.duration_since(UNIX_EPOCH).unwrap_or_default();
                    found.session.issued_at = UNIX_EPOCH + Duration::from_secs(since.as_secs());
                }
                if self.has(Defect::DropsSubject) {
                    found.session.subject = None;
                }
                if self.has(Defect::ForgetsIntents) {
                    found.intent = None;
                }
            }
            Ok(found)
        })
    }

    fn save<'a>(&'a self, account: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        Box::pin(async move {
            let account = self.account(account);
            let intent = self.current(&account).await.and_then(|stored| stored.intent);
            let revision = self.inner().save(&account, session).await?;
            match intent {
                Some(intent) if self.has(Defect::SaveKeepsIntent) => {
                    Ok(self.inner().record_intent(&account, revision, intent).await?.unwrap())
                }
                _ => Ok(revision),
            }
        })
    }

    fn compare_and_swap<'a>(
        &'a self,
        account: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move {
            let account = self.account(account);
            let current = self.current(&account).await.map(|stored| stored.revision);
            if self.has(Defect::SwapsAnything) || self.has(Defect::SwapsOverSomething) && expected.is_none() {
                return self.inner().save(&account, session).await.map(Some);
            }
            if current.is_none() && (self.has(Defect::HidesRemovals) || self.has(Defect::IgnoresVacancies)) {
                let is_told = expected == self.vacancy(&account).await?;
                let expected = expected.filter(|_| self.has(Defect::HidesRemovals) && !is_told);
                return self.inner().compare_and_swap(&account, expected, session).await;
            }
            if self.has(Defect::Racy) {
                if current != expected {
                    return Ok(None);
                }
                tokio::task::yield_now().await;
                return self.inner().save(&account, session).await.map(Some);
            }
            if self.has(Defect::Leaks) && current != expected {
                return Err(AuthError::new(AuthErrorKind::Storage).with_message(session.access_token.expose()));
            }
            self.inner().compare_and_swap(&account, expected, session).await
        })
    }

    fn record_intent<'a>(
        &'a self,
        account: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move {
            let account = self.account(account);
            let expected = match self.current(&account).await {
                Some(stored) if self.has(Defect::OverwritesIntents) => stored.revision,
                _ => expected,
            };
            self.inner().record_intent(&account, expected, intent).await
        })
    }

    fn clear_intent<'a>(&'a self, account: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move {
            let account = self.account(account);
            let expected = match self.current(&account).await {
                Some(stored) if self.has(Defect::ClearsAnyIntent) => stored.revision,
                _ => expected,
            };
            self.inner().clear_intent(&account, expected).await
        })
    }

    fn vacancy<'a>(&'a self, account: &'a str) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move {
            match self.defect {
                Some(Defect::TellsNoVacancy) => Ok(None),
                Some(Defect::HidesRemovals) => Ok(Some(Revision::VACANT)),
                _ => self.inner().vacancy(&self.account(account)).await,
            }
        })
    }

    fn remove<'a>(&'a self, account: &'a str) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            match self.defect {
                Some(Defect::HidesEmptyRemovals) if self.current(account).await.is_none() => {}
                Some(Defect::KeepsAll) => {}
                Some(Defect::RevisionsComeBack) => {
                    *self.shared.inner.lock().unwrap() = Arc::default();
                }
                Some(Defect::RemovesAll) => {
                    let accounts = self.shared.accounts.lock().unwrap().clone();
                    for account in accounts {
                        self.inner().remove(&account).await?;
                    }
                }
                _ => self.inner().remove(&self.account(account)).await?,
            }
            Ok(())
        })
    }

    fn compare_and_remove<'a>(&'a self, account: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        Box::pin(async move {
            let account = self.account(account);
            let current = self.current(&account).await.map(|stored| stored.revision);
            match self.defect {
                Some(Defect::RemovesAnything) if current.is_some() => {
                    self.inner().remove(&account).await.map(|()| true)
                }
                Some(Defect::KeepsExpected) => Ok(current == Some(expected)),
                _ => self.inner().compare_and_remove(&account, expected).await,
            }
        })
    }

    fn lock<'a>(&'a self, account: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        Box::pin(async move {
            let account = if self.has(Defect::OneLock) { String::new() } else { self.account(account) };
            // The suite waits up to its limit; a lock that is never free would take it half a minute.
            let within = if self.has(Defect::LockStays) { within.min(Duration::from_millis(50)) } else { within };
            if self.has(Defect::NoLock) {
                return Ok(StoreLock::guard(()));
            }
            let lock = self.inner().lock(&account, within).await;
            match lock {
                Err(_) if self.has(Defect::LockIsStorage) => Err(AuthError::new(AuthErrorKind::Storage)),
                Ok(lock) if self.has(Defect::LockStays) => {
                    std::mem::forget(lock);
                    Ok(StoreLock::guard(()))
                }
                lock => lock,
            }
        })
    }
}

async fn report(defect: Option<Defect>) -> conformance::Report {
    let shared = Arc::new(Shared::default());
    conformance::store(|| {
        let apart = defect == Some(Defect::SeparateHandles);
        let shared = if apart { Arc::default() } else { Arc::clone(&shared) };
        Arc::new(Broken { shared, defect })
    })
    .await
}

#[tokio::test]
async fn a_conforming_store_passes() {
    let report = report(None).await;
    assert!(report.is_ok(), "{report}");
    assert!(report.passed.len() > 150, "{report}");
}

#[tokio::test]
async fn checks_of_optional_features_are_skipped_by_name() {
    let report = report(Some(Defect::TellsNoVacancy)).await;
    assert!(report.is_ok(), "{report}");
    let skipped = [
        "the vacancy after a removal differs from that of an untouched account",
        "the keys of stored sessions can be listed",
    ];
    assert_eq!(report.skipped.iter().map(|(name, _)| *name).collect::<Vec<_>>(), skipped);
    assert!(report.to_string().contains(" 2 skipped\nskipped: the vacancy after a removal"), "{report}");
}

#[tokio::test]
async fn each_defect_is_found_by_its_check() {
    for (defect, check) in [
        (Defect::FoldsCase, "any string is an account, and different strings are different accounts"),
        (Defect::WholeSeconds, "every property of a session is read back unchanged"),
        (Defect::DropsSubject, "every property of a session is read back unchanged"),
        (Defect::ForgetsIntents, "another handle finds the intent"),
        (Defect::SaveKeepsIntent, "a save clears the intent"),
        (Defect::OverwritesIntents, "a second intent on the same revision is refused"),
        (Defect::ClearsAnyIntent, "an intent that was replaced isn't cleared"),
        (Defect::SwapsAnything, "a stale swap is refused"),
        (Defect::SwapsOverSomething, "a swap that expects no session is refused where one is"),
        (Defect::Racy, "of many swaps that expect the same revision, one writes"),
        (Defect::RevisionsComeBack, "no revision comes back after a removal"),
        (Defect::HidesRemovals, "a swap that expects a vacancy from before a removal is refused"),
        (Defect::HidesEmptyRemovals, "a removal where no session is changes the vacancy"),
        (Defect::IgnoresVacancies, "a swap that expects a vacancy from before a removal is refused"),
        (Defect::KeepsAll, "a removed session is gone"),
        (Defect::RemovesAll, "a removal removes that account alone"),
        (Defect::RemovesAnything, "a removal that expects another revision is refused"),
        (Defect::KeepsExpected, "a session removed by its revision is gone"),
        (Defect::SeparateHandles, "another handle finds the swapped session"),
        (Defect::NoLock, "a lock that another handle holds is a timeout"),
        (Defect::OneLock, "each account has a lock of its own"),
        (Defect::LockIsStorage, "a lock that another handle holds is a timeout"),
        (Defect::LockStays, "a lock that was released is free"),
        (Defect::Leaks, "no shown text has a token"),
    ] {
        let report = report(Some(defect)).await;
        let failed: Vec<_> = report.failed.iter().map(|(name, _)| *name).collect();
        assert!(failed.contains(&check), "{defect:?}: {report}");
        assert!(!report.to_string().contains("canary"), "{defect:?}: {report}");
    }
}
