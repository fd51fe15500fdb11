//! One input of a test, in all the orders and with all the faults that the test asks for.

use banister_project::flow_test::Faults;

use super::serial::SerialOrders;
use super::{Harness, TestCase};
use crate::decision::{Departure, FaultKind};
use crate::explore::{DEFAULT_SCHEDULES, Exploration, Scripted};
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::protocol::Isolation;
use crate::report::{ControlLabel, Reached};
use crate::rng::Seed;
use crate::template::Variables;

/// What came of one input.
pub(crate) struct Attempt {
    /// The run that failed, else the plain one. It has reached what all runs did.
    pub(crate) result: FlowResult,
    /// What the run does differently from the plain one.
    pub(crate) departures: Vec<Departure>,
    /// Runs until it failed, or in all.
    pub(crate) runs: u32,
}

impl Harness {
    /// What a test explores; `None` if it has one run.
    pub(super) fn exploration_of(&self, case: &TestCase, seed: Seed) -> Option<Exploration> {
        // Of a generated test, which nobody has written, only what the command line asks for.
        let faults = self.options.faults.or(case.test().faults).unwrap_or_default();
        let schedules = self.options.schedules.or(case.test().schedules);
        let schedules = match schedules {
            None if faults.is_none() => 1,
            None => DEFAULT_SCHEDULES,
            Some(schedules) => schedules,
        };
        (schedules > 1 || !faults.is_none()).then_some(Exploration {
            schedules,
            faults,
            seed: seed.part("orders", 0),
        })
    }

    /// True if a test is run more than once anyway, so that running one input with shared modules too costs little.
    fn looks_for_hidden_state(&self, case: &TestCase, seed: Seed) -> bool {
        let test = case.test();
        let is_free = self.options.isolation.is_none() && test.isolation.is_none();
        is_free && (!test.for_all.is_empty() || self.exploration_of(case, seed).is_some())
    }

    /// Runs one input. `known` are departures that have failed with another one; `first` is true for the first input.
    pub(super) fn attempt(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
        known: Option<&[Departure]>,
        first: bool,
    ) -> Attempt {
        let exploration = self.exploration_of(case, seed);
        if known.is_none() && first && self.looks_for_hidden_state(case, seed) {
            let result = self.run_both(case, stage, seed, variables);
            if !result.failures.is_empty() || exploration.is_none() {
                return Attempt {
                    result,
                    departures: Vec::new(),
                    runs: 1,
                };
            }
        }
        let Some(exploration) = exploration else {
            return Attempt {
                result: self.run_once(case, stage, seed, variables.clone()),
                departures: Vec::new(),
                runs: 1,
            };
        };
        let (mut reached, mut label) = (Reached::default(), ControlLabel::default());
        let mut orders = SerialOrders::default();
        let mut run = |decide: &mut dyn crate::decision::Decide| {
            self.run_decided(case, stage, seed, variables, decide, &mut orders)
        };
        let mut why = Vec::new();
        let explored = exploration.explore(known, &mut run, &mut |result| {
            reached.extend(&result.reached);
            if result.label > label {
                // The run that is shown in the end may have been under control.
                label = result.label;
                if result.failures.is_empty() {
                    why.extend(result.notes.iter().cloned());
                }
            }
        });
        let mut result = explored.result;
        result.reached = reached;
        result.label = result.label.max(label);
        why.retain(|note| !result.notes.contains(note));
        result.notes.extend(why);
        if result.failures.is_empty() && explored.exhaustive {
            let orders = match explored.runs {
                1 => "the one order that there is was run".to_owned(),
                runs => format!("all orders were run, in {runs} runs"),
            };
            result.notes.push(orders);
        }
        result.notes.extend(explored.saturated);
        Attempt {
            result,
            departures: explored.departures,
            runs: explored.runs,
        }
    }

    /// Runs an input again as it failed.
    pub(super) fn again(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
        departures: &[Departure],
    ) -> (FlowResult, Vec<Departure>) {
        match self.exploration_of(case, seed) {
            None if departures.is_empty() => {
                (self.run_once(case, stage, seed, variables.clone()), Vec::new())
            }
            exploration => {
                let asked = exploration.map_or_else(Faults::default, |it| it.faults);
                let mut scripted = Scripted::new(departures.to_vec(), enough_for(departures, asked));
                let mut orders = SerialOrders::default();
                let result = self.run_decided(case, stage, seed, variables, &mut scripted, &mut orders);
                (result, scripted.missed().into_iter().cloned().collect())
            }
        }
    }

    pub(super) fn run_decided(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
        decide: &mut dyn crate::decision::Decide,
        orders: &mut SerialOrders,
    ) -> FlowResult {
        let isolation = match self.options.isolation {
            Some(super::IsolationMode::One(isolation)) => isolation,
            _ => case.test().isolation.map_or(Isolation::Fresh, Isolation::from),
        };
        let mut run = |seed, decide: &mut dyn crate::decision::Decide| {
            self.run_isolated(case, stage, seed, variables.clone(), isolation, Some(decide))
        };
        let mut result = run(seed, decide);
        self.hold_to_serial_orders(case, seed, &mut result, orders, &mut run);
        result
    }
}

/// What must be allowed to fail so that these departures can happen again, whoever asked for them at the time.
fn enough_for(departures: &[Departure], asked: Faults) -> Faults {
    let count = |kind: FaultKind| {
        let all = departures
            .iter()
            .filter(|it| FaultKind::of_label(&it.pick) == Some(kind));
        u32::try_from(all.count()).unwrap_or(u32::MAX)
    };
    Faults {
        duplicate: asked.duplicate.max(count(FaultKind::Duplicate)),
        crash: asked.crash.max(count(FaultKind::Crash)),
        external: asked.external.max(count(FaultKind::External)),
        timeout: asked.timeout.max(count(FaultKind::Timeout)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_failure_has_its_faults_without_being_asked_for_them() {
        let departure = |pick: &str| Departure {
            pick: pick.to_owned(),
            instead_of: "x".to_owned(),
            time: 1,
        };
        let departures = [
            departure("t to Pay, message 1 is delivered twice"),
            departure("Pay#1: state.get a/b"),
            departure("Pay#1 crashes before emit t"),
        ];
        let asked = Faults {
            crash: 2,
            ..Faults::default()
        };
        let faults = enough_for(&departures, asked);
        assert_eq!(
            (faults.duplicate, faults.crash, faults.external, faults.timeout),
            (1, 2, 0, 0)
        );
    }
}
