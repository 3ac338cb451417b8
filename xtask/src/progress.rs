//! What is going on: a spinner on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows steps as they begin.
pub(crate) struct Progress {
    spinner: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Self {
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

    /// A step begins.
    pub(crate) fn step(&self, text: &str) {
        match &self.spinner {
            Some(spinner) => spinner.set_message(text.to_owned()),
            None => line(&mut std::io::stderr().lock(), text),
        }
    }

    /// The work is over, one way or the other.
    pub(crate) fn finish(&self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}

/// Prints a line of output. A closed pipe is the reader's choice, not an error.
pub(crate) fn line(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
