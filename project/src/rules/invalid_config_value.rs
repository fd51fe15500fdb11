use banister_grammars::facts::{ConfigEntry, ConfigFact, ConfigKind, ConfigValue, Dialect, StepKind};
use banister_grammars::{Language, Span};

use super::config_keys::camel_case;
use super::config_values::{NEWER, OLDER, TRIGGER, Wanted, words};
use super::infrastructure::misfits;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "invalid-config-value",
    severity: Severity::Error,
    doc: "\
A value in a config that the framework refuses: of the wrong type, a `type` of step or trigger that does not exist, an
HTTP method that is unknown or not in capitals, an entry of `emits` that is neither a text nor `{ topic, label,
conditional }`, or a number in `infrastructure` that is out of bounds. Framework 0.x drops the step or does not start.

In `infrastructure`, memory is 128 to 10240 MB with one processor to 2048 MB, a handler runs 1 to 900 seconds, a message
is delayed 0 to 900 seconds, and the queue's `visibilityTimeout` is longer than the handler's `timeout`. Only what is
written out is checked: a value from another file or from the environment is left alone.",
    check: Check::Step(check),
};

pub(crate) const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];
const TYPES: [&str; 4] = ["api", "event", "cron", "noop"];
const TRIGGERS: [&str; 7] = ["http", "queue", "cron", "state", "stream", "api", "event"];

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let (Some(fact), Some(config)) = (step.fact(), &step.source.facts.config) else {
        return;
    };
    // What is changed or spread over later may replace any value.
    if config.open || fact.keys_open {
        return;
    }
    let mut checker = Checker { step, findings };
    match fact.dialect {
        Dialect::V0 => checker.older(config),
        Dialect::V1 => checker.newer(config),
    }
}

struct Checker<'c> {
    step: &'c Step,
    findings: &'c mut Findings,
}

impl Checker<'_> {
    fn older(&mut self, config: &ConfigFact) {
        self.values(&config.entries, &OLDER);
        if let Some(kind) = config.get("type") {
            self.one_of(kind, &TYPES, "type of step");
        }
        if let Some(method) = config.get("method") {
            self.one_of(method, &METHODS, "HTTP method");
        }
        // Python takes the key out before the check.
        if let Some(middleware) = config.get("middleware")
            && self.step.language != Language::Python
        {
            self.value("middleware", &middleware.value, Wanted::List);
        }
        if self.step.kind() == Some(StepKind::Event)
            && let Some(infrastructure) = config.get("infrastructure")
        {
            for misfit in misfits(&infrastructure.value) {
                let message = format!("{}: {}", self.step.label(), misfit.message);
                self.findings.report(&self.step.file, misfit.span, message);
            }
        }
    }

    fn newer(&mut self, config: &ConfigFact) {
        self.values(&config.entries, &NEWER);
        let triggers = config.get("triggers").map(|triggers| triggers.value.items());
        for trigger in triggers.unwrap_or_default() {
            match &trigger.kind {
                ConfigKind::Object { entries, open: false } => {
                    self.values(entries, &TRIGGER);
                    if let Some(kind) = trigger.get("type") {
                        self.one_of(kind, &TRIGGERS, "type of trigger");
                    }
                }
                ConfigKind::Text { .. } | ConfigKind::Number(_) | ConfigKind::Bool(_) | ConfigKind::Null => {
                    let message = format!("a trigger of {} is {}", self.step.label(), words(trigger));
                    self.findings
                        .report(&self.step.file, trigger.span, message)
                        .help("a trigger is an object with `type`, or a call such as `queue('topic')`");
                }
                _ => {}
            }
        }
    }

    /// Checks each key of an object against what it has to be; the last of several wins.
    fn values(&mut self, entries: &[ConfigEntry], wanted: &[(&str, Wanted)]) {
        for (at, entry) in entries.iter().enumerate() {
            let key = camel_case(self.step.language, &entry.key).unwrap_or(&entry.key);
            let is_replaced = entries[at + 1..].iter().any(|later| later.key == entry.key);
            if let Some((_, wanted)) = wanted.iter().find(|(name, _)| *name == key)
                && !is_replaced
            {
                self.value(&entry.key, &entry.value, *wanted);
            }
        }
    }

    fn value(&mut self, key: &str, value: &ConfigValue, wanted: Wanted) {
        if !wanted.may_be(value) {
            let message = format!(
                "`{key}` of {} has to be {}, and it is {}",
                self.step.label(),
                wanted.words(),
                words(value)
            );
            let fix = self.wrapped(value).filter(|_| wanted.is_list());
            self.findings
                .report(&self.step.file, value.span, message)
                .fix(fix);
            return;
        }
        for item in value.items() {
            match wanted {
                Wanted::Texts => self.item(key, item, &[Wanted::Text]),
                Wanted::Topics => {
                    self.item(key, item, &[Wanted::Text, Wanted::Object]);
                    self.topic(key, item);
                }
                Wanted::Objects => {
                    self.item(key, item, &[Wanted::Object]);
                    self.parameter(key, item);
                }
                _ => {}
            }
        }
    }

    fn item(&mut self, key: &str, item: &ConfigValue, wanted: &[Wanted]) {
        if wanted.iter().any(|wanted| wanted.may_be(item)) {
            return;
        }
        let choices: Vec<&str> = wanted.iter().map(|wanted| wanted.words()).collect();
        let message = format!(
            "an entry of `{key}` of {} has to be {}, and it is {}",
            self.step.label(),
            choices.join(" or "),
            words(item)
        );
        self.findings.report(&self.step.file, item.span, message);
    }

    /// `{ name: 'page', description: '…' }` of `queryParams`.
    fn parameter(&mut self, key: &str, item: &ConfigValue) {
        let ConfigKind::Object { entries, open: false } = &item.kind else {
            return;
        };
        if entries.iter().all(|entry| entry.key != "name") {
            let message = format!("an entry of `{key}` of {} has no `name`", self.step.label());
            self.findings.report(&self.step.file, item.span, message);
        }
        self.values(entries, &[("name", Wanted::Text), ("description", Wanted::Text)]);
    }

    /// `{ topic: 't', label: '…', conditional: true }`.
    fn topic(&mut self, key: &str, item: &ConfigValue) {
        let ConfigKind::Object { entries, open: false } = &item.kind else {
            return;
        };
        if entries.iter().all(|entry| entry.key != "topic") {
            let message = format!("an entry of `{key}` of {} has no `topic`", self.step.label());
            self.findings
                .report(&self.step.file, item.span, message)
                .help("write the topic itself, or `{ topic, label, conditional }`");
            return;
        }
        for entry in entries {
            let is_wrong = match entry.key.as_str() {
                "topic" | "label" => !Wanted::Text.may_be(&entry.value),
                "conditional" => {
                    !matches!(entry.value.kind, ConfigKind::Bool(_)) && !Wanted::Object.may_be(&entry.value)
                }
                _ => false,
            };
            if is_wrong {
                let wanted = if entry.key == "conditional" {
                    "a truth value"
                } else {
                    "a text"
                };
                let message = format!(
                    "`{}` of an entry of `{key}` of {} has to be {wanted}, and it is {}",
                    entry.key,
                    self.step.label(),
                    words(&entry.value)
                );
                self.findings.report(&self.step.file, entry.value.span, message);
            }
        }
    }

    /// A text that has to be one of several.
    fn one_of(&mut self, entry: &ConfigEntry, known: &[&'static str], what: &str) {
        let ConfigKind::Text { value, literal } = &entry.value.kind else {
            return;
        };
        if known.contains(&value.as_str()) {
            return;
        }
        let near = known
            .iter()
            .map(|name| {
                (
                    strsim::osa_distance(&name.to_lowercase(), &value.to_lowercase()),
                    name,
                )
            })
            .min()
            .filter(|(distance, name)| *distance <= 2.min(name.len() / 3));
        let message = format!("'{value}' is no {what}");
        let finding = self.findings.report(&self.step.file, entry.value.span, message);
        let Some((_, meant)) = near else {
            finding.help(format!("write one of {}", known.join(", ")));
            return;
        };
        let edit = Edit {
            file: self.step.file.clone(),
            span: entry.value.span,
            text: (*meant).to_owned(),
        };
        let fix = Fix {
            title: format!("Write '{meant}'"),
            edits: vec![edit],
        };
        finding
            .help(format!("did you mean '{meant}'?"))
            .fix(literal.then_some(fix));
    }

    /// A text in quotes, put into a list.
    fn wrapped(&self, value: &ConfigValue) -> Option<Fix> {
        let ConfigKind::Text { literal: true, .. } = value.kind else {
            return None;
        };
        let (start, end) = (value.span.start.checked_sub(1)?, value.span.end + 1);
        let written = self.step.source.text.get(start as usize..end as usize)?;
        let quote = written.chars().next().filter(|ch| matches!(ch, '\'' | '"'))?;
        let edit = Edit {
            file: self.step.file.clone(),
            span: Span { start, end },
            text: format!("[{written}]"),
        };
        written.ends_with(quote).then(|| Fix {
            title: "Put it into a list".to_owned(),
            edits: vec![edit],
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check_of, errors, fixed, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    #[test]
    fn wrong_types_are_found_in_every_language() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: 'a.asked', emits: [] }
//                                                             ^^^^^^^ invalid-config-value error
export const handler = async () => {}
//- steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: 5, emits: [{ topik: 't' }] }
//                                                ^ invalid-config-value error
//                                                           ^^^^^^^^^^^^^^ invalid-config-value error
//                                                             ^^^^^ unknown-config-key error
exports.handler = async () => {}
//- steps/c_step.py
config = {'type': 'noop', 'name': 'C', 'virtualEmits': None, 'virtualSubscribes': [{'topic': 't'}], 'flows': [1]}
#                                                      ^^^^ invalid-config-value error
#                                                                                  ^^^^^^^^^^^^^^ invalid-config-value error
#                                                                                                             ^ invalid-config-value error
//- steps/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: [], description: %w[a b] }
#                                                                       ^^^^^^^ invalid-config-value error
end
def handler(context)
end
",
        );
    }

    #[test]
    fn types_and_methods_are_a_fixed_set() {
        let wrong = "\
//- steps/a.step.js
exports.config = { type: 'evnt', name: 'A', subscribes: [], emits: [] }
exports.handler = async () => {}
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'post', 'path': '/b', 'emits': []}
async def handler(req, context):
    return {'status': 200}
//- steps/c.step.ts
export const config = { type: 'api', name: 'C', method: 'FETCH', path: '/c', emits: [] }
export const handler = async () => ({ status: 200 })
";
        expect![[r"
            steps/a.step.js:1:27 error invalid-config-value: 'evnt' is no type of step
              help: did you mean 'event'?
              fix: Write 'event'
            steps/b_step.py:1:50 error invalid-config-value: 'post' is no HTTP method
              help: did you mean 'POST'?
              fix: Write 'POST'
            steps/c.step.ts:1:58 error invalid-config-value: 'FETCH' is no HTTP method
              help: write one of GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD
        "]]
        .assert_eq(&report(wrong));
        let mended = fixed(wrong);
        assert!(
            mended.contains("type: 'event'") && mended.contains("'method': 'POST'"),
            "{mended}"
        );
    }

    #[test]
    fn a_lone_topic_is_put_into_a_list() {
        let mended = fixed(
            "\
//- steps/a.step.rb
def config
  { type: 'event', name: 'A', subscribes: 'a.asked', emits: [{ topic: 'a.asked', label: 5, conditional: 'yes' }] }
end
def handler(input, context)
end
",
        );
        assert!(mended.contains("subscribes: ['a.asked'],"), "{mended}");
        expect![[r"
            steps/a.step.rb:2:91 error invalid-config-value: `label` of an entry of `emits` of A has to be a text, and it is a number
            steps/a.step.rb:2:108 error invalid-config-value: `conditional` of an entry of `emits` of A has to be a truth value, and it is a text
        "]]
        .assert_eq(&errors(&report(&mended)));
    }

    #[test]
    fn parameters_of_a_query_have_names() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [],
  queryParams: [{ name: 'page', description: 'which' }, { nam: 'size' }, { name: 5 }, 'sort'],
//                                                      ^^^^^^^^^^^^^^^ invalid-config-value error
//                                                                               ^ invalid-config-value error
//                                                                                     ^^^^ invalid-config-value error
}
export const handler = async () => ({ status: 200 })
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': [], 'query_params': [{'name': 'page'}]}
#                                                                                  ^^^^^^^^^^^^ seed-dialect hint
async def handler(req, context):
    return {'status': 200}
",
        );
    }

    #[test]
    fn triggers_of_1_0_have_types_too() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  name: 'A',
  triggers: [
    { type: 'qeue', topic: 'a.asked' },
//           ^^^^ invalid-config-value error
    { type: 'queue', topic: 5 },
//                          ^ invalid-config-value error
    'a.asked',
//   ^^^^^^^ invalid-config-value error
  ],
  enqueues: 'a.asked',
//           ^^^^^^^ invalid-config-value error
}
export const handler = async () => {}
//- steps/b_step.py
from motia import queue
config = {'name': 'B', 'triggers': [queue('a.asked')], 'enqueues': [{'topic': 'a.asked', 'label': 'again'}]}
def handler(data, context):
    context.enqueue({'topic': 'a.asked', 'data': {}})
",
        );
    }

    #[test]
    fn what_is_not_written_here_is_unknown() {
        check(
            "\
//- steps/a.step.ts
import { auth, METHOD, topics, description } from 'elsewhere'
export const config = {
  type: 'api', name: 'A', method: METHOD, path: `/${auth}`, emits: topics, description: description ?? 5,
  middleware: auth, flows: [...topics, topics[0]], queryParams: topics,
}
export const handler = async () => ({ status: 200 })
//- steps/b.step.ts
import { base } from 'elsewhere'
export const config = { ...base, type: 'event', name: 'B', subscribes: 'a', emits: [] }
export const handler = async () => {}
//- steps/c_step.py
config = {'type': 'api', 'name': 'C', 'method': 'get', 'path': '/c', 'emits': []}
config['method'] = 'GET'
async def handler(req, context):
    return {'status': 200}
",
        );
    }
}
