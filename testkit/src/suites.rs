//! The tests of a workspace: those that can be run, by project, and the files that cannot.

use std::path::Path;
use std::sync::Arc;

use banister_grammars::{Encoding, LineIndex};
use banister_project::Snapshot;
use banister_project::flow_test::{self, ProjectNames, SpecProblem};

use crate::auto;
use crate::flow_files::{self, FlowSource};
use crate::mock::unusable_files;
use crate::plan::Plan;
use crate::runner::TestCase;
use crate::stand_ins::missing_files;

/// The tests of one project.
#[derive(Debug)]
pub struct Suite {
    /// The project, relative to the workspace, with `/`; empty for the workspace itself.
    pub project: String,
    /// What runs.
    pub plan: Plan,
    /// Its tests, by file and in the order written.
    pub tests: Vec<TestCase>,
}

/// A flow test file that cannot be run.
#[derive(Debug)]
pub struct InvalidFile {
    /// Relative to the workspace.
    pub path: String,
    /// Relative to its project.
    pub local: String,
    /// Its text, or why it cannot be read.
    pub text: Result<Arc<str>, String>,
    /// What is wrong with the text, in its order.
    pub problems: Vec<SpecProblem>,
}

/// Everything that can be run, and what cannot.
#[derive(Debug, Default)]
pub struct Suites {
    /// By project.
    pub suites: Vec<Suite>,
    /// By project and path.
    pub invalid: Vec<InvalidFile>,
    /// What may hold tests and was not looked into, in sentences.
    pub left_out: Vec<String>,
}

impl Suites {
    /// The tests of every project of `snapshot`, whose workspace lies at `root` on the disk. Where there are several
    /// projects, the names of tests begin with the project's folder.
    pub fn of(snapshot: &Snapshot, root: &Path) -> Self {
        let projects = snapshot.projects();
        let mut all = Self::default();
        for project in &projects {
            let mut suite = Suite {
                project: project.root.clone(),
                plan: Plan::of_project(project, root),
                tests: Vec::new(),
            };
            let names = snapshot.names_of(&project.root);
            let prefix = prefix(projects.len(), &project.root);
            let found = flow_files::find(&suite.plan.root);
            all.left_out.extend(found.left_out);
            for source in found.sources {
                match read(&source, &names, &suite.plan.root) {
                    Ok(mut tests) => {
                        for test in &mut tests {
                            test.name.insert_str(0, &prefix);
                        }
                        suite.tests.append(&mut tests);
                    }
                    Err(problems) => all.invalid.push(InvalidFile {
                        path: format!("{prefix}{}", source.path),
                        local: source.path,
                        text: source.text,
                        problems,
                    }),
                }
            }
            all.suites.push(suite);
        }
        all
    }

    /// The generated tests of every project instead of those that are written, which only lend their mocks. Their names
    /// begin with `auto::`.
    pub fn generated(snapshot: &Snapshot, root: &Path) -> Self {
        let mut all = Self::of(snapshot, root);
        let count = all.suites.len();
        for suite in &mut all.suites {
            let files = TestCase::files_of(&suite.tests);
            let known = auto::expected_topics(&files).map(str::to_owned);
            suite.plan.hints.known_topics.extend(known);
            suite.plan.hints.asked = auto::asked(snapshot, &suite.plan, &suite.project, &files);
            suite.tests = auto::tests(&suite.plan, &files)
                .into_iter()
                .map(TestCase::from)
                .collect();
            let prefix = prefix(count, &suite.project);
            for test in &mut suite.tests {
                test.name.insert_str(0, &prefix);
            }
        }
        all
    }

    /// Every test, in order.
    pub fn tests(&self) -> impl Iterator<Item = &TestCase> {
        self.suites.iter().flat_map(|suite| &suite.tests)
    }

    /// Leaves the tests that `keep` is true for.
    pub fn retain(&mut self, mut keep: impl FnMut(&TestCase) -> bool) {
        for suite in &mut self.suites {
            suite.tests.retain(&mut keep);
        }
    }
}

/// Projects of one repository have files of the same name.
fn prefix(projects: usize, root: &str) -> String {
    match (projects, root) {
        (1, _) | (_, "") => String::new(),
        (_, root) => format!("{root}/"),
    }
}

impl InvalidFile {
    /// What is wrong, a line for each problem: `tests/a.flow.yaml:3:5: unknown key …`.
    pub fn story(&self) -> String {
        let text = match &self.text {
            Ok(text) => text,
            Err(error) => return format!("{} {error}\n", self.path),
        };
        let lines = LineIndex::new(text);
        let told = self.problems.iter().map(|problem| {
            let at = lines.position(text, problem.span.start, Encoding::Utf32);
            let help = problem
                .help
                .as_deref()
                .map_or_else(String::new, |it| format!("; {it}"));
            let (line, column) = (at.line + 1, at.column + 1);
            format!("{}:{line}:{column}: {}{help}\n", self.path, problem.message)
        });
        told.collect()
    }
}

/// The tests of a file, or what is wrong with it; no problems if it cannot be read at all.
fn read(source: &FlowSource, names: &ProjectNames, root: &Path) -> Result<Vec<TestCase>, Vec<SpecProblem>> {
    let text = source.text.as_ref().map_err(|_| Vec::new())?;
    let file = flow_test::parse(&source.path, Arc::clone(text))?;
    let ignores = flow_test::ignores(text);
    let mut problems = flow_test::check_names(&file, names);
    problems.extend(missing_files(&file, root));
    problems.extend(unusable_files(&file, root));
    problems.sort_by_key(|problem| problem.span);
    problems.retain(|problem| {
        let at = problem.span.start;
        !ignores.iter().any(|it| it.silences(problem.rule, at))
    });
    match problems.is_empty() {
        true => Ok(TestCase::all_of(&Arc::new(file))),
        false => Err(problems),
    }
}
