//! `check --base REVISION`: what two revisions of a repository promise.

use std::path::Path;
use std::process::Command;

use crate::support::project::Project;

const SENDER: &str = "exports.config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: ['order.made'],\n\
    \x20 responseSchema: { 201: { type: 'object', properties: { id: { type: 'string' }, at: { type: 'string' } }, required: ['id', 'at'] } } }\n\
    exports.handler = async (req, { emit }) => {\n\
    \x20 await emit({ topic: 'order.made', data: { id: 'o1' } })\n\
    \x20 return { status: 201, body: { id: 'o1', at: 'now' } }\n\
    }\n";
const TAKER: &str = "from topics import MADE\n\n\
    config = {'type': 'event', 'name': 'Ship', 'subscribes': [MADE], 'emits': [],\n\
    \x20         'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}}}\n\n\
    async def handler(data, context):\n    pass\n";

fn git(folder: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A repository with one commit, and the project in `shop/` of it.
fn committed() -> Project {
    let project = Project::of(&[
        ("shop/package.json", "{}"),
        ("shop/steps/order.step.js", SENDER),
        ("shop/steps/ship_step.py", TAKER),
        ("shop/steps/topics.py", "MADE = 'order.made'\n"),
        ("README.md", "# A shop\n"),
    ]);
    git(project.root(), &["init", "-q", "-b", "main"]);
    git(project.root(), &["add", "-A"]);
    git(project.root(), &["commit", "-q", "-m", "First"]);
    project
}

#[test]
fn the_same_files_break_nothing() {
    let project = committed();
    project
        .run(&["check", "shop", "--base", "main"])
        .exits(0)
        .never_says("contract-");
}

#[test]
fn a_deleted_subscriber_is_found_in_every_format() {
    let project = committed();
    std::fs::remove_file(project.path("shop/steps/ship_step.py")).expect("it was there");
    for format in ["full", "concise", "json", "sarif", "github", "gitlab", "junit"] {
        let run = project
            .run(&["check", "shop", "--base", "main", "--format", format])
            .exits(1);
        run.says("contract-removed-subscriber").says("ship_step.py");
    }
    project
        .run(&["check", "shop", "--base", "main"])
        .says("Ship takes 'order.made' at line 3 in `main`; the file is gone");
    project.run(&["check", "shop"]).never_says("contract-");
}

#[test]
fn routes_responses_and_payloads_are_compared_across_commits() {
    let project = committed();
    let sender = SENDER.replace(
        "at: { type: 'string' } }, required: ['id', 'at']",
        "at: { type: 'number' } }, required: ['id']",
    );
    project.write("shop/steps/order.step.js", sender);
    project.write(
        "shop/steps/ship_step.py",
        TAKER.replace("{'type': 'string'}}", "{'type': 'string'}}, 'required': ['id']"),
    );
    git(project.root(), &["commit", "-q", "-a", "-m", "Second"]);
    let run = project
        .run(&["check", "--base", "HEAD~1", "--format", "concise", "shop"])
        .exits(1);
    run.says("error[contract-narrowed-response] the response 201 of 'POST /orders' may lack 'at', is number where 'at' was string")
        .says("warning[contract-narrowed-payload] Ship now requires 'id' on 'order.made'");
    project.write(
        "shop/steps/order.step.js",
        SENDER.replace("'/orders'", "'/order'"),
    );
    project
        .run(&["check", "shop", "--base", "HEAD~1"])
        .exits(1)
        .says("'POST /orders' is now 'POST /order'");
}

#[test]
fn settings_and_filters_hold_for_these_rules_too() {
    let project = committed();
    std::fs::remove_file(project.path("shop/steps/ship_step.py")).expect("it was there");
    project
        .run(&[
            "check",
            "shop",
            "--base",
            "main",
            "--ignore",
            "contract-removed-subscriber",
        ])
        .exits(0)
        .never_says("contract-");
    project.write(
        "shop/banister.toml",
        "[rules]\ncontract-removed-subscriber = \"off\"\n",
    );
    project
        .run(&["check", "shop", "--base", "main"])
        .exits(0)
        .never_says("contract-");
}

#[test]
fn nothing_in_the_repository_is_touched() {
    let project = committed();
    project.write(
        "shop/steps/order.step.js",
        SENDER.replace("'/orders'", "'/order'"),
    );
    let before = project.files(".git");
    project.run(&["check", "shop", "--base", "main"]).exits(1);
    assert_eq!(project.files(".git"), before);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let project = committed();
    let says = |folder: &Path, args: &[&str], text: &str| {
        let run = crate::support::command::Banister::in_folder(folder)
            .args(args)
            .run()
            .exits(2);
        run.says(text);
        assert_eq!(run.stdout, "", "{}", run.story());
    };
    says(
        project.root(),
        &["check", "shop", "--base", "nowhere"],
        "knows no such revision",
    );
    says(
        project.root(),
        &["check", "shop", "--base=--help"],
        "knows no such revision",
    );

    let bare = Project::of(&[("steps/order.step.js", SENDER)]);
    says(
        bare.root(),
        &["check", "--base", "main"],
        "is not in a Git repository",
    );

    project.write("shop/steps/topics.py", "MADE = 'order.made' # twice\n");
    git(project.root(), &["commit", "-q", "-a", "-m", "Second"]);
    let clones = Project::of(&[]);
    let address = format!("file://{}", project.root().display());
    git(clones.root(), &["clone", "-q", "--depth", "1", &address, "clone"]);
    says(
        &clones.path("clone"),
        &["check", "shop", "--base", "HEAD~1"],
        "shallow clone",
    );

    git(project.root(), &["checkout", "-q", "--orphan", "empty"]);
    git(project.root(), &["rm", "-r", "-q", "--cached", "."]);
    git(project.root(), &["add", "README.md"]);
    git(project.root(), &["commit", "-q", "-m", "Empty"]);
    says(
        project.root(),
        &["check", "shop", "--base", "empty"],
        "it has no steps",
    );
}

#[test]
fn without_git_the_flag_says_so() {
    let project = committed();
    let nothing = Project::of(&[]);
    project
        .banister(&["check", "shop", "--base", "main"])
        .env("PATH", nothing.root())
        .run()
        .exits(2)
        .says("`git` is not installed");
}
