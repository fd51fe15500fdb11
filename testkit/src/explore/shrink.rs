//! A failing run with as few departures from the plain one as possible.

use crate::decision::Departure;
use crate::flow::FlowResult;

use super::departures_of;

/// A failure is shrunk in at most this many runs.
const MOST_RUNS: u32 = 200;

/// Leaves out departures for as long as the run still fails in the same way; gives what is left, and its run.
pub(super) fn shrink(
    found: FlowResult,
    departures: Vec<Departure>,
    run: &mut dyn FnMut(&[Departure]) -> FlowResult,
) -> (FlowResult, Vec<Departure>) {
    let (mut best, mut departures) = (found, departures);
    let mut runs = 0;
    let mut size = departures.len();
    while size > 0 && !departures.is_empty() && runs < MOST_RUNS {
        let mut gained = false;
        let mut from = 0;
        while from < departures.len() && runs < MOST_RUNS {
            let to = (from + size).min(departures.len());
            let fewer: Vec<Departure> = [&departures[..from], &departures[to..]].concat();
            runs += 1;
            let result = run(&fewer);
            if fails_alike(&best, &result) {
                // What had no effect in this run is not worth keeping either.
                departures = departures_of(&result.decisions);
                best = result;
                gained = true;
            } else {
                from = to;
            }
        }
        size = match gained {
            true => size.min(departures.len()),
            false => size / 2,
        };
    }
    (best, departures)
}

/// True if two runs fail in the same way: the same expectation, or the same step.
fn fails_alike(one: &FlowResult, other: &FlowResult) -> bool {
    match (one.failures.first(), other.failures.first()) {
        (Some(one), Some(other)) => one.place == other.place,
        _ => false,
    }
}
