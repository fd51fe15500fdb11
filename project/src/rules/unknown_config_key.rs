use banister_grammars::Language;
use banister_grammars::facts::{ConfigEntry, ConfigKind};

use super::config_keys::{Object, camel_case, is_documented_only, objects};
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unknown-config-key",
    severity: Severity::Error,
    doc: "\
A key of a config that the framework does not know. Framework 0.x refuses the whole step, which is then missing from
the flow; 1.0 passes over the key, so that what it asks for never happens: a warning there, unless the key is plainly a
slip for one that is absent.

Which keys there are depends on the type of the step: `path` belongs to an api step, `infrastructure` to an event step.
The configs of streams are not checked by the framework. Keys that documents show and no release has, such as
`websocket`, are told by `seed-dialect`. A config that spreads something out of sight is left alone.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    for object in objects(step) {
        for (at, entry) in object.entries.iter().enumerate() {
            let is_repeated = object.entries[..at].iter().any(|before| before.key == entry.key);
            if !is_repeated && !is_known(step, &object, entry) {
                report(step, &object, entry, findings);
            }
        }
    }
}

/// True if the framework takes the key, or another rule tells that only documents know it.
pub(super) fn is_known(step: &Step, object: &Object<'_>, entry: &ConfigEntry) -> bool {
    let key = entry.key.as_str();
    let is_key = |key: &str| object.known.contains(&key);
    is_key(key)
        || camel_case(step.language, key).is_some_and(is_key)
        || is_documented_only(key)
        || is_out_of_sight(step.language, entry)
}

/// True for a key that is gone before the framework's check: the runners hand configs over as JSON, which has no
/// functions, and Python's takes out two keys of its own.
fn is_out_of_sight(language: Language, entry: &ConfigEntry) -> bool {
    match language {
        Language::TypeScript | Language::JavaScript => entry.value.kind == ConfigKind::Code,
        Language::Python => matches!(entry.key.as_str(), "middleware" | "canAccess"),
        Language::Ruby => false,
    }
}

fn report(step: &Step, object: &Object<'_>, entry: &ConfigEntry, findings: &mut Findings) {
    let meant = meant(object, &entry.key);
    let consequence = if object.is_strict {
        "the framework refuses the step"
    } else {
        "the framework passes over it"
    };
    let message = format!("`{}` is no key of {}: {consequence}", entry.key, object.what);
    let severity = if object.is_strict || meant.is_some() {
        Severity::Error
    } else {
        Severity::Warning
    };
    let finding = findings
        .report(&step.file, entry.span, message)
        .severity(severity);
    match meant {
        Some(meant) => {
            let edit = Edit {
                file: step.file.clone(),
                span: entry.span,
                text: meant.to_owned(),
            };
            finding.help(format!("did you mean `{meant}`?")).fix(Some(Fix {
                title: format!("Rename the key to `{meant}`"),
                edits: vec![edit],
            }));
        }
        None => {
            let mut known = object.known.clone();
            known.sort_unstable();
            finding.help(format!(
                "the keys of {} are {}",
                object.what,
                super::list(&known, '`', "and")
            ));
        }
    }
}

/// The known key that is absent and that `written` was probably meant to be: a slip of the pen, the same words in
/// another spelling, or the name of the same thing elsewhere.
pub(super) fn meant(object: &Object<'_>, written: &str) -> Option<&'static str> {
    let is_free = |key: &&&str| object.entries.iter().all(|entry| entry.key != ***key);
    let free = || object.known.iter().filter(is_free);
    let same_words = |key: &&&str| super::similarity::words(key) == super::similarity::words(written);
    let near = |key: &&'static str| (strsim::osa_distance(key, written), *key);
    free()
        .find(same_words)
        .copied()
        .or_else(|| {
            let is_free = |key: &&&str| free().any(|free| free == *key);
            synonyms(written).iter().find(is_free).copied()
        })
        .or_else(|| {
            let (distance, key) = free().map(near).min()?;
            // A short key is two edits away from half of the alphabet.
            (distance <= 2.min(key.len() / 4)).then_some(key)
        })
}

/// What other kinds of steps, other tools and other generations of the framework call the same thing.
fn synonyms(key: &str) -> &'static [&'static str] {
    match key {
        "inputSchema" | "input_schema" | "schema" | "payload" => &["input", "bodySchema"],
        "input" | "body" | "requestSchema" | "requestBody" => &["bodySchema"],
        "bodySchema" | "body_schema" => &["input"],
        "response" | "responses" => &["responseSchema"],
        "query" | "queryParameters" => &["queryParams"],
        "schedule" | "cronExpression" => &["cron", "expression"],
        "expression" => &["cron"],
        "route" | "url" => &["path"],
        "flow" => &["flows"],
        "middlewares" => &["middleware"],
        "publishes" | "enqueues" => &["emits"],
        "emits" => &["enqueues"],
        "listens" | "topics" | "topic" => &["subscribes", "topic"],
        "desc" => &["description"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, fixed, report};

    #[test]
    fn each_kind_has_its_own_keys_in_every_language() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], retries: 3,
//                                                              ^^^^^^^ unknown-config-key error
}
export const handler = async () => ({ status: 200 })
//- steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [], infrastructure: {} }
//                                                                        ^^^^^^^^^^^^^^ unknown-config-key error
exports.handler = async () => {}
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': [], 'emits': [], 'path': '/c'}
#                                                                       ^^^^ unknown-config-key error
async def handler(data, context):
    pass
//- steps/d.step.rb
def config
  { type: 'noop', name: 'D', virtualEmits: [], virtualSubscribes: [], emits: [] }
#                                                                     ^^^^^ unknown-config-key error
end
",
        );
    }

    #[test]
    fn a_slip_is_named_and_mended() {
        let slip = "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: [], emits: [], inputSchema: null, descripton: 'x' }
export const handler = async () => {}
";
        expect![[r#"
            steps/a.step.ts:1:78 error unknown-config-key: `inputSchema` is no key of an event step: the framework refuses the step
              help: did you mean `input`?
              fix: Rename the key to `input`
            steps/a.step.ts:1:97 error unknown-config-key: `descripton` is no key of an event step: the framework refuses the step
              help: did you mean `description`?
              fix: Rename the key to `description`
        "#]]
        .assert_eq(&report(slip));
        assert_eq!(report(&fixed(slip)), "");
    }

    #[test]
    fn entries_of_emits_are_strict_too() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  type: 'event', name: 'A', subscribes: [], virtualEmits: [{ topic: 'b', labl: 'x', conditional: true }],
//                                                                       ^^^^ unknown-config-key error
  emits: [],
}
export const handler = async () => {}
",
        );
    }

    #[test]
    fn framework_1_0_passes_over_what_is_no_slip() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = {
  name: 'A', retries: 3, enqueus: [],
//           ^^^^^^^ unknown-config-key warning
//                       ^^^^^^^ unknown-config-key error
  triggers: [
    http('POST', '/a', { bodyShema: null }),
//                       ^^^^^^^^^ unknown-config-key error
    { type: 'queue', topic: 'a.asked', subscribes: [] },
//                                     ^^^^^^^^^^ unknown-config-key warning
    { type: 'cron', expression: '0 0 * * * *', condition: () => true },
    { type: 'stream', streamName: 's', groupId: 'g', itemId: 'i' },
    { type: 'state' },
    { type: 'queue', topic: 'a.asked', config: { type: 'fifo' } },
  ],
}
export const handler = async () => ({ status: 200 })
//- steps/b_step.py
from motia import http, queue
config = {'name': 'B', 'triggers': [
    http('POST', '/b', body_schema=None, response_schema={}, query_params=[], quiet=True),
    #                                                                         ^^^^^ unknown-config-key warning
    queue('a.asked', input=None),
], 'enqueues': ['a.asked'], 'virtual_enqueues': []}
def handler(data, context):
    context.enqueue({'topic': 'a.asked', 'data': {}})
",
        );
    }

    #[test]
    fn streams_are_not_checked() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'noop', name: 'A', virtualEmits: [], virtualSubscribes: [] }
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: null, baseConfig: { storageType: 'default' }, colour: 'red' }
",
        );
    }

    #[test]
    fn what_is_not_wholly_visible_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { base, key, kind } from 'elsewhere'
export const config = { ...base, type: 'event', name: 'A', subscribes: [], emits: [], retries: 3 }
export const handler = async () => {}
//- steps/b.step.ts
import { key } from 'elsewhere'
export const config = { [key]: 1, type: 'event', name: 'B', subscribes: [], emits: [], retries: 3 }
export const handler = async () => {}
//- steps/c.step.ts
import { kind } from 'elsewhere'
export const config = { type: kind, name: 'C', subscribes: [], emits: [], path: '/c' }
export const handler = async () => {}
//- steps/d_step.py
config = {'type': 'event', 'name': 'D', 'subscribes': [], 'emits': [], 'retries': 3}
del config['retries']
async def handler(data, context):
    pass
",
        );
    }

    #[test]
    fn what_never_reaches_the_check_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
const validate = () => true
export const config = {
  type: 'event', name: 'A', subscribes: [], emits: [], validate, before() {}, after: undefined, middleware: [validate],
//                                                                                              ^^^^^^^^^^ unknown-config-key error
}
export const handler = async () => {}
//- steps/b_step.py
from middleware import log
config = {'type': 'event', 'name': 'B', 'subscribes': [], 'emits': [], 'middleware': [log]}
async def handler(data, context):
    pass
",
        );
    }

    #[test]
    fn documented_keys_and_python_spellings_are_hints_of_another_rule() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], websocket: true }
//                                                                               ^^^^^^^^^ seed-dialect hint
exports.handler = async () => ({ status: 200 })
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': [], 'body_schema': None}
#                                                                                  ^^^^^^^^^^^ seed-dialect hint
async def handler(req, context):
    return {'status': 200}
",
        );
    }
}
