//! The HTML file in a browser: its script runs under its own policy, nothing else runs or is loaded, and it fits narrow and
//! wide windows.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use test_requirements::Requirement;

use super::command::{run, versions};
use super::formats::{HOSTILE, shown};

/// A browser without a window, with a profile of its own.
struct Browser {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Browser {
    fn here() -> Option<Self> {
        let program = test_requirements::variable(Requirement::Chromium, "CHROMIUM")?.into();
        Some(Self { program, folder: tempfile::tempdir().unwrap() })
    }

    fn write(&self, name: &str, page: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, page).unwrap();
        path
    }

    /// Opens a page, and does what the argument says when its scripts have run.
    fn open(&self, page: &Path, hash: &str, size: [u32; 2], argument: &str) -> String {
        let mut command = Command::new(&self.program);
        // In a container without user namespaces there is no sandbox; the pages are of this test.
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
        command.arg(format!("--user-data-dir={}", self.folder.path().join("profile").display()));
        command.arg(format!("--window-size={},{}", size[0], size[1])).arg("--virtual-time-budget=3000").arg(argument);
        command.arg(format!("file://{}{hash}", page.display()));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The page as it is when its scripts have run.
    fn document(&self, page: &Path, hash: &str) -> String {
        self.open(page, hash, [1400, 900], "--dump-dom")
    }

    /// The answer of a script that runs in the page, which its policy would not allow: the policy is taken away.
    fn asked(&self, page: &str, size: [u32; 2], script: &str) -> String {
        let policy = Regex::new("<meta http-equiv=\"Content-Security-Policy\"[^>]*>").unwrap();
        let asking = format!("<script>(() => {{ {script} }})()</script></body>");
        let page = policy.replace(page, "").replace("</body>", &asking);
        let document = self.open(&self.write("asked.html", &page), "", size, "--dump-dom");
        let answer = Regex::new("(?s)<title>(.*?)</title>").unwrap();
        answer.captures(&document).unwrap()[1].to_owned()
    }
}

fn page() -> String {
    let (old, new) = versions();
    run(&old, &new, &["--format", "html"]).1
}

/// The changes of a page with a text in them.
fn articles<'a>(page: &'a str, text: &str) -> Vec<&'a str> {
    page.split("<article ").skip(1).filter(|article| article.contains(text)).collect()
}

#[test]
fn the_script_of_the_page_runs_under_its_policy() {
    let Some(browser) = Browser::here() else { return };
    let page = page();
    let path = browser.write("page.html", &page);
    assert!(page.contains("aria-label=\"Search\" hidden>") && page.contains("aria-live=\"polite\"></span>"));
    let document = browser.document(&path, "");
    assert!(document.contains("aria-label=\"Search\">"), "the search is shown");
    // Documentation is hidden at first.
    let (all, hidden) = (articles(&page, "").len(), articles(&page, "change documentation"));
    assert!(document.contains(&format!("aria-live=\"polite\">{} shown</span>", all - hidden.len())), "{document}");

    // A link to a hidden change shows it.
    let id = Regex::new("id=\"(c-[^\"]+)\"").unwrap().captures(hidden[0]).unwrap()[1].to_owned();
    let document = browser.document(&path, &format!("#{id}"));
    assert!(document.contains(&format!("aria-live=\"polite\">{all} shown</span>")), "{document}");
}

#[test]
fn searching_and_filtering_leave_what_was_asked_for() {
    let Some(browser) = Browser::here() else { return };
    let visible = "[...document.querySelectorAll('.change')].filter((one) => one.offsetParent !== null).length";
    let script = format!(
        "for (const one of document.querySelectorAll('details')) one.open = true;
        const answers = [{visible}];
        document.getElementById('show-documentation').click();
        answers.push({visible});
        document.getElementById('show-breaking').click();
        answers.push({visible});
        document.getElementById('show-breaking').click();
        const search = document.getElementById('search');
        search.value = 'BECAME-required';
        search.dispatchEvent(new Event('input'));
        setTimeout(() => {{ answers.push({visible}); document.title = answers.join(' '); }}, 500);"
    );
    let page = page();
    let answer = browser.asked(&page, [1400, 900], &script);
    let count = |text: &str| articles(&page, text).len();
    let (all, hidden, breaking) = (count(""), count("change documentation"), count("change breaking"));
    let found = count("became-required");
    assert!(hidden > 0 && breaking > 0 && (1..all).contains(&found), "{all} {hidden} {breaking} {found}");
    assert_eq!(answer, format!("{} {all} {} {found}", all - hidden, all - breaking));
}

#[test]
fn the_page_fits_narrow_and_wide_windows() {
    let Some(browser) = Browser::here() else { return };
    let page = page();
    let script = "for (const one of document.querySelectorAll('details')) one.open = true;
        const root = document.documentElement;
        document.title = `${root.scrollWidth <= root.clientWidth} ${root.clientWidth}`;";
    // Chromium's smallest window is 500 wide.
    for width in [500, 1400] {
        let answer = browser.asked(&page, [width, 900], script);
        assert!(answer.starts_with("true "), "{width}: {answer}");
        let picture = browser.folder.path().join(format!("{width}.png"));
        let path = browser.write("page.html", &page);
        browser.open(&path, "", [width, 900], &format!("--screenshot={}", picture.display()));
        let picture = std::fs::read(&picture).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        // Width and height stand at a fixed place of the format; a page without content would be a small file.
        assert_eq!(picture[16..20], width.to_be_bytes());
        assert!(picture.len() > 10_000, "{width}: {} bytes", picture.len());
    }
}

#[test]
fn content_of_a_description_neither_runs_nor_loads() {
    let Some(browser) = Browser::here() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let loads = format!(
        "</pre></style></script><img src='{address}/a'><link rel=stylesheet href='{address}/b'><iframe src='{address}/c'>\
        </iframe><script src='{address}/d'></script><script>document.title='ran'</script><svg onload=\"document.title='ran'\">"
    );
    let title = Regex::new("(?s)<title>.*?</title>").unwrap();
    let title = |document: &str| title.find(document).unwrap().as_str().to_owned();
    for text in HOSTILE.into_iter().chain([loads.as_str()]) {
        let page = shown(text, "html");
        let document = browser.document(&browser.write("hostile.html", &page), "");
        assert_eq!(title(&document), title(&page), "{text}");
        let elements = |document: &str, name: &str| document.matches(&format!("<{name}")).count();
        for name in ["script", "style", "article", "img", "link", "iframe", "svg", "b>", "a "] {
            assert_eq!(elements(&document, name), elements(&page, name), "{text}: {name}");
        }
    }
    assert!(listener.accept().is_err(), "the page asked for something on the network");
}
