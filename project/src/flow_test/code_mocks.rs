//! `mocks.modules` and `mocks.functions`: code that stands in for modules and for names that nobody defines.

use banister_grammars::Language;
use serde_json::Value as Json;

use super::problem::{INVALID_VALUE, MISSING_KEY, suggestion};
use super::reader::{Fields, Keys, Reader};
use super::yaml::{Data, Node};
use super::{Expectation, FlowTest, Spanned};

/// Code that stands in for other code during a test.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodeMocks {
    /// Stand-ins for imports. Of two for one name and language the first counts.
    pub modules: Vec<ModuleMock>,
    /// Stand-ins for names that a module uses and nobody defines. Of two for one name the first counts.
    pub functions: Vec<FunctionMock>,
}

/// A module that is imported instead of the one of this name.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleMock {
    /// As imports write it: `@aws-sdk/client-s3`, `sklearn`, `prawn`.
    pub name: Spanned<String>,
    /// What takes its place.
    pub with: StandIn,
}

/// What takes the place of a module.
#[derive(Debug, Clone, PartialEq)]
pub enum StandIn {
    /// A file, in its language only.
    File(MockFile),
    /// What it exports, written in the test; for JavaScript, TypeScript and Python.
    Exports(Vec<FunctionMock>),
}

/// A file that lies beside the tests.
#[derive(Debug, Clone, PartialEq)]
pub struct MockFile {
    /// Relative to the folder of the flow test file.
    pub path: Spanned<String>,
    /// By its extension.
    pub language: Language,
}

/// A function, or a value, that a test makes up.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionMock {
    /// A name, or a dotted path of names.
    pub name: Spanned<String>,
    /// What it does.
    pub act: FunctionAct,
    /// True if a call gives a promise or a coroutine.
    pub is_async: bool,
}

/// What a mocked name is.
#[derive(Debug, Clone, PartialEq)]
pub enum FunctionAct {
    /// A function with these outcomes in order; the last repeats.
    Outcomes(Vec<Outcome>),
    /// A function in a file, one file for each language.
    Files {
        /// The files.
        files: Vec<MockFile>,
        /// The name of the function in them.
        export: String,
    },
    /// No function but a value.
    Value(Json),
}

/// What comes of one call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It gives a value; `{{args[0].id}}` in it is a part of the arguments.
    Returns(Json),
    /// It fails.
    Throws {
        /// The class of the error; the language's own general one if absent.
        name: Option<String>,
        /// Its text.
        message: String,
    },
}

impl CodeMocks {
    /// Adds what another level of the file mocks: what is here already comes first.
    pub(super) fn extend(&mut self, other: &CodeMocks) {
        self.modules.extend(other.modules.iter().cloned());
        self.functions.extend(other.functions.iter().cloned());
    }

    /// Every file that is named.
    pub fn files(&self) -> impl Iterator<Item = &MockFile> {
        let modules = self.modules.iter();
        let functions = modules.clone().flat_map(|mock| match &mock.with {
            StandIn::Exports(functions) => functions.as_slice(),
            StandIn::File(_) => &[],
        });
        let of_modules = modules.filter_map(|mock| match &mock.with {
            StandIn::File(file) => Some(file),
            StandIn::Exports(_) => None,
        });
        let of_functions = functions
            .chain(&self.functions)
            .flat_map(|function| match &function.act {
                FunctionAct::Files { files, .. } => files.as_slice(),
                _ => &[],
            });
        of_modules.chain(of_functions)
    }
}

/// The module mocks of a file, each once, in the order of the text.
pub(crate) fn modules(tests: &[FlowTest]) -> Vec<&ModuleMock> {
    let mut mocks: Vec<&ModuleMock> = tests.iter().flat_map(|test| &test.code.modules).collect();
    mocks.sort_by_key(|mock| mock.name.span);
    mocks.dedup_by_key(|mock| mock.name.span);
    mocks
}

pub(super) const FUNCTION: Keys = &[
    "returns", "throws", "sequence", "value", "file", "export", "async",
];
pub(super) const OUTCOME: Keys = &["returns", "throws"];
pub(super) const THROWN: Keys = &["name", "message"];
/// What a function does: exactly one of these.
const ACTS: [&str; 5] = ["returns", "throws", "sequence", "value", "file"];
const ENDINGS: &str = "`.js`, `.mjs`, `.cjs`, `.ts`, `.mts`, `.cts`, `.py` or `.rb`";

impl Reader {
    /// The `modules` and `functions` of a `mocks` whose keys have been checked.
    pub(super) fn code_mocks(&mut self, node: &Node) -> CodeMocks {
        let Data::Map(entries) = &node.data else {
            return CodeMocks::default();
        };
        let mut mocks = CodeMocks::default();
        for (key, value) in entries {
            match key.value.as_str() {
                "modules" => mocks.modules = self.module_mocks(value),
                "functions" => mocks.functions = self.function_mocks(value, "`mocks.functions`"),
                _ => {}
            }
        }
        mocks
    }

    /// An expectation about a function that no mock of the test stands in for could never come true.
    pub(super) fn mocked_functions_exist(&mut self, test: &FlowTest) {
        let mut names: Vec<String> = test
            .code
            .functions
            .iter()
            .map(|it| it.name.value.clone())
            .collect();
        for module in &test.code.modules {
            if let StandIn::Exports(exports) = &module.with {
                names.extend(exports.iter().map(|it| format!("{}.{}", module.name, it.name)));
            }
        }
        for expectation in &test.then {
            let Expectation::CalledFunction { function, .. } = &expectation.value else {
                continue;
            };
            if !names.contains(&function.value) {
                let list: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("no mock of this test is called `{function}`");
                match suggestion(&function.value, &list) {
                    Some(help) => self.report_with_help(INVALID_VALUE, function.span, message, help),
                    None => self.report(INVALID_VALUE, function.span, message),
                }
            }
        }
    }

    fn module_mocks(&mut self, node: &Node) -> Vec<ModuleMock> {
        let mut mocks = Vec::new();
        for (name, value) in self.entries(node, "`mocks.modules`").unwrap_or_default() {
            if name.value.trim().is_empty() {
                self.report(INVALID_VALUE, name.span, "the name of a mocked module is empty");
                continue;
            }
            let with = match &value.data {
                Data::Map(_) => self
                    .filled_function_mocks(value, &name.value)
                    .map(StandIn::Exports)
                    .into_iter()
                    .collect(),
                _ => self
                    .mock_files(value, &format!("the mock of `{}`", name.value))
                    .into_iter()
                    .map(StandIn::File)
                    .collect::<Vec<_>>(),
            };
            mocks.extend(with.into_iter().map(|with| ModuleMock {
                name: name.clone(),
                with,
            }));
        }
        mocks
    }

    fn filled_function_mocks(&mut self, node: &Node, module: &str) -> Option<Vec<FunctionMock>> {
        let known = self.problems.len();
        let mocks = self.function_mocks(node, "a mocked module");
        if mocks.is_empty() && self.problems.len() == known {
            return self.wrong(node, format!("the mock of `{module}` exports nothing"));
        }
        Some(mocks)
    }

    /// A file, or one for each language.
    fn mock_files(&mut self, node: &Node, what: &str) -> Vec<MockFile> {
        let nodes = match &node.data {
            Data::List(items) if !items.is_empty() => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut files: Vec<MockFile> = Vec::new();
        for node in nodes {
            let Some(path) = self.text(node, what) else {
                continue;
            };
            let Some(language) = Language::of_path(&path.value) else {
                let message = format!("{what} must be a file that ends in {ENDINGS}, found `{path}`");
                self.report(INVALID_VALUE, path.span, message);
                continue;
            };
            if files
                .iter()
                .any(|other| shares_interpreter(other.language, language))
            {
                let message = format!("{what} has two files in one language");
                self.report(INVALID_VALUE, path.span, message);
                continue;
            }
            files.push(MockFile { path, language });
        }
        files
    }

    fn function_mocks(&mut self, node: &Node, what: &str) -> Vec<FunctionMock> {
        let entries = self.entries(node, what).unwrap_or_default();
        entries
            .iter()
            .filter_map(|(name, value)| self.function_mock(name, value))
            .collect()
    }

    fn function_mock(&mut self, name: &Spanned<String>, node: &Node) -> Option<FunctionMock> {
        if !is_name(name) {
            let message = format!("`{name}` is not a name that code can use");
            self.report(INVALID_VALUE, name.span, message);
            return None;
        }
        let known = self.problems.len();
        let fields = self.fields(node, "a mocked function", FUNCTION)?;
        let misspelled = self.problems.len() > known;
        let given: Vec<&str> = ACTS.into_iter().filter(|act| fields.get(act).is_some()).collect();
        let act = match given.as_slice() {
            [act] => *act,
            [] if misspelled => return None,
            [] => {
                let message =
                    format!("`{name}` needs one of `returns`, `throws`, `sequence`, `value`, `file`");
                self.report(MISSING_KEY, name.span, message);
                return None;
            }
            [first, second, ..] => {
                let at = fields.key_span(second).unwrap_or(fields.place());
                let message = format!("a mocked function has either `{first}` or `{second}`");
                self.report(INVALID_VALUE, at, message);
                return None;
            }
        };
        let is_async = self.is_async(&fields, act)?;
        if let Some(at) = fields.key_span("export").filter(|_| act != "file") {
            self.report(INVALID_VALUE, at, "`export` belongs to a `file`");
        }
        let value = fields.get(act)?;
        let act = match act {
            "returns" => FunctionAct::Outcomes(vec![Outcome::Returns(value.to_json())]),
            "throws" => FunctionAct::Outcomes(vec![self.thrown(value)?]),
            "sequence" => {
                let items = self.filled_list(value, "`sequence`")?;
                let outcomes: Vec<_> = items.iter().map(|item| self.outcome(item)).collect();
                FunctionAct::Outcomes(outcomes.into_iter().collect::<Option<_>>()?)
            }
            "value" => FunctionAct::Value(value.to_json()),
            _ => {
                let export = match fields.get("export") {
                    Some(node) => self.text(node, "`export`")?.value,
                    None => name.value.clone(),
                };
                let files = self.mock_files(value, "the file of a mocked function");
                if files.is_empty() {
                    return None;
                }
                FunctionAct::Files { files, export }
            }
        };
        Some(FunctionMock {
            name: name.clone(),
            act,
            is_async,
        })
    }

    fn is_async(&mut self, fields: &Fields<'_>, act: &str) -> Option<bool> {
        let Some(node) = fields.get("async") else {
            return Some(false);
        };
        match &node.data {
            Data::Scalar(Json::Bool(_), _) if ["value", "file"].contains(&act) => {
                let at = fields.key_span("async").unwrap_or(node.span);
                self.report(INVALID_VALUE, at, format!("`async` does not go with `{act}`"));
                None
            }
            Data::Scalar(Json::Bool(value), _) => Some(*value),
            _ => self.wrong(node, "`async` must be true or false"),
        }
    }

    fn outcome(&mut self, node: &Node) -> Option<Outcome> {
        let fields = self.fields(node, "an item of `sequence`", OUTCOME)?;
        match (fields.get("returns"), fields.get("throws")) {
            (Some(value), None) => Some(Outcome::Returns(value.to_json())),
            (None, Some(value)) => self.thrown(value),
            (Some(_), Some(_)) => self.wrong(node, "an item of `sequence` has either `returns` or `throws`"),
            (None, None) => self.wrong(
                node,
                "an item of `sequence` needs `returns` or `throws`: `{ returns: 1 }`",
            ),
        }
    }

    /// A message, or an error class with its message.
    fn thrown(&mut self, node: &Node) -> Option<Outcome> {
        if !matches!(node.data, Data::Map(_)) {
            let message = self.scalar_text(node, "`throws`")?;
            return Some(Outcome::Throws { name: None, message });
        }
        let fields = self.fields(node, "`throws`", THROWN)?;
        let message = self
            .require(&fields, "message")
            .and_then(|node| self.scalar_text(node, "`message`"));
        let name = fields.get("name").and_then(|node| self.text(node, "`name`"));
        if let Some(name) = name.as_ref().filter(|name| !is_name(name)) {
            let message = format!("`{name}` is not the name of an error class");
            self.report(INVALID_VALUE, name.span, message);
        }
        Some(Outcome::Throws {
            name: name.map(|name| name.value),
            message: message?,
        })
    }
}

/// TypeScript and JavaScript run in one interpreter, where one name means one module.
fn shares_interpreter(one: Language, other: Language) -> bool {
    one == other || (one.is_script() && other.is_script())
}

/// A name of any of the languages, or a dotted path of names: `charge`, `$total`, `valid?`, `Mailer.deliver`.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let body = part.strip_suffix(['?', '!']).unwrap_or(part);
        body.chars()
            .next()
            .is_some_and(|c| c.is_alphabetic() || "_$".contains(c))
            && body.chars().all(|c| c.is_alphanumeric() || "_$".contains(c))
    };
    text.split('.').all(is_part)
}

#[cfg(test)]
mod tests;
