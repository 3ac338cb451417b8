//! The requests of every operation, compared with the vendors' documents and the clients' tables.

use std::collections::BTreeMap;

use client_runtime::{Operation, Security};
use reqwest::Method;
use serde_json::{Value, json};
use svix_client::types as svix;
use workspace_tests::{Received, Server};

use crate::http::calls::{CALLS, Call, app, client, clients};
use crate::http::servers::{empty, success};

/// The operations in the vendors' documents: method, path, the statuses of errors with a body.
pub(crate) const DOCUMENTED: [(&str, &str, &str, &[u16]); 15] = [
    ("svix", "POST", "/api/v1/auth/app-portal-access/{app_id}", CURRENT),
    ("svix", "POST", "/api/v1/auth/app/{app_id}/create-message-token", CURRENT),
    ("svix", "POST", "/api/v1/auth/app/{app_id}/expire-all", CURRENT),
    ("svix", "POST", "/api/v1/auth/dashboard-access/{app_id}", CURRENT),
    ("svix", "POST", "/api/v1/auth/logout", CURRENT),
    ("svix", "POST", "/api/v1/auth/one-time-token", CURRENT),
    ("svix", "POST", "/api/v1/auth/app/{app_id}/expire-all/", LEGACY),
    ("svix", "POST", "/api/v1/auth/dashboard-access/{app_id}/", LEGACY),
    ("svix", "POST", "/api/v1/auth/logout/", LEGACY),
    ("pacerpro", "POST", "/session", &[401]),
    ("pacerpro", "GET", "/session", &[401]),
    ("pacerpro", "DELETE", "/session", &[401]),
    ("aivo", "POST", "/login", &[401, 422]),
    ("aivo", "POST", "/refresh", &[401]),
    ("aivo", "POST", "/logout", &[401]),
];
const CURRENT: &[u16] = &[400, 401, 403, 404, 409, 422, 429];
const LEGACY: &[u16] = &[401, 403, 404, 409, 422, 429];

/// The statuses documented for an operation's errors.
pub(crate) fn documented(operation: &Operation) -> &'static [u16] {
    let key = (operation.family, operation.method, operation.path);
    DOCUMENTED.iter().find(|(family, method, path, _)| (*family, *method, *path) == key).unwrap().3
}

/// Sends all calls to a server that answers each with its success, and returns the requests that arrived.
async fn sent() -> Vec<(&'static Call, Received)> {
    let server = Server::start(|request, _| success(request)).await;
    let clients = clients!(server.url(), static_token("t"));
    for call in &CALLS {
        (call.send)(&clients).await.result.unwrap();
    }
    let received = server.received();
    assert_eq!(received.len(), CALLS.len());
    CALLS.iter().zip(received).collect()
}

#[test]
fn the_tables_hold_all_operations() {
    let all = [svix_client::operations::ALL, pacerpro_client::operations::ALL, aivo_client::operations::ALL].concat();
    let driven: Vec<_> = CALLS.iter().map(|call| *call.operation).collect();
    let documented = DOCUMENTED.map(|(family, method, path, _)| (family, method, path));
    for operation in &all {
        assert!(driven.contains(operation), "{operation:?}");
        assert!(documented.contains(&(operation.family, operation.method, operation.path)), "{operation:?}");
    }
    assert_eq!((all.len(), driven.len()), (15, 15));
}

#[test]
fn the_tables_say_what_is_special() {
    let special = |is: fn(&Operation) -> bool| {
        let all = CALLS.iter().map(|call| call.operation).filter(|operation| is(operation));
        all.map(|operation| (operation.family, operation.id)).collect::<Vec<_>>()
    };
    let open = special(|operation| operation.security == Security::None);
    assert_eq!(open, [("pacerpro", "create_session"), ("aivo", "login")]);
    assert_eq!(special(|operation| operation.security == Security::Optional), []);
    assert_eq!(special(|operation| operation.rotates), [("aivo", "refresh_token")]);
    assert_eq!(special(|operation| operation.deprecated), [("svix", "dashboard_access")]);
    let keyed = special(|operation| operation.idempotency_key.is_some());
    assert_eq!(keyed, special(|operation| operation.family == "svix"));
}

#[tokio::test]
async fn every_operation_sends_what_its_entry_says() {
    for (call, request) in sent().await {
        let operation = call.operation;
        assert_eq!(request.method, operation.method, "{operation:?}");
        assert_eq!(request.target, call.target(), "exactly, slashes at the end included: {operation:?}");
        let authorization = if operation.security == Security::None { "" } else { "Bearer t" };
        assert_eq!(request.header("authorization"), authorization, "{operation:?}");
        let key = operation.idempotency_key.is_some();
        assert_eq!(request.headers.contains_key("idempotency-key"), key, "{operation:?}");
    }
}

#[tokio::test]
async fn every_operation_asks_for_json_and_sends_json() {
    for (call, request) in sent().await {
        assert_eq!(request.header("accept"), "application/json");
        assert_eq!(request.body, call.body, "{:?}", call.operation);
        let content_type = if call.body.is_empty() { "" } else { "application/json" };
        assert_eq!(request.header("content-type"), content_type, "{:?}", call.operation);
    }
}

#[tokio::test]
async fn no_operation_sends_more_headers_than_it_needs() {
    let needed = ["accept", "authorization", "content-length", "content-type", "host", "idempotency-key", "user-agent"];
    for (call, request) in sent().await {
        for (name, _) in &request.headers {
            assert!(needed.contains(&name.as_str()), "{name} of {:?}; `api-version` was one", call.operation);
        }
        for (name, _) in &request.headers {
            assert_eq!(request.headers.get_all(name).iter().count(), 1, "{name} of {:?}", call.operation);
        }
    }
}

#[tokio::test]
async fn absent_fields_are_not_sent_and_given_ones_have_their_wire_names() {
    let server = Server::start(|request, _| success(request)).await;
    let client = client!(svix_client, server.url(), static_token("t"));
    let metadata = BTreeMap::from([("plan".to_owned(), "gold".to_owned())]);
    let application = svix::ApplicationIn::new("Acme".parse().unwrap())
        .uid("acme-1".parse().unwrap())
        .rate_limit(7.try_into().unwrap())
        .metadata(metadata);
    let everything = svix::AppPortalAccessIn::new()
        .application(application)
        .expiry(3600)
        .feature_flags(vec!["beta".parse().unwrap()])
        .read_only(false);
    client.app_portal_access(&app(), &everything).await.unwrap();
    client.app_portal_access(&app(), &svix::AppPortalAccessIn::new()).await.unwrap();
    let bodies: Vec<Value> =
        server.received().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    let expected = json!({
        "application": {"name": "Acme", "uid": "acme-1", "rateLimit": 7, "metadata": {"plan": "gold"}},
        "expiry": 3600, "featureFlags": ["beta"], "readOnly": false,
    });
    assert_eq!(bodies, [expected, json!({})]);
}

#[tokio::test]
async fn a_base_url_with_a_path_keeps_it() {
    let server = Server::start(|_, _| empty(204)).await;
    for base in ["/auth/v1", "/auth/v1/"] {
        let client = client!(aivo_client, format!("{}{base}", server.url()), static_token("t"));
        client.logout().await.unwrap();
    }
    let received = server.received();
    assert!(received.iter().all(|request| request.method == Method::POST && request.target == "/auth/v1/logout"));
    assert_eq!(received.len(), 2);
}
