//! The cost of finding the operations that the generator fails on: 100 of 600, spread out, compared with none of them.

use std::path::Path;
use std::time::{Duration, Instant};

use client_codegen::{CrateSpec, Descriptions, generate_guarded};
use openapi_pipeline::source::Step;
use openapi_pipeline::{Node, Sources};
use serde_json::{Map, Value, json};

const OPERATIONS: usize = 600;
const EACH: usize = 6;
const RUNS: usize = 9;

/// The allocator of xtask.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let (none, failing) = (document(false), document(true));
    let expected = OPERATIONS / EACH;
    // In turn, so that other load on the machine disturbs both; the first ones warm it up.
    let pair = |_| (time(&none, 0).as_secs_f64(), time(&failing, expected).as_secs_f64());
    let pairs: Vec<(f64, f64)> = (0..=RUNS).map(pair).skip(1).collect();
    let median = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[RUNS / 2]
    };
    println!("{OPERATIONS} operations, none fails:  {:>7.1} ms", median(|(fine, _)| *fine) * 1e3);
    println!("{OPERATIONS} operations, {expected} fail:   {:>7.1} ms", median(|(_, guarded)| *guarded) * 1e3);
    println!("ratio: {:.2} (goal: at most 1.50)", median(|(fine, guarded)| guarded / fine));
}

/// Operations with a request schema of their own and a shared response schema; progenitor panics on one request in six.
fn document(traps: bool) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    let text = |names: &[String]| -> Map<String, Value> {
        names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect()
    };
    let members: Vec<String> = (0..12).map(|at| format!("member_{at}")).collect();
    schemas.insert("Shared".to_owned(), json!({"type": "object", "properties": text(&members)}));
    for at in 0..OPERATIONS {
        let name = format!("Body{at}");
        let schema = match traps && at % EACH == 0 {
            // A property without a schema, which the check of a real description would find.
            true => json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Gone"}}}),
            false => json!({"type": "object", "properties": text(&members)}),
        };
        schemas.insert(name.clone(), schema);
        let reference =
            |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
        let operation = json!({
            "operationId": format!("operation{at}"),
            "requestBody": {"required": true, "content": reference(&name)},
            "responses": {"200": {"description": "", "content": reference("Shared")}},
        });
        paths.insert(format!("/{at}"), json!({"post": operation}));
    }
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
}

/// The time to generate a document of which this many operations are left out.
fn time(document: &Value, left_out: usize) -> Duration {
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
    let start = Instant::now();
    let descriptions = Descriptions { sources: &sources, root: Path::new("") };
    let made = generate_guarded(&node, &spec, descriptions).expect("it generates");
    let elapsed = start.elapsed();
    assert_eq!(made.left_out.len(), left_out);
    elapsed
}
