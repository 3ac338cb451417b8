//! Descriptions that can be fetched: new ones, and unchanged ones.

use workspace_tests::{RawRequest, RawServer, whole};

use super::{FETCHED, Watched, description};

/// A server of a description with validators, which answers 304 when they are sent back.
fn with_validators(title: &'static str) -> RawServer {
    RawServer::start(move |request, stream| {
        let tag = format!("\"{title}\"");
        if request.header("if-none-match") == Some(&tag) {
            return whole(stream, "304 Not Modified", &[&format!("etag: {tag}")], b"");
        }
        let headers = [format!("etag: {tag}"), "last-modified: Sun, 29 Nov 2026 10:00:00 GMT".to_owned()];
        whole(stream, "200 OK", &headers.each_ref().map(String::as_str), description(title).as_bytes());
    })
}

fn source(server: &RawServer) -> String {
    format!("{}/api.json", server.url())
}

fn conditions(requests: &[RawRequest]) -> Vec<Option<&str>> {
    requests.iter().map(|request| request.header("if-none-match")).collect()
}

#[test]
fn what_is_new_is_written_for_adopt_and_nothing_else_is() {
    let server = RawServer::always("200 OK", &["content-type: application/json"], description("New"));
    let watched = Watched::at(&source(&server));
    let before = watched.files();

    let (code, stdout, _) = watched.run(&["fetch", "--check"]);
    assert_eq!(code, Some(3));
    assert!(stdout.contains("next: cargo xtask fetch acme\n"), "{stdout}");
    assert_eq!(watched.files(), before, "a question writes nothing");

    let (code, stdout, stderr) = watched.run(&["fetch", "acme"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.starts_with(&format!("acme/main  {}\n  new: ", source(&server))), "{stdout}");
    assert!(stdout.ends_with(&format!("next: cargo xtask adopt acme main={FETCHED}\n")), "{stdout}");
    assert_eq!(watched.read(FETCHED), Some(description("New")));
    let mut after = watched.files();
    after.retain(|path, _| !path.starts_with(watched.folder.path().join("target")));
    assert_eq!(after, before, "nothing under openapi/ is touched");

    let (code, stdout, _) = watched.run(&["fetch", "--format", "lines"]);
    assert_eq!(code, Some(0));
    assert_eq!(stdout, format!("new\tacme\tmain\t{FETCHED}\topenapi/acme/api.json\n"));
    let request = &server.received()[0];
    assert_eq!(request.line, "GET /api.json HTTP/1.1");
    assert_eq!(request.header("accept-encoding"), Some("identity"));
}

#[test]
fn the_same_bytes_are_unchanged() {
    let server = RawServer::always("200 OK", &[], description("Old"));
    let watched = Watched::at(&source(&server));
    for arguments in [&["fetch", "--check"][..], &["fetch"]] {
        let (code, stdout, stderr) = watched.run(arguments);
        assert_eq!((code, stderr.contains("error")), (Some(0), false), "{stderr}");
        assert!(stdout.ends_with("  unchanged: it is openapi/acme/api.json\n"), "{stdout}");
    }
    let (_, stdout, _) = watched.run(&["fetch", "--format", "lines"]);
    assert_eq!(stdout, "unchanged\tacme\tmain\t\topenapi/acme/api.json\n");
}

#[test]
fn the_validators_are_kept_and_304_means_what_was_fetched() {
    let server = with_validators("New");
    let watched = Watched::at(&source(&server));
    watched.run(&["fetch"]);
    // The description is still new: the one that the server's validators stand for isn't the one that the family is
    // built from.
    assert_eq!(watched.run(&["fetch", "--check"]).0, Some(3));
    assert_eq!(conditions(&server.received()), [None, Some("\"New\"")]);
    assert_eq!(server.received()[1].header("if-modified-since"), Some("Sun, 29 Nov 2026 10:00:00 GMT"));

    // As `adopt --write` leaves it.
    watched.write("openapi/acme/api.json", &description("New"));
    let (code, stdout, _) = watched.run(&["fetch", "--check"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("unchanged"), "{stdout}");
}

#[test]
fn validators_are_sent_for_what_is_here_as_it_was_sent_and_for_nothing_else() {
    let server = with_validators("New");
    let watched = Watched::at(&source(&server));
    watched.run(&["fetch"]);
    watched.write(FETCHED, &description("Changed by hand"));
    assert_eq!(watched.run(&["fetch"]).0, Some(0));
    assert_eq!(watched.read(FETCHED), Some(description("New")));

    std::fs::remove_file(watched.folder.path().join(FETCHED)).unwrap();
    assert_eq!(watched.run(&["fetch", "--check"]).0, Some(3));

    watched.run(&["fetch"]);
    watched.configure(&format!("source = \"{}?other\"", source(&server)));
    assert_eq!(watched.run(&["fetch", "--check"]).0, Some(3));
    assert_eq!(conditions(&server.received()), [None; 5]);
}

#[test]
fn a_description_marked_as_seen_is_not_new() {
    let server = RawServer::always("200 OK", &[], description("New"));
    let watched = Watched::at(&source(&server));
    let (_, stdout, _) = watched.run(&["fetch"]);
    let hash = stdout.split("SHA-256 ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    watched.configure(&format!("source = \"{}\"\nseen = \"{hash}\"", source(&server)));
    let (code, stdout, _) = watched.run(&["fetch", "--check"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("unchanged since it was last seen"), "{stdout}");
    watched.configure(&format!("source = \"{}\"\nseen = \"{}\"", source(&server), "0".repeat(64)));
    assert_eq!(watched.run(&["fetch", "--check"]).0, Some(3));
}

#[test]
fn redirects_are_followed_within_the_server() {
    let server = RawServer::start(|request, stream| match request.target() {
        "/api.json" => whole(stream, "301 Moved Permanently", &["location: /v2/./api.json?raw"], b"moved"),
        "/v2/api.json?raw" => whole(stream, "307 Temporary Redirect", &["location: latest.json"], b""),
        "/v2/latest.json" => whole(stream, "200 OK", &[], description("New").as_bytes()),
        _ => whole(stream, "404 Not Found", &[], b""),
    });
    let watched = Watched::at(&source(&server));
    assert_eq!(watched.run(&["fetch"]).0, Some(0));
    assert_eq!(watched.read(FETCHED), Some(description("New")));
    assert_eq!(server.received().len(), 3);
}

#[test]
fn each_document_is_fetched_though_another_one_fails() {
    let server = RawServer::start(|request, stream| match request.target() {
        "/api.json" => whole(stream, "200 OK", &[], description("New").as_bytes()),
        _ => whole(stream, "503 Service Unavailable", &[], b""),
    });
    let watched = Watched::at(&source(&server));
    let more = format!(
        "source = \"{url}/api.json\"\n\n[[families.acme.documents]]\nid = \"gone\"\nfile = \"acme/gone.json\"\nsource = \
         \"{url}/gone.json\"\n\n[[families.acme.documents]]\nid = \"local\"\nfile = \"acme/local.json\"",
        url = server.url()
    );
    watched.configure(&more);
    watched.write("openapi/acme/gone.json", &description("Old"));
    let (code, stdout, stderr) = watched.run(&["fetch", "--format", "lines"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("503 Service Unavailable"), "{stderr}");
    let expected =
        format!("new\tacme\tmain\t{FETCHED}\topenapi/acme/api.json\nfailed\tacme\tgone\t\topenapi/acme/gone.json\n");
    assert_eq!(stdout, expected);
    assert_eq!(watched.run(&["fetch", "--check"]).0, Some(1), "a failure says more than what is new");
}
