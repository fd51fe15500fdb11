//! Spots and what is proposed there.

use super::In::{self, Js, Py, Rb, Ts};
use super::Spot;

const SCRIPT: &[In] = &[Ts, Js];

pub(super) const TOPICS: &[Spot] = &[
    (SCRIPT, "await emit({ topic: '$0', data: {} })", &["order.placed"]),
    (
        SCRIPT,
        "await emit({ topic: \"$0\", data: {} })",
        &["order.placed"],
    ),
    (SCRIPT, "await emit({ topic: `$0`, data: {} })", &["order.placed"]),
    (SCRIPT, "await emit({ topic: $0, data: {} })", &["order.placed"]),
    (SCRIPT, "await emit({ topic: $0", &["order.placed"]),
    (SCRIPT, "await emit({ topic: ord$0 })", &["order.placed"]),
    (SCRIPT, "await emit({ topic: '$0", &["order.placed"]),
    (
        SCRIPT,
        "await emit({ data: { id: 1 }, topic: '$0",
        &["order.placed"],
    ),
    (&[Py], "await context.emit({'topic': '$0'})", &["order.placed"]),
    (&[Py], "await context.emit({'topic': $0})", &["order.placed"]),
    (&[Py], "await context.emit({'topic': $0", &["order.placed"]),
    (&[Py], "await context.emit({\"topic\": \"$0", &["order.placed"]),
    (
        &[Py],
        "await context.emit({\n        'topic': \"$0\n        'data': {}\n    })",
        &["order.placed"],
    ),
    (&[Rb], "context.emit(topic: '$0')", &["order.placed"]),
    (&[Rb], "context.emit(topic: $0)", &["order.placed"]),
    (&[Rb], "context.emit({ topic: '$0", &["order.placed"]),
    (&[Rb], "context.emit topic: '$0'", &["order.placed"]),
    (&[Rb], "context.emit topic: '$0", &["order.placed"]),
];

pub(super) const PAYLOADS: &[Spot] = &[
    (SCRIPT, "await emit({ $0 })", &["topic", "data"]),
    (&[Py], "await context.emit({'$0'})", &["topic", "data"]),
    (&[Py], "await context.emit({$0", &["topic", "data"]),
    (&[Rb], "context.emit($0)", &["topic", "data"]),
    (&[Rb], "context.emit({ $0 })", &["topic", "data"]),
    (
        SCRIPT,
        "await emit({ topic: 'order.placed', data: { $0 } })",
        &["id", "paid", "user", "note"],
    ),
    (
        SCRIPT,
        "await emit({ topic: 'order.placed', data: { $0",
        &["id", "paid", "user", "note"],
    ),
    (
        SCRIPT,
        "await emit({ topic: 'order.placed', data: { id: '1', pa$0",
        &["paid", "user", "note"],
    ),
    (
        SCRIPT,
        "await emit({ topic: 'order.placed', data: { ...input, $0 } })",
        &["id", "paid", "user", "note"],
    ),
    (
        SCRIPT,
        "await emit({ topic: 'order.placed', data: { user: { $0 } } })",
        &["name"],
    ),
    (
        &[Py],
        "await context.emit({'topic': 'order.placed', 'data': {'$0'}})",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Py],
        "await context.emit({'topic': 'order.placed', 'data': {$0",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Py],
        "await context.emit({'topic': 'order.placed', 'data': {'id': 1, \"$0",
        &["paid", "user", "note"],
    ),
    (
        &[Py],
        "await context.emit({'topic': 'order.placed', 'data': {**input, '$0'}})",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Rb],
        "context.emit(topic: 'order.placed', data: { $0 })",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Rb],
        "context.emit(topic: 'order.placed', data: { '$0' })",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Rb],
        "context.emit({ topic: 'order.placed', data: { id: 1, $0",
        &["paid", "user", "note"],
    ),
    (
        &[Rb],
        "context.emit({ 'topic' => 'order.placed', 'data' => { '$0' => 1 } })",
        &["id", "paid", "user", "note"],
    ),
    (
        &[Rb],
        "context.emit(topic: 'order.placed', data: { user: { $0 } })",
        &["name"],
    ),
    (
        &[Rb],
        "context.emit topic: 'order.placed', data: { $0 }",
        &["id", "paid", "user", "note"],
    ),
];

pub(super) const INPUTS: &[Spot] = &[
    (&[Js], "input.$0", &["id", "user"]),
    (&[Js], "input.user.$0", &["name"]),
    (&[Js], "input?.user?.$0", &["name"]),
    (&[Js], "input['$0']", &["id", "user"]),
    (&[Js], "const { $0 } = input", &["id", "user"]),
    (&[Ts, Js], "const { id, $0 } = input", &["user"]),
    (&[Ts, Js], "const { user: { $0 } } = input", &["name"]),
    (&[Ts, Js], "const { $0 } = input.user", &["name"]),
    (&[Py], "input['$0']", &["id", "user"]),
    (&[Py], "input[\"$0", &["id", "user"]),
    (&[Py], "input[$0]", &["id", "user"]),
    (&[Py], "input.get(\"$0\")", &["id", "user"]),
    (&[Py], "input.get('$0', None)", &["id", "user"]),
    (&[Py], "input.get($0)", &["id", "user"]),
    (&[Py], "name = input['user']['$0']", &["name"]),
    (&[Py], "name = input.get('user', {}).get('$0", &["name"]),
    (&[Rb], "input['$0']", &["id", "user"]),
    (&[Rb], "input[:$0]", &["id", "user"]),
    (&[Rb], "input[:$0", &["id", "user"]),
    (&[Rb], "input[$0]", &["id", "user"]),
    (&[Rb], "input.$0", &["id", "user"]),
    (&[Rb], "input.user.$0", &["name"]),
    (&[Rb], "input.dig(:user, :$0)", &["name"]),
    (&[Rb], "input.fetch(:$0)", &["id", "user"]),
];

pub(super) const STATE: &[Spot] = &[
    (SCRIPT, "await state.get('$0')", &["carts", "orders"]),
    (SCRIPT, "await state.get('orders', '$0')", &["latest"]),
    (SCRIPT, "await state.get($0)", &["carts", "orders"]),
    (SCRIPT, "await state.get('orders', $0)", &["latest"]),
    (SCRIPT, "await state.getGroup('$0", &["carts", "orders"]),
    (SCRIPT, "await streams.$0", &["chat"]),
    (SCRIPT, "await streams['$0']", &["chat"]),
    (&[Py], "await context.state.get('$0')", &["carts", "orders"]),
    (&[Py], "await context.state.get($0)", &["carts", "orders"]),
    (&[Py], "await context.state.get('orders', \"$0\")", &["latest"]),
    (&[Py], "await context.state.get_group(\"$0", &["carts", "orders"]),
    (
        &[Py],
        "await context['state'].set('$0', 'a', 1)",
        &["carts", "orders"],
    ),
    (&[Py], "await context.streams.$0", &["chat"]),
    (&[Py], "await context.streams['$0']", &["chat"]),
    (&[Py], "await context.streams[$0]", &["chat"]),
    (&[Py], "await context.streams.get(\"$0\")", &["chat"]),
    (&[Py], "await context.streams.get($0)", &["chat"]),
    (&[Py], "await context.streams.get('$0", &["chat"]),
    (&[Rb], "context.state.get('$0')", &["carts", "orders"]),
    (&[Rb], "context.state.get($0)", &["carts", "orders"]),
    (&[Rb], "context.state.get('orders', '$0", &["latest"]),
    (&[Rb], "context.state.set(:$0)", &["carts", "orders"]),
    (&[Rb], "context[:state].get('$0')", &["carts", "orders"]),
    (&[Rb], "context.streams[:$0]", &["chat"]),
    (&[Rb], "context.streams['$0']", &["chat"]),
    (&[Rb], "context.streams.$0", &["chat"]),
];

pub(super) const MEMBERS: &[Spot] = &[
    (
        &[Py],
        "context.$0",
        &["emit", "logger", "state", "streams", "trace_id", "flows"],
    ),
    (&[Py], "await context.e$0", &["emit", "logger"]),
    (
        &[Rb],
        "context.$0",
        &["emit", "logger", "state", "trace_id", "flows"],
    ),
    (
        SCRIPT,
        "await state.$0",
        &["get", "set", "delete", "clear", "getGroup"],
    ),
    (SCRIPT, "await state.$0\n  await emit({})", &["get", "set"]),
    (
        SCRIPT,
        "await streams.chat.$0",
        &["get", "set", "delete", "getGroup", "send"],
    ),
    (
        SCRIPT,
        "await streams['chat'].$0",
        &["get", "set", "delete", "getGroup", "send"],
    ),
    (
        SCRIPT,
        "const chat = streams.chat\n  await chat.$0",
        &["get", "set"],
    ),
    (&[Py], "context.logger.$0", &["info", "warn", "error", "debug"]),
    (
        &[Py],
        "log = context.logger\n    log.$0",
        &["info", "warn", "error", "debug"],
    ),
    (
        &[Py],
        "await context.state.$0",
        &["get", "set", "delete", "clear", "get_group"],
    ),
    (
        &[Py],
        "await context.streams.chat.$0",
        &["get", "set", "delete", "get_group", "send"],
    ),
    (&[Py], "await context.streams[\"chat\"].$0", &["get", "set"]),
    (&[Rb], "context.logger.$0", &["info", "warn", "error", "debug"]),
    (&[Rb], "context.state.$0", &["get", "set", "delete", "clear"]),
];

pub(super) const API_MEMBERS: &[Spot] = &[
    (
        SCRIPT,
        "ctx.$0",
        &["emit", "logger", "state", "streams", "traceId", "flows"],
    ),
    (SCRIPT, "ctx.logger.$0", &["info", "warn", "error", "debug"]),
    (SCRIPT, "ctx.logger?.$0", &["info", "warn", "error", "debug"]),
    (SCRIPT, "const { logger } = ctx\n  logger.$0", &["info"]),
    (&[Py, Rb], "context.$0", &["emit", "logger"]),
];

pub(super) const REQUESTS: &[Spot] = &[
    (&[Ts, Js], "req.body.$0", &["sku", "to"]),
    (&[Js], "req.$0", &["body", "pathParams", "queryParams", "headers"]),
    (&[Ts, Js], "req.body.to.$0", &["city"]),
    (&[Ts, Js], "req.body['$0']", &["sku", "to"]),
    (&[Ts, Js], "const { $0 } = req.body", &["sku", "to"]),
    (
        &[Ts, Js],
        "const { $0 } = req",
        &["body", "pathParams", "queryParams", "headers"],
    ),
    (&[Ts, Js], "req.pathParams.$0", &["shop"]),
    (&[Ts, Js], "req.queryParams.$0", &["page"]),
    (
        &[Py],
        "req.get('$0')",
        &["body", "pathParams", "queryParams", "headers"],
    ),
    (&[Py], "req.get(\"body\").get(\"$0\")", &["sku", "to"]),
    (&[Py], "req.get(\"body\", {}).get(\"$0", &["sku", "to"]),
    (&[Py], "req['body']['$0']", &["sku", "to"]),
    (
        &[Py],
        "body = req.get('body') or {}\n    to = body.get('to')\n    to['$0']",
        &["city"],
    ),
    (&[Py], "req.get('pathParams').get('$0')", &["shop"]),
    (&[Py], "req['queryParams']['$0']", &["page"]),
    (&[Rb], "req['body']['$0']", &["sku", "to"]),
    (&[Rb], "req.body['$0']", &["sku", "to"]),
    (&[Rb], "req.body[:$0]", &["sku", "to"]),
    (&[Rb], "req[:body][:to][:$0", &["city"]),
    (&[Rb], "req.body.dig('to', '$0')", &["city"]),
    (&[Rb], "req.$0", &["body"]),
    (&[Rb], "req['path_params']['$0']", &["shop"]),
    (&[Rb], "req[:pathParams][:$0]", &["shop"]),
    (&[Rb], "req.path_params[:$0]", &["shop"]),
];

pub(super) const CONFIGS: &[Spot] = &[
    (
        &[Ts, Js, Rb],
        "type: 'event', name: 'A', subscribes: ['$0'], emits: []",
        &["order.placed"],
    ),
    (
        &[Ts, Js, Rb],
        "type: 'event', name: 'A', subscribes: [$0], emits: []",
        &["order.placed"],
    ),
    (
        &[Ts, Js, Rb],
        "type: 'event', name: 'A', subscribes: ['$0",
        &["order.placed"],
    ),
    (
        &[Ts, Js, Rb],
        "type: 'event', name: 'A', subscribes: [$0",
        &["order.placed"],
    ),
    (
        &[Py],
        "'type': 'event', 'name': 'A', 'subscribes': [\"$0\"]",
        &["order.placed"],
    ),
    (
        &[Py],
        "'type': 'event', 'name': 'A', 'subscribes': [$0]",
        &["order.placed"],
    ),
    (
        &[Py],
        "'type': 'event', 'name': 'A', 'subscribes': [\"$0",
        &["order.placed"],
    ),
    (&[Ts, Js, Rb], "type: '$0'", &["api", "event", "cron", "noop"]),
    (&[Ts, Js, Rb], "type: $0", &["api", "event", "cron", "noop"]),
    (&[Py], "'type': '$0'", &["api", "event", "cron", "noop"]),
    (&[Py], "'type': $0", &["api", "event", "cron", "noop"]),
    (&[Rb], "'type' => '$0'", &["api", "event", "cron", "noop"]),
    (&[Rb], ":type => '$0'", &["api", "event", "cron", "noop"]),
    (&[Ts, Js, Rb], "type: 'api', method: '$0'", &["GET", "POST"]),
    (&[Ts, Js, Rb], "type: 'api', method: $0", &["GET", "POST"]),
    (&[Py], "'type': 'api', 'method': $0", &["GET", "POST"]),
    (&[Ts, Js, Rb], "type: 'event', flows: ['$0']", &["night", "shop"]),
    (&[Ts, Js, Rb], "type: 'event', flows: [$0]", &["night", "shop"]),
    (&[Ts, Js, Rb], "type: 'event', flows: ['shop', '$0", &["night"]),
    (&[Py], "'type': 'event', 'flows': ['$0']", &["night", "shop"]),
    (&[Py], "'type': 'event', 'flows': [$0]", &["night", "shop"]),
    (&[Ts, Js, Rb], "type: 'cron', cron: '$0'", &["* * * * *"]),
    (&[Ts, Js, Rb], "type: 'cron', cron: $0", &["* * * * *"]),
    (&[Py], "'type': 'cron', 'cron': '$0'", &["* * * * *"]),
    (
        &[Ts, Js, Rb],
        "type: 'noop', virtualSubscribes: ['$0']",
        &["order.placed"],
    ),
    (&[Py], "'type': 'noop', 'virtualEmits': ['$0']", &["order.placed"]),
    (
        &[Ts, Js, Rb],
        "type: 'event', emits: [{ topic: '$0' }]",
        &["order.placed"],
    ),
    (
        &[Ts, Js, Rb],
        "type: 'event', emits: [{ topic: 'order.placed', $0 }]",
        &["label", "conditional"],
    ),
];

pub(super) const NEWER_HTTP: &[Spot] = &[
    (
        &[Ts, Js],
        "({ request }, ctx) => {\n  request.body.$0\n}",
        &["sku", "to"],
    ),
    (
        &[Ts, Js],
        "(input, ctx) => {\n  input.request.body.$0\n}",
        &["sku", "to"],
    ),
    (
        &[Ts, Js],
        "(input, ctx) => {\n  const { body } = input.request\n  body.to.$0\n}",
        &["city"],
    ),
    (
        &[Ts, Js],
        "({ request }, ctx) => {\n  request.pathParams.$0\n}",
        &["shop"],
    ),
    (
        &[Ts, Js],
        "({ request }, ctx) => {\n  const { $0 } = request.body\n}",
        &["sku", "to"],
    ),
    (
        &[Js],
        "({ request }, ctx) => {\n  request.$0\n}",
        &["body", "pathParams"],
    ),
    (
        &[Py],
        "(request, ctx):\n    request.body.get(\"$0\")",
        &["sku", "to"],
    ),
    (
        &[Py],
        "(request, ctx):\n    body = request.body or {}\n    body.get('$0",
        &["sku", "to"],
    ),
    (
        &[Py],
        "(request: ApiRequest[Any], ctx: FlowContext[Any]):\n    request.path_params.get('$0')",
        &["shop"],
    ),
    (
        &[Ts, Js],
        "({ request }, { enqueue }) => {\n  await enqueue({ topic: $0 })\n}",
        &["order.placed"],
    ),
    (
        &[Ts, Js],
        "({ request }, { enqueue }) => {\n  await enqueue({ topic: 'order.placed', data: { $0 } })\n}",
        &["id", "paid"],
    ),
    (
        &[Py],
        "(request, ctx):\n    await ctx.enqueue({'topic': '$0'})",
        &["order.placed"],
    ),
];

pub(super) const NEWER_QUEUE: &[Spot] = &[
    (
        &[Ts, Js],
        "(input, ctx) => {\n  ctx.$0\n}",
        &["traceId", "trigger", "is", "getData", "match"],
    ),
    (
        &[Py],
        "(input_data, ctx):\n    ctx.$0",
        &[
            "trace_id",
            "trigger",
            "input_value",
            "get_data",
            "match",
            "is_queue",
        ],
    ),
    (
        &[Py],
        "(input_data, ctx):\n    from motia import Stream\n    Stream(\"$0\")",
        &["chat"],
    ),
    (&[Ts, Js], "(input, ctx) => {\n  input.$0\n}", &["sku", "to"]),
    (
        &[Py],
        "(input_data, ctx):\n    input_data.get('$0')",
        &["sku", "to"],
    ),
];
