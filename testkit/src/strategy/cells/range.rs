//! The numbers between the bounds of a schema.

use serde_json::{Map, Value as Json};

use super::super::document::type_names;

/// The numbers that a schema allows.
pub(super) struct Range {
    pub(super) low: Option<(f64, bool)>,
    pub(super) high: Option<(f64, bool)>,
    /// Their distance, if only some are allowed.
    pub(super) step: Option<f64>,
}

impl Range {
    pub(super) fn of(fields: &Map<String, Json>) -> Self {
        let number = |key: &str| fields.get(key).and_then(Json::as_f64);
        let end =
            |closed: &str, open: &str, tighter: fn(f64, f64) -> bool| match (number(closed), number(open)) {
                (Some(closed), Some(open)) if tighter(closed, open) => Some((closed, false)),
                (_, Some(open)) => Some((open, true)),
                (closed, None) => closed.map(|it| (it, false)),
            };
        let names = fields.get("type").map(type_names).unwrap_or_default();
        let whole = names.contains(&"integer") && !names.contains(&"number");
        let step = number("multipleOf").filter(|it| *it > 0.0);
        Self {
            low: end("minimum", "exclusiveMinimum", |closed, open| closed > open),
            high: end("maximum", "exclusiveMaximum", |closed, open| closed < open),
            step: match step {
                Some(step) if whole && step.fract() != 0.0 => Some(1.0_f64.max(step)),
                None if whole => Some(1.0),
                step => step,
            },
        }
    }

    pub(super) fn contains(&self, value: f64) -> bool {
        self.low
            .is_none_or(|(low, open)| value > low || !open && value == low)
            && self
                .high
                .is_none_or(|(high, open)| value < high || !open && value == high)
    }

    /// The first multiple of `step` from a bound inwards.
    pub(super) fn first(&self, at: f64, open: bool, step: f64, sign: f64) -> f64 {
        let factor = at / step;
        let factor = if is_multiple(at, step) {
            factor.round() + if open { sign } else { 0.0 }
        } else if sign > 0.0 {
            factor.ceil()
        } else {
            factor.floor()
        };
        tidy(factor * step, step)
    }
}

/// A multiple of a step as a person would write it: 3 × 0.1 is 0.3. Never the negative zero.
pub(in crate::strategy) fn tidy(value: f64, step: f64) -> f64 {
    let text = format!("{step:.12}");
    let digits = text.trim_end_matches('0').split('.').nth(1).map_or(0, str::len);
    let value = if digits == 0 {
        value
    } else {
        format!("{value:.digits$}").parse().unwrap_or(value)
    };
    value + 0.0
}

pub(super) fn is_multiple(value: f64, step: f64) -> bool {
    let factor = value / step;
    (factor - factor.round()).abs() < 1e-9 * factor.abs().max(1.0)
}
