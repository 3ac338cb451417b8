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

/// The names of the alternatives.
fn alternatives(schema: &Json) -> Vec<&str> {
    let list = schema["oneOf"].as_array().unwrap_or_else(|| panic!("no union: {schema}"));
    list.iter().map(|one| one["$ref"].as_str().unwrap().rsplit('/').next().unwrap()).collect()
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
