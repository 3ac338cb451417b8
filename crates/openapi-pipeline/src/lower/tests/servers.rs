//! Which servers a client offers, and which operations are at another one.

use serde_json::{Value as Json, json};

use super::{Context, document, uses};
use crate::report::Construct;

/// Lowers a document with these servers, and operations by path with theirs; `null` says nothing. Returns the servers
/// that are left, and the paths of the operations.
fn run(servers: Json, operations: &[(&str, Json)]) -> (Context, Vec<String>, Vec<String>) {
    let mut paths = json!({});
    for (path, own) in operations {
        let mut operation = json!({"operationId": path.trim_matches('/'), "responses": {"204": {"description": ""}}});
        if !own.is_null() {
            operation["servers"] = list(own);
        }
        paths[*path] = json!({"get": operation});
    }
    let mut sample = document(paths, json!({}));
    if !servers.is_null() {
        sample["servers"] = list(&servers);
    }
    let (cx, lowered) = super::run(&sample, &[]);
    let lowered = lowered.unwrap();
    let listed = lowered["servers"].as_array().cloned().unwrap_or_default();
    let urls = listed.iter().map(|one| one["url"].as_str().unwrap().to_owned()).collect();
    let kept = lowered["paths"].as_object().unwrap().keys().cloned().collect();
    (cx, urls, kept)
}

/// Servers of these URLs.
fn list(urls: &Json) -> Json {
    urls.as_array().unwrap().iter().map(|url| json!({"url": url})).collect()
}

#[test]
fn no_call_goes_to_a_server_that_only_another_operation_names() {
    let upload = ("/upload", json!(["https://uploads.example"]));
    for (servers, none) in [(json!(null), vec![]), (json!([]), vec![]), (json!(["/v1"]), vec!["/v1".to_owned()])] {
        for nothing in [json!(null), json!([])] {
            let (cx, urls, kept) = run(servers.clone(), &[("/a", nothing), upload.clone()]);
            assert_eq!((urls, kept), (none.clone(), vec!["/a".to_owned()]));
            let left_out: Vec<_> = cx.report.left_out.iter().map(|one| one.construct).collect();
            assert_eq!(left_out, [Construct::OwnServer]);
        }
    }
}

#[test]
fn servers_that_every_operation_names_are_the_documents() {
    let b = json!(["https://b.example/"]);
    for (servers, said) in
        [(json!(null), "names no server"), (json!(["/v1"]), "the document's server `/v1` is relative")]
    {
        let (cx, urls, kept) =
            run(servers, &[("/a", b.clone()), ("/b", b.clone()), ("/c", json!(["https://c.example"]))]);
        assert_eq!((urls, kept), (vec!["https://b.example".to_owned()], vec!["/a".to_owned(), "/b".to_owned()]));
        let note = cx.report.notes.iter().find(|note| note.rule.name == "operation-servers").unwrap();
        assert!(note.text.contains(said), "{}", note.text);
    }
}

#[test]
fn each_server_that_is_not_offered_is_noted() {
    let servers = [
        "https://a.example//v1",
        "/relative",
        "//b.example/x",
        "wss://a.example",
        "https://.example.com",
        "https://a.example/v2?x=y",
        "https://user:canary@a.example",
    ];
    let (cx, urls, _) = run(json!(servers), &[("/a", json!(null))]);
    assert_eq!(urls, ["https://a.example/v1", "/relative", "//b.example/x"], "relative ones are no choice, but known");
    let expected: Vec<String> = (1..servers.len()).map(|at| format!("#/servers/{at}/url")).collect();
    assert_eq!(uses(&cx, "server-not-offered"), expected);
    assert_eq!(uses(&cx, "trim-server-url"), ["#/servers/0/url"]);
    assert!(!format!("{:?}", cx.report.notes).contains("canary"));
}

#[test]
fn equivalent_server_urls_are_one_server() {
    let api = json!(["https://api.example/v1", "https://eu.example"]);
    for (own, stays) in [
        (json!(["https://API.example:443/v1/"]), true),
        (json!(["http://api.example/v1"]), true),
        (json!(["/v1"]), true),
        (json!(["//api.example/v1"]), true),
        (json!(["https://eu.example"]), true),
        (json!(["https://api.example/v1", "https://other.example"]), true),
        (json!(["https://api.example/v1", "wss://api.example/v1"]), true),
        (json!(["https://other.example", "https://api.example/v1"]), false),
        (json!(["https://api.example/v2"]), false),
        (json!(["https://api.example"]), false),
        (json!(["/v2"]), false),
        (json!(["wss://api.example/v1"]), false),
    ] {
        let (_, _, kept) = run(api.clone(), &[("/a", json!(null)), ("/b", own.clone())]);
        assert_eq!(kept.len() == 2, stays, "{own}");
    }
    let (_, _, kept) = run(json!(null), &[("/a", json!(null)), ("/b", json!(["/"])), ("/c", json!(["/v1"]))]);
    assert_eq!(kept, ["/a", "/b"], "without servers, the document is at the root of its address");
}
