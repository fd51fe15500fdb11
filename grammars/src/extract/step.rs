//! From a config to a [`StepFact`] or a [`StreamFact`], in both dialects.

use crate::ast::{Entry, Expr, ExprKind, Function, Opaque, Pattern, ScopeId};
use crate::facts::{
    Declaration, Dialect, HandlerFact, KeyFact, StepFact, StepKind, StreamFact, Text, TextFact, TopicRef,
};
use crate::model::Model;
use crate::resolve::{Member, Value, last_value};
use crate::text::Span;

use super::config::{Config, Handler};

/// The keys of a config that are visible, its same-file spreads included, each with its own scope.
pub(super) struct Keys<'a, 't> {
    pub(super) all: Vec<Key<'a, 't>>,
    /// True if something is spread that this file does not show.
    pub(super) open: bool,
}

/// A key of a config.
#[derive(Clone, Copy)]
pub(super) struct Key<'a, 't> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) value: &'a Expr<'t>,
    pub(super) scope: ScopeId,
}

/// An expression and the scope that its names mean something in.
pub(super) type Scoped<'a, 't> = (&'a Expr<'t>, ScopeId);

impl<'a, 't> Keys<'a, 't> {
    /// The value of a key; the last that is written wins, as at run time.
    pub(super) fn get(&self, name: &str) -> Option<Scoped<'a, 't>> {
        let same = |written: &str| written == name || camel_alias(written) == Some(name);
        self.all
            .iter()
            .rev()
            .find(|key| same(key.name))
            .map(|key| (key.value, key.scope))
    }

    fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }
}

/// The documented snake-case spellings of Python.
fn camel_alias(name: &str) -> Option<&'static str> {
    Some(match name {
        "body_schema" => "bodySchema",
        "response_schema" => "responseSchema",
        "query_params" => "queryParams",
        "virtual_emits" => "virtualEmits",
        "virtual_subscribes" => "virtualSubscribes",
        "virtual_enqueues" => "virtualEnqueues",
        "include_files" => "includeFiles",
        "base_config" => "baseConfig",
        _ => return None,
    })
}

impl<'a, 't> Model<'a, 't> {
    /// The visible keys of an object.
    pub(super) fn keys(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Keys<'a, 't> {
        let mut keys = Keys {
            all: Vec::new(),
            open: false,
        };
        self.add_keys(entries, scope, &mut keys);
        keys
    }

    fn add_keys(&self, entries: &'a [Entry<'t>], scope: ScopeId, keys: &mut Keys<'a, 't>) {
        let Some(_step) = self.step() else {
            keys.open = true;
            return;
        };
        for entry in entries {
            match entry {
                Entry::Pair { key, key_span, value } => {
                    keys.all.push(Key {
                        name: key,
                        span: *key_span,
                        value,
                        scope,
                    });
                }
                Entry::Spread(spread) => match self.object_parts(spread, scope) {
                    Some(parts) => parts
                        .into_iter()
                        .for_each(|(entries, scope)| self.add_keys(entries, scope, keys)),
                    None => keys.open = true,
                },
                Entry::Computed { key, value } => match self.value(key, scope) {
                    Value::Expr(
                        Expr {
                            kind: ExprKind::Text { value: name, .. },
                            ..
                        },
                        _,
                    ) => keys.all.push(Key {
                        name,
                        span: key.span,
                        value,
                        scope,
                    }),
                    _ => keys.open = true,
                },
            }
        }
    }

    pub(super) fn config_keys(&self, config: &Config<'a, 't>) -> Keys<'a, 't> {
        let mut keys = Keys {
            all: Vec::new(),
            open: config.rewritten,
        };
        for (entries, scope) in &config.parts {
            self.add_keys(entries, *scope, &mut keys);
        }
        keys
    }

    /// The step that a config describes, if it describes one.
    pub(super) fn step_fact(
        &self,
        config: &Config<'a, 't>,
        handler: Option<Handler<'a, 't>>,
    ) -> Option<StepFact> {
        let keys = self.config_keys(config);
        if !self.is_step(&keys) {
            return None;
        }
        let mut emits = self.declaration(keys.get(if self.is_newer(&keys) { "enqueues" } else { "emits" }));
        if let Declaration::List { open, .. } = &mut emits {
            *open |= config.rewritten;
        }
        let is_v1 = self.is_newer(&keys);
        let dialect = if is_v1 { Dialect::V1 } else { Dialect::V0 };
        let kind_text = if is_v1 { None } else { self.key_text(&keys, "type") };
        let triggers = if is_v1 {
            self.listed_triggers(&keys, config.span)
        } else {
            self.config_trigger(&keys, kind_text.as_ref(), config.span)
                .into_iter()
                .collect()
        };
        Some(StepFact {
            span: config.span,
            dialect,
            kind_text,
            name: self.key_text(&keys, "name"),
            triggers,
            emits,
            virtual_emits: self.topics_at(&keys, if is_v1 { "virtualEnqueues" } else { "virtualEmits" }),
            virtual_subscribes: self.topics_at(&keys, "virtualSubscribes"),
            flows: self
                .topics_at(&keys, "flows")
                .into_iter()
                .map(|flow| flow.topic)
                .collect(),
            keys: keys
                .all
                .iter()
                .map(|key| KeyFact {
                    name: key.name.to_owned(),
                    span: key.span,
                    value: key.value.span,
                })
                .collect(),
            keys_open: keys.open,
            lacks_handler: handler.is_none() && self.lacks_handler(),
            handler: handler.map(handler_fact),
        })
    }

    fn is_newer(&self, keys: &Keys<'a, 't>) -> bool {
        keys.has(&["triggers", "enqueues", "virtualEnqueues"])
    }

    /// A config of something else than a step has none of the keys that wire one up.
    fn is_step(&self, keys: &Keys<'a, 't>) -> bool {
        let wired = [
            "subscribes",
            "emits",
            "triggers",
            "enqueues",
            "cron",
            "virtualEmits",
            "virtualSubscribes",
        ];
        if keys.has(&wired) || (keys.has(&["path", "method"]) && keys.has(&["name", "type"])) {
            return true;
        }
        // `type` alone is a common key: it has to name a kind, or stand beside a step's other keys.
        let Some(kind) = self.key_text(keys, "type") else {
            return false;
        };
        kind_of(&kind.text).is_some() || keys.has(&["flows", "input", "bodySchema"])
    }

    /// The stream that a config describes, if it describes one.
    pub(super) fn stream_fact(&self, config: &Config<'a, 't>) -> Option<StreamFact> {
        let keys = self.config_keys(config);
        if !keys.has(&["baseConfig"]) || self.is_step(&keys) {
            return None;
        }
        Some(StreamFact {
            span: config.span,
            name: self.key_text(&keys, "name"),
            schema: keys
                .get("schema")
                .map(|(value, scope)| self.schema_fact(value, scope)),
        })
    }

    pub(super) fn key_text(&self, keys: &Keys<'a, 't>, name: &str) -> Option<TextFact> {
        keys.get(name).map(|(value, scope)| self.text_fact(value, scope))
    }

    fn topics_at(&self, keys: &Keys<'a, 't>, name: &str) -> Vec<TopicRef> {
        self.topic_list(keys.get(name))
            .map_or_else(Vec::new, |list| list.topics)
    }

    /// The topics of `emits` or `enqueues`.
    fn declaration(&self, value: Option<Scoped<'a, 't>>) -> Declaration {
        match (value, self.topic_list(value)) {
            (None, _) => Declaration::Absent,
            (Some((value, _)), None) => Declaration::Unknown { span: value.span },
            (Some(_), Some(list)) => Declaration::List {
                topics: list.topics,
                span: list.span,
                open: list.open,
            },
        }
    }

    /// The topics of a list; nothing if the value is no visible list.
    pub(super) fn topic_list(&self, value: Option<Scoped<'a, 't>>) -> Option<TopicList> {
        let (value, scope) = value?;
        let span = match self.value(value, scope) {
            Value::Expr(found, _) => found.span,
            _ => value.span,
        };
        let mut list = TopicList {
            topics: Vec::new(),
            span,
            open: self.is_rewritten(value, None, scope),
        };
        match self.members(value, scope) {
            Some(members) => self.add_topics(members, value.span, &mut list),
            None => list.topics = self.mapped_topics(value, scope)?,
        }
        Some(list)
    }

    fn add_topics(&self, members: Vec<Member<'a, 't>>, span: Span, list: &mut TopicList) {
        for member in members {
            match member {
                Member::Item(item, scope) => list.topics.push(self.topic_ref(item, scope)),
                Member::Import(import) => list.topics.push(plain_topic(Text::Import(import), span)),
                Member::Hidden => list.open = true,
            }
        }
    }

    /// The topics of `ROWS.map((row) => row.topic)` and `[row["topic"] for row in ROWS]`, if all rows are visible.
    fn mapped_topics(&self, value: &'a Expr<'t>, scope: ScopeId) -> Option<Vec<TopicRef>> {
        let Value::Expr(expr, scope) = self.value(value, scope) else {
            return None;
        };
        let (item, scope) = match &expr.kind {
            ExprKind::Call(call) => match (&call.callee.kind, call.args.as_slice()) {
                (
                    ExprKind::Member(member),
                    [
                        Expr {
                            kind: ExprKind::Function(function),
                            ..
                        },
                    ],
                ) if matches!(member.name, "map" | "collect") => {
                    (last_value(&function.body)?, function.scope)
                }
                _ => return None,
            },
            ExprKind::Opaque(Opaque::List, parts) => match parts.as_slice() {
                [
                    Expr {
                        kind: ExprKind::Assign(_),
                        ..
                    },
                    item,
                ] => (item, scope),
                _ => return None,
            },
            _ => return None,
        };
        let alternatives = match self.text(item, scope) {
            Text::Either(parts) => parts,
            text => vec![text],
        };
        let is_vague = |text: &Text| matches!(text, Text::Unknown(_) | Text::Pattern(_));
        if alternatives.iter().any(is_vague) {
            return None;
        }
        let topics = alternatives
            .into_iter()
            .flat_map(|text| match text {
                Text::Known(_) | Text::OneOf(_) => {
                    text.candidates().iter().cloned().map(Text::Known).collect()
                }
                text => vec![text],
            })
            .map(|text| plain_topic(text, item.span));
        Some(topics.collect())
    }

    /// `'topic'` or `{ topic: 'topic', label: '…', conditional: true }`.
    pub(super) fn topic_ref(&self, item: &'a Expr<'t>, scope: ScopeId) -> TopicRef {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                span,
            },
            scope,
        ) = self.value(item, scope)
        else {
            return TopicRef {
                topic: self.text_fact(item, scope),
                label: None,
                conditional: false,
            };
        };
        let keys = self.keys(entries, scope);
        let topic = self.key_text(&keys, "topic").unwrap_or_else(|| TextFact {
            text: Text::Unknown("an entry without `topic`".to_owned()),
            span: *span,
            literal: false,
            origin: None,
        });
        let label = self
            .key_text(&keys, "label")
            .and_then(|label| label.text.known().map(str::to_owned));
        let conditional = keys
            .get("conditional")
            .is_some_and(|(value, _)| matches!(value.kind, ExprKind::Bool(true)));
        TopicRef {
            topic,
            label,
            conditional,
        }
    }
}

/// A topic that stands for itself.
fn plain_topic(text: Text, span: Span) -> TopicRef {
    TopicRef {
        topic: TextFact {
            text,
            span,
            literal: false,
            origin: None,
        },
        label: None,
        conditional: false,
    }
}

/// A list of topics as it is written.
pub(super) struct TopicList {
    pub(super) topics: Vec<TopicRef>,
    pub(super) span: Span,
    pub(super) open: bool,
}

/// The kind that the text of `type` names.
pub(super) fn kind_of(text: &Text) -> Option<StepKind> {
    match text.known()? {
        "api" | "http" => Some(StepKind::Api),
        "event" | "queue" => Some(StepKind::Event),
        "cron" => Some(StepKind::Cron),
        "noop" => Some(StepKind::Noop),
        "state" => Some(StepKind::State),
        "stream" => Some(StepKind::Stream),
        _ => None,
    }
}

fn handler_fact(handler: Handler<'_, '_>) -> HandlerFact {
    let Handler { name, function, .. } = handler;
    HandlerFact {
        span: name.unwrap_or(function.span),
        body: function.span,
        params: param_names(function),
        is_async: function.is_async,
    }
}

fn param_names(function: &Function<'_>) -> Vec<String> {
    let name = |pattern: &Pattern<'_>| match pattern {
        Pattern::Name(name) => name.text.to_owned(),
        Pattern::Rest(inner) => match inner.as_ref() {
            Pattern::Name(name) => format!("*{}", name.text),
            _ => "*".to_owned(),
        },
        _ => String::new(),
    };
    function.params.iter().map(|param| name(&param.pattern)).collect()
}
