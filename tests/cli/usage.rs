//! How the program is called: folders, paths, arguments, exit codes.

use crate::support::project::Project;

#[test]
fn without_a_project_every_command_says_so() {
    let empty = Project::of(&[("notes.txt", "nothing here\n")]);
    for command in ["check", "graph", "test"] {
        let run = empty.run(&[command]).exits(2);
        run.says("no step project").says("steps/");
        assert_eq!(run.stdout, "", "{}", run.story());
    }
}

#[test]
fn a_path_that_does_not_exist_is_named() {
    let project = Project::fixture("failing-flow");
    project
        .run(&["check", "no-such-folder"])
        .exits(2)
        .says("no-such-folder");
    project
        .run(&["test", "-C", "no-such-folder"])
        .exits(2)
        .says("no-such-folder");
    project
        .run(&["graph", "-C", "no-such-folder"])
        .exits(2)
        .says("no-such-folder");
}

#[test]
fn arguments_that_nobody_knows_are_a_usage_error() {
    let project = Project::fixture("failing-flow");
    for args in [
        &["chekc"][..],
        &["check", "--formt", "json"],
        &["check", "--format", "xlm"],
        &["test", "-j", "many"],
    ] {
        project.run(args).exits(2).says("--help").never_says("panicked");
    }
}

#[test]
fn a_project_is_found_from_outside() {
    let project = Project::of(&[]);
    let step = "exports.config = { type: 'cron', name: 'Tick', cron: 'never', emits: [] }\n\
                exports.handler = async () => {}\n";
    project.write("shop/steps/tick.step.js", step);
    for args in [
        &["check", "shop"][..],
        &["check"],
        &["check", "shop/steps"],
        &["check", "shop/steps/tick.step.js"],
    ] {
        project
            .run(args)
            .exits(1)
            .says("invalid-cron")
            .says("tick.step.js:1:");
    }
}

#[test]
fn a_path_limits_what_is_reported_and_not_what_is_known() {
    let project = Project::fixture("broken-ecommerce");
    let run = project
        .run(&["check", "--format", "json", "steps/create-order.step.ts"])
        .exits(1);
    let report = run.json();
    let files: Vec<_> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, ["steps/create-order.step.ts"; 2], "{}", run.story());
}

#[test]
fn the_program_says_what_it_is() {
    let project = Project::of(&[]);
    project
        .run(&["--version"])
        .exits(0)
        .says(concat!("banister ", env!("CARGO_PKG_VERSION")));
    let help = project.run(&["--help"]).exits(0);
    for command in ["check", "explain", "test", "graph", "lsp"] {
        help.says(command);
    }
}
