//! Random descriptions: each becomes a client, in time, without a panic and without an operation that the generator
//! fails on. In nightly runs all of them are compiled, and each operation is called.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use client_codegen::{CrateSpec, Descriptions, Guarded, STACK, check_size, generate_guarded};
use openapi_pipeline::load::{MemoryFiles, check_as_published, read};
use openapi_pipeline::lower::{LowerPlan, Strictness, lower};
use openapi_pipeline::select::{Selection, select};
use openapi_pipeline::{Context, Diagnostics, convert};
use syn::visit::{self, Visit};
use test_requirements::effort;
use workspace_tests::driver::{Clients, Trial};
use workspace_tests::{random_document, workspace_root};

/// The number of descriptions in an ordinary run.
const EVERYDAY: u64 = 50;

/// The number in a nightly run. `RANDOM_DOCUMENTS` sets another number for both, a range of seeds, `500..1000`, or a list of
/// them, `5,13,`.
const NIGHTLY: u64 = 2_000;

/// The time limit for a description, on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(60);

/// The number of clients that are modules of one program.
const BATCH: usize = 50;

fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("RANDOM_DOCUMENTS") else { return (0..effort(EVERYDAY, NIGHTLY)).collect() };
    let number = |text: &str| text.trim().parse::<u64>().unwrap();
    match text.split_once("..") {
        Some((first, end)) => (number(first)..number(end)).collect(),
        None if text.contains(',') => text.split_terminator(',').map(number).collect(),
        None => (0..number(&text)).collect(),
    }
}

/// The fault of a description's client, if it has one.
fn fault(seed: u64) -> Option<String> {
    let (done, outcome) = mpsc::channel();
    let work = move || drop(done.send(generate(seed).and_then(|guarded| check(&guarded))));
    // The thread is left running if it doesn't end in time.
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    match outcome.recv_timeout(LONGEST) {
        Ok(outcome) => outcome.err(),
        Err(mpsc::RecvTimeoutError::Timeout) => Some(format!("still running after {} s", LONGEST.as_secs())),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let payload = worker.join().err();
            let text = payload.and_then(|payload| payload.downcast_ref::<String>().cloned());
            Some(format!("it panicked: {}", text.unwrap_or_default()))
        }
    }
}

/// Generates the client of a description as `cargo xtask client` does.
fn generate(seed: u64) -> Result<Guarded, String> {
    let mut cx = Context::new();
    let shown = |cx: &Context, problems: Diagnostics| problems.render(&cx.sources, cx.limits(), false);
    let files = MemoryFiles::new().with("a.json", random_document(seed).to_string());
    let mut lowered = || {
        let published = read(&mut cx, &files, Path::new("a.json"))?;
        let document = check_as_published(&mut cx, &files, published)?;
        let document = convert::to_v3_0_as_published(&mut cx, document)?;
        let document = select(&mut cx, document, &Selection::default())?;
        let document = lower(&mut cx, document, &LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient })?;
        check_size(&document, &cx.sources, cx.limits())?;
        Ok(document)
    };
    let document = lowered().map_err(|problems| shown(&cx, problems))?;
    let spec = CrateSpec {
        family: "random".into(),
        title: "Random".into(),
        command: "cargo xtask client".into(),
        document: "openapi.json".into(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let descriptions = Descriptions { sources: &cx.sources, root: Path::new("") };
    generate_guarded(&document, &spec, descriptions).map_err(|error| error.to_string())
}

fn check(guarded: &Guarded) -> Result<(), String> {
    if let Some(culprit) = guarded.left_out.first() {
        return Err(format!("{} is left out: {}", culprit.operation(), culprit.reason()));
    }
    syn::parse_file(&guarded.source.client).map_err(|error| format!("it is no Rust: {error}"))?;
    let file = syn::parse_file(&guarded.source.generated).map_err(|error| format!("it is no Rust: {error}"))?;
    let mut unqualified = Unqualified::default();
    unqualified.visit_file(&file);
    match unqualified.found.first() {
        Some(path) => Err(format!("`{path}` has no absolute path, and a type may be called the same")),
        None => Ok(()),
    }
}

/// Paths that begin with a name of the prelude; a type of a description may have the same name.
#[derive(Default)]
struct Unqualified {
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Unqualified {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        const PRELUDE: [&str; 14] = [
            "AsRef", "Box", "Clone", "Default", "Drop", "Eq", "From", "Iterator", "Option", "Ord", "Result",
            "ToString", "TryFrom", "Vec",
        ];
        let first = path.segments[0].ident.to_string();
        if path.leading_colon.is_none() && path.segments.len() > 1 && PRELUDE.contains(&first.as_str()) {
            self.found.push(format!("{first}::{}", path.segments[1].ident));
        }
        visit::visit_path(self, path);
    }
}

#[test]
fn random_descriptions_become_clients() {
    let faults: Vec<String> =
        seeds().into_iter().filter_map(|seed| Some(format!("{seed}: {}", fault(seed)?))).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), seeds().len(), faults.join("\n"));
}

#[test]
fn clients_of_random_descriptions_compile_and_are_called() {
    if !effort(false, true) {
        return;
    }
    let folder = workspace_root().join(format!("target/random-{}", seeds()[0]));
    let documents = folder.join("documents");
    std::fs::create_dir_all(&documents).unwrap();
    let write = |seed: u64| -> PathBuf {
        let path = documents.join(format!("d{seed}.json"));
        std::fs::write(&path, random_document(seed).to_string()).unwrap();
        path
    };
    let files: Vec<PathBuf> = seeds().into_iter().map(write).collect();
    let trial = Trial { name: "random", folder, seed: 1, operations: 10, rounds: 1, clients: Clients::Modules };
    let (mut callable, mut called, mut calls, mut mismatches) = (0, 0, 0, 0);
    for batch in files.chunks(BATCH) {
        for verdict in trial.run(batch) {
            callable += verdict.callable;
            called += verdict.called;
            calls += verdict.calls;
            mismatches += verdict.mismatches.len();
            for mismatch in &verdict.mismatches {
                println!("{}: {mismatch}", verdict.file);
            }
        }
    }
    let documents = files.len();
    println!(
        "{documents} descriptions compile; {called} of {callable} operations, {calls} calls, {mismatches} mismatches"
    );
    assert_eq!(mismatches, 0, "mismatches are printed above");
    assert_eq!(called, callable, "operations that were not called");
    assert!(calls >= called, "calls that were not sent");
}

#[test]
fn a_seed_is_a_description_and_every_construct_occurs() {
    assert_eq!(random_document(7), random_document(7));
    let texts: Vec<String> = (0..60).map(|seed| random_document(seed).to_string()).collect();
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len());
    for construct in [
        "\"allOf\"",
        "\"anyOf\"",
        "\"oneOf\"",
        "\"discriminator\"",
        "\"mapping\"",
        "\"enum\"",
        "\"const\"",
        "\"nullable\"",
        "\"null\"]",
        "\"x-nullable\"",
        "\"additionalProperties\"",
        "\"pattern\"",
        "\"minLength\"",
        "\"\":{",
        "🦀",
        "\"self\"",
        "\"in\":\"header\"",
        "\"in\":\"path\"",
        "\"in\":\"query\"",
        "\"in\":\"formData\"",
        "\"in\":\"body\"",
        "deepObject",
        "pipeDelimited",
        "collectionFormat",
        "x-www-form-urlencoded",
        "octet-stream",
        "text/plain",
        "\"default\":{",
        "\"201\"",
    ] {
        assert!(texts.iter().any(|text| text.contains(construct)), "no {construct} in any");
    }
}
