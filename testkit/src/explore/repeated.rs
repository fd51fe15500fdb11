//! A run that does at each point what another one did there, whatever things are called in it.

use crate::decision::{Choice, Decide, Decision};

/// Follows the decisions of another run, in which no fault could strike, by their places.
#[derive(Debug)]
pub(crate) struct Repeated {
    left: std::vec::IntoIter<usize>,
}

impl Repeated {
    pub(crate) fn new(decisions: &[Decision]) -> Self {
        // Where there is one option, nobody asks; and what could have failed and did not is not asked again.
        let asked = decisions
            .iter()
            .filter(|it| it.options.len() > 1 && !it.is_of_fault());
        let taken: Vec<usize> = asked.map(|it| it.taken).collect();
        Self {
            left: taken.into_iter(),
        }
    }
}

impl Decide for Repeated {
    fn decide(&mut self, _: &[Choice]) -> usize {
        self.left.next().unwrap_or(0)
    }
}
