//! Operations that need several credentials at once, and those that need only one of them.

use std::sync::Arc;

use client_runtime as rt;
use rt::{Carrier, Scheme, Security};

use crate::support::client::{DemoError, builder};
use crate::support::server::{Received, Reply, Server, json, reply, status};
use crate::support::{CANARY, Event, TestSource, TestTimer, shown};

const APP: Scheme = Scheme::named("AppKey", Carrier::Header("X-App"), "app_key");
const TENANT: Scheme = Scheme::named("Tenant", Carrier::Query("tenant"), "tenant");
const USER: Scheme = Scheme::token("User", Carrier::Bearer);

const fn operation(id: &'static str, security: Security) -> rt::Operation {
    rt::Operation::new("demo", id, "GET", "/both").with_security(security)
}

const BOTH: rt::Operation = operation("both", Security::All(&[APP, TENANT, USER]));
const APP_ALONE: rt::Operation = operation("app", Security::All(&[APP]));
const USER_ALONE: rt::Operation = operation("user", Security::Bearer);
const NOTHING: rt::Operation = operation("nothing", Security::None);
const WELCOME: rt::Operation = operation("welcome", Security::OptionalAll(&[APP, USER]));
const COOKIES: rt::Operation = operation(
    "cookies",
    Security::All(&[
        Scheme::named("AppKey", Carrier::Cookie("app"), "app_key"),
        Scheme::token("User", Carrier::Cookie("sid")),
    ]),
);

fn everything(server: &Server) -> rt::codegen::Builder {
    let timer = Arc::new(TestTimer::new(0));
    builder(&server.url, &timer).credential("AppKey", "app-1").credential("Tenant", "t&1").static_token("user-1")
}

async fn call(core: &rt::codegen::Core, operation: &'static rt::Operation) -> Result<(), rt::Error<DemoError>> {
    call_with(core, operation, rt::codegen::CallOptions::default()).await
}

async fn call_with(
    core: &rt::codegen::Core,
    operation: &'static rt::Operation,
    options: rt::codegen::CallOptions,
) -> Result<(), rt::Error<DemoError>> {
    let call = core.call::<DemoError>(operation, options)?;
    let request = core.http().get(format!("{}/both?page=1", core.base_url())).build().unwrap();
    let response = rt::codegen::exec(&call, core.http(), request).await.unwrap();
    let result = match response.status().is_success() {
        true => Ok(progenitor_client::ResponseValue::empty(response)),
        false => Err(progenitor_client::Error::UnexpectedResponse(response)),
    };
    rt::codegen::finish_empty(&call, result).await.map(drop)
}

/// The request target, and the values of the headers that can carry credentials.
fn sent(request: &Received) -> (&str, [Option<&str>; 3]) {
    (&request.path, ["x-app", "authorization", "cookie"].map(|name| request.header(name)))
}

fn no_content(count: usize) -> Vec<Reply> {
    (0..count).map(|_| status(204)).collect()
}

#[tokio::test]
async fn each_operation_gets_what_it_needs_and_nothing_else() {
    let server = Server::start(no_content(6)).await;
    let core = everything(&server).build().unwrap();
    for operation in [&BOTH, &APP_ALONE, &USER_ALONE, &NOTHING, &WELCOME, &COOKIES] {
        call(&core, operation).await.unwrap();
    }
    let received = server.received();
    let all: Vec<_> = received.iter().map(sent).collect();
    assert_eq!(
        all,
        [
            ("/both?page=1&tenant=t%261", [Some("app-1"), Some("Bearer user-1"), None]),
            ("/both?page=1", [Some("app-1"), None, None]),
            ("/both?page=1", [None, Some("Bearer user-1"), None]),
            ("/both?page=1", [None, None, None]),
            ("/both?page=1", [Some("app-1"), Some("Bearer user-1"), None]),
            ("/both?page=1", [None, None, Some("app=app-1; sid=user-1")]),
        ]
    );
}

#[tokio::test]
async fn a_missing_credential_is_named_and_nothing_is_sent() {
    let server = Server::start([]).await;
    let timer = Arc::new(TestTimer::new(0));
    let source = Arc::new(TestSource::new([Ok("one")]));
    let core = builder(&server.url, &timer).credential("AppKey", CANARY).token_source(source.clone()).build().unwrap();
    let error = call(&core, &BOTH).await.unwrap_err();
    let rt::Error::Credentials(details) = &error else { panic!("{error}") };
    assert_eq!(details.missing(), Some("Tenant"));
    assert!(!details.token_error().needs_login() && !error.is_transient());
    let expected =
        "demo both was not sent: the client has no credential for `Tenant`; give it to its builder by `tenant`";
    assert_eq!(error.to_string(), expected);
    assert!(!shown(&error).contains(CANARY));
    assert_eq!(source.events(), [], "nobody is asked for a token in vain");

    let core = builder(&server.url, &timer).credential("AppKey", CANARY).credential("Tenant", "t").build().unwrap();
    let error = call(&core, &BOTH).await.unwrap_err();
    let rt::Error::Credentials(details) = &error else { panic!("{error}") };
    assert_eq!(details.missing(), None);
    assert!(details.token_error().needs_login() && !shown(&error).contains(CANARY), "{error}");

    // The separator would begin another cookie.
    let core = everything(&server).credential("AppKey", "canary-7f3a;sid=other").build().unwrap();
    let error = call(&core, &COOKIES).await.unwrap_err();
    let rt::Error::Credentials(details) = &error else { panic!("{error}") };
    assert!(details.token_error().to_string().contains("`AppKey`") && !details.token_error().needs_login(), "{error}");
    assert!(!shown(&error).contains(CANARY));
    assert_eq!(server.received(), []);
}

#[tokio::test]
async fn optional_credentials_are_sent_all_or_none() {
    let server = Server::start(no_content(2)).await;
    let timer = Arc::new(TestTimer::new(0));
    for core in [
        builder(&server.url, &timer).credential("AppKey", "app-1").build().unwrap(),
        builder(&server.url, &timer).static_token("user-1").build().unwrap(),
    ] {
        call(&core, &WELCOME).await.unwrap();
    }
    assert!(server.received().iter().all(|one| sent(one).1 == [None; 3]), "{:?}", server.received());
}

#[tokio::test]
async fn the_token_alone_is_given_per_call_and_renewed() {
    let server = Server::start([status(204), json(401, "{}"), status(204)]).await;
    let source = Arc::new(TestSource::new([Ok("one"), Ok("two")]));
    let core = everything(&server).token_source(source.clone()).build().unwrap();
    let own = || {
        let mut options = rt::codegen::CallOptions::default();
        options.token = Some("own".into());
        options
    };
    call_with(&core, &BOTH, own()).await.unwrap();
    call(&core, &BOTH).await.unwrap();
    let received = server.received();
    let tokens: Vec<_> = received.iter().map(|one| sent(one).1).collect();
    let with = |token| [Some("app-1"), Some(token), None];
    assert_eq!(tokens, [with("Bearer own"), with("Bearer one"), with("Bearer two")]);
    assert!(received.iter().all(|one| one.path == "/both?page=1&tenant=t%261"), "once each: {received:?}");
    assert_eq!(source.events(), [Event::Acquired, Event::Rejected(1), Event::Acquired]);

    let error = call_with(&core, &APP_ALONE, own()).await.unwrap_err();
    assert!(matches!(error, rt::Error::InvalidArgument(_)), "{error}");
}

#[tokio::test]
async fn no_credential_follows_a_redirect_to_another_origin() {
    let other = Server::start([status(204)]).await;
    let away = reply(307, &[("location", &format!("{}/both", other.url))], "");
    let server = Server::start([reply(307, &[("location", "/moved")], ""), away]).await;
    let core = everything(&server).build().unwrap();
    assert!(call(&core, &BOTH).await.is_err());
    assert_eq!(other.received(), []);
    let received = server.received();
    let expected = [Some("app-1"), Some("Bearer user-1"), None];
    assert_eq!(sent(&received[1]), ("/moved?tenant=t%261", expected), "at home they go along");
}
