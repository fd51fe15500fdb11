//! Modules and functions that stand in for others, in every language.

use super::report::{named, outcomes, printed, run};
use crate::support::project::Project;

#[test]
fn modules_and_names_have_stand_ins_in_every_language() {
    let run = run(&Project::fixture("mocked-code"), &["-j", "1"]).exits(0);
    assert_eq!(named(&outcomes(&run), "ok").len(), 5, "{}", run.story());
}

#[test]
fn one_worker_serves_tests_with_different_mocks() {
    let project = Project::fixture("mocked-code");
    let other = |name: &str| {
        format!(
            "  - name: {name} python\n    mocks: {{ modules: {{ pandas: ./mocks/other.py }} }}\n    \
             when: [ {{ emit: {{ topic: judge.go, data: {{ text: fine, plan: pro }} }} }} ]\n    \
             then: [ {{ state: {{ judged: {{ it: {{ mean: other }} }} }} }} ]\n\n"
        )
    };
    let text = project.read("tests/mocks.flow.yaml");
    let before = text.replace("\ntests:\n", &format!("\ntests:\n{}", other("before")));
    let after = format!("{before}\n{}", other("after"));
    project.write("tests/mocks.flow.yaml", after);
    project.write(
        "tests/mocks/other.py",
        "class DataFrame:\n    def __init__(self, items):\n        pass\n\n    def mean(self):\n        return 'other'\n",
    );
    let run = run(&project, &["-j", "1", "python"]).exits(0);
    assert_eq!(named(&outcomes(&run), "ok").len(), 3, "{}", run.story());
}

#[test]
fn what_is_missing_is_told_of_with_the_mock_that_helps() {
    let project = Project::fixture("mocked-code");
    let text = project.read("tests/mocks.flow.yaml");
    for (line, test, advice) in [
        (
            "    '@aws-sdk/client-s3': ./mocks/s3.js\n",
            "modules of typescript",
            "modules: { \"@aws-sdk/client-s3\": ./mocks/aws-sdk-client-s3.js }",
        ),
        (
            "    pandas: ./mocks/pandas.py\n",
            "modules and names of python",
            "modules: { pandas: ./mocks/pandas.py }",
        ),
        (
            "    prawn: ./mocks/prawn.rb\n",
            "libraries and methods of ruby",
            "modules: { prawn: ./mocks/prawn.rb }",
        ),
        (
            "    LIMITS: { value: { daily: 9 } }\n",
            "modules and names of javascript",
            "functions: { LIMITS: { returns: … } }",
        ),
        (
            "    get_limits: { returns: { plan: \"{{args.0}}\" } }\n",
            "modules and names of python",
            "functions: { get_limits: { returns: … } }",
        ),
        (
            "    look_up: { file: ./mocks/lookup.rb, export: find }\n",
            "libraries and methods of ruby",
            "functions: { look_up: { returns: … } }",
        ),
    ] {
        assert!(text.contains(line), "no {line:?}");
        let mut without = text.replacen(line, "", 1);
        for expectation in [
            "get_limits, times: 2, args: [pro]",
            "look_up, args: [a], times: 1",
        ] {
            without = without.replace(&format!("      - called: {{ function: {expectation} }}\n"), "");
        }
        project.write("tests/mocks.flow.yaml", without);
        let name = format!("tests/mocks::{test}");
        let run = run(&project, &["--exact", &name]).exits(1);
        let said = printed(&run, &name);
        assert!(said.contains(advice), "no {advice:?} in\n{said}");
    }
}

#[test]
fn a_call_that_differs_is_told_of() {
    let project = Project::fixture("mocked-code");
    let text = project.read("tests/mocks.flow.yaml");
    let right = "function: pg.query, times: 1, args: [select 1, [5]]";
    assert!(text.contains(right));
    let wrong = "function: pg.query, times: 1, args: [select 1, [6]]";
    project.write("tests/mocks.flow.yaml", text.replace(right, wrong));
    let name = "tests/mocks::modules and names of javascript";
    let run = run(&project, &["--exact", name]).exits(1);
    let said = printed(&run, name);
    for part in [
        "`pg.query` was called with these arguments never, expected once",
        "call 1: args[1][0]: expected 6, found 5",
        "pg.query(…) [\"select 1\"",
    ] {
        assert!(said.contains(part), "no {part:?} in\n{said}");
    }
}

#[test]
fn a_mock_without_its_file_is_refused_with_its_place() {
    let project = Project::fixture("mocked-code");
    let text = project.read("tests/mocks.flow.yaml");
    project.write(
        "tests/mocks.flow.yaml",
        text.replace("./mocks/pandas.py", "./mocks/panda.py"),
    );
    project
        .run(&["test"])
        .exits(2)
        .says("there is no file `./mocks/panda.py` beside this test")
        .says("tests/mocks.flow.yaml:15:13");
}

#[test]
fn a_property_reads_schemas_of_modules_that_import_mocks() {
    let project = Project::of(&[
        (
            "steps/pay.step.js",
            "const { Gateway } = require('gateway')\nconst { limits } = require('limits')\n\
             exports.config = { type: 'api', name: 'Pay', method: 'POST', path: '/pay', emits: [],\n  \
             bodySchema: { type: 'object', properties: { amount: { type: 'integer', minimum: 1, maximum: limits().most } }, required: ['amount'] } }\n\
             exports.handler = async (req) => {\n  const gateway = new Gateway(req.body.amount)\n  \
             return { status: 200, body: { total: double(req.body.amount), made: gateway instanceof Gateway, fee: gateway.fee() } }\n}\n",
        ),
        (
            "tests/mocks/gateway.mjs",
            "export class Gateway {\n  constructor(amount) {\n    this.amount = amount\n  }\n\n  fee() {\n    return helper(this.amount)\n  }\n}\n",
        ),
        (
            "tests/pay.flow.yaml",
            "mocks:\n  modules: { gateway: ./mocks/gateway.mjs, limits: { limits: { returns: { most: 9 } } } }\n  \
             functions: { double: { returns: '{{args.0}}' }, helper: { returns: '{{body.amount}}' } }\ntests:\n  \
             - property: paying gives the amount\n    for_all: { body: { schema_of: Pay.body } }\n    \
             when: [ { request: POST /pay, body: '{{body}}' } ]\n    then:\n      \
             - response: { status: 200, body: { total: '{{body.amount}}', made: true, fee: '{{body.amount}}' } }\n      \
             - called: { function: double, args: ['{{body.amount}}'], times: 1 }\n",
        ),
    ]);
    run(&project, &["--cases", "20"]).exits(0);
}
