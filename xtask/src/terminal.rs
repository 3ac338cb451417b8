//! What goes to the terminal: a spinner while something is going on, plain lines elsewhere.

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

/// Does some work whose steps are shown; when it is over, one way or the other, nothing of them is left on a terminal.
pub(crate) fn with_progress<T>(work: impl FnOnce(&dyn Progress) -> Result<T, Failure>) -> Result<T, Failure> {
    let progress = Spinner::new();
    let outcome = work(&progress);
    if let Some(spinner) = &progress.spinner {
        spinner.finish_and_clear();
    }
    outcome
}

/// Prints what a task found or did.
pub(crate) fn say(text: &str) {
    line(&mut std::io::stdout().lock(), text);
}

/// Tells the user something beside what was asked for.
pub(crate) fn note(text: &str) {
    line(&mut std::io::stderr().lock(), text);
}

/// Shows why a task failed.
pub(crate) fn show(failure: &Failure) {
    let mut stderr = std::io::stderr().lock();
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Nobody is left to tell when stderr is closed.
    let _ = stderr.write_all(failure.render(color).as_bytes());
}

/// A closed pipe is the reader's choice, not an error.
fn line(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
