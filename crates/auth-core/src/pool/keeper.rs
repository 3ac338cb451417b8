//! Renews the sessions of a pool when their time comes: one loop and one schedule for all of them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, SystemTime};

use super::SessionPool;
use crate::Authenticator;
use crate::manager::Due;

/// How long after a renewal began its session is looked at again.
const LANDING: Duration = Duration::from_secs(1);

/// How often a session is looked at that nothing is planned for: somebody may have signed in.
const ROUND: Duration = Duration::from_secs(60);

/// Who is to be looked at next, and when.
#[derive(Default)]
struct Schedule(BinaryHeap<Reverse<(SystemTime, String)>>);

impl Schedule {
    fn add(&mut self, moment: SystemTime, account: String) {
        self.0.push(Reverse((moment, account)));
    }

    fn next(&self) -> Option<SystemTime> {
        self.0.peek().map(|Reverse((moment, _))| *moment)
    }

    fn take_due(&mut self, now: SystemTime) -> Option<String> {
        if self.next()? > now {
            return None;
        }
        self.0.pop().map(|Reverse((_, account))| account)
    }
}

impl<A: Authenticator + Clone + 'static> SessionPool<A> {
    /// Renews every session of the pool when its time comes, whether or not anybody asks, until the future is dropped.
    ///
    /// Renewals are spread: the early windows of sessions differ by chance, and so do the cooldowns after a failure, so
    /// that a vendor that was down isn't met by all at once.
    pub async fn keep_alive(&self) {
        let timer = &self.shared.timer;
        let mut schedule = Schedule::default();
        let mut arrivals = self.shared.arrivals.subscribe();
        let now = timer.system_time();
        self.lock().iter().for_each(|(account, _)| schedule.add(now, account.clone()));
        loop {
            let now = timer.system_time();
            while let Some(account) = schedule.take_due(now) {
                if let Some(moment) = self.tend(&account, now) {
                    schedule.add(moment, account);
                }
            }
            let pause = schedule.next().map_or(ROUND, |moment| moment.duration_since(now).unwrap_or_default());
            tokio::select! {
                () = timer.sleep(pause) => {}
                arrival = arrivals.recv() => match arrival {
                    Ok(account) => schedule.add(now, account),
                    // More came than were remembered: everybody is looked at once.
                    Err(_) => self.lock().iter().for_each(|(account, _)| schedule.add(now, account.clone())),
                },
            }
        }
    }

    /// Begins a renewal that is due, and says when to look again; `None` when the pool has let the session go.
    fn tend(&self, account: &str, now: SystemTime) -> Option<SystemTime> {
        // Looking is not using: the order in which sessions make room stays.
        let manager = self.lock().peek(account).cloned()?;
        let wait = match manager.due(now) {
            Due::At(moment) if moment > now => return Some(moment),
            Due::At(_) => {
                manager.renew_beside();
                LANDING
            }
            Due::OnChange if manager.session().is_some() => LANDING,
            Due::OnChange | Due::Never(_) => ROUND,
        };
        now.checked_add(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_gives_what_is_due_in_order() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut schedule = Schedule::default();
        for (moment, account) in [(30, "c"), (10, "a"), (20, "b")] {
            schedule.add(at(moment), account.to_owned());
        }
        assert_eq!(schedule.take_due(at(5)), None);
        assert_eq!(schedule.take_due(at(20)).as_deref(), Some("a"));
        assert_eq!(schedule.take_due(at(20)).as_deref(), Some("b"));
        assert_eq!(schedule.take_due(at(20)), None);
        assert_eq!(schedule.next(), Some(at(30)));
    }
}
