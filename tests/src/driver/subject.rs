//! A description and the client that was generated from it.

use std::path::{Path, PathBuf};

use families::calls::{Method, credentials, methods};
use serde_json::Value;

use super::{Clients, Trial};
use crate::{assert_golden, run, xtask};
use oracle::{Document, Oracle};

/// A description and its client.
pub struct Subject {
    /// The description's file name.
    pub file: String,
    /// The name of its module among golden-clients, if it is one of them.
    pub(super) module: String,
    /// The name of the crate.
    pub(super) package: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    pub(super) oracle: Oracle,
    pub(super) methods: Vec<Method>,
    /// The methods of its builder that take a credential beside the token.
    pub(super) credentials: Vec<String>,
    /// The generator's report.
    pub(super) report: Value,
    /// The faults of the client that are found without a call.
    pub(super) problems: Vec<String>,
}

impl Subject {
    /// Generates the client from one file, and reads another as the description.
    pub(super) fn prepare(trial: &Trial, file: &Path, described: &Path) -> Self {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let stem: String = name.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).collect();
        let package = format!("{}-{}", trial.name, stem.to_ascii_lowercase());
        let clients = trial.folder.join("clients");
        std::fs::create_dir_all(&clients).unwrap();
        let (out, report) = (clients.join(&package), clients.join(format!("{package}.json")));
        let mut client = xtask();
        client.args(["client", "--name", &package, "--runtime", "path", "--from"]).arg(file);
        client.arg("--out").arg(&out).arg("--report").arg(&report).current_dir(crate::workspace_root());
        run(client.output().unwrap());
        let source = std::fs::read_to_string(out.join("src/client.rs")).unwrap();
        let document = Document::read(described).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let oracle = Oracle::new(document).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let module = file.file_stem().unwrap().to_string_lossy().replace('-', "_");
        if let Clients::Compiled(_) = trial.clients {
            assert_golden(&module, "client.rs", &source);
        }
        Self {
            module,
            problems: missing_servers(&oracle, &source),
            oracle,
            methods: methods(&source).unwrap(),
            credentials: credentials(&source).unwrap(),
            report: serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap(),
            file: name,
            package,
            folder: out,
        }
    }
}

/// A problem for each server of the description that the client lacks.
fn missing_servers(oracle: &Oracle, source: &str) -> Vec<String> {
    let absolute = oracle.api().servers.iter().filter(|url| url.contains("://"));
    let missing = absolute.filter(|url| !source.contains(&format!("{:?}", url.trim_end_matches('/'))));
    missing.map(|url| format!("the client doesn't know the server {url}")).collect()
}
