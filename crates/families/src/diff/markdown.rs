//! A difference for a pull request.

use openapi_pipeline::diff::{Change, Level, Subject};

use super::hidden::{SHOWN, is_hidden, visible};
use super::outline::{
    Outline, counts, direction, level, not_compared, place, remark, rule, some, step, subject_name, users,
};
use super::{Compared, Described};

/// The number of operations named; the others are counted.
const MOST_NAMES: usize = 3;

/// The most bytes of a page: GitHub takes 65,536 characters in a comment.
const LARGEST: usize = 60_000;

/// The bytes kept for what ends a page.
const END: usize = 4_000;

pub(super) fn render(compared: &Compared) -> String {
    let difference = &compared.difference;
    let mut outline = Outline::of(difference);
    // The worst come first: what a page has no room for is at its end.
    outline.groups.sort_by_cached_key(|_, changes| changes.iter().map(|change| change.level()).min());
    let mut page = Page::default();
    page.line(&format!("### {} → {}", described(&compared.old), described(&compared.new)));
    page.line("");
    page.line(&format!("{}. **semver: {}**", counts(compared), step(compared)));
    for list in &outline.lists {
        page.heading(list.title, list.changes.len());
        for change in &list.changes {
            let what = match (&change.old, &change.new) {
                (Some(old), Some(new)) if list.shows_values => format!("{} → {}", code(&old.text), code(&new.text)),
                _ => code(&change.subject.to_string()),
            };
            let remark =
                Some(remark(change)).filter(|remark| !remark.is_empty()).map(|remark| format!(" {}", plain(&remark)));
            let remark = remark.unwrap_or_default();
            page.changes(&format!("- {what}{remark} {}", fingerprint(compared, change)), &[change]);
        }
    }
    if !outline.shared.is_empty() {
        page.heading("in many places", outline.shared.len());
        page.table();
        for changes in &outline.shared {
            let names: Vec<String> = changes.iter().map(|change| code(&change.subject.to_string())).collect();
            let Some(first) = changes.first() else { continue };
            page.changes(&row(first, &some(&names, MOST_NAMES), "at the end"), changes);
        }
    }
    for (subject, changes) in &outline.groups {
        let name = match subject {
            Subject::Document => "the document".to_owned(),
            named => code(&subject_name(compared, named)),
        };
        page.heading(&name, changes.len());
        if let (Subject::Component(_), used) = (subject, users(changes))
            && !used.is_empty()
        {
            let names: Vec<String> = used.iter().map(|name| code(name)).collect();
            page.line(&format!("Used by {}.\n", some(&names, MOST_NAMES)));
        }
        page.table();
        for change in changes {
            page.changes(&row(change, &code(&place(compared, change)), &fingerprint(compared, change)), &[change]);
        }
    }
    fingerprints(compared, &outline, &mut page);
    page.end(compared)
}

/// The fingerprints of what many operations share, folded; as many as there is room for.
fn fingerprints(compared: &Compared, outline: &Outline<'_>, page: &mut Page) {
    for changes in &outline.shared {
        let Some(first) = changes.first() else { continue };
        let summary = format!("<summary>fingerprints of {} ({})</summary>", first.rule.name, changes.len());
        let mut lines = format!("\n<details>{summary}\n\n");
        let mut is_cut = false;
        for change in changes {
            let line = format!("- {} {}\n", code(&change.subject.to_string()), fingerprint(compared, change));
            // The folded part has an end tag, which needs room too.
            is_cut = lines.len() + line.len() + 20 > page.room();
            if is_cut {
                break;
            }
            lines.push_str(&line);
        }
        lines.push_str("\n</details>");
        page.line(&lines);
        page.is_full |= is_cut;
    }
}

/// A page of limited size.
#[derive(Default)]
struct Page {
    text: String,
    /// Whether something had no room, so that nothing follows.
    is_full: bool,
    /// The changes that had no room, by level.
    hidden: [usize; 4],
}

impl Page {
    /// The bytes that a line and its end may have.
    fn room(&self) -> usize {
        (LARGEST - END).saturating_sub(self.text.len())
    }

    fn line(&mut self, line: &str) {
        self.is_full |= line.len() >= self.room();
        if !self.is_full {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A line for changes, which are counted where there is no room.
    fn changes(&mut self, line: &str, changes: &[&Change]) {
        self.line(line);
        if self.is_full {
            for change in changes {
                let level = Level::ALL.iter().zip(&mut self.hidden).find(|(level, _)| **level == change.level());
                level.into_iter().for_each(|(_, count)| *count += 1);
            }
        }
    }

    fn heading(&mut self, title: &str, count: usize) {
        self.line(&format!("\n#### {title} ({count})\n"));
    }

    fn table(&mut self) {
        self.line("| | what | rule | where | fingerprint |\n|---|---|---|---|---|");
    }

    /// The page with what wasn't listed.
    fn end(mut self, compared: &Compared) -> String {
        let hidden = Level::ALL.iter().zip(self.hidden).filter(|(_, count)| *count > 0);
        let hidden: Vec<String> = hidden.map(|(each, count)| format!("{count} {}", level(*each))).collect();
        if !hidden.is_empty() {
            let more = "more changes have no room here; `--format html` and `json` show all.";
            self.text.push_str(&format!("\n**{}** {more}\n", hidden.join(", ")));
        } else if self.is_full {
            self.text.push_str("\nSome fingerprints have no room here; `--format html` and `json` show all.\n");
        }
        let documentation = compared.difference.count(Level::Documentation);
        if documentation > 0 {
            let changes =
                if documentation == 1 { "change of documentation is" } else { "changes of documentation are" };
            self.text.push_str(&format!("\n{documentation} {changes} not listed.\n"));
        }
        let dropped = not_compared(compared);
        if !dropped.is_empty() {
            self.text.push_str("\nNot compared, because OpenAPI 3.0 has no place for it:\n\n");
            dropped.iter().for_each(|line| self.text.push_str(&format!("- {line}\n")));
        }
        self.text.trim_end().to_owned()
    }
}

fn described(description: &Described) -> String {
    format!("{} ({})", code(&description.file), plain(&description.facts()))
}

fn row(change: &Change, place: &str, fingerprint: &str) -> String {
    let direction = direction(change);
    let mark = if change.level() == Level::Breaking { "**breaking**" } else { level(change.level()) };
    let cells = [mark.to_owned(), direction + &plain(&change.message), code(&rule(change))];
    let cells = cells.iter().map(String::as_str).chain([place, fingerprint]);
    cells.fold("|".to_owned(), |row, cell| format!("{row} {} |", cell.replace('|', "\\|")))
}

/// The fingerprint of a change, and why it is accepted, if it is.
fn fingerprint(compared: &Compared, change: &Change) -> String {
    let reason = compared.accepted.reason(change).map(|reason| format!(" **accepted**: {}", plain(reason)));
    code(&change.fingerprint.to_string()) + &reason.unwrap_or_default()
}

/// A string of a description on one line, escaped so that it doesn't format the page.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    // Runs of several backticks would open code spans, which these rules don't handle.
    let balanced = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    for char in text.chars() {
        match char {
            '`' if balanced => {
                in_code = !in_code;
                out.push(char);
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '&' | '@' | '~' if !in_code => {
                out.push('\\');
                out.push(char);
            }
            '\n' | '\r' => out.push(' '),
            _ if is_hidden(char) => out.push(SHOWN),
            _ => out.push(char),
        }
    }
    out
}

/// A string as a code span on one line.
pub(crate) fn code(text: &str) -> String {
    let text = visible(&text.replace(['\n', '\r'], " ")).replace('`', "'");
    format!("`{text}`")
}
