//! The same histories over sockets: the adapters and their clients, the fake vendors, and each of the stores.
//!
//! The seed decides about events and faults. The order of events at one moment is up to the machine, so a history that
//! broke an invariant may have to run a few times to do so again.

mod sockets;
mod time;
mod watched;

use std::sync::{Arc, Mutex};

use auth_core::{MemoryStore, SessionStore};
use auth_testkit::Vendor;
use test_requirements::effort;

use self::sockets::{Counts, Open, Sockets};
use super::environment::Conditions;
use super::history::History;
use super::{run_all_seeds, seeds};
use crate::support::rng::Rng;

/// Runs one history in a runtime of its own, which ends the operations that are still in flight.
fn run(seed: u64, open: Open) -> Counts {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut rng = Rng(seed);
        let conditions = Conditions::draw(&mut rng);
        let environment = Arc::new(Sockets::start(seed, &conditions, open).await);
        let time = tokio::spawn(environment.clock().clone().run());
        tokio::select! {
            () = History::new(seed, rng, conditions, Arc::clone(&environment)).run() => {}
            stopped = time => panic!("seed {seed}: time has stopped: {stopped:?}"),
        }
        environment.counts()
    })
}

/// Runs all histories with one kind of store, which is made for each history by its seed.
fn histories_with(kind: &str, store: impl Fn(u64) -> Open + Sync) {
    /// Histories wait for sockets and disks, so that two of them use a core better than one.
    const THREADS: usize = 4;
    let begun = std::time::Instant::now();
    let counts = Mutex::new(Counts::default());
    run_all_seeds(seeds(effort(50, 500)), THREADS, |seed| {
        let lived = run(seed, store(seed));
        counts.lock().unwrap().add(&lived);
    });
    let counts = counts.into_inner().unwrap();
    println!("histories over sockets with {kind}, in {:.1?}: {counts:?}", begun.elapsed());
    // Otherwise the histories had too few faults to show anything.
    let (histories, kinds) = (counts.histories.values().sum::<u64>(), counts.faults.len());
    assert!(
        histories == 1 || counts.histories.len() == Vendor::ALL.len() && kinds > 10 && counts.requests > 5 * histories,
        "{counts:?}"
    );
}

#[test]
fn over_sockets_and_in_memory_every_verb_keeps_its_guarantees() {
    histories_with("memory", |_| {
        let memory = Arc::new(MemoryStore::new());
        Box::new(move || memory.clone() as Arc<dyn SessionStore>)
    });
}

#[cfg(all(feature = "file", unix))]
#[test]
fn over_sockets_and_in_files_every_verb_keeps_its_guarantees() {
    use crate::support::scratch::Scratch;

    histories_with("files", |_| {
        let scratch = Scratch::new();
        Box::new(move || Arc::new(auth_core::FileStore::open(scratch.path()).unwrap()))
    });
}

#[cfg(feature = "redis")]
#[test]
fn over_sockets_and_in_redis_every_verb_keeps_its_guarantees() {
    let Some(server) = crate::support::redis_server::RedisServer::start() else { return };
    histories_with("Redis", |seed| {
        let url = server.url();
        Box::new(move || {
            let builder = auth_core::RedisStore::builder(url.as_str()).prefix(format!("history-{seed}"));
            Arc::new(builder.build().unwrap())
        })
    });
}
