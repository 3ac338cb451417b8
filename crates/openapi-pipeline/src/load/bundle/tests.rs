use serde_json::json;

use super::*;
use crate::Limits;
use crate::load::{MemoryFiles, load};

fn run(files: &MemoryFiles) -> (Context, Result<serde_json::Value, Diagnostics>) {
    run_within(Limits::default(), files)
}

fn run_within(limits: Limits, files: &MemoryFiles) -> (Context, Result<serde_json::Value, Diagnostics>) {
    let mut cx = Context::with_limits(limits);
    let result = load(&mut cx, files, "api/openapi.yaml".as_ref()).map(|document| document.root.to_json());
    (cx, result)
}

fn bundled(files: &MemoryFiles) -> serde_json::Value {
    let (cx, result) = run(files);
    result.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false)))
}

fn problems(files: &MemoryFiles) -> Vec<(&'static str, String)> {
    let (cx, result) = run(files);
    let place = |problem: &Diagnostic| cx.sources.place(problem.primary.as_ref().unwrap().0).to_string();
    result.unwrap_err().0.iter().map(|problem| (problem.code, place(problem))).collect()
}

fn root(text: &str) -> MemoryFiles {
    MemoryFiles::new().with("api/openapi.yaml", format!("openapi: 3.0.3\n{text}"))
}

#[test]
fn referenced_objects_become_components_of_their_kind() {
    let files = root(
        "paths:\n  /x:\n    parameters: [{$ref: 'common.yaml#/Limit'}]\n    get:\n      requestBody: {$ref: 'common.yaml#/Body'}\n      responses:\n        200: {$ref: 'common.yaml#/Ok'}\n",
    )
    .with(
        "api/common.yaml",
        "Limit: {name: limit, in: query, schema: {$ref: '#/Size'}}\nSize: {type: integer}\nBody: {content: {a/b: {schema: {$ref: ./schemas/Thing.json}, examples: {one: {$ref: '#/One'}}}}}\nOk: {headers: {H: {$ref: '#/H'}}, description: ok}\nH: {schema: {$ref: '#/Size'}}\nOne: {value: {$ref: not-a-reference}}\n",
    )
    .with("api/schemas/Thing.json", r#"{"type": "object", "properties": {"size": {"$ref": "../common.yaml#/Size"}}}"#);
    assert_eq!(
        bundled(&files),
        json!({
            "openapi": "3.0.3",
            "paths": {"/x": {
                "parameters": [{"$ref": "#/components/parameters/Limit"}],
                "get": {
                    "requestBody": {"$ref": "#/components/requestBodies/Body"},
                    "responses": {"200": {"$ref": "#/components/responses/Ok"}}
                }
            }},
            "components": {
                "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Size"}}},
                "requestBodies": {"Body": {"content": {"a/b": {
                    "schema": {"$ref": "#/components/schemas/Thing"},
                    "examples": {"one": {"$ref": "#/components/examples/One"}}
                }}}},
                "responses": {"Ok": {"headers": {"H": {"$ref": "#/components/headers/H"}}, "description": "ok"}},
                "schemas": {
                    "Size": {"type": "integer"},
                    "Thing": {"type": "object", "properties": {"size": {"$ref": "#/components/schemas/Size"}}}
                },
                "headers": {"H": {"schema": {"$ref": "#/components/schemas/Size"}}},
                "examples": {"One": {"value": {"$ref": "not-a-reference"}}}
            }
        })
    );
}

#[test]
fn swagger_2_has_other_sections_and_inlines_the_rest() {
    let files = MemoryFiles::new()
        .with(
            "api/openapi.yaml",
            "swagger: '2.0'\npaths: {/x: {get: {parameters: [{$ref: 'c.yaml#/P'}], responses: {200: {$ref: 'c.yaml#/R'}}}}}\n",
        )
        .with(
            "api/c.yaml",
            "P: {in: body, name: b, schema: {$ref: '#/S'}}\nR: {description: d, headers: {H: {$ref: '#/H'}}}\nS: {type: string}\nH: {type: integer}\n",
        );
    assert_eq!(
        bundled(&files),
        json!({
            "swagger": "2.0",
            "paths": {"/x": {"get": {
                "parameters": [{"$ref": "#/parameters/P"}],
                "responses": {"200": {"$ref": "#/responses/R"}}
            }}},
            "parameters": {"P": {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/S"}}},
            "responses": {"R": {"description": "d", "headers": {"H": {"type": "integer"}}}},
            "definitions": {"S": {"type": "string"}}
        })
    );
}

#[test]
fn path_items_and_whole_maps_take_the_place_of_the_reference() {
    let files = root("paths: {$ref: paths/all.yaml}\ncomponents: {schemas: {$ref: schemas/index.yaml}}\n")
        .with("api/paths/all.yaml", "/x: {$ref: x.yaml, summary: mine}\n")
        .with(
            "api/paths/x.yaml",
            "summary: theirs\nget: {responses: {200: {description: d, content: {a/b: {schema: {$ref: '../openapi.yaml#/components/schemas/Pet'}}}}}}\n",
        )
        .with("api/schemas/index.yaml", "Pet: {$ref: pet.yaml}\nLabel: {$ref: '#/Tag'}\nTag: {type: string}\nOwner: {items: {$ref: '#/Tag'}}\n")
        .with("api/schemas/pet.yaml", "properties: {tag: {$ref: 'index.yaml#/Tag'}, parent: {$ref: pet.yaml}}\n");
    assert_eq!(
        bundled(&files),
        json!({
            "openapi": "3.0.3",
            "paths": {"/x": {
                "summary": "mine",
                "get": {"responses": {"200": {
                    "description": "d",
                    "content": {"a/b": {"schema": {"$ref": "#/components/schemas/Pet"}}}
                }}}
            }},
            "components": {"schemas": {
                "Pet": {"properties": {
                    "tag": {"$ref": "#/components/schemas/Tag"},
                    "parent": {"$ref": "#/components/schemas/Pet"}
                }},
                "Label": {"$ref": "#/components/schemas/Tag"},
                "Tag": {"type": "string"},
                "Owner": {"items": {"$ref": "#/components/schemas/Tag"}}
            }}
        })
    );
}

#[test]
fn cycles_of_files_work() {
    let files = root("paths: {}\ncomponents: {schemas: {A: {items: {$ref: 'b.yaml#/B'}}}}\n")
        .with("api/b.yaml", "B: {items: {$ref: 'c.yaml#/C'}, not: {$ref: '#/B'}}\n")
        .with("api/c.yaml", "C: {oneOf: [{$ref: 'b.yaml#/B'}, {$ref: 'openapi.yaml#/components/schemas/A'}]}\n");
    assert_eq!(
        bundled(&files)["components"]["schemas"],
        json!({
            "A": {"items": {"$ref": "#/components/schemas/B"}},
            "B": {"items": {"$ref": "#/components/schemas/C"}, "not": {"$ref": "#/components/schemas/B"}},
            "C": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/A"}]}
        })
    );
}

#[test]
fn cycles_that_cannot_be_components_are_errors() {
    let files = root("paths: {/x: {$ref: 'p.yaml#/a'}}\n").with("api/p.yaml", "a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n");
    assert_eq!(problems(&files), [("ref-cycle", "api/p.yaml:2:11".into())]);

    let files = root("paths: {/x: {get: {parameters: [{schema: {$ref: 'p.yaml#/a'}}]}}}\n")
        .with("api/p.yaml", "a: {$ref: '#/b'}\nb: {$ref: '#/a'}\n");
    assert_eq!(problems(&files), [("ref-cycle", "api/openapi.yaml:2:49".into())]);

    let files = root("paths: {/x: {get: {requestBody: {content: {a/b: {$ref: more.yaml}}}}}}\n")
        .with("api/more.yaml", "encoding: {again: {$ref: more.yaml}}\n");
    assert_eq!(problems(&files), [("ref-cycle", "api/more.yaml:1:26".into())]);
}

#[test]
fn files_cannot_multiply_each_other() {
    let doubling = |levels: usize| {
        let mut files = root("paths: {/x: {x-more: {$ref: 0.yaml}}}\n");
        for level in 0..levels {
            let text = format!("a: {{$ref: {0}.yaml}}\nb: {{$ref: {0}.yaml}}\n", level + 1);
            files = files.with(format!("api/{level}.yaml"), text);
        }
        files.with(format!("api/{levels}.yaml"), "x: 1\n")
    };
    let limits = Limits { bundled: 1000, ..Limits::default() };
    assert!(run_within(limits.clone(), &doubling(4)).1.is_ok());
    for levels in [6, 60] {
        let problem = &run_within(limits.clone(), &doubling(levels)).1.unwrap_err().0[0];
        assert_eq!((problem.code, problem.message.as_str()), ("too-large", "this expands to more than 1000 values"));
    }
}

#[test]
fn references_put_in_place_of_each_other_nest_no_deeper_than_is_allowed() {
    let chain = |length: usize| {
        (0..length).fold(root("paths: {/x: {x-more: {$ref: 0.yaml}}}\n"), |files, link| {
            let text =
                if link + 1 < length { format!("a: {{$ref: {}.yaml}}\n", link + 1) } else { "a: 1\n".to_owned() };
            files.with(format!("api/{link}.yaml"), text)
        })
    };
    let limits = Limits { depth: 10, ..Limits::default() };
    assert!(run_within(limits.clone(), &chain(3)).1.is_ok());
    let problem = &run_within(limits, &chain(30)).1.unwrap_err().0[0];
    assert_eq!((problem.code, problem.message.as_str()), ("too-deep", "this nests deeper than 10 levels"));
}

#[test]
fn a_long_chain_of_components_needs_no_stack() {
    const LINKS: usize = 2000;
    let mut chain = String::new();
    for link in 0..LINKS {
        chain += &format!("S{link}: {{items: {{$ref: '#/S{}'}}}}\n", link + 1);
    }
    chain += &format!("S{LINKS}: {{type: string}}\n");
    let files = root("paths: {}\ncomponents: {schemas: {A: {$ref: 'chain.yaml#/S0'}}}\n").with("api/chain.yaml", chain);
    // Too small for one frame per link.
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(move || bundled(&files)).unwrap();
    assert_eq!(thread.join().unwrap()["components"]["schemas"].as_object().unwrap().len(), LINKS + 1);
}

#[test]
fn names_are_unique_and_legal() {
    let files = root("paths: {}\ncomponents: {schemas: {Pet: {type: string}, A: {oneOf: [{$ref: 'b.yaml#/Pet'}, {$ref: 'c.yaml#/Pet'}, {$ref: 'b.yaml#/Pet'}, {$ref: 'b.yaml#/a~1b%20c'}]}}}\n")
        .with("api/b.yaml", "Pet: {type: integer}\na/b c: {type: boolean}\n")
        .with("api/c.yaml", "Pet: {type: number}\n");
    let schemas = &bundled(&files)["components"]["schemas"];
    let names =
        ["Pet_2", "Pet_3", "Pet_2", "a_b_c"].map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    assert_eq!(schemas["A"]["oneOf"], json!(names));
    assert_eq!(schemas["Pet_3"], json!({"type": "number"}));
}

#[test]
fn discriminator_mappings_are_followed() {
    let files = root("paths: {}\ncomponents: {schemas: {A: {discriminator: {propertyName: k, mapping: {b: 'b.yaml#/B', c: C, d: d.yaml}}}}}\n")
        .with("api/b.yaml", "B: {type: object}\n")
        .with("api/d.yaml", "{type: object}\n");
    let schemas = &bundled(&files)["components"]["schemas"];
    assert_eq!(
        schemas["A"]["discriminator"]["mapping"],
        json!({"b": "#/components/schemas/B", "c": "C", "d": "#/components/schemas/d"})
    );
    assert_eq!(schemas["d"], json!({"type": "object"}));
}

#[test]
fn every_bundled_reference_is_reported() {
    let files = root("paths: {/x: {$ref: x.yaml}}\n")
        .with("api/x.yaml", "parameters: [{$ref: 'c.yaml#/P'}]\n")
        .with("api/c.yaml", "P: {name: p, in: query}\n");
    let notes: Vec<_> =
        run(&files).0.report.notes.into_iter().map(|note| (note.rule.name, note.pointer, note.text)).collect();
    assert_eq!(
        notes,
        [
            ("bundle-ref", "#/paths/~1x/$ref".into(), "put what `x.yaml` refers to in its place".into()),
            ("bundle-ref", "#/parameters/0/$ref".into(), "`c.yaml#/P` became `#/components/parameters/P`".into()),
        ]
    );
}

#[test]
fn references_that_may_not_be_followed_are_named_together() {
    let files = root("paths:\n  /a: {$ref: 'https://example.com/a.yaml'}\n  /b: {$ref: ../../b.yaml}\n  /c: {$ref: missing.yaml}\n  /d: {$ref: broken.yaml}\n  /e: {$ref: 'fine.yaml#/nothing'}\n  /f: {$ref: missing.yaml}\n  /g: {$ref: '#/nothing'}\n")
        .with("api/broken.yaml", "a: [")
        .with("api/fine.yaml", "{}");
    assert_eq!(
        problems(&files),
        [
            ("ref-to-url", "api/openapi.yaml:3:14".into()),
            ("ref-outside-root", "api/openapi.yaml:4:14".into()),
            ("unreadable-file", "api/openapi.yaml:5:14".into()),
            ("yaml-syntax", "api/broken.yaml:1:4".into()),
            ("dangling-ref", "api/openapi.yaml:7:14".into()),
            ("dangling-ref", "api/openapi.yaml:9:14".into()),
        ]
    );
    let text = run(&files).1.unwrap_err();
    assert!(text.0[0].message.contains("network is never used"), "{text}");
}

#[test]
fn rust_types_are_stripped_from_other_files_too() {
    let files = root("paths: {}\ncomponents: {schemas: {A: {$ref: a.yaml}}}\n")
        .with("api/a.yaml", "{type: string, x-rust-type: {crate: std, version: '*', path: 'std::fs::File'}}\n");
    let (cx, result) = run(&files);
    assert_eq!(result.unwrap()["components"]["schemas"]["A"], json!({"type": "string"}));
    assert!(cx.report.notes.iter().any(|note| note.rule.name == "strip-rust-type"));
}

#[test]
fn one_place_is_one_component_however_it_is_spelled() {
    let spellings = [
        "b.yaml#/d/Pet%20A",
        "./b.yaml#/d/Pet A",
        "../api/x/../b.yaml#/d/Pet%20%41",
        "b.yaml#pet",
        "%62.yaml#/d/Pet%20A",
    ];
    let refs = spellings.map(|spelling| format!("{{$ref: '{spelling}'}}")).join(", ");
    let files = root(&format!("paths: {{}}\ncomponents: {{schemas: {{A: {{oneOf: [{refs}]}}}}}}\n"))
        .with("api/b.yaml", "d: {'Pet A': {$anchor: pet, items: {$ref: '#pet'}}}\n");
    let schemas = &bundled(&files)["components"]["schemas"];
    let one = json!({"$ref": "#/components/schemas/Pet_A"});
    assert_eq!(schemas["A"]["oneOf"], json!([one, one, one, one, one]));
    assert_eq!(*schemas, json!({"A": schemas["A"], "Pet_A": {"$anchor": "pet", "items": one}}));
}

#[test]
fn anchors_and_places_of_the_first_file_are_reached_from_others() {
    let files = root("paths: {}\ncomponents: {schemas: {A: {$anchor: a, not: {$ref: 'b.json#/B'}}}}\n").with(
        "api/b.json",
        r#"{"B": {"allOf": [{"$ref": "openapi.yaml#a"}, {"$ref": "openapi.yaml#/components/schemas/A"}]}}"#,
    );
    let both = json!({"$ref": "#/components/schemas/A"});
    assert_eq!(bundled(&files)["components"]["schemas"]["B"], json!({"allOf": [both, both]}));
}

#[test]
fn whole_files_and_their_parts_are_told_apart() {
    let files = root("paths: {}\ncomponents: {schemas: {A: {oneOf: [{$ref: s.json}, {$ref: 's.json#'}, {$ref: 's.json#/$defs/s'}]}}}\n")
        .with("api/s.json", r##"{"type": "object", "properties": {"s": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"type": "string"}}}"##);
    let schemas = &bundled(&files)["components"]["schemas"];
    let refs = ["s", "s", "s_2"].map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    assert_eq!(schemas["A"]["oneOf"], json!(refs));
    assert_eq!((&schemas["s"]["properties"]["s"], &schemas["s_2"]), (&refs[2], &json!({"type": "string"})));
}
