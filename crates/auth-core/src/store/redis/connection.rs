//! A connection of any type, behind one that the store can name.

use ::redis::aio::ConnectionLike;
use ::redis::{Cmd, Pipeline, RedisError, RedisFuture, Value};
use client_runtime::BoxFuture;

/// Makes a connection by the caller's callback.
pub(super) type Connect = Box<dyn Fn() -> BoxFuture<'static, Result<Handle, RedisError>> + Send + Sync>;

/// A connection of any type.
pub(super) struct Handle(Box<dyn Connection>);

trait Connection: ConnectionLike + Send + Sync {
    fn duplicate(&self) -> Box<dyn Connection>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Connection for C {
    fn duplicate(&self) -> Box<dyn Connection> {
        Box::new(self.clone())
    }
}

impl Handle {
    pub(super) fn new(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> Self {
        Self(Box::new(connection))
    }

    /// Another handle of the same connection. Not `Clone`: then a `Handle` would be a `Connection` itself.
    pub(super) fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl ConnectionLike for Handle {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(command)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}
