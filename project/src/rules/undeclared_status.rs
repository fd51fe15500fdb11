use banister_grammars::facts::Trigger;

use super::handlers::called_as_api;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "undeclared-status",
    severity: Severity::Warning,
    doc: "\
A handler answers with a status that `responseSchema` does not list. Generated types and API documents then promise less
than the step does. Add the status to `responseSchema`.

It needs a `responseSchema` that is wholly visible and a status that is a literal; what a helper or a wrapper returns is
left alone.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some(trigger) = called_as_api(step) else {
        return;
    };
    let (Some(declared), Some(span)) = (statuses(trigger), trigger.responses_span) else {
        return;
    };
    let responses = &step.facts().handling.responses;
    for status in responses.iter().flat_map(|response| &response.statuses) {
        if declared.contains(&status.code) {
            continue;
        }
        let message = format!(
            "{} answers {}, which `responseSchema` does not describe",
            step.label(),
            status.code
        );
        findings
            .report(&step.file, status.span, message)
            .related(&step.file, span, format!("`responseSchema` of {}", step.label()))
            .help(format!("add {} to `responseSchema`", status.code));
    }
}

/// The declared statuses, if there are any and all are visible.
fn statuses(trigger: &Trigger) -> Option<Vec<u16>> {
    if trigger.responses_open || trigger.responses.is_empty() {
        return None;
    }
    let codes = trigger.responses.iter();
    codes.map(|(status, _)| status.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, report};

    const ANSWERS: &str = "\
//- steps/a.step.ts
import { z } from 'zod'
const failed = z.object({ error: z.string() })
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [],
  responseSchema: { 200: z.object({ ok: z.boolean() }), '500': failed },
}
export const handler = async (req: any, { logger }: any) => {
  try {
    if (!req.body) return { status: 400, body: { error: 'no body' } }
    //                              ^^^ undeclared-status warning
    return req.body.id ? { status: 200, body: { ok: true } } : { status: 404, body: { error: 'none' } }
    //                                                                   ^^^ undeclared-status warning
  } catch (error) {
    return { status: 500, body: { error: 'broken' } }
  }
}
//- steps/b_step.py
config = {
    'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': [],
    'responseSchema': {'200': {'type': 'object', 'properties': {}}},
}
async def handler(req, context):
    return {'status': 404, 'body': {}}
    #                 ^^^ undeclared-status warning
//- steps/c.step.rb
def config
  { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [],
    responseSchema: { 200 => { type: 'object', properties: {} } } }
end
def handler(req, context)
  { status: 404, body: {} }
  #         ^^^ undeclared-status warning
end
//- steps/d.step.js
exports.config = {
  type: 'api', name: 'D', method: 'GET', path: '/d', emits: [],
  responseSchema: { 200: { type: 'object', properties: {} } },
}
exports.handler = async () => ({ status: 202 })
//                                       ^^^ undeclared-status warning
";

    #[test]
    fn every_language_is_seen() {
        check(ANSWERS);
        let shown = report(ANSWERS);
        expect![[r#"
            steps/a.step.ts:9:37 warning undeclared-status: A answers 400, which `responseSchema` does not describe
              steps/a.step.ts:5:19 `responseSchema` of A
              help: add 400 to `responseSchema`
        "#]]
        .assert_eq(&shown.lines().take(3).map(|line| line.to_owned() + "\n").collect::<String>());
    }

    #[test]
    fn a_schema_that_is_not_wholly_visible_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { responses } from 'elsewhere'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], responseSchema: responses }
export const handler = async (req: any) => ({ status: 404 })
//- steps/b.step.ts
import { common } from 'elsewhere'
export const config = {
  type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], responseSchema: { ...common, 200: {} },
}
export const handler = async (req: any) => ({ status: 404 })
//- steps/c.step.ts
export const config = { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [] }
export const handler = async (req: any) => ({ status: 404 })
//- steps/d.step.ts
import { OK } from 'elsewhere'
export const config = {
  type: 'api', name: 'D', method: 'GET', path: '/d', emits: [], responseSchema: { [OK]: {}, default: {} },
}
export const handler = async (req: any) => ({ status: 404 })
",
        );
    }

    #[test]
    fn a_status_that_is_not_a_literal_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { wrap, notFound } from 'elsewhere'
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], responseSchema: { 200: {} },
}
export const handler = async (req: any) => {
  if (req.body.a) return notFound()
  const answer = { status: 404, body: {} }
  answer.status = req.body.status
  if (req.body.b) return answer
  return { status: req.body.ok ? 200 : req.body.status }
}
//- steps/b.step.ts
import { wrap } from 'elsewhere'
export const config = {
  type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], responseSchema: { 200: {} },
}
export const handler = wrap(async (req: any) => ({ status: 404 }))
",
        );
    }

    #[test]
    fn a_function_inside_answers_nothing() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], responseSchema: { 200: {} },
}
export const handler = async (req: any) => {
  const rows = req.body.rows.map(() => { return { status: 404 } })
  return { status: 200, body: rows }
}
",
        );
    }
}
