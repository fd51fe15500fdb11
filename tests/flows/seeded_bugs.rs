//! `tests/projects/seeded-bugs`: projects with one bug each. Every bug is found and shrunk with what a test runs if nobody
//! asks for more, no plain run shows it, and the corrected twins pass.

mod corpus;
mod page;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::report::{named, outcomes, run};
use crate::support::project::Project;

use corpus::{Bug, FoundBy, Minimum, bugs, folders, for_each};

/// All tests of one project together take no longer.
const LIMIT: Duration = Duration::from_secs(60);

/// How a bug was found.
#[derive(Debug)]
struct Found {
    /// Runs of the flow until it was.
    runs: u64,
    /// What is left of it: an input as JSON, or the number of departures.
    shrunk: Minimum,
}

/// Runs the project with its bug.
fn search(bug: &Bug) -> Found {
    let project = bug.twin("buggy");
    let begun = Instant::now();
    let run = run(&project, bug.arguments()).exits(1);
    let took = begun.elapsed();
    assert!(took < LIMIT, "{} took {took:?}\n{}", bug.name, run.story());
    let outcomes = outcomes(&run);
    let failed = named(&outcomes, "failed");
    assert!(
        failed.len() == 1 && failed[0].contains(&bug.test),
        "{}: {failed:?} failed\n{}",
        bug.name,
        run.story()
    );
    let lines = run.json_lines();
    let line = lines
        .iter()
        .find(|line| line["name"] == failed[0] && line["event"] == "failed")
        .unwrap_or_else(|| panic!("no line of {}", failed[0]));
    let failure = &line["failure"];
    let said = failure["message"].as_str().unwrap_or_default();
    assert!(
        said.contains(&bug.says),
        "{}: says {said:?}\n{}",
        bug.name,
        run.story()
    );
    let shrunk = match bug.minimum {
        Minimum::Input(_) => Minimum::Input(failure["minimal_input"].to_string()),
        Minimum::Departures(_) => {
            Minimum::Departures(failure["departures"].as_array().map_or(0, |all| all.len() as u64))
        }
    };
    let runs = failure["runs"]
        .as_u64()
        .unwrap_or_else(|| panic!("{}: after how many runs?\n{}", bug.name, run.story()));
    Found { runs, shrunk }
}

#[test]
fn every_bug_is_found_and_shrunk() {
    let bugs = bugs();
    let found = for_each(&bugs, search);
    for (bug, found) in bugs.iter().zip(&found) {
        assert!(
            found.shrunk.size() <= 2 * bug.minimum.size(),
            "{}: shrunk to {}, by hand {}",
            bug.name,
            found.shrunk,
            bug.minimum
        );
    }
    page::hold(&bugs, &found);
}

#[test]
fn the_corrected_twins_pass() {
    for_each(&bugs(), |bug| {
        let run = run(&bug.twin("fixed"), bug.arguments()).exits(0);
        assert!(named(&outcomes(&run), "ok").len() > 1, "{}", run.story());
    });
}

/// First in, first out, with nothing that fails and the inputs that somebody wrote down, every test passes.
#[test]
fn no_bug_shows_in_a_plain_run() {
    for_each(&bugs(), |bug| {
        let project = bug.twin("buggy");
        match bug.found_by {
            FoundBy::Orders | FoundBy::Faults => without_exploration(&project),
            FoundBy::Inputs | FoundBy::Isolation | FoundBy::Auto => {}
        }
        let without: &[&str] = match bug.found_by {
            FoundBy::Inputs => &["--skip", &bug.test],
            _ => &["--isolation", "fresh"],
        };
        let run = run(&project, without).exits(0);
        assert!(!named(&outcomes(&run), "ok").is_empty(), "{}", run.story());
    });
}

fn without_exploration(project: &Project) {
    let mut taken = 0;
    for file in project.files("tests") {
        let text = project.read(&file);
        let asks = |line: &&str| {
            let key = line.trim_start().split(':').next();
            matches!(key, Some("schedules" | "faults"))
        };
        taken += text.lines().filter(asks).count();
        let plain: Vec<&str> = text.lines().filter(|line| !asks(line)).collect();
        project.write(&file, plain.join("\n"));
    }
    assert!(taken > 0, "nothing was to be explored");
}

#[test]
fn every_project_has_one_bug_in_the_list_and_four_languages_have_bugs() {
    let bugs = bugs();
    let listed: BTreeSet<String> = bugs.iter().map(|bug| bug.name.clone()).collect();
    assert_eq!(listed.len(), bugs.len(), "a name comes twice");
    assert_eq!(listed, folders());
    let languages: BTreeSet<&str> = bugs.iter().flat_map(Bug::languages_of_bug).collect();
    assert_eq!(languages, BTreeSet::from(["js", "py", "rb", "ts"]));
}
