//! Where a session is kept, step by step, so that a crash between two steps is never worse than signing in again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use client_runtime::BoxFuture;
use sha2::{Digest, Sha256};

use crate::{AuthError, Session};

/// The record that a refresh token is about to be sent: its hash, never the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Intent([u8; 32]);

impl Intent {
    /// The intent to redeem what a session has: its refresh token, or the access token where that renews itself.
    pub fn of(session: &Session) -> Self {
        let token = session.refresh_token.as_ref().unwrap_or(&session.access_token);
        Self(Sha256::digest(token.expose().as_bytes()).into())
    }

    /// The hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A session as it is kept, with the intent that somebody recorded and did not clear.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stored {
    /// The session.
    pub session: Session,
    /// A redemption of it began, and nobody knows how it ended.
    pub intent: Option<Intent>,
}

impl Stored {
    /// A session, and perhaps an intent to redeem it.
    pub fn new(session: Session, intent: Option<Intent>) -> Self {
        Self { session, intent }
    }
}

/// Keeps sessions, by account.
///
/// A redemption goes through four steps: load, record the intent, redeem, persist. The intent is on record before the
/// request leaves, and persisting replaces the session and clears the intent in one write. Whoever loads a session with
/// an intent knows that its refresh token may be spent.
pub trait SessionStore: Send + Sync {
    /// Reads the session of an account.
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<Stored>, AuthError>>;

    /// Records that the session's refresh token is about to be sent.
    fn intend<'a>(&'a self, account: &'a str, intent: Intent) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Takes the intent back: the request was not processed.
    fn withdraw<'a>(&'a self, account: &'a str, intent: Intent) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Replaces the session and clears the intent, in one write.
    fn persist<'a>(&'a self, account: &'a str, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Forgets the session of an account.
    fn remove<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), AuthError>>;
}

/// Keeps sessions in memory, for as long as the process lives.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<HashMap<String, Stored>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut HashMap<String, Stored>) -> T,
    ) -> BoxFuture<'_, Result<T, AuthError>> {
        let result = change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(Ok(result)))
    }
}

impl SessionStore for MemoryStore {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<Stored>, AuthError>> {
        self.change(|sessions| sessions.get(account).cloned())
    }

    fn intend<'a>(&'a self, account: &'a str, intent: Intent) -> BoxFuture<'a, Result<(), AuthError>> {
        self.change(|sessions| {
            if let Some(stored) = sessions.get_mut(account) {
                stored.intent = Some(intent);
            }
        })
    }

    fn withdraw<'a>(&'a self, account: &'a str, intent: Intent) -> BoxFuture<'a, Result<(), AuthError>> {
        self.change(|sessions| {
            if let Some(stored) = sessions.get_mut(account).filter(|stored| stored.intent == Some(intent)) {
                stored.intent = None;
            }
        })
    }

    fn persist<'a>(&'a self, account: &'a str, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        self.change(|sessions| {
            sessions.insert(account.to_owned(), Stored::new(session.clone(), None));
        })
    }

    fn remove<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<(), AuthError>> {
        self.change(|sessions| {
            sessions.remove(account);
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn session(name: &str) -> Session {
        Session::new(name, SystemTime::UNIX_EPOCH).with_refresh_token(format!("r-{name}"))
    }

    #[test]
    fn an_intent_is_the_hash_of_what_is_redeemed() {
        let hash = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
        assert_eq!(Intent::of(&session("a")).as_bytes(), &hash("r-a"));
        let renews_itself = Session::new("a", SystemTime::UNIX_EPOCH);
        assert_eq!(Intent::of(&renews_itself).as_bytes(), &hash("a"));
    }

    #[tokio::test]
    async fn each_step_shows_and_accounts_are_kept_apart() {
        let store = MemoryStore::new();
        let (mine, other) = (Intent::of(&session("a")), Intent::of(&session("b")));
        let look = async |account| {
            let stored = store.load(account).await.unwrap();
            stored.map(|stored| (stored.session.access_token.expose().to_owned(), stored.intent))
        };
        assert_eq!(look("one").await, None);
        store.intend("one", mine).await.unwrap();
        assert_eq!(look("one").await, None, "there is nothing to redeem");
        store.persist("one", &session("a")).await.unwrap();
        store.persist("two", &session("b")).await.unwrap();
        store.intend("one", mine).await.unwrap();
        assert_eq!(look("one").await, Some(("a".to_owned(), Some(mine))));
        assert_eq!(look("two").await, Some(("b".to_owned(), None)));
        store.withdraw("one", other).await.unwrap();
        assert_eq!(look("one").await, Some(("a".to_owned(), Some(mine))), "the intent of somebody else stays");
        store.withdraw("one", mine).await.unwrap();
        assert_eq!(look("one").await, Some(("a".to_owned(), None)));
        store.intend("one", mine).await.unwrap();
        store.persist("one", &session("c")).await.unwrap();
        assert_eq!(look("one").await, Some(("c".to_owned(), None)), "one write");
        store.remove("one").await.unwrap();
        assert_eq!((look("one").await, look("two").await), (None, Some(("b".to_owned(), None))));
    }
}
