//! The refresh tokens that this manager has sent, remembered independently of the store.
//!
//! Problem: the intent in the store keeps a token from being sent twice, and a store can go back in time. After a
//! failover Redis may return the session from before the last renewal, without the intent.
//!
//! Decision: hashes of the tokens sent last, in memory. Limit: only this manager's tokens. Tokens that a peer sent
//! before a failover are known to the vendor only.

use std::collections::VecDeque;

use crate::{Intent, Session};

/// A store goes back by one renewal, seldom by more. A pool has one of these per session: 32 bytes a token.
const CAPACITY: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Sent(VecDeque<[u8; 32]>);

impl Sent {
    /// A token is about to be sent.
    pub(super) fn add(&mut self, session: &Session) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(hash(session));
    }

    /// A token is still valid, although it was sent.
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
    fn the_last_tokens_are_known_until_they_are_removed() {
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
