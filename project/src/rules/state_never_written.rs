use banister_grammars::facts::StateUse;

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "state-never-written",
    severity: Severity::Hint,
    doc: "\
A group of the shared state that is read and that no step of the project writes. Often the other side writes it under
another name.

Nothing is said as soon as a write may mean the group without naming it: a computed group that it matches, or the state
handed to code whose writes are not visible.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let index = context.index;
    for read in step.facts().state_uses.iter().filter(|call| reads(call)) {
        let hidden = index.hidden_writes();
        if hidden.anywhere {
            return;
        }
        let may_be_written = |group: &str| {
            index.is_written(group) || hidden.patterns.iter().any(|written| written.may_be(group))
        };
        let Some(fact) = &read.group else { continue };
        let Some(group) = fact.text.known().filter(|group| !may_be_written(group)) else {
            continue;
        };
        let label = step.label();
        let message = format!("{label} reads the state group '{group}', which no step writes");
        findings.report(&step.file, fact.span, message);
    }
}

/// Calls that a wrong number of arguments makes meaningless are reported as that.
fn reads(call: &StateUse) -> bool {
    let least = match call.method.as_str() {
        "get" | "getPattern" | "get_pattern" => 2,
        "getGroup" | "get_group" | "list" => 1,
        _ => return false,
    };
    !call.by_name && call.arguments.is_none_or(|given| given >= least)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_group_that_is_only_read_is_found_across_languages() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => {
  await state.get('orders', 'k')
  await state.get('users', 'k')
  //               ^^^^^ state-never-written hint
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.state.set('orders', 'k', 1)
    await context.state.get_group('carts')
    #                              ^^^^^ state-never-written hint
//- steps/c.step.rb
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
end
def handler(context)
  context.state.get('bills', 'k')
  #                  ^^^^^ state-never-written hint
end
//- steps/d.step.js
exports.config = { type: 'cron', name: 'D', cron: '* * * * *', emits: [] }
exports.handler = async ({ state }) => { await state.delete('bills', 'k') }
",
        );
    }

    #[test]
    fn the_second_generation_writes_with_update() {
        check(
            "\
//- steps/a.step.ts
import { stateManager } from 'motia'
export const config = { name: 'A', triggers: [{ type: 'cron', expression: '0 * * * * *' }] }
export const handler = async () => {
  await stateManager.update('totals', 'k', [])
  await stateManager.list('totals')
  await stateManager.list('tolls')
  //                       ^^^^^ state-never-written hint
}
",
        );
    }

    #[test]
    fn a_computed_group_may_be_the_one() {
        for group in ["`${kind()}`", "`us${kind()}`", "kind()", "...place()"] {
            check(&format!(
                "\
//- steps/a.step.ts
export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: [] }}
export const handler = async ({{ state }}) => {{
  await state.get('users', 'k')
  await state.set({group}, 'k', 1)
}}
"
            ));
        }
    }

    #[test]
    fn a_constant_of_another_file_is_known() {
        check(
            "\
//- steps/groups.ts
export const GROUPS = { users: 'users' }
//- steps/a.step.ts
import { GROUPS } from './groups'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => {
  await state.set(GROUPS.users, 'k', 1)
  await state.get('users', 'k')
  await state.get('carts', 'k')
  //               ^^^^^ state-never-written hint
}
",
        );
    }

    #[test]
    fn state_that_is_handed_on_may_be_written_anywhere() {
        for passed in ["state", "{ state }", "ctx"] {
            check(&format!(
                "\
//- steps/a.step.ts
import {{ save }} from '../lib/save'
export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: [] }}
export const handler = async (ctx) => {{
  const {{ state }} = ctx
  await state.get('users', 'k')
  await save({passed})
}}
"
            ));
        }
    }

    #[test]
    fn a_service_may_write_it() {
        check(
            "\
//- steps/a.step.ts
import { stateManager } from 'motia'
import { save } from './service'
export const config = { name: 'A', triggers: [{ type: 'cron', expression: '0 * * * * *' }] }
export const handler = async () => { await save(); await stateManager.get('users', 'k') }
//- steps/service.ts
import { stateManager } from 'motia'
export const save = async () => { await stateManager.set('users', 'k', 1) }
",
        );
    }

    #[test]
    fn a_read_with_too_few_arguments_is_one_finding() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => { await state.get('users') }
//                                                  ^^^^^^^^^^^^^^^^^^ state-arity error
",
        );
    }
}
