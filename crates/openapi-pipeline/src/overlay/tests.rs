use serde_json::json;

use super::*;
use crate::Limits;
use crate::load::{MemoryFiles, parse};

const HEAD: &str = "overlay: 1.0.0\ninfo: {title: t, version: v}\nactions:\n";

fn run(document: &serde_json::Value, overlay: &str) -> (Context, Result<Node, Diagnostics>) {
    run_within(Limits::default(), document, overlay)
}

fn run_within(limits: Limits, document: &serde_json::Value, overlay: &str) -> (Context, Result<Node, Diagnostics>) {
    let mut cx = Context::with_limits(limits);
    let files = MemoryFiles::new().with("doc.json", document.to_string()).with("overlay.yaml", overlay);
    let document = parse(&mut cx, &files, "doc.json".as_ref()).unwrap();
    let overlay = parse(&mut cx, &files, "overlay.yaml".as_ref()).unwrap();
    let result = apply(&mut cx, document, &overlay);
    (cx, result)
}

fn applied(document: serde_json::Value, actions: &str) -> serde_json::Value {
    let (cx, result) = run(&document, &format!("{HEAD}{actions}"));
    result.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false))).to_json()
}

fn applied_1_1(document: serde_json::Value, actions: &str) -> serde_json::Value {
    let (cx, result) = run(&document, &version_1_1(actions));
    result.unwrap_or_else(|problems| panic!("{}", problems.render(&cx.sources, cx.limits(), false))).to_json()
}

fn version_1_1(actions: &str) -> String {
    format!("{HEAD}{actions}").replace("1.0.0", "1.1.0")
}

/// The code and the line of every problem.
fn problems(document: serde_json::Value, overlay: &str) -> Vec<(&'static str, usize)> {
    let (cx, result) = run(&document, overlay);
    let problems = result.expect_err("there should be a problem");
    let line = |problem: &Diagnostic| cx.sources.place(problem.primary.as_ref().unwrap().0).line;
    problems.0.iter().map(|problem| (problem.code, line(problem))).collect()
}

#[test]
fn objects_merge_arrays_are_concatenated_and_the_rest_replaces() {
    let document = json!({"a": {"keep": 1, "list": [1], "deep": {"x": 1, "y": true}, "flag": {"z": 1}}});
    let actions = "- target: $.a\n  update: {list: [2], deep: {x: 2, new: 3}, flag: false, more: [4]}\n";
    assert_eq!(
        applied(document, actions),
        json!({"a": {"keep": 1, "list": [1, 2], "deep": {"x": 2, "y": true, "new": 3}, "flag": false, "more": [4]}})
    );
}

#[test]
fn an_update_is_appended_to_an_array() {
    let document = json!({"a": [{"x": 1}]});
    assert_eq!(applied(document.clone(), "- {target: $.a, update: {y: 2}}"), json!({"a": [{"x": 1}, {"y": 2}]}));
    assert_eq!(applied(document.clone(), "- {target: $.a, update: [1, 2]}"), json!({"a": [{"x": 1}, [1, 2]]}));
    let overlay = format!("{HEAD}- {{target: $.a, update: [1, 2]}}").replace("1.0.0", "1.1.0");
    assert_eq!(run(&document, &overlay).1.unwrap().to_json(), json!({"a": [{"x": 1}, 1, 2]}));
}

#[test]
fn primitives_are_updated_only_in_1_1() {
    let overlay = format!("{HEAD}- {{target: $.a, update: 2}}");
    assert_eq!(problems(json!({"a": 1}), &overlay), [("overlay-mismatch", 4)]);
    let overlay = overlay.replace("1.0.0", "1.1.0");
    assert_eq!(run(&json!({"a": 1}), &overlay).1.unwrap().to_json(), json!({"a": 2}));
    assert_eq!(problems(json!({"a": 1}), &overlay.replace("update: 2", "update: [2]")), [("overlay-mismatch", 4)]);
}

#[test]
fn an_object_is_updated_with_an_object_and_not_emptied_by_accident() {
    assert_eq!(problems(json!({"a": {}}), &format!("{HEAD}- {{target: $.a, update: 2}}")), [("overlay-mismatch", 4)]);
    let forgotten = format!("{HEAD}- target: $\n  update:\n    a:\n");
    assert_eq!(problems(json!({"a": {"b": 1}}), &forgotten), [("overlay-mismatch", 6)]);
}

#[test]
fn several_elements_of_an_array_are_removed() {
    let document = json!({"a": [{"n": 0}, {"n": 1, "x": 1}, {"n": 2}, {"n": 3, "x": 1}, {"n": 4}]});
    assert_eq!(
        applied(document.clone(), "- {target: '$.a[?@.x]', remove: true}"),
        json!({"a": [{"n": 0}, {"n": 2}, {"n": 4}]})
    );
    assert_eq!(
        applied(document.clone(), "- {target: '$.a[4, 0, 0, 2]', remove: true}"),
        json!({"a": [{"n": 1, "x": 1}, {"n": 3, "x": 1}]})
    );
    assert_eq!(applied(document, "- {target: '$.a[*]', remove: true}"), json!({"a": []}));
    let numbers = json!({"a": (0..12).collect::<Vec<_>>()});
    assert_eq!(applied_1_1(numbers, "- {target: '$.a[1:]', remove: true}"), json!({"a": [0]}));
}

#[test]
fn nested_matches_are_changed_from_the_inside() {
    let document = json!({"x": {"x": {"y": 1}}});
    assert_eq!(
        applied(document.clone(), "- {target: $..x, update: {n: 1}}"),
        json!({"x": {"x": {"y": 1, "n": 1}, "n": 1}})
    );
    assert_eq!(applied(document, "- {target: $..x, remove: true}"), json!({}));
}

#[test]
fn remove_wins_over_update_and_keeps_the_order_of_the_rest() {
    let (cx, result) =
        run(&json!({"a": 1, "b": 2, "c": 3}), &format!("{HEAD}- {{target: $.a, update: {{}}, remove: true}}"));
    assert_eq!(serde_json::to_string(&result.unwrap()).unwrap(), r#"{"b":2,"c":3}"#);
    assert!(cx.report.notes[0].text.contains("no effect"), "{}", cx.report.notes[0].text);
}

#[test]
fn actions_apply_in_order() {
    let actions = "- {target: $.servers, remove: true}\n- {target: $, update: {servers: [{url: x}]}}\n- {target: '$.servers[0]', update: {y: 1}}\n";
    assert_eq!(applied(json!({"servers": [1, 2]}), actions), json!({"servers": [{"url": "x", "y": 1}]}));
}

#[test]
fn every_action_is_reported_with_its_count_and_its_nodes_keep_their_origin() {
    let document = json!({"paths": {"/a": {"get": {}}, "/b": {"get": {}}}});
    let (cx, result) = run(&document, &format!("{HEAD}- target: $.paths.*.get\n  update: {{x-safe: true}}\n"));
    let notes: Vec<_> =
        cx.report.notes.iter().map(|note| (note.rule.name, note.pointer.as_str(), note.text.as_str())).collect();
    assert_eq!(notes, [("overlay-action", "#/actions/0", "updated 2 places: $.paths.*.get")]);
    let node = result.unwrap();
    let added = node.pointer("/paths/~1a/get/x-safe").unwrap();
    assert_eq!(cx.sources.place(added.origin).to_string(), "overlay.yaml:5:20");
    assert_eq!(cx.sources.place(node.pointer("/paths/~1a").unwrap().origin).file, "doc.json");
}

#[test]
fn targets_that_match_nothing_are_all_reported() {
    let overlay = format!(
        "{HEAD}- {{target: $.no, remove: true}}\n- {{target: $.a, remove: true}}\n- {{target: $.a, update: {{}}}}\n"
    );
    assert_eq!(
        problems(json!({"a": {}}), &overlay),
        [("overlay-target-unmatched", 4), ("overlay-target-unmatched", 6)]
    );
}

#[test]
fn the_document_itself_stays() {
    assert_eq!(problems(json!({}), &format!("{HEAD}- {{target: $, remove: true}}")), [("overlay-mismatch", 4)]);
}

#[test]
fn all_problems_of_shape_are_reported_together() {
    let overlay = "overlay: 1.0.0\ninfo: {title: t}\nextra: 1\nx-fine: 1\nextends: 1\nactions:\n  - target: $.a\n    upadte: {}\n  - remove: true\n  - {target: 1, remove: maybe}\n  - text\n  - {target: $.a, remove: false}\n  - {target: $.a, update: {}, description: 1, x-why: 1}\n";
    let lines: Vec<usize> = problems(json!({"a": {}}), overlay)
        .into_iter()
        .map(|(code, line)| {
            assert_eq!(code, "overlay-shape");
            line
        })
        .collect();
    // The keys come first, then the rest in its order; line 8 has an unknown key and its action does nothing.
    assert_eq!(lines, [3, 2, 5, 8, 7, 9, 10, 10, 11, 12, 13]);
}

#[test]
fn an_overlay_needs_its_parts() {
    for overlay in ["[]", "a: 1", "overlay: 1.0.0", "overlay: 1.0.0\ninfo: {title: t, version: v}\nactions: []"] {
        assert!(problems(json!({}), overlay).iter().all(|(code, _)| *code == "overlay-shape"), "{overlay}");
    }
    for version in ["2.0.0", "1.2.0", "1.0", "1.0.0-rc1", "1.1", "1", "[]"] {
        let overlay = format!("{HEAD}- {{target: $, update: {{}}}}").replace("1.0.0", version);
        assert_eq!(problems(json!({}), &overlay), [("unsupported-overlay", 1)], "{version}");
    }
}

#[test]
fn copies_merge_like_updates() {
    let document = json!({"a": {"x": 1, "list": [1]}, "b": {"x": 2, "y": 3, "list": [2]}, "c": [{"z": 1}], "d": 4});
    let copied = |action: &str| applied_1_1(document.clone(), action);
    assert_eq!(copied("- {target: $.a, copy: $.b}")["a"], json!({"x": 2, "list": [1, 2], "y": 3}));
    assert_eq!(copied("- {target: $.c, copy: $.b}")["c"], json!([{"z": 1}, {"x": 2, "y": 3, "list": [2]}]));
    assert_eq!(copied("- {target: $.c, copy: $.a.list}")["c"], json!([{"z": 1}, 1]));
    assert_eq!(copied("- {target: $.a.x, copy: $.d}")["a"]["x"], json!(4));
    // The copy is made before the action, also where the target contains the source or is in it.
    assert_eq!(copied("- {target: '$', copy: $.a}")["x"], json!(1));
    assert_eq!(copied("- {target: $.a, copy: '$'}")["a"]["a"], json!({"x": 1, "list": [1]}));
    let moved = "- {target: $, update: {e: {}}}\n- {target: $.e, copy: $.b}\n- {target: $.b, remove: true}\n";
    assert_eq!(
        copied(moved),
        json!({"a": {"x": 1, "list": [1]}, "c": [{"z": 1}], "d": 4, "e": {"x": 2, "y": 3, "list": [2]}})
    );
}

#[test]
fn one_place_is_copied_and_only_in_1_1() {
    let document = json!({"a": {}, "b": {}, "c": {"x": 1}});
    for source in ["$.no", "$.*"] {
        let action = format!("- {{target: $.a, copy: '{source}'}}");
        assert_eq!(problems(document.clone(), &version_1_1(&action)), [("overlay-copy", 4)], "{source}");
    }
    let action = "- {target: $.a, copy: $.b}";
    let (_, result) = run(&document, &format!("{HEAD}{action}"));
    let found = result.unwrap_err();
    assert!(found.0[0].message.contains("`copy`"), "{found}");
    assert_eq!(found.0[0].help.as_deref(), Some("say `overlay: 1.1.0`, which has it"));
}

#[test]
fn an_action_of_1_1_does_one_thing() {
    for action in [
        "update: {}, copy: $.a",
        "update: {}, remove: true",
        "copy: $.a, remove: true",
        "description: d",
        "remove: false",
    ] {
        let action = format!("- {{target: $.a, {action}}}");
        assert_eq!(problems(json!({"a": {}}), &version_1_1(&action)), [("overlay-shape", 4)], "{action}");
    }
    assert_eq!(applied_1_1(json!({"a": {}}), "- {target: $.a, update: {b: 1}, remove: false}"), json!({"a": {"b": 1}}));
}

#[test]
fn values_of_different_kinds_only_replace_each_other_in_1_0() {
    let document = json!({"a": {"object": {"x": 1}, "array": [1], "text": "t"}});
    for update in ["{object: 1}", "{object: [1]}", "{array: {}}", "{array: 1}", "{text: {}}", "{text: []}"] {
        let action = format!("- {{target: $.a, update: {update}}}");
        assert_eq!(problems(document.clone(), &version_1_1(&action)), [("overlay-mismatch", 4)], "{update}");
        applied(document.clone(), &action);
    }
    assert_eq!(applied_1_1(document, "- {target: $.a, update: {text: 1}}")["a"]["text"], json!(1));
}

#[test]
fn targets_of_several_kinds_are_updated_only_in_1_0() {
    let document = json!({"a": {"x": {}, "y": []}});
    let action = "- {target: '$.a.*', update: {z: 1}}";
    assert_eq!(applied(document.clone(), action), json!({"a": {"x": {"z": 1}, "y": [{"z": 1}]}}));
    assert_eq!(problems(document.clone(), &version_1_1(action)), [("overlay-mismatch", 4)]);
    assert_eq!(applied_1_1(document, "- {target: '$.a.*', remove: true}"), json!({"a": {}}));
}

#[test]
fn primitive_elements_are_removed_only_in_1_1() {
    let document = json!({"a": {"tags": ["x", "y"], "text": "t"}});
    let action = "- {target: \"$.a.tags[?@ == 'x']\", remove: true}";
    assert_eq!(problems(document.clone(), &format!("{HEAD}{action}")), [("overlay-mismatch", 4)]);
    assert_eq!(applied_1_1(document.clone(), action)["a"]["tags"], json!(["y"]));
    // Both versions remove them as members.
    assert_eq!(applied(document, "- {target: $.a.text, remove: true}"), json!({"a": {"tags": ["x", "y"]}}));
}

#[test]
fn info_is_described_only_in_1_1() {
    let described = |version: &str, text: &str| {
        format!(
            "overlay: {version}\ninfo: {{title: t, version: v, description: {text}, x-own: 1}}\nactions: [{{target: $, update: {{}}}}]\n"
        )
    };
    assert_eq!(problems(json!({}), &described("1.0.0", "d")), [("overlay-shape", 2)]);
    assert!(run(&json!({}), &described("1.1.0", "d")).1.is_ok());
    assert_eq!(problems(json!({}), &described("1.1.0", "[d]")), [("overlay-shape", 2)]);
}

#[test]
fn the_same_action_twice_is_an_error() {
    let overlay = format!(
        "{HEAD}- {{target: $, update: {{a: [1]}}}}\n- {{update: {{a: [1]}}, target: $}}\n- {{target: $, update: {{a: [1]}}}}\n"
    );
    assert_eq!(problems(json!({}), &overlay), [("overlay-shape", 5), ("overlay-shape", 6)]);
}

#[test]
fn an_overlay_for_another_document_is_refused() {
    let extending =
        |text: &str| HEAD.replace("actions", &format!("extends: {text}\nactions")) + "- {target: $, update: {x: 1}}\n";
    for fits in ["doc.json", "./doc.json", "x/../doc.json", "https://example.com/other.json", "/somewhere/doc.json"] {
        assert!(run(&json!({}), &extending(fits)).1.is_ok(), "{fits}");
    }
    for other in ["other.json", "x/doc.json", "../doc.json", "/somewhere/else.json"] {
        assert_eq!(problems(json!({}), &extending(other)), [("overlay-extends", 3)], "{other}");
    }
}

#[test]
fn an_invalid_target_is_reported_with_its_column() {
    for (target, column) in [("$.paths[", 18), ("paths", 11), ("$.a.b c", 16), ("'$.a[?@.b == ]'", 21)] {
        let (cx, result) = run(&json!({}), &format!("{HEAD}- target: {target}\n  remove: true\n"));
        let problems = result.unwrap_err();
        assert_eq!(problems.0[0].code, "overlay-target");
        let (origin, label) = problems.0[0].primary.as_ref().unwrap();
        let place = cx.sources.place(*origin);
        assert_eq!((place.line, place.column), (4, column), "{target}: {label}");
        assert!(label.contains("at character"), "{label}");
    }
}

/// The first problem under other limits.
fn problem_within(limits: &Limits, document: &serde_json::Value, overlay: &str) -> Diagnostic {
    run_within(limits.clone(), document, overlay).1.unwrap_err().0.remove(0)
}

#[test]
fn targets_cannot_overwhelm_the_parser() {
    let deep = format!("$[?{}@.a{}]", "(".repeat(50_000), ")".repeat(50_000));
    let nested = format!("$[?{}@.a{}]", "(".repeat(30), ")".repeat(30));
    let selectors = format!("${}", "[?@".repeat(500));
    for target in [deep, nested, selectors] {
        assert_eq!(
            problems(json!({}), &format!("{HEAD}- {{target: '{target}', remove: true}}")),
            [("overlay-target", 4)]
        );
    }
    assert_eq!(applied(json!({"[(((((((((((((": 1}), "- {target: \"$['[(((((((((((((']\", remove: true}"), json!({}));

    let limits = Limits { target_length: 10, target_nesting: 2, ..Limits::default() };
    let remove = |target: &str| format!("{HEAD}- {{target: \"{target}\", remove: true}}");
    for fits in ["$.aaaaaaaa", "$[?(@.a)]"] {
        assert!(run_within(limits.clone(), &json!({"aaaaaaaa": {}, "b": {"a": 1}}), &remove(fits)).1.is_ok(), "{fits}");
    }
    for (target, reason) in
        [("$.aaaaaaaaa", "it is longer than 10 bytes"), ("$[?((@))]", "brackets nest deeper than 2 levels")]
    {
        let problem = problem_within(&limits, &json!({}), &remove(target));
        let label = problem.primary.as_ref().unwrap().1.as_str();
        assert!(problem.code == "overlay-target" && label.ends_with(reason), "{label}");
    }
}

#[test]
fn targets_cannot_overwhelm_the_evaluation() {
    let limits = Limits { target_steps: 1e5, ..Limits::default() };
    let wide = |length: usize| {
        let one = |number: usize| json!({"n": number, "deep": {"deep": {"deep": {}}}});
        json!({"a": (0..length).map(one).collect::<Vec<_>>()})
    };
    let removing = |target: &str| format!("{HEAD}- target: >-\n    {target}\n  remove: true\n");
    let targets = [
        format!("${}", "..*".repeat(10)),
        "$..[?count($..*) > 1]".to_owned(),
        "$..[?@..[?count($..*) > 1]]".to_owned(),
        format!("$.a{}", "['n','n']".repeat(100)),
        "$..[?match(@.n, 'x{999}{999}')]".to_owned(),
    ];
    for target in &targets {
        let problem = problem_within(&limits, &wide(100), &removing(target));
        assert_eq!(problem.code, "overlay-target-too-expensive", "{target}");
        assert!(problem.message.ends_with("takes more than 100000 steps"), "{}", problem.message);
    }
    for target in ["$..deep..deep", "$.a[?search(@.n, '1')]", "$.a[0,1,2]['n','deep']", "$..[?@.n == 3].n"] {
        let overlay = removing(target).replace("1.0.0", "1.1.0");
        let result = run_within(limits.clone(), &wide(100), &overlay).1.map_err(|problems| problems.0[0].code);
        assert_ne!(result.err(), Some("overlay-target-too-expensive"), "{target}");
    }
    // By default, a document of ordinary size is enough.
    assert_eq!(problems(wide(300), &removing(&targets[0]))[0].0, "overlay-target-too-expensive");
}

#[test]
fn additions_of_actions_are_limited() {
    let limits = Limits { copied: 1000, ..Limits::default() };
    let too_large = ("too-large", "this expands to more than 1000 values".to_owned());
    let told = |problem: Diagnostic| (problem.code, problem.message);
    let text = "x".repeat(64 * 10);
    let document = |places: usize| json!({"a": (0..places).map(|_| json!({})).collect::<Vec<_>>()});
    let overlay = format!("{HEAD}- {{target: '$.a[*]', update: {{x: {text}}}}}\n");
    assert!(run_within(limits.clone(), &document(80), &overlay).1.is_ok());
    assert_eq!(told(problem_within(&limits, &document(90), &overlay)), too_large);

    // Each pair of actions doubles the document.
    let doubling: String = (0..40)
        .map(|number| format!("- {{target: $, update: {{b{number}: {{}}}}}}\n- {{target: $.b{number}, copy: $}}\n"))
        .collect();
    assert_eq!(told(problem_within(&limits, &json!({"a": text}), &version_1_1(&doubling))), too_large);

    let limits = Limits { depth: 10, ..Limits::default() };
    let deep = |levels: usize| format!("{}1{}", "{a: ".repeat(levels), "}".repeat(levels));
    let twice = |levels: usize| {
        format!("{HEAD}- {{target: $, update: {0}}}\n- {{target: '$..a', update: {0}}}\n", deep(levels))
    };
    let in_place = |levels: usize| format!("{HEAD}- {{target: $.a, update: {}}}\n", deep(levels));
    let room = json!({"a": {}});
    assert!(run_within(limits.clone(), &room, &in_place(5)).1.is_ok());
    let problem = problem_within(&limits, &json!({}), &twice(6));
    assert_eq!(told(problem), ("too-deep", "this nests deeper than 10 levels".to_owned()));
}
