//! Changes as articles: old and new side by side.

use std::collections::HashSet;

use openapi_pipeline::diff::{Change, Seen};

use super::escape::escape;
use super::excerpt::excerpt;
use crate::diff::outline::{direction, level, rule, some};
use crate::diff::{Compared, repeats};

/// The bytes of articles from which on the others go without lines of the descriptions.
const EXCERPTS_UNTIL: usize = 2_500_000;

/// The bytes of articles from which on the others are only counted.
const ARTICLES_UNTIL: usize = 3_500_000;

/// The head of a section, which an article may add to the page beside itself.
const OVERHEAD: usize = 250;

/// The number of operations named; the others are counted.
const MOST_NAMES: usize = 5;

/// The longest message shown, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// The articles of all changes that there is room for.
pub(super) struct Articles {
    /// In the order of the difference; nothing where there was no room.
    pub(super) list: Vec<Option<String>>,
    /// How many there was no room for.
    pub(super) hidden: usize,
}

impl Articles {
    pub(super) fn of(compared: &Compared) -> Self {
        let changes = &compared.difference.changes;
        // The worst come first, so that they are whole however many others there are.
        let mut order: Vec<(usize, &Change)> = changes.iter().enumerate().collect();
        order.sort_by_key(|(_, change)| change.level());
        let mut list: Vec<Option<String>> = vec![None; changes.len()];
        let (mut size, mut hidden) = (0, 0);
        let (first_of_repeated, mut shown) = (repeats::first_of_repeated(changes), HashSet::new());
        for (at, change) in order {
            let first =
                first_of_repeated.get(&change.fingerprint).copied().filter(|first| shown.contains(&first.fingerprint));
            let article = article(compared, change, first, size < EXCERPTS_UNTIL && first.is_none());
            let after = size + article.len() + OVERHEAD;
            match list.get_mut(at) {
                Some(slot) if after <= ARTICLES_UNTIL => {
                    *slot = Some(article);
                    shown.insert(change.fingerprint);
                    size = after;
                }
                _ => hidden += 1,
            }
        }
        Self { list, hidden }
    }
}

/// `first` is the change that this one repeats, which has the lines of the descriptions.
fn article(compared: &Compared, change: &Change, first: Option<&Change>, has_excerpt: bool) -> String {
    let reason = compared.accepted.reason(change);
    let direction = direction(change);
    let message: String = change.message.chars().take(LONGEST_MESSAGE).collect();
    let operations = match change.operations.as_slice() {
        [] => String::new(),
        // The section is that of the one operation.
        [one] if *one == change.subject.to_string() => String::new(),
        _ => format!(" · in {}", escape(&some(&change.operations, MOST_NAMES))),
    };
    let repeats = first.map_or_else(String::new, |first| {
        let name = first.subject.to_string();
        let name: String = name.chars().take(LONGEST_MESSAGE).collect();
        format!(" · the same as in <a href=\"#c-{}\"><bdi>{}</bdi></a>", first.fingerprint, escape(&name))
    });
    let accepted = reason.map(|reason| format!("<p class=\"reason\">accepted: {}</p>", escape(reason)));
    format!(
        "<article class=\"change {}{}\" id=\"c-{}\"><span class=\"level\">{}</span>{direction}<bdi>{}</bdi>\
         <p class=\"facts\"><code>{}</code> · <code>{}</code>{operations}{repeats}</p>{}<div class=\"sides\">{}{}</div></article>",
        change.level().name(),
        if reason.is_some() { " accepted" } else { "" },
        change.fingerprint,
        level(change.level()),
        escape(&message),
        rule(change),
        change.fingerprint,
        accepted.unwrap_or_default(),
        side(compared, "old", change.old.as_ref(), has_excerpt),
        side(compared, "new", change.new.as_ref(), has_excerpt),
    )
}

fn side(compared: &Compared, name: &str, seen: Option<&Seen>, has_excerpt: bool) -> String {
    let Some(seen) = seen else { return format!("<div class=\"side {name}\"><p>{name}: nothing</p></div>") };
    let place = compared.cx.sources.place(seen.origin).to_string();
    let value = match seen.text.is_empty() {
        true => String::new(),
        false => format!("<pre class=\"value\">{}</pre>", escape(&seen.text)),
    };
    let lines = match has_excerpt {
        true => format!("<pre>{}</pre>", excerpt(&compared.cx.sources, seen.origin)),
        false => String::new(),
    };
    format!("<div class=\"side {name}\"><p>{name}: {}</p>{value}{lines}</div>", escape(&place))
}
