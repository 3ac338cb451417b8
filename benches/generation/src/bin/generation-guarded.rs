//! What it costs to find the operations that the generator fails on: 100 of 600, spread out, against none of them.

use std::path::Path;
use std::time::{Duration, Instant};

use client_codegen::{CrateSpec, Descriptions, generate_guarded};
use openapi_pipeline::source::Step;
use openapi_pipeline::{Node, Sources};
use serde_json::{Map, Value, json};

const OPERATIONS: usize = 600;
const EACH: usize = 6;
const RUNS: usize = 5;

fn main() {
    let (none, failing) = (document(false), document(true));
    let (fine, left_out) = median(&none);
    assert_eq!(left_out, 0);
    let (guarded, left_out) = median(&failing);
    assert_eq!(left_out, OPERATIONS / EACH);
    println!("{OPERATIONS} operations, none fails:  {:>7.1} ms", fine.as_secs_f64() * 1e3);
    println!("{OPERATIONS} operations, {left_out} fail:   {:>7.1} ms", guarded.as_secs_f64() * 1e3);
    println!("ratio: {:.2}", guarded.as_secs_f64() / fine.as_secs_f64());
}

/// Operations that send a schema of their own and get a shared one; one in six sends what progenitor panics on.
fn document(traps: bool) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let text = |names: &[String]| -> Map<String, Value> {
        names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect()
    };
    let members: Vec<String> = (0..12).map(|at| format!("member_{at}")).collect();
    schemas.insert("Shared".to_owned(), json!({"type": "object", "properties": text(&members)}));
    for at in 0..OPERATIONS {
        let name = format!("Body{at}");
        let alternative = |name: &str| {
            json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}, "additionalProperties": false})
        };
        let schema = match traps && at % EACH == 0 {
            // Two alternatives whose names become one.
            true => json!({"oneOf": [alternative("a-b"), alternative("a_b")]}),
            false => json!({"type": "object", "properties": text(&members)}),
        };
        schemas.insert(name.clone(), schema);
        let reference = |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
        let operation = json!({
            "operationId": format!("operation{at}"),
            "requestBody": {"required": true, "content": reference(&name)},
            "responses": {"200": {"description": "", "content": reference("Shared")}},
        });
        paths.insert(format!("/{at}"), json!({"post": operation}));
    }
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
}

fn median(document: &Value) -> (Duration, usize) {
    let mut sources = Sources::new();
    let file = sources.add("bench.json", document.to_string());
    let origin = sources.mark(file, 0..1, None, Step::Root);
    let node = Node::from_json(document, origin);
    let spec = CrateSpec {
        family: "bench".into(),
        title: "Bench".into(),
        command: "cargo bench".into(),
        document: "bench.json".into(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let mut left_out = 0;
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let descriptions = Descriptions { sources: &sources, root: Path::new("") };
            let made = generate_guarded(&node, &spec, descriptions).expect("it generates");
            left_out = made.left_out.len();
            start.elapsed()
        })
        .collect();
    times.sort();
    (times[RUNS / 2], left_out)
}
