//! The source of the store's connections.

use std::fmt;
use std::io;

use ::redis::RedisError;
use tokio::time::timeout_at;

use super::address::Address;
use super::connection::{Connect, Handle};
use super::deadline::Deadline;
use super::failure::Failure;

pub(super) enum Source {
    /// The store connects to a URL.
    Address(Address),
    /// The caller connects, whenever the store requests it.
    Made(Connect),
    /// The caller has connected, and the store can't reconnect.
    Given(Handle),
}

impl Source {
    /// The only connection, if the store can't have another.
    pub(super) fn only(&self) -> Option<Handle> {
        match self {
            Self::Given(handle) => Some(handle.duplicate()),
            Self::Address(_) | Self::Made(_) => None,
        }
    }

    /// Whether it surely leads to one server, which has all keys. A connection of the caller may be that of a cluster.
    pub(super) fn is_one_server(&self) -> bool {
        matches!(self, Self::Address(_))
    }

    pub(super) async fn connect(&self, deadline: Deadline) -> Result<Handle, Failure> {
        match self {
            Self::Address(address) => address.connect(deadline).await.map(Handle::new),
            Self::Made(connect) => match timeout_at(deadline.at, connect()).await {
                Ok(Ok(handle)) => Ok(handle),
                Ok(Err(error)) if error.is_io_error() => Err(Failure::Connect(reason(&error).into())),
                Ok(Err(error)) => Err(error.into()),
                Err(_) => Err(Failure::Connect(io::ErrorKind::TimedOut.into())),
            },
            Self::Given(handle) => Ok(handle.duplicate()),
        }
    }
}

/// The reason of a failed connection, as far as `redis` tells it.
fn reason(error: &RedisError) -> io::ErrorKind {
    match error {
        error if error.is_connection_refusal() => io::ErrorKind::ConnectionRefused,
        error if error.is_timeout() => io::ErrorKind::TimedOut,
        _ => io::ErrorKind::Other,
    }
}

/// The name of the Redis server, for errors, without a password.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Made(_) => f.write_str("the Redis that `connected_by` leads to"),
            Self::Given(_) => f.write_str("the Redis behind the given connection"),
        }
    }
}
