//! Tries many inputs at one way in, in phases, and shrinks the first that breaks an invariant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value as Json, json};

use super::attempt::Attempt;
use super::silent::Sends;
use super::{Harness, TestCase};
use crate::auto::{Auto, Entry, INPUT, Inputs, KNOWN, not_loaded};
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::FlowResult;
use crate::invariant::{HANDLER_THROWS, Input, place_of};
use crate::live_stage::LiveStage;
use crate::plan::Plan;
use crate::report::{ControlLabel, Reached, TestOutcome};
use crate::rng::Seed;
use crate::scheduler::Place;
use crate::serial::{meetings, strikes};
use crate::template::Variables;
use crate::trace::What;

/// Cases if nobody says anything else: half as many valid inputs, as many invalid ones, and a quarter in sequences.
const DEFAULT_CASES: u32 = 32;
/// So many inputs in which the same steps meet at the same data are explored.
const EXPLORED_ALIKE: u32 = 2;
/// A failure is shrunk in at most this many runs.
const MAX_SHRINK_RUNS: u32 = 300;

/// One phase of a property.
struct Phase {
    name: &'static str,
    input: Input,
    cases: u32,
    strategy: BoxedStrategy<Json>,
    /// The last request or message comes twice at the same time.
    is_at_once: bool,
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
    /// How the notes on runs begin.
    told: BTreeSet<String>,
    last: Option<FlowResult>,
    runs: u32,
    /// Valid requests, and those of them that were answered with each 4xx status.
    requests: u32,
    refused: BTreeMap<u16, u32>,
    /// How a request was refused of which nobody knows whether it was valid.
    refused_unknown: Option<u16>,
    /// What steps sent for valid inputs.
    sends: Sends,
    /// What of the plain runs was explored, and how often.
    explored: BTreeMap<String, u32>,
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
        let explores = self.exploration_of(case, seed).is_some();
        for phase in phases(inputs, self.cases(), explores) {
            if let Some(failed) = self.try_phase(case, stage, seed, &phase, &mut seen) {
                return failed;
            }
        }
        if let Some(status) = seen.refused_unknown {
            seen.notes.push(format!(
                "{} has no schema, and answered an empty object with {status}: what it does with a request that it takes was not tried",
                step.name
            ));
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
            let failed = not_loaded(self.plan(), way.to.step, &reason);
            return Err(Box::new(FlowResult::of_failure(failed)));
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
        let mut phases = phases(inputs, self.cases(), false);
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
            let tried = variables(&input, phase.input);
            let Some(attempt) = self.try_generated(case, stage, seed, &tried, phase, seen) else {
                continue;
            };
            let Attempt {
                mut result,
                departures,
                ..
            } = attempt;
            let Some(what) = broken(&result) else { continue };
            let mut is_smaller = false;
            let mut runs = 0;
            let mut moved = !is_final(&result) && tree.simplify();
            while moved && runs < MAX_SHRINK_RUNS {
                runs += 1;
                let tried = variables(&tree.current(), phase.input);
                let (again, _) = self.again(case, stage, seed, &tried, &departures);
                if broken(&again).as_ref() == Some(&what) {
                    (input, result, is_smaller) = (tree.current(), again, true);
                    moved = tree.simplify();
                } else {
                    moved = tree.complicate();
                }
            }
            let input = variables(&input, phase.input);
            let mut attempt = Attempt {
                result,
                departures,
                runs: seen.runs,
            };
            if is_smaller && !attempt.departures.is_empty() {
                // A smaller input may need fewer departures.
                let known = attempt.departures.clone();
                let again = self.attempt(case, stage, seed, &input, Some(&known), false);
                if broken(&again.result).as_ref() == Some(&what) {
                    (attempt.result, attempt.departures) = (again.result, again.departures);
                }
            }
            seen.add_to(&mut attempt.result);
            return Some(self.confirmed(case, stage, seed, attempt, Some(&input)));
        }
        None
    }
}

impl Harness {
    /// Runs one input, and in other orders and with faults if that is asked for and shows something new; `None` if nothing
    /// fails.
    fn try_generated(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        input: &Variables,
        phase: &Phase,
        seen: &mut Seen,
    ) -> Option<Attempt> {
        let result = self.run_once(case, stage, seed, input.clone());
        seen.see(&result, phase.input, self.plan());
        let explores = phase.input == Input::Valid && result.notes.is_empty();
        let exploration = self.exploration_of(case, seed).filter(|_| explores);
        if !result.failures.is_empty() {
            // Whether a request is still valid when the same one was answered before, nobody knows.
            return (!phase.is_at_once).then(|| Attempt {
                result,
                departures: Vec::new(),
                runs: 1,
            });
        }
        let is_news = exploration.is_some_and(|it| seen.has_news(&result, !it.faults.is_none()));
        seen.last = Some(result);
        if !is_news {
            return None;
        }
        let attempt = self.attempt(case, stage, seed, input, None, false);
        // The plain run was counted.
        seen.runs += attempt.runs.saturating_sub(1);
        seen.reached.extend(&attempt.result.reached);
        (!attempt.result.failures.is_empty()).then_some(attempt)
    }
}

fn phases(inputs: Inputs, cases: Option<u32>, explores: bool) -> Vec<Phase> {
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
        is_at_once: false,
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
    let names = ["at once", "at once, later"];
    let at_once = names.into_iter().zip(inputs.at_once);
    all.extend(
        at_once
            .filter(|_| explores && known == Input::Valid)
            .map(|(name, it)| Phase {
                is_at_once: true,
                ..phase(name, known, cases / 4, it)
            }),
    );
    all
}

fn variables(input: &Json, known: Input) -> Variables {
    Variables::from([
        (INPUT.to_owned(), input.clone()),
        (KNOWN.to_owned(), json!(known.name())),
    ])
}

/// What a run breaks first: the invariant, the class of an error, and where. A failure is only shrunk to one of the same
/// kind: one error must not turn into another on the way.
fn broken(result: &FlowResult) -> Option<(String, Option<Place>)> {
    let failure = result.failures.first()?;
    let mut parts = failure.headline.split(": ");
    let invariant = parts.next().unwrap_or_default();
    // What follows the step that failed is the class; of other invariants it is of the input.
    let class = (invariant == HANDLER_THROWS).then(|| parts.nth(1)).flatten();
    let place = match &failure.place {
        FailurePlace::Step(place) => Some(place.clone()),
        _ => None,
    };
    Some((format!("{invariant}: {}", class.unwrap_or_default()), place))
}

/// True for what no smaller input tells more of.
fn is_final(result: &FlowResult) -> bool {
    result.endless
        || result.failures.first().is_some_and(|failure| {
            failure.headline.starts_with("no unmatched external call")
                || failure.headline.contains(" cannot be loaded: ")
        })
}

/// A note without what its kind says of one input: what comes before the first colon behind the name of a step.
fn head<'n>(note: &'n str, plan: &Plan) -> &'n str {
    let names = plan.steps.iter().map(|step| step.name.as_str());
    let name = names.filter(|name| note.starts_with(name)).map(str::len).max();
    let from = name.unwrap_or_default();
    note[from..].find(": ").map_or(note, |at| &note[..from + at])
}

impl Seen {
    /// True if handlers meet in this run, or something could fail in it, that was not explored often enough yet.
    fn has_news(&mut self, result: &FlowResult, with_faults: bool) -> bool {
        let events = &result.trace.events[result.judged_from..];
        let mut all = meetings(events);
        if with_faults {
            all.extend(strikes(events));
        }
        let mut is_news = false;
        for what in all {
            let times = self.explored.entry(what).or_default();
            is_news |= *times < EXPLORED_ALIKE;
            *times += 1;
        }
        is_news
    }

    fn see(&mut self, result: &FlowResult, input: Input, plan: &Plan) {
        self.runs += 1;
        self.reached.extend(&result.reached);
        self.label = self.label.max(result.label);
        for note in &result.notes {
            // What comes after may be of the input: one example will do.
            if self.told.insert(head(note, plan).to_owned()) {
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
        if let (Some(status @ 400..500), Input::Unknown) = (status, input) {
            self.refused_unknown = Some(status);
        }
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
