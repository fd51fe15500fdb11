//! A value that gets smaller: simpler forms of one part after the other are offered, and what still fails is kept.

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::strategy::ValueTree;
use serde_json::Value as Json;

use super::simpler::simpler;

/// What the schema says about simple values.
#[derive(Debug, Clone, Default)]
pub(super) struct Hints {
    /// Lists of allowed values.
    pub(super) choices: Vec<Vec<Json>>,
    /// Numbers that bound others.
    pub(super) bounds: Vec<f64>,
    /// Numbers that others are multiples of.
    pub(super) steps: Vec<f64>,
}

impl Hints {
    pub(super) fn of(schema: &Json) -> Self {
        let mut hints = Hints::default();
        hints.collect(schema);
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
    /// The part that is being simplified, in the order of the text, and how far its simpler forms have been offered.
    part: usize,
    form: usize,
    /// True if something was kept since the first part's turn: then all parts get another.
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
            let Some(old) = part(&self.best, &mut self.part.clone()) else {
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
            let forms = simpler(old, &self.hints);
            for (at, form) in forms.into_iter().enumerate().skip(self.form) {
                let mut candidate = self.best.clone();
                replace(&mut candidate, &mut self.part.clone(), form);
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
