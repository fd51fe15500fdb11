//! Which tests a change can matter to, and why.

use std::collections::{BTreeMap, BTreeSet};

use banister_project::Snapshot;
use banister_project::discovery::{FileRole, role};
use banister_testkit::plan::{Plan, PlanStep, PlanStream};
use banister_testkit::report::TestOutcome;
use banister_testkit::runner::TestCase;
use banister_testkit::suites::{Suite, Suites};

/// What is known of tests that ran: the steps that each of them reached, by test name.
#[derive(Default)]
pub(super) struct Known {
    reached: BTreeMap<String, BTreeSet<String>>,
    /// What each project declared: steps without what a change of a handler moves.
    declared: BTreeMap<String, Declared>,
}

/// What decides which steps a flow can come by.
type Declared = (Vec<PlanStep>, Vec<PlanStream>);

fn declared(plan: &Plan) -> Declared {
    let steps = plan.steps.iter().map(|step| PlanStep {
        handler_line: None,
        ..step.clone()
    });
    (steps.collect(), plan.streams.clone())
}

impl Known {
    /// Takes over what a run came by.
    pub(super) fn learn(&mut self, suites: &Suites, outcomes: &[TestOutcome]) {
        for outcome in outcomes {
            let steps = outcome.reached.steps.keys().cloned().collect();
            self.reached.insert(outcome.name.clone(), steps);
        }
        for suite in &suites.suites {
            self.declared.insert(suite.project.clone(), declared(&suite.plan));
        }
    }

    /// The tests that `changed` (relative to the workspace) can matter to, with the first reason that is found.
    pub(super) fn affected(
        &self,
        suites: &Suites,
        snapshot: &Snapshot,
        changed: &BTreeSet<String>,
    ) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        for suite in &suites.suites {
            let whole = self.reason_for_all(suite, snapshot, changed);
            let mut used = BTreeMap::new();
            for test in &suite.tests {
                let reason = whole
                    .clone()
                    .or_else(|| self.reason(suite, test, snapshot, changed, &mut used));
                if let Some(reason) = reason {
                    out.insert(test.name.clone(), reason);
                }
            }
        }
        out
    }

    /// Why every test of a project runs again: nobody can say which of them it matters to.
    fn reason_for_all(
        &self,
        suite: &Suite,
        snapshot: &Snapshot,
        changed: &BTreeSet<String>,
    ) -> Option<String> {
        let steps = suite.plan.steps.iter().map(|step| in_project(suite, &step.file));
        let used: BTreeSet<String> = steps.flat_map(|step| snapshot.used_by(&step)).collect();
        let of_project =
            |file: &&String| suite.project.is_empty() || file.starts_with(&format!("{}/", suite.project));
        for file in changed {
            match role(file) {
                Some(FileRole::Manifest) => return Some(format!("{file} changed")),
                Some(FileRole::Stream) if of_project(&file) => return Some(format!("{file} changed")),
                Some(FileRole::Module) if of_project(&file) && !used.contains(file) => {
                    return Some(format!("{file} changed, and who uses it is not known"));
                }
                _ => {}
            }
        }
        let before = self.declared.get(&suite.project)?;
        let now = declared(&suite.plan);
        if *before == now {
            return None;
        }
        let differs = |step: &&PlanStep| !before.0.contains(step);
        let other = now.0.iter().find(differs);
        Some(match other {
            Some(step) => format!("{} declares something else", step.file),
            None => "a step or a stream is gone".to_owned(),
        })
    }

    fn reason(
        &self,
        suite: &Suite,
        test: &TestCase,
        snapshot: &Snapshot,
        changed: &BTreeSet<String>,
        used: &mut BTreeMap<String, BTreeSet<String>>,
    ) -> Option<String> {
        let own = in_project(suite, &test.file.path);
        if changed.contains(&own) {
            return Some(format!("{own} changed"));
        }
        let Some(reached) = self.reached.get(&test.name) else {
            return Some("it has not run yet".to_owned());
        };
        for step in reached {
            let file = suite.plan.step(step).map(|at| &suite.plan.steps[at].file)?;
            let file = in_project(suite, file);
            let uses = used
                .entry(file.clone())
                .or_insert_with(|| snapshot.used_by(&file));
            if let Some(changed) = changed.iter().find(|changed| uses.contains(*changed)) {
                return Some(match *changed == file {
                    true => format!("{file} changed, and it ran {step}"),
                    false => format!("{changed} changed, which {step} uses"),
                });
            }
        }
        None
    }
}

/// A path of a project, relative to the workspace.
fn in_project(suite: &Suite, file: &str) -> String {
    match suite.project.as_str() {
        "" => file.to_owned(),
        root => format!("{root}/{file}"),
    }
}
