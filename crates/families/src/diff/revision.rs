//! The files of a git repository as they were at a revision, read by the `git` program.
//!
//! Nothing is checked out, and nothing is fetched: objects that a partial clone lacks are errors.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use openapi_pipeline::load::Files;
use openapi_pipeline::{Diagnostic, Diagnostics};

/// The most that is shown of what git says.
const LONGEST_MESSAGE: usize = 300;

/// A folder of a repository at a revision.
#[derive(Debug)]
pub(super) struct Revision {
    /// Where git is run.
    folder: PathBuf,
    /// The revision as the user named it.
    named: String,
    /// The commit that it is.
    commit: String,
    /// The folder that holds all files, from the repository's own; empty for that.
    root: String,
}

impl Revision {
    /// The files below the root folder, and the path of one of them within it.
    ///
    /// A path is meant from the repository's folder, as git reads it, or from `folder` if it begins with `./` or `../`.
    /// `root` is a folder of the same revision, named from `folder`.
    pub(super) fn open(
        folder: &Path,
        revision: &str,
        path: &str,
        root: Option<&Path>,
    ) -> Result<(Self, PathBuf), Diagnostics> {
        let whole = format!("{revision}:{path}");
        let prefix = prefix(folder, &whole)?;
        let commit = commit(folder, revision, &whole)?;
        let from_here = |path: &Path| normalized(&Path::new(&prefix).join(path));
        let is_relative = path.starts_with("./") || path.starts_with("../");
        let file = if is_relative { from_here(Path::new(path)) } else { normalized(Path::new(path)) };
        let file = file.filter(|file| !file.is_empty()).ok_or_else(|| {
            problem("no-such-path", format!("`{path}` in `{whole}` is no path within the repository"))
                .help("write `REVISION:path` from the repository's folder, or `REVISION:./path` from this one")
        })?;
        let parent = || file.rsplit_once('/').map(|(parent, _)| parent.to_owned()).unwrap_or_default();
        let root = root.map_or_else(|| Some(parent()), from_here).ok_or_else(|| {
            problem("outside-root", format!("--root leads out of the repository that holds `{whole}`"))
                .help("name a folder relative to this one, which holds the description at that revision")
        })?;
        let within = below(&root, &file).map(PathBuf::from).ok_or_else(|| {
            problem("outside-root", format!("`{whole}` does not lie in {root}"))
                .help("name a --root that holds the description and all files it refers to")
        })?;
        let files = Self { folder: folder.to_owned(), named: revision.to_owned(), commit, root };
        // If the description is missing at this revision, the error suggests what to do.
        if files.entry(&file).map_err(|error| problem("git", format!("can't read {whole}: {error}")))?.is_none() {
            let here = from_here(Path::new(path)).filter(|here| !is_relative && *here != file);
            let is_here = here.is_some_and(|here| files.entry(&here).is_ok_and(|entry| entry.is_some()));
            let help = if is_here {
                format!("paths are meant from the repository's folder; from this one it is `{revision}:./{path}`")
            } else {
                format!("`git ls-tree -r --name-only {revision}` lists the paths that there are")
            };
            let message = format!("there is no `{file}` at the revision `{revision}`, and no file `{whole}`");
            return Err(problem("no-such-path", message).help(help).into());
        }
        Ok((files, within))
    }

    /// The path from the repository's folder of a file in the root folder; nothing if it lies outside.
    pub(super) fn whole(&self, path: &Path) -> Option<String> {
        normalized(&Path::new(&self.root).join(path)).filter(|whole| below(&self.root, whole).is_some())
    }

    /// The entry at a path from the repository's folder.
    fn entry(&self, path: &str) -> io::Result<Option<Entry>> {
        let arguments = ["ls-tree", "-z", "-l", "--full-tree", &self.commit, "--", path];
        let output = git(&self.folder, &arguments)?;
        if !output.status.success() {
            return Err(io::Error::other(said(&output)));
        }
        let listed = String::from_utf8_lossy(&output.stdout);
        let found = listed.split('\0').filter_map(|line| line.split_once('\t')).find(|(_, name)| *name == path);
        Ok(found.and_then(|(facts, _)| Entry::parse(facts)))
    }
}

impl Files for Revision {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let Some(whole) = self.whole(path) else {
            let root = if self.root.is_empty() { "the repository" } else { &self.root };
            let message = format!("it lies outside of {root}, which holds the files at the revision {}", self.named);
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        };
        let Some(entry) = self.entry(&whole)? else {
            let message = format!("there is no such file at the revision {}", self.named);
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        };
        let refusal = match entry.mode.as_str() {
            "040000" => "it is a folder at that revision",
            "120000" => "it is a symbolic link at that revision, which is not followed",
            "160000" => "it is a submodule at that revision",
            _ => "",
        };
        if !refusal.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, refusal));
        }
        if entry.size > limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has {} bytes", entry.size)));
        }
        let output = git(&self.folder, &["cat-file", "blob", &entry.object])?;
        if output.status.success() { Ok(output.stdout) } else { Err(io::Error::other(said(&output))) }
    }

    fn name(&self, path: &Path) -> String {
        let whole = normalized(&Path::new(&self.root).join(path));
        format!("{}:{}", self.named, whole.unwrap_or_else(|| path.display().to_string()))
    }
}

/// A commit that brought a version of a file, or removed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit {
    pub(super) id: String,
    /// The day of the commit, in the zone of its author.
    pub(super) date: String,
    /// The file's path from the repository's folder.
    pub(super) path: String,
    pub(super) is_gone: bool,
}

/// The commits that changed a file, on the main line of the present branch and across renames, the last one first; and
/// the folder to run git in.
pub(super) fn commits(file: &Path) -> Result<(PathBuf, Vec<Commit>), Diagnostics> {
    let here = Path::new(".");
    let (folder, name) = match (file.is_absolute(), file.parent(), file.file_name()) {
        (true, Some(parent), Some(name)) => (parent, Path::new(name)),
        _ => (here, file),
    };
    let shown = file.display();
    let Some(name) = name.to_str() else {
        return Err(problem("no-history", format!("the name of `{shown}` is not UTF-8")).into());
    };
    let format = "--format=%x01%H %cs";
    let arguments =
        ["log", "--first-parent", "--follow", "--no-show-signature", "--name-status", "-z", format, "--", name];
    let output = git(folder, &arguments).map_err(|error| {
        problem("no-git", format!("`git` can't be run in {}: {error}", folder.display()))
            .help("--history reads a file's versions from the git repository that it lies in")
    })?;
    if !output.status.success() {
        let message = format!("git has no history of `{shown}`: {}", said(&output));
        return Err(problem("no-history", message).help("run this in the repository that the file lies in").into());
    }
    let found: Vec<Commit> = String::from_utf8_lossy(&output.stdout).split('\u{1}').filter_map(Commit::parse).collect();
    if found.is_empty() {
        let help = "check the spelling, and that it is committed: `git log --oneline -- FILE` lists its commits";
        return Err(problem("no-history", format!("no commit has a file `{shown}`")).help(help).into());
    }
    Ok((folder.to_owned(), found))
}

/// The first commit after one that changes some files, on the main line up to another one; nothing if that comes first.
pub(super) fn next_change(
    folder: &Path,
    after: &Commit,
    end: &str,
    files: &BTreeSet<String>,
) -> Result<Option<Commit>, Diagnostics> {
    let range = format!("{}..{end}", after.id);
    let mut arguments =
        vec!["log", "--first-parent", "--reverse", "--no-show-signature", "--format=%H %cs", &range, "--"];
    // The paths are relative to the repository's folder, but git resolves them from the current folder.
    let up = git(folder, &["rev-parse", "--show-cdup"]).map_err(|error| problem("no-git", error.to_string()))?;
    let up = String::from_utf8_lossy(&up.stdout).trim_end_matches(['\r', '\n']).to_owned();
    arguments.extend(files.iter().map(String::as_str));
    let output = git(&folder.join(up), &arguments).map_err(|error| problem("no-git", error.to_string()))?;
    if !output.status.success() {
        let message = format!("git has no history of what `{}` refers to: {}", after.path, said(&output));
        return Err(problem("no-history", message).help("run this in the repository that the file lies in").into());
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    let first = listed.lines().find_map(|line| line.split_once(' ')).filter(|(id, _)| *id != end);
    let (path, is_gone) = (after.path.clone(), false);
    Ok(first.map(|(id, date)| Commit { id: id.to_owned(), date: date.to_owned(), path, is_gone }))
}

impl Commit {
    /// An entry of `git log --name-status -z`: the commit, the status, and one path or two, the last of which is the present.
    fn parse(entry: &str) -> Option<Self> {
        let mut fields =
            entry.split('\0').map(|field| field.trim_start_matches('\n')).filter(|field| !field.is_empty());
        let (id, date) = fields.next()?.split_once(' ')?;
        let status = fields.next()?;
        let path = fields.next_back()?;
        Some(Self { id: id.to_owned(), date: date.to_owned(), path: path.to_owned(), is_gone: status.starts_with('D') })
    }
}

/// A line of `git ls-tree -l`.
#[derive(Debug)]
struct Entry {
    mode: String,
    object: String,
    /// In bytes; 0 for what is no file.
    size: u64,
}

impl Entry {
    fn parse(facts: &str) -> Option<Self> {
        let mut words = facts.split_ascii_whitespace();
        let (mode, _, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(Self { mode: mode.to_owned(), object: object.to_owned(), size: size.parse().unwrap_or(0) })
    }
}

/// The part of a path below a folder.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The path from the repository's folder to the current one.
fn prefix(folder: &Path, whole: &str) -> Result<String, Diagnostics> {
    let output = git(folder, &["rev-parse", "--show-prefix"]).map_err(|error| {
        let message = match error.kind() {
            io::ErrorKind::NotFound => format!("there is no file `{whole}`, and no `git` to read it from a revision"),
            _ => format!("there is no file `{whole}`, and `git` can't be run: {error}"),
        };
        problem("no-git", message).help("check the spelling of the file; or install git, so that `PATH` leads to it")
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n']).to_owned());
    }
    let message = format!("there is no file `{whole}`, and no git repository to read it from: {}", said(&output));
    Err(problem("no-repository", message).help("check the spelling of the file, or run this in the repository").into())
}

/// The commit of a revision.
fn commit(folder: &Path, revision: &str, whole: &str) -> Result<String, Diagnostics> {
    let wanted = format!("{revision}^{{commit}}");
    let found = if revision.is_empty() || revision.starts_with('-') {
        None
    } else {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let output = git(folder, &arguments).map_err(|error| problem("no-git", format!("`git` can't be run: {error}")));
        Some(output?).filter(|output| output.status.success())
    };
    let commit = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    commit.filter(|commit| commit.bytes().all(|byte| byte.is_ascii_hexdigit()) && !commit.is_empty()).ok_or_else(|| {
        problem("unknown-revision", format!("there is no file `{whole}`, and git knows no revision `{revision}`"))
            .help("name a commit, a branch or a tag that is here: nothing is fetched")
            .into()
    })
}

/// Runs git, which neither asks nor fetches.
fn git(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    // A partial clone would fetch what it lacks.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
    command.env("GIT_LITERAL_PATHSPECS", "1");
    command.output()
}

/// The message of git, in a line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("git failed without a message");
    line.chars().filter(|char| !char.is_control()).take(LONGEST_MESSAGE).collect()
}

fn problem(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::new(code, message)
}

/// A path without `.` and `..`, with slashes; nothing if it leads out of where it begins, or is absolute.
fn normalized(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_where_they_begin() {
        for (path, expected) in [
            ("a/./b/../c.yaml", Some("a/c.yaml")),
            ("", Some("")),
            ("./", Some("")),
            ("a/../../b", None),
            ("/etc/passwd", None),
        ] {
            assert_eq!(normalized(Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
