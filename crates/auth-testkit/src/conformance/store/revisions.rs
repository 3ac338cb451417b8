//! Reading, writing, and conditional writing.

use std::collections::HashSet;

use auth_core::{AuthError, Intent, Revision};

use super::{Suite, session, stored};

const ACCOUNT: &str = "conformance/revisions";
/// An account that nothing was stored for before.
const EMPTY: &str = "conformance/vacancies";

impl Suite<'_> {
    /// The store before any write.
    pub(super) async fn nothing(&mut self) {
        let store = self.open();
        self.finds("a session that was never saved isn't found", ACCOUNT, None).await;
        let unknown = Revision(1);
        let swapped = store.compare_and_swap(ACCOUNT, Some(unknown), &session("none")).await;
        self.refused("a swap of a revision is refused where no session is", swapped);
        let recorded = store.record_intent(ACCOUNT, unknown, Intent::of(&session("none"), 1)).await;
        self.refused("no intent is recorded where no session is", recorded);
        self.refused("no intent is cleared where no session is", store.clear_intent(ACCOUNT, unknown).await);
        self.ok("removing a missing session succeeds", store.remove(ACCOUNT).await);
        self.finds("a refused write stores nothing", ACCOUNT, None).await;
    }

    pub(super) async fn swaps(&mut self) {
        let (one, other) = (self.open(), self.open());
        let (a, b, c) = (session("a"), session("b"), session("c"));
        let first = one.compare_and_swap(ACCOUNT, None, &a).await;
        let Some(first) = self.written("a swap that expects no session writes where none is", first) else { return };
        self.finds("another handle finds the first swapped session", ACCOUNT, Some(&stored(&a, None, first))).await;
        let again = other.compare_and_swap(ACCOUNT, None, &b).await;
        self.refused("a swap that expects no session is refused where one is", again);
        self.finds("a refused swap changes nothing", ACCOUNT, Some(&stored(&a, None, first))).await;

        let Some(second) = self.ok("a save succeeds", other.save(ACCOUNT, &b).await) else { return };
        self.finds("another handle finds the saved session", ACCOUNT, Some(&stored(&b, None, second))).await;
        self.refused("a stale swap is refused", one.compare_and_swap(ACCOUNT, Some(first), &c).await);
        self.refused("a stale intent is refused", one.record_intent(ACCOUNT, first, Intent::of(&a, 1)).await);
        self.refused("a stale clearing is refused", one.clear_intent(ACCOUNT, first).await);
        self.finds("refused writes change nothing", ACCOUNT, Some(&stored(&b, None, second))).await;

        let third = one.compare_and_swap(ACCOUNT, Some(second), &c).await;
        let Some(third) = self.written("a swap that expects the stored revision writes", third) else { return };
        self.finds("another handle finds the swapped session", ACCOUNT, Some(&stored(&c, None, third))).await;
        let Some(fourth) = self.ok("the same can be saved again", one.save(ACCOUNT, &c).await) else { return };
        let distinct: HashSet<_> = [first, second, third, fourth].into();
        self.check("every write has a revision of its own", distinct.len() == 4, || "one came twice".to_owned());
        self.clean(ACCOUNT).await;
    }

    pub(super) async fn intents(&mut self) {
        let (one, other) = (self.open(), self.open());
        let (a, b) = (session("a"), session("b"));
        let (own, theirs) = (Intent::of(&a, u64::MAX), Intent::of(&a, 2));
        let Some(saved) = self.ok("a save succeeds", one.save(ACCOUNT, &a).await) else { return };
        let recorded = one.record_intent(ACCOUNT, saved, own).await;
        let Some(recorded) = self.written("an intent is recorded", recorded) else { return };
        self.finds("another handle finds the intent", ACCOUNT, Some(&stored(&a, Some(own), recorded))).await;
        let stale = other.record_intent(ACCOUNT, saved, theirs).await;
        self.refused("a second intent on the same revision is refused", stale);
        self.refused("a swap past an intent that came since is refused", {
            other.compare_and_swap(ACCOUNT, Some(saved), &b).await
        });
        self.finds("the first intent stays", ACCOUNT, Some(&stored(&a, Some(own), recorded))).await;
        let replaced = other.record_intent(ACCOUNT, recorded, theirs).await;
        let Some(replaced) = self.written("an intent takes the place of another", replaced) else { return };
        self.refused("an intent that was replaced isn't cleared", one.clear_intent(ACCOUNT, recorded).await);
        self.finds("the second intent stays", ACCOUNT, Some(&stored(&a, Some(theirs), replaced))).await;
        let cleared = other.clear_intent(ACCOUNT, replaced).await;
        let Some(cleared) = self.written("an intent is cleared", cleared) else { return };
        self.finds("a cleared intent is gone", ACCOUNT, Some(&stored(&a, None, cleared))).await;

        let again = one.record_intent(ACCOUNT, cleared, own).await;
        let Some(again) = self.written("an intent is recorded again", again) else { return };
        let swapped = one.compare_and_swap(ACCOUNT, Some(again), &b).await;
        let Some(swapped) = self.written("a swap writes where an intent is", swapped) else { return };
        self.finds("a swap clears the intent", ACCOUNT, Some(&stored(&b, None, swapped))).await;
        let last = one.record_intent(ACCOUNT, swapped, theirs).await;
        let Some(last) = self.written("an intent is recorded after a swap", last) else { return };
        let Some(saved_again) = self.ok("a save succeeds where an intent is", other.save(ACCOUNT, &a).await) else {
            return;
        };
        self.finds("a save clears the intent", ACCOUNT, Some(&stored(&a, None, saved_again))).await;
        let all = [saved, recorded, replaced, cleared, again, swapped, last, saved_again];
        let distinct: HashSet<_> = all.into();
        let distinct = distinct.len() == all.len();
        self.check("every change of an intent has a revision of its own", distinct, || "one came twice".to_owned());
        self.clean(ACCOUNT).await;
    }

    pub(super) async fn removals(&mut self) {
        let (one, other) = (self.open(), self.open());
        let a = session("a");
        let Some(first) = self.ok("a save succeeds", one.save(ACCOUNT, &a).await) else { return };
        let Some(saved) = self.ok("another save succeeds", one.save(ACCOUNT, &a).await) else { return };
        let recorded = one.record_intent(ACCOUNT, saved, Intent::of(&a, 1)).await;
        let Some(recorded) = self.written("an intent is recorded", recorded) else { return };
        self.ok("a session with an intent can be removed", other.remove(ACCOUNT).await);
        self.finds("a removed session is gone", ACCOUNT, None).await;
        self.refused("a swap doesn't bring it back", one.compare_and_swap(ACCOUNT, Some(recorded), &a).await);
        self.refused("an intent doesn't bring it back", {
            one.record_intent(ACCOUNT, recorded, Intent::of(&a, 1)).await
        });
        self.refused("a clearing doesn't bring it back", one.clear_intent(ACCOUNT, recorded).await);
        self.finds("a removed session stays gone", ACCOUNT, None).await;
        let anew = one.compare_and_swap(ACCOUNT, None, &a).await;
        let Some(anew) = self.written("after a removal, a swap that expects no session writes", anew) else { return };
        self.finds("a removal removes the intent too", ACCOUNT, Some(&stored(&a, None, anew))).await;
        self.refused("a revision from before a removal is stale", {
            other.compare_and_swap(ACCOUNT, Some(recorded), &a).await
        });
        let mut all = vec![first, saved, recorded, anew];
        // A store that counts from the start after a removal repeats its old revisions sooner or later.
        for _ in 0..4 {
            all.extend(self.ok("a save succeeds after a removal", one.save(ACCOUNT, &a).await));
        }
        let distinct = all.iter().collect::<HashSet<_>>().len() == all.len();
        self.check("no revision comes back after a removal", distinct, || "one came back".to_owned());
        self.clean(ACCOUNT).await;
    }

    /// A removal can require that the session hasn't changed.
    pub(super) async fn conditional_removals(&mut self) {
        let (one, other) = (self.open(), self.open());
        let (a, b) = (session("a"), session("b"));
        let Some(before) = self.ok("a save succeeds", one.save(ACCOUNT, &a).await) else { return };
        let Some(saved) = self.ok("another save succeeds", other.save(ACCOUNT, &b).await) else { return };
        self.keeps("a removal that expects another revision is refused", one.compare_and_remove(ACCOUNT, before).await);
        self.keeps("a removal of no revision is refused", one.compare_and_remove(ACCOUNT, Revision::VACANT).await);
        self.finds("a refused removal changes nothing", ACCOUNT, Some(&stored(&b, None, saved))).await;
        let removed = self.ok("a conditional removal succeeds", one.compare_and_remove(ACCOUNT, saved).await);
        self.check("a removal that expects the stored revision removes the session", removed == Some(true), || {
            "it was kept".to_owned()
        });
        self.finds("a session removed by its revision is gone", ACCOUNT, None).await;
        self.keeps("a repeated removal finds nothing", other.compare_and_remove(ACCOUNT, saved).await);
        self.refused("a swap doesn't bring back a session removed by its revision", {
            one.compare_and_swap(ACCOUNT, Some(saved), &b).await
        });
        self.clean(ACCOUNT).await;
    }

    /// Checks that a conditional removal was refused.
    fn keeps(&mut self, name: &'static str, removed: Result<bool, AuthError>) {
        if let Some(removed) = self.ok(name, removed) {
            self.check(name, !removed, || "it was removed".to_owned());
        }
    }

    /// A swap on an account without a session can require that nothing was removed there since.
    pub(super) async fn vacancies(&mut self) {
        let (one, other) = (self.open(), self.open());
        let a = session("a");
        let name = "without a session, the store returns the vacancy that a swap can expect";
        let Some(before) = self.ok(name, one.vacancy(EMPTY).await) else { return };
        let Some(before) = before else {
            return self.report.skip(
                "the vacancy after a removal differs from that of an untouched account",
                "the store doesn't record removals",
            );
        };
        let first = other.compare_and_swap(EMPTY, Some(before), &a).await;
        let Some(first) = self.written("a swap that expects a vacancy writes where no session is", first) else {
            return;
        };
        self.finds("another handle finds the session swapped into a vacancy", EMPTY, Some(&stored(&a, None, first)))
            .await;
        for vacancy in [before, Revision::VACANT] {
            let again = one.compare_and_swap(EMPTY, Some(vacancy), &a).await;
            self.refused("a swap that expects a vacancy is refused where a session is", again);
        }
        self.ok("a session can be removed", one.remove(EMPTY).await);
        let name = "a swap that expects a vacancy from before a removal is refused";
        for vacancy in [before, Revision::VACANT] {
            self.refused(name, other.compare_and_swap(EMPTY, Some(vacancy), &a).await);
        }
        let Some(after) = self.vacancy_of(EMPTY).await else { return };
        self.ok("removing a missing session succeeds", other.remove(EMPTY).await);
        self.refused(
            "a removal where no session is changes the vacancy",
            one.compare_and_swap(EMPTY, Some(after), &a).await,
        );
        self.finds("a swap that expected another vacancy stores nothing", EMPTY, None).await;
        let Some(last) = self.vacancy_of(EMPTY).await else { return };
        let distinct = HashSet::from([before, first, after, last]).len() == 4;
        self.check("every removal has a vacancy of its own", distinct, || "one came twice".to_owned());
        let saved = one.compare_and_swap(EMPTY, Some(last), &a).await;
        let Some(saved) = self.written("after a removal, a swap that expects its vacancy writes", saved) else {
            return;
        };
        self.finds("a session swapped into a vacancy is found", EMPTY, Some(&stored(&a, None, saved))).await;
        self.clean(EMPTY).await;
    }

    async fn vacancy_of(&mut self, account: &str) -> Option<Revision> {
        self.ok(
            "after a removal, the store returns the vacancy that a swap can expect",
            self.open().vacancy(account).await,
        )
        .flatten()
    }
}
