//! Processes that share a session in a file: one redemption a cycle, even if one is killed or stopped at any point.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthErrorKind, FileStep, FileStore, SessionStore};
use test_requirements::effort;

use crate::support::processes::{self, Answer, KillPoint, LIFETIME, Left, STALE, Setup, Shared, runtime};

#[test]
#[ignore = "another test starts it as a process"]
fn child() {
    processes::child(|folder, points| {
        let store = FileStore::open(folder).unwrap();
        Arc::new(store.observed(move |step| points.pass(&format!("{step:?}"))))
    });
}

/// Runs `work` with a folder that processes share.
fn in_folder<T>(work: impl FnOnce(&Shared<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions");
    let open = || -> Arc<dyn SessionStore> { Arc::new(FileStore::open(&path).unwrap()) };
    let place = path.to_str().unwrap().to_owned();
    // The lock of a process dies with it.
    work(&Shared { open: &open, module: module_path!(), place, end_lock: &|_| () })
}

#[test]
fn eight_processes_redeem_once_a_cycle() {
    in_folder(processes::eight_processes_redeem_once_a_cycle);
}

/// The points at which a renewal can be killed, each with the session that it leaves: each step of the manager, and
/// within those that write each step of the file store. The intent is the first write, the session the second.
fn points() -> Vec<(String, usize, Left)> {
    let mut points = processes::points();
    for step in ["BeforeLock", "AfterLock"] {
        points.push((step.to_owned(), 1, Left::Old));
    }
    let renamed = FileStep::WRITE.iter().position(|step| *step == FileStep::AfterRename).unwrap();
    for (index, step) in FileStep::WRITE.into_iter().enumerate() {
        let (intent, session) = if index < renamed { (Left::Old, Left::Unclear) } else { (Left::Unclear, Left::New) };
        points.push((format!("{step:?}"), 1, intent));
        points.push((format!("{step:?}"), 2, session));
    }
    for step in ["BeforeUnlock", "AfterUnlock"] {
        points.push((step.to_owned(), 1, Left::New));
    }
    points
}

#[test]
fn a_process_killed_at_any_step_costs_no_more_than_it_must() {
    let points = points();
    let rounds = effort(1, 6);
    let kills = in_folder(|shared| processes::kill_everywhere(shared, &points, rounds));
    assert!(kills >= 90 * rounds, "{kills}");
    println!("{kills} kills at {} points: no session torn, no refresh token sent twice", points.len() + 2);
}

#[test]
fn a_stopped_process_keeps_its_lock_and_blocks_no_process_with_a_valid_token() {
    for point in ["after Lock", "before Intend", "after Intend", "before the request", "after the answer", "after Swap"]
    {
        in_folder(|shared| {
            let runtime = runtime();
            let setup = runtime.block_on(Setup::start());
            let old = runtime.block_on(setup.sign_in(&*(shared.open)(), "me"));
            let old = old.access_token.expose();
            setup.clock.advance(STALE);
            let mut stopped = setup.process(shared, "me", Some(KillPoint::paused_at(point, 1)));
            assert_eq!(setup.ask(&mut stopped).token(), old);
            stopped.send(&setup.clock);
            stopped.stopped();
            // At each of these points, the other processes have a valid token.
            let other = setup.short_limit_manager((shared.open)(), "me");
            let ask = || Answer::of(runtime.block_on(other.token()));
            let written = point == "after Swap";
            assert_eq!(ask().token() == old, !written, "{point}");
            setup.clock.advance(LIFETIME - STALE);
            if !written {
                let answer = ask();
                assert!(answer.is(AuthErrorKind::Timeout), "{point}: {answer:?}");
            }
            stopped.go_on();
            // The delayed answer: the valid token is served, and renewed in the background.
            assert_eq!(stopped.answer().unwrap().token(), old, "{point}");
            // The stopped process goes on, writes the renewed session, and frees its lock.
            drop(setup.ask(&mut stopped));
            setup.clock.advance(Duration::from_secs(61));
            assert!(setup.accepts(ask().token()), "{point}");
            setup.assert_sent_once(1);
        });
    }
}

/// Three processes without credentials. One renews slowly; the others look in vain while the token is valid, at growing
/// intervals. After its expiry they wait for the renewal, and none gets an error that asks for a login.
#[test]
fn no_login_is_needed_while_a_peer_renews() {
    in_folder(|shared| {
        let runtime = runtime();
        let setup = runtime.block_on(Setup::start());
        let old = runtime.block_on(setup.sign_in(&*(shared.open)(), "me"));
        let old = old.access_token.expose();
        setup.clock.advance(STALE);
        let mut renews = setup.process(shared, "me", Some(KillPoint::paused_at("before the request", 1)));
        assert_eq!(setup.ask(&mut renews).token(), old);
        renews.send(&setup.clock);
        renews.stopped();
        let mut others = [1, 2].map(|_| setup.process(shared, "me", Some(KillPoint::paused_at("before Lock", 1))));
        // The last look is a second before the end, and its pause would be a minute.
        let last_use = LIFETIME - Duration::from_secs(31);
        for _ in 0..20 {
            for other in &mut others {
                assert_eq!(setup.ask(other).token(), old);
                other.settle();
            }
            setup.clock.advance((last_use - STALE) / 20);
        }
        for other in &mut others {
            assert_eq!(setup.ask(other).token(), old);
            other.settle();
        }
        setup.clock.advance(Duration::from_secs(1));
        for other in &mut others {
            other.send(&setup.clock);
            // The process is about to wait for the lock.
            other.stopped();
            other.go_on();
        }
        renews.go_on();
        assert_eq!(renews.answer().unwrap().token(), old, "it was served before it was stopped");
        for other in &mut others {
            let answer = other.answer().unwrap();
            assert!(setup.accepts(answer.token()) && answer.token() != old, "{answer:?}");
        }
        assert_eq!(setup.server.state().stats().redemptions(), 1);
        setup.assert_sent_once(1);
    });
}
