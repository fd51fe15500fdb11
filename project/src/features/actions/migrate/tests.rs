use expect_test::{Expect, expect};

mod parts;

use super::super::testing::{after, offers};

const TITLE: &str = "Write this step in the 1.0 dialect";

fn check(fixture: &str, expected: &Expect) {
    expected.assert_eq(&after(fixture, TITLE));
}

/// Why the step at the cursor cannot be rewritten.
fn refusal(fixture: &str) -> String {
    let (snapshot, file, actions) = offers(fixture);
    let action = actions
        .iter()
        .find(|action| action.title == TITLE)
        .expect("an offer");
    assert_eq!(snapshot.change(&file, &action.request), None);
    action.refused.clone().expect("a refusal")
}

#[test]
fn an_event_step_in_typescript() {
    check(
        "\
//- steps/a.step.ts
import { EventConfig, Handlers } from 'motia'
import { z } from 'zod'

export const config: EventConfig = {
  $0type: 'event',
  name: 'Bill',
  subscribes: ['order.placed', 'order.changed'],
  emits: ['order.billed'],
  input: z.object({ id: z.string() }),
  flows: ['orders'],
}

export const handler: Handlers['Bill'] = async (input, { emit, logger, state, traceId }) => {
  logger.info('billing', { traceId })
  const known = await state.getGroup('orders')
  await state.set('orders', input.id, known)
  await emit({ topic: 'order.billed', data: { id: input.id } })
}
",
        &expect![[r#"
            import { enqueue, type Handlers, logger, stateManager, type StepConfig } from 'motia'
            import { z } from 'zod'

            export const config = {
              triggers: [{ type: 'queue', topic: 'order.placed', input: z.object({ id: z.string() }) }, { type: 'queue', topic: 'order.changed', input: z.object({ id: z.string() }) }],
              name: 'Bill',
              enqueues: ['order.billed'],
              flows: ['orders'],
            } as const satisfies StepConfig

            export const handler: Handlers<typeof config> = async (input, { traceId }) => {
              logger.info('billing', { traceId })
              const known = await stateManager.list('orders')
              await stateManager.set('orders', input.id, known)
              await enqueue({ topic: 'order.billed', data: { id: input.id } })
            }
        "#]],
    );
}

#[test]
fn imports_of_the_framework_become_one_however_many_lines_they_have() {
    check(
        "\
//- steps/a.step.ts
import type {
  EventConfig,
  Handlers,
} from 'motia';
import { z } from 'zod';
import { type FlowContext } from 'motia';

export const config: EventConfig = { $0type: 'event', name: 'A', subscribes: ['x'], emits: ['y'] };

export const handler: Handlers['A'] = async (input, { emit }) => {
  await emit({ topic: 'y', data: {} });
};
",
        &expect![[r#"
            import { enqueue, type FlowContext, type Handlers, type StepConfig } from 'motia';
            import { z } from 'zod';

            export const config = { triggers: [{ type: 'queue', topic: 'x' }], name: 'A', enqueues: ['y'] } as const satisfies StepConfig;

            export const handler: Handlers<typeof config> = async (input) => {
              await enqueue({ topic: 'y', data: {} });
            };
        "#]],
    );
}

#[test]
fn the_new_import_stands_before_a_first_one_of_several_lines() {
    check(
        "\
//- steps/a.step.ts
import {
  one,
  two,
} from './more'
export const config = { $0type: 'event', name: 'A', subscribes: ['x'], emits: ['y'] }
export const handler = async (input, { emit }) => { await emit({ topic: 'y', data: one(two) }) }
",
        &expect![[r#"
            import { enqueue } from 'motia'
            import {
              one,
              two,
            } from './more'
            export const config = { triggers: [{ type: 'queue', topic: 'x' }], name: 'A', enqueues: ['y'] }
            export const handler = async (input) => { await enqueue({ topic: 'y', data: one(two) }) }
        "#]],
    );
}

#[test]
fn comments_go_with_what_they_speak_of() {
    check(
        "\
//- steps/a.step.ts
export const config = {
  // What it is.
  $0type: 'event', // of 0.x
  // Whom it hears.
  subscribes: ['x'],
  name: 'A',
  // What it sends.
  emits: ['y'],
}
export const handler = async (input, { emit }) => { await emit({ topic: 'y', data: {} }) }
",
        &expect![[r#"
            import { enqueue } from 'motia'
            export const config = {
              // What it is.
              // Whom it hears.
              triggers: [{ type: 'queue', topic: 'x' }], // of 0.x
              name: 'A',
              // What it sends.
              enqueues: ['y'],
            }
            export const handler = async (input) => { await enqueue({ topic: 'y', data: {} }) }
        "#]],
    );
}

#[test]
fn an_api_step_in_javascript() {
    check(
        "\
//- steps/a.step.js
export const config = { $0type: 'api', name: 'Place', method: 'POST', path: '/orders', emits: ['order.placed'] }
export const handler = async (req, ctx) => {
  ctx.logger.info('placed')
  await ctx.emit({ topic: 'order.placed', data: req.body })
  return { status: 200, body: {} }
}
",
        &expect![[r#"
            import { enqueue, logger } from 'motia'
            export const config = { triggers: [{ type: 'http', method: 'POST', path: '/orders' }], name: 'Place', enqueues: ['order.placed'] }
            export const handler = async ({ request: req }, ctx) => {
              logger.info('placed')
              await enqueue({ topic: 'order.placed', data: req.body })
              return { status: 200, body: {} }
            }
        "#]],
    );
}

#[test]
fn a_schedule_gets_its_seconds_in_python() {
    check(
        "\
//- steps/a_step.py
config = {\"type\": \"cron\", \"name\": \"Nightly$0\", \"cron\": \"0 3 * * *\", \"emits\": [\"night.done\"]}

async def handler(context):
    context.logger.info(\"night\")
    await context.emit({\"topic\": \"night.done\", \"data\": {}})
",
        &expect![[r#"
            from motia import enqueue, logger
            config = {"triggers": [{"type": "cron", "expression": "0 0 3 * * *"}], "name": "Nightly", "enqueues": ["night.done"]}

            async def handler(_input, context):
                logger.info("night")
                enqueue({"topic": "night.done", "data": {}})
        "#]],
    );
}

#[test]
fn what_is_not_sure_is_refused_with_the_reason() {
    let with = |config: &str, handler: &str| {
        refusal(&format!(
            "//- steps/a.step.js\nexports.config = {{ $0type: 'event', name: 'A', subscribes: ['x'], emits: ['y']{config} }}\n\
             exports.handler = {handler}\n"
        ))
    };
    let plain = "async (input, { emit }) => { await emit({ topic: 'y', data: {} }) }";
    for (config, handler, reason) in [
        (
            ", infrastructure: {}",
            plain,
            "'infrastructure' has no counterpart in 1.0",
        ),
        (
            ", ...more",
            plain,
            "the config has entries that are not visible here",
        ),
        (
            "",
            "async (input, { streams }) => { await streams.a.set('g', 'k', {}) }",
            "no file defines the stream 'a'",
        ),
        (
            "",
            "async (input, { emit }) => { send(emit) }",
            "the context is handed to other code",
        ),
        (
            "",
            "async (input, { state }) => { const old = await state.set('g', 'k', 1) }",
            "what 'state.set' answers is another thing in 1.0",
        ),
        (
            "",
            "async (input, { state }) => {\n  const old =\n    await state.set('g', 'k', 1)\n}",
            "what 'state.set' answers is another thing in 1.0",
        ),
        (
            "",
            "async (input, { state }) => { await state.clear('g') }",
            "'state.clear' has no counterpart in 1.0",
        ),
    ] {
        assert_eq!(with(config, handler), reason);
    }
    let ruby = "//- steps/a.step.rb\ndef config\n  { $0type: 'event', name: 'A', subscribes: ['x'], emits: [] }\nend\n\
                def handler(input, context)\nend\n";
    assert_eq!(refusal(ruby), "1.0 has no Ruby");
}

#[test]
fn lines_end_as_those_of_the_file_do() {
    let step = "import { EventConfig } from 'motia'

export const config: EventConfig = {
  type: 'event', // of 0.x
  name: 'A', // a name
  // Whom it hears.
  subscribes: ['x'],
  emits: ['y'],
}
export const handler = async (input, { emit }) => {
  await emit({ topic: 'y', data: {} })
}
";
    let file = "//- steps/a.step.ts\n";
    let plain = after(&format!("{file}{}", step.replace("type:", "ty$0pe:")), TITLE);
    let returns = step.replace('\n', "\r\n").replace("type:", "ty$0pe:");
    let marked = after(&format!("{file}\u{feff}{returns}"), TITLE);
    assert_eq!(marked.replace('\r', "?"), plain.replace('\n', "?\n"));
}

#[test]
fn a_newer_step_is_not_offered_anything() {
    let fixture = "\
//- steps/a.step.js
export const config = { $0name: 'A', triggers: [{ type: 'queue', topic: 'x' }], enqueues: [] }
export const handler = async (input) => {}
";
    assert!(offers(fixture).2.iter().all(|action| action.title != TITLE));
}
