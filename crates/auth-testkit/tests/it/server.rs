//! Vendors on sockets: every fault as a client sees it, holds, clocks, shutdown.

use std::time::Duration;

use auth_testkit::{FakeVendor, Fault, Faults, ManualClock, RetryAfter, VendorServer};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, credentials, text};

/// Long enough for an answer on loopback; each stall takes this long.
const SHORT_LIMIT: Duration = Duration::from_millis(300);

async fn aivo() -> VendorServer {
    FakeVendor::aivo().user(EMAIL, PASSWORD).start().await.unwrap()
}

fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never()).build().unwrap()
}

async fn login(client: &Client, aivo: &VendorServer) -> reqwest::Result<Response> {
    client.post(format!("{}/login", aivo.url())).json(&credentials()).send().await
}

/// The status and the whole body, or the error.
async fn body(client: &Client, aivo: &VendorServer) -> reqwest::Result<(u16, Vec<u8>)> {
    let response = login(client, aivo).await?;
    Ok((response.status().as_u16(), response.bytes().await?.to_vec()))
}

async fn assert_healthy(client: &Client, aivo: &VendorServer) {
    let (status, bytes) = body(client, aivo).await.unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_slice::<Value>(&bytes).unwrap()["accessToken"].is_string());
}

#[tokio::test]
async fn connections_are_refused_until_the_plan_is_cleared() {
    let aivo = FakeVendor::aivo().user(EMAIL, PASSWORD).without_keep_alive().start().await.unwrap();
    let client = client();
    for _ in 0..20 {
        assert_healthy(&client, &aivo).await;
        let outage = aivo.faults().on("login", Fault::RefuseConnections);
        assert!(login(&client, &aivo).await.unwrap_err().is_connect());
        assert!(login(&client, &aivo).await.unwrap_err().is_connect());
        outage.clear();
    }
    assert_healthy(&client, &aivo).await;
    assert_eq!(aivo.state().stats().calls("login"), 21);
}

#[tokio::test]
async fn an_outage_closes_open_connections() {
    let (aivo, client) = (aivo().await, client());
    assert_healthy(&client, &aivo).await;
    assert_eq!(aivo.connections(), 1);
    let outage = aivo.faults().on(Faults::ANY, Fault::RefuseConnections);
    assert!(login(&client, &aivo).await.is_err());
    outage.clear();
    assert_healthy(&client, &aivo).await;
    assert_eq!(aivo.state().stats().calls("login"), 2);
}

#[tokio::test]
async fn resets() {
    let (aivo, client) = (aivo().await, client());
    for (sessions, fault) in
        [(0, Fault::LoseRequest), (1, Fault::LoseAnswer), (2, Fault::ResetInHeaders), (3, Fault::ResetInBody)]
    {
        let planned = aivo.faults().on("login", fault.clone());
        let result = login(&client, &aivo).await;
        match (&fault, result) {
            (Fault::ResetInBody, Ok(answer)) => {
                assert_eq!(answer.status(), 200);
                assert!(answer.bytes().await.is_err());
            }
            // The reset may overtake the headers.
            (_, result) => assert!(result.is_err(), "{fault:?}"),
        }
        assert_eq!(planned.hits(), 1, "{fault:?}");
        assert_eq!(aivo.state().sessions_alive(aivo.now()), sessions, "{fault:?}");
    }
    assert_healthy(&client, &aivo).await;
}

#[tokio::test]
async fn stalls_end_when_the_client_gives_up_or_the_test_releases_them() {
    let aivo = aivo().await;
    let short_limit = Client::builder().timeout(SHORT_LIMIT).build().unwrap();
    for fault in [Fault::StallHeaders, Fault::StallBody] {
        aivo.faults().on("login", fault.clone());
        assert!(body(&short_limit, &aivo).await.unwrap_err().is_timeout(), "{fault:?}");
    }
    let long_limit = client();
    aivo.faults().on("login", Fault::StallBody);
    let stalled = login(&long_limit, &aivo).await.unwrap();
    assert_eq!(stalled.status(), 200);
    aivo.faults().release_stalled();
    assert!(stalled.json::<Value>().await.unwrap()["accessToken"].is_string());
    assert_healthy(&long_limit, &aivo).await;
}

#[tokio::test]
async fn a_slow_answer_is_complete_and_the_next_one_fast() {
    let (aivo, client) = (aivo().await, client());
    aivo.faults().on("login", Fault::SlowDrip { pause: Duration::from_micros(10) });
    assert_healthy(&client, &aivo).await;
    aivo.faults().on("login", Fault::SlowDrip { pause: Duration::from_secs(3600) });
    let short_limit = Client::builder().timeout(SHORT_LIMIT).build().unwrap();
    assert!(body(&short_limit, &aivo).await.unwrap_err().is_timeout());
    assert_healthy(&client, &aivo).await;
}

#[tokio::test]
async fn rate_limits() {
    let clock = ManualClock::default();
    let aivo = FakeVendor::aivo().user(EMAIL, PASSWORD).clock(clock.clock()).start().await.unwrap();
    let client = client();
    let cases = [
        (RetryAfter::Unsaid, None),
        (RetryAfter::Seconds(7), Some("7")),
        (RetryAfter::Date(Duration::from_secs(7)), Some("Wed, 01 Jan 2025 00:00:07 GMT")),
    ];
    for (retry_after, expected) in cases {
        aivo.faults().on("login", Fault::TooManyRequests(retry_after));
        let answer = login(&client, &aivo).await.unwrap();
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers().get("retry-after").map(|value| value.to_str().unwrap()), expected);
        assert_eq!(answer.headers()["date"], "Wed, 01 Jan 2025 00:00:00 GMT");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], "rate_limited");
    }
    assert_eq!(aivo.state().sessions_alive(aivo.now()), 0);
    assert_healthy(&client, &aivo).await;
}

#[tokio::test]
async fn any_status() {
    let (aivo, client) = (aivo().await, client());
    for (status, code) in [(401, "unauthorized"), (403, "error"), (404, "not_found"), (503, "error")] {
        aivo.faults().on("login", Fault::Status(StatusCode::from_u16(status).unwrap()));
        let answer = login(&client, &aivo).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], code);
    }
    assert_eq!(aivo.state().sessions_alive(aivo.now()), 0, "nothing was processed");
    assert_healthy(&client, &aivo).await;
}

#[tokio::test]
async fn wrong_bodies() {
    let (aivo, client) = (aivo().await, client());
    let mut answers = Vec::new();
    for fault in [
        Fault::InternalError,
        Fault::HtmlError,
        Fault::EmptyBody,
        Fault::TruncatedJson,
        Fault::WrongTypes,
        Fault::HUGE_BODY,
        Fault::WrongContentType,
    ] {
        aivo.faults().on("login", fault);
        let answer = login(&client, &aivo).await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        answers.push((answer.status().as_u16(), kind, answer.bytes().await.unwrap()));
    }
    let [error, html, empty, truncated, types, huge, kind] = answers.try_into().unwrap();
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes);
    assert_eq!((error.0, &error.2[..]), (500, &b"{}"[..]));
    assert_eq!((html.0, html.1.as_str()), (502, "text/html; charset=utf-8"));
    assert_eq!((empty.0, empty.2.len()), (200, 0));
    assert!(truncated.0 == 200 && value(&truncated.2).unwrap_err().is_eof());
    assert_eq!((&value(&types.2).unwrap()["accessToken"], types.0), (&json!(7), 200));
    assert_eq!(huge.2.len(), 10_000_000);
    assert!(value(&huge.2).unwrap()["accessToken"].is_string());
    assert_eq!((kind.0, kind.1.as_str()), (200, "text/html"));
    assert_healthy(&client, &aivo).await;
}

#[tokio::test]
async fn body_faults_add_a_body_to_answers_without_one() {
    let (aivo, client) = (aivo().await, client());
    for fault in [Fault::TruncatedJson, Fault::WrongTypes, Fault::HUGE_BODY, Fault::WrongContentType] {
        let token = text(&login(&client, &aivo).await.unwrap().json().await.unwrap(), "accessToken");
        aivo.faults().on("logout", fault.clone());
        let answer = client.post(format!("{}/logout", aivo.url())).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{fault:?}");
        assert!(!answer.bytes().await.unwrap().is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_redirect_reaches_the_other_vendor_if_it_is_followed() {
    let (aivo, other) = (aivo().await, FakeVendor::pacerpro().start().await.unwrap());
    aivo.faults().on("login", Fault::Redirect { to: other.origin() }).times(2);
    let answer = login(&client(), &aivo).await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], format!("{}/auth/v1/login", other.origin()));
    assert!(other.received().is_empty());
    login(&Client::new(), &aivo).await.unwrap();
    let received = other.received();
    assert_eq!((received.len(), received[0].path.as_str()), (1, "/auth/v1/login"));
    assert!(String::from_utf8_lossy(&received[0].body).contains(PASSWORD), "a client that follows gives it away");
}

#[tokio::test]
async fn clock_skew() {
    let clock = ManualClock::default();
    let aivo = FakeVendor::aivo().user(EMAIL, PASSWORD).clock(clock.clock()).start().await.unwrap();
    let client = client();
    let alive = |aivo: &VendorServer, token: &str| aivo.state().accepts(aivo.now(), token);
    aivo.faults().on("login", Fault::ClockBehind(Duration::from_secs(3600)));
    let behind = text(&login(&client, &aivo).await.unwrap().json().await.unwrap(), "accessToken");
    assert!(!alive(&aivo, &behind));
    aivo.faults().on("login", Fault::ClockAhead(Duration::from_secs(3600)));
    let ahead = text(&login(&client, &aivo).await.unwrap().json().await.unwrap(), "accessToken");
    clock.advance(Duration::from_secs(7199));
    assert!(alive(&aivo, &ahead));
    clock.advance(Duration::from_secs(1));
    assert!(!alive(&aivo, &ahead));
}

#[tokio::test]
async fn plans_are_used_in_their_order() {
    let (aivo, client) = (aivo().await, client());
    aivo.faults().on("login", Fault::InternalError).times(2);
    aivo.faults().on(Faults::ANY, Fault::HtmlError);
    aivo.faults().on("logout", Fault::InternalError);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(login(&client, &aivo).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [500, 500, 502, 200]);
    assert_eq!(aivo.faults().pending(), 1);
    let forever = aivo.faults().on("login", Fault::InternalError).always();
    for _ in 0..5 {
        assert_eq!(login(&client, &aivo).await.unwrap().status(), 500);
    }
    assert_eq!(forever.hits(), 5);
    aivo.faults().clear();
    assert_healthy(&client, &aivo).await;
    assert_eq!(aivo.state().stats().calls("login"), 10);
}

#[tokio::test]
#[should_panic(expected = "aivo has no operation \"refesh\"")]
async fn a_misspelt_operation_fails_the_test() {
    aivo().await.faults().on("refesh", Fault::InternalError);
}

#[tokio::test]
async fn requests_are_held_before_they_are_processed_and_answers_after() {
    let (aivo, client) = (aivo().await, client());
    let alive = |aivo: &VendorServer| aivo.state().sessions_alive(aivo.now());
    let hold = aivo.faults().hold("login");
    let calls: Vec<_> = (0..5).map(|_| tokio::spawn(call(client.clone(), aivo.url()))).collect();
    hold.arrived_times(5).await;
    assert_eq!((hold.count(), alive(&aivo)), (5, 0));
    hold.release();
    for call in calls {
        assert_eq!(call.await.unwrap(), 200);
    }
    let hold = aivo.faults().hold_answer("login");
    let call = tokio::spawn(call(client, aivo.url()));
    hold.arrived().await;
    assert_eq!(alive(&aivo), 6);
    assert!(!call.is_finished());
    drop(hold);
    assert_eq!(call.await.unwrap(), 200);
}

async fn call(client: Client, url: String) -> u16 {
    client.post(format!("{url}/login")).json(&credentials()).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_request_is_processed_even_if_its_caller_goes_away() {
    let (aivo, client) = (aivo().await, client());
    let (before, after) = (aivo.faults().hold("login"), aivo.faults().hold_answer("login"));
    let caller = tokio::spawn(call(client, aivo.url()));
    before.arrived().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    before.release();
    after.arrived().await;
    assert_eq!(aivo.state().sessions_alive(aivo.now()), 1);
}

#[tokio::test]
async fn dropping_the_server_ends_everything() {
    let (aivo, client) = (aivo().await, client());
    let url = aivo.url();
    aivo.faults().on("login", Fault::StallBody);
    let stalled = login(&client, &aivo).await.unwrap();
    let hold = aivo.faults().hold("login");
    let held = tokio::spawn({
        let (client, url) = (client.clone(), format!("{url}/login"));
        async move { client.post(url).json(&credentials()).send().await }
    });
    hold.arrived().await;
    drop(aivo);
    assert!(stalled.bytes().await.is_err());
    assert!(held.await.unwrap().is_err());
    assert!(client.post(format!("{url}/login")).send().await.unwrap_err().is_connect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_of_every_vendor_over_a_socket() {
    let client = client();
    let svix = FakeVendor::svix().api_key("testsk_key.eu").application("shop").start().await.unwrap();
    let post = |path: &str, token: &str, body: Value| {
        client.post(format!("{}/api/v1/auth/{path}", svix.url())).bearer_auth(token).json(&body).send()
    };
    for (path, body, status) in [
        ("dashboard-access/shop", json!({}), 200),
        ("dashboard-access/shop/", json!({}), 200),
        ("app/shop/create-message-token", json!({ "name": "n" }), 200),
        ("app/shop/expire-all", json!({}), 204),
        ("app/shop/expire-all/", json!({}), 204),
    ] {
        assert_eq!(post(path, "testsk_key.eu", body).await.unwrap().status().as_u16(), status, "{path}");
    }
    for path in ["logout", "logout/"] {
        let portal = post("app-portal-access/shop", "testsk_key.eu", json!({})).await.unwrap();
        let portal: Value = portal.json().await.unwrap();
        let once = text(&portal, "url").split_once("#key=").unwrap().1.to_owned();
        let answer = post("one-time-token", "testsk_key.eu", json!({ "oneTimeToken": once })).await.unwrap();
        let token = text(&answer.json().await.unwrap(), "token");
        assert_eq!(post(path, &token, json!({})).await.unwrap().status(), 204, "{path}");
    }
    let pacerpro = FakeVendor::pacerpro().user(EMAIL, PASSWORD).start().await.unwrap();
    let url = format!("{}/session", pacerpro.url());
    let session: Value = client.post(&url).json(&credentials()).send().await.unwrap().json().await.unwrap();
    let token = text(&session, "jwtToken");
    assert_eq!(client.get(&url).bearer_auth(&token).send().await.unwrap().status(), 200);
    assert_eq!(client.delete(&url).bearer_auth(&token).send().await.unwrap().status(), 200);

    let aivo = aivo().await;
    let session: Value = login(&client, &aivo).await.unwrap().json().await.unwrap();
    let access = text(&session, "accessToken");
    let body = json!({ "refreshToken": session["refreshToken"] });
    let refresh = client.post(format!("{}/refresh", aivo.url())).bearer_auth(&access).json(&body);
    assert_eq!(refresh.send().await.unwrap().status(), 200);
    let logout = client.post(format!("{}/logout", aivo.url())).bearer_auth(&access);
    assert_eq!(logout.send().await.unwrap().status(), 204);

    for server in [&svix, &pacerpro, &aivo] {
        let calls = |operation: &&'static str| (*operation, server.state().stats().calls(operation) > 0);
        let seen: Vec<_> = server.vendor().operations().iter().map(calls).collect();
        assert!(seen.iter().all(|(operation, seen)| *seen || *operation == "probe"), "{seen:?}");
    }
}
