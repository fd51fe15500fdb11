//! Failures that are run again: those that were kept, and each new one a second time.

use std::collections::BTreeSet;

use super::attempt::Attempt;
use super::differences::{first_difference, uncontrolled};
use super::kept::Kept;
use super::{Harness, Regression, TestCase, drift};
use crate::failure::FlowFailure;
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::report::{ControlLabel, TestOutcome};
use crate::rng::Seed;
use crate::template::Variables;

impl Harness {
    /// Runs the failures of a test that were kept. The first one that still happens is told, and what else still does;
    /// `None` if the test has recovered from all of them.
    pub(super) fn run_kept(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
    ) -> Option<TestOutcome> {
        let mut first: Option<TestOutcome> = None;
        let mut told: BTreeSet<String> = BTreeSet::new();
        for kept in self.known_failures(case) {
            let known = &kept.regression;
            let Some((case, result, seed)) = self.run_known(case, stage, seed, known) else {
                continue;
            };
            let case = &case;
            let broken: Vec<String> = result.failures.iter().map(|it| case.broken_by(it)).collect();
            match &mut first {
                None => first = Some(self.tell_known(case, stage, seed, result, known)),
                Some(outcome) if broken.first().is_some_and(|it| !told.contains(it)) => {
                    outcome.also(&result, &self.replay_of(&kept));
                }
                Some(_) => {}
            }
            told.extend(broken);
        }
        first
    }

    /// Runs a failure that was kept, with its seed and as much of the test as it takes; `None` if it does not fit the test any more, or if the test has
    /// recovered from it and nobody asked for just this one.
    fn run_known(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        known: &Regression,
    ) -> Option<(TestCase, FlowResult, Seed)> {
        let mut names = case.test().for_all.iter().map(|(name, _)| &name.value);
        if names.any(|name| !known.input.contains_key(name)) {
            return None;
        }
        let seed = match known.seed {
            same if same == self.options.seed => seed,
            other => Seed::root(other).part(&case.name, 0),
        };
        let is_replay = self.options.replay.is_some();
        let (narrowed, misfit) = match case.narrowed_to(&known.actions) {
            _ if known.actions.is_empty() => (case.clone(), None),
            Ok(narrowed) => (narrowed, None),
            Err(misfit) => (case.clone(), Some(misfit)),
        };
        // What was kept may be of another test, which tells of itself, or of more than is asked for now.
        if !is_replay && (misfit.is_some() || !self.compares_as(known.modules)) {
            return None;
        }
        let whole = case;
        let case = TestCase {
            compares: known.modules,
            ..narrowed
        };
        let (mut result, missed) = self.again(&case, stage, seed, &known.input, &known.departures);
        if !case.kept.is_empty() {
            self.leave_what_counts((&case, whole), stage, seed, known, &mut result);
        }
        if !is_replay {
            return (!result.failures.is_empty()).then_some((case, result, seed));
        }
        result.notes.extend(misfit.map(|it| drift::other_actions(&it)));
        let drifted = drift::first_divergence(&known.decisions, &result.decisions);
        let drifted = drifted.or_else(|| Some(drift::never_came_to(missed.first()?)));
        let is_other = drifted.is_some() || result.failures.is_empty();
        result.notes.extend(drifted);
        if result.failures.is_empty() {
            result
                .notes
                .push("the saved failure does not happen any more".to_owned());
        }
        if is_other {
            let now = self.versions_of(&result.trace);
            result.notes.extend(known.other_versions(&now));
        }
        Some((case, result, seed))
    }

    /// With fewer actions than the test has, a failure counts only while the plain run does not break the same, or the whole
    /// test does where there are no departures: the test or its steps may have come to need the other actions. If that
    /// leaves nothing of what was kept, nothing is left.
    fn leave_what_counts(
        &self,
        (case, whole): (&TestCase, &TestCase),
        stage: &mut LiveStage<'_>,
        seed: Seed,
        known: &Regression,
        result: &mut FlowResult,
    ) {
        if case.compares.is_some() || result.failures.is_empty() {
            // Fresh modules have passed.
            return;
        }
        let is_plain = known.departures.is_empty();
        let other = if is_plain { whole } else { case };
        let (other, _) = self.again(other, stage, seed, &known.input, &[]);
        let broken_by_other: BTreeSet<String> = other.failures.iter().map(|it| case.broken_by(it)).collect();
        let counts = |it: &FlowFailure| broken_by_other.contains(&case.broken_by(it)) == is_plain;
        result.failures.retain(counts);
        if !(result.failures.iter()).any(|it| case.broken_by(it) == known.breaks) {
            result.failures.clear();
        }
    }

    fn tell_known(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        result: FlowResult,
        known: &Regression,
    ) -> TestOutcome {
        let departures = match result.failures.is_empty() {
            true => Vec::new(),
            false => known.departures.clone(),
        };
        let attempt = Attempt {
            result,
            departures,
            runs: 1,
        };
        let input = (!known.input.is_empty()).then_some(&known.input);
        self.confirmed(case, stage, seed, attempt, input)
    }

    fn replay_of(&self, kept: &Kept) -> String {
        let path = self.shown_path(&kept.path);
        format!("{} --replay {path}", self.options.command)
    }

    /// A failure is run twice: if the two disagree, something was not under control, and that is said first.
    pub(super) fn confirmed(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        attempt: Attempt,
        input: Option<&Variables>,
    ) -> TestOutcome {
        let Attempt {
            mut result,
            departures,
            runs,
        } = attempt;
        let none = Variables::new();
        let variables = input.unwrap_or(&none);
        if !result.failures.is_empty() && !result.endless && !hung(&result) {
            let (again, _) = self.again(case, stage, seed, variables, &departures);
            if let Some(difference) = first_difference(&result.trace, &again.trace) {
                result.label = ControlLabel::Opaque;
                result.failures.insert(0, uncontrolled(&difference));
            }
        }
        let mut outcome = self.outcome(case, result, input, &departures);
        if let Some(failure) = &mut outcome.failure {
            failure.runs = runs;
        }
        outcome
    }
}

impl TestOutcome {
    /// Adds a failure of another run to that of this one.
    fn also(&mut self, other: &FlowResult, replay: &str) {
        if let (Some(failure), Some(first)) = (&mut self.failure, other.failures.first()) {
            failure
                .details
                .push(format!("kept as well, and it still fails: {}", first.headline));
            failure.details.push(format!("  {replay}"));
        }
    }
}

/// True if a handler ran for longer than any may.
pub(super) fn hung(result: &FlowResult) -> bool {
    result
        .trace
        .events
        .iter()
        .any(|event| matches!(&event.what, crate::trace::What::Threw { error } if error.name == "Timeout"))
}
