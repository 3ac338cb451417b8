//! Checks the contract of [`SessionStore`].

mod accounts;
mod locks;
mod races;
mod revisions;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use auth_core::{AuthError, AuthErrorKind, Fingerprint, Intent, Revision, Session, SessionStore, Stored};

use super::report::{Report, describe};

/// Tests a [`SessionStore`] against its contract. `open` opens the same store again, each time as another process would:
/// each handle must see the writes of the others.
///
/// It needs a store of its own, which is empty, and leaves it empty. It must run within a tokio runtime; with several
/// threads the races are harder. Nothing sleeps, but the suite waits for the time limit of a lock.
///
/// Not covered: whether a write survives a crash, and whether locks and writes exclude other processes. Test that with
/// processes.
///
/// # Cancel safety
///
/// A run that is dropped leaves its sessions in the store.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use std::sync::Arc;
/// use auth_core::{MemoryStore, SessionStore};
/// use auth_testkit::conformance;
///
/// let store: Arc<dyn SessionStore> = Arc::new(MemoryStore::new());
/// let report = conformance::store(|| Arc::clone(&store)).await;
/// assert!(report.is_ok(), "{report}");
/// # });
/// ```
pub async fn store(open: impl Fn() -> Arc<dyn SessionStore>) -> Report {
    let mut suite = Suite { open: &open, report: Report::default(), shown: Vec::new() };
    suite.nothing().await;
    suite.swaps().await;
    suite.intents().await;
    suite.removals().await;
    suite.conditional_removals().await;
    suite.vacancies().await;
    suite.fields().await;
    suite.odd_accounts().await;
    suite.listing().await;
    suite.locks().await;
    suite.waiting().await;
    suite.races().await;
    suite.leaks();
    suite.report
}

/// Part of every token, so that a leaked one is recognised.
const MARK: &str = "canary-of-the-store-suite";

struct Suite<'a> {
    open: &'a dyn Fn() -> Arc<dyn SessionStore>,
    report: Report,
    /// The `Debug` and `Display` output of the store's results.
    shown: Vec<String>,
}

impl Suite<'_> {
    fn open(&self) -> Arc<dyn SessionStore> {
        (self.open)()
    }

    fn check(&mut self, name: &'static str, passes: bool, seen: impl FnOnce() -> String) {
        self.report.check(name, passes, seen);
    }

    /// Checks that a call succeeded, and returns its value.
    fn ok<T>(&mut self, name: &'static str, result: Result<T, AuthError>) -> Option<T> {
        if let Err(error) = &result {
            self.shown.push(show(error));
        }
        self.report.ok(name, result)
    }

    /// Checks that a conditional write took place, and returns its revision.
    fn written(&mut self, name: &'static str, result: Result<Option<Revision>, AuthError>) -> Option<Revision> {
        match result {
            Ok(None) => {
                self.check(name, false, || "nothing was written".to_owned());
                None
            }
            result => self.ok(name, result).flatten(),
        }
    }

    /// Checks that a conditional write was refused.
    fn refused(&mut self, name: &'static str, result: Result<Option<Revision>, AuthError>) {
        self.shown.extend(result.as_ref().err().map(show));
        let seen = || result.as_ref().map_or_else(describe, |_| "it was written".to_owned());
        self.check(name, matches!(result, Ok(None)), seen);
    }

    /// Checks that a call failed with this kind of error.
    fn fails<T>(&mut self, name: &'static str, kind: AuthErrorKind, result: Result<T, AuthError>) -> Option<AuthError> {
        let error = result.err();
        let seen = || error.as_ref().map_or_else(|| "it succeeded".to_owned(), describe);
        self.check(name, error.as_ref().is_some_and(|error| error.kind() == kind), seen);
        self.shown.extend(error.iter().map(show));
        error
    }

    /// Checks which session a newly opened handle finds.
    async fn finds(&mut self, name: &'static str, account: &str, expected: Option<&Stored>) {
        let Some(found) = self.loads(name, account).await else { return };
        let seen = difference(found.as_ref(), expected);
        self.check(name, seen.is_none(), || seen.unwrap_or_default().to_owned());
    }

    async fn loads(&mut self, name: &'static str, account: &str) -> Option<Option<Stored>> {
        match self.open().load(account).await {
            Ok(found) => {
                self.shown.extend(found.iter().map(|found| format!("{found:?} {found:#?}")));
                Some(found)
            }
            Err(error) => self.ok(name, Err(error)),
        }
    }

    /// Removes the session of an account.
    async fn clean(&mut self, account: &str) {
        let removed = self.open().remove(account).await;
        self.ok("a session can be removed", removed);
    }

    fn leaks(&mut self) {
        let leaks = self.shown.iter().filter(|shown| shown.contains(MARK)).count();
        self.check("no shown text has a token", leaks == 0, || format!("a token is in {leaks} texts"));
    }
}

fn show(error: &AuthError) -> String {
    format!("{error} {error:?} {:?}", std::error::Error::source(error))
}

/// A session with every field set; the strings contain `which`.
fn session(which: impl fmt::Display) -> Session {
    let now = SystemTime::now();
    let mut session = Session::new(format!("{MARK}-access-{which}"), now)
        .with_refresh_token(format!("{MARK}-refresh-{which}"))
        .with_expiry(now + std::time::Duration::from_nanos(3_600_000_000_100))
        .with_subject(format!("subject {which}"))
        .with_account(format!("account {which}"))
        .with_scopes(["read".to_owned(), format!("scope {which}")])
        .with_extra("device", format!("{MARK}-device-{which}"));
    session.fingerprint = Some(Fingerprint::of("conformance", &[&which.to_string()]));
    session
}

fn stored(session: &Session, intent: Option<Intent>, revision: Revision) -> Stored {
    Stored::new(session.clone(), intent, revision)
}

/// The first difference between two stored sessions, described without tokens.
fn difference(found: Option<&Stored>, expected: Option<&Stored>) -> Option<&'static str> {
    let (found, expected) = match (found, expected) {
        (None, None) => return None,
        (Some(_), None) => return Some("there is a session"),
        (None, Some(_)) => return Some("there is no session"),
        (Some(found), Some(expected)) => (found, expected),
    };
    let (left, right) = (&found.session, &expected.session);
    let members = [
        ("another revision", found.revision == expected.revision),
        ("another intent, or none", found.intent == expected.intent),
        ("another access token", left.access_token == right.access_token),
        ("another refresh token", left.refresh_token == right.refresh_token),
        ("another time of issue", left.issued_at == right.issued_at),
        ("another expiry", left.expires_at == right.expires_at),
        ("another subject", left.subject == right.subject),
        ("another account", left.account == right.account),
        ("other scopes", left.scopes == right.scopes),
        ("other extras", left.extra == right.extra),
        ("another fingerprint", left.fingerprint == right.fingerprint),
    ];
    members.into_iter().find(|(_, same)| !same).map(|(difference, _)| difference)
}
