//! The program that calls clients: its source, its build.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Trial;
use super::plan::Plan;
use super::signature::{Argument, Method};
use super::subject::Subject;
use crate::{run, workspace_root};

/// What doesn't depend on the clients.
const FRAME: &str = include_str!("program/frame.rs.txt");

/// Writes the program and compiles it; the path of the binary.
pub(super) fn build(trial: &Trial, subjects: &[Subject], plans: &[Plan]) -> PathBuf {
    let program = trial.folder.join(trial.name);
    let runtime = workspace_root().join("crates/client-runtime");
    let mut manifest = format!(
        "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\nincremental = false\n\n[dependencies]\n\
         client-runtime = {{ path = {runtime:?}, default-features = false }}\n\
         reqwest = {{ version = \"0.13\", default-features = false }}\n\
         serde = \"1\"\nserde_json = \"1\"\nserde_path_to_error = \"0.1\"\nuuid = {{ version = \"1\", features = [\"serde\"] }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
        trial.name
    );
    let mut main = FRAME.to_owned();
    let mut arms = String::new();
    for (number, (subject, plan)) in subjects.iter().zip(plans).enumerate() {
        manifest += &format!("{} = {{ path = {:?}, default-features = false }}\n", subject.package, subject.folder);
        arms += &format!("        {number} => m{number}::call(base, operation, case).await,\n");
        main += &module(number, subject, plan);
    }
    main += &format!(
        "\nasync fn call(subject: u64, base: &str, operation: &str, case: &Case) -> Reply {{\n    match subject {{\n{arms}        \
         other => panic!(\"no subject {{other}}\"),\n    }}\n}}\n"
    );
    write(&program.join("Cargo.toml"), &manifest);
    write(&program.join("src/main.rs"), &main);
    let lock = std::fs::read_to_string(workspace_root().join("Cargo.lock")).unwrap();
    // Cargo takes from it what it needs, and nothing newer.
    std::fs::write(program.join("Cargo.lock"), lock).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--quiet"]).current_dir(&program);
    cargo.env("CARGO_TARGET_DIR", trial.folder.join("target"));
    run(cargo.output().unwrap());
    trial.folder.join("target/debug").join(format!("{}{}", trial.name, std::env::consts::EXE_SUFFIX))
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
    let arms: String = methods
        .iter()
        .map(|one| format!("            {:?} => {}(&client, case).await,\n", one.name, one.name))
        .collect();
    let functions: String = methods.iter().map(|one| function(one)).collect();
    let credentials: String =
        subject.credentials.iter().map(|method| format!(".{method}(\"trial-credential\")")).collect();
    let krate = subject.module();
    format!(
        "
#[allow(unused, deprecated, non_snake_case)]
mod m{number} {{
    use client_runtime as rt;
    use {krate}::{{Bytes, Client, Server, errors, types}};
    use super::{{Case, Reply, failure, success}};

    pub async fn call(base: &str, operation: &str, case: &Case) -> Reply {{
        let built = Client::builder().server(Server::Custom(base.to_owned())).static_token(\"trial-token\"){credentials}.build();
        let client = built.unwrap();
        match operation {{
{arms}            other => panic!(\"no operation {{other}}\"),
        }}
    }}
{functions}}}
"
    )
}

fn function(method: &Method) -> String {
    let name = &method.name;
    let mut lines = String::new();
    let mut values = Vec::new();
    for (number, argument) in method.required.iter().enumerate() {
        lines += &format!("        let a{number}: {} = case.required({:?})?;\n", owned(argument), argument.name);
        values.push(match argument {
            Argument { by_reference: true, .. } => format!("&a{number}"),
            Argument { ty, .. } if is_bytes(ty) => format!("a{number}.into()"),
            _ => format!("a{number}"),
        });
    }
    for (number, argument) in method.optional.iter().enumerate() {
        lines +=
            &format!("        let o{number}: Option<{}> = case.optional({:?})?;\n", owned(argument), argument.name);
    }
    lines += &format!("        let request = client.{name}({});\n", values.join(", "));
    for (number, argument) in method.optional.iter().enumerate() {
        let (binding, setter) = (if argument.by_reference { "&" } else { "" }, &argument.name);
        lines += &format!(
            "        let request = if let Some(value) = {binding}o{number} {{ request.{setter}(value) }} else {{ request }};\n"
        );
    }
    let error = &method.error;
    let success = match is_bytes(&method.output) {
        true => "success(response.status().as_u16(), &String::from_utf8_lossy(&response))",
        false => "success(response.status().as_u16(), &*response)",
    };
    format!(
        "
    async fn {name}(client: &Client, case: &Case) -> Reply {{
{lines}        match request.await {{
            Ok(response) => {success},
            Err(error) => {{
                let other = matches!(error.api(), Some({error}::Other {{ .. }}));
                failure(&error, error.status().map(|status| status.as_u16()), other)
            }}
        }}
    }}
"
    )
}

/// The type of a variable that the argument can be taken from.
fn owned(argument: &Argument) -> String {
    match argument.ty.as_str() {
        "str" => "String".to_owned(),
        ty if is_bytes(ty) => "String".to_owned(),
        ty => match ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')) {
            Some(item) => format!("Vec<{item}>"),
            None => ty.to_owned(),
        },
    }
}

/// Bodies that are not JSON.
fn is_bytes(ty: &str) -> bool {
    ["Bytes", "Body", "[u8]"].iter().any(|name| ty.rsplit("::").next() == Some(*name))
}
