use serde_json::json;
use test_requirements::Requirement;

use super::*;
use crate::Limits;

fn run(name: &str, text: &str) -> (Context, Result<Document, Diagnostics>) {
    let mut cx = Context::new();
    let result = load(&mut cx, &MemoryFiles::new().with(name, text), name.as_ref());
    (cx, result)
}

fn problems(name: &str, text: &str) -> Vec<(&'static str, String)> {
    let (cx, result) = run(name, text);
    let place = |problem: &Diagnostic| cx.sources.place(problem.primary.as_ref().unwrap().0).to_string();
    result.unwrap_err().0.iter().map(|problem| (problem.code, place(problem))).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    problems("a.yaml", text).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn content_decides_and_the_extension_only_when_it_must() {
    for (name, text) in [
        ("a.json", "{\"swagger\": \"2.0\"}"),
        ("a.yaml", "{\"swagger\": \"2.0\"}"),
        ("a.yaml", "{ # flow style\n  swagger: '2.0' }"),
        ("a.json", "swagger: '2.0'"),
        ("a", "\u{feff}{\"swagger\": \"2.0\"}"),
        ("a", "\u{feff}swagger: '2.0'"),
    ] {
        assert_eq!(run(name, text).1.unwrap().dialect, Dialect::Swagger2, "{name}: {text}");
    }
    assert_eq!(problems("a.json", "{swagger: '2.0'}"), [("json-syntax", "a.json:1:2".into())]);
    assert_eq!(problems("a.yaml", "{\"a\": 1, \"a\": 2}"), [("duplicate-key", "a.yaml:1:10".into())]);
    assert_eq!(problems("a.yaml", "{swagger: '2.0'")[0].0, "yaml-syntax");
}

#[test]
fn a_missing_file_is_named() {
    let problems = load(&mut Context::new(), &MemoryFiles::new(), "x/no.yaml".as_ref()).unwrap_err();
    assert!(problems.0[0].message.contains("x/no.yaml"), "{problems}");
    assert!(problems.0[0].help.as_ref().unwrap().contains("check the spelling"));
}

#[test]
fn local_references_are_resolved() {
    let root = run("a.yaml", "swagger: '2.0'\npaths:\n  /a b/{c}: {get: 1}\n'100%': [x, {y: z}]\n").1.unwrap().root;
    assert_eq!(resolve(&root, "#").unwrap(), &root);
    assert_eq!(resolve(&root, "#/paths/~1a%20b~1%7Bc%7D/get").unwrap().to_json(), json!(1));
    assert_eq!(resolve(&root, "#/paths/~1a b~1{c}/get").unwrap().to_json(), json!(1));
    assert_eq!(resolve(&root, "#/100%/1/y").unwrap().as_str(), Some("z"));
    for nothing in ["", "/paths", "#paths", "#/nothing", "#/100%/2", "a.yaml#/paths", "#/%ff"] {
        assert_eq!(resolve(&root, nothing), None, "{nothing}");
    }
}

#[test]
fn all_dangling_references_are_reported_with_what_may_be_meant() {
    let text = "openapi: 3.0.3\npaths:\n  /x:\n    get:\n      parameters: [{$ref: '#/components/parameters/Limit'}]\n      responses:\n        200: {$ref: '#/components/responses/Okay'}\n        404: {$ref: '#Anchor'}\n        500: {content: {a/b: {schema: {$ref: '#/components/schemas/Okay'}}}}\ncomponents:\n  parameters: {limit: {}}\n  schemas: {Okay: {$ref: '#/definitions/Other'}, Other: {}}\n";
    let (cx, result) = run("a.yaml", text);
    let found = result.unwrap_err();
    let seen: Vec<_> = found
        .0
        .iter()
        .map(|problem| {
            (problem.code, cx.sources.place(problem.primary.as_ref().unwrap().0).line, problem.help.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("dangling-ref", 5, "did you mean `#/components/parameters/limit`?"),
            ("dangling-ref", 7, "did you mean `#/components/schemas/Okay`?"),
            ("dangling-ref", 8, "no schema has an `$anchor` of this name; a JSON pointer begins with `#/`"),
            ("dangling-ref", 12, "did you mean `#/components/schemas/Other`?"),
        ]
    );
}

#[test]
fn refs_in_data_and_property_names_are_not_references() {
    let text = "openapi: 3.1.0\ncomponents:\n  schemas:\n    A:\n      properties:\n        $ref: '#/nowhere'\n      example: {$ref: '#/nowhere'}\n      examples: [{$ref: '#/nowhere'}]\n      default: {$ref: '#/nowhere'}\n      enum: [{$ref: '#/nowhere'}]\n      const: {$ref: '#/nowhere'}\n    B: {properties: {$ref: {type: string}}, $ref: {a: 1}}\n    default: {properties: {example: {$ref: '#/components/schemas/A'}}}\n  examples: {one: {value: {$ref: '#/nowhere'}}}\npaths: {/x: {get: {parameters: [{schema: {$ref: '#/components/schemas/default'}}]}}}\n";
    assert!(run("a.yaml", text).1.is_ok());
    // In a map of names, the same names are no keywords.
    let names = text.replace("$ref: '#/components/schemas/A'", "$ref: '#/nowhere'");
    assert_eq!(codes(&names), ["dangling-ref"]);
    let response = "openapi: 3.0.3\npaths: {/x: {get: {responses: {default: {$ref: '#/nowhere'}}}}}\n";
    assert_eq!(codes(response), ["dangling-ref"]);
}

#[test]
fn references_in_a_cycle_and_into_examples_are_errors() {
    let used = "paths: {/x: {get: {parameters: [{schema: {$ref: '#/components/schemas/A'}}]}}}\n";
    let cycle = format!(
        "openapi: 3.0.3\ncomponents: {{schemas: {{A: {{$ref: '#/components/schemas/B'}}, B: {{$ref: '#/components/schemas/A'}}}}}}\n{used}"
    );
    assert_eq!(codes(&cycle), ["ref-cycle"; 3]);
    let recursive = "openapi: 3.0.3\ncomponents: {schemas: {A: {items: {$ref: '#/components/schemas/A'}}}}\n";
    assert!(run("a.yaml", recursive).1.is_ok());
    let example = "openapi: 3.0.3\ncomponents:\n  examples: {E: {value: {type: string, x-rust-type: {}}}}\n  schemas: {A: {$ref: '#/components/examples/E/value'}}\n".to_owned() + used;
    assert_eq!(codes(&example), ["ref-to-example"]);
    assert_eq!(codes(&example.replace("E/value'", "E/v%61lue'")), ["ref-to-example"]);
}

#[test]
fn references_lead_to_objects() {
    let to = |place: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t}}\npaths: {{/x: {{get: {{tags: [a], parameters: [{{schema: {{$ref: '#/{place}'}}}}]}}}}}}\ncomponents: {{schemas: {{A: true, B: null}}}}\n"
        )
    };
    assert_eq!(codes(&to("info/title")), ["ref-to-value"]);
    assert_eq!(codes(&to("paths/~1x/get/tags")), ["ref-to-value"]);
    for name in ["A", "B"] {
        assert!(run("a.yaml", &to(&format!("components/schemas/{name}"))).1.is_ok(), "{name}");
    }
}

#[test]
fn references_that_no_operation_reaches_may_be_broken() {
    let schemas = "components:\n  schemas:\n    A: {items: {$ref: '#/nowhere'}}\n    B: {$ref: 'https://example.com/b.yaml'}\n    C: {$ref: missing.yaml}\n    D: {$ref: '#/components/schemas/D'}\n    E: {discriminator: {propertyName: k, mapping: {c: C}}}\n    F: {}\n";
    let using = |name: &str| {
        format!(
            "openapi: 3.0.3\npaths: {{/x: {{get: {{parameters: [{{schema: {{items: {{$ref: '#/components/schemas/{name}'}}}}}}]}}}}}}\n{schemas}"
        )
    };
    let (cx, result) = run("a.yaml", &using("F"));
    result.unwrap();
    let noted: Vec<_> =
        cx.report.notes.iter().map(|note| (note.rule.name, note.pointer.as_str(), note.text.as_str())).collect();
    let rule = "unreachable-broken-ref";
    assert_eq!(
        noted,
        [
            (rule, "#/components/schemas/A/items/$ref", "`#/nowhere` leads nowhere"),
            (
                rule,
                "#/components/schemas/B/$ref",
                "`https://example.com/b.yaml` is a URL, and the network is never used"
            ),
            (rule, "#/components/schemas/C/$ref", "can't read missing.yaml: there is no such file"),
            (
                rule,
                "#/components/schemas/D/$ref",
                "`#/components/schemas/D` only leads to other references, in a cycle or more of them than are followed"
            ),
        ]
    );
    for (name, code) in [
        ("A", "dangling-ref"),
        ("B", "ref-to-url"),
        ("C", "unreadable-file"),
        ("D", "ref-cycle"),
        ("E", "unreadable-file"),
    ] {
        let found = codes(&using(name));
        assert!(!found.is_empty() && found.iter().all(|found| *found == code), "{name}: {found:?}");
    }
}

#[test]
fn a_reason_reported_at_an_unreachable_reference_counts_at_a_reachable_one() {
    let text = "openapi: 3.0.3\ncomponents: {schemas: {A: {$ref: missing.yaml}, B: {$ref: missing.yaml}}}\npaths: {/x: {get: {parameters: [{schema: {$ref: '#/components/schemas/B'}}]}}}\n";
    assert_eq!(codes(text), ["unreadable-file"]);
}

#[test]
fn rust_types_are_stripped_everywhere_but_in_examples() {
    let text = "openapi: 3.0.3\nx-rust-type: a\npaths: {}\ncomponents:\n  schemas:\n    A:\n      x-rust-type: {crate: std}\n      properties: {b: {items: [{x-rust-type: c}]}}\n      example: {x-rust-type: kept}\n";
    let (cx, result) = run("a.yaml", text);
    assert_eq!(
        result.unwrap().root.to_json()["components"]["schemas"]["A"],
        json!({"properties": {"b": {"items": [{}]}}, "example": {"x-rust-type": "kept"}})
    );
    let pointers: Vec<_> = cx.report.notes.iter().map(|note| (note.rule.name, note.pointer.as_str())).collect();
    assert_eq!(
        pointers,
        [
            ("strip-rust-type", "#/x-rust-type"),
            ("strip-rust-type", "#/components/schemas/A/x-rust-type"),
            ("strip-rust-type", "#/components/schemas/A/properties/b/items/0/x-rust-type"),
        ]
    );
}

/// The only problem of a description of two files under other limits.
fn problem_within(limits: Limits, text: &str) -> (&'static str, String) {
    let mut cx = Context::with_limits(limits);
    let files = MemoryFiles::new().with("a.yaml", text).with("b.yaml", "b: {title: t}\n");
    let mut found = load(&mut cx, &files, "a.yaml".as_ref()).unwrap_err().0;
    assert_eq!(found.len(), 1, "{found:?}");
    let problem = found.remove(0);
    (problem.code, problem.message)
}

#[test]
fn the_files_of_a_run_are_limited_alone_and_together() {
    let text = "openapi: 3.0.3\npaths: {/x: {get: {parameters: [{schema: {$ref: 'b.yaml#/b'}}]}}}\n";
    let size = text.len();
    let file = |file_size: usize| Limits { file_size: file_size as u64, ..Limits::default() };
    let message = format!("can't read a.yaml: it is larger than {} bytes", size - 1);
    assert_eq!(problem_within(file(size - 1), text), ("unreadable-file", message));
    // The bundled file counts too.
    let together = |total_size: usize| Limits { total_size, ..Limits::default() };
    let message = format!("the files of this run are larger than {size} bytes together");
    assert_eq!(problem_within(together(size), text), ("too-large", message));
    let values = |total_values: usize| Limits { total_values, ..Limits::default() };
    let message = "this expands to more than 11 values".to_owned();
    assert_eq!(problem_within(values(11), text), ("too-large", message));
    let limits = Limits { file_size: size as u64, total_size: size + 14, total_values: 12, ..Limits::default() };
    let files = MemoryFiles::new().with("a.yaml", text).with("b.yaml", "b: {title: t}\n");
    load(&mut Context::with_limits(limits), &files, "a.yaml".as_ref()).unwrap();
}

#[test]
fn references_follow_one_another_as_far_as_is_allowed() {
    let chain = |length: usize| {
        let schemas: String =
            (1..length).map(|at| format!("S{at}: {{$ref: '#/components/schemas/S{}'}}, ", at + 1)).collect();
        format!(
            "openapi: 3.0.3\npaths: {{/x: {{get: {{parameters: [{{schema: {{$ref: '#/components/schemas/S1'}}}}]}}}}}}\n\
             components: {{schemas: {{{schemas}S{length}: {{type: string}}}}}}\n"
        )
    };
    let outcome = |length: usize| {
        let mut cx = Context::with_limits(Limits { hops: 5, ..Limits::default() });
        load(&mut cx, &MemoryFiles::new().with("a.yaml", chain(length)), "a.yaml".as_ref())
    };
    assert!(outcome(5).is_ok());
    assert!(outcome(7).unwrap_err().0.iter().all(|problem| problem.code == "ref-cycle"));
}

#[test]
fn problems_and_suggestions_have_an_end() {
    let names = ["Aaaa", "Bbbb", "Cccc", "Dddd"];
    let uses: String =
        names.iter().map(|name| format!("{{schema: {{$ref: '#/components/schemas/{name}1'}}}}, ")).collect();
    let schemas: String = names.iter().map(|name| format!("{name}: {{}}, ")).collect();
    let text = format!(
        "openapi: 3.0.3\npaths: {{/x: {{get: {{parameters: [{uses}]}}}}}}\ncomponents: {{schemas: {{{schemas}}}}}\n"
    );
    let mut cx = Context::with_limits(Limits { problems: 3, suggestions: 2, ..Limits::default() });
    let found = load(&mut cx, &MemoryFiles::new().with("a.yaml", text), "a.yaml".as_ref()).unwrap_err().0;
    let suggested = found.iter().map(|problem| problem.help.as_ref().unwrap().starts_with("did you mean"));
    assert_eq!(suggested.collect::<Vec<_>>(), [true, true, false]);
}

/// Loads every description in the folders of `OPENAPI_CORPUS` (separated as in `PATH`).
#[test]
fn published_descriptions_load() {
    let Some(folders) = test_requirements::variable(Requirement::Corpus, "OPENAPI_CORPUS") else { return };
    let mut failures = Vec::new();
    for folder in std::env::split_paths(&folders) {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = std::path::PathBuf::from(entry.unwrap().file_name());
            if !text::has_yaml_extension(&path) && path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let mut cx = Context::new();
            let begin = std::time::Instant::now();
            let result = load(&mut cx, &DiskFiles::new(&folder), &path);
            println!("{}: {:?}", path.display(), begin.elapsed());
            if let Err(problems) = result {
                failures.push(problems.render(&cx.sources, cx.limits(), false));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A document with dangling references in every place that matters.
const HOLES: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: parameter, parameters: [{$ref: '#/components/parameters/P'}], responses: {'200': {description: d}}}
    post: {operationId: body, requestBody: {$ref: '#/components/requestBodies/None'}, responses: {'200': {description: d}}}
    put: {operationId: header, responses: {'200': {description: d, headers: {X: {$ref: '#/components/headers/None'}}}}}
    delete: {operationId: response, responses: {default: {$ref: '#/components/responses/None'}}}
    patch:
      operationId: kept
      callbacks: {done: {'{$url}': {post: {requestBody: {$ref: '#/none'}}}}, far: {$ref: '#/components/callbacks/Far'}}
      responses:
        '200':
          description: d
          links: {l: {$ref: '#/components/links/None'}}
          content: {a/b: {schema: {$ref: '#/components/schemas/A'}, examples: {e: {$ref: none.json}}}}
  /b:
    parameters: [{$ref: '#/components/parameters/None'}]
    get: {operationId: shared, responses: {'200': {description: d}}}
  /c: {$ref: '#/components/pathItems/C'}
components:
  callbacks: {Far: {'{$url}': {$ref: '#/none'}}}
  pathItems:
    C:
      get: {operationId: there, responses: {'200': {$ref: '#/components/responses/None'}}}
      put: {operationId: here, responses: {'200': {description: d}}}
  parameters: {P: {$ref: '#/components/parameters/None'}}
  schemas:
    A: {type: object, x-more: {$ref: '#/none'}, properties: {a: {$ref: '#/components/schemas/Gone', description: d}}}
    Unused: {$ref: '#/components/schemas/Gone'}
";

fn published(text: &str, tolerant: bool) -> (Context, Result<Document, Diagnostics>) {
    let mut cx = Context::new();
    let files = MemoryFiles::new().with("a.yaml", text);
    let read = read(&mut cx, &files, "a.yaml".as_ref()).unwrap();
    let checked = match tolerant {
        true => check_as_published(&mut cx, &files, read),
        false => check(&mut cx, &files, read),
    };
    (cx, checked)
}

#[test]
fn the_description_itself_is_no_schema() {
    for reference in ["#", ""] {
        let schema = format!("content: {{a/b: {{schema: {{$ref: '{reference}'}}}}}}");
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': {{description: d, {schema}}}}}}}}}}}\n"
        );
        let (cx, document) = published(&text, true);
        assert!(!document.unwrap().root.to_json().to_string().contains("$ref"));
        assert!(cx.report.warnings[0].message.contains("leads to the description itself"));
        assert_eq!(published(&text, false).1.unwrap_err().0[0].code, "dangling-ref");
    }
}

#[test]
fn dangling_references_are_tolerated_in_lenient_mode() {
    let (cx, document) = published(HOLES, true);
    let root = document.unwrap().root.to_json();
    let left_out: Vec<&str> = cx.report.left_out.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(left_out, ["GET /a", "POST /a", "PUT /a", "DELETE /a", "GET /b", "GET /c"]);
    assert!(cx.report.left_out.iter().all(|one| one.construct == crate::report::Construct::DanglingReference));
    let operations = |path: &str| root.pointer(path).map(|item| item.as_object().unwrap().keys().cloned().collect());
    assert_eq!(operations("/paths/~1a"), Some(vec!["patch".to_owned()]));
    assert_eq!(operations("/paths/~1b"), None);
    assert_eq!(operations("/components/pathItems/C"), Some(vec!["put".to_owned()]));
    // A schema of any JSON, with the keywords beside the reference.
    assert_eq!(root["components"]["schemas"]["A"]["properties"]["a"], serde_json::json!({"description": "d"}));
    let patch = &root["paths"]["/a"]["patch"];
    assert_eq!(
        (&patch["callbacks"], &patch["responses"]["200"]["links"]),
        (&serde_json::json!({}), &serde_json::json!({}))
    );
    let warnings: Vec<String> = cx.report.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("warning[dangling-ref]: `#/components/schemas/Gone` leads nowhere: any JSON"));
    assert!(warnings[0].contains("\n --> a.yaml:30:72"), "{warnings:?}");
}

#[test]
fn values_of_a_discriminator_that_lead_nowhere_are_dangling() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: v}\npaths: {/a: {get: {responses: {200: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/P'}}}}}}}}\ncomponents:\n  schemas:\n    A: {type: object}\n    P:\n      oneOf: [{$ref: '#/components/schemas/A'}]\n      discriminator: {propertyName: k, mapping: {a: A, b: Gone, c: '#/components/schemas/Lost'}}\n";
    let (cx, document) = published(text, true);
    let mapping = &document.unwrap().root.to_json()["components"]["schemas"]["P"]["discriminator"]["mapping"];
    assert_eq!(*mapping, serde_json::json!({"a": "A"}));
    assert_eq!(cx.report.warnings.len(), 2);
    let (_, document) = published(text, false);
    let lines: Vec<&str> = document.unwrap_err().0.iter().map(|one| one.code).collect();
    assert_eq!(lines, ["dangling-ref"; 2]);
}

#[test]
fn dangling_references_that_matter_are_errors_in_strict_mode() {
    let (_, document) = published(HOLES, false);
    let problems = document.unwrap_err();
    let told: Vec<&str> = problems.0.iter().map(|one| one.message.split('`').nth(1).unwrap()).collect();
    let none = |section: &str| format!("#/components/{section}/None");
    let expected = [
        none("requestBodies"),
        none("headers"),
        none("responses"),
        none("parameters"),
        none("responses"),
        none("parameters"),
        "#/components/schemas/Gone".to_owned(),
    ];
    assert_eq!(told, expected, "neither links, callbacks and examples nor what nobody uses");
}

#[test]
fn a_missing_file_is_an_error_in_lenient_mode_too() {
    let text = HOLES.replace("'#/components/schemas/Gone', description", "'gone.yaml', description");
    let (_, document) = published(&text, true);
    assert_eq!(document.unwrap_err().0[0].code, "unreadable-file");
}
