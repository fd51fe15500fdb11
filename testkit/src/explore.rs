//! Exploring a test: it is run first in, first out; then with each fault by itself; then with each pair of clashing calls
//! the other way round; then in all orders if there are few, else in random ones. Only a run that breaks something counts,
//! and it is shrunk to the fewest departures from the plain run that still break it.

mod exhaustive;
mod held;
mod novelty;
mod pairs;
mod random;
mod repeated;
mod scripted;
mod serial;
mod shrink;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use banister_project::flow_test::Faults;

use crate::decision::{Decide, Decision, Departure, FaultKind, OptionKind};
use crate::flow::FlowResult;
use crate::rng::Seed;

use exhaustive::Exhaustive;
use held::Held;
use novelty::Novelty;
use random::{Random, Style};

pub(crate) use repeated::Repeated;
pub use scripted::{Scripted, departures_of};
pub(crate) use serial::Serial;

/// Orders that are run if a test asks for faults and does not say how many.
pub const DEFAULT_SCHEDULES: u32 = 50;

/// What to explore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exploration {
    /// Runs in all, the plain one included.
    pub schedules: u32,
    /// What may fail in one run.
    pub faults: Faults,
    /// Source of what is random.
    pub seed: Seed,
}

/// What came of it.
#[derive(Debug)]
pub struct Explored {
    /// The run that failed, shrunk; the plain run if none did.
    pub result: FlowResult,
    /// What it does differently from the plain run.
    pub departures: Vec<Departure>,
    /// Runs until it was found, or in all.
    pub runs: u32,
    /// True if there is no other order.
    pub exhaustive: bool,
    /// Says so if more runs are unlikely to show anything new.
    pub saturated: Option<String>,
}

/// Runs the test with these decisions.
pub type RunWith<'r> = dyn FnMut(&mut dyn Decide) -> FlowResult + 'r;

impl Exploration {
    /// Explores. `first` are departures that have failed before, of another input perhaps: they are tried before anything
    /// else. `seen` hears of every run.
    pub fn explore(
        self,
        first: Option<&[Departure]>,
        run: &mut RunWith<'_>,
        seen: &mut dyn FnMut(&FlowResult),
    ) -> Explored {
        let mut search = Search {
            exploration: self,
            runs: 0,
            run,
            seen,
            novelty: Novelty::default(),
        };
        if let Some(first) = first
            && let Some(found) = search.once(&mut Scripted::new(first.to_vec(), self.faults))
        {
            return search.found(found);
        }
        let plain = search.result(&mut Scripted::new(Vec::new(), self.faults));
        if !plain.failures.is_empty() || plain.endless {
            return search.found(plain);
        }
        let (found, exhaustive) = match search.beyond(&plain.decisions) {
            Some(found) => (Some(found), false),
            None => search.at_large(),
        };
        match found {
            Some(found) => search.found(found),
            None => Explored {
                departures: Vec::new(),
                runs: search.runs,
                result: plain,
                exhaustive,
                saturated: search.novelty.note().filter(|_| !exhaustive),
            },
        }
    }
}

impl Exploration {
    /// Explores until a run fails, and leaves that as it is; `None` if none does.
    pub(crate) fn first_failure(self, run: &mut RunWith<'_>) -> Option<FlowResult> {
        let mut search = Search {
            exploration: self,
            runs: 0,
            run,
            seen: &mut |_| {},
            novelty: Novelty::default(),
        };
        let plain = search.result(&mut Scripted::new(Vec::new(), self.faults));
        if !plain.failures.is_empty() {
            return Some(plain);
        }
        search.beyond(&plain.decisions).or_else(|| search.at_large().0)
    }
}

/// An exploration under way.
struct Search<'s, 'r> {
    exploration: Exploration,
    runs: u32,
    run: &'s mut RunWith<'r>,
    seen: &'s mut dyn FnMut(&FlowResult),
    novelty: Novelty,
}

impl Search<'_, '_> {
    fn result(&mut self, decide: &mut dyn Decide) -> FlowResult {
        self.runs += 1;
        let result = (self.run)(decide);
        (self.seen)(&result);
        self.novelty.add(&result);
        result
    }

    /// The result of one more run if it fails.
    fn once(&mut self, decide: &mut dyn Decide) -> Option<FlowResult> {
        let result = self.result(decide);
        (!result.failures.is_empty()).then_some(result)
    }

    fn found(&mut self, found: FlowResult) -> Explored {
        let runs = self.runs;
        let departures = departures_of(&found.decisions);
        let (result, departures) = shrink::shrink(found, departures, &mut |departures| {
            (self.run)(&mut Scripted::new(departures.to_vec(), self.exploration.faults))
        });
        Explored {
            result,
            departures,
            runs,
            exhaustive: false,
            saturated: None,
        }
    }

    fn left(&self) -> u32 {
        self.exploration.schedules.saturating_sub(self.runs)
    }

    /// Single faults, and pairs of clashing calls the other way round, as the plain run shows them.
    fn beyond(&mut self, plain: &[Decision]) -> Option<FlowResult> {
        let faults = single_faults(plain);
        let share = self.left().div_ceil(2) as usize;
        for departure in spread(&faults, share) {
            let mut scripted = Scripted::new(vec![departure.clone()], self.exploration.faults);
            if let Some(found) = self.once(&mut scripted) {
                return Some(found);
            }
        }
        let share = self.left().div_ceil(2) as usize;
        for pair in pairs::clashing(plain).into_iter().take(share) {
            if let Some(found) = self.once(&mut Held::new(pair, self.exploration.faults)) {
                return Some(found);
            }
        }
        None
    }

    /// All orders if there are few, else random ones; true if there are no others.
    fn at_large(&mut self) -> (Option<FlowResult>, bool) {
        let mut exhaustive = Exhaustive::new(self.exploration.faults);
        let share = self.left().div_ceil(2);
        for _ in 0..share {
            if let Some(found) = self.once(&mut exhaustive) {
                return (Some(found), false);
            }
            if !exhaustive.next_run() {
                let all = self.exploration.faults.is_none();
                if all {
                    return (None, true);
                }
                break;
            }
        }
        for number in 0..self.left() {
            let seed = self.exploration.seed.part("order", u64::from(number));
            let style = Style::of_run(number);
            if let Some(found) = self.once(&mut Random::new(seed, style, self.exploration.faults)) {
                return (Some(found), false);
            }
        }
        (None, false)
    }
}

/// Every fault that could have struck in this run, by itself.
fn single_faults(plain: &[Decision]) -> Vec<Departure> {
    let mut faults = Vec::new();
    for (at, decision) in plain.iter().enumerate() {
        for (place, option) in decision.options.iter().enumerate() {
            if option.kind == OptionKind::Fault {
                faults.extend(scripted::departure_at(plain, at, place));
            }
        }
    }
    faults
}

/// At most `count` of these, from all over the run.
fn spread<T>(all: &[T], count: usize) -> Vec<&T> {
    let step = all.len().div_ceil(count.max(1)).max(1);
    let mut order: Vec<usize> = (0..all.len()).step_by(step).collect();
    order.truncate(count);
    order.into_iter().map(|at| &all[at]).collect()
}

/// How many faults of a kind a test allows.
fn budget(faults: Faults, kind: FaultKind) -> u32 {
    match kind {
        FaultKind::Duplicate => faults.duplicate,
        FaultKind::Crash => faults.crash,
        FaultKind::External => faults.external,
        FaultKind::Timeout => faults.timeout,
    }
}
