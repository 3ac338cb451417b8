use serde::Serialize;
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct Small {
    id: String,
}

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct Large {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Either {
    Small(Small),
    Large(Large),
    Nested(Vec<Either>),
}

impl<'de> Deserialize<'de> for Either {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_best(
            deserializer,
            &[
                Alternative::new(&[], |value| Small::deserialize(value).map(Self::Small)),
                Alternative::new(&[], |value| Large::deserialize(value).map(Self::Large)),
                Alternative::new(&[], |value| Vec::deserialize(value).map(Self::Nested)),
            ],
        )
    }
}

fn read(value: Value) -> Either {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_alternative_that_keeps_most_is_taken_and_of_equals_the_first() {
    assert!(matches!(read(json!({"id": "1"})), Either::Small(_)));
    assert!(matches!(read(json!({"id": "1", "other": 2})), Either::Small(_)));
    assert!(matches!(read(json!({"id": "1", "name": "n"})), Either::Large(_)));
    let both = read(json!([{"id": "1", "name": "n"}, [{"id": "2"}]]));
    assert_eq!(serde_json::to_value(&both).unwrap(), json!([{"id": "1", "name": "n"}, [{"id": "2"}]]));
    assert!(serde_json::from_value::<Either>(json!(7)).is_err());
}

fn read_small(value: &Value) -> Result<Either, serde_json::Error> {
    Small::deserialize(value).map(Either::Small)
}

fn read_large(value: &Value) -> Result<Either, serde_json::Error> {
    Large::deserialize(value).map(Either::Large)
}

#[test]
fn a_tag_decides_before_anything_else_unless_nothing_is_left() {
    const ALTERNATIVES: &[Alternative<Either>] = &[
        Alternative::new(&[("id", &[Constant::String("a"), Constant::String("A")])], read_small),
        Alternative::new(&[("id", &[Constant::String("b")])], read_large),
    ];
    let of = |value: Value| deserialize_best(value, ALTERNATIVES);
    assert!(matches!(of(json!({"id": "a", "name": "n"})).unwrap(), Either::Small(_)));
    assert!(matches!(of(json!({"id": "A"})).unwrap(), Either::Small(_)));
    assert!(matches!(of(json!({"id": "b"})).unwrap(), Either::Large(_)));
    assert!(matches!(of(json!({"id": "c"})).unwrap(), Either::Small(_)), "a value of tomorrow");
    let error = of(json!({"id": "b", "name": 7})).unwrap_err().to_string();
    assert!(error.contains("its constants choose one") && error.contains("expected a string"), "{error}");
}

#[test]
fn numbers_and_booleans_are_tags_too() {
    const ALTERNATIVES: &[Alternative<Value>] = &[
        Alternative::new(&[("v", &[Constant::Number(1.0)])], |value| Ok(json!(["one", value["v"]]))),
        Alternative::new(&[("v", &[Constant::Number(2.5)])], |value| Ok(json!(["more", value["v"]]))),
        Alternative::new(&[("v", &[Constant::Boolean(true)])], |value| Ok(json!(["yes", value["v"]]))),
    ];
    for (value, name) in [(json!(1), "one"), (json!(1.0), "one"), (json!(2.5), "more"), (json!(true), "yes")] {
        let read: Value = deserialize_best(json!({"v": value}), ALTERNATIVES).unwrap();
        assert_eq!(read[0], name);
    }
}

#[test]
fn a_discriminator_decides_alone() {
    const ALTERNATIVES: &[Alternative<Either>] =
        &[Alternative::new(&[], read_small), Alternative::new(&[], read_large)];
    let of = |value: Value| {
        deserialize_tagged(value, "kind", &[("s", 0), ("tiny", 0), ("l", 1)], ALTERNATIVES, |_| {
            Either::Nested(Vec::new())
        })
    };
    for kind in ["s", "tiny"] {
        assert!(matches!(of(json!({"kind": kind, "id": "1", "name": "n"})).unwrap(), Either::Small(_)));
    }
    assert!(matches!(of(json!({"kind": "l", "id": "1"})).unwrap(), Either::Large(_)));
    assert!(matches!(of(json!({"kind": "x", "id": "1"})).unwrap(), Either::Nested(_)), "kept, not guessed");
    assert!(matches!(of(json!({"id": "1", "name": "n"})).unwrap(), Either::Large(_)), "it says nothing");
    assert!(matches!(of(json!({"kind": null, "id": "1"})).unwrap(), Either::Small(_)), "nor does null");
    let error = of(json!({"kind": "tiny"})).unwrap_err().to_string();
    assert_eq!(error, "`kind` is `tiny`, but missing field `id`");
}

#[test]
fn a_discriminator_may_be_a_number_or_a_boolean() {
    const ALTERNATIVES: &[Alternative<Either>] =
        &[Alternative::new(&[], read_small), Alternative::new(&[], read_large)];
    let of = |value: Value| {
        let values = &[("1", 0), ("2", 1), ("true", 1)];
        deserialize_tagged(value, "kind", values, ALTERNATIVES, |_| Either::Nested(Vec::new())).unwrap()
    };
    assert!(matches!(of(json!({"kind": 1, "id": "1", "name": "n"})), Either::Small(_)));
    for kind in [json!(2), json!(2.0), json!("2"), json!(true)] {
        assert!(matches!(of(json!({"kind": kind, "id": "1"})), Either::Large(_)), "{kind}");
    }
    for kind in [json!(3), json!(1.5), json!(false), json!(u64::MAX)] {
        assert!(matches!(of(json!({"kind": kind, "id": "1"})), Either::Nested(_)), "{kind}: kept, not guessed");
    }
}

#[test]
fn a_whole_number_is_an_integer_however_it_is_written() {
    #[derive(Serialize, serde::Deserialize)]
    struct Counted {
        count: u64,
    }
    const ALTERNATIVES: &[Alternative<Value>] = &[
        Alternative::new(&[], |_| Ok(json!("another"))),
        Alternative::new(&[], |value| Counted::deserialize(value).map(|one| json!({"count": one.count}))),
    ];
    let read = |value: Value| deserialize_best::<Value, Value>(value, ALTERNATIVES).unwrap();
    assert_eq!(read(json!({"count": 2.0})), json!({"count": 2}));
    assert_eq!(read(json!({"count": 2.5})), json!("another"));
    let tagged = |value: Value| deserialize_tagged(value, "kind", &[("c", 1)], ALTERNATIVES, |value| value).unwrap();
    let read: Value = tagged(json!({"kind": "c", "count": 3.0}));
    assert_eq!(read, json!({"count": 3}));
}

#[test]
fn alternatives_within_alternatives_come_to_an_end() {
    let mut value = json!([{"id": "1", "unknown": true}]);
    for _ in 0..100 {
        value = json!([value]);
    }
    assert!(matches!(read(value), Either::Nested(_)));
}

/// Two kinds of events, each of which keeps the name of the other as an unknown one; and what says what it is.
#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Event {
    First(First),
    Second(Second),
    Several(Vec<Event>),
    Told(Value),
}

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct First {
    #[serde(deserialize_with = "first")]
    object: String,
    id: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
struct Second {
    #[serde(deserialize_with = "second")]
    object: String,
    id: Option<String>,
}

fn first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    known(deserializer, "first")
}

fn second<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    known(deserializer, "second")
}

/// Keeps any text, as generated enums do.
fn known<'de, D: Deserializer<'de>>(deserializer: D, known: &str) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text != known {
        value_is_unknown();
    }
    Ok(text)
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_best(
            deserializer,
            &[
                Alternative::new(&[], |value| First::deserialize(value).map(Self::First)),
                Alternative::new(&[], |value| Second::deserialize(value).map(Self::Second)),
                Alternative::new(&[], |value| Vec::deserialize(value).map(Self::Several)),
            ],
        )
    }
}

#[test]
fn what_is_unknown_counts_for_less_than_what_is_known() {
    let of = |value: Value| serde_json::from_value::<Event>(value).unwrap();
    assert!(matches!(of(json!({"object": "first", "id": "1"})), Event::First(_)));
    assert!(matches!(of(json!({"object": "second", "id": "1"})), Event::Second(_)));
    assert!(matches!(of(json!({"object": "second", "id": "1", "more": 1})), Event::Second(_)));
    assert!(matches!(of(json!({"object": "third", "id": "1"})), Event::First(_)), "of equals, the first");
    // Neither the unknown values of a nested union nor those of an attempt that was given up count against the outer
    // alternative.
    const OUTER: &[Alternative<Event>] = &[
        Alternative::new(&[], |value| Vec::<First>::deserialize(value).map(|_| Event::Told(Value::Null))),
        Alternative::new(&[], |value| Vec::deserialize(value).map(Event::Several)),
        Alternative::new(&[], |value| Ok(Event::Told(value.clone()))),
    ];
    let of = |value: Value| deserialize_best(value, OUTER).unwrap();
    assert!(matches!(of(json!([{"object": "second"}, {"object": "first"}])), Event::Several(_)));
    assert!(matches!(of(json!([{"object": "third"}])), Event::Told(Value::Array(_))), "it knows all");
}

#[test]
fn an_alternative_that_knows_nothing_comes_last() {
    const PETS: &[Alternative<Event>] = &[Alternative::new(&[], |value| First::deserialize(value).map(Event::First))];
    const ALTERNATIVES: &[Alternative<Event>] = &[
        Alternative::new(&[], |value| deserialize_tagged(value, "object", &[("first", 0)], PETS, Event::Told)),
        Alternative::new(&[("object", &[Constant::String("second")])], |value| {
            Second::deserialize(value).map(Event::Second)
        }),
    ];
    let of = |value: Value| deserialize_best(value, ALTERNATIVES).unwrap();
    assert!(matches!(of(json!({"object": "first", "id": "1"})), Event::First(_)));
    assert!(matches!(of(json!({"object": "second", "id": "1"})), Event::Second(_)));
    assert!(matches!(of(json!({"object": "second", "of": "tomorrow", "and": "more"})), Event::Second(_)));
    assert!(matches!(of(json!({"object": "third", "id": "1"})), Event::Told(_)));
}

#[test]
fn of_several_that_a_discriminator_names_the_best_is_taken() {
    const ALTERNATIVES: &[Alternative<Either>] =
        &[Alternative::new(&[], read_small), Alternative::new(&[], read_large)];
    let of = |value: Value| {
        let values = &[("a", 0), ("both", 0), ("both", 1)];
        deserialize_tagged(value, "kind", values, ALTERNATIVES, |_| Either::Nested(Vec::new()))
    };
    assert!(matches!(of(json!({"kind": "both", "id": "1", "name": "n"})).unwrap(), Either::Large(_)));
    assert!(matches!(of(json!({"kind": "both", "id": "1"})).unwrap(), Either::Small(_)));
    assert!(matches!(of(json!({"kind": "a", "id": "1", "name": "n"})).unwrap(), Either::Small(_)));
    assert!(of(json!({"kind": "both"})).unwrap_err().to_string().starts_with("`kind` is `both`, but "));
}
