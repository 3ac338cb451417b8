//! Sessions in a keyring: one that works, one that hangs, one that fails, and the one of this machine.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{AuthError, AuthErrorKind, Keyring, KeyringStore, Session, SessionStore};
use auth_testkit::conformance;
use test_requirements::{Requirement, requirement};

const SHORT: Duration = Duration::from_millis(50);
const SOON: Duration = Duration::from_secs(20);

fn session(token: &str) -> Session {
    Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("refresh-{token}"))
}

/// A keyring in memory, which can be made to hang.
#[derive(Default)]
struct FakeKeyring {
    entries: Mutex<HashMap<String, Vec<u8>>>,
    most_bytes: Option<usize>,
    /// Calls of this kind hang while it is set.
    hangs: Mutex<Option<Call>>,
    goes_on: Condvar,
    begins_to_hang: Condvar,
    /// Calls that hang now, and the number of all writes.
    hanging: AtomicUsize,
    writes: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Get,
    Set,
}

impl FakeKeyring {
    fn hang(&self, call: Call) {
        *self.hangs.lock().unwrap() = Some(call);
    }

    fn go_on(&self) {
        *self.hangs.lock().unwrap() = None;
        self.goes_on.notify_all();
    }

    /// Returns once a call hangs: it begins on a thread of its own, maybe after its caller's time limit.
    fn wait_for_a_hanging_call(&self) {
        let hangs = self.hangs.lock().unwrap();
        let none_yet = |_: &mut _| self.hanging.load(SeqCst) == 0;
        let (_hangs, result) = self.begins_to_hang.wait_timeout_while(hangs, SOON, none_yet).unwrap();
        assert!(!result.timed_out(), "no call hangs");
    }

    fn enter(&self, call: Call) {
        let hangs = self.hangs.lock().unwrap();
        if *hangs == Some(call) {
            self.hanging.fetch_add(1, SeqCst);
            self.begins_to_hang.notify_all();
            drop(self.goes_on.wait_while(hangs, |hangs| *hangs == Some(call)).unwrap());
            self.hanging.fetch_sub(1, SeqCst);
        }
    }
}

impl Keyring for FakeKeyring {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, AuthError> {
        self.enter(Call::Get);
        Ok(self.entries.lock().unwrap().get(name).cloned())
    }

    fn set(&self, name: &str, secret: &[u8]) -> Result<(), AuthError> {
        self.enter(Call::Set);
        self.writes.fetch_add(1, SeqCst);
        self.entries.lock().unwrap().insert(name.to_owned(), secret.to_owned());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), AuthError> {
        self.entries.lock().unwrap().remove(name);
        Ok(())
    }

    fn most_bytes(&self) -> Option<usize> {
        self.most_bytes
    }
}

/// A folder for locks, removed with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("auth-core-keyring-{}-{}", std::process::id(), COUNT.fetch_add(1, SeqCst));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(keyring: &Arc<FakeKeyring>, folder: &Scratch) -> KeyringStore {
    KeyringStore::over(Arc::clone(keyring) as _, &folder.0).unwrap()
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn assert_storage(error: &AuthError, transient: bool, says: &str) {
    assert_eq!((error.kind(), error.is_transient()), (AuthErrorKind::Storage, transient), "{error}");
    assert!(error.to_string().contains(says), "{says}: {error}");
    let source = error.source().map(|source| format!("{source} {source:?}"));
    assert!(!format!("{error} {error:?} {source:?}").contains("canary"));
}

async fn assert_conforms(name: &str, open: impl Fn() -> KeyringStore) {
    let report = conformance::store(|| Arc::new(open()) as _).await;
    println!("{name}: {report}");
    assert!(report.is_ok(), "{name}: {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn conforms() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    // With a limit for a machine that is busy with other tests: all of them write through one keyring.
    assert_conforms("keyring", || open(&keyring, &folder).time_limit(SOON)).await;
    assert!(keyring.entries.lock().unwrap().is_empty());
    assert_conforms("one handle", {
        let store = open(&keyring, &folder).time_limit(SOON);
        move || store.clone()
    })
    .await;
    #[cfg(feature = "encryption")]
    {
        let key = auth_core::EncryptionKey::from_bytes([7; 32]);
        assert_conforms("encrypted", || open(&keyring, &folder).time_limit(SOON).encrypted(key.clone())).await;
    }
}

#[tokio::test]
async fn conforms_on_one_thread() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    assert_conforms("keyring, on one thread", || open(&keyring, &folder).time_limit(SOON)).await;
}

#[tokio::test]
async fn a_hanging_keyring_blocks_no_caller_and_gets_no_second_call() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    let store = open(&keyring, &folder).time_limit(SHORT);
    keyring.hang(Call::Get);
    let start = Instant::now();
    assert_storage(&store.load("me").await.unwrap_err(), true, "may still happen within 50ms");
    let later: Vec<_> = (0..20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                match number % 2 {
                    0 => store.load("me").await.map(drop),
                    _ => store.save(&format!("other {number}"), &session("canary")).await.map(drop),
                }
            })
        })
        .collect();
    for call in later {
        assert_storage(&call.await.unwrap().unwrap_err(), true, "an earlier call");
    }
    assert!(start.elapsed() < Duration::from_secs(10), "two limits, and room for a slow machine");
    keyring.wait_for_a_hanging_call();
    assert_eq!(keyring.hanging.load(SeqCst), 1, "one thread hangs, however many asked");
    keyring.go_on();
    let store = store.time_limit(SOON);
    store.save("me", &session("a")).await.unwrap();
    assert!(store.load("me").await.unwrap().is_some());
}

#[test]
fn a_runtime_ends_although_the_keyring_hangs() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    let store = open(&keyring, &folder).time_limit(SHORT);
    keyring.hang(Call::Get);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(store.load("me")).unwrap_err();
    keyring.wait_for_a_hanging_call();
    drop(runtime);
    assert_eq!(keyring.hanging.load(SeqCst), 1);
    keyring.go_on();
}

#[tokio::test]
async fn a_write_that_comes_late_overwrites_nothing() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    // Long enough for a busy machine to reach the write, which then hangs.
    let slow = open(&keyring, &folder).time_limit(Duration::from_secs(2));
    let other = open(&keyring, &folder).time_limit(SHORT);
    let before = other.clone().time_limit(SOON).save("me", &session("a")).await.unwrap();
    keyring.hang(Call::Set);
    let swapped = slow.compare_and_swap("me", Some(before), &session("late")).await;
    assert_storage(&swapped.unwrap_err(), true, "may still happen");
    keyring.wait_for_a_hanging_call();
    let swapped = other.compare_and_swap("me", Some(before), &session("other")).await;
    assert_storage(&swapped.unwrap_err(), true, "somebody else is writing");
    let other = other.time_limit(SOON);
    assert_eq!(other.load("me").await.unwrap().unwrap().revision, before, "reading needs no lock");
    keyring.go_on();

    assert_eq!(other.compare_and_swap("me", Some(before), &session("other")).await.unwrap(), None);
    assert_eq!(other.load("me").await.unwrap().unwrap().session.access_token.expose(), "late");
}

#[tokio::test]
async fn a_write_after_its_deadline_is_not_begun() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    let store = open(&keyring, &folder);
    let before = store.clone().time_limit(SOON).save("me", &session("a")).await.unwrap();
    keyring.hang(Call::Get);
    let swapped = store.clone().time_limit(SHORT).compare_and_swap("me", Some(before), &session("b")).await;
    assert_storage(&swapped.unwrap_err(), true, "may still happen");
    keyring.go_on();
    until("the late call is over", || keyring.hanging.load(SeqCst) == 0).await;
    assert_eq!(store.time_limit(SOON).load("me").await.unwrap().unwrap().revision, before);
    assert_eq!(keyring.writes.load(SeqCst), 1);
}

#[tokio::test]
async fn a_session_that_is_too_large_is_an_error_and_leaves_the_old_one() {
    let keyring = Arc::new(FakeKeyring { most_bytes: Some(2560), ..FakeKeyring::default() });
    let folder = Scratch::new();
    let store = open(&keyring, &folder);
    let before = store.save("me", &session("a")).await.unwrap();
    let error = store.save("me", &session(&"canary".repeat(400))).await.unwrap_err();
    assert_storage(&error, false, "keeps 2560");
    assert!(error.to_string().contains("`FileStore` with `encrypted`"), "{error}");
    assert_eq!(store.load("me").await.unwrap().unwrap().revision, before);
}

/// Fails, or panics.
struct BrokenKeyring;

impl Keyring for BrokenKeyring {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, AuthError> {
        panic!("canary")
    }

    fn set(&self, _: &str, _: &[u8]) -> Result<(), AuthError> {
        Err(AuthError::new(AuthErrorKind::Storage).with_message("locked"))
    }

    fn delete(&self, _: &str) -> Result<(), AuthError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_keyring_that_fails_or_panics_is_an_error_each_time() {
    let folder = Scratch::new();
    let store = KeyringStore::over(Arc::new(BrokenKeyring), &folder.0).unwrap();
    for _ in 0..2 {
        assert_storage(&store.load("me").await.unwrap_err(), false, "report it");
        assert_storage(&store.save("me", &session("canary")).await.unwrap_err(), false, "locked");
        store.remove("me").await.unwrap();
    }
}

#[tokio::test]
async fn damaged_entries_are_errors_and_a_login_replaces_them() {
    let (keyring, folder) = (Arc::new(FakeKeyring::default()), Scratch::new());
    let store = open(&keyring, &folder);
    store.save("me", &session("a")).await.unwrap();
    keyring.entries.lock().unwrap().values_mut().for_each(|entry| *entry = b"canary".to_vec());
    assert_storage(&store.load("me").await.unwrap_err(), false, "the keyring");
    store.save("me", &session("b")).await.unwrap();
    assert!(store.load("me").await.unwrap().is_some());
}

/// On a machine with a keyring this writes one entry of its own, and removes it.
#[tokio::test]
async fn the_keyring_of_this_machine_or_its_absence() {
    let folder = Scratch::new();
    let store = KeyringStore::open("auth-core test", &folder.0).unwrap();
    let account = format!("process {}", std::process::id());
    for _ in 0..2 {
        let loaded = store.load(&account).await;
        if let Some(found) = requirement(Requirement::Keyring, loaded.as_ref()) {
            assert!(found.is_none());
            let saved = store.save(&account, &session("a")).await.unwrap();
            assert_eq!(store.load(&account).await.unwrap().unwrap().revision, saved);
            store.remove(&account).await.unwrap();
            assert!(store.load(&account).await.unwrap().is_none());
        } else {
            assert_eq!(loaded.unwrap_err().kind(), AuthErrorKind::Storage);
            let error = store.save(&account, &session("canary")).await.unwrap_err();
            let locked = error.is_transient();
            assert_storage(&error, locked, if locked { "lock" } else { "there is no keyring" });
            assert!(locked || error.to_string().contains("FileStore"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_session_without_realm_is_refused_and_kept_until_a_login() {
    const KEY: &str = "aivo https://aivo.test ada";
    let folder = Scratch::new();
    let store = open(&Arc::default(), &folder);
    // Under its name in version 1.
    store.save("aivo/ada", &session("old")).await.unwrap();
    let shown = store.load(KEY).await.unwrap_err().to_string();
    assert!(shown.contains("`SessionManager::login`") && !shown.contains("ada"), "{shown}");
    assert!(store.load("aivo/ada").await.unwrap().is_some());
    store.save(KEY, &session("new")).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_some() && store.load("aivo/ada").await.unwrap().is_none());
    store.save("aivo/ada", &session("old")).await.unwrap();
    store.remove(KEY).await.unwrap();
    assert!(store.load("aivo/ada").await.unwrap().is_none(), "a logout removes that record too");
    assert_eq!(store.keys().await.unwrap_err().kind(), AuthErrorKind::Unsupported);
}
