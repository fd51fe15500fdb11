//! A failure made smaller: it is run again with less of everything, and what still fails in the same way is told and kept.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::again::hung;
use super::attempt::Attempt;
use super::case::Compares;
use super::isolation::is_of_hidden_state;
use super::serial::SerialOrders;
use super::{Harness, IsolationMode, TestCase};
use crate::decision::Departure;
use crate::explore::{Exploration, Explored, departures_of};
use crate::failure::FlowFailure;
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::narrow::{KeptAction, all_of};
use crate::report::{ControlLabel, Reached};
use crate::rng::Seed;
use crate::shrink::{Case, Judge, smallest};
use crate::strategy::{Phases, by_name};
use crate::template::Variables;

/// A failure is made smaller in about this many runs, whichever way they go …
const MOST_RUNS: u32 = 1_000;
/// … in so many if a run goes on until it is stopped …
const MOST_ENDLESS_RUNS: u32 = 100;
/// … and in so many if one takes as long as a handler may.
const MOST_HUNG_RUNS: u32 = 10;
/// With an action gone, so many orders are looked through for one that fails.
const LOOK_AGAIN: u32 = 30;

/// What was found, and what it is known by.
pub(super) struct Found<'f> {
    /// The run that failed.
    pub(super) attempt: Attempt,
    /// Its generated values.
    pub(super) input: Variables,
    /// Where they come from.
    pub(super) schemas: &'f [(String, Phases)],
    /// Other values with which the test passes.
    pub(super) passing: Vec<Variables>,
}

impl Harness {
    /// Makes a failure smaller; gives the test as far as it is needed, its input, and the run. A failure of a plain run
    /// without generated values is told as it is: its test is all that there is.
    pub(super) fn smaller(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        found: Found<'_>,
    ) -> (TestCase, Attempt, Variables) {
        let Found {
            attempt,
            input,
            schemas,
            passing,
        } = found;
        let mut case = case.clone();
        let is_hidden = is_of_hidden_state(&attempt.result);
        if is_hidden {
            case.compares = Some(match self.options.isolation {
                Some(IsolationMode::Both) => Compares::Events,
                _ => Compares::Failures,
            });
        }
        let is_plain = schemas.is_empty() && attempt.departures.is_empty() && !is_hidden;
        let Some(failure) = attempt.result.failures.first().filter(|_| !is_plain).cloned() else {
            return (case, attempt, input);
        };
        let whole = all_of(case.test());
        let found = Case {
            input: Json::Object(input.into_iter().collect()),
            actions: whole.clone(),
            departures: attempt.departures,
        };
        let most = match &attempt.result {
            result if hung(result) => MOST_HUNG_RUNS,
            result if result.endless => MOST_ENDLESS_RUNS,
            _ => MOST_RUNS,
        };
        let mut trial = Trial {
            harness: self,
            case: &case,
            stage,
            seed,
            whole,
            failure,
            passing,
            runs: 0,
            most,
            reached: attempt.result.reached.clone(),
            label: attempt.result.label,
            best: attempt.result,
            said: BTreeMap::new(),
            whole_says: BTreeMap::new(),
        };
        let least = smallest(found, &mut trial, &|input| {
            (!schemas.is_empty()).then(|| by_name(input.clone(), schemas))
        });
        let mut result = trial.best;
        result.reached = trial.reached;
        result.label = trial.label;
        let attempt = Attempt {
            result,
            departures: least.departures,
            runs: attempt.runs,
        };
        let narrowed = case.narrowed_to(&least.actions).unwrap_or(case);
        (narrowed, attempt, variables(&least.input))
    }
}

fn variables(input: &Json) -> Variables {
    let fields = input.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Runs of a test that has failed.
struct Trial<'t, 'm> {
    harness: &'t Harness,
    /// As it is written.
    case: &'t TestCase,
    stage: &'t mut LiveStage<'m>,
    seed: Seed,
    /// All of its actions.
    whole: Vec<KeptAction>,
    failure: FlowFailure,
    passing: Vec<Variables>,
    runs: u32,
    most: u32,
    /// By all runs.
    reached: Reached,
    label: ControlLabel,
    /// The last run that was kept.
    best: FlowResult,
    /// What was found out about fewer actions.
    said: BTreeMap<String, bool>,
    /// What the whole test says in the plain order, by input.
    whole_says: BTreeMap<String, Option<FlowFailure>>,
}

impl Judge for Trial<'_, '_> {
    fn fails(&mut self, case: &Case) -> Option<Vec<Departure>> {
        let narrowed = self.case.narrowed_to(&case.actions).ok()?;
        let variables = variables(&case.input);
        let result = self.run(&narrowed, &variables, &case.departures);
        if !self.is_it(&result) {
            return None;
        }
        let departures = departures_of(&result.decisions);
        let is_fewer = case.actions != self.whole;
        if is_fewer && !self.may_be_fewer(case, &narrowed, &variables, &departures, &result) {
            return None;
        }
        self.best = result;
        Some(departures)
    }

    fn fails_in_some_order(&mut self, case: &Case) -> Option<Vec<Departure>> {
        let known = self.fails(case);
        if known.is_some() || case.departures.is_empty() {
            return known;
        }
        let narrowed = self.case.narrowed_to(&case.actions).ok()?;
        let exploration = Exploration {
            schedules: LOOK_AGAIN,
            ..self.harness.exploration_of(self.case, self.seed)?
        };
        let variables = variables(&case.input);
        let (mut runs, mut reached, mut label) = (0, Reached::default(), self.label);
        let mut orders = SerialOrders::default();
        let mut run = |decide: &mut dyn crate::decision::Decide| {
            runs += 1;
            (self.harness).run_decided(&narrowed, self.stage, self.seed, &variables, decide, &mut orders)
        };
        // The plain run comes first: if it fails there are no departures, and the action was needed.
        let Explored {
            result, departures, ..
        } = exploration.explore(None, &mut run, &mut |result| {
            reached.extend(&result.reached);
            label = label.max(result.label);
        });
        self.runs += runs;
        self.label = label;
        self.reached.extend(&reached);
        if departures.is_empty() || !self.is_it(&result) {
            return None;
        }
        self.best = result;
        Some(departures)
    }

    fn is_done(&self) -> bool {
        self.runs >= self.most || self.harness.options.stop.is_stopped()
    }
}

impl Trial<'_, '_> {
    fn run(&mut self, case: &TestCase, variables: &Variables, departures: &[Departure]) -> FlowResult {
        self.runs += 1;
        let (result, _) = (self.harness).again(case, self.stage, self.seed, variables, departures);
        self.reached.extend(&result.reached);
        self.label = self.label.max(result.label);
        result
    }

    fn is_it(&self, result: &FlowResult) -> bool {
        let first = result.failures.first();
        first.is_some_and(|it| it.is_like(&self.failure))
            && is_of_hidden_state(result) == self.case.compares.is_some()
    }

    /// True if a test with fewer actions that fails does so for the same reason, and not since it misses what they did.
    /// Without the departures it must pass. If there are none, it must pass with other input, and say of this one to the
    /// letter what the whole test says.
    fn may_be_fewer(
        &mut self,
        case: &Case,
        narrowed: &TestCase,
        variables: &Variables,
        departures: &[Departure],
        result: &FlowResult,
    ) -> bool {
        if self.case.compares.is_some() {
            // Fresh modules have passed.
            return true;
        }
        let actions = &case.actions;
        if !departures.is_empty() {
            let asked = format!("{actions:?} passes with {variables:?}");
            return self.once(asked, |this| {
                this.run(narrowed, variables, &[]).failures.is_empty()
            });
        }
        let whole = self.whole_with(variables);
        if whole.as_ref() != result.failures.first() {
            return false;
        }
        let passing = self.passing.clone();
        self.once(format!("{actions:?} passes"), |this| {
            let mut all = passing.iter();
            !passing.is_empty() && all.all(|it| this.run(narrowed, it, &[]).failures.is_empty())
        })
    }

    /// What the whole test says of this input, in the plain order.
    fn whole_with(&mut self, variables: &Variables) -> Option<FlowFailure> {
        let key = format!("{variables:?}");
        if let Some(known) = self.whole_says.get(&key) {
            return known.clone();
        }
        let mut result = self.run(self.case, variables, &[]);
        result.failures.truncate(1);
        let says = result.failures.pop();
        self.whole_says.insert(key, says.clone());
        says
    }

    /// Asks only if it was not asked before.
    fn once(&mut self, asked: String, answer: impl FnOnce(&mut Self) -> bool) -> bool {
        if let Some(said) = self.said.get(&asked) {
            return *said;
        }
        let said = answer(self);
        self.said.insert(asked, said);
        said
    }
}
