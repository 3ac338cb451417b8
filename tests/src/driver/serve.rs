//! Servers that answer the program's calls, and what they and the program saw.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::plan::Plan;
use super::{Outcome, Subject, Trial};
use crate::judge::Answer;
use crate::{Received, Server};

/// What happened to the cases of a description, in their order.
pub(super) struct Observed {
    pub(super) calls: Vec<Call>,
}

/// What happened to a case.
pub(super) struct Call {
    pub(super) requests: Vec<Received>,
    pub(super) outcome: Outcome,
}

/// What all servers and the control share.
#[derive(Default)]
struct Board {
    /// The case that is being called, over all descriptions.
    current: Option<usize>,
    requests: BTreeMap<usize, Vec<Received>>,
    replies: BTreeMap<usize, Value>,
}

/// Runs the program against a server for each description.
pub(super) async fn observe(trial: &Trial, binary: &Path, subjects: &[Subject], plans: &[Plan]) -> Vec<Observed> {
    let board = Arc::new(Mutex::new(Board::default()));
    let answers: Vec<Answer> = plans.iter().flat_map(|plan| &plan.cases).map(|case| case.answer.clone()).collect();
    let answers = Arc::new(answers);
    let mut servers = Vec::new();
    let mut cases = Vec::new();
    for (number, (subject, plan)) in subjects.iter().zip(plans).enumerate() {
        let (board, answers) = (board.clone(), answers.clone());
        let server = Server::start(move |request, _| {
            let mut board = board.lock().unwrap();
            let current = board.current.unwrap();
            board.requests.entry(current).or_default().push(request.clone());
            respond(&answers[current])
        })
        .await;
        let base = format!("{}{}", server.url(), subject.judge.base());
        for case in &plan.cases {
            cases.push(json!({
                "number": cases.len(),
                "subject": number,
                "base": base,
                "operation": subject.methods[case.method].name,
                "arguments": case.arguments,
            }));
        }
        servers.push(server);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let written = json!({"control": listener.local_addr().unwrap().to_string(), "cases": cases});
    let plan_file = trial.folder.join(trial.name).join("plan.json");
    std::fs::write(&plan_file, written.to_string()).unwrap();
    let control = tokio::spawn(listen(listener, board.clone()));
    let mut program = Command::new(binary);
    program.arg(plan_file);
    let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    control.abort();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the program failed: {said}");
    let mut board = board.lock().unwrap();
    let mut number = 0;
    let mut observed = Vec::new();
    for plan in plans {
        let mut calls = Vec::new();
        for _ in &plan.cases {
            let reply = board.replies.remove(&number);
            let requests = board.requests.remove(&number).unwrap_or_default();
            calls.push(Call { requests, outcome: reply.map_or(Outcome::Nothing, |reply| read(&reply)) });
            number += 1;
        }
        observed.push(Observed { calls });
    }
    observed
}

/// The program says when a call begins and what came of it, so that servers know which case they see.
async fn listen(listener: TcpListener, board: Arc<Mutex<Board>>) {
    let (stream, _) = listener.accept().await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        let message: Value = serde_json::from_str(&line).unwrap();
        let number = |key: &str| message[key].as_u64().map(|number| number as usize);
        {
            let mut board = board.lock().unwrap();
            if let Some(begun) = number("begin") {
                board.current = Some(begun);
            }
            if let Some(ended) = number("end") {
                board.replies.insert(ended, message["reply"].clone());
            }
        }
        writer.write_all(b"ok\n").await.unwrap();
    }
}

fn respond(answer: &Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    if let Some(media) = &answer.content_type {
        response = response.header("content-type", media);
    }
    response.body(Body::from(answer.content.bytes())).unwrap_or_else(|problem| {
        let mut response = Response::new(Body::from(problem.to_string()));
        *response.status_mut() = axum::http::StatusCode::IM_A_TEAPOT;
        *response.headers_mut() = HeaderMap::new();
        response
    })
}

fn read(reply: &Value) -> Outcome {
    let text = |key: &str| reply[key].as_str().unwrap_or_default().to_owned();
    let status = |key: &str| reply[key].as_u64().and_then(|status| u16::try_from(status).ok());
    if let Some(status) = status("success") {
        return Outcome::Success { status, value: reply["value"].clone() };
    }
    if reply.get("refused").is_some() {
        return Outcome::Refused { argument: text("refused"), problem: text("problem") };
    }
    Outcome::Failure {
        kind: text("failure"),
        status: status("status"),
        other: reply["other"] == true,
        text: text("text"),
    }
}
