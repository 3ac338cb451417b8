//! Paths are exact, and an argument in a path stays within its segment.

use client_runtime::{BoxFuture, Error};
use svix_client::Client;
use svix_client::types::{AppId, ApplicationTokenExpireIn, CreateMessageTokenIn};

use crate::http::calls::{CALLS, client, clients};
use crate::http::servers::always;

/// Calls an operation and returns whether the argument was refused.
type Try = for<'a> fn(&'a Client, &'a AppId) -> BoxFuture<'a, bool>;

/// All operations with a path parameter.
#[allow(deprecated)]
const WITH_APP_ID: [(&str, &str, Try); 6] = [
    ("/api/v1/auth/app-portal-access/", "", |client, app| {
        Box::pin(async { refused(client.app_portal_access(app, &Default::default()).await) })
    }),
    ("/api/v1/auth/app/", "/create-message-token", |client, app| {
        Box::pin(async { refused(client.create_message_token(app, &CreateMessageTokenIn::new("n")).await) })
    }),
    ("/api/v1/auth/app/", "/expire-all", |client, app| {
        Box::pin(async { refused(client.expire_all(app, &ApplicationTokenExpireIn::new()).await) })
    }),
    ("/api/v1/auth/dashboard-access/", "", |client, app| {
        Box::pin(async { refused(client.dashboard_access(app).await) })
    }),
    ("/api/v1/auth/app/", "/expire-all/", |client, app| {
        Box::pin(async { refused(client.legacy_expire_all(app, &ApplicationTokenExpireIn::new()).await) })
    }),
    ("/api/v1/auth/dashboard-access/", "/", |client, app| {
        Box::pin(async { refused(client.legacy_dashboard_access(app).await) })
    }),
];

fn refused<T, E>(result: Result<T, Error<E>>) -> bool {
    matches!(result, Err(Error::InvalidArgument(_)))
}

#[test]
fn all_operations_with_a_path_parameter_are_tried_here() {
    let paths: Vec<_> = WITH_APP_ID.iter().map(|(before, after, _)| format!("{before}{{app_id}}{after}")).collect();
    for call in CALLS.iter().filter(|call| call.operation.path.contains('{')) {
        assert!(paths.iter().any(|path| path == call.operation.path), "{:?}", call.operation);
    }
}

#[test]
fn ids_that_could_change_the_path_are_refused() {
    let long = "a".repeat(257);
    let bad = [
        "",
        "a/b",
        "a%2fb",
        "a%2Fb",
        "%2e%2e",
        "../x",
        "a\\b",
        "a b",
        " a",
        "a\n",
        "\n",
        "a\0",
        "a\u{7f}",
        "a?b",
        "a#b",
        "a;b",
        "a:b",
        "a@b",
        "ä",
        "a\u{202e}b",
        &long,
    ];
    for id in bad {
        assert!(id.parse::<AppId>().is_err(), "{id:?}");
        assert!(AppId::try_from(id.to_owned()).is_err(), "{id:?}");
        assert!(serde_json::from_value::<AppId>(id.into()).is_err(), "{id:?}");
    }
}

#[tokio::test]
async fn steps_through_the_path_are_refused_and_nothing_is_sent() {
    let server = always(204, &[], "").await;
    let client = client!(svix_client, server.url(), static_token("t"));
    for id in [".", ".."] {
        let id = id.parse().unwrap();
        for (before, after, send) in WITH_APP_ID {
            assert!(send(&client, &id).await, "{before}{id:?}{after}");
        }
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn ids_arrive_as_they_are() {
    let server = always(204, &[], "").await;
    let client = client!(svix_client, server.url(), static_token("t"));
    let long = "a".repeat(256);
    for id in ["a", "app_2eWq-x.Y", "...", "-", "_", ".a", &long] {
        let before = server.received().len();
        for (_, _, send) in WITH_APP_ID {
            send(&client, &id.parse().unwrap()).await;
        }
        let sent: Vec<String> = server.received().into_iter().skip(before).map(|request| request.target).collect();
        assert_eq!(sent, WITH_APP_ID.map(|(before, after, _)| format!("{before}{id}{after}")));
    }
}

#[tokio::test]
async fn only_legacy_operations_end_in_a_slash() {
    let server = always(404, &[], "").await;
    let clients = clients!(server.url(), static_token("t"));
    for call in &CALLS {
        (call.send)(&clients).await.failure();
        let target = server.received().pop().unwrap().target;
        assert_eq!(target.ends_with('/'), call.operation.id.starts_with("legacy_"), "{target}");
        assert!(!target.contains("//") && !target.contains('?'), "{target}");
    }
}
