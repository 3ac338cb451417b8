use serde_json::{Value as Json, json};

use super::*;
use crate::Context;
use crate::testing::tree;

fn document(json: &Json) -> Node {
    tree(&mut Context::new(), "a.json", json)
}

fn kept(before: &Json, after: &Json) -> Kept {
    let before = assign(&document(before), "T", &Pins::default()).unwrap();
    keep((&before, &Pins::default()), (&document(after), "T"), false).unwrap()
}

fn lines(pins: &Pins) -> Vec<String> {
    pins.iter().map(|(thing, name)| format!("{thing}: {name}")).collect()
}

fn schemas(before: Json, after: Json) -> Vec<String> {
    let document = |schemas: Json| json!({"components": {"schemas": schemas}});
    let kept = kept(&document(before), &document(after));
    assert_eq!(kept.lost, []);
    lines(&kept.pins)
}

fn to(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn object(members: &[&str]) -> Json {
    let members: serde_json::Map<String, Json> =
        members.iter().map(|member| ((*member).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": members})
}

#[test]
fn what_is_new_takes_no_name() {
    let schemas = |before, after| schemas(json!({"A": before}), json!({"A": after}));
    assert_eq!(schemas(object(&["first-name"]), object(&["first-name"])), [""; 0]);
    assert_eq!(
        schemas(object(&["first-name", "firstName"]), object(&["first-name", "firstName", "first_name"])),
        ["the property `first-name` of `A`: first_name", "the property `firstName` of `A`: first_name_2"]
    );
    let values = |values: &[&str]| json!({"type": "string", "enum": values});
    assert_eq!(schemas(values(&["asc"]), values(&["asc", "Asc"])), ["the value `asc` of `A`: Asc"]);
    assert_eq!(schemas(object(&["extra"]), object(&["extra", "other"])), [""; 0]);
}

#[test]
fn an_alternative_is_the_same_by_type_or_tag_or_by_being_equal() {
    let union = |names: &[&str]| json!({"oneOf": names.iter().map(|name| to(name)).collect::<Vec<_>>()});
    // The union has got another alternative, so that `PetCat` would be named by its whole name.
    assert_eq!(
        schemas(
            json!({"A": union(&["PetCat", "PetDog"]), "PetCat": object(&["a"]), "PetDog": object(&["b"])}),
            json!({"A": union(&["Car", "PetDog", "PetCat"]), "PetCat": object(&["a"]), "PetDog": object(&["b"]), "Car": object(&["c"])}),
        ),
        ["the alternative `PetCat` of `A`: Cat", "the alternative `PetDog` of `A`: Dog"]
    );
    // The component is renamed; its schema is equal, so the alternative is the same.
    let before = json!({"A": union(&["Cat", "Dog"]), "Cat": object(&["a"]), "Dog": object(&["b"])});
    assert_eq!(
        schemas(
            before.clone(),
            json!({"A": union(&["Feline", "Dog"]), "Feline": object(&["a"]), "Dog": object(&["b"])})
        ),
        ["the alternative `Feline` of `A`: Cat"]
    );
    assert_eq!(
        schemas(before, json!({"A": union(&["Bird", "Dog"]), "Bird": object(&["wings"]), "Dog": object(&["b"])})),
        [""; 0],
        "another alternative has no name of before"
    );
    // The component is renamed and has one property more; the discriminator value identifies it.
    let tagged = |name: &str| {
        let mut union = union(&[name, "Dog"]);
        union["discriminator"] =
            json!({"propertyName": "kind", "mapping": {"cat": to(name)["$ref"], "dog": to("Dog")["$ref"]}});
        union
    };
    assert_eq!(
        schemas(
            json!({"A": tagged("Cat"), "Cat": object(&["kind"]), "Dog": object(&["kind", "b"])}),
            json!({"A": tagged("Feline"), "Feline": object(&["kind", "more"]), "Dog": object(&["kind", "b"])})
        ),
        ["the alternative `Feline` of `A`: Cat"]
    );
    // Inline alternatives are identified by their numbers, which change.
    let inline = |first: &[Json]| json!({"A": {"oneOf": first}});
    let (text, number, any) = (json!({"type": "string"}), json!({"type": "integer"}), json!({"type": "boolean"}));
    assert_eq!(
        schemas(inline(&[text.clone(), number.clone()]), inline(&[any, json!({}), number, text])),
        ["the alternative `2` of `A`: Integer", "the alternative `3` of `A`: String"]
    );
}

fn operation(id: &str, parameters: &[(&str, &str)]) -> Json {
    let one = |(location, name): &(&str, &str)| json!({"in": location, "name": name, "required": *location == "path", "schema": {"type": "string"}});
    json!({"operationId": id, "parameters": parameters.iter().map(one).collect::<Vec<_>>(), "responses": {}})
}

#[test]
fn operations_and_their_parameters_are_the_same_by_what_is_sent() {
    let before = json!({"paths": {"/a/{x}": {"get": operation("get_a", &[("path", "x"), ("query", "sort-by")])}}});
    let after = json!({"paths": {
        "/": {"get": operation("getA", &[])},
        "/a/{y}": {"get": operation("get-a", &[("query", "sort_by"), ("query", "sort-by"), ("path", "y")])},
    }});
    let mut after_here = after.clone();
    after_here["paths"]["/a/{y}"]["get"]["parameters"][0]["required"] = json!(true);
    assert_eq!(
        lines(&kept(&before, &after_here).pins),
        [
            "the operation `get-a`: get_a",
            "the path parameter `y` of `get-a`: x",
            "the query parameter `sort-by` of `get-a`: sort_by",
        ]
    );
    // The old name is free, so an alias is enough, and no pin is needed.
    let renamed = json!({"paths": {"/a/{x}": {"get": operation("fetch", &[("path", "x"), ("query", "sort-by")])}}});
    assert_eq!(lines(&kept(&before, &renamed).pins), [""; 0]);
}

#[test]
fn a_server_is_the_same_by_its_address() {
    let servers = |texts: [&str; 2]| {
        let urls = ["https://a.x.com/", "https://b.x.com"];
        json!({"servers": urls.iter().zip(texts).map(|(url, text)| json!({"url": url, "description": text})).collect::<Vec<_>>()})
    };
    let kept = kept(&servers(["Live", "Staging"]), &servers(["Production", "Staging"]));
    assert_eq!(lines(&kept.pins), ["the server `https://a.x.com`: Live"]);
}

#[test]
fn a_type_keeps_a_name_that_another_one_would_have() {
    let user = |address: Json| json!({"type": "object", "properties": {"address": address, "a": to("a-b")}});
    let before = json!({"User": user(object(&["street"])), "a-b": object(&["x"])});
    let after = json!({"User": user(object(&["street"])), "UserAddress": object(&["other"]), "Ab": {"type": "integer"}, "a-b": object(&["x", "X"])});
    assert_eq!(schemas(before, after), ["the schema `a-b`: Ab", "the inline schema `UserAddress`: UserAddress"]);
}

/// The owner has another name, and its parts are told by that.
#[test]
fn parts_of_what_is_renamed_keep_their_names() {
    let document = |name: &str, members: &[&str]| {
        let answer = json!({"description": "", "content": {"application/json": {"schema": to(name)}}});
        json!({
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": answer}}}},
            "components": {"schemas": {name: object(members)}},
        })
    };
    let kept = kept(&document("User", &["a-b"]), &document("Account", &["a-b", "a_b"]));
    assert_eq!(lines(&kept.pins), ["the property `a-b` of `Account`: a_b"]);
}

#[test]
fn a_name_that_is_taken_for_good_is_lost_with_its_reason() {
    let open = |open: bool| {
        let mut schema = object(&["extra", "a-b"]);
        schema["additionalProperties"] = json!(open);
        json!({"components": {"schemas": {"A": schema}}})
    };
    let kept = kept(&open(false), &open(true));
    assert_eq!(lines(&kept.pins), [""; 0]);
    let lost: Vec<String> =
        kept.lost.iter().map(|one| format!("{}: {} is {}: {}", one.thing, one.was, one.is, one.why)).collect();
    let why = "it can't be `extra` any more: the map of the other properties is called that";
    assert_eq!(lost, [format!("the property `extra` of `A`: extra is extra_2: {why}")]);
}

#[test]
fn pins_are_carried_on_until_they_end() {
    let document = |members: &[&str]| json!({"components": {"schemas": {"A": object(members)}}});
    let first = kept(&document(&["a-b"]), &document(&["a-b", "a_b"])).pins;
    let now = self::document(&document(&["a-b", "a_b"]));
    let named = assign(&now, "T", &first).unwrap();
    assert_eq!((named.types["A"].fields["a-b"].as_str(), named.types["A"].fields["a_b"].as_str()), ("a_b", "a_b_2"));
    assert!(named.unused(&first).is_empty());
    let on = keep((&named, &first), (&now, "T"), false).unwrap();
    assert_eq!((on.pins, on.lost), (first.clone(), Vec::new()));
    // The property is removed; the other one keeps the name that it had beside it.
    let gone = keep((&named, &first), (&self::document(&document(&["a_b"])), "T"), false).unwrap();
    assert_eq!(lines(&gone.pins), ["the property `a_b` of `A`: a_b_2"]);
    let alone = keep((&named, &first), (&self::document(&document(&["a-b"])), "T"), false).unwrap();
    assert_eq!((alone.pins, alone.lost), (Pins::default(), Vec::new()), "it would be called that anyway");
    let ended = keep((&named, &first), (&now, "T"), true).unwrap();
    assert_eq!((ended.pins, ended.lost.len()), (Pins::default(), 2));
    let stale = assign(&self::document(&document(&["a_b"])), "T", &Pins::default()).unwrap();
    let unused: Vec<String> =
        stale.unused(&first).into_iter().map(|(thing, help)| format!("{thing}: {help}")).collect();
    assert_eq!(unused, ["the property `a-b` of `A`: did you mean `a_b`?"]);
}

/// Code that uses it would compile, and call something else.
#[test]
fn a_method_that_becomes_another_ones_is_lost_when_pins_end() {
    let before = document(&json!({"paths": {"/b": {"get": operation("log-out", &[])}}}));
    let after = document(
        &json!({"paths": {"/a": {"get": operation("log_out", &[])}, "/b": {"get": operation("log-out", &[])}}}),
    );
    let named = assign(&before, "T", &Pins::default()).unwrap();
    let pins = keep((&named, &Pins::default()), (&after, "T"), false).unwrap().pins;
    assert_eq!(lines(&pins), ["the operation `log-out`: log_out"]);
    let named = assign(&after, "T", &pins).unwrap();
    let ended = keep((&named, &pins), (&after, "T"), true).unwrap();
    let lost: Vec<String> =
        ended.lost.iter().map(|lost| format!("{}: {} -> {}", lost.thing, lost.was, lost.is)).collect();
    let expected = ["the operation `log_out`: log_out_2 -> log_out", "the operation `log-out`: log_out -> log_out_2"];
    assert_eq!((ended.pins, lost), (Pins::default(), expected.map(str::to_owned).to_vec()));
}
