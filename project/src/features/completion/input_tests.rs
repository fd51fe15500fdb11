//! Keys of payloads and of inputs, by schemas in other languages.

use super::config_tests::{labels, proposals};

const TAKER: &str = "
//- steps/taker.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'Taker', subscribes: ['order.placed'], emits: [],
  input: z.object({
    note: z.string().optional(),
    id: z.string().describe('The number of the order'),
    paid: z.boolean(),
    user: z.object({ name: z.string(), mail: z.string().optional() }),
  }),
}
export const handler = async (input) => {}
";

fn with_taker(fixture: &str) -> String {
    format!("{}{TAKER}", fixture.trim_end())
}

#[test]
fn a_payload_is_proposed_by_the_schemas_of_its_takers() {
    for (fixture, expected) in [
        (
            "//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.placed'] }
export const handler = async ({ emit }) => { await emit({ topic: 'order.placed', data: { id: '1', $0 } }) }",
            vec!["paid", "user", "note"],
        ),
        (
            "//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.placed'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.placed', data: { $0
}",
            vec!["id", "paid", "user", "note"],
        ),
        (
            "//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['order.placed']}
async def handler(context):
    await context.emit({'topic': 'order.placed', 'data': {'user': {'$0'}, 'id': '1'}})",
            vec!["name", "mail"],
        ),
        (
            "//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['order.placed']}
async def handler(context):
    await context.emit({'data': {'$0'}, 'topic': 'order.placed'})",
            vec!["id", "paid", "user", "note"],
        ),
        (
            "//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['order.placed'] }
end
def handler(context)
  context.emit(topic: 'order.placed', data: { paid: true, $0 })
end",
            vec!["id", "user", "note"],
        ),
    ] {
        assert_eq!(
            labels(&with_taker(fixture)).expect(fixture),
            expected,
            "{fixture}"
        );
    }
}

#[test]
fn a_field_tells_its_type_and_starts_its_value() {
    let fixture = "//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['order.placed']}
async def handler(context):
    await context.emit({'topic': 'order.placed', 'data': {$0}})";
    let found = proposals(&with_taker(fixture)).unwrap();
    let shown: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|found| {
            (
                found.label.as_str(),
                found.detail.as_str(),
                found.snippet.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(shown[0], ("id", "string", "'id': '$1'"));
    assert_eq!(shown[1], ("paid", "boolean", "'paid': ${1|True,False|}"));
    assert_eq!(shown[3], ("note", "string, optional", "'note': '$1'"));
    assert_eq!(found[0].documentation, "The number of the order");
}

const API_TS: &str = "//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'api', name: 'A', method: 'POST', path: '/shops/:shop/orders/:id?', emits: [],
  queryParams: [{ name: 'page', description: '' }],
  bodySchema: z.object({ sku: z.string(), to: z.object({ city: z.string() }) }),
}
export const handler = async (req, ctx) => {
  CODE
}
";

#[test]
fn a_request_is_known_by_its_route_and_body() {
    for (code, expected) in [
        ("req.body.$0", vec!["sku", "to"]),
        ("const { body } = req\n  body.to.$0", vec!["city"]),
        (
            "const order = (await req.body) as any\n  f(order['$0'])",
            vec!["sku", "to"],
        ),
        ("req.pathParams.$0", vec!["shop", "id"]),
        ("const { pathParams: p } = req\n  p['$0", vec!["shop", "id"]),
        ("req.queryParams.$0", vec!["page"]),
    ] {
        assert_eq!(
            labels(&API_TS.replace("CODE", code)).expect(code),
            expected,
            "{code}"
        );
    }
    for code in [
        "res.body.$0",
        "const body = load()\n  body.$0",
        "req.$0",
        "other(req).body.$0",
    ] {
        assert_eq!(labels(&API_TS.replace("CODE", code)), None, "{code}");
    }
    let typed = API_TS
        .replace("handler =", "handler: Handlers['A'] =")
        .replace("CODE", "req.body.$0");
    assert_eq!(labels(&typed), None, "its types tell");
}

#[test]
fn python_and_ruby_read_their_inputs_by_key() {
    for (code, expected) in [
        ("input_data.get(\"$0\")", vec!["id", "user"]),
        ("input_data['$0']", vec!["id", "user"]),
        (
            "user = input_data.get('user', {})\n    user.get(\"$0",
            vec!["name"],
        ),
        ("(input_data.get('user') or {}).get('$0')", vec!["name"]),
    ] {
        let fixture = format!(
            "//- steps/a_step.py
config = {{
    'type': 'event', 'name': 'A', 'subscribes': ['x'], 'emits': [],
    'input': {{'type': 'object', 'properties': {{'id': {{'type': 'string'}}, 'user': {{
        'type': 'object', 'properties': {{'name': {{'type': 'string'}}}}}}}}, 'required': ['id']}},
}}
async def handler(input_data, context):
    {code}
"
        );
        assert_eq!(labels(&fixture).expect(code), expected, "{code}");
    }
    for (code, expected) in [
        ("input['$0']", vec!["id"]),
        ("input[:$0]", vec!["id"]),
        ("input.$0", vec!["id"]),
        ("order = input\n  order['$0", vec!["id"]),
    ] {
        let fixture = format!(
            "//- steps/a.step.rb
def config
  {{ type: 'event', name: 'A', subscribes: ['x'], emits: [],
    input: {{ type: 'object', properties: {{ id: {{ type: 'string' }} }} }} }}
end
def handler(input, context)
  {code}
end
"
        );
        assert_eq!(labels(&fixture).expect(code), expected, "{code}");
    }
}
