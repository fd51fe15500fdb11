use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "duplicate-step-name",
    severity: Severity::Error,
    doc: "\
Two steps of one project with the same `name`.

The framework keys handlers, queues, generated types and locks by the name, so the twins overwrite each other and a
deployment refuses the project. Steps of different projects in one repository may share a name. A file that the
framework's loader passes over, such as a left-over `x.step.py` beside `x_step.py`, is no twin.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let (Some(name), Some(span)) = (step.name(), name_span(step)) else {
        return;
    };
    let mut twins = context.index.named(name);
    // The loader passes over some files if it takes others.
    let is_loaded = |twin: &&Step| context.index.is_loaded(&twin.file);
    if twins.iter().any(is_loaded) {
        twins.retain(is_loaded);
    }
    let is_passed_over = twins.iter().all(|twin| twin.file != step.file);
    twins.retain(|twin| twin.file != step.file);
    if twins.is_empty() || is_passed_over {
        return;
    }
    let mut finding = findings
        .report(&step.file, span, format!("another step is named '{name}' too"))
        .help("give each step of the project a name of its own");
    for twin in twins {
        if let Some(span) = name_span(twin) {
            finding = finding.related(&twin.file, span, format!("also named '{name}'"));
        }
    }
}

fn name_span(step: &Step) -> Option<banister_grammars::Span> {
    Some(step.fact()?.name.as_ref()?.span)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, report};

    const TWINS: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'Twin', cron: '* * * * *', emits: [] }
//                                           ^^^^ duplicate-step-name error
export const handler = async () => {}
//- src/b.step.rb
def config
  { type: 'cron', name: 'Twin', cron: '* * * * *', emits: [] }
#                        ^^^^ duplicate-step-name error
end
def handler(ctx)
end
";

    #[test]
    fn twins_are_found_across_languages_and_folders() {
        check(TWINS);
        expect![[r#"
            src/b.step.rb:2:26 error duplicate-step-name: another step is named 'Twin' too
              steps/a.step.ts:1:46 also named 'Twin'
              help: give each step of the project a name of its own
            steps/a.step.ts:1:46 error duplicate-step-name: another step is named 'Twin' too
              src/b.step.rb:2:26 also named 'Twin'
              help: give each step of the project a name of its own
        "#]]
        .assert_eq(&report(TWINS));
    }

    #[test]
    fn a_file_that_is_not_loaded_is_no_twin() {
        check(
            "\
//- steps/a_step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': [] }
async def handler(ctx):
    pass
//- steps/a.step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': [] }
#                                   ^ misnamed-step-file hint
async def handler(ctx):
    pass
",
        );
    }

    #[test]
    fn a_release_that_loads_the_old_name_has_twins() {
        check(
            "\
//- steps/a_step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': [] }
#                                   ^ duplicate-step-name error
async def handler(ctx):
    pass
//- steps/a.step.py
config = { 'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': [] }
#                                   ^ duplicate-step-name error
async def handler(ctx):
    pass
//- banister.toml
framework = '0.5'
",
        );
    }

    #[test]
    fn a_step_outside_of_the_loaded_folders_is_no_twin() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'noop', name: 'A', virtualEmits: [], virtualSubscribes: [] }
//- lib/b.step.ts
export const config = { type: 'noop', name: 'A', virtualEmits: [], virtualSubscribes: [] }
//                                           ^ misnamed-step-file warning
",
        );
    }

    #[test]
    fn another_project_has_its_own_names() {
        check(
            "\
//- one/steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async () => {}
//- two/steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async () => {}
",
        );
    }
}
