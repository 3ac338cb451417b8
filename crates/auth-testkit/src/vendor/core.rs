//! The state that all vendors have in common: accounts, tokens, randomness, statistics.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use super::tokens::{Kind, Record, State, Tokens};
use super::{Quirks, Random, Request, Response, Stats, echo, encoding};

/// An account with a password.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) tenant: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// At PacerPro, the identifier that all valid tokens of the user carry.
    pub(crate) jti: String,
}

/// An answer that was recorded for an idempotency key.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) until: Option<SystemTime>,
    pub(crate) response: Response,
}

#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) random: Random,
    pub(crate) quirks: Quirks,
    pub(crate) access_lifetime: Duration,
    pub(crate) refresh_lifetime: Duration,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) api_keys: BTreeSet<String>,
    /// Applications by id, with their uid.
    pub(crate) applications: BTreeMap<String, Option<String>>,
    pub(crate) tokens: Tokens,
    /// Answers by token, path and idempotency key.
    pub(crate) recorded: HashMap<(String, String, String), Recorded>,
    pub(crate) stats: Stats,
}

impl Core {
    pub(crate) fn new(access_lifetime: Duration) -> Self {
        Self {
            random: Random::new(0),
            quirks: Quirks::default(),
            access_lifetime,
            refresh_lifetime: Duration::from_secs(30 * 24 * 3600),
            users: BTreeMap::new(),
            api_keys: BTreeSet::new(),
            applications: BTreeMap::new(),
            tokens: Tokens::default(),
            recorded: HashMap::new(),
            stats: Stats::default(),
        }
    }

    pub(crate) fn add_user(&mut self, email: &str, password: &str) {
        let user = User {
            id: self.random.uuid(),
            number: self.users.len() as u64 + 1,
            tenant: self.random.uuid(),
            email: email.to_owned(),
            password: password.to_owned(),
            jti: self.random.uuid(),
        };
        self.stats.secret(password);
        self.users.insert(email.to_owned(), user);
    }

    pub(crate) fn add_api_key(&mut self, key: &str) {
        self.stats.secret(key);
        self.api_keys.insert(key.to_owned());
    }

    pub(crate) fn add_application(&mut self, uid: Option<&str>) -> String {
        let id = format!("app_{}", self.random.text(27));
        self.applications.insert(id.clone(), uid.map(str::to_owned));
        id
    }

    /// The application's id, by its id or uid.
    pub(crate) fn application(&self, id_or_uid: &str) -> Option<String> {
        let fits = |(id, uid): &(&String, &Option<String>)| *id == id_or_uid || uid.as_deref() == Some(id_or_uid);
        self.applications.iter().find(fits).map(|(id, _)| id.clone())
    }

    /// The user with this name and password.
    pub(crate) fn user(&self, email: &str, password: &str) -> Option<User> {
        self.users.get(email).filter(|user| user.password == password).cloned()
    }

    /// Registers a token that was just created.
    pub(crate) fn issue(&mut self, token: &str, kind: Kind, owner: &str, session: u64, expires_at: Option<SystemTime>) {
        self.stats.secret(token);
        let record = Record { kind, owner: owner.to_owned(), session, jti: None, expires_at, state: State::Live };
        self.tokens.insert(token, record);
    }

    /// The expiry of an access token that is issued now.
    pub(crate) fn access_expiry(&self, now: SystemTime) -> Option<SystemTime> {
        encoding::after(now, self.access_lifetime)
    }

    pub(crate) fn refresh_expiry(&self, now: SystemTime) -> Option<SystemTime> {
        encoding::after(now, self.refresh_lifetime)
    }

    /// Completes an answer before it is sent: errors may echo the request.
    pub(crate) fn finish(&self, request: &Request, response: Response) -> Response {
        let is_error = response.status.is_client_error() || response.status.is_server_error();
        if self.quirks.echo_request && is_error { echo::echo(request, response) } else { response }
    }
}
