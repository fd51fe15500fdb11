//! A failing run with as few departures from the plain one as possible.

use crate::decision::Departure;
use crate::flow::FlowResult;
use crate::shrink::fewer_departures;

use super::departures_of;

/// Leaves out departures for as long as the run still fails in the same way; gives what is left, and its run.
pub(super) fn shrink(
    found: FlowResult,
    departures: Vec<Departure>,
    run: &mut dyn FnMut(&[Departure]) -> FlowResult,
) -> (FlowResult, Vec<Departure>) {
    let mut best = found;
    let departures = fewer_departures(departures, &mut |departures| {
        let result = run(departures);
        if !fails_alike(&best, &result) {
            return None;
        }
        best = result;
        Some(departures_of(&best.decisions))
    });
    (best, departures)
}

/// True if two runs fail in the same way: the same expectation, or the same step.
pub(crate) fn fails_alike(one: &FlowResult, other: &FlowResult) -> bool {
    match (one.failures.first(), other.failures.first()) {
        (Some(one), Some(other)) => one.is_like(other),
        _ => false,
    }
}
