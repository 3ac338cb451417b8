//! The result of a suite.

use std::fmt;

use auth_core::{AuthError, AuthErrorKind};

/// The checks of a suite: passed, failed and skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "it says what failed"]
#[non_exhaustive]
pub struct Report {
    /// The checks that passed.
    pub passed: Vec<&'static str>,
    /// The checks that failed, with the observation, which contains no secret.
    pub failed: Vec<(&'static str, String)>,
    /// The checks that were skipped, with the reason.
    pub skipped: Vec<(&'static str, &'static str)>,
}

impl Report {
    /// Whether no check failed.
    pub fn is_ok(&self) -> bool {
        self.failed.is_empty()
    }

    pub(super) fn check(&mut self, name: &'static str, passes: bool, seen: impl FnOnce() -> String) {
        if passes {
            self.passed.push(name);
        } else {
            self.failed.push((name, seen()));
        }
    }

    pub(super) fn skip(&mut self, name: &'static str, why: &'static str) {
        self.skipped.push((name, why));
    }

    pub(super) fn ok<T>(&mut self, name: &'static str, result: Result<T, AuthError>) -> Option<T> {
        match result {
            Ok(value) => {
                self.passed.push(name);
                Some(value)
            }
            Err(error) => {
                self.failed.push((name, describe(&error)));
                None
            }
        }
    }

    pub(super) fn unsupported<T>(&mut self, name: &'static str, result: Result<T, AuthError>) {
        let kind = result.err().map(|error| error.kind());
        self.check(name, kind == Some(AuthErrorKind::Unsupported), || format!("{kind:?}"));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(f, "{} checks passed, {} failed, {} skipped", passed.len(), failed.len(), skipped.len())?;
        failed.iter().try_for_each(|(name, seen)| write!(f, "\n{name}: {seen}"))?;
        skipped.iter().try_for_each(|(name, why)| write!(f, "\nskipped: {name}, since {why}"))
    }
}

/// Describes an error without its message.
pub(super) fn describe(error: &AuthError) -> String {
    format!("{:?} (transient: {}, status: {:?})", error.kind(), error.is_transient(), error.status())
}
