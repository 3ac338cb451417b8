//! How much code a document becomes is known before it is made.

use std::path::{Path, PathBuf};

use client_codegen::check_size;
use openapi_pipeline::load::{MemoryFiles, load};
use openapi_pipeline::lower::{LowerPlan, Strictness, lower};
use openapi_pipeline::{Context, Limits, Node, convert};

/// A description as it was lowered.
fn lowered(text: &str) -> (Context, Node) {
    let mut cx = Context::new();
    let document = load(&mut cx, &MemoryFiles::new().with("a.yaml", text), Path::new("a.yaml")).unwrap();
    let document = convert::to_v3_0(&mut cx, document).unwrap();
    let document =
        lower(&mut cx, document, &LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient }).unwrap();
    (cx, document)
}

fn check(text: &str, code: usize) -> Result<(), String> {
    let mut limits = Limits::default();
    (limits.code, limits.code_growth) = (code, 0);
    let (cx, document) = lowered(text);
    check_size(&document, &cx.sources, &limits).map_err(|problems| problems.render(&cx.sources, &limits, false))
}

#[test]
fn the_estimate_is_near_what_is_generated() {
    let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/goldens");
    for (description, module) in [("letters", "letters"), ("museum", "museum"), ("garden-3-0", "garden_3_0")] {
        let text = std::fs::read_to_string(goldens.join(format!("descriptions/{description}.yaml"))).unwrap();
        let file = |name: &str| goldens.join("src/clients").join(module).join(name);
        let length = |path: PathBuf| usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap();
        let code = length(file("client.rs")) + length(file("generated.rs"));
        assert_eq!(check(&text, 2 * code), Ok(()), "{description}: {code} bytes");
        assert!(check(&text, code / 2).is_err(), "{description}: {code} bytes");
    }
}

#[test]
fn a_client_that_would_be_too_large_is_refused_with_its_largest_parts() {
    let values: String = (0..200).map(|at| format!("\n            - value{at}")).collect();
    let text = format!(
        "openapi: 3.0.3
info: {{title: T, version: '1'}}
paths:
  /small: {{get: {{operationId: small, responses: {{'204': {{description: d}}}}}}}}
  /large:
    get:
      operationId: large
      responses: {{'200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Large'}}}}}}}}}}
components:
  schemas:
    Large:
      type: object
      properties:
        kind:
          type: string
          enum:{values}
"
    );
    assert_eq!(check(&text, 1 << 20), Ok(()));
    let shown = check(&text, 20_000).unwrap_err();
    for expected in
        ["error[too-large]", "--> a.yaml:", "the schema `Large` (", "`GET /large` (", "2 operations", "overlay"]
    {
        assert!(shown.contains(expected), "no {expected} in\n{shown}");
    }
}

#[test]
fn large_descriptions_may_become_large_clients() {
    let (cx, document) = lowered(include_str!("../../../../tests/goldens/descriptions/museum.yaml"));
    let mut limits = Limits::default();
    (limits.code, limits.code_growth) = (0, 100);
    assert!(check_size(&document, &cx.sources, &limits).is_ok());
    limits.code_growth = 1;
    assert!(check_size(&document, &cx.sources, &limits).is_err());
}
