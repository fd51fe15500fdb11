//! Simpler forms of a value, the simplest first.

use serde_json::{Map, Number, Value as Json, json};

use super::number::SAFE;
use super::shrink::Hints;

/// Longer texts are not simplified letter by letter.
const LETTER_BY_LETTER: usize = 24;

/// What might take the place of `value`. The list need not be valid, and its later entries are closer to the value.
pub(super) fn simpler(value: &Json, hints: &Hints) -> Vec<Json> {
    let mut out: Vec<Json> = Vec::new();
    for choices in &hints.choices {
        if let Some(at) = choices.iter().position(|choice| choice == value) {
            // A member of a list is as simple as its place in it.
            out.extend(choices[..at].iter().cloned());
            return out;
        }
    }
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
        Json::Number(number) => numbers(number, hints, &mut out),
        Json::String(text) => out.extend(texts(text).into_iter().map(Json::String)),
        Json::Array(items) => {
            let kept = subsets(items.len());
            out.extend(
                kept.into_iter()
                    .map(|keep| Json::Array(keep.into_iter().map(|at| items[at].clone()).collect())),
            );
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
    out.retain(|it| it != value);
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

/// Zero, the bounds that the schema names, then half the way, three quarters and so on.
fn numbers(number: &Number, hints: &Hints, out: &mut Vec<Json>) {
    let Some(value) = number.as_f64() else { return };
    if let Some(whole) = number.as_i64() {
        let mut push = |n: i64| {
            if n.unsigned_abs() < whole.unsigned_abs() || (n > 0 && n == whole.saturating_neg()) {
                out.push(json!(n));
            }
        };
        push(0);
        push(whole.saturating_neg());
        hints
            .bounds
            .iter()
            .filter(|bound| bound.fract() == 0.0)
            .for_each(|bound| push(*bound as i64));
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

/// Shorter texts, then texts of simpler letters.
fn texts(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let kept = subsets(letters.len());
    let mut out: Vec<String> = kept
        .into_iter()
        .map(|keep| keep.into_iter().map(|at| letters[at]).collect())
        .collect();
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
