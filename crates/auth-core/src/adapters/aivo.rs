//! Aivo: a short-lived access token, and a refresh token that works once.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aivo_client::{Client, operations, types};
use client_runtime::{BoxFuture, Operation, Secret, Timer};

use super::errors::{Proof, auth_error};
use super::{jwt, not_sent, received, system_clock, unfit_credentials};
use crate::{
    AuthError, AuthErrorKind, Authenticator, Capabilities, Credentials, Family, LogoutScope, Renewal, Session,
};

const FAMILY: Family = Family::new("aivo");

/// Of a password, in characters. The service refuses a shorter one and repeats it in its answer.
const SHORTEST_PASSWORD: usize = 8;

/// Signs in to Aivo.
///
/// | verb | what it does |
/// |---|---|
/// | `login` | [`Credentials::Password`]; the name is the e-mail address |
/// | `refresh` | redeems the refresh token, once: a failure that may have reached the service loses it |
/// | `logout` | ends the session; its access token may work until it expires |
/// | `revoke_all` | [`Unsupported`](crate::AuthErrorKind::Unsupported) |
///
/// A session's subject is the user's id, which never changes. Its account is the user's e-mail address, since that is
/// known before signing in; a renewed session keeps the account, so that it is found under the same key.
#[derive(Clone, Debug)]
pub struct AivoAuthenticator {
    client: Client,
    timer: Arc<dyn Timer>,
}

/// What Aivo has beyond [`Authenticator`].
pub trait AivoExt {
    /// Signs in, and tells who did.
    fn login_user<'a>(
        &'a self,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<(Session, types::User), AuthError>>;
}

impl AivoAuthenticator {
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

impl AivoExt for AivoAuthenticator {
    fn login_user<'a>(
        &'a self,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<(Session, types::User), AuthError>> {
        Box::pin(async move {
            let Credentials::Password { username, password } = credentials else {
                return Err(unfit_credentials(FAMILY, credentials, "a password"));
            };
            if password.expose().chars().count() < SHORTEST_PASSWORD {
                let message = format!("a password has at least {SHORTEST_PASSWORD} characters");
                return Err(not_sent(AuthErrorKind::InvalidInput, FAMILY, operations::LOGIN.id, message));
            }
            let request = types::LoginRequest::new(username.as_str(), password.clone());
            let answer = self.client.login(&request).await.map_err(|error| auth_error(error, Proof::Credentials))?;
            let (session, user) = session(answer.into_inner(), self.timer.system_time(), &operations::LOGIN)?;
            Ok((session.with_account(user.email.as_str()), user))
        })
    }
}

impl Authenticator for AivoAuthenticator {
    fn family(&self) -> Family {
        FAMILY
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation().with_logout(LogoutScope::Session)
    }

    fn login<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move { self.login_user(credentials).await.map(|(session, _)| session) })
    }

    fn refresh<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move {
            let Some(refresh_token) = &session.refresh_token else {
                let message = "the session has no refresh token";
                return Err(not_sent(AuthErrorKind::ReauthRequired, FAMILY, operations::REFRESH_TOKEN.id, message));
            };
            let body = types::RefreshTokenRequest::new(refresh_token.clone());
            let request = self.client.refresh_token(&body).token(session.access_token.clone());
            let answer = request.await.map_err(|error| auth_error(error, Proof::Session))?;
            let (mut renewed, user) =
                self::session(answer.into_inner(), self.timer.system_time(), &operations::REFRESH_TOKEN)?;
            renewed.account = session.account.clone().or(Some(user.email));
            Ok(renewed)
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        Box::pin(async move {
            let request = self.client.logout().token(session.access_token.clone());
            request.await.map(drop).map_err(|error| auth_error(error, Proof::Session))
        })
    }
}

fn session(
    answer: types::AuthResponse,
    arrival: SystemTime,
    operation: &'static Operation,
) -> Result<(Session, types::User), AuthError> {
    let token = received(answer.access_token, operation, "accessToken")?;
    let expires_at = expiry(answer.expires_in, &token, arrival);
    let mut session = Session::new(token, arrival).with_subject(answer.user.id.to_string());
    session.expires_at = expires_at;
    // An empty one can't be redeemed, and asking would only fail later.
    session.refresh_token = Some(answer.refresh_token).filter(|token| !token.expose().is_empty());
    Ok((session, answer.user))
}

/// When the access token ends, counted from the response's arrival: the clocks needn't agree.
///
/// Where the lifetime makes no sense, the token's own claim counts. Without one, a lifetime of nothing or less means
/// that the token has expired already, and one beyond all calendars that it doesn't expire.
fn expiry(lifetime: i64, token: &Secret, arrival: SystemTime) -> Option<SystemTime> {
    let claim = || jwt::claims(token).expires_at;
    match u64::try_from(lifetime) {
        Ok(seconds @ 1..) => arrival.checked_add(Duration::from_secs(seconds)).or_else(claim),
        _ => claim().or(Some(arrival)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn lifetimes_that_make_no_sense() {
        let arrival = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let (opaque, jwt) = (Secret::from("opaque"), Secret::from("e30.eyJleHAiOjIwMDAwMDB9.x"));
        let claim = UNIX_EPOCH + Duration::from_secs(2_000_000);
        for (lifetime, of_opaque, of_jwt) in [
            (3600, Some(arrival + Duration::from_secs(3600)), Some(arrival + Duration::from_secs(3600))),
            (1, Some(arrival + Duration::from_secs(1)), Some(arrival + Duration::from_secs(1))),
            (0, Some(arrival), Some(claim)),
            (-1, Some(arrival), Some(claim)),
            (i64::MIN, Some(arrival), Some(claim)),
            (i64::MAX, arrival.checked_add(Duration::from_secs(i64::MAX.unsigned_abs())), Some(claim)),
        ] {
            assert_eq!(expiry(lifetime, &opaque, arrival), of_opaque, "{lifetime}");
            assert_eq!(expiry(lifetime, &jwt, arrival), of_jwt, "{lifetime}");
        }
    }
}
