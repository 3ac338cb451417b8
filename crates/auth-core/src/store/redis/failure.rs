//! Failures of Redis, and their remedies. No text from Redis is repeated, since it may repeat the request.

use std::fmt;
use std::io;
use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

use crate::store::failure::storage;
use crate::{AuthError, AuthErrorKind};

/// Why a request failed.
pub(super) enum Failure {
    /// No connection was established.
    Connect(io::Error),
    /// The callback of `credentials` failed.
    NoCredentials { kind: AuthErrorKind, transient: bool },
    /// Redis refuses the credentials of the callback.
    StaleCredentials,
    /// Redis answered with an error, or the connection broke.
    Redis(RedisError),
    /// It was written, but not copied to enough replicas.
    Replicas { wanted: u32, copied: i64 },
    /// There was no answer in time.
    Slow(Duration),
    /// The answer is not one that Redis gives.
    Answer,
}

impl Failure {
    /// Whether another connection may help: this one is broken, or leads to a server that has become a replica.
    pub(super) fn is_of_the_connection(&self) -> bool {
        match self {
            Self::Redis(error) => {
                error.is_unrecoverable_error()
                    || error.is_io_error()
                    // Signed out: a new connection signs in, maybe with other credentials.
                    || matches!(code(error), Some("READONLY" | "LOADING" | "MASTERDOWN" | "NOAUTH" | "WRONGPASS"))
            }
            Self::Slow(_) | Self::Answer => true,
            Self::Connect(_) | Self::NoCredentials { .. } | Self::StaleCredentials | Self::Replicas { .. } => false,
        }
    }

    /// The same for requested credentials: refused ones may just have changed.
    pub(super) fn with_asked_credentials(self) -> Self {
        match self {
            Self::Redis(error)
                if error.kind() == ErrorKind::AuthenticationFailed || code(&error) == Some("WRONGPASS") =>
            {
                Self::StaleCredentials
            }
            other => other,
        }
    }

    /// The error for the user of the store. `place` names the Redis server.
    pub(super) fn at(self, place: &dyn fmt::Display) -> AuthError {
        match self {
            Self::Connect(error) => {
                let why = error.kind();
                storage(format!("no connection to {place} ({why}): check that it runs, its address and TLS"))
                    // An untrusted certificate doesn't become trusted by waiting.
                    .with_transient(!matches!(why, io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
                    .with_source(error)
            }
            // The callback's message may contain the secret.
            Self::NoCredentials { kind, transient } => storage(format!(
                "there are no credentials for {place}: the callback of `credentials` failed ({kind:?}); check what it \
                 asks"
            ))
            .with_transient(transient),
            Self::StaleCredentials => storage(format!(
                "{place} doesn't take what the callback of `credentials` gave (WRONGPASS): if it has just changed, wait; if \
                 not, check that user in Redis, and what the callback keeps"
            ))
            .with_transient(true),
            Self::Redis(error) => answered(&error, place),
            Self::Replicas { wanted, copied } => storage(format!(
                "{place} has written it, but only {copied} of {wanted} replicas have it: check the replicas"
            ))
            .with_transient(true),
            Self::Slow(limit) => storage(format!(
                "{place} gave no answer within {limit:?}, and what was asked may still happen: check its load and the \
                 network"
            ))
            .with_transient(true),
            Self::Answer => storage(format!("{place} answers as no Redis does: check the address")),
        }
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        Self::Redis(error)
    }
}

fn answered(error: &RedisError, place: &dyn fmt::Display) -> AuthError {
    if error.kind() == ErrorKind::AuthenticationFailed {
        return refused("WRONGPASS", place);
    }
    match code(error) {
        Some(code) => refused(code, place),
        None if error.is_connection_refusal() => {
            storage(format!("no connection to {place} (connection refused): check that it runs, its address and TLS"))
                .with_transient(true)
        }
        None if error.is_timeout() => storage(format!(
            "{place} gave no answer within the time limit of the connection, and what was asked may still happen: check \
             its load and the network, or set that limit higher than the store's"
        ))
        .with_transient(true),
        None if error.is_io_error() => {
            storage(format!("the connection to {place} broke: it was restarted, or the network fails"))
                .with_transient(true)
        }
        None => outside(error.kind(), place),
    }
}

/// Errors of the client library, not of Redis: connections of the caller have failures of their own.
fn outside(kind: ErrorKind, place: &dyn fmt::Display) -> AuthError {
    match kind {
        ErrorKind::MasterNameNotFoundBySentinel | ErrorKind::NoValidReplicasFoundBySentinel => {
            storage(format!("no sentinel knows the primary of {place}: check its name, or wait for a failover"))
                .with_transient(true)
        }
        ErrorKind::ClusterConnectionNotFound => {
            storage(format!("no node of the cluster can be reached for {place}: wait, or check its nodes"))
                .with_transient(true)
        }
        ErrorKind::Client
        | ErrorKind::InvalidClientConfig
        | ErrorKind::EmptySentinelList
        | ErrorKind::RESP3NotSupported => {
            storage(format!("{place} can't be used as it is set up: check how the connection is made"))
        }
        _ => Failure::Answer.at(place),
    }
}

fn refused(code: &str, place: &dyn fmt::Display) -> AuthError {
    let (what, transient) = remedy(code);
    // A code is a word of Redis' own; any other text isn't repeated.
    let is_code = code.len() <= 20 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let code = if is_code { code } else { "an unknown code" };
    storage(format!("{place} {what} ({code})")).with_transient(transient)
}

/// The meaning of a Redis code, its remedy, and whether it may go away without a change of the store's options.
fn remedy(code: &str) -> (&'static str, bool) {
    match code {
        "OOM" => ("is full: raise its `maxmemory`, or free some", true),
        "READONLY" => {
            ("is a replica and can't be written: give the address of the primary, or wait for a failover", true)
        }
        "LOADING" => ("is still loading its data: wait", true),
        "MISCONF" => ("can't save to its disk and takes no writes: check its disk and its log", true),
        "NOREPLICAS" => ("has too few replicas and takes no writes: check the replicas", true),
        "MASTERDOWN" => ("has lost its primary: wait, or check the primary", true),
        "CLUSTERDOWN" | "TRYAGAIN" => ("is a cluster that isn't whole: wait, or check its nodes", true),
        "BUSY" => ("is busy with a script of somebody else: wait, or end it with SCRIPT KILL", true),
        "NOAUTH" => (
            "wants a password: give it in the URL, with `password` or `credentials`, or sign the given connection in",
            false,
        ),
        "WRONGPASS" => ("doesn't take the user name or the password: correct them", false),
        "NOPERM" => ("doesn't let this user do it: allow the commands and keys that `RedisStore` lists", false),
        "MOVED" | "ASK" | "CROSSSLOT" => (
            "is a node of a cluster, and this connection leads to one node: give the store one to all, with \
             `RedisStore::over`",
            false,
        ),
        "WRONGTYPE" => ("has something else under the key of this account: choose another prefix", false),
        _ => ("refuses: see its log, and check that it is Redis 6 or newer", false),
    }
}

/// The code of an answer; before Redis 7, that of a failed command within a script is in the middle of the message.
fn code(error: &RedisError) -> Option<&str> {
    let code = error.code()?;
    if code != "ERR" {
        return Some(code);
    }
    let inner = error.detail().and_then(|detail| detail.rsplit_once(": -")?.1.split(' ').next());
    Some(inner.unwrap_or(code))
}

#[cfg(test)]
mod tests {
    use ::redis::make_extension_error;

    use super::*;

    fn error(code: &str, text: &str) -> AuthError {
        Failure::Redis(make_extension_error(code.to_owned(), Some(text.to_owned()))).at(&"Redis")
    }

    #[test]
    fn only_codes_are_repeated() {
        for (code, text) in
            [("OOM", "canary"), ("canary", "canary"), ("CANARY", "canary"), ("ERR", "x: -canary canary")]
        {
            let said = error(code, text).to_string();
            assert!(!said.contains("canary"), "{said}");
        }
    }

    #[test]
    fn the_code_within_a_script_counts() {
        let old = error("ERR", "Error running script (call to f_0): @user_script:9: -OOM command not allowed");
        assert!(old.to_string().contains("maxmemory") && old.is_transient(), "{old}");
    }
}
