//! What handlers of a test find of each other, and what it means for the test if that makes a difference.

use super::case::Compares;
use super::{Harness, TestCase, same_events_until};
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::protocol::Isolation;
use crate::rng::Seed;
use crate::template::Variables;
use crate::trace::{Trace, What};

/// How the headline of such a failure begins.
const HIDDEN_STATE: &str = "hidden module state";

/// How the handlers of every test are kept apart, whatever its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationMode {
    /// In one way.
    One(Isolation),
    /// Once with fresh modules and once with shared ones; a difference fails the test.
    Both,
}

impl Harness {
    /// Runs a test as it is asked for; the trace is that of fresh modules where both are.
    pub(crate) fn run_once(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
    ) -> FlowResult {
        let written = || case.test().isolation.map_or(Isolation::Fresh, Isolation::from);
        let isolation = match self.options.isolation {
            Some(IsolationMode::Both) => return self.run_for_any_difference(case, stage, seed, variables),
            Some(IsolationMode::One(isolation)) => isolation,
            None => written(),
        };
        self.run_isolated(case, stage, seed, variables, isolation, None)
    }

    /// Runs a test with fresh modules and with shared ones; any difference fails it.
    pub(super) fn run_for_any_difference(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: Variables,
    ) -> FlowResult {
        let mut fresh = self.run_isolated(case, stage, seed, variables.clone(), Isolation::Fresh, None);
        let shared = self.run_isolated(case, stage, seed, variables, Isolation::Shared, None);
        fresh.label = fresh.label.max(shared.label);
        let difference = hidden_state(&fresh.trace, &shared.trace, case);
        if let Some(mut failure) = difference {
            let others = shared.failures.iter().map(|it| &it.headline);
            let new = others.filter(|it| fresh.failures.iter().all(|known| known.headline != **it));
            failure
                .details
                .extend(new.map(|headline| format!("with shared modules: {headline}")));
            // What the handlers left in the global scope is a likely cause.
            for note in shared.notes {
                if !fresh.notes.contains(&note) {
                    fresh.notes.push(note);
                }
            }
            fresh.failures.push(failure);
        }
        fresh
    }

    /// True if runs are compared in this way unless somebody asks for one failure.
    pub(super) fn compares_as(&self, modules: Option<Compares>) -> bool {
        match modules {
            None => true,
            Some(Compares::Failures) => matches!(self.options.isolation, None | Some(IsolationMode::Both)),
            Some(Compares::Events) => self.options.isolation == Some(IsolationMode::Both),
        }
    }

    /// Runs the first input of a test that has many runs with fresh modules, and once more with shared ones: a test that
    /// fails only then has handlers that remember. What makes no difference to the test is only told.
    pub(super) fn run_both(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        seed: Seed,
        variables: &Variables,
    ) -> FlowResult {
        let mut fresh = self.run_isolated(case, stage, seed, variables.clone(), Isolation::Fresh, None);
        if !fresh.failures.is_empty() {
            return fresh;
        }
        let shared = self.run_isolated(case, stage, seed, variables.clone(), Isolation::Shared, None);
        let Some(mut failure) = hidden_state(&fresh.trace, &shared.trace, case) else {
            return fresh;
        };
        match shared.failures.first() {
            None => fresh.notes.push(failure.headline),
            Some(_) => {
                let all = shared.failures.iter();
                failure
                    .details
                    .extend(all.map(|it| format!("with shared modules: {}", it.headline)));
                fresh.failures.push(failure);
            }
        }
        fresh
    }
}

/// True if a run failed since shared modules made a difference.
pub(super) fn is_of_hidden_state(result: &FlowResult) -> bool {
    result
        .failures
        .last()
        .is_some_and(|it| it.headline.starts_with(HIDDEN_STATE))
}

/// The first event in which shared modules made a difference, if they did.
fn hidden_state(fresh: &Trace, shared: &Trace, case: &TestCase) -> Option<FlowFailure> {
    let (at, one, other) = same_events_until(fresh, shared)?;
    let event = fresh.events.get(at).or_else(|| shared.events.get(at));
    let step = event.and_then(|event| {
        let mut all = fresh.events.iter().chain(&shared.events);
        all.find_map(|it| match &it.what {
            What::Started { step, .. } if it.invocation == event.invocation => Some(step.clone()),
            _ => None,
        })
    });
    let whose = step.map_or_else(String::new, |step| format!(" of {step}"));
    Some(FlowFailure {
        headline: format!(
            "{HIDDEN_STATE}: event {}{whose} is another one when handlers share their modules",
            at + 1
        ),
        place: FailurePlace::Test(case.test().name.span),
        details: vec![
            format!("with fresh modules:  {one}"),
            format!("with shared modules: {other}"),
        ],
    })
}
