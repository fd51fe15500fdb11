//! Property tests: inputs from the steps' own schemas, the flow run for each, a failure shrunk to its smallest input.

use std::cell::RefCell;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::Value as Json;

use super::differences::{first_difference, uncontrolled};
use super::silent::Sends;
use super::{Harness, TestCase};
use crate::decision::Departure;
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::{FlowResult, variables_of};
use crate::live_stage::LiveStage;
use crate::report::{ControlLabel, Reached, TestOutcome};
use crate::rng::Seed;
use crate::schema::schema_of;
use crate::strategy::Phases;
use crate::template::Variables;
use crate::trace::Trace;
use banister_grammars::Span;
use banister_project::flow_test::InputSource;

/// Cases of a property test that says nothing else.
const DEFAULT_CASES: u32 = 100;
/// A failure is shrunk in at most this many runs.
const MAX_SHRINK_RUNS: u32 = 1_000;

/// Values for each variable of a test, and what is worth knowing of them.
type Values = (Vec<BoxedStrategy<Json>>, Vec<String>);

/// What the inputs so far have shown.
#[derive(Default)]
struct Seen {
    last: Option<FlowResult>,
    /// The departures of the failing run, once there is one.
    known: Option<Vec<Departure>>,
    /// The trace of the smallest input that fails: the last one that did.
    failed: Trace,
    /// Until the failure was found.
    runs: u32,
    reached: Reached,
    label: ControlLabel,
    /// What is told of all inputs, and why the label is what it is.
    notes: Vec<String>,
    sends: Sends,
}

impl Seen {
    /// Takes note of a run; why it failed, if it did.
    fn add(&mut self, result: FlowResult) -> Option<String> {
        let reason = result.failures.first().map(|failure| failure.headline.clone());
        self.reached.extend(&result.reached);
        self.sends.add(&result.trace);
        if result.label > self.label {
            // The run that is shown in the end may have been under control.
            self.label = result.label;
            if reason.is_none() {
                self.notes.extend(result.notes.iter().cloned());
            }
        }
        if reason.is_some() {
            self.failed.clone_from(&result.trace);
        }
        self.last = Some(result);
        reason
    }

    /// What holds of one input need not hold of the last one, which the report shows.
    fn over_all(&self, mut result: FlowResult) -> FlowResult {
        result.reached.extend(&self.reached);
        result.label = result.label.max(self.label);
        for note in &self.notes {
            if !result.notes.contains(note) {
                result.notes.push(note.clone());
            }
        }
        result
    }
}

impl Harness {
    pub(super) fn run_property(&self, case: &TestCase, stage: &mut LiveStage<'_>, seed: Seed) -> TestOutcome {
        let names = names_of(case);
        // Modules are looked at for their schemas before anything runs: what they import must be there by then.
        self.stand_in(case, stage, &Variables::new());
        let (strategies, notes) = match self.strategies(case, stage) {
            Ok(strategies) => strategies,
            Err(failure) => return self.outcome(case, FlowResult::of_failure(*failure), None, &[]),
        };
        let mut runner = self.case_runner(case, seed);
        let stage = RefCell::new(stage);
        let seen = RefCell::new(Seen {
            notes,
            ..Seen::default()
        });
        let verdict = runner.run(&strategies, |values| {
            let variables = variables_of(&names, &values);
            let (seen, stage) = (&mut *seen.borrow_mut(), &mut stage.borrow_mut());
            let result = self.try_input(case, stage, seed, &variables, seen);
            seen.add(result)
                .map_or(Ok(()), |reason| Err(TestCaseError::fail(reason)))
        });
        let (stage, mut seen) = (stage.into_inner(), seen.into_inner());
        match verdict {
            Ok(()) => {
                let silent = seen.sends.silent(self.plan(), case.test(), None);
                seen.notes.extend(silent);
                let last = seen.last.take();
                let result = last.unwrap_or_else(|| FlowResult::of_failure(nothing_ran(case)));
                self.outcome(case, seen.over_all(result), None, &[])
            }
            Err(TestError::Fail(_, values)) => {
                let variables = variables_of(&names, &values);
                self.smallest(case, stage, seed, &variables, &seen)
            }
            Err(TestError::Abort(reason)) => {
                let failure = FlowFailure {
                    headline: format!("no inputs could be generated: {reason}"),
                    ..nothing_ran(case)
                };
                self.outcome(case, FlowResult::of_failure(failure), None, &[])
            }
        }
    }

    /// Runs one input. While a failure is shrunk, every smaller input is run as the failing one was, in no other order.
    fn try_input(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
        seen: &mut Seen,
    ) -> FlowResult {
        if let Some(departures) = &seen.known {
            return self.again(case, stage, seed, variables, departures).0;
        }
        let attempt = self.attempt(case, stage, seed, variables, None, seen.last.is_none());
        seen.runs += attempt.runs;
        if !attempt.result.failures.is_empty() {
            seen.known = Some(attempt.departures);
        }
        attempt.result
    }

    /// Tells of the smallest input that fails, which may need fewer departures than the one that was found first.
    fn smallest(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
        seen: &Seen,
    ) -> TestOutcome {
        let found = seen.known.as_deref().filter(|known| !known.is_empty());
        let mut attempt = self.attempt(case, stage, seed, variables, found, found.is_none());
        if attempt.result.failures.is_empty() {
            let difference = first_difference(&seen.failed, &attempt.result.trace);
            let failure = difference.map_or_else(|| not_repeated(case), |it| uncontrolled(&it));
            let result = FlowResult {
                label: ControlLabel::Opaque,
                ..FlowResult::of_failure(failure)
            };
            return self.outcome(case, seen.over_all(result), Some(variables), &[]);
        }
        attempt.result = seen.over_all(attempt.result);
        attempt.runs = seen.runs;
        self.confirmed(case, stage, seed, attempt, Some(variables))
    }

    /// The first so many inputs of a test; one without values if it is no property.
    pub(super) fn inputs(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        most: usize,
    ) -> Result<Vec<Variables>, String> {
        if case.test().for_all.is_empty() {
            return Ok(vec![Variables::new()]);
        }
        let names = names_of(case);
        self.stand_in(case, stage, &Variables::new());
        let (strategies, _) = self.strategies(case, stage).map_err(|failure| failure.headline)?;
        let mut runner = self.case_runner(case, seed);
        let inputs = (0..most).map(|_| {
            let tree = strategies.new_tree(&mut runner);
            let values = tree.map_err(|reason| format!("no inputs could be generated: {reason}"))?;
            Ok(variables_of(&names, &values.current()))
        });
        inputs.collect()
    }

    fn case_runner(&self, case: &TestCase, seed: Seed) -> TestRunner {
        TestRunner::new(Config {
            cases: self.options.cases.or(case.test().cases).unwrap_or(DEFAULT_CASES),
            max_shrink_iters: MAX_SHRINK_RUNS,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed.part("inputs", 0).number()),
            ..Config::default()
        })
    }

    /// The values of each variable, with what is worth knowing of them.
    fn strategies(&self, case: &TestCase, stage: &mut LiveStage<'_>) -> Result<Values, Box<FlowFailure>> {
        let (mut strategies, mut notes) = (Vec::new(), Vec::new());
        for (name, source) in &case.test().for_all {
            let (schema, span) = match source {
                InputSource::Schema(schema) => (schema.value.clone(), schema.span),
                InputSource::SchemaOf { step, part, span } => (
                    self.schema_of(stage, step, part)
                        .map_err(|error| boxed(error, *span))?,
                    *span,
                ),
            };
            let phases = Phases::of(&schema)
                .map_err(|error| boxed(format!("no values for `{}`: {error}", name.value), span))?;
            if let Some(problem) = phases.health().problems().into_iter().find(|it| it.is_fatal) {
                return Err(boxed(
                    format!("too few values for `{}`: {problem}", name.value),
                    span,
                ));
            }
            notes.extend(phases.health().notes(&format!("`{}`", name.value)));
            strategies.push(phases.strategy());
        }
        Ok((strategies, notes))
    }

    /// Asks the running module of a step for its schema.
    fn schema_of(&self, stage: &mut LiveStage<'_>, step: &str, part: &str) -> Result<Json, String> {
        let at = self
            .plan
            .step(step)
            .ok_or_else(|| format!("there is no step {step}"))?;
        let step = &self.plan.steps[at];
        let config = stage.describe(step.language, &self.plan.root.join(&step.file));
        let config =
            config.map_err(|error| format!("the config of {} cannot be read: {error}", step.name))?;
        schema_of(&config, part).ok_or_else(|| format!("{} has no {part} schema", step.name))
    }
}

fn boxed(headline: String, span: Span) -> Box<FlowFailure> {
    Box::new(FlowFailure {
        headline,
        place: FailurePlace::Test(span),
        details: Vec::new(),
    })
}

fn names_of(case: &TestCase) -> Vec<String> {
    let variables = case.test().for_all.iter();
    variables.map(|(name, _)| name.value.clone()).collect()
}

fn nothing_ran(case: &TestCase) -> FlowFailure {
    FlowFailure {
        headline: "no case was run".to_owned(),
        place: FailurePlace::Test(case.test().name.span),
        details: Vec::new(),
    }
}

fn not_repeated(case: &TestCase) -> FlowFailure {
    FlowFailure {
        headline: "a case failed once and passed when it was run again: something is not under control"
            .to_owned(),
        ..nothing_ran(case)
    }
}
