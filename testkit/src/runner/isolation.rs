//! What handlers of a test find of each other, and what it means for the test if that makes a difference.

use super::{Harness, TestCase, same_events_until};
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::protocol::Isolation;
use crate::rng::Seed;
use crate::template::Variables;
use crate::trace::{Trace, What};

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
        match self.options.isolation {
            Some(IsolationMode::Both) => {}
            Some(IsolationMode::One(isolation)) => {
                return self.run_isolated(case, stage, seed, variables, isolation, None);
            }
            None => return self.run_isolated(case, stage, seed, variables, written(), None),
        }
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
            "hidden module state: event {}{whose} is another one when handlers share their modules",
            at + 1
        ),
        place: FailurePlace::Test(case.test().name.span),
        details: vec![
            format!("with fresh modules:  {one}"),
            format!("with shared modules: {other}"),
        ],
    })
}
