//! Every fault, on every operation that the adapters call, at every vendor: the kind of the resulting error, what it
//! says about the request, and that the next call works.

use std::time::Duration;

use auth_core::{AuthError, AuthErrorKind, Delivery};
use auth_testkit::{Fault, RetryAfter, Vendor};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use AuthErrorKind::{Decode, Forbidden, InvalidCredentials, NotFound, RateLimited, SessionExpired, Timeout, Transport};

use crate::support::vendors::{Row, Setup, Verb, name, rows};

/// The result of a call; `Ok(())` where the fault does no harm.
type Expected = Result<(), AuthErrorKind>;

const FINE: Expected = Ok(());

/// The result of a fault, for all operations.
fn by_default(fault: &Fault) -> Expected {
    match fault {
        // No response.
        Fault::RefuseConnections => Err(Transport),
        Fault::LoseRequest => Err(Transport),
        Fault::LoseAnswer => Err(Transport),
        // Half a response.
        Fault::ResetInHeaders => Err(Transport),
        Fault::ResetInBody => Err(Transport),
        Fault::StallHeaders => Err(Timeout),
        Fault::StallBody => Err(Timeout),
        Fault::SlowDrip { .. } => FINE,
        // Another response.
        Fault::TooManyRequests(_) => Err(RateLimited),
        Fault::Status(StatusCode::UNAUTHORIZED) => Err(SessionExpired),
        Fault::Status(StatusCode::FORBIDDEN) => Err(Forbidden),
        Fault::Status(StatusCode::NOT_FOUND) => Err(NotFound),
        Fault::Status(StatusCode::SERVICE_UNAVAILABLE) => Err(AuthErrorKind::Vendor),
        Fault::InternalError => Err(AuthErrorKind::Vendor),
        Fault::HtmlError => Err(AuthErrorKind::Vendor),
        Fault::Redirect { .. } => Err(AuthErrorKind::Vendor),
        // A damaged response.
        Fault::EmptyBody => Err(Decode),
        Fault::TruncatedJson => Err(Decode),
        Fault::WrongTypes => Err(Decode),
        Fault::HugeBody { .. } => Err(Decode),
        // Only the body counts.
        Fault::WrongContentType => FINE,
        // Expiry counts from the response's arrival, or was requested.
        Fault::ClockAhead(_) => FINE,
        Fault::ClockBehind(_) => FINE,
        other => panic!("{other:?} is new: add its expected result"),
    }
}

/// The result of faults on the operations of verbs, at one vendor or at any.
type Exception = (Option<Vendor>, &'static [Verb], &'static [&'static str], Expected);

/// Operations with another result. The first matching row counts.
const EXCEPTIONS: &[Exception] = &[
    // The vendor refuses the credentials, or the key that revokes, and not the token of a session.
    (None, &[Verb::Login, Verb::Exchange], &["Status401"], Err(InvalidCredentials)),
    (Some(Vendor::Svix), &[Verb::RevokeAll], &["Status401"], Err(InvalidCredentials)),
    // A success without content: its body is not read.
    (None, &[Verb::Logout, Verb::RevokeAll], &["EmptyBody", "TruncatedJson", "WrongTypes"], FINE),
    // An hour later by the vendor's clock, a token that lives for an hour has expired.
    (Some(Vendor::PacerPro), &[Verb::Refresh, Verb::RevokeAll], &["ClockAhead"], Err(SessionExpired)),
    (Some(Vendor::Aivo), &[Verb::Logout], &["ClockAhead"], Err(SessionExpired)),
];

fn expected(row: &Row, fault: &Fault) -> Expected {
    let exception = EXCEPTIONS.iter().find(|(vendor, verbs, faults, _)| {
        vendor.is_none_or(|vendor| vendor == row.vendor)
            && verbs.contains(&row.verb)
            && faults.contains(&name(fault).as_str())
    });
    exception.map_or_else(|| by_default(fault), |(_, _, _, expected)| *expected)
}

/// The details of an error must be true, and sufficient for a decision.
fn check_details(cell: &str, row: &Row, fault: &Fault, error: &AuthError) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{cell}: {what}: {error:?}"));
        }
    };
    let said = (error.family().map(|family| family.as_str()), error.operation());
    check(said == (Some(row.vendor.name()), Some(row.operation)), "it names vendor and operation");
    let status = match (fault, error.kind()) {
        (Fault::TooManyRequests(_), _) => Some(429),
        (Fault::Status(status), _) => Some(status.as_u16()),
        (Fault::InternalError, _) => Some(500),
        (Fault::HtmlError, _) => Some(502),
        (Fault::Redirect { .. }, _) => Some(307),
        (_, SessionExpired) => Some(401),
        (_, Transport | Timeout) => None,
        // The status of the damaged response, as far as there was one.
        _ => error.status().filter(|status| (200..300).contains(status)),
    };
    check(error.status() == status, "it has the status of the answer, if there was one");
    let lasting = matches!(error.kind(), Decode | SessionExpired | InvalidCredentials | Forbidden | NotFound);
    let passing = !lasting && name(fault) != "Redirect";
    check(error.is_transient() == passing, "it is transient if the fault passes by itself");
    let refused = matches!(error.kind(), SessionExpired | InvalidCredentials);
    check(error.needs_login() == refused, "it asks for a login only if the vendor did");
    let acted = fault.is_processed() && error.kind() != SessionExpired;
    check(!acted || error.delivery() == Delivery::Unknown, "the vendor has acted, and nobody knows");
    let untouched = matches!(fault, Fault::RefuseConnections | Fault::TooManyRequests(_))
        || *fault == Fault::Status(StatusCode::SERVICE_UNAVAILABLE);
    check(untouched == (error.delivery() == Delivery::NotProcessed), "it can tell whether the vendor has acted");
    let asked = match fault {
        Fault::TooManyRequests(RetryAfter::Seconds(seconds)) => Some(Duration::from_secs(*seconds)),
        // By the vendor's clock, which is in the response.
        Fault::TooManyRequests(RetryAfter::Date(away)) => Some(*away),
        _ => None,
    };
    check(error.retry_after() == asked, "it passes on how long to wait");
    wrong
}

/// One row: fault after fault, with the same clients and the same vendor.
async fn run(row: Row) -> (usize, Vec<String>) {
    let setup = Setup::start(row.vendor).await;
    let (mut cells, mut wrong) = (0, Vec::new());
    for fault in Fault::all(&setup.elsewhere.origin()) {
        cells += 1;
        let cell = format!("{:?} {:?} {}", row.vendor, row.verb, name(&fault));
        let mut ready = setup.ready(row.verb).await;
        let outcome = setup.call_under(&fault, &row, &ready).await;
        let seen = outcome.as_ref().map(|_| ()).map_err(AuthError::kind);
        let expected = expected(&row, &fault);
        if seen != expected {
            wrong.push(format!("{cell}: {seen:?} instead of {expected:?}"));
        }
        if let Err(error) = &outcome {
            wrong.extend(check_details(&cell, &row, &fault, error));
        }
        // The fault is over. Where the vendor has processed the call, the sent token may be spent: then the vendor
        // refuses it, and a login helps. Every other call works as if nothing had happened.
        if row.spends && fault.is_processed() && seen != Err(SessionExpired) {
            let again = setup.call(row.verb, &ready).await.err().map(|error| error.needs_login());
            if again != Some(true) {
                wrong.push(format!("{cell}: what was spent asks for a login, not {again:?}"));
            }
            ready = setup.ready(row.verb).await;
        }
        if let Err(error) = setup.call(row.verb, &ready).await {
            wrong.push(format!("{cell}: the next call fails: {error}"));
        }
    }
    if !setup.elsewhere.received().is_empty() {
        wrong.push(format!("{row:?}: another origin was called"));
    }
    (cells, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_on_every_operation_gives_its_error_and_does_no_lasting_damage() {
    let mut running = JoinSet::new();
    for row in rows() {
        running.spawn(run(row));
    }
    let (mut cells, mut wrong) = (0, Vec::new());
    while let Some(row) = running.join_next().await {
        let (of_row, wrong_in_row) = row.unwrap();
        cells += of_row;
        wrong.extend(wrong_in_row);
    }
    println!("fault matrix: {cells} cells, {} operations, {} wrong", rows().count(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(cells, rows().count() * Fault::all("http://127.0.0.1:1").len());
}
