//! The same step in four languages yields the same facts.

use serde_json::{Value as Json, json};

use crate::{Language, extract};

use super::support::without_spans;

const TYPESCRIPT: &str = r#"
const Topics = { Shipped: 'order.shipped', Failed: 'order.failed' } as const

export const config = {
  type: 'event',
  name: 'ShipOrder',
  subscribes: ['order.paid'],
  emits: [Topics.Shipped, { topic: Topics.Failed, label: 'failed', conditional: true }],
  flows: ['orders'],
  input: { type: 'object', properties: { id: { type: 'string' }, weight: { type: 'number' } }, required: ['id'] },
} as const

export const handler = async (input, { emit, state, streams }) => {
  const carrier = input.weight > 10 ? 'truck' : 'bike'
  await state.set('shipments', input.id, { carrier })
  await streams.shipments.set('all', input.id, { carrier })
  if (!carrier) {
    await emit({ topic: Topics.Failed, data: { id: input.id, reason: 'none' } })
    return
  }
  const parcel = { id: input.id, carrier, parcels: 1, note: `by ${carrier}` }
  await emit({ topic: Topics.Shipped, data: parcel })
  await emit({ topic: `order.${carrier}`, data: { id: input.id } })
}
"#;

const JAVASCRIPT: &str = r#"
const SHIPPED = 'order.shipped'
const FAILED = 'order.failed'

const config = {
  type: 'event',
  name: 'ShipOrder',
  subscribes: ['order.paid'],
  emits: [SHIPPED, { topic: FAILED, label: 'failed', conditional: true }],
  flows: ['orders'],
  input: { type: 'object', properties: { id: { type: 'string' }, weight: { type: 'number' } }, required: ['id'] },
}

async function handler(input, context) {
  const carrier = input['weight'] > 10 ? 'truck' : 'bike'
  await context.state.set('shipments', input.id, { carrier })
  await context.streams.shipments.set('all', input.id, { carrier })
  if (!carrier) {
    await context.emit({ topic: FAILED, data: { id: input.id, reason: 'none' } })
    return
  }
  const parcel = { id: input.id, carrier, parcels: 1, note: 'by ' + carrier }
  await context.emit({ topic: SHIPPED, data: parcel })
  await context.emit({ topic: 'order.' + carrier, data: { id: input.id } })
}

module.exports = { config, handler }
"#;

const PYTHON: &str = r#"
class Topics:
    SHIPPED = "order.shipped"
    FAILED = "order.failed"

config = {
    "type": "event",
    "name": "ShipOrder",
    "subscribes": ["order.paid"],
    "emits": [Topics.SHIPPED, {"topic": Topics.FAILED, "label": "failed", "conditional": True}],
    "flows": ["orders"],
    "input": {"type": "object", "properties": {"id": {"type": "string"}, "weight": {"type": "number"}}, "required": ["id"]},
}

async def handler(input, context):
    emit = context["emit"]
    carrier = "truck" if input["weight"] > 10 else "bike"
    await context.state.set("shipments", input["id"], {"carrier": carrier})
    await context.streams.shipments.set("all", input["id"], {"carrier": carrier})
    if not carrier:
        await emit({"topic": Topics.FAILED, "data": {"id": input["id"], "reason": "none"}})
        return
    parcel = {"id": input["id"], "carrier": carrier, "parcels": 1, "note": f"by {carrier}"}
    await emit({"topic": Topics.SHIPPED, "data": parcel})
    await emit({"topic": f"order.{carrier}", "data": {"id": input.get("id")}})
"#;

const RUBY: &str = r#"
module Topics
  SHIPPED = 'order.shipped'.freeze
  FAILED = 'order.failed'
end

def config
  {
    type: 'event',
    name: 'ShipOrder',
    subscribes: %w[order.paid],
    emits: [Topics::SHIPPED, { topic: Topics::FAILED, label: 'failed', conditional: true }],
    flows: ['orders'],
    input: { 'type' => 'object', 'properties' => { id: { type: 'string' }, weight: { type: 'number' } }, required: ['id'] }
  }
end

def handler(input, context)
  emit = context[:emit]
  carrier = input['weight'] > 10 ? 'truck' : 'bike'
  context.state.set('shipments', input['id'], { carrier: carrier })
  context.streams.shipments.set('all', input['id'], { carrier: carrier })
  unless carrier
    emit.call(topic: Topics::FAILED, data: { id: input['id'], reason: 'none' })
    return
  end
  parcel = { id: input['id'], carrier: carrier, parcels: 1, note: "by #{carrier}" }
  context.emit(topic: Topics::SHIPPED, data: parcel)
  emit.call({ topic: "order.#{carrier}", data: { id: input[:id] } })
end
"#;

/// The facts without what belongs to one language: places, names of parameters, exported constants.
fn neutral(language: Language, text: &str) -> Json {
    let facts = extract(language, text);
    assert_eq!(facts.problems, []);
    let mut facts = without_spans(serde_json::to_value(facts).unwrap());
    // Ruby and Python show documented forms that the other languages do not have.
    for key in ["language", "exports", "imports", "seed_uses"] {
        facts[key] = Json::Null;
    }
    facts["step"]["handler"]["params"] = Json::Null;
    facts["step"]["handler"]["is_async"] = Json::Null;
    facts["handling"] = neutral_handling(&facts["handling"]);
    facts
}

/// What is read: the context may be taken apart once or read at each use, and keys have several forms.
fn neutral_handling(handling: &Json) -> Json {
    let keys = |list: &str| -> Vec<String> {
        let reads = handling[list].as_array().unwrap().iter();
        reads
            .map(|read| read["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let context: std::collections::BTreeSet<String> = keys("context_reads").into_iter().collect();
    let params = handling["signature"]["params"].as_array().map(Vec::len);
    json!({ "context": context, "message": keys("message_reads"), "params": params })
}

#[test]
fn the_same_step_has_the_same_facts_in_every_language() {
    let typescript = neutral(Language::TypeScript, TYPESCRIPT);
    // The comparison is worth nothing if all of them found nothing.
    assert_eq!(
        typescript["step"]["emits"]["list"]["topics"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(typescript["emits"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        typescript["emits"][2]["topic"]["text"],
        json!({ "one_of": ["order.bike", "order.truck"] })
    );
    assert_eq!(typescript["state_uses"].as_array().map(Vec::len), Some(1));
    assert_eq!(typescript["stream_uses"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        typescript["handling"]["context"],
        json!(["emit", "state", "streams"])
    );

    assert_eq!(neutral(Language::JavaScript, JAVASCRIPT), typescript);
    assert_eq!(neutral(Language::Python, PYTHON), typescript);
    assert_eq!(neutral(Language::Ruby, RUBY), typescript);
}
