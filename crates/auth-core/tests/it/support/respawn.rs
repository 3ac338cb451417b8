//! This program again, as another process that runs one of its tests.

use std::path::Path;
use std::process::{Command, Output};

/// This program, about to run a single test of a module (`module_path!()`), even one that is ignored otherwise.
pub fn respawn(module: &str, test: &str) -> Command {
    respawn_copy(&std::env::current_exe().unwrap(), module, test)
}

/// The same with a copy of this program.
pub fn respawn_copy(program: &Path, module: &str, test: &str) -> Command {
    // The name of a test doesn't begin with that of its crate.
    let (_, module) = module.split_once("::").unwrap();
    let mut command = Command::new(program);
    command.args(["--exact", &format!("{module}::{test}"), "--include-ignored", "--nocapture", "--test-threads=1"]);
    command
}

/// Asserts that the test of another process was run and passed: a process without such a test succeeds, too.
#[track_caller]
pub fn assert_passed(output: &Output) {
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let passed = output.status.success() && printed.contains("test result: ok. 1 passed");
    assert!(passed, "{}\n{printed}\n{errors}", output.status);
}
