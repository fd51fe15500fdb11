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
            let sooner = sooner(&departures[from..to], &fewer);
            let mut tried = [Some(fewer), sooner].into_iter().flatten().map(|departures| {
                runs += 1;
                run(&departures)
            });
            if let Some(result) = tried.find(|result| fails_alike(&best, result)) {
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

/// With a departure gone, others that were instead of the same thing come one point sooner.
fn sooner(gone: &[Departure], left: &[Departure]) -> Option<Vec<Departure>> {
    let [gone] = gone else { return None };
    let moved: Vec<Departure> = left
        .iter()
        .map(|it| match it.instead_of == gone.instead_of && it.time > 1 {
            true => Departure {
                time: it.time - 1,
                ..it.clone()
            },
            false => it.clone(),
        })
        .collect();
    (moved != left).then_some(moved)
}

/// True if two runs fail in the same way: the same expectation, or the same step.
fn fails_alike(one: &FlowResult, other: &FlowResult) -> bool {
    match (one.failures.first(), other.failures.first()) {
        (Some(one), Some(other)) => one.place == other.place,
        _ => false,
    }
}
