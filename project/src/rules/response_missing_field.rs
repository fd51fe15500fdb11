use banister_grammars::facts::{ResponseFact, Trigger};

use super::handlers::called_as_api;
use super::payload_missing_field::{compare, names};
use super::payloads::display;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "response-missing-field",
    severity: Severity::Warning,
    doc: "\
A handler answers with a body that lacks a field which `responseSchema` requires for that status. The framework sends it
all the same, and the client reads the field of nothing.

The keys of the body must be known: a spread of something out of sight, or a value that is handed on whole, may hold any
field. A schema that is not visible requires nothing.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some(trigger) = called_as_api(step) else {
        return;
    };
    if trigger.responses_open {
        return;
    }
    for response in &step.facts().handling.responses {
        check_response(context, step, trigger, response, findings);
    }
}

fn check_response(
    context: &Context<'_>,
    step: &Step,
    trigger: &Trigger,
    response: &ResponseFact,
    findings: &mut Findings,
) {
    let ([status], false) = (response.statuses.as_slice(), response.statuses_open) else {
        return;
    };
    let code = status.code.to_string();
    let Some((_, schema)) = trigger.responses.iter().rev().find(|(key, _)| *key == code) else {
        return;
    };
    let Some((source, schema)) = context.index.resolve_schema(&step.source, schema) else {
        return;
    };
    let mut missing = Vec::new();
    compare(&schema.schema, &schema.schema, &response.body, "", &mut missing);
    if missing.is_empty() {
        return;
    }
    let message = format!(
        "the body of the answer {code} lacks {}, which `responseSchema` requires",
        names(&missing)
    );
    let mut finding = findings
        .report(&step.file, response.body_span.unwrap_or(response.span), message)
        .help(format!("add {} to `body`", names(&missing)));
    for pointer in &missing {
        let span = schema.properties.get(pointer).copied().unwrap_or(schema.span);
        let text = format!("the schema of {code} requires `{}`", display(pointer));
        finding = finding.related(&source.path, span, text);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, report};

    #[test]
    fn every_language_and_notation_is_seen() {
        let fixture = "\
//- src/schemas.ts
import { z } from 'zod'
export const failure = z.object({ error: z.string(), code: z.number() })
//- steps/a.step.ts
import { z } from 'zod'
import { failure } from '../src/schemas'
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [],
  responseSchema: { 200: z.object({ id: z.string(), note: z.string().optional() }), 404: failure },
}
export const handler = async (req: any) => {
  if (!req.body.id) return { status: 404, body: { error: 'none' } }
  //                                            ^^^^^^^^^^^^^^^^^ response-missing-field warning
  return { status: 200, body: { name: 'x' } }
  //                          ^^^^^^^^^^^^^ response-missing-field warning
}
//- steps/b_step.py
config = {
    'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': [],
    'responseSchema': {200: {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']}},
}
async def handler(req, context):
    return {'status': 200, 'body': {'ok': True}}
    #                              ^^^^^^^^^^^^ response-missing-field warning
//- steps/c.step.rb
def config
  { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [],
    responseSchema: { '200' => { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } } }
end
def handler(req, context)
  { status: 200, body: { ok: true } }
  #                    ^^^^^^^^^^^^ response-missing-field warning
end
//- steps/d.step.js
exports.config = {
  type: 'api', name: 'D', method: 'GET', path: '/d', emits: [],
  responseSchema: { 200: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
}
exports.handler = async () => ({ status: 200, body: {} })
//                                                  ^^ response-missing-field warning
";
        check(fixture);
        let shown = report(fixture);
        expect![[r#"
            steps/a.step.ts:8:49 warning response-missing-field: the body of the answer 404 lacks `code`, which `responseSchema` requires
              src/schemas.ts:2:54 the schema of 404 requires `code`
              help: add `code` to `body`
        "#]]
        .assert_eq(&shown.lines().take(3).map(|line| line.to_owned() + "\n").collect::<String>());
    }

    #[test]
    fn a_body_or_schema_that_is_not_known_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
import { outside } from 'elsewhere'
const row = z.object({ id: z.string() })
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [],
  responseSchema: { 200: row, 201: outside, 500: row },
}
export const handler = async (req: any) => {
  if (req.body.a) return { status: 200, body: { ...req.body } }
  if (req.body.b) return { status: 201, body: {} }
  if (req.body.c) return { status: 200, body: load() }
  return { status: req.body.d ? 200 : 500, body: {} }
}
",
        );
    }
}
