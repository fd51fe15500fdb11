//! Chance: one draw from the test runner's generator seeds a fast generator of our own, so that a value costs one draw.

use proptest::prelude::Rng as _;
use proptest::test_runner::TestRunner;

/// Draws of one value (SplitMix64: Steele, Lea and Flood, 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(runner: &mut TestRunner) -> Self {
        Self(runner.rng().next_u64())
    }

    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The upper half of the product is as even as a remainder and needs no division (Lemire, 2019).
        u64::try_from((u128::from(self.next()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// True `times` out of `of`.
    pub(super) fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// A number from `low` to `high`, both included; `low` if there is none.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        if low >= high {
            return low;
        }
        let width = high.abs_diff(low);
        low.wrapping_add_unsigned(self.below(width.saturating_add(1)))
    }

    /// A size from `low` to `high`, both included.
    pub(super) fn size(&mut self, low: usize, high: usize) -> usize {
        let width = high.saturating_sub(low) as u64;
        low + usize::try_from(self.below(width.saturating_add(1))).unwrap_or(0)
    }

    pub(super) fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let at = self.below(items.len() as u64);
        items.get(usize::try_from(at).unwrap_or(0))
    }
}
