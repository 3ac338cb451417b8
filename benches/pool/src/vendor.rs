//! A vendor that renews at once, keeps statistics, and can be down for a while.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, Authenticator, AuthFuture, Capabilities, Credentials, Delivery, Family, Policy, Renewal,
    Session, Timer,
};

use crate::clock::Clock;

/// How long an access token is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

pub(crate) struct Vendor {
    clock: Arc<Clock>,
    down: Range<Duration>,
    policy: Policy,
    book: Mutex<Book>,
}

/// The statistics of the vendor. All their memory is allocated at the beginning, so that it doesn't affect differences
/// of allocated bytes.
pub(crate) struct Book {
    /// The renewals that were granted in each second.
    pub(crate) granted: Vec<u32>,
    /// The longest and the shortest time before expiry at which a renewal was granted. An expired token counts as zero.
    pub(crate) earliest: Duration,
    pub(crate) latest: Duration,
    /// Renewals before the early window, and after the token could still be used.
    pub(crate) too_early: u64,
    pub(crate) too_late: u64,
    /// Renewals that came while the vendor was down.
    pub(crate) in_vain: u64,
    /// Whether the last renewal of a session came while the vendor was down, by number of session.
    is_waiting: Vec<bool>,
    pub(crate) waiting: usize,
    /// When the last waiting session was renewed.
    pub(crate) all_fresh: Option<Duration>,
}

impl Vendor {
    /// A vendor of this many sessions, with statistics for this long.
    pub(crate) fn new(clock: &Arc<Clock>, sessions: usize, lifetime: Duration, down: Range<Duration>) -> Arc<Self> {
        let book = Book {
            granted: vec![0; lifetime.as_secs() as usize + 1],
            earliest: Duration::ZERO,
            latest: Duration::MAX,
            too_early: 0,
            too_late: 0,
            in_vain: 0,
            is_waiting: vec![false; sessions],
            waiting: 0,
            all_fresh: None,
        };
        Arc::new(Self { clock: Arc::clone(clock), down, policy: Policy::default(), book: Mutex::new(book) })
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Renews a session, if the vendor is up.
    fn renew(&self, session: &Session) -> Result<Session, AuthError> {
        let (number, now, elapsed) = (number(session), self.clock.system_time(), self.clock.elapsed());
        let mut book = self.book();
        if self.down.contains(&elapsed) {
            book.in_vain += 1;
            if !std::mem::replace(&mut book.is_waiting[number], true) {
                book.waiting += 1;
            }
            // The error that an adapter makes of a 503.
            let error = AuthError::new(AuthErrorKind::Vendor).with_status(503).with_transient(true);
            return Err(error.with_delivery(Delivery::NotProcessed));
        }
        if std::mem::take(&mut book.is_waiting[number]) {
            book.waiting -= 1;
            book.all_fresh = Some(elapsed);
        }
        if let Some(granted) = book.granted.get_mut(elapsed.as_secs() as usize) {
            *granted += 1;
        }
        let left = session.expires_at.and_then(|expiry| expiry.duration_since(now).ok()).unwrap_or_default();
        book.earliest = book.earliest.max(left);
        book.latest = book.latest.min(left);
        book.too_early += u64::from(left > self.policy.early_window);
        book.too_late += u64::from(left < self.policy.skew);
        Ok(issue(number, now))
    }
}

/// The tokens of a session: 64 characters each, the first half of them its number.
pub(crate) fn issue(number: usize, now: SystemTime) -> Session {
    let issued = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let token = format!("{number:032}{issued:032}");
    Session::new(token.clone(), now).with_refresh_token(token).with_expiry(now + LIFETIME)
}

fn number(session: &Session) -> usize {
    session.access_token.expose()[..32].parse().expect("every token is from `issue`")
}

impl Authenticator for Vendor {
    fn family(&self) -> Family {
        Family::new("in-process")
    }
    fn realm(&self) -> &str {
        "https://vendor.example"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation()
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { Err(AuthError::new(AuthErrorKind::Unsupported)) })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { self.renew(session) })
    }
}
