//! The trace: the spans and events that the documentation lists, with their fields, and no secret in any of them.
//!
//! The tests run in processes of their own: a subscriber is global to a process, and a span that another thread reaches
//! first would be cached as one without a subscriber.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::observe::{Observer, TokenRejected};
use auth_core::{
    AuthError, AuthErrorKind, Credentials, MemoryStore, SessionManager, SessionStatus, SessionStore, TokenSource,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Metadata, Subscriber};
use tracing_core::span::Current;

use crate::support::acme::{Acme, Answer, PausedTimer, ask, busy, change};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};
use crate::support::respawn::{assert_passed, respawn};

const HOUR: Duration = Duration::from_secs(3600);

thread_local! {
    /// The spans that this thread is in.
    static INSIDE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A span or an event, as it was recorded.
#[derive(Clone, Debug)]
struct Written {
    metadata: &'static Metadata<'static>,
    /// The span that it is nested in.
    parent: Option<u64>,
    /// The spans that it follows from.
    follows: Vec<u64>,
    /// `field=value`, with a space before each.
    values: String,
}

/// Records everything of every crate and level. The number of a span is its place, counted from 1.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<Written>>>);

struct Values<'a>(&'a mut String);

impl Visit for Values<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Book {
    fn add(
        &self,
        metadata: &'static Metadata<'static>,
        parent: Option<u64>,
        record: impl FnOnce(&mut Values<'_>),
    ) -> u64 {
        let mut values = String::new();
        record(&mut Values(&mut values));
        let mut written = self.0.lock().unwrap();
        written.push(Written { metadata, parent, follows: Vec::new(), values });
        written.len() as u64
    }

    fn all(&self) -> Vec<Written> {
        self.0.lock().unwrap().clone()
    }

    /// All records of this name.
    fn named(&self, name: &str) -> Vec<Written> {
        self.all().into_iter().filter(|written| written.metadata.name() == name).collect()
    }

    /// Asserts that a record of this name has these values.
    #[track_caller]
    fn assert_has(&self, name: &str, values: &[&str]) {
        let named = self.named(name);
        let has_all = |written: &Written| values.iter().all(|value| format!("{} ", written.values).contains(value));
        assert!(named.iter().any(has_all), "no {name} has {values:?}: {named:#?}");
    }

    fn text(&self) -> String {
        self.all().iter().map(|written| format!("{}{}\n", written.metadata.name(), written.values)).collect()
    }
}

impl Subscriber for Book {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let parent = match span.parent() {
            Some(parent) => Some(parent.into_u64()),
            None if span.is_contextual() => INSIDE.with_borrow(|inside| inside.last().copied()),
            None => None,
        };
        Id::from_u64(self.add(span.metadata(), parent, |values| span.record(values)))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut written = self.0.lock().unwrap();
        values.record(&mut Values(&mut written[span.into_u64() as usize - 1].values));
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.lock().unwrap()[span.into_u64() as usize - 1].follows.push(follows.into_u64());
    }

    fn event(&self, event: &Event<'_>) {
        let parent = INSIDE.with_borrow(|inside| inside.last().copied());
        self.add(event.metadata(), parent, |values| event.record(values));
    }

    fn enter(&self, span: &Id) {
        INSIDE.with_borrow_mut(|inside| inside.push(span.into_u64()));
    }

    fn exit(&self, _: &Id) {
        INSIDE.with_borrow_mut(|inside| inside.pop());
    }

    fn current_span(&self) -> Current {
        let Some(span) = INSIDE.with_borrow(|inside| inside.last().copied()) else { return Current::none() };
        Current::new(Id::from_u64(span), self.0.lock().unwrap()[span as usize - 1].metadata)
    }
}

/// A row of the documentation, or all records of a name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Described {
    kinds: BTreeSet<String>,
    levels: BTreeSet<String>,
    fields: BTreeSet<String>,
}

/// The table of `auth_core::observe`.
fn documented() -> BTreeMap<String, Described> {
    let words = |cell: &str| cell.split(['`', ' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let levels = |cell: &str| {
        let all: BTreeSet<String> = words(cell);
        all.into_iter().filter(|word| word.chars().all(|character| character.is_ascii_uppercase())).collect()
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("//! |")?.trim_end_matches('|').split(" | ").map(str::trim).collect();
        let [name, kind, level, _, fields] = cells[..] else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`')?.to_owned();
        Some((name, Described { kinds: words(kind), levels: levels(level), fields: words(fields) }))
    };
    include_str!("../../src/observe.rs").lines().filter_map(row).collect()
}

/// The records of the crate.
fn written(book: &Book) -> BTreeMap<String, Described> {
    let mut all: BTreeMap<String, Described> = BTreeMap::new();
    for Written { metadata, .. } in book.all() {
        if !metadata.target().starts_with("auth_core") {
            continue;
        }
        assert_eq!(metadata.target(), "auth_core", "{}", metadata.name());
        let of_name = all.entry(metadata.name().to_owned()).or_default();
        of_name.kinds.insert(if metadata.is_span() { "span" } else { "event" }.to_owned());
        of_name.levels.insert(metadata.level().to_string());
        of_name.fields.extend(metadata.fields().iter().map(|field| field.name().to_owned()));
        of_name.fields.remove("message");
    }
    all
}

#[test]
fn everything_that_is_traced_is_documented_and_shows_no_secret() {
    assert_passed(&respawn(module_path!(), "a_history_of_sessions").output().unwrap());
}

#[tokio::test(start_paused = true)]
#[ignore = "another test starts it as a process"]
async fn a_history_of_sessions() {
    let book = Book::default();
    tracing::subscriber::set_global_default(book.clone()).unwrap();
    herd(&book).await;
    store_faults(&book).await;
    verbs(&book).await;
    assert_eq!(written(&book), documented());
    let text = book.text();
    for secret in ["canary", "access-", "refresh-", "sesame"] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

/// A vendor whose realm contains everything that no realm should.
fn acme(timer: &Arc<PausedTimer>) -> Acme {
    let mut acme = Acme::new(timer);
    acme.realm = "https://canary-user:canary-password@acme.test:8443/canary-path?canary-query";
    acme
}

fn credentials() -> Credentials {
    Credentials::password("canary-account", "sesame")
}

/// Waiting callers, the operations that they wait for, and rejected tokens.
async fn herd(book: &Book) {
    let timer = PausedTimer::new();
    let builder = SessionManager::builder(Arc::new(acme(&timer))).credentials(credentials()).timer(timer.clone());
    let manager = builder.build().unwrap();
    let request = tracing::info_span!("request");
    let caller = ask(&manager);
    manager.token().instrument(request.clone()).await.unwrap();
    caller.await.unwrap().unwrap();
    let whose = [" auth.family=acme ", " server.address=acme.test ", " server.port=8443 ", " url.scheme=https "];
    let with = |values: &[&'static str]| [&whose, values].concat();
    book.assert_has("auth.renewal", &with(&[" auth.plan=login ", " auth.outcome=done ", " auth.elapsed_ms=50 "]));
    book.assert_has("auth.wait", &with(&[" auth.wait=token ", " auth.outcome=done ", " auth.elapsed_ms=50 "]));
    let [first] = &book.named("auth.renewal")[..] else { panic!("one renewal for both") };
    // The renewal has no parent, and follows from the span of its cause. The test's caller without a span came second.
    assert_eq!(
        (first.parent, first.follows.clone()),
        (None, request.id().map(|id| id.into_u64()).into_iter().collect())
    );
    let waits = book.named("auth.wait");
    assert_eq!(waits.len(), 2);
    assert!(waits.iter().any(|wait| wait.parent == request.id().map(|id| id.into_u64())));
    // Serving a valid token leaves no trace.
    let before = book.all().len();
    let token = manager.token().instrument(request.clone()).await.unwrap();
    assert!(manager.cached().is_some());
    assert_eq!(book.all().len(), before);

    manager.reject(token.generation());
    manager.reject(token.generation());
    let token = manager.token().await.unwrap();
    manager.reject(token.generation());
    for consequence in [" auth.consequence=renewal ", " auth.consequence=nothing ", " auth.consequence=put_off "] {
        book.assert_has("auth.rejection", &with(&[consequence]));
    }
    manager.authenticator().script("refresh", [Answer::Err(busy().with_status(429))]);
    tokio::time::advance(HOUR).await;
    manager.token().await.unwrap_err();
    let failed = [" error.type=rate_limited ", " auth.plan=refresh "];
    book.assert_has(
        "auth.renewal",
        &with(&[&failed[..], &[" auth.outcome=failed ", " otel.status_code=ERROR "]].concat()),
    );
    let answered = [" auth.operation=renewal ", " http.response.status_code=429 ", " auth.elapsed_ms=50 "];
    book.assert_has("auth.failure", &with(&[&failed[..], &answered].concat()));
    book.assert_has("auth.cooldown", &with(&[&failed[..], &[" auth.cooldown_ms=1000 "]].concat()));
}

/// A store that refuses, a lock that a peer holds, and an observer that panics.
async fn store_faults(book: &Book) {
    struct PanickingObserver;

    impl Observer for PanickingObserver {
        fn token_rejected(&self, _: &TokenRejected<'_>) {
            panic!("canary");
        }
    }

    let timer = PausedTimer::new();
    let store = Arc::new(FaultyStore::over(Arc::new(MemoryStore::new())));
    let builder = SessionManager::builder(Arc::new(acme(&timer))).credentials(credentials()).store(store.clone());
    let manager = builder.timer(timer.clone()).observer(Arc::new(PanickingObserver)).build().unwrap();
    store.store_fault(Step::Swap, StoreFault::Refuses);
    let mut watch = manager.watch();
    manager.token().await.unwrap();
    book.assert_has(
        "auth.store",
        &[" auth.family=acme ", " auth.store.step=compare_and_swap ", " error.type=storage "],
    );
    book.assert_has(
        "auth.store.failed",
        &[" auth.store.step=compare_and_swap ", " auth.elapsed_ms=0 ", " error.type=storage "],
    );
    book.assert_has("auth.store.owed", &[" auth.store.debt=session ", " error.type=storage "]);
    store.plan(|_| StoreFault::None);
    while !matches!(watch.current(), SessionStatus::Active { .. }) {
        change(&mut watch).await;
    }
    book.assert_has("auth.store.settled", &[" auth.family=acme "]);
    manager.reject(1);
    book.assert_has("auth.observer.panicked", &[" auth.family=acme "]);

    let peer = store.lock(&manager.key().to_string(), HOUR).await.unwrap();
    let caller = ask(&manager);
    tokio::time::sleep(Duration::from_secs(3)).await;
    peer.release().await;
    caller.await.unwrap().unwrap();
    book.assert_has("auth.store.slow", &[" auth.store.step=lock ", " auth.elapsed_ms=3000 "]);
    // All steps of the store in a renewal are nested in it.
    let renewals = book.all();
    let is_renewal = |parent: u64| renewals[parent as usize - 1].metadata.name() == "auth.renewal";
    let intents: Vec<Written> =
        book.named("auth.store").into_iter().filter(|step| step.values.contains("record_intent")).collect();
    assert!(!intents.is_empty() && intents.iter().all(|step| step.parent.is_some_and(is_renewal)), "{intents:#?}");

    manager.login(credentials()).await.unwrap();
    assert_eq!(book.named("auth.store.settled").len(), 1, "no write was owed when the login was stored");
    store.store_fault(Step::Remove, StoreFault::Refuses);
    manager.logout().await.unwrap_err();
    book.assert_has("auth.store.owed", &[" auth.store.debt=removal "]);
    book.assert_has("auth.logout", &[" auth.outcome=failed ", " error.type=storage "]);
}

/// Logins and logouts, and the operations that they make void.
async fn verbs(book: &Book) {
    let timer = PausedTimer::new();
    let (gated, gate) = Acme::gated(&timer);
    let manager = SessionManager::builder(Arc::new(gated)).timer(timer.clone()).build().unwrap();
    let login = |name: &'static str| {
        let manager = manager.clone();
        tokio::spawn(async move { manager.login(Credentials::password(name, "sesame")).await })
    };
    let (first, second) = (login("canary-one"), login("canary-two"));
    manager.authenticator().called("login", 2).await;
    manager.authenticator().script("login", []);
    gate.add_permits(100);
    let results = [first.await.unwrap(), second.await.unwrap()];
    assert!(results.iter().any(Result::is_ok), "{results:?}");
    book.assert_has("auth.login", &[" auth.outcome=done ", " auth.elapsed_ms=50 "]);
    manager.authenticator().script("login", [Answer::Err(AuthError::new(AuthErrorKind::InvalidCredentials))]);
    manager.login(Credentials::password("canary", "sesame")).await.unwrap_err();
    book.assert_has("auth.failure", &[" auth.operation=login ", " error.type=invalid_credentials "]);
    // A logout while a login is in flight.
    let late = login("canary-three");
    manager.authenticator().called("login", 4).await;
    let _ = manager.logout().await;
    late.await.unwrap().unwrap_err();
    book.assert_has("auth.superseded", &[" auth.operation=login "]);
    manager.login(Credentials::password("canary", "sesame")).await.unwrap();
    let _ = manager.revoke_all().await.unwrap();
    book.assert_has("auth.revoke_all", &[" auth.outcome=done "]);
}

#[cfg(feature = "aivo")]
mod calls {
    use auth_core::aivo::AivoAuthenticator;
    use auth_testkit::{Canary, FakeVendor};

    use super::*;

    #[test]
    fn the_spans_of_calls_are_nested_in_those_of_sessions() {
        assert_passed(&respawn(module_path!(), "calls_to_a_vendor").output().unwrap());
    }

    #[tokio::test]
    #[ignore = "another test starts it as a process"]
    async fn calls_to_a_vendor() {
        let book = Book::default();
        tracing::subscriber::set_global_default(book.clone()).unwrap();
        let mut canary = Canary::new();
        let password = canary.secret("password");
        let aivo = FakeVendor::aivo().user("canary@example.com", &password).start().await.unwrap();
        canary.watch("the account", "canary@example.com");
        let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(aivo.url())).build().unwrap();
        let builder = SessionManager::builder(AivoAuthenticator::new(client));
        let manager =
            builder.credentials(Credentials::password("canary@example.com", password.as_str())).build().unwrap();
        let token = manager.token().await.unwrap();
        manager.reject(token.generation());
        manager.token().await.unwrap();
        // The session that a login replaces is ended.
        manager.login(Credentials::password("canary@example.com", password.as_str())).await.unwrap();
        let _ = manager.logout().await.unwrap();
        let all = book.all();
        let nested = |call: &Written| {
            let parent = &all[call.parent.unwrap() as usize - 1];
            let plan = parent.values.split_whitespace().find_map(|value| value.strip_prefix("auth.plan="));
            (parent.metadata.name(), plan.unwrap_or_default().to_owned())
        };
        let calls: Vec<_> = book.named("client.call").iter().map(nested).collect();
        let login = ("auth.login", "");
        let expected = [("auth.renewal", "login"), ("auth.renewal", "refresh"), login, login, ("auth.logout", "")];
        assert_eq!(calls, expected.map(|(name, plan)| (name, plan.to_owned())));
        canary.watch_all("aivo", aivo.state().stats().secrets());
        canary.assert_clean("the trace", &book.text());
        book.assert_has("auth.renewal", &[" url.scheme=http ", " server.address=127.0.0.1 ", " server.port="]);
    }
}
