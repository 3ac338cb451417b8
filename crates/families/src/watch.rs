//! Generates in a child process, so that no description can end this one. The child is killed when it takes too much time or
//! memory, and a stack overflow ends only the child.
//!
//! Problem: [`client_codegen::check_size`] and the limits of the pipeline bound the cost of a run, but the generator is
//! a foreign library that can't be interrupted, and a stack overflow can't be caught.
//!
//! Decision: the program starts itself again with the same arguments, and waits. The child writes the operations that
//! it is about to generate into a file, its journal, and also when it begins to write files. So the parent can name the
//! operations in work when the child ended, and doesn't kill a child that is writing. The child's output is inherited.
//!
//! A program asks [`is_child`] first: a child calls [`follow_parent`] and does the work; any other process calls
//! [`run_again`] and exits with the code that it returns.
//!
//! Limit: the memory of another process is known on Linux, and where there is a `ps`. Elsewhere only time is limited,
//! and the parent says so.

pub(crate) mod journal;
pub(crate) mod memory;

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Environment variable that sets another time limit, in seconds.
const TIME: &str = "XTASK_TIME_LIMIT";

/// Environment variable that sets another memory limit, in MiB.
const MEMORY: &str = "XTASK_MEMORY_LIMIT";

/// The default time limit of a child: a hundred times what the largest known descriptions take, in a release build.
const LONGEST: Duration = Duration::from_secs(240);

/// The default memory limit of a child: a description within the limits of the pipeline takes less than a quarter of
/// it.
const MOST: u64 = 4 << 30;

/// The interval of asking whether the child has ended.
const PAUSE: Duration = Duration::from_millis(4);

/// The interval of asking for its memory.
const MEMORY_PAUSE: Duration = Duration::from_millis(100);

/// The number of operations named in an error.
const SHOWN: usize = 10;

/// Whether this process was started by [`run_again`].
pub fn is_child() -> bool {
    journal::path().is_some()
}

/// Makes this process exit when its parent ends, since nothing would enforce the limits any more. The parent has to hold the
/// write end of this process's standard input.
pub fn follow_parent() {
    thread::spawn(|| {
        // The parent never writes, so the read returns when it has ended.
        let _ = io::stdin().lock().read(&mut [0]);
        std::process::exit(1);
    });
}

/// Runs this program again with some arguments, as a child that generates, and waits for it.
///
/// Returns the exit code of the child, which has shown its failure itself. `note` receives messages for the user.
///
/// # Errors
///
/// When a limit in the environment is no number, and when the child can't be started, had to be killed, or ended by a
/// signal.
pub fn run_again(arguments: impl Iterator<Item = OsString>, note: &dyn Fn(&str)) -> Result<u8, Failure> {
    let limits = Limits::from_env()?;
    let start = |error| Failure::io("start a process of", Path::new("xtask"), error);
    let file = tempfile::Builder::new().prefix("xtask-").tempfile().map_err(start)?;
    let program = std::env::current_exe().map_err(start)?;
    let mut command = Command::new(&program);
    command.args(arguments).env(journal::JOURNAL, file.path()).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    let ended = watch(&mut child, &limits, file.path(), note);
    let ended = ended.map_err(|error| Failure::io("wait for", &program, error))?;
    let why = match ended {
        Ended::Itself(status) => match status.code() {
            Some(code) => return Ok(u8::try_from(code).unwrap_or(1)),
            None => (by_force(status), None),
        },
        Ended::Time => (format!("still running after {} s", limits.time.as_secs()), Some(TIME)),
        Ended::Memory(bytes) => (format!("using {} MiB of memory", bytes >> 20), Some(MEMORY)),
    };
    Err(failure(why, &std::fs::read_to_string(file.path()).unwrap_or_default()))
}

/// The limits of a child.
#[derive(Clone, Copy)]
struct Limits {
    time: Duration,
    memory: u64,
}

impl Limits {
    /// The default limits, unless the environment sets others.
    fn from_env() -> Result<Self, Failure> {
        let time = number(TIME)?.map_or(LONGEST, Duration::from_secs);
        Ok(Self { time, memory: number(MEMORY)?.map_or(MOST, |mebibytes| mebibytes.saturating_mul(1 << 20)) })
    }
}

fn number(variable: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = std::env::var_os(variable).filter(|text| !text.is_empty()) else { return Ok(None) };
    let refused = |text: &OsString| Failure::Message {
        code: "limit",
        message: format!("{variable} is `{}`, which is no number", text.display()),
        help: format!("{TIME} is in seconds, {MEMORY} in MiB"),
    };
    text.to_str().and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| refused(&text))
}

/// The end of a child: by itself, or by the limit that it exceeded.
enum Ended {
    Itself(ExitStatus),
    Time,
    Memory(u64),
}

fn watch(child: &mut Child, limits: &Limits, file: &Path, note: &dyn Fn(&str)) -> io::Result<Ended> {
    let started = Instant::now();
    let mut asked = started;
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended::Itself(status));
        }
        thread::sleep(PAUSE);
        let used = if asked.elapsed() < MEMORY_PAUSE {
            None
        } else {
            asked = Instant::now();
            let used = memory::of(child.id());
            if used.is_none() && !told && started.elapsed() > Duration::from_secs(1) && child.try_wait()?.is_none() {
                told = true;
                note("the memory of processes is not known here, so only time is limited");
            }
            used
        };
        let ended = match used {
            Some(used) if used > limits.memory => Ended::Memory(used),
            _ if started.elapsed() > limits.time => Ended::Time,
            _ => continue,
        };
        // A child that writes files isn't interrupted: it is about to end.
        if std::fs::read_to_string(file).is_ok_and(|text| text == journal::WRITES) {
            continue;
        }
        child.kill()?;
        child.wait()?;
        return Ok(ended);
    }
}

#[cfg(unix)]
fn by_force(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;

    match status.signal() {
        Some(signal @ (6 | 11)) => format!("ended by signal {signal}, as a stack overflow does"),
        Some(signal) => format!("ended by signal {signal}"),
        None => "ended without a status".to_owned(),
    }
}

#[cfg(not(unix))]
fn by_force(_: ExitStatus) -> String {
    "ended without a status".to_owned()
}

/// The failure of a child, with the operations that its journal names.
fn failure((why, limit): (String, Option<&str>), text: &str) -> Failure {
    let mut lines = text.lines().filter(|_| text != journal::WRITES);
    let what = lines.next().map_or_else(|| "reading the description".to_owned(), |what| format!("generating {what}"));
    let operations: Vec<&str> = lines.collect();
    let named = operations.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let operations = match operations.len() {
        0 => String::new(),
        count if count > SHOWN => format!("; in it were {count} operations, the largest first: {named}, …"),
        _ => format!("; in it were the operations {named}"),
    };
    let raise = limit.map(|limit| format!("; {limit} sets another limit")).unwrap_or_default();
    Failure::Message {
        code: "generator",
        message: format!("{what}, the process was {why}{operations}; nothing was written"),
        help: format!("select fewer operations to find the one that does it, and leave it out{raise}"),
    }
}
