//! PacerPro: a token that renews itself while it is valid.

use std::time::{Duration, SystemTime};

use client_runtime::{Operation, Secret, Timer, Timestamp};
use pacerpro_client::{Client, operations, types};
use serde::Deserialize;

use crate::adapter::{Claims, Proof, Sent, lenient, needed, sendable};
use crate::{AuthError, AuthFuture, Authenticator, Capabilities, Credentials, Family, LogoutScope, Renewal, Session};

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
/// PacerPro can't end a single session. To end all of them, call `revoke_all`.
///
/// A session's account is the user name it was created with, its subject that of the token. It ends at `expiresAt`, or
/// else with the token's `exp`. A time without a zone may be a local time: where the token's `exp` differs from it by the
/// offset of a zone, `exp` counts.
///
/// A session that isn't renewed in time is lost, so a program whose users enter their passwords keeps it alive:
///
/// ```no_run
/// use auth_core::pacerpro::PacerProAuthenticator;
/// use auth_core::{Credentials, SessionManager};
///
/// # async fn example(password: String) -> Result<(), Box<dyn std::error::Error>> {
/// let client = pacerpro_client::Client::builder().build()?;
/// let manager = SessionManager::builder(PacerProAuthenticator::new(client)).build()?;
/// manager.login(Credentials::password("me@example.com", password)).await?;
///
/// let kept = manager.clone();
/// tokio::spawn(async move { kept.keep_alive().await });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PacerProAuthenticator {
    client: Client,
}

impl PacerProAuthenticator {
    /// Signs in through this client. If the client has a token of its own, it is never used.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Authenticator for PacerProAuthenticator {
    fn family(&self) -> Family {
        FAMILY
    }

    fn realm(&self) -> &str {
        self.client.base_url()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
            .with_renewal(Renewal::Refresh)
            .with_renewal_while_valid()
            .with_logout(LogoutScope::Account)
            .with_revoke_all()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let Credentials::Password { username, password, .. } = credentials else {
                return Err(AuthError::unfit_credentials(FAMILY, credentials, "a password"));
            };
            let user = types::User::new(username.as_str(), password.clone());
            let issued = needed(self.client.create_session(&user).await, Proof::Credentials)?;
            let session = session(issued, clock.system_time(), &operations::CREATE_SESSION)?;
            Ok(session.with_account(username.as_str()))
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let request = self.client.refresh_session().token(session.access_token.clone());
            let issued = needed(request.await, Proof::Session)?;
            let mut renewed = self::session(issued, clock.system_time(), &operations::REFRESH_SESSION)?;
            renewed.account.clone_from(&session.account);
            renewed.subject = renewed.subject.or_else(|| session.subject.clone());
            Ok(renewed)
        })
    }

    fn logout<'a>(&'a self, _session: &'a Session) -> AuthFuture<'a, ()> {
        let error = AuthError::unsupported(FAMILY, "logout")
            .with_message("it would end every session of the account: if that is wanted, ask for `revoke_all`");
        Box::pin(std::future::ready(Err(error)))
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let request = self.client.delete_session().token(session.access_token.clone());
            request.await.map(drop).map_err(|error| AuthError::from_call(error, Proof::Session))
        })
    }
}

/// The properties of a response that a session is made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    jwt_token: Option<Secret>,
    #[serde(default, deserialize_with = "lenient")]
    expires_at: Option<Timestamp>,
}

impl From<types::Session> for Issued {
    fn from(answer: types::Session) -> Self {
        Self { jwt_token: answer.jwt_token, expires_at: answer.expires_at }
    }
}

/// The description requires no property; without a token there is no session.
fn session(
    (issued, sent): (Issued, Sent),
    arrival: SystemTime,
    operation: &'static Operation,
) -> Result<Session, AuthError> {
    let token = issued.jwt_token.ok_or_else(|| AuthError::unusable(FAMILY, operation.id, "jwtToken"))?;
    let token = sendable(token, FAMILY, operation.id, "jwtToken")?;
    let claims = Claims::of(&token);
    let mut session = Session::new(token, arrival);
    let expiry = expiry(issued.expires_at.as_ref(), claims.expires_at);
    session.expires_at = expiry.map(|expiry| sent.by_our_clock(expiry, arrival));
    session.subject = claims.subject;
    Ok(session)
}

/// The largest offset of a zone from UTC, in either direction.
const FARTHEST_ZONE: Duration = Duration::from_secs(14 * 60 * 60);

/// All zones in use have an offset of whole quarters of an hour.
const STEP_OF_ZONES: u64 = 15 * 60;

/// The largest difference between two notations of the same moment: one may drop seconds, or be taken later.
const ROUNDING: u64 = 60;

/// When a session ends: at the time of the response, or else with its token.
///
/// The token's `exp` counts from the epoch and has no zone. So where the response names no zone and the two differ by
/// the offset of one, the response was misread, and the session would be given up or renewed hours beside its end. If
/// they differ otherwise, they mean different things to the vendor, and the response is the documented one.
fn expiry(said: Option<&Timestamp>, claimed: Option<SystemTime>) -> Option<SystemTime> {
    let Some((said, read)) = said.and_then(|said| Some((said, said.to_system_time()?))) else { return claimed };
    let misread = said.assumes_utc() && claimed.is_some_and(|claimed| differ_by_zone(read, claimed));
    if misread { claimed } else { Some(read) }
}

fn differ_by_zone(read: SystemTime, claimed: SystemTime) -> bool {
    let difference = match read.duration_since(claimed) {
        Ok(later) => later,
        Err(error) => error.duration(),
    };
    let beside = difference.as_secs() % STEP_OF_ZONES;
    difference <= FARTHEST_ZONE + Duration::from_secs(ROUNDING)
        && (beside <= ROUNDING || beside >= STEP_OF_ZONES - ROUNDING)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_time_without_a_zone_gives_way_to_a_claim_that_differs_by_a_zone() {
        const END: u64 = 1_700_000_100;
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        let hours = |hours: f64| (hours * 3600.0) as i64;
        for (offset, misread) in [
            (0, true),
            (30, true),
            (-1, true),
            (hours(1.0), true),
            (hours(-5.0), true),
            (hours(5.5), true),
            (hours(5.75) - 1, true),
            (hours(-12.0), true),
            (hours(14.0), true),
            (hours(-14.0), true),
            (hours(14.25), false),
            (hours(-24.0), false),
            (hours(24.0 * 365.0), false),
            (7 * 60, false),
            (-hours(1.0) + 300, false),
        ] {
            let read = at(END.checked_add_signed(offset).unwrap());
            let with_zone = Timestamp::from(read);
            let without = Timestamp::from(with_zone.raw().trim_end_matches('Z'));
            assert!(without.assumes_utc());
            let right = if misread { at(END) } else { read };
            assert_eq!(expiry(Some(&without), Some(at(END))), Some(right), "{offset}");
            assert_eq!(expiry(Some(&with_zone), Some(at(END))), Some(read), "{offset}: with a zone, it counts");
            assert_eq!(expiry(Some(&without), None), Some(read), "{offset}: there is nothing to compare it with");
        }
        assert_eq!(expiry(Some(&Timestamp::from("soon")), Some(at(END))), Some(at(END)));
        assert_eq!((expiry(None, Some(at(END))), expiry(None, None)), (Some(at(END)), None));
        // Far beyond any offset: the arithmetic doesn't overflow.
        let far = Timestamp::from("9999-12-31T23:59:59");
        assert_eq!(expiry(Some(&far), Some(UNIX_EPOCH)), far.to_system_time());
        let early = Timestamp::from("0000-01-01T00:00:00");
        assert_eq!(expiry(Some(&early), Some(at(END))), early.to_system_time());
    }
}
