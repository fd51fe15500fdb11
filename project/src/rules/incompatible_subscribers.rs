use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::payload_types::{allowed, are_apart};
use super::payloads::{Taker, display, follow, takers};
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "incompatible-subscribers",
    severity: Severity::Warning,
    doc: "\
Two subscribers of one topic require the same field, each of another type: no message satisfies both.

The rule is off unless `banister.toml` or `--select` asks for it: where one of the two is a step that was put aside, or
only reads a part of the message, the finding is of no use. Optional fields, schemas that allow several types in common
and schemas that are put together from parts are left alone.",
    check: Check::Step(check),
};

/// How deep schemas are compared; a recursive one never ends.
const MAX_DEPTH: usize = 8;

/// By pointer, the first subscriber that requires the field, and the types that it allows.
type Required<'i> = BTreeMap<String, (&'i Taker<'i>, Vec<&'i str>)>;

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let topics: BTreeSet<&str> = step
        .subscribes()
        .into_iter()
        .filter(|topic| !topic.is_empty())
        .collect();
    for topic in topics {
        let takers = takers(context.index, topic);
        let mut first: Required<'_> = BTreeMap::new();
        for taker in &takers.all {
            let schema = &taker.schema.schema;
            let mut fields = BTreeMap::new();
            required_types(schema, schema, "", MAX_DEPTH, &mut fields);
            for (pointer, types) in fields {
                match first.get(&pointer) {
                    None => {
                        first.insert(pointer, (taker, types));
                    }
                    Some((other, theirs)) if taker.step.file == step.file && are_apart(&types, theirs) => {
                        report(topic, &pointer, (taker, &types), (other, theirs), findings);
                    }
                    Some(_) => {}
                }
            }
            if taker.step.file == step.file {
                break;
            }
        }
    }
}

/// Collects the types of all fields that every message must have.
fn required_types<'s>(
    root: &'s Json,
    schema: &'s Json,
    at: &str,
    depth: usize,
    fields: &mut BTreeMap<String, Vec<&'s str>>,
) {
    let schema = follow(root, schema);
    let is_simple = ["allOf", "anyOf", "oneOf"]
        .iter()
        .all(|part| schema.get(part).is_none());
    if depth == 0 || !is_simple {
        return;
    }
    let types = allowed(schema);
    if !types.is_empty() {
        fields.insert(at.to_owned(), types);
    }
    let required = schema
        .get("required")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    for name in required.filter_map(Json::as_str) {
        if let Some(property) = schema.get("properties").and_then(|all| all.get(name)) {
            required_types(root, property, &format!("{at}/{name}"), depth - 1, fields);
        }
    }
}

fn report(
    topic: &str,
    pointer: &str,
    (taker, types): (&Taker<'_>, &[&str]),
    (other, theirs): (&Taker<'_>, &[&str]),
    findings: &mut Findings,
) {
    let what = if pointer.is_empty() {
        "messages".to_owned()
    } else {
        format!("`{}`", display(pointer))
    };
    let place = |taker: &Taker<'_>| {
        let properties = &taker.schema.properties;
        properties.get(pointer).copied().unwrap_or(taker.schema.span)
    };
    let (ours, label, their_label) = (types.join(" or "), taker.step.label(), other.step.label());
    let theirs = theirs.join(" or ");
    let message =
        format!("{label} requires {what} of '{topic}' of type {ours}, and {their_label} of type {theirs}");
    findings
        .report(&taker.source.path, place(taker), message)
        .help("give both the same type, or send them messages of different topics")
        .related(
            &other.source.path,
            place(other),
            format!("{their_label} requires {theirs}"),
        );
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, report};

    const ON: &str =
        "//- banister.toml\n[rules]\nincompatible-subscribers = \"warning\"\nnever-emitted-topic = \"off\"\n";

    const A: &str = "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: ['x.done'], emits: [],
  input: z.object({ id: z.string(), user: z.object({ age: z.number() }), note: z.string().optional() }),
}
export const handler = async () => {}
";

    #[test]
    fn no_message_satisfies_both() {
        check(
            &format!(
                "\
{ON}{A}//- steps/b_step.py
config = {{
    'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [],
    'input': {{
        'type': 'object',
        'properties': {{
            'id': {{'type': 'number'}},
            #^^ incompatible-subscribers warning
            'user': {{'type': 'object', 'properties': {{'age': {{'type': 'string'}}}}, 'required': ['age']}},
            #                                          ^^^ incompatible-subscribers warning
        }},
        'required': ['id', 'user'],
    }},
}}
async def handler(data, context):
    pass
//- steps/c.step.rb
def config
  {{
    type: 'event', name: 'C', subscribes: ['x.done'], emits: [],
    input: {{ id: 'boolean' }}
    #        ^^ incompatible-subscribers warning
  }}
end
def handler(input, context)
end
"
            )
            .replace("            #^^ ", "#            ^^ "),
        );
    }

    #[test]
    fn it_is_off_unless_asked_for() {
        let b = A
            .replace("'A'", "'B'")
            .replace("a.step", "b.step")
            .replace("id: z.string()", "id: z.number()");
        let off = "//- banister.toml\n[rules]\nnever-emitted-topic = \"off\"\n";
        assert_eq!(report(&format!("{off}{A}{b}")), "");
        assert!(
            report(&format!("{ON}{A}{b}")).contains("`id` of 'x.done' of type number, and A of type string")
        );
    }

    #[test]
    fn types_in_common_optional_fields_and_parts_are_left_alone() {
        for input in [
            "z.object({ note: z.number().optional() })",
            "z.object({ id: z.union([z.string(), z.number()]) })",
            "z.object({ id: z.string().nullable() })",
            "z.object({ id: z.any() })",
            "z.object({ id: z.number() }).or(z.object({ id: z.string() }))",
            "z.object({ other: z.number() })",
            "null",
        ] {
            let b = format!(
                "\
//- steps/b.step.ts
import {{ z }} from 'zod'
export const config = {{ type: 'event', name: 'B', subscribes: ['x.done'], emits: [], input: {input} }}
export const handler = async () => {{}}
"
            );
            assert_eq!(report(&format!("{ON}{A}{b}")), "", "{input}");
        }
    }
}
