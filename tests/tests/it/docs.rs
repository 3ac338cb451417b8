//! The pages under docs/ agree with the code, and their links have targets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use families::client::ClientReport;
use openapi_pipeline::diff::{self, Level};
use openapi_pipeline::lower;
use regex::Regex;
use workspace_tests::{workspace_root, written_files};

/// Compares a file of docs/ with its expected contents, or writes them when `UPDATE_DOCS` is set.
#[track_caller]
fn documented(file: &str, wanted: &str) {
    let path = workspace_root().join("docs").join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let how = "UPDATE_DOCS=1 cargo test --workspace --test it -- docs::";
    assert!(text == wanted, "docs/{file} is not what the code says; update it by\n    {how}");
}

#[test]
fn the_schemas_of_the_reports_are_documented() {
    let client = serde_json::to_string_pretty(&schemars::schema_for!(ClientReport)).unwrap() + "\n";
    documented("client-report.schema.json", &client);
    documented("diff.schema.json", &families::diff::DiffReport::schema());
    documented("diff-history.schema.json", &families::diff::HistoryReport::schema());
}

#[test]
fn the_catalogue_is_documented() {
    let (begin, end) = ("<!-- catalogue: made by the test of the pages -->\n", "<!-- end of the catalogue -->\n");
    let text = std::fs::read_to_string(workspace_root().join("docs/diff.md")).unwrap();
    let (before, rest) = text.split_once(begin).expect("docs/diff.md has no place for the catalogue");
    let (_, after) = rest.split_once(end).expect("docs/diff.md has no end of the catalogue");
    let mut catalogue = String::new();
    let mut direction = None;
    for rule in diff::rules() {
        if direction != Some(rule.direction) {
            direction = Some(rule.direction);
            let name = rule.direction.name();
            catalogue
                .push_str(&format!("\n### {name}\n\n| rule | area | level | what it means |\n|---|---|---|---|\n"));
        }
        let level = if rule.level == Level::Breaking { "**breaking**" } else { rule.level.name() };
        let (name, area) = (rule.name, rule.area.name());
        catalogue.push_str(&format!("| `{name}` | {area} | {level} | {} |\n", rule.summary));
    }
    catalogue.push_str(&missing_mirrors());
    documented("diff.md", &format!("{before}{begin}{catalogue}\n{end}{after}"));
}

/// The rules that the catalogue lets expect and doesn't have, those with one reason in a line.
fn missing_mirrors() -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for mirror in diff::missing_mirrors() {
        let (name, reason) = (format!("`{}`", mirror.name), mirror.reason.unwrap_or_default());
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let lines: String =
        reasons.iter().map(|(reason, names)| format!("| {} | {reason} |\n", names.join(", "))).collect();
    format!(
        "\n### Mirrors that don't exist\n\nA change the other way round, or the same in the other direction, is a rule \
         too. Where it isn't:\n\n| no rule | reason |\n|---|---|\n{lines}"
    )
}

#[test]
fn the_lowerings_are_documented() {
    let text = std::fs::read_to_string(workspace_root().join("docs/lowerings.md")).unwrap();
    let (introduction, _) = text.split_once("\n## ").expect("docs/lowerings.md has no lowering");
    let entries: String =
        lower::rules().iter().map(|rule| format!("\n## {}\n\n{}\n", rule.name, rule.summary)).collect();
    documented("lowerings.md", &format!("{introduction}{entries}"));
}

#[test]
fn every_link_leads_somewhere() {
    let (root, link) = (workspace_root(), Regex::new(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)").unwrap());
    let found = written_files(root, "md");
    assert!(found.len() > 30, "{} pages are not all", found.len());
    let mut broken = Vec::new();
    for page in found {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            if !page.with_file_name(&target).exists() {
                broken.push(format!("{}: {target}", page.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "links to nothing:\n{}", broken.join("\n"));
}

#[test]
fn every_decision_is_in_the_list() {
    let folder = workspace_root().join("docs/decisions");
    let list = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(entry == "README.md" || list.contains(&format!("({entry})")), "docs/decisions/README.md lacks {entry}");
    }
}
