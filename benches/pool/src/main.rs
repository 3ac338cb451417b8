//! The cost of many sessions, the spread of their renewals, and their recovery after an outage: `pool [<sessions>]`.
//! Time is paused, so that hours pass as fast as the work in them is done.

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use auth_core::SessionPool;

mod allocations;
mod clock;
mod vendor;

use clock::Clock;
use vendor::{LIFETIME, Vendor, issue};

const HOUR: Duration = Duration::from_secs(3600);
/// The duration of the run without a fault.
const HEALTHY_HOURS: u32 = 4;
/// The time of the outage.
const OUTAGE: Range<Duration> = HOUR..Duration::from_secs(3600 + 600);
/// The duration of the run after the outage: long enough for sessions that recovered together to come due again.
const AFTERWARDS: Duration = Duration::from_secs(2 * 3600);

fn main() -> Result<(), Box<dyn Error>> {
    let sessions = match std::env::args().nth(1) {
        Some(sessions) => sessions.parse()?,
        None => 100_000,
    };
    if sessions == 0 {
        return Err("usage: pool [<sessions>]".into());
    }
    // Paused, and on one thread: tokio advances the time when there is nothing else to do.
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    println!("{sessions} sessions");
    runtime()?.block_on(healthy(sessions))?;
    runtime()?.block_on(outage(sessions))
}

/// A run without a fault.
async fn healthy(sessions: usize) -> Result<(), Box<dyn Error>> {
    let clock = Clock::new();
    let lifetime = HOUR * HEALTHY_HOURS;
    let vendor = Vendor::new(&clock, sessions, lifetime, Duration::ZERO..Duration::ZERO);
    let before = allocations::live();
    let pool = fill(&vendor, &clock, sessions)?;
    let each = || allocations::live().saturating_sub(before) / sessions;
    report("bytes a session, when the pool is filled", each());

    // Measured while `keep_alive` is running, so that its schedule is included.
    let bytes = tokio::select! {
        () = pool.keep_alive() => return Err("nothing ends it".into()),
        () = tokio::time::sleep(lifetime) => each(),
    };
    report("bytes a session, when all have been renewed", bytes);
    let book = vendor.book();
    let granted: u32 = book.granted.iter().sum();
    report("refreshes in an hour", granted / HEALTHY_HOURS);
    report("at the peak, refreshes in a second", peak(&book.granted));
    report("the earliest, seconds before expiry", format!("{:.1}", book.earliest.as_secs_f64()));
    report("the latest, seconds before expiry", format!("{:.1}", book.latest.as_secs_f64()));
    report("before the early window", book.too_early);
    report("late", book.too_late);
    assert_eq!((book.too_early, book.too_late), (0, 0), "nobody is renewed early or late");
    Ok(())
}

/// A run with an outage of the vendor.
async fn outage(sessions: usize) -> Result<(), Box<dyn Error>> {
    let clock = Clock::new();
    let vendor = Vendor::new(&clock, sessions, OUTAGE.end + AFTERWARDS, OUTAGE);
    let pool = fill(&vendor, &clock, sessions)?;
    let watch = async {
        tokio::time::sleep(OUTAGE.end).await;
        let waiting = vendor.book().waiting;
        let usable = |number: &usize| pool.get(&number.to_string()).is_some_and(|manager| manager.session().is_some());
        let unusable = sessions - (0..sessions).filter(usable).count();
        tokio::time::sleep(AFTERWARDS).await;
        (waiting, unusable)
    };
    let (waiting, unusable) = tokio::select! {
        () = pool.keep_alive() => return Err("nothing ends it".into()),
        counted = watch => counted,
    };
    let book = vendor.book();
    println!("\nthe vendor is down for {} s", (OUTAGE.end - OUTAGE.start).as_secs());
    report("waiting when it is back", waiting);
    report("of which without a token to use", unusable);
    report("refreshes in vain", book.in_vain);
    let all_fresh = match book.all_fresh {
        _ if book.waiting > 0 => return Err(format!("{} are still waiting", book.waiting).into()),
        Some(all_fresh) => all_fresh,
        None => return Err("nobody waited".into()),
    };
    let second = |moment: Duration| moment.as_secs() as usize;
    let (recovery, afterwards) = book.granted[second(OUTAGE.end)..].split_at(second(all_fresh - OUTAGE.end) + 1);
    report("at the peak of recovery, refreshes in a second", peak(recovery));
    report("seconds until all are fresh", format!("{:.1}", (all_fresh - OUTAGE.end).as_secs_f64()));
    report("at the peak afterwards, refreshes in a second", peak(afterwards));
    Ok(())
}

/// A pool of sessions that expire one after the other, the first of them in a while.
fn fill(vendor: &Arc<Vendor>, clock: &Arc<Clock>, sessions: usize) -> Result<SessionPool<Arc<Vendor>>, Box<dyn Error>> {
    // No session is due yet.
    let spread = LIFETIME - Duration::from_secs(400);
    let pool = SessionPool::builder(Arc::clone(vendor)).capacity(sessions).timer(clock.clone()).build();
    for number in 0..sessions {
        let issued = clock.start_time() - spread.mul_f64(number as f64 / sessions as f64);
        pool.get_or_insert(&number.to_string(), |manager| manager.session(issue(number, issued)))?;
    }
    Ok(pool)
}

fn peak(granted: &[u32]) -> u32 {
    granted.iter().copied().max().unwrap_or_default()
}

fn report(what: &str, value: impl std::fmt::Display) {
    println!("{what:<50} {value:>10}");
}
