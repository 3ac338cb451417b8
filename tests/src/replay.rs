//! The versions of a description, adopted one after the other, and the effect on a crate that uses every public item.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::Command;

use client_codegen::items::{self, Item, Kind};
use families::adopt::{self, Adoption};
use families::diff::{self, Level};
use families::workspace::FAMILIES;
use families::{Workspace, new_family};
use serde_json::Value;

use crate::downstream::{Downstream, Use};
use crate::{Scratch, run, scratch_target};

/// The workspace with a family whose document is replaced again and again.
pub struct Replay {
    scratch: Scratch,
    family: String,
    present: PathBuf,
}

/// The outcome for the users of one version with the next one.
#[derive(Debug)]
pub struct Pair {
    /// The names of both files.
    pub names: [String; 2],
    /// The worst level of the changes; none if nothing changed.
    pub verdict: Option<Level>,
    /// The step of the crate's version: `major`, `minor`, `patch`, or none.
    pub step: Option<String>,
    /// The number of items that are used, of each kind.
    pub used: BTreeMap<Kind, usize>,
    /// The uses that don't compile any more.
    pub broken: Vec<Broken>,
    /// The report of the adoption.
    pub report: String,
    /// A copy of the workspace with the crate as it was.
    before: Scratch,
}

impl Pair {
    /// The number of broken uses for each reason.
    fn reasons(&self) -> BTreeMap<Reason, usize> {
        let mut counts = BTreeMap::new();
        self.broken.iter().for_each(|broken| *counts.entry(broken.reason).or_default() += 1);
        counts
    }
}

impl Display for Pair {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [from, to] = &self.names;
        let verdict = self.verdict.map_or("no change", Level::name);
        let (step, used) = (self.step.as_deref().unwrap_or("no"), self.used.values().sum::<usize>());
        write!(f, "{from} -> {to}: {verdict}, {step} step, {used} items used, {} uses broken", self.broken.len())?;
        let reasons = self.reasons();
        let reasons = reasons.iter().map(|(reason, count)| format!("{count} {reason}"));
        match self.broken.len() {
            0 => Ok(()),
            _ => write!(f, " ({})", reasons.collect::<Vec<_>>().join(", ")),
        }
    }
}

/// A use that doesn't compile any more.
#[derive(Debug)]
pub struct Broken {
    /// The item that was used.
    pub item: Item,
    /// The compiler's message.
    pub message: String,
    /// The reason, as far as the items of the next version show it.
    pub reason: Reason,
}

/// The reason that a use doesn't compile, by the items of both versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The item is gone.
    Gone,
    /// The item is declared in another way.
    Redeclared,
    /// The item is there as before, and still it can't be used as before.
    Within,
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "gone",
            Self::Redeclared => "declared in another way",
            Self::Within => "as before",
        })
    }
}

impl Replay {
    /// A family of this name with the first version. Builds share a folder in which crates of one name replace one another,
    /// so that replays need different names to run at once.
    ///
    /// # Panics
    ///
    /// When the description isn't taken, or a crate that uses every item of its crate doesn't compile.
    pub fn begin(family: &str, first: &Path) -> Self {
        let scratch = Scratch::new();
        let workspace = Workspace::find(Some(&scratch.path(""))).unwrap();
        let options = new_family::Options {
            name: family.to_owned(),
            from: first.display().to_string(),
            title: Some("Replayed".to_owned()),
            select: Vec::new(),
            overlays: Vec::new(),
        };
        let made = new_family::make(&workspace, &options);
        made.and_then(|made| made.write(&workspace)).unwrap_or_else(|failure| panic!("{}", failure.render(false)));
        // A later version may lack a field that is listed as a secret now, and then somebody has to change the list.
        let families = scratch.read(FAMILIES);
        if let Some((before, behind)) = families.rsplit_once("\nsecrets = [")
            && before.contains(&format!("[families.{family}]"))
            && let Some((_, behind)) = behind.split_once("]\n")
        {
            scratch.write(FAMILIES, &format!("{before}\n{behind}"));
            run(scratch.generate(&[]));
        }
        let replay = Self { scratch, family: family.to_owned(), present: first.to_owned() };
        let (package, downstream) = (replay.package(), replay.downstream());
        let others = ["client-runtime", "reqwest", "schemars", "serde", "serde_json"];
        let others: String = others.iter().map(|name| format!("{name}.workspace = true\n")).collect();
        let manifest = format!(
            "[package]\nname = \"{downstream}\"\nversion = \"0.1.0\"\nedition.workspace = true\npublish = false\n\n\
             [dependencies]\n{package} = {{ workspace = true, features = [\"schemars\"] }}\n{others}"
        );
        replay.scratch.write(format!("crates/{downstream}/Cargo.toml"), &manifest);
        replay.write("");
        replay
    }

    fn package(&self) -> String {
        format!("{}-client", self.family)
    }

    fn downstream(&self) -> String {
        format!("{}-users", self.family)
    }

    /// Writes the source of the crate that uses the client.
    fn write(&self, source: &str) {
        self.scratch.write(format!("crates/{}/src/lib.rs", self.downstream()), source);
    }
    /// The uses of all public items of the present crate, which compile with it.
    ///
    /// # Panics
    ///
    /// When one doesn't.
    pub fn check_present(&self) -> Downstream {
        let [client, generated] = self.sources();
        let downstream = Downstream::of(&self.package().replace('-', "_"), &client, &generated);
        let broken = self.check(&downstream);
        assert!(broken.is_empty(), "these don't compile with the crate that they are written for: {broken:#?}");
        downstream
    }

    /// Has cargo-semver-checks compare the crates of the pair that was adopted last, by the step of the version.
    ///
    /// # Panics
    ///
    /// When it asks for a larger step.
    pub fn check_semver(&self, pair: &Pair) {
        let step = pair.step.as_deref().unwrap_or("patch");
        // cargo-semver-checks checks nothing of a major step.
        if step == "major" {
            return;
        }
        let mut check = Command::new(env!("CARGO"));
        check.args(["semver-checks", "--package", &self.package(), "--release-type", step, "--baseline-root"]);
        check.arg(pair.before.path("")).current_dir(self.scratch.path("")).env("CARGO_NET_OFFLINE", "true");
        run(check.env("CARGO_TARGET_DIR", scratch_target()).output().unwrap());
    }

    fn sources(&self) -> [String; 2] {
        ["client.rs", "generated.rs"].map(|file| self.scratch.read(format!("crates/{}/src/{file}", self.package())))
    }

    /// Adopts the next version.
    ///
    /// # Panics
    ///
    /// When it can't be adopted, when its crate doesn't compile, or when the users of the present crate don't.
    pub fn next(&mut self, next: &Path) -> Pair {
        let downstream = self.check_present();
        let compared = diff::compare(&diff::Options {
            old: self.present.clone(),
            new: next.to_owned(),
            ..diff::Options::default()
        });
        let verdict = compared.unwrap_or_else(|failure| panic!("{}", failure.render(false))).difference.level();
        let before = self.scratch.copy();
        let Adoption { report, .. } = self.adopt(next);
        let broken = self.check(&downstream);
        let [client, generated] = self.sources();
        let now = items::of_source(&client, &generated).unwrap();
        let now: BTreeMap<(Kind, &str), &Item> = now.iter().map(|item| ((item.kind, &*item.path), item)).collect();
        let reason = |item: &Item| match now.get(&(item.kind, &*item.path)) {
            // An alias has all that is implemented for what it stands for, and its parts.
            None if now.contains_key(&(Kind::Alias, &*item.path)) => Reason::Within,
            None => Reason::Gone,
            Some(is) if is.declaration != item.declaration => Reason::Redeclared,
            Some(_) => Reason::Within,
        };
        let broken = broken
            .into_iter()
            .map(|(one, message)| Broken { reason: reason(&one.item), item: one.item, message })
            .collect();
        let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        let names = [name(&self.present), name(next)];
        next.clone_into(&mut self.present);
        let step = step(&report);
        Pair { names, verdict, step, used: downstream.items(), broken, report, before }
    }

    fn adopt(&self, next: &Path) -> Adoption {
        let workspace = Workspace::find(Some(&self.scratch.path(""))).unwrap();
        let options = adopt::Options {
            family: self.family.clone(),
            files: vec![next.display().to_string()],
            write: true,
            fix: false,
        };
        let adoption =
            adopt::prepare(&workspace, &options).unwrap_or_else(|failure| panic!("{}", failure.render(false)));
        if let Err(failure) = adoption.write(&workspace) {
            panic!("{}\n{}", adoption.report, failure.render(false));
        }
        adoption
    }

    /// The uses that don't compile with the present crate, with the compiler's first message of each. Since some errors
    /// hide others, the rest is compiled again until all of it compiles.
    fn check(&self, downstream: &Downstream) -> Vec<(Use, String)> {
        let mut left = downstream.clone();
        let mut broken = Vec::new();
        loop {
            self.write(&left.source());
            let output = self.scratch.cargo(&["check", "--package", &self.downstream(), "--message-format", "json"]);
            if output.status.success() {
                return broken;
            }
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut found: BTreeMap<usize, String> = BTreeMap::new();
            for message in said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
                if message["message"]["level"] != "error" {
                    continue;
                }
                let target = message["target"]["name"].as_str().unwrap_or_default();
                assert!(target == self.downstream().replace('-', "_"), "{rendered}");
                let text = message["message"]["message"].as_str().unwrap_or_default();
                let spans = message["message"]["spans"].as_array().into_iter().flatten();
                for span in spans.filter(|span| span["is_primary"] == true) {
                    let line = span["line_start"].as_u64().unwrap_or_default();
                    found.entry(usize::try_from(line).unwrap()).or_insert_with(|| text.to_owned());
                }
            }
            if found.is_empty() {
                run(output);
                unreachable!("cargo failed");
            }
            let mut uses = Vec::new();
            for (number, one) in left.uses.iter().enumerate() {
                match found.get(&left.line(number)) {
                    Some(message) => broken.push((one.clone(), message.clone())),
                    None => uses.push(one.clone()),
                }
            }
            assert!(uses.len() < left.uses.len(), "no use is to blame: {found:#?}");
            left = Downstream { uses };
        }
    }
}

/// The step that a report tells, such as `0.1.0 -> 0.1.1 (minor)`.
fn step(report: &str) -> Option<String> {
    let (_, behind) = report.split_once("\n== version of ")?;
    let line = behind.lines().nth(1)?;
    let (_, step) = line.split_once(" -> ")?.1.split_once('(')?;
    Some(step.trim_end_matches(')').to_owned())
}
