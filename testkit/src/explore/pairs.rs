//! Pairs of things in a run whose order could matter: what a plain run shows of them, for runs in which they happen the
//! other way round.

use std::collections::BTreeSet;

use crate::decision::{Decision, OptionKind, Touch};

/// What is held back until something else was done, both by their labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) held: String,
    pub(super) until: String,
}

/// The clashing pairs of a run, those that lie close to each other first. Each comes twice: the call itself is held back,
/// and the whole handler is.
pub(super) fn clashing(decisions: &[Decision]) -> Vec<Pair> {
    let steps: Vec<(usize, Vec<&Touch>)> = decisions
        .iter()
        .enumerate()
        .filter(|(_, it)| matches!(it.choice().kind, OptionKind::GoOn | OptionKind::Start))
        .map(|(at, decision)| (at, decision.touches().collect()))
        .collect();
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (i, (one, touches)) in steps.iter().enumerate() {
        for (other, others) in &steps[i + 1..] {
            let same = decisions[*one].choice().actor == decisions[*other].choice().actor;
            let clash = touches
                .iter()
                .any(|it| others.iter().any(|other| it.clashes(other)));
            if clash && !same {
                found.push((*other - *one, *one, *other));
            }
        }
    }
    found.sort_unstable();
    let mut seen = BTreeSet::new();
    let mut pairs = Vec::new();
    for (_, one, other) in found {
        let until = decisions[other].choice().label.clone();
        let itself = decisions[one].choice().label.clone();
        let start = start_of(decisions, one).map(|at| decisions[at].choice().label.clone());
        for held in [Some(itself), start].into_iter().flatten() {
            let pair = Pair {
                held,
                until: until.clone(),
            };
            if pair.held != pair.until && seen.insert(pair.clone()) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

/// The point at which the handler that goes on here was started by its message, if it was.
fn start_of(decisions: &[Decision], at: usize) -> Option<usize> {
    let (step, _) = decisions[at].choice().actor.split_once('#')?;
    let runs = |it: &&usize| decisions[**it].touches().any(|touch| touch.path == ["run", step]);
    let before: Vec<usize> = (0..at).collect();
    let started: Vec<&usize> = before
        .iter()
        .filter(|it| decisions[**it].choice().kind == OptionKind::Start)
        .filter(runs)
        .collect();
    let nth: usize = decisions[at].choice().actor.rsplit('#').next()?.parse().ok()?;
    // Runs that no message has started are not among them, so that the last one before is as good a guess.
    (started.get(nth.checked_sub(1)?).or(started.last())).map(|it| **it)
}
