//! PacerPro: a token that renews itself while it is valid.

use std::sync::Arc;
use std::time::SystemTime;

use client_runtime::{BoxFuture, Operation, Timer};
use pacerpro_client::{Client, operations, types};

use super::errors::{Proof, auth_error, unusable};
use super::{jwt, received, system_clock, unfit_credentials};
use crate::{AuthError, Authenticator, Capabilities, Credentials, Family, LogoutScope, Renewal, Session};

const FAMILY: Family = Family::new("pacerpro");

/// Signs in to PacerPro.
///
/// | verb | what it does |
/// |---|---|
/// | `login` | [`Credentials::Password`]; the name is the e-mail address |
/// | `refresh` | trades a token that is still valid for a new one; the old one stays valid |
/// | `logout` | [`Unsupported`](crate::AuthErrorKind::Unsupported), and nothing is sent: see below |
/// | `revoke_all` | ends *every* session of the user, on every device |
///
/// PacerPro can't end one session alone. Whoever wants to end them all asks for just that.
///
/// A session's account is the name it was created with, its subject what the token names.
#[derive(Clone, Debug)]
pub struct PacerProAuthenticator {
    client: Client,
    timer: Arc<dyn Timer>,
}

impl PacerProAuthenticator {
    /// Signs in through this client. Its own token, if it has one, is never used.
    pub fn new(client: Client) -> Self {
        Self { client, timer: system_clock() }
    }

    /// Sets the clock that responses are dated by; tests replace it.
    #[must_use]
    pub fn with_timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }
}

impl Authenticator for PacerProAuthenticator {
    fn family(&self) -> Family {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
            .with_renewal(Renewal::Refresh)
            .with_renewal_while_valid()
            .with_logout(LogoutScope::Account)
            .with_revoke_all()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move {
            let Credentials::Password { username, password } = credentials else {
                return Err(unfit_credentials(FAMILY, credentials, "a password"));
            };
            let user = types::User::new(username.as_str(), password.clone());
            let answer =
                self.client.create_session(&user).await.map_err(|error| auth_error(error, Proof::Credentials))?;
            let session = session(answer.into_inner(), self.timer.system_time(), &operations::CREATE_SESSION)?;
            Ok(session.with_account(username.as_str()))
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move {
            let request = self.client.refresh_session().token(session.access_token.clone());
            let answer = request.await.map_err(|error| auth_error(error, Proof::Session))?;
            let mut renewed =
                self::session(answer.into_inner(), self.timer.system_time(), &operations::REFRESH_SESSION)?;
            renewed.account.clone_from(&session.account);
            renewed.subject = renewed.subject.or_else(|| session.subject.clone());
            Ok(renewed)
        })
    }

    fn logout<'a>(&'a self, _session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        let error = AuthError::unsupported(FAMILY, "logout")
            .with_message("it would end every session of the account: if that is wanted, ask for `revoke_all`");
        Box::pin(std::future::ready(Err(error)))
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        Box::pin(async move {
            let request = self.client.delete_session().token(session.access_token.clone());
            request.await.map(drop).map_err(|error| auth_error(error, Proof::Session))
        })
    }
}

/// The description makes everything optional; without a token there is no session.
fn session(answer: types::Session, arrival: SystemTime, operation: &'static Operation) -> Result<Session, AuthError> {
    let token = answer.jwt_token.ok_or_else(|| unusable(operation, "jwtToken"))?;
    let token = received(token, operation, "jwtToken")?;
    let claims = jwt::claims(&token);
    let mut session = Session::new(token, arrival);
    session.expires_at = answer.expires_at.and_then(|time| time.to_system_time()).or(claims.expires_at);
    session.subject = claims.subject;
    Ok(session)
}
