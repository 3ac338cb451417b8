//! Numbers as Rust's types can hold them.

use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::vocabulary::integers::integer_range;
use crate::{Context, Node, Value};

/// Servers of Kubernetes also send numbers for strings of the format `int-or-string`.
pub(super) fn integer_or_text(cx: &mut Context, schema: &mut Node) {
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

/// Integers have 64 bits and a sign, or the declared format: bounds beyond that need another type.
pub(super) fn width(cx: &mut Context, schema: &mut Node) {
    if schema.get_str("type") != Some("integer") || schema.get("enum").is_some() {
        return;
    }
    let bound = |key: &str| match &schema.get(key)?.value {
        Value::Number(number) => number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)),
        _ => None,
    };
    let (least, most) = (bound("minimum"), bound("maximum"));
    let declared = schema.get_str("format").and_then(integer_range);
    let (lowest, highest) = declared.unwrap_or((i128::from(i64::MIN), i128::from(i64::MAX)));
    let beyond = |bound: Option<i128>| bound.is_some_and(|bound| bound < lowest || bound > highest);
    if !beyond(least) && !beyond(most) {
        return;
    }
    let origin = schema.origin;
    let is_wide = least.into_iter().chain(most).any(|bound| bound > i128::from(i64::MAX));
    let what = match least {
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

/// Any JSON number; one that is an integer is written as such.
fn any_number(schema: &mut Node) {
    for key in ["type", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] {
        schema.remove(key);
    }
    let kinds = ["integer", "number"].map(|kind| Node::object(schema.origin).with("type", kind));
    schema.set("oneOf", kinds.to_vec());
}

/// Numbers have no enum in Rust where they may have fractions, or exceed 64 bits; integers are written as such.
pub(super) fn enumeration(cx: &mut Context, schema: &mut Node) {
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
