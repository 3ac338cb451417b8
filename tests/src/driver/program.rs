//! The program that calls clients: its source, its build, and its protocol.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use families::calls::{Calls, Method};
use serde_json::{Map, Value, json};

use super::plan::Plan;
use super::subject::Subject;
use super::{Clients, Trial};
use crate::scratch::cargo;
use crate::{run, workspace_root};

/// Its main function, which doesn't depend on the clients.
const MAIN: &str = include_str!("program/main.rs.txt");

/// The module with the types of arguments and replies.
const CALL: &str = include_str!("../../goldens/src/call.rs");

/// The running program. It reads a call per line, and writes a reply per line.
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
         reqwest = {{ version = \"0.13\", default-features = false, features = [\"json\", \"query\", \"stream\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\nserde_path_to_error = \"0.1\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
        trial.name
    );
    let is_one_crate = matches!(trial.clients, Clients::Modules);
    if is_one_crate {
        manifest += "progenitor-client = { version = \"0.15.1\", default-features = false }\nregress = \"0.12\"\n";
    }
    let mut main = MAIN.to_owned();
    let mut arms = String::new();
    for (number, (subject, plan)) in subjects.iter().zip(plans).enumerate() {
        match is_one_crate {
            true => main += &client(number, subject),
            false => {
                let (package, folder) = (&subject.package, &subject.folder);
                manifest += &format!("{package} = {{ path = {folder:?}, default-features = false }}\n");
            }
        }
        arms += &format!("        {number} => m{number}::call(base, operation, arguments).await,\n");
        let client = if is_one_crate { format!("crate::c{number}") } else { subject.package.replace('-', "_") };
        main += &module(number, &client, subject, plan);
    }
    main += &format!(
        "\nasync fn call(subject: u64, base: &str, operation: &str, arguments: &Arguments) -> Reply {{\n    match subject {{\n{arms}        \
         other => panic!(\"no subject {{other}}\"),\n    }}\n}}\n"
    );
    write(&program.join("Cargo.toml"), &manifest);
    write(&program.join("src/main.rs"), &main);
    write(&program.join("src/call.rs"), CALL);
    // Cargo takes the versions it needs from this file, and no newer ones.
    std::fs::copy(workspace_root().join("Cargo.lock"), program.join("Cargo.lock")).unwrap();
    let target = trial.folder.join("target");
    run(cargo(&program, &target, &["build", "--quiet"]));
    let binary = target.join("debug").join(format!("{}{}", trial.name, std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(binary);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (calls, replies) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    Program { child, calls, replies }
}

/// Writes a file unless it has these contents, so that cargo doesn't rebuild.
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    if std::fs::read_to_string(path).ok().as_deref() != Some(text) {
        std::fs::write(path, text).unwrap();
    }
}

/// A client as a module.
fn client(number: usize, subject: &Subject) -> String {
    let source = |file: &str| subject.folder.join("src").join(file);
    let (client, generated) = (source("client.rs"), source("generated.rs"));
    let has_answers = std::fs::read_to_string(&client).unwrap().contains("\npub mod answers {");
    let answers = if has_answers { "answers, " } else { "" };
    format!(
        "\n#[allow(unused, unreachable_pub)]\nmod c{number} {{
    #[path = {client:?}]\n    mod client;
    #[path = {generated:?}]\n    mod generated;
    pub use client::{{Client, Server, {answers}errors}};
    pub use client_runtime::Bytes;
    pub use generated::types;\n}}\n"
    )
}

/// The calls of a client.
fn module(number: usize, client: &str, subject: &Subject, plan: &Plan) -> String {
    let mut used: Vec<usize> = plan.cases.iter().map(|case| case.method).collect();
    used.sort_unstable();
    used.dedup();
    let methods: Vec<&Method> = used.into_iter().map(|method| &subject.methods[method]).collect();
    let calls = Calls { client, support: "crate::call", methods: &methods, credentials: &subject.credentials };
    format!("\n#[allow(unused, deprecated, non_snake_case)]\nmod m{number} {{\n{}}}\n", calls.render())
}
