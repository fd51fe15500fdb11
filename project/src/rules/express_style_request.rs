use std::collections::BTreeSet;

use banister_grammars::Language;
use banister_grammars::facts::{KeyRead, Shape, StepFact, StepKind, Trigger};

use super::handlers::{called_in_one_way, may_have_middleware, read_instead};
use super::payloads::follow;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::index::Role;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "express-style-request",
    severity: Severity::Warning,
    doc: "\
A handler reads what other frameworks offer: `req.params` and `req.query` of a request, whose names here are
`pathParams` and `queryParams`, `req.json()`, where `req.body` is the parsed body, or `event.data` of a message, which is the data itself. The value is always absent.

Middleware may add anything to a request, so a step with middleware is left alone, and so is a message that may have a
field called `data`.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    match called_in_one_way(step) {
        Some((_, trigger)) if trigger.kind == StepKind::Api => check_request(step, findings),
        Some((fact, trigger)) if trigger.kind == StepKind::Event => {
            check_message(context, step, fact, trigger, findings);
        }
        _ => {}
    }
}

fn check_request(step: &Step, findings: &mut Findings) {
    if may_have_middleware(step) {
        return;
    }
    let reads = &step.facts().handling.request_reads;
    for read in reads {
        let Some(meant) = renamed(step, read) else {
            continue;
        };
        // Behind `?.` or `||` it may be the second of two ways, unless there is no other way.
        if read.guarded && reads.iter().any(|other| other.key == meant) {
            continue;
        }
        let message = format!("the request has no `{}`", read.key);
        if read.key == "json" {
            // A call and a member: an edit of the name alone would not mend it.
            findings
                .report(&step.file, read.span, message)
                .help(format!("read `{meant}`, which is parsed"));
            continue;
        }
        let fix = read_instead(step, read, meant, format!("Read `{meant}`"));
        findings
            .report(&step.file, read.span, message)
            .help(format!("read `{meant}`"))
            .fix(Some(fix));
    }
}

/// What Express's name is called here.
fn renamed(step: &Step, read: &KeyRead) -> Option<&'static str> {
    let is_python_class =
        step.language == Language::Python && step.dialect() == banister_grammars::facts::Dialect::V1;
    match (read.key.as_str(), is_python_class) {
        ("params", false) => Some("pathParams"),
        ("query", false) => Some("queryParams"),
        ("json", _) => Some("body"),
        ("params", true) => Some("path_params"),
        ("query", true) => Some("query_params"),
        _ => None,
    }
}

fn check_message(
    context: &Context<'_>,
    step: &Step,
    fact: &StepFact,
    trigger: &Trigger,
    findings: &mut Findings,
) {
    let reads = &step.facts().handling.message_reads;
    let mut reads = reads
        .iter()
        .filter(|read| read.key == "data" && !read.guarded)
        .peekable();
    if reads.peek().is_none() || fact.keys_open || !lacks_data(context, step, trigger) {
        return;
    }
    for read in reads {
        findings
            .report(
                &step.file,
                read.span,
                "the message has no `data`: it is the data itself".to_owned(),
            )
            .help("read the fields off the message");
    }
}

/// True if no message of the step has a field `data`: its schema says so, or everything that is sent to it.
fn lacks_data(context: &Context<'_>, step: &Step, trigger: &Trigger) -> bool {
    let Some(input) = &trigger.input else {
        return lacks_data_when_sent(context, trigger);
    };
    let Some((_, schema)) = context.index.resolve_schema(&step.source, input) else {
        return false;
    };
    let root = follow(&schema.schema, &schema.schema);
    let is_plain = ["allOf", "anyOf", "oneOf", "patternProperties"]
        .iter()
        .all(|key| root.get(*key).is_none());
    let is_closed = matches!(
        root.get("additionalProperties"),
        None | Some(serde_json::Value::Bool(false))
    );
    let properties = root.get("properties").and_then(serde_json::Value::as_object);
    is_plain
        && is_closed
        && properties.is_some_and(|properties| !properties.is_empty() && !properties.contains_key("data"))
}

fn lacks_data_when_sent(context: &Context<'_>, trigger: &Trigger) -> bool {
    let index = context.index;
    if index.sends_unseen() || trigger.topics_open || trigger.topics.is_empty() {
        return false;
    }
    trigger.topics.iter().all(|taken| {
        let Some(topic) = taken.topic.text.known() else {
            return false;
        };
        let calls = index
            .mentions_as(topic, &[Role::Emits])
            .map(|mention| mention.file.as_str());
        let files: BTreeSet<&str> = calls.chain(index.dynamic_senders()).collect();
        let sites: Vec<&Shape> = files
            .into_iter()
            .filter_map(|file| index.facts(file))
            .flat_map(|facts| &facts.emits)
            .filter(|site| site.topic.as_ref().is_some_and(|sent| sent.text.may_be(topic)))
            .map(|site| &site.payload)
            .collect();
        let lacks = |payload: &&Shape| match payload {
            Shape::Object { fields, open } => !open && fields.iter().all(|field| field.name != "data"),
            _ => false,
        };
        !sites.is_empty() && sites.iter().all(lacks)
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check_of, fixed, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    const REQUESTS: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [] }
export const handler = async (req: any, { logger }: any) => {
  const { query } = req
  //      ^^^^^ express-style-request warning
  return { status: 200, body: [req.params.id, query.page] }
  //                               ^^^^^^ express-style-request warning
}
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b/:id', 'emits': []}
async def handler(req, context):
    return {'status': 200, 'body': [req.get('params', {})['id'], req['query']]}
    #                                        ^^^^^^ express-style-request warning
    #                                                                 ^^^^^ express-style-request warning
//- steps/c.step.rb
def config
  { type: 'api', name: 'C', method: 'GET', path: '/c/:id', emits: [] }
end
def handler(req, context)
  { status: 200, body: req['params']['id'] }
  #                         ^^^^^^ express-style-request warning
end
//- steps/d_step.py
from motia import http
config = {'name': 'D', 'triggers': [http('GET', '/d/:id')], 'enqueues': []}
async def handler(request, ctx):
    return {'status': 200, 'body': request.params['id']}
    #                                      ^^^^^^ express-style-request warning
//- steps/e.step.js
exports.config = { type: 'api', name: 'E', method: 'GET', path: '/e/:id', emits: [] }
exports.handler = async (req) => ({ status: 200, body: req['query'] })
//                                                          ^^^^^ express-style-request warning
";

    #[test]
    fn requests_are_found_and_mended_in_every_language() {
        check(REQUESTS);
        let mended = fixed(REQUESTS);
        for line in [
            "const { queryParams: query } = req",
            "req.pathParams.id",
            "req['queryParams']]",
            "req['pathParams']['id']",
            "request.path_params['id']",
        ] {
            assert!(mended.contains(line), "{line} in {mended}");
        }
        assert_eq!(report(&mended), "");
    }

    #[test]
    fn middleware_and_wrappers_may_add_to_the_request() {
        check(
            "\
//- steps/a.step.ts
import { express } from 'elsewhere'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [], middleware: [express] }
export const handler = async (req: any) => ({ status: 200, body: req.params.id })
//- steps/b.step.ts
import { express } from 'elsewhere'
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b/:id', emits: [] }
export const handler = express(async (req: any) => ({ status: 200, body: req.params.id }))
//- steps/c.step.ts
import { shared } from 'elsewhere'
export const config = { ...shared, type: 'api', name: 'C', method: 'GET', path: '/c/:id', emits: [] }
export const handler = async (req: any) => ({ status: 200, body: req.params.id })
",
        );
    }

    #[test]
    fn a_fallback_another_object_and_a_write_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { search } from 'elsewhere'
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [] }
export const handler = async (req: any) => {
  const id = req.pathParams?.id ?? req.params?.id
  const hits = search((req) => req.query)
  return { status: 200, body: [id, hits.params] }
}
//- steps/b.step.ts
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b/:id', emits: [] }
export const handler = async (req: any) => {
  req.params = req.pathParams
  return { status: 200, body: req.params.id }
}
",
        );
    }

    #[test]
    fn a_guard_without_another_way_mends_nothing() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [] }
export const handler = async (req: any) => ({ status: 200, body: [req.params?.id, req.query || {}] })
//                                                                    ^^^^^^ express-style-request warning
//                                                                                    ^^^^^ express-style-request warning
",
        );
    }

    #[test]
    fn the_body_is_parsed() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: [] }
export const handler = async (req: any) => ({ status: 200, body: await req.json() })
//                                                                         ^^^^ express-style-request warning
",
        );
    }

    #[test]
    fn a_message_is_the_data_itself() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: ['a.asked'], emits: ['b.asked'], input: z.object({ id: z.string() }),
}
export const handler = async (event: any, { emit }: any) => {
  await emit({ topic: 'b.asked', data: { id: event.data.id } })
  //                                               ^^^^ express-style-request warning
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['b.asked'], 'emits': ['a.asked']}
async def handler(event, context):
    row = event.get('data')
    #                ^^^^ express-style-request warning
    await context.emit({'topic': 'a.asked', 'data': {'id': 'x'}})
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['a.asked'], emits: [],
    input: { type: 'object', properties: { id: { type: 'string' } } } }
end
def handler(event, context)
  puts event['data']
  #           ^^^^ express-style-request warning
end
//- steps/d.step.js
exports.config = {
  type: 'event', name: 'D', subscribes: ['a.asked'], emits: [],
  input: { type: 'object', properties: { id: { type: 'string' } } },
}
exports.handler = async ({ data }) => console.log(data)
//                         ^^^^ express-style-request warning
",
        );
    }

    #[test]
    fn a_message_that_may_have_data_is_left_alone() {
        let subscriber = |rest: &str| {
            format!(
                "//- steps/a.step.ts\nimport {{ z }} from 'zod'\nimport {{ outside }} from 'elsewhere'\n\
                 export const config = {{ type: 'event', name: 'A', subscribes: ['a.asked'], emits: []{rest} }}\n\
                 export const handler = async (event: any) => console.log(event.data)\n"
            )
        };
        let sender = |data: &str| {
            format!(
                "//- steps/b.step.js\nexports.config = {{ type: 'cron', name: 'B', cron: '* * * * *', emits: ['a.asked'] }}\n\
                 exports.handler = async ({{ emit }}) => {{ await emit({{ topic: 'a.asked', data: {data} }}) }}\n"
            )
        };
        for (rest, data) in [
            (", input: z.object({ data: z.string() })", "{ data: '' }"),
            (", input: outside", "{ id: 1 }"),
            (", input: null", "{ id: 1 }"),
            (", input: z.object({ id: z.number() }).passthrough()", "{ id: 1 }"),
            ("", "{ data: 1 }"),
            ("", "load()"),
        ] {
            check(&(subscriber(rest) + &sender(data)));
        }
    }
}
