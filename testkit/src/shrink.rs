//! A failing case made smaller in every way at once: departures from the plain run, actions of the test, how long it lets
//! time pass, and what goes in. What one of them loses may let another lose more, so that they take turns until nothing
//! gets smaller or the runs are used up. What counts as the same failure is for a [`Judge`] to say.

mod actions;
mod departures;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use proptest::strategy::ValueTree;
use serde_json::Value as Json;

use crate::decision::Departure;
use crate::narrow::KeptAction;

pub(crate) use departures::fewer as fewer_departures;

/// What a failing run was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    /// Generated values by variable; an empty object for none.
    pub(crate) input: Json,
    /// What the test does.
    pub(crate) actions: Vec<KeptAction>,
    /// Where it departs from the plain run.
    pub(crate) departures: Vec<Departure>,
}

/// Runs cases and says which of them show the same failure.
pub(crate) trait Judge {
    /// Runs a case. If it fails as the one that was found, and rightly so, the departures that had an effect.
    fn fails(&mut self, case: &Case) -> Option<Vec<Departure>>;

    /// As [`Self::fails`]; if it does not, other departures are looked for. With an action gone, what is left may have other
    /// names.
    fn fails_in_some_order(&mut self, case: &Case) -> Option<Vec<Departure>>;

    /// True if no more should be run.
    fn is_done(&self) -> bool;
}

/// An input that gets smaller.
pub(crate) type Tree = Box<dyn ValueTree<Value = Json>>;

/// Makes `found` as small as it gets. `tree` offers simpler inputs.
pub(crate) fn smallest(found: Case, judge: &mut dyn Judge, tree: &dyn Fn(&Json) -> Option<Tree>) -> Case {
    let mut search = Search {
        best: found,
        judge,
        passed: BTreeSet::new(),
    };
    loop {
        let before = search.best.clone();
        search.departures();
        search.actions();
        search.input(tree);
        if search.best == before || search.judge.is_done() {
            return search.best;
        }
    }
}

struct Search<'j> {
    best: Case,
    judge: &'j mut dyn Judge,
    /// Cases that do not fail, so that no turn runs them again.
    passed: BTreeSet<String>,
}

impl Search<'_> {
    /// Runs a case, and keeps it if it fails; true if it does.
    fn is_kept(&mut self, case: Case, in_some_order: bool) -> bool {
        if self.judge.is_done() {
            return false;
        }
        let key = format!("{in_some_order} {case:?}");
        if self.passed.contains(&key) {
            return false;
        }
        let departures = match in_some_order {
            true => self.judge.fails_in_some_order(&case),
            false => self.judge.fails(&case),
        };
        match departures {
            Some(departures) => {
                self.best = Case { departures, ..case };
                true
            }
            None => {
                self.passed.insert(key);
                false
            }
        }
    }

    fn departures(&mut self) {
        let all = self.best.departures.clone();
        fewer_departures(all, &mut |departures| {
            let case = Case {
                departures: departures.to_vec(),
                ..self.best.clone()
            };
            self.is_kept(case, false).then(|| self.best.departures.clone())
        });
    }

    fn actions(&mut self) {
        let all = self.best.actions.clone();
        let left = actions::fewer(all, &mut |actions| {
            let case = self.with_actions(actions.to_vec());
            self.is_kept(case, true)
        });
        for at in 0..left.len() {
            let shorter = |ms| {
                let mut actions = self.best.actions.clone();
                actions[at].ms = Some(ms);
                let case = self.with_actions(actions);
                self.is_kept(case, false)
            };
            actions::shorten(&left[at], shorter);
        }
    }

    fn with_actions(&self, actions: Vec<KeptAction>) -> Case {
        Case {
            actions,
            ..self.best.clone()
        }
    }

    fn input(&mut self, tree: &dyn Fn(&Json) -> Option<Tree>) {
        let Some(mut tree) = tree(&self.best.input) else {
            return;
        };
        let mut more = tree.simplify();
        while more && !self.judge.is_done() {
            let case = Case {
                input: tree.current(),
                ..self.best.clone()
            };
            more = match case.input == self.best.input || self.is_kept(case, false) {
                true => tree.simplify(),
                false => tree.complicate(),
            };
        }
    }
}
