use banister_grammars::Span;
use banister_grammars::facts::{SchemaFact, Shape};
use serde_json::Value as Json;

use super::payload_types::{allowed, are_apart, type_of};
use super::payloads::{Delivery, Taker, display, each_delivery, follow};
use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;
use crate::source::Source;

pub(super) const RULE: Rule = Rule {
    name: "payload-wrong-type",
    severity: Severity::Error,
    doc: "\
A message holds a value that cannot be of the type which a subscriber's `input` schema gives the field: a text where a
number is expected, an object where a text is.

Literals, values whose type is plain and fields that the step reads from its own message are compared, the latter with
the type that the step's own schema gives them; what a call or a variable out of sight yields may be anything. A schema
that allows several types, or states none, takes what one of them takes.",
    check: Check::Subject(check),
};

/// A value of the wrong type.
struct Wrong<'s> {
    /// The key; none for the message itself.
    span: Option<Span>,
    pointer: String,
    expected: String,
    actual: String,
    /// True if the sender's own schema gives the value its type.
    by_schema: bool,
    /// Where the value is read from the sender's own message, as a pointer; empty for other values.
    read_from: &'s [String],
}

/// How deep two schemas are compared; a recursive one never ends.
const MAX_DEPTH: usize = 12;

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    if subject.facts().is_none() {
        return;
    }
    each_delivery(context.index, subject.file(), |delivery, takers| {
        let own = delivery
            .sender
            .and_then(|sender| context.index.only_input_schema(sender));
        for taker in &takers.all {
            let own = own.as_ref().map(|(source, schema)| (*source, schema.as_ref()));
            check_taker(delivery, own, taker, findings);
        }
    });
}

fn check_taker(
    delivery: &Delivery<'_>,
    own: Option<(&Source, &SchemaFact)>,
    taker: &Taker<'_>,
    findings: &mut Findings,
) {
    let (site, topic) = (delivery.site, delivery.topic);
    let Taker { step, source, schema } = taker;
    let mut comparison = Comparison {
        root: &schema.schema,
        own: own.map(|(_, own)| &own.schema),
        wrong: Vec::new(),
    };
    comparison.value(&schema.schema, &site.payload, (None, ""));
    let mut wrong = comparison.wrong;
    wrong.dedup_by(|one, other| one.pointer == other.pointer);
    for Wrong {
        span: key,
        pointer,
        expected,
        actual,
        by_schema,
        read_from,
    } in wrong
    {
        let what = if pointer.is_empty() {
            "the message".to_owned()
        } else {
            format!("`{}`", display(&pointer))
        };
        let label = step.label();
        let message = format!("{what} of '{topic}' is of type {actual} and {label} expects {expected}");
        let place = key.or(site.payload_span).unwrap_or(site.span);
        let expects = schema.properties.get(&pointer).copied().unwrap_or(schema.span);
        let finding = findings
            .report(delivery.file, place, message)
            .help(format!("send a value of type {expected}"))
            .related(&source.path, expects, format!("{label} expects {expected}"));
        if let Some((own_source, own)) = own.filter(|_| by_schema) {
            let read = format!("/{}", read_from.join("/"));
            let says = own.properties.get(&read).copied().unwrap_or(own.span);
            finding.related(
                &own_source.path,
                says,
                format!("it is read from here, and is {actual}"),
            );
        }
    }
}

/// The comparison of one message with one schema.
struct Comparison<'s> {
    /// The subscriber's schema, in which its references lead.
    root: &'s Json,
    /// The schema of the sender's own message.
    own: Option<&'s Json>,
    wrong: Vec<Wrong<'s>>,
}

impl<'s> Comparison<'s> {
    fn value(&mut self, schema: &'s Json, value: &'s Shape, (key, at): (Option<Span>, &str)) {
        let schema = follow(self.root, schema);
        let expected = allowed(schema);
        if let Some(actual) = type_of(value)
            && are_apart(&[actual], &expected)
        {
            self.wrong.push(Wrong {
                span: key,
                pointer: at.to_owned(),
                expected: expected.join(" or "),
                actual: actual.to_owned(),
                by_schema: false,
                read_from: &[],
            });
            return;
        }
        match value {
            Shape::Object { fields, .. } => {
                for field in fields {
                    if let Some(property) = schema.get("properties").and_then(|all| all.get(&field.name)) {
                        let at = format!("{at}/{}", field.name);
                        self.value(property, &field.value, (Some(field.span), &at));
                    }
                }
            }
            Shape::Array(items) => {
                if let Some(schema) = schema.get("items").filter(|items| items.is_object()) {
                    for item in items {
                        self.value(schema, item, (key, &format!("{at}/*")));
                    }
                }
            }
            Shape::Input(path) => self.read(schema, path, (key, at)),
            Shape::Type(_) | Shape::Literal(_) | Shape::Unknown => {}
        }
    }

    /// A value that the sender reads from its own message: what its schema says of it holds.
    fn read(&mut self, schema: &'s Json, path: &'s [String], place: (Option<Span>, &str)) {
        let Some(own) = self.own else { return };
        let found = path
            .iter()
            .try_fold(own, |here, key| follow(own, here).get("properties")?.get(key));
        if let Some(found) = found {
            self.schemas(schema, found, path, place, MAX_DEPTH);
        }
    }

    fn schemas(
        &mut self,
        theirs: &'s Json,
        ours: &'s Json,
        read_from: &'s [String],
        (key, at): (Option<Span>, &str),
        depth: usize,
    ) {
        let Some(own) = self.own.filter(|_| depth > 0) else {
            return;
        };
        let (theirs, ours) = (follow(self.root, theirs), follow(own, ours));
        let (actual, expected) = (allowed(ours), allowed(theirs));
        if are_apart(&actual, &expected) {
            self.wrong.push(Wrong {
                span: key,
                pointer: at.to_owned(),
                expected: expected.join(" or "),
                actual: actual.join(" or "),
                by_schema: true,
                read_from,
            });
            return;
        }
        let properties = |schema: &'s Json| schema.get("properties").and_then(Json::as_object);
        if let (Some(theirs), Some(ours)) = (properties(theirs), properties(ours)) {
            for (name, ours) in ours {
                if let Some(theirs) = theirs.get(name) {
                    self.schemas(theirs, ours, read_from, (key, &format!("{at}/{name}")), depth - 1);
                }
            }
        }
        if let (Some(theirs), Some(ours)) = (theirs.get("items"), ours.get("items")) {
            self.schemas(theirs, ours, read_from, (key, &format!("{at}/*")), depth - 1);
        }
    }
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
    fn a_text_with_values_in_it_is_a_text_in_every_language() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }, n = 1) => {
  await emit({ topic: 'x.done', data: { amount: `${n}`, name: `${n}` } })
  //                                    ^^^^^^ payload-wrong-type error
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': ['x.done']}
async def handler(ctx):
    n = 1
    await ctx.emit({'topic': 'x.done', 'data': {'amount': f'{n}', 'name': f'{n}'}})
    #                                            ^^^^^^ payload-wrong-type error
//- steps/c.step.rb
def config
  { type: 'cron', name: 'C', cron: '* * * * *', emits: ['x.done'] }
end
def handler(context)
  n = 1
  context.emit(topic: 'x.done', data: { amount: \"#{n}\", name: \"#{n}\" })
  #                                     ^^^^^^ payload-wrong-type error
end
//- steps/d.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'D', subscribes: ['x.done'], emits: [],
  input: z.object({ amount: z.number(), name: z.string() }),
}
export const handler = async () => {}
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

    #[test]
    fn a_field_of_the_steps_own_message_has_the_type_of_its_schema() {
        let fixture = "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['x.done'],
  bodySchema: z.object({ amount: z.string(), user: z.object({ id: z.string(), tags: z.array(z.string()) }) }),
}
export const handler = async (req, { emit }) => {
  await emit({ topic: 'x.done', data: { amount: req.body.amount, user: req.body.user } })
  return { status: 200, body: {} }
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': ['y.done'], 'input': {
    'type': 'object',
    'properties': {
        'amount': {'type': 'number'},
        'user': {'type': 'object', 'properties': {'tags': {'type': 'array', 'items': {'type': 'object'}}}},
    },
}}
async def handler(data, context):
    await context.emit({'topic': 'y.done', 'data': {'total': data['amount']}})
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['y.done'], emits: [], input: { total: 'string' } }
end
def handler(input, context)
end
";
        expect![[r#"
            steps/a.step.ts:7:41 error payload-wrong-type: `amount` of 'x.done' is of type string and B expects number
              steps/b_step.py:4:10 B expects number
              steps/a.step.ts:4:26 it is read from here, and is string
              help: send a value of type number
            steps/a.step.ts:7:66 error payload-wrong-type: `user.tags[]` of 'x.done' is of type string and B expects object
              steps/b_step.py:1:97 B expects object
              steps/a.step.ts:4:46 it is read from here, and is string
              help: send a value of type object
            steps/b_step.py:9:54 error payload-wrong-type: `total` of 'y.done' is of type number and C expects string
              steps/c.step.rb:2:75 C expects string
              steps/b_step.py:4:10 it is read from here, and is number
              help: send a value of type string
        "#]]
        .assert_eq(&report(fixture));
    }

    /// A step that hands on what it is sent, between these two schemas.
    fn handed_on(own: &str, theirs: &str) {
        check(&format!(
            "\
//- steps/a.step.ts
import {{ z }} from 'zod'
export const config = {{
  type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['x.done'], bodySchema: z.object({{ amount: {own} }}),
}}
export const handler = async (req, {{ emit }}) => {{
  await emit({{ topic: 'x.done', data: {{ amount: req.body.amount }} }})
  return {{ status: 200, body: {{}} }}
}}
//- steps/b.step.ts
import {{ z }} from 'zod'
export const config = {{
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: z.object({{ amount: {theirs} }}),
}}
export const handler = async () => {{}}
"
        ));
    }

    #[test]
    fn own_types_that_may_fit_are_left_alone() {
        for (own, theirs) in [
            ("z.number().int()", "z.number()"),
            ("z.number()", "z.number().int()"),
            ("z.any()", "z.number()"),
            ("z.union([z.string(), z.number()])", "z.number()"),
            ("z.string()", "z.union([z.string(), z.number()])"),
            ("z.string().nullable()", "z.string()"),
            ("z.string()", "z.string().nullable()"),
            ("z.string().optional()", "z.string()"),
            ("remote", "z.string()"),
            ("z.enum(['a', 'b'])", "z.string()"),
        ] {
            handed_on(own, theirs);
        }
    }

    #[test]
    fn a_field_that_the_step_overwrites_is_no_longer_the_messages() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: ['w.done'], emits: ['x.done'], input: z.object({ amount: z.string() }),
}
export const handler = async (input, { emit }) => {
  input.amount = Number(input.amount)
  await emit({ topic: 'x.done', data: { amount: input.amount } })
}
//- steps/b.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: z.object({ amount: z.number() }),
}
export const handler = async () => {}
//- steps/w.step.js
exports.config = { type: 'cron', name: 'W', cron: '* * * * *', emits: ['w.done'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'w.done', data: { amount: '1' } }) }
",
        );
    }

    #[test]
    fn nullable_fields_and_lists_of_types_take_what_one_of_them_takes() {
        for (property, value) in [
            ("{ type: 'number', nullable: true }", "null"),
            ("{ type: ['number', 'null'] }", "null"),
            ("{ type: ['number', 'string'] }", "'12'"),
            ("{ type: 'integer' }", "1.5"),
            ("{ type: 'number' }", "12"),
            ("{}", "'12'"),
            ("{ description: 'any amount' }", "'12'"),
            ("{ type: 'decimal' }", "'12'"),
            ("{ anyOf: [{ type: 'number' }, { type: 'string' }] }", "'12'"),
            ("{ type: 'array' }", "['12', 1]"),
            ("{ type: 'array', items: {} }", "['12', 1]"),
            ("{ type: 'object' }", "{ any: 1 }"),
        ] {
            check(&format!(
                "\
//- steps/a.step.js
exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }}
exports.handler = async ({{ emit }}) => {{ await emit({{ topic: 'x.done', data: {{ amount: {value} }} }}) }}
//- steps/b.step.js
exports.config = {{
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: {{ type: 'object', properties: {{ amount: {property} }} }},
}}
exports.handler = async () => {{}}
"
            ));
        }
    }

    #[test]
    fn lists_of_types_are_still_types() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: { amount: true, rows: [{ cells: [[1]] }] } })
  //                                    ^^^^^^ payload-wrong-type error
  //                                                           ^^^^^ payload-wrong-type error
}
//- steps/b.step.js
exports.config = {
  type: 'event', name: 'B', subscribes: ['x.done'], emits: [],
  input: {
    type: 'object',
    properties: {
      amount: { type: ['number', 'null'] },
      rows: { type: 'array', items: { type: 'object', properties: {
        cells: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
      } } },
    },
  },
}
exports.handler = async () => {}
",
        );
    }
}
