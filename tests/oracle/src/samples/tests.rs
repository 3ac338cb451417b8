//! The mistakes of a type are found.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Document, Item, Journey, Outcome, Plan, run};

#[derive(Serialize, Deserialize)]
struct Good {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct DropsSize {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct RequiresSize {
    name: String,
    size: f64,
}

fn journey<T: Serialize + for<'de> Deserialize<'de>>(json: &[u8]) -> Result<Vec<u8>, String> {
    let read: T = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    serde_json::to_vec(&read).map_err(|error| error.to_string())
}

fn tried(journey: Journey) -> Outcome {
    let document = Document::parse(
        "
openapi: 3.1.0
paths: {}
components: {schemas: {Thing: {type: object, required: [name], properties: {
  name: {type: string}, size: {type: number}, any: {type: string}}}}}
",
    )
    .unwrap();
    let item = |item: &str, kind: &str, declaration: &str, pointer: &str| Item {
        item: item.to_owned(),
        kind: kind.to_owned(),
        declaration: declaration.to_owned(),
        document: PathBuf::from("api.yaml"),
        pointer: format!("#/components/schemas/{pointer}"),
    };
    let items = [
        item("types::Thing", "struct", "", "Thing"),
        item("types::Thing::any", "field", "::serde_json::Value", "Thing/properties/any"),
        item("types::Thing::name", "field", "::std::string::String", "Thing/properties/name"),
        item("types::Thing::undescribed", "field", "::serde_json::Value", "Thing"),
        item("types::Lost", "struct", "", "Lost"),
    ];
    let types: [(&str, Journey); 2] = [("types::Thing", journey), ("types::Lost", |json| Ok(json.to_vec()))];
    run(document, &items, &types, Plan { values: 12, seed: 1 })
}

#[test]
fn lost_refused_and_untried_values_are_reported() {
    let outcome = tried(journey::<Value>);
    assert_eq!((outcome.schemas, outcome.exercised, outcome.values, outcome.round_tripped), (2, 1, 12, 12));
    assert_eq!(outcome.unexercised[0].item, "types::Lost");
    assert_eq!((outcome.fields, outcome.recoverable.len()), (3, 1));
    let outcome = tried(journey::<Good>);
    assert!(outcome.refused.is_empty() && outcome.changed.iter().all(|one| one.problem.contains("/any was lost")));
    let outcome = tried(journey::<DropsSize>);
    assert!(outcome.changed.iter().any(|one| one.problem.contains("/size was lost")), "{:?}", outcome.changed);
    let outcome = tried(journey::<RequiresSize>);
    assert!(outcome.refused.iter().any(|one| one.problem.contains("missing field `size`")), "{:?}", outcome.refused);
}
