//! Processes that share a session in a real Redis: one redemption a cycle, even if one is killed, or suspended for
//! longer than its lease.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthErrorKind, RedisStore, SessionStore};
use test_requirements::effort;

use crate::support::processes::{self, Answer, KillPoint, LIFETIME, Setup, Shared, runtime};
use crate::support::redis_server::RedisServer;

/// Long enough for a redemption, and short enough to wait for. Redis' own clock counts it.
const LEASE: Duration = Duration::from_millis(200);

fn open(url: &str, lease: Duration) -> Arc<dyn SessionStore> {
    Arc::new(RedisStore::builder(url).lock_lease(lease).build().unwrap())
}

#[test]
#[ignore = "another test starts it as a process"]
fn child() {
    processes::child(|place, _| {
        let (url, lease) = place.split_once(' ').unwrap();
        open(url, Duration::from_millis(lease.parse().unwrap()))
    });
}

/// Runs `work` with a Redis that processes share, if there is one. The lease of a killed process either expires by
/// Redis' clock or is ended by the test.
fn in_redis(lease: Duration, ends_locks: bool, work: impl FnOnce(&Shared<'_>)) {
    let Some(redis) = RedisServer::durable() else { return };
    let url = redis.url();
    let place = format!("{url} {}", lease.as_millis());
    // A store belongs to the runtime it is used in, so each is opened there.
    let end_lock = |account: &str| {
        if ends_locks {
            redis.command(&["DEL", &format!("auth-core:{{{account}}}:lock")]);
        }
    };
    work(&Shared { open: &|| open(&url, lease), module: module_path!(), place, end_lock: &end_lock });
}

#[test]
fn eight_processes_redeem_once_a_cycle() {
    in_redis(Duration::from_secs(60), false, processes::eight_processes_redeem_once_a_cycle);
}

#[test]
fn a_process_killed_at_any_step_costs_no_more_than_it_must() {
    // The wait for a lease after each kill takes most of the time. The test below waits for leases, too.
    let waits = effort(false, true);
    in_redis(LEASE, !waits, |shared| {
        let kills = processes::kill_everywhere(shared, &processes::points(), 1);
        println!("{kills} kills: no session torn, no refresh token sent twice");
    });
}

#[test]
fn a_process_stopped_for_longer_than_its_lease_sends_nothing_twice() {
    // The point at which it is suspended: whether its intent is on record by then.
    for (point, intended) in [
        ("after Lock", false),
        ("before Intend", false),
        ("after Intend", true),
        ("before the request", true),
        ("after the answer", true),
        ("before Swap", true),
    ] {
        in_redis(LEASE, false, |shared| {
            let runtime = runtime();
            let setup = runtime.block_on(Setup::start());
            runtime.block_on(setup.sign_in(&*(shared.open)(), "me"));
            setup.clock.advance(LIFETIME);
            let mut stopped = setup.process(shared, "me", Some(KillPoint::paused_at(point, 1)));
            stopped.send(&setup.clock);
            stopped.stopped();
            // Another process gets the lock when the lease has expired. It sends only a token that no other process has
            // sent.
            let other = setup.manager((shared.open)(), "me");
            let ask = || Answer::of(runtime.block_on(other.token()));
            let meanwhile = ask();
            if intended {
                assert!(meanwhile.is(AuthErrorKind::ReauthRequired), "{point}: {meanwhile:?}");
            } else {
                assert!(setup.accepts(meanwhile.token()), "{point}");
            }
            // The stopped process goes on as if it had the lock. Either its session or that of the other process is
            // stored for all.
            stopped.go_on();
            let finished = stopped.answer().unwrap();
            assert!(setup.accepts(finished.token()), "{point}");
            setup.clock.advance(Duration::from_secs(61));
            assert_eq!(ask(), finished, "{point}");
            assert_eq!(setup.server.state().stats().redemptions(), 1, "{point}");
            setup.assert_sent_once(1);
        });
    }
}
