//! Numbers within bounds.

use serde_json::{Number, Value};

use super::merged::Merged;
use super::random::Random;

/// An integer; with `edge_cases` it may use all of 64 bits.
pub(super) fn integer(merged: &Merged<'_>, edge_cases: bool, random: &mut Random) -> Result<Value, String> {
    // Numbers that every JSON library holds exactly, unless the format allows more.
    let wide = edge_cases || merged.formats.iter().any(|format| format.ends_with("64"));
    let large = wide && random.below(4) == 0;
    let room = if large { i64::MAX / 2 } else { 1_000_000 };
    let range = merged.formats.iter().find_map(|format| range(format));
    let least = merged.minimum.map(f64::ceil);
    let least = larger(least, merged.exclusive_minimum.map(|bound| bound.floor() + 1.0));
    let least = larger(least, range.map(|(least, _)| least));
    let most = merged.maximum.map(f64::floor);
    let most = smaller(most, merged.exclusive_maximum.map(|bound| bound.ceil() - 1.0));
    let most = smaller(most, range.map(|(_, most)| most));
    let step = merged.multiple_of.filter(|step| step.fract() == 0.0).map_or(1, |step| step as i64);
    let (low, high) = match (least.map(|least| least as i64), most.map(|most| most as i64)) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low.saturating_add(room)),
        (None, Some(high)) => (high.saturating_sub(room), high),
        (None, None) => (-room / 2, room),
    };
    // Numbers near zero, where that is allowed.
    let (low, high) = if low <= 0 && high >= 0 {
        (low.max(-room), high.min(room))
    } else {
        (low, high.min(low.saturating_add(room)))
    };
    let first = low.div_euclid(step) + i64::from(low.rem_euclid(step) != 0);
    let last = high.div_euclid(step);
    if first > last {
        return Err("no whole number lies within the bounds".into());
    }
    let span = (last as u64).wrapping_sub(first as u64).saturating_add(1);
    // Bounds are taken often, since mistakes happen there.
    let chosen = match random.below(8) {
        0 => first,
        1 => last,
        _ => first.wrapping_add((random.number() % span.max(1)) as i64),
    };
    Ok((chosen * step).into())
}

/// The number with a fraction of zero, where that can be written exactly.
pub(super) fn with_fraction(number: Value) -> Value {
    let small = number.as_i64().filter(|number| number.unsigned_abs() < 1 << 53);
    small.and_then(|small| Number::from_f64(small as f64)).map_or(number, Value::Number)
}

/// The range of a format.
fn range(format: &str) -> Option<(f64, f64)> {
    Some(match format {
        "int8" => (f64::from(i8::MIN), f64::from(i8::MAX)),
        "int16" => (f64::from(i16::MIN), f64::from(i16::MAX)),
        "int" | "int32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
        "uint8" => (0.0, f64::from(u8::MAX)),
        "uint16" => (0.0, f64::from(u16::MAX)),
        "uint" | "uint32" => (0.0, f64::from(u32::MAX)),
        "uint64" => (0.0, i64::MAX as f64),
        _ => return None,
    })
}

/// A number that binary fractions hold exactly, so that it can be compared.
pub(super) fn number(merged: &Merged<'_>, random: &mut Random) -> Result<Value, String> {
    if let Some(step) = merged.multiple_of {
        let low = larger(merged.minimum, merged.exclusive_minimum).unwrap_or(0.0);
        let steps = (low / step).floor() + 1.0 + random.below(4) as f64;
        return Number::from_f64(steps * step).map(Value::Number).ok_or_else(|| "a number without end".into());
    }
    let low = larger(merged.minimum, merged.exclusive_minimum);
    let high = smaller(merged.maximum, merged.exclusive_maximum);
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + 4096.0),
        (None, Some(high)) => (high - 4096.0, high),
        (None, None) => (-2048.0, 4096.0),
    };
    if low > high {
        return Err("no number lies within the bounds".into());
    }
    let exact = low + (high - low) * ((1 + random.below(62)) as f64 / 64.0);
    // Quarters are short to write; bounds that are close together may leave no room for them.
    let rounded = (exact * 4.0).round() / 4.0;
    let chosen = if rounded > low && rounded < high { rounded } else { exact };
    if chosen.fract() == 0.0 && random.below(2) == 0 {
        return Ok((chosen as i64).into());
    }
    Number::from_f64(chosen).map(Value::Number).ok_or_else(|| "a number without end".into())
}

fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

fn smaller(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{Merged, Random, integer};

    #[test]
    fn formats_bound_what_bounds_leave_open() {
        let mut random = Random::new(1, "integers");
        for (format, minimum, low, high) in [
            ("int32", Some(1.0), 1, i64::from(i32::MAX)),
            ("uint16", None, 0, 65_535),
            ("int8", None, -128, 127),
            ("int", None, i64::from(i32::MIN), i64::from(i32::MAX)),
            ("uint", None, 0, i64::from(u32::MAX)),
            ("uint64", None, 0, i64::MAX),
            ("other", Some(5.0), 5, i64::MAX),
        ] {
            let merged = Merged { formats: vec![format], minimum, ..Merged::default() };
            for _ in 0..200 {
                let made = integer(&merged, true, &mut random).unwrap().as_i64().unwrap();
                assert!((low..=high).contains(&made), "{format}: {made}");
            }
        }
        let merged = Merged { minimum: Some(1.2), maximum: Some(1.8), ..Merged::default() };
        assert!(integer(&merged, false, &mut random).is_err());
    }
}
