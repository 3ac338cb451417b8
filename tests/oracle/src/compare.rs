//! Compares values that were sent with those that arrived.

use serde_json::Value;

use super::instance::UNKNOWN_PROPERTY;

/// Says where `arrived` differs from `sent`.
///
/// Properties that no description knows may be lost. A property that is null and one that is absent mean the same to a
/// typed client. Numbers are compared by value, and points in time by instant.
pub fn differences(sent: &Value, arrived: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", sent, arrived, &mut found);
    found
}

/// Whether a property that was sent as null is absent: [`differences`] ignores that.
pub fn lost_nulls(sent: &Value, arrived: &Value) -> bool {
    match (sent, arrived) {
        (Value::Object(sent), Value::Object(arrived)) => sent.iter().any(|(name, value)| match arrived.get(name) {
            None => value.is_null(),
            Some(other) => lost_nulls(value, other),
        }),
        (Value::Array(sent), Value::Array(arrived)) => {
            sent.iter().zip(arrived).any(|(value, other)| lost_nulls(value, other))
        }
        _ => false,
    }
}

fn compare(at: &str, sent: &Value, arrived: &Value, found: &mut Vec<String>) {
    match (sent, arrived) {
        (Value::Object(sent), Value::Object(arrived)) => {
            for (name, value) in sent.iter().filter(|(_, value)| !value.is_null()) {
                match arrived.get(name) {
                    Some(other) => compare(&format!("{at}/{name}"), value, other, found),
                    None if name == UNKNOWN_PROPERTY => {}
                    None => found.push(format!("{at}/{name} was lost: {}", shown(value))),
                }
            }
            for (name, value) in arrived.iter().filter(|(_, value)| !value.is_null()) {
                if sent.get(name).is_none_or(Value::is_null) {
                    found.push(format!("{at}/{name} came from nowhere: {}", shown(value)));
                }
            }
        }
        (Value::Array(sent), Value::Array(arrived)) if sent.len() == arrived.len() => {
            for (number, (value, other)) in sent.iter().zip(arrived).enumerate() {
                compare(&format!("{at}/{number}"), value, other, found);
            }
        }
        _ if same(sent, arrived) => {}
        _ => found.push(format!("{at} changed from {} to {}", shown(sent), shown(arrived))),
    }
}

fn same(sent: &Value, arrived: &Value) -> bool {
    match (sent, arrived) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.as_f64() == other.as_f64() && (one.is_f64() || other.is_f64()))
        }
        (Value::String(one), Value::String(other)) => {
            one == other || instant(one).is_some_and(|one| Some(one) == instant(other))
        }
        _ => sent == arrived,
    }
}

/// The minutes of an RFC 3339 time, and its seconds with their fraction; equal for equal instants.
fn instant(text: &str) -> Option<(i64, String)> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let separators = [(4, "-"), (7, "-"), (13, ":"), (16, ":")];
    if !separators.iter().all(|(at, mark)| text.get(*at..at + 1) == Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, text.get(17..19)?);
    let rest = text.get(19..)?;
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(zone);
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    // Days of the civil calendar, counted from a date in the distant past.
    let (years, months) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = years * 365 + years.div_euclid(4) - years.div_euclid(100)
        + years.div_euclid(400)
        + (months * 306 + 5) / 10
        + day;
    let fraction = fraction.trim_start_matches('.').trim_end_matches('0');
    Some(((days * 24 + hour) * 60 + minute - offset, format!("{second}.{fraction}")))
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 120 { text.chars().take(120).chain("…".chars()).collect() } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{differences, lost_nulls};

    #[test]
    fn lost_changed_and_added_values_are_found() {
        let sent = json!({"a": 1, "b": [1, {"c": "x"}], "d": null, "e": []});
        assert_eq!(differences(&sent, &sent), Vec::<String>::new());
        assert_eq!(
            differences(&sent, &json!({"a": 1.0, "b": [1, {"c": "x"}], "e": [], "f": null})),
            Vec::<String>::new()
        );
        let found = differences(&sent, &json!({"a": 2, "b": [1, {"c": "y"}], "g": 1}));
        assert_eq!(
            found,
            [
                "/a changed from 1 to 2",
                "/b/1/c changed from \"x\" to \"y\"",
                "/e was lost: []",
                "/g came from nowhere: 1"
            ]
        );
        assert_eq!(differences(&json!([1]), &json!([])).len(), 1);
        assert!(lost_nulls(&json!([{"a": null}]), &json!([{}])));
        assert!(!lost_nulls(&json!({"a": null}), &json!({"a": null})));
    }

    #[test]
    fn instants_are_compared_as_such() {
        let same = |one: &str, other: &str| differences(&Value::from(one), &Value::from(other)).is_empty();
        assert!(same("2024-01-01T01:30:00+02:00", "2023-12-31T23:30:00.000Z"));
        assert!(!same("2024-01-01T01:30:00Z", "2024-01-01T01:30:01Z"));
        assert!(!same("2024-01-01", "2024-01-02"));
    }
}
