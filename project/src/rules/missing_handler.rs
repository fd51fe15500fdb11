use banister_grammars::Language;
use banister_grammars::facts::StepKind;

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "missing-handler",
    severity: Severity::Error,
    doc: "\
A step that something starts and that has no `handler`. The framework loads it without a word, and every run fails
because there is nothing to call.

A `noop` needs none, nor does a step of 1.0 without triggers. A file whose exports are not all visible, or that does not
parse, may have one and is left alone.",
    check: Check::Step(check),
};

/// Ways to publish a handler that are not followed: in JavaScript through the object of exports, in Python and Ruby by
/// its name as a text, in 1.0 through the framework's builders.
const UNSEEN: [&str; 9] = [
    "exports[",
    "assign(exports",
    "assign(module.exports",
    "export =",
    "globals()",
    "setattr(",
    "__getattr__",
    "handlers",
    "require_relative",
];

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let (Some(fact), Some(kind)) = (step.fact(), step.kind()) else {
        return;
    };
    if kind == StepKind::Noop || !fact.lacks_handler || !step.facts().problems.is_empty() {
        return;
    }
    // A comment that names this rule is no handler.
    let text = step.source.text.replace(RULE.name, "");
    let may_define = step.language == Language::Ruby && text.contains("handler");
    if may_define || UNSEEN.iter().any(|words| text.contains(words)) {
        return;
    }
    let Some(name) = &fact.name else { return };
    let message = format!("{} has no handler", step.label());
    findings
        .report(&step.file, name.span, message)
        .help(match step.language {
            Language::TypeScript | Language::JavaScript => "define and export a function named `handler`",
            Language::Python | Language::Ruby => "define a function named `handler`",
        });
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

    #[test]
    fn a_function_that_is_not_published_is_no_handler() {
        check(
            "\
//- steps/a.step.ts
// The handler of the step.
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
//                                           ^ missing-handler error
const handler = async () => {}
//- steps/b.step.js
const config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
//                                    ^ missing-handler error
const run = async () => {}
module.exports = { config, run }
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': []}
#                                  ^ missing-handler error
async def handle(context):
    pass
//- steps/d.step.ts
export default { config: { type: 'cron', name: 'D', cron: '* * * * *', emits: [] } }
//                                              ^ missing-handler error
",
        );
    }

    #[test]
    fn a_step_of_1_0_needs_one_if_something_starts_it() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = { name: 'A', triggers: [http('GET', '/a')] } as const satisfies StepConfig
//                             ^ missing-handler error
//- steps/b.step.ts
export const config = { name: 'B', triggers: [], enqueues: [] }
//- steps/c.step.ts
import { cron, step } from 'motia'
export const { config, handler } = step({ name: 'C', triggers: [cron('0 0 * * * *')] }, async () => {})
//- steps/d.step.ts
import { multiTriggerStep, queue } from 'motia'
export const config = { name: 'D', triggers: [queue('d.asked')], enqueues: ['d.asked'] }
export const built = multiTriggerStep(config).onQueue(async () => {}).handlers()
//- steps/e_step.py
from motia import cron
config = {'name': 'E', 'triggers': [cron('0 0 * * * *')]}
#                  ^ missing-handler error
def run(data, context):
    pass
",
        );
    }

    #[test]
    fn every_form_of_export_counts() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
const run = async () => {}
export { run as handler }
//- steps/b.step.ts
import { handler } from './shared'
export const config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
export { handler }
//- steps/c.step.js
const { wrap } = require('./shared')
exports.config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
exports.handler = wrap('c')
//- steps/d.step.ts
import { make } from './shared'
export default make({ config: { type: 'cron', name: 'D', cron: '* * * * *', emits: [] } })
//- steps/e_step.py
from .shared import handler
config = {'type': 'cron', 'name': 'E', 'cron': '* * * * *', 'emits': []}
//- steps/f_step.py
from .shared import *
config = {'type': 'cron', 'name': 'F', 'cron': '* * * * *', 'emits': []}
//- steps/g.step.js
const { rest } = require('./shared')
const config = { type: 'cron', name: 'G', cron: '* * * * *', emits: [] }
module.exports = { config, ...rest }
//- steps/h.step.rb
require_relative 'shared'
def config
  { type: 'cron', name: 'H', cron: '* * * * *', emits: [] }
end
//- steps/i.step.js
exports.config = { type: 'cron', name: 'I', cron: '* * * * *', emits: [] }
exports['handler'] = async () => {}
//- steps/j.step.ts
export const config = { type: 'cron', name: 'J', cron: '* * * * *', emits: [] }
export async function handler() {}
//- steps/k.step.js
exports.config = { type: 'cron', name: 'K', cron: '* * * * *', emits: [] }
module.exports.handler = async () => {}
//- steps/l_step.py
config = {'type': 'cron', 'name': 'L', 'cron': '* * * * *', 'emits': []}
try:
    from .fast import handler
except ImportError:
    async def handler(context):
        pass
",
        );
    }

    #[test]
    fn a_file_that_does_not_parse_may_have_one() {
        let found = crate::fixture::severities(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const = async () => {}
",
        );
        assert!(
            found.iter().all(|(_, rule, _)| *rule != "missing-handler"),
            "{found:?}"
        );
    }
}
