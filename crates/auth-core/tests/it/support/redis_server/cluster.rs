//! A cluster of real redis-servers.

use super::{RedisServer, free_port, until};

/// Two primaries, with half of the slots each, and a replica of the first.
pub struct Cluster {
    pub primaries: [RedisServer; 2],
    pub replica: RedisServer,
}

impl Cluster {
    pub async fn start() -> Option<Self> {
        let (first, second, replica) = (Node::start()?, Node::start()?, Node::start()?);
        for (node, from, to) in [(&first, "0", "8191"), (&second, "8192", "16383")] {
            node.asked(&["CLUSTER", "ADDSLOTSRANGE", from, to]);
        }
        for other in [&second, &replica] {
            let (port, bus) = (other.server.port().to_string(), other.bus.to_string());
            first.asked(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]);
        }
        for node in [&first, &second, &replica] {
            until("the cluster is whole", || {
                let nodes = node.server.get(&["CLUSTER", "NODES"]);
                nodes.matches(" connected").count() == 3
                    && node.server.get(&["CLUSTER", "INFO"]).contains("cluster_state:ok")
            })
            .await;
        }
        let name = first.server.get(&["CLUSTER", "MYID"]);
        replica.asked(&["CLUSTER", "REPLICATE", &name]);
        until("the replica is in step", || {
            replica.server.get(&["INFO", "replication"]).contains("master_link_status:up")
        })
        .await;
        Some(Self { primaries: [first.server, second.server], replica: replica.server })
    }

    /// The replica takes the place of the first primary, which becomes a replica of it.
    pub async fn fail_over(&self) {
        assert_eq!(self.replica.get(&["CLUSTER", "FAILOVER", "TAKEOVER"]), "OK");
        until("everybody knows the new primary", || {
            self.primaries[0].get(&["INFO", "replication"]).contains("role:slave")
                && self.replica.get(&["INFO", "replication"]).contains("role:master")
        })
        .await;
    }
}

struct Node {
    server: RedisServer,
    /// The port of the cluster bus. Not ten thousand above the server's port, which may be too high.
    bus: u16,
}

impl Node {
    fn start() -> Option<Self> {
        let bus = free_port();
        let port = bus.to_string();
        let options = ["--cluster-enabled", "yes", "--cluster-port", &port, "--repl-diskless-sync-delay", "0"];
        Some(Self { server: RedisServer::with(&options)?, bus })
    }

    fn asked(&self, words: &[&str]) {
        assert_eq!(self.server.get(words), "OK", "{words:?}");
    }
}
