use banister_grammars::Span;
use banister_grammars::facts::{EmitSite, Shape};
use serde_json::Value as Json;

use super::payload_missing_field::{display, follow};
use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;

pub(super) const RULE: Rule = Rule {
    name: "payload-wrong-type",
    severity: Severity::Error,
    doc: "\
A message holds a value that cannot be of the type which a subscriber's `input` schema gives the field: a text where a
number is expected, an object where a text is.

Only literals and values whose type is plain are compared; what a call or a variable out of sight yields may be
anything. A schema that allows several types, or states none, takes what one of them takes.",
    check,
};

/// A value of the wrong type.
struct Wrong {
    /// The key; none for the message itself.
    span: Option<Span>,
    pointer: String,
    expected: String,
    actual: &'static str,
}

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
        let mut wrong = Vec::new();
        compare(
            &schema.schema,
            &schema.schema,
            &site.payload,
            (None, ""),
            &mut wrong,
        );
        wrong.dedup_by(|one, other| one.pointer == other.pointer);
        for Wrong {
            span: key,
            pointer,
            expected,
            actual,
        } in wrong
        {
            let what = if pointer.is_empty() {
                "the message".to_owned()
            } else {
                format!("`{}`", display(&pointer))
            };
            let label = step.label();
            let message = format!("{what} of '{topic}' is of type {actual} and {label} expects {expected}");
            let span = schema.properties.get(&pointer).copied().unwrap_or(schema.span);
            findings
                .report(file, key.or(site.payload_span).unwrap_or(site.span), message)
                .help(format!("send a value of type {expected}"))
                .related(&source.path, span, format!("{label} expects {expected}"));
        }
    }
}

fn compare(
    root: &Json,
    schema: &Json,
    value: &Shape,
    (key, at): (Option<Span>, &str),
    wrong: &mut Vec<Wrong>,
) {
    let schema = follow(root, schema);
    let allowed = allowed(schema);
    if let Some(actual) = type_of(value)
        && !allowed.is_empty()
        && !allowed.iter().any(|expected| is_a(actual, expected))
    {
        wrong.push(Wrong {
            span: key,
            pointer: at.to_owned(),
            expected: allowed.join(" or "),
            actual,
        });
        return;
    }
    match value {
        Shape::Object { fields, .. } => {
            for field in fields {
                if let Some(property) = schema.get("properties").and_then(|all| all.get(&field.name)) {
                    compare(
                        root,
                        property,
                        &field.value,
                        (Some(field.span), &format!("{at}/{}", field.name)),
                        wrong,
                    );
                }
            }
        }
        Shape::Array(items) => {
            if let Some(schema) = schema.get("items").filter(|items| items.is_object()) {
                for item in items {
                    compare(root, schema, item, (key, &format!("{at}/*")), wrong);
                }
            }
        }
        Shape::Type(_) | Shape::Literal(_) | Shape::Input(_) | Shape::Unknown => {}
    }
}

/// The types that the schema names; empty if it may take others.
fn allowed(schema: &Json) -> Vec<&str> {
    if schema.get("nullable") == Some(&Json::Bool(true)) {
        return Vec::new();
    }
    match schema.get("type") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The JSON type of a value, if it is plain.
fn type_of(value: &Shape) -> Option<&'static str> {
    let named = match value {
        Shape::Literal(Json::Null) => "null",
        Shape::Literal(Json::Bool(_)) => "boolean",
        Shape::Literal(Json::Number(number)) if number.is_f64() => "number",
        Shape::Literal(Json::Number(_)) => "integer",
        Shape::Literal(Json::String(_)) => "string",
        Shape::Literal(Json::Array(_)) | Shape::Array(_) => "array",
        Shape::Literal(Json::Object(_)) | Shape::Object { .. } => "object",
        Shape::Type(name) => [
            "string", "number", "integer", "boolean", "null", "array", "object",
        ]
        .into_iter()
        .find(|known| known == name)?,
        Shape::Input(_) | Shape::Unknown => return None,
    };
    Some(named)
}

/// True if a value of the type may be what is expected. A number may be a whole one.
fn is_a(actual: &str, expected: &str) -> bool {
    const NUMBERS: [&str; 2] = ["number", "integer"];
    const KNOWN: [&str; 7] = [
        "string", "number", "integer", "boolean", "null", "array", "object",
    ];
    actual == expected
        || (NUMBERS.contains(&actual) && NUMBERS.contains(&expected))
        || !KNOWN.contains(&expected)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, report};

    #[test]
    fn a_literal_of_another_type_is_found_across_languages() {
        let fixture = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { amount: '12', user: { id: 1 } } })
  //                                    ^^^^^^ payload-wrong-type error
}
//- steps/b_step.py
config = {
    'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [],
    'input': {'type': 'object', 'properties': {'amount': {'type': 'number'}, 'user': {'type': 'object'}}},
}
async def handler(data, context):
    pass
";
        check(fixture);
        expect![[r#"
            steps/a.step.js:3:41 error payload-wrong-type: `amount` of 'x.done' is of type string and B expects number
              steps/b_step.py:3:49 B expects number
              help: send a value of type number
        "#]]
        .assert_eq(&report(fixture));
    }

    #[test]
    fn values_in_objects_and_lists_are_compared_too() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['order.done']}
async def handler(ctx):
    await ctx.emit({'topic': 'order.done', 'data': {'user': {'id': 7}, 'tags': ['x', 1]}})
    #                                                         ^^ payload-wrong-type
    #                                                                   ^^^^ payload-wrong-type
//- steps/b.step.js
exports.config = {
  type: 'event', name: 'B', subscribes: ['order.done'], emits: [],
  input: {
    type: 'object',
    properties: {
      user: { type: 'object', properties: { id: { type: 'string' } } },
      tags: { type: 'array', items: { type: 'string' } },
    },
  },
}
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn what_may_be_right_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }, id = '') => {
  await emit({ topic: 'x.done', data: { name: Math.random().toString(36), amount: make(), when: new Date(), note: null } })
  await emit({ topic: 'x.done', data: { name: `n${id}`, amount: 1.5, when: '', note: 'n', either: 1 } })
}
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: z.object({
    name: z.string(), amount: z.number(), when: z.string(), note: z.string().nullable(),
    either: z.union([z.string(), z.number()]).optional(),
  }),
}
export const handler = async () => {}
",
        );
    }
}
