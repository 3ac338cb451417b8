//! Numbers within bounds.

use serde_json::{Number, Value};

use super::merged::Merged;
use super::random::Random;

/// A whole number.
pub(super) fn integer(merged: &Merged<'_>, random: &mut Random) -> Result<Value, String> {
    // Numbers that every JSON library holds exactly, unless the format says that there is room for more.
    let room = match merged.formats.as_slice() {
        formats if formats.contains(&"int32") => i64::from(i32::MAX),
        formats if formats.contains(&"int8") => i64::from(i8::MAX),
        formats if formats.contains(&"int64") && random.below(4) == 0 => i64::MAX / 2,
        _ => 1_000_000,
    };
    let least = merged.minimum.map(f64::ceil);
    let least = larger(least, merged.exclusive_minimum.map(|bound| bound.floor() + 1.0));
    let most = merged.maximum.map(f64::floor);
    let most = smaller(most, merged.exclusive_maximum.map(|bound| bound.ceil() - 1.0));
    let step = merged.multiple_of.filter(|step| step.fract() == 0.0).map_or(1, |step| step as i64);
    let (low, high) = match (least, most) {
        (Some(low), Some(high)) => (low as i64, high as i64),
        (Some(low), None) => (low as i64, (low as i64).saturating_add(room)),
        (None, Some(high)) => ((high as i64).saturating_sub(room), high as i64),
        (None, None) => (if merged.formats.iter().any(|format| format.starts_with('u')) { 0 } else { -room / 2 }, room),
    };
    let first = low.div_euclid(step) + i64::from(low.rem_euclid(step) != 0);
    let last = high.div_euclid(step);
    if first > last {
        return Err("no whole number lies within the bounds".into());
    }
    let span = (last as u64).wrapping_sub(first as u64).saturating_add(1);
    // Bounds are where mistakes are.
    let chosen = match random.below(8) {
        0 => first,
        1 => last,
        _ => first.wrapping_add((random.number() % span.max(1)) as i64),
    };
    Ok((chosen * step).into())
}

/// Any number; one that binary fractions hold exactly, so that it can be compared.
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
    // Quarters are short to write; bounds that are close together leave no room for them.
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
