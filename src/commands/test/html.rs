//! `--report FILE.html`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use banister_project::Snapshot;
use banister_project::graph::{Graph, Mark, Part};
use banister_testkit::report::{HtmlReport, TestOutcome, TestStatus, reached_by};
use banister_testkit::suites::{Suite, Suites};

use super::run::Told;
use super::suites;

/// What one project's steps came to.
#[derive(Default)]
struct Coverage {
    /// By step.
    runs: BTreeMap<String, u32>,
    failed: BTreeSet<String>,
    topics: BTreeSet<String>,
}

/// Writes the page.
pub(super) fn write(
    path: &Path,
    told: &Told,
    tests: &Suites,
    snapshot: &Snapshot,
    seed: u64,
) -> anyhow::Result<()> {
    let coverage: BTreeMap<&str, Coverage> = (tests.suites.iter())
        .map(|suite| (suite.project.as_str(), of_suite(suite, &told.outcomes)))
        .collect();
    let several = coverage.len() > 1;
    let labelled = coverage.iter().flat_map(|(project, of_project)| {
        let steps = of_project.runs.iter();
        steps.map(move |(step, runs)| match several {
            true => (format!("{project}: {step}"), *runs),
            false => (step.clone(), *runs),
        })
    });
    let invalid: Vec<(String, String)> = (tests.invalid.iter())
        .map(|file| {
            (
                file.path.clone(),
                anstream::adapter::strip_str(&suites::story(file)).to_string(),
            )
        })
        .collect();
    let report = HtmlReport {
        picture: &Graph::of(snapshot, None).to_marked_svg(|part| mark(part, &coverage)),
        outcomes: &told.outcomes,
        steps: &labelled.collect(),
        invalid: &invalid,
        unfinished: &told.unfinished,
        summary: told.summary,
        elapsed: told.elapsed,
        seed,
    };
    std::fs::write(path, report.page()).with_context(|| format!("cannot write the report {}", path.display()))
}

fn of_suite(suite: &Suite, outcomes: &[TestOutcome]) -> Coverage {
    let names: BTreeSet<&str> = suite.tests.iter().map(|test| test.name.as_str()).collect();
    let own: Vec<&TestOutcome> = (outcomes.iter())
        .filter(|outcome| names.contains(outcome.name.as_str()))
        .collect();
    let reached = reached_by(own.iter().copied());
    let bad = own.iter().filter(|outcome| outcome.status == TestStatus::Failed);
    let mut failed = BTreeSet::new();
    for outcome in bad {
        failed.extend(outcome.reached.failed.iter().cloned());
        let place = outcome
            .failure
            .as_ref()
            .and_then(|failure| failure.place.as_ref());
        let at = suite
            .plan
            .steps
            .iter()
            .filter(|step| place.is_some_and(|it| it.file == step.file));
        failed.extend(at.map(|step| step.name.clone()));
    }
    let runs = suite.plan.steps.iter().map(|step| {
        let runs = reached.steps.get(&step.name).copied().unwrap_or_default();
        (step.name.clone(), runs)
    });
    Coverage {
        runs: runs.collect(),
        failed,
        topics: reached.topics,
    }
}

fn mark(part: &Part<'_>, coverage: &BTreeMap<&str, Coverage>) -> Option<Mark> {
    let of_project = coverage.get(part.project)?;
    let (class, says) = match part.is_step {
        true if of_project.failed.contains(part.name) => ("wrong", "failed".to_owned()),
        true => match of_project.runs.get(part.name) {
            Some(0) | None => ("idle", "no test reached it".to_owned()),
            Some(1) => ("ran", "ran once".to_owned()),
            Some(runs) => ("ran", format!("ran {runs} times")),
        },
        false if of_project.topics.contains(part.name) => ("ran", "was sent".to_owned()),
        false => ("idle", "was not sent".to_owned()),
    };
    Some(Mark { class, says })
}
