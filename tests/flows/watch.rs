//! `test --watch`: runs what a change can matter to, and says why.

use crate::support::project::Project;
use crate::support::watch::Watch;

const WATCHING: &str = "watching for changes; Ctrl-C ends";

fn step(name: &str, body: &str) -> String {
    let topic = name.to_lowercase();
    format!(
        "const {{ text }} = require('../lib/{topic}')\n\
         exports.config = {{ type: 'event', name: '{name}', subscribes: ['{topic}.go'], emits: ['{topic}.gone'] }}\n\
         exports.handler = async (input, {{ emit }}) => {{ {body}; await emit({{ topic: '{topic}.gone', data: {{ text }} }}) }}\n"
    )
}

fn lib(text: &str) -> String {
    format!("exports.text = '{text}'\n")
}

fn flow(name: &str, text: &str) -> String {
    format!(
        "tests:\n  - name: it works\n    when: [{{ emit: {{ topic: {name}.go, data: {{}} }} }}]\n    \
         then: [{{ emitted: {{ topic: {name}.gone, data: {{ text: {text} }} }} }}]\n"
    )
}

fn project() -> Project {
    Project::of(&[
        ("package.json", "{}"),
        ("steps/one.step.js", &step("One", "")),
        ("steps/two.step.js", &step("Two", "")),
        ("lib/one.js", &lib("a")),
        ("lib/two.js", &lib("a")),
        ("tests/one.flow.yaml", &flow("one", "a")),
        ("tests/two.flow.yaml", &flow("two", "a")),
    ])
}

fn start(project: &Project) -> Watch {
    Watch::start(project.banister(&["test", "--watch"]).into_command())
}

/// Everything that is said until the command waits for changes again and has told of the result.
#[track_caller]
fn round(watch: &mut Watch) -> String {
    let (mut waits, mut result) = (false, false);
    let mut heard = watch.until(|line| {
        waits |= line == WATCHING;
        result |= line.starts_with("test result:");
        waits && result
    });
    heard.extend(watch.rest());
    heard.join("\n")
}

#[track_caller]
fn assert_says(text: &str, wanted: &[&str], unwanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in\n{text}");
    }
    for unwanted in unwanted {
        assert!(!text.contains(unwanted), "{unwanted:?} in\n{text}");
    }
}

#[test]
fn only_what_a_change_can_matter_to_runs_again() {
    let project = project();
    let mut watch = start(&project);
    assert_says(
        &round(&mut watch),
        &["running 2 tests", "2 passed; 0 failed"],
        &[],
    );

    project.write("steps/one.step.js", step("One", "throw new Error('no')"));
    assert_says(
        &round(&mut watch),
        &[
            "changed: steps/one.step.js",
            "  tests/one::it works: steps/one.step.js changed, and it ran One",
            "running 1 test",
            "0 passed; 1 failed;",
        ],
        &["tests/two::"],
    );

    project.write("lib/two.js", lib("b"));
    assert_says(
        &round(&mut watch),
        &[
            "  tests/two::it works: lib/two.js changed, which Two uses",
            "running 1 test",
            "still failing since it ran last: tests/one::it works",
        ],
        &[],
    );

    project.write("tests/two.flow.yaml", flow("two", "b"));
    assert_says(
        &round(&mut watch),
        &[
            "  tests/two::it works: tests/two.flow.yaml changed",
            "1 passed; 0 failed;",
            "still failing since it ran last: tests/one::it works",
        ],
        &[],
    );

    let other = step("One", "").replace("'one.go'", "'one.go', 'two.gone'");
    project.write("steps/one.step.js", other);
    assert_says(
        &round(&mut watch),
        &[
            "  tests/one::it works: steps/one.step.js declares something else",
            "  tests/two::it works: steps/one.step.js declares something else",
            "2 passed; 0 failed;",
        ],
        &["still failing"],
    );
    assert_eq!(watch.interrupt(), Some(0));
}

#[test]
fn what_nobody_can_know_runs_everything() {
    let project = project();
    let mut watch = start(&project);
    round(&mut watch);
    project.write("lib/three.js", lib("c"));
    assert_says(
        &round(&mut watch),
        &[
            "lib/three.js changed, and who uses it is not known",
            "running 2 tests",
        ],
        &[],
    );
    project.write("package.json", "{ \"name\": \"other\" }");
    assert_says(
        &round(&mut watch),
        &["package.json changed", "running 2 tests"],
        &[],
    );
    project.write("tests/one.flow.yaml", "tests: [");
    assert_says(
        &round(&mut watch),
        &["tests/one.flow.yaml", "running 0 tests"],
        &[],
    );
    assert_eq!(watch.interrupt(), Some(2));
}
