//! One connection, made when it is needed and again when it breaks, and requests that end in time.

use std::fmt;
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{Cmd, ScriptInvocation, Value};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::address::Address;
use super::failure::Failure;
use crate::AuthError;

/// What Redis is asked. Everything here may be asked twice.
pub(super) enum Request<'a> {
    Command(&'a Cmd),
    /// A script that writes sessions, or one that doesn't.
    Write(&'a ScriptInvocation<'a>),
    Script(&'a ScriptInvocation<'a>),
}

pub(super) struct Client {
    address: Address,
    limit: Duration,
    replicas: u32,
    connection: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    open: Option<MultiplexedConnection>,
    /// Counts connections.
    number: u64,
}

struct Connection {
    handle: MultiplexedConnection,
    number: u64,
    used_before: bool,
}

impl Client {
    pub(super) fn new(address: Address, limit: Duration, replicas: u32) -> Self {
        Self { address, limit, replicas, connection: Mutex::default() }
    }

    /// How long a request may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// Which Redis it is, for errors. No password.
    pub(super) fn place(&self) -> &dyn fmt::Display {
        &self.address
    }

    /// Asks Redis. If the connection fails, it is asked once more over another one, within the same limit.
    pub(super) async fn ask(&self, request: Request<'_>) -> Result<Value, AuthError> {
        self.within(Instant::now() + self.limit, request).await.map_err(|failure| failure.at(self.place()))
    }

    async fn within(&self, deadline: Instant, request: Request<'_>) -> Result<Value, Failure> {
        let mut again = false;
        loop {
            let connection = self.in_time(deadline, self.connection()).await?;
            // Nobody says when an idle connection dies within the network: it gets half the time, and a new one the rest.
            let until = match connection.used_before && !again {
                true => deadline - deadline.saturating_duration_since(Instant::now()) / 2,
                false => deadline,
            };
            match self.in_time(until, self.send(&request, connection.handle)).await {
                Err(failure) if failure.is_of_the_connection() => {
                    self.close(connection.number).await;
                    if again || Instant::now() >= deadline {
                        return Err(failure);
                    }
                    again = true;
                }
                done => return done,
            }
        }
    }

    async fn in_time<T>(&self, until: Instant, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout_at(until, work).await.unwrap_or(Err(Failure::Slow(self.limit)))
    }

    async fn send(&self, request: &Request<'_>, mut connection: MultiplexedConnection) -> Result<Value, Failure> {
        match request {
            Request::Command(command) => Ok(command.query_async(&mut connection).await?),
            Request::Script(script) => Ok(script.invoke_async(&mut connection).await?),
            Request::Write(script) => {
                let written = script.invoke_async(&mut connection).await?;
                self.wait_for_replicas(connection).await?;
                Ok(written)
            }
        }
    }

    /// It waits for what was written over this very connection.
    async fn wait_for_replicas(&self, mut connection: MultiplexedConnection) -> Result<(), Failure> {
        let wanted = self.replicas;
        if wanted == 0 {
            return Ok(());
        }
        // Others use the connection too, and wait meanwhile.
        let patience = u64::try_from(self.limit.as_millis() / 3).unwrap_or(u64::MAX).max(1);
        let copied: i64 = ::redis::cmd("WAIT").arg(wanted).arg(patience).query_async(&mut connection).await?;
        if copied < i64::from(wanted) {
            return Err(Failure::Replicas { wanted, copied });
        }
        Ok(())
    }

    async fn connection(&self) -> Result<Connection, Failure> {
        // Whoever waits here waits for a connection that somebody else is making, or makes the next one.
        let mut slot = self.connection.lock().await;
        let (handle, used_before) = match &slot.open {
            Some(handle) => (handle.clone(), true),
            None => {
                let handle = self.address.connect().await?;
                slot.open = Some(handle.clone());
                slot.number += 1;
                (handle, false)
            }
        };
        Ok(Connection { handle, number: slot.number, used_before })
    }

    /// Lets a connection go, unless that has happened already.
    async fn close(&self, number: u64) {
        let mut slot = self.connection.lock().await;
        if slot.number == number {
            slot.open = None;
        }
    }
}
