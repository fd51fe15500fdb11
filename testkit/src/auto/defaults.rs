//! What a generated test begins with: the mocks that stand at the top of the project's flow test files, and the
//! environment variables of their tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use banister_project::flow_test::{
    CodeMocks, FlowFile, FunctionAct, FunctionMock, MockFile, MockSet, StandIn, parse,
};
use banister_project::flow_test::{Expectation, Spanned};

/// The name of the file that generated tests seem to stand in: at the root, so that paths start there.
const FILE: &str = "auto.flow.yaml";

/// A file with one test that does nothing yet. Of two mocks for one thing that of the first file counts.
pub(crate) fn base(files: &[Arc<FlowFile>]) -> Option<FlowFile> {
    let text = "tests: [{ name: auto, when: [{ advance: 1ms }], then: [{ log: { times: 0 } }] }]";
    let mut base = parse(FILE, text.into()).ok()?;
    base.text = "".into();
    for test in &mut base.tests {
        test.when.clear();
        test.then.clear();
        for file in files {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            test.mocks.extend(&services(&file.shared.mocks, folder));
            let code = code(&file.shared.code, folder);
            test.code.modules.extend(code.modules);
            test.code.functions.extend(code.functions);
        }
        test.given.env = env(files);
    }
    Some(base)
}

/// Topics that a flow test expects: whoever wrote it knows of them.
pub(crate) fn expected_topics(files: &[Arc<FlowFile>]) -> impl Iterator<Item = &str> {
    let tests = files.iter().flat_map(|file| &file.tests);
    tests
        .flat_map(|test| &test.then)
        .filter_map(|it| match &it.value {
            Expectation::Emitted { topic, .. } | Expectation::NotEmitted { topic } => {
                Some(topic.value.as_str())
            }
            _ => None,
        })
}

/// What the flow tests say of each variable; the first one counts.
fn env(files: &[Arc<FlowFile>]) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (name, value) in (files.iter())
        .flat_map(|file| &file.tests)
        .flat_map(|test| &test.given.env)
    {
        env.entry(name.clone()).or_insert_with(|| value.clone());
    }
    // The zone of one test is no default for others.
    env.remove("TZ");
    env
}

fn services(mocks: &MockSet, folder: &str) -> MockSet {
    let mut mocks = mocks.clone();
    for cassette in &mut mocks.cassettes {
        rebase(cassette, folder);
    }
    for document in &mut mocks.openapi {
        rebase(&mut document.document, folder);
    }
    mocks
}

fn code(code: &CodeMocks, folder: &str) -> CodeMocks {
    let mut code = code.clone();
    for module in &mut code.modules {
        if module.name.starts_with("./") || module.name.starts_with("../") {
            rebase(&mut module.name, folder);
        }
        match &mut module.with {
            StandIn::File(file) => rebase_file(file, folder),
            StandIn::Exports(exports) => exports.iter_mut().for_each(|it| rebase_function(it, folder)),
        }
    }
    code.functions
        .iter_mut()
        .for_each(|it| rebase_function(it, folder));
    code
}

fn rebase_function(function: &mut FunctionMock, folder: &str) {
    if let FunctionAct::Files { files, .. } = &mut function.act {
        files.iter_mut().for_each(|file| rebase_file(file, folder));
    }
}

fn rebase_file(file: &mut MockFile, folder: &str) {
    rebase(&mut file.path, folder);
}

/// A path that starts at `folder` as one that starts at the project.
fn rebase(path: &mut Spanned<String>, folder: &str) {
    if !folder.is_empty() && !Path::new(&path.value).is_absolute() {
        path.value = format!("./{folder}/{}", path.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_mock_is_mocked_from_the_root() {
        let read = |path: &str, text: &str| Arc::new(parse(path, text.into()).unwrap());
        let tests = "tests: [{ name: a, given: { env: { KEY: k, TZ: UTC } }, when: [{ cron: A }], then: [{ emitted: { topic: t } }] }]";
        let files = [
            read(
                "tests/a.flow.yaml",
                &format!(
                    "mocks: {{ modules: {{ pg: ./m/pg.js, ../lib/db.ts: db.ts }}, cassettes: [c.yaml] }}\n{tests}"
                ),
            ),
            read("b.flow.yaml", &tests.replace("KEY: k", "KEY: other")),
        ];
        let base = base(&files).unwrap();
        let test = &base.tests[0];
        let of = |module: usize| match &test.code.modules[module].with {
            StandIn::File(file) => file.path.value.clone(),
            StandIn::Exports(_) => String::new(),
        };
        assert_eq!(
            (of(0), of(1)),
            ("./tests/./m/pg.js".to_owned(), "./tests/db.ts".to_owned())
        );
        assert_eq!(test.code.modules[1].name.value, "./tests/../lib/db.ts");
        assert_eq!(test.mocks.cassettes[0].value, "./tests/c.yaml");
        assert_eq!(
            test.given.env,
            BTreeMap::from([("KEY".to_owned(), "k".to_owned())])
        );
        assert_eq!(expected_topics(&files).collect::<Vec<_>>(), ["t", "t"]);
    }
}
