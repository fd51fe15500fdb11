//! Numbers within bounds: small ones often, the bounds themselves often, large ones now and then.

use serde_json::{Number, Value as Json};

use super::dice::Dice;
use super::flatten::Flat;
use super::generate::Refusal;

/// The largest integer that every language here holds exactly.
pub(super) const SAFE: i64 = (1 << 53) - 1;
/// Distances from the point of origin, the near ones more likely.
const SPANS: [i64; 8] = [4, 10, 10, 100, 100, 10_000, 1 << 31, SAFE];
/// Digits behind the point of a number that is not whole.
const DIGITS: [u32; 3] = [1, 2, 3];

struct Bounds {
    low: f64,
    low_open: bool,
    high: f64,
    high_open: bool,
}

impl Bounds {
    fn of(flat: &Flat) -> Self {
        let number = |key: &str| flat.get(key).and_then(Json::as_f64);
        let bound = |closed: &str, open: &str, least: f64, tighter: fn(f64, f64) -> bool| match (
            number(closed),
            number(open),
        ) {
            (Some(closed), Some(open)) if tighter(closed, open) => (closed, false),
            (_, Some(open)) => (open, true),
            (Some(closed), None) => (closed, false),
            (None, None) => (least, false),
        };
        let (low, low_open) = bound("minimum", "exclusiveMinimum", -(SAFE as f64), |closed, open| {
            closed > open
        });
        let (high, high_open) = bound("maximum", "exclusiveMaximum", SAFE as f64, |closed, open| {
            closed < open
        });
        Self {
            low,
            low_open,
            high,
            high_open,
        }
    }

    /// The whole multiples of `step` within, as factors.
    fn factors(&self, step: f64) -> Result<(i64, i64), Refusal> {
        let mut low = (self.low / step).ceil();
        let mut high = (self.high / step).floor();
        if self.low_open && low * step <= self.low {
            low += 1.0;
        }
        if self.high_open && high * step >= self.high {
            high -= 1.0;
        }
        // Casts of floats saturate, which is what the clamp to exact integers asks for.
        let (low, high) = ((low as i64).max(-SAFE), (high as i64).min(SAFE));
        if low > high {
            Err(Refusal::Never)
        } else {
            Ok((low, high))
        }
    }
}

/// An integer within the bounds of a schema.
pub(super) fn integer(flat: &Flat, dice: &mut Dice<'_>) -> Result<Json, Refusal> {
    let step = step(flat);
    // A multiple of a fraction is whole where the fraction says so; the validator sorts the others out.
    let step = if step.fract() == 0.0 { step } else { 1.0 };
    let (low, high) = Bounds::of(flat).factors(step)?;
    let value = whole(low, high, dice) as f64 * step;
    Ok(Json::from(value as i64))
}

/// A number within the bounds of a schema, whole in every second case.
pub(super) fn number(flat: &Flat, dice: &mut Dice<'_>) -> Result<Json, Refusal> {
    let bounds = Bounds::of(flat);
    let fraction = flat.get("multipleOf").is_some() || bounds.factors(1.0).is_err() || dice.chance(1, 2);
    if !fraction {
        return integer(flat, dice);
    }
    let digits = dice.pick(&DIGITS).copied().unwrap_or(2);
    let step = if flat.contains_key("multipleOf") {
        step(flat)
    } else {
        0.1_f64.powi(digits.cast_signed())
    };
    let (low, high) = bounds
        .factors(step)
        .or_else(|_| Bounds::of(flat).factors(step / 1000.0))?;
    let value = whole(low, high, dice) as f64 * step;
    // 3 × 0.1 is not 0.3: the number that a person would write is the one meant.
    let text = format!("{value:.*}", decimals(step));
    let value: f64 = text.parse().unwrap_or(value);
    if value.fract() == 0.0 && value.abs() <= SAFE as f64 {
        return Ok(Json::from(value as i64));
    }
    Number::from_f64(value).map(Json::Number).ok_or(Refusal::Never)
}

fn step(flat: &Flat) -> f64 {
    flat.get("multipleOf")
        .and_then(Json::as_f64)
        .filter(|step| *step > 0.0)
        .unwrap_or(1.0)
}

/// Digits behind the point that a step is written with.
fn decimals(step: f64) -> usize {
    let text = format!("{step:.12}");
    text.trim_end_matches('0').split('.').nth(1).map_or(0, str::len)
}

/// A bound, a value near the one closest to zero, or anything.
fn whole(low: i64, high: i64, dice: &mut Dice<'_>) -> i64 {
    let origin = 0.clamp(low, high);
    if dice.chance(1, 4) {
        let edges = [
            low,
            high,
            origin,
            low.saturating_add(1),
            high.saturating_sub(1),
            origin.saturating_add(1),
        ];
        // A bound that only stands for "any integer" is of little use to anybody.
        let edge = dice.pick(&edges).copied().unwrap_or(origin).clamp(low, high);
        if edge.abs() < SAFE - 1 || dice.chance(1, 8) {
            return edge;
        }
    }
    let span = dice.pick(&SPANS).copied().unwrap_or(10);
    let (from, to) = (
        origin.saturating_sub(span).max(low),
        origin.saturating_add(span).min(high),
    );
    dice.between(from, to)
}
