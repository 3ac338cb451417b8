//! The memory used by processes.

use std::process::{Command, Stdio};

/// The peak memory of this process, in bytes; `None` where the system doesn't tell.
pub(crate) fn peak() -> Option<u64> {
    from_status("self", "VmHWM:")
}

/// The present memory of a process, in bytes; `None` where the system doesn't tell.
pub(crate) fn of(process: u32) -> Option<u64> {
    if cfg!(target_os = "linux") { from_status(&process.to_string(), "VmRSS:") } else { from_ps(process) }
}

fn from_status(process: &str, key: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    kibibytes(line.trim().strip_suffix("kB")?)
}

/// POSIX has a program for it, but no call.
fn from_ps(process: u32) -> Option<u64> {
    let mut ps = Command::new("ps");
    ps.args(["-o", "rss=", "-p"]).arg(process.to_string()).stdin(Stdio::null()).stderr(Stdio::null());
    kibibytes(&String::from_utf8(ps.output().ok()?.stdout).ok()?)
}

fn kibibytes(text: &str) -> Option<u64> {
    text.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn both_sources_know_the_memory_of_this_process() {
        let ours = std::process::id();
        let ways = [cfg!(target_os = "linux").then(|| from_status(&ours.to_string(), "VmRSS:")), Some(from_ps(ours))];
        for (at, way) in ways.into_iter().enumerate() {
            // Containers may lack `ps`.
            let Some(Some(bytes)) = way else { continue };
            assert!((1 << 20..1 << 40).contains(&bytes), "{at}: {bytes}");
        }
    }
}
