//! A real redis-server for a test: on a free port, in a folder of its own, removed with the test.

pub mod cluster;
pub mod proxy;
mod resp;
pub mod sentinel;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use test_requirements::{Requirement, requirement};

pub use resp::Reply;

/// The longest time that Redis may take for any command.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

pub struct RedisServer {
    process: Child,
    guard: Child,
    port: u16,
    folder: PathBuf,
    options: Vec<String>,
    password: Option<String>,
}

impl RedisServer {
    /// Starts a server without persistence; `None` if there is no redis-server on this machine.
    pub fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// Starts a server that keeps every write in its log, also over [`restart`](Self::restart).
    pub fn durable() -> Option<Self> {
        Self::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// Starts a server with more options, such as `["--maxmemory", "1mb"]`. If the first is a file, it is the
    /// configuration.
    pub fn with(options: &[&str]) -> Option<Self> {
        let probe = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        requirement(Requirement::Redis, probe.map_err(|error| format!("redis-server can't be started: {error}")))?;
        let password =
            options.iter().position(|option| *option == "--requirepass").map(|at| options[at + 1].to_owned());
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        // Another process may take the port between its choice and the start.
        (0..10).find_map(|attempt| {
            let port = free_port();
            let folder = std::env::temp_dir().join(format!("auth-core-redis-{}-{port}-{attempt}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let process = spawn(port, &folder, &options);
            let guard = guard(&process, &folder);
            let (options, password) = (options.clone(), password.clone());
            let mut server = Self { process, guard, port, folder, options, password };
            server.comes_up().then_some(server)
        })
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the server, in which a test may put its files too.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sends a command over a connection of its own.
    pub fn command(&self, words: &[&str]) -> Reply {
        self.try_command(words).expect("redis-server answers")
    }

    pub fn get(&self, words: &[&str]) -> String {
        match self.command(words) {
            Reply::Text(text) => text,
            other => panic!("{words:?}: {other:?}"),
        }
    }

    /// Waits until all that is left of a suite is marks of removals, which Redis forgets by itself, and removes them for
    /// the next suite.
    ///
    /// The marks live for ten minutes, which no test waits for. With a shorter memory a mark could run out between a
    /// look and the write that expects it, on a busy machine: a store may refuse that.
    pub async fn clear_marks(&self) {
        const OTHERS: &str = "local others = {}
            for _, key in ipairs(redis.call('KEYS', '*')) do
                local left = redis.call('PTTL', key)
                if string.sub(key, -8) ~= ':session' or redis.call('HEXISTS', key, 'd') == 1 or left < 0 or left > 600000
                then table.insert(others, key) end
            end
            return others";
        until("only marks that end are left in Redis", || {
            self.command(&["EVAL", OTHERS, "0"]) == Reply::List(Vec::new())
        })
        .await;
        self.command(&["FLUSHALL"]);
    }

    /// Kills it, as a crash does.
    pub fn stop(&mut self) {
        // The guard first: it must not kill another process with this id.
        let _ = self.guard.kill();
        let _ = self.guard.wait();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again on the same port, with its persisted data.
    pub fn restart(&mut self) {
        self.stop();
        let start = Instant::now();
        loop {
            self.process = spawn(self.port, &self.folder, &self.options);
            self.guard = guard(&self.process, &self.folder);
            if self.comes_up() {
                return;
            }
            assert!(start.elapsed() < ANSWER_LIMIT, "redis-server doesn't come back");
            self.stop();
        }
    }

    /// Suspends it: it accepts connections and requests, and does nothing.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it answers; `false` if it has ended.
    fn comes_up(&mut self) -> bool {
        let start = Instant::now();
        loop {
            if self.answers() {
                return true;
            }
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(start.elapsed() < ANSWER_LIMIT, "redis-server doesn't answer");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether this server answers: not another one on the same port, and not while it loads its data.
    fn answers(&self) -> bool {
        let asked = |words: &[&str]| match self.try_command(words) {
            Ok(Reply::Text(text)) => text,
            _ => String::new(),
        };
        asked(&["PING"]) == "PONG"
            && asked(&["INFO", "server"]).contains(&format!("process_id:{}\r\n", self.process.id()))
    }

    fn try_command(&self, words: &[&str]) -> std::io::Result<Reply> {
        let mut connection = resp::Connection::open(self.port, ANSWER_LIMIT)?;
        if let Some(password) = &self.password {
            connection.ask(&["AUTH", password])?;
        }
        connection.ask(words)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn spawn(port: u16, folder: &Path, options: &[String]) -> Child {
    let (file, options) = options.split_at(usize::from(options.first().is_some_and(|first| !first.starts_with("--"))));
    Command::new("redis-server")
        .args(file)
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
        .arg(folder)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Kills the server when the test process ends without having done so, by an abort for instance: then the pipe to this
/// shell closes.
fn guard(server: &Child, folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -9 \"$1\"; rm -rf \"$2\"", "guard", &server.id().to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until a condition holds.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < ANSWER_LIMIT, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
