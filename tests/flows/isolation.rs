//! What handlers find of each other: `isolation` in a file and on the command line.

use super::report::{Outcomes, named, outcomes, printed, run};
use crate::support::command::Run;
use crate::support::project::Project;

const LANGUAGES: [&str; 3] = ["ts", "py", "rb"];

fn project() -> Project {
    Project::fixture("isolation")
}

/// The tests of one file that ended as `verdict`.
fn of_file<'a>(outcomes: &'a Outcomes, file: &str, verdict: &str) -> Vec<&'a str> {
    let mut names = named(outcomes, verdict);
    names.retain(|name| name.starts_with(&format!("tests/{file}::")));
    names
}

/// The notes and the label of a test.
fn remarks(run: &Run, name: &str) -> (String, String) {
    let lines = run.json_lines();
    let line = lines
        .iter()
        .find(|line| line["name"] == name && line["event"] != "started")
        .unwrap_or_else(|| panic!("no {name}\n{}", run.story()));
    (
        line["notes"].to_string(),
        line["control"].as_str().unwrap_or_default().to_owned(),
    )
}

#[test]
fn handlers_find_what_the_file_says() {
    let run = run(&project(), &[]).exits(0);
    let leaks = |file: &str, language: &str| {
        let (notes, label) = remarks(&run, &format!("tests/{file}::a global in {language}"));
        let told = notes.contains("left global values behind: leak")
            || notes.contains("left global values behind: $leak");
        assert_eq!(told, label == "partial", "{file} {language}: {label} {notes}");
        told
    };
    for (file, expected) in [
        ("fresh", [true, true, false]),
        ("shared", [true, true, true]),
        ("process", [false, false, false]),
    ] {
        let told = ["js", "py", "rb"].map(|language| leaks(file, language));
        assert_eq!(told, expected, "{file}\n{}", run.story());
    }
    let (notes, label) = remarks(&run, "tests/others::two at a time");
    assert!(
        notes.contains("the two did not share their modules") && label == "partial",
        "{label} {notes}"
    );
}

#[test]
fn the_command_line_wins_and_is_repeated_in_the_replay() {
    let run = run(&project(), &["--isolation", "process", "counter"]).exits(1);
    let all = outcomes(&run);
    assert_eq!(of_file(&all, "shared", "failed").len(), 3, "{}", run.story());
    assert_eq!(of_file(&all, "fresh", "ok").len(), 3, "{}", run.story());
    let said = printed(&run, "tests/shared::a counter in ts");
    assert!(
        said.contains("banister test --isolation process --exact"),
        "{said}"
    );
    run_with(&["--isolation", "shared", "--exact", "tests/fresh::a counter in py"])
        .exits(1)
        .says("py.counted");
}

fn run_with(args: &[&str]) -> Run {
    run(&project(), args)
}

#[test]
fn state_that_modules_hide_is_found() {
    let run = run_with(&["--isolation", "both", "tests/fresh", "nothing is kept"]).exits(1);
    let all = outcomes(&run);
    assert_eq!(
        named(&all, "ok"),
        ["tests/others::nothing is kept"],
        "{}",
        run.story()
    );
    for (language, step) in LANGUAGES.iter().zip(["CountTs", "CountPython", "CountRuby"]) {
        let said = printed(&run, &format!("tests/fresh::a counter in {language}"));
        for text in [
            "hidden module state: event ",
            &format!("of {step} is another one when handlers share their modules"),
            "with fresh modules:  ",
            "\"n\":1",
            "\"n\":2",
            "tests/fresh.flow.yaml:",
            "--isolation both",
        ] {
            assert!(said.contains(text), "{language}: no {text:?} in\n{said}");
        }
        assert!(!said.contains("a second run went another way"), "{said}");
    }
}

#[test]
fn an_isolation_that_is_none_is_told_of() {
    let project = project();
    project
        .run(&["test", "--isolation", "apart"])
        .exits(2)
        .says("process");
    let text = "isolation: both\ntests: [{ name: a, when: [{ emit: { topic: plain.go } }], then: [{ ran: [Plain] }] }]\n";
    project.write("tests/others.flow.yaml", text);
    run(&project, &["nothing"])
        .exits(2)
        .says("tests/others.flow.yaml:1")
        .says("`both` is not an isolation");
}
