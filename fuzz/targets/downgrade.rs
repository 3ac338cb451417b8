//! A description of any dialect to 3.0.3; what comes out is a fixed point.
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
    let outcome = downgraded(&mut cx, &text);
    let again = shown(&cx, outcome).expect("what was converted can be read");
    assert_eq!(again.to_pretty_json(), text, "a 3.0.3 document is converted to itself");
});
