//! Streams, requests, the state in Python and comments.

use expect_test::expect;

use super::{check, refusal};

#[test]
fn a_stream_is_made_of_the_config_that_defines_it() {
    check(
        "\
//- streams/chat-messages.stream.ts
export const config = { name: 'chat-messages', schema: {}, baseConfig: { storageType: 'default' } }
//- steps/deep/a.step.ts
import { EventConfig, Handlers } from 'motia'
import { z } from 'zod'

/** What it is. */
export const config: EventConfig = { $0type: 'event', name: 'A', subscribes: ['x'], emits: [] }

export const handler: Handlers['A'] = async (input, { streams, logger }) => {
  const chat = streams['chat-messages']
  const known = await chat.getGroup('room')
  const one = await streams['chat-messages'].get('room', 'one')
  await streams['chat-messages'].set('room', 'one', { known, one })
  await chat?.send({ groupId: 'room' }, { type: 'typing', data: {} })
  logger.info('done')
}
",
        &expect![[r#"
            import { type Handlers, logger, type StepConfig, Stream } from 'motia'
            import { config as chatMessagesConfig } from '../../streams/chat-messages.stream'
            import { z } from 'zod'

            const chatMessagesStream = new Stream(chatMessagesConfig)

            /** What it is. */
            export const config = { triggers: [{ type: 'queue', topic: 'x' }], name: 'A', enqueues: [] } as const satisfies StepConfig

            export const handler: Handlers<typeof config> = async (input) => {
              const chat = chatMessagesStream
              const known = await chat.list('room')
              const one = await chatMessagesStream.get('room', 'one')
              await chatMessagesStream.set('room', 'one', { known, one })
              await chat?.send({ groupId: 'room' }, { type: 'typing', data: {} })
              logger.info('done')
            }
        "#]],
    );
}

#[test]
fn a_stream_of_the_context_in_javascript_modules_of_both_kinds() {
    check(
        "\
//- steps/chat.stream.js
exports.config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
//- steps/a.step.js
const { z } = require('zod');

exports.config = { $0type: 'event', name: 'A', subscribes: ['x'], emits: [] };
exports.handler = async (input, ctx) => {
  await ctx.streams.chat.delete('g', 'k');
};
",
        &expect![[r#"
            const { Stream } = require('motia');
            const { config: chatConfig } = require('./chat.stream');
            const { z } = require('zod');

            const chatStream = new Stream(chatConfig);

            exports.config = { triggers: [{ type: 'queue', topic: 'x' }], name: 'A', enqueues: [] };
            exports.handler = async (input, ctx) => {
              await chatStream.delete('g', 'k');
            };
        "#]],
    );
    check(
        "\
//- steps/chat.stream.js
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
//- steps/a.step.js
export const config = { $0type: 'event', name: 'A', subscribes: ['x'], emits: [] }
export const handler = async (input, ctx) => {
  await ctx.streams.chat.delete('g', 'k')
}
",
        &expect![[r#"
            import { Stream } from 'motia'
            import { config as chatConfig } from './chat.stream.js'

            const chatStream = new Stream(chatConfig)

            export const config = { triggers: [{ type: 'queue', topic: 'x' }], name: 'A', enqueues: [] }
            export const handler = async (input, ctx) => {
              await chatStream.delete('g', 'k')
            }
        "#]],
    );
}

#[test]
fn streams_in_python_go_by_their_name() {
    check(
        "\
//- steps/chat_stream.py
config = {\"name\": \"chat\", \"schema\": {}, \"baseConfig\": {\"storageType\": \"default\"}}
//- steps/a_step.py
import json

config = {\"type\": \"event\", \"name\": \"A$0\", \"subscribes\": [\"x\"], \"emits\": [], \"virtualEmits\": [\"z\"]}

async def handler(input_data, context):
    chat = context.streams.chat
    known = await chat.get(\"room\", \"one\")
    await context.streams[\"chat\"].set(\"room\", \"two\", known)
    await context.streams.get(\"chat\").delete(\"room\", \"one\")
    return json.dumps(await context.streams.chat.get_group(\"room\"))
",
        &expect![[r#"
            from motia import Stream
            import json

            chat_stream = Stream("chat")

            config = {"triggers": [{"type": "queue", "topic": "x"}], "name": "A", "enqueues": [], "virtual_enqueues": ["z"]}

            async def handler(input_data, context):
                chat = chat_stream
                known = chat.get("room", "one")
                chat_stream.set("room", "two", known)
                chat_stream.delete("room", "one")
                return json.dumps(chat_stream.list("room"))
        "#]],
    );
}

#[test]
fn a_request_in_python() {
    check(
        "\
//- steps/a_step.py
config = {
    \"type\": \"api\",
    \"name\": \"A$0\",
    \"method\": \"POST\",
    \"path\": \"/orders/:id\",
    \"bodySchema\": {\"type\": \"object\", \"properties\": {}},
    \"queryParams\": [{\"name\": \"page\"}],
    \"middleware\": [],
    \"emits\": [\"order.placed\"],
}

async def handler(req, context):
    body = req.get(\"body\", {})
    order = req[\"pathParams\"][\"id\"]
    page = req.get('queryParams', {}).get('page')
    token = req.get(\"headers\").get(\"authorization\")
    await context.emit({\"topic\": \"order.placed\", \"data\": {\"order\": order, \"page\": page, \"of\": req[\"body\"][\"of\"]}})
    return {\"status\": 200 if token else 401, \"body\": body}
",
        &expect![[r#"
            from motia import enqueue
            config = {
                "triggers": [{"type": "http", "method": "POST", "path": "/orders/:id", "body_schema": {"type": "object", "properties": {}}, "query_params": [{"name": "page"}], "middleware": []}],
                "name": "A",
                "enqueues": ["order.placed"],
            }

            async def handler(req, context):
                body = req.request.body or {}
                order = req.request.path_params["id"]
                page = req.request.query_params.get('page')
                token = req.request.headers.get("authorization")
                enqueue({"topic": "order.placed", "data": {"order": order, "page": page, "of": (req.request.body or {})["of"]}})
                return {"status": 200 if token else 401, "body": body}
        "#]],
    );
}

#[test]
fn the_state_in_python() {
    check(
        "\
//- steps/a_step.py
config = {\"type\": \"event\", \"name\": \"A$0\", \"subscribes\": [\"x\"], \"emits\": []}

async def handler(input_data, context):
    known = await context.state.get(\"orders\", \"one\") or {}
    all_of_them = await context.state.get_group(\"orders\")
    await context.state.set(\"orders\", \"two\", {\"n\": known.get(\"n\", 0) + len(all_of_them)})
    await context.state.delete(\"orders\", \"one\")
",
        &expect![[r#"
            from motia import stateManager
            config = {"triggers": [{"type": "queue", "topic": "x"}], "name": "A", "enqueues": []}

            async def handler(input_data, context):
                known = stateManager.get("orders", "one") or {}
                all_of_them = stateManager.list("orders")
                stateManager.set("orders", "two", {"n": known.get("n", 0) + len(all_of_them)})
                stateManager.delete("orders", "one")
        "#]],
    );
}

#[test]
fn comments_stay_with_their_entries() {
    check(
        "\
//- steps/a.step.js
export const config = {
  $0type: 'event',
  name: 'A', // a name
  subscribes: [
    // the first
    'x', // the second: // a topic
  ], // whom it hears
  /* what it sends */
  emits: ['y'], /* and no more */
  input: null
}
export const handler = async (input, { emit }) => { await emit({ topic: 'y', data: {} }) }
",
        &expect![[r#"
            import { enqueue } from 'motia'
            export const config = {
              // the first
              // the second: // a topic
              // whom it hears
              triggers: [{ type: 'queue', topic: 'x', input: null }],
              name: 'A', // a name
              /* what it sends */
              enqueues: ['y'], /* and no more */
            }
            export const handler = async (input) => { await enqueue({ topic: 'y', data: {} }) }
        "#]],
    );
    check(
        "\
//- steps/a_step.py
config = {
    \"name\": \"A$0\",  # a name
    # What it is.
    \"type\": \"event\",
    \"emits\": [],  # nothing
    # Whom it hears.
    \"subscribes\": [\"x\"],  # one
    # The end.
}

async def handler(input_data):
    pass
",
        &expect![[r#"
            config = {
                "name": "A",  # a name
                # What it is.
                # Whom it hears.
                # one
                "triggers": [{"type": "queue", "topic": "x"}],
                "enqueues": [],  # nothing
                # The end.
            }

            async def handler(input_data):
                pass
        "#]],
    );
}

#[test]
fn comments_in_a_line_with_others_stay_or_are_refused() {
    let in_line = "//- steps/a.step.js
export const config = { name: 'A', $0type: 'event', /* what */ subscribes: ['x'], emits: [] } // whom
export const handler = async (input) => {}
";
    check(
        in_line,
        &expect![[r#"
        export const config = { name: 'A', triggers: [{ type: 'queue', topic: 'x' }], /* what */ enqueues: [] } // whom
        export const handler = async (input) => {}
    "#]],
    );
    let above = "//- steps/a.step.js
export const config = { $0type: 'event', name: 'A',
  // Whom it hears.
  subscribes: ['x'], emits: [] }
export const handler = async (input) => {}
";
    assert_eq!(
        refusal(above),
        "a comment stands between the entries of the config"
    );
}

#[test]
fn streams_that_are_not_sure_are_refused_with_the_reason() {
    let with = |stream: &str, handler: &str| {
        refusal(&format!(
            "//- steps/{stream}\n//- steps/a.step.ts\n\
             export const config = {{ $0type: 'event', name: 'A', subscribes: ['x'], emits: [] }}\n\
             export const handler = async (input, {{ streams }}) => {{\n  {handler}\n}}\n"
        ))
    };
    let typescript = "a.stream.ts\nexport const config = { name: 'a', schema: {}, baseConfig: { storageType: 'default' } }";
    let unnamed = "a.stream.ts\nexport default { config: { name: 'a', schema: {}, baseConfig: { storageType: 'default' } } }";
    let python =
        "a_stream.py\nconfig = {'name': 'a', 'schema': {}, 'baseConfig': {'storageType': 'default'}}";
    for (stream, handler, reason) in [
        (
            python,
            "await streams.a.get('g', 'k')",
            "the stream 'a' is defined in another language",
        ),
        (
            unnamed,
            "await streams.a.get('g', 'k')",
            "the stream 'a' does not export its 'config'",
        ),
        (
            typescript,
            "await streams[input.which].get('g', 'k')",
            "a stream is chosen while the step runs",
        ),
        (typescript, "push(streams.a)", "a stream is handed to other code"),
        (
            typescript,
            "const a = streams.a\n  push(a)",
            "a stream is handed to other code",
        ),
        (
            typescript,
            "const old = await streams.a.set('g', 'k', {})",
            "what 'set' of a stream answers is another thing in 1.0",
        ),
        (
            typescript,
            "await streams.a.subscribe(() => {})",
            "'subscribe' of a stream has no counterpart in 1.0",
        ),
        (
            typescript,
            "push(streams); await streams.a.get('g', 'k')",
            "'streams' is also used in another way",
        ),
    ] {
        assert_eq!(with(stream, handler), reason, "{handler}");
    }
}

#[test]
fn requests_and_state_in_python_that_are_not_sure_are_refused_with_the_reason() {
    let with = |config: &str, parameters: &str, body: &str| {
        refusal(&format!(
            "//- steps/a_step.py\nconfig = {{\"name\": \"A$0\", \"emits\": [], {config}}}\n\n\
             async def handler({parameters}):\n    {body}\n"
        ))
    };
    let http = "\"type\": \"api\", \"method\": \"GET\", \"path\": \"/a\"";
    let event = "\"type\": \"event\", \"subscribes\": [\"x\"]";
    for (config, parameters, body, reason) in [
        (
            http,
            "req, context",
            "check(req)",
            "'req' is also used in another way",
        ),
        (
            http,
            "req: dict, context",
            "return req[\"body\"]",
            "the request has a type or a default",
        ),
        (
            http,
            "req, context",
            "return req[\"rawBody\"]",
            "'rawBody' has no counterpart in 1.0",
        ),
        (
            http,
            "req, context",
            "return req.get(\"body\", other())",
            "'body' of the request is read in a roundabout way",
        ),
        (
            "\"type\": \"api\", \"method\": \"GET\", \"path\": \"/a\", \"middleware\": [auth]",
            "req, context",
            "return req[\"body\"]",
            "'middleware' is handed another request in 1.0",
        ),
        (
            event,
            "input_data, context",
            "known = await context.state.get(\"g\", \"k\")\n    return known[\"data\"]",
            "what 'state.get' answers has no 'data' around it in 1.0",
        ),
        (
            event,
            "input_data, context",
            "return (await context.state.get(\"g\", \"k\")).get(\"data\")",
            "what 'state.get' answers has no 'data' around it in 1.0",
        ),
        (
            event,
            "input_data, context",
            "await context.streams.chat.send({\"groupId\": \"g\"}, {})",
            "'send' of a stream has no counterpart in 1.0",
        ),
    ] {
        assert_eq!(with(config, parameters, body), reason, "{body}");
    }
}
