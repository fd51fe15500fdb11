//! The rules of flow tests. The reader of flow tests finds what breaks them; here each gets its place among the rules.

use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;

macro_rules! rule {
    ($name:literal, $doc:literal) => {
        Rule {
            name: $name,
            severity: Severity::Error,
            doc: $doc,
            check: Check::Subject(check),
        }
    };
}

pub(super) const SYNTAX: Rule = rule!(
    "flow-test-syntax",
    "\
A `*.flow.yaml` that is not YAML, is empty, or uses what flow tests do not have, such as tags and several documents. None
of its tests can run: `banister test` refuses the file too."
);

pub(super) const UNKNOWN_KEY: Rule = rule!(
    "flow-test-unknown-key",
    "\
A key that flow tests do not have at this place. It would silently change nothing, so the file is refused; the message
names the near one or lists what is allowed."
);

pub(super) const DUPLICATE_KEY: Rule = rule!(
    "flow-test-duplicate-key",
    "\
The same key twice in one mapping of a flow test. YAML readers keep one of the two and nobody sees which, so the file is
refused."
);

pub(super) const MISSING_KEY: Rule = rule!(
    "flow-test-missing-key",
    "\
A flow test lacks a key without which it says nothing: `tests`, a `name`, `when` or `then`, the `topic` of an `emit`, the
`on` of a mock."
);

pub(super) const INVALID_VALUE: Rule = rule!(
    "flow-test-invalid-value",
    "\
A value in a flow test that cannot be what its key wants: a status that is no number, a duration without a unit, an
address that is no URL, a list where one value belongs."
);

pub(super) const DUPLICATE_NAME: Rule = rule!(
    "flow-test-duplicate-name",
    "\
Two tests of one file have the same name. Reports, filters and saved failures name a test by its file and its name, so it
must be one test's alone."
);

pub(super) const UNKNOWN_STEP: Rule = rule!(
    "flow-test-unknown-step",
    "\
A flow test names a step (`cron`, `ran`, `schema_of`) that the project does not have. Silent where the name of some step
cannot be known without running it, and for names with a `{{placeholder}}`."
);

pub(super) const UNKNOWN_TOPIC: Rule = rule!(
    "flow-test-unknown-topic",
    "\
A flow test sends or expects a topic that no step emits or subscribes to. `not_emitted` with a misspelled topic would
pass for ever. Silent where some step's topics are computed, and for topics with a `{{placeholder}}`."
);

pub(super) const UNKNOWN_ROUTE: Rule = rule!(
    "flow-test-unknown-route",
    "\
A flow test sends a request that no route of the project answers. Silent where the route of some step is computed."
);

pub(super) const UNKNOWN_STATE_GROUP: Rule = rule!(
    "flow-test-unknown-state-group",
    "\
A flow test seeds or expects a group of the shared state that no step uses: the seed reaches nobody, and the expectation
cannot come true. Silent where some step's groups are computed or the state is handed to code out of sight."
);

fn check(_: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let Subject::FlowTest(flow, problems) = subject else {
        return;
    };
    let rule = findings.rule.name;
    for problem in problems.iter().filter(|problem| problem.rule == rule) {
        let help = problem.help.clone();
        findings
            .report(&flow.path, problem.span, problem.message.clone())
            .edit(|finding| finding.help = help);
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, report};

    const STEPS: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'PlaceOrder', method: 'POST', path: '/orders', emits: ['order.placed'] }
export const handler = async (req, { emit, state }) => {
  await state.set('orders', req.body.id, req.body)
  await emit({ topic: 'order.placed', data: {} })
  return { status: 200, body: {} }
}
//- steps/b_step.py
config = { 'type': 'event', 'name': 'Ship', 'subscribes': ['order.placed'], 'emits': [] }
async def handler(data, ctx):
    pass
";

    #[test]
    fn names_that_the_project_lacks_are_found() {
        check(&format!(
            "{STEPS}\
//- tests/a.flow.yaml
tests:
  - name: shipped
    when:
      - request: POST /order
      #          ^^^^^^^^^^^ flow-test-unknown-route error
      - emit: {{ topic: order.place, data: {{}} }}
      #                ^^^^^^^^^^^ flow-test-unknown-topic error
    then:
      - ran: [PlaceOrder, Shipp]
      #                   ^^^^^ flow-test-unknown-step error
"
        ));
    }

    #[test]
    fn what_cannot_run_is_found() {
        check(&format!(
            "{STEPS}\
//- tests/a.flow.yaml
tests:
  - name: shipped
    whenn: []
   #^^^^^ flow-test-unknown-key error
    when: [{{ cron: Tick }}]
    then:
      - response: {{ status: ok }}
      #                     ^^ flow-test-invalid-value error
"
        ));
    }

    #[test]
    fn a_computed_topic_silences_the_topics() {
        check(&format!(
            "{STEPS}\
//- steps/c.step.ts
export const config = {{ type: 'cron', name: 'Tick', cron: '* * * * *', emits: [] }}
export const handler = async ({{ emit }}) => {{ await emit({{ topic: process.env.TOPIC, data: {{}} }}) }}
//- tests/a.flow.yaml
tests:
  - name: shipped
    when: [{{ emit: {{ topic: order.place, data: {{}} }} }}]
    then: [{{ not_emitted: order.paid }}]
"
        ));
    }

    const STATE: &str = "\
//- tests/state.flow.yaml
tests:
  - name: shipped
    given: { state: { order: {} } }
    #                 ^^^^^ flow-test-unknown-state-group error
    when: [{ request: POST /orders }]
    then: [{ state: { orders: {} } }]
";

    fn silent(steps: &str) {
        let found = report(&format!(
            "{STEPS}{steps}{}",
            STATE.replace(
                "    #                 ^^^^^ flow-test-unknown-state-group error\n",
                ""
            )
        ));
        assert!(!found.contains("flow-test-unknown-state-group"), "{found}");
    }

    #[test]
    fn a_state_group_that_nobody_uses_is_found() {
        check(&format!("{STEPS}{STATE}"));
        let help = report(&format!("{STEPS}{STATE}"));
        assert!(help.contains("no step uses the state group 'order'"), "{help}");
    }

    #[test]
    fn a_group_that_only_another_language_or_a_helper_uses_is_known() {
        silent(
            "\
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': []}
async def handler(ctx):
    await ctx.state.get('order', 'k')
",
        );
        silent(
            "\
//- steps/c.step.rb
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
end
def handler(context)
  context.state.delete('order', 'k')
end
",
        );
        silent(
            "\
//- lib/keep.ts
export async function keep(ctx, it) { await ctx.state.set('order', it.id, it) }
//- steps/c.step.ts
import { keep } from '../lib/keep'
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async (ctx) => { await keep(ctx, { id: '1' }) }
",
        );
    }

    #[test]
    fn a_computed_group_silences_the_groups() {
        silent(
            "\
//- steps/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => { await state.get(process.env.GROUP, 'k') }
",
        );
    }

    #[test]
    fn state_that_is_handed_out_of_sight_silences_the_groups() {
        silent(
            "\
//- steps/c.step.ts
import { keep } from 'some-package'
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => { await keep(state) }
",
        );
    }

    #[test]
    fn a_step_that_does_not_parse_silences_the_groups() {
        silent(
            "\
//- steps/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async ({ state }) => { await state.get('order' 'k'
",
        );
    }

    #[test]
    fn a_flow_test_belongs_to_the_project_around_it() {
        let found = report(
            "\
//- one/package.json
{}
//- one/steps/a.step.ts
export const config = { type: 'cron', name: 'One', cron: '* * * * *', emits: [] }
export const handler = async () => {}
//- two/package.json
{}
//- two/steps/a.step.ts
export const config = { type: 'cron', name: 'Two', cron: '* * * * *', emits: [] }
export const handler = async () => {}
//- two/tests/a.flow.yaml
tests: [{ name: n, when: [{ cron: Two }, { cron: One }], then: [{ ran: [Two] }] }]
",
        );
        assert_eq!(found.matches("flow-test-unknown-step").count(), 1, "{found}");
        assert!(found.contains("there is no step 'One'"), "{found}");
    }
}
