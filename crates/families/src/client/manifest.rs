//! Cargo.toml of the crate: the features of a family crate, and only dependencies that the code needs.

use std::fmt::Write;
use std::path::PathBuf;

use client_codegen::CrateSource;

use super::folder::MARK;

/// The workspace's own manifest, which has versions that work together.
const WORKSPACE: &str = include_str!("../../../../Cargo.toml");

/// The source of the crate's client-runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    /// A folder of this machine.
    Path(PathBuf),
    /// The published crate.
    Version,
}

/// The contents of the manifest.
pub(super) struct Manifest<'a> {
    pub(super) name: &'a str,
    pub(super) description: String,
    /// The description's file, without its folder.
    pub(super) source: &'a str,
    pub(super) runtime: Runtime,
    /// The dependencies of the code beside those of every client.
    pub(super) needs: Vec<&'static str>,
}

/// Dependencies that only some generated code has.
const OPTIONAL: [&str; 1] = ["regress"];

/// The dependencies of the code beside those of every client.
pub(crate) fn needs(source: &CrateSource) -> Vec<&'static str> {
    named([&source.generated, &source.client])
}

fn named(code: [&str; 2]) -> Vec<&'static str> {
    let is_named = |name: &&str| code.iter().any(|code| code.contains(&format!("::{name}::")));
    OPTIONAL.into_iter().filter(is_named).collect()
}

impl Manifest<'_> {
    pub(super) fn render(&self) -> String {
        let mut schemars = dependency("schemars");
        schemars.insert("optional".to_owned(), true.into());
        let mut dependencies = vec![("client-runtime", self.runtime())];
        for name in ["progenitor-client", "reqwest", "serde", "serde_json"] {
            dependencies.push((name, dependency(name)));
        }
        dependencies.push(("schemars", schemars));
        dependencies.extend(self.needs.iter().map(|name| (*name, dependency(name))));
        dependencies.sort_by_key(|(name, _)| *name);

        let mut text = String::from(
            "# Written by `cargo xtask client`. Its next run replaces this file: a crate of your own depends on this one\n\
             # rather than changing it.\n\n[package]\n",
        );
        let rust_version = workspace("package").get("rust-version").cloned().unwrap_or_else(|| "1.88".into());
        let package: [(&str, toml::Value); 5] = [
            ("name", self.name.into()),
            ("version", "0.1.0".into()),
            ("description", self.description.as_str().into()),
            ("edition", "2024".into()),
            ("rust-version", rust_version),
        ];
        for (key, value) in package {
            let _ = writeln!(text, "{key} = {value}");
        }
        let _ = write!(
            text,
            "readme = \"README.md\"\n\n[package.metadata.{MARK}]\n# What tells the command that this folder is its own.\n\
             source = {}\n\n{FEATURES}\n[dependencies]\n",
            toml::Value::from(self.source)
        );
        for (name, value) in dependencies {
            let _ = writeln!(text, "{name} = {}", toml::Value::Table(value));
        }
        text.push_str(REST);
        text
    }

    fn runtime(&self) -> toml::Table {
        let mut runtime = dependency("client-runtime");
        match &self.runtime {
            Runtime::Path(path) => {
                runtime.remove("version");
                runtime.insert("path".to_owned(), path.display().to_string().into());
            }
            Runtime::Version => {
                runtime.remove("path");
            }
        }
        runtime
    }
}

const FEATURES: &str = r#"[features]
default = ["rustls"]
# TLS by rustls
rustls = ["client-runtime/rustls"]
# TLS by the system's library
native-tls = ["client-runtime/native-tls"]
# HTTP/2 where the server offers it
http2 = ["client-runtime/http2"]
# A span for every call, without secrets
tracing = ["client-runtime/tracing"]
# JSON Schemas of the types
schemars = ["dep:schemars", "client-runtime/schemars"]
"#;

const REST: &str = r#"
[lints.rust]
unsafe_code = "forbid"
missing_docs = "warn"
rust_2018_idioms = { level = "warn", priority = -1 }
unreachable_pub = "warn"

# It stands alone, wherever it lies.
[workspace]
"#;

fn workspace(table: &str) -> toml::Table {
    let manifest: toml::Table = toml::from_str(WORKSPACE).unwrap_or_default();
    let found = manifest.get("workspace").and_then(|workspace| workspace.get(table)?.as_table());
    found.cloned().unwrap_or_default()
}

/// A dependency as declared by the workspace.
fn dependency(name: &str) -> toml::Table {
    match workspace("dependencies").get(name) {
        Some(toml::Value::Table(table)) => table.clone(),
        Some(version) => toml::Table::from_iter([("version".to_owned(), version.clone())]),
        None => toml::Table::from_iter([("version".to_owned(), "*".into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(code: &str, runtime: Runtime) -> toml::Table {
        let description = "A \"typed\"\nclient".to_owned();
        let manifest =
            Manifest { name: "acme-client", description, source: "a\".yaml", runtime, needs: named([code, ""]) };
        toml::from_str(&manifest.render()).unwrap()
    }

    #[test]
    fn every_version_comes_from_the_workspace() {
        let names = ["client-runtime", "progenitor-client", "reqwest", "schemars", "serde", "serde_json"];
        for name in names.into_iter().chain(OPTIONAL) {
            assert_ne!(dependency(name)["version"].as_str(), Some("*"), "{name} is not in the workspace's manifest");
        }
    }

    #[test]
    fn optional_dependencies_are_those_named_in_the_code() {
        let plain = manifest("serde_json::Value", Runtime::Version);
        assert!(plain["dependencies"].get("regress").is_none());
        let runtime = &plain["dependencies"]["client-runtime"];
        assert!(runtime.get("path").is_none() && runtime.get("version").is_some(), "{runtime}");

        let typed = manifest("::regress::Regex", Runtime::Path("/x".into()));
        assert!(typed["dependencies"].get("regress").is_some());
        let runtime = &typed["dependencies"]["client-runtime"];
        assert_eq!((runtime["path"].as_str(), runtime.get("version")), (Some("/x"), None));
        assert_eq!(typed["package"]["metadata"][MARK]["source"].as_str(), Some("a\".yaml"));
    }
}
