//! Facts as lines for a person, with the text under each span that an editor uses.

use crate::Span;
use crate::facts::{Declaration, FileFacts, SchemaFact, StepFact, TextFact, TopicRef, Trigger};

use super::support::{shape, without_spans};

/// All facts of `source`.
pub(super) fn render(facts: &FileFacts, source: &str) -> String {
    let mut page = Page {
        source,
        lines: Vec::new(),
    };
    if let Some(step) = &facts.step {
        page.step(step);
    }
    if let Some(stream) = &facts.stream {
        let name = stream
            .name
            .as_ref()
            .map_or_else(String::new, |name| page.text(name));
        page.line(format!("stream {name}"));
        page.schema("  schema", stream.schema.as_ref());
    }
    page.uses(facts);
    page.outside(facts);
    page.lines.concat()
}

struct Page<'s> {
    source: &'s str,
    lines: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: String) {
        self.lines.push(line + "\n");
    }

    fn quote(&self, span: Span) -> String {
        span.slice(self.source)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn text(&self, fact: &TextFact) -> String {
        format!("{:?} at `{}`", fact.text, self.quote(fact.span))
    }

    fn named(&mut self, indent: &str, facts: &[(&str, &Option<TextFact>)]) {
        for (name, fact) in facts {
            if let Some(fact) = fact {
                let text = self.text(fact);
                self.line(format!("{indent}{name} {text}"));
            }
        }
    }

    fn schema(&mut self, label: &str, schema: Option<&SchemaFact>) {
        if let Some(schema) = schema {
            self.line(match &schema.import {
                Some(import) => {
                    format!(
                        "{label} {:?} import {} from {}",
                        schema.notation,
                        import.path.join("."),
                        import.module
                    )
                }
                None => format!("{label} {:?} {}", schema.notation, schema.schema),
            });
        }
    }

    fn step(&mut self, step: &StepFact) {
        self.line(format!("step {:?}", step.dialect));
        self.named("  ", &[("type", &step.kind_text), ("name", &step.name)]);
        for trigger in &step.triggers {
            self.trigger(trigger);
        }
        match &step.emits {
            Declaration::Absent => self.line("  emits absent".to_owned()),
            Declaration::Unknown { span } => {
                let written = self.quote(*span);
                self.line(format!("  emits unknown at `{written}`"));
            }
            Declaration::List { topics, open, .. } => {
                self.line(format!("  emits{}", if *open { " open" } else { "" }));
                topics.iter().for_each(|topic| self.topic(topic));
            }
        }
        let keys: Vec<&str> = step.keys.iter().map(|key| key.name.as_str()).collect();
        self.line(format!(
            "  keys {}{}",
            keys.join(" "),
            if step.keys_open { " …" } else { "" }
        ));
        if let Some(handler) = &step.handler {
            let kind = if handler.is_async { "async " } else { "" };
            let name = self.quote(handler.span);
            self.line(format!(
                "  {kind}handler `{name}` ({})",
                handler.params.join(", ")
            ));
        }
    }

    fn trigger(&mut self, trigger: &Trigger) {
        self.line(format!(
            "  trigger {:?}{}",
            trigger.kind,
            if trigger.topics_open { " open" } else { "" }
        ));
        trigger.topics.iter().for_each(|topic| self.topic(topic));
        self.named(
            "    ",
            &[
                ("method", &trigger.method),
                ("path", &trigger.path),
                ("cron", &trigger.cron),
            ],
        );
        self.schema("    input", trigger.input.as_ref());
        for (status, schema) in &trigger.responses {
            self.schema(&format!("    response {status}"), Some(schema));
        }
    }

    fn topic(&mut self, topic: &TopicRef) {
        let text = self.text(&topic.topic);
        let label = topic
            .label
            .as_ref()
            .map_or_else(String::new, |label| format!(" label {label}"));
        let conditional = if topic.conditional { " conditional" } else { "" };
        self.line(format!("    topic {text}{label}{conditional}"));
    }

    fn uses(&mut self, facts: &FileFacts) {
        for site in &facts.emits {
            let topic = site
                .topic
                .as_ref()
                .map_or_else(|| "no topic".to_owned(), |topic| self.text(topic));
            let awaited = if site.awaited { "" } else { " not awaited" };
            let helper = if site.in_helper { " in helper" } else { "" };
            let sure = if site.conditional { "" } else { " for sure" };
            let callee = self.quote(site.callee);
            self.line(format!(
                "`{callee}` {topic}{sure}{awaited}{helper}: {}",
                shape(&site.payload)
            ));
        }
        for used in &facts.state_uses {
            let part = |fact: &Option<TextFact>| {
                fact.as_ref()
                    .map_or_else(|| "-".to_owned(), |fact| self.text(fact))
            };
            let (group, key) = (part(&used.group), part(&used.key));
            let awaited = if used.awaited { "" } else { " not awaited" };
            self.line(format!(
                "state.{} {:?} {group} {key}{awaited}",
                used.method, used.access
            ));
        }
        for used in &facts.stream_uses {
            let name = self.text(&used.name);
            let awaited = if used.awaited { "" } else { " not awaited" };
            let method = used.method.as_deref().unwrap_or("-");
            self.line(format!("stream use {name} {method}{awaited}"));
        }
        if facts.emit_escapes {
            self.line("emit escapes".to_owned());
        }
        for over in &facts.hand_overs {
            let callee = self.quote(over.callee);
            let import = &over.function;
            let handed: Vec<_> = over.args.iter().map(|arg| arg.handed).collect();
            self.line(format!(
                "hands over to `{callee}` {:?} of {:?}: {handed:?}",
                import.path, import.module
            ));
        }
        for (name, helper) in &facts.helpers {
            let takes: Vec<_> = helper.params.iter().map(|param| param.takes).collect();
            let sites: Vec<_> = helper.emits.iter().map(|emit| emit.site).collect();
            self.line(format!("helper {name} {takes:?} sends {sites:?}"));
        }
    }

    fn outside(&mut self, facts: &FileFacts) {
        for (name, value) in &facts.exports {
            self.line(format!(
                "export {name} {}",
                without_spans(serde_json::to_value(value).unwrap())
            ));
        }
        for (name, schema) in &facts.schemas {
            self.schema(&format!("schema {name}"), Some(schema));
        }
        for import in &facts.imports {
            let module = self.quote(import.span);
            self.line(format!("import {:?} from `{module}`", import.names));
        }
        for problem in &facts.problems {
            let written = self.quote(problem.span);
            self.line(format!("problem {} at `{written}`", problem.message));
        }
    }
}
