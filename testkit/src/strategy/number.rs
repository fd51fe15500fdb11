//! Numbers within bounds: small ones often, the bounds themselves often, large ones now and then.

use serde_json::{Number, Value as Json};

use super::dice::Dice;
use super::flat::{End, Flat};
use super::shape::Types;

/// The largest integer that every language here holds exactly.
pub(super) const SAFE: i64 = (1 << 53) - 1;
/// The largest magnitude that is tried where nothing bounds a number.
const HUGE: f64 = 1e308;
/// Numbers with two decimals whose hundredfold is not what a person expects, as in `29` of `0.29 * 100` cut down.
const INEXACT: [f64; 6] = [0.29, 0.57, 1.1, 4.35, 8.2, 19.99];
/// Distances from the point of origin, the near ones more likely.
const SPANS: [i64; 8] = [4, 10, 10, 100, 100, 10_000, 1 << 31, SAFE];

/// The numbers that a schema allows.
pub(super) struct Numbers {
    whole: Option<Grid>,
    /// Grids of fractions, from coarse to fine.
    fractions: Vec<Grid>,
    /// Of so many numbers one is whole, where there are fractions too.
    rarity: u64,
    /// What is worth trying first.
    pub(super) edges: Vec<Json>,
}

/// The multiples of a step between two factors.
#[derive(Debug, Clone, Copy)]
struct Grid {
    low: i64,
    high: i64,
    step: f64,
    decimals: usize,
}

impl Grid {
    fn of(low: End, high: End, step: f64) -> Option<Self> {
        let factor = |end: End, up: bool| {
            let (at, open) = end?;
            let exact = at / step;
            let near = exact.round();
            let factor = if (exact - near).abs() < 1e-9 * exact.abs().max(1.0) {
                near + if open { if up { 1.0 } else { -1.0 } } else { 0.0 }
            } else if up {
                exact.ceil()
            } else {
                exact.floor()
            };
            Some(factor)
        };
        // Casts of floats saturate, which is what is wanted of bounds that leave all integers.
        let whole = |factor: f64| factor as i64;
        let is_beyond =
            |factor: Option<f64>, sign: f64| factor.is_some_and(|it| it * sign >= i64::MAX as f64);
        // Without a bound the exact integers are the bound, unless the other end lies beyond them.
        let most = ((SAFE as f64 / step) as i64).clamp(1, SAFE);
        let (low, high) = (factor(low, true), factor(high, false));
        if is_beyond(low, 1.0) || is_beyond(high, -1.0) {
            return None;
        }
        let (low, high) = (low.map(whole), high.map(whole));
        let (low, high) = (
            low.unwrap_or(high.map_or(-most, |high| (-most).min(high.saturating_sub(1_000)))),
            high.unwrap_or(low.map_or(most, |low| most.max(low.saturating_add(1_000)))),
        );
        (low <= high).then(|| Self {
            low,
            high,
            step,
            decimals: decimals(step),
        })
    }

    fn value(self, factor: i64) -> Json {
        if self.decimals == 0 {
            let whole = i64::try_from(i128::from(factor) * (self.step as i128));
            return whole.map_or_else(|_| from_f64(factor as f64 * self.step), Json::from);
        }
        // 3 × 0.1 is not 0.3; what is divided is rounded once and is the number that a person would write.
        let scale = 10_f64.powi(i32::try_from(self.decimals).unwrap_or(0));
        from_f64((factor as f64 * (self.step * scale).round()) / scale)
    }

    fn draw(self, dice: &mut Dice) -> Json {
        // What is near is near by value: a small step takes more of them to get there.
        let steps = (1.0 / self.step).clamp(1.0, 1e9) as i64;
        self.value(whole(self.low, self.high, steps, dice))
    }

    /// Numbers that lose something when they are multiplied and cut, if the grid has two decimals.
    fn inexact(self) -> Option<Vec<Json>> {
        let lies = |value: &f64| {
            let factor = value / self.step;
            let whole = factor.round();
            (factor - whole).abs() < 1e-6 && (self.low as f64..=self.high as f64).contains(&whole)
        };
        let found: Vec<Json> = INEXACT.iter().copied().filter(lies).map(from_f64).collect();
        (self.decimals == 2 && !found.is_empty()).then_some(found)
    }

    /// The bounds, what is next to them, and what is around zero.
    fn edges(self) -> Vec<Json> {
        let origin = 0.clamp(self.low, self.high);
        let factors = [
            self.low,
            self.low.saturating_add(1),
            self.high,
            self.high.saturating_sub(1),
            origin,
            origin.saturating_add(1),
            origin.saturating_sub(1),
        ];
        let within = factors.iter().filter(|it| (self.low..=self.high).contains(*it));
        within.map(|it| self.value(*it)).collect()
    }
}

impl Numbers {
    /// `None` if there are none. `types` says whether whole numbers, fractions or both are meant.
    pub(super) fn of(flat: &Flat, types: Types) -> Option<Self> {
        let step = common_step(&flat.steps);
        let (low, high) = (flat.low, flat.high);
        let whole_step = match step {
            None => 1.0,
            Some(step) if step.fract() == 0.0 => step,
            // A multiple of a fraction is whole where both are.
            Some(step) => common_step(&[step, 1.0]).unwrap_or(1.0),
        };
        let whole = Grid::of(low, high, whole_step).filter(|_| types.has(Types::WHOLE));
        let fractions: Vec<Grid> = match step {
            _ if !types.has(Types::FRACTION) => Vec::new(),
            Some(step) => Grid::of(low, high, step)
                .filter(|it| it.decimals > 0)
                .into_iter()
                .collect(),
            None => [0.1, 0.01, 0.001]
                .into_iter()
                .chain([1e-6, 1e-9])
                .filter_map(|step| Grid::of(low, high, step))
                .take(3)
                .collect(),
        };
        let mut edges: Vec<Json> = whole.map(Grid::edges).unwrap_or_default();
        edges.extend(fractions.first().into_iter().flat_map(|it| it.edges()));
        if types.has(Types::FRACTION) && step.is_none() {
            edges.extend(fine_edges(low, high));
        }
        edges.extend(fractions.iter().find_map(|it| it.inexact()).into_iter().flatten());
        if whole.is_none() && fractions.is_empty() {
            edges.extend(unusual(low, high, types));
            if edges.is_empty() {
                return None;
            }
        }
        let mut distinct: Vec<Json> = Vec::new();
        for edge in edges {
            if !distinct.contains(&edge) || edge.as_f64().is_some_and(|it| it == 0.0 && it.is_sign_negative())
            {
                distinct.push(edge);
            }
        }
        Some(Self {
            whole,
            fractions,
            rarity: if step.is_some() { 8 } else { 2 },
            edges: distinct,
        })
    }

    /// Any of them: whole in every second case, and now and then if a step of fractions is what the schema names.
    pub(super) fn draw(&self, dice: &mut Dice) -> Json {
        match self.whole {
            Some(grid) if self.fractions.is_empty() || dice.chance(1, self.rarity) => grid.draw(dice),
            _ => match dice.pick(&self.fractions) {
                Some(grid) => grid.draw(dice),
                None => dice.pick(&self.edges).cloned().unwrap_or(Json::Null),
            },
        }
    }
}

fn is_within(value: f64, low: End, high: End) -> bool {
    low.is_none_or(|(at, open)| value > at || !open && value == at)
        && high.is_none_or(|(at, open)| value < at || !open && value == at)
}

/// Numbers between bounds that are so close together, or so far away, that no usual number lies between them.
fn unusual(low: End, high: End, types: Types) -> Vec<Json> {
    let (least, most) = match (low, high) {
        (Some((low, _)), Some((high, _))) => (low, high),
        (Some((low, _)), None) => (low, (low * 2.0).min(f64::MAX)),
        (None, Some((high, _))) => ((high * 2.0).max(f64::MIN), high),
        (None, None) => return Vec::new(),
    };
    let part = |share: f64| least * (1.0 - share) + most * share;
    let all = [
        least,
        most,
        least.next_up(),
        most.next_down(),
        part(0.25),
        part(0.5),
        part(0.75),
    ];
    let fitting = all.into_iter().filter(|it| {
        it.is_finite() && is_within(*it, low, high) && (types.has(Types::FRACTION) || it.fract() == 0.0)
    });
    fitting.map(from_f64).collect()
}

/// What only numbers that need not be whole can be.
fn fine_edges(low: End, high: End) -> Vec<Json> {
    let fits = |value: &f64| is_within(*value, low, high);
    let mut out: Vec<f64> = Vec::new();
    for (end, sign) in [(low, 1.0), (high, -1.0)] {
        if let Some((at, _)) = end {
            out.extend([at, at + sign * at.abs().max(1.0) * 0.001]);
        }
    }
    out.extend([-0.0, 0.5, -0.5, SAFE as f64 + 1.0, HUGE, -HUGE]);
    let fitting = out.into_iter().filter(fits);
    fitting
        .map(|value| match value {
            zero if zero == 0.0 && zero.is_sign_negative() => {
                Number::from_f64(zero).map_or(Json::Null, Json::Number)
            }
            value => from_f64(value),
        })
        .collect()
}

/// A number without a fraction is written without one.
fn from_f64(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() <= SAFE as f64 {
        return Json::from(value as i64);
    }
    if value > 0.0 && value <= u64::MAX as f64 && value.fract() == 0.0 {
        return Json::from(value as u64);
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// The least common multiple, also of decimal fractions.
fn common_step(steps: &[f64]) -> Option<f64> {
    let digits = steps.iter().map(|it| decimals(*it)).max()?;
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    let mut all = 1_u64;
    for step in steps.iter().filter(|it| **it > 0.0) {
        let step = ((step * scale).round() as u64).max(1);
        let (mut x, mut y) = (all, step);
        while y > 0 {
            (x, y) = (y, x % y);
        }
        all = all.checked_div(x)?.checked_mul(step)?;
    }
    Some(all as f64 / scale)
}

/// Digits behind the point that a step is written with.
fn decimals(step: f64) -> usize {
    let text = format!("{step:.12}");
    text.trim_end_matches('0').split('.').nth(1).map_or(0, str::len)
}

/// A bound, a value near the one closest to zero, or anything.
fn whole(low: i64, high: i64, steps: i64, dice: &mut Dice) -> i64 {
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
        if edge.unsigned_abs() < SAFE.unsigned_abs() - 1 || dice.chance(1, 8) {
            return edge;
        }
    }
    let span = dice.pick(&SPANS).copied().unwrap_or(10).saturating_mul(steps);
    let (from, to) = (
        origin.saturating_sub(span).max(low),
        origin.saturating_add(span).min(high),
    );
    dice.between(from, to)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn numbers(change: impl Fn(&mut Flat), types: Types) -> Option<Numbers> {
        let mut flat = Flat::default();
        change(&mut flat);
        Numbers::of(&flat, types)
    }

    #[test]
    fn edges_are_where_the_bounds_are() {
        let bounded = |flat: &mut Flat| {
            flat.not_below(1.0, false);
            flat.not_above(9.0, true);
        };
        assert_eq!(
            numbers(bounded, Types::WHOLE).unwrap().edges,
            [json!(1), json!(2), json!(8), json!(7)]
        );
        let cents = |flat: &mut Flat| {
            flat.not_below(0.0, false);
            flat.not_above(0.3, false);
            flat.steps.push(0.1);
        };
        assert_eq!(
            numbers(cents, Types::NUMBER).unwrap().edges,
            [json!(0), json!(0.1), json!(0.3), json!(0.2)]
        );
    }

    #[test]
    fn open_numbers_have_the_edges_of_the_format() {
        let open = numbers(|_| {}, Types::NUMBER).unwrap().edges;
        let open: Vec<String> = open.iter().map(Json::to_string).collect();
        let has = |text: &str| open.iter().any(|it| it == text);
        assert!(
            ["-0.0", "0", "0.5", "9007199254740991", "1e+308", "-1e+308"]
                .into_iter()
                .all(has),
            "{open:?}"
        );
        let whole = numbers(|_| {}, Types::WHOLE).unwrap().edges;
        assert!(whole.iter().all(Json::is_i64), "{whole:?}");
    }

    #[test]
    fn there_may_be_none() {
        let none = |flat: &mut Flat| {
            flat.not_below(1.0, true);
            flat.not_above(2.0, true);
        };
        assert!(numbers(none, Types::WHOLE).is_none());
        assert!(numbers(none, Types::NUMBER).is_some());
        assert_eq!(common_step(&[0.01, 0.5, 3.0]), Some(3.0));
    }
}
