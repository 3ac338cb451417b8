//! What a vendor knows of a life: every request, every token, and what was done that must not be.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use auth_core::Session;

/// What was signed in for: a login, and all tokens that were renewed from it.
pub type Grant = usize;

/// One of the vendor's servers, by its number. A session of one is unknown at the others.
pub type Realm = usize;

/// How many servers there are.
pub const REALMS: Realm = 2;

/// Stands for a manager where a session was signed in for without one.
pub const NOBODY: usize = usize::MAX;

/// A request, as the vendor saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub at: Duration,
    pub manager: usize,
    pub verb: &'static str,
    /// What the token that it carried belongs to; none for a login.
    pub grant: Option<Grant>,
    /// What goes wrong with it.
    pub fault: Option<String>,
}

/// A refresh token that was sent more often than it may be.
#[derive(Clone, Debug)]
pub struct Reuse {
    pub token: String,
    /// By a manager that had sent it itself.
    pub by_same: bool,
}

pub struct Ledger {
    /// How often a refresh token may be sent while nobody knows what came of it: once, or once more where the vendor
    /// takes no offence.
    pub sendings: usize,
    pub requests: Vec<Request>,
    /// Refresh tokens that were sent too often.
    pub reused: Vec<Reuse>,
    /// Secrets that reached another server than theirs, and tokens that no server has issued.
    pub strayed: Vec<String>,
    /// What happened, in its order, for the message of a test that fails.
    pub log: Vec<(Duration, String)>,
    users: Vec<String>,
    /// The server that issued each grant.
    realms: Vec<Realm>,
    /// For whom it was issued, and when that was asked for.
    issued: Vec<(usize, Duration)>,
    /// What belongs to which grant: access tokens, refresh tokens and keys.
    tokens: HashMap<String, Grant>,
    keys: HashSet<Grant>,
    /// Refresh tokens that may have been processed, and who sent them.
    spent: HashMap<String, Vec<usize>>,
}

impl Ledger {
    pub fn new(sendings: usize) -> Self {
        Self {
            sendings,
            requests: Vec::new(),
            reused: Vec::new(),
            strayed: Vec::new(),
            log: Vec::new(),
            users: Vec::new(),
            realms: Vec::new(),
            issued: Vec::new(),
            tokens: HashMap::new(),
            keys: HashSet::new(),
            spent: HashMap::new(),
        }
    }

    /// Somebody has signed in.
    pub fn issue(&mut self, (realm, user): (Realm, &str), manager: usize, asked: Duration) -> Grant {
        self.users.push(user.to_owned());
        self.realms.push(realm);
        self.issued.push((manager, asked));
        self.users.len() - 1
    }

    /// A token of a grant.
    pub fn add_token(&mut self, token: impl Into<String>, grant: Grant) {
        self.tokens.insert(token.into(), grant);
    }

    /// A key that is the token itself: nothing is sent for it, and it never ends.
    pub fn add_key(&mut self, key: &str, whose: (Realm, &str)) {
        if !self.tokens.contains_key(key) {
            let grant = self.issue(whose, NOBODY, Duration::ZERO);
            self.add_token(key, grant);
            self.keys.insert(grant);
        }
    }

    /// How many tokens there are.
    pub fn tokens(&self) -> usize {
        self.tokens.len()
    }

    /// What a token belongs to; none if no server has issued it.
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

    /// All that was issued to a manager for requests that were sent before a moment.
    pub fn issued_to(&self, manager: usize, before: Duration) -> HashSet<Grant> {
        let issued = self.issued.iter().enumerate();
        issued.filter(|(_, (to, at))| *to == manager && *at < before).map(|(grant, _)| grant).collect()
    }

    /// A request arrives at a server, with the token of a session or without one.
    pub fn receive(&mut self, realm: Realm, session: Option<&Session>, request: Request) {
        let grant = session.and_then(|session| self.find(session.access_token.expose()));
        if let Some(grant) = grant.filter(|grant| self.realms[*grant] != realm) {
            self.strayed.push(format!("{} of grant {grant} at server {realm}", request.verb));
        }
        let Request { at, manager, verb, fault, .. } = &request;
        let who = if *manager == NOBODY { "nobody".to_owned() } else { format!("manager {manager}") };
        let fault = fault.as_ref().map(|fault| format!(", and meets {fault}")).unwrap_or_default();
        let token = session.map(|session| short(session.access_token.expose())).unwrap_or_default();
        self.log.push((*at, format!("  {who} sends {verb} {grant:?} {token}{fault}")));
        self.requests.push(Request { grant, ..request });
    }

    /// A refresh token was sent, and may have been processed.
    pub fn spend(&mut self, token: &str, manager: usize) {
        let senders = self.spent.entry(token.to_owned()).or_default();
        if senders.len() >= self.sendings {
            self.reused.push(Reuse { token: token.to_owned(), by_same: senders.contains(&manager) });
        }
        senders.push(manager);
    }
}

/// The end of a token: enough to tell it from others.
pub fn short(token: &str) -> &str {
    &token[token.len().saturating_sub(12)..]
}
