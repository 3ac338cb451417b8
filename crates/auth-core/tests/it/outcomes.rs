//! The table in docs/outcomes.md: the outcomes for a session when its store or a clock fails. Each row is run with a
//! real disk, a real Redis and a vendor on a socket, and its outcomes are compared with the page.
//!
//! `UPDATE_DOCS=1` rewrites the page, where all requirements are met.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use auth_core::{FileStore, RedisStore, SessionManager, SessionStatus, SessionStore, TokenSource};
use auth_testkit::ManualClock;
use tokio::runtime::Runtime;

use crate::support::disk::Disk;
use crate::support::processes::{self, Aivo, Answer, LIFETIME, STALE, Setup, runtime};
use crate::support::redis_server::RedisServer;
use crate::support::scratch::Scratch;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/outcomes.md");
const SECOND: Duration = Duration::from_secs(1);

/// One row: the fault, and three answers.
struct Row {
    store_fault: &'static str,
    /// While the token is valid, after it has expired, and when the fault is over.
    answers: [String; 3],
}

/// A session in a store, and a process that uses it.
struct Scenario {
    runtime: Runtime,
    setup: Setup,
    store: Arc<dyn SessionStore>,
    old: String,
    manager: SessionManager<Aivo>,
}

impl Scenario {
    fn new(store: impl SessionStore + 'static) -> Self {
        let (runtime, store) = (runtime(), Arc::new(store) as Arc<dyn SessionStore>);
        let setup = runtime.block_on(Setup::start());
        let session = runtime.block_on(setup.sign_in(&*store, "me"));
        let manager = setup.short_limit_manager(store.clone(), "me");
        let scenario = Self { runtime, setup, store, old: session.access_token.expose().to_owned(), manager };
        assert_eq!(scenario.ask(), "the old token");
        scenario
    }

    /// The answer to a process that asks for a token, in the words of the table.
    fn ask_of(&self, manager: &SessionManager<Aivo>) -> String {
        let said = match Answer::of(self.runtime.block_on(manager.token())) {
            Answer::Token(token) if token == self.old => "the old token".to_owned(),
            Answer::Token(token) => {
                assert!(self.setup.accepts(&token));
                "a new token".to_owned()
            }
            Answer::Failed(error) => format!("`{}`", error.split(':').next().unwrap()),
        };
        match manager.watch().current() {
            SessionStatus::NotStored(_) => format!("{said}, status `NotStored`"),
            _ => said,
        }
    }

    fn ask(&self) -> String {
        self.ask_of(&self.manager)
    }

    /// Runs a fault that begins and ends.
    fn row(self, store_fault: &'static str, begin: impl FnOnce(), end: impl FnOnce()) -> Row {
        self.setup.clock.advance(STALE);
        begin();
        let mut watch = self.manager.watch();
        let valid = self.ask();
        // The renewal was due, and is tried in the background.
        self.runtime.block_on(watch.changed());
        self.setup.clock.advance(LIFETIME);
        let expired = self.ask();
        end();
        self.setup.clock.advance(61 * SECOND);
        let over = self.ask();
        self.setup.assert_sent_once(1);
        Row { store_fault, answers: [valid, expired, over] }
    }
}

/// A scenario on a disk of 64 KiB, and its folder for sessions.
fn on_disk(disk: &Disk) -> (PathBuf, Scenario) {
    let folder = disk.path().join("sessions");
    (folder.clone(), Scenario::new(FileStore::open(folder).unwrap()))
}

fn disk_full() -> Option<Row> {
    let disk = Disk::small()?;
    let (_, scenario) = on_disk(&disk);
    let row = scenario.row("the disk is full", || disk.fill(), || disk.make_room());
    Some(row)
}

fn disk_full_after_the_request() -> Option<Row> {
    // A process that another test starts has a copy of all open files until its program runs. When it closes the record
    // that was replaced, the full disk has room for one more: then the scenario is repeated.
    for _ in 0..20 {
        if let Ok(row) = fill_disk_after_the_request()? {
            return Some(row);
        }
    }
    panic!("the disk is never full");
}

/// There was room for the renewed session.
struct WasStored;

fn fill_disk_after_the_request() -> Option<Result<Row, WasStored>> {
    let disk = Disk::small()?;
    let (_, scenario) = on_disk(&disk);
    scenario.setup.clock.advance(LIFETIME);
    // The vendor has the request: the intent is on disk, and the disk fills up before the response.
    let hold = scenario.setup.server.faults().hold("refresh_token");
    let begun = scenario.runtime.spawn({
        let manager = scenario.manager.clone();
        async move { manager.token().await }
    });
    scenario.runtime.block_on(hold.arrived());
    disk.fill();
    hold.release();
    scenario.runtime.block_on(begun).unwrap().unwrap();
    let stored = || scenario.runtime.block_on(scenario.store.load(&scenario.setup.key("me"))).unwrap().unwrap();
    if stored().session.access_token.expose() != scenario.old {
        return Some(Err(WasStored));
    }
    let during = scenario.ask();
    disk.make_room();
    // The write is retried in the background.
    scenario.runtime.block_on(async {
        let mut watch = scenario.manager.watch();
        while matches!(watch.current(), SessionStatus::NotStored(_)) {
            watch.changed().await;
        }
    });
    assert_ne!(stored().session.access_token.expose(), scenario.old);
    let over = scenario.ask();
    scenario.setup.assert_sent_once(1);
    Some(Ok(Row {
        store_fault: "the disk fills up while a renewal is on its way",
        answers: ["the old token".to_owned(), during, over],
    }))
}

fn read_only() -> Option<Row> {
    let disk = Disk::small()?;
    let (_, scenario) = on_disk(&disk);
    Some(scenario.row("the folder becomes read-only", || disk.make_read_only(), || disk.make_writable()))
}

fn others_can_read() -> Option<Row> {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let scenario = Scenario::new(FileStore::open(scratch.path()).unwrap());
    let set_mode = |mode| {
        for name in scratch.files() {
            fs::set_permissions(scratch.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    Some(scenario.row("others may read the file", || set_mode(0o644), || set_mode(0o600)))
}

fn in_redis(redis: &RedisServer) -> Scenario {
    Scenario::new(RedisStore::builder(redis.url()).build().unwrap())
}

fn redis_gone() -> Option<Row> {
    let redis = std::cell::RefCell::new(RedisServer::durable()?);
    let scenario = in_redis(&redis.borrow());
    Some(scenario.row("Redis is gone", || redis.borrow_mut().stop(), || redis.borrow_mut().restart()))
}

fn redis_slow() -> Option<Row> {
    let redis = RedisServer::start()?;
    let scenario = Scenario::new(RedisStore::builder(redis.url()).time_limit(SECOND).build().unwrap());
    Some(scenario.row("Redis does not answer in time", || redis.freeze(), || redis.thaw()))
}

fn redis_full() -> Option<Row> {
    let redis = RedisServer::start()?;
    let scenario = in_redis(&redis);
    let limit = |bytes: &str| drop(redis.command(&["CONFIG", "SET", "maxmemory", bytes]));
    Some(scenario.row("Redis has no memory left (`noeviction`)", || limit("1"), || limit("0")))
}

fn redis_restarted(store_fault: &'static str, redis: Option<RedisServer>) -> Option<Row> {
    let redis = std::cell::RefCell::new(redis?);
    let scenario = in_redis(&redis.borrow());
    Some(scenario.row(store_fault, || redis.borrow_mut().restart(), || ()))
}

fn clock_set_back() -> Option<Row> {
    let scratch = Scratch::new();
    let scenario = Scenario::new(FileStore::open(scratch.path()).unwrap());
    // This machine's clock alone: the vendor's goes on.
    let machine = ManualClock::new(scenario.setup.clock.now() - LIFETIME);
    let process = scenario.setup.manager_by(scenario.store.clone(), "me", &machine);
    let valid = scenario.ask_of(&process);
    scenario.setup.clock.advance(LIFETIME);
    machine.advance(LIFETIME);
    // By this clock the token is still valid. The vendor rejects it.
    let refused = process.cached().unwrap();
    assert!(!scenario.setup.accepts(&processes::text(&refused)));
    process.reject(refused.generation());
    let expired = scenario.ask_of(&process);
    let over = scenario.ask_of(&process);
    scenario.setup.assert_sent_once(1);
    assert_eq!(scenario.setup.server.state().stats().redemptions(), 1);
    Some(Row {
        store_fault: "the clock is set back an hour",
        answers: [valid, format!("a refusal, then {expired}"), over],
    })
}

/// Two hosts on one Redis; the clock of one is off by 90 seconds.
fn clock_off(store_fault: &'static str, ahead: bool) -> Option<Row> {
    let redis = RedisServer::start()?;
    let scenario = in_redis(&redis);
    let off = if ahead { scenario.setup.clock.now() + 90 * SECOND } else { scenario.setup.clock.now() - 90 * SECOND };
    let off = ManualClock::new(off);
    let host = scenario.setup.manager_by(scenario.store.clone(), "me", &off);
    let valid = scenario.ask_of(&host);
    // 80 s before the token's end by the right clock, for the one ahead 10 s after it; or 40 s after its end.
    let later = if ahead { LIFETIME - 80 * SECOND } else { LIFETIME + 40 * SECOND };
    scenario.setup.clock.advance(later);
    off.advance(later);
    let expired = if ahead {
        scenario.ask_of(&host)
    } else {
        // The host with the right clock has renewed by then.
        assert_eq!(scenario.ask(), "a new token");
        let refused = host.cached().unwrap();
        assert!(!scenario.setup.accepts(&processes::text(&refused)));
        host.reject(refused.generation());
        format!("a refusal, then {}", scenario.ask_of(&host))
    };
    scenario.setup.clock.advance(301 * SECOND);
    off.advance(301 * SECOND);
    let (host, other) = (scenario.ask_of(&host), scenario.ask());
    assert_eq!(host, other);
    assert_eq!(scenario.setup.server.state().stats().redemptions(), 1, "one renewal for both");
    scenario.setup.assert_sent_once(1);
    Some(Row { store_fault, answers: [valid, expired, host] })
}

/// All rows in the order of the page, run concurrently: most of their time is waiting.
fn all() -> Vec<Option<Row>> {
    let rows: [fn() -> Option<Row>; 12] = [
        disk_full,
        disk_full_after_the_request,
        read_only,
        others_can_read,
        redis_gone,
        redis_slow,
        redis_full,
        || redis_restarted("Redis restarts, with `appendfsync always`", RedisServer::durable()),
        || redis_restarted("Redis restarts, and keeps nothing", RedisServer::start()),
        clock_set_back,
        || clock_off("the host's clock is 90 s ahead of the others'", true),
        || clock_off("the host's clock is 90 s behind the others'", false),
    ];
    std::thread::scope(|scope| {
        let started = rows.map(|row| scope.spawn(row));
        started.into_iter().map(|row| row.join().unwrap()).collect()
    })
}

#[test]
fn the_page_says_what_happens() {
    let rows = all();
    let lines: Vec<String> = rows
        .iter()
        .flatten()
        .map(|Row { store_fault, answers: [valid, expired, over] }| {
            format!("| {store_fault} | {valid} | {expired} | {over} |")
        })
        .collect();
    let page = fs::read_to_string(PAGE).unwrap();
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| what happens");
    let told: Vec<&str> = page.lines().filter(is_row).collect();
    let skipped = rows.len() - lines.len();
    if std::env::var_os("UPDATE_DOCS").is_some() && skipped == 0 {
        let head: Vec<&str> = page.lines().take_while(|line| !is_row(line)).collect();
        let tail: Vec<&str> = page.lines().skip_while(|line| !is_row(line)).skip_while(is_row).collect();
        let page = [head.join("\n"), lines.join("\n"), tail.join("\n")].join("\n");
        fs::write(Path::new(PAGE), page.trim_end().to_owned() + "\n").unwrap();
        return;
    }
    for line in &lines {
        assert!(told.contains(&line.as_str()), "docs/outcomes.md does not say this, run with UPDATE_DOCS=1:\n{line}");
    }
    assert_eq!(told.len(), rows.len(), "docs/outcomes.md has other rows than those that are tested");
    println!("{} outcomes are as the page says, {skipped} could not be tried here", lines.len());
}
