//! The media types that clients accept, and how they read the answers.

use golden_clients::depot::{Client, Server};

use crate::http::servers::{ScriptedServer, reply};

/// Calls an operation at a server that answers with this body; gives the `Accept` header and the decoded value.
macro_rules! asked {
    ($scripted:expr, $operation:ident, $media_type:expr, $body:expr) => {{
        let client = Client::builder().server(Server::Custom($scripted.url().to_owned())).build().unwrap();
        let asked = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let heard = asked.clone();
        $scripted.tell(move |request| {
            *heard.lock().unwrap() = request.headers["accept"].to_str().unwrap().to_owned();
            reply(200, &[("content-type", $media_type)], $body)
        });
        let value = client.$operation().await.unwrap().into_inner();
        let asked = asked.lock().unwrap().clone();
        (asked, value)
    }};
}

#[tokio::test]
async fn a_table_of_media_types() {
    const CRATE: &str = r#"{"name":"a"}"#;
    let scripted = ScriptedServer::start().await;

    let (asked, value) = asked!(scripted, vendor_json, "application/vnd.depot.v2+json", CRATE);
    assert_eq!((asked.as_str(), value.name.as_str()), ("application/vnd.depot.v2+json", "a"));
    let (asked, value) = asked!(scripted, charset_json, "application/json; charset=UTF-8", CRATE);
    assert_eq!((asked.as_str(), value.name.as_str()), ("application/json", "a"));
    let (asked, value) = asked!(scripted, any_json, "application/json", CRATE);
    assert_eq!((asked.as_str(), value.name.as_str()), ("application/json", "a"));
    let (asked, value) = asked!(scripted, json_first, "application/json", CRATE);
    assert_eq!((asked.as_str(), value.name.as_str()), ("application/json", "a"));

    let (asked, value) = asked!(scripted, picture, "image/webp", "\0");
    assert_eq!((asked.as_str(), &value[..]), ("image/*", &b"\0"[..]));
    let (asked, value) = asked!(scripted, download, "application/zip", "\0");
    assert_eq!((asked.as_str(), &value[..]), ("application/octet-stream, application/problem+json", &b"\0"[..]));
    let (asked, value) = asked!(scripted, any_bytes, "application/json", CRATE);
    assert_eq!((asked.as_str(), &value[..]), ("*/*", CRATE.as_bytes()));
    let (asked, value) = asked!(scripted, event_stream, "text/event-stream", "data: 1\n\n");
    assert_eq!((asked.as_str(), &value[..]), ("text/event-stream", &b"data: 1\n\n"[..]));
    let (asked, value) = asked!(scripted, lines, "application/x-ndjson", "{}\n{}\n");
    assert_eq!((asked.as_str(), &value[..]), ("application/x-ndjson", &b"{}\n{}\n"[..]));
    let (asked, value) = asked!(scripted, table, "text/csv", "a,b\n");
    assert_eq!((asked.as_str(), &value[..]), ("text/csv", &b"a,b\n"[..]));
    let (asked, value) = asked!(scripted, note, "text/plain; charset=utf-8", "caf\u{e9}");
    assert_eq!((asked, value), ("text/plain".to_owned(), "caf\u{e9}".to_owned()));

    let (asked, _) = asked!(scripted, mixed, "application/json", CRATE);
    assert_eq!(asked, "application/json, text/plain, image/png, application/problem+json");
}
