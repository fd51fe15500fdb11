//! A run in which one thing is held back until another was done.

use banister_project::flow_test::Faults;

use super::budget;
use super::pairs::Pair;
use crate::decision::{Choice, Decide, FaultKind, OptionKind};

/// Turns a pair of clashing things round, if that can be: where nothing else is left to do, the one that is held goes on.
#[derive(Debug)]
pub(super) struct Held {
    pair: Pair,
    done: bool,
    faults: Faults,
}

impl Held {
    pub(super) fn new(pair: Pair, faults: Faults) -> Self {
        Self {
            pair,
            done: false,
            faults,
        }
    }
}

impl Decide for Held {
    fn decide(&mut self, options: &[Choice]) -> usize {
        if self.done {
            return 0;
        }
        let other = |it: &Choice| it.label != self.pair.held && it.kind != OptionKind::Wait;
        options.iter().position(other).unwrap_or(0)
    }

    fn may_fault(&self, kind: FaultKind) -> bool {
        budget(self.faults, kind) > 0
    }

    fn done(&mut self, choice: &Choice, _: &[crate::decision::Touch]) {
        if choice.label == self.pair.until || choice.label == self.pair.held {
            self.done = true;
        }
    }
}
