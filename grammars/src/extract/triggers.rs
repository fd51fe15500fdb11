//! What starts a step: the keys of a 0.x config, or the list of a 1.0 one.

use crate::ast::{Call, Expr, ExprKind, ScopeId};
use crate::facts::{SchemaFact, StepKind, TextFact, Trigger};
use crate::model::Model;
use crate::resolve::{Member, Value};
use crate::text::Span;

use super::step::{Keys, Scoped, kind_of};

impl<'a, 't> Model<'a, 't> {
    /// The one trigger of a 0.x config. Where `type` is missing or misspelled the other keys tell which one is meant.
    pub(super) fn config_trigger(
        &self,
        keys: &Keys<'a, 't>,
        kind: Option<&TextFact>,
        span: Span,
    ) -> Option<Trigger> {
        let named = kind.and_then(|kind| kind_of(&kind.text));
        let kind = named.or_else(|| {
            let has = |name| keys.get(name).is_some();
            match () {
                () if has("subscribes") => Some(StepKind::Event),
                () if has("cron") => Some(StepKind::Cron),
                () if has("path") || has("method") => Some(StepKind::Api),
                () => None,
            }
        });
        let Some(kind) = kind else {
            return keys.open.then(|| hidden_trigger(span));
        };
        if kind == StepKind::Noop {
            return None;
        }
        let mut trigger = empty_trigger(kind, span);
        match kind {
            StepKind::Event => {
                self.subscribe(&mut trigger, keys.get("subscribes"));
                trigger.topics_open |= keys.open && keys.get("subscribes").is_none();
                trigger.input = self.key_schema(keys, "input");
            }
            StepKind::Cron => trigger.cron = self.key_text(keys, "cron"),
            StepKind::Api => self.http_keys(&mut trigger, keys),
            StepKind::Noop | StepKind::State | StepKind::Stream => {}
        }
        Some(trigger)
    }

    fn http_keys(&self, trigger: &mut Trigger, keys: &Keys<'a, 't>) {
        trigger.method = trigger.method.take().or_else(|| self.key_text(keys, "method"));
        trigger.path = trigger.path.take().or_else(|| self.key_text(keys, "path"));
        trigger.query.extend(self.query_names(keys.get("queryParams")));
        trigger.input = self
            .key_schema(keys, "bodySchema")
            .or_else(|| trigger.input.take());
        self.responses(trigger, keys.get("responseSchema"));
    }

    fn subscribe(&self, trigger: &mut Trigger, value: Option<Scoped<'a, 't>>) {
        match self.topic_list(value) {
            Some(list) => {
                trigger.topics = list.topics;
                trigger.topics_open = list.open;
            }
            None => trigger.topics_open = value.is_some(),
        }
    }

    fn key_schema(&self, keys: &Keys<'a, 't>, name: &str) -> Option<SchemaFact> {
        keys.get(name)
            .map(|(value, scope)| self.schema_fact(value, scope))
    }

    /// The names of `[{ name: 'page', description: '…' }]`.
    fn query_names(&self, value: Option<Scoped<'a, 't>>) -> Vec<TextFact> {
        let Some((value, scope)) = value else {
            return Vec::new();
        };
        let Value::Expr(
            Expr {
                kind: ExprKind::List(items),
                ..
            },
            scope,
        ) = self.value(value, scope)
        else {
            return Vec::new();
        };
        let name = |item: &'a Expr<'t>| match self.value(item, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => self.key_text(&self.keys(entries, scope), "name"),
            _ => None,
        };
        items.iter().filter_map(name).collect()
    }

    /// The schemas of `{ 200: …, 404: … }`.
    fn responses(&self, trigger: &mut Trigger, value: Option<Scoped<'a, 't>>) {
        let Some((value, scope)) = value else { return };
        trigger.responses_span = Some(value.span);
        let is_rewritten = self.is_rewritten(value, None, scope);
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            scope,
        ) = self.value(value, scope)
        else {
            trigger.responses_open = true;
            return;
        };
        let keys = self.keys(entries, scope);
        trigger.responses_open |= keys.open || is_rewritten;
        let schemas = keys.all.iter();
        trigger
            .responses
            .extend(schemas.map(|key| (key.name.to_owned(), self.schema_fact(key.value, key.scope))));
    }

    /// The triggers of a 1.0 config. One that is not visible may take any topic.
    pub(super) fn listed_triggers(&self, keys: &Keys<'a, 't>, span: Span) -> Vec<Trigger> {
        let Some((value, scope)) = keys.get("triggers") else {
            return keys.open.then(|| hidden_trigger(span)).into_iter().collect();
        };
        let Some(members) = self.members(value, scope) else {
            let only = self.trigger(value, scope);
            return vec![only.unwrap_or_else(|| hidden_trigger(value.span))];
        };
        members
            .into_iter()
            .map(|member| match member {
                Member::Item(item, scope) => self
                    .trigger(item, scope)
                    .unwrap_or_else(|| hidden_trigger(item.span)),
                Member::Import(_) | Member::Hidden => hidden_trigger(value.span),
            })
            .collect()
    }

    fn trigger(&self, item: &'a Expr<'t>, scope: ScopeId) -> Option<Trigger> {
        match self.value(item, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Call(call),
                    span,
                },
                scope,
            ) => self.called_trigger(call, *span, scope),
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    span,
                },
                scope,
            ) => {
                let keys = self.keys(entries, scope);
                let kind = kind_of(&self.key_text(&keys, "type")?.text)?;
                let mut trigger = empty_trigger(kind, *span);
                self.trigger_keys(&mut trigger, &keys);
                Some(trigger)
            }
            _ => None,
        }
    }

    /// The keys that an object trigger and the options of a factory share.
    fn trigger_keys(&self, trigger: &mut Trigger, keys: &Keys<'a, 't>) {
        match trigger.kind {
            StepKind::Api => self.http_keys(trigger, keys),
            StepKind::Event => {
                if let Some((topic, scope)) = keys.get("topic") {
                    trigger.topics.push(self.topic_ref(topic, scope));
                }
                trigger.input = self.key_schema(keys, "input").or_else(|| trigger.input.take());
            }
            StepKind::Cron => {
                let expression = || {
                    self.key_text(keys, "expression")
                        .or_else(|| self.key_text(keys, "cron"))
                };
                trigger.cron = trigger.cron.take().or_else(expression);
            }
            StepKind::Noop | StepKind::State | StepKind::Stream => {}
        }
    }

    /// `queue('topic', { input })`, `http('POST', '/path', { bodySchema })`, `cron('0 0 * * * *')`.
    fn called_trigger(&self, call: &'a Call<'t>, span: Span, scope: ScopeId) -> Option<Trigger> {
        let name = match &call.callee.kind {
            ExprKind::Name(name) => *name,
            ExprKind::Member(member) => member.name,
            _ => return None,
        };
        let kind = match name {
            "http" | "api" => StepKind::Api,
            "queue" | "event" => StepKind::Event,
            "cron" => StepKind::Cron,
            "state" => StepKind::State,
            "stream" => StepKind::Stream,
            _ => return None,
        };
        let mut trigger = empty_trigger(kind, span);
        let positional = call.positional();
        let options = match kind {
            StepKind::Api => {
                trigger.method = positional.first().map(|method| self.text_fact(method, scope));
                trigger.path = positional.get(1).map(|path| self.text_fact(path, scope));
                2
            }
            StepKind::Event => {
                trigger
                    .topics
                    .extend(positional.first().map(|topic| self.topic_ref(topic, scope)));
                1
            }
            StepKind::Cron => {
                trigger.cron = positional.first().map(|cron| self.text_fact(cron, scope));
                1
            }
            StepKind::Noop | StepKind::State | StepKind::Stream => 0,
        };
        let keywords = call.args.last().filter(|_| call.keywords);
        for options in positional.get(options).into_iter().chain(keywords) {
            if let Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) = self.value(options, scope)
            {
                let keys = self.keys(entries, scope);
                self.trigger_keys(&mut trigger, &keys);
            }
        }
        Some(trigger)
    }
}

/// A trigger of which nothing is known.
fn hidden_trigger(span: Span) -> Trigger {
    Trigger {
        topics_open: true,
        ..empty_trigger(StepKind::Event, span)
    }
}

fn empty_trigger(kind: StepKind, span: Span) -> Trigger {
    Trigger {
        kind,
        span,
        topics: Vec::new(),
        topics_open: false,
        method: None,
        path: None,
        query: Vec::new(),
        cron: None,
        input: None,
        responses: Vec::new(),
        responses_span: None,
        responses_open: false,
    }
}
