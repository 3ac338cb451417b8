//! `.ci/watch`, which opens a pull request for each new description: against a bare repository, a server on loopback and
//! a stand-in for GitHub's command line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use workspace_tests::{RawServer, Scratch, run, whole, workspace_root, xtask};

const AIVO: &str = "openapi/aivo/auth.yaml";
const BRANCH: &str = "vendor/aivo";

/// Notes each call in a line and the body of a pull request in a file; there is one request at most.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
printf '%s\n' "$*" >>"$GH_FOLDER/calls"
while [ $# -gt 0 ]; do
    if [ "$1" = --body-file ]; then cp "$2" "$GH_FOLDER/body"; fi
    action+=" $1"
    shift
done
case $action in
*' pr list '*) if [ -f "$GH_FOLDER/open" ]; then echo 7; fi ;;
*' pr create '*) touch "$GH_FOLDER/open" ;;
*' pr close '*) rm "$GH_FOLDER/open" ;;
esac
"#;

/// A clone of a bare repository with the workspace, and a server that publishes Aivo's description.
struct Watch {
    scratch: Scratch,
    repositories: TempDir,
    published: Arc<Mutex<Option<String>>>,
    _server: RawServer,
}

impl Watch {
    fn new() -> Self {
        let scratch = Scratch::new();
        let published = Arc::new(Mutex::new(Some(scratch.read(AIVO))));
        let text = published.clone();
        let server = RawServer::start(move |_, stream| match &*text.lock().unwrap() {
            Some(text) => whole(stream, "200 OK", &[], text.as_bytes()),
            None => whole(stream, "503 Service Unavailable", &[], b"later"),
        });
        let watch = Self { scratch, repositories: tempfile::tempdir().unwrap(), published, _server: server };
        let families = "openapi/families.toml";
        watch.scratch.replace(families, "source = \"https://api.svix.com/api/v1/openapi.json\"\n", "");
        let file = "file = \"aivo/auth.yaml\"\n";
        watch.scratch.replace(families, file, &format!("{file}source = \"{}/auth.yaml\"\n", watch._server.url()));
        watch.scratch.write(".gitignore", "/target\n");
        watch.scratch.write(".ci/watch", "");
        std::fs::copy(workspace_root().join(".ci/watch"), watch.scratch.path(".ci/watch")).unwrap();
        // The lock has the hash of families.toml.
        run(watch.scratch.generate(&[]));
        std::fs::create_dir(watch.beside("bin")).unwrap();
        std::fs::write(watch.beside("bin/gh"), GH).unwrap();
        run(watch.command("chmod").args(["+x", "bin/gh"]).current_dir(watch.repositories.path()).output().unwrap());
        watch.git(&["init", "--quiet", "--initial-branch", "main"]);
        watch.git(&["init", "--quiet", "--bare", &watch.beside("remote.git").display().to_string()]);
        watch.git(&["remote", "add", "origin", &watch.beside("remote.git").display().to_string()]);
        watch.git(&["add", "--all"]);
        watch.git(&["commit", "--quiet", "--message", "A workspace"]);
        watch.git(&["push", "--quiet", "origin", "main"]);
        watch
    }

    fn beside(&self, path: &str) -> PathBuf {
        self.repositories.path().join(path)
    }

    /// A command in the clone, without the settings of users and without proxies.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::join_paths(
            std::iter::once(self.beside("bin")).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        command
            .current_dir(self.scratch.path(""))
            .env("PATH", path.unwrap())
            .env("GH_FOLDER", self.repositories.path());
        command
            .env("XTASK", xtask().get_program())
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("BASE")
            .env_remove("REMOTE");
        for (name, value) in [("CONFIG_GLOBAL", "/dev/null"), ("CONFIG_NOSYSTEM", "1")] {
            command.env(format!("GIT_{name}"), value);
        }
        for person in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{person}_NAME"), "Ada").env(format!("GIT_{person}_EMAIL"), "ada@example.com");
        }
        command
    }

    fn git(&self, arguments: &[&str]) -> String {
        run(self.command("git").args(arguments).output().unwrap())
    }

    fn publish(&self, text: Option<String>) {
        *self.published.lock().unwrap() = text;
    }

    /// Runs the script. Afterwards, the clone is as it was.
    fn watch(&self) -> Output {
        let _ = std::fs::remove_file(self.beside("calls"));
        let output = self.command(".ci/watch").output().unwrap();
        assert_eq!(self.git(&["status", "--porcelain"]), "");
        assert_eq!(self.git(&["symbolic-ref", "--short", "HEAD"]), "main\n");
        output
    }

    /// The calls of `gh` that do something, up to the names of files.
    fn calls(&self) -> Vec<String> {
        let calls = std::fs::read_to_string(self.beside("calls")).unwrap_or_default();
        let does = |call: &&str| !call.starts_with("pr list");
        calls.lines().filter(does).map(|call| call.split(" --body-file").next().unwrap().to_owned()).collect()
    }

    fn body(&self) -> String {
        std::fs::read_to_string(self.beside("body")).unwrap()
    }

    /// The commit of the branch in the bare repository, if there is one.
    fn branch(&self) -> Option<String> {
        let refs = self.git(&["ls-remote", "--heads", "origin", &format!("refs/heads/{BRANCH}")]);
        refs.split_whitespace().next().map(str::to_owned)
    }

    /// The files that the branch changes, and the content of one of them.
    fn changes(&self) -> Vec<String> {
        self.git(&["fetch", "--quiet", "origin", BRANCH]);
        self.git(&["diff", "--name-only", "main", "FETCH_HEAD"]).lines().map(str::to_owned).collect()
    }
}

fn text(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_new_description_is_one_pull_request_which_is_refreshed() {
    let watch = Watch::new();
    let old = watch.scratch.read(AIVO);
    run(watch.watch());
    assert_eq!((watch.calls(), watch.branch()), (vec![], None), "nothing is new");

    // Backticks in the description can't end the quotation.
    let new =
        old.replace("version: 1.0.0", "version: 1.1.0").replace("an access token and a", "an access token, ````, a");
    watch.publish(Some(new.clone()));
    run(watch.watch());
    assert_eq!(watch.calls(), ["pr create --base main --head vendor/aivo --title aivo: a new description"]);
    let first = watch.branch();
    assert!(watch.changes().contains(&"crates/aivo-client/CHANGELOG.md".to_owned()), "{:?}", watch.changes());
    assert_eq!(watch.git(&["show", &format!("FETCH_HEAD:{AIVO}")]), new);
    let body = watch.body();
    assert!(body.contains("\nfamily aivo, crate aivo-client\n") && body.contains("\n== written; next\n"), "{body}");
    let fence = body.lines().find(|line| line.ends_with("text")).unwrap().trim_end_matches("text");
    assert_eq!(body.lines().filter(|line| line.starts_with(fence)).count(), 2, "{body}");

    run(watch.watch());
    assert_eq!((watch.calls(), watch.branch()), (vec!["pr edit 7".to_owned()], first.clone()), "it was pushed already");

    watch.publish(Some(new.replace("version: 1.1.0", "version: 1.2.0")));
    run(watch.watch());
    assert_eq!(watch.calls(), ["pr edit 7"]);
    assert_ne!(watch.branch(), first);
    assert_eq!(watch.git(&["rev-list", "--count", &format!("main..{}", watch.branch().unwrap())]), "1\n");

    // A person's work stays, and the pull request says what is new.
    watch.git(&["fetch", "--quiet", "origin", BRANCH]);
    watch.git(&["switch", "--quiet", "--detach", "FETCH_HEAD"]);
    watch.git(&["commit", "--quiet", "--allow-empty", "--message", "A sentence for users"]);
    watch.git(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{BRANCH}")]);
    watch.git(&["switch", "--quiet", "main"]);
    let persons = watch.branch();
    watch.publish(Some(new.replace("version: 1.1.0", "version: 1.3.0")));
    run(watch.watch());
    assert_eq!((watch.calls(), watch.branch()), (vec!["pr edit 7".to_owned()], persons));
    let body = watch.body();
    assert!(body.contains("it has commits of people: ") && body.contains("1.3.0"), "{body}");

    watch.publish(Some(old));
    run(watch.watch());
    assert_eq!(watch.calls(), [""; 0], "a person's branch is theirs to close");
}

#[test]
fn an_update_that_cannot_be_adopted_is_left_to_a_person_and_closed_when_it_is_gone() {
    let watch = Watch::new();
    let old = watch.scratch.read(AIVO);
    watch.publish(Some(old.replace("  /refresh:\n", "  /token/refresh:\n")));
    run(watch.watch());
    assert_eq!(watch.changes(), [AIVO], "the description and nothing else");
    let body = watch.body();
    assert!(body.contains("could not take it over") && body.contains("overlay-target-unmatched"), "{body}");
    assert!(body.contains("error[adopt]: 1 problem stands in the way"), "{body}");

    watch.publish(Some(old));
    run(watch.watch());
    assert_eq!(watch.calls(), ["pr close 7 --comment The vendor publishes what main has."]);
}

#[test]
fn a_description_that_cannot_be_fetched_is_a_failure() {
    let watch = Watch::new();
    watch.publish(None);
    let output = watch.watch();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("::error::the published description of aivo/auth could not be fetched"), "{said}");
    assert!(said.contains("503 Service Unavailable"), "{said}");
    assert_eq!((watch.calls(), watch.branch()), (vec![], None), "and no pull request is touched");

    watch.scratch.write("openapi/families.toml", "[families");
    watch.git(&["commit", "--quiet", "--all", "--message", "Broken"]);
    assert_eq!(watch.watch().status.code(), Some(1));
}

#[test]
fn a_pull_request_that_cannot_be_created_is_a_failure() {
    let watch = Watch::new();
    watch.publish(Some(watch.scratch.read(AIVO).replace("version: 1.0.0", "version: 1.1.0")));
    std::fs::write(watch.beside("bin/gh"), "#!/bin/sh\necho 'gh: not allowed' >&2\nexit 4\n").unwrap();
    let output = watch.watch();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("::error::no pull request for aivo") && said.contains("not allowed"), "{said}");
}
