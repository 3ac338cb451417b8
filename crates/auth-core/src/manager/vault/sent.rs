//! The refresh tokens that this manager has sent: what the store has forgotten about them, it remembers.
//!
//! Problem: what keeps a token from being sent twice is the intent in the store, and a store can go back in time. After a
//! failover Redis may offer the session from before the last renewal, without the intent.
//!
//! Decision: hashes of the last tokens that were sent, in memory. Limit: it is this manager's memory. What a peer has sent
//! before a failover, only the vendor knows.

use std::collections::VecDeque;

use crate::{Intent, Session};

/// A store goes back by one renewal, seldom by more. A pool has this for each of its sessions: 32 bytes a token.
const CAPACITY: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Sent(VecDeque<[u8; 32]>);

impl Sent {
    /// A token leaves.
    pub(super) fn add(&mut self, session: &Session) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(hash(session));
    }

    /// A token is as good as if it had not been sent.
    pub(super) fn remove(&mut self, session: &Session) {
        let hash = hash(session);
        self.0.retain(|sent| *sent != hash);
    }

    pub(super) fn contains(&self, session: &Session) -> bool {
        !self.0.is_empty() && self.0.contains(&hash(session))
    }
}

fn hash(session: &Session) -> [u8; 32] {
    *Intent::of(session, 0).token_hash()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn session(token: &str) -> Session {
        Session::new("a", SystemTime::UNIX_EPOCH).with_refresh_token(token)
    }

    #[test]
    fn the_last_tokens_are_known_until_they_are_taken_back() {
        let mut sent = Sent::default();
        assert!(!sent.contains(&session("r0")));
        for number in 0..=CAPACITY {
            sent.add(&session(&format!("r{number}")));
        }
        assert!(!sent.contains(&session("r0")) && sent.contains(&session("r1")));
        sent.remove(&session("r1"));
        assert!(!sent.contains(&session("r1")) && sent.contains(&session("r2")));
    }
}
