//! A subscriber that records all traces as text.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// A subscriber that keeps the text of every span and event, at every level and of every crate. Clones share it.
///
/// ```
/// use auth_testkit::canary::{Canary, Capture};
///
/// let mut canary = Canary::new();
/// let token = canary.secret("token");
/// let capture = Capture::new();
/// tracing::subscriber::with_default(capture.clone(), || tracing::trace!(token, "sending"));
/// assert_eq!(canary.scan(&capture.text()).len(), 1);
/// ```
#[derive(Clone, Default)]
pub struct Capture {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

impl Capture {
    /// A capture without any text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text so far, a line for each span, event and recorded value.
    pub fn text(&self) -> String {
        self.lock().clone()
    }

    /// Returns the text so far, and forgets it.
    pub fn take(&self) -> String {
        std::mem::take(&mut self.lock())
    }

    fn write(&self, what: &str, metadata: Option<&Metadata<'_>>, fields: impl FnOnce(&mut Line)) {
        let mut line = Line(what.to_owned());
        if let Some(metadata) = metadata {
            line.0.push_str(&format!(" {} {} {}", metadata.level(), metadata.target(), metadata.name()));
        }
        fields(&mut line);
        line.0.push('\n');
        self.lock().push_str(&line.0);
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Line(String);

impl Visit for Line {
    // The string itself: `Debug` would escape it.
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push_str(&format!(" {}={value}", field.name()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Subscriber for Capture {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write("span", Some(span.metadata()), |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("record", None, |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write("event", Some(event.metadata()), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("bytes", &self.lock().len()).finish()
    }
}
