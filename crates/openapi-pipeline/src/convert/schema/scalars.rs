//! Constants, numbers and encoded strings.

use serde_json::Number;

use crate::convert::rules::{
    CONST_TO_ENUM, CONTENT_ENCODING, CONTENT_MEDIA_TYPE, DROP_BOUND, INTEGRAL_NUMBER, NUMERIC_EXCLUSIVE_BOUND,
};
use crate::vocabulary::media::essence;
use crate::{Context, Node, Value};

pub(super) fn constant(cx: &mut Context, schema: &mut Node) {
    let Some(constant) = schema.remove("const") else { return };
    cx.note(&CONST_TO_ENUM, constant.origin, "became an enum of one value");
    let implied = match &constant.value {
        Value::String(_) => Some("string"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("number"),
        Value::Number(_) => Some("integer"),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    if let Some(name) = implied
        && schema.get("type").is_none()
    {
        // Generators look for the type of a string constant here, and make any JSON of it when there is none.
        schema.set("type", name);
    }
    schema.set("enum", vec![constant]);
}

/// A number under `exclusiveMinimum` competes with `minimum`: the stricter of the two is kept.
pub(super) fn bounds(cx: &mut Context, schema: &mut Node) {
    for (exclusive, inclusive, is_stricter) in [
        ("exclusiveMinimum", "minimum", (|exclusive, inclusive| exclusive >= inclusive) as fn(f64, f64) -> bool),
        ("exclusiveMaximum", "maximum", |exclusive, inclusive| exclusive <= inclusive),
    ] {
        let Some(Value::Number(bound)) = schema.get(exclusive).map(|bound| &bound.value) else { continue };
        let other = schema.get(inclusive).and_then(|bound| as_f64(&bound.value));
        let stricter = other.is_none_or(|other| bound.as_f64().is_none_or(|bound| is_stricter(bound, other)));
        let Some(bound) = schema.remove(exclusive) else { continue };
        if stricter {
            cx.note(&NUMERIC_EXCLUSIVE_BOUND, bound.origin, format!("became {inclusive} with {exclusive}: true"));
            schema.set(inclusive, bound.value);
            schema.set(exclusive, true);
        } else {
            cx.note(&NUMERIC_EXCLUSIVE_BOUND, bound.origin, format!("dropped, {inclusive} is stricter"));
        }
    }
}

fn as_f64(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}

pub(super) fn integral_numbers(cx: &mut Context, schema: &mut Node) {
    if schema.get_str("type") == Some("integer") {
        // A fractional bound of integers is the same as the next integer within it.
        integral(cx, schema, "minimum", f64::ceil);
        integral(cx, schema, "maximum", f64::floor);
        integral(cx, schema, "multipleOf", |_| f64::NAN);
    }
    for key in ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"] {
        integral(cx, schema, key, |_| f64::NAN);
        let is_size = |size: &Node| matches!(&size.value, Value::Number(number) if number.is_u64());
        if schema.get(key).is_some_and(|size| !is_size(size))
            && let Some(dropped) = schema.remove(key)
        {
            cx.note(&DROP_BOUND, dropped.origin, format!("dropped {key}, which is no length"));
        }
    }
}

/// Writes a number without its decimal point, or rounds it by `round`; drops it if 64 bits can't hold the result.
fn integral(cx: &mut Context, schema: &mut Node, key: &str, round: fn(f64) -> f64) {
    let Some(Node { value: Value::Number(number), origin }) = schema.get(key) else { return };
    let (Some(value), origin) = (number.as_f64().filter(|_| number.is_f64()), *origin) else { return };
    let written = number.to_string();
    let exact = integer_of(value);
    let Some(integer) = exact.clone().or_else(|| integer_of(round(value))) else {
        cx.note(&DROP_BOUND, origin, format!("dropped {key}, {written} is no integer of 64 bits"));
        schema.remove(key);
        return;
    };
    cx.note(&INTEGRAL_NUMBER, origin, format!("{written} became {integer}"));
    if exact.is_none() {
        let exclusive = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
        schema.remove(exclusive);
    }
    schema.set(key, Value::Number(integer));
}

/// The integer equal to a number, if there is one and 64 bits hold it.
fn integer_of(value: f64) -> Option<Number> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if value.fract() != 0.0 {
        return None;
    }
    if (-TWO_TO_63..TWO_TO_63).contains(&value) {
        Some(Number::from(value as i64))
    } else if (TWO_TO_63..TWO_TO_63 * 2.0).contains(&value) {
        Some(Number::from(value as u64))
    } else {
        None
    }
}

/// Converts `contentEncoding`, `contentMediaType` and `contentSchema` of a string.
pub(super) fn content(cx: &mut Context, schema: &mut Node) {
    let encoding = schema.remove("contentEncoding");
    let media_type = schema.remove("contentMediaType");
    let is_encoded = encoding.is_some();
    if let Some(encoding) = encoding {
        let name = encoding.as_str().unwrap_or_default().to_owned();
        let text = match name.as_str() {
            "base64" | "base64url" => set_format(schema, "byte"),
            _ => "dropped, 3.0 has no format for it".to_owned(),
        };
        cx.note(&CONTENT_ENCODING, encoding.origin, format!("{name}: {text}"));
    }
    if let Some(media_type) = media_type {
        let name = media_type.as_str().unwrap_or_default().to_owned();
        let text = if is_encoded {
            "dropped, the encoding already says how the string is read".to_owned()
        } else if is_text(&name) {
            "dropped, the value is a string".to_owned()
        } else {
            set_format(schema, "binary")
        };
        cx.note(&CONTENT_MEDIA_TYPE, media_type.origin, format!("{name}: {text}"));
    }
    if let Some(dropped) = schema.remove("contentSchema") {
        cx.note(
            &CONTENT_MEDIA_TYPE,
            dropped.origin,
            "dropped contentSchema, 3.0 cannot describe what is inside a string",
        );
    }
}

fn set_format(schema: &mut Node, format: &str) -> String {
    match schema.get_str("format") {
        Some(known) if known != format => return format!("dropped, the format is {known} already"),
        _ => {}
    }
    if schema.get("type").is_none() {
        schema.set("type", "string");
    }
    schema.set("format", format);
    format!("became format: {format}")
}

fn is_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(essence.as_str(), "application/json" | "application/xml" | "application/jwt" | "application/yaml")
}
