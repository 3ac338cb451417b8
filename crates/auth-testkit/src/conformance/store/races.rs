//! Concurrent writes.

use std::sync::Arc;

use auth_core::{AuthError, Intent, Revision, SessionStore};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Suite, session, stored};

const ACCOUNT: &str = "conformance/races";
const MANY: u64 = 16;
const ROUNDS: u64 = 4;

impl Suite<'_> {
    pub(super) async fn races(&mut self) {
        let wins =
            self.race(|store, which| async move { store.compare_and_swap(ACCOUNT, None, &session(which)).await });
        let wins = wins.await;
        let Some((winner, first)) = self.only("of many swaps that expect nothing, one writes", wins) else { return };
        let name = "the stored session is the winner's";
        self.finds_the_session_of(name, winner, first, None).await;

        let wins = self.race(move |store, which| async move {
            store.compare_and_swap(ACCOUNT, Some(first), &session(which)).await
        });
        let wins = wins.await;
        let Some((winner, second)) = self.only("of many swaps that expect the same revision, one writes", wins) else {
            return;
        };
        self.finds_the_session_of(name, winner, second, None).await;

        let wins = self.race(move |store, which| async move {
            store.record_intent(ACCOUNT, second, Intent::of(&session(0), which)).await
        });
        let wins = wins.await;
        let Some((owner, third)) = self.only("of many intents, one is recorded", wins) else { return };
        let intent = Intent::of(&session(0), owner);
        self.finds_the_session_of("the recorded intent is the winner's", winner, third, Some(intent)).await;
        self.counts().await;
        self.clean(ACCOUNT).await;
    }

    /// Runs the work many times at once, each with a handle of its own. Returns the numbers and revisions of the
    /// winners.
    async fn race<F>(
        &mut self,
        work: impl Fn(Arc<dyn SessionStore>, u64) -> F + Copy + Send + 'static,
    ) -> Vec<(u64, Revision)>
    where
        F: Future<Output = Result<Option<Revision>, AuthError>> + Send,
    {
        let start = Arc::new(Barrier::new(MANY as usize));
        let mut tasks = JoinSet::new();
        for which in 0..MANY {
            let (store, start) = (self.open(), Arc::clone(&start));
            tasks.spawn(async move {
                start.wait().await;
                (which, work(store, which).await)
            });
        }
        let mut wins = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let Ok((which, result)) = done else { continue };
            if let Some(Some(revision)) = self.ok("the losers of a race see no error", result) {
                wins.push((which, revision));
            }
        }
        wins
    }

    fn only(&mut self, name: &'static str, wins: Vec<(u64, Revision)>) -> Option<(u64, Revision)> {
        self.check(name, wins.len() == 1, || format!("{} did", wins.len()));
        wins.first().copied()
    }

    /// The times of a session differ from run to run, so they are taken from the session found.
    async fn finds_the_session_of(
        &mut self,
        name: &'static str,
        which: u64,
        revision: Revision,
        intent: Option<Intent>,
    ) {
        let Some(found) = self.loads(name, ACCOUNT).await else { return };
        let mut session = session(which);
        if let Some(found) = &found {
            (session.issued_at, session.expires_at) = (found.session.issued_at, found.session.expires_at);
        }
        let seen = super::difference(found.as_ref(), Some(&stored(&session, intent, revision)));
        self.check(name, seen.is_none(), || seen.unwrap_or_default().to_owned());
    }

    /// Several tasks count up, by loading and swapping until it succeeds: no update may be lost.
    async fn counts(&mut self) {
        let saved = self.open().save(ACCOUNT, &session("zero").with_subject("0")).await;
        if self.ok("a save succeeds", saved).is_none() {
            return;
        }
        let mut tasks = JoinSet::new();
        for _ in 0..MANY / 2 {
            tasks.spawn(count_up(self.open()));
        }
        while let Some(done) = tasks.join_next().await {
            if let Ok(done) = done {
                self.ok("counting up succeeds", done);
            }
        }
        let Some(found) = self.loads("a count can be read", ACCOUNT).await else { return };
        let count = found.and_then(|found| found.session.subject).unwrap_or_default();
        let expected = (MANY / 2 * ROUNDS).to_string();
        self.check("no update is lost", count == expected, || format!("{count} instead of {expected}"));
    }
}

async fn count_up(store: Arc<dyn SessionStore>) -> Result<(), AuthError> {
    for _ in 0..ROUNDS {
        loop {
            let Some(found) = store.load(ACCOUNT).await? else { return Ok(()) };
            let count: u64 = found.session.subject.as_deref().and_then(|count| count.parse().ok()).unwrap_or_default();
            let next = found.session.with_subject((count + 1).to_string());
            if store.compare_and_swap(ACCOUNT, Some(found.revision), &next).await?.is_some() {
                break;
            }
        }
    }
    Ok(())
}
