//! Aivo: a short-lived access token, and a refresh token that works once.

use std::time::{Duration, SystemTime};

use aivo_client::{Client, operations, types};
use client_runtime::{Operation, Secret, Timer};
use serde::Deserialize;
use serde_json::Value;

use crate::adapter::{Claims, Proof, Sent, lenient, needed, sendable};
use crate::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, Capabilities, Credentials, Family, LogoutScope, Renewal,
    Session,
};

const FAMILY: Family = Family::new("aivo");

/// In characters. The service refuses a shorter password, and repeats it in its response.
const SHORTEST_PASSWORD: usize = 8;

/// Signs in to Aivo.
///
/// | verb | what it does |
/// |---|---|
/// | `login` | [`Credentials::Password`]; the name is the e-mail address |
/// | `refresh` | redeems the refresh token; a spent one is refused, and costs nothing else |
/// | `logout` | ends the session; its access token may work until it expires |
/// | `revoke_all` | [`Unsupported`](crate::AuthErrorKind::Unsupported) |
///
/// A session's subject is the user's id, which never changes. Its account is the user's e-mail address, since that is
/// known before the login; a renewed session keeps the account, so that it is found under the same key.
///
/// A session needs only the tokens. A response that lacks any other property, such as the tenant of a user who has none,
/// still gives a session.
///
/// ```no_run
/// use auth_core::aivo::AivoAuthenticator;
/// use auth_core::{Credentials, SessionManager};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SessionManager::builder(AivoAuthenticator::new(aivo_client::Client::builder().build()?))
///     .credentials(Credentials::password("me@example.com", std::env::var("AIVO_PASSWORD")?))
///     .build()?;
/// let token = manager.token().await?;
/// # let _ = token;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AivoAuthenticator {
    client: Client,
}

impl AivoAuthenticator {
    /// Signs in through this client. If the client has a token of its own, it is never used.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Signs in, and returns the user too. `clock` is that of [`login`](Authenticator::login).
    ///
    /// ```no_run
    /// use auth_core::aivo::AivoAuthenticator;
    /// use auth_core::{AuthError, Credentials, SessionManager, TokioTimer};
    ///
    /// # async fn example(manager: SessionManager<AivoAuthenticator>) -> Result<(), AuthError> {
    /// let credentials = Credentials::password("me@example.com", "correct horse");
    /// let (session, user) = manager.authenticator().login_user(&credentials, &TokioTimer::new()).await?;
    /// manager.adopt(session).await?;
    /// println!("signed in as {}", user.email);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of `login`, and [`Decode`](AuthErrorKind::Decode) for a response whose user lacks a property that the
    /// description requires: such a user can sign in by `login`.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a session may have been created at the vendor.
    pub async fn login_user(
        &self,
        credentials: &Credentials,
        clock: &dyn Timer,
    ) -> Result<(Session, types::User), AuthError> {
        let (_, request) = login_request(credentials)?;
        let answer =
            self.client.login(&request).await.map_err(|error| AuthError::from_call(error, Proof::Credentials))?;
        let sent = Sent::of(answer.headers());
        let answer = answer.into_inner();
        let user = answer.user.clone();
        let (mut session, _) = session((answer.into(), sent), clock.system_time(), &operations::LOGIN)?;
        session.fingerprint = credentials.fingerprint();
        Ok((session.with_account(user.email.as_str()), user))
    }
}

impl Authenticator for AivoAuthenticator {
    fn family(&self) -> Family {
        FAMILY
    }

    fn realm(&self) -> &str {
        self.client.base_url()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
            .with_renewal(Renewal::Refresh)
            .with_rotation()
            .with_forgiven_reuse()
            .with_logout(LogoutScope::Session)
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let (username, request) = login_request(credentials)?;
            let issued = needed(self.client.login(&request).await, Proof::Credentials)?;
            let (session, email) = session(issued, clock.system_time(), &operations::LOGIN)?;
            Ok(session.with_account(email.unwrap_or_else(|| username.to_owned())))
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let Some(refresh_token) = &session.refresh_token else {
                let message = "the session has no refresh token";
                return Err(AuthError::not_sent(
                    AuthErrorKind::ReauthRequired,
                    FAMILY,
                    operations::REFRESH_TOKEN.id,
                    message,
                ));
            };
            let body = types::RefreshTokenRequest::new(refresh_token.clone());
            let request = self.client.refresh_token(&body).token(session.access_token.clone());
            let issued = needed(request.await, Proof::Session)?;
            let (mut renewed, email) = self::session(issued, clock.system_time(), &operations::REFRESH_TOKEN)?;
            renewed.account = session.account.clone().or(email);
            renewed.subject = renewed.subject.or_else(|| session.subject.clone());
            Ok(renewed)
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let request = self.client.logout().token(session.access_token.clone());
            request.await.map(drop).map_err(|error| AuthError::from_call(error, Proof::Session))
        })
    }
}

/// The user name and the request of a login.
fn login_request(credentials: &Credentials) -> Result<(&str, types::LoginRequest), AuthError> {
    let Credentials::Password { username, password, .. } = credentials else {
        return Err(AuthError::unfit_credentials(FAMILY, credentials, "a password"));
    };
    if password.expose().chars().count() < SHORTEST_PASSWORD {
        let message = format!("a password has at least {SHORTEST_PASSWORD} characters");
        return Err(AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, operations::LOGIN.id, message));
    }
    Ok((username, types::LoginRequest::new(username.as_str(), password.clone())))
}

/// The properties of a response that a session is made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    access_token: Secret,
    refresh_token: Secret,
    /// In seconds.
    #[serde(default, deserialize_with = "lenient")]
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<Owner>,
}

/// The user of a session.
#[derive(Deserialize)]
struct Owner {
    #[serde(default)]
    id: Value,
    #[serde(default, deserialize_with = "lenient")]
    email: Option<String>,
}

impl Owner {
    /// The description has UUIDs; any id is accepted.
    fn subject(&self) -> Option<String> {
        match &self.id {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

impl From<types::AuthResponse> for Issued {
    fn from(answer: types::AuthResponse) -> Self {
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            expires_in: Some(answer.expires_in),
            user: Some(Owner { id: answer.user.id.to_string().into(), email: Some(answer.user.email) }),
        }
    }
}

/// The session, and the e-mail address of its user.
fn session(
    (issued, sent): (Issued, Sent),
    arrival: SystemTime,
    operation: &'static Operation,
) -> Result<(Session, Option<String>), AuthError> {
    let token = sendable(issued.access_token, FAMILY, operation.id, "accessToken")?;
    let claims = Claims::of(&token);
    let mut session = Session::new(token, arrival);
    let claimed = claims.expires_at.map(|claimed| sent.by_our_clock(claimed, arrival));
    session.expires_at = expiry(issued.expires_in, claimed, arrival);
    session.subject = issued.user.as_ref().and_then(Owner::subject).or(claims.subject);
    // An empty token can't be redeemed, and the attempt would only fail later.
    session.refresh_token = Some(issued.refresh_token).filter(|token| !token.expose().is_empty());
    Ok((session, issued.user.and_then(|user| user.email).filter(|email| !email.is_empty())))
}

/// When the access token ends, counted from the response's arrival: the clocks may differ.
///
/// Where the lifetime is invalid, the token's own claim counts. Without one, a lifetime of zero or less means that the
/// token has expired, and a missing one, or one beyond the range of the clock, that it doesn't expire: then the service
/// reports its end.
fn expiry(lifetime: Option<i64>, claim: Option<SystemTime>, arrival: SystemTime) -> Option<SystemTime> {
    match lifetime.map(u64::try_from) {
        Some(Ok(seconds @ 1..)) => arrival.checked_add(Duration::from_secs(seconds)).or(claim),
        Some(_) => claim.or(Some(arrival)),
        None => claim,
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn invalid_lifetimes_give_way_to_the_claim() {
        let arrival = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let claim = UNIX_EPOCH + Duration::from_secs(2_000_000);
        for (lifetime, of_opaque, of_jwt) in [
            (3600, Some(arrival + Duration::from_secs(3600)), Some(arrival + Duration::from_secs(3600))),
            (1, Some(arrival + Duration::from_secs(1)), Some(arrival + Duration::from_secs(1))),
            (0, Some(arrival), Some(claim)),
            (-1, Some(arrival), Some(claim)),
            (i64::MIN, Some(arrival), Some(claim)),
            (i64::MAX, arrival.checked_add(Duration::from_secs(i64::MAX.unsigned_abs())), Some(claim)),
        ] {
            assert_eq!(expiry(Some(lifetime), None, arrival), of_opaque, "{lifetime}");
            assert_eq!(expiry(Some(lifetime), Some(claim), arrival), of_jwt, "{lifetime}");
        }
        assert_eq!((expiry(None, None, arrival), expiry(None, Some(claim), arrival)), (None, Some(claim)));
    }
}
