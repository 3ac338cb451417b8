//! The counts and secrets of a vendor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The requests that a vendor has counted, and the secrets that it knows. `Debug` shows counts only.
#[derive(Clone, Default)]
pub struct Stats {
    calls: BTreeMap<&'static str, u64>,
    unknown: u64,
    redemptions: u64,
    reused: u64,
    repeated: u64,
    replays: u64,
    seen: BTreeSet<String>,
    secrets: Vec<String>,
}

impl Stats {
    /// How many requests for an operation arrived, processed or not.
    pub fn calls(&self, operation: &str) -> u64 {
        self.calls.get(operation).copied().unwrap_or(0)
    }

    /// How many requests arrived for no known operation.
    pub fn unknown_calls(&self) -> u64 {
        self.unknown
    }

    /// How many refresh tokens were redeemed.
    pub fn redemptions(&self) -> u64 {
        self.redemptions
    }

    /// How many requests that the vendor processed tried to redeem a refresh token that was already redeemed.
    pub fn reused_refresh_tokens(&self) -> u64 {
        self.reused
    }

    /// How many requests carried a refresh token that an earlier request carried, processed or not.
    pub fn repeated_refresh_tokens(&self) -> u64 {
        self.repeated
    }

    /// How many answers were repeated because of an idempotency key.
    pub fn idempotent_replays(&self) -> u64 {
        self.replays
    }

    /// Every token, password and key that the vendor issued or was given, in the order of their appearance. For leak
    /// scans.
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    pub(crate) fn count(&mut self, operation: Option<&'static str>) {
        match operation {
            Some(operation) => *self.calls.entry(operation).or_default() += 1,
            None => self.unknown += 1,
        }
    }

    pub(crate) fn redeemed(&mut self) {
        self.redemptions += 1;
    }

    pub(crate) fn reused(&mut self) {
        self.reused += 1;
    }

    pub(crate) fn saw_refresh_token(&mut self, token: &str) {
        if !self.seen.insert(token.to_owned()) {
            self.repeated += 1;
        }
    }

    pub(crate) fn replayed(&mut self) {
        self.replays += 1;
    }

    pub(crate) fn secret(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }
}

impl fmt::Debug for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stats")
            .field("calls", &self.calls)
            .field("unknown_calls", &self.unknown)
            .field("redemptions", &self.redemptions)
            .field("reused_refresh_tokens", &self.reused)
            .field("repeated_refresh_tokens", &self.repeated)
            .field("idempotent_replays", &self.replays)
            .field("secrets", &self.secrets.len())
            .finish()
    }
}
