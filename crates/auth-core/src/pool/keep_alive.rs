//! Renews the sessions of a pool when they are due: one loop and one schedule for all of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use super::SessionPool;
use crate::Authenticator;
use crate::manager::{Due, ROUND};

/// The accounts to look at, each once, by the time of the next look.
#[derive(Default)]
struct Schedule {
    by_moment: BTreeSet<(SystemTime, Arc<str>)>,
    by_account: HashMap<Arc<str>, SystemTime>,
}

impl Schedule {
    /// Schedules an account, in place of its previous time.
    fn put(&mut self, moment: SystemTime, account: Arc<str>) {
        self.take(&account);
        self.by_account.insert(Arc::clone(&account), moment);
        self.by_moment.insert((moment, account));
    }

    fn take(&mut self, account: &Arc<str>) {
        if let Some(moment) = self.by_account.remove(account) {
            self.by_moment.remove(&(moment, Arc::clone(account)));
        }
    }

    fn next(&self) -> Option<SystemTime> {
        self.by_moment.first().map(|(moment, _)| *moment)
    }

    fn take_due(&mut self, now: SystemTime) -> Option<Arc<str>> {
        if self.next()? > now {
            return None;
        }
        let (_, account) = self.by_moment.pop_first()?;
        self.by_account.remove(&account);
        Some(account)
    }
}

impl<A: Authenticator + Clone + 'static> SessionPool<A> {
    /// The loop of [`keep_alive`](Self::keep_alive).
    pub(super) async fn renew_when_due(&self) {
        let timer = &self.shared.timer;
        let mut schedule = Schedule::default();
        let mut changes = self.shared.changes.subscribe();
        let mut last = timer.system_time();
        self.plan_all(&mut schedule, last);
        loop {
            let now = timer.system_time();
            // The clock was set back: pauses from before have ended, and an expired session may be valid again. A smaller
            // step only delays looks by less than a round.
            if now < last {
                self.plan_all(&mut schedule, now);
            }
            last = now;
            while let Some(account) = schedule.take_due(now) {
                if let Some(moment) = self.tend(&account, now) {
                    schedule.put(moment, account);
                }
            }
            let pause = schedule.next().map_or(ROUND, |moment| moment.duration_since(now).unwrap_or_default());
            tokio::select! {
                () = timer.sleep(pause.min(ROUND)) => {}
                change = changes.recv() => match change {
                    Ok(account) => schedule.put(now, account),
                    // The channel has lagged and lost accounts: all are looked at once.
                    Err(_) => self.plan_all(&mut schedule, now),
                },
            }
        }
    }

    fn plan_all(&self, schedule: &mut Schedule, now: SystemTime) {
        self.lock().iter().for_each(|(account, _)| schedule.put(now, Arc::clone(account)));
    }

    /// Begins a renewal that is due, and returns when to look again; `None` if not before the session changes, or if
    /// the pool no longer has it.
    fn tend(&self, account: &str, now: SystemTime) -> Option<SystemTime> {
        // `peek` doesn't count as a request: the order of eviction stays.
        let manager = self.lock().peek(account).cloned()?;
        match manager.due(now) {
            Due::At(moment) if moment > now => Some(moment),
            Due::At(_) => {
                // The end of the renewal is a change, which schedules the account again.
                manager.renew_beside();
                None
            }
            Due::OnChange | Due::Never(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_schedule_gives_due_accounts_in_order() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut schedule = Schedule::default();
        for (moment, account) in [(30, "c"), (10, "a"), (20, "b")] {
            schedule.put(at(moment), account.into());
        }
        assert_eq!(schedule.take_due(at(5)), None);
        assert_eq!(schedule.take_due(at(20)).as_deref(), Some("a"));
        assert_eq!(schedule.take_due(at(20)).as_deref(), Some("b"));
        assert_eq!(schedule.take_due(at(20)), None);
        assert_eq!(schedule.next(), Some(at(30)));
    }

    #[test]
    fn an_account_is_scheduled_once() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut schedule = Schedule::default();
        for moment in [30, 10, 20] {
            schedule.put(at(moment), "a".into());
        }
        assert_eq!((schedule.by_moment.len(), schedule.by_account.len()), (1, 1));
        assert_eq!(schedule.next(), Some(at(20)), "the last plan counts");
        assert_eq!(schedule.take_due(at(20)).as_deref(), Some("a"));
        assert!(schedule.by_account.is_empty() && schedule.next().is_none());
    }
}
