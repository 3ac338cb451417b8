use super::*;

fn read(text: &str) -> (Sources, Result<Node, Diagnostics>) {
    read_within(&Limits::default(), text)
}

fn read_within(limits: &Limits, text: &str) -> (Sources, Result<Node, Diagnostics>) {
    let mut sources = Sources::new();
    let source = sources.add("a.yaml", text);
    let result = parse(&mut sources, source, limits);
    (sources, result)
}

fn json(text: &str) -> serde_json::Value {
    match read(text) {
        (_, Ok(node)) => node.to_json(),
        (sources, Err(problems)) => panic!("{text}\n{}", problems.render(&sources, &Limits::default(), false)),
    }
}

/// The code and the place of every problem.
fn problems(text: &str) -> Vec<(&'static str, String)> {
    let (sources, result) = read(text);
    let problems = match result {
        Ok(node) => panic!("{text} is taken as {node:?}"),
        Err(problems) => problems,
    };
    let place = |problem: &Diagnostic| sources.place(problem.primary.as_ref().unwrap().0).to_string();
    problems.0.iter().map(|problem| (problem.code, place(problem))).collect()
}

fn problem(text: &str) -> (&'static str, String) {
    let mut all = problems(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The code and the message of the only problem under other limits.
fn problem_within(limits: &Limits, text: &str) -> (&'static str, String) {
    let mut all = read_within(limits, text).1.unwrap_err().0;
    assert_eq!(all.len(), 1, "{all:?}");
    let problem = all.remove(0);
    (problem.code, problem.message)
}

#[test]
fn scalars_follow_the_core_schema_unless_quoted() {
    let text = "a: 1\nb: '1'\nc: \"true\"\nd: |\n  12\ne: yes\nf: 2024-09-10\ng:\nh: 1.50\ni: >-\n  a\n  b\nj: ~\n";
    assert_eq!(
        json(text),
        serde_json::json!({
            "a": 1, "b": "1", "c": "true", "d": "12\n", "e": "yes", "f": "2024-09-10", "g": null, "h": 1.5,
            "i": "a b", "j": null
        })
    );
}

#[test]
fn keys_become_strings() {
    let text = "200: a\n'404': b\ntrue: c\n1.0: d\nnull: e\n? x\n: f\n";
    assert_eq!(json(text), serde_json::json!({"200": "a", "404": "b", "true": "c", "1.0": "d", "null": "e", "x": "f"}));
}

#[test]
fn explicit_tags_are_honoured() {
    let text =
        "a: !!str 12\nb: !!int '12'\nc: !!float 1\nd: !!bool 'true'\ne: !!null ''\nf: ! 12\ng: !!map {}\nh: !!seq []";
    assert_eq!(
        json(text),
        serde_json::json!({"a": "12", "b": 12, "c": 1.0, "d": true, "e": null, "f": "12", "g": {}, "h": []})
    );
}

#[test]
fn other_tags_are_errors_that_name_them() {
    for (text, tag, place) in [
        ("a: !!binary aGk=", "`!!binary`", "a.yaml:1:4"),
        ("a: !Ref b", "`!Ref`", "a.yaml:1:4"),
        ("a: !!set {b, c}", "`!!set`", "a.yaml:1:4"),
        ("a:\n  !!map [1]", "`!!map`", "a.yaml:2:3"),
        ("a: !!str {}", "`!!str`", "a.yaml:1:4"),
        ("!x a: 1", "`!x`", "a.yaml:1:4"),
    ] {
        let (sources, result) = read(text);
        let problem = &result.unwrap_err().0[0];
        assert_eq!(problem.code, "unknown-tag", "{text}");
        assert!(problem.message.contains(tag), "{}", problem.message);
        assert_eq!(sources.place(problem.primary.as_ref().unwrap().0).to_string(), place, "{text}");
    }
    assert_eq!(problem("a: !!int twelve"), ("wrong-tag", "a.yaml:1:10".into()));
}

#[test]
fn scalars_have_the_place_of_their_value_and_containers_of_their_key() {
    let (sources, node) =
        read("# comment\na:\n  b: 1\n  c:\n    - x: 'é'\n      y: é\n    -  [z]\n  d:\n  e: &here {f: 1}\n");
    let node = node.unwrap();
    let place = |pointer: &str| {
        let place = sources.place(node.pointer(pointer).unwrap().origin);
        assert_eq!(place.pointer, format!("#{pointer}"));
        (place.line, place.column)
    };
    assert_eq!(place(""), (1, 1));
    assert_eq!(place("/a"), (2, 1));
    assert_eq!(place("/a/b"), (3, 6));
    assert_eq!(place("/a/c"), (4, 3));
    assert_eq!(place("/a/c/0"), (5, 7));
    assert_eq!(place("/a/c/0/y"), (6, 10));
    assert_eq!(place("/a/c/1"), (7, 8));
    assert_eq!(place("/a/c/1/0"), (7, 9));
    assert_eq!(place("/a/d"), (8, 3));
    assert_eq!(place("/a/e"), (9, 3));
    assert_eq!(place("/a/e/f"), (9, 16));
}

#[test]
fn syntax_errors_have_a_place() {
    let (code, place) = problem("a: 1\nb: [1, 2\nc: 3\n");
    assert_eq!(code, "yaml-syntax");
    assert!(place.starts_with("a.yaml:3:") || place.starts_with("a.yaml:2:"), "{place}");
    assert_eq!(problem("a: 1\n\tb: 2\n").0, "yaml-syntax");
    assert_eq!(problem("a: *nowhere\n").0, "yaml-syntax");
    assert_eq!(problem("").0, "yaml-syntax");
    assert_eq!(problem("# only a comment\n").0, "yaml-syntax");
}

#[test]
fn all_duplicate_keys_are_reported() {
    assert_eq!(
        problems("a: 1\nb:\n  200: x\n  '200': y\na: 2\n"),
        [("duplicate-key", "a.yaml:4:3".into()), ("duplicate-key", "a.yaml:5:1".into())]
    );
    assert_eq!(problem("x: &x {}\ny:\n  <<: *x\n  <<: *x\n").0, "duplicate-key");
}

#[test]
fn keys_that_json_lacks_are_errors() {
    assert_eq!(problem("? [a, b]\n: 1\n").0, "complex-key");
    assert_eq!(problem("? {a: b}\n: 1\n").0, "complex-key");
    assert_eq!(problem("a: &a [1]\n*a : 1\n").0, "complex-key");
    assert_eq!(problem("a:\n  : 1\n").0, "empty-key");
    assert_eq!(problem("a: {: 1}\n").0, "empty-key");
    assert_eq!(json("a: !!str\nb: &b\nc: *b\n~: d\n"), serde_json::json!({"a": "", "b": null, "c": null, "~": "d"}));
    assert_eq!(json("'': 1"), serde_json::json!({"": 1}));
}

#[test]
fn numbers_that_json_lacks_are_errors() {
    assert_eq!(
        problems("a: .inf\nb: .nan\nc: 1e999\n").iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        ["number-out-of-range"; 3]
    );
}

#[test]
fn several_documents_are_an_error() {
    assert_eq!(problem("---\na: 1\n---\nb: 2\n"), ("several-documents", "a.yaml:3:1".into()));
    assert_eq!(json("---\na: 1\n...\n"), serde_json::json!({"a": 1}));
}

#[test]
fn aliases_are_copies() {
    let (sources, node) = read("a: &a\n  b: &b 1\nc: *a\nd: [*b, *a]\n&k e: 1\nf: *k\n");
    let node = node.unwrap();
    assert_eq!(node.to_json(), serde_json::json!({"a": {"b": 1}, "c": {"b": 1}, "d": [1, {"b": 1}], "e": 1, "f": "e"}));
    // The copy has the origin of the alias; its parts keep the origins of the anchored value.
    assert_eq!(sources.place(node.pointer("/c").unwrap().origin).to_string(), "a.yaml:3:4");
    assert_eq!(sources.place(node.pointer("/c/b").unwrap().origin).to_string(), "a.yaml:2:9");
    assert_eq!(json("a: &a b\n*a : 1\n"), serde_json::json!({"a": "b", "b": 1}));
}

#[test]
fn merge_keys_are_resolved() {
    let text =
        "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nx:\n  c: 3\n  <<: [*one, *two]\n  d: 4\ny:\n  <<: *one\n";
    let node = read(text).1.unwrap();
    assert_eq!(node.get("x").unwrap().to_json(), serde_json::json!({"a": 1, "b": 1, "c": 3, "d": 4}));
    assert_eq!(node.get("y").unwrap().to_json(), serde_json::json!({"a": 1, "b": 1}));
    assert_eq!(json("'<<': 1"), serde_json::json!({"<<": 1}));
    assert_eq!(problem("a:\n  <<: 1\n").0, "merge-key");
    assert_eq!(problem("a:\n  <<: [{}, 1]\n"), ("merge-key", "a.yaml:2:12".into()));
}

#[test]
fn aliases_cannot_expand_beyond_the_limit() {
    let limits = Limits { aliased: 1000, ..Limits::default() };
    let expansion = ("alias-expansion", "aliases expand to more than 1000 values".to_owned());
    let laughs = |levels: usize| {
        let first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        (1..levels).fold(first, |text, level| {
            let alias = format!("*a{}", level - 1);
            text + &format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", "))
        })
    };
    assert!(read_within(&limits, &laughs(2)).1.is_ok());
    for levels in [3, 30] {
        assert_eq!(problem_within(&limits, &laughs(levels)), expansion, "{levels}");
    }
    // Under the default limits: written out, this would be 10^30 values.
    assert_eq!(problem(&laughs(30)).0, "alias-expansion");

    // One long string counts like many short ones.
    let long = |aliases: usize| format!("a: &a '{}'\nb: [{}]\n", "x".repeat(64 * 99), vec!["*a"; aliases].join(", "));
    assert!(read_within(&limits, &long(9)).1.is_ok());
    assert_eq!(problem_within(&limits, &long(10)), expansion);

    // Aliases add depth as well.
    let limits = Limits { depth: 10, ..Limits::default() };
    let deep = |levels: usize| {
        (1..levels)
            .fold("a0: &a0 [x]\n".to_owned(), |text, level| text + &format!("a{level}: &a{level} [*a{}]\n", level - 1))
    };
    // One level is the document's own.
    assert!(read_within(&limits, &deep(9)).1.is_ok());
    assert_eq!(problem_within(&limits, &deep(10)), ("too-deep", "this nests deeper than 10 levels".to_owned()));

    assert_eq!(problem("a: &a [1, *a]\n").0, "recursive-alias");
}

#[test]
fn depth_is_limited() {
    let limits = Limits { depth: 5, ..Limits::default() };
    let too_deep = ("too-deep", "this nests deeper than 5 levels".to_owned());
    let flow = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let block = |levels: usize| (0..levels).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
    for nested in [&flow as &dyn Fn(usize) -> String, &block] {
        assert!(read_within(&limits, &nested(5)).1.is_ok());
        // Past twice the limit, the parser itself stops.
        for levels in [6, 11, 100] {
            assert_eq!(problem_within(&limits, &nested(levels)), too_deep, "{levels}");
        }
    }
    assert_eq!(problem(&"[".repeat(100_000)).0, "too-deep");
    assert_eq!(problem(&"- ".repeat(100_000)).0, "too-deep");
}

#[test]
fn the_number_of_values_is_limited() {
    let limits = Limits { values: 10, ..Limits::default() };
    let too_large = ("too-large", "this expands to more than 10 values".to_owned());
    assert!(read_within(&limits, "[0,0,0,0,0,0,0,0,0]").1.is_ok());
    assert_eq!(problem_within(&limits, "[0,0,0,0,0,0,0,0,0,0]"), too_large);
    // Long strings and keys count as several values.
    for text in [format!("[{}]", "x".repeat(64 * 9)), format!("? {}\n: 1\n", "x".repeat(64 * 9))] {
        assert_eq!(problem_within(&limits, &text), too_large);
    }
}

#[test]
fn the_length_of_pointers_is_limited() {
    let limits = Limits { pointer: 20, ..Limits::default() };
    let nested = |length: usize| format!("{0}: {{{0}: 1}}", "a".repeat(length));
    assert!(read_within(&limits, &nested(9)).1.is_ok());
    let too_long = ("too-long", "the JSON pointer to this is longer than 20 bytes".to_owned());
    assert_eq!(problem_within(&limits, &nested(10)), too_long);
}

#[test]
fn the_number_of_problems_is_limited() {
    let limits = Limits { problems: 3, ..Limits::default() };
    assert_eq!(read_within(&limits, "[.inf, .inf, .inf, .inf]").1.unwrap_err().0.len(), 3);
}

#[test]
fn comments_and_flow_style_are_fine() {
    assert_eq!(json("{ # comment\n  a: [1, 2,], 'b': {c: d} }"), serde_json::json!({"a": [1, 2], "b": {"c": "d"}}));
}
