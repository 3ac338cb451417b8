//! Compares two descriptions, and each with itself, which must show no difference.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_pipeline::{Context, diff};
use pipeline_fuzz::{downgraded, parts, shown};

fuzz_target!(|input: &[u8]| {
    let Some(parts) = parts(input) else { return };
    let mut cx = Context::new();
    let mut documents = Vec::new();
    for text in parts.iter().take(2) {
        let outcome = downgraded(&mut cx, text);
        let Some(document) = shown(&cx, outcome) else { return };
        documents.push(document);
    }
    for document in &documents {
        assert!(diff::diff(&mut cx, document, document).changes.is_empty(), "a document differs from itself");
    }
    if let [old, new] = documents.as_slice() {
        diff::diff(&mut cx, old, new);
    }
});
