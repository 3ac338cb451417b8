//! The changes by operation, and those of components by component.

use indexmap::IndexMap;
use openapi_pipeline::diff::{Change, Level, Subject};

use super::change::Articles;
use super::escape::escape;
use crate::diff::Compared;
use crate::diff::outline::subject_name;

/// The bytes that the overview may take.
const OVERVIEW_UNTIL: usize = 500_000;

/// The bytes that references from operations to components may take.
const REFERENCES_UNTIL: usize = 700_000;

/// The number of components that an operation refers to by links; the others are counted.
const MOST_LINKS: usize = 8;

/// The longest name of an operation or component shown, in characters.
const LONGEST_NAME: usize = 200;

/// The changes of an operation, a component or the document.
#[derive(Default)]
struct Section {
    /// The numbers of its own changes.
    own: Vec<usize>,
    /// The changes that matter to it, by level.
    counts: [usize; 4],
    /// For an operation, the components with changes that matter to it.
    components: Vec<usize>,
}

/// All sections, each with the number that links lead to.
pub(super) struct Sections<'a> {
    compared: &'a Compared,
    changes: &'a [Change],
    list: IndexMap<Subject, Section>,
}

impl<'a> Sections<'a> {
    pub(super) fn of(compared: &'a Compared, articles: &Articles) -> Self {
        let changes = &compared.difference.changes;
        let mut list: IndexMap<Subject, Section> = IndexMap::new();
        // Operations stand before components, also those that have no change of their own.
        let operations = changes.iter().flat_map(|change| &change.operations).cloned().map(Subject::Operation);
        let own = changes.iter().map(|change| change.subject.clone());
        let is_component = |subject: &Subject| matches!(subject, Subject::Component(_));
        let first = own.clone().filter(|subject| !is_component(subject));
        for subject in first.chain(operations).chain(own) {
            list.entry(subject).or_default();
        }
        for (at, change) in changes.iter().enumerate() {
            let level = Level::ALL.iter().position(|level| *level == change.level()).unwrap_or_default();
            let number = list.get_index_of(&change.subject).unwrap_or_default();
            let is_operation = matches!(change.subject, Subject::Operation(_));
            if let Some(section) = list.get_mut(&change.subject) {
                if articles.list.get(at).is_some_and(Option::is_some) {
                    section.own.push(at);
                }
                section.counts[level] += 1;
            }
            for operation in change.operations.iter().cloned().map(Subject::Operation) {
                let is_own = is_operation && operation == change.subject;
                let Some(section) = list.get_mut(&operation).filter(|_| !is_own) else { continue };
                section.counts[level] += 1;
                if section.components.last() != Some(&number) {
                    section.components.push(number);
                }
            }
        }
        Self { compared, changes, list }
    }

    /// The table of operations, with the number of changes that matter to each.
    pub(super) fn overview(&self) -> String {
        let mut out = String::from(
            "<details class=\"overview\" open><summary><h2>By operation</h2></summary><div><table><thead><tr><th>operation</th>\
             <th>breaking</th><th>code only</th><th>compatible</th><th>documentation</th></tr></thead><tbody>",
        );
        let mut hidden = 0;
        for (number, (subject, section)) in self.list.iter().enumerate() {
            if matches!(subject, Subject::Component(_)) {
                continue;
            }
            if out.len() > OVERVIEW_UNTIL {
                hidden += 1;
                continue;
            }
            out.push_str(&format!(
                "<tr><td><a href=\"#s-{number}\"><bdi>{}</bdi></a></td>",
                name(self.compared, subject)
            ));
            for (level, count) in Level::ALL.iter().zip(section.counts) {
                let shown = if count == 0 { String::new() } else { count.to_string() };
                out.push_str(&format!("<td class=\"count {}\">{shown}</td>", level.name()));
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
        if hidden > 0 {
            out.push_str(&format!("<p>{hidden} more operations have no room here.</p>"));
        }
        out.push_str("</details>");
        out
    }

    pub(super) fn write(&self, articles: &Articles, line: &mut dyn FnMut(&str)) {
        let mut room = REFERENCES_UNTIL;
        for (number, (subject, section)) in self.list.iter().enumerate() {
            let references = Some(self.references(section)).filter(|references| references.len() + 300 <= room);
            let references = references.unwrap_or_default();
            if section.own.is_empty() && references.is_empty() {
                continue;
            }
            if !references.is_empty() {
                room -= references.len() + 300;
            }
            let own = || section.own.iter().filter_map(|at| self.changes.get(*at));
            let is_documentation =
                !section.own.is_empty() && own().all(|change| change.level() == Level::Documentation);
            let class =
                if is_documentation && references.is_empty() { "subject only-documentation" } else { "subject" };
            line(&format!(
                "<details class=\"{class}\" id=\"s-{number}\" open><summary><h2><bdi>{}</bdi></h2></summary>{references}",
                name(self.compared, subject)
            ));
            section.own.iter().filter_map(|at| articles.list.get(*at)?.as_deref()).for_each(&mut *line);
            line("</details>");
        }
    }

    /// Links to the components with changes that matter to an operation.
    fn references(&self, section: &Section) -> String {
        if section.components.is_empty() {
            return String::new();
        }
        let mut links = Vec::new();
        for number in section.components.iter().take(MOST_LINKS) {
            let Some((subject, component)) = self.list.get_index(*number) else { continue };
            links.push(match component.own.is_empty() {
                true => name(self.compared, subject),
                false => format!("<a href=\"#s-{number}\"><bdi>{}</bdi></a>", name(self.compared, subject)),
            });
        }
        let more = match section.components.len() - links.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("<p class=\"uses\">also changed by {}{more}</p>", links.join(", "))
    }
}

/// The name of what changes belong to, as HTML.
fn name(compared: &Compared, subject: &Subject) -> String {
    let text = match subject {
        Subject::Document => "the document".to_owned(),
        named => subject_name(compared, named),
    };
    escape(&text.chars().take(LONGEST_NAME).collect::<String>())
}
