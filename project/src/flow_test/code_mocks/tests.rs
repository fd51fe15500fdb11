use banister_grammars::Language;
use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::flow_test::{FlowFile, parse};

const TEST: &str = "tests:\n  - name: a\n    when: [{ cron: A }]\n    then: [{ ran: [A] }]\n";

fn file(mocks: &str) -> FlowFile {
    parse("tests/a.flow.yaml", format!("{mocks}{TEST}").into()).unwrap_or_else(|it| panic!("{it:#?}"))
}

#[track_caller]
fn check(text: &str, expected: &Expect) {
    let problems = parse("tests/a.flow.yaml", text.into()).err().unwrap_or_default();
    let told: String = problems
        .iter()
        .map(|problem| {
            let at = problem.span.start as usize;
            let line = text[..at].matches('\n').count() + 1;
            let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1) + 1;
            let help = problem
                .help
                .as_ref()
                .map_or_else(String::new, |help| format!(" ({help})"));
            format!("{line}:{column} {}: {}{help}\n", problem.rule, problem.message)
        })
        .collect();
    expected.assert_eq(&told);
}

#[test]
fn modules_have_files_by_language_or_exports() {
    let code = file(
        "mocks:\n  modules:\n    transformers: ./mocks/transformers.py\n    shared: [a.rb, ./b.ts]\n    pg: { query: { returns: { rows: [] } }, VERSION: { value: 3 } }\n",
    )
    .tests[0]
        .code
        .clone();
    let told: Vec<_> = code
        .modules
        .iter()
        .map(|mock| match &mock.with {
            StandIn::File(file) => (mock.name.as_str(), file.path.as_str(), Some(file.language)),
            StandIn::Exports(exports) => (mock.name.as_str(), exports[1].name.as_str(), None),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("transformers", "./mocks/transformers.py", Some(Language::Python)),
            ("shared", "a.rb", Some(Language::Ruby)),
            ("shared", "./b.ts", Some(Language::TypeScript)),
            ("pg", "VERSION", None),
        ]
    );
    assert_eq!(code.files().count(), 3);
}

#[test]
fn functions_return_throw_and_come_from_files() {
    let code = file(
        "mocks:\n  functions:\n    pay: { returns: { id: pay_1 }, async: true }\n    check: { throws: boom }\n    \
         score: { sequence: [{ returns: 1 }, { throws: { name: ScoreError, message: no } }] }\n    \
         lookup: { file: [l.js, l.py], export: find }\n    Mailer.deliver!: { file: m.rb }\n    LIMITS: { value: [1] }\n",
    )
    .tests[0]
        .code
        .clone();
    let acts: Vec<_> = code.functions.iter().map(|it| &it.act).collect();
    assert_eq!(
        acts[0],
        &FunctionAct::Outcomes(vec![Outcome::Returns(json!({"id": "pay_1"}))])
    );
    assert!(code.functions[0].is_async && !code.functions[1].is_async);
    let throws = |name: Option<&str>, message: &str| Outcome::Throws {
        name: name.map(str::to_owned),
        message: message.to_owned(),
    };
    assert_eq!(acts[1], &FunctionAct::Outcomes(vec![throws(None, "boom")]));
    assert_eq!(
        acts[2],
        &FunctionAct::Outcomes(vec![Outcome::Returns(json!(1)), throws(Some("ScoreError"), "no")])
    );
    let exports: Vec<_> = acts
        .iter()
        .filter_map(|act| match act {
            FunctionAct::Files { files, export } => Some((files.len(), export.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(exports, [(2, "find"), (1, "Mailer.deliver!")]);
    assert_eq!(acts[5], &FunctionAct::Value(json!([1])));
}

#[test]
fn the_mocks_of_a_test_come_before_those_of_the_file() {
    let text = "mocks: { functions: { f: { returns: 1 } } }\ntests:\n  - name: a\n    mocks: { functions: { f: { returns: 2 } } }\n    \
                when: [{ cron: A }]\n    then: [{ called: { function: f, times: 1, args: [1] } }]\n";
    let file = parse("a.flow.yaml", text.into()).unwrap();
    let acts: Vec<_> = file.tests[0].code.functions.iter().map(|it| &it.act).collect();
    let returns = |value: i32| FunctionAct::Outcomes(vec![Outcome::Returns(json!(value))]);
    assert_eq!(acts, [&returns(2), &returns(1)]);
    let Expectation::CalledFunction {
        function,
        args,
        times,
    } = &file.tests[0].then[0].value
    else {
        panic!("{:?}", file.tests[0].then);
    };
    assert_eq!(
        (function.as_str(), args, times),
        ("f", &Some(json!([1])), &Some(1))
    );
}

#[test]
fn what_cannot_be_meant_is_told_of_at_its_place() {
    check(
        r#"
mocks:
  modules:
    a: ./mocks/a
    b: [b.js, b.ts]
    c: {}
    d: 3
  functions:
    e: {}
    f: { returns: 1, throws: x }
    g: { sequence: [] }
    h: { sequence: [1] }
    i: { returns: 1, export: x }
    j: { file: j.py, async: true }
    k l: { returns: 1 }
    m: { retuns: 1 }
    n: { throws: { name: N } }
tests:
  - name: a
    when: [ { cron: A } ]
    then:
      - called: { function: pay }
      - called: { http: GET https://a.b, args: [] }
      - called: { times: 1 }
      - called: { function: e, args: 1 }
"#,
        &expect![[r#"
            4:8 flow-test-invalid-value: the mock of `a` must be a file that ends in `.js`, `.mjs`, `.cjs`, `.ts`, `.mts`, `.cts`, `.py` or `.rb`, found `./mocks/a`
            5:15 flow-test-invalid-value: the mock of `b` has two files in one language
            6:8 flow-test-invalid-value: the mock of `c` exports nothing
            7:8 flow-test-invalid-value: the mock of `d` must be a text, found a number
            9:5 flow-test-missing-key: `e` needs one of `returns`, `throws`, `sequence`, `value`, `file`
            10:22 flow-test-invalid-value: a mocked function has either `returns` or `throws`
            11:20 flow-test-invalid-value: `sequence` is empty
            12:21 flow-test-invalid-value: an item of `sequence` must be a mapping, found a number
            13:22 flow-test-invalid-value: `export` belongs to a `file`
            14:22 flow-test-invalid-value: `async` does not go with `file`
            15:5 flow-test-invalid-value: `k l` is not a name that code can use
            16:10 flow-test-unknown-key: unknown key `retuns` in a mocked function (did you mean `returns`? a mocked function may have `returns`, `throws`, `sequence`, `value`, `file`, `export`, `async`)
            17:20 flow-test-missing-key: `throws` needs the key `message`
            22:29 flow-test-invalid-value: no mock of this test is called `pay` (there are: i)
            23:42 flow-test-invalid-value: `args` belongs to a `function`
            24:19 flow-test-missing-key: `called` needs the key `http` or `function`
            25:38 flow-test-invalid-value: `args` must be a list, found a number
        "#]],
    );
}
