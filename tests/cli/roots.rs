//! `roots` of `banister.toml`.

use crate::support::project::Project;

const SENDER: &str = "\
exports.config = { type: 'cron', name: 'Send', cron: '0 0 * * *', emits: ['letter.sent'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'letter.sent', data: {} }) }
";

const READER: &str = "\
exports.config = { type: 'event', name: 'Read', subscribes: ['letter.sent'], emits: [] }
exports.handler = async () => {}
";

#[test]
fn named_roots_make_one_project_of_two_folders() {
    let project = Project::of(&[
        ("app/one/steps/send.step.js", SENDER),
        ("app/two/steps/read.step.js", READER),
    ]);
    project.run(&["check"]).exits(0).says("never-emitted-topic");
    project.write("banister.toml", "roots = ['app']\n");
    project.run(&["check"]).exits(0).never_says("never-emitted-topic");
    project.write("banister.toml", "roots = ['app/two']\n");
    let summary = project.run(&["check", "--format", "json"]).json()["summary"].clone();
    assert_eq!(
        summary["steps"], 1,
        "what lies outside of the roots is no step: {summary}"
    );
}

#[test]
fn a_root_that_is_not_there_is_an_error() {
    let project = Project::of(&[("steps/send.step.js", SENDER)]);
    for (roots, message) in [
        ("['apps']", "banister.toml:1:10: there is no folder `apps`"),
        (
            "['steps/send.step.js']",
            "there is no folder `steps/send.step.js`",
        ),
        ("['../x']", "must lie below this file"),
        ("[1]", "a root is a folder"),
    ] {
        project.write("banister.toml", format!("roots = {roots}\n"));
        project.run(&["check"]).exits(2).says(message);
    }
}
