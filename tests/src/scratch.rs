//! Copies of the workspace to change, and the real xtask to run in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The workspace these tests belong to.
pub fn workspace_root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned())
}

/// The real xtask, built as `cargo xtask` would build it.
pub fn xtask() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let binary = BINARY.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "xtask"]).current_dir(workspace_root());
        assert!(build.status().unwrap().success(), "xtask doesn't build");
        // …/debug/deps/this-test
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        profile.join(format!("xtask{}", std::env::consts::EXE_SUFFIX))
    });
    let mut command = Command::new(binary);
    command.env_remove("NO_COLOR");
    command
}

/// A copy of what `cargo xtask generate` reads and writes, and of what a generated crate needs to compile.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// A fresh copy.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("workspace-").tempdir().unwrap();
        let scratch = Self { folder };
        for part in
            ["openapi", "crates/client-runtime", "crates/svix-client", "crates/pacerpro-client", "crates/aivo-client"]
        {
            copy(&workspace_root().join(part), &scratch.path(part));
        }
        let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
        let members = "members = [\"crates/*\", \"xtask\", \"tests\", \"tests/require\"]";
        assert!(manifest.contains(members), "the list of members has changed");
        scratch.write("Cargo.toml", &manifest.replace(members, "members = [\"crates/*\"]"));
        std::fs::copy(workspace_root().join("Cargo.lock"), scratch.path("Cargo.lock")).unwrap();
        scratch
    }

    /// A path inside the copy.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The text of a file of the copy.
    pub fn read(&self, relative: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap()
    }

    /// Writes a file of the copy.
    pub fn write(&self, relative: impl AsRef<Path>, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Replaces a text that must occur in a file.
    pub fn replace(&self, relative: impl AsRef<Path>, from: &str, to: &str) {
        let text = self.read(&relative);
        assert!(text.contains(from), "{} has no {from:?}", relative.as_ref().display());
        self.write(relative, &text.replace(from, to));
    }

    /// Removes every table with this header from a TOML file; tables are separated by blank lines.
    pub fn remove_tables(&self, relative: &str, header: &str) {
        let text = self.read(relative);
        let kept: Vec<&str> =
            text.split("\n\n").filter(|table| !table.lines().any(|line| line.trim() == header)).collect();
        assert!(kept.join("\n\n") != text, "{relative} has no {header}");
        self.write(relative, &(kept.join("\n\n") + "\n"));
    }

    /// Takes away a crate's own documentation, whose examples speak of one vendor's API.
    pub fn neutral_docs(&self, package: &str) {
        let path = format!("crates/{package}/src/lib.rs");
        let code: Vec<String> =
            self.read(&path).lines().filter(|line| !line.starts_with("//!")).map(str::to_owned).collect();
        self.write(path, &format!("//! A client.\n{}\n", code.join("\n")));
    }

    /// Adds a crate `downstream` that uses clients as any crate would.
    pub fn downstream(&self, clients: &[&str], code: &str) {
        let dependencies: String = clients.iter().map(|client| format!("{client}.workspace = true\n")).collect();
        let manifest =
            format!("[package]\nname = \"downstream\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}");
        self.write("crates/downstream/Cargo.toml", &manifest);
        self.write("crates/downstream/src/lib.rs", code);
    }

    /// `cargo xtask generate` in the copy, with more arguments.
    pub fn generate(&self, arguments: &[&str]) -> Output {
        xtask().arg("generate").args(arguments).current_dir(self.folder.path()).output().unwrap()
    }

    /// cargo in the copy. All copies share one target folder, so that dependencies compile once.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        let target = workspace_root().join("target/scratch");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).arg("--offline").current_dir(self.folder.path()).env("CARGO_TARGET_DIR", target);
        cargo.output().unwrap()
    }

    /// Every file of a folder of the copy with its bytes, by path.
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

/// Panics with what a command printed, unless it succeeded.
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
