//! The contract of a vendor's adapter.

use std::sync::Arc;

use client_runtime::Timer;

use crate::{AuthError, AuthFuture, Capabilities, Credentials, Family, Session};

/// Signs in to a vendor, and renews and ends sessions. Third parties can implement it.
///
/// It has no state: the caller, usually a [`SessionManager`](crate::SessionManager), holds the [`Session`] and passes it
/// to each method.
///
/// | method | what it does | by default |
/// |---|---|---|
/// | [`family`](Self::family), [`realm`](Self::realm) | name the vendor and its server | required |
/// | [`capabilities`](Self::capabilities) | says which of the following the vendor supports | required |
/// | [`login`](Self::login) | creates a session from credentials | required |
/// | [`refresh`](Self::refresh) | renews a session | [`Unsupported`](crate::AuthErrorKind::Unsupported) |
/// | [`logout`](Self::logout) | ends a session | `Unsupported` |
/// | [`revoke_all`](Self::revoke_all) | ends every session of the account | `Unsupported` |
///
/// # How a manager treats an error
///
/// The kind says whether the session can go on, and the [`Delivery`](crate::Delivery) whether a refresh token can be
/// sent again. Nothing else decides; status and message are for people.
///
/// | error | of `refresh` | of `login` |
/// |---|---|---|
/// | [`needs_login`](AuthError::needs_login): `InvalidCredentials`, `SessionExpired`, `ReauthRequired` | the session is over: the manager signs in, if it holds credentials that can be used again, and is dead otherwise | dead: the same credentials are not sent again |
/// | `Validation` | cools down | dead |
/// | `InvalidInput` or `Unsupported`, without a status: nothing was sent | cools down | dead |
/// | any other | cools down | cools down |
///
/// A manager that is *dead* returns that error until a caller signs in, with this manager or a peer of the same store;
/// a renewal's error becomes the source of a [`ReauthRequired`](crate::AuthErrorKind::ReauthRequired). A token that is
/// still valid stays in use. A manager that *cools down* sends nothing for 1 s, and for up to a minute after more
/// failures in a row, or for as long as [`retry_after`](AuthError::retry_after) says ([`Policy`](crate::Policy) has the
/// numbers); meanwhile callers get the token that is still valid, or the same error.
///
/// | delivery | a rotating refresh token | default of |
/// |---|---|---|
/// | `NotProcessed` | is as good as before | `RateLimited`, `Storage`, `Shutdown`, `Runtime`, `Capacity` |
/// | `Refused` | is as good as before, unless the error needs a login | the kinds not named here |
/// | `Unknown` | may be spent. It is not sent again, except once where [`punishes_reuse`](Capabilities::punishes_reuse) is false. When the access token has expired, the manager signs in, or is dead without credentials | `Transport`, `Timeout`, `Decode`, `Vendor` |
///
/// So a wrong `NotProcessed` costs a session, at a vendor that punishes reuse; a wrong `Unknown` costs one login. Use
/// `NotProcessed` for a connection that was never established and for 429 and 503, and leave 500, 502, 504 and lost
/// responses at `Unknown`. `AuthError::from_answer` and `AuthError::from_call` (feature `adapter`) do that.
///
/// # Cancel safety
///
/// A manager drops the future of a method after [`Policy::wait_limit`](crate::Policy::wait_limit), and treats it as an
/// error of the kind `Timeout`. An authenticator needs no other time limit than one for connecting, after which it can
/// say `NotProcessed`.
///
#[cfg_attr(
    feature = "adapter",
    doc = r#"
# Examples

A vendor by plain HTTP, with refresh tokens that rotate:

```
use std::time::Duration;

use auth_core::adapter::Proof;
use auth_core::{
    AuthError, AuthErrorKind, Authenticator, AuthFuture, Capabilities, Credentials, Family, LogoutScope, Renewal, Session,
    Timer,
};
use serde_json::{Value, json};

const ACME: Family = Family::new("acme");

// Built with `redirect::Policy::none()`: a redirect that keeps the method sends the password to its target.
struct Acme { http: reqwest::Client, url: String }

impl Acme {
    async fn post(&self, path: &'static str, token: Option<&str>, body: Value, proof: Proof) -> Result<Value, AuthError> {
        let named = |error: AuthError| error.with_operation(ACME, path);
        let request = self.http.post(format!("{}/{path}", self.url)).json(&body);
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let lost = |error| named(AuthError::from_reqwest(error));
        let answer = request.send().await.map_err(lost)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(lost)?;
        if !status.is_success() {
            return Err(named(AuthError::from_answer(status.as_u16(), &body, proof)));
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    fn session(answer: &Value, clock: &dyn Timer) -> Result<Session, AuthError> {
        let unusable = || AuthError::new(AuthErrorKind::Decode).with_operation(ACME, "session");
        let text = |name: &str| answer[name].as_str().map(str::to_owned).ok_or_else(unusable);
        let lifetime = Duration::from_secs(answer["expires_in"].as_u64().ok_or_else(unusable)?);
        let session = Session::new(text("access_token")?, clock.system_time()).with_expires_in(lifetime);
        Ok(session.with_refresh_token(text("refresh_token")?))
    }
}

impl Authenticator for Acme {
    fn family(&self) -> Family {
        ACME
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
                return Err(AuthError::unfit_credentials(ACME, credentials, "a password"));
            };
            let body = json!({ "user": username, "password": password.expose() });
            Self::session(&self.post("login", None, body, Proof::Credentials).await?, clock)
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let token = session.refresh_token.as_ref().map(|token| token.expose());
            Self::session(&self.post("refresh", token, json!({}), Proof::Session).await?, clock)
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        let token = Some(session.access_token.expose());
        Box::pin(async move { self.post("logout", token, json!({}), Proof::Session).await.map(drop) })
    }
}
# let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
# let _ = Acme { http, url: "https://api.acme.example".to_owned() };
# Ok::<(), reqwest::Error>(())
```

"#
)]
///
/// `auth_testkit::conformance::run` tests an implementation against this contract.
pub trait Authenticator: Send + Sync {
    /// The vendor's name.
    fn family(&self) -> Family;

    /// The server that issues the sessions: its base URL, which tells staging from production and one region from
    /// another. It is a part of the [`SessionKey`](crate::SessionKey), so a session is never sent to a server that
    /// didn't issue it. It contains no secret, and doesn't change during the life of the authenticator.
    fn realm(&self) -> &str;

    /// The vendor's capabilities.
    fn capabilities(&self) -> Capabilities;

    /// Creates a session.
    ///
    /// [`issued_at`](Session::issued_at) and [`expires_at`](Session::expires_at) are counted from `clock`, read when the
    /// response has arrived: the manager decides by the same clock.
    ///
    /// # Errors
    ///
    /// See [how a manager treats an error](Authenticator#how-a-manager-treats-an-error).
    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session>;

    /// Renews a session; its times are counted from `clock` as in [`login`](Self::login). Where refresh tokens rotate,
    /// the attempt spends the one of `session`.
    ///
    /// A manager keeps what the result lacks: the refresh token, the subject, the account, the scopes, and each entry
    /// of [`extra`](Session::extra). An authenticator needn't copy them.
    ///
    /// # Errors
    ///
    /// See [how a manager treats an error](Authenticator#how-a-manager-treats-an-error).
    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let _ = (session, clock);
        unsupported(self.family(), "refresh")
    }

    /// Ends this session and no other.
    ///
    /// `Ok` if the vendor ended it, or doesn't know it.
    ///
    /// # Errors
    ///
    /// An error that [needs a login](AuthError::needs_login) says that the access token is of no use: a manager then
    /// renews the session, where it can, and ends the renewed one. Where the access token has expired, the manager
    /// renews at once.
    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        let _ = session;
        unsupported(self.family(), "logout")
    }

    /// Ends every session of the account.
    ///
    /// # Errors
    ///
    /// The errors of [`logout`](Self::logout).
    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        let _ = session;
        unsupported(self.family(), "revoke_all")
    }
}

/// The result of a verb that the vendor doesn't have.
fn unsupported<'a, T: Send + 'a>(family: Family, verb: &'static str) -> AuthFuture<'a, T> {
    Box::pin(async move { Err(AuthError::unsupported(family, verb)) })
}

impl<A: Authenticator + ?Sized> Authenticator for Arc<A> {
    fn family(&self) -> Family {
        (**self).family()
    }

    fn realm(&self) -> &str {
        (**self).realm()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        (**self).login(credentials, clock)
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        (**self).refresh(session, clock)
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        (**self).logout(session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        (**self).revoke_all(session)
    }
}
