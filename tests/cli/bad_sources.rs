//! Sources that no tool would wish for.

use crate::support::project::Project;

#[test]
fn a_step_that_does_not_parse_is_reported_with_its_place() {
    let run = Project::fixture("bad-input/syntax-error")
        .run(&["check"])
        .exits(1);
    for place in [
        "broken.step.ts:",
        "broken.step.js:4",
        "broken_step.py:5",
        "broken.step.rb:6",
        "lost.step.ts:1",
    ] {
        run.says(&format!("steps/{place}"));
    }
    run.says("syntax-error").never_says("panicked");
}

#[test]
fn a_half_typed_step_keeps_its_place_in_the_flow() {
    // The step's config is whole: its topics count although the handler does not parse.
    let sender = "exports.config = { type: 'cron', name: 'Send', cron: '0 0 * * *', emits: ['letter.sent'] }\n\
                  exports.handler = async ({ emit }) => {\n  await emit({ topic: 'letter.sent', data: {} })\n  const a =\n}\n";
    let reader = "exports.config = { type: 'event', name: 'Read', subscribes: ['letter.sent'], emits: [] }\n\
                  exports.handler = async () => {}\n";
    let project = Project::of(&[("steps/send.step.js", sender), ("steps/read.step.js", reader)]);
    let report = project.run(&["check", "--format", "json"]).json();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        assert_eq!(diagnostic["rule"], "syntax-error", "{diagnostic}");
    }
}

#[test]
fn bytes_that_are_no_text_do_not_stop_the_check() {
    let project = Project::fixture("broken-ecommerce");
    project.write(
        "steps/bytes.step.ts",
        b"export const config = { name: '\xff\xfe\x00' ",
    );
    project.write("steps/bytes_step.py", b"\xff\xfe\x00\x80config = {");
    project.write("steps/empty.step.rb", b"");
    project
        .run(&["check", "--format", "json"])
        .exits(1)
        .says("invalid-cron")
        .never_says("panicked");
}

#[test]
fn deep_nesting_and_long_lines_end_in_time() {
    let project = Project::fixture("broken-ecommerce");
    let deep = "[".repeat(200_000);
    project.write("steps/deep.step.ts", format!("export const config = {deep}"));
    project.write("steps/deep_step.py", format!("config = {deep}"));
    project.write("steps/deep.step.rb", format!("def config\n  {deep}\nend"));
    project.write(
        "steps/long.step.js",
        format!("exports.config = {{ name: '{}' }}", "x".repeat(2_000_000)),
    );
    project
        .run(&["check", "--format", "json"])
        .exits(1)
        .says("invalid-cron")
        .never_says("panicked");
}
