//! The program that calls clients: its source, its build, and how it is spoken to.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};
use xtask::calls::{Calls, Method};

use super::Trial;
use super::plan::Plan;
use super::subject::Subject;
use crate::scratch::cargo;
use crate::{run, workspace_root};

/// Its main function, which doesn't depend on the clients.
const MAIN: &str = include_str!("program/main.rs.txt");

/// What a call takes and says.
const CALL: &str = include_str!("../../goldens/src/call.rs");

/// The program, running. It reads a call a line, and answers each by a line.
pub(super) struct Program {
    child: Child,
    calls: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Program {
    /// Makes a call.
    pub(super) fn call(
        &mut self,
        subject: usize,
        base: &str,
        operation: &str,
        arguments: &Map<String, Value>,
    ) -> Value {
        let call = json!({"subject": subject, "base": base, "operation": operation, "arguments": arguments});
        writeln!(self.calls, "{call}").unwrap();
        let mut reply = String::new();
        self.replies.read_line(&mut reply).unwrap();
        serde_json::from_str(&reply).unwrap_or_else(|problem| panic!("the program said {reply:?}: {problem}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the program, compiles and starts it.
pub(super) fn build(trial: &Trial, subjects: &[Subject], plans: &[Plan]) -> Program {
    let program = trial.folder.join(trial.name);
    let runtime = workspace_root().join("crates/client-runtime");
    let mut manifest = format!(
        "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\nincremental = false\n\n[dependencies]\n\
         client-runtime = {{ path = {runtime:?}, default-features = false }}\n\
         reqwest = {{ version = \"0.13\", default-features = false }}\n\
         serde = \"1\"\nserde_json = \"1\"\nserde_path_to_error = \"0.1\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
        trial.name
    );
    let mut main = MAIN.to_owned();
    let mut arms = String::new();
    for (number, (subject, plan)) in subjects.iter().zip(plans).enumerate() {
        manifest += &format!("{} = {{ path = {:?}, default-features = false }}\n", subject.package, subject.folder);
        arms += &format!("        {number} => m{number}::call(base, operation, arguments).await,\n");
        main += &module(number, subject, plan);
    }
    main += &format!(
        "\nasync fn call(subject: u64, base: &str, operation: &str, arguments: &Arguments) -> Reply {{\n    match subject {{\n{arms}        \
         other => panic!(\"no subject {{other}}\"),\n    }}\n}}\n"
    );
    write(&program.join("Cargo.toml"), &manifest);
    write(&program.join("src/main.rs"), &main);
    write(&program.join("src/call.rs"), CALL);
    // Cargo takes from it what it needs, and nothing newer.
    std::fs::copy(workspace_root().join("Cargo.lock"), program.join("Cargo.lock")).unwrap();
    let target = trial.folder.join("target");
    run(cargo(&program, &target, &["build", "--quiet"]));
    let binary = target.join("debug").join(format!("{}{}", trial.name, std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(binary);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (calls, replies) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    Program { child, calls, replies }
}

/// Leaves what is the same alone, so that cargo does too.
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    if std::fs::read_to_string(path).ok().as_deref() != Some(text) {
        std::fs::write(path, text).unwrap();
    }
}

fn module(number: usize, subject: &Subject, plan: &Plan) -> String {
    let mut used: Vec<usize> = plan.cases.iter().map(|case| case.method).collect();
    used.sort_unstable();
    used.dedup();
    let methods: Vec<&Method> = used.into_iter().map(|method| &subject.methods[method]).collect();
    let client = subject.package.replace('-', "_");
    let calls = Calls { client: &client, support: "crate::call", methods: &methods, credentials: &subject.credentials };
    format!("\n#[allow(unused, deprecated, non_snake_case)]\nmod m{number} {{\n{}}}\n", calls.render())
}
