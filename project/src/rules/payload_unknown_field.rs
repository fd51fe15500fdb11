use std::collections::BTreeMap;

use banister_grammars::Span;
use banister_grammars::facts::Shape;
use serde_json::Value as Json;

use super::payloads::{Delivery, Taker, Takers, display, each_delivery, follow};
use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "payload-unknown-field",
    severity: Severity::Warning,
    doc: "\
A message holds a field that a subscriber's `input` schema forbids, because it allows no fields but its own: a strict
Zod object, `additionalProperties: false`.

A schema that says nothing of other fields takes them, and a message with more than its subscribers read is ordinary. So
a field that no subscriber's schema knows is a hint, and only where the schemas of all of them are visible. A schema
that is put together from parts (`allOf`, `anyOf`, `oneOf`, `patternProperties`) is left alone, and so is one that says
what other fields may hold.",
    check: Check::Subject(check),
};

/// How a schema meets a field that it does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stance {
    Forbids,
    Ignores,
}

/// A field that a schema does not list.
type Unlisted = (String, Span, Stance);

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    if subject.facts().is_none() {
        return;
    }
    each_delivery(context.index, subject.file(), |delivery, takers| {
        check_delivery(context, delivery, takers, findings);
    });
}

fn check_delivery(
    context: &Context<'_>,
    delivery: &Delivery<'_>,
    takers: &Takers<'_>,
    findings: &mut Findings,
) {
    let topic = delivery.topic;
    // By field, how many subscribers take it and do not know it.
    let mut ignored: BTreeMap<(Span, String), usize> = BTreeMap::new();
    for Taker { step, source, schema } in &takers.all {
        let mut unlisted = Vec::new();
        compare(
            &schema.schema,
            &schema.schema,
            &delivery.site.payload,
            "",
            &mut unlisted,
        );
        for (pointer, span, stance) in unlisted {
            if stance == Stance::Ignores {
                *ignored.entry((span, pointer)).or_default() += 1;
                continue;
            }
            let label = step.label();
            let message = format!(
                "`{}` of '{topic}' is a field that {label} does not take",
                display(&pointer)
            );
            findings
                .report(delivery.file, span, message)
                .help("leave the field out, or add it to the schema")
                .related(
                    &source.path,
                    schema.span,
                    format!("{label} takes no fields but these"),
                );
        }
    }
    if ignored.is_empty() || takers.others || context.index.takes_unseen() {
        return;
    }
    let is_written =
        |(span, pointer): &(Span, String)| is_written_here(context, delivery.file, *span, pointer);
    for ((span, pointer), takers_of) in ignored {
        if takers_of == takers.all.len() && is_written(&(span, pointer.clone())) {
            let field = display(&pointer);
            let message = format!("no subscriber of '{topic}' knows the field `{field}`");
            findings
                .report(delivery.file, span, message)
                .severity(Severity::Hint);
        }
    }
}

/// True if the field stands in the message by its name; the fields of a spread are there for whoever needs one.
fn is_written_here(context: &Context<'_>, file: &str, span: Span, pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let text = context.index.text(file);
    text.is_some_and(|text| text.get(span.start as usize..span.end as usize) == Some(name))
}

/// Collects the fields that a schema does not list.
fn compare(root: &Json, schema: &Json, value: &Shape, at: &str, unlisted: &mut Vec<Unlisted>) {
    let schema = follow(root, schema);
    match value {
        Shape::Object { fields, .. } => {
            let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
                return;
            };
            let stance = stance(schema);
            for field in fields {
                let pointer = format!("{at}/{}", field.name);
                match (properties.get(&field.name), stance) {
                    (Some(property), _) => compare(root, property, &field.value, &pointer, unlisted),
                    (None, Some(stance)) => unlisted.push((pointer, field.span, stance)),
                    (None, None) => {}
                }
            }
        }
        Shape::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    compare(root, schema, item, &format!("{at}/*"), unlisted);
                }
            }
        }
        Shape::Type(_) | Shape::Literal(_) | Shape::Input(_) | Shape::Unknown => {}
    }
}

/// How a schema of an object meets fields that it does not list; nothing if that cannot be told.
fn stance(schema: &Json) -> Option<Stance> {
    let parts = ["allOf", "anyOf", "oneOf", "patternProperties"];
    if parts.iter().any(|part| schema.get(part).is_some()) {
        return None;
    }
    match schema.get("additionalProperties") {
        Some(Json::Bool(false)) => Some(Stance::Forbids),
        None => Some(Stance::Ignores),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_of;

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    #[test]
    fn a_strict_schema_takes_nothing_else() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { id: '1', list: 'l' } })
  //                                             ^^^^ payload-unknown-field warning
}
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: z.object({ id: z.string() }).strict(),
}
export const handler = async () => {}
",
        );
    }

    #[test]
    fn a_field_that_no_subscriber_knows_is_a_hint_in_every_language() {
        check(
            "\
//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
end
def handler(context)
  context.emit(topic: 'x.done', data: { id: '1', list: 'l', user: { age: 1 }, items: [{ no: 1 }] })
  #                                              ^^^^ payload-unknown-field hint
  #                                                                 ^^^ payload-unknown-field hint
  #                                                                                     ^^ payload-unknown-field hint
end
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: z.object({
    id: z.string(), user: z.object({ name: z.string().optional() }), items: z.array(z.object({ sku: z.string().optional() })),
  }),
}
export const handler = async () => {}
//- steps/c_step.py
config = {
    'type': 'event', 'name': 'C', 'subscribes': ['x.done'], 'emits': [],
    'input': {'type': 'object', 'properties': {
        'id': {'type': 'string'}, 'user': {'type': 'object', 'properties': {'name': {'type': 'string'}}},
        'items': {'type': 'array', 'items': {'type': 'object', 'properties': {'sku': {'type': 'string'}}}},
    }},
}
async def handler(data, context):
    pass
",
        );
    }

    /// What a step that sends `{ id, list }` hears about a subscriber with this `input`.
    fn silent(input: &str, other: &str) {
        check(&format!(
            "\
//- steps/a.step.js
exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }}
exports.handler = async ({{ emit }}) => {{ await emit({{ topic: 'x.done', data: {{ id: '1', list: 'l' }} }}) }}
//- steps/b.step.ts
import {{ z }} from 'zod'
import {{ remote }} from 'remote'
export const config = {{ type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: {input} }}
export const handler = async () => {{}}
{other}"
        ));
    }

    #[test]
    fn schemas_that_may_take_more_are_left_alone() {
        let id = "{ type: 'object', properties: { id: { type: 'string' } } }";
        let rest = |key: &str, value: &str| {
            format!("{{ type: 'object', properties: {{ id: {{ type: 'string' }} }}, {key}: {value} }}")
        };
        for input in [
            rest("allOf", &format!("[{id}]")),
            rest("anyOf", &format!("[{id}]")),
            rest("oneOf", &format!("[{id}]")),
            rest("patternProperties", "{ '^l': { type: 'string' } }"),
            rest("additionalProperties", "true"),
            rest("additionalProperties", "{ type: 'string' }"),
            format!("{{ anyOf: [{id}] }}"),
            "z.object({ id: z.string() }).passthrough()".to_owned(),
            "z.object({ id: z.string() }).catchall(z.string())".to_owned(),
            "z.record(z.string(), z.string())".to_owned(),
            "z.any()".to_owned(),
            "remote".to_owned(),
        ] {
            silent(&input, "");
        }
    }

    #[test]
    fn strict_parts_are_left_alone() {
        for part in ["allOf", "anyOf", "oneOf"] {
            silent(
                &format!(
                    "{{ type: 'object', additionalProperties: false, properties: {{ id: {{ type: 'string' }} }}, \
                     {part}: [{{ properties: {{ list: {{ type: 'string' }} }} }}] }}"
                ),
                "",
            );
        }
    }

    #[test]
    fn a_subscriber_that_knows_it_or_that_cannot_be_read_may_take_it() {
        let other = |input: &str| {
            format!(
                "//- steps/c.step.js\nexports.config = {{ type: 'event', name: 'C', subscribes: ['x.done'], emits: []{input} }}\n\
                 exports.handler = async () => {{}}\n"
            )
        };
        let known = "z.object({ id: z.string() })";
        silent(known, &other(", input: { id: 'string', list: 'string' }"));
        silent(known, &other(""));
        silent(known, &other(", input: null"));
    }

    #[test]
    fn fields_of_a_spread_are_there_for_whoever_needs_one() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['x.done'],
  bodySchema: z.object({ id: z.string(), list: z.string() }),
}
export const handler = async (req, { emit }) => { await emit({ topic: 'x.done', data: { ...req.body } }) }
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: z.object({ id: z.string() }),
}
export const handler = async () => {}
",
        );
    }
}
