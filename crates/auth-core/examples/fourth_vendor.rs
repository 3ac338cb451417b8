//! A fourth vendor: an authenticator of your own for an OAuth 2.0 server with an extension. It binds a session to a
//! `device_id`, which it sends once, and requires at every renewal.
//!
//! The authenticator comes first; then a program runs it through the conformance suite, and uses it. Nothing has to be
//! set up: the vendor is a fake on this machine, with a manual clock.
//!
//! ```text
//! cargo run -p auth-core --example fourth_vendor --features adapter,file
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth_core::adapter::{Proof, lenient, retry_after};
use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, Capabilities, Credentials, Ended, Family, FileStore,
    LogoutScope, Renewal, Secret, Session, SessionManager, Timer, TokioTimer,
};
use auth_testkit::{ManualClock, conformance};
use serde::Deserialize;

#[path = "fourth_vendor/fake.rs"]
mod fake;

const NORTHWIND: Family = Family::new("northwind");

/// The form field, and its name in the session.
const DEVICE: &str = "device_id";

/// Signs in to Northwind, for one registered client.
struct Northwind {
    http: reqwest::Client,
    url: String,
    client_id: String,
}

/// A successful response.
#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    refresh_token: Secret,
    // A renewal has spent its token at this point: it must not fail over properties that a session can do without.
    #[serde(default, deserialize_with = "lenient")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    device_id: Option<Secret>,
}

impl Northwind {
    fn new(url: &str, client_id: &str) -> Result<Self, reqwest::Error> {
        // A redirect that keeps the method would send the password to its target.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { http, url: url.to_owned(), client_id: client_id.to_owned() })
    }

    async fn post(
        &self,
        path: &'static str,
        form: &[(&str, &str)],
        proof: Proof,
        clock: &dyn Timer,
    ) -> Result<Vec<u8>, AuthError> {
        let named = |error: AuthError| error.with_operation(NORTHWIND, path);
        let lost = |error| named(AuthError::from_reqwest(error));
        let form = [form, &[("client_id", &self.client_id)]].concat();
        let answer = self.http.post(format!("{}{path}", self.url)).form(&form).send().await.map_err(lost)?;
        let status = answer.status();
        let patience = retry_after(answer.headers(), clock);
        let body = answer.bytes().await.map_err(lost)?;
        if status.is_success() {
            return Ok(body.into());
        }
        Err(named(AuthError::from_answer(status.as_u16(), &body, proof)).with_retry_after(patience))
    }

    async fn grant(&self, form: &[(&str, &str)], proof: Proof, clock: &dyn Timer) -> Result<Session, AuthError> {
        let body = self.post("/oauth/token", form, proof, clock).await?;
        // Without its cause, which may repeat a part of the response.
        let unusable = |_| AuthError::new(AuthErrorKind::Decode).with_operation(NORTHWIND, "/oauth/token");
        let granted: Granted = serde_json::from_slice(&body).map_err(unusable)?;
        let now = clock.system_time();
        let mut session = Session::new(granted.access_token, now)
            .with_refresh_token(granted.refresh_token)
            .with_scopes(granted.scope.iter().flat_map(|scope| scope.split_ascii_whitespace()));
        session.expires_at = granted.expires_in.and_then(|seconds| now.checked_add(Duration::from_secs(seconds)));
        session.extra.extend(granted.device_id.map(|device| (DEVICE.to_owned(), device)));
        Ok(session)
    }
}

impl Authenticator for Northwind {
    fn family(&self) -> Family {
        NORTHWIND
    }

    fn realm(&self) -> &str {
        &self.url
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation().with_logout(LogoutScope::Session)
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let Credentials::Password { username, password, .. } = credentials else {
                return Err(AuthError::unfit_credentials(NORTHWIND, credentials, "a password"));
            };
            let form = [("grant_type", "password"), ("username", username), ("password", password.expose())];
            Ok(self.grant(&form, Proof::Credentials, clock).await?.with_subject(username))
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let mut form = vec![("grant_type", "refresh_token")];
            form.extend(session.refresh_token.as_ref().map(|token| ("refresh_token", token.expose())));
            form.extend(session.extra.get(DEVICE).map(|device| (DEVICE, device.expose())));
            // The manager keeps scopes, device and subject that the response doesn't repeat.
            self.grant(&form, Proof::Session, clock).await
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let token = session.refresh_token.as_ref().unwrap_or(&session.access_token);
            self.post("/oauth/revoke", &[("token", token.expose())], Proof::Session, &TokioTimer::new()).await.map(drop)
        })
    }
}

/// A manual clock for a manager, so that expiry takes no time.
#[derive(Debug)]
struct ByHand {
    clock: ManualClock,
    began: (Instant, SystemTime),
}

impl Timer for ByHand {
    fn now(&self) -> Instant {
        let (instant, time) = self.began;
        instant + self.clock.now().duration_since(time).unwrap_or_default()
    }

    fn system_time(&self) -> SystemTime {
        self.clock.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        TokioTimer::new().sleep(duration)
    }

    fn random(&self) -> u64 {
        TokioTimer::new().random()
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::default();
    let fake = fake::Fake::start("cli", ("ada", "correct horse"), clock.clone()).await?;
    let ada = || Credentials::password("ada", "correct horse");

    println!("Northwind's authenticator and the contract:");
    let report = conformance::run(&Northwind::new(fake.url(), "cli")?, &ada()).await;
    assert!(report.is_ok(), "{report}");
    report.passed.iter().for_each(|check| println!("  {check}"));
    println!("  {report}");

    println!("Refusals of a login:");
    let wrong = Credentials::password("ada", "wrong");
    for (what, client, credentials) in [("a wrong password", "cli", wrong), ("an unknown client", "other", ada())] {
        let error = Northwind::new(fake.url(), client)?.login(&credentials, &TokioTimer::new()).await.err();
        let error = error.ok_or("it was let in")?;
        println!("  {what}: {:?}, and a login is needed: {}", error.kind(), error.needs_login());
    }

    // As built by another process each time: the session is in the folder.
    let folder = tempfile::tempdir()?;
    let manager = || -> Result<_, Box<dyn Error>> {
        let store = Arc::new(FileStore::open(folder.path())?);
        let timer = Arc::new(ByHand { clock: clock.clone(), began: (Instant::now(), clock.now()) });
        Ok(SessionManager::builder(Northwind::new(fake.url(), "cli")?).account("ada").store(store).timer(timer))
    };

    println!("A process signs in:");
    let first = manager()?.credentials(ada()).build()?;
    let token = first.token().await?;
    let begun = first.session().ok_or("nobody is signed in")?;
    assert!(fake.accepts(token.secret().expose()));
    println!("  {:?} may use {:?}", begun.subject, begun.scopes);

    println!("An hour later its token has expired, and the vendor is busy:");
    clock.advance(HOUR);
    fake.busy_for(Duration::from_secs(20));
    let busy = first.token().await.err().ok_or("it was renewed")?;
    println!("  {:?}, to be tried again after {:?}", busy.kind(), busy.retry_after());
    clock.advance(Duration::from_secs(20));
    println!("  20 s later it has token {}", first.token().await?.generation());
    first.shutdown().await;

    println!("Another hour later another process, without credentials, takes the session up:");
    clock.advance(HOUR);
    let second = manager()?.build()?;
    let token = second.token().await?;
    let renewed = second.session().ok_or("nobody is signed in")?;
    assert!(fake.accepts(token.secret().expose()));
    let is_kept = begun.extra.contains_key(DEVICE) && renewed.extra == begun.extra;
    assert!(is_kept, "the device got lost");
    assert_eq!(renewed.scopes, begun.scopes);
    println!("  its device has come through {} renewals: {is_kept}", fake.renewals());

    println!("It logs out:");
    let ended = second.logout().await?;
    assert_eq!(ended, Ended::AtVendor);
    assert!(!fake.accepts(token.secret().expose()));
    let over = second.token().await.err().ok_or("it still has a token")?;
    println!("  ended {ended:?}; who asks for a token now gets {:?}", over.kind());
    Ok(())
}
