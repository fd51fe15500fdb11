//! Chance, all of it from the test runner's generator.

use proptest::prelude::Rng as _;
use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

/// Draws from a runner.
pub(super) struct Dice<'r> {
    runner: &'r mut TestRunner,
}

impl<'r> Dice<'r> {
    pub(super) fn new(runner: &'r mut TestRunner) -> Self {
        Self { runner }
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The remainder favours small numbers by less than one part in 2^32 for every bound that is used here.
        if bound == 0 {
            0
        } else {
            self.runner.rng().next_u64() % bound
        }
    }

    /// True `times` out of `of`.
    pub(super) fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// A number from `low` to `high`, both included; `low` if there is none.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low);
        let Ok(width) = u64::try_from(width) else {
            return low;
        };
        low.saturating_add(i64::try_from(self.below(width.saturating_add(1))).unwrap_or(0))
    }

    pub(super) fn size(&mut self, low: usize, high: usize) -> usize {
        let width = high.saturating_sub(low) as u64;
        low + usize::try_from(self.below(width + 1)).unwrap_or(0)
    }

    pub(super) fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let at = self.below(items.len() as u64);
        items.get(usize::try_from(at).unwrap_or(0))
    }

    /// A value of another strategy.
    pub(super) fn draw(&mut self, strategy: &BoxedStrategy<String>) -> Option<String> {
        strategy.new_tree(self.runner).ok().map(|tree| tree.current())
    }
}
