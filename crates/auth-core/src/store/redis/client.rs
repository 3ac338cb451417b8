//! One connection, made on demand and again when it breaks, and requests with a time limit.

use std::fmt;
use std::time::Duration;

use ::redis::{Cmd, RedisError, Script, ScriptInvocation, Value};
use tokio::sync::Mutex;

use super::connection::Handle;
use super::deadline::Deadline;
use super::failure::Failure;
use super::source::Source;
use crate::AuthError;

/// A request to Redis. Each may be sent twice.
pub(super) enum Request<'a> {
    Command(&'a Cmd),
    /// A script that writes sessions, and its call; `Script` is the call of one that doesn't.
    Write(&'a Script, &'a ScriptInvocation<'a>),
    Script(&'a ScriptInvocation<'a>),
}

pub(super) struct Client {
    source: Source,
    limit: Duration,
    replicas: u32,
    connection: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    open: Option<Handle>,
    /// Counts connections.
    number: u64,
}

struct Connection {
    handle: Handle,
    number: u64,
    /// Whether it was used before and can be replaced.
    used_before: bool,
}

impl Client {
    pub(super) fn new(source: Source, limit: Duration, replicas: u32) -> Self {
        Self { source, limit, replicas, connection: Mutex::default() }
    }

    /// The time limit of a request.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// The name of the Redis server, for errors, without a password.
    pub(super) fn place(&self) -> &dyn fmt::Display {
        &self.source
    }

    /// Whether one server has all keys.
    pub(super) fn is_one_server(&self) -> bool {
        self.source.is_one_server()
    }

    /// Sends a request. If the connection fails, it is sent once more over another one, within the same limit.
    pub(super) async fn ask(&self, request: Request<'_>) -> Result<Value, AuthError> {
        self.within(Deadline::after(self.limit), request).await.map_err(|failure| failure.at(self.place()))
    }

    async fn within(&self, deadline: Deadline, request: Request<'_>) -> Result<Value, Failure> {
        let mut again = false;
        loop {
            let connection = self.connection(deadline).await?;
            // A connection that died while it was idle may show no error: it gets half the time, and a new one the
            // rest.
            let until = match connection.used_before && !again {
                true => deadline.half(),
                false => deadline,
            };
            match until.bound(self.send(&request, connection.handle)).await {
                Err(failure) if failure.is_of_the_connection() => {
                    self.close(connection.number).await;
                    if again || deadline.left().is_zero() {
                        return Err(failure);
                    }
                    again = true;
                }
                done => return done,
            }
        }
    }

    async fn send(&self, request: &Request<'_>, mut connection: Handle) -> Result<Value, Failure> {
        match request {
            Request::Command(command) => Ok(command.query_async(&mut connection).await?),
            Request::Write(script, call) if self.replicas > 0 => self.write_and_wait(script, call, connection).await,
            Request::Write(_, call) | Request::Script(call) => Ok(call.invoke_async(&mut connection).await?),
        }
    }

    /// WAIT waits for earlier writes over its own connection. A connection of the caller may be another one by the next
    /// request, and that of a cluster is many: sent together, write and WAIT go over the same, to the node of the key.
    /// So does the script: a node that doesn't know it would wait for nothing before it says so.
    async fn write_and_wait(
        &self,
        script: &Script,
        call: &ScriptInvocation<'_>,
        mut connection: Handle,
    ) -> Result<Value, Failure> {
        let wanted = self.replicas;
        // Other users of the connection wait meanwhile.
        let replica_limit = u64::try_from(self.limit.as_millis() / 3).unwrap_or(u64::MAX).max(1);
        let mut all = ::redis::pipe();
        all.load_script(script).ignore().invoke_script(call).cmd("WAIT").arg(wanted).arg(replica_limit);
        let (written, copied): (Value, i64) = all.query_async(&mut connection).await.map_err(first)?;
        if copied < i64::from(wanted) {
            return Err(Failure::Replicas { wanted, copied });
        }
        Ok(written)
    }

    async fn connection(&self, deadline: Deadline) -> Result<Connection, Failure> {
        if let Some(handle) = self.source.only() {
            return Ok(Connection { handle, number: 0, used_before: false });
        }
        // Waits for a connection that another request is making, or makes the next one.
        let mut slot = deadline.bound(async { Ok(self.connection.lock().await) }).await?;
        let (handle, used_before) = match &slot.open {
            Some(handle) => (handle.duplicate(), true),
            None => {
                let handle = self.source.connect(deadline).await?;
                slot.open = Some(handle.duplicate());
                slot.number += 1;
                (handle, false)
            }
        };
        Ok(Connection { handle, number: slot.number, used_before })
    }

    /// Drops a connection, unless it was replaced already.
    async fn close(&self, number: u64) {
        let mut slot = self.connection.lock().await;
        if slot.number == number {
            slot.open = None;
        }
    }
}

/// The error of the first command that failed; that of the pipeline itself has no code.
fn first(error: RedisError) -> RedisError {
    let first = error.clone().into_server_errors().and_then(|errors| errors.first().map(|(_, error)| error.clone()));
    first.map_or(error, RedisError::from)
}
