//! Failures of programs that keep sessions in files.

use std::fs::File;
use std::os::fd::AsRawFd;

use auth_core::FileStore;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::*;
use crate::support::respawn::{assert_passed, respawn};
use crate::support::scratch::Scratch;

const KEY: &str = "acme https://acme.test me";

#[test]
fn a_store_that_cannot_be_opened_now_is_not_an_empty_one() {
    // The limit applies to all threads of a process.
    let mut command = respawn(module_path!(), "at_the_limit_of_open_files");
    assert_passed(&command.env("INCIDENTS_CHILD", "").output().unwrap());
}

#[tokio::test]
#[ignore = "another test starts it as a process"]
async fn at_the_limit_of_open_files() {
    if std::env::var_os("INCIDENTS_CHILD").is_none() {
        return;
    }
    let scratch = Scratch::new();
    let store = FileStore::open(scratch.path()).unwrap();
    let session = |name: &str| Session::new(name, SystemTime::now()).with_refresh_token("r");
    let before = store.save(KEY, &session("first")).await.unwrap();
    let limit = getrlimit(Resource::Nofile);
    // Either not even the folder can be opened, or nothing but the folder.
    for spare in 0..=1 {
        let next = u64::try_from(File::open("/dev/null").unwrap().as_raw_fd()).unwrap();
        setrlimit(Resource::Nofile, Rlimit { current: Some(next + spare), ..limit }).unwrap();
        let errors = [
            store.load(KEY).await.map(drop).unwrap_err(),
            store.save(KEY, &session("second")).await.map(drop).unwrap_err(),
            store.compare_and_swap(KEY, None, &session("second")).await.map(drop).unwrap_err(),
            store.compare_and_swap(KEY, Some(before), &session("second")).await.map(drop).unwrap_err(),
            store.remove(KEY).await.unwrap_err(),
        ];
        setrlimit(Resource::Nofile, limit).unwrap();
        for error in errors {
            assert_eq!(error.kind(), AuthErrorKind::Storage, "{spare}: {error}");
        }
    }
    let kept = store.load(KEY).await.unwrap().unwrap();
    assert_eq!((kept.session.access_token.expose(), kept.revision), ("first", before));
}

#[tokio::test]
async fn a_folder_has_one_lock_whatever_path_leads_to_it() {
    let scratch = Scratch::new();
    let inside = scratch.path().join("sessions");
    let store = FileStore::open(&inside).unwrap();
    let link = scratch.path().join("link");
    std::os::unix::fs::symlink(scratch.path(), &link).unwrap();
    let held = store.lock(KEY, SECOND).await.unwrap();
    for path in [inside.join("."), scratch.path().join("sessions/../sessions"), link.join("sessions")] {
        let other = FileStore::open(&path).unwrap();
        let error = other.lock(KEY, Duration::ZERO).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Timeout, "{}: {error}", path.display());
    }
    held.release().await;
}

#[tokio::test(start_paused = true)]
async fn signing_in_again_and_again_leaves_one_record() {
    let (timer, scratch) = (PausedTimer::new(), Scratch::new());
    let mut shared = Shared::new(Acme::new(&timer), &timer);
    for count in 1..=10 {
        // Each login in a process of its own.
        shared.store = Arc::new(FaultyStore::over(Arc::new(FileStore::open(scratch.path()).unwrap())));
        shared.peer().login(Credentials::password("me", "secret")).await.unwrap();
        assert_eq!((scratch.files().len(), shared.kept().await), (1, stored(&format!("access-{count}"))));
    }
    let next = shared.peer();
    assert_eq!(text(&next.token().await.unwrap()), "access-10");
    assert_eq!(shared.vendor.calls("login"), 10, "what is stored is found");
}
