//! Error messages with places in the source files, and with remedies.

pub(crate) mod excess;
mod render;
pub(crate) mod suggest;

pub use suggest::closeness;

use std::fmt;

use annotate_snippets::AnnotationKind;

use crate::source::Origin;

/// A problem in an input: a message, its places, and the remedy.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Short, stable name of the kind of problem, such as `dangling-ref`.
    pub code: &'static str,
    /// The problem, in one sentence.
    pub message: String,
    /// The place of the problem, and its label.
    pub primary: Option<(Origin, String)>,
    /// Other places that matter, with their labels.
    pub related: Vec<(Origin, String)>,
    /// The remedy.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem without a place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), primary: None, related: Vec::new(), help: None }
    }

    /// Sets the place of the problem.
    #[must_use]
    pub fn at(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.primary = Some((origin, label.into()));
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.related.push((origin, label.into()));
        self
    }

    /// Sets the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn places(&self) -> impl Iterator<Item = (Origin, &str, AnnotationKind)> {
        let primary = self.primary.iter().map(|(at, label)| (*at, label.as_str(), AnnotationKind::Primary));
        let related = self.related.iter().map(|(at, label)| (*at, label.as_str(), AnnotationKind::Context));
        primary.chain(related)
    }
}

/// The problems that stopped a stage. As an error, it is never empty.
///
/// A stage reports all problems that it can find at once. [`render`](Self::render) shows them with their source lines.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// `Ok` when no problem was collected.
    ///
    /// # Errors
    ///
    /// The problems, if there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}error[{}]: {}", problem.code, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
