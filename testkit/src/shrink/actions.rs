//! Fewer actions, and less time between them.

use crate::narrow::KeptAction;

/// Lengths of time that people name, the longest first, in milliseconds.
const UNITS: [i64; 5] = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/// Leaves out actions, many at a time and then one by one, for as long as the rest still `fails`. One is always left.
pub(super) fn fewer(all: Vec<KeptAction>, fails: &mut dyn FnMut(&[KeptAction]) -> bool) -> Vec<KeptAction> {
    let mut left = all;
    let mut size = left.len() / 2;
    while size > 0 {
        let mut gained = false;
        let mut from = 0;
        while from < left.len() {
            let to = (from + size).min(left.len());
            let rest = [&left[..from], &left[to..]].concat();
            if !rest.is_empty() && fails(&rest) {
                left = rest;
                gained = true;
            } else {
                from = to;
            }
        }
        size = match gained {
            true => size.min(left.len() / 2),
            false => size / 2,
        };
    }
    left
}

/// Makes an action that moves the clock do so as little as still `fails`, in whole days, then hours, minutes, seconds and
/// milliseconds.
pub(super) fn shorten(action: &KeptAction, mut fails: impl FnMut(i64) -> bool) {
    let Some(mut high) = action.ms.or_else(|| written(&action.what)) else {
        return;
    };
    // The longest that is known to pass; nothing at all was tried when actions were left out.
    let mut low = 0;
    for unit in UNITS {
        // Between these multiples of the unit lies the smallest one that fails.
        let (mut passes, mut some) = (low / unit, (high - 1) / unit + 1);
        while some - passes > 1 {
            let middle = passes + (some - passes) / 2;
            match fails(middle * unit) {
                true => (some, high) = (middle, middle * unit),
                false => (passes, low) = (middle, middle * unit),
            }
        }
    }
}

/// The duration that the words of an action name.
fn written(what: &str) -> Option<i64> {
    what.strip_prefix("advance ")?.strip_suffix(" ms")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(at: usize, what: &str) -> KeptAction {
        KeptAction {
            action: at,
            together: None,
            what: what.to_owned(),
            ms: None,
        }
    }

    fn left_of(count: usize, needs: &[usize]) -> Vec<usize> {
        let all = (1..=count).map(|at| action(at, "emit a")).collect();
        let left = fewer(all, &mut |rest| {
            needs.iter().all(|at| rest.iter().any(|it| it.action == *at))
        });
        left.iter().map(|it| it.action).collect()
    }

    #[test]
    fn what_is_needed_is_left() {
        assert_eq!(left_of(8, &[3, 7]), [3, 7]);
        assert_eq!(left_of(5, &[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5]);
        assert_eq!(left_of(3, &[]), [3]);
        assert_eq!(left_of(2, &[1]), [1]);
        assert_eq!(left_of(1, &[]), [1]);
    }

    fn least(what: &str, fails: impl Fn(i64) -> bool) -> (i64, u32) {
        let (mut best, mut runs) = (i64::MAX, 0);
        shorten(&action(1, what), |ms| {
            runs += 1;
            let fails = fails(ms);
            if fails {
                assert!(ms < best);
                best = ms;
            }
            fails
        });
        (best, runs)
    }

    #[test]
    fn time_gets_as_short_as_it_can() {
        let three_days = "advance 259200000 ms";
        assert_eq!(least(three_days, |ms| ms >= 86_400_000).0, 86_400_000);
        assert_eq!(least(three_days, |ms| ms >= 1_800_000).0, 1_800_000);
        assert_eq!(least(three_days, |ms| ms > 1_800_000).0, 1_800_001);
        assert_eq!(least(three_days, |_| true).0, 1);
        assert_eq!(least(three_days, |_| false).0, i64::MAX);
        assert!(least(three_days, |ms| ms > 100_000_000).1 < 40);
        assert_eq!(least("emit a", |_| true), (i64::MAX, 0));
        assert_eq!(least("advance 1500 ms", |ms| ms >= 1_200).0, 1_200);
    }
}
