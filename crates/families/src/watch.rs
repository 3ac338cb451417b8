//! Generating in a process of its own, so that nothing that a description does to it ends this one: what takes too long,
//! or too much memory, is ended, and so is what overflows its stack.
//!
//! Problem: [`client_codegen::check_size`] and the limits of the pipeline bound what a run costs, but the generator is a
//! library of others that can't be interrupted, and a stack overflow can't be caught.
//!
//! Decision: the program starts itself again with the same arguments, and waits. The child writes what it is about to generate
//! into a file, its journal, and says there as well when it begins to write files. So the parent knows what was in work
//! when the child ended, and ends none that writes. All that the child prints goes where it would go anyway.
//!
//! A program asks [`is_child`] first: a child calls [`follow_parent`] and does the work; any other process calls
//! [`run_again`] and exits with the code that it returns.
//!
//! Limit: the memory of another process is known on Linux, and where there is a `ps`. Elsewhere only time is limited, and
//! a run that takes longer says so.

pub(crate) mod journal;
pub(crate) mod memory;

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Set another limit of time, in seconds.
const TIME: &str = "XTASK_TIME_LIMIT";

/// Set another limit of memory, in MiB.
const MEMORY: &str = "XTASK_MEMORY_LIMIT";

/// How long a child may generate: a hundred times what the largest descriptions take that are known here, in release.
const LONGEST: Duration = Duration::from_secs(240);

/// How much memory it may take: what the limits of the pipeline let through stays below a quarter of this.
const MOST: u64 = 4 << 30;

/// How often the child is looked at.
const PAUSE: Duration = Duration::from_millis(4);

/// How often its memory is asked for.
const MEMORY_PAUSE: Duration = Duration::from_millis(100);

/// How many operations an error names.
const SHOWN: usize = 10;

/// Whether this process is one that another one started to generate.
pub fn is_child() -> bool {
    journal::path().is_some()
}

/// Ends this process when its parent has ended: nobody would end it any more. The parent must hold its standard input.
pub fn follow_parent() {
    thread::spawn(|| {
        // The parent never writes: what is read is its end.
        let _ = io::stdin().lock().read(&mut [0]);
        std::process::exit(1);
    });
}

/// Runs this program again with some arguments, as a child that generates, and waits for it. The exit code of the child,
/// which has shown by then why it failed; `note` is told what the user should know in the meantime.
///
/// # Errors
///
/// When the child can't be started, and when it had to be ended or ended itself by force.
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
        Ended::Time => (format!("still at work after {} s", limits.time.as_secs()), Some(TIME)),
        Ended::Memory(bytes) => (format!("using {} MiB of memory", bytes >> 20), Some(MEMORY)),
    };
    Err(failure(why, &std::fs::read_to_string(file.path()).unwrap_or_default()))
}

/// What a child may take.
#[derive(Clone, Copy)]
struct Limits {
    time: Duration,
    memory: u64,
}

impl Limits {
    /// The usual ones, unless others are asked for.
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

/// How a child ended.
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
        // What writes files is not interrupted: it is about to end.
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

/// What a journal says was in work.
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
