//! A herd: many tasks ask at the same time for a token that isn't cached, and a renewal takes a while.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auth_core::BoxFuture;
use tokio::sync::{Barrier, watch};

use crate::median::median;

mod aws;
mod google;
mod manager;

const NAMES: [&str; 3] = ["manager", "aws", "google"];
const SIZES: [usize; 2] = [100, 10_000];
const ROUNDS: usize = 3;
/// How long the vendor takes for a renewal.
const RENEWAL: Duration = Duration::from_millis(50);

/// A way to a token, without a cached one.
trait Way: Send + Sync {
    /// Asks once, and returns whether there was a token.
    fn ask(&self) -> BoxFuture<'_, bool>;
}

/// The way of this name, for this vendor.
fn prepare(name: &str, vendor: Arc<Vendor>) -> Result<Arc<dyn Way>, Box<dyn Error>> {
    Ok(match name {
        "manager" => Arc::new(manager::Manager::new(vendor)?),
        "aws" => Arc::new(aws::IdentityCache::new(vendor)?),
        _ => Arc::new(google::AccessToken::new(vendor)?),
    })
}

/// A vendor that counts renewals.
#[derive(Debug)]
struct Vendor {
    fails: bool,
    begun: AtomicUsize,
    /// Renewals that were not cancelled before the vendor had its time.
    finished: AtomicUsize,
}

impl Vendor {
    fn new(fails: bool) -> Self {
        Self { fails, begun: AtomicUsize::new(0), finished: AtomicUsize::new(0) }
    }

    fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends a renewal, and returns whether it is granted.
    fn finish(&self) -> bool {
        self.finished.fetch_add(1, Ordering::Relaxed);
        !self.fails
    }

    /// A whole renewal, for ways that need no HTTP.
    async fn renew(&self) -> bool {
        self.begin();
        tokio::time::sleep(RENEWAL).await;
        self.finish()
    }
}

/// The result of a herd.
struct Outcome {
    begun: usize,
    finished: usize,
    tokens: usize,
    took: Duration,
}

pub(crate) fn table() -> Result<(), Box<dyn Error>> {
    println!(
        "{:<10} {:>7} {:>12} {:>15} {:>10} {:>8} {:>23}",
        "", "tasks", "a renewal", "renewals begun", "finished", "tokens", "ms until all answered"
    );
    for fails in [false, true] {
        for tasks in SIZES {
            let mut outcomes: Vec<Vec<Outcome>> = NAMES.iter().map(|_| Vec::new()).collect();
            // In turn, so that other load disturbs all ways.
            for _ in 0..ROUNDS {
                for (name, outcomes) in NAMES.iter().zip(&mut outcomes) {
                    let outcome = meet(name, tasks, fails)?;
                    if *name == "manager" {
                        assert_eq!((outcome.begun, outcome.finished), (1, 1), "one renewal, however many ask");
                    }
                    outcomes.push(outcome);
                }
            }
            for (name, outcomes) in NAMES.iter().zip(&outcomes) {
                // The counts of the worst round; the median of the times, since other load disturbs them.
                let most = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).max().unwrap_or_default();
                let (begun, finished) = (most(|outcome| outcome.begun), most(|outcome| outcome.finished));
                let tokens = outcomes.iter().map(|outcome| outcome.tokens).min().unwrap_or_default();
                let took = median(outcomes.iter().map(|outcome| outcome.took.as_secs_f64() * 1e3).collect());
                let kind = if fails { "fails" } else { "succeeds" };
                println!("{name:<10} {tasks:>7} {kind:>12} {begun:>15} {finished:>10} {tokens:>8} {took:>23.1}");
            }
        }
    }
    Ok(())
}

/// Lets a herd ask, each task once.
fn meet(name: &str, tasks: usize, fails: bool) -> Result<Outcome, Box<dyn Error>> {
    // A runtime of its own, so that nothing is left of the previous one.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let vendor = Arc::new(Vendor::new(fails));
        let gathered = Arc::new(Barrier::new(tasks + 1));
        let (start, way) = watch::channel(None);
        let asking: Vec<_> = (0..tasks).map(|_| tokio::spawn(ask(Arc::clone(&gathered), way.clone()))).collect();
        gathered.wait().await;
        // Only now, since some ways begin to renew as soon as they exist.
        start.send_replace(Some(prepare(name, Arc::clone(&vendor))?));

        let (mut first, mut last, mut tokens) = (None::<Instant>, None, 0);
        for task in asking {
            let (asked, answered, token) = task.await?.ok_or("the herd was cancelled")?;
            first = Some(first.map_or(asked, |first| first.min(asked)));
            last = last.max(Some(answered));
            tokens += usize::from(token);
        }
        let (first, last) = first.zip(last).ok_or("nobody asked")?;
        let (begun, finished) = (vendor.begun.load(Ordering::Relaxed), vendor.finished.load(Ordering::Relaxed));
        Ok(Outcome { begun, finished, tokens, took: last - first })
    })
}

/// A task of the herd: waits for the others, then for the way, and asks. Returns when it asked, when it was answered,
/// and whether it got a token.
async fn ask(
    gathered: Arc<Barrier>,
    mut way: watch::Receiver<Option<Arc<dyn Way>>>,
) -> Option<(Instant, Instant, bool)> {
    gathered.wait().await;
    let way = way.wait_for(Option::is_some).await.ok()?.clone()?;
    let asked = Instant::now();
    let token = way.ask().await;
    Some((asked, Instant::now(), token))
}
