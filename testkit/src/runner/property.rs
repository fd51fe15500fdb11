//! Property tests: inputs from the steps' own schemas, the flow run for each, a failure shrunk to its smallest input.

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value as Json;

use super::again::hung;
use super::attempt::Attempt;
use super::silent::Sends;
use super::smaller::Found;
use super::{Harness, TestCase};
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::{FlowResult, variables_of};
use crate::live_stage::LiveStage;
use crate::protocol::HandlerError;
use crate::report::{ControlLabel, Reached, TestOutcome};
use crate::rng::Seed;
use crate::schema::schema_of;
use crate::strategy::Phases;
use crate::template::Variables;
use banister_grammars::Span;
use banister_project::flow_test::InputSource;

/// Cases of a property test that says nothing else.
const DEFAULT_CASES: u32 = 100;

/// Inputs that pass are remembered up to this many: with them it is seen which actions a failure needs.
const PASSING: usize = 3;
/// If none have passed before one failed, so many more are tried.
const MORE_INPUTS: usize = 20;

/// Where the values of each variable come from.
type Schemas = Vec<(String, Phases)>;

/// What the inputs so far have shown.
#[derive(Default)]
struct Seen {
    last: Option<FlowResult>,
    /// The first that passed.
    passing: Vec<Variables>,
    /// Until the failure was found.
    runs: u32,
    reached: Reached,
    label: ControlLabel,
    /// What is told of all inputs, and why the label is what it is.
    notes: Vec<String>,
    sends: Sends,
}

impl Seen {
    /// Takes note of the runs with one input.
    fn add(&mut self, attempt: &Attempt) {
        let result = &attempt.result;
        self.runs += attempt.runs;
        self.reached.extend(&result.reached);
        self.sends.add(&result.trace);
        if result.label > self.label {
            // The run that is shown in the end may have been under control.
            self.label = result.label;
            if result.failures.is_empty() {
                self.notes.extend(result.notes.iter().cloned());
            }
        }
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
        let (schemas, notes) = match self.sources(case, stage) {
            Ok(schemas) => schemas,
            Err(failure) => return self.outcome(case, FlowResult::of_failure(*failure), None, &[]),
        };
        let strategies = strategies(&schemas);
        let mut runner = self.case_runner(case, seed);
        let mut seen = Seen {
            notes,
            ..Seen::default()
        };
        for _ in 0..runner.config().cases {
            let variables = match strategies.new_tree(&mut runner) {
                Ok(tree) => variables_of(&names, &tree.current()),
                Err(reason) => {
                    let failure = FlowFailure {
                        headline: format!("no inputs could be generated: {reason}"),
                        ..nothing_ran(case)
                    };
                    return self.outcome(case, FlowResult::of_failure(failure), None, &[]);
                }
            };
            let attempt = self.attempt(case, stage, seed, &variables, None, seen.last.is_none());
            seen.add(&attempt);
            if attempt.result.failures.is_empty() {
                if seen.passing.len() < PASSING {
                    seen.passing.push(variables);
                }
                seen.last = Some(attempt.result);
                continue;
            }
            let mut more = || {
                let tree = strategies.new_tree(&mut runner).ok()?;
                Some(variables_of(&names, &tree.current()))
            };
            self.find_passing(case, stage, seed, &attempt, &mut seen.passing, &mut more);
            let found = Found {
                attempt,
                input: variables,
                schemas: &schemas,
                passing: std::mem::take(&mut seen.passing),
            };
            let (case, mut attempt, input) = self.smaller(case, stage, seed, found);
            attempt.result = seen.over_all(attempt.result);
            attempt.runs = seen.runs;
            return self.confirmed(&case, stage, seed, attempt, Some(&input));
        }
        let silent = seen.sends.silent(self.plan(), case.test(), None);
        seen.notes.extend(silent);
        let last = seen.last.take();
        let result = last.unwrap_or_else(|| FlowResult::of_failure(nothing_ran(case)));
        self.outcome(case, seen.over_all(result), None, &[])
    }

    /// Looks for inputs with which the test passes, if none are known and it takes any to see which actions the failure needs.
    fn find_passing(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        found: &Attempt,
        passing: &mut Vec<Variables>,
        more: &mut dyn FnMut() -> Option<Variables>,
    ) {
        let has_use = case.test().actions().count() > 1 && found.departures.is_empty();
        if !has_use || !passing.is_empty() || hung(&found.result) {
            return;
        }
        let passes = |it: &Variables| {
            let result = self.run_once(case, stage, seed, it.clone());
            result.failures.is_empty()
        };
        let inputs = (0..MORE_INPUTS).map_while(|_| more());
        passing.extend(inputs.filter(passes).take(PASSING));
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
        let (schemas, _) = self.sources(case, stage).map_err(|failure| failure.headline)?;
        let strategies = strategies(&schemas);
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
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed.part("inputs", 0).number()),
            ..Config::default()
        })
    }

    /// The schemas of the variables, ready to give values, with what is worth knowing of these.
    fn sources(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
    ) -> Result<(Schemas, Vec<String>), Box<FlowFailure>> {
        let (mut schemas, mut notes) = (Vec::new(), Vec::new());
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
            schemas.push((name.value.clone(), phases));
        }
        Ok((schemas, notes))
    }

    /// Asks the running module of a step for its schema.
    fn schema_of(&self, stage: &mut LiveStage<'_>, step: &str, part: &str) -> Result<Json, String> {
        let at = self
            .plan
            .step(step)
            .ok_or_else(|| format!("there is no step {step}"))?;
        let step = &self.plan.steps[at];
        let config = stage.describe(step.language, &self.plan.root.join(&step.file));
        let config = config
            .map_err(|error| format!("the config of {} cannot be read: {}", step.name, not_read(&error)))?;
        schema_of(&config, part).ok_or_else(|| format!("{} has no {part} schema", step.name))
    }
}

/// Why a module cannot be loaded, and where.
fn not_read(error: &HandlerError) -> String {
    let at = (error.file.as_ref().zip(error.line))
        .map_or_else(String::new, |(file, line)| format!(" ({file}:{line})"));
    format!("{}{at}", error.told())
}

fn strategies(schemas: &[(String, Phases)]) -> Vec<BoxedStrategy<Json>> {
    schemas.iter().map(|(_, phases)| phases.strategy()).collect()
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
