use serde_json::{Value as Json, json};

use super::{exchange, run};

fn reference(name: &str) -> Json {
    json!({"$ref": crate::vocabulary::reference(name)})
}

/// The schemas of a document that sends and returns `Sample`.
fn lowered(schemas: Json) -> Json {
    let (_, lowered) = run(&exchange(reference("Sample"), reference("Sample"), schemas), &[]);
    lowered.unwrap()["components"]["schemas"].clone()
}

fn object(properties: Json) -> Json {
    json!({"type": "object", "properties": properties})
}

fn text() -> Json {
    json!({"type": "string"})
}

fn alternatives_of(schema: &Json) -> &[Json] {
    schema["oneOf"].as_array().unwrap_or_else(|| panic!("no union: {schema}"))
}

/// The names of the alternatives.
fn alternatives(schema: &Json) -> Vec<&str> {
    alternatives_of(schema).iter().map(|one| one["$ref"].as_str().unwrap().rsplit('/').next().unwrap()).collect()
}

#[test]
fn a_child_without_properties_is_a_child() {
    let parent = |mapping: Json| {
        json!({"type": "object", "required": ["t"], "properties": {"t": text()},
            "discriminator": {"propertyName": "t", "mapping": mapping}})
    };
    let bare = json!({"allOf": [reference("Sample")]});
    let described = json!({"description": "One that meows.", "allOf": [reference("Sample")]});
    let typed = json!({"allOf": [reference("Sample"), {"type": "object"}]});
    let dog = json!({"allOf": [reference("Sample"), object(json!({"bark": text()}))]});
    let mapped = json!({"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"});
    for cat in [bare, described, typed] {
        for mapping in [json!({}), mapped.clone()] {
            let schemas = json!({"Sample": parent(mapping), "Cat": cat, "Dog": dog});
            let schemas = lowered(schemas);
            assert_eq!(alternatives(&schemas["Sample"]), ["Cat", "Dog", "SampleBase"], "{cat}");
            assert_eq!(schemas["Cat"]["properties"], json!({"t": text()}));
            assert_eq!(schemas["Cat"].get("x-kind"), None);
            assert_eq!(schemas["Dog"]["properties"], json!({"bark": text(), "t": text()}));
        }
    }
    // With the alternatives listed as well, there is no plain parent.
    let mut listed = parent(mapped);
    listed["oneOf"] = json!([reference("Cat"), reference("Dog")]);
    let cat = json!({"allOf": [reference("Sample")]});
    assert_eq!(alternatives(&lowered(json!({"Sample": listed, "Cat": cat, "Dog": dog}))["Sample"]), ["Cat", "Dog"]);
}

#[test]
fn kinds_of_one_shape_are_types_of_their_own() {
    let doors = || json!({"allOf": [reference("Sample"), object(json!({"doors": {"type": "integer"}}))]});
    let mut parent = object(json!({"t": text()}));
    let mapping = json!({"car": "Car", "bus": "Bus"});
    parent["discriminator"] = json!({"propertyName": "t", "mapping": mapping});
    let grandchild = json!({"allOf": [reference("Bus")]});
    let schemas = lowered(json!({"Sample": parent, "Car": doors(), "Bus": doors(), "Minibus": grandchild}));
    assert_eq!(alternatives(&schemas["Sample"]), ["Bus", "Car", "Minibus", "SampleBase"]);
    assert_eq!(schemas["Sample"]["discriminator"]["mapping"]["bus"], reference("Bus")["$ref"]);
    assert_eq!(schemas["Car"], schemas["Bus"]);
    assert_eq!(schemas["Minibus"], schemas["Bus"]);

    // What stands beside the alternatives is merged into each.
    let mut union = object(json!({"t": text()}));
    union["oneOf"] = json!([reference("One"), reference("Two")]);
    union["discriminator"] = json!({"propertyName": "t", "mapping": {"1": "One", "2": "Two"}});
    let plain = || object(json!({"v": text()}));
    let schemas = lowered(json!({"Sample": union, "One": plain(), "Two": plain()}));
    let [one, two] = alternatives(&schemas["Sample"])[..] else { panic!("{schemas}") };
    assert_ne!(one, two);
    assert_eq!(
        schemas["Sample"]["discriminator"]["mapping"],
        json!({"1": reference(one)["$ref"], "2": reference(two)["$ref"]})
    );
}

#[test]
fn a_union_of_children_is_told_apart_by_their_parent() {
    let mut parent = object(json!({"t": text()}));
    parent["discriminator"] =
        json!({"propertyName": "t", "mapping": {"a": "#/components/schemas/Admin", "x": "Other"}});
    let child = || json!({"allOf": [reference("User"), object(json!({"name": text()}))]});
    for keyword in ["oneOf", "anyOf"] {
        let union = json!({keyword: [reference("Admin"), reference("Guest")]});
        let schemas = json!({"User": parent, "Admin": child(), "Guest": child(), "Other": child(),
            "Stranger": object(json!({"name": text()})), "Sample": object(json!({"one": union}))});
        let schemas = lowered(schemas);
        let one = schemas.as_object().unwrap().iter().find(|(name, _)| name.contains("SampleOne"));
        let one = one.map_or(&schemas["Sample"]["properties"]["one"], |(_, schema)| schema);
        assert_eq!(mapping(one), json!({"a": "Admin", "Guest": "Guest"}), "{keyword}");
    }
    // Another schema among the alternatives has no value of that property.
    let union = json!({"oneOf": [reference("Admin"), reference("Stranger")]});
    let schemas = json!({"User": parent, "Admin": child(), "Guest": child(), "Other": child(),
        "Stranger": object(json!({"name": text()})), "Sample": object(json!({"one": union}))});
    assert!(!lowered(schemas)["Sample"]["properties"]["one"].to_string().contains("discriminator"));
}

#[test]
fn a_constant_that_a_union_among_the_alternatives_lists_too_means_neither() {
    let schemas = json!({"Sample": told(&["Short", "Long"], json!({})), "Short": kind(json!(["note"])),
        "Long": told(&["Note", "Call"], json!({})), "Note": kind(json!(["note"])), "Call": kind(json!(["call"]))});
    assert_eq!(mapping(&lowered(schemas)["Sample"]), json!({"Short": "Short", "call": "Long"}));
}

#[test]
fn unions_that_hold_at_once_are_combined() {
    let part = |name: &str| json!({"type": "object", "required": [name], "properties": {name: text()}});
    let union = |key: &str, names: [&str; 2]| json!({key: names.map(reference)});
    let (one, other) = (union("oneOf", ["A", "B"]), union("oneOf", ["C", "D"]));
    let beside = json!({"oneOf": one["oneOf"], "anyOf": other["oneOf"]});
    let named = json!({"allOf": [reference("One"), reference("Other")]});
    for both in [json!({"allOf": [one, other]}), beside, named] {
        let schemas = lowered(json!({"Sample": both, "One": one, "Other": other,
            "A": part("a"), "B": part("b"), "C": part("c"), "D": part("d")}));
        let mut found: Vec<String> = Vec::new();
        let mut open = vec![&schemas["Sample"]];
        while let Some(schema) = open.pop() {
            match schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Json::as_array) {
                Some(list) => open
                    .extend(list.iter().map(|one| {
                        one["$ref"].as_str().map_or(one, |name| &schemas[name.rsplit('/').next().unwrap()])
                    })),
                None => found.push(schema["properties"].as_object().unwrap().keys().cloned().collect()),
            }
        }
        found.sort_unstable();
        assert_eq!(found, ["ac", "ad", "bc", "bd"], "{both}");
    }
}

/// The mapping, without the section of its targets.
fn mapping(schema: &Json) -> Json {
    let mapping = schema["discriminator"]["mapping"].as_object().unwrap_or_else(|| panic!("no mapping: {schema}"));
    let name = |target: &Json| target.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    mapping.iter().map(|(value, target)| (value.clone(), json!(name(target)))).collect()
}

fn told(names: &[&str], mapping: Json) -> Json {
    let list: Vec<Json> = names.iter().map(|name| reference(name)).collect();
    json!({"oneOf": list, "discriminator": {"propertyName": "t", "mapping": mapping}})
}

fn kind(values: Json) -> Json {
    object(json!({"t": {"enum": values}, "v": text()}))
}

#[test]
fn an_alternative_is_meant_by_its_own_constants() {
    let plain = || object(json!({"t": text()}));
    let constant = object(json!({"t": {"const": "one"}}));
    let by_reference = object(json!({"t": {"allOf": [reference("Letters")]}}));
    let extended = json!({"allOf": [object(json!({"t": text(), "id": text()})), kind(json!(["e"]))]});
    let described = json!({"description": "D.", "allOf": [reference("One")]});
    let letters = json!({"type": "string", "enum": ["l", "m"]});
    for (names, given, expected) in [
        (vec!["One", "Two"], json!({}), json!({"one": "One", "two": "Two", "2": "Two"})),
        (vec!["One", "Plain"], json!({}), json!({"one": "One", "Plain": "Plain"})),
        (vec!["One", "Two"], json!({"eins": "One"}), json!({"eins": "One", "one": "One", "two": "Two", "2": "Two"})),
        (vec!["One", "Two"], json!({"one": "Two"}), json!({"one": "Two", "two": "Two", "2": "Two"})),
        (vec!["One", "ByReference"], json!({}), json!({"one": "One", "l": "ByReference", "m": "ByReference"})),
        (vec!["One", "Extended"], json!({}), json!({"one": "One", "e": "Extended"})),
        (vec!["Alias", "Plain"], json!({}), json!({"one": "Alias", "Plain": "Plain"})),
        // A value that several alternatives have identifies none of them.
        (vec!["Two", "Both"], json!({}), json!({"2": "Two", "three": "Both"})),
        (vec!["Count", "Flag"], json!({}), json!({"1": "Count", "true": "Flag"})),
        // A union has the values of its parts.
        (vec!["Inner", "Extended"], json!({}), json!({"one": "Inner", "two": "Inner", "2": "Inner", "e": "Extended"})),
        (
            vec!["Mapped", "Two"],
            json!({}),
            json!({"uno": "Mapped", "one": "Mapped", "Plain": "Mapped", "two": "Two", "2": "Two"}),
        ),
    ] {
        let schemas = lowered(json!({
            "Sample": told(&names, given), "One": constant, "Two": kind(json!(["two", "2"])),
            "Both": kind(json!(["two", "three"])), "Plain": plain(), "Extended": extended, "Alias": described,
            "Count": kind(json!([1.0])), "Flag": kind(json!([true])), "ByReference": by_reference, "Letters": letters,
            "Inner": {"oneOf": [reference("One"), reference("Two")]},
            "Mapped": told(&["One", "Plain"], json!({"uno": "One"})),
        }));
        assert_eq!(mapping(&schemas["Sample"]), expected, "{names:?}");
    }
}

#[test]
fn children_are_meant_by_their_own_constants() {
    let child = |values: Json| json!({"allOf": [reference("Sample"), kind(values)]});
    let parent =
        |tag: Json| json!({"type": "object", "properties": {"t": tag}, "discriminator": {"propertyName": "t"}});
    let all = json!({"type": "string", "enum": ["a", "b"]});
    let schemas = lowered(json!({"Sample": parent(all), "A": child(json!(["a"])), "B": child(json!(["b"]))}));
    assert_eq!(mapping(&schemas["Sample"]), json!({"a": "A", "b": "B"}));
    assert_eq!(schemas.get("SampleBase"), None, "each value of the tag means a child");

    // The values of a parent are those of all its children.
    let all = json!({"type": "string", "enum": ["A", "C"]});
    let grandchild = json!({"allOf": [reference("A")]});
    let bare = json!({"allOf": [reference("Sample")]});
    let schemas = lowered(json!({"Sample": parent(all), "A": child(json!(["A"])), "B": grandchild, "C": bare}));
    assert_eq!(mapping(&schemas["Sample"]), json!({"A": "A", "B": "B", "C": "C"}));
}

#[test]
fn an_inline_alternative_is_meant_by_its_constants_among_named_ones() {
    let inline =
        |value: &str| json!({"type": "object", "properties": {"t": {"enum": [value]}, "n": {"type": "integer"}}});
    for beside in [json!({}), json!({"id": text()})] {
        let mut union = told(&["One"], json!({}));
        union["oneOf"].as_array_mut().unwrap().push(inline("two"));
        if beside != json!({}) {
            union["properties"] = beside;
        }
        let schemas = lowered(json!({"Sample": union, "One": kind(json!(["one"]))}));
        let [one, two] = alternatives(&schemas["Sample"])[..] else { panic!("{schemas}") };
        assert_eq!(mapping(&schemas["Sample"]), json!({"one": one, "two": two}));
    }
    let mut union = told(&[], json!({}));
    union["oneOf"] = json!([inline("one"), inline("two")]);
    let schemas = lowered(json!({"Sample": union}));
    assert_eq!(schemas["Sample"]["discriminator"]["mapping"], json!({}));
}

#[test]
fn null_among_the_values_of_an_alternative_moves_to_the_union() {
    let list = |values: Json| json!({"type": "string", "nullable": true, "enum": values});
    let integer = json!({"type": "integer"});
    for (branches, expected) in [
        (json!([list(json!(["a", null])), integer]), json!(["a"])),
        (json!([{"enum": ["a", null]}, integer]), json!(["a"])),
        (json!([reference("Listed"), integer]), json!(["b"])),
        (json!([reference("Listed"), {"type": "string", "enum": ["c"]}, integer]), json!(["b", "c"])),
    ] {
        for key in ["oneOf", "anyOf"] {
            let holder = object(json!({"p": {key: branches}}));
            let schemas = lowered(json!({"Sample": holder, "Listed": list(json!(["b", null]))}));
            let property = &schemas["Sample"]["properties"]["p"];
            assert_eq!(property["nullable"], true, "{branches}");
            let union = match property["allOf"][0]["$ref"].as_str() {
                Some(target) => &schemas[target.rsplit('/').next().unwrap()],
                None => property,
            };
            let [listed, _] = alternatives_of(union) else { panic!("{union}") };
            let listed = &schemas[listed["$ref"].as_str().unwrap().rsplit('/').next().unwrap()];
            assert_eq!((&listed["enum"], listed.get("nullable")), (&expected, None), "{branches}");
        }
    }
    // A union whose other alternative is null alone is no union.
    let holder = object(json!({"p": {"oneOf": [{"nullable": true, "enum": [null]}, integer]}}));
    let schemas = lowered(json!({"Sample": holder}));
    assert_eq!(schemas["Sample"]["properties"]["p"], json!({"type": "integer", "nullable": true}));
}

#[test]
fn every_alternative_keeps_the_tag() {
    let base = || object(json!({"id": text()}));
    let more = || object(json!({"x": {"type": "integer"}}));
    let inline = |name: &str| object(json!({name: text()}));
    let told = |name: &str| {
        let mut union = told(&[name, "Other"], json!({}));
        union["discriminator"] = json!({"propertyName": "kind", "mapping": {"one": reference(name)["$ref"]}});
        union
    };
    for (one, fields) in [
        (json!({"allOf": [reference("Base"), more()]}), ["id", "kind", "x"].as_slice()),
        (json!({"allOf": [reference("Base")], "properties": {"x": text()}}), &["id", "kind", "x"]),
        (json!({"allOf": [reference("Base")], "description": "D."}), &["id", "kind"]),
        (reference("Base"), &["id", "kind"]),
        (json!({"allOf": [reference("Alias"), more()]}), &["id", "kind", "x"]),
        // The property is declared in the child already.
        (json!({"allOf": [object(json!({"kind": text()})), more()]}), &["kind", "x"]),
    ] {
        let schemas =
            json!({"Sample": told("One"), "One": one, "Base": base(), "Other": base(), "Alias": reference("Base")});
        let schemas = lowered(schemas);
        let found: Vec<&String> = schemas["One"]["properties"].as_object().unwrap().keys().collect();
        assert_eq!(found, fields, "{one}");
        assert!(schemas.get("Base").is_none_or(|base| base["properties"].get("kind").is_none()), "{one}");
    }
    let union = json!({"oneOf": [inline("a"), reference("Base")]});
    for one in [union.clone(), reference("Union"), json!({"description": "D.", "allOf": [reference("Union")]})] {
        let schemas = json!({"Sample": told("One"), "One": one, "Base": base(), "Other": more(), "Union": union});
        let schemas = lowered(schemas);
        let inner = schemas.get("Union").unwrap_or(&schemas["One"]);
        for name in alternatives(inner) {
            assert_eq!(schemas[name]["properties"]["kind"], text(), "{one}");
        }
    }
    // A map keeps the property as one of its entries.
    let map = json!({"type": "object", "additionalProperties": text()});
    let one = json!({"allOf": [reference("Map")], "description": "D."});
    let schemas = lowered(json!({"Sample": told("One"), "One": one, "Map": map, "Other": base()}));
    assert_eq!(schemas["Map"].get("properties"), None);
}
