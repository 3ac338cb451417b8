//! Items that can't be distinguished from what separates them.

use super::parts::{Part, Unwritable};
use super::{Style, Writing};

/// Refuses an array or object that would be read as one of more items.
///
/// Between the items of two styles is a space or a pipe, escaped as one within an item is. A comma between items isn't
/// escaped, so one within an item is no problem.
pub(super) fn check(writing: Writing, part: &Part) -> Result<(), Unwritable> {
    match writing.style {
        Style::SpaceDelimited if !writing.explode => check_for(' ', "a space", part),
        Style::PipeDelimited if !writing.explode => check_for('|', "a pipe", part),
        _ => Ok(()),
    }
}

/// Refuses an array or object in a header that would be read as one of more items: nothing is escaped there.
pub(super) fn check_header(writing: Writing, part: &Part) -> Result<(), Unwritable> {
    match writing.style {
        Style::Simple => check_for(',', "a comma", part),
        _ => Ok(()),
    }
}

fn check_for(separator: char, name: &str, part: &Part) -> Result<(), Unwritable> {
    let holds = |item: &Part| match item {
        Part::Array(_) | Part::Object(_) => item.json().contains(separator),
        item => item.scalar().is_some_and(|text| text.contains(separator)),
    };
    let found = match part {
        Part::Array(items) => items.iter().position(holds).map(|at| at.to_string()),
        Part::Object(members) => {
            let found = members.iter().find(|(name, item)| name.contains(separator) || holds(item));
            found.map(|(name, _)| name.clone())
        }
        Part::Null | Part::Bare(_) | Part::Text(_) => None,
    };
    match found {
        Some(place) => Err(Unwritable::new(format!("contains {name}, which separates items")).within(place)),
        None => Ok(()),
    }
}
