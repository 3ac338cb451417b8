//! Stores in files on disks that are full, can't be written, or belong to another user. Most tests need root, to mount
//! a disk or to become another user; a test without it says so.

use std::fs;
use std::os::unix::fs::{chown, lchown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use auth_core::{AuthError, AuthErrorKind, FileStore, Revision, Session, SessionStore};
use test_requirements::{Requirement, requirement};

use crate::support::disk::Disk;
use crate::support::respawn::{assert_passed, respawn_copy};
use crate::support::scratch::Scratch;

const KEY: &str = "aivo https://aivo.test ada";
const RECORD: &str = "session-09f78ffb7f33dc98ed6fdebf20e887f9.json";
/// A user who most likely doesn't run this.
const OTHER_USER: u32 = 54_321;

fn session(name: &str) -> Session {
    // Longer than the block that a small file system has left.
    let filler = "x".repeat(12 * 1024);
    Session::new(format!("canary-{name}-{filler}"), SystemTime::now())
}

fn assert_says(error: &AuthError, words: &[&str]) {
    let shown = format!("{error}");
    assert_eq!(error.kind(), AuthErrorKind::Storage, "{shown}");
    for word in words {
        assert!(shown.contains(word), "{word} isn't in: {shown}");
    }
    assert!(!format!("{shown} {error:?}").contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_full_disk_is_reported_and_the_old_session_is_whole() {
    let Some(disk) = Disk::small() else { return };
    let store = FileStore::open(disk.path()).unwrap();
    let revision = store.save(KEY, &session("first")).await.unwrap();
    // The lock file must exist: the test is about the write.
    disk.fill();
    for _ in 0..2 {
        let error = store.save(KEY, &session("second")).await.unwrap_err();
        assert_says(&error, &["can't write to", disk.path().to_str().unwrap(), "make room"]);
        assert!(error.is_transient());
        assert_eq!(disk.folder.files(), ["filler", RECORD], "the unfinished file is removed");
        let found = store.load(KEY).await.unwrap().unwrap();
        assert_eq!(found.revision, revision);
        assert_eq!(found.session.access_token, session("first").access_token);
    }
    disk.make_room();
    store.compare_and_swap(KEY, Some(revision), &session("second")).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_session_can_be_removed_from_a_full_disk() {
    let Some(disk) = Disk::small() else { return };
    let store = FileStore::open(disk.path()).unwrap();
    let _ = store.save(KEY, &session("first")).await.unwrap();
    disk.fill();
    store.remove(KEY).await.unwrap();
    assert!(store.load(KEY).await.unwrap().is_none());
    assert_ne!(store.vacancy(KEY).await.unwrap(), Some(Revision::VACANT), "there is room for the mark now");
    disk.fill();
    assert_says(&store.remove(KEY).await.unwrap_err(), &["can't write to", "make room"]);
    assert_eq!(disk.folder.files(), ["filler"], "the unfinished file is removed");
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_can_be_read() {
    let Some(disk) = Disk::small() else { return };
    let store = FileStore::open(disk.path().join("sessions")).unwrap();
    let revision = store.save(KEY, &session("first")).await.unwrap();
    disk.make_read_only();
    let words = ["can't open the lock file", disk.path().to_str().unwrap(), "can be written"];
    assert_says(&store.save(KEY, &session("second")).await.unwrap_err(), &words);
    assert_says(&store.clear_intent(KEY, revision).await.unwrap_err(), &words);
    assert_says(&store.remove(KEY).await.unwrap_err(), &words);
    assert_says(&store.lock(KEY, Duration::ZERO).await.unwrap_err(), &words);
    let store = FileStore::open(disk.path().join("sessions")).unwrap();
    assert_eq!(store.load(KEY).await.unwrap().unwrap().revision, revision);
    let error = FileStore::open(disk.path().join("others")).unwrap_err();
    assert_says(&error, &["can't create the folder", "others", "can be written"]);
}

#[tokio::test]
async fn files_of_another_user_are_refused() {
    let scratch = Scratch::new();
    let store = FileStore::open(scratch.path()).unwrap();
    store.save(KEY, &session("first")).await.unwrap();
    let record = scratch.path().join(RECORD);
    let Some(()) = requirement(Requirement::User, lchown(&record, Some(OTHER_USER), None)) else { return };
    assert_says(&store.load(KEY).await.unwrap_err(), &[RECORD, "belongs to the user 54321"]);
    chown(scratch.path(), Some(OTHER_USER), None).unwrap();
    let words = [scratch.path().to_str().unwrap(), "belongs to the user 54321"];
    assert_says(&store.load(KEY).await.unwrap_err(), &words);
    assert_says(&FileStore::open(scratch.path()).unwrap_err(), &words);
}

/// Permissions hold for all users but root, so the test becomes another user.
#[test]
fn a_folder_without_permission_is_reported() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    // A program in a private folder can't be started by all users.
    let program = scratch.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut child = respawn_copy(&program, module_path!(), "somebody_else");
    let done = child.env("STORE_FOLDER", scratch.path()).uid(OTHER_USER).output();
    let Some(done) = requirement(Requirement::User, done) else { return };
    assert_passed(&done);
}

#[tokio::test]
#[ignore = "another test starts it as another user"]
async fn somebody_else() {
    let Some(folder) = std::env::var_os("STORE_FOLDER") else { return };
    let folder = PathBuf::from(folder);
    let error = FileStore::open(folder.join("new")).unwrap_err();
    assert_says(&error, &["can't create the folder", "new", "give this user access"]);
    assert_says(&FileStore::open(&folder).unwrap_err(), &["belongs to the user 0", "54321"]);
}
