use banister_grammars::Span;
use banister_grammars::facts::{EmitSite, Shape};
use serde_json::Value as Json;

use super::payload_missing_field::{display, follow};
use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "payload-unknown-field",
    severity: Severity::Warning,
    doc: "\
A message holds a field that a subscriber's `input` schema forbids, because it allows no fields but its own: a strict
Zod object, `additionalProperties: false`.

A schema that says nothing of other fields takes them, and a message with more than one of its subscribers reads is
ordinary, so nothing is said about those. A schema that is put together from parts is left alone too.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let index = context.index;
    for step in &index.project.steps {
        for site in step.emit_sites() {
            check_site(context, &step.file, site, findings);
        }
    }
    for helper in &index.helpers {
        for site in &helper.facts().emits {
            check_site(context, &helper.file, site, findings);
        }
    }
}

fn check_site(context: &Context<'_>, file: &str, site: &EmitSite, findings: &mut Findings) {
    let Some(topic) = site.topic.as_ref().and_then(|topic| topic.text.known()) else {
        return;
    };
    for step in context.index.subscribers(topic) {
        let Some((source, schema)) = context.index.input_schema(step, topic) else {
            continue;
        };
        let mut unknown = Vec::new();
        compare(&schema.schema, &schema.schema, &site.payload, "", &mut unknown);
        for (pointer, span) in unknown {
            let label = step.label();
            let message = format!(
                "`{}` of '{topic}' is a field that {label} does not take",
                display(&pointer)
            );
            findings
                .report(file, span, message)
                .help("leave the field out, or add it to the schema")
                .related(
                    &source.path,
                    schema.span,
                    format!("{label} takes no fields but these"),
                );
        }
    }
}

/// Collects the fields that a strict schema does not list.
fn compare(root: &Json, schema: &Json, value: &Shape, at: &str, unknown: &mut Vec<(String, Span)>) {
    let schema = follow(root, schema);
    let Shape::Object { fields, .. } = value else {
        return;
    };
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
        return;
    };
    let is_simple = ["allOf", "anyOf", "oneOf", "patternProperties"]
        .iter()
        .all(|key| schema.get(key).is_none());
    let is_strict = is_simple && schema.get("additionalProperties") == Some(&Json::Bool(false));
    for field in fields {
        let pointer = format!("{at}/{}", field.name);
        match properties.get(&field.name) {
            Some(property) => compare(root, property, &field.value, &pointer, unknown),
            None if is_strict => unknown.push((pointer, field.span)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

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
    fn other_schemas_take_what_they_do_not_know() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'x.done', data: { id: '1', list: 'l' } }) }
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
