//! A world of made-up actors, each with things to do one after the other: what an exploration decides about, without a
//! flow.

use std::collections::BTreeSet;

use crate::decision::{Choice, Decide, Decision, FaultKind, OptionKind, Touch};
use crate::flow::FlowResult;

/// One thing to do.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) name: &'static str,
    /// Known before it is done.
    pub(super) touches: Vec<Touch>,
    /// Known afterwards.
    pub(super) touched: Vec<Touch>,
    /// Faults that are asked about as it is done.
    pub(super) faults: Vec<&'static str>,
}

/// Writes one thing.
pub(super) fn writes(name: &'static str, what: &str) -> Deed {
    Deed {
        name,
        touches: vec![Touch::write([what])],
        touched: Vec::new(),
        faults: Vec::new(),
    }
}

/// Reads one thing.
pub(super) fn reads(name: &'static str, what: &str) -> Deed {
    Deed {
        touches: vec![Touch::read([what])],
        ..writes(name, what)
    }
}

impl Deed {
    /// What it touches is known only once it is done.
    pub(super) fn unforeseen(self) -> Self {
        Self {
            touched: self.touches,
            touches: Vec::new(),
            ..self
        }
    }

    pub(super) fn may(self, faults: &[&'static str]) -> Self {
        Self {
            faults: faults.to_vec(),
            ..self
        }
    }

    fn all_touches(&self) -> Vec<Touch> {
        [self.touches.as_slice(), &self.touched].concat()
    }
}

/// Actors with what each does, in its order. The first that has something left to do does it by default.
pub(super) type Model = Vec<Vec<Deed>>;

/// What was done, in order, and what was decided; faults are among what was done.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) done: Vec<String>,
    pub(super) decisions: Vec<Decision>,
}

/// Runs the model as `decide` says.
pub(super) fn run(model: &Model, decide: &mut dyn Decide) -> Told {
    let mut at = vec![0; model.len()];
    let (mut done, mut decisions) = (Vec::new(), Vec::<Decision>::new());
    let mut last: Option<(Choice, Vec<Touch>)> = None;
    loop {
        let able: Vec<usize> = (0..model.len())
            .filter(|actor| at[*actor] < model[*actor].len())
            .collect();
        if let Some((choice, touched)) = last.take() {
            decide.done(&choice, &touched);
        }
        if able.is_empty() {
            return Told { done, decisions };
        }
        let options: Vec<Choice> = able.iter().map(|it| option(*it, &model[*it][at[*it]])).collect();
        let taken = asked(decide, &options);
        let actor = able[taken];
        let deed = &model[actor][at[actor]];
        at[actor] += 1;
        done.push(deed.name.to_owned());
        last = Some((options[taken].clone(), deed.touched.clone()));
        decisions.push(decision(options, taken, deed.touched.clone()));
        let faults = deed.faults.iter().filter(|it| {
            let kind = FaultKind::of_label(it).expect("a fault by its name");
            decide.may_fault(kind)
        });
        let mut options = vec![of_kind(
            OptionKind::NoFault,
            deed.name,
            &format!("{} goes well", deed.name),
        )];
        options.extend(faults.map(|it| of_kind(OptionKind::Fault, deed.name, it)));
        if options.len() > 1 {
            let taken = asked(decide, &options);
            if taken > 0 {
                done.push(options[taken].label.clone());
            }
            decisions.push(decision(options, taken, Vec::new()));
        }
    }
}

/// The run as an exploration sees it: it fails if `is_bad`.
pub(super) fn judged(told: &Told, is_bad: impl Fn(&[String]) -> bool) -> FlowResult {
    let mut result = FlowResult::failed("it is bad".to_owned());
    if !is_bad(&told.done) {
        result.failures.clear();
    }
    result.decisions = told.decisions.clone();
    result
}

fn asked(decide: &mut dyn Decide, options: &[Choice]) -> usize {
    match options.len() {
        1 => 0,
        _ => decide.decide(options),
    }
}

fn decision(options: Vec<Choice>, taken: usize, touched: Vec<Touch>) -> Decision {
    Decision {
        options,
        taken,
        touched,
        at: 0,
    }
}

fn option(actor: usize, deed: &Deed) -> Choice {
    Choice {
        label: deed.name.to_owned(),
        actor: format!("Actor#{actor}"),
        kind: OptionKind::GoOn,
        touches: deed.touches.clone(),
    }
}

fn of_kind(kind: OptionKind, actor: &str, label: &str) -> Choice {
    Choice {
        label: label.to_owned(),
        actor: actor.to_owned(),
        kind,
        touches: Vec::new(),
    }
}

/// Every order of the model, by trying each.
pub(super) fn all_orders(model: &Model) -> BTreeSet<Vec<String>> {
    fn go(model: &Model, at: &mut Vec<usize>, so_far: &mut Vec<String>, all: &mut BTreeSet<Vec<String>>) {
        let mut is_end = true;
        for actor in 0..model.len() {
            if let Some(deed) = model[actor].get(at[actor]) {
                is_end = false;
                at[actor] += 1;
                so_far.push(deed.name.to_owned());
                go(model, at, so_far, all);
                so_far.pop();
                at[actor] -= 1;
            }
        }
        if is_end {
            all.insert(so_far.clone());
        }
    }
    let mut all = BTreeSet::new();
    go(model, &mut vec![0; model.len()], &mut Vec::new(), &mut all);
    all
}

/// What tells an order from others that come to the same: which of each two clashing deeds was first.
pub(super) fn essence(model: &Model, order: &[String]) -> BTreeSet<(String, String)> {
    let deed = |name: &String| -> &Deed {
        let all = model.iter().flatten();
        all.into_iter().find(|it| it.name == name).expect("a deed")
    };
    let mut pairs = BTreeSet::new();
    for (at, one) in order.iter().enumerate() {
        for other in &order[at + 1..] {
            if crate::decision::clash(&deed(one).all_touches(), &deed(other).all_touches()) {
                pairs.insert((one.clone(), other.clone()));
            }
        }
    }
    pairs
}
