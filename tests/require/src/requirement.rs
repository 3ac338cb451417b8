//! Requirements of tests beyond the repository and Rust.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write;

const VARIABLE: &str = "REQUIRE";

/// A requirement that a machine may not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// A `redis-server` to start.
    Redis,
    /// An `openssl` of version 3 or later, to make certificates with.
    Openssl,
    /// An unlocked keyring of the operating system.
    Keyring,
    /// The permission to mount a file system.
    Mount,
    /// The permission to give files to other users and to become one.
    User,
    /// Stoplight's Prism.
    Prism,
    /// A Chromium, which runs without a display.
    Chromium,
    /// Rust's formatter, `cargo fmt`.
    Rustfmt,
    /// `cargo semver-checks`.
    SemverChecks,
    /// The vendors' own published descriptions.
    Upstream,
    /// Published descriptions of other APIs.
    Corpus,
    /// Published versions of one description.
    History,
}

impl Requirement {
    /// All requirements.
    pub const ALL: [Self; 12] = [
        Self::Redis,
        Self::Openssl,
        Self::Keyring,
        Self::Mount,
        Self::User,
        Self::Prism,
        Self::Chromium,
        Self::Rustfmt,
        Self::SemverChecks,
        Self::Upstream,
        Self::Corpus,
        Self::History,
    ];

    /// Its name in `REQUIRE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Openssl => "openssl",
            Self::Keyring => "keyring",
            Self::Mount => "mount",
            Self::User => "user",
            Self::Prism => "prism",
            Self::Chromium => "chromium",
            Self::Rustfmt => "rustfmt",
            Self::SemverChecks => "semver-checks",
            Self::Upstream => "upstream",
            Self::Corpus => "corpus",
            Self::History => "history",
        }
    }

    /// How to meet it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Redis => "install redis-server, such as with `apt-get install redis-server`",
            Self::Openssl => "install openssl 3 or later, such as with `apt-get install openssl`",
            Self::Keyring => {
                "unlock a Secret Service, such as gnome-keyring: `dbus-run-session -- sh -c \
                 'printf x | gnome-keyring-daemon --unlock && cargo test …'`"
            }
            Self::Mount => "run the tests as root, in a container with the capability SYS_ADMIN",
            Self::User => "run the tests as root",
            Self::Prism => {
                "install @stoplight/prism-cli 5, such as with `npm install @stoplight/prism-cli@5`, and set PRISM to the \
                 path of its executable"
            }
            Self::Chromium => {
                "install chromium, such as with `apt-get install chromium`, and set CHROMIUM to the path of its executable"
            }
            Self::Rustfmt => "install it with `rustup component add rustfmt`",
            Self::SemverChecks => "install it with `cargo install cargo-semver-checks`",
            Self::Upstream => "set UPSTREAM_DIR to a folder with the descriptions that the vendors publish",
            Self::Corpus => {
                "set CORPUS_DIR (for the test that loads them, OPENAPI_CORPUS) to a folder with published descriptions"
            }
            Self::History => {
                "set HISTORY_DIR to a folder with the versions of one description, in the order of their names"
            }
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// The result of a probe that succeeded. Otherwise, this prints on standard error which test is skipped, and how to
/// meet its requirement.
///
/// # Panics
///
/// If the probe failed although `REQUIRE` names the requirement, and whenever `REQUIRE` names something unknown.
#[track_caller]
pub fn requirement<T>(requirement: Requirement, probe: Result<T, impl Display>) -> Option<T> {
    let required = required(&text());
    match decide(requirement, probe, required) {
        Ok(Outcome::Found(found)) => Some(found),
        Ok(Outcome::Skipped(notice)) => {
            // The macros' output is captured by the test harness, and not shown for tests that pass.
            let test = std::thread::current();
            let test = test.name().filter(|name| *name != "main").map(|name| format!("{name}: ")).unwrap_or_default();
            let _ = std::io::stderr().write_all(format!("skipped: {test}{notice}\n").as_bytes());
            None
        }
        Err(problem) => panic!("{problem}"),
    }
}

/// The value of an environment variable that a requirement depends on.
///
/// # Panics
///
/// As [`requirement`] does.
#[track_caller]
pub fn variable(what: Requirement, variable: &str) -> Option<OsString> {
    requirement(what, std::env::var_os(variable).ok_or_else(|| format!("{variable} is not set")))
}

fn text() -> String {
    std::env::var_os(VARIABLE).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

enum Outcome<T> {
    Found(T),
    Skipped(String),
}

/// Decides whether a test with this requirement runs, is skipped or fails.
fn decide<T>(
    requirement: Requirement,
    probe: Result<T, impl Display>,
    required: Result<Vec<Requirement>, String>,
) -> Result<Outcome<T>, String> {
    let required = required?;
    let (name, remedy) = (requirement.name(), requirement.remedy());
    match probe {
        Ok(found) => Ok(Outcome::Found(found)),
        Err(why) if required.contains(&requirement) => {
            Err(format!("{VARIABLE} names {name}, and it is not here: {why}. To have it, {remedy}."))
        }
        Err(why) => Ok(Outcome::Skipped(format!("this needs {name}: {why}. To have it, {remedy}."))),
    }
}

/// The requirements that a value of `REQUIRE` names.
fn required(text: &str) -> Result<Vec<Requirement>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            Requirement::named(name).ok_or_else(|| {
                let known = Requirement::ALL.map(Requirement::name).join(", ");
                format!("{VARIABLE} names {name:?}, which no test needs; what tests need is: {known}")
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Requirement, decide, required, text};

    const ABSENT: Result<(), &str> = Err("nothing answers");

    /// Whether a test passes, and the message of its failure or its being skipped.
    fn outcome(requirement: Requirement, probe: Result<(), &str>, text: &str) -> (bool, String) {
        match decide(requirement, probe, required(text)) {
            Ok(Outcome::Found(())) => (true, "found".to_owned()),
            Ok(Outcome::Skipped(notice)) => (true, notice),
            Err(problem) => (false, problem),
        }
    }

    /// This test checks the variable itself, so that every run of all tests reports an unknown name.
    #[test]
    fn this_run_requires_known_names() {
        if let Err(problem) = required(&text()) {
            panic!("{problem}");
        }
    }

    #[test]
    fn names_are_separated_by_commas() {
        assert_eq!(required(""), Ok(Vec::new()));
        assert_eq!(required(" redis, openssl,"), Ok(vec![Requirement::Redis, Requirement::Openssl]));
        let all = Requirement::ALL.map(Requirement::name).join(",");
        assert_eq!(required(&all), Ok(Requirement::ALL.to_vec()));
    }

    #[test]
    fn a_met_requirement_is_used_and_an_unmet_one_skipped() {
        for text in ["", "redis"] {
            assert_eq!(outcome(Requirement::Redis, Ok(()), text), (true, "found".to_owned()), "{text}");
        }
        for text in ["", "openssl"] {
            let (passes, notice) = outcome(Requirement::Redis, ABSENT, text);
            assert!(passes, "{text}");
            for part in ["this needs redis", "nothing answers", "apt-get install redis-server"] {
                assert!(notice.contains(part), "{part}: {notice}");
            }
        }
    }

    #[test]
    fn an_unmet_requirement_fails_if_it_is_required() {
        let (passes, problem) = outcome(Requirement::Redis, ABSENT, "openssl,redis");
        assert!(!passes);
        for part in ["REQUIRE names redis", "nothing answers", "apt-get install redis-server"] {
            assert!(problem.contains(part), "{part}: {problem}");
        }
    }

    #[test]
    fn an_unknown_name_always_fails() {
        for probe in [Ok(()), ABSENT] {
            let (passes, problem) = outcome(Requirement::Redis, probe, "redis,reddis");
            assert!(!passes);
            assert!(problem.contains("\"reddis\"") && problem.contains("semver-checks"), "{problem}");
        }
    }

    #[test]
    fn every_name_is_its_own() {
        for one in Requirement::ALL {
            assert_eq!(Requirement::named(one.name()), Some(one));
            assert!(!one.remedy().is_empty());
        }
    }
}
