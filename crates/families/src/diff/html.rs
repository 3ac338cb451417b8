//! A difference as one HTML file, which needs nothing else: no network, and for reading no scripts.
//!
//! All strings of the descriptions pass through [`escape`], and a content security policy names the one style and the one
//! script by their hashes.

mod change;
mod escape;
mod excerpt;
mod sections;

use openapi_pipeline::diff::Level;

use super::outline::{counts, level, not_compared, step};
use super::{Compared, Described};
use change::Articles;
use escape::{escape, policy_source};
use sections::Sections;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

pub(super) fn render(compared: &Compared) -> String {
    let articles = Articles::of(compared);
    let sections = Sections::of(compared, &articles);
    let mut page = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let (style, script) = (policy_source(STYLE), policy_source(SCRIPT));
    let mut line = |text: &str| {
        page.push_str(text);
        page.push('\n');
    };
    line(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {style}; script-src \
         {script}; base-uri 'none'; form-action 'none'\">"
    ));
    line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    line("<meta name=\"referrer\" content=\"no-referrer\">");
    line(&format!("<title>{}</title>", escape(&format!("{} to {}", compared.old.file, compared.new.file))));
    line(&format!("<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>What changed</h1>"));
    line(&format!("<p>{} → {}</p>", described(&compared.old), described(&compared.new)));
    line(&format!("<p class=\"verdict\">semver: {}</p>", escape(&step(compared))));
    line(&format!("<p>{}</p>", escape(&counts(compared))));
    for dropped in not_compared(compared) {
        line(&format!("<p>Not compared, because OpenAPI 3.0 has no place for it: {}</p>", escape(&dropped)));
    }
    if articles.hidden > 0 {
        line(&format!("<p>{} more changes have no room in this file; JSON has them all.</p>", articles.hidden));
    }
    line("</header>");
    line(&controls(compared));
    line("<main>");
    line(&sections.overview());
    sections.write(&articles, &mut line);
    line(&format!("</main>\n<script>{SCRIPT}</script>\n</body>\n</html>"));
    page
}

fn described(description: &Described) -> String {
    format!("<code>{}</code> ({})", escape(&description.file), escape(&description.facts()))
}

/// The search, which the script shows, and the filters, which work by the style alone.
fn controls(compared: &Compared) -> String {
    let mut out = String::from(
        "<div class=\"controls\"><input type=\"search\" id=\"search\" placeholder=\"Search\" aria-label=\"Search\" hidden>",
    );
    let mut filter = |name: &str, label: &str, count: usize, is_shown: bool| {
        let checked = if is_shown { " checked" } else { "" };
        out.push_str(&format!(
            "<label><input type=\"checkbox\" id=\"show-{name}\"{checked}> <span class=\"count {name}\">{label}</span> \
             {count}</label>"
        ));
    };
    for each in Level::ALL {
        filter(each.name(), level(each), compared.difference.count(each), each != Level::Documentation);
    }
    filter("accepted", "accepted", compared.accepted.count(&compared.difference.changes), true);
    out.push_str("<span id=\"left\" aria-live=\"polite\"></span></div>");
    out
}
