//! The code that stands in for modules and names during a run: what each interpreter must know of it, and the outcomes
//! of mocked functions, which the harness keeps because a sequence goes on from one handler to the next.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use banister_grammars::Language;
use banister_project::flow_test::{
    CodeMocks, FlowFile, FunctionAct, FunctionMock, MockFile, Outcome, SpecProblem, StandIn,
};
use serde_json::Value as Json;

use crate::modules::tidy;
use crate::protocol::{CodeStandIns, MockedError, MockedOutcome, ModuleStandIn, NameStandIn};
use crate::template::{Variables, fill};

/// The stand-ins of one run.
#[derive(Debug, Clone, Default)]
pub struct StandIns {
    scripts: CodeStandIns,
    python: CodeStandIns,
    ruby: CodeStandIns,
    outcomes: BTreeMap<String, Outcomes>,
    variables: Variables,
}

/// What comes of the calls of one function.
#[derive(Debug, Clone)]
enum Outcomes {
    /// In order; the last repeats. With the number of calls so far.
    Listed(Vec<Outcome>, usize),
    /// The function in its file decides.
    OfItsOwn,
}

impl StandIns {
    /// The stand-ins of a test whose file lies in `folder`; `variables` are the generated values of a property.
    pub fn new(code: &CodeMocks, folder: &Path, variables: &Variables) -> Self {
        let mut all = Self {
            variables: variables.clone(),
            ..Self::default()
        };
        for mock in &code.modules {
            let name = module_key(&mock.name, folder);
            match &mock.with {
                StandIn::File(file) => {
                    let with = ModuleStandIn::File(absolute(file, folder));
                    all.of_mut(file.language).modules.entry(name).or_insert(with);
                }
                StandIn::Exports(exports) => {
                    for language in [Language::JavaScript, Language::Python] {
                        let names = all.exports(&mock.name, exports, language, folder);
                        let with = ModuleStandIn::Exports(names);
                        all.of_mut(language).modules.entry(name.clone()).or_insert(with);
                    }
                }
            }
        }
        for function in &code.functions {
            if all.outcomes.contains_key(&function.name.value) {
                continue;
            }
            all.keep_outcomes(&function.name, &function.act);
            for language in [Language::JavaScript, Language::Python, Language::Ruby] {
                if let Some(with) = stand_in(&function.name, function, language, folder) {
                    let names = &mut all.of_mut(language).names;
                    names.entry(function.name.value.clone()).or_insert(with);
                }
            }
        }
        all
    }

    /// What the interpreter of `language` must know.
    pub fn of(&self, language: Language) -> &CodeStandIns {
        match language {
            Language::TypeScript | Language::JavaScript => &self.scripts,
            Language::Python => &self.python,
            Language::Ruby => &self.ruby,
        }
    }

    /// What comes of this call.
    pub fn call(&mut self, function: &str, args: &[Json]) -> MockedOutcome {
        let outcome = match self.outcomes.get_mut(function) {
            Some(Outcomes::Listed(outcomes, calls)) => {
                let at = (*calls).min(outcomes.len().saturating_sub(1));
                *calls += 1;
                outcomes.get(at).cloned()
            }
            Some(Outcomes::OfItsOwn) | None => None,
        };
        match outcome {
            None => MockedOutcome {
                runs: true,
                ..MockedOutcome::default()
            },
            Some(Outcome::Throws { name, message }) => threw(name, message),
            Some(Outcome::Returns(value)) => match fill(&value, &self.variables_of(args)) {
                Ok(value) => MockedOutcome {
                    returns: Some(value),
                    ..MockedOutcome::default()
                },
                Err(error) => threw(None, format!("the mock of `{function}`: {error}")),
            },
        }
    }

    /// `args.0`, `args.1`, … beside the generated values.
    fn variables_of(&self, args: &[Json]) -> Variables {
        let numbered = args
            .iter()
            .enumerate()
            .map(|(n, arg)| (n.to_string(), arg.clone()));
        let mut variables = self.variables.clone();
        variables.insert("args".to_owned(), Json::Object(numbered.collect()));
        variables
    }

    fn of_mut(&mut self, language: Language) -> &mut CodeStandIns {
        match language {
            Language::TypeScript | Language::JavaScript => &mut self.scripts,
            Language::Python => &mut self.python,
            Language::Ruby => &mut self.ruby,
        }
    }

    fn exports(
        &mut self,
        module: &str,
        exports: &[FunctionMock],
        language: Language,
        folder: &Path,
    ) -> BTreeMap<String, NameStandIn> {
        let mut names = BTreeMap::new();
        for export in exports {
            let full = format!("{module}.{}", export.name);
            if let Some(with) = stand_in(&full, export, language, folder) {
                names.insert(export.name.value.clone(), with);
            }
            self.keep_outcomes(&full, &export.act);
        }
        names
    }

    fn keep_outcomes(&mut self, name: &str, act: &FunctionAct) {
        let outcomes = match act {
            FunctionAct::Outcomes(outcomes) => Outcomes::Listed(outcomes.clone(), 0),
            FunctionAct::Files { .. } | FunctionAct::Value(_) => Outcomes::OfItsOwn,
        };
        self.outcomes.entry(name.to_owned()).or_insert(outcomes);
    }
}

fn threw(name: Option<String>, message: String) -> MockedOutcome {
    MockedOutcome {
        throws: Some(MockedError { name, message }),
        ..MockedOutcome::default()
    }
}

/// What stands in for a name in one language; `None` if its files are in others.
fn stand_in(full: &str, mock: &FunctionMock, language: Language, folder: &Path) -> Option<NameStandIn> {
    match &mock.act {
        FunctionAct::Value(value) => Some(NameStandIn::Value(value.clone())),
        FunctionAct::Outcomes(_) => Some(NameStandIn::Function {
            function: full.to_owned(),
            is_async: mock.is_async,
        }),
        FunctionAct::Files { files, export } => {
            let file = files.iter().find(|file| {
                file.language == language || (file.language.is_script() && language.is_script())
            })?;
            Some(NameStandIn::Export {
                function: full.to_owned(),
                file: absolute(file, folder),
                export: export.clone(),
            })
        }
    }
}

/// A package by its name, without the scheme of node's own modules; a file of the project by its path.
fn module_key(name: &str, folder: &Path) -> String {
    match is_path(name) {
        true => joined(folder, name).to_string_lossy().into_owned(),
        false => name.strip_prefix("node:").unwrap_or(name).to_owned(),
    }
}

fn is_path(name: &str) -> bool {
    name.starts_with("./") || name.starts_with("../")
}

fn absolute(file: &MockFile, folder: &Path) -> String {
    joined(folder, &file.path).to_string_lossy().into_owned()
}

fn joined(folder: &Path, path: &str) -> PathBuf {
    tidy(&folder.join(path))
}

/// The folder of a flow test file of the project at `root`.
pub fn folder_of(file: &FlowFile, root: &Path) -> PathBuf {
    root.join(&file.path)
        .parent()
        .map_or_else(|| root.to_owned(), Path::to_owned)
}

/// Files that the mocks of `file` name and that are not there, in the order of the text.
pub fn missing_files(file: &FlowFile, root: &Path) -> Vec<SpecProblem> {
    let folder = folder_of(file, root);
    let mocks = || file.tests.iter().map(|test| &test.code);
    let replaced = mocks().flat_map(|code| {
        code.modules
            .iter()
            .map(|mock| &mock.name)
            .filter(|name| is_path(name))
    });
    let files = mocks().flat_map(CodeMocks::files).map(|file| &file.path);
    let mut problems: Vec<SpecProblem> = files
        .chain(replaced)
        .filter(|path| !joined(&folder, path).is_file())
        .map(|path| SpecProblem {
            rule: "flow-test-invalid-value",
            message: format!("there is no file `{path}` beside this test"),
            span: path.span,
            help: Some("the paths of mocks start at the folder of the flow test file".to_owned()),
        })
        .collect();
    problems.sort_by_key(|problem| problem.span);
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use banister_project::flow_test::parse;
    use serde_json::json;

    fn code(mocks: &str) -> FlowFile {
        let test = "tests:\n  - name: a\n    when: [{ cron: A }]\n    then: [{ ran: [A] }]\n";
        parse("tests/a.flow.yaml", format!("mocks: {mocks}\n{test}").into()).unwrap()
    }

    fn stand_ins(mocks: &str) -> StandIns {
        StandIns::new(
            &code(mocks).tests[0].code,
            Path::new("/p/tests"),
            &Variables::new(),
        )
    }

    #[test]
    fn each_language_has_its_own() {
        let all = stand_ins(
            "{ modules: { sklearn: m/s.py, 'node:fs': ../fs.mjs, ../lib/db.ts: db.ts, pg: { query: { returns: 1 } } }, \
             functions: { f: { file: [f.rb, f.ts] }, g: { returns: 1 }, N: { value: 2 } } }",
        );
        let keys = |language| {
            let of = all.of(language);
            let modules: Vec<_> = of.modules.keys().map(String::as_str).collect();
            let names: Vec<_> = of.names.keys().map(String::as_str).collect();
            (modules.join(" "), names.join(" "))
        };
        assert_eq!(
            keys(Language::TypeScript),
            ("/p/lib/db.ts fs pg".into(), "N f g".into())
        );
        assert_eq!(keys(Language::Python), ("pg sklearn".into(), "N g".into()));
        assert_eq!(keys(Language::Ruby), (String::new(), "N f g".into()));
        let sklearn = ModuleStandIn::File("/p/tests/m/s.py".into());
        assert_eq!(all.of(Language::Python).modules["sklearn"], sklearn);
    }

    #[test]
    fn outcomes_come_in_order_and_see_the_arguments() {
        let mut all = stand_ins(
            "{ functions: { f: { sequence: [{ returns: 'got {{args.0.id}}' }, { throws: no }] }, g: { file: g.js }, \
             h: { returns: '{{nope}}' } } }",
        );
        let args = [json!({"id": 7})];
        assert_eq!(all.call("f", &args).returns, Some(json!("got 7")));
        for _ in 0..2 {
            assert_eq!(all.call("f", &args).throws.unwrap().message, "no");
        }
        assert!(all.call("g", &[]).runs);
        let message = all.call("h", &[]).throws.unwrap().message;
        assert!(message.contains("`{{nope}}` is not"), "{message}");
    }

    #[test]
    fn a_file_that_is_not_there_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tests")).unwrap();
        std::fs::write(folder.path().join("tests/there.py"), "").unwrap();
        let file = code("{ modules: { a: ./there.py, b: ./gone.py, ./gone.ts: x.ts } }");
        let told: Vec<_> = missing_files(&file, folder.path())
            .into_iter()
            .map(|it| it.message)
            .collect();
        let says = |path: &str| format!("there is no file `{path}` beside this test");
        assert_eq!(told, [says("./gone.py"), says("./gone.ts"), says("x.ts")]);
    }
}
