//! Copies of the workspace to change, and the real xtask to run in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The root of the workspace that these tests belong to.
pub fn workspace_root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned())
}

/// The real xtask: a program of this package with the same main function, which cargo builds with the tests, in their
/// profile and with their features.
pub fn xtask() -> Command {
    // …/target/debug/deps/this-test
    let test = std::env::current_exe().unwrap();
    let binary = test.ancestors().nth(2).unwrap().join(format!("xtask-of-tests{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is built with the integration tests: run one of those", binary.display());
    let mut command = Command::new(binary);
    command.env_remove("NO_COLOR");
    command
}

/// Runs cargo in a folder, offline, or with the network if something is not downloaded yet.
pub fn cargo(folder: &Path, target: &Path, arguments: &[&str]) -> Output {
    let run = |offline: bool| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(offline.then_some("--offline")).current_dir(folder).env("CARGO_TARGET_DIR", target);
        // The same settings for all folders, so that shared dependencies are compiled once.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only").env("CARGO_INCREMENTAL", "0");
        cargo.output().unwrap()
    };
    let outcome = run(true);
    if !outcome.status.success() && String::from_utf8_lossy(&outcome.stderr).contains("--offline") {
        return run(false);
    }
    outcome
}

/// The folder that all builds of scratch folders share.
pub fn scratch_target() -> PathBuf {
    workspace_root().join(families::workspace::OTHERS_TARGET)
}

/// The names of all families of this workspace that have a client, in their order.
pub fn family_names() -> Vec<String> {
    let folders = std::fs::read_dir(workspace_root().join("crates")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    let mut families: Vec<_> = names.filter_map(|name| Some(name.strip_suffix("-client")?.to_owned())).collect();
    families.sort();
    families
}

/// A copy of the inputs and outputs of `cargo xtask generate`, which compiles with the workspace's own client-runtime.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// A fresh copy.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("workspace-").tempdir().unwrap();
        let scratch = Self { folder };
        let clients = family_names().into_iter().map(|family| format!("crates/{family}-client"));
        for part in clients.chain(["openapi".to_owned()]) {
            copy(&workspace_root().join(&part), &scratch.path(&part));
        }
        let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
        let members = manifest.lines().find(|line| line.starts_with("members = [\"crates/*\", ")).unwrap();
        let manifest = manifest.replace(members, "members = [\"crates/*\"]");
        // The tables from here on are settings of dependencies. Without them, compiled dependencies are shared with
        // crates outside of the workspace, which have no such settings; and cargo would warn of packages that the copy
        // doesn't have.
        let (manifest, _) = manifest.split_once("[profile.dev.package").unwrap();
        scratch.write("Cargo.toml", manifest);
        // One path for all copies, so that client-runtime is compiled once.
        let runtime = workspace_root().join("crates/client-runtime");
        scratch.replace("Cargo.toml", "{ path = \"crates/client-runtime\"", &format!("{{ path = {runtime:?}"));
        scratch.write("Cargo.lock", scratch.lock());
        scratch
    }

    /// The workspace's Cargo.lock without the packages that a copy lacks, as cargo leaves it after its first build.
    fn lock(&self) -> &'static str {
        static LOCK: OnceLock<String> = OnceLock::new();
        LOCK.get_or_init(|| {
            std::fs::copy(workspace_root().join("Cargo.lock"), self.path("Cargo.lock")).unwrap();
            run(self.cargo(&["update", "--workspace", "--quiet"]));
            self.read("Cargo.lock")
        })
    }

    /// A copy of this one as it is now.
    pub fn copy(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("workspace-").tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Self { folder }
    }

    /// A path inside the copy.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The contents of a file of the copy.
    pub fn read(&self, relative: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap()
    }

    /// Writes a file of the copy.
    pub fn write(&self, relative: impl AsRef<Path>, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces a string in a file.
    ///
    /// # Panics
    ///
    /// When the string isn't in the file.
    pub fn replace(&self, relative: impl AsRef<Path>, from: &str, to: &str) {
        let text = self.read(&relative);
        assert!(text.contains(from), "{} has no {from:?}", relative.as_ref().display());
        self.write(relative, &text.replace(from, to));
    }

    /// Removes every table with this header from a TOML file; tables are separated by blank lines.
    ///
    /// # Panics
    ///
    /// When there is no such table.
    pub fn remove_tables(&self, relative: &str, header: &str) {
        let text = self.read(relative);
        let kept: Vec<&str> =
            text.split("\n\n").filter(|table| !table.lines().any(|line| line.trim() == header)).collect();
        assert!(kept.join("\n\n") != text, "{relative} has no {header}");
        self.write(relative, &(kept.join("\n\n") + "\n"));
    }

    /// Removes a crate's own documentation, whose examples use one vendor's API.
    pub fn neutral_docs(&self, package: &str) {
        let path = format!("crates/{package}/src/lib.rs");
        let code: Vec<String> =
            self.read(&path).lines().filter(|line| !line.starts_with("//!")).map(str::to_owned).collect();
        self.write(path, &format!("//! A client.\n{}\n", code.join("\n")));
    }

    /// Runs `cargo xtask generate` in the copy, with more arguments.
    pub fn generate(&self, arguments: &[&str]) -> Output {
        xtask().arg("generate").args(arguments).current_dir(self.folder.path()).output().unwrap()
    }

    /// Runs cargo in the copy.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        cargo(self.folder.path(), &scratch_target(), arguments)
    }

    /// The bytes of every file in a folder of the copy, by path.
    pub fn files(&self, relative: &str) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
        let mut files = std::collections::BTreeMap::new();
        collect(&self.path(relative), &mut files);
        files
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

/// Asserts that a source is the same as that of the golden client.
///
/// # Panics
///
/// When they differ in a line, except for those that name the crate: the header, and the family of its operations.
#[track_caller]
pub fn assert_golden(module: &str, file: &str, source: &str) {
    let path = workspace_root().join("tests/goldens/src/clients").join(module).join(file);
    let golden = std::fs::read_to_string(&path).unwrap();
    let named =
        |line: &&str| !line.starts_with("// @generated") && !line.trim_start().starts_with("rt::Operation::new(");
    let is_same = golden.lines().filter(named).eq(source.lines().filter(named));
    assert!(is_same, "{} is not what is generated now: run `cargo xtask generate`", path.display());
}

/// The stdout of a command that succeeded.
///
/// # Panics
///
/// When the command failed, with all its output.
#[track_caller]
pub fn run(output: Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn collect(folder: &Path, files: &mut std::collections::BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}
