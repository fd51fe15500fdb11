//! Simpler forms of a value, the simplest first.

use serde_json::{Map, Number, Value as Json, json};

use super::landmarks;
use super::number::SAFE;
use super::shrink::Hints;

/// Longer texts are not simplified letter by letter.
const LETTER_BY_LETTER: usize = 24;

/// What might take the place of `value`. The list need not be valid, and its later entries are closer to the value. `own` are
/// numbers and texts of the whole that the value is a part of.
pub(super) fn simpler(value: &Json, hints: &Hints, own: &[Json]) -> Vec<Json> {
    let mut out: Vec<Json> = Vec::new();
    let list = hints.choices.iter().find(|choices| choices.contains(value));
    if let Some(choices) = list {
        // A member of a list is as simple as its place in it, if it stands where only members may stand.
        out.extend(choices.iter().take_while(|choice| *choice != value).cloned());
    }
    let members = out.len();
    let lower = [
        json!(null),
        json!(false),
        json!(0),
        json!(""),
        json!([]),
        json!({}),
    ];
    out.extend(lower.into_iter().filter(|it| rank(it) < rank(value)));
    match value {
        Json::Null | Json::Bool(false) => {}
        Json::Bool(true) => out.push(json!(false)),
        Json::Number(number) => numbers(number, hints, own, &mut out),
        Json::String(text) => {
            let known = hints.written.iter().chain(own).filter_map(Json::as_str);
            out.extend(texts(text, known).into_iter().map(Json::String));
        }
        Json::Array(items) => {
            let kept = beginnings(items.len()).chain(subsets(items.len()));
            out.extend(kept.map(|keep| Json::Array(keep.into_iter().map(|at| items[at].clone()).collect())));
        }
        Json::Object(fields) => {
            let all: Vec<_> = fields.iter().collect();
            let kept = subsets(all.len());
            out.extend(kept.into_iter().map(|keep| {
                let fields = keep.into_iter().map(|at| (all[at].0.clone(), all[at].1.clone()));
                Json::Object(fields.collect::<Map<_, _>>())
            }));
        }
    }
    let others = out.split_off(members);
    let is_member = |it: &Json| list.is_some_and(|choices| choices.contains(it));
    out.extend(others.into_iter().filter(|it| it != value && !is_member(it)));
    out
}

fn rank(value: &Json) -> u8 {
    match value {
        Json::Null => 0,
        Json::Bool(_) => 1,
        Json::Number(_) => 2,
        Json::String(_) => 3,
        Json::Array(_) => 4,
        Json::Object(_) => 5,
    }
}

/// Simple numbers on the way to zero, the simplest first, then half the way, three quarters and so on.
fn numbers(number: &Number, hints: &Hints, own: &[Json], out: &mut Vec<Json>) {
    let Some(value) = number.as_f64() else { return };
    if let Some(whole) = number.as_i64() {
        let mut push = |n: i64| {
            if n.unsigned_abs() < whole.unsigned_abs() || (n > 0 && n == whole.saturating_neg()) {
                out.push(json!(n));
            }
        };
        push(0);
        push(whole.saturating_neg());
        let bounds = hints.bounds.iter().filter(|bound| bound.fract() == 0.0);
        bounds.for_each(|bound| push(*bound as i64));
        for known in simple_numbers(whole, hints, own) {
            push(known);
        }
        let mut distance = whole / 2;
        while distance != 0 {
            let candidate = whole - distance;
            push(candidate);
            // A multiple is not hit by halving alone.
            for step in hints
                .steps
                .iter()
                .filter(|step| step.fract() == 0.0 && step.abs() < SAFE as f64)
            {
                let step = *step as i64;
                if step > 1 {
                    push(candidate - candidate % step);
                    push(candidate - candidate % step + step);
                }
            }
            distance /= 2;
        }
        push(whole - whole.signum());
        return;
    }
    let mut push = |n: f64| {
        if n.fract() == 0.0 && n.abs() <= SAFE as f64 {
            out.push(json!(n as i64));
        } else if let Some(n) = Number::from_f64(n).filter(|_| n.abs() < value.abs()) {
            out.push(Json::Number(n));
        }
    };
    // Whole numbers are simpler than fractions, even the next one away from zero.
    push(value.trunc());
    push(value.trunc() + value.signum());
    for digits in [1, 2] {
        let scale = 10_f64.powi(digits);
        push((value * scale).trunc() / scale);
    }
    let mut distance = value / 2.0;
    for _ in 0..12 {
        push(((value - distance) * 1000.0).round() / 1000.0);
        distance /= 2.0;
    }
}

/// Numbers of the same sign that are simpler than `whole` or that occur elsewhere, the smallest first.
fn simple_numbers(whole: i64, hints: &Hints, own: &[Json]) -> Vec<i64> {
    let sign = whole.signum();
    let mut all = landmarks::magnitudes(whole.unsigned_abs());
    let known = hints.written.iter().chain(own).filter_map(Json::as_i64);
    all.extend(known.filter(|it| it.signum() == sign).map(i64::unsigned_abs));
    let signed = all.into_iter().filter_map(|it| i64::try_from(it).ok());
    signed.map(|it| it * sign).collect()
}

/// The first few of so many places, by how many.
fn beginnings(length: usize) -> impl Iterator<Item = Vec<usize>> {
    landmarks::lengths(length)
        .into_iter()
        .map(|length| (0..length).collect())
}

/// Which places to keep: none, halves, all but a piece, pieces getting smaller.
fn subsets(length: usize) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    let mut piece = length;
    while piece > 0 {
        let mut start = 0;
        while start < length {
            let end = (start + piece).min(length);
            out.push((0..start).chain(end..length).collect());
            start = end;
        }
        piece /= 2;
    }
    out
}

/// Known texts and shorter texts, then texts of simpler letters.
fn texts<'k>(text: &str, known: impl Iterator<Item = &'k str>) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let kept = beginnings(letters.len()).chain(subsets(letters.len()));
    let shorter = kept.map(|keep| keep.into_iter().map(|at| letters[at]).collect());
    let mut out: Vec<String> = known.map(str::to_owned).chain(shorter).collect();
    let plain: String = letters
        .iter()
        .map(|c| if c.is_ascii_digit() { '0' } else { 'a' })
        .collect();
    let flat: String = letters
        .iter()
        .map(|c| if c.is_alphanumeric() { 'a' } else { *c })
        .collect();
    out.extend([plain, flat]);
    if letters.len() <= LETTER_BY_LETTER {
        for at in 0..letters.len() {
            for simple in ['a', '0', 'A']
                .into_iter()
                .filter(|it| weight(*it) < weight(letters[at]))
            {
                let mut changed = letters.clone();
                changed[at] = simple;
                out.push(changed.into_iter().collect());
            }
        }
    }
    // Only what is truly simpler, so that shrinking comes to an end.
    out.retain(|it| complexity(it) < complexity(text));
    out
}

fn complexity(text: &str) -> (usize, u64) {
    (text.chars().count(), text.chars().map(weight).sum())
}

fn weight(c: char) -> u64 {
    match c {
        'a' => 0,
        '0' => 1,
        'A' => 2,
        c if c.is_ascii_alphanumeric() => 100 + u64::from(u32::from(c)),
        c => 1_000 + u64::from(u32::from(c)),
    }
}
