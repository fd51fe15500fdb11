use banister_grammars::facts::KeyRead;

use super::handlers::{called_as_api, path_params, read_instead};
use super::{Check, Context, Findings, Rule, list};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unknown-path-param",
    severity: Severity::Error,
    doc: "\
A handler reads a parameter that its path does not have: `req.pathParams.id` of `/orders/:orderId`. The value is
`undefined` (`None`, `nil`) for every request.

All forms of the read count: members, texts, `.get(\"id\")`, taken apart. A path that is not fully known, a value with a
fallback (`a || b`), and a request that is written to or wrapped are left alone.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some(trigger) = called_as_api(step) else {
        return;
    };
    let Some((path, names)) = trigger
        .path
        .as_ref()
        .and_then(|path| Some((path, path_params(path.text.known()?)?)))
    else {
        return;
    };
    let is_group = |key: &str| key.bytes().all(|byte| byte.is_ascii_digit());
    for read in &step.facts().handling.path_reads {
        if read.guarded || is_group(&read.key) || names.contains(&read.key.as_str()) {
            continue;
        }
        let known = path.text.known().unwrap_or_default();
        let message = format!("the path {known} has no parameter '{}'", read.key);
        let finding = findings.report(&step.file, read.span, message).related(
            &step.file,
            path.span,
            format!("the path of {}", step.label()),
        );
        mend(finding, step, read, &names);
    }
}

fn mend(finding: super::Finding<'_>, step: &Step, read: &KeyRead, names: &[&str]) {
    match meant(&read.key, names) {
        Some(meant) => {
            let fix = read_instead(step, read, meant, format!("Read '{meant}'"));
            finding.help(format!("did you mean '{meant}'?")).fix(Some(fix));
        }
        None if names.is_empty() => {
            finding.help(format!(
                "add `:{}` to the path, or read it from elsewhere",
                read.key
            ));
        }
        None => {
            finding.help(format!("the path has {}", list(names, '\'', "and")));
        }
    }
}

/// The parameter that was meant: the only one, or the one that is nearest.
fn meant<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    if let [only] = names {
        return Some(only);
    }
    let distance = |name: &str| strsim::osa_distance(&key.to_lowercase(), &name.to_lowercase());
    let nearest = names.iter().min_by_key(|name| distance(name))?;
    let is_part = nearest.to_lowercase().ends_with(&key.to_lowercase())
        && names
            .iter()
            .filter(|name| name.to_lowercase().ends_with(&key.to_lowercase()))
            .count()
            == 1;
    (distance(nearest) <= 2 || is_part).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, fixed, report};

    const READS: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/orders/:orderId', emits: [] }
export const handler = async (req: any, { logger }: any) => {
  const { id, orderId } = req.pathParams as { id: string, orderId: string }
  //      ^^ unknown-path-param error
  logger.info(req.pathParams?.order, (req as any).pathParams['number'])
  //                          ^^^^^ unknown-path-param error
  //                                                          ^^^^^^ unknown-path-param error
  return { status: 200, body: { id, orderId } }
}
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'PUT', path: '/orders', emits: [] }
exports.handler = async ({ pathParams: { id } }) => ({ status: 200, body: { id } })
//                                       ^^ unknown-path-param error
//- steps/c_step.py
config = {'type': 'api', 'name': 'C', 'method': 'GET', 'path': '/users/:user_id/posts/:post_id', 'emits': []}
async def handler(req, context):
    user = req.get('pathParams', {}).get('userId')
    #                                     ^^^^^^ unknown-path-param error
    post = req['pathParams']['post_id']
    other = req['pathParams']['comment']
    #                          ^^^^^^^ unknown-path-param error
    return {'status': 200, 'body': [user, post, other]}
//- steps/d.step.rb
def config
  { type: 'api', name: 'D', method: 'DELETE', path: '/orders/:id', emits: [] }
end
def handler(req, context)
  order = req['pathParams']['orderId']
  #                          ^^^^^^^ unknown-path-param error
  { status: 200, body: { order: order, id: req[:pathParams][:id] } }
end
";

    #[test]
    fn every_language_and_form_is_seen() {
        check(READS);
        expect![[r#"
            steps/a.step.ts:3:11 error unknown-path-param: the path /orders/:orderId has no parameter 'id'
              steps/a.step.ts:1:71 the path of A
              help: did you mean 'orderId'?
              fix: Read 'orderId'
            steps/a.step.ts:5:31 error unknown-path-param: the path /orders/:orderId has no parameter 'order'
              steps/a.step.ts:1:71 the path of A
              help: did you mean 'orderId'?
              fix: Read 'orderId'
            steps/a.step.ts:5:63 error unknown-path-param: the path /orders/:orderId has no parameter 'number'
              steps/a.step.ts:1:71 the path of A
              help: did you mean 'orderId'?
              fix: Read 'orderId'
            steps/b.step.js:2:42 error unknown-path-param: the path /orders has no parameter 'id'
              steps/b.step.js:1:66 the path of B
              help: add `:id` to the path, or read it from elsewhere
            steps/c_step.py:3:43 error unknown-path-param: the path /users/:user_id/posts/:post_id has no parameter 'userId'
              steps/c_step.py:1:65 the path of C
              help: did you mean 'user_id'?
              fix: Read 'user_id'
            steps/c_step.py:6:32 error unknown-path-param: the path /users/:user_id/posts/:post_id has no parameter 'comment'
              steps/c_step.py:1:65 the path of C
              help: the path has 'user_id' and 'post_id'
            steps/d.step.rb:5:30 error unknown-path-param: the path /orders/:id has no parameter 'orderId'
              steps/d.step.rb:2:54 the path of D
              help: did you mean 'id'?
              fix: Read 'id'
        "#]]
        .assert_eq(&report(READS));
    }

    #[test]
    fn the_fix_keeps_local_names() {
        let mended = fixed(READS);
        assert!(
            mended.contains("const { orderId: id, orderId } = req.pathParams"),
            "{mended}"
        );
        assert!(mended.contains(".get('user_id')"), "{mended}");
        assert!(mended.contains("req['pathParams']['id']"), "{mended}");
    }

    #[test]
    fn the_1_0_request_is_wrapped() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = { name: 'A', triggers: [http('GET', '/orders/:id')], enqueues: [] }
export const handler = async ({ request }: any) => {
  return { status: 200, body: [request.pathParams.id, request.pathParams.orderId] }
  //                                                                     ^^^^^^^ unknown-path-param error
}
//- steps/b_step.py
from motia import http
config = {'name': 'B', 'triggers': [http('GET', '/users/:id')], 'enqueues': []}
async def handler(request, ctx):
    return {'status': 200, 'body': [request.path_params.get('id'), request.path_params.get('user')]}
    #                                                                                       ^^^^ unknown-path-param error
",
        );
    }

    #[test]
    fn several_triggers_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = { name: 'A', triggers: [http('GET', '/a/:id'), http('GET', '/b/:other')], enqueues: [] }
export const handler = async ({ request }: any) => ({ status: 200, body: request.pathParams.other })
",
        );
    }

    #[test]
    fn a_path_that_is_not_known_is_left_alone() {
        check(
            "\
//- steps/a.step.js
const { base } = require('elsewhere')
exports.config = { type: 'api', name: 'A', method: 'GET', path: base + '/:id', emits: [] }
exports.handler = async (req) => ({ status: 200, body: req.pathParams.x })
//- steps/c.step.js
const { shared } = require('elsewhere')
exports.config = { type: 'api', name: 'C', method: 'GET', path: '/c/:id', emits: [], ...shared }
exports.handler = async (req) => ({ status: 200, body: req.pathParams.x })
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/files/{path}', emits: [] }
exports.handler = async (req) => ({ status: 200, body: req.pathParams.path })
",
        );
    }

    #[test]
    fn groups_without_a_name_have_numbers() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/api/:tenantId/*', emits: [] }
exports.handler = async (req) => ({ status: 200, body: [req.pathParams[0], req.pathParams['0']] })
",
        );
    }

    #[test]
    fn a_fallback_or_another_object_is_left_alone() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [] }
exports.handler = async (req) => {
  const key = req.pathParams.key || req.queryParams.key
  const { page = 1 } = req.pathParams
  const other = fetchRequest()
  return { status: 200, body: [key, page, other.pathParams.x] }
}
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/b/:id', emits: [] }
exports.handler = async (req) => {
  req.pathParams = parse(req)
  return { status: 200, body: req.pathParams.x }
}
//- steps/c.step.js
const { wrap } = require('./wrap')
exports.config = { type: 'api', name: 'C', method: 'GET', path: '/c/:id', emits: [] }
exports.handler = wrap(async (req) => ({ status: 200, body: req.pathParams.x }))
//- steps/d.step.js
function read(req) { return req.pathParams.x }
exports.config = { type: 'api', name: 'D', method: 'GET', path: '/d/:id', emits: [] }
exports.handler = async (req) => ({ status: 200, body: read(elsewhere(req)) })
",
        );
    }
}
