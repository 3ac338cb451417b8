//! `cargo xtask fetch` and `cargo xtask diff` of addresses, against servers that answer in every way.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod addresses;
mod published;
mod refused;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;
use workspace_tests::xtask;

/// The folder of fetched descriptions.
const FETCHED: &str = "target/fetched/acme/api.json";

/// A description in JSON, which a title tells from others.
pub(crate) fn description(title: &str) -> String {
    let operation = json!({"operationId": "ping", "responses": {"204": {"description": "Alive."}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1"},
        "servers": [{"url": "https://acme.example.com"}],
        "paths": {"/ping": {"get": operation}},
    })
    .to_string()
}

/// The program in a folder, without proxies of the environment.
fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = xtask();
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(proxy).env_remove(proxy.to_lowercase());
    }
    command.args(arguments).current_dir(folder.path());
    command
}

/// Exit code, standard output and standard error.
type Outcome = (Option<i32>, String, String);

fn outcome(mut command: Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A workspace with one family, whose description is `description("Old")`.
struct Watched {
    folder: TempDir,
}

impl Watched {
    fn at(source: &str) -> Self {
        let watched = Self { folder: tempfile::tempdir().unwrap() };
        watched.write("openapi/acme/api.json", &description("Old"));
        watched.configure(&format!("source = \"{source}\""));
        watched
    }

    /// Writes families.toml, with these lines for the document.
    fn configure(&self, lines: &str) {
        let family = "[families.acme]\npackage = \"acme-client\"\ntitle = \"Acme\"\n";
        let document = "[[families.acme.documents]]\nid = \"main\"\nfile = \"acme/api.json\"\n";
        self.write("openapi/families.toml", &format!("{family}\n{document}{lines}\n"));
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(path)).ok()
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(command(&self.folder, arguments))
    }

    /// Every file, by path.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), std::fs::read(&path).unwrap());
                }
            }
        }
        files
    }

    /// Asserts that fetching fails, and says all of this; nothing is written, and nothing is said to be unchanged.
    #[track_caller]
    fn fails(&self, arguments: &[&str], expected: &[&str]) {
        for check in [&["--check"][..], &[]] {
            let before = self.files();
            let (code, stdout, stderr) = self.run(&[&["fetch"], arguments, check].concat());
            assert_eq!(code, Some(1), "{stdout}{stderr}");
            for expected in expected {
                assert!(stderr.contains(expected), "no {expected:?} in\n{stderr}");
            }
            assert!(!stdout.contains("unchanged") && !stdout.contains("new"), "{stdout}");
            assert_eq!(self.files(), before, "nothing was to be written");
        }
    }
}
