//! Numbers and lengths that are tried before a value is cut in halves: what fails need not fail for everything above it
//! (`10` and `100` begin with `1`, `20` does not), so that the simplest failing one may lie on the other side of a gap.

use std::collections::BTreeSet;

/// All numbers from zero to this one are tried.
const SMALL: u64 = 12;
/// Powers of two, by their exponents: sizes of bytes, words, pages and safe integers.
const EXPONENTS: [u32; 20] = [
    4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 31, 32, 48, 53, 63,
];
/// Powers of ten up to this exponent.
const TENS: u32 = 19;
/// Beginnings of a text or a list of all lengths up to this one are tried.
const SHORT: usize = 8;

/// Magnitudes below `whole` that are worth a try, the smallest first: small numbers, powers of ten and two, and what the
/// decimal digits of `whole` begin with, by itself and filled up with zeros.
pub(super) fn magnitudes(whole: u64) -> BTreeSet<u64> {
    let mut out: BTreeSet<u64> = (0..=SMALL).collect();
    out.extend(EXPONENTS.map(|exponent| 1 << exponent));
    out.extend((0..TENS).map(|exponent| 10_u64.pow(exponent)));
    let mut place = 10;
    while let Some(prefix) = Some(whole / place).filter(|it| *it > 0) {
        out.extend([prefix, prefix * 10, prefix * place]);
        let Some(next) = place.checked_mul(10) else { break };
        place = next;
    }
    out.retain(|it| *it < whole);
    out
}

/// Lengths below `length` that are worth a try, the shortest first.
pub(super) fn lengths(length: usize) -> Vec<usize> {
    let mut out: BTreeSet<usize> = (1..=SHORT).collect();
    out.extend((4..16).map(|exponent| 1 << exponent));
    out.extend([10, 20, 100, 255, 1_000, 10_000]);
    out.into_iter().take_while(|it| *it < length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_beginnings_and_round_numbers() {
        let all = magnitudes(3_457);
        for wanted in [
            0, 7, 10, 100, 1_000, 16, 1_024, 3, 34, 345, 30, 340, 3_000, 3_400, 3_450,
        ] {
            assert!(all.contains(&wanted), "{wanted} is not in {all:?}");
        }
        assert!(all.iter().all(|it| *it < 3_457));
        assert!(magnitudes(0).is_empty());
        assert!(magnitudes(u64::MAX).contains(&10_u64.pow(18)));
    }

    #[test]
    fn a_text_has_short_beginnings() {
        assert_eq!(lengths(4), [1, 2, 3]);
        assert_eq!(lengths(0), [0; 0]);
        assert!(lengths(2_000).contains(&255));
    }
}
