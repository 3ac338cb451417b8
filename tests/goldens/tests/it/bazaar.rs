//! The client of `descriptions/bazaar.yaml`: values that fit several alternatives at once, or alternatives of a later
//! version.

use golden_clients::bazaar::types::{
    Keeper, ListStallsCompare, ListStallsSort, Mark, Stall, StallPatron, StallPatronSeveral, Ware,
};
use serde_json::{Value, json};

/// Reads a stall with one more property, and writes it.
fn round(member: &str, value: &Value) -> Result<Value, String> {
    let stall: Stall = serde_json::from_value(json!({member: value})).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&stall).map_err(|error| error.to_string())?;
    Ok(written[member].clone())
}

#[test]
fn what_is_read_is_written_as_it_was() {
    for (member, values) in [
        (
            "keeper",
            vec![
                json!({"since": 1, "name": "n", "age": 3}),
                json!({"since": 1, "guild": "g"}),
                json!({"since": 1, "name": "n", "age": 3, "guild": "g", "founded": 1200}),
            ],
        ),
        ("patron", vec![json!("nobody"), json!({"name": "n"}), json!({"name": "n", "guild": "g"})]),
        ("row", vec![json!(1), json!(3), json!(4)]),
        ("side", vec![json!(-1), json!(1)]),
        ("ware", vec![json!({"kind": 1, "ells": 2.5}), json!({"kind": 2}), json!({"kind": 9, "jars": 1})]),
        ("licence", vec![json!(1), json!(u64::MAX)]),
        ("debt", vec![json!(-1)]),
        ("credentials", vec![json!({"pin": 1, "of": ["a"]})]),
        ("label", vec![json!({"text": "t"})]),
        ("number", vec![json!(12)]),
        ("mark", vec![json!("sun"), json!("star"), json!(7), json!(8), json!({"carved": true})]),
    ] {
        for value in values {
            assert_eq!(round(member, &value), Ok(value.clone()), "{member}: {value}");
        }
    }
}

#[test]
fn a_value_of_several_alternatives_has_the_properties_of_all() {
    let patron = |value: Value| serde_json::from_value::<StallPatron>(value).unwrap();
    assert!(matches!(patron(json!({"name": "n"})), StallPatron::Person(_)));
    assert!(matches!(patron(json!({"guild": "g", "other": 1})), StallPatron::Guild(_)));
    let StallPatron::Several(both) = patron(json!({"name": "n", "founded": 1200})) else {
        panic!("a property is lost")
    };
    assert_eq!((both.name.as_deref(), both.founded), (Some("n"), Some(1200)));
    let sent = StallPatron::from(StallPatronSeveral::new().name("n").guild("g"));
    assert_eq!(serde_json::to_value(sent).unwrap(), json!({"name": "n", "guild": "g"}));
    let keeper: Keeper = serde_json::from_value(json!({"since": 1, "name": "n", "guild": "g"})).unwrap();
    assert!(matches!(keeper, Keeper::Several(ref both) if both.since == 1), "{keeper:?}");
}

#[test]
fn a_number_distinguishes_alternatives_and_a_new_one_is_kept() {
    let ware = |kind: Value| serde_json::from_value::<Ware>(json!({"kind": kind, "ells": 1.5})).unwrap();
    assert!(matches!(ware(json!(1)), Ware::Cloth(_)));
    assert!(matches!(ware(json!(2.0)), Ware::Spice(_)));
    assert!(matches!(ware(json!(3)), Ware::Unknown(_)), "kept, not guessed");
}

#[test]
fn symbols_are_spelled_out_where_values_differ_only_in_them() {
    for (value, wire) in [
        (ListStallsSort::OpenedAt, "opened_at"),
        (ListStallsSort::MinusOpenedAt, "-opened_at"),
        (ListStallsSort::PlusOpenedAt, "+opened_at"),
    ] {
        assert_eq!(value.to_string(), wire);
    }
    for (value, wire) in [
        (ListStallsCompare::Greater, ">"),
        (ListStallsCompare::GreaterEqual, ">="),
        (ListStallsCompare::Less, "<"),
        (ListStallsCompare::NotEqual, "!="),
        (ListStallsCompare::Empty, ""),
    ] {
        assert_eq!(value.to_string(), wire);
    }
    assert!(matches!(serde_json::from_value(json!("sun")).unwrap(), Mark::String(_)));
    assert!(matches!(serde_json::from_value(json!({"carved": false})).unwrap(), Mark::Carved(_)));
}

#[test]
fn secrets_are_not_shown() {
    let stall: Stall =
        serde_json::from_value(json!({"passwords": ["canary"], "credentials": {"a": "canary"}})).unwrap();
    assert!(!format!("{stall:?}").contains("canary"), "{stall:?}");
}
