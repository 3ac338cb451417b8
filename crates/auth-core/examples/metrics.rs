//! Counters of sessions: the crate `metrics` behind an observer, with names as in OpenTelemetry.
//!
//! Nothing has to be set up: the vendor is a fake, and the example prints the counts of its own recorder. A program
//! uses a published recorder instead, such as `metrics-exporter-prometheus`.
//!
//! ```text
//! cargo run -p auth-core --example metrics
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth_core::aivo::AivoAuthenticator;
use auth_core::observe::{Issuer, Observer, OperationEnded, StoreStepEnded, TokenRejected, WaitBegun, WaitEnded};
use auth_core::{Credentials, SessionManager, TokenSource};
use auth_testkit::{FakeVendor, Fault, RetryAfter};
use metrics::{Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, Unit};

/// Puts the crate `metrics` behind a manager. Label values are names of this crate or of OpenTelemetry, and there are
/// few of each.
struct Metrics;

/// The labels of the issuer.
fn whose(issuer: &Issuer) -> [(&'static str, String); 2] {
    let address = issuer.address().unwrap_or_default().to_owned();
    [("auth.family", issuer.family().to_string()), ("server.address", address)]
}

impl Observer for Metrics {
    fn operation_ended(&self, event: &OperationEnded<'_>) {
        let mut labels = whose(event.issuer).to_vec();
        labels.push(("auth.operation", event.operation.as_str().to_owned()));
        if let Some(plan) = event.operation.plan() {
            labels.push(("auth.plan", plan.as_str().to_owned()));
        }
        labels.push(("auth.outcome", event.outcome.as_str().to_owned()));
        // OpenTelemetry has no such label without a failure.
        if let Some(error) = event.outcome.error() {
            labels.push(("error.type", error.kind().as_str().to_owned()));
        }
        metrics::histogram!("auth.operation.duration", &labels).record(event.elapsed);
        metrics::counter!("auth.operations", &labels).increment(1);
    }

    fn wait_begun(&self, event: &WaitBegun<'_>) {
        metrics::gauge!("auth.waiters", &whose(event.issuer)).increment(1);
    }

    fn wait_ended(&self, event: &WaitEnded<'_>) {
        metrics::gauge!("auth.waiters", &whose(event.issuer)).decrement(1);
        metrics::histogram!("auth.wait.duration", &whose(event.issuer)).record(event.elapsed);
    }

    fn token_rejected(&self, event: &TokenRejected<'_>) {
        metrics::counter!("auth.rejections", "auth.consequence" => event.consequence.as_str()).increment(1);
    }

    fn store_step_ended(&self, event: &StoreStepEnded<'_>) {
        if let Some(error) = event.error {
            let (step, kind) = (event.step.as_str(), error.kind().as_str());
            metrics::counter!("auth.store.failures", "auth.store.step" => step, "error.type" => kind).increment(1);
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::default();
    metrics::set_global_recorder(table.clone())?;

    // Tokens live a second, so that they expire while you watch.
    let fake = FakeVendor::aivo().user("ada@example.com", "correct horse").access_lifetime(Duration::from_secs(1));
    let aivo = fake.start().await?;
    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(aivo.url())).build()?;
    let manager = SessionManager::builder(AivoAuthenticator::new(client))
        .credentials(Credentials::password("ada@example.com", "correct horse"))
        .observer(Arc::new(Metrics))
        .build()?;

    println!("a hundred callers want a token, and nobody has signed in yet");
    herd(&manager).await?;
    println!("{}", table.take());

    println!("the token has expired, and a hundred callers want one at once");
    tokio::time::sleep(Duration::from_secs(1)).await;
    herd(&manager).await?;
    println!("{}", table.take());

    println!("a server refuses the token, and the vendor has no time to renew it");
    let _planned = aivo.faults().on("refresh_token", Fault::TooManyRequests(RetryAfter::Seconds(7)));
    let token = manager.token().await?;
    manager.reject(token.generation());
    let _ = manager.token().await;
    println!("{}", table.take());

    println!("somebody signs out");
    let _ = manager.logout().await?;
    println!("{}", table.take());
    Ok(())
}

/// A hundred callers at once.
async fn herd(manager: &SessionManager<AivoAuthenticator>) -> Result<(), Box<dyn Error>> {
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let manager = manager.clone();
        callers.spawn(async move { manager.token().await });
    }
    while let Some(token) = callers.join_next().await {
        token??;
    }
    Ok(())
}

/// A recorder that keeps everything in one table.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<BTreeMap<String, Row>>>);

/// The number of records, and their sum.
struct Row {
    kind: Kind,
    times: u64,
    sum: f64,
}

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// One metric with its labels.
struct Cell {
    table: Table,
    kind: Kind,
    name: String,
}

impl Table {
    fn cell(&self, kind: Kind, key: &Key) -> Arc<Cell> {
        let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Cell { table: self.clone(), kind, name: format!("{} {{{}}}", key.name(), labels.join(", ")) })
    }

    /// The counts since the last call, as a string.
    fn take(&self) -> String {
        let rows = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let line = |(name, row): (&String, &Row)| match row.kind {
            Kind::Counter => format!("  {name}: {}\n", row.sum),
            Kind::Gauge => format!("  {name}: {} now, after {} changes\n", row.sum, row.times),
            Kind::Histogram => format!("  {name}: {} times, {:.3} s in all\n", row.times, row.sum),
        };
        rows.iter().map(line).collect()
    }
}

impl Cell {
    fn add(&self, value: f64) {
        let mut rows = self.table.0.lock().unwrap_or_else(PoisonError::into_inner);
        let row = rows.entry(self.name.clone()).or_insert(Row { kind: self.kind, times: 0, sum: 0.0 });
        row.times += 1;
        row.sum += value;
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }

    fn absolute(&self, value: u64) {
        self.add(value as f64);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        self.add(value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.add(value);
    }
}

impl Recorder for Table {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: metrics::SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: metrics::SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: metrics::SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(Kind::Counter, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(Kind::Gauge, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(Kind::Histogram, key))
    }
}
