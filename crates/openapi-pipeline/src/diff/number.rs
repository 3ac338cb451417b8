//! Numbers as they are written: `0.3` is three times `0.1`, and `1.0` is `1`.

use crate::{Node, Value};

/// Numbers with more digits than this are not read as decimals.
const MAX_DIGITS: usize = 30;

/// A decimal number: `digits` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    pub(super) const ONE: Self = Self { digits: 1, exponent: 0 };

    pub(super) fn of(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Number(number) => Self::read(&number.to_string()),
            _ => None,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.trim_start_matches('+').parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() + fraction.len() > MAX_DIGITS {
            return None;
        }
        let mut digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let mut exponent = power.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        while digits != 0 && digits % 10 == 0 {
            digits /= 10;
            exponent = exponent.checked_add(1)?;
        }
        Some(Self { digits, exponent: if digits == 0 { 0 } else { exponent } })
    }

    /// Whether it is an integer multiple of another. `None` where that is unknown.
    pub(super) fn is_multiple_of(self, other: Self) -> Option<bool> {
        let least = self.exponent.min(other.exponent);
        let scaled = |number: Self| {
            let power = u32::try_from(number.exponent.checked_sub(least)?).ok()?;
            number.digits.checked_mul(10_i128.checked_pow(power)?)
        };
        scaled(self)?.checked_rem(scaled(other)?).map(|rest| rest == 0)
    }
}

/// A string that equal values share, however they are written.
pub(super) fn canonical(node: &Node) -> String {
    match &node.value {
        Value::Number(_) => match Decimal::of(node) {
            Some(Decimal { digits, exponent }) => format!("{digits}e{exponent}"),
            None => node.to_json().to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<String> =
                members.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        _ => node.to_json().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_divided_as_they_are_written() {
        let read = |text: &str| Decimal::read(text).unwrap();
        for (number, by, expected) in [
            ("0.3", "0.1", Some(true)),
            ("0.1", "0.3", Some(false)),
            ("1", "0.25", Some(true)),
            ("100", "2.50", Some(true)),
            ("1e3", "8", Some(true)),
            ("0.07", "0.01", Some(true)),
            ("1", "0", None),
            ("1e300", "3", None),
        ] {
            assert_eq!(read(number).is_multiple_of(read(by)), expected, "{number} by {by}");
        }
        assert_eq!(read("1.0"), read("1"));
        assert_eq!(read("-0.0"), read("0e5"));
    }
}
