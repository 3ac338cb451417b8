//! Stores in files, shared by processes that die at any step.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use auth_core::{AuthErrorKind, FileStep, FileStore, Intent, Revision, Session, SessionStore};

use crate::support::respawn::respawn;
use crate::support::scratch::Scratch;

const KEY: &str = "aivo https://aivo.test ada";
const RECORD: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.json";
const SOON: Duration = Duration::from_secs(60);
/// The rounds of each counting process, and the number of processes.
const ROUNDS: usize = 20;
const PROCESSES: usize = 4;

fn session(name: &str) -> Session {
    Session::new(format!("access-{name}"), SystemTime::now()).with_refresh_token(format!("refresh-{name}"))
}

fn open(folder: &Path) -> FileStore {
    let store = FileStore::open(folder).unwrap();
    #[cfg(feature = "encryption")]
    let store = store.encrypted(auth_core::EncryptionKey::from_bytes([7; 32]));
    store
}

/// This program again, as another process with one task on a store.
fn child(folder: &Path, what: &str, step: Option<FileStep>) -> Command {
    let mut command = respawn(module_path!(), "a_process_of_its_own");
    command
        .env("STORE_FOLDER", folder)
        .env("STORE_TASK", what)
        .env("STORE_DIES_AT", step.map(|step| format!("{step:?}")).unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

#[tokio::test]
#[ignore = "other tests start it as a process"]
async fn a_process_of_its_own() {
    let Some(folder) = std::env::var_os("STORE_FOLDER") else { return };
    let dies_at = std::env::var("STORE_DIES_AT").unwrap();
    let store = open(Path::new(&folder)).observed(move |step| {
        if format!("{step:?}") == dies_at {
            std::process::abort();
        }
    });
    match std::env::var("STORE_TASK").unwrap().as_str() {
        "save" => drop(store.save(KEY, &session("new")).await.unwrap()),
        "swap" => {
            let expected = store.load(KEY).await.unwrap().map(|stored| stored.revision);
            store.compare_and_swap(KEY, expected, &session("new")).await.unwrap().unwrap();
        }
        "intend" => {
            let stored = store.load(KEY).await.unwrap().unwrap();
            store.record_intent(KEY, stored.revision, Intent::of(&stored.session, 7)).await.unwrap().unwrap();
        }
        "remove" => store.remove(KEY).await.unwrap(),
        "lock" => store.lock(KEY, Duration::ZERO).await.unwrap().release().await,
        "hold" => {
            let held = store.lock(KEY, SOON).await.unwrap();
            println!("held");
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            held.release().await;
        }
        "count" => count(&store).await,
        "take turns" => take_turns(&store, Path::new(&folder)).await,
        task => panic!("{task}"),
    }
}

async fn count(store: &FileStore) {
    for _ in 0..ROUNDS {
        loop {
            let found = store.load(KEY).await.unwrap().unwrap();
            let count: usize = found.session.subject.as_deref().unwrap().parse().unwrap();
            let next = found.session.with_subject((count + 1).to_string());
            if store.compare_and_swap(KEY, Some(found.revision), &next).await.unwrap().is_some() {
                break;
            }
        }
    }
}

/// Logs each entry and exit.
async fn take_turns(store: &FileStore, folder: &Path) {
    let mut log = std::fs::File::options().append(true).create(true).open(folder.join("log")).unwrap();
    for _ in 0..ROUNDS {
        let held = store.lock(KEY, SOON).await.unwrap();
        log.write_all(b"in\n").unwrap();
        store.load(KEY).await.unwrap();
        log.write_all(b"out\n").unwrap();
        held.release().await;
    }
}

fn run_until_killed(folder: &Path, what: &str, step: FileStep) {
    let status = child(folder, what, Some(step)).status().unwrap();
    assert!(!status.success(), "{what} never came to {step:?}");
}

/// The stored access token, and whether there is an intent.
async fn found(store: &FileStore) -> Option<(String, bool)> {
    let stored = store.load(KEY).await.unwrap()?;
    let name = stored.session.access_token.expose().trim_start_matches("access-").to_owned();
    assert_eq!(stored.session.refresh_token.as_ref().unwrap().expose(), format!("refresh-{name}"));
    Some((name, stored.intent.is_some()))
}

/// Asserts that no lock and no leftover of the dead process blocks the next one.
async fn assert_goes_on(store: &FileStore, scratch: &Scratch) {
    store.lock(KEY, Duration::ZERO).await.unwrap().release().await;
    let expected = store.load(KEY).await.unwrap().map(|stored| stored.revision);
    store.compare_and_swap(KEY, expected, &session("next")).await.unwrap().unwrap();
    assert_eq!(found(store).await, Some(("next".to_owned(), false)));
    assert_eq!(scratch.files(), [RECORD]);
}

#[tokio::test]
async fn a_killed_writer_leaves_the_old_or_the_new_session() {
    for (at, step) in FileStep::WRITE.into_iter().enumerate() {
        let is_new = at >= FileStep::WRITE.iter().position(|step| *step == FileStep::AfterRename).unwrap();
        for (what, old, new) in [
            ("save", None, ("new", false)),
            ("swap", None, ("new", false)),
            ("save", Some("old"), ("new", false)),
            ("swap", Some("old"), ("new", false)),
            ("intend", Some("old"), ("old", true)),
        ] {
            let scratch = Scratch::new();
            let store = open(scratch.path());
            if let Some(old) = old {
                store.save(KEY, &session(old)).await.unwrap();
            }
            run_until_killed(scratch.path(), what, step);
            let expected = if is_new { Some(new) } else { old.map(|old| (old, false)) };
            let expected = expected.map(|(name, intent)| (name.to_owned(), intent));
            assert_eq!(found(&store).await, expected, "{what} at {step:?}");
            assert_goes_on(&store, &scratch).await;
        }
    }
}

#[tokio::test]
async fn a_killed_removal_leaves_the_old_session_or_none() {
    for (at, step) in FileStep::REMOVAL.into_iter().enumerate() {
        let is_gone = at >= FileStep::REMOVAL.iter().position(|step| *step == FileStep::AfterRemove).unwrap();
        let scratch = Scratch::new();
        let store = open(scratch.path());
        store.save(KEY, &session("old")).await.unwrap();
        run_until_killed(scratch.path(), "remove", step);
        assert_eq!(found(&store).await.is_none(), is_gone, "{step:?}");
        let is_marked = at >= FileStep::REMOVAL.iter().position(|step| *step == FileStep::AfterMark).unwrap();
        assert_eq!(
            store.vacancy(KEY).await.unwrap() != Some(Revision::VACANT),
            is_marked,
            "before it is gone: {step:?}"
        );
        assert_goes_on(&store, &scratch).await;
    }
}

#[tokio::test]
async fn a_lock_ends_with_its_process() {
    for step in FileStep::LOCK {
        let scratch = Scratch::new();
        let store = open(scratch.path());
        run_until_killed(scratch.path(), "lock", step);
        assert_goes_on(&store, &scratch).await;
    }
}

#[tokio::test]
async fn a_lock_excludes_another_process_until_it_is_released_or_killed() {
    for kill in [false, true] {
        let scratch = Scratch::new();
        let store = open(scratch.path());
        let mut holder = child(scratch.path(), "hold", None).spawn().unwrap();
        // Reads to the end, since a process fails when its output is closed.
        let mut says = BufReader::new(holder.stdout.take().unwrap()).lines();
        assert!(says.any(|line| line.unwrap().ends_with("held")));
        let error = store.lock(KEY, Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Timeout);
        store.save(KEY, &session("meanwhile")).await.unwrap();
        let waits = tokio::spawn({
            let store = store.clone();
            async move { store.lock(KEY, SOON).await.unwrap().release().await }
        });
        if kill {
            holder.kill().unwrap();
        } else {
            drop(holder.stdin.take());
        }
        waits.await.unwrap();
        assert_eq!(holder.wait().unwrap().success(), !kill);
    }
}

#[tokio::test]
async fn no_update_of_many_processes_is_lost() {
    let scratch = Scratch::new();
    let store = open(scratch.path());
    store.save(KEY, &session("count").with_subject("0")).await.unwrap();
    run_all(scratch.path(), "count");
    let count = store.load(KEY).await.unwrap().unwrap().session.subject;
    assert_eq!(count, Some((PROCESSES * ROUNDS).to_string()));
    assert_eq!(scratch.files(), [RECORD]);
}

#[tokio::test]
async fn one_process_at_a_time_has_the_lock() {
    let scratch = Scratch::new();
    let _ = open(scratch.path());
    run_all(scratch.path(), "take turns");
    let log = std::fs::read_to_string(scratch.path().join("log")).unwrap();
    assert_eq!(log, "in\nout\n".repeat(PROCESSES * ROUNDS));
}

fn run_all(folder: &Path, what: &str) {
    let children: Vec<_> = (0..PROCESSES).map(|_| child(folder, what, None).spawn().unwrap()).collect();
    for child in children {
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stdout));
    }
}
