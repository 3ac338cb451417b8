//! The conformance suite: an authenticator that keeps the contract passes, and each broken one fails at its defect.

use std::sync::Mutex;

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, Capabilities, Credentials, Family, LogoutScope, Renewal,
    Session, Timer,
};
use auth_testkit::vendor::Request;
use auth_testkit::{Quirks, VendorState, conformance};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, at, text};

const FAMILY: Family = Family::new("in-process");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    /// Claims to refresh, but doesn't.
    NoRefresh,
    /// Returns the session that it was given.
    SameSession,
    /// Marks a final error as transient.
    Transient,
    /// Can log out, but claims that it can't.
    HiddenLogout,
    /// Accepts any credentials.
    AcceptsAnyCredentials,
    /// Accepts any password.
    AnyPassword,
    /// Reports a wrong password as a transport error.
    WrongPasswordAsTransport,
}

/// Aivo without a socket.
struct InProcess {
    state: Mutex<VendorState>,
    defect: Defect,
}

impl InProcess {
    fn new(defect: Defect) -> Self {
        let mut quirks = Quirks::documented();
        quirks.reuse_detection = true;
        let mut state = VendorState::aivo().with_quirks(quirks);
        state.add_user(EMAIL, PASSWORD);
        Self { state: Mutex::new(state), defect }
    }

    fn send(&self, request: &Request) -> Result<Value, AuthError> {
        let response = self.state.lock().unwrap().handle(at(0), request);
        match response.status {
            status if status.is_success() => Ok(response.json()),
            StatusCode::UNAUTHORIZED => {
                Err(AuthError::new(AuthErrorKind::ReauthRequired).with_transient(self.defect == Defect::Transient))
            }
            _ => Err(AuthError::new(AuthErrorKind::Vendor)),
        }
    }

    fn session(&self, request: &Request) -> Result<Session, AuthError> {
        let body = self.send(request)?;
        let session = Session::new(text(&body, "accessToken"), at(0)).with_expiry(at(3600)).with_account(EMAIL);
        Ok(session.with_refresh_token(text(&body, "refreshToken")))
    }
}

impl Authenticator for InProcess {
    fn family(&self) -> Family {
        FAMILY
    }
    fn realm(&self) -> &str {
        "https://vendor.test"
    }

    fn capabilities(&self) -> Capabilities {
        let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation();
        let scope = if self.defect == Defect::HiddenLogout { LogoutScope::None } else { LogoutScope::Session };
        capabilities.with_logout(scope)
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let body = match credentials {
                Credentials::Password { .. } if self.defect == Defect::AnyPassword => {
                    json!({ "email": EMAIL, "password": PASSWORD })
                }
                Credentials::Password { username, password, .. } => {
                    if self.defect == Defect::WrongPasswordAsTransport && password.expose() != PASSWORD {
                        return Err(AuthError::new(AuthErrorKind::Transport));
                    }
                    json!({ "email": username, "password": password.expose() })
                }
                _ if self.defect == Defect::AcceptsAnyCredentials => json!({ "email": EMAIL, "password": PASSWORD }),
                _ => return Err(AuthError::unsupported(FAMILY, "login")),
            };
            self.session(&Request::post("/auth/v1/login").with_json(&body))
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            match self.defect {
                Defect::NoRefresh => return Err(AuthError::unsupported(FAMILY, "refresh")),
                Defect::SameSession => return Ok(session.clone()),
                _ => {}
            }
            let body = json!({ "refreshToken": session.refresh_token.as_ref().map(|token| token.expose()) });
            let request = Request::post("/auth/v1/refresh").with_bearer(session.access_token.expose());
            self.session(&request.with_json(&body))
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let request = Request::post("/auth/v1/logout").with_bearer(session.access_token.expose());
            self.send(&request).map(|_| ())
        })
    }
}

async fn failures(defect: Defect) -> Vec<&'static str> {
    let report = conformance::run(&InProcess::new(defect), &Credentials::password(EMAIL, PASSWORD)).await;
    assert_eq!(report.is_ok(), report.failed.is_empty());
    report.failed.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn a_conforming_authenticator_passes() {
    assert_eq!(failures(Defect::None).await, Vec::<&str>::new());
}

#[tokio::test]
async fn each_defect_is_found() {
    for (defect, expected) in [
        (Defect::NoRefresh, "refresh succeeds"),
        (Defect::SameSession, "a refresh rotates the refresh token"),
        (Defect::Transient, "a spent refresh token needs a login"),
        (Defect::HiddenLogout, "a missing logout of one session is unsupported"),
        (Defect::AcceptsAnyCredentials, "unknown credentials are a final refusal"),
        (Defect::AnyPassword, "a wrong password is a final refusal"),
        (Defect::WrongPasswordAsTransport, "a wrong password is a final refusal"),
    ] {
        let failures = failures(defect).await;
        assert!(failures.contains(&expected), "{expected}: {failures:?}");
    }
}

/// Every session that can be ended is ended, whatever the defect.
#[tokio::test]
async fn every_session_is_ended() {
    for defect in
        [Defect::None, Defect::SameSession, Defect::Transient, Defect::AcceptsAnyCredentials, Defect::AnyPassword]
    {
        let authenticator = InProcess::new(defect);
        let _ = conformance::run(&authenticator, &Credentials::password(EMAIL, PASSWORD)).await;
        assert_eq!(authenticator.state.lock().unwrap().sessions_alive(at(0)), 0);
    }
}

#[tokio::test]
async fn checks_that_need_other_credentials_are_skipped_by_name() {
    let report = conformance::run(&InProcess::new(Defect::AcceptsAnyCredentials), &Credentials::api_key("a key")).await;
    let skipped: Vec<_> = report.skipped.iter().map(|(name, _)| *name).collect();
    let needs_password = "a wrong password is a final refusal";
    assert_eq!(skipped, ["revoking all sessions", "a spent refresh token needs a login", needs_password]);
}

#[tokio::test]
async fn wrong_credentials_are_reported_without_the_password() {
    let wrong = Credentials::password(EMAIL, "some other secret");
    let report = conformance::run(&InProcess::new(Defect::None), &wrong).await;
    assert_eq!(report.failed[0].0, "login succeeds");
    let shown = format!("{report} {report:?}");
    assert!(shown.contains("status") && !shown.contains("some other secret"), "{shown}");
}
