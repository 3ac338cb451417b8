//! Converts a description of any dialect to 3.0.3, and the result once more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_pipeline::Context;
use pipeline_fuzz::{downgraded, shown};

fuzz_target!(|text: &str| {
    let mut cx = Context::new();
    let outcome = downgraded(&mut cx, text);
    let Some(document) = shown(&cx, outcome) else { return };
    let text = document.to_pretty_json();
    let mut cx = Context::new();
    // The second conversion may be refused: references within unknown keywords keep their old targets.
    let outcome = downgraded(&mut cx, &text);
    shown(&cx, outcome);
});
