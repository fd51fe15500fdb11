use banister_grammars::facts::{FieldShape, Shape};
use serde_json::Value as Json;

use super::payloads::{Delivery, Taker, Takers, display, each_delivery, follow};
use super::{Check, Context, Findings, Rule, Subject, list};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "payload-missing-field",
    severity: Severity::Error,
    doc: "\
A message lacks a field that a subscriber's `input` schema requires. The runtime prints a line and runs the subscriber
anyway, which then reads the field of nothing.

The keys of the payload must be known: a spread of something out of sight, or a payload that is handed on whole, may
hold any field. Zod fields with `.optional()` or `.default()` and optional fields of every other notation may be absent.
Sender and subscriber may be written in different languages; the finding stands at the sender and points at the field of
each schema.",
    check: Check::Subject(check),
};

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    if subject.facts().is_none() {
        return;
    }
    each_delivery(context.index, subject.file(), |delivery, takers| {
        check_delivery(delivery, takers, findings);
    });
}

fn check_delivery(delivery: &Delivery<'_>, takers: &Takers<'_>, findings: &mut Findings) {
    let (site, topic) = (delivery.site, delivery.topic);
    let lacks: Vec<(&Taker<'_>, Vec<String>)> = takers
        .all
        .iter()
        .filter_map(|taker| {
            let mut missing = Vec::new();
            let schema = &taker.schema.schema;
            compare(schema, schema, &site.payload, "", &mut missing);
            (!missing.is_empty()).then_some((taker, missing))
        })
        .collect();
    if lacks.is_empty() {
        return;
    }
    let clauses: Vec<String> = lacks
        .iter()
        .map(|(taker, missing)| {
            format!(
                "{}, which {} ({}) requires",
                names(missing),
                taker.step.label(),
                taker.step.language.name()
            )
        })
        .collect();
    let mut all: Vec<String> = lacks.iter().flat_map(|(_, missing)| missing).cloned().collect();
    all.sort();
    all.dedup();
    let message = format!("the payload of '{topic}' lacks {}", clauses.join(", and "));
    let mut finding = findings
        .report(delivery.file, site.payload_span.unwrap_or(site.span), message)
        .help(format!("add {} to `data`", names(&all)));
    for (Taker { step, source, schema }, missing) in &lacks {
        for pointer in missing {
            let span = schema.properties.get(pointer).copied().unwrap_or(schema.span);
            let text = format!("{} requires `{}`", step.label(), display(pointer));
            finding = finding.related(&source.path, span, text);
        }
    }
}

/// Collects the pointers of required fields that the value lacks for sure.
pub(crate) fn compare(root: &Json, schema: &Json, value: &Shape, at: &str, missing: &mut Vec<String>) {
    let schema = follow(root, schema);
    match value {
        Shape::Object { fields, open } => {
            if !open {
                missing.extend(
                    required(root, schema)
                        .filter(|key| lacks(fields, key))
                        .map(|key| format!("{at}/{key}")),
                );
            }
            for field in fields {
                if let Some(property) = schema
                    .get("properties")
                    .and_then(|properties| properties.get(&field.name))
                {
                    compare(
                        root,
                        property,
                        &field.value,
                        &format!("{at}/{}", field.name),
                        missing,
                    );
                }
            }
        }
        Shape::Array(items) => {
            if let Some(schema) = schema.get("items") {
                let before = missing.len();
                for item in items {
                    compare(root, schema, item, &format!("{at}/*"), missing);
                }
                // Items that lack the same field are one thing to say.
                let mut new = missing.split_off(before);
                new.sort();
                new.dedup();
                missing.extend(new);
            }
        }
        Shape::Type(_) | Shape::Literal(_) | Shape::Input(_) | Shape::Unknown => {}
    }
}

fn lacks(fields: &[FieldShape], key: &str) -> bool {
    fields.iter().all(|field| field.name != key)
}

/// The keys that an object of this schema must have, those of every `allOf` part included.
fn required<'s>(root: &'s Json, schema: &'s Json) -> impl Iterator<Item = &'s str> {
    let parts = schema.get("allOf").and_then(Json::as_array).into_iter().flatten();
    std::iter::once(schema)
        .chain(parts.map(move |part| follow(root, part)))
        .filter_map(|schema| schema.get("required")?.as_array())
        .flatten()
        .filter_map(Json::as_str)
}

pub(super) fn names(pointers: &[String]) -> String {
    let shown: Vec<String> = pointers.iter().map(|pointer| display(pointer)).collect();
    list(&shown, '`', "and")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check_of, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    #[test]
    fn the_schema_may_be_in_any_notation_and_language() {
        let fixture = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }) => {
  const id = crypto.randomUUID()
  await emit({ topic: 'x.done', data: { id, amount: 1 } })
  //                                  ^^^^^^^^^^^^^^^^^ payload-missing-field error
  //                                        ^^^^^^ payload-unknown-field hint
}
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: z.object({ id: z.string(), note: z.string().optional(), tax: z.number().default(0), email: z.string() }),
}
export const handler = async () => {}
//- steps/c_step.py
config = {
    'type': 'event', 'name': 'C', 'subscribes': ['x.done'], 'emits': [],
    'input': {'type': 'object', 'properties': {'id': {'type': 'string'}, 'sku': {'type': 'string'}}, 'required': ['sku']},
}
async def handler(data, context):
    pass
//- steps/d.step.rb
def config
  { type: 'event', name: 'D', subscribes: ['x.done'], emits: [], input: { id: 'string', email: 'string' } }
end
def handler(input, context)
end
";
        check(fixture);
        expect![[r#"
            steps/a.step.ts:4:39 error payload-missing-field: the payload of 'x.done' lacks `email`, which B (TypeScript) requires, and `sku`, which C (Python) requires, and `email`, which D (Ruby) requires
              steps/b.step.ts:4:94 B requires `email`
              steps/c_step.py:3:75 C requires `sku`
              steps/d.step.rb:2:89 D requires `email`
              help: add `email` and `sku` to `data`
            steps/a.step.ts:4:45 hint payload-unknown-field: no subscriber of 'x.done' knows the field `amount`
        "#]]
        .assert_eq(&report(fixture));
    }

    #[test]
    fn open_payloads_may_hold_everything() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['y.done'], emits: ['x.done'] }
exports.handler = async (input, { emit }) => {
  await emit({ topic: 'x.done', data: input })
  await emit({ topic: 'x.done', data: { ...input, id: 1 } })
  await emit({ topic: 'x.done', data: make() })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['x.done'], emits: ['y.done'], input: { id: 'number', sku: 'string' } }
exports.handler = async (input, { emit }) => { if (input.id) await emit({ topic: 'y.done', data: {} }) }
",
        );
    }

    #[test]
    fn objects_inside_are_compared_too() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { user: { id: 1 }, items: [{ sku: 'a' }] } })
  await emit({ topic: 'x.done', data: { user: { name: 'n' }, items: [{ sku: 'a' }] } })
  //                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ payload-missing-field error
  //                                            ^^^^ payload-unknown-field hint
}
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: z.object({ user: z.object({ id: z.number() }), items: z.array(z.object({ sku: z.string() })) }),
}
export const handler = async () => {}
",
        );
    }

    #[test]
    fn a_schema_of_a_shared_module_counts() {
        check(
            "\
//- steps/schemas.ts
import { z } from 'zod'
export const order = z.object({ id: z.string(), sku: z.string() })
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { id: '1' } })
  //                                  ^^^^^^^^^^^ payload-missing-field error
}
//- steps/b.step.ts
import { order } from './schemas'
export const config = { type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: order }
export const handler = async () => {}
",
        );
    }

    #[test]
    fn what_is_made_of_a_schema_of_a_shared_module_counts() {
        check(
            "\
//- steps/models.ts
import { z } from 'zod'
export const line = z.object({ sku: z.string() })
export const order = z.object({ id: z.string(), lines: z.array(line), note: z.string().default('') })
//- steps/schemas.ts
export { order } from './models'
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done', 'x.changed'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { lines: [{ qty: 1 }] } })
  //                                  ^^^^^^^^^^^^^^^^^^^^^^^ payload-missing-field error
  await emit({ topic: 'x.changed', data: { id: '1' } })
}
//- steps/b.step.ts
import { z } from 'zod'
import { order } from './schemas'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: order.omit({ id: true }).extend({ by: z.string().optional() }),
}
export const handler = async () => {}
//- steps/c.step.ts
import { order } from './schemas'
export const config = { type: 'event', name: 'C', subscribes: ['x.changed'], emits: [], input: order.partial() }
export const handler = async () => {}
",
        );
    }

    #[test]
    fn a_model_over_a_base_of_another_file_counts() {
        check(
            "\
//- steps/models.py
from pydantic import BaseModel
class Base(BaseModel):
    id: str
    note: str = ''
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['x.done']}
async def handler(context):
    await context.emit({'topic': 'x.done', 'data': {'total': 1}})
    #                                              ^^^^^^^^^^^^ payload-missing-field error
//- steps/b_step.py
from .models import Base
class Order(Base):
    total: int
config = {'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [], 'input': Order.model_json_schema()}
async def handler(data, context):
    pass
",
        );
    }

    #[test]
    fn a_subscriber_without_a_schema_takes_everything() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'x.done', data: {} }) }
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [], 'input': None}
async def handler(data, context):
    pass
",
        );
    }
}
