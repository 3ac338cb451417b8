//! Checks the contract of [`Authenticator`].

use auth_core::{Authenticator, Credentials, LogoutScope, Renewal, Session, TokioTimer};

use super::report::{Report, describe};

/// The reason for skipping checks that need a second login.
const ONE_LOGIN: &str = "the credentials can't be used for a second login";

/// The clock that dates sessions.
const CLOCK: TokioTimer = TokioTimer::new();

/// Tests an [`Authenticator`] against its contract: calls all methods, at a vendor where `credentials` are valid and can
/// be used several times.
///
/// Sessions are created and, where the authenticator can, ended: one by one, or every session of the account. So this
/// needs an account of its own, or a fake vendor. Where refresh tokens rotate, one of them is deliberately sent twice;
/// where the credentials are a password, a wrong one is tried once. Sessions are dated by the system's clock.
///
/// Not covered: how an authenticator classifies a 429, an outage and a lost answer; and whether a second renewal still
/// has the data that the vendor requires. Test that with a fake. Checks that these credentials or this vendor don't
/// allow are [skipped](Report::skipped) by name.
///
/// # Cancel safety
///
/// A run that is dropped leaves its current session signed in.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use auth_core::{AuthError, Authenticator, AuthFuture, Capabilities, Credentials, Family, Session, Timer};
/// use auth_testkit::conformance;
///
/// struct Keys;
///
/// impl Authenticator for Keys {
///     fn family(&self) -> Family {
///         Family::new("keys")
///     }
///
///     fn realm(&self) -> &str {
///         "https://api.keys.example"
///     }
///
///     fn capabilities(&self) -> Capabilities {
///         Capabilities::login_only()
///     }
///
///     fn login<'a>(
///         &'a self,
///         credentials: &'a Credentials,
///         clock: &'a dyn Timer,
///     ) -> AuthFuture<'a, Session> {
///         Box::pin(async move {
///             match credentials {
///                 Credentials::ApiKey(key) => Ok(Session::new(key.clone(), clock.system_time())),
///                 _ => Err(AuthError::unsupported(self.family(), "login")),
///             }
///         })
///     }
/// }
///
/// let report = conformance::run(&Keys, &Credentials::api_key("key-of-a-test")).await;
/// assert!(report.is_ok(), "{report}");
/// # });
/// ```
pub async fn run(authenticator: &dyn Authenticator, credentials: &Credentials) -> Report {
    let mut report = Report::default();
    let realm = authenticator.realm();
    report.check("the realm names a server", !realm.trim().is_empty(), || "it is empty".to_owned());
    let login = authenticator.login(credentials, &CLOCK).await;
    if let Some(session) = report.ok("login succeeds", login) {
        check_session(&mut report, &session);
        let session = renew(&mut report, authenticator, session).await;
        end(&mut report, authenticator, credentials, &session).await;
        spend(&mut report, authenticator, credentials).await;
    }
    wrong_password(&mut report, authenticator, credentials).await;
    unknown_credentials(&mut report, authenticator).await;
    report
}

/// Ends a session that is no longer needed, where the authenticator can.
async fn end_session(authenticator: &dyn Authenticator, session: &Session) {
    let capabilities = authenticator.capabilities();
    // The session may have ended already, which is no failure.
    let _ = match capabilities.logout {
        LogoutScope::Session => authenticator.logout(session).await,
        _ if capabilities.revoke_all => authenticator.revoke_all(session).await,
        _ => Ok(()),
    };
}

fn check_session(report: &mut Report, session: &Session) {
    report.check("the access token isn't empty", !session.access_token.expose().is_empty(), String::new);
    let is_later = session.expires_at.is_none_or(|expiry| expiry > session.issued_at);
    report.check("expiry comes after issue", is_later, || "expiry isn't after issue".to_owned());
    let shown = format!("{session:?} {session:#?}");
    let secrets = [Some(&session.access_token), session.refresh_token.as_ref()];
    let leaks = secrets.iter().flatten().any(|secret| shown.contains(secret.expose()));
    report.check("Debug shows no token", !leaks, || "a token is in the session's Debug".to_owned());
}

async fn renew(report: &mut Report, authenticator: &dyn Authenticator, session: Session) -> Session {
    let result = authenticator.refresh(&session, &CLOCK).await;
    if authenticator.capabilities().renewal != Renewal::Refresh {
        report.unsupported("a missing refresh is unsupported", result);
        return session;
    }
    let Some(renewed) = report.ok("refresh succeeds", result) else { return session };
    check_session(report, &renewed);
    let is_same = renewed.account == session.account;
    report.check("a refresh keeps the account", is_same, || "another account".to_owned());
    renewed
}

async fn end(report: &mut Report, authenticator: &dyn Authenticator, credentials: &Credentials, session: &Session) {
    let capabilities = authenticator.capabilities();
    let logout = authenticator.logout(session).await;
    if capabilities.logout == LogoutScope::Session {
        report.ok("logout succeeds", logout);
        if capabilities.renewal == Renewal::Refresh {
            let refused = authenticator.refresh(session, &CLOCK).await.is_err();
            report.check("a session that is logged out can't be renewed", refused, || "it was renewed".to_owned());
        }
    } else {
        report.unsupported("a missing logout of one session is unsupported", logout);
    }
    if !credentials.is_reusable() {
        report.skip("revoking all sessions", ONE_LOGIN);
        return end_session(authenticator, session).await;
    }
    let Some(session) = report.ok("a second login succeeds", authenticator.login(credentials, &CLOCK).await) else {
        return;
    };
    let revoked = authenticator.revoke_all(&session).await;
    if capabilities.revoke_all {
        report.ok("revoking all sessions succeeds", revoked);
    } else {
        report.unsupported("a missing revocation is unsupported", revoked);
        end_session(authenticator, &session).await;
    }
}

/// Sends a redeemed refresh token again. It has a session of its own: a vendor that detects reuse revokes the session.
async fn spend(report: &mut Report, authenticator: &dyn Authenticator, credentials: &Credentials) {
    const NAME: &str = "a spent refresh token needs a login";
    if !authenticator.capabilities().rotates {
        return report.skip(NAME, "refresh tokens don't rotate");
    }
    if !credentials.is_reusable() {
        return report.skip(NAME, ONE_LOGIN);
    }
    let login = authenticator.login(credentials, &CLOCK).await;
    let Some(session) = report.ok("another login succeeds", login) else { return };
    let refresh = authenticator.refresh(&session, &CLOCK).await;
    let Some(renewed) = report.ok("a refresh that rotates succeeds", refresh) else {
        return end_session(authenticator, &session).await;
    };
    let token = |session: &Session| session.refresh_token.as_ref().map(|token| token.expose().to_owned());
    let rotated = token(&renewed).is_some() && token(&renewed) != token(&session);
    report.check("a refresh rotates the refresh token", rotated, || "none, or the same".to_owned());
    let again = authenticator.refresh(&session, &CLOCK).await.err();
    let needs_login = again.as_ref().is_some_and(|error| error.needs_login() && !error.is_transient());
    let seen = || again.as_ref().map_or_else(|| "it was accepted".to_owned(), describe);
    report.check(NAME, needs_login, seen);
    end_session(authenticator, &renewed).await;
}

/// Tries a password that isn't this account's. A vendor that counts failures counts one.
async fn wrong_password(report: &mut Report, authenticator: &dyn Authenticator, credentials: &Credentials) {
    const NAME: &str = "a wrong password is a final refusal";
    const WRONG: &str = "N0t-the-password-of-this-account";
    let Credentials::Password { username, .. } = credentials else {
        return report.skip(NAME, "the credentials are no password");
    };
    let error = match authenticator.login(&Credentials::password(username.as_str(), WRONG), &CLOCK).await {
        Ok(session) => {
            end_session(authenticator, &session).await;
            return report.check(NAME, false, || "it was accepted".to_owned());
        }
        Err(error) => error,
    };
    report.check(NAME, error.needs_login() && !error.is_transient(), || describe(&error));
    let shown = format!("{error} {error:?}").contains(WRONG);
    report.check("the error of a wrong password doesn't show it", !shown, || "it is in the error's text".to_owned());
}

/// Tries credentials of a type that the authenticator can't know.
async fn unknown_credentials(report: &mut Report, authenticator: &dyn Authenticator) {
    struct UnknownCredentials;
    let login = authenticator.login(&Credentials::custom(UnknownCredentials), &CLOCK).await;
    if let Ok(session) = &login {
        end_session(authenticator, session).await;
    }
    let error = login.err();
    let refused = error.as_ref().is_some_and(|error| !error.is_transient());
    let seen = || error.as_ref().map_or_else(|| "they were accepted".to_owned(), describe);
    report.check("unknown credentials are a final refusal", refused, seen);
}
