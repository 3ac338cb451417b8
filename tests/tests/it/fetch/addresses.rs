//! `cargo xtask diff` of descriptions at addresses, and proxies.

use std::io::Write;

use tempfile::TempDir;
use workspace_tests::{RawServer, whole};

use super::{Outcome, Watched, command, description, outcome};

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old.json"), description("Old")).unwrap();
    folder
}

fn diff(folder: &TempDir, old: &str, new: &str) -> Outcome {
    outcome(command(folder, &["diff", old, new]))
}

#[test]
fn a_description_at_an_address_is_compared() {
    let yaml =
        "openapi: 3.0.3\ninfo: {title: Old, version: '1'}\nservers: [{url: 'https://acme.example.com'}]\npaths: {}\n";
    let server = RawServer::start(move |request, stream| match request.target() {
        "/same.json?key=k" => whole(stream, "200 OK", &[], description("Old").as_bytes()),
        "/moved" => whole(stream, "302 Found", &["location: /none"], b""),
        _ => whole(stream, "200 OK", &[], yaml.as_bytes()),
    });
    let folder = folder();
    let (code, stdout, stderr) = diff(&folder, "old.json", &format!("{}/same.json?key=k", server.url()));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("no change"), "{stdout}");
    assert!(stdout.contains(&format!("new: {}/same.json (OpenAPI 3.0.3, 1 operation)", server.url())), "{stdout}");
    assert!(!stdout.contains("key=k"), "{stdout}");

    let address = format!("{}/moved", server.url());
    let (code, stdout, _) = outcome(command(&folder, &["diff", "old.json", &address, "--fail-on", "breaking"]));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("operation-removed") && stdout.contains("semver: major"), "{stdout}");
    let (code, _, _) = diff(&folder, &address, &address);
    assert_eq!(code, Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "there is no workspace to keep anything in");
}

#[test]
fn an_address_that_cannot_be_fetched_is_an_error() {
    let server = RawServer::start(|request, stream| match request.target() {
        "/html" => whole(stream, "200 OK", &["content-type: text/html"], description("Old").as_bytes()),
        "/part" => whole(stream, "200 OK", &[], &description("Old").as_bytes()[..50]),
        "/files" => {
            let refers = description("Old").replace("\"/ping\":{", "\"/ping\":{\"$ref\":\"other.json\",\"x\":{");
            whole(stream, "200 OK", &[], refers.replacen("}}}", "}}}}", 1).as_bytes());
        }
        "/large" => {
            drop(stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 33 << 20).as_bytes()))
        }
        _ => whole(stream, "404 Not Found", &[], b""),
    });
    let folder = folder();
    for (path, expected) in [
        ("/html", "a page for people"),
        ("/part", "/part:1:"),
        ("/files", "none of the files that it refers to"),
        ("/large", "larger than 32 MiB"),
        ("/gone?key=k", "the server answered 404 Not Found"),
    ] {
        let address = format!("{}{path}", server.url());
        for (old, new) in [("old.json", address.as_str()), (&address, "old.json")] {
            let (code, stdout, stderr) = diff(&folder, old, new);
            assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
            assert!(stderr.contains(expected) && !stderr.contains("key=k"), "{path}: no {expected:?} in\n{stderr}");
        }
    }
}

#[test]
fn a_workspace_keeps_what_was_compared() {
    let server = RawServer::start(|request, stream| match request.header("if-none-match") {
        Some("\"1\"") => whole(stream, "304 Not Modified", &[], b""),
        _ => whole(stream, "200 OK", &["etag: \"1\""], description("New").as_bytes()),
    });
    let watched = Watched::at("https://acme.example.com/api.json");
    let address = format!("{}/api?key=k", server.url());
    let shown: Vec<Outcome> = (0..2).map(|_| watched.run(&["diff", "openapi/acme/api.json", &address])).collect();
    assert_eq!(shown[0].0, Some(0), "{}", shown[0].2);
    assert_eq!(shown[0], shown[1]);
    let asked: Vec<bool> = server.received().iter().map(|request| request.header("if-none-match").is_some()).collect();
    assert_eq!(asked, [false, true]);
    let kept = watched.files();
    let target = watched.folder.path().join("target");
    let names_key = |(_, content): &(_, &Vec<u8>)| String::from_utf8_lossy(content).contains("key=k");
    assert!(kept.keys().any(|path| path.starts_with(&target)) && !kept.iter().any(|file| names_key(&file)));
}

#[test]
fn proxies_are_those_of_the_environment() {
    let proxy = RawServer::always("200 OK", &[], description("Old"));
    let direct = RawServer::always("200 OK", &[], description("Old"));
    let folder = folder();
    let through = |address: &str, spared: &str| {
        let mut command = command(&folder, &["diff", "old.json", address]);
        command.env("HTTP_PROXY", proxy.url()).env("NO_PROXY", spared);
        let (code, _, stderr) = outcome(command);
        assert_eq!(code, Some(0), "{stderr}");
    };
    through("http://acme.invalid/api.json", "other.invalid");
    assert_eq!(proxy.received()[0].line, "GET http://acme.invalid/api.json HTTP/1.1");
    through(&format!("{}/api.json", direct.url()), "127.0.0.1");
    assert_eq!((proxy.received().len(), direct.received().len()), (1, 1));
}
