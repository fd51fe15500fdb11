//! The tests of a workspace, and the files that cannot be run.

use std::path::Path;
use std::sync::Arc;

use banister_project::Snapshot;
use banister_project::flow_test::{self, ProjectNames};
use banister_testkit::flow_files::{self, FlowSource};
use banister_testkit::plan::Plan;
use banister_testkit::runner::TestCase;

use crate::render::{full, problem};

/// The tests of one project.
pub(super) struct Suite {
    /// Relative to the workspace, with `/`; empty for the workspace itself.
    pub(super) project: String,
    pub(super) plan: Plan,
    pub(super) tests: Vec<TestCase>,
}

/// A flow test file that cannot be run, and what is wrong with it, ready to be shown.
pub(super) struct InvalidFile {
    /// Relative to the workspace.
    pub(super) path: String,
    pub(super) problems: String,
}

/// Everything that can be run, and what cannot.
#[derive(Default)]
pub(super) struct Suites {
    pub(super) suites: Vec<Suite>,
    pub(super) invalid: Vec<InvalidFile>,
}

impl Suites {
    pub(super) fn of(snapshot: &Snapshot, root: &Path) -> Self {
        let projects = snapshot.projects();
        let mut all = Self::default();
        for project in &projects {
            let mut suite = Suite {
                project: project.root.clone(),
                plan: Plan::of_project(project, root),
                tests: Vec::new(),
            };
            let names = ProjectNames::of_project(snapshot, &project.root);
            // Projects of one repository have files of the same name.
            let prefix = match projects.len() {
                1 => String::new(),
                _ => format!("{}/", project.root),
            };
            for source in flow_files::find(&suite.plan.root) {
                match read(&source, &names) {
                    Ok(mut tests) => {
                        for test in &mut tests {
                            test.name.insert_str(0, prefix.trim_start_matches('/'));
                        }
                        suite.tests.append(&mut tests);
                    }
                    Err(problems) => all.invalid.push(InvalidFile {
                        path: format!("{prefix}{}", source.path),
                        problems,
                    }),
                }
            }
            all.suites.push(suite);
        }
        all
    }

    /// Every test, in order.
    pub(super) fn tests(&self) -> impl Iterator<Item = &TestCase> {
        self.suites.iter().flat_map(|suite| &suite.tests)
    }

    /// Leaves the tests that `keep` is true for.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&TestCase) -> bool) {
        for suite in &mut self.suites {
            suite.tests.retain(&mut keep);
        }
    }
}

/// The tests of a file, or what is wrong with it, ready to be shown.
fn read(source: &FlowSource, names: &ProjectNames) -> Result<Vec<TestCase>, String> {
    let text = source
        .text
        .as_ref()
        .map_err(|error| problem::error_line(&format!("{} {error}", source.path)))?;
    let (file, problems) = match flow_test::parse(&source.path, Arc::clone(text)) {
        Ok(file) => {
            let mut problems = flow_test::check_names(&file, names);
            let ignores = flow_test::ignores(text);
            problems.retain(|problem| {
                !ignores
                    .iter()
                    .any(|ignore| ignore.silences(problem.rule, problem.span.start))
            });
            (Some(file), problems)
        }
        Err(problems) => (None, problems),
    };
    match file.filter(|_| problems.is_empty()) {
        Some(file) => Ok(TestCase::all_of(&Arc::new(file))),
        None => {
            let shown = problems.iter().map(|it| {
                full::problem_with_code(
                    it.rule,
                    &it.message,
                    it.help.as_deref(),
                    &source.path,
                    text,
                    it.span,
                )
            });
            Err(shown.collect::<Vec<_>>().join("\n\n"))
        }
    }
}
