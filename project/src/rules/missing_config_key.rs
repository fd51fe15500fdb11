use banister_grammars::Span;
use banister_grammars::facts::{ConfigKind, Dialect, StepFact, StepKind};

use super::similarity::is_slip;
use super::{Check, Context, Findings, Rule, config_keys, list, unknown_config_key};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "missing-config-key",
    severity: Severity::Error,
    doc: "\
A config that lacks a key which the framework insists on: it drops the step at start-up and the rest of the flow waits
for messages that nobody sends.

Every step needs `name` and `type` (or `triggers` in 1.0); an `api` step also `method` and `path`, an `event` step
`subscribes`, a `cron` step `cron`. A trigger of 1.0 needs what starts it: `method` and `path`, `topic`, `expression` or
`streamName`. A missing `emits` is a warning: many documents leave it out, and framework 0.17
rejects it; write `emits: []`. The same holds for the `virtualEmits` and `virtualSubscribes` of a `noop`. A config that
spreads something out of sight may have any key and is left alone.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    // A slip in a key is reported where it is written, unless that rule is off.
    let names_slips = context.index.config.rules.get(unknown_config_key::RULE.name) != Some(&None);
    match step.fact() {
        Some(fact) if !fact.keys_open => {
            let slips = if names_slips { slips(step) } else { Vec::new() };
            check_keys(context, step, fact, &slips, findings);
            if fact.dialect == Dialect::V1 {
                check_triggers(step, findings);
            }
        }
        Some(_) => {}
        None => check_config(step, findings),
    }
}

fn check_keys(context: &Context<'_>, step: &Step, fact: &StepFact, slips: &[&str], findings: &mut Findings) {
    let is_absent = |key: &&&str| {
        let is_written = |written: &str| {
            written == **key || config_keys::camel_case(step.language, written) == Some(**key)
        };
        !slips.contains(*key) && !fact.keys.iter().any(|written| is_written(&written.name))
    };
    let (required, mut expected) = keys(step, fact);
    // Only releases of 0.x insist on empty lists.
    if context.index.framework.is_at_least(1, 0) {
        expected.clear();
    }
    for (keys, severity) in [(required, Severity::Error), (expected, Severity::Warning)] {
        let missing: Vec<&str> = keys.iter().filter(is_absent).copied().collect();
        if missing.is_empty() {
            continue;
        }
        let rejects = match severity {
            Severity::Error => String::new(),
            _ => format!("; framework 0.17 rejects {} without", article(step.kind())),
        };
        let message = format!(
            "config of {} lacks {}{rejects}",
            step.label(),
            list(&missing, '`', "and")
        );
        // The whole object would underline half of the file; its first brace tells where.
        let brace = Span {
            start: fact.span.start,
            end: fact.span.end.min(fact.span.start + 1),
        };
        let finding = findings.report(&step.file, brace, message).severity(severity);
        match near_miss(fact, &missing) {
            Some((key, written, span)) => {
                let edit = Edit {
                    file: step.file.clone(),
                    span,
                    text: key.to_owned(),
                };
                let fix = Fix {
                    title: format!("Rename the key to `{key}`"),
                    edits: vec![edit],
                };
                finding
                    .help(format!("did you mean `{key}` where the config says `{written}`?"))
                    .related(&step.file, span, format!("the config says `{written}`"))
                    .fix(Some(fix));
            }
            None => {
                finding.help(format!(
                    "add {} to the config of {}",
                    list(&missing, '`', "and"),
                    step.label()
                ));
            }
        }
    }
}

/// The triggers of 1.0 that are written as objects: without these keys nothing starts the step.
fn check_triggers(step: &Step, findings: &mut Findings) {
    let config = step.source.facts.config.as_ref();
    let Some(triggers) = config.and_then(|config| config.get("triggers")) else {
        return;
    };
    for trigger in triggers.value.items() {
        let ConfigKind::Object { entries, open: false } = &trigger.kind else {
            continue;
        };
        let Some(kind) = trigger.get("type").and_then(|kind| kind.value.text()) else {
            continue;
        };
        let required: &[&str] = match kind {
            "http" | "api" => &["method", "path"],
            "queue" | "event" => &["topic"],
            // Its release candidates also took `cron`.
            "cron" if entries.iter().all(|entry| entry.key != "cron") => &["expression"],
            "stream" => &["streamName"],
            _ => &[],
        };
        let is_there = |key: &str| {
            entries.iter().any(|entry| {
                entry.key == key
                    || is_slip(&entry.key, key)
                    || config_keys::camel_case(step.language, &entry.key) == Some(key)
            })
        };
        let missing: Vec<&str> = required.iter().copied().filter(|key| !is_there(key)).collect();
        if missing.is_empty() {
            continue;
        }
        let names = list(&missing, '`', "and");
        let message = format!("a {kind} trigger of {} lacks {names}", step.label());
        let brace = Span {
            start: trigger.span.start,
            end: trigger.span.end.min(trigger.span.start + 1),
        };
        findings
            .report(&step.file, brace, message)
            .help(format!("add {names} to the trigger"));
    }
}

/// The keys that other keys of the config were meant to be.
fn slips(step: &Step) -> Vec<&'static str> {
    let objects = config_keys::objects(step);
    let own = objects.iter().take(1);
    own.flat_map(|object| {
        object
            .entries
            .iter()
            .filter(|entry| !unknown_config_key::is_known(step, object, entry))
            .filter_map(|entry| unknown_config_key::meant(object, &entry.key))
    })
    .collect()
}

/// The keys whose absence is an error, and those whose absence is a warning.
fn keys(step: &Step, fact: &StepFact) -> (Vec<&'static str>, Vec<&'static str>) {
    if fact.dialect == Dialect::V1 {
        return (vec!["name"], vec![]);
    }
    let mut required = vec!["name", "type"];
    let expected = match step.kind() {
        Some(StepKind::Api) => {
            required.extend(["method", "path"]);
            vec!["emits"]
        }
        Some(StepKind::Event) => {
            required.push("subscribes");
            vec!["emits"]
        }
        Some(StepKind::Cron) => {
            required.push("cron");
            vec!["emits"]
        }
        Some(StepKind::Noop) => vec!["virtualEmits", "virtualSubscribes"],
        Some(StepKind::State | StepKind::Stream) | None => vec![],
    };
    (required, expected)
}

fn article(kind: Option<StepKind>) -> &'static str {
    match kind {
        Some(StepKind::Api) => "an api step",
        Some(StepKind::Event) => "an event step",
        Some(StepKind::Cron) => "a cron step",
        _ => "a noop",
    }
}

/// A key that the framework does not know and that is a slip for a missing one.
fn near_miss<'f>(fact: &'f StepFact, missing: &[&'static str]) -> Option<(&'static str, &'f str, Span)> {
    const NEAR: usize = 2;
    const KNOWN: [&str; 9] = [
        "name",
        "type",
        "path",
        "method",
        "cron",
        "emits",
        "subscribes",
        "virtualEmits",
        "virtualSubscribes",
    ];
    missing.iter().find_map(|key| {
        let written = fact.keys.iter().find(|written| {
            let distance = strsim::osa_distance(&written.name, key);
            // A short key is two edits away from half of the alphabet.
            distance <= NEAR.min(key.len() / 4) && !KNOWN.contains(&written.name.as_str())
        })?;
        Some((*key, written.name.as_str(), written.span))
    })
}

fn check_config(step: &Step, findings: &mut Findings) {
    // A file that says `config` anywhere may build it in a way that is not understood.
    if !step.source.unread && step.source.facts.problems.is_empty() && !step.source.text.contains("config") {
        let first_line = step.source.text.lines().next().map_or(0, str::len);
        findings
            .report(
                &step.file,
                Span::new(0, first_line),
                "this step file has no `config`".into(),
            )
            .help("define `config` and `handler`, or give the file a name that does not say step");
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, check_of, report, severities};

    #[test]
    fn each_kind_has_its_keys() {
        check(
            "\
//- steps/api.step.js
exports.config = { type: 'api', path: '/a', emits: [] }
//               ^ missing-config-key error
exports.handler = async () => ({ status: 200 })
//- steps/event.step.ts
export const config = { type: 'event', name: 'Event', emits: [] }
//                    ^ missing-config-key error
export const handler = async () => {}
//- steps/cron_step.py
config = { 'type': 'cron', 'name': 'Cron', 'emits': [] }
#        ^ missing-config-key error
async def handler(ctx):
    pass
//- steps/kind.step.rb
def config
  { name: 'Kind', emits: [] }
# ^ missing-config-key error
end
",
        );
    }

    #[test]
    fn a_trigger_needs_what_starts_it() {
        check_of(
            super::RULE.name,
            "\
//- steps/a.step.ts
export const config = {
  name: 'A', enqueues: [],
  triggers: [
    { type: 'cron', pattern: '0 0 3 * * *' },
//  ^ missing-config-key error
    { type: 'queue', input: null },
//  ^ missing-config-key error
    { type: 'http', method: 'GET', path: '/a' },
  ],
}
export const handler = async () => {}
//- steps/b_step.py
SHARED = load()
config = {
    'name': 'B', 'enqueues': [],
    'triggers': [
        {'type': 'stream', 'stream_name': 'chat'}, {'type': 'state'}, {'type': 'cron', 'cron': '0 0 3 * * *'},
        {'type': 'queue', **SHARED}, {'type': kind()}, {'type': 'queue', 'topics': 'slip'},
    ],
}
async def handler(data, ctx):
    pass
",
        );
    }

    #[test]
    fn missing_emits_is_a_warning() {
        check(
            "\
//- steps/api.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a' }
//               ^ missing-config-key warning
exports.handler = async () => ({ status: 200 })
",
        );
    }

    #[test]
    fn a_newer_framework_does_not_insist_on_emits() {
        check(
            "\
//- steps/api.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a' }
exports.handler = async () => ({ status: 200 })
//- package.json
{\"dependencies\": {\"motia\": \"^1.0.0\"}}
",
        );
    }

    #[test]
    fn a_spread_may_hold_any_key() {
        check(
            "\
//- steps/api.step.js
const { base } = require('./base')
exports.config = { ...base, name: 'A' }
exports.handler = async () => ({ status: 200 })
",
        );
    }

    #[test]
    fn a_complete_config_is_fine_in_both_dialects() {
        check(
            "\
//- steps/one.step.ts
export const config = { type: 'noop', name: 'One', virtualEmits: [], virtualSubscribes: [] }
//- steps/two.step.ts
import { http } from 'motia'
export const config = { name: 'Two', triggers: [http('GET', '/two')] } as const satisfies StepConfig
export const handler = async () => ({ status: 200 })
",
        );
    }

    #[test]
    fn a_file_without_a_config_is_no_step() {
        let found = severities(
            "\
//- steps/empty.step.ts
export const handler = async () => {}
//- steps/clever.step.ts
export default makeStep({ config: 1 })
",
        );
        assert_eq!(
            found,
            [("steps/empty.step.ts".into(), "missing-config-key", "error")]
        );
    }

    const SLIP: &str = "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribe: [], emits: [] }
exports.handler = async () => {}
";

    #[test]
    fn a_slip_in_the_key_is_named() {
        expect![[r#"
            steps/a.step.js:1:46 error unknown-config-key: `subscribe` is no key of an event step: the framework refuses the step
              help: did you mean `subscribes`?
              fix: Rename the key to `subscribes`
        "#]]
        .assert_eq(&report(SLIP));
        expect![[r#"
            steps/a.step.js:1:18 error missing-config-key: config of A lacks `subscribes`
              steps/a.step.js:1:46 the config says `subscribe`
              help: did you mean `subscribes` where the config says `subscribe`?
              fix: Rename the key to `subscribes`
        "#]]
        .assert_eq(&report(&format!(
            "{SLIP}//- banister.toml\n[rules]\nunknown-config-key = \"off\"\n"
        )));
    }

    #[test]
    fn a_python_spelling_is_the_key() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'noop', 'name': 'A', 'virtual_emits': [], 'virtualSubscribes': []}
#                                       ^^^^^^^^^^^^^ seed-dialect hint
",
        );
    }
}
