//! The server that a client calls, and its HTTP client.

use std::process::Command;

use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use workspace_tests::{Server, run, workspace_root};

use crate::http::calls::{CALLS, clients, shown};
use crate::http::servers::success;

/// The base URL of a client with these settings.
macro_rules! base_url {
    ($family:ident $(, $method:ident($($argument:expr),*))*) => {{
        let client = $family::Client::builder()$(.$method($($argument),*))*.build().unwrap();
        let shown = format!("{client:?}");
        shown.split("base_url: \"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }};
}

#[test]
fn servers_are_those_of_the_documents() {
    use {aivo_client::Server as Aivo, pacerpro_client::Server as PacerPro, svix_client::Server as Svix};
    for (region, server) in [("eu", Svix::Eu), ("us", Svix::Us), ("ca", Svix::Ca), ("au", Svix::Au), ("in", Svix::In)] {
        assert_eq!(server.url(), format!("https://api.{region}.svix.com"));
    }
    assert_eq!(Svix::Regionless.url(), "https://api.svix.com");
    assert_eq!(PacerPro::Production.url(), "https://api.pacerpro.com/v1");
    assert_eq!(PacerPro::Qa.url(), "https://sdx94nst9f.execute-api.us-east-1.amazonaws.com/qa");
    assert_eq!(Aivo::Production.url(), "https://api.aivo.com/auth/v1");
    assert_eq!(Aivo::Staging.url(), "https://staging-api.aivo.com/auth/v1");
}

#[test]
fn without_a_choice_production_is_called() {
    assert_eq!(base_url!(svix_client), "https://api.svix.com", "nobody knows which region its tokens are of");
    assert_eq!(base_url!(pacerpro_client), "https://api.pacerpro.com/v1");
    assert_eq!(base_url!(aivo_client), "https://api.aivo.com/auth/v1");
    assert_eq!(base_url!(aivo_client, server(aivo_client::Server::Staging)), "https://staging-api.aivo.com/auth/v1");
}

#[test]
fn the_region_of_a_static_svix_token_chooses_the_server() {
    for region in ["eu", "us", "ca", "au", "in"] {
        let expected = format!("https://api.{region}.svix.com");
        assert_eq!(base_url!(svix_client, static_token(format!("testsk_abc.{region}"))), expected);
        assert_eq!(base_url!(svix_client, static_token(format!("a.us.{region}"))), expected, "the last part counts");
    }
    for token in ["testsk_abc", "us", "a.", "a.xx", "a.US", "a.us.", "a.us.evil.example"] {
        assert_eq!(base_url!(svix_client, static_token(token)), "https://api.svix.com", "{token}");
    }
}

#[test]
fn an_explicit_server_wins_in_any_order() {
    use svix_client::Server;
    let expected = "https://api.ca.svix.com";
    assert_eq!(base_url!(svix_client, server(Server::Ca), static_token("a.us")), expected);
    assert_eq!(base_url!(svix_client, static_token("a.us"), server(Server::Ca)), expected);
    let custom = Server::Custom("https://svix.example.com/".to_owned());
    assert_eq!(base_url!(svix_client, static_token("a.us"), server(custom)), "https://svix.example.com");
}

#[test]
fn plain_http_stays_on_this_machine_unless_allowed() {
    for url in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"]
    {
        let build = |allow| {
            let server = aivo_client::Server::Custom(url.to_owned());
            aivo_client::Client::builder().server(server).allow_insecure(allow).build()
        };
        let error = build(false).unwrap_err();
        assert!(shown(&error).contains("plain http"), "{url}: {error}");
        build(true).unwrap();
    }
    for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
        pacerpro_client::Client::builder().server(pacerpro_client::Server::Custom(url.to_owned())).build().unwrap();
    }
}

#[test]
fn invalid_urls_are_refused() {
    for url in ["", "api.example.com", "ftp://example.com", "https://example.com?x", "https://u:p@example.com"] {
        let server = svix_client::Server::Custom(url.to_owned());
        assert!(svix_client::Client::builder().server(server).build().is_err(), "{url}");
    }
}

#[tokio::test]
async fn the_users_http_client_is_kept() {
    let http = || {
        let headers = HeaderMap::from_iter([("x-tenant".parse().unwrap(), HeaderValue::from_static("7"))]);
        reqwest::Client::builder().user_agent("my-app/1.0").default_headers(headers)
    };
    let server = Server::start(|request, _| success(request)).await;
    let clients = clients!(server.url(), static_token("t"), http(http()));
    for call in &CALLS {
        (call.send)(&clients).await.result.unwrap();
    }
    let received = server.received();
    assert_eq!(received.len(), CALLS.len());
    for request in received {
        assert_eq!((request.header("user-agent"), request.header("x-tenant")), ("my-app/1.0", "7"));
        assert_eq!(request.header("accept"), "application/json");
    }
}

#[tokio::test]
async fn clones_are_the_same_client() {
    let server = Server::start(|request, _| success(request)).await;
    let clients = clients!(server.url(), static_token("t"));
    let (svix, aivo) = (clients.svix.clone(), clients.aivo.clone());
    let task = tokio::spawn(async move { svix.logout().await.map(drop) });
    aivo.logout().await.unwrap();
    task.await.unwrap().unwrap();
    assert_eq!(server.received().len(), 2);
}

#[test]
fn the_three_crates_have_the_same_features() {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version=1"]).current_dir(workspace_root());
    let metadata: Value = serde_json::from_str(&run(metadata.output().unwrap())).unwrap();
    for (name, call) in [("svix-client", 0), ("pacerpro-client", 9), ("aivo-client", 12)] {
        assert!(name.starts_with(CALLS[call].operation.family));
        let packages = metadata["packages"].as_array().unwrap();
        let features = &packages.iter().find(|package| package["name"] == name).unwrap()["features"];
        let names: Vec<&String> = features.as_object().unwrap().keys().collect();
        assert_eq!(names, ["default", "http2", "native-tls", "rustls", "schemars", "tracing"], "{name}");
        assert_eq!(features["default"], serde_json::json!(["rustls"]));
        for feature in ["http2", "native-tls", "rustls", "schemars", "tracing"] {
            let enables = features[feature].as_array().unwrap();
            assert!(enables.contains(&format!("client-runtime/{feature}").into()), "{name}: {feature}");
        }
    }
}

#[tokio::test]
async fn clients_say_who_they_are_unless_the_http_client_does() {
    use workspace_tests::Server;

    let server = Server::start(|request, _| {
        let named = request.headers.get("user-agent").map_or("nobody", |name| name.to_str().unwrap());
        crate::http::servers::reply(204, &[("x-named", named)], "")
    })
    .await;
    let builder = || {
        let here = svix_client::Server::Custom(server.url().to_owned());
        svix_client::Client::builder().server(here).static_token("t")
    };
    let named = async |builder: svix_client::ClientBuilder| {
        let response = builder.build().unwrap().logout().await.unwrap();
        response.headers()["x-named"].to_str().unwrap().to_owned()
    };
    let version = svix_manifest_version();
    assert_eq!(named(builder()).await, format!("svix-client/{version}"));
    assert_eq!(named(builder().user_agent("desk/7")).await, "desk/7");
    let own = || reqwest::Client::builder().user_agent("mine");
    assert_eq!(named(builder().user_agent("desk/7").http(own())).await, "mine");
    assert_eq!(named(builder().http(reqwest::Client::builder())).await, "nobody");
    assert!(builder().user_agent("a\nb").build().is_err());
}

fn svix_manifest_version() -> String {
    let manifest = std::fs::read_to_string(workspace_tests::workspace_root().join("crates/svix-client/Cargo.toml"));
    let manifest = manifest.unwrap();
    manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')).unwrap().to_owned()
}
