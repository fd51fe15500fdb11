use banister_grammars::facts::{Dialect, StepKind};

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "missing-handler",
    severity: Severity::Error,
    doc: "\
A step that something starts and that has no `handler`. The framework loads it without a word, and every run fails
because there is nothing to call.

A `noop` needs none. A file that says `handler` anywhere, or that hands on the exports of another file, may have one and
is left alone.",
    check,
};

/// Ways to hand on what another file exports.
const HANDED_ON: [&str; 6] = [
    "handler",
    "export *",
    "export default",
    "module.exports",
    "import *",
    "require_relative",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for step in &context.index.project.steps {
        let (Some(fact), Some(kind)) = (step.fact(), step.kind()) else {
            continue;
        };
        // A comment that names this rule is no handler.
        let text = step.source.text.replace(RULE.name, "");
        if kind == StepKind::Noop
            || fact.dialect != Dialect::V0
            || fact.handler.is_some()
            || !step.facts().problems.is_empty()
            || HANDED_ON.iter().any(|words| text.contains(words))
        {
            continue;
        }
        let Some(name) = &fact.name else { continue };
        let message = format!("{} has no handler", step.label());
        findings
            .report(&step.file, name.span, message)
            .help("define and export a function named `handler`");
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_step_without_a_handler_is_found() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
//                                           ^ missing-handler error
export const run = async () => {}
//- steps/b.step.rb
def config
  { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
#                        ^ missing-handler error
end
",
        );
    }

    #[test]
    fn pictures_and_handlers_of_other_files_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'noop', name: 'A', virtualEmits: [], virtualSubscribes: [] }
//- steps/b.step.ts
export const config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
export { handler } from './elsewhere'
//- steps/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export * from './elsewhere'
",
        );
    }
}
