//! A small project in which every kind of fact that files share is shared: constants, schemas, helpers, streams, groups
//! of the state, routes, names, circles, slips, a second project and a flow test.

/// Paths and texts.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "lib/topics.ts",
        "export const T = { created: 'order.created', paid: 'order.paid', all: ['order.created', 'order.paid'] }\nexport const GROUP = 'orders'\n",
    ),
    (
        "lib/schemas.ts",
        "import { z } from 'zod'\nexport const order = z.object({ id: z.string(), amount: z.number(), at: z.date().optional() })\n",
    ),
    (
        "lib/send.ts",
        "import { T } from './topics'\nexport async function announce(emit, order) {\n  await emit({ topic: T.paid, data: { id: order.id } })\n}\nexport const other = (ctx) => ctx.emit({ topic: 'order.helped', data: {} })\n",
    ),
    (
        "steps/create.step.ts",
        "import { T } from '../lib/topics'\nimport { order } from '../lib/schemas'\nexport const config = { type: 'api', name: 'Create', method: 'POST', path: '/orders/:id', emits: [T.created], flows: ['shop'], bodySchema: order,\n  responseSchema: { 200: order } }\nexport const handler = async (req, { emit, state }) => {\n  await state.set('orders', req.pathParams.id, req.body)\n  await emit({ topic: T.created, data: { id: req.params.id } })\n  return { status: 201, body: { id: 1 } }\n}\n",
    ),
    (
        "steps/pay.step.ts",
        "import { order } from '../lib/schemas'\nimport { announce } from '../lib/send'\nexport const config = { type: 'event', name: 'Pay', subscribes: ['order.created'], emits: ['order.paid', 'order.lost'], flows: ['shop'], input: order }\nexport const handler = async (input, { emit, state, streams }) => {\n  const found = await state.get('ordres', input.data.id)\n  await streams.orders.set('a', 'b', found)\n  await announce(emit, input)\n}\n",
    ),
    (
        "steps/tell_step.py",
        "config = {'type': 'event', 'name': 'Tell', 'subscribes': ['order.paid'], 'emits': ['order.told'], 'flows': ['shop'],\n  'input': {'type': 'object', 'properties': {'id': {'type': 'number'}, 'amount': {'type': 'number'}}, 'required': ['id', 'amount']}}\nasync def handler(data, context):\n    await context.emit({'topic': 'order.told', 'data': {'id': data['id'], 'more': 1}})\n    await context.state.get('orders', 'x')\n",
    ),
    (
        "steps/again.step.rb",
        "def config\n  { type: 'event', name: 'Again', subscribes: ['order.told'], emits: ['order.paid'], flows: ['shop'] }\nend\ndef handler(input, context)\n  context.emit(topic: 'order.paid', data: { id: input['id'] })\nend\n",
    ),
    (
        "steps/slip.step.js",
        "exports.config = { type: 'event', name: 'Slip', subscribes: ['order.creatd'], emits: ['order.toldd'], flows: ['shop'] }\nexports.handler = async (input, { emit }) => {\n  // banister-ignore undeclared-emit: the gateway declares it\n  await emit({ topic: `order.${input.kind}`, data: {} })\n  await emit({ topic: 'order.sold', data: {} })\n}\n",
    ),
    (
        "src/read.step.js",
        "exports.config = { type: 'api', name: 'Create', method: 'GET', path: '/orders/new', emits: [] }\nexports.handler = async (req, ctx) => ({ status: 200, body: await ctx.state.get('orders', 'x') })\n",
    ),
    (
        "steps/list.step.js",
        "exports.config = { type: 'api', name: 'List', method: 'GET', path: '/orders/:name', emits: [] }\nexports.handler = async (req, ctx) => ({ status: 200, body: { data: await ctx.streams.oders.get('a', 'b') } })\n",
    ),
    (
        "steps/one.step.js",
        "exports.config = { type: 'api', name: 'One', method: 'GET', path: '/orders/:id', emits: [] }\nexports.handler = async (req) => ({ status: 200, body: {} })\n",
    ),
    (
        "steps/orders.stream.ts",
        "export const config = { name: 'orders', baseConfig: { storageType: 'default' }, schema: {} }\n",
    ),
    (
        "tools/nightly.step.ts",
        "export const config = { type: 'cron', name: 'Nightly', cron: '0 0 * * *', emits: [] }\nexport const handler = async () => {}\n",
    ),
    (
        "other/package.json",
        "{ \"name\": \"other\", \"dependencies\": { \"motia\": \"0.17.0\" } }",
    ),
    (
        "other/steps/far.step.ts",
        "import { T } from '../../lib/topics'\nimport { announce } from '../../lib/send'\nexport const config = { type: 'event', name: 'Far', subscribes: [T.paid], emits: [] }\nexport const handler = async (input, { emit }) => { await announce(emit, input) }\n",
    ),
    (
        "tests/shop.flow.yaml",
        "tests:\n  - name: shop\n    when: [{ emit: { topic: order.created, data: {} } }]\n    then:\n      - ran: [Pay, Tell]\n      - emitted: { topic: order.gone }\n      - state: { orders: { x: 1 } }\n",
    ),
    (
        "package.json",
        "{ \"name\": \"shop\", \"dependencies\": { \"zod\": \"4.0.0\" } }",
    ),
    ("banister.toml", "[rules]\nincompatible-subscribers = 'hint'\n"),
];

/// Words of the project by kind; an edit puts one in the place of another of its kind.
pub(crate) const WORDS: [&[&str]; 8] = [
    &[
        "order.created",
        "order.creatd",
        "order.paid",
        "order.told",
        "order.toldd",
        "order.lost",
        "order.sold",
    ],
    &["T.created", "T.paid", "'order.created'", "'order.helped'"],
    &["'orders'", "'ordres'", "GROUP"],
    &["/orders/:id", "/orders/:name", "/orders/new", "/emit"],
    &["'Create'", "'Pay'", "'Tell'", "'List'", "'One'", "'Slip'"],
    &["'event'", "'api'", "'cron'"],
    &["z.string()", "z.date()", "z.number()", "'number'", "'string'"],
    &[
        "emits",
        "subscribes",
        "virtualEmits",
        "state.set",
        "state.get",
        "await announce",
        "await other",
    ],
];
