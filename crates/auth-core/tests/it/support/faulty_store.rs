//! A store with planned faults: it works, refuses, does the work and loses the answer, or never answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Intent, MemoryStore, Revision, Session, SessionStore, StoreLock, Stored,
};

/// A method of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Load,
    Save,
    Swap,
    Intend,
    Clear,
    Vacancy,
    Remove,
    Lock,
}

/// The fault of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    None,
    /// Nothing is done, and an error is returned.
    Refuses,
    /// The stored session can't be read, now or later.
    IsUnreadable,
    /// It is done, and an error is returned.
    LosesTheAnswer,
    /// It is done a second later.
    IsSlow,
    /// Nothing is done, and nothing is returned.
    Hangs,
}

type Plan = Box<dyn FnMut(Step) -> StoreFault + Send>;
type Done = Box<dyn Fn(Step) + Send + Sync>;

/// A store with faults; over memory by default.
pub struct FaultyStore {
    pub store: Arc<dyn SessionStore>,
    plan: Mutex<Plan>,
    done: Done,
}

impl Default for FaultyStore {
    fn default() -> Self {
        Self::over(Arc::new(MemoryStore::new()))
    }
}

impl FaultyStore {
    /// Another handle of the same store, without faults so far.
    pub fn over(store: Arc<dyn SessionStore>) -> Self {
        Self { store, plan: Mutex::new(Box::new(|_| StoreFault::None)), done: Box::new(|_| ()) }
    }

    /// Calls `done` after every completed step, before its caller gets the result.
    pub fn when_done(self, done: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self { done: Box::new(done), ..self }
    }

    /// Sets the fault of every step from now on.
    pub fn plan(&self, plan: impl FnMut(Step) -> StoreFault + Send + 'static) {
        *self.plan.lock().unwrap() = Box::new(plan);
    }

    /// Sets the fault of one step from now on; all others work.
    pub fn store_fault(&self, step: Step, store_fault: StoreFault) {
        self.plan(move |asked| if asked == step { store_fault } else { StoreFault::None });
    }

    /// The stored access token, and whether an intent is on record.
    pub async fn kept(&self, account: &str) -> Option<(String, bool)> {
        let stored = self.store.load(account).await.unwrap()?;
        Some((stored.session.access_token.expose().to_owned(), stored.intent.is_some()))
    }

    fn go<'a, T: Send + 'a>(&'a self, step: Step, work: Kept<'a, T>) -> Kept<'a, T> {
        let failed = move || {
            // Transient: the stored session can be read at another time.
            let failed = AuthError::new(AuthErrorKind::Storage).with_transient(true);
            failed.with_message(format!("{step:?} fails, as the test says"))
        };
        match (self.plan.lock().unwrap())(step) {
            StoreFault::None => Box::pin(async move {
                let result = work.await;
                (self.done)(step);
                result
            }),
            StoreFault::Refuses => Box::pin(async move { Err(failed()) }),
            StoreFault::IsUnreadable => Box::pin(async move { Err(failed().with_transient(false)) }),
            StoreFault::LosesTheAnswer => Box::pin(async move {
                work.await?;
                Err(failed())
            }),
            StoreFault::IsSlow => Box::pin(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let result = work.await;
                (self.done)(step);
                result
            }),
            StoreFault::Hangs => Box::pin(std::future::pending()),
        }
    }
}

/// The answer of a store.
type Kept<'a, T> = AuthFuture<'a, T>;

/// Work that is not begun before it is awaited: a store that refuses does nothing.
macro_rules! later {
    ($self:ident.$verb:ident($($argument:expr),*)) => {
        Box::pin(async move { $self.store.$verb($($argument),*).await })
    };
}

impl SessionStore for FaultyStore {
    fn load<'a>(&'a self, account: &'a str) -> Kept<'a, Option<Stored>> {
        self.go(Step::Load, later!(self.load(account)))
    }

    fn save<'a>(&'a self, account: &'a str, session: &'a Session) -> Kept<'a, Revision> {
        self.go(Step::Save, later!(self.save(account, session)))
    }

    fn compare_and_swap<'a>(
        &'a self,
        account: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> Kept<'a, Option<Revision>> {
        self.go(Step::Swap, later!(self.compare_and_swap(account, expected, session)))
    }

    fn record_intent<'a>(&'a self, account: &'a str, expected: Revision, intent: Intent) -> Kept<'a, Option<Revision>> {
        self.go(Step::Intend, later!(self.record_intent(account, expected, intent)))
    }

    fn clear_intent<'a>(&'a self, account: &'a str, expected: Revision) -> Kept<'a, Option<Revision>> {
        self.go(Step::Clear, later!(self.clear_intent(account, expected)))
    }

    fn vacancy<'a>(&'a self, account: &'a str) -> Kept<'a, Option<Revision>> {
        self.go(Step::Vacancy, later!(self.vacancy(account)))
    }

    fn remove<'a>(&'a self, account: &'a str) -> Kept<'a, ()> {
        self.go(Step::Remove, later!(self.remove(account)))
    }

    fn compare_and_remove<'a>(&'a self, account: &'a str, expected: Revision) -> Kept<'a, bool> {
        self.go(Step::Remove, later!(self.compare_and_remove(account, expected)))
    }

    fn lock<'a>(&'a self, account: &'a str, within: Duration) -> Kept<'a, StoreLock> {
        self.go(Step::Lock, later!(self.lock(account, within)))
    }
}
