use banister_grammars::Span;
use banister_grammars::facts::{ConfigEntry, Dialect, FileFacts, SeedForm, SeedUse};

use super::config_keys::camel_case;
use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "seed-dialect",
    severity: Severity::Hint,
    doc: "\
A form that documents about the framework show and that no 0.x release knows. Banister understands it, and the test
harness runs it; the framework itself refuses the key, passes over it, or fails at the call.

Keys: `websocket` of an api step; `ttl` and `maxItems` of a stream; Python keys such as `body_schema`. Code: the context
as a dictionary or hash (`context[\"emit\"]`, `context[:emit]`), `context.utils`, `state.get_pattern`, a fourth argument of
`state.set`, `req.cookies`, `req.user`, `req.tenant` and `req.ws` without a middleware that sets them. Imports from
`@motia/core`, whose real name is `motia`.",
    check: Check::Subject(check),
};

/// The package that documents import from, and the one that exists.
const DOCUMENTED_PACKAGE: &str = "@motia/core";
const PACKAGE: &str = "motia";

fn check(_: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    match subject {
        Subject::Step(step) if step.dialect() == Dialect::V0 => {
            check_step_keys(step, findings);
            check_uses(step, findings);
            check_imports(&step.file, step.facts(), findings);
        }
        Subject::Stream(stream) => {
            check_stream_keys(&stream.file, stream.facts(), findings);
            check_imports(&stream.file, stream.facts(), findings);
        }
        _ => {}
    }
}

fn check_step_keys(step: &Step, findings: &mut Findings) {
    let (Some(_), Some(config)) = (step.fact(), &step.source.facts.config) else {
        return;
    };
    for entry in &config.entries {
        if entry.key == "websocket" {
            let message = "`websocket` is a key of documents: framework 0.17 refuses the step";
            report(&step.file, entry.span, message, findings);
        } else if let Some(camel) = camel_case(step.language, &entry.key) {
            let message = format!(
                "`{}` is a key of documents: framework 0.17 knows `{camel}`",
                entry.key
            );
            findings
                .report(&step.file, entry.span, message)
                .fix(Some(rename(&step.file, entry, camel)));
        }
    }
}

fn rename(file: &str, entry: &ConfigEntry, to: &str) -> Fix {
    let edit = Edit {
        file: file.to_owned(),
        span: entry.span,
        text: to.to_owned(),
    };
    Fix {
        title: format!("Rename the key to `{to}`"),
        edits: vec![edit],
    }
}

fn check_stream_keys(file: &str, facts: &FileFacts, findings: &mut Findings) {
    let (Some(_), Some(config)) = (&facts.stream, &facts.config) else {
        return;
    };
    let storage = config
        .entries
        .iter()
        .filter(|entry| matches!(entry.key.as_str(), "baseConfig" | "base_config"))
        .flat_map(|entry| entry.value.entries());
    for entry in config.entries.iter().chain(storage) {
        let what = match entry.key.as_str() {
            "ttl" => "items of a stream never expire",
            "maxItems" => "a stream keeps all of its items",
            _ => continue,
        };
        let message = format!("`{}` is a key of documents: in framework 0.17 {what}", entry.key);
        report(file, entry.span, &message, findings);
    }
}

fn check_uses(step: &Step, findings: &mut Findings) {
    let has_middleware = step
        .fact()
        .is_none_or(|fact| fact.keys_open || fact.keys.iter().any(|key| key.name == "middleware"));
    for seed in &step.facts().seed_uses {
        let SeedUse { span, form, name } = seed;
        let message = match form {
            SeedForm::ContextKey => {
                format!("the context of framework 0.17 has no keys: `{name}` is a member of it")
            }
            SeedForm::ContextMember => format!("the context of framework 0.17 has no `{name}`"),
            SeedForm::StateMethod => format!("the state of framework 0.17 has no `{name}`"),
            SeedForm::StateExpiry => {
                "the state of framework 0.17 never forgets: a fourth argument means nothing to it".to_owned()
            }
            SeedForm::RequestMember if has_middleware => continue,
            SeedForm::RequestMember => format!("a request of framework 0.17 has no `{name}`"),
        };
        report(&step.file, *span, &message, findings);
    }
}

fn check_imports(file: &str, facts: &FileFacts, findings: &mut Findings) {
    for import in facts
        .imports
        .iter()
        .filter(|import| import.module == DOCUMENTED_PACKAGE)
    {
        let edit = Edit {
            file: file.to_owned(),
            span: import.span,
            text: PACKAGE.to_owned(),
        };
        let message =
            format!("`{DOCUMENTED_PACKAGE}` is a package of documents: the framework's own is `{PACKAGE}`");
        findings.report(file, import.span, message).fix(Some(Fix {
            title: format!("Import from `{PACKAGE}`"),
            edits: vec![edit],
        }));
    }
}

fn report(file: &str, span: Span, message: &str, findings: &mut Findings) {
    findings.report(file, span, message.to_owned());
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, fixed};

    #[test]
    fn documented_keys_are_hints() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], websocket: true }
//                                                                               ^^^^^^^^^ seed-dialect hint
exports.handler = async () => ({ status: 200 })
//- steps/chat.stream.ts
import { StreamConfig } from '@motia/core'
//                            ^^^^^^^^^^^ seed-dialect hint
export const config: StreamConfig = {
  name: 'chat', schema: null, baseConfig: { storageType: 'default', ttl: 60, maxItems: 9 },
//                                                                  ^^^ seed-dialect hint
//                                                                           ^^^^^^^^ seed-dialect hint
}
",
        );
    }

    #[test]
    fn documented_calls_are_hints() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'event', 'name': 'A', 'subscribes': [], 'emits': []}
async def handler(data, context):
    emit = context['emit']
    #               ^^^^ seed-dialect hint
    await context.state.set('rows', 'k', data, 60)
    #                                          ^^ seed-dialect hint
    rows = await context.state.get_pattern('rows', '*')
    #                          ^^^^^^^^^^^ seed-dialect hint
    now = context.utils.dates.now()
    #             ^^^^^ seed-dialect hint
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: [], emits: [] }
end
def handler(input, context)
  context[:logger].info('x')
#          ^^^^^^ seed-dialect hint
end
//- steps/c.step.ts
export const config = { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [] }
export const handler = async (req, { state }) => {
  await state.set('rows', 'k', req.cookies.session, 60)
//                                 ^^^^^^^ seed-dialect hint
//                                                  ^^ seed-dialect hint
  return { status: 200 }
}
",
        );
    }

    #[test]
    fn what_the_framework_has_is_no_hint() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'event', 'name': 'A', 'subscribes': [], 'emits': []}
async def handler(data, context):
    context.logger.info(data['emit'])
    await context.state.set('rows', 'k', data)
    rows = await context.state.get('rows', 'k')
    await context.state.set(*data)
//- steps/b.step.ts
import { auth } from '../auth'
import type { Handlers } from 'motia'
export const config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [auth] }
export const handler = async (req, ctx) => {
  await ctx['state'].set('rows', 'k', req.user.id)
  return { status: 200 }
}
",
        );
    }

    #[test]
    fn packages_and_keys_are_mended() {
        let mended = fixed(
            "\
//- steps/a.step.ts
import { Handlers } from '@motia/core'
export const config = { type: 'noop', name: 'A', virtualEmits: [], virtualSubscribes: [] }
//- steps/b_step.py
config = {'type': 'noop', 'name': 'B', 'virtual_emits': [], 'virtual_subscribes': []}
",
        );
        assert!(mended.contains("from 'motia'"), "{mended}");
        assert!(
            mended.contains("'virtualEmits': [], 'virtualSubscribes': []"),
            "{mended}"
        );
    }
}
