//! The files that a store writes, and those that it refuses to read.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use auth_core::{AuthError, AuthErrorKind, FileStep, FileStore, Intent, Revision, Session, SessionStore};

use crate::support::scratch::Scratch;

const KEY: &str = "aivo https://aivo.test ada";
const RECORD: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.json";
const TEMPORARY: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.tmp";
const WRITE: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.write";
const LOCK: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.lock";

fn session(name: &str) -> Session {
    Session::new(format!("canary-access-{name}"), SystemTime::now())
        .with_refresh_token(format!("canary-refresh-{name}"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Asserts that an error is of storage, contains all of the words, and shows no token.
fn assert_says(error: &AuthError, words: &[&str]) {
    let shown = format!("{error}");
    assert_eq!(error.kind(), AuthErrorKind::Storage, "{shown}");
    for word in words {
        assert!(shown.contains(word), "{word} isn't in: {shown}");
    }
    let all = format!("{shown} {error:?} {:?}", std::error::Error::source(error));
    assert!(!all.contains("canary"), "{all}");
}

async fn saved(scratch: &Scratch) -> (FileStore, Revision) {
    let store = FileStore::open(scratch.path()).unwrap();
    let revision = store.save(KEY, &session("first")).await.unwrap();
    (store, revision)
}

#[tokio::test]
async fn only_their_owner_can_access_files_and_folders() {
    let scratch = Scratch::new();
    let store = FileStore::open(scratch.path().join("deeper/still")).unwrap();
    let folder = scratch.path().join("deeper/still");
    store.save(KEY, &session("first")).await.unwrap();
    store.lock(KEY, Duration::ZERO).await.unwrap().release().await;
    for path in [scratch.path(), &scratch.path().join("deeper"), &folder] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    for name in [RECORD, WRITE, LOCK] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_folder_that_others_can_change_is_refused() {
    let scratch = Scratch::new();
    let (store, _) = saved(&scratch).await;
    let path = scratch.path().to_str().unwrap();
    for open_to in [0o720, 0o702, 0o777, 0o1777] {
        set_mode(scratch.path(), open_to);
        let octal = format!("{open_to:04o}");
        let error = FileStore::open(scratch.path()).unwrap_err();
        assert_says(&error, &[path, &octal, &format!("`chmod 700 {path}`")]);
        // Also if it is opened to others later.
        assert_says(&store.load(KEY).await.unwrap_err(), &[path, &octal]);
        assert_says(&store.save(KEY, &session("second")).await.unwrap_err(), &[path, &octal]);
        assert_says(&store.lock(KEY, Duration::ZERO).await.unwrap_err(), &[path, &octal]);
    }
    set_mode(scratch.path(), 0o755);
    assert!(store.load(KEY).await.unwrap().is_some(), "others may see the names");
}

#[tokio::test]
async fn a_folder_that_is_a_link_is_refused() {
    let scratch = Scratch::new();
    let (real, link) = (scratch.path().join("real"), scratch.path().join("link"));
    FileStore::open(&real).unwrap();
    symlink(&real, &link).unwrap();
    for path in [link.clone(), link.join(""), link.join(".")] {
        assert_says(&FileStore::open(path).unwrap_err(), &["link", "symbolic link"]);
    }
    // The parents of the folder are up to the user.
    FileStore::open(link.join("inside")).unwrap();
}

#[tokio::test]
async fn a_file_is_no_folder() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    let path = scratch.path().join("file");
    File::create(&path).unwrap();
    assert_says(&FileStore::open(&path).unwrap_err(), &[path.to_str().unwrap(), "something else has this name"]);
    assert_says(&FileStore::open(path.join("inside")).unwrap_err(), &[path.to_str().unwrap()]);
}

#[tokio::test]
async fn a_removed_folder_is_reported() {
    let scratch = Scratch::new();
    let (store, revision) = saved(&scratch).await;
    fs::remove_dir_all(scratch.path()).unwrap();
    let words = [scratch.path().to_str().unwrap(), "the folder is gone"];
    assert_says(&store.load(KEY).await.unwrap_err(), &words);
    assert_says(&store.save(KEY, &session("second")).await.unwrap_err(), &words);
    assert_says(&store.clear_intent(KEY, revision).await.unwrap_err(), &words);
    assert_says(&store.remove(KEY).await.unwrap_err(), &words);
    assert_says(&store.lock(KEY, Duration::ZERO).await.unwrap_err(), &words);
    FileStore::open(scratch.path()).unwrap();
    assert!(store.load(KEY).await.unwrap().is_none());
    store.save(KEY, &session("second")).await.unwrap();
}

#[tokio::test]
async fn a_file_that_others_can_open_is_refused_and_a_save_replaces_it() {
    let scratch = Scratch::new();
    let (store, revision) = saved(&scratch).await;
    let path = scratch.path().join(RECORD);
    let shown = path.to_str().unwrap();
    for open_to in [0o640, 0o604, 0o620, 0o602, 0o610, 0o666] {
        set_mode(&path, open_to);
        let (octal, remedy) = (format!("{open_to:04o}"), format!("`chmod 600 {shown}`"));
        assert_says(&store.load(KEY).await.unwrap_err(), &[shown, &octal, &remedy]);
        let swapped = store.compare_and_swap(KEY, Some(revision), &session("second")).await;
        assert_says(&swapped.unwrap_err(), &[shown, &octal, &remedy]);
    }
    set_mode(&path, 0o400);
    assert!(store.load(KEY).await.unwrap().is_some(), "less is no danger");
    set_mode(&path, 0o666);
    store.save(KEY, &session("second")).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    assert!(store.load(KEY).await.unwrap().is_some());
}

#[tokio::test]
async fn links_pipes_and_folders_are_refused_and_nothing_behind_them_is_touched() {
    let scratch = Scratch::new();
    let (store, _) = saved(&scratch).await;
    let path = scratch.path().join(RECORD);
    let elsewhere = scratch.path().join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    let before = fs::read(&elsewhere).unwrap();

    symlink(&elsewhere, &path).unwrap();
    let error = store.load(KEY).await.unwrap_err();
    assert_says(&error, &[path.to_str().unwrap(), "symbolic link", "remove it"]);
    store.save(KEY, &session("second")).await.unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), before, "the link was replaced, not followed");
    assert!(path.symlink_metadata().unwrap().is_file());

    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    assert_says(&store.load(KEY).await.unwrap_err(), &[path.to_str().unwrap(), "no regular file"]);
    fs::remove_file(&path).unwrap();

    fs::create_dir(&path).unwrap();
    assert_says(&store.load(KEY).await.unwrap_err(), &[path.to_str().unwrap(), "no regular file"]);
    let error = store.save(KEY, &session("second")).await.unwrap_err();
    assert_says(&error, &[path.to_str().unwrap(), "something else has this name"]);
    assert!(!scratch.path().join(TEMPORARY).exists(), "a write that failed takes its file away");

    for name in [WRITE, LOCK] {
        let path = scratch.path().join(name);
        let _ = fs::remove_file(&path);
        symlink(&elsewhere, &path).unwrap();
    }
    let error = store.save(KEY, &session("second")).await.unwrap_err();
    assert_says(&error, &[WRITE, "symbolic link"]);
    assert_says(&store.lock(KEY, Duration::ZERO).await.unwrap_err(), &[LOCK, "symbolic link"]);
}

fn make_pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg("-m").arg("600").arg(path).status().unwrap().success());
}

#[tokio::test]
async fn a_malformed_record_is_refused_until_a_login() {
    let scratch = Scratch::new();
    let (store, revision) = saved(&scratch).await;
    let path = scratch.path().join(RECORD);
    let whole = fs::read(&path).unwrap();
    let newer = String::from_utf8(whole.clone()).unwrap().replace(r#""version":2"#, r#""version":3"#);
    for (bytes, why) in [
        (Vec::new(), "damaged"),
        (whole[..whole.len() - 20].to_vec(), "damaged"),
        (b"canary".to_vec(), "damaged"),
        (newer.into_bytes(), "a newer version"),
        ([whole.as_slice(), &vec![b' '; 64 * 1024]].concat(), "larger than any record"),
        (vec![0; 10 << 20], "larger than any record"),
    ] {
        fs::write(&path, bytes).unwrap();
        let words = [path.to_str().unwrap(), why, "sign in again"];
        assert_says(&store.load(KEY).await.unwrap_err(), &words);
        assert_says(&store.compare_and_swap(KEY, None, &session("second")).await.unwrap_err(), &words);
        let intent = Intent::of(&session("first"), 1);
        assert_says(&store.record_intent(KEY, revision, intent).await.unwrap_err(), &words);
    }
    store.save(KEY, &session("second")).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_some());
    fs::write(&path, "damaged again").unwrap();
    store.remove(KEY).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_none(), "a damaged record can be removed");
}

#[tokio::test]
async fn the_file_of_another_account_is_refused() {
    let scratch = Scratch::new();
    let (store, _) = saved(&scratch).await;
    let other = "session-1adae1e764f9f52a0de588e6b06db842.json";
    fs::copy(scratch.path().join(RECORD), scratch.path().join(other)).unwrap();
    let error = store.load("aivo https://aivo.test other").await.unwrap_err();
    assert_says(&error, &[other, "another account"]);
    assert_eq!(store.keys().await.unwrap(), [KEY], "a file with another name is nobody's");
}

/// A session as version 1 of the format wrote it, under its name there.
const OF_VERSION_1: (&str, &str) = (
    "session-aivo%2fada.json",
    r#"{"version":1,"account":"aivo/ada","revision":"00000000000000000000000000000007","session":{"access_token":"canary","issued_at":"2024-05-01T10:00:00Z"}}"#,
);

#[tokio::test]
async fn a_session_without_realm_is_refused_and_kept_until_a_login() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let store = FileStore::open(scratch.path()).unwrap();
    let (name, text) = OF_VERSION_1;
    let write = || {
        fs::write(scratch.path().join(name), text).unwrap();
        fs::set_permissions(scratch.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
    };
    write();
    let error = store.load(KEY).await.unwrap_err();
    assert_says(&error, &[scratch.path().to_str().unwrap(), "format 1", "`SessionManager::login`"]);
    assert!(!error.to_string().contains("ada"), "{error}");
    store.compare_and_swap(KEY, None, &session("given")).await.unwrap_err();
    assert_eq!(fs::read_to_string(scratch.path().join(name)).unwrap(), text, "nothing is overwritten");
    store.save(KEY, &session("new")).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_some() && !scratch.path().join(name).exists());
    store.remove(KEY).await.unwrap();
    write();
    store.remove(KEY).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_none(), "a logout removes that record too");
}

#[tokio::test]
async fn temporary_files_of_a_killed_writer_are_removed_by_the_next() {
    let scratch = Scratch::new();
    let (store, _) = saved(&scratch).await;
    let left = scratch.path().join(TEMPORARY);
    for make in
        [|path: &Path| fs::write(path, "half a record").unwrap(), |path: &Path| symlink("/dev/null", path).unwrap()]
    {
        store.save(KEY, &session("first")).await.unwrap();
        make(&left);
        assert!(store.load(KEY).await.unwrap().is_some(), "it's in nobody's way");
        store.save("aivo https://aivo.test other", &session("other")).await.unwrap();
        assert!(left.symlink_metadata().is_ok(), "another account's writer leaves it alone");
        store.save(KEY, &session("second")).await.unwrap();
        assert!(left.symlink_metadata().is_err());
        make(&left);
        store.remove(KEY).await.unwrap();
        assert!(left.symlink_metadata().is_err(), "a removal too: it may have tokens");
    }
    assert_eq!(scratch.files(), ["session-1adae1e764f9f52a0de588e6b06db842.json"]);
}

#[test]
fn no_folder_at_all_is_refused() {
    assert_says(&FileStore::open("").unwrap_err(), &["can't find"]);
}

#[tokio::test]
async fn a_write_whose_caller_was_dropped_before_its_turn_never_happens() {
    let scratch = Scratch::new();
    let (store, _) = saved(&scratch).await;
    let (steps, seen) = mpsc::channel();
    let store = store.observed(move |step| {
        let _ = steps.send(step);
    });
    let busy = File::options().write(true).open(scratch.path().join(WRITE)).unwrap();
    busy.lock().unwrap();
    let late = tokio::spawn({
        let store = store.clone();
        async move { store.save(KEY, &session("late")).await }
    });
    // The write is on another thread now, and waits for its turn.
    let waits = tokio::task::spawn_blocking(move || {
        assert_eq!(seen.recv().unwrap(), FileStep::BeforeWriteLock);
        seen
    });
    let seen = waits.await.unwrap();
    late.abort();
    assert!(late.await.unwrap_err().is_cancelled());
    busy.unlock().unwrap();
    let passed: Vec<_> = seen.iter().take(3).collect();
    assert_eq!(passed, [FileStep::AfterWriteLock, FileStep::BeforeWriteUnlock, FileStep::AfterWriteUnlock]);
    let found = store.load(KEY).await.unwrap().unwrap();
    assert_eq!(found.session.access_token.expose(), "canary-access-first");
}

#[tokio::test]
async fn a_write_that_began_is_finished_without_its_caller() {
    let scratch = Scratch::new();
    let (store, first) = saved(&scratch).await;
    let (steps, seen) = mpsc::channel();
    let (go, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let store = store.observed(move |step| {
        steps.send(step).unwrap();
        if step == FileStep::HalfWritten {
            gate.lock().unwrap().recv().unwrap();
        }
    });
    let write = tokio::spawn({
        let store = store.clone();
        async move { store.compare_and_swap(KEY, Some(first), &session("second")).await }
    });
    let seen = tokio::task::spawn_blocking(move || {
        while seen.recv().unwrap() != FileStep::HalfWritten {}
        seen
    });
    let seen = seen.await.unwrap();
    write.abort();
    assert!(write.await.unwrap_err().is_cancelled());
    // Another writer waits for its turn, and finds the record of the first one.
    let next = tokio::spawn({
        let store = FileStore::open(scratch.path()).unwrap();
        async move { store.compare_and_swap(KEY, Some(first), &session("third")).await }
    });
    go.send(()).unwrap();
    assert_eq!(next.await.unwrap().unwrap(), None);
    assert_eq!(seen.iter().find(|step| *step == FileStep::AfterRename), Some(FileStep::AfterRename));
    let found = store.load(KEY).await.unwrap().unwrap();
    assert_eq!(found.session.access_token.expose(), "canary-access-second");
    assert_eq!(scratch.files(), [RECORD]);
}

#[tokio::test]
async fn steps_come_in_the_order_that_is_documented() {
    let scratch = Scratch::new();
    let (steps, seen) = mpsc::channel();
    let store = FileStore::open(scratch.path()).unwrap().observed(move |step| steps.send(step).unwrap());
    let revision = store.save(KEY, &session("first")).await.unwrap();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), FileStep::WRITE);
    store.record_intent(KEY, revision, Intent::of(&session("first"), 1)).await.unwrap();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), FileStep::WRITE);
    store.remove(KEY).await.unwrap();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), FileStep::REMOVAL);
    store.lock(KEY, Duration::ZERO).await.unwrap().release().await;
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), FileStep::LOCK);
    store.load(KEY).await.unwrap();
    assert_eq!(seen.try_iter().count(), 0);
}

#[test]
fn debug_shows_no_key_and_no_account() {
    let scratch = Scratch::new();
    let store = FileStore::open(scratch.path()).unwrap();
    assert_eq!(format!("{store:?}"), format!("FileStore {{ folder: {:?}, .. }}", scratch.path()));
}

#[cfg(feature = "encryption")]
mod encrypted {
    use auth_core::EncryptionKey;

    use super::*;

    fn open(scratch: &Scratch, byte: u8) -> FileStore {
        FileStore::open(scratch.path()).unwrap().encrypted(EncryptionKey::from_bytes([byte; 32]))
    }

    #[tokio::test]
    async fn no_token_is_in_any_file() {
        let scratch = Scratch::new();
        let store = open(&scratch, 1);
        let revision = store.save(KEY, &session("first")).await.unwrap();
        store.record_intent(KEY, revision, Intent::of(&session("first"), 1)).await.unwrap();
        for entry in fs::read_dir(scratch.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("canary"));
        }
    }

    #[tokio::test]
    async fn a_missing_and_an_unused_key_are_errors() {
        let scratch = Scratch::new();
        let (plain, _) = saved(&scratch).await;
        let sealed = open(&scratch, 1);
        assert_says(&sealed.load(KEY).await.unwrap_err(), &[RECORD, "is not encrypted", "sign in again"]);
        let swapped = sealed.compare_and_swap(KEY, None, &session("second")).await;
        assert_says(&swapped.unwrap_err(), &[RECORD, "is not encrypted"]);
        sealed.save(KEY, &session("second")).await.unwrap();
        assert_says(&plain.load(KEY).await.unwrap_err(), &[RECORD, "is encrypted", "has no key"]);
        let other = open(&scratch, 2);
        assert_says(&other.load(KEY).await.unwrap_err(), &[RECORD, "can't be decrypted", "the right key"]);
        assert!(sealed.load(KEY).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_new_key_takes_over_with_the_next_write() {
        let scratch = Scratch::new();
        open(&scratch, 1).save(KEY, &session("first")).await.unwrap();
        let key = EncryptionKey::from_bytes([2; 32]).also_decrypt_with(EncryptionKey::from_bytes([1; 32]));
        let both = FileStore::open(scratch.path()).unwrap().encrypted(key);
        let found = both.load(KEY).await.unwrap().unwrap();
        let intent = Intent::of(&found.session, 1);
        both.record_intent(KEY, found.revision, intent).await.unwrap().unwrap();
        let found = open(&scratch, 2).load(KEY).await.unwrap().unwrap();
        assert_eq!((found.session.access_token.expose(), found.intent), ("canary-access-first", Some(intent)));
        assert!(open(&scratch, 1).load(KEY).await.is_err());
    }
}
