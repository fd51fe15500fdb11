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
        self.stand_in(case, stage, &Variables::new());
        let step = &self.plan().steps[way.to.step];
        if step.has_schemas
            && let Err(reason) = stage.describe(step.language, &self.plan().root.join(&step.file))
        {
            return self.outcome(
                case,
                FlowResult::of_failure(not_loaded(self.plan(), way.to.step, &reason)),
                None,
                &[],
            );
        }
        // Errors of this module were told above; what other modules do is for their own tests.
        let mut describe = |language, file: &Path| stage.describe(language, file).ok();
        let inputs = match Inputs::of(self.plan(), auto, &mut describe) {
            Ok(inputs) => inputs,
            Err(error) => {
                let failure = FlowFailure {
                    headline: format!("no inputs for {}: {error}", step.name),
                    place: place_of(self.plan(), way.to.step),
                    details: Vec::new(),
                };
                return self.outcome(case, FlowResult::of_failure(failure), None, &[]);
            }
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

    /// The outcome if a case fails.
    fn try_phase(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        phase: &Phase,
        seen: &mut Seen,
    ) -> Option<TestOutcome> {
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed.part(phase.name, 0).number()),
            ..Config::default()
        });
        for _ in 0..phase.cases {
            let mut tree = match phase.strategy.new_tree(&mut runner) {
                Ok(tree) => tree,
                // No more of them can be found: those that were tried have to do.
                Err(_) => return None,
            };
            let mut input = tree.current();
            let mut result = self.run_once(case, stage, seed, variables(&input, phase.input));
            seen.see(&result, phase.input, self.plan());
            let Some(what) = broken(&result) else {
                seen.last = Some(result);
                continue;
            };
            let mut runs = 0;
            let mut moved = !is_final(&result) && tree.simplify();
            while moved && runs < MAX_SHRINK_RUNS {
                runs += 1;
                let again = self.run_once(case, stage, seed, variables(&tree.current(), phase.input));
                if broken(&again).as_ref() == Some(&what) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_note_is_told_apart_from_what_it_says_of_an_input() {
        let mut plan = Plan::default();
        let head_of = |plan: &Plan, note: &'static str| head(note, plan);
        assert_eq!(head_of(&plan, "A sent no topic: {\"n\": 1}"), "A sent no topic");
        assert_eq!(head_of(&plan, "A ended early"), "A ended early");
        plan.steps.push(crate::plan::PlanStep {
            name: "mail: send".to_owned(),
            file: String::new(),
            language: banister_grammars::Language::Ruby,
            dialect: banister_grammars::facts::Dialect::V0,
            triggers: Vec::new(),
            emits: crate::plan::EmitPolicy::Any,
            flows: Vec::new(),
            timeout_ms: None,
            has_schemas: false,
            handler_line: None,
        });
        assert_eq!(
            head_of(&plan, "mail: send sent no topic: 1"),
            "mail: send sent no topic"
        );
    }
}
