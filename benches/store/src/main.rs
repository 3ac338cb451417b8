//! The cost of a token that a fresh process takes from a file: `store` prints a table, and starts itself as the
//! processes (`store <way> <folder>`) that measure themselves, from the first line of `main` to the token.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, Authenticator, AuthFuture, Capabilities, Credentials, EncryptionKey, Family, FileStore, Renewal, Session,
    SessionManager, SessionStore, Timer,
};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 200;

/// Ways to a stored token: the least work, and a manager over a store.
const WAYS: [&str; 3] = ["read and parse", "file", "file, sealed"];

fn main() -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => table(),
        [way, folder] => {
            let token = match way.as_str() {
                "read and parse" => read(Path::new(folder))?,
                _ => ask(&store(way, folder)?)?,
            };
            assert_eq!(token.len(), 64);
            println!("{}", begun.elapsed().as_nanos());
            Ok(())
        }
        _ => Err("usage: store [<way> <folder>]".into()),
    }
}

/// Opens the file of a session, and takes the token out of it: a store without its guarantees.
fn read(folder: &Path) -> Result<String, Box<dyn Error>> {
    let runtime = runtime()?;
    runtime.block_on(async {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension != "lock" && extension != "write") {
                let record: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
                let token = record["session"]["access_token"].as_str().ok_or("no token in the record")?;
                return Ok(token.to_owned());
            }
        }
        Err("no record in the folder".into())
    })
}

fn ask(store: &Arc<FileStore>) -> Result<String, Box<dyn Error>> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let manager = SessionManager::builder(StubAuthenticator).account("bench").store(store.clone()).build()?;
        let token = manager.token().await?;
        Ok(token.header_value().to_str()?.trim_start_matches("Bearer ").to_owned())
    })
}

fn store(way: &str, folder: &str) -> Result<Arc<FileStore>, AuthError> {
    let store = FileStore::open(PathBuf::from(folder))?;
    Ok(Arc::new(if way == "file, sealed" { store.encrypted(EncryptionKey::from_bytes([7; 32])) } else { store }))
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_time().build()
}

fn table() -> Result<(), Box<dyn Error>> {
    let home = std::env::temp_dir().join(format!("store-bench-{}", std::process::id()));
    let folder = |way: &str| home.join(if way == "file, sealed" { "sealed" } else { "plain" });
    let now = SystemTime::now();
    let session = Session::new("t".repeat(64), now).with_refresh_token("r".repeat(64)).with_expiry(now + HOUR);
    std::fs::create_dir(&home)?;
    for way in &WAYS[1..] {
        let folder = folder(way).to_string_lossy().into_owned();
        runtime()?.block_on(store(way, &folder)?.save("nobody/default", &session))?;
    }
    let mut times = vec![(Vec::new(), Vec::new()); WAYS.len()];
    // In turn, so that temporary load on the machine disturbs all ways.
    for _ in 0..ROUNDS {
        for (way, (inside, outside)) in WAYS.iter().zip(&mut times) {
            let begun = Instant::now();
            let child = Command::new(std::env::current_exe()?).arg(way).arg(folder(way)).output()?;
            outside.push(begun.elapsed());
            let said = String::from_utf8(child.stdout)?;
            let nanoseconds = said.trim().parse().map_err(|_| String::from_utf8_lossy(&child.stderr).into_owned())?;
            inside.push(Duration::from_nanos(nanoseconds));
        }
    }
    std::fs::remove_dir_all(&home)?;
    println!("{:<16} {:>14} {:>14} {:>14}", "", "median, ms", "worst of 20, ms", "process, ms");
    for (way, (mut inside, mut outside)) in WAYS.iter().zip(times) {
        inside.sort();
        outside.sort();
        let show = |duration: Duration| format!("{:.2}", duration.as_secs_f64() * 1e3);
        let (median, worst) = (inside[ROUNDS / 2], inside[ROUNDS * 19 / 20]);
        println!("{way:<16} {:>14} {:>14} {:>14}", show(median), show(worst), show(outside[ROUNDS / 2]));
    }
    Ok(())
}

const HOUR: Duration = Duration::from_secs(3600);

/// A vendor that is never asked.
struct StubAuthenticator;

impl Authenticator for StubAuthenticator {
    fn family(&self) -> Family {
        Family::new("nobody")
    }
    fn realm(&self) -> &str {
        "https://vendor.example"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation()
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { Err(AuthError::unsupported(self.family(), "login")) })
    }
}
