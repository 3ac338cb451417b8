//! The list of accepted changes: fingerprints, each with its reason.

use std::collections::HashMap;
use std::path::Path;

use openapi_pipeline::diff::{Change, Fingerprint};
use openapi_pipeline::source::{SourceId, Step};
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Origin};

use crate::description::text_file;

/// An accepted change.
#[derive(Clone, Debug)]
struct Acceptance {
    reason: String,
    /// Its line in the list.
    origin: Origin,
}

/// The accepted changes, by fingerprint.
#[derive(Debug, Default)]
pub struct Accepted {
    list: HashMap<Fingerprint, Acceptance>,
}

impl Accepted {
    /// Reads a list of accepted changes.
    pub(super) fn read(cx: &mut Context, file: &Path) -> Result<Self, Diagnostics> {
        let source = text_file(cx, file, "--accept takes a text file with a fingerprint and a reason in each line")?;
        let text = cx.sources.text(source).to_owned();
        Self::parse(cx, source, &text)
    }

    fn parse(cx: &mut Context, source: SourceId, text: &str) -> Result<Self, Diagnostics> {
        let mut accepted = Self::default();
        let mut problems = Diagnostics::default();
        let mut start = 0;
        for whole in text.split_inclusive('\n') {
            let line = whole.trim();
            let begin = start + (whole.len() - whole.trim_start().len());
            start += whole.len();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (word, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let origin = cx.sources.mark(source, begin..begin + word.len(), None, Step::Root);
            let fingerprint: Fingerprint = match word.parse() {
                Ok(fingerprint) => fingerprint,
                Err(error) => {
                    problems.push(
                        malformed(format!("`{}` is no fingerprint", word.escape_debug()), origin)
                            .help(format!("{error}; `--format json` and `--format markdown` show it whole")),
                    );
                    continue;
                }
            };
            if reason.trim().is_empty() {
                problems.push(
                    malformed(format!("the change {} is accepted without a reason", fingerprint.short()), origin)
                        .help("write the reason behind the fingerprint, in the same line"),
                );
            }
            let acceptance = Acceptance { reason: reason.trim().to_owned(), origin };
            if let Some(first) = accepted.list.get(&fingerprint) {
                problems.push(
                    Diagnostic::new("repeated-acceptance", format!("{} is accepted twice", fingerprint.short()))
                        .at(origin, "accepted again")
                        .related(first.origin, "accepted here")
                        .help("leave one of both lines, with the reason that holds"),
                );
            } else {
                accepted.list.insert(fingerprint, acceptance);
            }
        }
        problems.into_result()?;
        Ok(accepted)
    }

    /// The reason for accepting a change, if it is accepted.
    pub fn reason(&self, change: &Change) -> Option<&str> {
        self.list.get(&change.fingerprint).map(|acceptance| acceptance.reason.as_str())
    }

    /// The number of changes that are accepted.
    pub fn count(&self, changes: &[Change]) -> usize {
        changes.iter().filter(|change| self.reason(change).is_some()).count()
    }

    /// Problems for what is accepted and doesn't occur, by line.
    pub(super) fn absent(&self, changes: &[Change]) -> Diagnostics {
        let mut absent: Vec<(&Fingerprint, &Acceptance)> = self
            .list
            .iter()
            .filter(|(fingerprint, _)| changes.iter().all(|change| change.fingerprint != **fingerprint))
            .collect();
        absent.sort_by_key(|(_, acceptance)| acceptance.origin);
        let problem = |(fingerprint, acceptance): (&Fingerprint, &Acceptance)| {
            Diagnostic::new("absent-acceptance", format!("{} is accepted and doesn't occur", fingerprint.short()))
                .at(acceptance.origin, "no change has this fingerprint")
                .help("remove the line: the change is gone, or has become another one that wants a decision of its own")
        };
        Diagnostics(absent.into_iter().map(problem).collect())
    }
}

fn malformed(message: String, origin: Origin) -> Diagnostic {
    Diagnostic::new("malformed-acceptance", message).at(origin, "in this line")
}
