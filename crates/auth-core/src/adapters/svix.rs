//! Svix: permanent keys, and tokens for one application that are minted with them.

use std::time::Duration;

use client_runtime::{Operation, Secret, Timer};
use serde::Deserialize;
use svix_client::{Client, operations, types};

use crate::adapter::{Claims, Proof, Sent, is_sendable, needed, sendable};
use crate::{
    AppAccess, AuthError, AuthErrorKind, AuthFuture, Authenticator, Capabilities, Credentials, Family, LogoutScope,
    OneTimeToken, Renewal, Session,
};

const FAMILY: Family = Family::new("svix");

/// The lifetime of an application's token, in seconds: an hour to seven days.
const LIFETIMES: std::ops::RangeInclusive<u64> = 3_600..=604_800;

/// The longest grace period of revoked tokens, in seconds: three days.
const LONGEST_GRACE_PERIOD: u32 = 259_200;

/// Signs in to Svix.
///
/// | verb | what it does |
/// |---|---|
/// | `login` | mints a token for an application, exchanges a one-time token, or takes an API key as it is: see below |
/// | `refresh` | [`Unsupported`](crate::AuthErrorKind::Unsupported): a token is minted anew by signing in again |
/// | `logout` | ends the token of the session, if it is one of an application; the vendor refuses it for others |
/// | `revoke_all` | ends every token of the session's application, with the *client's own* token, an API key |
///
/// The credentials that `login` takes:
///
/// - [`Credentials::AppAccess`] mints a token with the API key. The session's account is the application. These are the
///   only credentials that a session can be renewed from, by signing in again.
/// - [`Credentials::OneTimeToken`] is exchanged for a token, once. The call is authorised by `bearer`, or else by the
///   client's own token.
/// - [`Credentials::ApiKey`] becomes a session without a request. It doesn't expire and can't be renewed.
///
/// A key ends in the region it belongs to (`….eu`), and the client calls one server: that of the region of its own
/// static token, or the one it was given. The keys of credentials don't choose it, so a client without a token of its
/// own needs the [`Server`](svix_client::Server) of their region; without either it calls the server for keys without a
/// known region.
///
/// ```no_run
/// use std::time::Duration;
///
/// use auth_core::svix::SvixAuthenticator;
/// use auth_core::{AppAccess, SessionManager};
/// use svix_client::{Client, Server};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::builder().server(Server::Eu).build()?;
/// let access = AppAccess::new(std::env::var("SVIX_KEY")?, "my-app").with_lifetime(Duration::from_secs(3600));
/// let manager = SessionManager::builder(SvixAuthenticator::new(client)).credentials(access.into()).build()?;
/// let token = manager.token().await?; // minted for the application, and anew before it expires
/// # let _ = token;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SvixAuthenticator {
    client: Client,
    /// In seconds.
    grace_period: u32,
}

impl SvixAuthenticator {
    /// Signs in through this client.
    ///
    /// The client's own token is used only to exchange a one-time token without a bearer, and for `revoke_all`: for
    /// those, build the client with an API key as its static token. Its token source must not depend on a session that
    /// this authenticator renews.
    pub fn new(client: Client) -> Self {
        Self { client, grace_period: 0 }
    }

    /// Sets how long tokens stay valid after `revoke_all`, in whole seconds. By default they end at once.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) for more than three days, which the vendor would refuse only at
    /// the revocation.
    pub fn with_grace_period(mut self, period: Duration) -> Result<Self, AuthError> {
        let seconds = u32::try_from(period.as_secs()).ok().filter(|seconds| *seconds <= LONGEST_GRACE_PERIOD);
        self.grace_period = seconds.ok_or_else(|| {
            let message = format!("a grace period has at most {LONGEST_GRACE_PERIOD} seconds");
            AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, operations::EXPIRE_ALL.id, message)
        })?;
        Ok(self)
    }

    /// Creates a link that signs its holder in to the portal of an application, and the token inside it. The session is
    /// that of an API key.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) for an invalid id of an application; and the errors of the call.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the link may have been created.
    pub async fn portal_link(
        &self,
        session: &Session,
        app_id: &str,
        wanted: &types::AppPortalAccessIn,
    ) -> Result<types::AppPortalAccessOut, AuthError> {
        let application = application(app_id, &operations::APP_PORTAL_ACCESS)?;
        let request = self.client.app_portal_access(&application, wanted).token(session.access_token.clone());
        request.await.map(|answer| answer.into_inner()).map_err(|error| AuthError::from_call(error, Proof::Session))
    }

    /// Creates a token that can only create messages in one application. The session is that of an API key.
    ///
    /// # Errors
    ///
    /// The errors of [`portal_link`](Self::portal_link).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the token may have been created.
    pub async fn create_message_token(
        &self,
        session: &Session,
        app_id: &str,
        wanted: &types::CreateMessageTokenIn,
    ) -> Result<types::AuthTokenOut, AuthError> {
        let application = application(app_id, &operations::CREATE_MESSAGE_TOKEN)?;
        let request = self.client.create_message_token(&application, wanted).token(session.access_token.clone());
        request.await.map(|answer| answer.into_inner()).map_err(|error| AuthError::from_call(error, Proof::Session))
    }

    async fn mint(&self, access: &AppAccess, clock: &dyn Timer) -> Result<Session, AuthError> {
        const OPERATION: &Operation = &operations::APP_PORTAL_ACCESS;
        let AppAccess { api_key, app_id, lifetime, read_only, feature_flags } = access;
        let application = application(app_id, OPERATION)?;
        let mut wanted = types::AppPortalAccessIn::new();
        wanted.expiry = lifetime.map(|lifetime| lifetime.as_secs());
        wanted.read_only = *read_only;
        if !feature_flags.is_empty() {
            let flags = feature_flags.iter().map(|flag| flag.parse()).collect::<Result<_, _>>();
            wanted.feature_flags = Some(flags.map_err(|_| {
                let message = "a feature flag has letters, digits, hyphens, underscores and dots";
                AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, OPERATION.id, message)
            })?);
        }
        if wanted.expiry.is_some_and(|seconds| !LIFETIMES.contains(&seconds)) {
            let message = format!("a token lives {} to {} seconds", LIFETIMES.start(), LIFETIMES.end());
            return Err(AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, OPERATION.id, message));
        }
        let request = self.client.app_portal_access(&application, &wanted).token(api_key.clone());
        let (issued, sent): (Issued, _) = needed(request.await, Proof::Credentials)?;
        let mut session = session(sendable(issued.token, FAMILY, OPERATION.id, "token")?, sent, clock);
        if let Some(seconds) = wanted.expiry {
            session.expires_at = session.issued_at.checked_add(Duration::from_secs(seconds));
        }
        Ok(session.with_account(app_id.as_str()))
    }

    async fn exchange(&self, once: &OneTimeToken, clock: &dyn Timer) -> Result<Session, AuthError> {
        let body = types::OneTimeTokenIn::new(once.token.clone());
        let request = self.client.exchange_one_time_token(&body);
        let request = match &once.bearer {
            Some(bearer) => request.token(bearer.clone()),
            None => request,
        };
        let (issued, sent): (Issued, _) = needed(request.await, Proof::Credentials)?;
        Ok(session(sendable(issued.token, FAMILY, operations::EXCHANGE_ONE_TIME_TOKEN.id, "token")?, sent, clock))
    }
}

impl Authenticator for SvixAuthenticator {
    fn family(&self) -> Family {
        FAMILY
    }

    fn realm(&self) -> &str {
        self.client.base_url()
    }

    /// The capabilities for minted sessions. A session from a one-time token or an API key can't be renewed: see
    /// [`Credentials::is_reusable`].
    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Relogin).with_logout(LogoutScope::Session).with_revoke_all()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            match credentials {
                Credentials::AppAccess(access) => self.mint(access, clock).await,
                Credentials::OneTimeToken(once) => self.exchange(once, clock).await,
                Credentials::ApiKey(key) => keep(key, clock),
                other => Err(AuthError::unfit_credentials(FAMILY, other, "app access, a one-time token or an API key")),
            }
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let request = self.client.logout().token(session.access_token.clone());
            let error = match request.await {
                Ok(_) => return Ok(()),
                Err(error) => AuthError::from_call(error, Proof::Session),
            };
            Err(match error.kind() {
                AuthErrorKind::Forbidden => error.with_message("only a token of an application can be given up"),
                _ => error,
            })
        })
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let app_id = session.account.as_deref().ok_or_else(|| {
                let message = "the session names no application as its account";
                AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, operations::EXPIRE_ALL.id, message)
            })?;
            let application = application(app_id, &operations::EXPIRE_ALL)?;
            let body = types::ApplicationTokenExpireIn::new().expiry(self.grace_period.into());
            let request = self.client.expire_all(&application, &body);
            request.await.map(drop).map_err(|error| AuthError::from_call(error, Proof::Credentials))
        })
    }
}

/// The property of a response that a session is made of.
#[derive(Deserialize)]
struct Issued {
    token: Secret,
}

impl From<types::AppPortalAccessOut> for Issued {
    fn from(answer: types::AppPortalAccessOut) -> Self {
        Self { token: answer.token }
    }
}

impl From<types::OneTimeTokenOut> for Issued {
    fn from(answer: types::OneTimeTokenOut) -> Self {
        Self { token: answer.token }
    }
}

/// The session of a token that has just arrived.
fn session(token: Secret, sent: Sent, clock: &dyn Timer) -> Session {
    let (claims, arrival) = (Claims::of(&token), clock.system_time());
    let mut session = Session::new(token, arrival);
    session.expires_at = claims.expires_at.map(|claimed| sent.by_our_clock(claimed, arrival));
    session.subject = claims.subject;
    session
}

/// The session of a key. Claims in the key don't matter: the vendor ends it.
fn keep(key: &Secret, clock: &dyn Timer) -> Result<Session, AuthError> {
    if is_sendable(key) {
        return Ok(Session::new(key.clone(), clock.system_time()));
    }
    let message = "the API key is empty or holds something other than visible ASCII";
    Err(AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, "login", message))
}

fn application(app_id: &str, operation: &'static Operation) -> Result<types::AppId, AuthError> {
    app_id.parse().map_err(|_| {
        let message = "an application's id has 1 to 256 letters, digits, hyphens, underscores and dots";
        AuthError::not_sent(AuthErrorKind::InvalidInput, FAMILY, operation.id, message)
    })
}
