//! Annotations, Markdown and HTML: their form and size, and that texts of a description are inert in them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use families::diff::{Compared, Options, compare};
use regex::Regex;
use serde_json::{Value, json};
use test_requirements::Requirement;

use super::command::{run, versions};

/// Texts of descriptions that other formats would read as markup or commands.
pub(super) const HOSTILE: [&str; 11] = [
    "<script>alert(1)</script>",
    "</pre></style></script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" x='",
    "<!-- --!> <![CDATA[ ]]>",
    "`` ` <b>```",
    "``<b>",
    "](javascript:alert(1)) [a](https://example.com) ![](https://example.com/a.png)",
    "\n::error file=a::b\n::stop-commands::x\n##[error]c",
    "%0A::warning::d%25%41",
    "\u{1b}[31m\u{202e}\u{0}\r\n| # *x* _y_ @team &lt;",
    "\u{85}\u{2028}::debug::e",
];

/// A pair of descriptions in which everything with a name or a text says one of these.
fn hostile(text: &str) -> (String, String) {
    let operation = |id: &str, kind: &str, values: Value| {
        let schema = json!({"type": "object", "description": text, "properties": {
            text: {"type": kind, "default": text}, "e": {"enum": values}, "p": {"type": "string", "pattern": text}
        }});
        json!({
            "operationId": id,
            "summary": format!("{text}{kind}"),
            "tags": [text],
            "parameters": [{"name": text, "in": "query", "schema": {"type": kind}}],
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": text, "content": {"application/json": {"schema": schema}}}}
        })
    };
    let document = |title: &str, operation: Value| {
        json!({
            "openapi": "3.0.3",
            "info": {"title": format!("{text}{title}"), "version": text},
            "servers": [{"url": format!("https://example.com/{title}"), "description": text}],
            "paths": {format!("/a/{}", text.replace(['{', '}'], "")): {"post": operation}}
        })
        .to_string()
    };
    let old = document("1", operation("a", "string", json!([text, "b"])));
    let new = document("2", operation(&format!("a{text}"), "integer", json!(["b", "c"])));
    (old, new)
}

pub(super) fn shown(text: &str, format: &str) -> String {
    let (old, new) = hostile(text);
    let (code, stdout, stderr) = run(&old, &new, &["--format", format]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{text:?}");
    stdout
}

/// All tags of a page; what is text has no `<`.
fn tags(page: &str) -> Vec<&str> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").unwrap());
    TAG.find_iter(page).map(|found| found.as_str()).collect()
}

/// The page without the contents of its style and its script.
fn without_code(page: &str) -> String {
    let code = Regex::new("(?s)<(style|script)>.*?</(style|script)>").unwrap();
    assert_eq!(code.find_iter(page).count(), 2);
    code.replace_all(page, "").into_owned()
}

/// That a page has no other markup than its own, and loads nothing.
fn assert_inert(page: &str) {
    let page = without_code(page);
    let allowed: BTreeSet<&str> =
        "!DOCTYPE html head meta title body header h1 h2 p code bdi div input label span main \
        details summary table thead tbody tr th td a article pre mark"
            .split_whitespace()
            .collect();
    let attributes: BTreeSet<&str> =
        "lang charset http-equiv content name class type id placeholder aria-label aria-live hidden checked open href"
            .split_whitespace()
            .collect();
    let attribute = Regex::new("([^\\s=\"]+)(?:=\"([^\"]*)\")?").unwrap();
    for tag in tags(&page) {
        let inside = tag.trim_matches(['<', '>', '/']);
        let (name, rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        assert!(allowed.contains(name), "{tag}");
        for found in attribute.captures_iter(rest).filter(|_| name != "!DOCTYPE") {
            assert!(attributes.contains(&found[1]), "{tag}");
            if &found[1] == "href" {
                let leads_to_a_change = || page.contains(&format!("id=\"{}\"", found[2].trim_start_matches('#')));
                assert!(found[2].starts_with("#s-") || found[2].starts_with("#c-") && leads_to_a_change(), "{tag}");
            }
        }
    }
    assert_eq!(page.matches('<').count(), tags(&page).len());
    assert!(!page.chars().any(|char| (char.is_control() && char != '\n' && char != '\t') || char == '\u{202e}'));
}

#[test]
fn markup_in_descriptions_is_escaped_in_html() {
    for text in HOSTILE {
        let page = shown(text, "html");
        assert_inert(&page);
        assert!(page.contains("default-src 'none'; style-src 'sha256-") && !page.contains("unsafe"), "{page}");
        // Every change is there, old and new side by side.
        assert_eq!(page.matches("<article ").count(), page.matches("<div class=\"sides\">").count());
        assert!(page.matches("<article ").count() > 5, "{page}");
    }
    assert!(shown("<script>alert(1)</script>", "html").contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn html_shows_changes_by_operation() {
    let (old, new) = versions();
    let (_, page, _) = run(&old, &new, &["--format", "html"]);
    let page = without_code(&page);
    assert!(page.contains("<p class=\"verdict\">semver: major</p>"), "{page}");
    let row = Regex::new("<td><a href=\"#s-(\\d+)\"><bdi>GET /orders/\\{orderId\\}</bdi></a></td>(.*?)</tr>").unwrap();
    let found = row.captures(&page).unwrap();
    // An operation without a change of its own leads to the component.
    assert!(
        found[2].starts_with("<td class=\"count breaking\">1</td><td class=\"count source\">1</td>"),
        "{}",
        &found[2]
    );
    let section = &page[page.find(&format!("id=\"s-{}\"", &found[1])).unwrap()..];
    let section = &section[..section.find("</details>").unwrap()];
    assert!(section.contains("also changed by <a href=\"#s-") && section.contains(">schemas/Order<"), "{section}");
    assert!(!section.contains("<article"), "{section}");
    // Both sides have their lines of the descriptions.
    let article =
        page.split("<article ").find(|article| article.contains("request-parameter-became-required")).unwrap();
    assert!(article.contains("new: new.yaml:") && article.contains("<mark>true</mark>"), "{article}");
    assert_eq!(page.matches("<article ").count(), 10);
    let filters = ["breaking", "source", "compatible", "documentation", "accepted"];
    assert!(filters.iter().all(|name| page.contains(&format!("id=\"show-{name}\""))), "{page}");
    assert!(page.contains("id=\"search\" placeholder=\"Search\" aria-label=\"Search\" hidden>"), "{page}");
}

#[test]
fn annotations_have_a_line_each() {
    let (old, new) = versions();
    let (_, stdout, _) = run(&old, &new, &["--format", "github"]);
    let lines: Vec<&str> = stdout.lines().collect();
    let starts: Vec<&str> = lines.iter().filter_map(|line| line.split_once(' ')).map(|(command, _)| command).collect();
    let expected =
        ["::error", "::error", "::error", "::warning", "::warning", "::notice", "::notice", "::notice", "10"];
    assert_eq!(starts, expected, "{stdout}");
    let place = "::error file=new.yaml,line=273,col=25,title=request-parameter-became-required::GET /orders: the query \
                 parameter `limit` became required%0Afingerprint 6c92ea2ab258f7fae80a75ef13c940d6";
    assert!(lines.contains(&place), "{stdout}");
}

#[test]
fn annotations_end_where_the_tool_ends_them() {
    let form = "^::(error|warning|notice) (file=[^:,\\r\\n]+,line=[0-9]+,col=[0-9]+,)?title=[a-z0-9-]+::[^\\r\\n]*$";
    let (form, escape) = (Regex::new(form).unwrap(), Regex::new("%(25|0D|0A)").unwrap());
    for text in HOSTILE {
        let stdout = shown(text, "github");
        let (last, lines) = stdout
            .trim_end()
            .split_once("semver")
            .map(|(rest, _)| rest.rsplit_once('\n').unwrap())
            .map(|(lines, last)| (last, lines))
            .unwrap();
        assert!(last.contains("changes: "), "{stdout}");
        for line in lines.split('\n') {
            assert!(form.is_match(line), "{line:?}");
            assert!(!escape.replace_all(line, "").contains('%') && !line.contains('\u{1b}'), "{line:?}");
        }
    }
}

#[test]
fn text_contains_no_commands_for_a_terminal_or_a_workflow() {
    for text in HOSTILE {
        let stdout = shown(text, "text");
        assert!(!stdout.chars().any(|char| char.is_control() && char != '\n'), "{stdout:?}");
        assert!(!stdout.contains("##["), "{stdout}");
        assert!(stdout.lines().all(|line| !line.trim_start().starts_with("::")), "{stdout}");
    }
}

#[test]
fn markup_in_descriptions_is_escaped_in_markdown() {
    for text in HOSTILE {
        let page = shown(text, "markdown");
        let mut html = String::new();
        let options = pulldown_cmark::Options::ENABLE_TABLES;
        for event in pulldown_cmark::Parser::new_ext(&page, options) {
            use pulldown_cmark::{Event, Tag};
            match event {
                Event::Html(raw) | Event::InlineHtml(raw) => html.push_str(&raw),
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => {
                    panic!("{text:?}: {event:?} in {page}")
                }
                _ => {}
            }
        }
        assert_eq!(html, "", "{text:?}: {page}");
    }
}

/// A description with many operations, each with its own body of a type.
pub(super) fn large(kind: &str, operations: usize) -> Value {
    let operation = |number: usize| {
        let schema = json!({"type": "object", "properties": {"a": {"type": kind, "description": format!("{kind} a")}}});
        json!({"post": {
            "operationId": format!("operation{number}"),
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
        }})
    };
    let paths: serde_json::Map<String, Value> = (0..operations)
        .map(|number| (format!("/things/{}/number/{number}", "x".repeat(40)), operation(number)))
        .collect();
    json!({"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "paths": paths})
}

#[test]
fn pages_of_many_changes_stay_small_and_count_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let write = |kind: &str| {
        let text = serde_json::to_string_pretty(&large(kind, 3000)).unwrap();
        assert!(text.len() > 2_500_000, "{}", text.len());
        let path = folder.path().join(kind);
        std::fs::write(&path, text).unwrap();
        path
    };
    let compared = compare(&Options { old: write("string"), new: write("integer"), ..Options::default() }).unwrap();
    let page = compared.html();
    assert!((2_000_000..5_000_000).contains(&page.len()), "{}", page.len());
    assert_inert(&page);
    let hidden = Regex::new("<p>(\\d+) more changes have no room").unwrap();
    let hidden: usize = hidden.captures(&page).map_or(0, |found| found[1].parse().unwrap());
    assert_eq!(page.matches("<article ").count() + hidden, compared.difference.changes.len());
    assert!(hidden > 0);
    let page = compared.markdown();
    assert!((30_000..=60_000).contains(&page.len()), "{}", page.len());
    // A change that many operations share is one line, with as many of its fingerprints, folded, as there is room for.
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    assert!(page.contains("have no room here"), "{}", &page[page.len() - 600..]);
}

#[test]
fn published_versions_have_a_page_below_five_megabytes() {
    let Some(folder) = test_requirements::variable(Requirement::Upstream, "UPSTREAM_DIR").map(PathBuf::from) else {
        return;
    };
    let file = |name: &str| folder.join(name);
    let options =
        Options { old: file("svix-2022-11-29.json"), new: file("svix-2024-09-10.json"), ..Options::default() };
    let compared: Compared = compare(&options).unwrap();
    let (page, markdown) = (compared.html(), compared.markdown());
    println!("{} bytes of HTML, {} of Markdown", page.len(), markdown.len());
    assert!(page.len() < 5_000_000 && markdown.len() <= 60_000);
    assert_inert(&page);
    assert_eq!(page.matches("<article ").count(), compared.difference.changes.len());
}
