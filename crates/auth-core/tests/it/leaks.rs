//! No secret is shown by any failure: at vendors that repeat every request in their errors, no printed or traced text
//! contains a password, key or token; and no other origin receives one.

use std::sync::Arc;

use auth_core::{
    Intent, MemoryStore, Revision, SessionManager, SessionPool, SessionStore, Stored, TokenError, TokenSource,
};
use auth_testkit::vendor::{PROBE, Request};
use auth_testkit::{Fault, Vendor, VendorState};
use client_runtime::Secret;
use tokio::task::JoinSet;

use crate::support::respawn::{assert_passed, respawn};
use crate::support::vendors::{ClockTimer, Row, Setup, debug, name, profile, rows, shown};

/// The shown texts, each with its place.
type Shown = Vec<(String, String)>;

/// Searches all texts for all secrets.
fn hits(setup: &Setup, shown: &Shown) -> Vec<String> {
    let mut canary = setup.canary.clone();
    canary.watch_all(setup.server.vendor().name(), setup.server.state().stats().secrets());
    let find = |(place, text): &(String, String)| {
        canary.scan(text).iter().map(|hit| format!("{place} shows {hit}")).collect::<Vec<_>>()
    };
    shown.iter().flat_map(find).collect()
}

/// A row of the fault matrix, with all texts that its calls show.
async fn row(row: Row) -> (usize, Vec<String>, Vec<String>) {
    let setup = Setup::start(row.vendor).await;
    let mut texts = Shown::new();
    for fault in Fault::all(&setup.elsewhere.origin()) {
        let place = format!("{:?} {:?} {}", row.vendor, row.verb, name(&fault));
        let ready = setup.ready(row.verb).await;
        texts.push((format!("{place}: what is sent"), debug(&ready)));
        let text = match setup.call_under(&fault, &row, &ready).await {
            Ok(text) => text,
            Err(error) => {
                let of_token = TokenError::from(error.clone());
                format!("{}{}{}", shown(&error), shown(&of_token), debug(&error.fields()))
            }
        };
        texts.push((format!("{place}: what comes of it"), text));
    }
    texts.push(("the adapter".to_owned(), debug(&setup.adapter)));
    assert!(setup.elsewhere.received().is_empty(), "{row:?}: another origin was called");
    let secrets = setup.server.state().stats().secrets().to_vec();
    (texts.len(), hits(&setup, &texts), secrets)
}

/// A process of its own: the trace covers all threads, and only the matrix belongs in it.
#[test]
fn the_whole_matrix_shows_no_secret() {
    let done = respawn(module_path!(), "the_matrix").output().unwrap();
    assert_passed(&done);
    let printed = String::from_utf8_lossy(&done.stdout);
    printed.lines().filter(|line| line.starts_with("leaks: ")).for_each(|line| println!("{line}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it as a process"]
async fn the_matrix() {
    let capture = trace::start();
    let mut running = JoinSet::new();
    for each in rows() {
        running.spawn(row(each));
    }
    let (mut texts, mut found, mut secrets) = (0, Vec::new(), Vec::new());
    while let Some(row) = running.join_next().await {
        let (of_row, in_row, known) = row.unwrap();
        texts += of_row;
        found.extend(in_row);
        secrets.extend(known);
    }
    println!("leaks: {texts} texts, {} hits", found.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(texts > 2 * 200, "{texts}");
    trace::check(&capture, &secrets);
}

/// The scan can fail: the responses of the vendors are full of secrets.
#[test]
fn the_fake_vendors_echo_requests() {
    let mut canary = auth_testkit::Canary::new();
    let (token, body) = (canary.secret("token"), canary.secret("body"));
    let mut quirks = auth_testkit::Quirks::documented();
    quirks.echo_request = true;
    for vendor in Vendor::ALL {
        let mut state = VendorState::new(*vendor).with_quirks(quirks.clone());
        // Refused as any call with a token is.
        let request = Request::post(format!("{}{PROBE}", state.base_path())).with_bearer(&token);
        let request = request.with_json(&serde_json::json!({ "email": "me", "password": body }));
        let answer = state.handle(std::time::SystemTime::now(), &request);
        assert!(!answer.status.is_success(), "{vendor:?}");
        assert!(!canary.scan_bytes(&answer.body).is_empty(), "{vendor:?} repeats nothing");
    }
}

/// The errors of a family client for a refusal that repeats the request.
#[tokio::test]
async fn the_clients_errors_and_requests_show_no_secret() {
    for vendor in Vendor::ALL {
        let setup = Setup::start(*vendor).await;
        let mut canary = setup.canary.clone();
        let wrong = canary.secret("wrong");
        canary.assert_clean("a secret", &debug(&Secret::from(wrong.as_str())));
        let texts = profile(*vendor).texts_of_client(setup.server.url(), wrong).await;
        assert!(texts.len() > 1 && setup.server.received().len() >= texts.len() - 1, "{vendor:?}: too few calls");
        for (number, text) in texts.iter().enumerate() {
            canary.assert_clean(&format!("text {number} of {vendor:?}"), text);
        }
    }
}

/// A manager in every state that it shows, its store, its tokens, and a pool.
#[tokio::test]
async fn a_manager_and_all_that_belongs_to_it_show_no_secret() {
    let setup = Setup::start(Vendor::Aivo).await;
    let mut texts = Shown::new();
    let mut show = |place: &str, text: String| texts.push((place.to_owned(), text));
    let store = Arc::new(MemoryStore::new());
    let manager = SessionManager::builder(setup.adapter.authenticator())
        .credentials(setup.credentials())
        .store(store.clone())
        .timer(Arc::new(ClockTimer(setup.clock.clone())))
        .build()
        .unwrap();
    let watch = manager.watch();
    show("a manager before", debug(&manager));
    let token = manager.token().await.unwrap();
    show("a token", debug(&(&token, token.header_value(), TokenSource::cached(&manager))));
    show("a manager with a session", debug(&(&manager, &watch, watch.current(), manager.session())));
    show("the store", debug(&store));
    let session = manager.session().unwrap();
    let stored = Stored::new((*session).clone(), Some(Intent::of(&session, 7)), Revision(1));
    show("a stored session", debug(&(&stored, store.load(&manager.key().to_string()).await.unwrap())));
    let planned = setup.server.faults().on("refresh_token", Fault::InternalError);
    let wrong_password = setup.server.faults().on("login", Fault::HtmlError);
    manager.reject(token.generation());
    let error = manager.token().await.unwrap_err();
    assert_eq!((planned.hits(), wrong_password.hits()), (1, 0));
    show("a failure", format!("{}{}", shown(&error), shown(&TokenError::from(error.clone()))));
    show("a manager after a failure", debug(&(&manager, watch.current())));
    show("the store with an intent", debug(&store));
    show("a pool", debug(&SessionPool::builder(setup.adapter.authenticator()).build()));
    manager.shutdown().await;
    show("a manager that was shut down", debug(&(&manager, watch.current())));
    let found = hits(&setup, &texts);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[cfg(feature = "tracing")]
mod trace {
    use auth_testkit::Canary;
    use auth_testkit::canary::Capture;

    /// Captures every level, of every thread and crate.
    pub(super) fn start() -> Capture {
        let capture = Capture::new();
        tracing::subscriber::set_global_default(capture.clone()).unwrap();
        capture
    }

    pub(super) fn check(capture: &Capture, secrets: &[String]) {
        let text = capture.text();
        assert!(text.contains("client.call"), "the calls were not traced");
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!text.contains(secret.as_str()), "the trace shows secret {number}");
        }
        // In every form: the secrets of the canary, which are the same in every setup, and headers of any kind.
        let mut canary = Canary::new();
        canary.secret("password");
        canary.secret("key");
        canary.watch("a bearer token", "Bearer ");
        canary.assert_clean("the trace", &text);
        println!("leaks: {} bytes of trace, {} secrets, 0 hits", text.len(), secrets.len());
    }
}

#[cfg(not(feature = "tracing"))]
mod trace {
    pub(super) struct NoCapture;

    pub(super) fn start() -> NoCapture {
        NoCapture
    }

    pub(super) fn check(_: &NoCapture, _: &[String]) {
        println!("leaks: the trace is not checked, since the feature `tracing` is off");
    }
}
