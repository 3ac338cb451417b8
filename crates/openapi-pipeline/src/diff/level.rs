//! The severity of a change, and the step of the next version.

use std::fmt;
use std::str::FromStr;

use crate::diagnostic::suggest::did_you_mean;

/// The severity of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Requests that follow the old description can fail, or get responses that it ruled out.
    Breaking,
    /// The same requests work, but the generated crate's public items change: Rust code that uses them has to change.
    Source,
    /// Neither callers nor code have to change.
    Compatible,
    /// Only documentation for human readers changed.
    Documentation,
}

/// The users that have to adapt to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breaks {
    /// Programs in any language that call the API.
    Callers,
    /// Rust code that uses the generated crate.
    Code,
    /// Nothing.
    Nothing,
}

impl Level {
    /// All levels, the worst first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Source, Self::Compatible, Self::Documentation];

    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Source => "source",
            Self::Compatible => "compatible",
            Self::Documentation => "documentation",
        }
    }

    /// The users that have to adapt.
    pub fn breaks(self) -> Breaks {
        match self {
            Self::Breaking => Breaks::Callers,
            Self::Source => Breaks::Code,
            Self::Compatible | Self::Documentation => Breaks::Nothing,
        }
    }

    /// The step to the next version.
    pub fn step(self) -> Step {
        match self {
            Self::Breaking | Self::Source => Step::Major,
            Self::Compatible => Step::Minor,
            Self::Documentation => Step::Patch,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error for a name that doesn't exist. Its message suggests similar names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownName {
    help: String,
}

impl UnknownName {
    /// `what` says what the known ones are.
    pub(super) fn new<'n>(name: &str, what: &str, mut known: impl Iterator<Item = &'n str>) -> Self {
        Self { help: did_you_mean(name, what, &mut known) }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.help)
    }
}

impl std::error::Error for UnknownName {}

impl FromStr for Level {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = || Self::ALL.into_iter().map(Self::name);
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| UnknownName::new(name, "level", known()))
    }
}

/// A step of a version, in the words of semantic versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// No new version is needed.
    None,
    /// No change that a program could notice.
    Patch,
    /// Additions.
    Minor,
    /// Breaking changes.
    Major,
}

impl Step {
    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The version after `current`, as cargo reads versions: the first number that isn't zero is the major one.
///
/// `None` when `current` is not a version of three numbers, or its numbers are exhausted. Build metadata is not carried
/// over. A pre-release (`1.2.0-rc.1`) may still break, so the next version is the release it leads to, unless that
/// release would promise too much: `1.2.0-rc.1` and [`Step::Major`] give `2.0.0`.
pub fn next_version(current: &str, step: Step) -> Option<String> {
    let without_build = current.split('+').next()?;
    let (numbers, is_pre_release) = match without_build.split_once('-') {
        Some((numbers, _)) => (numbers, true),
        None => (without_build, false),
    };
    let parts: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
    let &[major, minor, patch] = parts.as_slice() else { return None };
    if step == Step::None {
        return Some(current.to_owned());
    }
    let leads_to = match (minor, patch) {
        (0, 0) => Step::Major,
        (_, 0) => Step::Minor,
        _ => Step::Patch,
    };
    if is_pre_release && step <= leads_to {
        return Some(numbers.to_owned());
    }
    let next = |number: u64| number.checked_add(1);
    let (major, minor, patch) = match (major, minor, step) {
        (0, 0, _) => (0, 0, next(patch)?),
        (0, _, Step::Major) => (0, next(minor)?, 0),
        (0, ..) => (0, minor, next(patch)?),
        (_, _, Step::Major) => (next(major)?, 0, 0),
        (_, _, Step::Minor) => (major, next(minor)?, 0),
        _ => (major, minor, next(patch)?),
    };
    Some(format!("{major}.{minor}.{patch}"))
}

/// A number of a version: digits without a leading zero.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_step_as_cargo_reads_them() {
        use Step::{Major, Minor, None as Stay, Patch};
        for (current, step, expected) in [
            ("1.2.3", Stay, Some("1.2.3")),
            ("1.2.3", Patch, Some("1.2.4")),
            ("1.2.3", Minor, Some("1.3.0")),
            ("1.2.3", Major, Some("2.0.0")),
            ("0.2.3", Patch, Some("0.2.4")),
            ("0.2.3", Minor, Some("0.2.4")),
            ("0.2.3", Major, Some("0.3.0")),
            ("0.0.3", Patch, Some("0.0.4")),
            ("0.0.3", Major, Some("0.0.4")),
            ("1.0.0-rc.1", Major, Some("1.0.0")),
            ("1.2.0-rc.1", Minor, Some("1.2.0")),
            ("1.2.0-rc.1", Major, Some("2.0.0")),
            ("1.2.3+build-5", Minor, Some("1.3.0")),
            ("1.2", Patch, None),
            ("v1.2.3", Patch, None),
            ("1.02.3", Patch, None),
            ("1..3", Patch, None),
            ("18446744073709551615.0.0", Major, None),
        ] {
            assert_eq!(next_version(current, step).as_deref(), expected, "{current} and {step}");
        }
    }
}
