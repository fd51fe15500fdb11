//! What would have noticed a mutant that survives: an expectation, else an invariant, tried before it is told.

mod invariants;

use std::sync::Arc;

use banister_project::flow_test::{self, FlowTest};

use super::mutants::{Base, Place, observed};
use super::{Harness, TestCase};
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::mutation::{Mutant, Suggestion, candidates};
use invariants::invariants;

/// So many expectations are tried for a survivor.
const EXPECTATIONS: usize = 6;
/// So many invariants are.
const INVARIANTS: usize = 3;

impl Harness {
    /// What holds without the mutant, also for another seed, and fails with it.
    pub(super) fn suggestion(
        &self,
        mutant: &Mutant,
        place: &Place,
        mutated: &FlowResult,
        tests: &[TestCase],
        bases: &[Result<Base, String>],
        stage: &mut LiveStage<'_>,
    ) -> Suggestion {
        let case = &tests[place.test];
        let Ok(base) = &bases[place.test] else {
            return Suggestion::None {
                why: "its test does not pass without it".to_owned(),
            };
        };
        if case.auto.is_some() {
            return Suggestion::None {
                why: "a generated test knows nothing of what should come: a written one would notice it"
                    .to_owned(),
            };
        }
        let (inputs, original) = (&base.inputs[place.input], &base.results[place.input]);
        let test = case.name.clone();
        let expectations = candidates(mutant, &observed(original), &observed(mutated));
        for text in expectations.into_iter().take(EXPECTATIONS) {
            if with_expectation(case, &text).is_some_and(|it| self.notices(&it, mutant, place, base, stage)) {
                return Suggestion::Then { test, text };
            }
        }
        let other = self.run_plainly(case, stage, 1, inputs);
        let runs = [observed(original), observed(&other)];
        let all = invariants(&runs, &observed(mutated));
        for text in all.into_iter().take(INVARIANTS) {
            if with_invariant(case, &text).is_some_and(|it| self.notices(&it, mutant, place, base, stage)) {
                return Suggestion::Invariant { test, text };
            }
        }
        Suggestion::None {
            why: match other.failures.is_empty() {
                true => "no expectation and no invariant that holds in every run shows it",
                false => "the test fails with another seed, so that nothing can be said of every run",
            }
            .to_owned(),
        }
    }

    /// True if a test passes for two seeds and fails with the mutant.
    fn notices(
        &self,
        stricter: &TestCase,
        mutant: &Mutant,
        place: &Place,
        base: &Base,
        stage: &mut LiveStage<'_>,
    ) -> bool {
        let inputs = &base.inputs[place.input];
        let with = self.run_mutant(mutant, place, stricter, base, stage, None);
        let mut holds = |turn| {
            let without = self.run_plainly(stricter, stage, turn, inputs);
            without.failures.is_empty()
        };
        !with.failures.is_empty() && holds(0) && holds(1)
    }
}

/// The test with one more expectation, written as an item of `then`.
fn with_expectation(case: &TestCase, text: &str) -> Option<TestCase> {
    let then = format!("    then:\n      - {text}\n");
    with(case, &then, |test, added| {
        test.then.extend(added.then);
    })
}

/// The test with one more invariant, written as an item of `invariants`.
fn with_invariant(case: &TestCase, text: &str) -> Option<TestCase> {
    let then = format!("    then: [{{ not_emitted: never }}]\n    invariants:\n      - {text}\n");
    with(case, &then, |test, added| {
        test.invariants.extend(added.invariants);
    })
}

fn with(case: &TestCase, then: &str, add: impl Fn(&mut FlowTest, FlowTest)) -> Option<TestCase> {
    let text = format!("tests:\n  - name: it\n    when: [{{ advance: 1s }}]\n{then}");
    let parsed = flow_test::parse("suggestion.flow.yaml", Arc::from(text)).ok()?;
    let added = parsed.tests.into_iter().next()?;
    let mut file = (*case.file).clone();
    add(&mut file.tests[case.index], added);
    Some(TestCase {
        file: Arc::new(file),
        ..case.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_suggested_is_added_to_the_test() {
        let text = "tests:\n  - name: a\n    when: [{ advance: 1s }]\n    then: [{ ran: [A] }]\n";
        let file = Arc::new(flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap());
        let case = TestCase::all_of(&file).remove(0);
        let more = with_expectation(&case, "{ not_emitted: t }").unwrap();
        assert_eq!(more.test().then.len(), 2);
        let held = with_invariant(&case, r#"{ name: one, holds: "size(state[\"a\"]) == 1" }"#).unwrap();
        assert_eq!(held.test().invariants[0].value.holds, r#"size(state["a"]) == 1"#);
        assert_eq!(held.test().then.len(), 1);
        assert!(with_expectation(&case, "{ no: thing }").is_none());
    }
}
