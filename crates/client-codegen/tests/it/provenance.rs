//! Where the items of a generated client come from: the place in the description that made them, whatever they are called.

use std::path::Path;

use client_codegen::provenance::Sourced;
use client_codegen::{CrateSource, CrateSpec, Descriptions};
use openapi_pipeline::load::{self, MemoryFiles};
use openapi_pipeline::lower::{self, LowerPlan, Strictness};
use openapi_pipeline::{Context, convert};

/// Every way in which a type without a name of its own comes to be.
const ZOO: &str = r##"openapi: 3.0.3
info: {title: Zoo, version: "1"}
servers: [{url: "https://zoo.example"}]
paths:
  /animals/`{id}`:
    post:
      operationId: feed
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: manner, in: query, schema: {type: string, enum: [gently, quickly]}}
        - {name: timeout, in: query, schema: {type: integer}}
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {food: {type: string, enum: [hay, fish]}}}}}
      responses:
        "200": {description: Fed., content: {application/json: {schema: {$ref: "#/components/schemas/Animal"}}}}
        "404": {description: No such animal.}
components:
  schemas:
    Animal:
      type: object
      required: [kind]
      properties:
        kind: {type: string, enum: [bird, fish, "1st"]}
        cage:
          oneOf:
            - {$ref: "#/components/schemas/Aviary"}
            - {type: object, required: [litres], properties: {litres: {type: integer}}}
            - {type: string}
        keepers: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}
        marks: {type: object, additionalProperties: {type: object, properties: {colour: {type: string, enum: [red, blue]}}}}
    Aviary: {type: object, required: [height], properties: {height: {type: number}}}
    Event:
      oneOf:
        - {type: object, required: [type, at], properties: {type: {type: string, enum: [born]}, at: {type: string}}}
        - {type: object, required: [type, by], properties: {type: {type: string, enum: [sold]}, by: {type: string}}}
"##;

/// The source, and its items beside.
fn generated_items(text: &str) -> (Context, CrateSource, Vec<Sourced>) {
    let (cx, source) = generated(text);
    let items = source.table().unwrap().items;
    (cx, source, items)
}

fn generated(text: &str) -> (Context, CrateSource) {
    let mut cx = Context::new();
    let files = MemoryFiles::new().with("zoo.yaml", text);
    let loaded = load::load(&mut cx, &files, Path::new("zoo.yaml")).unwrap_or_else(|problems| panic!("{problems}"));
    let root = convert::to_v3_0(&mut cx, loaded).unwrap();
    let plan = LowerPlan { secrets: Vec::new(), strictness: Strictness::Strict };
    let lowered = lower::lower(&mut cx, root, &plan).unwrap_or_else(|problems| panic!("{problems}"));
    let spec = CrateSpec {
        family: "zoo".into(),
        title: "Zoo".into(),
        command: String::new(),
        document: String::new(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let descriptions = Descriptions { sources: &cx.sources, root: Path::new("") };
    let source = client_codegen::generate(&lowered, &spec, descriptions).unwrap();
    (cx, source)
}

#[test]
fn types_without_a_name_are_found_by_what_refers_to_them() {
    let text = ZOO.replace("/animals/`{id}`", "/animals/{id}").replace(
        "responses:\n        \"200\"",
        "responses:\n        \"400\": {description: Why., content: {application/json: {schema: {$ref: \"#/components/schemas/Event\"}}}}\n        \"200\"",
    );
    let (cx, _, sourced) = generated_items(&text);
    let place = |path: &str| {
        let found = sourced.iter().find(|one| one.item.path == path);
        let found = found.unwrap_or_else(|| {
            let all: Vec<&str> = sourced.iter().map(|one| one.item.path.as_str()).collect();
            panic!("no {path} in {all:#?}")
        });
        assert!(found.described, "{path}");
        cx.sources.pointer(found.origin)
    };
    let animal = "#/components/schemas/Animal/properties";
    let feed = "#/paths/~1animals~1{id}/post";
    for (path, expected) in [
        ("types::Animal", "#/components/schemas/Animal".to_owned()),
        ("types::AnimalKind", format!("{animal}/kind")),
        ("types::AnimalKind::Fish", format!("{animal}/kind/enum/1")),
        ("types::AnimalKind::X1st", format!("{animal}/kind/enum/2")),
        ("types::AnimalKind::Unknown", format!("{animal}/kind")),
        ("types::AnimalCage", format!("{animal}/cage")),
        ("types::AnimalCage::Aviary", format!("{animal}/cage/oneOf/0")),
        ("types::AnimalKeepersItem", format!("{animal}/keepers/items")),
        ("types::AnimalKeepersItem::name", format!("{animal}/keepers/items/properties/name")),
        ("types::AnimalMarksValue", format!("{animal}/marks/additionalProperties")),
        ("types::AnimalMarksValueColour", format!("{animal}/marks/additionalProperties/properties/colour")),
        (
            "types::AnimalMarksValueColour::Blue",
            format!("{animal}/marks/additionalProperties/properties/colour/enum/1"),
        ),
        ("types::FeedManner", format!("{feed}/parameters/1/schema")),
        ("types::FeedManner::Gently", format!("{feed}/parameters/1/schema/enum/0")),
        ("types::FeedRequest", format!("{feed}/requestBody/content/application~1json/schema")),
        (
            "types::FeedRequestFood::Fish",
            format!("{feed}/requestBody/content/application~1json/schema/properties/food/enum/1"),
        ),
        ("Client::feed", feed.to_owned()),
        ("requests::Feed", feed.to_owned()),
        ("requests::Feed::manner", format!("{feed}/parameters/1")),
        // The request's own time limit, and the parameter that had to give way.
        ("requests::Feed::timeout", feed.to_owned()),
        ("requests::Feed::timeout_parameter", format!("{feed}/parameters/2")),
        ("operations::FEED", feed.to_owned()),
        ("errors::FeedError", format!("{feed}/responses")),
        ("errors::FeedError::NotFound", format!("{feed}/responses/404")),
        ("errors::FeedError::BadRequest", format!("{feed}/responses/400")),
        ("errors::FeedError::Other", format!("{feed}/responses")),
        ("Server", "#/servers".to_owned()),
    ] {
        assert_eq!(place(path), expected, "{path}");
    }
    for one in sourced.iter().filter(|one| one.described && one.item.path.starts_with("types::")) {
        assert_ne!(cx.sources.pointer(one.origin), "#", "{} was found by nothing", one.item.path);
    }
}

#[test]
fn the_last_line_of_the_documentation_cannot_be_broken_by_a_description() {
    let (_, source) = generated(&ZOO.replace("Event:", "Evént:"));
    let line = "/// Source: `zoo.yaml`, `#/paths/~1animals~1%60{id}%60/post`";
    assert!(source.client.contains(line), "{}", source.client);
    for text in [source.client, source.generated] {
        for line in text.lines().filter(|line| line.contains("/// Source: ")) {
            assert_eq!(line.matches('`').count(), 4, "{line}");
        }
    }
}

/// Two parts with properties that become one field, and a union with such properties in an alternative of its own.
const COLLIDING: &str = r##"openapi: 3.0.3
info: {title: Keepers, version: "1"}
servers: [{url: "https://zoo.example"}]
paths:
  /keepers:
    post:
      operationId: hire
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Keeper"}}}}
      responses: {"200": {description: Hired., content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}}}
components:
  schemas:
    Keeper:
      allOf:
        - {$ref: "#/components/schemas/Stamp"}
        - type: object
          required: [createdAt, New]
          properties: {createdAt: {type: object, properties: {x: {type: string}}}, new: {type: string}, New: {type: string}}
    Stamp: {type: object, properties: {created_at: {type: object, properties: {y: {type: string}}}}}
    Job:
      oneOf:
        - {type: object, required: [pay, Pay], properties: {pay: {type: object, properties: {x: {type: string}}}, Pay: {type: object, properties: {y: {type: string}}}}}
        - {type: object, required: [hours], properties: {hours: {type: integer}}}
"##;

#[test]
fn properties_that_become_one_field_are_all_listed() {
    let (cx, source, sourced) = generated_items(COLLIDING);
    let items = |path: &str| sourced.iter().filter(|one| one.item.path == path).collect::<Vec<_>>();
    for (path, expected) in [
        ("types::Keeper::created_at", "Option<KeeperCreatedAt>"),
        ("types::Keeper::created_at_2", "KeeperCreatedAt2"),
        ("types::KeeperCreatedAt::y", "Option<String>"),
        ("types::KeeperCreatedAt2::x", "Option<String>"),
        ("types::Job::Pay", "(JobPay)"),
        ("types::JobPay::pay_2", "JobPayPay2"),
    ] {
        let found: Vec<&str> = items(path).iter().map(|one| one.item.declaration.as_str()).collect();
        // A setter has the path of its field.
        assert_eq!(found.first(), Some(&expected), "{path}: {found:?}");
    }
    let constructor = items("types::Keeper::new").into_iter().find(|one| one.item.declaration.contains("Self"));
    let constructor = constructor.map(|one| one.item.declaration.as_str());
    assert_eq!(constructor, Some("new(created_at_2: KeeperCreatedAt2, new_2: impl Into<String>) -> Self"));
    assert_eq!(items("types::Keeper::new_").len(), 1, "the setter of `new`, which is no constructor");

    let seconds: Vec<(String, &str, &str, &str)> = source
        .second_names
        .iter()
        .map(|one| (cx.sources.pointer(one.origin), one.field.as_str(), one.wire.as_str(), one.first.as_str()))
        .collect();
    let part = "#/components/schemas/Keeper/allOf/1/properties";
    assert_eq!(
        seconds,
        [
            ("#/components/schemas/Job/oneOf/0/properties/Pay".to_owned(), "JobPay::pay_2", "Pay", "pay"),
            (format!("{part}/createdAt"), "Keeper::created_at_2", "createdAt", "created_at"),
            (format!("{part}/New"), "Keeper::new_2", "New", "new"),
        ]
    );
    let shown: String = source.generated.split_whitespace().collect();
    for field in ["#[serde(rename=\"createdAt\")]pubcreated_at_2:", "#[serde(rename=\"New\")]pubnew_2:"] {
        assert!(shown.contains(field), "{field} in {}", source.generated);
    }
}

/// Optional properties that may be null: in a body of a PATCH, in a schema that it shares with other requests, and
/// elsewhere.
const CHANGES: &str = r##"openapi: 3.1.0
info: {title: Changes, version: "1"}
servers: [{url: "https://zoo.example"}]
paths:
  /keepers/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    patch:
      operationId: change
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: "#/components/schemas/Change"}}}}
      responses: {"200": {description: Changed., content: {application/json: {schema: {$ref: "#/components/schemas/Keeper"}}}}}
    put:
      operationId: replace
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Keeper"}}}}
      responses: {"204": {description: Replaced.}}
  /form:
    patch:
      operationId: fill
      requestBody: {required: true, content: {application/x-www-form-urlencoded: {schema: {$ref: "#/components/schemas/Form"}}}}
      responses: {"204": {description: Filled.}}
components:
  schemas:
    Change:
      allOf:
        - {$ref: "#/components/schemas/Part"}
        - type: object
          required: [since]
          properties:
            since: {type: [string, "null"]}
            name: {type: [string, "null"]}
            name_null: {type: string}
            pin: {type: [string, "null"], format: password}
            tags: {type: [array, "null"], items: {type: string}}
            home: {$ref: "#/components/schemas/Home"}
            doubt: {type: [string, "null"]}
    Part: {type: object, properties: {doubt: {type: string}}}
    Home: {type: [object, "null"], properties: {town: {type: [string, "null"]}}}
    Keeper: {type: object, properties: {name: {type: [string, "null"]}, home: {$ref: "#/components/schemas/Home"}}}
    Form: {type: object, properties: {name: {type: [string, "null"]}}}
"##;

#[test]
fn a_patch_can_clear_what_may_be_null() {
    let (cx, source, sourced) = generated_items(CHANGES);
    let declared = |path: &str, nth: usize| {
        let found = sourced.iter().filter(|one| one.item.path == path).nth(nth);
        found.map(|one| one.item.declaration.as_str())
    };
    for (path, expected) in [
        ("types::Change::name", "Option<rt::Nullable<String>>"),
        ("types::Change::pin", "Option<rt::Nullable<rt::Secret>>"),
        ("types::Change::tags", "Option<rt::Nullable<Vec<String>>>"),
        ("types::Change::home", "Option<rt::Nullable<Home>>"),
        ("types::Change::since", "Option<String>"),
        ("types::Change::doubt", "Option<String>"),
        ("types::Home::town", "Option<rt::Nullable<String>>"),
        ("types::Keeper::name", "Option<String>"),
        ("types::Keeper::home", "Option<Home>"),
        ("types::Form::name", "Option<String>"),
    ] {
        assert_eq!(declared(path, 0), Some(expected), "{path}");
    }
    // Setters have the paths of their fields.
    assert_eq!(declared("types::Change::name", 1), Some("name(mut self, value: impl Into<String>) -> Self"));
    assert_eq!(declared("types::Change::name_null", 1), Some("name_null(mut self, value: impl Into<String>) -> Self"));
    assert_eq!(declared("types::Change::name_null_", 0), Some("name_null_(mut self) -> Self"));
    assert_eq!(declared("types::Change::pin_null", 0), Some("pin_null(mut self) -> Self"));
    assert_eq!(declared("types::Keeper::name_null", 0), None);

    let mut told: Vec<(String, bool)> =
        source.null_members.iter().map(|one| (cx.sources.pointer(one.origin), one.clearable)).collect();
    told.sort();
    let place = |path: &str, clearable: bool| (format!("#/components/schemas/{path}"), clearable);
    let change = |name: &str| place(&format!("Change/allOf/1/properties/{name}"), true);
    assert_eq!(
        told,
        [
            change("home"),
            change("name"),
            change("pin"),
            change("tags"),
            place("Form/properties/name", false),
            place("Home/properties/town", true),
            place("Keeper/properties/home", false),
            place("Keeper/properties/name", false),
        ]
    );
}
