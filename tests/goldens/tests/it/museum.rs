//! The client of `descriptions/museum.yaml`: values that are one of several things.

use golden_clients::museum::types::{Exhibit, ExhibitOwner, Frame, FrameInner, Item, Loan, Part};
use serde_json::{Value, json};

/// Reads an exhibit with one member, and writes it.
fn round(member: &str, value: &Value) -> Result<Value, String> {
    let exhibit: Exhibit = serde_json::from_value(json!({member: value})).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&exhibit).map_err(|error| error.to_string())?;
    Ok(written[member].clone())
}

/// Whatever the description allows is read, and written as it was read.
#[test]
fn what_is_valid_is_read_and_written_as_it_was() {
    let frame = json!({"wood": "oak", "inner": {"wood": "ash", "inner": {"wood": "elm"}}, "sides": [{"wood": "fir"}]});
    for (member, values) in [
        ("idOrMe", vec![json!("me"), json!("67e55044-10b1-426f-9247-bb680e5fe0c8")]),
        ("openEnum", vec![json!("oil"), json!("chalk")]),
        ("twoEnums", vec![json!("oil"), json!("ink"), json!("none")]),
        ("when", vec![json!("2026-01-31"), json!("2026-01-31T10:00:00Z")]),
        ("size", vec![json!(3), json!(2.5), json!(9_007_199_254_740_993_u64), json!(-1.5e10)]),
        ("count", vec![json!(-1), json!(7)]),
        ("autoOrNumber", vec![json!("auto"), json!(3)]),
        ("names", vec![json!(["a", "b"]), json!([1, 2]), json!("a"), json!([])]),
        ("anything", vec![json!({"wood": "oak"}), json!({"steel": 1}), json!([1]), json!("x")]),
        ("part", vec![json!({"layer": 1, "note": "n"}), json!({"layer": 3}), json!({"signed": true})]),
        ("owner", vec![json!({"person": "p"}), json!({"fund": "f", "since": 1900}), json!("nobody")]),
        ("loan", vec![json!({"kind": "rented", "until": 1.5}), json!({"kind": "gift", "until": 1.5})]),
        ("frame", vec![frame]),
        ("paint", vec![json!("oil")]),
        ("grade", vec![json!(2)]),
        ("labels", vec![json!({"a": "b", "c": [1]})]),
        ("gone", vec![json!(null)]),
    ] {
        for value in values {
            assert_eq!(round(member, &value), Ok(value.clone()), "{member}: {value}");
        }
    }
}

#[test]
fn what_is_not_set_is_not_sent() {
    assert_eq!(serde_json::to_value(Exhibit::new()).unwrap(), json!({}));
    let exhibit = Exhibit::new().frame(Frame::new().inner(FrameInner::new("oak")));
    assert_eq!(serde_json::to_value(exhibit).unwrap(), json!({"frame": {"inner": {"wood": "oak"}}}));
}

#[test]
fn a_discriminator_decides_whatever_the_others_could_hold() {
    let read = |value: Value| serde_json::from_value::<Loan>(value);
    let gift = json!({"kind": "gift", "until": 1.5});
    assert!(matches!(read(gift).unwrap(), Loan::Gift(_)));
    assert!(matches!(read(json!({"kind": "rented", "until": 1.5})).unwrap(), Loan::Lent(_)));
    assert!(
        matches!(read(json!({"kind": "Stored", "until": 1.5})).unwrap(), Loan::Stored(_)),
        "by the component's name"
    );
    let unknown = json!({"kind": "stolen", "until": 1.5, "by": "secret"});
    let kept = read(unknown.clone()).unwrap();
    assert!(matches!(kept, Loan::Unknown(_)), "kept, not guessed");
    assert_eq!(serde_json::to_value(&kept).unwrap(), unknown);
    assert!(!format!("{kept:?}").contains("secret"), "nobody knows what is in it");
    let error = read(json!({"kind": "lent"})).unwrap_err().to_string();
    assert_eq!(error, "`kind` is `lent`, but missing field `until`");
}

#[test]
fn a_child_keeps_what_it_adds_to_its_parent() {
    let items = json!([
        {"type": "picture", "title": "t", "paint": "oil"},
        {"type": "vase", "litres": 3},
        {"type": "Item", "title": "t"},
        {"type": "sword", "length": 2},
    ]);
    let read: Vec<Item> = serde_json::from_value(items.clone()).unwrap();
    assert!(matches!(read[..], [Item::Picture(_), Item::Vase(_), Item::Base(_), Item::Unknown(_)]), "{read:?}");
    assert_eq!(serde_json::to_value(&read).unwrap(), items);
}

#[test]
fn members_tell_alternatives_apart_and_others_are_passed_over() {
    let owner = |value: Value| serde_json::from_value::<ExhibitOwner>(value);
    assert!(matches!(owner(json!({"fund": "f", "rank": 1})).unwrap(), ExhibitOwner::Fund(_)));
    assert!(matches!(owner(json!({"person": "p", "rank": 1})).unwrap(), ExhibitOwner::Person(_)));
    let part = |value: Value| serde_json::from_value::<Part>(value);
    assert!(matches!(part(json!({"layer": 2, "new": 1})).unwrap(), Part::Variant1(_)));
    let error = part(json!({"layer": 2, "note": 1})).unwrap_err().to_string();
    assert!(error.contains("by its tag") && error.contains("expected a string"), "{error}");
}
