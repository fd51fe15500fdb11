//! What became of the mutants, and the score of the tests.

use std::collections::BTreeMap;

use super::{Mutant, Operator};
use crate::share::Share;

/// What became of a mutant in all tests, or in those of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A test fails with it.
    Killed {
        /// The first one that does.
        by: String,
    },
    /// It makes a difference, and no test fails.
    Survived,
    /// It makes no difference beyond itself.
    NoEffect,
}

impl Verdict {
    /// How reports call it.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Killed { .. } => "killed",
            Verdict::Survived => "survived",
            Verdict::NoEffect => "no_effect",
        }
    }

    /// That of two sets of tests together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (killed @ Verdict::Killed { .. }, _) | (_, killed @ Verdict::Killed { .. }) => killed,
            (Verdict::NoEffect, Verdict::NoEffect) => Verdict::NoEffect,
            _ => Verdict::Survived,
        }
    }
}

/// A mutant with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutantReport {
    /// What is done.
    pub mutant: Mutant,
    /// The tests that come by its place, in order.
    pub tests: Vec<String>,
    /// By flow test file.
    pub by_file: BTreeMap<String, Verdict>,
    /// For a survivor: what would notice it.
    pub suggestion: Option<Suggestion>,
}

/// What would notice a mutant that survives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// An expectation.
    Then {
        /// The test to add it to.
        test: String,
        /// An item of `then`.
        text: String,
    },
    /// An invariant, where an expectation would have to know ids that are others in each run.
    Invariant {
        /// The test to add it to.
        test: String,
        /// An item of `invariants`.
        text: String,
    },
    /// Nothing was found.
    None {
        /// Why, as a sentence without its full stop.
        why: String,
    },
}

impl MutantReport {
    /// What became of it in all tests.
    pub fn verdict(&self) -> Verdict {
        let all = self.by_file.values().cloned();
        all.reduce(Verdict::and).unwrap_or(Verdict::NoEffect)
    }

    /// What it means that no test fails.
    pub fn sentence(&self) -> String {
        format!("{} is noticed by no test", self.mutant.says())
    }
}

/// What became of all mutants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MutationReport {
    /// Those that were tried, by operator, step and subject.
    pub mutants: Vec<MutantReport>,
    /// How many were not tried because there are too many.
    pub not_tried: usize,
    /// Tests that were not mutated, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// The score of the tests of one file.
pub type FileScore = (String, Tally);
/// The score for one operator.
pub type KindScore = (Operator, Tally);

/// How many mutants came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Noticed by a test.
    pub killed: usize,
    /// Noticed by none.
    pub survived: usize,
    /// Without effect, which no test could notice.
    pub no_effect: usize,
}

impl Tally {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Killed { .. } => self.killed += 1,
            Verdict::Survived => self.survived += 1,
            Verdict::NoEffect => self.no_effect += 1,
        }
    }

    /// The killed among those that make a difference.
    pub fn score(self) -> Share {
        Share {
            covered: self.killed,
            total: self.killed + self.survived,
        }
    }
}

impl MutationReport {
    /// Takes over what became of the mutants of another project.
    pub fn extend(&mut self, other: Self) {
        self.mutants.extend(other.mutants);
        self.not_tried += other.not_tried;
        self.left_out.extend(other.left_out);
    }

    /// How many of all came to what.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.mutants.iter().for_each(|it| tally.add(&it.verdict()));
        tally
    }

    /// By flow test file, where only the tests of that file count.
    pub fn files(&self) -> Vec<FileScore> {
        let mut files: BTreeMap<String, Tally> = BTreeMap::new();
        for (file, verdict) in self.mutants.iter().flat_map(|it| &it.by_file) {
            files.entry(file.clone()).or_default().add(verdict);
        }
        files.into_iter().collect()
    }

    /// By operator, the gravest first; operators without a mutant are left out.
    pub fn kinds(&self) -> Vec<KindScore> {
        let mut kinds: BTreeMap<Operator, Tally> = BTreeMap::new();
        for it in &self.mutants {
            kinds.entry(it.mutant.operator).or_default().add(&it.verdict());
        }
        kinds.into_iter().collect()
    }

    /// Those that no test notices: the gravest operators first, and among them what most tests come by.
    pub fn survivors(&self) -> Vec<&MutantReport> {
        let mut survivors: Vec<&MutantReport> = self
            .mutants
            .iter()
            .filter(|it| it.verdict() == Verdict::Survived)
            .collect();
        survivors.sort_by_key(|it| {
            (
                it.mutant.operator,
                std::cmp::Reverse(it.tests.len()),
                it.mutant.clone(),
            )
        });
        survivors
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn report() -> MutationReport {
        let killed = || Verdict::Killed {
            by: "tests/a::one".into(),
        };
        let one = |operator, subject: &str, field: Option<&str>, by_file: &[(&str, Verdict)]| MutantReport {
            mutant: Mutant {
                operator,
                step: "CreateOrder".into(),
                subject: subject.into(),
                of_stream: false,
                detail: field.map(str::to_owned),
            },
            tests: by_file.iter().map(|(file, _)| format!("{file}::one")).collect(),
            by_file: by_file
                .iter()
                .map(|(file, verdict)| ((*file).to_owned(), verdict.clone()))
                .collect(),
            suggestion: None,
        };
        let (a, b) = ("tests/a", "tests/b");
        let mut lost = one(
            Operator::DropField,
            "order.created",
            Some("total"),
            &[(a, Verdict::Survived)],
        );
        let expectation = "{ emitted: { topic: order.created, data: { total: 5 }, times: 1 } }";
        lost.suggestion = Some(Suggestion::Then {
            test: "tests/a::one".into(),
            text: expectation.into(),
        });
        MutationReport {
            mutants: vec![
                one(Operator::LostWrite, "orders", None, &[(a, Verdict::Survived)]),
                one(
                    Operator::LostWrite,
                    "prices",
                    None,
                    &[(a, Verdict::Survived), (b, Verdict::Survived)],
                ),
                one(
                    Operator::DropEmit,
                    "order.created",
                    None,
                    &[(a, killed()), (b, Verdict::Survived)],
                ),
                lost,
                one(
                    Operator::DelayEmit,
                    "order.created",
                    None,
                    &[(a, Verdict::NoEffect)],
                ),
            ],
            not_tried: 2,
            left_out: vec![("tests/b::two".into(), "it fails".into())],
        }
    }

    #[test]
    fn one_test_that_notices_is_enough() {
        let report = report();
        let tally = report.tally();
        assert_eq!((tally.killed, tally.survived, tally.no_effect), (1, 3, 1));
        assert_eq!(tally.score().to_string(), "25.0 % (1 of 4)");
        let files: Vec<String> = (report.files().iter())
            .map(|(file, tally)| format!("{file} {}", tally.score()))
            .collect();
        assert_eq!(files, ["tests/a 25.0 % (1 of 4)", "tests/b 0.0 % (0 of 2)"]);
        assert_eq!(report.kinds().len(), 4);
    }

    #[test]
    fn the_gravest_survivor_that_most_tests_come_by_is_the_first() {
        let report = report();
        let sentences: Vec<String> = report.survivors().iter().map(|it| it.sentence()).collect();
        assert_eq!(
            sentences,
            [
                "losing what CreateOrder writes to `prices` of the state is noticed by no test",
                "losing what CreateOrder writes to `orders` of the state is noticed by no test",
                "dropping field `total` of `order.created` from CreateOrder is noticed by no test",
            ]
        );
    }
}
