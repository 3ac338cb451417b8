//! The client of `descriptions/museum.yaml`: values that are one of several things.

use golden_clients::museum::types::{
    Exhibit, ExhibitAnswer, ExhibitByYear, ExhibitHistory, ExhibitLabel, ExhibitLast, ExhibitOwner, ExhibitPlace,
    Frame, FrameInner, Item, Loan, Part, Tool,
};
use serde_json::{Value, json};

/// Reads an exhibit with one more property, and writes it.
fn round(member: &str, value: &Value) -> Result<Value, String> {
    let exhibit: Exhibit = serde_json::from_value(json!({member: value})).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&exhibit).map_err(|error| error.to_string())?;
    Ok(written[member].clone())
}

/// Every value that the description allows is read, and written as it was read.
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
        ("history", vec![json!([{"event": "sold", "by": "b"}]), json!([{"event": "found"}]), json!([])]),
        ("byYear", vec![json!({"1900": {"event": "sold"}}), json!({"1900": {"event": "lost"}})]),
        ("last", vec![json!({"event": {"event": "sold"}}), json!({"event": {"event": "lost"}})]),
        ("answer", vec![json!({"kind": "refused", "why": "w"}), json!({"kind": "of tomorrow", "a": [1]})]),
        ("label", vec![json!({"type": "flyer", "pages": 2}), json!({"type": "spoken", "text": "t"})]),
        ("rating", vec![json!("good"), json!(3), json!(null)]),
        ("place", vec![json!({"where": "hall", "name": "n", "floor": 2}), json!({"where": "depot", "name": "n"})]),
        ("place", vec![json!({"where": "outside", "street": "s"}), json!({"where": "outside", "lawn": "l"})]),
        ("tool", vec![json!({"type": "Mallet", "grams": 2}), json!({"type": "Brush"}), json!({"type": "Saw"})]),
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
fn children_are_distinguished_whatever_they_add() {
    let tool = |value: Value| serde_json::from_value::<Tool>(value).unwrap();
    assert!(matches!(tool(json!({"type": "Brush"})), Tool::Brush(_)));
    assert!(matches!(tool(json!({"type": "Chisel", "grams": 2})), Tool::Chisel(_)));
    assert!(matches!(tool(json!({"type": "Mallet", "grams": 2})), Tool::Mallet(_)));
    assert!(matches!(tool(json!({"type": "Tool"})), Tool::Base(_)));
    assert!(matches!(tool(json!({"type": "Saw"})), Tool::Unknown(_)));
}

#[test]
fn a_discriminator_without_a_mapping_knows_the_constants() {
    let label = |value: Value| serde_json::from_value::<ExhibitLabel>(value).unwrap();
    for kind in ["plate", "leaflet", "flyer"] {
        assert!(matches!(label(json!({"type": kind})), ExhibitLabel::Written(_)), "{kind}");
    }
    assert!(matches!(label(json!({"type": "spoken", "text": "t"})), ExhibitLabel::Spoken(_)));
    assert!(matches!(label(json!({"type": "sung"})), ExhibitLabel::Unknown(_)));
    let place = |value: Value| serde_json::from_value::<ExhibitPlace>(value).unwrap();
    assert!(matches!(place(json!({"where": "outside", "street": "s"})), ExhibitPlace::Outside(_)));
}

#[test]
fn what_is_known_decides_below_the_first_level_too() {
    let [found, sold] = ["found", "sold"].map(|event| json!({"event": event, "by": "b"}));
    let history = |value: &Value| serde_json::from_value::<ExhibitHistory>(json!([value])).unwrap();
    assert!(matches!(history(&found), ExhibitHistory::Variant0(_)));
    assert!(matches!(history(&sold), ExhibitHistory::Variant1(_)));
    let by_year = |value: &Value| serde_json::from_value::<ExhibitByYear>(json!({"1900": value})).unwrap();
    assert!(matches!(by_year(&found), ExhibitByYear::Variant0(_)));
    assert!(matches!(by_year(&sold), ExhibitByYear::Variant1(_)));
    let last = |value: &Value| serde_json::from_value::<ExhibitLast>(json!({"event": value})).unwrap();
    assert!(matches!(last(&found), ExhibitLast::Variant0(_)));
    assert!(matches!(last(&sold), ExhibitLast::Variant1(_)));
    let answer = |value: Value| serde_json::from_value::<ExhibitAnswer>(value).unwrap();
    assert!(matches!(answer(json!({"kind": "refused", "why": "w", "more": 1})), ExhibitAnswer::Refusal(_)));
    assert!(matches!(answer(json!({"kind": "gift", "until": 1})), ExhibitAnswer::Loan(Loan::Gift(_))));
    assert!(matches!(answer(json!({"kind": "of tomorrow"})), ExhibitAnswer::Loan(Loan::Unknown(_))));
}

#[test]
fn properties_distinguish_alternatives_and_others_are_skipped() {
    let owner = |value: Value| serde_json::from_value::<ExhibitOwner>(value);
    assert!(matches!(owner(json!({"fund": "f", "rank": 1})).unwrap(), ExhibitOwner::Fund(_)));
    assert!(matches!(owner(json!({"person": "p", "rank": 1})).unwrap(), ExhibitOwner::Person(_)));
    let part = |value: Value| serde_json::from_value::<Part>(value);
    assert!(matches!(part(json!({"layer": 2, "new": 1})).unwrap(), Part::Variant1(_)));
    let error = part(json!({"layer": 2, "note": 1})).unwrap_err().to_string();
    assert!(error.contains("its constants choose one") && error.contains("expected a string"), "{error}");
}
