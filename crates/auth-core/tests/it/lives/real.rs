//! The same lives over sockets: the adapters and their clients, the fake vendors, and each of the stores.
//!
//! The seed decides about events and faults. The order of events at one moment is up to the machine, so a life that
//! broke an invariant may have to run a few times to do so again.

mod sockets;
mod time;
mod watched;

use std::sync::{Arc, Mutex};

use auth_core::{MemoryStore, SessionStore};
use test_requirements::effort;

use self::sockets::{Open, Sockets, Tally};
use super::life::Life;
use super::world::Fate;
use super::{live_all, seeds};
use crate::support::chance::Chance;

/// Runs one life in a runtime of its own, which ends the operations that are still in flight.
fn live(seed: u64, open: Open) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut chance = Chance(seed);
        let fate = Fate::draw(&mut chance);
        let world = Arc::new(Sockets::start(seed, &fate, open).await);
        let time = tokio::spawn(world.clock().clone().run());
        tokio::select! {
            () = Life::new(seed, chance, fate, Arc::clone(&world)).live() => {}
            stopped = time => panic!("seed {seed}: time has stopped: {stopped:?}"),
        }
        world.tally()
    })
}

/// Runs all lives with one kind of store, which is made for each life by its seed.
fn lives_with(kind: &str, store: impl Fn(u64) -> Open + Sync) {
    /// Lives wait for sockets and disks, so that two of them use a core better than one.
    const THREADS: usize = 4;
    let begun = std::time::Instant::now();
    let tally = Mutex::new(Tally::default());
    live_all(seeds(effort(50, 500)), THREADS, |seed| {
        let lived = live(seed, store(seed));
        tally.lock().unwrap().add(&lived);
    });
    let tally = tally.into_inner().unwrap();
    println!("lives over sockets with {kind}, in {:.1?}: {tally:?}", begun.elapsed());
    // Otherwise the lives had too few faults to show anything.
    let (lives, kinds) = (tally.lives.values().sum::<u64>(), tally.faults.len());
    assert!(lives == 1 || tally.lives.len() == 3 && kinds > 10 && tally.requests > 5 * lives, "{tally:?}");
}

#[test]
fn over_sockets_and_in_memory_every_verb_keeps_its_guarantees() {
    lives_with("memory", |_| {
        let memory = Arc::new(MemoryStore::new());
        Box::new(move || memory.clone() as Arc<dyn SessionStore>)
    });
}

#[cfg(all(feature = "file", unix))]
#[test]
fn over_sockets_and_in_files_every_verb_keeps_its_guarantees() {
    use crate::support::scratch::Scratch;

    lives_with("files", |_| {
        let scratch = Scratch::new();
        Box::new(move || Arc::new(auth_core::FileStore::open(scratch.path()).unwrap()))
    });
}

#[cfg(feature = "redis")]
#[test]
fn over_sockets_and_in_redis_every_verb_keeps_its_guarantees() {
    let Some(server) = crate::support::redis_server::RedisServer::start() else { return };
    lives_with("Redis", |seed| {
        let url = server.url();
        Box::new(move || {
            let builder = auth_core::RedisStore::builder(url.as_str()).prefix(format!("life-{seed}"));
            Arc::new(builder.build().unwrap())
        })
    });
}
