//! Answers are read by their status.

use golden_clients::depot::{Client, Error, Server, answers, errors};

use crate::http::calls::shown;
use crate::http::servers::{ScriptedServer, empty, json, reply};

async fn depot() -> (ScriptedServer, Client) {
    let scripted = ScriptedServer::start().await;
    let client = Client::builder().server(Server::Custom(scripted.url().to_owned())).build().unwrap();
    (scripted, client)
}

#[tokio::test]
async fn each_success_has_its_own_type() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| json(200, r#"{"name":"a"}"#));
    let answer = client.store_crate("a").await.unwrap();
    assert!(matches!(&*answer, answers::StoreCrateAnswer::Ok(one) if one.name == "a"), "{answer:?}");

    scripted.tell(|_| json(201, r#"{"number":17}"#));
    let answer = client.store_crate("a").await.unwrap();
    assert_eq!(answer.status(), 201);
    assert!(matches!(&*answer, answers::StoreCrateAnswer::Created(receipt) if receipt.number == 17), "{answer:?}");

    scripted.tell(|_| reply(202, &[("content-type", "text/plain")], "{\"tomorrow\""));
    let answer = client.store_crate("a").await.unwrap();
    assert!(matches!(&*answer, answers::StoreCrateAnswer::Accepted(text) if text == "{\"tomorrow\""), "{answer:?}");

    scripted.tell(|_| empty(204));
    let answer = client.store_crate("a").await.unwrap();
    assert!(matches!(&*answer, answers::StoreCrateAnswer::NoContent), "{answer:?}");

    scripted.tell(|_| reply(203, &[("x-by", "proxy")], "canary"));
    let answer = client.store_crate("a").await.unwrap();
    assert_eq!(answer.headers()["x-by"], "proxy");
    assert!(!format!("{answer:?}").contains("canary"));
    assert!(matches!(&*answer, answers::StoreCrateAnswer::Other(body) if body.expose() == b"canary"), "{answer:?}");
}

#[tokio::test]
async fn a_success_of_another_status_s_form_is_an_error_that_names_the_field() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| json(201, r#"{"name":"canary"}"#));
    let error = client.store_crate("a").await.unwrap_err();
    let Error::Decode(details) = &error else { panic!("{error:?}") };
    assert_eq!((details.status().as_u16(), details.field()), (201, Some("number")));
    assert!(!shown(&error).contains("canary"));
}

#[tokio::test]
async fn each_failure_has_its_own_type() {
    use errors::StoreCrateError as E;

    let (scripted, client) = depot().await;
    let mut seen = Vec::new();
    for (status, body) in [
        (404, r#"{"name":"a"}"#),
        (418, r#"{"title":"no"}"#),
        (404, r#"{"title":"no"}"#),
        (501, r#"["canary"]"#),
        (501, "<html>"),
        (302, r#"{"number":1}"#),
    ] {
        scripted.tell(move |_| json(status, body));
        let error = client.store_crate("a").await.unwrap_err();
        assert!(!shown(&error).contains("canary"), "{}", shown(&error));
        seen.push(match error.api() {
            Some(E::NotFound(one)) => format!("404 {}", one.name),
            Some(E::ClientError(problem)) => format!("4XX {}", problem.title.as_deref().unwrap_or_default()),
            Some(E::ServerError(value)) => format!("5XX {}", value.expose()),
            Some(E::Default(receipt)) => format!("default {}", receipt.number),
            Some(E::Other { status, .. }) => format!("other {}", status.as_u16()),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["404 a", "4XX no", "other 404", r#"5XX ["canary"]"#, "other 501", "default 1"]);
}

#[tokio::test]
async fn not_modified_is_an_answer() {
    let (scripted, client) = depot().await;
    scripted.tell(|request| match request.headers.contains_key("if-none-match") {
        true => reply(304, &[("etag", "\"7\"")], ""),
        false => json(200, r#"{"name":"a"}"#),
    });
    let answer = client.find_crate("a").if_none_match("\"7\"").await.unwrap();
    assert!(matches!(&*answer, answers::FindCrateAnswer::NotModified), "{answer:?}");
    assert_eq!((answer.status().as_u16(), &answer.headers()["etag"]), (304, &"\"7\"".parse().unwrap()));
    let answer = client.find_crate("a").await.unwrap();
    assert!(matches!(answer.into_inner(), answers::FindCrateAnswer::Ok(one) if one.name == "a"));
    scripted.tell(|_| empty(303));
    let error = client.find_crate("a").await.unwrap_err();
    assert!(matches!(error.api(), Some(errors::FindCrateError::Other { status, .. }) if status.as_u16() == 303));
}

/// A caller's `?` passes on the error of the call.
#[tokio::test]
async fn a_failure_is_shown_with_the_labels_that_are_documented() {
    let (scripted, client) = depot().await;
    for (status, body, label) in [
        (409, r#"{"code": "taken", "by": "canary"}"#, " (code: taken); "),
        (409, r#"{"code": 7, "until": "canary"}"#, " (code: 7); "),
        (409, r#"{"code": "a canary of words", "by": ""}"#, "Conflict; "),
        (410, r#"{"code": "canary"}"#, "Gone; "),
    ] {
        scripted.tell(move |_| json(status, body));
        let error = client.drop_crate("a").await.unwrap_err();
        assert_eq!(error.to_string(), error.api().unwrap().to_string());
        assert!(error.to_string().contains(label) && !shown(&error).contains("canary"), "{error}");
    }
    scripted.tell(|_| json(418, r#"{"title": "No shelf."}"#));
    let failed: Box<dyn std::error::Error> = client.store_crate("a").await.unwrap_err().into();
    assert!(failed.to_string().contains(" (title: No shelf.); "), "{failed}");
}

#[tokio::test]
async fn a_redirect_that_is_described_is_an_answer() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| reply(302, &[("location", "https://labels.example.com/7")], "moved"));
    let answer = client.label().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (302, &"https://labels.example.com/7".parse().unwrap())
    );
    let () = answer.into_inner();
    scripted.tell(|_| empty(204));
    assert_eq!(client.label().await.unwrap().status().as_u16(), 204);
    scripted.tell(|_| empty(301));
    assert_eq!(client.label().await.unwrap_err().status().unwrap().as_u16(), 301);
    scripted.tell(|_| empty(400));
    assert!(matches!(client.label().await.unwrap_err().api(), Some(errors::LabelError::BadRequest(_))));
}

#[tokio::test]
async fn exact_codes_come_before_ranges() {
    let (scripted, client) = depot().await;
    let mut seen = Vec::new();
    for (status, body) in
        [(200, r#"[{"name":"a"}]"#), (206, r#"{"next":"b"}"#), (207, r#"{"name":"c"}"#), (207, "null")]
    {
        scripted.tell(move |_| json(status, body));
        seen.push(match client.list_crates().await.unwrap().into_inner() {
            answers::ListCratesAnswer::Ok(list) => format!("all {}", list[0].name),
            answers::ListCratesAnswer::PartialContent(part) => format!("some {}", part.next),
            answers::ListCratesAnswer::Success(one) => format!("other {:?}", one.map(|one| one.name)),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["all a", "some b", "other Some(\"c\")", "other None"]);
}

#[tokio::test]
async fn one_body_that_may_be_missing_is_an_option() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| empty(204));
    assert!(client.drop_crate("a").await.unwrap().into_inner().is_none());
    scripted.tell(|_| json(200, r#"{"name":"a"}"#));
    assert_eq!(client.drop_crate("a").await.unwrap().into_inner().map(|one| one.name).as_deref(), Some("a"));
}

#[tokio::test]
async fn a_lone_default_is_the_success() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| json(200, r#"{"name":"a"}"#));
    assert_eq!(client.fallback().await.unwrap().name, "a");
    scripted.tell(|_| json(400, r#"{"name":"a"}"#));
    assert!(client.fallback().await.unwrap_err().api().is_some());
}

#[tokio::test]
async fn a_head_is_read_without_a_body() {
    let (scripted, client) = depot().await;
    scripted.tell(|_| reply(200, &[("x-size", "7"), ("content-type", "application/json")], ""));
    let size = client.crate_size("a").await.unwrap();
    assert_eq!(size.headers()["x-size"], "7");
    let () = size.into_inner();
    scripted.tell(|_| empty(404));
    assert!(matches!(client.crate_size("a").await.unwrap_err().api(), Some(errors::CrateSizeError::NotFound(_))));
}
