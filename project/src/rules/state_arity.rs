use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StateUse, Text};

use super::{Check, Context, Findings, Rule, list};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "state-arity",
    severity: Severity::Error,
    doc: "\
A call on the shared state with too few arguments. State is kept by group and key: `state.set(key, value)` writes nothing
under the group `key`, and `state.get(key)` never finds anything.

In Python and Ruby too many arguments are an error too; JavaScript passes over them. A fourth argument of `set` is the
time to live of documents that know one. Spread arguments are not counted.",
    check: Check::Step(check),
};

/// The arguments of the methods of 0.x and 1.0.
const METHODS: &[(&str, &[&str])] = &[
    ("get", &["group", "key"]),
    ("set", &["group", "key", "value"]),
    ("delete", &["group", "key"]),
    ("update", &["group", "key", "operations"]),
    ("getGroup", &["group"]),
    ("get_group", &["group"]),
    ("getPattern", &["group", "pattern"]),
    ("get_pattern", &["group", "pattern"]),
    ("list", &["group"]),
    ("clear", &["group"]),
];

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    for call in step.facts().state_uses.iter().filter(|call| !call.by_name) {
        check_call(step, call, findings);
    }
}

fn check_call(step: &Step, call: &StateUse, findings: &mut Findings) {
    let Some((_, expected)) = METHODS.iter().find(|(method, _)| *method == call.method) else {
        return;
    };
    let Some(given) = call
        .arguments
        .filter(|given| is_wrong(step, call, *given, expected))
    else {
        return;
    };
    let method = &call.method;
    let noun = if given == 1 { "argument" } else { "arguments" };
    let takes: Vec<&str> = expected.to_vec();
    let message = format!(
        "`{method}` of the state takes {}, and gets {given} {noun}",
        list(&takes, '`', "and")
    );
    findings
        .report(&step.file, call.span, message)
        .help(format!("write `{method}({})`", expected.join(", ")));
}

fn is_wrong(step: &Step, call: &StateUse, given: usize, expected: &[&str]) -> bool {
    // Clients of 1.0 also take one object that names the parts.
    let may_be_named = step.dialect() == Dialect::V1
        && given == 1
        && call
            .group
            .as_ref()
            .is_some_and(|group| matches!(group.text, Text::Unknown(_) | Text::Import(_)));
    if may_be_named {
        return false;
    }
    let at_most = expected.len() + usize::from(call.method == "set");
    let counts_all = matches!(step.language, Language::Python | Language::Ruby);
    given < expected.len() || (counts_all && given > at_most)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check_of, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    #[test]
    fn calls_without_a_group_are_found_in_every_language() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => {
  await state.set('key', 1)
  //    ^^^^^^^^^^^^^^^^^^^ state-arity error
  await state.get(key())
  //    ^^^^^^^^^^^^^^^^ state-arity error
  await state.delete('key')
  //    ^^^^^^^^^^^^^^^^^^^ state-arity error
  await state.getGroup()
  //    ^^^^^^^^^^^^^^^^ state-arity error
}
//- steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
exports.handler = async (ctx) => { await ctx.state.clear() }
//                                       ^^^^^^^^^^^^^^^^^ state-arity error
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.state.set('key', 1)
    #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^ state-arity error
    await context.state.get_group()
    #     ^^^^^^^^^^^^^^^^^^^^^^^^^ state-arity error
    await context.state.get(data, 'key', None)
    #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ state-arity error
//- steps/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: [] }
end
def handler(context)
  context.state.get('key')
# ^^^^^^^^^^^^^^^^^^^^^^^^ state-arity error
end
",
        );
    }

    #[test]
    fn the_second_generation_has_methods_of_its_own() {
        check(
            "\
//- steps/a.step.ts
import { stateManager } from 'motia'
export const config = { name: 'A', triggers: [{ type: 'cron', expression: '0 * * * * *' }] }
export const handler = async () => {
  await stateManager.update('group', [])
  //    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ state-arity error
  await stateManager.list()
  //    ^^^^^^^^^^^^^^^^^^^ state-arity error
  await stateManager.listGroups()
  await stateManager.list('group')
  await stateManager.update('group', 'key', [])
}
",
        );
    }

    #[test]
    fn one_object_may_name_the_parts_in_the_second_generation() {
        check(
            "\
//- steps/a.step.ts
import { stateManager } from 'motia'
export const config = { name: 'A', triggers: [{ type: 'cron', expression: '0 * * * * *' }] }
export const handler = async () => { await stateManager.get({ groupId: 'g', itemId: 'k' }) }
",
        );
    }

    #[test]
    fn a_time_to_live_and_arguments_that_javascript_drops_are_fine() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => {
  await state.set('group', 'key', 1, 3600)
  await state.get('group', 'key', null)
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.state.set('group', 'key', 1, 3600)
    await context.state.get(group='group', key='key')
",
        );
    }

    #[test]
    fn spread_arguments_are_not_counted() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: [], emits: [] }
export const handler = async (input, { state }) => { await state.get(...input.place) }
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': [], 'emits': []}
async def handler(data, context):
    await context.state.get(*Keys.graph(data))
    await context.state.get(**data)
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: [], emits: [] }
end
def handler(input, context)
  context.state.get(*input['place'])
end
",
        );
    }

    #[test]
    fn other_things_named_state_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { state } from '../lib/machine'
export const config = { type: 'event', name: 'A', subscribes: [], emits: [] }
export const handler = async (input, ctx) => { state.get('one'); input.state.get('one'); cache.state.set('x') }
",
        );
    }

    #[test]
    fn the_message_says_what_is_taken() {
        let fixture = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async ({ state }) => { await state.set('k', 1) }
";
        expect_test::expect![[r#"
            steps/a.step.js:2:48 error state-arity: `set` of the state takes `group`, `key` and `value`, and gets 2 arguments
              help: write `set(group, key, value)`
        "#]]
        .assert_eq(&report(fixture));
    }
}
