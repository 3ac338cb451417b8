//! A description and, after the divider, an overlay for it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openapi_pipeline::Context;
use pipeline_fuzz::{overlaid, parts, shown};

/// The description for inputs that are an overlay alone.
const DOCUMENT: &str = r##"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "tags": [{"name": "a"}, {"name": "b"}],
"paths": {"/a/{id}": {"get": {"operationId": "a", "parameters": [{"name": "id", "in": "path", "required": true,
"schema": {"type": "string"}}], "responses": {"200": {"description": "d", "content": {"application/json":
{"schema": {"$ref": "#/components/schemas/A"}}}}}}}}, "components": {"schemas": {"A": {"type": "object",
"required": ["b"], "properties": {"b": {"type": "integer"}, "c": {"type": "array", "items": {"type": "string"}}}}}}}"##;

fuzz_target!(|input: &[u8]| {
    let Some(parts) = parts(input) else { return };
    let (document, overlay) = match parts.as_slice() {
        [overlay] => (DOCUMENT, *overlay),
        [document, overlay, ..] => (*document, *overlay),
        [] => return,
    };
    let mut cx = Context::new();
    let outcome = overlaid(&mut cx, document, overlay);
    shown(&cx, outcome);
});
