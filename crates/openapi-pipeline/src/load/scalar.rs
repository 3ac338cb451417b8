//! Resolves YAML scalars by the core schema of YAML 1.2.

use serde_json::Number;

use crate::Value;

/// Resolves a plain scalar without a tag. Everything but null, booleans and numbers is a string, also words that only
/// YAML 1.1 gave a meaning to (`yes`, `on`, dates). The error says what is wrong with a number.
pub(super) fn resolve(text: &str) -> Result<Value, &'static str> {
    if is_null(text) {
        return Ok(Value::Null);
    }
    if let Some(value) = boolean(text) {
        return Ok(Value::Bool(value));
    }
    // Most scalars are words, which need no number parser.
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return Ok(Value::String(text.to_owned()));
    }
    match integer(text).or_else(|| float(text)) {
        Some(number) => number.map(Value::Number),
        None => Ok(Value::String(text.to_owned())),
    }
}

/// Resolves a scalar with a tag of the core schema, quoted or not. `None` when the scalar has no value of that type.
pub(super) fn resolve_tagged(tag: &str, text: &str) -> Option<Result<Value, &'static str>> {
    match tag {
        "str" => Some(Ok(Value::String(text.to_owned()))),
        "null" => is_null(text).then_some(Ok(Value::Null)),
        "bool" => boolean(text).map(|value| Ok(Value::Bool(value))),
        "int" => integer(text).map(|number| number.map(Value::Number)),
        // Every integer is a valid float, and JSON doesn't tell them apart.
        "float" => float(text).or_else(|| integer(text)).map(|number| number.map(Value::Number)),
        _ => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

const TOO_LARGE: &str = "this number is too large for 64 bits";

fn integer(text: &str) -> Option<Result<Number, &'static str>> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            // `from_str_radix` alone would accept a sign.
            let valid = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
            return valid.then(|| u64::from_str_radix(digits, radix).map(Number::from).map_err(|_| TOO_LARGE));
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exact = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    Some(exact.or_else(|_| finite(text)))
}

fn float(text: &str) -> Option<Result<Number, &'static str>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err("JSON, and so an API description, has no infinity and no NaN"));
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let valid = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    valid.then(|| finite(text))
}

fn finite(text: &str) -> Result<Number, &'static str> {
    text.parse::<f64>().ok().and_then(Number::from_f64).ok_or(TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        match resolve(text) {
            Ok(Value::Null) => "null".into(),
            Ok(Value::Bool(value)) => value.to_string(),
            Ok(Value::Number(number)) => number.to_string(),
            Ok(Value::String(text)) => format!("{text:?}"),
            Ok(other) => format!("{other:?}"),
            Err(message) => format!("error: {message}"),
        }
    }

    #[test]
    fn the_core_schema() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("nULL", "\"nULL\""),
            ("true", "true"),
            ("FALSE", "false"),
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("+12", "12"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("0x-1", "\"0x-1\""),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("1.5", "1.5"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("-.5e-3", "-0.0005"),
            ("1e3", "1000.0"),
            (".", "\".\""),
            ("1e", "\"1e\""),
            ("1.2.3", "\"1.2.3\""),
            ("+", "\"+\""),
            ("infinity", "\"infinity\""),
            ("-inf", "\"-inf\""),
        ] {
            assert_eq!(json(text), expected, "{text:?}");
        }
    }

    #[test]
    fn scalars_of_yaml_1_1_are_strings() {
        for text in
            ["yes", "No", "on", "OFF", "y", "2024-09-10", "2001-12-14t21:59:43.10-05:00", "1:30", "1_000", "0b1"]
        {
            assert_eq!(json(text), format!("{text:?}"));
        }
    }

    #[test]
    fn numbers_that_json_lacks_are_errors() {
        for text in [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "0x10000000000000000"] {
            assert!(json(text).starts_with("error: "), "{text}: {}", json(text));
        }
    }

    #[test]
    fn tags_decide() {
        assert_eq!(resolve_tagged("str", "12"), Some(Ok("12".into())));
        assert_eq!(resolve_tagged("int", "12"), Some(Ok(Value::Number(12.into()))));
        assert_eq!(resolve_tagged("float", "12"), Some(Ok(Value::Number(Number::from_f64(12.0).unwrap()))));
        assert_eq!(resolve_tagged("bool", "true"), Some(Ok(true.into())));
        assert_eq!(resolve_tagged("null", ""), Some(Ok(Value::Null)));
        assert_eq!(resolve_tagged("int", "twelve"), None);
        assert_eq!(resolve_tagged("bool", "yes"), None);
    }
}
