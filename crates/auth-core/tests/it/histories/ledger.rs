//! The vendor's record of a history: every request, every token, and every violation.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use auth_core::Session;

/// A login, and all tokens that were renewed from it.
pub type Grant = usize;

/// One of the vendor's servers, by its number. A session of one is unknown at the others.
pub type Realm = usize;

/// The number of servers.
pub const REALMS: Realm = 2;

/// Stands for the manager of a session that was created without one.
pub const NO_MANAGER: usize = usize::MAX;

/// A request, as the vendor saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub at: Duration,
    pub manager: usize,
    pub verb: &'static str,
    /// The grant of the token that it carried; none for a login.
    pub grant: Option<Grant>,
    /// The fault that it meets.
    pub fault: Option<String>,
}

/// A refresh token that was sent more often than it may be.
#[derive(Clone, Debug)]
pub struct Reuse {
    pub token: String,
    /// Whether a manager sent it again that had sent it before.
    pub by_same: bool,
}

pub struct Ledger {
    /// How often a refresh token may be sent with unknown outcome: once, or twice where the vendor doesn't punish
    /// reuse.
    pub allowed_sends: usize,
    pub requests: Vec<Request>,
    /// Refresh tokens that were sent too often.
    pub reused: Vec<Reuse>,
    /// Secrets that reached another server than theirs, and tokens that no server has issued.
    pub misdirected: Vec<String>,
    /// All events in their order, for the message of a failing test.
    pub log: Vec<(Duration, String)>,
    users: Vec<String>,
    /// The server that issued each grant.
    realms: Vec<Realm>,
    /// The manager of each grant, and when its request was sent.
    issued: Vec<(usize, Duration)>,
    /// The grants of access tokens, refresh tokens and keys.
    tokens: HashMap<String, Grant>,
    keys: HashSet<Grant>,
    /// Refresh tokens that may have been processed, with their senders.
    spent: HashMap<String, Vec<usize>>,
}

impl Ledger {
    pub fn new(allowed_sends: usize) -> Self {
        Self {
            allowed_sends,
            requests: Vec::new(),
            reused: Vec::new(),
            misdirected: Vec::new(),
            log: Vec::new(),
            users: Vec::new(),
            realms: Vec::new(),
            issued: Vec::new(),
            tokens: HashMap::new(),
            keys: HashSet::new(),
            spent: HashMap::new(),
        }
    }

    /// Records a login.
    pub fn issue(&mut self, (realm, user): (Realm, &str), manager: usize, asked: Duration) -> Grant {
        self.users.push(user.to_owned());
        self.realms.push(realm);
        self.issued.push((manager, asked));
        self.users.len() - 1
    }

    /// Records a token of a grant.
    pub fn add_token(&mut self, token: impl Into<String>, grant: Grant) {
        self.tokens.insert(token.into(), grant);
    }

    /// Records a key that is the token itself: nothing is sent for it, and it never ends.
    pub fn add_key(&mut self, key: &str, whose: (Realm, &str)) {
        if !self.tokens.contains_key(key) {
            let grant = self.issue(whose, NO_MANAGER, Duration::ZERO);
            self.add_token(key, grant);
            self.keys.insert(grant);
        }
    }

    /// The number of tokens.
    pub fn tokens(&self) -> usize {
        self.tokens.len()
    }

    /// The grant of a token; none if no server has issued it.
    pub fn find(&self, token: &str) -> Option<Grant> {
        self.tokens.get(token).copied()
    }

    pub fn user_of(&self, grant: Grant) -> &str {
        &self.users[grant]
    }

    pub fn realm_of(&self, grant: Grant) -> Realm {
        self.realms[grant]
    }

    /// Whether it is a key, which was never issued.
    pub fn is_key(&self, grant: Grant) -> bool {
        self.keys.contains(&grant)
    }

    /// All grants of a manager for requests that were sent before a moment.
    pub fn issued_to(&self, manager: usize, before: Duration) -> HashSet<Grant> {
        let issued = self.issued.iter().enumerate();
        issued.filter(|(_, (to, at))| *to == manager && *at < before).map(|(grant, _)| grant).collect()
    }

    /// Records a request that arrives at a server, with the token of a session or without one.
    pub fn receive(&mut self, realm: Realm, session: Option<&Session>, request: Request) {
        let grant = session.and_then(|session| self.find(session.access_token.expose()));
        if let Some(grant) = grant.filter(|grant| self.realms[*grant] != realm) {
            self.misdirected.push(format!("{} of grant {grant} at server {realm}", request.verb));
        }
        let Request { at, manager, verb, fault, .. } = &request;
        let who = if *manager == NO_MANAGER { "nobody".to_owned() } else { format!("manager {manager}") };
        let fault = fault.as_ref().map(|fault| format!(", and meets {fault}")).unwrap_or_default();
        let token = session.map(|session| short(session.access_token.expose())).unwrap_or_default();
        self.log.push((*at, format!("  {who} sends {verb} {grant:?} {token}{fault}")));
        self.requests.push(Request { grant, ..request });
    }

    /// Records a refresh token that was sent, and may have been processed.
    pub fn spend(&mut self, token: &str, manager: usize) {
        let senders = self.spent.entry(token.to_owned()).or_default();
        if senders.len() >= self.allowed_sends {
            self.reused.push(Reuse { token: token.to_owned(), by_same: senders.contains(&manager) });
        }
        senders.push(manager);
    }
}

/// The end of a token: enough to tell it from others.
pub fn short(token: &str) -> &str {
    &token[token.len().saturating_sub(12)..]
}
