//! Lowers a description of any dialect to what the generator reads, and loads the result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_pipeline::Context;
use pipeline_fuzz::{downgraded, lowered, shown};

fuzz_target!(|text: &str| {
    let mut cx = Context::new();
    let outcome = downgraded(&mut cx, text);
    let Some(document) = shown(&cx, outcome) else { return };
    let outcome = lowered(&mut cx, document);
    let Some(document) = shown(&cx, outcome) else { return };
    let text = document.to_pretty_json();
    let mut cx = Context::new();
    let outcome = pipeline_fuzz::load(&mut cx, &[&text]);
    shown(&cx, outcome);
});
