//! Numbers as Rust's types can hold them.

use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::vocabulary::integers::integer_range;
use crate::{Context, Node, Value};

/// Servers of Kubernetes also send numbers for strings of the format `int-or-string`.
pub(crate) fn integer_or_text(cx: &mut Context, schema: &mut Node) {
    if !is_string_of(schema, "int-or-string") {
        return;
    }
    let Some(format) = schema.remove("format") else { return };
    cx.note(&rule::INTEGER_OR_TEXT, format.origin, "an integer or a string");
    let integer = Node::object(format.origin).with("type", "integer");
    let mut text = Node::object(format.origin);
    if let Some(kind) = schema.remove("type") {
        text.set("type", kind.value);
    }
    schema.set("oneOf", vec![integer, text]);
}

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// Integers have 64 bits and a sign, or the declared format: bounds beyond that need another type.
pub(crate) fn width(cx: &mut Context, schema: &mut Node) {
    if schema.get_str("type") != Some("integer") {
        return;
    }
    // The greatest integer of 64 bits, rounded to a floating-point number.
    if matches!(schema.get("maximum").map(|bound| &bound.value), Some(Value::Number(number)) if number.is_f64() && number.as_f64() == Some(TWO_TO_64))
    {
        schema.set("maximum", Value::Number(u64::MAX.into()));
    }
    let declared = schema.get_str("format").and_then(integer_range);
    if declared.is_some() || schema.get("enum").is_some() {
        // Its format or its values say what it can be; no such integer breaks these bounds.
        drop_wide_bounds(cx, schema);
    }
    if schema.get("enum").is_some() {
        return;
    }
    let bound = |key: &str| match &schema.get(key)?.value {
        Value::Number(number) => {
            let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            // A bound of more than 64 bits; an `i128` holds the nearest integer, or the last one that it can hold.
            integer.or_else(|| number.as_f64().map(|float| float as i128))
        }
        _ => None,
    };
    let (least, most) = (bound("minimum"), bound("maximum"));
    let (lowest, highest) = declared.unwrap_or((i128::from(i64::MIN), i128::from(i64::MAX)));
    let beyond = |bound: Option<i128>| bound.is_some_and(|bound| bound < lowest || bound > highest);
    if !beyond(least) && !beyond(most) {
        return;
    }
    let origin = schema.origin;
    let mut bounds = least.into_iter().chain(most);
    let is_wide = bounds.clone().any(|bound| bound > i128::from(i64::MAX));
    let is_wider = bounds.any(|bound| bound > i128::from(u64::MAX) || bound < i128::from(i64::MIN));
    let what = match least {
        _ if is_wider => {
            any_number(schema);
            "any number"
        }
        _ if !is_wide => {
            schema.set("format", "int64");
            "of 64 bits"
        }
        Some(least) if least >= 0 => {
            schema.set("format", "uint64");
            "of 64 bits without a sign"
        }
        // Any JSON number.
        _ => {
            any_number(schema);
            "any number"
        }
    };
    cx.note(&rule::INTEGER_WIDTH, origin, format!("it is {what}, by its bounds"));
}

/// Drops bounds of more than 64 bits.
fn drop_wide_bounds(cx: &mut Context, schema: &mut Node) {
    for (key, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        let is_wide = |bound: &Node| matches!(&bound.value, Value::Number(number) if number.is_f64());
        if schema.get(key).is_some_and(is_wide)
            && let Some(bound) = schema.remove(key)
        {
            schema.remove(flag);
            cx.note(&rule::INTEGER_WIDTH, bound.origin, format!("dropped {key}: no integer of its type breaks it"));
        }
    }
}

/// Any JSON number; one that is an integer is written as such.
fn any_number(schema: &mut Node) {
    for key in ["type", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] {
        schema.remove(key);
    }
    let kinds = ["integer", "number"].map(|kind| Node::object(schema.origin).with("type", kind));
    schema.set("oneOf", kinds.to_vec());
}

/// Numbers have no enum in Rust where they may have fractions, or exceed 64 bits; integers are written as such.
pub(crate) fn enumeration(cx: &mut Context, schema: &mut Node) {
    let is_integer = match schema.get_str("type") {
        Some("integer") => true,
        Some("number") => false,
        _ => return,
    };
    let Some(values) = schema.get_mut("enum").and_then(Node::as_array_mut) else { return };
    let mut fits = is_integer;
    let is_unsigned = values.iter().all(|value| matches!(&value.value, Value::Number(number) if number.is_u64()));
    for value in values.iter_mut() {
        let Value::Number(number) = &value.value else { continue };
        let whole = number.as_i64().or_else(|| {
            // Exactly representable as both: no digit changes.
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15)?;
            Some(float as i64)
        });
        match whole {
            Some(whole) => value.value = Value::Number(whole.into()),
            None => fits = false,
        }
    }
    if !fits && let Some(dropped) = schema.remove("enum") {
        cx.note(&rule::NUMBER_ENUM, dropped.origin, "any number is taken");
        match (is_integer, is_unsigned) {
            (true, true) => schema.set("format", "uint64"),
            (true, false) => {
                any_number(schema);
            }
            (false, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::testing::tree;

    fn after(change: fn(&mut Context, &mut Node), schema: Json) -> Json {
        let mut cx = Context::new();
        let mut schema = tree(&mut cx, "a.json", &schema);
        change(&mut cx, &mut schema);
        schema.to_json()
    }

    #[test]
    fn bounds_choose_a_type_that_holds_them() {
        let whole = |more: Json| {
            let mut schema = json!({"type": "integer"});
            schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            schema
        };
        for (bounds, format) in [
            (json!({"minimum": 0, "maximum": u64::MAX}), "uint64"),
            (json!({"minimum": i64::MAX as u64 + 1}), "uint64"),
            (json!({"format": "int32", "maximum": u32::MAX}), "int64"),
            (json!({"format": "int32", "minimum": 0, "maximum": u64::MAX}), "uint64"),
            (json!({"format": "uint8", "minimum": -1}), "int64"),
            (json!({"format": "uint", "minimum": 0, "maximum": u64::MAX}), "uint64"),
            (json!({"format": "int", "maximum": u32::MAX}), "int64"),
        ] {
            let mut expected = whole(bounds.clone());
            expected["format"] = json!(format);
            assert_eq!(after(width, whole(bounds)), expected);
        }
        for same in [json!({"minimum": 0}), json!({"format": "int32", "minimum": 0, "maximum": 5}), json!({})] {
            assert_eq!(after(width, whole(same.clone())), whole(same));
        }
        let any = json!({"oneOf": [{"type": "integer"}, {"type": "number"}]});
        assert_eq!(after(width, whole(json!({"maximum": u64::MAX}))), any, "negative numbers fit as well");
        for wide in [json!({"minimum": 0, "maximum": 1.2e77}), json!({"minimum": 1e20}), json!({"minimum": -1e19})] {
            assert_eq!(after(width, whole(wide)), any);
        }
        let rounded = json!({"minimum": 0, "maximum": 18446744073709551616.0_f64});
        assert_eq!(after(width, whole(rounded))["maximum"], json!(u64::MAX), "as JavaScript writes it");
        for narrow in [json!({"format": "int64"}), json!({"enum": [1, 2]})] {
            let mut bounded = whole(narrow.clone());
            bounded["maximum"] = json!(1e30);
            bounded["exclusiveMaximum"] = json!(true);
            assert_eq!(after(width, bounded), whole(narrow));
        }
        assert_eq!(
            after(width, whole(json!({"minimum": -1, "maximum": u64::MAX, "description": "d"})))["description"],
            "d"
        );
    }

    #[test]
    fn listed_integers_are_of_a_type_that_holds_them_all() {
        let listed = |values: Json| json!({"type": "integer", "enum": values});
        assert_eq!(after(enumeration, listed(json!([1, 2.0]))), listed(json!([1, 2])));
        assert_eq!(after(enumeration, listed(json!([1, u64::MAX]))), json!({"type": "integer", "format": "uint64"}));
        let any = json!({"oneOf": [{"type": "integer"}, {"type": "number"}]});
        assert_eq!(after(enumeration, listed(json!([-1, u64::MAX]))), any);
    }

    #[test]
    fn an_int_or_string_may_be_an_integer() {
        let port = json!({"type": "string", "format": "int-or-string", "description": "d"});
        let either = json!({"description": "d", "oneOf": [{"type": "integer"}, {"type": "string"}]});
        assert_eq!(after(integer_or_text, port), either);
        let other = json!({"type": "object", "format": "int-or-string"});
        assert_eq!(after(integer_or_text, other.clone()), other);
    }
}
