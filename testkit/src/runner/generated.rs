//! Tries many inputs at one way in, in phases, and shrinks the first that breaks an invariant.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value as Json, json};

use super::attempt::Attempt;
use super::silent::Sends;
use super::{Harness, TestCase};
use crate::auto::{Auto, Entry, INPUT, Inputs, KNOWN, not_loaded, smaller};
use crate::failure::FlowFailure;
use crate::flow::FlowResult;
use crate::invariant::{Input, place_of};
use crate::live_stage::LiveStage;
use crate::report::{ControlLabel, Reached, TestOutcome};
use crate::rng::Seed;
use crate::template::Variables;
use crate::trace::What;

/// Cases if nobody says anything else: half as many valid inputs, as many invalid ones, and a quarter in sequences.
const DEFAULT_CASES: u32 = 32;
/// A failure is shrunk in at most this many runs.
const MAX_SHRINK_RUNS: u32 = 300;

/// One phase of a property.
struct Phase {
    name: &'static str,
    input: Input,
    cases: u32,
    strategy: BoxedStrategy<Json>,
}

impl Phase {
    /// The source of its inputs.
    fn runner(&self, seed: Seed) -> TestRunner {
        TestRunner::new(Config {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed.part(self.name, 0).number()),
            ..Config::default()
        })
    }
}

/// What was seen in all cases so far.
#[derive(Default)]
struct Seen {
    reached: Reached,
    label: ControlLabel,
    notes: Vec<String>,
    last: Option<FlowResult>,
    runs: u32,
    /// Valid requests, and those of them that were answered with each 4xx status.
    requests: u32,
    refused: BTreeMap<u16, u32>,
    /// What steps sent for valid inputs.
    sends: Sends,
}

impl Harness {
    /// Runs a generated test.
    pub(super) fn run_auto(
        &self,
        case: &TestCase,
        auto: &Auto,
        stage: &mut LiveStage<'_>,
        seed: Seed,
    ) -> TestOutcome {
        let way = auto.way();
        if let Some(reason) = way.closed {
            return TestOutcome::ignored(case.name.clone(), reason);
        }
        let step = &self.plan().steps[way.to.step];
        let inputs = match self.inputs_of(case, auto, stage) {
            Ok(inputs) => inputs,
            Err(failed) => return self.outcome(case, *failed, None, &[]),
        };
        let mut seen = Seen {
            notes: inputs.notes.clone(),
            ..Seen::default()
        };
        for phase in phases(inputs, self.cases()) {
            if let Some(failed) = self.try_phase(case, stage, seed, &phase, &mut seen) {
                return failed;
            }
        }
        if !seen.say_if_all_were_refused(matches!(way.entry, Entry::Request { .. })) {
            let silent = seen.sends.silent(self.plan(), case.test(), Some(&step.name));
            seen.notes.extend(silent);
        }
        let mut result = seen
            .last
            .take()
            .unwrap_or_else(|| FlowResult::failed("no case was run".to_owned()));
        seen.add_to(&mut result);
        self.outcome(case, result, None, &[])
    }

    /// What goes in at a way, or what is told if nothing can.
    fn inputs_of(
        &self,
        case: &TestCase,
        auto: &Auto,
        stage: &mut LiveStage<'_>,
    ) -> Result<Inputs, Box<FlowResult>> {
        let way = auto.way();
        self.stand_in(case, stage, &Variables::new());
        let step = &self.plan().steps[way.to.step];
        if step.has_schemas
            && let Err(reason) = stage.describe(step.language, &self.plan().root.join(&step.file))
        {
            return Err(Box::new(not_loaded(self.plan(), way, &reason)));
        }
        // Errors of this module were told above; what other modules do is for their own tests.
        let mut describe = |language, file: &Path| stage.describe(language, file).ok();
        Inputs::of(self.plan(), auto, &mut describe).map_err(|error| {
            Box::new(FlowResult::of_failure(FlowFailure {
                headline: format!("no inputs for {}: {error}", step.name),
                place: place_of(self.plan(), way.to.step),
                details: Vec::new(),
            }))
        })
    }

    /// The first so many inputs of a generated test that no step has to refuse; of each phase the same share.
    pub(super) fn auto_inputs(
        &self,
        case: &TestCase,
        auto: &Auto,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        most: usize,
    ) -> Result<Vec<Variables>, String> {
        let inputs = self.inputs_of(case, auto, stage).map_err(|failed| {
            let first = failed.failures.into_iter().next();
            first.map_or_else(String::new, |failure| failure.headline)
        })?;
        let mut phases = phases(inputs, self.cases());
        phases.retain(|phase| phase.input != Input::Invalid);
        let share = most.div_ceil(phases.len().max(1));
        let mut inputs = Vec::new();
        for phase in &phases {
            let mut runner = phase.runner(seed);
            let count = share.min(usize::try_from(phase.cases).unwrap_or(share));
            let trees = (0..count).map_while(|_| phase.strategy.new_tree(&mut runner).ok());
            inputs.extend(trees.map(|tree| variables(&tree.current(), phase.input)));
        }
        Ok(inputs)
    }

    /// The outcome if a case fails.
    fn try_phase(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        phase: &Phase,
        seen: &mut Seen,
    ) -> Option<TestOutcome> {
        let mut runner = phase.runner(seed);
        for _ in 0..phase.cases {
            let mut tree = match phase.strategy.new_tree(&mut runner) {
                Ok(tree) => tree,
                // No more of them can be found: those that were tried have to do.
                Err(_) => return None,
            };
            let mut input = tree.current();
            let mut result = self.run_once(case, stage, seed, variables(&input, phase.input));
            seen.see(&result, phase.input);
            let Some(what) = broken(&result) else {
                seen.last = Some(result);
                continue;
            };
            if phase.input != Input::Invalid {
                tree = self.smaller_acts(case, stage, &input).unwrap_or(tree);
            }
            let mut runs = 0;
            let mut moved = !is_final(&result) && tree.simplify();
            while moved && runs < MAX_SHRINK_RUNS {
                runs += 1;
                let again = self.run_once(case, stage, seed, variables(&tree.current(), phase.input));
                if broken(&again).as_deref() == Some(what.as_str()) {
                    (input, result) = (tree.current(), again);
                    moved = tree.simplify();
                } else {
                    moved = tree.complicate();
                }
            }
            seen.add_to(&mut result);
            let attempt = Attempt {
                result,
                departures: Vec::new(),
                runs: seen.runs,
            };
            return Some(self.confirmed(case, stage, seed, attempt, Some(&variables(&input, phase.input))));
        }
        None
    }
}

impl Harness {
    /// Offers fewer and simpler requests than those of a valid input.
    fn smaller_acts(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        input: &Json,
    ) -> Option<Box<dyn ValueTree<Value = Json>>> {
        self.stand_in(case, stage, &Variables::new());
        let mut describe = |language, file: &Path| stage.describe(language, file).ok();
        smaller(self.plan(), case.auto.as_ref()?, &mut describe, input)
    }
}

fn phases(inputs: Inputs, cases: Option<u32>) -> Vec<Phase> {
    let cases = cases.unwrap_or(DEFAULT_CASES);
    let known = match inputs.is_known {
        true => Input::Valid,
        false => Input::Unknown,
    };
    let phase = |name, input, cases: u32, strategy| Phase {
        name,
        input,
        cases: cases.max(1),
        strategy,
    };
    let of_valid = match inputs.is_constant {
        true => 1,
        false => cases / 2,
    };
    let mut all = vec![phase("valid", known, of_valid, inputs.valid)];
    all.extend(
        inputs
            .invalid
            .map(|it| phase("invalid", Input::Invalid, cases / 2, it)),
    );
    all.extend(inputs.later.map(|it| phase("later", Input::Valid, cases / 4, it)));
    all
}

fn variables(input: &Json, known: Input) -> Variables {
    Variables::from([
        (INPUT.to_owned(), input.clone()),
        (KNOWN.to_owned(), json!(known.name())),
    ])
}

/// The invariant that a run breaks first: a failure is only shrunk to one of the same kind.
fn broken(result: &FlowResult) -> Option<String> {
    let headline = &result.failures.first()?.headline;
    Some(headline.split(": ").next().unwrap_or(headline).to_owned())
}

/// True for what no smaller input tells more of.
fn is_final(result: &FlowResult) -> bool {
    result.endless
        || result.failures.first().is_some_and(|failure| {
            failure.headline.starts_with("no unmatched external call")
                || failure.headline.contains(" cannot be loaded: ")
        })
}

impl Seen {
    fn see(&mut self, result: &FlowResult, input: Input) {
        self.runs += 1;
        self.reached.extend(&result.reached);
        self.label = self.label.max(result.label);
        for note in &result.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        if input == Input::Valid {
            self.sends.add(&result.trace);
        }
        let status = result
            .trace
            .events
            .iter()
            .rev()
            .find_map(|event| match event.what {
                What::Response { status, .. } => Some(status),
                _ => None,
            });
        if let (Some(status), Input::Valid) = (status, input) {
            self.requests += 1;
            if (400..500).contains(&status) {
                *self.refused.entry(status).or_default() += 1;
            }
        }
    }

    /// A way that nobody gets through was hardly tried; true if that is said.
    fn say_if_all_were_refused(&mut self, is_request: bool) -> bool {
        let all = is_request && self.requests > 0 && self.refused.values().sum::<u32>() == self.requests;
        if all {
            let statuses: Vec<String> = self.refused.keys().map(u16::to_string).collect();
            self.notes.push(format!(
                "every valid request was answered with {}: what the step does with one that it takes was not tried",
                statuses.join(" or ")
            ));
        }
        all
    }

    /// What holds of one case need not hold of the one that the report shows.
    fn add_to(&self, result: &mut FlowResult) {
        result.reached.extend(&self.reached);
        result.label = result.label.max(self.label);
        result.notes.clone_from(&self.notes);
    }
}
