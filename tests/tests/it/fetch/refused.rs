//! Responses without a description to compare with the present one. None of them ever counts as unchanged.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use workspace_tests::{RawServer, whole};

use super::{FETCHED, Watched, description};

#[test]
fn an_answer_without_a_document_is_an_error() {
    for status in [
        "204 No Content",
        "206 Partial Content",
        "304 Not Modified",
        "401 Unauthorized",
        "404 Not Found",
        "410 Gone",
        "429 Too Many Requests",
        "500 Internal Server Error",
    ] {
        let server = RawServer::start(move |_, stream| {
            // The one that is here: the status alone must decide.
            let body =
                if status.starts_with("204") || status.starts_with("304") { String::new() } else { description("Old") };
            whole(stream, status, &[], body.as_bytes());
        });
        Watched::at(&format!("{}/api.json?key=k", server.url())).fails(&[], &[status, "/api.json: "]);
    }
}

#[test]
fn a_page_is_no_description() {
    for (headers, body, expected) in [
        (&["content-type: text/html; charset=utf-8"][..], description("Old"), "a page for people"),
        (&["content-type: application/json"], "<!DOCTYPE html><title>Sign in</title>".to_owned(), "a page for people"),
        (&[], String::new(), "an empty document"),
        (&["content-type: application/json"], r#"{"error": "sign in"}"#.to_owned(), "api.json:1:1"),
        (&["content-encoding: gzip"], description("Old"), "`gzip`"),
    ] {
        let server = RawServer::always("200 OK", headers, body);
        Watched::at(&format!("{}/api.json", server.url())).fails(&[], &[expected]);
    }
}

/// The description that is here is the beginning of none: every part of it is shorter than it.
#[test]
fn a_part_of_a_description_is_an_error() {
    let whole = description("Old");
    let (part, length) = (whole[..whole.len() - 1].to_owned(), whole.len());
    let body = part.clone();
    let shorter = RawServer::start(move |_, stream| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).unwrap();
    });
    Watched::at(&format!("{}/a", shorter.url())).fails(&[], &["fetch-connection"]);

    let body = part.clone();
    let cut_chunk = RawServer::start(move |_, stream| {
        let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
    });
    Watched::at(&format!("{}/a", cut_chunk.url())).fails(&[], &["fetch-connection"]);

    // With a length that is true of the part, and with none at all, JSON says that it ends too early.
    let ends = RawServer::always("200 OK", &[], part.clone());
    Watched::at(&format!("{}/a", ends.url())).fails(&[], &["api.json:1:"]);
    let body = part.clone();
    let unknown = RawServer::start(move |_, stream| {
        stream.write_all(format!("HTTP/1.1 200 OK\r\n\r\n{body}").as_bytes()).unwrap();
    });
    Watched::at(&format!("{}/a", unknown.url())).fails(&[], &["api.json:1:"]);
}

#[test]
fn a_redirect_elsewhere_is_not_followed() {
    let other = RawServer::always("200 OK", &[], description("Old"));
    let port = other.url().rsplit(':').next().unwrap().to_owned();
    for elsewhere in [other.url().to_owned(), format!("//localhost:{port}"), "ftp://127.0.0.1".to_owned()] {
        let location = format!("location: {elsewhere}/api.json?key=k");
        let server = RawServer::start(move |_, stream| whole(stream, "302 Found", &[&location], b""));
        Watched::at(&format!("{}/a", server.url())).fails(&[], &["302 Found leads to ", "another server"]);
    }
    assert!(other.received().is_empty());

    let nowhere = RawServer::always("302 Found", &[], "");
    Watched::at(&format!("{}/a", nowhere.url())).fails(&[], &["302 Found leads nowhere"]);
    let round = RawServer::always("302 Found", &["location: /a"], "");
    Watched::at(&format!("{}/a", round.url())).fails(&[], &["more than 10 redirects"]);
    assert_eq!(round.received().len(), 2 * 11);
}

#[test]
fn a_document_without_an_end_is_left_at_the_limit() {
    const ENDLESS: usize = 200 << 20;
    let with_length = RawServer::start(|_, stream| {
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {ENDLESS}\r\n\r\n{{").as_bytes());
    });
    Watched::at(&format!("{}/a", with_length.url())).fails(&[], &["larger than 32 MiB", "--max-size"]);

    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let without_length = RawServer::start(move |_, stream| {
        let (mib, _) = (vec![b' '; 1 << 20], count.store(0, Ordering::SeqCst));
        let mut written = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        while written.is_ok() && count.load(Ordering::SeqCst) < ENDLESS {
            written = write!(stream, "{:x}\r\n", mib.len()).and_then(|()| stream.write_all(&mib));
            written = written.and_then(|()| stream.write_all(b"\r\n"));
            count.fetch_add(mib.len(), Ordering::SeqCst);
        }
    });
    let watched = Watched::at(&format!("{}/a", without_length.url()));
    for (arguments, limit) in [(&[][..], 32 << 20), (&["--max-size", "2"], 2 << 20)] {
        watched.fails(arguments, &[&format!("larger than {} MiB", limit >> 20)]);
        // Bytes in the buffers of the system were sent too.
        let sent = sent.load(Ordering::SeqCst);
        assert!((limit..limit + (24 << 20)).contains(&sent), "{sent} bytes were sent for a limit of {limit}");
    }
}

#[test]
fn a_silent_server_is_given_up() {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let stopped = std::sync::Mutex::new(stopped);
    let silent = RawServer::start(move |_, _| {
        let _ = stopped.lock().unwrap().recv();
    });
    Watched::at(&format!("{}/a", silent.url())).fails(&["--timeout", "1"], &["it took more than 1 s"]);
    drop(stop);

    let gone = RawServer::always("200 OK", &[], "").url().to_owned();
    Watched::at(&format!("{gone}/a")).fails(&[], &["fetch-connection", "refused"]);
}

#[test]
fn without_a_description_to_compare_with_nothing_is_known() {
    let server = RawServer::always("304 Not Modified", &[], "");
    let watched = Watched::at(&format!("{}/a", server.url()));
    std::fs::remove_file(watched.folder.path().join("openapi/acme/api.json")).unwrap();
    watched.fails(&[], &["no-baseline", "openapi/acme/api.json"]);
    assert!(server.received().is_empty());
}

#[test]
fn a_failure_leaves_what_was_fetched_before() {
    let number = AtomicUsize::new(0);
    let server = RawServer::start(move |_, stream| match number.fetch_add(1, Ordering::SeqCst) {
        0 => whole(stream, "200 OK", &["etag: \"1\""], description("New").as_bytes()),
        _ => whole(stream, "200 OK", &["etag: \"2\""], &description("Newer").as_bytes()[..40]),
    });
    let watched = Watched::at(&format!("{}/a", server.url()));
    assert_eq!(watched.run(&["fetch"]).0, Some(0));
    watched.fails(&[], &["api.json:1:"]);
    assert_eq!(watched.read(FETCHED), Some(description("New")));
    assert_eq!(server.received().last().unwrap().header("if-none-match"), Some("\"1\""), "and with its validators");
}

#[test]
fn what_families_toml_says_is_checked() {
    let watched = Watched::at("https://acme.example.com/api.json");
    for (lines, expected) in [
        ("source = \"http://acme.example.com/api.json\"", "anybody on the way"),
        ("source = \"http://localhost.example.com/api.json\"", "anybody on the way"),
        ("source = \"https://me:secret@acme.example.com/api.json\"", "a user or a password"),
        ("source = \"acme.example.com/api.json\"", "neither `https://` nor `http://`"),
        ("source = \"https:///api.json\"", "no host"),
        ("source = \"https://acme.example.com/api.json#top\"", "a fragment"),
        ("source = \"https://acme.example.com/a b.json\"", "a character that no URL has"),
        ("source = \"https://acme.example.com/a.json\"\nseen = \"abc\"", "not 64 hexadecimal digits"),
        (&format!("seen = \"{}\"", "0".repeat(64)), "there is no `source`"),
        ("", "no document of any family has a source"),
    ] {
        watched.configure(lines);
        watched.fails(&[], &[expected]);
    }
    watched.fails(&["acme"], &["no document of family acme has a source"]);
    watched.fails(&["other"], &["there is no family `other`", "it has acme"]);
}
