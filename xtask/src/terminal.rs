//! Terminal output: a spinner during work, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use families::{Failure, Progress};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows steps as they begin.
struct Spinner {
    spinner: Option<ProgressBar>,
}

impl Spinner {
    fn new() -> Self {
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                spinner.set_style(style);
            }
            spinner.enable_steady_tick(Duration::from_millis(80));
            spinner
        });
        Self { spinner }
    }
}

impl Progress for Spinner {
    fn step(&self, text: &str) {
        match &self.spinner {
            Some(spinner) => spinner.set_message(text.to_owned()),
            None => note(text),
        }
    }
}

/// Does some work and shows its steps; the spinner is cleared at the end, also after an error.
pub(crate) fn with_progress<T>(work: impl FnOnce(&dyn Progress) -> Result<T, Failure>) -> Result<T, Failure> {
    let progress = Spinner::new();
    let outcome = work(&progress);
    if let Some(spinner) = &progress.spinner {
        spinner.finish_and_clear();
    }
    outcome
}

/// Prints the result of a task.
pub(crate) fn say(text: &str) {
    line(&mut std::io::stdout().lock(), text);
}

/// Prints a message beside the result, to stderr.
pub(crate) fn note(text: &str) {
    line(&mut std::io::stderr().lock(), text);
}

/// Shows a failure.
pub(crate) fn show(failure: &Failure) {
    let mut stderr = std::io::stderr().lock();
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // A closed stderr leaves nowhere to report the error.
    let _ = stderr.write_all(failure.render(color).as_bytes());
}

/// A closed pipe is the reader's choice, not an error.
fn line(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
