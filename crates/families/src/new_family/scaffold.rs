//! The hand-written files of a new crate, like those of the other families.

use std::path::PathBuf;

use client_codegen::CrateSource;

use crate::client::Facts;
use crate::workspace::crate_folder;

/// The facts that the files of the crate mention.
pub(super) struct Scaffold<'a> {
    /// The family's name, such as `acme`.
    pub(super) family: &'a str,
    pub(super) package: &'a str,
    /// The vendor's name in prose.
    pub(super) title: &'a str,
    pub(super) version: &'a str,
    /// The generated sources.
    pub(super) source: &'a CrateSource,
    /// The dependencies of the code beside the usual ones.
    pub(super) needs: Vec<&'static str>,
}

/// The dependencies of every client.
pub(super) const USUAL: [&str; 6] =
    ["client-runtime", "progenitor-client", "reqwest", "schemars", "serde", "serde_json"];

impl Scaffold<'_> {
    pub(super) fn files(&self) -> Vec<(PathBuf, String)> {
        let folder = crate_folder(self.package);
        vec![
            (folder.join("Cargo.toml"), self.manifest()),
            (folder.join("README.md"), self.readme()),
            (folder.join("CHANGELOG.md"), self.changelog()),
            // The licences must be in the package, which holds only files of its folder.
            (folder.join("LICENSE-APACHE"), include_str!("../../../../LICENSE-APACHE").to_owned()),
            (folder.join("LICENSE-MIT"), include_str!("../../../../LICENSE-MIT").to_owned()),
            (folder.join("src/lib.rs"), self.library()),
        ]
    }

    fn manifest(&self) -> String {
        let mut lines = vec![
            "[package]".to_owned(),
            format!("name = {}", quoted(self.package)),
            format!("version = {}", quoted(self.version)),
            format!("description = {}", quoted(&format!("A typed client for {}", self.title))),
            "readme = \"README.md\"".to_owned(),
            format!(
                "keywords = [{}, \"openapi\", \"client\"]",
                quoted(self.family.get(..20).unwrap_or(self.family).trim_end_matches('-'))
            ),
            "categories = [\"api-bindings\"]".to_owned(),
            "edition.workspace = true".to_owned(),
            "rust-version.workspace = true".to_owned(),
            "license.workspace = true".to_owned(),
            "repository.workspace = true".to_owned(),
            "include.workspace = true".to_owned(),
            format!("\n{LIBRARY}"),
            FEATURES.to_owned(),
            "[dependencies]".to_owned(),
        ];
        lines.extend(dependencies(&self.needs));
        lines.push(format!("\n{DOCS_RS}\n[lints]\nworkspace = true\n"));
        lines.join("\n")
    }

    fn readme(&self) -> String {
        format!(
            "# {}\n\nA typed client for {}: one `Client`, typed errors per operation, secrets that are never printed.\n\n{README}",
            self.package, self.title
        )
    }

    fn changelog(&self) -> String {
        let Self { package, title, version, source, .. } = self;
        let operations = source.operations;
        let plural = if operations == 1 { "" } else { "s" };
        format!(
            "# Changelog of {package}\n\n{CHANGELOG}\n## [{version}] - unreleased\n\n### Added\n\n- Client for {operations} \
             operation{plural} of {title}.\n- Tokens and passwords are secrets: they never show in debug output.\n"
        )
    }

    fn library(&self) -> String {
        let Self { package, title, source, .. } = *self;
        Facts { name: package, title, source, command: "cargo xtask generate" }.library()
    }
}

/// The lines of a manifest for the dependencies.
fn dependencies(needs: &[&str]) -> Vec<String> {
    let line = |name: &str| match name {
        "schemars" => "schemars = { workspace = true, optional = true }".to_owned(),
        name => format!("{name}.workspace = true"),
    };
    let mut lines: Vec<String> = USUAL.into_iter().chain(needs.iter().copied()).map(line).collect();
    lines.sort();
    lines
}

/// A string as TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Generated code contains no tests.
const LIBRARY: &str = "[lib]
# Generated code is tested from outside: its documentation's examples, and the tests of the workspace.
test = false
";

const FEATURES: &str = r#"[features]
default = ["rustls"]
## TLS by rustls
rustls = ["client-runtime/rustls"]
## TLS by the system's library
native-tls = ["client-runtime/native-tls"]
## HTTP/2 where the server offers it
http2 = ["client-runtime/http2"]
## A span for every call, without secrets
tracing = ["client-runtime/tracing"]
## JSON Schemas of the types
schemars = ["dep:schemars", "client-runtime/schemars"]
"#;

const DOCS_RS: &str = r#"[package.metadata.docs.rs]
all-features = true
targets = ["x86_64-unknown-linux-gnu"]
"#;

const README: &str = r"The crate's documentation has an example and lists every operation. Features: `rustls` (default), `native-tls`,
`http2`, `tracing`, `schemars`; without default features there is no TLS.

Generated from the vendor's API description; see the workspace's README for how. MIT or Apache-2.0.
";

const CHANGELOG: &str = "The format follows [Keep a Changelog](https://keepachangelog.com/en/1.1.0/), and the version numbers \
                         follow [Semantic Versioning](https://semver.org/spec/v2.0.0.html).\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_what_the_code_needs_in_its_place() {
        let lines = dependencies(&["regress"]).join("\n");
        let expected = "progenitor-client.workspace = true\nregress.workspace = true\nreqwest.workspace = true\n";
        assert!(lines.contains(expected), "{lines}");
    }
}
