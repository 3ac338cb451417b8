//! The trace of a call: operation and outcome, and nothing of the request or response.

use std::fmt::{Debug, Write};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::client::Client;
use crate::support::server::{Server, json};
use crate::support::{CANARY, TestSource};

/// Records everything, of every crate and level.
#[derive(Clone, Default)]
struct Log {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Log {
    fn line(&self, name: &str, write: impl FnOnce(&mut Line<'_>)) {
        let mut text = self.text.lock().unwrap();
        text.push_str(name);
        write(&mut Line(&mut text));
        text.push('\n');
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata().name(), |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line("record", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line("event", |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Starts the test below alone in a process. Beside other tests it can lose its span: `tracing` remembers that a span
/// has no listener if another thread reaches it just before the subscriber is set.
#[test]
fn a_span_says_what_was_called_and_how_it_went() {
    let mut alone = Command::new(std::env::current_exe().unwrap());
    let output = alone.args(["--exact", "traces::what_one_call_writes", "--ignored"]).output().unwrap();
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let passed = output.status.success() && printed.contains("test result: ok. 1 passed");
    assert!(passed, "{}\n{printed}\n{errors}", output.status);
}

#[tokio::test]
#[ignore = "another test starts it as a process"]
async fn what_one_call_writes() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let body = format!(r#"{{"code":"{CANARY}"}}"#);
    let server = Server::start([json(503, &body), json(503, &body), json(404, &body)]).await;
    let source = Arc::new(TestSource::new([Ok(CANARY)]));
    Client::with_source(&server.url, &source).expire(CANARY).idempotency_key(CANARY).await.unwrap_err();
    let text = log.text.lock().unwrap().clone();
    assert!(text.contains(r#"client.call family="demo" operation="expire" method="POST""#), "{text}");
    assert!(text.contains(r#"path="/apps/{app_id}/expire""#), "{text}");
    for field in ["attempt=3", "status=404", "elapsed_ms=", "pause_ms="] {
        assert!(text.contains(field), "{field} in {text}");
    }
    assert!(!text.contains(CANARY), "{text}");
}
