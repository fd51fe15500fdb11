//! Holds an explored run against the serial orders of the same test and input, if its handlers got into each other's way.
//! Those orders are run when the first such run comes up, and once for each input.

use crate::decision::{Decide, Decision, OptionKind};
use crate::explore::{Repeated, Serial};
use crate::failure::FlowFailure;
use crate::flow::FlowResult;
use crate::invariant::place_of;
use crate::rng::Seed;
use crate::serial::{ALLOWED, Cycle, Left, LookedAt, Masks, cycles, judge};
use crate::volatile::Volatile;

use super::{Harness, TestCase};

/// More orders than this are not run: nobody knows then what the others leave.
const MOST_RUNS: usize = 50;

/// Runs an input with this seed and these decisions.
pub(super) type RunSeeded<'r> = dyn FnMut(Seed, &mut dyn Decide) -> FlowResult + 'r;

/// What the serial orders of one input leave, as far as somebody wanted to know.
#[derive(Default)]
pub(super) struct SerialOrders {
    /// Where time waits for nobody, and where it may.
    each: [Orders; 2],
}

#[derive(Default)]
struct Orders {
    search: Option<Serial>,
    left: Vec<Left>,
    runs: usize,
    /// All were run.
    is_complete: bool,
    /// There are too many, or one that is not serial.
    is_unknown: bool,
}

impl Orders {
    /// Runs the next order; false if there is none.
    fn next(&mut self, waits: bool, run: &mut dyn FnMut(&mut dyn Decide) -> FlowResult) -> bool {
        if self.is_complete || self.is_unknown {
            return false;
        }
        if self.runs >= MOST_RUNS {
            self.is_unknown = true;
            return false;
        }
        let search = self.search.get_or_insert_with(|| Serial::new(waits));
        let result = run(search);
        if result.endless || result.trace.events.is_empty() || search.has_overlapped() {
            self.is_unknown = true;
            return false;
        }
        self.runs += 1;
        if !search.is_known() {
            self.left
                .push(Left::of(&result.trace, &result.state, &result.streams));
        }
        self.is_complete = !search.next_run();
        true
    }
}

impl Harness {
    /// Adds a failure to a run that passes if it left what no serial order leaves.
    pub(super) fn hold_to_serial_orders(
        &self,
        case: &TestCase,
        seed: Seed,
        result: &mut FlowResult,
        orders: &mut SerialOrders,
        run: &mut RunSeeded<'_>,
    ) {
        let mut allowed = case.test().allow.iter().chain(&self.plan().allow);
        // A note of a generated test says that something was not there.
        let is_playable = case.auto.is_none() || result.notes.is_empty();
        let is_judged = result.failures.is_empty()
            && is_playable
            && !result.endless
            && is_of_order_alone(&result.decisions)
            && !allowed.any(|it| it == ALLOWED);
        if !is_judged {
            return;
        }
        let cycles = cycles(&result.trace);
        if cycles.is_empty() {
            return;
        }
        let of_settings = self.plan().invariants.iter();
        let looked_at = LookedAt::by(case.test(), of_settings.map(|it| it.invariant.holds.as_str()));
        let cycles = cycles.iter().filter(|it| looked_at.leaves_something_of(it));
        for cycle in cycles {
            let failure = self.unserializable(seed, cycle, &looked_at, result, orders, run);
            if let Some(mut failure) = failure {
                if let Some(step) = self.plan().step(&cycle.step) {
                    failure.place = place_of(self.plan(), step);
                }
                result.failures.push(failure);
                return;
            }
        }
    }

    fn unserializable(
        &self,
        seed: Seed,
        cycle: &Cycle,
        looked_at: &LookedAt,
        result: &FlowResult,
        orders: &mut SerialOrders,
        run: &mut RunSeeded<'_>,
    ) -> Option<FlowFailure> {
        let found = Left::of(&result.trace, &result.state, &result.streams);
        let masks = Masks::of(Volatile::default(), &found);
        let orders = &mut orders.each[usize::from(cycle.at_times)];
        // What runs with other seeds make otherwise is looked at only if nothing else explains the difference.
        let mut known = 0;
        loop {
            if known < orders.left.len() {
                judge(cycle, looked_at, &found, &orders.left[known..=known], &masks)?;
                known += 1;
            } else if !orders.next(cycle.at_times, &mut |decide| run(seed, decide)) {
                break;
            }
        }
        if orders.is_unknown {
            return None;
        }
        let masks = Masks::of(volatile(seed, result, run)?, &found);
        judge(cycle, looked_at, &found, &orders.left, &masks)
    }
}

/// True if nothing was done but what the plain run does, in another order: what faults leave is no serial order's, and time
/// that passes early is seen by handlers.
fn is_of_order_alone(decisions: &[Decision]) -> bool {
    let alone = |it: &Decision| !matches!(it.choice().kind, OptionKind::Fault | OptionKind::Wait);
    decisions.iter().all(alone)
}

/// What two other seeds make otherwise in the same run; `None` if it goes another way with them.
fn volatile(seed: Seed, result: &FlowResult, run: &mut RunSeeded<'_>) -> Option<Volatile> {
    let mut again = |number: u64| {
        let mut repeated = Repeated::new(&result.decisions);
        let other = run(seed.part("another seed", number), &mut repeated);
        let kind = |result: &FlowResult| -> Vec<_> {
            let events = result.trace.events.iter();
            events.map(|it| std::mem::discriminant(&it.what)).collect()
        };
        (kind(&other) == kind(result)).then_some(other)
    };
    let (one, other) = (again(1)?, again(2)?);
    Some(Volatile::between(&result.trace, &one.trace, &other.trace))
}
