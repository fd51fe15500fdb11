//! A value that gets smaller: simpler forms of one part after the other are offered, and what still fails is kept.

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::strategy::ValueTree;
use serde_json::Value as Json;

use super::simpler::simpler;

/// Of a value with more numbers and texts than that, only so many are compared with each other.
const MOST_SCALARS: usize = 64;

/// What the schema says about simple values.
#[derive(Debug, Clone, Default)]
pub(super) struct Hints {
    /// Lists of allowed values.
    pub(super) choices: Vec<Vec<Json>>,
    /// Numbers that bound others.
    pub(super) bounds: Vec<f64>,
    /// Numbers that others are multiples of.
    pub(super) steps: Vec<f64>,
    /// Values that are written in the schema: constants, defaults and examples.
    pub(super) written: Vec<Json>,
}

impl Hints {
    pub(super) fn of(schema: &Json) -> Self {
        let mut hints = Hints::default();
        hints.collect(schema);
        hints
    }

    /// What several schemas say.
    pub(super) fn of_all<'h>(all: impl IntoIterator<Item = &'h Hints>) -> Self {
        let mut hints = Hints::default();
        for one in all {
            hints.choices.extend(one.choices.iter().cloned());
            hints.bounds.extend(&one.bounds);
            hints.steps.extend(&one.steps);
            hints.written.extend(one.written.iter().cloned());
        }
        hints
    }

    fn collect(&mut self, schema: &Json) {
        match schema {
            Json::Object(fields) => {
                if let Some(Json::Array(choices)) = fields.get("enum") {
                    self.choices.push(choices.clone());
                }
                let number = |key: &str| fields.get(key).and_then(Json::as_f64);
                self.bounds
                    .extend(number("minimum").into_iter().chain(number("maximum")));
                self.bounds
                    .extend(number("exclusiveMinimum").map(|it| it.floor() + 1.0));
                self.bounds
                    .extend(number("exclusiveMaximum").map(|it| it.ceil() - 1.0));
                self.steps.extend(number("multipleOf"));
                let written = ["const", "default", "example"].map(|key| fields.get(key));
                self.written.extend(written.into_iter().flatten().cloned());
                let examples = fields.get("examples").and_then(Json::as_array);
                self.written.extend(examples.into_iter().flatten().cloned());
                fields.values().for_each(|field| self.collect(field));
            }
            Json::Array(items) => items.iter().for_each(|item| self.collect(item)),
            _ => {}
        }
    }
}

/// The value that is known to fail, and the one on offer.
pub(super) struct ShrinkTree {
    best: Json,
    current: Json,
    hints: Rc<Hints>,
    is_valid: Box<dyn Fn(&Json) -> bool>,
    /// The place that is being simplified, and how far its simpler forms have been offered: each part in the order of the
    /// text, then each value that stands at several places, at all of them at once.
    part: usize,
    form: usize,
    /// True if something was kept since the first place's turn: then all places get another.
    gained: bool,
    offered: BTreeSet<String>,
}

impl std::fmt::Debug for ShrinkTree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShrinkTree")
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

impl ShrinkTree {
    pub(super) fn new(value: Json, hints: Rc<Hints>, is_valid: Box<dyn Fn(&Json) -> bool>) -> Self {
        Self {
            best: value.clone(),
            current: value,
            hints,
            is_valid,
            part: 0,
            form: 0,
            gained: false,
            offered: BTreeSet::new(),
        }
    }

    /// Puts the next form that was not offered before into `current`; false if there is none, and the best stands there.
    fn offer(&mut self) -> bool {
        loop {
            let Some((place, old)) = self.place() else {
                self.current = self.best.clone();
                self.form = 0;
                self.part = 0;
                if !std::mem::take(&mut self.gained) {
                    // Nothing came of a whole round: nothing will.
                    self.part = usize::MAX;
                    return false;
                }
                continue;
            };
            let forms = simpler(&old, &self.hints, &scalars(&self.best));
            for (at, form) in forms.into_iter().enumerate().skip(self.form) {
                let mut candidate = self.best.clone();
                match place {
                    Place::Part(number) => {
                        replace(&mut candidate, &mut { number }, form);
                    }
                    Place::All => replace_all(&mut candidate, &old, &form),
                }
                if (self.is_valid)(&candidate) && self.offered.insert(candidate.to_string()) {
                    self.form = at + 1;
                    self.current = candidate;
                    return true;
                }
            }
            self.form = 0;
            self.part += 1;
        }
    }

    /// The place whose turn it is, and what stands there.
    fn place(&self) -> Option<(Place, Json)> {
        let mut left = self.part;
        if let Some(value) = part(&self.best, &mut left) {
            return Some((Place::Part(self.part), value.clone()));
        }
        let value = repeated(&self.best).into_iter().nth(left)?;
        Some((Place::All, value))
    }
}

/// Where a simpler form goes.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// To the part with this number.
    Part(usize),
    /// Wherever the old value stands.
    All,
}

impl ValueTree for ShrinkTree {
    type Value = Json;

    fn current(&self) -> Json {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.offered.is_empty() {
            self.offered.insert(self.best.to_string());
        }
        if self.current != self.best {
            self.best = self.current.clone();
            self.gained = true;
            self.form = 0;
        }
        self.offer()
    }

    fn complicate(&mut self) -> bool {
        if self.current == self.best {
            return false;
        }
        // When all forms have been offered the best one stands there once more, so that those who hold several trees go on
        // with the next one.
        self.offer();
        true
    }
}

/// The part of a value with this number, counted from the whole as zero, parents first.
fn part<'v>(value: &'v Json, number: &mut usize) -> Option<&'v Json> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Json::Array(items) => items.iter().find_map(|item| part(item, number)),
        Json::Object(fields) => fields.values().find_map(|item| part(item, number)),
        _ => None,
    }
}

/// The first numbers and texts of a value, each once, in the order of the text.
fn scalars(value: &Json) -> Vec<Json> {
    let mut out = Vec::new();
    for it in first_scalars(value) {
        if !out.contains(it) {
            out.push(it.clone());
        }
    }
    out
}

/// Those of them that stand at more than one place.
fn repeated(value: &Json) -> Vec<Json> {
    let all = first_scalars(value);
    let mut out = Vec::new();
    for (at, it) in all.iter().enumerate() {
        if !out.contains(*it) && all[..at].contains(it) {
            out.push((*it).clone());
        }
    }
    out
}

fn first_scalars(value: &Json) -> Vec<&Json> {
    let mut out = Vec::new();
    collect_scalars(value, &mut out);
    out
}

fn collect_scalars<'v>(value: &'v Json, out: &mut Vec<&'v Json>) {
    if out.len() >= MOST_SCALARS {
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| collect_scalars(item, out)),
        Json::Object(fields) => fields.values().for_each(|item| collect_scalars(item, out)),
        Json::Number(_) | Json::String(_) => out.push(value),
        Json::Null | Json::Bool(_) => {}
    }
}

fn replace_all(value: &mut Json, old: &Json, form: &Json) {
    if value == old {
        *value = form.clone();
        return;
    }
    match value {
        Json::Array(items) => items.iter_mut().for_each(|item| replace_all(item, old, form)),
        Json::Object(fields) => fields.values_mut().for_each(|item| replace_all(item, old, form)),
        _ => {}
    }
}

/// Puts `form` in the place of a part; true if the part was there.
fn replace(value: &mut Json, number: &mut usize, form: Json) -> bool {
    let mut form = Some(form);
    replace_in(value, number, &mut form)
}

fn replace_in(value: &mut Json, number: &mut usize, form: &mut Option<Json>) -> bool {
    if *number == 0 {
        if let Some(form) = form.take() {
            *value = form;
        }
        return true;
    }
    *number -= 1;
    match value {
        Json::Array(items) => items.iter_mut().any(|item| replace_in(item, number, form)),
        Json::Object(fields) => fields.values_mut().any(|item| replace_in(item, number, form)),
        _ => false,
    }
}
