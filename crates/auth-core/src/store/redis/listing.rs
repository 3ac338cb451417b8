//! The keys of all stored sessions, by `SCAN`.

use std::collections::BTreeSet;

use super::client::Request;
use super::failure::Failure;
use super::{RedisStore, names};
use crate::{AuthError, AuthErrorKind};

impl RedisStore {
    pub(super) async fn list(&self) -> Result<Vec<String>, AuthError> {
        if !self.client.is_one_server() {
            return Err(AuthError::new(AuthErrorKind::Unsupported).with_message(
                "sessions are listed by a store with a URL alone: a connection that was given may be that of a cluster, \
                 each of whose nodes knows its own keys",
            ));
        }
        let mut keys = BTreeSet::new();
        let mut cursor = 0_u64;
        loop {
            let mut command = ::redis::cmd("SCAN");
            command.arg(cursor).arg("MATCH").arg(names::pattern(&self.prefix)).arg("COUNT").arg(1000);
            let answer = self.client.ask(Request::Command(&command)).await?;
            let (next, names) = ::redis::from_redis_value::<(u64, Vec<Vec<u8>>)>(answer)
                .map_err(|_| Failure::Answer.at(self.client.place()))?;
            for name in names.iter().filter_map(|name| str::from_utf8(name).ok()) {
                let Some(key) = names::key_of(&self.prefix, name) else { continue };
                if self.has_record(name).await? {
                    keys.insert(key);
                }
            }
            if next == 0 {
                return Ok(keys.into_iter().collect());
            }
            cursor = next;
        }
    }
}
