//! docs/diff.md and docs/diff.schema.json say what the code says.

use openapi_pipeline::diff::{self, Level};
use workspace_tests::workspace_root;

/// Compares a file of docs/ with what it has to say, or writes it when `UPDATE_DOCS` is set.
#[track_caller]
fn documented(file: &str, wanted: &str) {
    let path = workspace_root().join("docs").join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let how = "UPDATE_DOCS=1 cargo test --package workspace-tests --test it diff";
    assert!(text == wanted, "docs/{file} is not what the code says; update it by\n    {how}");
}

#[test]
fn the_schema_of_the_json_is_documented() {
    documented("diff.schema.json", &::xtask::diff::DiffReport::schema());
}

#[test]
fn the_catalogue_is_documented() {
    let (begin, end) = ("<!-- catalogue: made by the test of the diff -->\n", "<!-- end of the catalogue -->\n");
    let text = std::fs::read_to_string(workspace_root().join("docs/diff.md")).unwrap();
    let (before, rest) = text.split_once(begin).expect("docs/diff.md has no place for the catalogue");
    let (_, after) = rest.split_once(end).expect("docs/diff.md has no end of the catalogue");
    let mut catalogue = String::new();
    let mut direction = None;
    for rule in diff::rules() {
        if direction != Some(rule.direction) {
            direction = Some(rule.direction);
            let name = rule.direction.name();
            catalogue.push_str(&format!("\n### {name}\n\n| rule | level | what it means |\n|---|---|---|\n"));
        }
        let level = if rule.level == Level::Breaking { "**breaking**" } else { rule.level.name() };
        catalogue.push_str(&format!("| `{}` | {level} | {} |\n", rule.name, rule.summary));
    }
    documented("diff.md", &format!("{before}{begin}{catalogue}\n{end}{after}"));
}
