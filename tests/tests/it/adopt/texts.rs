//! Texts of a description in the entry of the changelog and in the report.

use serde_json::json;

use super::{AIVO, Shop, assert_has, text};

const CHANGELOG: &str = "crates/aivo-client/CHANGELOG.md";

/// A path, a version and an id that would be markup, or end what they stand in.
#[test]
fn what_a_description_says_formats_nothing() {
    let shop = Shop::new();
    shop.scratch.write(CHANGELOG, "# Changelog\n\nWithout a version yet.");
    let file = shop.published(AIVO, "auth.yaml", |document| {
        document["info"]["version"] = json!("1.1\n\n## [9.9.9] <b>`x` [a](b) \u{1b}[31m");
        let paths = document["paths"].as_object_mut().unwrap();
        let login = paths.remove("/login").unwrap();
        paths.insert("/lo`gin<i>[x](y)|".to_owned(), login);
        paths.insert(
            "/`new`<u>|".to_owned(),
            json!({"get": {
                "tags": ["Authentication"], "operationId": "list\n\n## [8.8.8]",
                "responses": {"204": {"description": "None."}},
            }}),
        );
    });
    let adoption = shop.adopt("aivo", &[&file]);
    assert_eq!(adoption.problems, 0, "{}", adoption.report);
    let changelog = text(&adoption.tree, CHANGELOG);
    let headings: Vec<&str> = changelog.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(headings, ["## [0.2.0] - unreleased"], "{changelog}");
    assert!(
        changelog.starts_with("# Changelog\n\nWithout a version yet.\n\n## [0.2.0] - unreleased\n\n"),
        "{changelog}"
    );
    assert_has(
        &changelog,
        &[
            "version 1.1  \\#\\# \\[9.9.9\\] \\<b\\>`x` \\[a\\](b) ",
            ": `GET /'new'<u>|`\n",
            "- **Breaking:** `POST /lo'gin<i>[x](y)|`: the path was /login and is /lo\\`gin\\<i\\>\\[x\\](y)|.\n",
        ],
    );
    assert!(!adoption.report.lines().any(|line| line.starts_with("## [9") || line.starts_with("## [8")));
    assert!(!adoption.report.contains('\u{1b}'), "{}", adoption.report);
}
