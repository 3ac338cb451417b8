//! A real sentinel, with a primary and a replica to watch.

use super::{RedisServer, Reply, until};

pub struct Sentinel {
    pub primary: RedisServer,
    pub replica: RedisServer,
    sentinel: RedisServer,
}

impl Sentinel {
    /// Starts a sentinel that watches both under the name `main`.
    pub async fn start() -> Option<Self> {
        let primary = RedisServer::with(&["--repl-diskless-sync-delay", "0"])?;
        let port = primary.port().to_string();
        let replica = RedisServer::with(&["--replicaof", "127.0.0.1", &port])?;
        until("the replica is in step", || replica.get(&["INFO", "replication"]).contains("master_link_status:up"))
            .await;
        // A sentinel writes its findings into its configuration.
        let file = primary.folder().join("sentinel.conf");
        let lines = [
            format!("sentinel monitor main 127.0.0.1 {port} 1"),
            "sentinel down-after-milliseconds main 1000".to_owned(),
            "sentinel failover-timeout main 2000".to_owned(),
        ];
        std::fs::write(&file, lines.join("\n")).unwrap();
        let sentinel = RedisServer::with(&[&file.display().to_string(), "--sentinel"])?;
        until("the sentinel knows the replica", || sentinel.get(&["INFO", "sentinel"]).contains("slaves=1")).await;
        Some(Self { primary, replica, sentinel })
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.sentinel.port())
    }

    /// Kills the primary, and waits until the sentinel has promoted the replica, after a second without the primary.
    pub async fn fail_over(&mut self) {
        self.primary.stop();
        let port = Reply::Text(self.replica.port().to_string());
        until("the sentinel has switched to the replica", || {
            // Names and values in turn, of which the third pair is the port.
            matches!(self.sentinel.command(&["SENTINEL", "MASTER", "main"]),
                Reply::List(pairs) if pairs.get(5) == Some(&port))
        })
        .await;
    }
}
