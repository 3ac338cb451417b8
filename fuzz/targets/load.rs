//! Any bytes, as JSON or YAML of any dialect, in one file or several that refer to each other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_pipeline::Context;
use openapi_pipeline::load::{self, MemoryFiles};
use pipeline_fuzz::{parts, shown};

fuzz_target!(|input: &[u8]| {
    let mut cx = Context::new();
    match parts(input) {
        Some(parts) => {
            let outcome = pipeline_fuzz::load(&mut cx, &parts);
            shown(&cx, outcome);
        }
        // Not UTF-8: another encoding, or an error.
        None => {
            let files = MemoryFiles::new().with("part0.yaml", input);
            let outcome = load::load(&mut cx, &files, "part0.yaml".as_ref());
            shown(&cx, outcome);
        }
    }
});
