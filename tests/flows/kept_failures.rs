//! Failures that are kept: with the versions of what ran them, each of several, and under names that stay the same.

use serde_json::{Value as Json, json};

use super::report::{printed, run};
use crate::support::project::Project;

const CONFIG: &str = "{ \"dependencies\": { \"motia\": \"0.17.0\" } }";

const COUNT_HITS: &str = "\
exports.config = { type: 'event', name: 'CountHits', subscribes: ['hit'], emits: [] }
exports.handler = async (input, { state }) => {
  const old = (await state.get('hits', input.page)) ?? { n: 0 }
  await state.set('hits', input.page, { n: old.n + 1 })
}
";

const COUNT_CLICKS: &str = "\
config = {'type': 'event', 'name': 'CountClicks', 'subscribes': ['click'], 'emits': []}

async def handler(input, context):
    old = await context.state.get('clicks', input['page']) or {'n': 0}
    await context.state.set('clicks', input['page'], {'n': old['n'] + 1})
";

/// No test comes by it.
const OTHER: &str = "\
def config
  { type: 'event', name: 'Other', subscribes: ['other'], emits: [] }
end

def handler(input, context)
end
";

const TEST: &str = "\
profile: seed
allow: [not-serializable]
tests:
- name: all are counted
  schedules: 60
  when:
  - emit: { topic: hit, data: { page: home } }
  - emit: { topic: hit, data: { page: home } }
  - emit: { topic: click, data: { page: home } }
  - emit: { topic: click, data: { page: home } }
  then:
";
const NAME: &str = "tests/counts::all are counted";
const HITS: &str = "  - state: { hits: { home: { n: 2 } } }\n";
const CLICKS: &str = "  - state: { clicks: { home: { n: 2 } } }\n";

fn project(then: &str) -> Project {
    Project::of(&[
        ("package.json", CONFIG),
        ("steps/count-hits.step.js", COUNT_HITS),
        ("steps/count_clicks_step.py", COUNT_CLICKS),
        ("steps/other_step.rb", OTHER),
        ("tests/counts.flow.yaml", &format!("{TEST}{then}")),
    ])
}

fn kept(project: &Project) -> Vec<String> {
    let mut files = project.files("flow-regressions");
    files.sort();
    files
}

fn the_one(project: &Project) -> (String, Json) {
    let files = kept(project);
    assert_eq!(files.len(), 1, "{files:?}");
    let text = project.read(&files[0]);
    (files[0].clone(), serde_json::from_str(&text).expect("JSON"))
}

#[test]
fn versions_of_what_ran_a_failure_are_kept_and_told_when_it_does_not_come_again() {
    // Both languages are needed, whatever else a failure loses.
    let project = project(&format!("{HITS}  - ran: [CountClicks]\n"));
    run(&project, &[]).exits(1);
    let (file, mut saved) = the_one(&project);
    let ran: Vec<&String> = saved["interpreters"]
        .as_object()
        .expect("versions")
        .keys()
        .collect();
    assert_eq!(ran, ["node", "python"], "{saved:#}");

    saved["interpreters"]["python"] = json!("3.0.7");
    saved["banister"] = json!("0.0.1");
    let text = format!("{saved:#}\n");
    project.write(&file, &text);
    // It comes again: whatever ran it then, there is nothing to say, and the file stays as it is.
    let again = run(&project, &["--replay", &file]).exits(1);
    again.never_says("other versions");
    run(&project, &[]).exits(1).never_says("other versions");
    assert_eq!(project.read(&file), text);

    project.write(
        "steps/count-hits.step.js",
        COUNT_HITS.replace("{ n: 0 }\n", "{ n: 0 }\n  await state.get('hits', 'other')\n"),
    );
    let drifted = run(&project, &["--replay", &file]);
    drifted
        .says("has drifted from the saved one")
        .says("python 3.0.7, which is 3.");

    // It failed all the same: what is kept is the failure as it is now.
    assert!(!project.read(&file).contains("3.0.7"));
    project.write(&file, &text);
    project.write("steps/count-hits.step.js", COUNT_HITS.replace("old.n + 1", "2"));
    let mended = run(&project, &["--replay", &file]).exits(0);
    mended
        .says("does not happen any more")
        .says("banister 0.0.1, which is ");
    mended.never_says("node ");
    // Nobody asked for this failure: that it is mended is nothing to tell.
    run(&project, &[]).exits(0).never_says("other versions");
}

#[test]
fn each_of_several_failures_is_kept_under_a_name_of_its_own() {
    let project = project(HITS);
    run(&project, &[]).exits(1);
    let (of_hits, _) = the_one(&project);
    project.write("tests/counts.flow.yaml", format!("{TEST}{CLICKS}"));
    run(&project, &[]).exits(1);
    let both = kept(&project);
    assert_eq!(both.len(), 2, "{both:?}");
    let of_clicks = both.iter().find(|file| **file != of_hits).expect("another name");

    // Both are run again, and both are told.
    project.write("tests/counts.flow.yaml", format!("# moved\n{TEST}{CLICKS}{HITS}"));
    let failed = run(&project, &[]).exits(1);
    let said = printed(&failed, NAME);
    let other = if both[0] == of_hits { of_clicks } else { &of_hits };
    assert!(said.contains("kept as well, and it still fails: "), "{said}");
    assert!(said.contains(&format!("--replay {other}")), "{said}");
    assert_eq!(kept(&project), both, "the same failure has the same name");

    // Each can be replayed by itself.
    let alone = |file: &str| printed(&run(&project, &["--replay", file]).exits(1), NAME);
    assert!(alone(&of_hits).contains("hits") && alone(of_clicks).contains("clicks"));

    // One is mended: the other still fails.
    let mended = COUNT_HITS.replace("old.n + 1", "2");
    project.write("steps/count-hits.step.js", mended);
    let failed = run(&project, &[]).exits(1);
    let said = printed(&failed, NAME);
    assert!(said.contains(&format!("--replay {of_clicks}")), "{said}");
    assert!(!said.contains("kept as well"), "{said}");
    assert_eq!(kept(&project), both);
}

#[test]
fn one_run_that_breaks_two_expectations_keeps_both_and_is_run_once() {
    let project = project(&format!("{HITS}  - state: {{ hits: {{ all: {{ n: 2 }} }} }}\n"));
    let counts_twice = COUNT_HITS.replace(
        "1 })\n",
        "1 })\n  await state.set('hits', 'all', { n: old.n + 1 })\n",
    );
    project.write("steps/count-hits.step.js", &counts_twice);
    run(&project, &[]).exits(1);
    let files = kept(&project);
    assert_eq!(files.len(), 2, "{files:?}");
    let texts: Vec<Json> = files
        .iter()
        .map(|file| serde_json::from_str(&project.read(file)).expect("JSON"))
        .collect();
    assert_eq!(texts[0]["departures"], texts[1]["departures"]);
    let breaks = |at: usize| texts[at]["breaks"].as_str().unwrap_or_default();
    let mut both = [breaks(0), breaks(1)];
    both.sort_unstable();
    assert_eq!(
        both,
        [
            "state: { hits: { all: { n: 2 } } }",
            "state: { hits: { home: { n: 2 } } }"
        ]
    );
    let failed = run(&project, &[]).exits(1);
    let said = printed(&failed, NAME);
    assert!(
        said.contains("also: ") && !said.contains("kept as well"),
        "{said}"
    );
    assert_eq!(kept(&project), files);
}

#[test]
fn a_failure_that_an_older_version_kept_is_run_and_keeps_its_file() {
    let project = project(HITS);
    run(&project, &[]).exits(1);
    let (new, mut saved) = the_one(&project);
    saved
        .as_object_mut()
        .expect("an object")
        .shift_remove("interpreters");
    std::fs::remove_file(project.path(&new)).expect("a file");
    let old = "flow-regressions/tests__counts__all-are-counted.json";
    project.write(old, saved.to_string());
    let failed = run(&project, &[]).exits(1);
    assert!(printed(&failed, NAME).contains(&format!("--replay {old}")));
    assert_eq!(kept(&project), [old]);
    // Of versions that nobody wrote down there is nothing to tell.
    let mended = COUNT_HITS.replace("old.n + 1", "2");
    project.write("steps/count-hits.step.js", mended);
    let mended = run(&project, &["--replay", old]).exits(0);
    mended
        .says("does not happen any more")
        .never_says("other versions");
}

#[test]
fn no_more_than_five_failures_of_a_test_are_kept() {
    let project = project(HITS);
    run(&project, &[]).exits(1);
    let (first, saved) = the_one(&project);
    // Five that are of the same test, and of nothing that it breaks today.
    std::fs::remove_file(project.path(&first)).expect("a file");
    for n in 0..5 {
        let mut other = saved.clone();
        other["failure"] = json!(format!("failure {n}"));
        other["departures"] = json!([]);
        other["input"] = json!({ "n": n });
        let file = format!("flow-regressions/tests__counts__all-are-counted.0000000{n}.json");
        project.write(&file, other.to_string());
    }
    let failed = run(&project, &[]).exits(1);
    let said = printed(&failed, NAME);
    assert!(said.contains("5 failures of this test are kept"), "{said}");
    assert!(said.contains("delete those that are mended"), "{said}");
    assert_eq!(kept(&project).len(), 5);
    assert!(said.contains("--seed "), "{said}");
}
